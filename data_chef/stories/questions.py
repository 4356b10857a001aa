"""What a story may ask about things and money, and the schemas that only a question needs."""

from dataclasses import replace

from data_chef import lexicon
from data_chef.stories import themes
from data_chef.stories.counts import HAVE, Holding, asks, before_that, count
from data_chef.stories.money import SELL, cost, money, single, usd
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


Asked = tuple[Quantity, str]


def holding(s: Story) -> Holding:
    """Whom and what a story is about."""
    item = s.cast.item()
    if "fraction_of" in s.must or s.chance(0.22):
        item = s.cast.coloured(item)
    if not item.theme.owned or s.chance(0.25):
        return Holding(s.cast.place(item), item)
    owner = s.cast.person()
    return Holding(owner, item, s.cast.action(item) if s.chance(0.4) else HAVE)


def how_many(s: Story, steps: int) -> Asked:
    h = holding(s)
    found = count(s, h, steps, asked=True)
    manner = s.manner
    if not manner and any(c.event for c in found.clauses[-1:]):
        manner = s.choose("now", "now", "in the end", "" if not found.label.endswith("left") else "left")
        if found.label.endswith("left"):
            manner = s.choose("left", "left", "now")
    if not manner and s.summed == found.name and s.chance(0.7):
        manner = s.choose("in total", "altogether", "in all")
    if manner == "left" and s.alone and s.chance(0.3):
        return found, s.choose(
            f"how many {h.item.many} [are|were] left?", f"how many of the {h.item.many} [are|were] left?"
        )
    return found, asks(s, h, manner)


def at_first(s: Story, steps: int) -> Asked:
    """What there was before something happened."""
    if steps > 3:
        raise Retry
    h = replace(holding(s), verb=HAVE)
    s.frames.append("before_that")
    found = before_that(s, h, steps)
    return found, asks(s, h, s.manner)


def change_unknown(s: Story, steps: int) -> Asked:
    """So many at first and so many in the end: what came or went between is asked for."""
    if steps > 3:
        raise Retry
    h = replace(holding(s), verb=HAVE)
    s.past = True
    who, many = h.owner, h.item.many
    start = count(s, h, steps - 1)
    if not isinstance(start.value, int) or start.value < 3:
        raise Retry
    up = s.chance(0.4)
    s.frames.append("up" if up else "down")
    giver = s.cast.other_owner(who) if up and who.person and s.chance(0.25) else None
    if not who.person:
        done = s.cast.put(h.item) if up else s.cast.removed(h.item)
    elif giver is not None:
        done = "given"
    else:
        verb = s.cast.gain(h.item) if up else s.cast.lose(h.item)
        done = verb.done
    if up:
        end = start.value + s.number(2, 60)
        found = s.sub(f"{many} added", end, start)
        s.fact(end, "+", start, found)
    else:
        end = start.value - s.number(2, start.value - 1)
        found = s.sub(f"{many} gone", start, end)
        s.fact(start, "+", found, end)
    things = h.item.count(s.n(end))
    if not who.person:
        place = f"{who.preposition} {who.name}"
        here = "" if s.alone else f" {place}"
        them = s.choose("them", f"the {many}") if s.alone else f"the {many}{here}"
        middle = f"some more {many} were {done}{here}" if up else f"some of {them} were {done}"
        tail, more = (s.choose("", " in all", " altogether"), " more") if up else (" left", "")
        end_clause = s.choose(
            f"now there are {things}{tail}" if s.alone else f"now there are {things} {place}",
            f"after that there were {s.choose('', '' if up else 'only ')}{things} {place}",
            f"when {s.choose('somebody', 'a worker', 'the owner', 'a visitor')} counted the {many}{here} again, "
            f"there were {things}{tail}",
        )
        question = s.choose(
            f"how many{more} {many} were {done}?",
            f"how many{more} {many} were {done}?",
            f"find how many{more} {many} were {done}.",
        )
        return found.told(Clause(middle, event=True), Clause(end_clause, fixed=True)), question
    to = f" to {s.cast.receiver(who)}" if giver is None and verb.gives else ""
    he, alone = s.he(who), s.alone
    if giver is not None:
        middle = Clause(f"{giver.name} gave {who.him} some more", event=True)
        question = s.choose(
            f"how many {many} did {giver.name} give {who.name if s.cast.ambiguous(who) else who.him}?",
            f"how many {many} did {who.name} get from {giver.name}?",
        )
    else:
        some = (
            s.choose("some more", f"some more {many}", "a few more")
            if up
            else s.choose("some of them", f"some of {who.his} {many}", f"some {many}", f"some of the {many}")
            if alone
            else f"some of {who.his} {many}"
        )
        question = s.choose(
            f"how many {many} did {he} {verb.base}{to}?",
            f"how many {many} did {who.name} {verb.base}{to}?",
            f"how many more {many} did {he} {verb.base}?"
            if up
            else f"how many of the {many} did {he} {verb.base}{to}?",
        )
        middle = Clause(f"{verb.past} {some}{to}", who, event=True)
        if s.chance(0.25):
            left = s.choose("", " in all") if up else " left"
            return found.told(
                Clause(f"after {verb.ing} {some}{to}, {who.name} had {things}{left}", fixed=True)
            ), question
    end_clause = (
        s.choose(
            f"now {he} has {things}{s.choose('', ' in all', ' altogether')}",
            f"after that {he} had {things}",
            f"when {he} counted the {many} again, there were {things}",
        )
        if up
        else s.choose(
            f"now {he} has {things} left",
            f"now {who.name} has {s.choose('', 'only ')}{things} left",
            f"after that {he} had {s.choose('', 'only ')}{things} left",
            f"when {he} counted the {many} again, only {s.n(end)} {'was' if end == 1 else 'were'} left",
            f"in the end {things} {'was' if end == 1 else 'were'} left" if alone else f"in the end {he} had {things}",
        )
    )
    return found.told(middle, Clause(end_clause, fixed=True)), question


