"""Questions with a trick of their own: averages, common multiples, remainders, two unknowns, overlapping sets, calendars."""

from dataclasses import replace
from math import gcd, lcm

from data_chef.stories import themes
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
    """The largest number of equal sets, or the longest equal piece, from two or three supplies."""
    if steps > 2:
        raise Retry
    g, parts = s.number(2, 12), [s.number(2, 9) for _ in range(steps + 1)]
    if gcd(*parts) != 1 or len(set(parts)) <= steps:
        raise Retry
    amounts: list[int] = [g * part for part in parts]
    who = s.cast.person()
    can, he = "could" if s.past else "can", s.he(who)
    kind = s.choose("sets", "sets", "pieces", "rows", "teams")
    s.frames.append(kind)
    if kind == "sets":
        things = [s.cast.goods() for _ in amounts]
        bags = s.cast.new_container(things[0])
        label = f"greatest number of {bags.many}"
        listed = _listed([f"{n} {thing.many}" for n, thing in zip(amounts, things, strict=True)])
        same = s.choose("that all hold the same, with", "with the same things in each and", "that are all alike, with")
        told = (
            Clause(f"[has|had] {listed}", who),
            Clause(
                f"[wants|wanted] to fill {bags.many} {same} nothing left over",
                who,
                fixed=True,
            ),
        )
        question = s.choose(
            f"what is the greatest number of {bags.many} that {he} {can} fill?",
            f"at most how many such {bags.many} {can} {he} make?",
            f"what is the most {bags.many} that {he} {can} fill?",
        )
    elif kind == "pieces":
        stuff, unit = s.choose("ribbon", "rope", "wire", "string", "wood"), s.choose("inches", "feet", "centimeters")
        label = f"length of a piece in {unit}"
        told = (
            Clause(
                f"[has|had] {len(amounts)} pieces of {stuff} that [are|were] {_listed(list(map(str, amounts)))} {unit} long",
                who,
                fixed=True,
            ),
            Clause(
                "[cuts|cut] all of them into equal pieces, as long as possible, with nothing left", who, fixed=True
            ),
        )
        question = s.choose(
            f"how long [is|was] each piece in {unit}?",
            f"what [is|was] the greatest length of a piece in {unit}?",
        )
    else:
        names = s.rng.sample(
            ("boys", "girls", "adults", "teachers") if kind == "teams" else ("roses", "tulips", "daisies", "lilies"),
            steps + 1,
        )
        listed = _listed([f"{n} {name}" for n, name in zip(amounts, names, strict=True)])
        label = f"greatest number of {kind}"
        alike = f"{kind} that all have the same number of {_listed(names)}"
        told = (
            Clause(f"there [are|were] {listed} {'at a camp' if kind == 'teams' else 'to plant'}"),
            Clause(f"{who.name} [makes|made] {alike}"),
        )
        question = s.choose(
            f"what is the greatest number of {kind} that {he} {can} make?",
            f"at most how many {kind} {can} {he} make?",
            f"how many {kind} {can} {he} make at the most?",
        )
    found: Quantity | int = amounts[0]
    for index, amount in enumerate(amounts[1:]):
        found = s.apply("gcd", label if index == steps - 1 else "common divisor", found, amount)
    assert isinstance(found, Quantity)
    return replace(found, clauses=told), question


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def common_multiple(s: Story, steps: int) -> Asked:
    """When two or three rhythms meet again, or the least number that can be had of two kinds of packs."""
    if steps > 2:
        raise Retry
    spans = s.rng.sample(range(2, 16 if steps == 1 else 13), steps + 1)
    if lcm(*spans) == max(spans) and s.chance(0.7):
        raise Retry
    unit = s.choose("days", "minutes", "hours", "weeks")
    every = [f"every {s.n(span)} {unit}" for span in spans]
    will, again = ("did", "") if s.past else ("will", "")
    kind = s.choose("people", "bells", "lights", "buses", "packs")
    s.frames.append(kind)
    label = f"{unit} until {'both' if steps == 1 else 'all'}"
    both = "both" if steps == 1 else "all"
    if kind == "people":
        one = s.cast.person()
        people = [one, *(s.cast.new_owner(one) for _ in spans[1:])]
        does, place = s.choose(
            ("[goes|went] to", s.cast.somewhere()),
            ("[swims|swam] in", "the pool"),
            ("[works|worked] at", s.cast.somewhere()),
        )
        rest = (
            _listed([f"{person.name} {span}" for person, span in zip(people, every, strict=True)][1:])
            if steps > 1
            else f"{people[1].name} {every[1]}"
        )
        told = (
            Clause(
                f"{one.name} {does} {place} {every[0]}, {rest}"
                if steps > 1
                else f"{one.name} {does} {place} {every[0]} and {rest}"
            ),
            Clause(f"today they [are|were] {both} there", fixed=True),
        )
        question = (
            f"after how many {unit} {'were' if s.past else 'will'} they {'' if s.past else 'be '}there together again?"
        )
    elif kind == "packs":
        things = [s.cast.goods() for _ in spans]
        label = "smallest number of each"
        listed = _listed([f"{thing.many} in packs of {s.n(span)}" for thing, span in zip(things, spans, strict=True)])
        who = s.cast.person()
        told = (
            Clause(f"a shop [sells|sold] {listed}"),
            Clause(
                f"{who.name} [wants|wanted] the same number of {'both' if steps == 1 else 'all of them'}", fixed=True
            ),
        )
        question = s.choose(
            f"what is the smallest number of each that {s.he(who)} {'could' if s.past else 'can'} buy?",
            f"at least how many of each {'did' if s.past else 'must'} {s.he(who)} {'have to ' if s.past else ''}buy?",
        )
    else:
        things, does, fast = {
            "bells": (("one bell", "another", "a third one"), "[rings|rang]", "ring"),
            "lights": (("a red light", "a blue one", "a green one"), "[flashes|flashed]", "flash"),
            "buses": (
                ("the bus to the beach", "the bus to the market", "the bus to the airport"),
                "[leaves|left]",
                "leave",
            ),
        }[kind]
        said = [f"{thing} {span}" for thing, span in zip(things, every, strict=False)]
        first = f"{things[0]} {does} {every[0]}"
        told = (
            Clause(f"{first}, {_listed(said[1:])}" if steps > 1 else f"{first} and {said[1]}"),
            Clause(
                f"just now they [{fast}|{ {'ring': 'rang', 'flash': 'flashed', 'leave': 'left'}[fast] }] together",
                fixed=True,
            ),
        )
        question = s.choose(
            f"in how many {unit} {will} they {fast} together again?",
            f"how many {unit} [pass|passed] until they {fast} together again?",
            f"after how many {unit} {will} they next {fast} at the same time?",
        )
    found: Quantity | int = spans[0]
    for index, span in enumerate(spans[1:]):
        found = s.apply("lcm", label if index == steps - 1 else "common multiple", found, span)
    assert isinstance(found, Quantity)
    return replace(found, clauses=told), question


