"""Ages: now, in some years, some years ago, compared and added."""

from data_chef.stories.cast import Owner
from data_chef.stories.counts import TIMES
from data_chef.stories.questions import Asked
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


def age(s: Story, who: Owner, steps: int, known: list[Owner]) -> Quantity:
    """The present age of somebody."""
    label = f"{who.s} age"
    if steps == 0:
        value = s.rng.randint(4, 60)
        return s.given(
            value,
            s.choose(
                Clause(f"{who.name} is {value} years old"),
                Clause(f"{who.name} is {value}"),
                Clause(f"{who.s} age is {value}"),
            ),
            label=label,
        )
    kind = s.choose("older", "younger", "times", "half", "later", "ago")
    if kind in ("later", "ago"):
        x = s.rng.randint(2, 15)
        then = s.rng.randint(8, 60)
        if steps != 1:
            raise Retry
        if kind == "later":
            found = s.sub(label, then, x)
            s.fact(then, "+", found, x)
            return found.told(Clause(f"in {s.n(x)} years {who.name} will be {then} years old"))
        found = s.add(label, then, x)
        s.fact(found, "+", then, x)
        return found.told(Clause(f"{s.n(x)} years ago {who.name} was {then} years old"))
    other = s.cast.other_owner(who)
    known.append(other)
    theirs = age(s, other, steps - 1, known)
    if kind == "older":
        x = s.rng.randint(2, 30)
        found = s.add(label, theirs, x)
        s.fact(found, "+", theirs, x)
        clause = Clause(f"{who.name} is {s.n(x)} years older than {other.name}")
    elif kind == "younger":
        x = s.rng.randint(2, 20)
        found = s.sub(label, theirs, x)
        s.fact(theirs, "+", found, x)
        clause = Clause(f"{who.name} is {s.n(x)} years younger than {other.name}")
    elif kind == "times":
        by = s.choose(2, 2, 3, 4)
        found = s.mul(label, theirs, by)
        s.fact(found, "*", theirs, by)
        clause = Clause(f"{who.name} is {TIMES[by]} as old as {other.name}")
    else:
        found = s.div(label, theirs, 2)
        s.fact(theirs, "*", found, 2)
        clause = Clause(
            f"{who.name} is half as old as {other.name}"
            if s.chance(0.5)
            else f"{other.name} is twice as old as {who.name}"
        )
    if found.value > 100 or found.value < 2:
        raise Retry
    backwards = s.chance(0.35) and len(theirs.clauses) == 1
    found.clauses = (clause, *theirs.clauses) if backwards else (*theirs.clauses, clause)
    return found


def _plain(s: Story) -> None:
    s.past = False


def how_old(s: Story, steps: int) -> Asked:
    _plain(s)
    who = s.cast.person()
    found = age(s, who, steps, [who])
    return found, s.choose(
        f"how old is {who.name}{s.choose('', ' now')}?",
        f"how many years old is {who.name}?",
        f"what is {who.s} age?",
        f"find {who.s} age.",
    )


def in_years(s: Story, steps: int) -> Asked:
    _plain(s)
    who = s.cast.person()
    now, x = age(s, who, steps - 1, [who]), s.rng.randint(2, 20)
    if s.chance(0.65):
        then = s.add(f"{who.s} age then", now, x)
        s.fact(then, "+", now, x)
        return then, s.choose(
            f"how old will {who.name} be in {s.n(x)} years?",
            f"what will be {who.s} age in {s.n(x)} years?",
            f"how old will {who.name} be {s.n(x)} years from now?",
        )
    then = s.sub(f"{who.s} age then", now, x)
    s.fact(now, "+", then, x)
    return then, s.choose(f"how old was {who.name} {s.n(x)} years ago?", f"what was {who.s} age {s.n(x)} years ago?")


def sum_of_ages(s: Story, steps: int) -> Asked:
    """Two people, one age told by the other."""
    _plain(s)
    who = s.cast.person()
    other = s.cast.new_owner(who)
    theirs = age(s, other, steps - 2, [who])
    label = f"{who.s} age"
    if s.chance(0.6):
        x = s.rng.randint(2, 25)
        mine = s.add(label, theirs, x)
        s.fact(mine, "+", theirs, x)
        clause = Clause(f"{who.name} is {s.n(x)} years older than {other.name}")
    else:
        by = s.choose(2, 3)
        mine = s.mul(label, theirs, by)
        s.fact(mine, "*", theirs, by)
        clause = Clause(f"{who.name} is {TIMES[by]} as old as {other.name}")
    total = s.add("sum of their ages", theirs, mine)
    s.fact(total, "+", theirs, mine)
    total.clauses = (*theirs.clauses, clause)
    return total, s.choose(
        f"what is the sum of {who.s} and {other.s} ages?",
        f"how old are {who.name} and {other.name} together?",
        f"find the sum of the ages of {who.name} and {other.name}.",
        f"{who.name} and {other.name} are how old together?",
    )


def older_by(s: Story, steps: int) -> Asked:
    """How many years lie between two."""
    _plain(s)
    who = s.cast.person()
    other = s.cast.new_owner(who)
    mine = age(s, who, steps - 1, [who, other])
    theirs = age(s, other, 0, [who, other])
    old, young, first, second = (mine, theirs, who, other) if mine.value > theirs.value else (theirs, mine, other, who)
    gap = s.sub("years between them", old, young)
    s.fact(old, "+", young, gap)
    gap.clauses = (*mine.clauses, *theirs.clauses)
    return gap, s.choose(
        f"how many years older is {first.name} than {second.name}?",
        f"how many years older is {first.name}?",
        f"how much older is {first.name} than {second.name}, in years?",
        f"how many years younger is {second.name} than {first.name}?",
    )


AGES = [
    (1, older_by),
    (1, how_old),
    (1, how_old),
    (2, how_old),
    (1, in_years),
    (2, in_years),
    (3, in_years),
    (2, sum_of_ages),
    (3, sum_of_ages),
]