def kinds(s: Story, steps: int) -> Asked:
    """Boys and girls, cows and sheep: one kind, all of them, or how many more of the one there are than of the other."""
    if steps > 2:
        raise Retry
    whole, names, places = s.rng.choice(themes.KINDS)
    where = s.choose(*places)
    a, b, *others = s.rng.sample(names, len(names))
    x, y = s.number(2, 60), s.number(2, 60)
    are = "[are|were]"
    wanted = s.choose("part", "part", "part", "whole", "gap")
    s.frames.append(wanted)
    total, first = x + y, Clause(f"there {are} {s.n(x)} {a} {s.choose('', f'and {s.n(y)} {b} ')}{where}")
    if wanted == "part":
        there = s.choose(
            Clause(f"there {are} {s.n(total)} {whole} {where}"),
            Clause(f"{s.n(total)} {whole} {are} {where}"),
            Clause(f"there {are} a total of {s.n(total)} {whole} {where}"),
            Clause(f"there {are} {s.n(total)} {a} and {b} {where}"),
        )
        both = f"{a} and {b}" in there.text
        if steps == 2 and others and s.chance(0.6):
            z, c = s.number(2, 40), others[0]
            total += z
            known = s.add("others", x, z)
            s.fact(known, "+", x, z)
            found = s.sub(b, total, known)
            s.fact(total, "+", found, known)
            there = Clause(f"there {are} {s.n(total)} {whole} {where}")
            of = Clause(f"{s.n(x)} of them {are} {a}, {s.n(z)} {are} {c} and the rest {are} {b}", fixed=s.chance(0.5))
        else:
            found = s.sub(b, total, x)
            s.fact(total, "+", found, x)
            of = s.choose(
                Clause(f"{s.n(x)} of them {are} {a}"),
                Clause(f"{s.n(x)} of the {whole} {are} {a}"),
                Clause(f"only {s.n(x)} of them {are} {a}"),
            )
            if not both and (len(names) > 2 or s.chance(0.3)):
                of = Clause(
                    f"{of.text} and {s.choose('the rest', 'the others', 'all the others')} {are} {b}", fixed=True
                )
            if steps == 2:
                s.frames.append("gap")
                big, small = (found, x) if y > x else (x, found)
                gap = s.sub("difference", big, small)
                s.fact(big, "+", small, gap)
                more, less = (b, a) if y > x else (a, b)
                return gap.told(there, of), f"how many more {more} than {less} {are} there?"
        return found.told(there, of), s.choose(
            f"how many {b} {are} there?",
            f"how many {b} {are} there {where}?",
            f"how many {b} {are} {where}?",
            f"how many of {s.choose('them', f'the {whole}')} {are} {b}?",
        )
    told: tuple[Clause, ...] = (Clause(f"there {are} {s.n(x)} {a} and {s.n(y)} {b} {where}"),)
    if s.chance(0.3):
        told = (first, Clause(f"there {are} {s.n(y)} {b}")) if f"and {s.n(y)}" not in first.text else told
    other: int | Quantity = y
    if steps == 2:
        by, up = s.number(2, 30), s.chance(0.5)
        other = s.add(b, x, by) if up else s.sub(b, x, by)
        if up:
            s.fact(other, "+", x, by)
        else:
            s.fact(x, "+", other, by)
        told = (
            Clause(f"there {are} {s.n(x)} {a} {where}"),
            Clause(f"there {are} {s.n(by)} {'more' if up else 'fewer'} {b} than {a}"),
        )
        wanted = "whole"
    if wanted == "gap":
        big, small, more, less = (x, y, a, b) if x > y else (y, x, b, a)
        found = s.sub("difference", big, small)
        s.fact(big, "+", small, found)
        return found.told(*told), s.choose(
            f"how many more {more} than {less} {are} there?",
            f"how many more {more} {are} there than {less}?",
            f"how many fewer {less} than {more} {are} there?",
        )
    found = s.add(f"{whole} in all", x, other)
    s.fact(found, "+", x, other)
    all_of = whole if len(names) == 2 or s.chance(0.5) else f"{a} and {b}"
    return found.told(*told), s.choose(
        f"how many {all_of} {are} there {s.choose('in all', 'altogether', 'in total')}?",
        f"how many {all_of} {are} there {where} {s.choose('in all', 'altogether', 'in total')}?",
        f"how many {all_of} {are} {where}?",
    )


