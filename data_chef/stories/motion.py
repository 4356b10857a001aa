"""Time, distance, speed and work."""

from dataclasses import replace

from data_chef import lexicon
from data_chef.stories import themes
from data_chef.stories.questions import Asked
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


RIDES = (
    ("car", "drives", "drove", "drive", 30, 70),
    ("bike", "cycles", "cycled", "cycle", 8, 20),
    ("bus", "rides the bus", "rode the bus", "ride", 20, 50),
    ("boat", "sails", "sailed", "sail", 5, 25),
    ("", "walks", "walked", "walk", 2, 5),
    ("", "runs", "ran", "run", 4, 9),
    ("", "hikes", "hiked", "hike", 2, 4),
)
THINGS = (
    ("train", 40, 120),
    ("truck", 30, 60),
    ("ship", 10, 30),
    ("plane", 200, 500),
    ("bus", 25, 60),
    ("car", 30, 75),
)


def _unit(s: Story) -> str:
    return s.choose("miles", "miles", "kilometers", "kilometers", "km")


def distance(s: Story, steps: int) -> Asked:
    """Legs of a journey, each at a speed for a time."""
    who, unit = s.cast.person(), _unit(s)
    legs = {1: 1, 3: 2}.get(steps, 3 if steps == 4 and s.chance(0.5) else None)
    if legs is None:
        if steps % 2 == 0 and steps >= 2:
            return back_and_forth(s, steps) if steps == 2 else there_and_more(s, steps)
        raise Retry
    pieces, clauses = [], []
    for index in range(legs):
        _, does, did, base, low, high = s.rng.choice(RIDES)
        speed, hours = s.rng.randint(low, high), s.number(2, 6)
        leg = s.mul(f"{unit} in part {index + 1}" if legs > 1 else unit, speed, hours)
        s.fact(leg, "*", speed, hours)
        pieces.append(leg)
        clauses.append(
            s.choose(
                Clause(f"[{does}|{did}] at {speed} {unit} per hour for {s.n(hours)} hours", who, event=index > 0),
                Clause(
                    f"[{does}|{did}] for {s.n(hours)} hours at a speed of {speed} {unit} per hour",
                    who,
                    event=index > 0,
                ),
                Clause(f"[{does}|{did}] {s.n(hours)} hours at {speed} {unit} an hour", who, event=index > 0),
            )
        )
    total = pieces[0]
    if legs > 1:
        total = s.add(f"{unit} in total", *pieces)
        s.fact(total, "+", *pieces)
    total.clauses = tuple(clauses)
    do = "did" if s.past else "does"
    return total, s.choose(
        f"how many {unit} {do} {s.choose(who.name, s.he(who))} travel{s.choose('', ' in total', ' altogether') if legs > 1 else ''}?",
        f"how far {do} {s.choose(who.name, s.he(who))} go{s.choose('', ' in total') if legs > 1 else ''}, in {unit}?",
        f"what is the total distance in {unit}?" if legs > 1 else f"what distance is that in {unit}?",
    )


def back_and_forth(s: Story, steps: int) -> Asked:
    """The same way to and fro on several days."""
    who, unit, place = s.cast.person(), _unit(s), s.cast.somewhere()
    one, days = s.number(2, 15), s.number(2, 7)
    both = s.mul("both ways", one, 2)
    s.fact(both, "*", one, "c2")
    total = s.mul(f"{unit} in total", both, days)
    s.fact(total, "*", both, days)
    verb = s.choose("walks", "cycles", "drives")
    past = {"walks": "walked", "cycles": "cycled", "drives": "drove"}[verb]
    total.clauses = (
        Clause(f"{who.name} [lives|lived] {s.n(one)} {unit} from {place}"),
        Clause(f"[{verb}|{past}] there and back on {s.n(days)} days", who),
    )
    return total, f"how many {unit} {'did' if s.past else 'does'} {s.he(who)} {verb[:-1]} in total?"


