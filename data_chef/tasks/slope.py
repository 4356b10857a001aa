"""The slope of a line through two points, the line itself, and a point of a line."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import bracket, read_kind, sound, with_signs
from data_chef.registry import Task, register
from data_chef.text import find


KINDS = {
    "slope": (
        "What is the slope of the line through {p} and {q}?",
        "Find the slope of the line from {p} to {q}.",
        "slope of {p} to {q} = ?",
        "A straight line goes through {p} and {q}. How steep is it?",
        "Compute the gradient of the line that joins {p} and {q}.",
        "Please calculate the slope between the points {p} and {q}.",
    ),
    "line": (
        "Find the equation of the line through {p} and {q}.",
        "Which line y = mx + b goes through {p} and {q}?",
        "Write the line through {p} and {q} in the form y = mx + b.",
    ),
    "value": (
        "A line has slope {m} and meets the y-axis at {b}. What is y at x = {x}?",
        "What is y on the line {line} when x = {x}?",
        "{line}, x = {x}: y = ?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(6, 10, 20, 50)[difficulty - 1],
            kinds=(("slope", "value"), tuple(KINDS), tuple(KINDS), ("slope", "line"))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def line_text(m: int, b: int) -> str:
    """`y = 2x - 3`, `y = -x`, `y = 4`."""
    slope = {0: "", 1: "x", -1: "-x"}.get(m, f"{m}x")
    if not slope:
        return f"y = {b}"
    return f"y = {slope}" + (f" {'+' if b > 0 else '-'} {abs(b)}" if b else "")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(config.kinds)
    high = config.high
    m, b, x = rng.randint(-high, high), rng.randint(-high, high), rng.randint(-high, high)
    run = rng.choice((-1, 1)) * rng.randint(1, high)
    v, y = x + run, m * x + b
    if kind == "slope" and rng.random() < 0.5:
        y, rise = b, rng.randint(-high, high)
        slope = Fraction(rise, run)
    else:
        rise, slope = m * run, Fraction(m)
    w = y + rise
    if kind == "value":
        steps = [with_signs(m, "*", x), f"{m * x}+{bracket(b)}={y}"]
        answer, known = str(y), f"{m}|{b}|{x}"
    else:
        steps = [f"{w}-{bracket(y)}={rise}", f"{v}-{bracket(x)}={run}"]
        steps.append(with_signs(rise, "/", run) if slope.denominator == 1 else f"{rise}/{bracket(run)}={slope}")
        answer, known = str(slope), f"{sorted(((x, y), (v, w)))}"
    if kind == "line":
        answer = line_text(m, b)
        steps += [with_signs(m, "*", x), f"{y}-{bracket(m * x)}={b}", answer]
    words = {"p": f"({x}, {y})", "q": f"({v}, {w})", "m": m, "b": b, "x": x, "line": line_text(m, b)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{known}",
    )


def verify(problem: Problem) -> bool:
    """The line by determinants, then both points put into it."""
    kind, told = read_kind(KINDS, problem.question)
    if kind == "value":
        m, b = (told["m"], told["b"]) if "m" in told else read_line(told["line"])
        return sound(problem, str(m * told["x"] + b))
    (x, y), (v, w) = (map(int, re.findall(r"-?\d+", told[point])) for point in "pq")
    if kind == "slope":
        return sound(problem, str(Fraction(y - w, x - v)))
    m, b = (y - w) // (x - v), (y * v - w * x) // (v - x)
    return m * x + b == y and m * v + b == w and sound(problem, line_text(m, b))


def read_line(text: str) -> tuple[int, int]:
    """Slope and intercept of `y = 2x - 3`."""
    slope, constant = find(r"^y = (?:(-?\d*)x)? ?([-+ \d]*)$", text).groups()
    m = 0 if slope is None else int(slope + "1") if slope in ("", "-") else int(slope)
    return m, int(constant.replace(" ", "") or 0)


register(Task("slope", "mathematics", Config, generate, verify, max_difficulty=3))