def grouped(s: Story, steps: int) -> Asked:
    """People in cars, at tables, in teams: how many of these, how many in each, or how many people."""
    if steps > 3:
        raise Retry
    people = s.choose(
        "students", "kids", "children", "people", "boys", "girls", "campers", "guests", "players", "fans"
    )
    unit, on = s.rng.choice(themes.GATHERINGS)
    units = lexicon.pluralize(unit)
    each_, n = s.number(2, 12), s.number(2, 15)
    are, do = "[are|were]", "did" if s.past else "do"
    if steps == 1:
        total: Quantity = s.given(
            each_ * n,
            Clause(f"there {are} {s.n(each_ * n)} {people} {s.choose('', 'in all', 'at the camp')}".rstrip()),
        )
    else:
        joined = s.chance(0.5)
        s.frames.append("joined" if joined else "stayed")
        x = s.number(2, 20)
        others = s.choose("adults", "teachers", "parents", "helpers", "visitors")
        if joined:
            if each_ * n - x < 2:
                raise Retry
            before = each_ * n - x
            total = s.add("people", before, x)
            s.fact(total, "+", before, x)
            told = (Clause(f"there {are} {s.n(before)} {people}"), Clause(f"{s.n(x)} {others} [come|came] along"))
            people = "people"
        else:
            before = each_ * n + x
            total = s.sub(f"{people} left", before, x)
            s.fact(before, "+", total, x)
            told = (
                Clause(f"there {are} {s.n(before)} {people}"),
                Clause(
                    f"{s.n(x)} of them {s.choose('[stay|stayed] at home', f'{are} sick', '[leave|left] early', f'{are} absent')}"
                ),
            )
        total = replace(total, clauses=told)
        if steps == 3:
            raise Retry
    if s.chance(0.6):
        s.frames.append("many")
        found = s.div(units, total, each_)
        s.fact(total, "*", found, each_)
        clause = (
            s.choose(
                Clause(f"each {unit} [holds|held] {s.n(each_)} {people}"),
                Clause(
                    f"{s.n(each_)} {people} can [sit|sit] {on} each {unit}"
                    if unit in ("table", "bench", "row", "bus")
                    else f"there [is|was] room for {s.n(each_)} {people} {on} each {unit}"
                ),
                Clause(f"they {are} put into {units} of {s.n(each_)}")
                if on == "in"
                else Clause(f"there [is|was] room for {s.n(each_)} {people} {on} each {unit}"),
            )
            if unit not in ("team", "group")
            else s.choose(
                Clause(f"they {are} divided into {units} of {s.n(each_)}"),
                Clause(f"each {unit} [has|had] {s.n(each_)} {people}"),
                Clause(f"a teacher [makes|made] {units} with {s.n(each_)} {people} in each"),
            )
        )
        return found.told(clause), s.choose(
            f"how many {units} {are} needed?" if unit not in ("team", "group") else f"how many {units} {are} there?",
            f"how many {units} {do} they need?"
            if unit not in ("team", "group")
            else f"how many {units} {do} they make?",
        )
    found = s.div(f"{people} {on} each {unit}", total, n)
    s.fact(total, "*", found, n)
    return found.told(
        Clause(f"they {are} split into {s.n(n)} {units} of the same size")
        if unit in ("team", "group")
        else Clause(f"they [fill|filled] {s.n(n)} {units}, with the same number {on} each")
    ), s.choose(f"how many {people} {are} {on} each {unit}?", f"how many {people} {are} there {on} each {unit}?")