def ratio_parts(s: Story, steps: int) -> Asked:
    """Two kinds in a ratio, of which the sum or the difference is known."""
    if steps != 3:
        raise Retry
    whole, names, places = s.rng.choice(themes.KINDS)
    one, two = s.rng.sample(names, 2)
    a, b = s.rng.sample(range(1, 10), 2)
    if gcd(a, b) != 1:
        raise Retry
    unit = s.number(2, 20)
    x, y = a * unit, b * unit
    where = s.choose(*places)
    ratio = s.choose(
        Clause(f"the ratio of {one} to {two} {where} [is|was] {a}:{b}"),
        Clause(f"for every {s.n(a)} {one} {where} there [are|were] {s.n(b)} {two}")
        if min(a, b) > 1
        else Clause(f"{where} the ratio of {one} to {two} [is|was] {a} to {b}"),
    )
    together = s.chance(0.5)
    s.frames.append("sum" if together else "difference")
    if together:
        parts = s.add("parts in all", a, b)
        known, told = (
            x + y,
            Clause(
                f"there [are|were] {s.n(x + y)} {s.choose(f'{one} and {two}', whole) if len(names) == 2 else f'{one} and {two}'} {s.choose('in all', 'altogether')}"
            ),
        )
    else:
        parts = s.sub("parts between them", max(a, b), min(a, b))
        more, less = (one, two) if a > b else (two, one)
        known = abs(x - y)
        told = s.choose(
            Clause(f"there [are|were] {s.n(known)} more {more} than {less}"),
            Clause(f"there [are|were] {s.n(known)} fewer {less} than {more}"),
        )
    part = s.div("one part", known, parts)
    first = s.chance(0.5)
    found = s.mul(one if first else two, part, a if first else b)
    other = Quantity(y if first else x, s._new())
    mine, theirs = (found, other) if first else (other, found)
    s.fact(mine, "*", part, a)
    s.fact(theirs, "*", part, b)
    if together:
        s.fact(known, "+", mine, theirs)
    elif a > b:
        s.fact(mine, "+", theirs, known)
    else:
        s.fact(theirs, "+", mine, known)
    asked = one if first else two
    return replace(found, clauses=(ratio, told)), s.choose(
        f"how many {asked} [are|were] there?", f"how many {asked} [are|were] {where}?", f"find the number of {asked}."
    )


