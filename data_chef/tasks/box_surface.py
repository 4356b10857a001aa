"""Surface areas of boxes and cubes."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, plus, read_kind, sound, sums, times
from data_chef.registry import Task, register


KINDS = {
    "box": (
        "What is the surface area of a box that is {a} {u} long, {b} {u} wide and {c} {u} high?",
        "A box measures {a} {u} by {b} {u} by {c} {u}. Find its total surface area in square {u}.",
        "Box {a} x {b} x {c}: surface area = ?",
        "Find the surface area of a rectangular prism with edges {a}, {b} and {c}.",
        "All six faces of a box of {a} {u} by {b} {u} by {c} {u} are painted. How many square {u} is that?",
        "Please compute the surface of a closed box: {a} {u} long, {b} {u} wide, {c} {u} high.",
    ),
    "cube": (
        "What is the surface area of a cube with edges of {a} {u}?",
        "Cube, edge {a}: surface area = ?",
        "Each edge of a cube is {a} {u} long. What is the area of its six faces together, in square {u}?",
    ),
    "open": (
        "A box without a lid is {a} {u} long, {b} {u} wide and {c} {u} high. What is the area of its five faces?",
        "Open box, base {a} x {b}, height {c}, no lid: outer area = ?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(6, 12, 25, 60)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("box", "box", "cube", "open"))
    a, b, c = (rng.randint(2, config.high) for _ in range(3))
    if kind == "cube":
        lines, area = [times(a, a), times(6, a * a)], 6 * a * a
        b = c = a
    else:
        faces = [a * b, a * c, b * c]
        lines = [times(a, b), times(a, c), times(b, c)]
        if kind == "box":
            area = 2 * sum(faces)
            lines += [sums(faces), times(2, sum(faces))]
        else:
            area = 2 * sum(faces) - a * b
            lines += [plus(faces[1], faces[2]), times(2, faces[1] + faces[2]), plus(area - a * b, a * b)]
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=a, b=b, c=c, u=rng.choice(LENGTHS)),
        solution="\n".join(lines),
        answer=str(area),
        canonical=f"open|{min(a, b)}|{max(a, b)}|{c}" if kind == "open" else f"box|{sorted((a, b, c))}",
    )


def verify(problem: Problem) -> bool:
    """Bottom and lid, and the sides as one strip around."""
    kind, told = read_kind(KINDS, problem.question)
    a = told["a"]
    b, c = told.get("b", a), told.get("c", a)
    return sound(problem, str((a + b + a + b) * c + a * b * (1 if kind == "open" else 2)))


register(Task("box_surface", "mathematics", Config, generate, verify, max_difficulty=3))