def in_total(s: Story, steps: int) -> Asked:
    """Two or three owners together, by name wherever the story has others too."""
    h = holding(s)
    k = 2 if steps < 4 or s.chance(0.7) else 3
    owners = [h.owner]
    while len(owners) < k:
        owners.append(s.cast.new_owner(h.owner))
    left = s.split(steps - 1, k)
    left.sort()
    pieces = [count(s, Holding(owner, h.item, h.verb), n) for owner, n in zip(owners, left, strict=True)]
    total = s.add(f"{h.item.many} in total", *pieces)
    s.fact(total, "+", *pieces)
    many, end = h.item.many, s.choose("in total", "altogether", "together", "in all", "combined")
    names = [o.name for o in owners]
    everyone = f"{', '.join(names[:-1])} and {names[-1]}"
    alone = len(s.cast.names) == k
    if not h.owner.person:
        where = [f"{o.preposition} {o.name}" for o in owners]
        places = f"{', '.join(where[:-1])} and {where[-1]}"
        if not alone:
            return total, s.choose(
                f"how many {many} [are|were] there {places} {end}?",
                f"what [is|was] the total number of {many} {places}?",
                f"find the total number of {many} {places}.",
            )
        return total, s.choose(
            f"how many {many} [are|were] there {end}?",
            f"how many {many} [are|were] there {places}?",
            f"what [is|was] the total number of {many}?",
            f"find the total number of {many}.",
        )
    they = everyone if not alone or s.chance(0.5) else "they" if k < 3 or s.chance(0.5) else f"all {s.n(3)} of them"
    do = "did" if s.past else "do"
    return total, s.choose(
        f"how many {many} {do} {they} {h.verb.base} {end}?",
        f"how many {many} {do} {they} {h.verb.base} {end}?",
        f"what is the total number of {many} that {they} [{h.verb.base}|{h.verb.past}]?",
        f"calculate the total number of {many} that {they} [{h.verb.base}|{h.verb.past}].",
    )


def difference(s: Story, steps: int) -> Asked:
    """How many more one has than the other, or more of one sort than of another."""
    h = holding(s)
    if h.item.one == h.item.base and s.chance(0.35):
        one, two = s.cast.sorts(h.item, 2)
        s.cast.divided.add(h.item.base)
        h, other = replace(h, item=one), replace(h, item=two)
        s.frames.append("sorts")
    else:
        other = Holding(s.cast.new_owner(h.owner), h.item, h.verb)
    left = s.split(steps - 1, 2)
    a, b = count(s, h, left[0]), count(s, other, left[1])
    big, small, x, y = (a, b, h, other) if a.value > b.value else (b, a, other, h)
    gap = s.sub("difference", big, small)
    s.fact(big, "+", small, gap)
    gap.clauses = (*a.clauses, *b.clauses)
    more, first, second = s.choose(("more", x, y), ("more", x, y), ("fewer", y, x))
    many = first.item.many
    do = "did" if s.past else "does"
    if first.owner == second.owner:
        # Where the story has others too, it has to be said whose they are.
        alone, than, where = len(s.cast.names) == 1, second.item.many, f" {h.owner.preposition} {h.owner.name}"
        if not h.owner.person:
            return gap, s.choose(
                f"how many {more} {many} than {than} [are|were] there{'' if alone else where}?",
                f"how many {more} {many} [are|were] there{'' if alone and s.chance(0.5) else where} than {than}?",
            )
        return gap, s.choose(
            f"how many {more} {many} than {than} {do} {s.he(h.owner) if alone else h.owner.name} {h.verb.base}?",
            f"how many {more} {many} {do} {s.he(h.owner) if alone else h.owner.name} {h.verb.base} than {than}?",
        )
    if not h.owner.person:
        here, there = (f"{o.owner.preposition} {o.owner.name}" for o in (first, second))
        return gap, s.choose(
            f"how many {more} {many} [are|were] there {here} than {there}?",
            f"how many {more} {many} [are|were] {here} than {there}?",
        )
    return gap, s.choose(
        f"how many {more} {many} {do} {first.owner.name} {h.verb.base} than {second.owner.name}?",
        f"how many {more} {many} {do} {first.owner.name} {h.verb.base} than {second.owner.name}?",
        f"what is the difference between the numbers of {many} that {x.owner.name} and {y.owner.name} [{h.verb.base}|{h.verb.past}]?",
        f"find how many {more} {many} {first.owner.name} {h.does} than {second.owner.name}.",
    )


