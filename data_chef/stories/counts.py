"""How many things there are: each schema says one more thing about a number, and how to compute it.

`count(story, holding, steps)` makes a number that takes exactly so many steps to find. With none left the story tells
it; otherwise a schema is drawn, which hands the steps that it does not need itself to the numbers beneath it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from data_chef.stories.cast import Item, Owner
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause
from data_chef.stories.themes import CONTAINERS, Verb


HAVE = Verb("have", "has", "had")
TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times"}
PARTS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 6: "a sixth", 8: "an eighth", 10: "a tenth"}


@dataclass(frozen=True, slots=True)
class Holding:
    """The things in question: whose, what, and how they came by them."""

    owner: Owner
    item: Item
    verb: Verb = HAVE

    @property
    def label(self) -> str:
        if self.owner.person:
            return f"{self.owner.s} {self.item.many}"
        return f"{self.item.many} {self.owner.preposition} {self.owner.name}"

    @property
    def stated(self) -> bool:
        return self.verb == HAVE

    @property
    def does(self) -> str:
        return f"[{self.verb.third}|{self.verb.past}]"


# Wordings


def says(s: Story, h: Holding, number: str) -> Clause:
    """`Ann has 12 apples` in one of its ways."""
    things, who = h.item.count(number), h.owner
    only = "only " if len(number) < 3 else ""
    if not who.person:
        where = f"{who.preposition} {who.name}"
        return s.choose(
            Clause(f"there [are|were] {only if s.chance(0.25) else ''}{things} {where}"),
            Clause(f"{who.name} [has|had] {things}"),
            Clause(f"{where} there [are|were] {things}"),
        )
    if not h.stated:
        return Clause(f"{h.does} {things}{s.cast.moment(s.past) if s.chance(0.4) else ''}", who)
    return s.choose(
        Clause(f"[has|had] {things}", who),
        Clause(f"[has|had] {things}", who),
        Clause(f"[owns|owned] {things}", who) if s.cast.lasting(h.item) else Clause(f"[has|had] {things}", who),
        Clause(f"[has|had] {things} in {who.his} {s.cast.container(h.item).one}", who)
        if s.cast.portable(h.item)
        else Clause(f"[has|had] {things}", who),
        Clause(f"there [are|were] {things} in {who.s} {s.cast.container(h.item).one}")
        if s.cast.portable(h.item)
        else Clause(f"[has|had] {things}", who),
        Clause(f"[has|had] {only if s.chance(0.5) else 'a total of '}{things}", who),
    )


def asks(s: Story, h: Holding, manner: str = "") -> str:
    """The question for a number of things; `manner` is `left`, `now`, `in total` or nothing."""
    end = f" {manner}" if manner else ""
    many, who = h.item.many, h.owner
    if not who.person:
        return s.choose(
            f"how many {many} [are|were] there {who.preposition} {who.name}{end}?",
            f"how many {many} [are|were] {who.preposition} {who.name}{end}?",
            f"what [is|was] the number of {many} {who.preposition} {who.name}{end}?",
            f"find how many {many} there [are|were] {who.preposition} {who.name}{end}.",
        )
    name = who.name if s.chance(0.5) else s.he(who)
    do = "did" if s.past else "do" if who.plural or name == "they" else "does"
    forms = [f"how many {many} {do} {name} {h.verb.base}{end}?"] * 6
    forms += [
        f"what is the number of {many} that {name} [{h.verb.third}|{h.verb.past}]{end}?",
        f"find the number of {many} that {who.name} [{h.verb.third}|{h.verb.past}]{end}.",
        f"calculate how many {many} {who.name} [{h.verb.third}|{h.verb.past}]{end}.",
    ]
    return s.choose(*forms)


def _compared(s: Story, h: Holding, other: Holding, how: str, than: str) -> Clause:
    """`Ann has 5 more apples than Tom`: `how` is `5 more`, `than` is `than` or `as`."""
    if h.owner == other.owner:
        if h.owner.person:
            return Clause(f"{h.does} {how} {h.item.many} {than} {other.item.many}", h.owner)
        return Clause(
            f"there [are|were] {how} {h.item.many} {than} {other.item.many} {h.owner.preposition} {h.owner.him}"
            if s.chance(0.3)
            else f"there [are|were] {how} {h.item.many} {than} {other.item.many}"
        )
    if h.owner.person:
        tail = s.choose("", "", f" [{'do' if other.owner.plural else 'does'}|did]")
        first = Clause(f"{h.does} {how} {h.item.many} {than} {other.owner.name}{tail}", h.owner)
        if s.chance(0.12):
            return (
                Clause(f"compared with {other.owner.name}, {h.owner.name} {h.does} {how} {h.item.many}", fixed=True)
                if than == "than"
                else first
            )
        return first
    return s.choose(
        Clause(
            f"there [are|were] {how} {h.item.many} {h.owner.preposition} {h.owner.name} {than} "
            f"{other.owner.preposition} {other.owner.name}"
        ),
        Clause(f"{h.owner.name} [has|had] {how} {h.item.many} {than} {other.owner.name}"),
    )


# Schemas


def count(s: Story, h: Holding, steps: int, asked: bool = False) -> Quantity:
    """A number of things that takes `steps` steps; `asked` where the question itself asks for it, and can say when."""
    if steps == 0:
        value = s.number(2, s.cast.plenty(h.item))
        return s.given(value, says(s, h, s.n(value)), label=h.label)
    schemas = _named(s.schemas, asked)
    if s.must and not any(schema.__name__ in s.must for schema in s.used) and s.chance(0.7):
        schemas = _named(s.must, asked)
    if not schemas:
        raise Retry
    for _ in range(20):
        least, schema = s.rng.choice(schemas)
        if least <= steps and (schema not in s.used[-2:] or len(schemas) < 8):
            s.used.append(schema)
            s.frames.append(schema.__name__)
            return schema(s, h, steps)
    raise Retry


@cache
def _named(names: tuple[str, ...], asked: bool) -> list[tuple[int, Callable]]:
    schemas = SCHEMAS + ASKED if asked else SCHEMAS
    return [one for one in schemas if one[1].__name__ in names] if names else schemas


def _sibling(s: Story, h: Holding) -> Holding:
    """Something to compare with: another's things of the same sort, or other things of the same owner.

    Not another sort where the sorts are summed: it would belong to the sum.
    """
    if h.item.base not in s.cast.divided and (h.owner.plural or (s.chance(0.3) and not h.item.fixed)):
        return replace(h, item=s.cast.other_item(h.item))
    return replace(h, owner=s.cast.other_owner(h.owner))


def _relation(s: Story, other: Quantity, clause: Clause) -> tuple[Clause, ...]:
    """The clauses of a comparison: mostly what it compares with first, sometimes the comparison."""
    backwards = s.chance(0.3) and len(other.clauses) == 1 and not clause.fixed
    return (clause, *other.clauses) if backwards else (*other.clauses, clause)


def more(s: Story, h: Holding, steps: int) -> Quantity:
    o = _sibling(s, h)
    other, by = count(s, o, steps - 1), s.number(2, 60)
    total = s.add(h.label, other, by)
    s.fact(total, "+", other, by)
    return replace(total, clauses=_relation(s, other, _compared(s, h, o, f"{s.n(by)} more", "than")))


def fewer(s: Story, h: Holding, steps: int) -> Quantity:
    o = _sibling(s, h)
    other, by = count(s, o, steps - 1), s.number(2, 60)
    rest = s.sub(h.label, other, by)
    s.fact(other, "+", rest, by)
    return replace(rest, clauses=_relation(s, other, _compared(s, h, o, f"{s.n(by)} fewer", "than")))


def less_than_by(s: Story, h: Holding, steps: int) -> Quantity:
    """The comparison is told of the other one: what Tom has is 5 more than what Ann has."""
    o = _sibling(s, h)
    other, by = count(s, o, steps - 1), s.number(2, 60)
    if s.chance(0.5):
        found, how = s.sub(h.label, other, by), "more"
        s.fact(other, "+", found, by)
    else:
        found, how = s.add(h.label, other, by), "fewer"
        s.fact(found, "+", other, by)
    return found.told(_compared(s, o, h, f"{s.n(by)} {how}", "than"))


def times(s: Story, h: Holding, steps: int) -> Quantity:
    o = _sibling(s, h)
    other, by = count(s, o, steps - 1), s.choose(2, 2, 2, 3, 3, 4, 5, 6)
    total = s.mul(h.label, other, by)
    s.fact(total, "*", other, by)
    how = f"{TIMES[by]} as many" if s.chance(0.75) else f"{by} times as many"
    if h.owner.person and h.owner != o.owner and s.chance(0.15):
        word = {2: "double", 3: "triple"}.get(by, TIMES[by])
        clause = Clause(f"{h.does} {word} the number of {h.item.many} that {o.owner.name} {h.does}", h.owner)
    else:
        clause = _compared(s, h, o, how, "as")
    return replace(total, clauses=_relation(s, other, clause))


def part(s: Story, h: Holding, steps: int) -> Quantity:
    o = _sibling(s, h)
    other = count(s, o, steps - 1)
    by = s.divisor(other.value)
    if by not in PARTS:
        raise Retry
    found = s.div(h.label, other, by)
    s.fact(other, "*", found, by)
    if by == 2 and s.chance(0.6):
        clause = _compared(s, h, o, "half as many", "as")
    elif s.chance(0.4):
        clause = _compared(s, o, h, f"{TIMES.get(by, f'{by} times')} as many", "as")
        return found.told(clause)
    else:
        clause = _compared(s, h, o, f"{PARTS[by]} as many", "as")
    return replace(found, clauses=_relation(s, other, clause))


def percent_more(s: Story, h: Holding, steps: int) -> Quantity:
    o = _sibling(s, h)
    other = count(s, o, steps - 2)
    rate = s.rate(other, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 90)
    change = s.percent(f"{rate}% of them", other, rate)
    up = s.chance(0.6)
    total = s.add(h.label, other, change) if up else s.sub(h.label, other, change)
    s.fact(total, "*", other, f"{100 + rate if up else 100 - rate}/100")
    clause = _compared(s, h, o, f"{rate}% {'more' if up else 'fewer'}", "than")
    return replace(total, clauses=(*other.clauses, clause))


def groups(s: Story, h: Holding, steps: int) -> Quantity:
    """So many containers with so many in each."""
    if h.item.theme is CONTAINERS or not (h.stated or h.verb.takes_containers):
        raise Retry
    holder = s.cast.container(h.item)
    each = s.number(2, 30)
    boxes = count(s, Holding(h.owner, holder, h.verb), steps - 1)
    total = s.mul(h.label, boxes, each)
    s.fact(total, "*", boxes, each)
    items = h.item.count(s.n(each))
    if boxes.clauses and steps == 1 and h.owner.person and s.chance(0.6):
        does, told = h.does, holder.count(s.n(boxes.value))
        clause = s.choose(
            Clause(f"{does} {told} of {items}", h.owner),
            Clause(f"{does} {told} with {items} in each", h.owner),
            Clause(f"{does} {told} of {items} each", h.owner),
            Clause(f"{does} {told}, each with {items} in it", h.owner),
        )
        return replace(total, clauses=(clause,))
    return total.told(
        s.choose(
            Clause(f"each {holder.one} [has|had] {items}{s.choose('', ' in it', ' inside')}"),
            Clause(f"each {holder.one} [holds|held] {items}"),
            Clause(f"each {holder.one} [contains|contained] {items}"),
            Clause(f"there [are|were] {items} in each {holder.one}"),
            Clause(f"every {holder.one} [contains|contained] {items}"),
        )
    )


def rows(s: Story, h: Holding, steps: int) -> Quantity:
    """Things set out in rows, each as long."""
    if h.item.theme is CONTAINERS or not h.stated:
        raise Retry
    line, each = s.cast.line(h.item), s.number(2, 20)
    lines = s.given(number := s.number(2, 20)) if steps == 1 else count(s, Holding(h.owner, line), steps - 1)
    total = s.mul(h.label, lines, each)
    s.fact(total, "*", lines, each)
    items = h.item.count(s.n(each))
    if steps == 1:
        return replace(
            total,
            clauses=(
                Clause(
                    f"{h.owner.s} {h.item.many} [are|were] set out in {s.n(number)} {line.many} of {s.n(each)}"
                    if h.owner.person
                    else f"the {h.item.many} {h.owner.preposition} {h.owner.name} [are|were] in "
                    f"{s.n(number)} {line.many} of {s.n(each)}"
                ),
            ),
        )
    return total.told(Clause(f"there [are|were] {items} in each {line.one}"))


def per_time(s: Story, h: Holding, steps: int) -> Quantity:
    """So many a day for so many days; with a second step in another unit of time."""
    verb = s.cast.gain(h.item) if h.stated else h.verb
    unit, each = s.choose("day", "day", "hour", "week", "month"), s.number(2, 25)
    if steps >= 2:
        larger, factor = {"day": ("week", 7), "hour": ("day", 24), "week": ("year", 52), "month": ("year", 12)}[unit]
        span = s.given(s.choose(2, 3, 4, 5, 6)) if steps == 2 else None
        if span is None or factor > 24 and s.chance(0.7):
            raise Retry
        length = s.mul(f"{unit}s", span, factor)
        s.fact(length, "*", span, f"c{factor}")
        told = f"{s.n(span.value)} {larger}s"
    else:
        length = s.given(s.number(2, 14))
        told = f"{s.n(length.value)} {unit}s"
    total = s.mul(h.label, length, each)
    s.fact(total, "*", length, each)
    who, does = h.owner, f"[{verb.third}|{verb.past}]"
    many = h.item.count(s.n(each))
    if not who.person:
        raise Retry
    an = "an" if unit == "hour" else "a"
    return replace(
        total,
        clauses=(
            s.choose(
                Clause(
                    f"{does} {many} {s.choose(f'{an} {unit}', f'each {unit}', f'every {unit}', f'per {unit}')} for {told}",
                    who,
                ),
                Clause(f"{does} {many} {s.choose(f'{an} {unit}', f'each {unit}', f'every {unit}')} over {told}", who),
                Clause(f"for {told} {who.name} {does} {many} every {unit}"),
            ),
        ),
    )


def parts(s: Story, h: Holding, steps: int) -> Quantity:
    """Two or three sorts that make up the whole."""
    sorts = s.cast.sorts(h.item, s.choose(2, 2, 3))
    s.cast.divided.add(h.item.base)
    left = s.split(steps - 1, len(sorts))
    holdings = [replace(h, item=sort) for sort in sorts]
    if steps == 1 and h.owner.person and s.chance(0.6):
        numbers = [s.number(2, 80) for _ in sorts]
        told = [sort.count(s.n(number)) for sort, number in zip(sorts, numbers, strict=True)]
        total = s.add(h.label, *numbers)
        s.fact(total, "+", *numbers)
        s.summed = total.name
        return replace(total, clauses=(Clause(f"{h.does} {', '.join(told[:-1])} and {told[-1]}", h.owner),))
    pieces = [count(s, piece, n) for piece, n in zip(holdings, left, strict=True)]
    total = s.add(h.label, *pieces)
    s.fact(total, "+", *pieces)
    s.summed = total.name
    return total


def by_day(s: Story, h: Holding, steps: int) -> Quantity:
    """What was done on several days."""
    if not h.owner.person:
        raise Retry
    verb = s.cast.gain(h.item) if h.stated else h.verb
    days, does = s.cast.days(s.choose(2, 3)), f"[{verb.third}|{verb.past}]"
    first = s.number(2, 60)
    values: list[Quantity] = [s.given(first)]
    clauses = [Clause(f"{does} {h.item.count(s.n(first))} {days[0]}", h.owner)]
    spare = steps - 1
    if spare > len(days) - 1:
        raise Retry
    for index, day in enumerate(days[1:]):
        before = days[index]
        if spare > 0:
            spare -= 1
            kind, label = s.choose("times", "more", "fewer", "half"), f"{h.item.many} {day}"
            if kind == "times":
                by = s.choose(2, 3)
                found = s.mul(label, values[-1], by)
                s.fact(found, "*", values[-1], by)
                how = f"{TIMES[by]} as many as {before}"
            elif kind == "half":
                found = s.div(label, values[-1], 2)
                s.fact(values[-1], "*", found, 2)
                how = f"half as many as {before}"
            elif kind == "more":
                by = s.number(2, 20)
                found = s.add(label, values[-1], by)
                s.fact(found, "+", values[-1], by)
                how = f"{s.n(by)} more than {before}"
            else:
                by = s.number(2, 20)
                found = s.sub(label, values[-1], by)
                s.fact(values[-1], "+", found, by)
                how = f"{s.n(by)} fewer than {before}"
            clauses.append(Clause(f"{day} {h.owner.he} {does} {how}", fixed=True))
            values.append(found)
        else:
            value = s.number(2, 60)
            clauses.append(Clause(f"{does} {s.n(value)}{s.choose('', ' more')} {day}", h.owner, event=True))
            values.append(s.given(value))
    if spare:
        raise Retry
    total = s.add(h.label, *values)
    s.fact(total, "+", *values)
    s.summed = total.name
    return replace(total, clauses=tuple(clauses))


def rest(s: Story, h: Holding, steps: int) -> Quantity:
    """A whole, some known sorts of it, and the rest."""
    if h.item.base in s.cast.divided:
        raise Retry
    sorts = s.cast.sorts(s.cast.base(h.item), 2 + s.chance(0.4), including=h.item)
    whole_of = replace(h, item=s.cast.base(h.item))
    if whole_of.item.one == h.item.one:
        raise Retry
    whole = count(s, whole_of, steps - (2 if len(sorts) == 3 else 1))
    known = [s.number(2, 60) for _ in sorts[1:]]
    others = [sort.count(s.n(number)) for sort, number in zip(sorts[1:], known, strict=True)]
    taken = s.given(known[0])
    if len(known) == 2:
        taken = s.add("others", *known)
        s.fact(taken, "+", *known)
    left = s.sub(h.label, whole, taken)
    s.fact(whole, "+", left, taken)
    colours = [sort.one.removesuffix(f" {whole_of.item.one}") for sort in sorts]
    if s.chance(0.5):
        told = " and ".join(f"{s.n(n)} [are|were] {c}" for n, c in zip(known, colours[1:], strict=True))
        return left.told(Clause(f"of these, {told}, and the rest [are|were] {colours[0]}", fixed=True))
    return left.told(
        Clause(
            f"there [are|were] {' and '.join(others)} among them, and all the others [are|were] {colours[0]}",
            fixed=True,
        )
    )


def fraction_of(s: Story, h: Holding, steps: int) -> Quantity:
    """A third, two thirds or so many percent of a whole are of this sort."""
    base = s.cast.base(h.item)
    if base.one == h.item.one or base.one in s.cast.divided:
        raise Retry
    colour = h.item.one.removesuffix(f" {base.one}")
    whole_of = replace(h, item=base)
    kind = (
        "percent"
        if "%" in s.must
        else s.choose("one", "one", "several", "several", "percent", "percent", "rest", "rest")
    )
    cost = {"one": 1, "percent": 1, "several": 2, "rest": 2}[kind]
    if steps < cost:
        raise Retry
    whole = count(s, whole_of, steps - cost)
    of = s.choose(f"of the {base.many}", "of them", f"of these {base.many}")
    if kind == "percent":
        rate = s.rate(whole, 5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 70, 75, 80, 90)
        found = s.percent(h.label, whole, rate)
        s.fact(found, "*", whole, f"{rate}/100")
        return found.told(Clause(f"{rate}% {of} [are|were] {colour}"))
    by = s.divisor(whole.value)
    if by not in PARTS:
        raise Retry
    if kind == "one":
        found = s.div(h.label, whole, by)
        s.fact(whole, "*", found, by)
        return found.told(Clause(f"{PARTS[by]} {of} [are|were] {colour}"))
    if kind == "several":
        if by < 3:
            raise Retry
        times_ = s.rng.randint(2, by - 1)
        one = s.div(f"1/{by} of them", whole, by)
        s.fact(whole, "*", one, by)
        found = s.mul(h.label, one, times_)
        s.fact(found, "*", whole, f"{times_}/{by}")
        return found.told(Clause(f"{times_}/{by} {of} [are|were] {colour}"))
    other = s.cast.sorts(base, 2, including=h.item)[1].one.removesuffix(f" {base.one}")
    gone = s.div(f"{other} {base.many}", whole, by)
    s.fact(whole, "*", gone, by)
    found = s.sub(h.label, whole, gone)
    s.fact(whole, "+", gone, found)
    return found.told(Clause(f"{PARTS[by]} {of} [are|were] {other} and the rest [are|were] {colour}"))


def together(s: Story, h: Holding, steps: int) -> Quantity:
    """What two have together is known, and what the other one has."""
    if not h.owner.person or h.owner.plural:
        raise Retry
    o = replace(h, owner=s.cast.other_owner(h.owner))
    other = count(s, o, steps - 1)
    both = int(other.value) + s.number(2, 60) if isinstance(other.value, int) else 0
    mine = s.sub(h.label, both, other)
    s.fact(both, "+", mine, other)
    pair = f"{h.owner.name} and {o.owner.name}"
    does = verb_plural(h)
    return mine.told(
        s.choose(
            Clause(f"together, {pair} {does} {s.n(both)} {h.item.many}"),
            Clause(
                f"{pair} {does} {s.n(both)} {h.item.many} {s.choose('together', 'altogether', 'in total', 'combined')}"
            ),
        )
    )


def verb_plural(h: Holding) -> str:
    return f"[{h.verb.base}|{h.verb.past}]"


def shared(s: Story, h: Holding, steps: int) -> Quantity:
    """An equal share of something."""
    if not h.owner.person or h.owner.plural or not h.stated:
        raise Retry
    source = Holding(s.cast.other_owner(h.owner), h.item)
    whole = count(s, source, steps - 1)
    by = s.divisor(whole.value)
    found = s.div(h.label, whole, by)
    s.fact(whole, "*", found, by)
    friends = s.cast.group()
    o = source.owner
    his = f"{o.his} {h.item.many}"
    them = s.choose("them", f"the {h.item.many}", his) if len(whole.clauses) == 1 else his
    return found.told(
        s.choose(
            Clause(
                f"[shares|shared] {them} equally among {s.n(by)} {friends.many}, and {h.owner.name} [is|was] one of them",
                o,
                event=True,
                fixed=True,
            ),
            Clause(
                f"[divides|divided] {them} equally between {s.n(by)} {friends.many}, one of whom [is|was] {h.owner.name}",
                o,
                event=True,
                fixed=True,
            ),
        )
    )


def events(s: Story, h: Holding, steps: int) -> Quantity:
    """Something is there; then it becomes more or less, once or several times."""
    if not h.stated:
        raise Retry
    changes = 1 + (steps > 1 and s.chance(0.6)) + (steps > 2 and s.chance(0.4))
    now = count(s, h, steps - changes)
    for _ in range(changes):
        now = _event(s, h, now)
    return now


def _event(s: Story, h: Holding, before: Quantity) -> Quantity:
    who, many = h.owner, h.item.many
    kind = s.choose("gain", "gain", "lose", "lose", "half", "percent", "transfer")
    if not who.person:
        kind = "gain" if kind in ("gain", "transfer") else "lose" if kind != "half" else kind
    if kind in ("gain", "transfer"):
        x = s.number(2, 60)
        after = s.add(f"{many} now", before, x)
        s.fact(after, "+", before, x)
        more_ = s.choose(f"{s.n(x)} more {many}", f"{s.n(x)} more", f"another {s.n(x)} {many}", f"another {s.n(x)}")
        if not who.person:
            return after.told(
                s.choose(
                    Clause(f"{more_} [are|were] {s.cast.put(h.item)} {who.preposition} {who.him}", event=True),
                    Clause(f"{s.cast.someone()} [brings|brought] {more_}", event=True),
                )
                if s.alone
                else Clause(f"{more_} [are|were] {s.cast.put(h.item)} {who.preposition} {who.name}", event=True)
            )
        if kind == "transfer":
            giver = s.cast.other_owner(who)
            return after.told(Clause(f"{giver.name} [gives|gave] {who.him} {more_}", event=True))
        verb = s.cast.gain(h.item)
        return after.told(Clause(f"[{verb.third}|{verb.past}] {more_}", who, event=True))
    if kind == "half":
        by = s.divisor(before.value, 2, 5)
        gone = PARTS[by]
        lost = s.div(f"{many} gone", before, by) if by > 2 else None
        if lost is None:
            after = s.div(f"{many} left", before, 2)
            s.fact(before, "*", after, 2)
        else:
            raise Retry
    elif kind == "percent":
        raise Retry
    else:
        x = s.number(2, 60)
        after = s.sub(f"{many} left", before, x)
        s.fact(before, "+", after, x)
        gone = s.n(x)
    if not who.person:
        them = s.choose(f"the {many}", "them") if s.alone else f"the {many} {who.preposition} {who.name}"
        return after.told(Clause(f"{gone} of {them} [are|were] {s.cast.removed(h.item)}", event=True))
    verb = s.cast.lose(h.item)
    of = (
        (s.choose(f"of {who.his} {many}", "of them", f"of the {many}") if s.alone else f"of {who.his} {many}")
        if gone in PARTS.values() or s.chance(0.5)
        else many
    )
    to = f" to {s.cast.receiver(who)}" if verb.gives else ""
    return after.told(Clause(f"[{verb.third}|{verb.past}] {gone} {of}{to}", who, event=True))


def before_that(s: Story, h: Holding, steps: int) -> Quantity:
    """Working backwards: what is left is known, and what happened. Only for a question that asks for the beginning."""
    if not h.stated:
        raise Retry
    s.past = True
    who, many = h.owner, h.item.many
    left = s.number(2, 80)
    now: Quantity = s.given(left)
    told: list[str] = []
    kinds: list[str] = []
    for index in range(steps):
        kind = s.choose("lose", "lose", "gain", "half")
        kinds.append(kind)
        if kind == "lose":
            x = s.number(2, 60)
            earlier = s.add(f"{many} before that", now, x)
            s.fact(earlier, "+", now, x)
        elif kind == "gain":
            x = s.number(2, 60)
            earlier = s.sub(f"{many} before that", now, x)
            s.fact(now, "+", earlier, x)
        else:
            earlier = s.mul(f"{many} before that", now, 2)
            s.fact(earlier, "*", now, 2)
        them = many if index == steps - 1 else s.choose("of them", many)
        number = s.n(x) if kind != "half" else ""
        if not who.person:
            changed = s.cast.put(h.item) if kind == "gain" else s.cast.removed(h.item)
            amount = {"lose": f"{number} {them}", "gain": f"{number} more {many}", "half": f"half of the {many}"}[kind]
            told.append(f"{amount} were {changed}")
        else:
            verb = s.cast.gain(h.item) if kind == "gain" else s.cast.lose(h.item)
            amount = {
                "lose": f"{number} {them}",
                "gain": f"{number} more {many}",
                "half": f"half of {who.his} {many}",
            }[kind]
            to = f" to {s.cast.receiver(who)}" if verb.gives else ""
            if steps == 1 and s.chance(0.3):
                told.append(
                    f"after {verb.ing} {amount}{to}, {who.name} had {s.n(left)} {many}{'' if kind == 'gain' else ' left'}"
                )
            else:
                told.append(f"{verb.past} {amount}{to}")
        now = earlier
    s.manner = s.choose("at first", "in the beginning", "to begin with", "at the start")
    if told[0].startswith("after "):
        return replace(now, clauses=(Clause(told[0], fixed=True),))
    speaker = who if who.person else None
    clauses = [Clause(text, speaker, event=index > 0, fixed=True) for index, text in enumerate(reversed(told))]
    if not who.person:
        clauses.insert(0, Clause(f"there were some {many} {who.preposition} {who.name}", fixed=True))
    elif s.chance(0.5):
        clauses.insert(0, Clause(f"had some {many}", who, fixed=True))
    number, only, still = s.n(left), s.choose("", "", "only "), " left"
    if kinds[0] == "gain":
        only, still = "", s.choose("", " in all")
    there = f"{who.preposition} {who.name}"
    end = (
        s.choose(
            f"now {who.name} has {only}{number} {many}{still}",
            f"after that {s.he(who)} had {only}{number} {many}",
            f"in the end {s.he(who)} had {only}{number} {many}{still}",
            f"when {s.he(who)} counted the {many}, there were {only}{number}",
        )
        if who.person
        else s.choose(
            f"now there are {only}{number} {many}{still}",
            f"after that there were {only}{number} {many} {there}",
            f"in the end there were {only}{number} {many}{still}",
        )
    )
    return replace(now, clauses=(*clauses, Clause(end, fixed=True)))


def dozens(s: Story, h: Holding, steps: int) -> Quantity:
    """Numbers that come in words: a dozen, a pair, a score."""
    if not h.owner.person:
        raise Retry
    word, size = s.choose(("dozen", 12), ("dozen", 12), ("pairs of", 2))
    if size == 2 and not s.cast.paired(h.item):
        word, size = "dozen", 12
    by = s.number(2, 9)
    total = s.mul(h.label, by, size)
    s.fact(total, "*", by, f"c{size}")
    if steps > 1:
        raise Retry
    return replace(total, clauses=(Clause(f"{h.does} {s.n(by)} {word} {h.item.many}", h.owner),))


def ratio(s: Story, h: Holding, steps: int) -> Quantity:
    """The ratio of two sorts, and the number of one."""
    if h.item.fixed:
        raise Retry
    o = replace(h, item=s.cast.other_item(h.item))
    other = count(s, o, steps - 2)
    b = s.divisor(other.value, 2, 9)
    a = s.number(2, 9)
    if a == b:
        raise Retry
    one = s.div("one part", other, b)
    found = s.mul(h.label, one, a)
    s.fact(other, "*", one, b)
    s.fact(found, "*", one, a)
    where = "" if h.owner.person else f" {h.owner.preposition} {h.owner.name}"
    owner = f"{h.owner.s} " if h.owner.person else ""
    return found.told(
        Clause(
            f"the ratio of {owner}{h.item.many} to {owner and h.owner.his + ' '}{o.item.many}{where} [is|was] {a}:{b}"
        )
    )


# With the fewest steps that each can take. Real questions of one or two steps add and subtract more than they multiply,
# longer ones the other way round: so it is here, since the last step of a chain is drawn among those of one step.
SCHEMAS: list[tuple[int, Callable[[Story, Holding, int], Quantity]]] = [
    (1, more),
    (1, more),
    (1, more),
    (1, fewer),
    (1, fewer),
    (1, less_than_by),
    (1, times),
    (2, times),
    (3, times),
    (3, times),
    (1, part),
    (1, part),
    (1, part),
    (3, part),
    (2, percent_more),
    (2, percent_more),
    (1, groups),
    (1, groups),
    (2, groups),
    (3, groups),
    (3, groups),
    (3, groups),
    (1, rows),
    (1, per_time),
    (2, per_time),
    (1, parts),
    (1, parts),
    (2, parts),
    (2, parts),
    (1, by_day),
    (2, by_day),
    (1, rest),
    (1, rest),
    (1, fraction_of),
    (1, fraction_of),
    (1, fraction_of),
    (1, together),
    (1, together),
    (1, shared),
    (1, shared),
    (1, events),
    (1, events),
    (1, events),
    (2, events),
    (1, dozens),
    (2, ratio),
]
# Those whose number is not of the time that the story ends in.
ASKED: list[tuple[int, Callable[[Story, Holding, int], Quantity]]] = [(1, before_that), (1, before_that)]
