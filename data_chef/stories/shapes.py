"""Gardens, rooms and fields: lengths, perimeters, areas and what they cost."""

from data_chef.stories.counts import TIMES
from data_chef.stories.money import usd
from data_chef.stories.questions import Asked
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


GROUNDS = (
    "garden",
    "field",
    "yard",
    "room",
    "floor",
    "carpet",
    "pool",
    "playground",
    "park",
    "wall",
    "sandbox",
    "farm",
    "court",
)
SHEETS = ("tabletop", "sheet of paper", "poster", "picture", "mirror", "card", "board", "tray", "flag")


def _plot(s: Story) -> tuple[str, str]:
    """Something rectangular, and a unit that fits it."""
    if s.chance(0.7):
        return s.rng.choice(GROUNDS), s.choose("feet", "meters", "yards")
    return s.rng.choice(SHEETS), s.choose("inches", "centimeters")


def _square(unit: str) -> str:
    return f"square {unit}"


def sides(s: Story, steps: int) -> tuple[str, str, Quantity, Quantity, tuple[Clause, ...]]:
    """A rectangle: its name, its unit, both sides; one of them derived from the other when a step is to spend."""
    plot, unit = _plot(s)
    width = s.number(2, 30)
    if steps == 0:
        length = width + s.number(1, 30)
        told = s.choose(
            Clause(f"a {plot} is {s.n(length)} {unit} long and {s.n(width)} {unit} wide"),
            Clause(f"a rectangular {plot} measures {length} {unit} by {width} {unit}"),
            Clause(f"the length of a {plot} is {length} {unit} and its width is {width} {unit}"),
            Clause(f"{s.cast.person().name} has a {plot} that is {length} {unit} long and {width} {unit} wide"),
        )
        return plot, unit, s.given(length), s.given(width), (told,)
    if steps != 1:
        raise Retry
    wide = s.given(width)
    kind = s.choose("times", "more", "less")
    if kind == "times":
        by = s.choose(2, 2, 3, 4)
        length_ = s.mul("length", wide, by)
        s.fact(length_, "*", wide, by)
        how = f"{TIMES[by]} as long as it is wide"
        clauses = (
            Clause(f"a rectangular {plot} is {how}"),
            Clause(f"{s.choose('its width', f'the width of the {plot}')} is {s.n(width)} {unit}"),
        )
        return plot, unit, length_, wide, clauses
    if kind == "more":
        by = s.number(1, 20)
        length_ = s.add("length", wide, by)
        s.fact(length_, "+", wide, by)
        clauses = (
            Clause(f"a rectangular {plot} is {s.n(width)} {unit} wide"),
            Clause(f"its length is {s.n(by)} {unit} more than its width"),
        )
        return plot, unit, length_, wide, clauses
    length = s.given(width + s.number(2, 20))
    by = s.number(1, int(length.value) - 1)
    narrow = s.sub("width", length, by)
    s.fact(length, "+", narrow, by)
    clauses = (
        Clause(f"a rectangular {plot} is {s.n(length.value)} {unit} long"),
        Clause(f"its width is {s.n(by)} {unit} less than its length"),
    )
    return plot, unit, length, narrow, clauses


def area(s: Story, steps: int) -> Asked:
    s.past = False
    plot, unit, a, b, told = sides(s, steps - 1)
    found = s.mul("area", a, b)
    s.fact(found, "*", a, b)
    found.clauses = told
    return found, s.choose(
        f"what is the area of the {plot} in square {unit}?",
        "what is its area?",
        f"find the area of the {plot}.",
        f"how many square {unit} is the {plot}?",
    )


def perimeter(s: Story, steps: int) -> Asked:
    """Two sides added, then doubled: two steps."""
    s.past = False
    plot, unit, a, b, told = sides(s, steps - 2)
    half = s.add("length and width", a, b)
    s.fact(half, "+", a, b)
    around = s.mul("perimeter", half, 2)
    s.fact(around, "+", a, b, a, b)
    around.clauses = told
    fence = plot in ("garden", "field", "yard", "playground", "park", "farm", "pool")
    return around, s.choose(
        f"what is the perimeter of the {plot} in {unit}?",
        "what is its perimeter?",
        f"find the perimeter of the {plot}.",
        f"how many {unit} of fence are needed to go around the {plot}?"
        if fence
        else f"how many {unit} is it around the edge?",
    )


