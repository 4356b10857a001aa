"""Questions with a trick of their own: averages, common multiples, remainders, two unknowns, overlapping sets, calendars."""

from math import gcd, lcm

from data_chef.stories.counts import HAVE, TIMES, Holding, count
from data_chef.stories.money import usd
from data_chef.stories.questions import Asked
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


def average(s: Story, steps: int) -> Asked:
    """Sum and quotient."""
    who = s.cast.person()
    k = s.choose(2, 3, 3, 4, 5)
    label, unit = s.choose(
        ("scores", "points"),
        ("temperatures", "degrees"),
        ("weights", "pounds"),
        ("heights", "inches"),
        ("prices", "dollars"),
    )
    values = [s.number(3, 99) for _ in range(k)]
    if steps == 2:
        if sum(values) % k:
            raise Retry
        total = s.add("sum", *values)
        s.fact(total, "+", *values)
        found = s.div("average", total, k)
        s.fact(total, "*", found, k)
        listed = f"{', '.join(map(str, values[:-1]))} and {values[-1]}"
        if label == "scores":
            found.clauses = (Clause(f"[scores|scored] {listed} points in {s.n(k)} games", who),)
            return found, s.choose(
                f"what [is|was] {who.his} average score?",
                f"how many points {'did' if s.past else 'does'} {s.he(who)} score on average?",
            )
        found.clauses = (
            Clause(
                f"the {label} of {s.n(k)} {s.choose('things', 'samples', 'objects') if label != 'temperatures' else 'days'} [are|were] {listed} {unit}"
            ),
        )
        return found, s.choose(
            f"what [is|was] the average in {unit}?",
            "what [is|was] their average?",
            "find the average.",
            "what [is|was] the mean?",
        )
    if steps == 3:
        mean = s.number(5, 90)
        whole = s.mul("sum wanted", mean, k)
        s.fact(whole, "*", mean, k)
        known = values[: k - 1]
        if k < 3:
            raise Retry
        total = s.add("sum so far", *known)
        s.fact(total, "+", *known)
        last = s.sub("last score", whole, total)
        s.fact(whole, "+", total, last)
        if last.value > 100:
            raise Retry
        listed = f"{', '.join(map(str, known[:-1]))} and {known[-1]}"
        last.clauses = (
            Clause(f"[scores|scored] {listed} points in {s.n(k - 1)} games", who),
            Clause(f"[wants|wanted] an average of {mean} over {s.n(k)} games", who),
        )
        return last, f"how many points {'did' if s.past else 'does'} {s.he(who)} need in the next game?"
    raise Retry


def common_factor(s: Story, steps: int) -> Asked:
    """The largest number of equal sets from two supplies."""
    if steps != 1:
        raise Retry
    who, a, b = s.cast.person(), s.cast.goods(), s.cast.goods()
    g = s.number(2, 12)
    x, y = s.number(2, 9), s.number(2, 9)
    if gcd(x, y) != 1:
        raise Retry
    bags = s.cast.container(a)
    found = s.apply("gcd", f"greatest number of {bags.many}", g * x, g * y)
    found.clauses = (
        Clause(f"[has|had] {g * x} {a.many} and {g * y} {b.many}", who),
        Clause(
            f"[wants|wanted] to fill {bags.many} that all have the same {a.many} and the same {b.many} in them, with nothing left over",
            who,
            fixed=True,
        ),
    )
    return found, s.choose(
        f"what is the greatest number of {bags.many} that {s.he(who)} can fill?",
        f"at most how many such {bags.many} can {s.he(who)} make?",
    )


