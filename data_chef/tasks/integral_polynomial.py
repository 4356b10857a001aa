"""Definite integrals of polynomials, from an antiderivative at both ends."""

import math
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import (
    LARGE,
    bracket,
    evaluate,
    fraction_lines,
    holds,
    joined,
    layout,
    nonzero,
    polynomial,
    product,
    term,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "Integrate {p} from {a} to {b}.",
    "What is the integral of {p} from x = {a} to x = {b}?",
    "Find the integral of {p} from {a} to {b}.",
    "Calculate the definite integral of {p} from {a} to {b}.",
    "integral of ({p}) dx from {a} to {b} =",
    "Compute the definite integral of {p} between x = {a} and x = {b}.",
    "Please integrate {p} from x = {a} to x = {b}.",
    "Evaluate the integral from {a} to {b} of {p}.",
    "What does the integral of {p} over the interval from {a} to {b} equal?",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int
    ends: int
    whole: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (1, 2, 2, 3)[difficulty - 1], (6, 4, 9, 9)[difficulty - 1], (6, 4, 4, 5)[difficulty - 1], difficulty < 3
        )

    def validate(self) -> None:
        if self.degree < 1 or self.coefficient < 1 or self.ends < 2:
            raise ValueError(f"degree and coefficient must be at least 1, ends at least 2: {self}")


def antiterm(c: int, power: int) -> str:
    """`2x^3`, or `5x^2/2` when the coefficient does not come out whole."""
    top, bottom = Fraction(c, power).as_integer_ratio()
    return term(top, power) + (f"/{bottom}" if bottom > 1 else "")


def value_lines(p: list[int], point: int) -> tuple[list[str], Fraction]:
    """The steps to the value of the antiderivative at a number."""
    lines, parts, degree = [], [], len(p) - 1
    for i, c in enumerate(p):
        power = degree - i + 1
        if not c or not point:
            continue
        top, bottom = Fraction(c, power).as_integer_ratio()
        if power > 1:
            lines.append(f"{bracket(point)}^{power}={point**power}")
        if top != 1:
            lines.append(product(top, point**power))
        if bottom > 1:
            lines += fraction_lines(top * point**power, bottom)
        parts.append(Fraction(top * point**power, bottom))
    value = sum(parts, Fraction(0))
    if all(part.denominator == 1 for part in parts):
        lines.append(f"F({point})={total(*map(int, parts)) if parts else 0}")
    else:
        common = math.lcm(*(part.denominator for part in parts))
        tops = [int(part * common) for part in parts]
        lines += [
            f"{part}={top}/{common}" for part, top in zip(parts, tops, strict=True) if part.denominator != common
        ]
        if len(parts) > 1:
            lines += [total(*tops)]
        lines.append(f"F({point})={sum(tops)}/{common}" + (f"={value}" if value.denominator != common else ""))
    return lines, value


def difference(high: Fraction, low: Fraction) -> list[str]:
    """The last subtraction, over a common denominator."""
    if low == 0:
        return [str(high)]
    if high.denominator == low.denominator == 1:
        return [f"{high}-{bracket(low)}={high - low}"]
    common = math.lcm(high.denominator, low.denominator)
    tops = int(high * common), int(low * common)
    lines = [f"{v}={top}/{common}" for v, top in zip((high, low), tops, strict=True) if v.denominator != common]
    lines.append(total(tops[0], -tops[1]))
    return [*lines, f"{tops[0] - tops[1]}/{common}", *fraction_lines(tops[0] - tops[1], common)]


def generate(rng: Random, config: Config) -> Problem:
    degree = rng.randint(1, config.degree)
    p = [
        nonzero(rng, config.coefficient),
        *(rng.randint(-config.coefficient, config.coefficient) for _ in range(degree)),
    ]
    if config.whole:
        p = [c * (degree - i + 1) for i, c in enumerate(p)]
    a, b = sorted(rng.sample(range(0 if config.whole else -2, config.ends + 1), 2))
    anti = joined(antiterm(c, degree - i + 1) for i, c in enumerate(p) if c)
    upper, high = value_lines(p, b)
    lower, low = value_lines(p, a)
    lines = [f"F(x)={anti}", *upper, *lower, *difference(high, low)]
    return Problem(
        question=rng.choice(PHRASINGS).format(p=layout(rng, polynomial(p)), a=a, b=b),
        solution="\n".join(lines),
        answer=str(high - low),
        canonical=f"{polynomial(p)}|{a}|{b}",
    )


def verify(problem: Problem) -> bool:
    """By Boole's rule, which is exact for polynomials up to degree 5."""
    question = problem.question.replace("x = ", "")
    a, b = (int(end) for end in find(r"(?:from|between) (-?\d+) (?:to|and) (-?\d+)", question).groups())
    asked = find(r"\(?([-+ ^\d]*x[-+ ^\dx]*)(?:\)| from| between| over|\.|$)", question.replace("dx", ""))[1]

    def area(start: int, end: int) -> Fraction:
        values = [evaluate(asked.replace(" ", ""), x=start + Fraction(end - start, 4) * i) for i in range(5)]
        return sum(w * v for w, v in zip((7, 32, 12, 32, 7), values, strict=True)) * Fraction(end - start, 90)

    result = str(area(a, b))
    ends = problem.solution.endswith(f"={result}") or problem.solution.endswith(f"\n{result}")
    return problem.answer == result and ends and holds(problem.solution, F=lambda x: area(0, x), x=LARGE)


register(Task("integral_polynomial", "mathematics", Config, generate, verify, max_difficulty=3))