def each(s: Story, steps: int) -> Asked:
    """Shared out, packed, or needed for a number of people."""
    h = Holding(s.cast.person(), s.cast.thing())
    whole = count(s, h, steps - 1)
    by = s.divisor(whole.value)
    many, who = h.item.many, h.owner
    them = s.choose("them", f"the {many}", f"all the {many}")
    do = "did" if s.past else "does"
    way = s.choose("shared", "shared", "handed out", "put in", "packed", "packed", "packed")
    friends = s.cast.group()
    holder = s.cast.new_container(h.item)
    label = {
        "shared": f"{many} each",
        "handed out": friends.many,
        "put in": f"{many} in each {holder.one}",
        "packed": holder.many,
    }[way]
    found = s.div(label, whole, by)
    s.fact(whole, "*", found, by)
    if way == "shared":
        return found.told(
            s.choose(
                Clause(f"[shares|shared] {them} equally among {s.n(by)} {friends.many}", who, event=True),
                Clause(f"[divides|divided] {them} equally among {who.his} {s.n(by)} {friends.many}", who, event=True),
                Clause(
                    f"[gives|gave] the same number of {many} to each of {s.n(by)} {friends.many} until none [are|were] left",
                    who,
                    event=True,
                ),
            )
        ), s.choose(
            f"how many {many} {do} each {friends.one} get?",
            f"how many {many} {'did' if s.past else 'will'} each {friends.one} receive?",
            f"find the number of {many} for each {friends.one}.",
        )
    if way == "handed out":
        return found.told(
            s.choose(
                Clause(
                    f"[gives|gave] each {friends.one} {s.n(by)} {many} until none [are|were] left", who, event=True
                ),
                Clause(
                    f"[hands|handed] out {s.n(by)} {many} to each {friends.one} until there [are|were] none left",
                    who,
                    event=True,
                ),
            )
        ), s.choose(
            f"how many {friends.many} {'got' if s.past else 'get'} {many}?",
            f"how many {friends.many} [are|were] there?",
        )
    if way == "put in":
        return found.told(
            Clause(
                f"[puts|put] {them} into {s.n(by)} {holder.many}, the same number in each",
                who,
                event=True,
            )
        ), s.choose(
            f"how many {many} [are|were] in each {holder.one}?",
            f"how many {many} {do} {s.he(who)} put in each {holder.one}?",
        )
    return found.told(
        s.choose(
            Clause(f"[packs|packed] {them} into {holder.many} of {s.n(by)}", who, event=True),
            Clause(f"[puts|put] {s.n(by)} {many} into each {holder.one}", who, event=True),
            Clause(f"[puts|put] {s.n(by)} {many} in each {holder.one}", who, event=True),
            Clause(f"one {holder.one} [holds|held] {s.n(by)} {many}"),
            Clause(f"each {holder.one} [holds|held] {s.n(by)} {many}"),
            Clause(f"[wants|wanted] to put them into {holder.many}, {s.n(by)} in each", who, fixed=True),
        )
    ), s.choose(
        f"how many {holder.many} {do} {s.he(who)} {s.choose('fill', 'need', 'use')}?",
        f"how many {holder.many} {'were' if s.past else 'are'} needed?",
        f"how many {holder.many} {do} {s.he(who)} need for {s.choose('them', f'all the {many}')}?",
        f"how many {holder.many} {'did' if s.past else 'should'} {s.he(who)} {'have to ' if s.past else ''}buy?"
        if steps == 1
        else f"how many {holder.many} [are|were] there?",
    )


def goal(s: Story, steps: int) -> Asked:
    """How many more are needed."""
    h = Holding(s.cast.person(), s.cast.thing(), HAVE)
    a = count(s, h, steps - 1)
    if not isinstance(a.value, int):
        raise Retry
    want = a.value + s.number(2, 80)
    gap = s.sub(f"{h.item.many} still needed", want, a)
    s.fact(want, "+", a, gap)
    who, many = h.owner, h.item.many
    clause = s.choose(
        Clause(f"[wants|wanted] to have {s.n(want)} {many}", who),
        Clause(
            f"[needs|needed] {s.n(want)} {many} {s.choose('in all', 'altogether', 'for a party', 'for a school project')}",
            who,
        ),
        Clause(f"[would like|wanted] to have {s.n(want)} {many}", who),
        Clause(f"{who.his} goal [is|was] {s.n(want)} {many}".replace(who.his, who.s, 1)),
    )
    clauses = (clause, *a.clauses) if s.chance(0.3) else (*a.clauses, clause)
    do = "did" if s.past else "does"
    gap.clauses = clauses
    return gap, s.choose(
        f"how many more {many} {do} {s.he(who)} need?",
        f"how many more {many} {do} {who.name} need to reach {who.his} goal?",
        f"how many {many} [are|were] still missing?",
        f"how many more {many} {'did' if s.past else 'must'} {s.he(who)} {'have to ' if s.past else ''}{s.cast.gain(h.item).base}?",
        f"how many more {many} should {s.he(who)} {'have bought' if s.past else 'buy'}?"
        if h.item.theme.price
        else f"how many more {many} [are|were] needed?",
        f"find how many more {many} {who.name} [needs|needed].",
    )