def common_multiple(s: Story, steps: int) -> Asked:
    """When two rhythms meet again."""
    if steps != 1:
        raise Retry
    a, b = s.rng.sample(range(2, 16), 2)
    if lcm(a, b) in (a, b) and s.chance(0.7):
        raise Retry
    one, two = s.cast.person(), None
    unit = s.choose("days", "minutes", "hours", "weeks")
    what = s.rng.randrange(3)
    found = s.apply("lcm", f"{unit} until both", a, b)
    if what == 0:
        two = s.cast.new_owner(one)
        place = s.cast.somewhere()
        told = (
            Clause(f"{one.name} [goes|went] to {place} every {s.n(a)} {unit} and {two.name} every {s.n(b)} {unit}"),
            Clause("today they [are|were] both there", fixed=True),
        )
        q = f"after how many {unit} {'were' if s.past else 'will'} they {'' if s.past else 'be '}there together again?"
    elif what == 1:
        told = (
            Clause(f"one bell [rings|rang] every {s.n(a)} {unit} and another every {s.n(b)} {unit}"),
            Clause("just now they [ring|rang] together", fixed=True),
        )
        q = f"in how many {unit} {'did' if s.past else 'will'} they ring together again?"
    else:
        told = (
            Clause(f"a red light [flashes|flashed] every {s.n(a)} {unit} and a blue one every {s.n(b)} {unit}"),
            Clause("both [have just flashed|had just flashed]", fixed=True),
        )
        q = f"how many {unit} [pass|passed] until they flash together again?"
    found.clauses = told
    return found, q


def rounded(s: Story, steps: int) -> Asked:
    """Division where the remainder counts: how many buses, how many full boxes, what is left over."""
    h = Holding(s.cast.person(), s.cast.thing(), HAVE)
    many = h.item.many
    kind = s.choose("up", "down", "rest")
    if kind == "up" and s.chance(0.6):
        people = s.cast.crowd()
        n, size = s.number(10, 300), s.number(3, 40)
        total: Quantity = s.given(
            n,
            s.choose(
                Clause(f"{n} {people.many} [go|went] on a trip"),
                Clause(f"a school [takes|took] {n} {people.many} to {s.cast.somewhere()}"),
                Clause(f"there [are|were] {n} {people.many} for a trip"),
            ),
        )
        if steps == 2:
            more = s.number(2, 30)
            extra = s.cast.crowd_two()
            total2 = s.add("people", total, more)
            s.fact(total2, "+", total, more)
            total = total2.told(Clause(f"{s.n(more)} {extra} [come|came] with them"))
        elif steps != 1:
            raise Retry
        ride = s.choose(
            ("bus", "buses"),
            ("van", "vans"),
            ("boat", "boats"),
            ("tent", "tents"),
            ("table", "tables"),
            ("car", "cars"),
        )
        if total.value % size == 0:
            raise Retry
        if total.value < size:
            raise Retry
        found = s.apply("ceil", f"{ride[1]}", total, size)
        return found.told(
            s.choose(
                Clause(f"each {ride[0]} [holds|held] {s.n(size)} people"),
                Clause(f"one {ride[0]} [has|had] room for {s.n(size)} people"),
            )
        ), s.choose(
            f"how many {ride[1]} [are|were] needed?",
            f"how many {ride[1]} {'did' if s.past else 'do'} they need?",
            f"what is the smallest number of {ride[1]} that is enough?",
        )
    whole = count(s, h, steps - 1)
    size = s.number(3, 20)
    if not isinstance(whole.value, int) or whole.value % size == 0 or whole.value < size:
        raise Retry
    holder = s.cast.container(h.item)
    do = "did" if s.past else "does"
    clause = s.choose(
        Clause(f"[puts|put] {s.n(size)} {many} into each {holder.one}", h.owner, event=True),
        Clause(f"each {holder.one} [holds|held] {s.n(size)} {many}"),
    )
    if kind == "up":
        found = s.apply("ceil", holder.many, whole, size)
        return found.told(
            Clause(f"each {holder.one} [holds|held] {s.n(size)} {many}")
        ), f"how many {holder.many} {do} {s.he(h.owner)} need for all the {many}?"
    if kind == "down":
        found = s.apply("floor", f"full {holder.many}", whole, size)
        return found.told(clause), s.choose(
            f"how many {holder.many} {'were' if s.past else 'are'} full?",
            f"how many full {holder.many} [are|were] there?",
        )
    found = s.apply("mod", f"{many} left over", whole, size)
    return found.told(clause), s.choose(
        f"how many {many} [are|were] left over?",
        f"how many {many} {'remained' if s.past else 'remain'}?",
        f"how many {many} [are|were] left?",
    )


