"""Angles of polygons: their sum, one of a regular polygon, outer angles, the number of sides."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import minus, over, plus, read_kind, sound, times
from data_chef.nouns import article
from data_chef.registry import Task, register
from data_chef.text import find


NAMED = {3: "triangle", 4: "quadrilateral", 5: "pentagon", 6: "hexagon", 7: "heptagon", 8: "octagon", 9: "nonagon",
         10: "decagon", 12: "dodecagon"}  # fmt: skip
KINDS = {
    "sum": (
        "What is the sum of the interior angles of {a_shape}?",
        "What do the inner angles of {a_shape} add up to, in degrees?",
        "Sum of the interior angles of {a_shape} = ?",
    ),
    "each": (
        "How many degrees is each interior angle of a regular {shape}?",
        "Find the size of one inner angle of a regular {shape}.",
        "Regular {shape}: interior angle = ?",
    ),
    "outer": (
        "How many degrees is each exterior angle of a regular {shape}?",
        "Regular {shape}: exterior angle = ?",
        "A robot walks around a regular {shape}. By how many degrees does it turn at each corner?",
    ),
    "sides": (
        "Each exterior angle of a regular polygon is {e} degrees. How many sides does the polygon have?",
        "Each interior angle of a regular polygon is {i} degrees. How many sides does it have?",
        "The interior angles of a polygon add up to {s} degrees. How many sides does it have?",
    ),
    "missing": (
        "All but one of the angles of {a_shape} make {rest} degrees together. How many degrees is that one?",
        "All interior angles of {a_shape} but one make {rest} degrees together. Find that one.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    named: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 40, 120, 360)[difficulty - 1], named=(0.7, 0.4, 0.2, 0.0)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 5:
            raise ValueError(f"high must be at least 5: {self}")


def shape(rng: Random, sides: int, named: float) -> str:
    if sides in NAMED and rng.random() < named:
        return NAMED[sides]
    return f"polygon with {sides} sides"


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("sum", "sum", *KINDS, "missing"))
    regular = [n for n in range(3, config.high + 1) if 360 % n == 0]
    n = rng.randint(3, config.high) if kind in ("sum", "missing") else rng.choice(regular)
    template = rng.choice(KINDS[kind])
    total, outer = 180 * (n - 2), 360 // n
    steps = [f"{n}-2={n - 2}", times(n - 2, 180)]
    last = rng.randint(20, 170)
    if kind == "missing":
        steps, answer = [*steps, minus(total, total - last)], last
    elif kind == "sum":
        answer = total
    elif kind in ("outer", "each"):
        steps = [over(360, n), *([minus(180, outer)] if kind == "each" else [])]
        answer = 180 - outer if kind == "each" else outer
    elif "{e}" in template:
        steps, answer = [over(360, outer)], n
    elif "{i}" in template:
        steps, answer = [minus(180, 180 - outer), over(360, outer)], n
    else:
        steps, answer = [over(total, 180), plus(n - 2, 2)], n
    name = shape(rng, n, config.named)
    words = {
        "shape": name,
        "a_shape": f"{article(name)} {name}",
        "e": outer,
        "i": 180 - outer,
        "s": total,
        "rest": total - last,
    }
    asked = f"sides {'eis'[KINDS['sides'].index(template)]}" if kind == "sides" else kind
    return Problem(
        question=template.format(**words),
        solution="\n".join(steps),
        answer=str(answer),
        canonical=f"{asked}|{n}" + (f"|{last}" if kind == "missing" else ""),
    )


def verify(problem: Problem) -> bool:
    """Cuts the polygon into triangles, one after the other; a walk around it makes one full turn."""
    kind, told = read_kind(KINDS, problem.question)
    if kind == "sides":
        outer = told.get("e", 180 - told.get("i", 0))
        return sound(problem, str(told["s"] // 180 + 2 if "s" in told else Fraction(360, outer)))
    sides = {name: number for number, name in NAMED.items()}
    name = told.get("shape") or told["a_shape"].partition(" ")[2]
    n = sides.get(name) or int(find(r"\d+", name).group())
    total = sum(180 for _ in range(3, n + 1))
    inner = Fraction(total, n)
    expected = {"sum": total, "missing": total - told.get("rest", 0), "each": inner, "outer": 180 - inner}
    return sound(problem, str(expected[kind]))


register(Task("polygon_angles", "mathematics", Config, generate, verify, max_difficulty=3))