def pattern(s: Story, steps: int) -> Asked:
    """A number that grows by as much, or as many times, every day: the next one, or the one after it."""
    if steps not in (2, 3):
        raise Retry
    h = Holding(s.cast.person(), s.cast.thing(), HAVE)
    verb, many = s.cast.action(h.item), h.item.many
    start, by = s.number(2, 40), s.number(2, 12)
    grows = s.choose("more", "more", "fewer", "times")
    if grows == "times":
        start, by = s.rng.randint(1, 9), s.choose(2, 2, 3)
    row = [start * by**i if grows == "times" else start + (by if grows == "more" else -by) * i for i in range(5)]
    if min(row) < 1 or max(row) > 300:
        raise Retry
    s.frames.append(grows)
    if grows == "times":
        change = s.div("times as many each time", row[1], row[0])
        s.fact(row[1], "*", row[0], change)
    elif grows == "more":
        change = s.sub("difference", row[1], row[0])
        s.fact(row[1], "+", row[0], change)
    else:
        change = s.sub("difference", row[0], row[1])
        s.fact(row[0], "+", row[1], change)
    unit = s.choose("day", "day", "week", "month", "hour")
    order = ("first", "second", "third", "fourth", "fifth")
    now = s.given(row[2])
    for index in range(steps - 1):
        label = f"{many} {'in' if unit != 'day' else 'on'} the {order[3 + index]} {unit}"
        if grows == "times":
            after = s.mul(label, now, change)
            s.fact(after, "*", now, change)
        elif grows == "more":
            after = s.add(label, now, change)
            s.fact(after, "+", now, change)
        else:
            after = s.sub(label, now, change)
            s.fact(now, "+", after, change)
        now = after
    on, wanted = "on" if unit == "day" else "in", order[steps + 1]
    does = f"[{verb.third}|{verb.past}]"
    first = h.item.count(s.n(row[0]))
    who = h.owner
    return replace(
        now,
        clauses=(
            Clause(
                f"{does} {first} {on} the first {unit}, {s.n(row[1])} {on} the second {unit} and {s.n(row[2])} {on} the third {unit}",
                who,
                fixed=True,
            ),
            Clause(
                s.choose(
                    "the pattern [goes|went] on in the same way",
                    "it [continues|continued] like this",
                    "the same pattern [continues|continued]",
                ),
                fixed=True,
            ),
        ),
    ), s.choose(
        f"how many {many} {'did' if s.past else 'does'} {s.he(who)} {verb.base} {on} the {wanted} {unit}?",
        f"how many {many} {'did' if s.past else 'will'} {who.name} {verb.base} {on} the {wanted} {unit}?",
    )


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
    holder = s.cast.new_container(h.item)
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
    if steps not in (2, 3):
        raise Retry
    apart = s.chance(0.5)
    s.frames.append("apart" if apart else "together")
    most_value = small * by
    total = most_value - small if apart else most_value + small
    parts = s.sub("parts", by, 1) if apart else s.add("parts", by, 1)
    less = s.div(f"{other.s} {many}", total, parts)
    both = (
        Clause(f"{h.owner.name} [{h.verb.third}|{h.verb.past}] {s.n(total)} more {many} than {other.name}")
        if apart
        else Clause(f"{pair} {does} {s.n(total)} {many} {s.choose('together', 'in total', 'altogether')}")
    )
    as_many = Clause(
        f"{h.owner.name} [{h.verb.third}|{h.verb.past}] {TIMES[by]} as many {many if apart else ''}".rstrip()
        + f" as {other.name}"
    )
    clauses = (as_many, both) if apart and s.chance(0.5) else (both, as_many)
    wanted = less
    most = Quantity(most_value, s._new()) if steps == 2 else s.mul(f"{h.owner.s} {many}", less, by)
    s.fact(most, "*", less, by)
    if apart:
        s.fact(most, "+", less, total)
    else:
        s.fact(total, "+", less, most)
    asked = other
    if steps == 3:
        wanted, asked = most, h.owner
    wanted.clauses = clauses
    return wanted, f"how many {many} {do} {asked.name} {h.verb.base}?"


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
    (2, common_factor),
    (1, common_multiple),
    (2, common_multiple),
    (2, pattern),
    (3, pattern),
    (3, ratio_parts),
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