def sum_and_difference(s: Story, steps: int) -> Asked:
    """Two unknowns from their sum and their difference, or from a multiple."""
    item = s.cast.thing()
    h = Holding(s.cast.person(), item, s.choose(HAVE, s.cast.action(item)))
    other = s.cast.new_owner(h.owner)
    many = h.item.many
    small = s.number(2, 60)
    pair = f"{h.owner.name} and {other.name}"
    does = f"[{h.verb.base}|{h.verb.past}]"
    do = "did" if s.past else "does"
    if s.chance(0.5):
        if steps != 2:
            raise Retry
        gap = s.number(2, 40)
        total = 2 * small + gap
        twice = s.sub("twice the smaller", total, gap)
        less = s.div(f"{other.s} {many}", twice, 2)
        s.fact(total, "+", less, less, gap)
        less.clauses = (
            Clause(f"{pair} {does} {s.n(total)} {many} {s.choose('together', 'in total', 'altogether')}"),
            Clause(f"{h.owner.name} [{h.verb.third}|{h.verb.past}] {s.n(gap)} more than {other.name}"),
        )
        return less, f"how many {many} {do} {other.name} {h.verb.base}?"
    by = s.choose(2, 3, 4)
    total = small * (by + 1)
    if steps not in (2, 3):
        raise Retry
    parts = s.add("parts", by, 1)
    less = s.div(f"{other.s} {many}", total, parts)
    clauses = (
        Clause(f"{pair} {does} {s.n(total)} {many} {s.choose('together', 'in total', 'altogether')}"),
        Clause(f"{h.owner.name} [{h.verb.third}|{h.verb.past}] {TIMES[by]} as many as {other.name}"),
    )
    if steps == 2:
        s.fact(total, "*", less, f"w{by + 1}")
        less.clauses = clauses
        return less, f"how many {many} {do} {other.name} {h.verb.base}?"
    most = s.mul(f"{h.owner.s} {many}", less, by)
    s.fact(total, "+", less, most)
    s.fact(most, "*", less, by)
    most.clauses = clauses
    return most, f"how many {many} {do} {h.owner.name} {h.verb.base}?"


def heads_and_legs(s: Story, steps: int) -> Asked:
    """Two sorts, their number and something else that counts them: legs, wheels, or money for tickets."""
    if steps != 4:
        raise Retry
    a, b = s.number(2, 30), s.number(2, 30)
    kind = s.rng.randrange(3)
    if kind == 0:
        two, four = (
            s.rng.choice(("chickens", "ducks", "geese", "turkeys")),
            s.rng.choice(("cows", "pigs", "sheep", "goats", "horses", "rabbits")),
        )
        where, low, high, unit, first, second = (
            s.choose("on a farm", "in a barn", "in a yard"),
            2,
            4,
            "legs",
            two,
            four,
        )
        told = (
            Clause(f"there are {first} and {second} {where}, {a + b} animals in all"),
            Clause(f"together they have {low * a + high * b} legs"),
        )
        c_low, c_high = f"c{low}", f"c{high}"
    elif kind == 1:
        first, second, low, high, unit = "bicycles", "tricycles", 2, 3, "wheels"
        told = (
            Clause(f"a shop has {a + b} bicycles and tricycles"),
            Clause(f"altogether they have {low * a + high * b} wheels"),
        )
        c_low, c_high = "c2", "c3"
    else:
        low = s.number(2, 9)
        high = low + s.number(1, 10)
        first, second, unit = "child tickets", "adult tickets", "dollars"
        told = (
            Clause(f"child tickets cost {usd(s, low)} and adult tickets cost {usd(s, high)}"),
            Clause(f"{a + b} tickets were sold for {usd(s, low * a + high * b)} in all"),
        )
        c_low, c_high = low, high
    s.past = kind == 2
    heads, total = a + b, low * a + high * b
    least = s.mul(f"{unit} if all were {first}", heads, low)
    extra = s.sub(f"{unit} more than that", total, least)
    gap = s.sub(f"{unit} more for each of the {second}", high, low)
    found = s.div(second, extra, gap)
    rest = Quantity(a, s._new())
    s.fact(heads, "+", found, rest)
    one, other = Quantity(low * a, s._new()), Quantity(high * b, s._new())
    s.fact(one, "*", rest, c_low)
    s.fact(other, "*", found, c_high)
    s.fact(total, "+", one, other)
    found.clauses = told
    return found, s.choose(
        f"how many {second} {'were' if kind == 2 else 'are'} {'sold' if kind == 2 else 'there'}?",
        f"how many of them {'were' if kind == 2 else 'are'} {second}?",
    )