def there_and_more(s: Story, steps: int) -> Asked:
    """What is left of a long way after some stages."""
    who, unit = s.cast.person(), _unit(s)
    _, does, did, base, low, high = s.rng.choice(RIDES)
    gone, clauses = [], []
    spare = steps - 2
    for index in range(2):
        if spare >= 1:
            spare -= 1
            speed, hours = s.rng.randint(low, high), s.number(2, 6)
            leg = s.mul(f"{unit} on day {index + 1}", speed, hours)
            s.fact(leg, "*", speed, hours)
            clauses.append(
                Clause(
                    f"on {('the first day', 'the second day')[index]} {who.he} [{does}|{did}] {s.n(hours)} hours at {speed} {unit} per hour",
                    fixed=True,
                )
            )
        else:
            x = s.number(5, 60)
            leg = s.given(x)
            clauses.append(
                Clause(
                    f"on {('the first day', 'the second day')[index]} {who.he} [{does}|{did}] {s.n(x)} {unit}",
                    fixed=True,
                )
            )
        gone.append(leg)
    if spare:
        raise Retry
    done = s.add(f"{unit} so far", *gone)
    s.fact(done, "+", *gone)
    whole = int(done.value) + s.number(5, 200)
    left = s.sub(f"{unit} left", whole, done)
    s.fact(whole, "+", done, left)
    left.clauses = (
        Clause(f"{s.cast.possessive(who)} way to {s.cast.somewhere()} [is|was] {whole} {unit} long", fixed=True),
        *clauses,
    )
    return left, s.choose(
        f"how many {unit} {'were' if s.past else 'are'} left?",
        f"how much farther {'did' if s.past else 'does'} {s.he(who)} have to go, in {unit}?",
    )


