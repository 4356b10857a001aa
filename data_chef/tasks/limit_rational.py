"""Limits of quotients of polynomials: at a common root, and at infinity."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import (
    LARGE,
    bracket,
    coefficients,
    evaluate,
    fraction_lines,
    holds,
    layout,
    multiplied,
    nonzero,
    polynomial,
    product,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the limit of {e} as x approaches {v}?",
    "Find the limit of {e} as x goes to {v}.",
    "lim x -> {v} of {e} =",
    "Calculate the limit of {e} for x -> {v}.",
    "To which number does {e} tend as x tends to {v}?",
    "Evaluate the limit as x approaches {v} of {e}.",
    "As x goes to {v}, what does {e} approach?",
    "Please find the limit for x -> {v} of {e}.",
    "Which value does {e} come near when x comes near {v}?",
)


@dataclass(frozen=True)
class Config:
    root: int
    factors: int
    infinity_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((9, 9, 9, 15)[difficulty - 1], (1, 2, 2, 3)[difficulty - 1], (0.0, 0.2, 0.3, 0.2)[difficulty - 1])

    def validate(self) -> None:
        if self.root < 2 or self.factors < 1 or not 0 <= self.infinity_rate <= 1:
            raise ValueError(f"root must be at least 2, factors at least 1, infinity_rate a rate: {self}")


def at_root(p: list[int], root: int) -> list[str]:
    """The value of a polynomial of degree 0 to 2 in steps."""
    parts = [c * root ** (len(p) - 1 - i) for i, c in enumerate(p)]
    lines = []
    for i, c in enumerate(p[:-1]):
        power = len(p) - 1 - i
        if c and power > 1:
            lines.append(f"{bracket(root)}^{power}={root**power}")
        if abs(c) > 1:
            lines.append(product(c, root**power))
    return [*lines, total(*parts)] if len(p) > 1 else []


def at_infinity(rng: Random, config: Config) -> Problem:
    """The leading coefficients decide when the degrees are the same; a lower degree over a higher one tends to 0."""
    degree = rng.randint(1, 3)
    lower = degree > 1 and rng.random() < 0.25
    top = [nonzero(rng, config.root), *(rng.randint(-9, 9) for _ in range(degree - lower))]
    bottom = [rng.randint(1, config.root), *(rng.randint(-9, 9) for _ in range(degree))]
    lines = [f"degrees {len(top) - 1} and {degree}"]
    if lower:
        lines.append("the bottom grows faster: 0")
        answer = "0"
    else:
        lines += [f"leading coefficients {top[0]}/{bottom[0]}", *fraction_lines(top[0], bottom[0])]
        lines.append(str(Fraction(top[0], bottom[0])))
        answer = str(Fraction(top[0], bottom[0]))
    return finished(rng, top, bottom, "infinity", lines, answer)


def finished(rng: Random, top: list[int], bottom: list[int], goal: object, lines: list[str], answer: str) -> Problem:
    texts = [polynomial(p) for p in (top, bottom)]
    e = f"({layout(rng, texts[0])})/({layout(rng, texts[1])})"
    question = rng.choice(PHRASINGS[:-1] if goal == "infinity" else PHRASINGS).format(e=e, v=goal)
    return Problem(question, "\n".join(lines), answer, f"{texts[0]}|{texts[1]}|{goal}")


def generate(rng: Random, config: Config) -> Problem:
    if rng.random() < config.infinity_rate:
        return at_infinity(rng, config)
    root = nonzero(rng, min(config.root, 6))
    factor, tops, bottoms = [1, -root], [rng.randint(1, 3)], [1]
    tops = multiplied(tops, [1, nonzero(rng, config.root)])
    if config.factors > 1:
        bottoms = [rng.randint(1, 2), nonzero(rng, config.root)]
    if config.factors > 2:
        tops = multiplied(tops, [1, nonzero(rng, 5)])
    high, low = (evaluate(polynomial(p), x=root) for p in (tops, bottoms))
    if low == 0:
        return generate(rng, config)
    top, bottom = multiplied(factor, tops), multiplied(factor, bottoms)
    texts = [polynomial(p) for p in (factor, tops, bottoms, top, bottom)]
    lines = [f"{texts[3]}=({texts[0]})({texts[1]})"]
    lines += [f"{texts[4]}=({texts[0]})({texts[2]})"] if len(bottoms) > 1 else []
    cancelled = f"({texts[1]})/({texts[2]})" if len(bottoms) > 1 else texts[1]
    lines += [f"cancel {texts[0]}: {cancelled}", *at_root(tops, root), *at_root(bottoms, root)]
    answer = str(Fraction(high, low))
    if len(bottoms) > 1:
        lines += [f"{high}/({low})={-high}/{-low}"] if low < 0 else []
        sign = -1 if low < 0 else 1
        lines += fraction_lines(sign * high, abs(low)) or [f"{sign * high}/{abs(low)}"]
    return finished(rng, top, bottom, root, lines, answer)


def verify(problem: Problem) -> bool:
    """Very near to the number, or very far away, the quotient differs from the answer by next to nothing."""
    question = problem.question.replace(" ", "")
    found = re.findall(r"\(([-+^\dx]+)\)/\(([-+^\dx]+)\)", question)[0]
    goal = re.search(r"(?:approaches|goesto|->|tendsto|comesnear)(-?\d+|infinity)", question.replace(found[0], ""))
    if goal is None or not re.fullmatch(r"-?\d+(/[1-9]\d*)?", problem.answer):
        return False
    x = Fraction(LARGE**5) if goal[1] == "infinity" else int(goal[1]) + Fraction(1, LARGE**5)
    top, bottom = (evaluate(p, x=x) for p in found)
    near = abs(top / bottom - Fraction(problem.answer)) < Fraction(1, LARGE)
    tidy = (
        str(Fraction(problem.answer)) == problem.answer and re.split("[=\n :]", problem.solution)[-1] == problem.answer
    )
    degrees = [len(coefficients(p)) - 1 for p in found]
    stated = goal[1] != "infinity" or f"degrees {degrees[0]} and {degrees[1]}\n" in problem.solution
    return near and tidy and stated and holds(problem.solution, x=LARGE)


register(Task("limit_rational", "mathematics", Config, generate, verify, max_difficulty=3))