def two_prices(s: Story, steps: int) -> Asked:
    """Two purchases of the same two things."""
    if steps != 3:
        raise Retry
    one, two = s.cast.goods(), s.cast.goods()
    p, q, m, n, k = s.number(1, 15), s.number(1, 15), s.number(1, 6), s.number(1, 6), s.number(1, 6)
    first, second = m * p + n * q, (m + k) * p + n * q
    more = s.sub(f"price of {k} more {one.many if k > 1 else one.one}", second, first)
    extra = s.sub(f"more {one.many}", m + k, m)
    found = s.div(f"price of one {one.one}", more, extra)
    a, b, c, other = (Quantity(v, s._new()) for v in (m * p, (m + k) * p, n * q, q))
    s.fact(a, "*", found, m)
    s.fact(b, "*", found, m + k)
    s.fact(c, "*", other, n)
    s.fact(first, "+", a, c)
    s.fact(second, "+", b, c)
    found.clauses = (
        Clause(f"{one.count(s.n(m))} and {two.count(s.n(n))} cost {usd(s, first)}"),
        Clause(f"{one.count(s.n(m + k))} and {two.count(s.n(n))} cost {usd(s, second)}"),
    )
    s.past = False
    return found, s.choose(
        f"how much does one {one.one} cost?",
        f"what is the price of one {one.one}?",
        f"find the price of one {one.one} in dollars.",
    )


def overlap(s: Story, steps: int) -> Asked:
    """Two overlapping sets in a group."""
    people = s.cast.crowd()
    x, y = s.cast.two_likes()
    both, a, b, none = s.number(1, 20), s.number(2, 40), s.number(2, 40), s.number(1, 20)
    a, b = a + both, b + both
    total = a + b - both + none
    s.past = s.chance(0.3)
    where = s.choose("in a class", "in a club", "in a group", "at a camp")
    head = f"{where} of {total} {people.many}, "
    if steps == 2:
        named = s.add("counted in both lists", a, b)
        either = s.sub("at least one", named, both)
        s.fact(named, "+", a, b)
        s.fact(named, "+", either, both)
        either.clauses = (
            Clause(f"{where} {a} {people.many} [like|liked] {x}, {b} [like|liked] {y} and {both} [like|liked] both"),
        )
        return either, s.choose(
            f"how many {people.many} like at least one of the two?", f"how many like {x} or {y} or both?"
        ) if not s.past else f"how many {people.many} liked at least one of the two?"
    if steps == 3:
        named = s.add("counted in both lists", a, b)
        either = s.sub("at least one", named, both)
        found = s.sub("neither", total, either)
        s.fact(named, "+", a, b)
        s.fact(named, "+", either, both)
        s.fact(total, "+", either, found)
        found.clauses = (Clause(f"{head}{a} [like|liked] {x}, {b} [like|liked] {y} and {both} [like|liked] both"),)
        return found, f"how many {people.many} like{'d' if s.past else ''} neither?"
    if steps == 1:
        found = s.sub(f"only {x}", a, both)
        s.fact(a, "+", found, both)
        found.clauses = (
            Clause(f"{where} {a} {people.many} [like|liked] {x}"),
            Clause(f"{both} of them [like|liked] {y} too"),
        )
        return found, f"how many {people.many} like{'d' if s.past else ''} {x} but not {y}?"
    raise Retry


