"""Areas of figures made of two rectangles: L-shapes, borders, squares cut out, rectangles joined."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import OUTDOORS, minus, plus, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "L": (
        "An L-shape is a rectangle of {a} {u} by {b} {u} with a corner of {c} {u} by {d} {u} cut off. Find its area.",
        "From a corner of a rectangle of {a} by {b}, a rectangle of {c} by {d} is cut away. What area is left?",
        "Rectangle {a} x {b} without a corner of {c} x {d}: area = ?",
    ),
    "hole": (
        "A wall of {a} {u} by {b} {u} has a window of {c} {u} by {d} {u}. How many square {u} of wall are left?",
        "A rectangular lawn of {a} {u} by {b} {u} has a pond of {c} {u} by {d} {u} in it. How large is the rest?",
        "A rectangle of {a} by {b} has a hole of {c} by {d}. What is the area of the figure?",
    ),
    "joined": (
        "A figure is made of two rectangles side by side: {a} {u} by {b} {u} and {c} {u} by {d} {u}. Find its area.",
        "A room has two parts, one of {a} {u} by {b} {u}, one of {c} {u} by {d} {u}. How many square {u} is that?",
        "Two rectangles, {a} x {b} and {c} x {d}, do not overlap. Total area = ?",
    ),
    "border": (
        "A picture of {c} cm by {d} cm has a frame {w} cm wide on every side. What is the area of the frame?",
        "A pool of {c} {u} by {d} {u} has a path around it that is {w} {u} wide. How many square {u} is the path?",
        "Border of width {w} around a rectangle of {c} x {d}: area of the border = ?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 20, 40, 99)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 8:
            raise ValueError(f"high must be at least 8: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(list(KINDS))
    c, d = (rng.randint(2, config.high // 2) for _ in range(2))
    w = rng.randint(1, max(2, config.high // 8))
    if kind == "border":
        a, b = c + 2 * w, d + 2 * w
        lines = [times(2, w), plus(c, 2 * w), plus(d, 2 * w)]
    else:
        a, b = rng.randint(c + 1, config.high), rng.randint(d + 1, config.high)
        lines = []
    lines += [times(a, b), times(c, d), (plus if kind == "joined" else minus)(a * b, c * d)]
    numbers = (c, d, w) if kind == "border" else (a, b, c, d)
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=a, b=b, c=c, d=d, w=w, u=rng.choice(OUTDOORS)),
        solution="\n".join(lines),
        answer=lines[-1].rpartition("=")[2],
        canonical=f"{'less' if kind in ('L', 'hole') else kind}|{'|'.join(map(str, numbers))}",
    )


def verify(problem: Problem) -> bool:
    """Cuts every figure in another way: an L into two strips, a border into four."""
    kind, told = read_kind(KINDS, problem.question)
    c, d = told["c"], told["d"]
    if kind == "border":
        w = told["w"]
        return sound(problem, str(2 * w * (c + w) + 2 * w * (d + w)))
    a, b = told["a"], told["b"]
    if kind == "joined":
        return sound(problem, str(sum(a for _ in range(b)) + sum(c for _ in range(d))))
    return sound(problem, str((a - c) * b + c * (b - d)))


register(Task("composite_area", "mathematics", Config, generate, verify, max_difficulty=3))