def how_much(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    found = money(s, who, steps)
    do = "did" if s.past else "does"
    left = found.label.endswith("left")
    if left:
        asked = (
            f"how much money {do} {s.choose(who.name, s.he(who))} have left?",
            f"how many dollars {do} {s.choose(who.name, s.he(who))} have left?",
        )
        whosever = ("how much money [is|was] left?", f"how much money {'remained' if s.past else 'remains'}?")
        return found, s.choose(*asked, *(whosever if s.alone else ()))
    if "profit" in found.label:
        return found, s.choose(
            f"how much profit {do} {s.choose(who.name, s.he(who))} make?",
            f"what [is|was] {who.his} profit?",
            f"calculate {who.s} profit.",
            f"what profit {do} {s.he(who)} make in dollars?",
        )
    if "pay" in found.label or "sale" in found.label:
        verb = "earn" if "pay" in found.label else s.choose("earn", "make")
        return found, s.choose(
            f"how much money {do} {s.choose(who.name, s.he(who))} {verb}?",
            f"how many dollars {do} {s.choose(who.name, s.he(who))} {verb}?",
            f"how much {do} {s.he(who)} {verb} in total?",
            f"calculate how much money {who.name} [{verb}s|{'earned' if verb == 'earn' else 'made'}].",
        )
    if "saving" in found.label:
        return found, s.choose(
            f"how much money {do} {s.choose(who.name, s.he(who))} save?",
            f"how much money {do} {s.he(who)} have then?",
            f"how much are {who.his} savings?" if not s.past else f"how much were {who.his} savings?",
        )
    return found, s.choose(
        f"how much money {do} {s.choose(who.name, s.he(who))} have?",
        f"how much money {do} {s.he(who)} have now?",
        f"how many dollars {do} {s.choose(who.name, s.he(who))} have{s.choose('', ' now', ' in total')}?",
        f"what is {who.s} total amount of money?" if not s.past else f"how much money did {who.name} have in the end?",
    )


def how_costly(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    found = cost(s, who, steps)
    do, will = ("did" if s.past else "does"), ("did" if s.past else s.choose("does", "will", "must"))
    # Where the story has others too, they may have bought such things as well.
    whosever = ("what [is|was] the total cost?", "what [is|was] the total price in dollars?", "find the total cost.")
    return found, s.choose(
        *(whosever if s.alone else ()),
        f"how much {do} {s.choose(who.name, s.he(who))} pay{s.choose('', ' in total', ' altogether', ' in all')}?",
        f"how much money {do} {s.choose(who.name, s.he(who))} spend{s.choose('', ' in total', ' altogether')}?",
        f"how much {will} {s.choose(who.name, s.he(who))} pay?",
        f"calculate the total amount that {who.name} [pays|paid].",
        f"how many dollars {do} {s.he(who)} spend{s.choose('', ' in total')}?",
    )


def change(s: Story, steps: int) -> Asked:
    """Paid with a bill; the change."""
    who = s.cast.person()
    paid = cost(s, who, steps - 1) if steps > 1 else single(s, who)
    notes = [n for n in (5, 10, 20, 50, 100, 200, 500) if n > paid.value]
    if not notes:
        raise Retry
    note = notes[0] if s.chance(0.7) else s.rng.choice(notes[:2])
    back = s.sub("change", note, paid)
    s.fact(note, "+", paid, back)
    do = "did" if s.past else "does"
    told = usd(s, note)
    return back.told(
        s.choose(
            Clause(f"[pays|paid] with a ${note} bill" if note <= 100 else f"[hands|handed] over {told}", who),
            Clause(f"[gives|gave] the cashier {told}", who),
            Clause(f"[pays|paid] with {told}", who),
        )
    ), s.choose(
        f"how much change {do} {s.choose(who.name, s.he(who))} get?",
        f"how much change {do} {s.choose(who.name, s.he(who))} receive?",
        f"how much money {do} {s.he(who)} get back?",
        f"what [is|was] {who.his} change?",
    )


def still_to_save(s: Story, steps: int) -> Asked:
    """How much is missing for something wanted."""
    who, item = s.cast.person(), s.cast.goods()
    a = money(s, who, steps - 1)
    if not isinstance(a.value, int):
        raise Retry
    p = a.value + s.number(2, 100)
    gap = s.sub("money still needed", p, a)
    s.fact(p, "+", a, gap)
    an, do = s.cast.article(item.one), "did" if s.past else "does"
    clause = s.choose(
        Clause(f"[wants|wanted] to buy {an} {item.one} that [costs|cost] {usd(s, p)}", who),
        Clause(f"{an} {item.one} [costs|cost] {usd(s, p)}"),
        Clause(f"[needs|needed] {usd(s, p)} for {an} {item.one}", who),
    )
    gap.clauses = (clause, *a.clauses) if clause.subject and s.chance(0.5) else (*a.clauses, clause)
    return gap, s.choose(
        f"how much more money {do} {s.choose(who.name, s.he(who))} need?",
        f"how many more dollars {do} {s.he(who)} need{s.choose('', f' for the {item.one}')}?",
        f"how much more {'did' if s.past else 'must'} {s.he(who)} {'have to ' if s.past else ''}save?",
        "how much money [is|was] missing?",
    )


def affordable(s: Story, steps: int) -> Asked:
    """How many things the money buys."""
    who, item = s.cast.person(), s.cast.goods()
    a = money(s, who, steps - 1)
    p = s.divisor(a.value, 2, 25)
    n = s.div(f"number of {item.many}", a, p)
    s.fact(a, "*", n, p)
    can = "could" if s.past else "can"
    clause = s.choose(
        Clause(f"each {item.one} [costs|cost] {usd(s, p)}"),
        Clause(f"{item.many} [cost|cost] {usd(s, p)} each"),
        Clause(f"one {item.one} [costs|cost] {usd(s, p)}"),
    )
    return n.told(clause), s.choose(
        f"how many {item.many} {can} {s.choose(who.name, s.he(who))} buy?",
        f"how many {item.many} {can} {s.he(who)} buy with {s.choose('the money', f'all {who.his} money')}?",
        f"how many {item.many} {can} {s.he(who)} afford?",
    )


def split_bill(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    paid = cost(s, who, steps - 1)
    by = s.divisor(paid.value, 2, 10)
    part = s.div("share of each", paid, by, whole=False)
    s.fact(paid, "*", part, by)
    friends = s.cast.group()
    return part.told(
        s.choose(
            Clause(f"{s.n(by)} {friends.many} [share|shared] the cost equally", fixed=False),
            Clause(f"the cost [is|was] shared equally by {s.n(by)} {friends.many}"),
        )
    ), s.choose(
        f"how much {'did' if s.past else 'does'} each {friends.one} pay?",
        f"what [is|was] the share of each {friends.one} in dollars?",
        f"how many dollars {'did' if s.past else 'does'} each {friends.one} pay?",
    )


def unit_price(s: Story, steps: int) -> Asked:
    """The price of one, from the price of several."""
    who, item = s.cast.person(), s.cast.goods()
    n = s.number(2, 12)
    each_ = s.number(2, 20)
    extra = None
    if steps == 1:
        paid = s.given(n * each_, Clause(f"[pays|paid] {usd(s, n * each_)} for {item.count(s.n(n))}", who))
    elif steps == 2:
        extra = single(s, who)
        whole = n * each_ + extra.value
        rest = s.sub(f"paid for the {item.many}", whole, extra)
        s.fact(whole, "+", rest, extra)
        paid = s.given(0)
        paid = Quantity(
            rest.value,
            rest.name,
            rest.label,
            (
                *extra.clauses,
                Clause(f"[buys|bought] {item.count(s.n(n))} as well", who, fixed=True),
                Clause(f"altogether {who.he} [pays|paid] {usd(s, whole)}", fixed=True),
            ),
        )
    else:
        raise Retry
    one = s.div(f"price of one {item.one}", paid, n)
    s.fact(paid, "*", one, n)
    return one, s.choose(
        f"how much [does|did] one {item.one} cost?".replace("[does|did]", "did" if s.past else "does"),
        f"what [is|was] the price of one {item.one}?",
        f"how many dollars {'did' if s.past else 'does'} each {item.one} cost?",
        f"find the price of one {item.one}.",
    )


def price_gap(s: Story, steps: int) -> Asked:
    """How much more one thing costs than another, or what is left of a sum of money after one or two purchases."""
    if steps > 1:
        raise Retry
    one, two = s.cast.goods(), s.cast.goods()
    a, b = (s.given(s.number(max(2, item.cost[0]), max(4, item.cost[1]))) for item in (one, two))
    big, small, dear, cheap = (a, b, one, two) if a.value > b.value else (b, a, two, one)
    gap = s.sub("difference", big, small)
    s.fact(big, "+", small, gap)
    x, y = s.cast.article(one.one), s.cast.article(two.one)
    way = s.choose("more", "less")
    s.frames.append(way)
    return gap.told(
        Clause(f"{x} {one.one} [costs|cost] {usd(s, a.value)}"),
        Clause(f"{y} {two.one} [costs|cost] {usd(s, b.value)}"),
    ), s.choose(
        f"how much more {'did' if s.past else 'does'} the {dear.one} cost than the {cheap.one}?",
        f"how many dollars more [is|was] the {dear.one} than the {cheap.one}?",
    ) if way == "more" else s.choose(
        f"how much less {'did' if s.past else 'does'} the {cheap.one} cost?",
        f"how much cheaper [is|was] the {cheap.one} than the {dear.one}, in dollars?",
    )


def revenue_gap(s: Story, steps: int) -> Asked:
    """Profit: sold for more than was paid."""
    who, item = s.cast.person(), s.cast.goods()
    if steps < 2:
        raise Retry
    n = count(s, Holding(who, item, SELL), steps - 2)
    low = s.number(1, 20)
    high = low + s.number(1, 20)
    gain = s.sub(f"profit on each {item.one}", high, low)
    s.fact(high, "+", low, gain)
    total = s.mul("total profit", gain, n)
    s.fact(total, "*", gain, n)
    do = "did" if s.past else "does"
    total.clauses = (
        *n.clauses,
        s.choose(
            Clause(f"each {item.one} [costs|cost] {who.him} {usd(s, low)} and [sells|sold] for {usd(s, high)}"),
            Clause(
                f"[buys|bought] the {item.many} for {usd(s, low)} each and [sells|sold] them for {usd(s, high)} each",
                who,
            ),
        ),
    )
    return total, s.choose(
        f"how much profit {do} {s.choose(who.name, s.he(who))} make?",
        f"what [is|was] {who.s} total profit?",
        f"how much money {do} {s.he(who)} gain?",
    )


def what_percent(s: Story, steps: int) -> Asked:
    """What percentage one part is of the whole."""
    h = holding(s)
    sorts = s.cast.sorts(h.item, 2)
    if steps < 2:
        raise Retry
    a, b = s.number(2, 40), s.number(2, 40)
    first = s.given(a, label=sorts[0].many)
    whole = s.add(f"{h.item.many} in total", first, b)
    s.fact(whole, "+", first, b)
    if 100 % whole.value and (a * 100) % whole.value or steps != 2:
        raise Retry
    value = a * 100 // whole.value
    found = s.div("percentage", a, whole, whole=False)
    s.steps[-1] = f"Percentage: <<{a}/{whole.value}*100={value}>>"
    result = Quantity(value, s._new(), "percentage")
    s.graph[result.name] = s.graph.pop(found.name) + "%"
    s.fact(a, "*", whole, result, "1/100")
    told = [sort.count(s.n(x)) for sort, x in zip(sorts, (a, b), strict=True)]
    if h.owner.person:
        clause = Clause(f"{h.does} {told[0]} and {told[1]}", h.owner)
        whose = f"{h.owner.s} {h.item.many}" if h.stated else f"the {h.item.many}"
    else:
        clause = Clause(f"there [are|were] {told[0]} and {told[1]} {h.owner.preposition} {h.owner.name}")
        whose = f"the {h.item.many}"
    colour = sorts[0].one.removesuffix(f" {h.item.one}")
    result.clauses = (clause,)
    return result, s.choose(
        f"what percentage of {whose} [are|were] {colour}?", f"what percent of {whose} [are|were] {colour}?"
    )


COUNTS = (
    [(1, how_many)] * 8
    + [(1, in_total)] * 3
    + [(1, difference)] * 3
    + [(1, change_unknown)] * 3
    + [(1, kinds)] * 3
    + [(1, grouped), (1, each), (1, each), (1, at_first), (1, goal), (2, what_percent), (2, in_total)]
    + [(3, how_many)] * 8
    + [(3, in_total)] * 2
    + [(3, each)] * 6
)
MONEY = (
    [(1, how_much)] * 3
    + [(1, how_costly)] * 4
    + [(1, change)] * 2
    + [(1, price_gap)] * 2
    + [(1, affordable), (2, split_bill), (2, still_to_save), (1, unit_price), (2, unit_price), (2, revenue_gap)]
    + [(3, how_much)] * 6
    + [(3, how_costly)] * 8
    + [(3, revenue_gap), (3, split_bill), (3, affordable)]
)