def legs(s: Story, steps: int) -> Asked:
    """Numbers that everyone knows: legs, wheels, sides, days."""
    known = (
        ("dogs", 4, "legs"),
        ("spiders", 8, "legs"),
        ("ants", 6, "legs"),
        ("birds", 2, "legs"),
        ("cars", 4, "wheels"),
        ("bicycles", 2, "wheels"),
        ("tricycles", 3, "wheels"),
        ("cows", 4, "legs"),
        ("triangles", 3, "sides"),
        ("squares", 4, "sides"),
        ("hands", 5, "fingers"),
        ("weeks", 7, "days"),
        ("years", 12, "months"),
        ("cats", 4, "paws"),
        ("hours", 60, "minutes"),
    )
    one = s.rng.choice(known)
    a = s.number(2, 30)
    first = s.mul(f"{one[2]} of the {one[0]}", a, one[1])
    s.fact(first, "*", a, f"c{one[1]}")
    s.past = False
    if steps == 1:
        first.clauses = ()
        return first, s.choose(
            f"how many {one[2]} do {s.n(a)} {one[0]} have?"
            if one[2] not in ("days", "months", "minutes")
            else f"how many {one[2]} are there in {s.n(a)} {one[0]}?",
            f"what is the number of {one[2]} of {s.n(a)} {one[0]}?"
            if one[2] not in ("days", "months", "minutes")
            else f"{s.n(a)} {one[0]} are how many {one[2]}?",
        )
    same = [k for k in known if k[2] == one[2] and k[0] != one[0]]
    if not same or steps != 3:
        raise Retry
    two = s.rng.choice(same)
    b = s.number(2, 30)
    second = s.mul(f"{two[2]} of the {two[0]}", b, two[1])
    s.fact(second, "*", b, f"c{two[1]}")
    total = s.add(f"{one[2]} in total", first, second)
    s.fact(total, "+", first, second)
    total.clauses = (
        s.choose(
            Clause(f"there are {s.n(a)} {one[0]} and {s.n(b)} {two[0]}"),
            Clause(
                f"{s.cast.person().name} {s.choose('draws', 'sees', 'counts')} {s.n(a)} {one[0]} and {s.n(b)} {two[0]}"
            ),
        ),
    )
    return total, s.choose(f"how many {one[2]} is that in total?", f"how many {one[2]} do they have altogether?")


def change_percent(s: Story, steps: int) -> Asked:
    """By how many percent something grew or shrank."""
    if steps != 2:
        raise Retry
    item = s.cast.goods()
    rate, base = (
        s.choose(5, 10, 20, 25, 30, 40, 50, 60, 75),
        s.choose(20, 40, 60, 80, 100, 120, 150, 200, 240, 300, 400),
    )
    if base * rate % 100:
        raise Retry
    up = s.chance(0.5)
    step = base * rate // 100
    new = base + step if up else base - step
    gap = s.sub("change", *((new, base) if up else (base, new)))
    s.fact(max(new, base), "+", gap, min(new, base))
    found = s.div("percent", gap, base, whole=False)
    s.steps[-1] = f"Percent: <<{step}/{base}*100={rate}>>"
    result = Quantity(rate, s._new(), "percent")
    s.graph[result.name] = s.graph.pop(found.name) + "%"
    s.fact(gap, "*", base, result, "1/100")
    a = s.cast.article(item.one)
    result.clauses = (
        s.choose(
            Clause(f"the price of {a} {item.one} {'rises' if up else 'falls'} from ${base} to ${new}"),
            Clause(f"{a} {item.one} that cost ${base} now costs ${new}"),
        ),
    )
    s.past = False
    return result, s.choose(
        f"by what percent did the price {'rise' if up else 'fall'}?",
        f"what is the percent {'increase' if up else 'decrease'}?",
    )


PUZZLES = [
    (2, average),
    (3, average),
    (2, average),
    (1, common_factor),
    (1, common_multiple),
    (1, rounded),
    (2, rounded),
    (3, rounded),
    (2, sum_and_difference),
    (3, sum_and_difference),
    (4, heads_and_legs),
    (3, two_prices),
    (1, overlap),
    (2, overlap),
    (3, overlap),
    (1, legs),
    (3, legs),
    (2, change_percent),
]