def covered(s: Story, steps: int) -> Asked:
    """What it costs to cover an area or to fence a border; tiles that fit."""
    s.past = False
    if steps < 2:
        raise Retry
    if s.chance(0.5):
        plot, unit, a, b, told = sides(s, steps - 2)
        whole = s.mul("area", a, b)
        s.fact(whole, "*", a, b)
        if s.chance(0.5):
            p = s.number(2, 20)
            total = s.mul("cost", whole, p)
            s.fact(total, "*", whole, p)
            total.clauses = (
                *told,
                Clause(
                    f"{s.choose('grass seed', 'paint', 'carpet', 'tiling', 'a cover')} costs {usd(s, p)} per square {unit[:-1] if unit != 'feet' and unit != 'inches' else {'feet': 'foot', 'inches': 'inch'}[unit]}"
                ),
            )
            return total, s.choose(
                f"how much does it cost to cover the whole {plot}?",
                "what is the total cost in dollars?",
                "what does it cost to cover all of it?",
            )
        t = s.choose(1, 2, 3, 4, 5)
        tile = t * t
        n = s.div("tiles", whole, tile)
        s.fact(whole, "*", n, tile)
        n.clauses = (
            *told,
            Clause(f"one tile covers {s.n(tile)} square {unit}" if tile > 1 else f"{4} tiles cover one square {unit}"),
        )
        if tile == 1:
            raise Retry
        return n, s.choose(f"how many tiles are needed to cover the {plot}?", f"how many tiles does the {plot} need?")
    if steps < 3:
        raise Retry
    plot, unit, a, b, told = sides(s, steps - 3)
    half = s.add("length and width", a, b)
    s.fact(half, "+", a, b)
    around = s.mul("perimeter", half, 2)
    s.fact(around, "+", a, b, a, b)
    p = s.number(2, 25)
    total = s.mul("cost", around, p)
    s.fact(total, "*", around, p)
    one = {"feet": "foot", "inches": "inch"}.get(unit, unit[:-1])
    total.clauses = (
        *told,
        s.choose(Clause(f"a fence costs {usd(s, p)} per {one}"), Clause(f"each {one} of edging costs {usd(s, p)}")),
    )
    return total, s.choose(
        f"how much does it cost to go all the way around the {plot}?",
        f"what does it cost to put it all around the {plot}?",
    )


def side_wanted(s: Story, steps: int) -> Asked:
    """The other side from the area or the perimeter; a square from its perimeter."""
    s.past = False
    plot, unit = _plot(s)
    w, length = s.number(2, 20), s.number(2, 30)
    if steps == 1:
        if s.chance(0.6):
            found = s.div("length", w * length, w)
            s.fact(w * length, "*", found, w)
            found.clauses = (
                Clause(f"the area of a rectangular {plot} is {w * length} square {unit}"),
                Clause(f"its width is {s.n(w)} {unit}"),
            )
            return found, s.choose(
                "how long is it?",
                f"what is its length in {unit}?",
                "find its length.",
                f"how long is the {plot} in {unit}?",
            )
        found = s.div("side", 4 * w, 4)
        s.fact(4 * w, "+", found, found, found, found)
        found.clauses = (Clause(f"a square {plot} has a perimeter of {4 * w} {unit}"),)
        return found, s.choose(f"how long is each side in {unit}?", "what is the length of one side?")
    if steps == 2:
        whole = 2 * (w + length)
        half = s.div("length and width", whole, 2)
        s.fact(whole, "*", half, "c2")
        found = s.sub("length", half, w)
        s.fact(half, "+", found, w)
        found.clauses = (
            Clause(f"the perimeter of a rectangular {plot} is {whole} {unit}"),
            Clause(f"its width is {s.n(w)} {unit}"),
        )
        return found, s.choose(f"what is its length in {unit}?", f"how long is the {plot}?", "find its length.")
    if steps == 3:
        whole = 2 * (w + length)
        half = s.div("length and width", whole, 2)
        s.fact(whole, "*", half, "c2")
        found = s.sub("length", half, w)
        s.fact(half, "+", found, w)
        space = s.mul("area", found, w)
        s.fact(space, "*", found, w)
        space.clauses = (
            Clause(f"the perimeter of a rectangular {plot} is {whole} {unit}"),
            Clause(f"its width is {s.n(w)} {unit}"),
        )
        return space, s.choose(
            f"what is its area in square {unit}?", f"what is the area of the {plot}?", "find its area."
        )
    raise Retry


def boxes(s: Story, steps: int) -> Asked:
    """Volumes of boxes, and how many cubes or liters fit."""
    s.past = False
    a, b, c = s.number(2, 15), s.number(2, 12), s.number(2, 10)
    what = s.choose("box", "tank", "crate", "room", "pool", "container")
    unit = s.choose("feet", "meters") if what in ("room", "pool") else s.choose("feet", "inches", "centimeters")
    told = s.choose(
        Clause(f"a {what} is {s.n(a)} {unit} long, {s.n(b)} {unit} wide and {s.n(c)} {unit} high"),
        Clause(f"a {what} measures {a} {unit} by {b} {unit} by {c} {unit}"),
    )
    base = s.mul("area of the base", a, b)
    s.fact(base, "*", a, b)
    volume = s.mul("volume", base, c)
    s.fact(volume, "*", base, c)
    if steps == 2:
        volume.clauses = (told,)
        return volume, s.choose(
            f"what is its volume in cubic {unit}?",
            f"what is the volume of the {what}?",
            f"find the volume of the {what}.",
            f"how many cubic {unit} does it hold?",
        )
    if steps == 3:
        d = s.divisor(volume.value, 2, 12)
        times = s.div("times", volume, d)
        s.fact(volume, "*", times, d)
        times.clauses = (told, Clause(f"a machine fills {s.n(d)} cubic {unit} of it every minute"))
        return times, "after how many minutes is it full?"
    raise Retry


SHAPES = [
    (1, area),
    (2, area),
    (2, perimeter),
    (3, perimeter),
    (2, covered),
    (3, covered),
    (4, covered),
    (1, side_wanted),
    (2, side_wanted),
    (3, side_wanted),
    (2, boxes),
    (3, boxes),
]