def speed(s: Story, steps: int) -> Asked:
    """Speed or time from a distance; with more steps the distance or the time is made of parts."""
    unit = _unit(s)
    thing, low, high = s.rng.choice(THINGS)
    v, t = s.rng.randint(low // 5, high // 5) * 5, s.number(2, 9)
    if steps == 1:
        way = s.given(v * t)
        asked = s.choose("speed", "time")
        story = (
            Clause(
                f"a {thing} [travels|traveled] {v * t} {unit} in {s.n(t)} hours"
                if asked == "speed"
                else f"a {thing} [travels|traveled] at {v} {unit} per hour"
            ),
        )
    else:
        if steps != 2:
            raise Retry
        asked = "speed"
        first = s.rng.randint(1, v * t - 1)
        way = s.add(f"{unit} in total", first, v * t - first)
        s.fact(way, "+", first, v * t - first)
        story = (
            Clause(f"a {thing} [travels|traveled] {first} {unit} and then another {v * t - first} {unit}"),
            Clause(f"the whole journey [takes|took] {s.n(t)} hours"),
        )
    if asked == "speed":
        found = s.div(f"{unit} per hour", way, t)
        s.fact(way, "*", found, t)
        found.clauses = story
        return found, s.choose(
            f"what [is|was] its {s.choose('average ', '')}speed in {unit} per hour?",
            f"how many {unit} [does|did] it travel per hour?".replace("[does|did]", "did" if s.past else "does"),
        )
    found = s.div("hours", way, v)
    s.fact(way, "*", found, v)
    found.clauses = story
    return found, s.choose(
        f"how many hours [does|did] it need for {v * t} {unit}?".replace("[does|did]", "did" if s.past else "does"),
        f"how long {'did' if s.past else 'does'} a journey of {v * t} {unit} take, in hours?",
    )


def pages(s: Story, steps: int) -> Asked:
    """A task of a known size, done at a steady rate: how long, or how fast."""
    who = s.cast.person()
    size_name, does, did, base = s.choose(
        ("pages", "reads", "read", "read"),
        ("words", "types", "typed", "type"),
        ("bricks", "lays", "laid", "lay"),
        ("letters", "sorts", "sorted", "sort"),
        ("potatoes", "peels", "peeled", "peel"),
        ("cars", "washes", "washed", "wash"),
    )
    unit = (
        s.choose("minute", "hour")
        if size_name in ("words", "potatoes")
        else s.choose("day", "hour")
        if size_name != "cars"
        else "day"
    )
    rate = s.number(2, 40)
    if steps == 1:
        t = s.number(2, 15)
        n = s.given(rate * t)
        found = s.div(f"{unit}s", n, rate)
        s.fact(n, "*", found, rate)
        story = (
            Clause(
                f"[{does}|{did}] {s.n(rate)} {size_name} {s.choose('a' if unit != 'hour' else 'an', 'per', 'every', 'each')} {unit}",
                who,
            ),
        )
        q = s.choose(
            f"how many {unit}s {'did' if s.past else 'does'} {s.he(who)} need to {base} {rate * t} {size_name}?",
            f"how many {unit}s [does|did] it take {who.him} to {base} {rate * t} {size_name}?".replace(
                "[does|did]", "did" if s.past else "does"
            ),
        )
        found.clauses = story
        return found, q
    if steps == 2:
        t = s.number(2, 15)
        done = s.number(2, 80)
        whole = rate * t + done
        left = s.sub(f"{size_name} left", whole, done)
        s.fact(whole, "+", left, done)
        found = s.div(f"{unit}s", left, rate)
        s.fact(left, "*", found, rate)
        have = {
            "reads": "read",
            "types": "typed",
            "lays": "laid",
            "sorts": "sorted",
            "peels": "peeled",
            "washes": "washed",
        }[does]
        found.clauses = (
            Clause(f"[has|had] to {base} {s.n(whole)} {size_name}", who),
            Clause(f"[has|had] already {have} {s.n(done)} of them", who),
            Clause(
                f"from now on {who.he} [{does}|{did}] {s.n(rate)} {size_name} {s.choose('per', 'every', 'each')} {unit}"
                if not s.past
                else f"after that {who.he} [{does}|{did}] {s.n(rate)} {size_name} {s.choose('per', 'every', 'each')} {unit}",
                fixed=True,
            ),
        )
        return found, s.choose(
            f"how many {unit}s {'did' if s.past else 'will'} the rest take?",
            f"how many more {unit}s {'did' if s.past else 'does'} {s.he(who)} need?",
        )
    if steps == 3:
        other = s.cast.other_owner(who)
        r2, t = s.number(2, 40), s.number(2, 12)
        one = s.mul(f"{size_name} of {who.name}", rate, t)
        s.fact(one, "*", rate, t)
        two = s.mul(f"{size_name} of {other.name}", r2, t)
        s.fact(two, "*", r2, t)
        if s.chance(0.5):
            found = s.add(f"{size_name} together", one, two)
            s.fact(found, "+", one, two)
            q = f"how many {size_name} {'did' if s.past else 'do'} they {base} together in {s.n(t)} {unit}s?"
        else:
            if one.value < two.value:
                raise Retry
            found = s.sub("difference", one, two)
            s.fact(one, "+", two, found)
            q = f"how many more {size_name} {'did' if s.past else 'does'} {who.name} {base} than {other.name} in {s.n(t)} {unit}s?"
        found.clauses = (
            Clause(f"[{does}|{did}] {s.n(rate)} {size_name} {s.choose('per', 'every', 'each')} {unit}", who),
            Clause(f"[{does}|{did}] {s.n(r2)} {size_name} {s.choose('per', 'every', 'each')} {unit}", other),
        )
        return found, q
    raise Retry


def minutes(s: Story, steps: int) -> Asked:
    """Durations of several doings, with hours and minutes mixed."""
    who = s.cast.person()
    doings = s.cast.pastimes(3)
    if steps == 1:
        a, b = s.number(5, 50), s.number(5, 50)
        total = s.add("minutes", a, b)
        s.fact(total, "+", a, b)
        total.clauses = (
            Clause(f"[spends|spent] {s.n(a)} minutes {doings[0]}", who),
            Clause(f"[spends|spent] {s.n(b)} minutes {doings[1]}", who, event=True),
        )
        return total, s.choose(
            "how many minutes [is|was] that in total?",
            f"how many minutes {'did' if s.past else 'does'} {s.he(who)} spend in total?",
        )
    if steps == 2:
        if s.chance(0.5):
            each, days = s.choose(5, 10, 15, 20, 25, 30, 40, 45), s.number(2, 14)
            total = s.mul("minutes", each, days)
            s.fact(total, "*", each, days)
            if total.value % 60:
                raise Retry
            hours = s.div("hours", total, 60)
            s.fact(total, "*", hours, "c60")
            hours.clauses = (
                Clause(f"[spends|spent] {each} minutes {s.choose('a day', 'every day', 'each day')} {doings[0]}", who),
            )
            return (
                hours,
                f"how many hours {'did' if s.past else 'does'} {s.he(who)} spend {doings[0]} in {s.n(days)} days?",
            )
        h, m = s.number(1, 6), s.choose(5, 10, 15, 20, 30, 35, 40, 45, 50)
        base = s.mul("minutes in hours", h, 60)
        s.fact(base, "*", h, "c60")
        total = s.add("minutes", base, m)
        s.fact(total, "+", base, m)
        total.clauses = (
            Clause(f"[spends|spent] {s.n(h)} hour{'s' if h > 1 else ''} {doings[0]} and {m} minutes {doings[1]}", who),
        )
        return total, s.choose(
            "how many minutes [is|was] that in total?", f"for how many minutes [is|was] {who.he} busy?"
        )
    if steps == 3:
        a, by, days = s.number(10, 40), s.choose(2, 3), s.number(2, 7)
        second = s.mul(f"minutes {doings[1]}", a, by)
        s.fact(second, "*", a, by)
        daily = s.add("minutes a day", a, second)
        s.fact(daily, "+", a, second)
        total = s.mul("minutes in total", daily, days)
        s.fact(total, "*", daily, days)
        word = {2: "twice", 3: "three times"}[by]
        total.clauses = (
            Clause(f"every day {who.name} [spends|spent] {s.n(a)} minutes {doings[0]} and {word} as long {doings[1]}"),
        )
        return total, f"how many minutes {'did' if s.past else 'does'} {s.he(who)} spend on both in {s.n(days)} days?"
    if steps == 4:
        a, by, days = s.choose(10, 15, 20, 30, 40), s.choose(2, 3), s.number(2, 12)
        second = s.mul(f"minutes {doings[1]}", a, by)
        s.fact(second, "*", a, by)
        daily = s.add("minutes a day", a, second)
        s.fact(daily, "+", a, second)
        total = s.mul("minutes in total", daily, days)
        s.fact(total, "*", daily, days)
        hours = s.div("hours in total", total, 60)
        s.fact(total, "*", hours, "c60")
        hours.clauses = (
            Clause(
                f"every day {who.name} [spends|spent] {s.n(a)} minutes {doings[0]} and {({2: 'twice', 3: 'three times'})[by]} as long {doings[1]}"
            ),
        )
        return hours, f"how many hours {'did' if s.past else 'does'} {s.he(who)} spend on both in {s.n(days)} days?"
    raise Retry


def workers(s: Story, steps: int) -> Asked:
    """So many workers, each as fast, for so long; or how long for fewer of them."""
    people = s.cast.crew()
    a, b, c = s.number(2, 12), s.number(2, 12), s.number(2, 10)
    thing = s.cast.made()
    if steps == 2 and s.chance(0.5):
        whole = s.mul("days of work", a, b)
        s.fact(whole, "*", a, b)
        fitting = [d for d in range(2, whole.value) if whole.value % d == 0 and d != a]
        if not fitting:
            raise Retry
        d = s.rng.choice(fitting)
        found = s.div("days", whole, d)
        s.fact(whole, "*", found, d)
        job = s.cast.job_to_do()
        found.clauses = (Clause(f"{s.n(a)} {people.many} can {job} in {s.n(b)} days"),)
        return (
            found,
            f"how many days {s.choose('do', 'would')} {s.n(d)} {people.many} need{s.choose('', ' for the same work', ' if they work at the same rate')}?",
        )
    if steps == 2:
        daily = s.mul(f"{thing.many} a day", a, b)
        s.fact(daily, "*", a, b)
        total = s.mul(f"{thing.many} in total", daily, c)
        s.fact(total, "*", daily, c)
        total.clauses = (
            Clause(f"a workshop [has|had] {s.n(a)} {people.many}"),
            Clause(f"each of them [makes|made] {thing.count(s.n(b))} a day"),
        )
        return total, f"how many {thing.many} {'did' if s.past else 'do'} they make in {s.n(c)} days?"
    if steps == 3:
        h = s.number(4, 9)
        one = s.mul(f"{thing.many} per {people.one} a day", b, h)
        s.fact(one, "*", b, h)
        daily = s.mul(f"{thing.many} a day", one, a)
        s.fact(daily, "*", one, a)
        total = s.mul(f"{thing.many} in total", daily, c)
        s.fact(total, "*", daily, c)
        total.clauses = (
            Clause(f"a workshop [has|had] {s.n(a)} {people.many}"),
            Clause(
                f"each of them [makes|made] {thing.count(s.n(b))} per hour and [works|worked] {s.n(h)} hours a day"
            ),
        )
        return total, f"how many {thing.many} {'did' if s.past else 'does'} the workshop make in {s.n(c)} days?"
    raise Retry


def filling(s: Story, steps: int) -> Asked:
    """A tank that fills and leaks, a rope that is cut, a supply that is used."""
    unit = s.choose("gallons", "liters")
    rate, t = s.number(3, 30), s.number(2, 12)
    what = s.choose("tank", "pool", "barrel", "pond")
    per = s.choose("minute", "hour")
    if steps == 1:
        whole = rate * t
        found = s.div(f"{per}s", whole, rate)
        s.fact(whole, "*", found, rate)
        found.clauses = (
            Clause(f"a {what} [holds|held] {whole} {unit}"),
            Clause(f"a pump [fills|filled] it at {rate} {unit} per {per}"),
        )
        return found, s.choose(
            f"how many {per}s [does|did] it take to fill the {what}?".replace(
                "[does|did]", "did" if s.past else "does"
            ),
            f"after how many {per}s [is|was] the {what} full?",
        )
    leak = s.number(2, rate - 1)
    net = s.sub(f"{unit} per {per}", rate, leak)
    s.fact(rate, "+", net, leak)
    if steps == 2:
        whole = net.value * t
        found = s.div(f"{per}s", whole, net)
        s.fact(whole, "*", found, net)
        tail: tuple[Clause, ...] = ()
    elif steps == 3:
        there = s.number(5, 60)
        whole = net.value * t + there
        left = s.sub(f"{unit} missing", whole, there)
        s.fact(whole, "+", left, there)
        found = s.div(f"{per}s", left, net)
        s.fact(left, "*", found, net)
        tail = (Clause(f"there [are|were] already {there} {unit} in it"),)
    else:
        raise Retry
    found.clauses = (
        Clause(f"a {what} [holds|held] {whole} {unit}"),
        Clause(f"a pump [fills|filled] it at {rate} {unit} per {per}"),
        Clause(f"at the same time {leak} {unit} [leak|leaked] out every {per}"),
        *tail,
    )
    return found, s.choose(
        f"how many {per}s [does|did] it take until the {what} [is|was] full?".replace(
            "[does|did]", "did" if s.past else "does"
        ),
        f"after how many {per}s [is|was] the {what} full?",
    )


def pieces(s: Story, steps: int) -> Asked:
    """Lengths cut from one piece; unit conversions."""
    who, stuff = s.cast.person(), s.choose("rope", "ribbon", "wire", "string", "wood", "fabric")
    small, large, factor = s.choose(("centimeters", "meters", 100), ("inches", "feet", 12), ("feet", "yards", 3))
    n, size = s.number(2, 12), s.number(2, 15)
    if steps == 1:
        used = s.mul(f"{small} used", n, size)
        s.fact(used, "*", n, size)
        used.clauses = (Clause(f"[cuts|cut] {s.n(n)} pieces of {stuff}, each {s.n(size)} {small} long", who),)
        return used, f"how many {small} of {stuff} [is|was] that?"
    if steps == 2:
        long = s.number(2, 10)
        whole = s.mul(small, long, factor)
        s.fact(whole, "*", long, f"c{factor}")
        part = s.divisor(whole.value, 2, 60)
        found = s.div("pieces", whole, part)
        s.fact(whole, "*", found, part)
        found.clauses = (
            Clause(f"[has|had] {s.n(long)} {large} of {stuff}", who),
            Clause(f"[cuts|cut] it into pieces of {s.n(part)} {small}", who, event=True),
        )
        return found, s.choose(
            f"how many pieces [does|did] {s.he(who)} get?".replace("[does|did]", "did" if s.past else "does"),
            "how many pieces are there?" if not s.past else "how many pieces were there?",
        )
    if steps == 3:
        long = s.number(2, 20)
        whole = s.mul(small, long, factor)
        s.fact(whole, "*", long, f"c{factor}")
        used = s.mul(f"{small} used", n, size)
        s.fact(used, "*", n, size)
        left = s.sub(f"{small} left", whole, used)
        s.fact(whole, "+", used, left)
        left.clauses = (
            Clause(f"[has|had] {s.n(long)} {large} of {stuff}", who),
            Clause(f"[uses|used] {s.n(n)} pieces of {s.n(size)} {small} each", who, event=True),
        )
        return left, f"how many {small} of {stuff} [are|were] left?"
    raise Retry


MOTION = [
    (1, distance),
    (2, distance),
    (3, distance),
    (3, distance),
    (4, distance),
    (1, speed),
    (2, speed),
]
TIME = [
    (1, pages),
    (2, pages),
    (3, pages),
    (1, minutes),
    (2, minutes),
    (3, minutes),
    (4, minutes),
    (2, workers),
    (3, workers),
]


def longer(s: Story, steps: int) -> Asked:
    """Two things that are measured: how much longer or heavier one is, or how long the other one is.

    With two steps a third one is compared with the second, or both are taken together.
    """
    if steps > 2:
        raise Retry
    names, said, units, more, less = s.rng.choice(themes.COMPARED)
    unit = s.choose(*units)
    one, two, three = s.rng.sample(names, 3)
    much = said.partition("|")[2].partition("] {}")[2].strip() or {"heavier": "heavy", "longer": "long"}[more]
    does, did = ("does", "did") if "weigh" in said or "last" in said else ("is", "was")
    base = f" {said.removeprefix('[').partition('s|')[0]}" if does == "does" else f" {much}" if does == "is" else ""
    x, by = s.number(3, 80), s.number(2, 30)
    up = s.chance(0.5)
    how = more if up else less

    def value(name: str, number: int) -> Clause:
        return Clause(
            f"{'the' if s.chance(0.6) else lexicon.article(name)} {name} {said.format(f'{s.n(number)} {unit}')}"
        )

    def asked(name: str) -> str:
        verb = did if s.past else does
        return (
            f"how many {unit} {verb} the {name}{base}?"
            if does == "does"
            else f"how {much} {verb} the {name}, in {unit}?"
        )

    if steps == 1 and s.chance(0.6):
        y = x + by
        gap = s.sub(f"{unit} {more}", y, x)
        s.fact(y, "+", x, gap)
        told = [value(one, y), value(two, x)]
        s.frames.append("gap")
        gap.clauses = tuple(told if s.chance(0.5) else reversed(told))
        is_ = "was" if s.past else "is"
        return gap, s.choose(
            f"how many {unit} {more} {is_} the {one} than the {two}?",
            f"how much {more} {is_} the {one} than the {two}, in {unit}?",
            f"how many {unit} {less} {is_} the {two} than the {one}?",
            f"how much {more} {is_} the {one} than the {two}, in {unit}?",
        )

    def beside(name: str, other: Quantity | int, than: str, up: bool, by: int) -> tuple[Quantity, Clause]:
        """Another one, told by how it compares; the comparison may be told of either of the two."""
        found = (s.add if up else s.sub)(f"{unit} of the {name}", other, by)
        if up:
            s.fact(found, "+", other, by)
        else:
            s.fact(other, "+", found, by)
        is_ = "[is|was]"
        if s.chance(0.3):
            return found, Clause(f"the {than} {is_} {s.n(by)} {unit} {less if up else more} than the {name}")
        return found, Clause(f"the {name} {is_} {s.n(by)} {unit} {more if up else less} than the {than}")

    second, clause = beside(two, x, one, up, by)
    first_told = value(one, x)
    s.frames.append(how)
    if steps == 1:
        return replace(second, clauses=(first_told, clause)), asked(two)
    third, last = beside(three, second, two, s.chance(0.5), s.number(2, 20))
    return replace(third, clauses=(first_told, clause, last)), asked(three)


MEASURES = [(1, longer), (1, longer), (1, longer), (1, longer), (1, filling), (2, filling), (3, filling), (1, pieces)]
MEASURES += [(2, pieces), (3, pieces)]
