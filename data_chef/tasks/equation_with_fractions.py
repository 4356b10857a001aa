"""Linear equations with fractions: first multiplied by the common denominator, then solved."""

import math
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import (
    a_letter,
    concludes,
    evaluate,
    expressions,
    joined,
    layout,
    nonzero,
    product,
    quotient,
    term,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e}.",
    "Solve {e} for {x}.",
    "{e}, {x} = ?",
    "What is {x} if {e}?",
    "Find {x}: {e}",
    "Find the number {x} with {e}.",
    "Clear the fractions and solve {e}.",
    "Please solve the equation {e}.",
    "For which {x} is {e}?",
    "If {e}, what is {x}?",
)


@dataclass(frozen=True)
class Config:
    denominator: int
    size: int
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = (("one",), ("one", "top"), ("two", "top"), ("two", "both"))[difficulty - 1]
        return cls((6, 9, 9, 12)[difficulty - 1], (9, 9, 6, 12)[difficulty - 1], forms)

    def validate(self) -> None:
        if self.denominator < 3 or self.size < 1 or not self.forms:
            raise ValueError(f"denominator must be at least 3, size at least 1, some form given: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x, form = a_letter(rng), rng.choice(config.forms)
    p, q = rng.sample(range(2, config.denominator + 1), 2)
    a, b = rng.randint(1, min(5, config.size)), nonzero(rng, config.size)
    value, lines = rng.randint(-config.size, config.size), []
    if form == "one":
        a //= math.gcd(a, p)
        value *= p
        c = a * value // p + b
        left, right = f"{term(a, 1, x)}/{p}{b:+d}", str(c)
        lines = [f"{term(a, 1, x)}/{p}={total(c, -b)}", f"{term(a, 1, x)}={product(c - b, p)}"]
        slope, rest = a, (c - b) * p
    elif form == "top":
        value = value * p - b
        a = 1
        c = (value + b) // p
        left, right = f"({x}{b:+d})/{p}", str(c)
        lines = [f"{x}{b:+d}={product(c, p)}", f"{x}={total(c * p, -b)}"]
        slope, rest = 1, c * p - b
    elif form == "two":
        common = math.lcm(p, q)
        m, n, sign = common // p, common // q, rng.choice((1, -1))
        slope = m + sign * n
        value = value * common // math.gcd(common, slope)
        c = value * slope // common
        left, right = f"{x}/{p}{'+' if sign > 0 else '-'}{x}/{q}", str(c)
        rest = slope * value
        lines = [
            f"common denominator {common}",
            f"{common}/{p}={m}, {common}/{q}={n}",
            joined((term(m, 1, x), term(sign * n, 1, x))) + f"={product(c, common)}",
            f"{term(slope, 1, x)}={rest}",
        ]
    else:
        # The unknown is chosen so that both sides are whole: value + b a multiple of p and value + d one of q.
        k = nonzero(rng, config.size)
        b, d = k * p - value, k * q - value
        left, right = (f"({x}{n:+d})/{r}" if n else f"{x}/{r}" for n, r in ((b, p), (d, q)))
        slope, rest = q - p, p * d - q * b
        lines = [
            f"{q}({x}{b:+d})={p}({x}{d:+d})",
            product(q, b),
            product(p, d),
            f"{term(q, 1, x)}{q * b:+d}={term(p, 1, x)}{p * d:+d}",
            f"{term(slope, 1, x)}={total(p * d, -q * b)}",
        ]
    if slope != 1:
        lines.append(f"{x}={quotient(rest, slope)}")
    equation = f"{left}={right}"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, equation), x=x),
        solution="\n".join(lines),
        answer=str(value),
        canonical=equation.replace(x, "x"),
    )


def verify(problem: Problem) -> bool:
    """The difference of the sides is a straight line: where it crosses zero follows from its values at 0 and 1."""
    equation = next(e for e in expressions(problem.question) if "/" in e)
    x = next(letter for letter in equation if letter.isalpha())
    left, right = equation.split("=")
    at_0, at_1 = (evaluate(f"{left}-({right})", **{x: number}) for number in (0, 1))
    value = Fraction(at_0, at_0 - at_1)
    return concludes(problem, value, **{x: value})


register(Task("equation_with_fractions", "mathematics", Config, generate, verify, max_difficulty=3))
