"""Small powers by repeated products, alone, negative, of fractions, and two of them put together."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, difference_chain, evaluate, product_steps, reaches, spacing, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


SINGLE = ("What is {a} to the power of {n}?", "Raise {a} to the power {n}.", "Compute {a} to the power {n}.")
PHRASINGS = (*ASK_VALUE, "Simplify {e}.", "Find {e}.", "What number is {e}?")


@dataclass(frozen=True)
class Config:
    limit: int
    exponents: tuple[int, int]
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = ("single", "sum", "times", "sum", "fraction", "negative", "negative times")[: 3 + difficulty]
        exponents = ((2, 4), (2, 6), (2, 8), (3, 10))[difficulty - 1]
        return cls(limit=(150, 1100, 7000, 70000)[difficulty - 1], exponents=exponents, forms=forms)

    def validate(self) -> None:
        if self.limit < 32 or not 2 <= self.exponents[0] <= self.exponents[1] <= 12 or not self.forms:
            raise ValueError(f"limit at least 32, exponents 2 to 12, not {self}")


def draw_power(rng: Random, config: Config) -> tuple[int, int]:
    """A base from 2 on and an exponent whose power is within the limit."""
    n = rng.randint(*config.exponents)
    high = 2
    while (high + 1) ** n <= config.limit and high < 30:
        high += 1
    return rng.randint(2, high), n


def power_lines(base: int, exponent: int) -> list[str]:
    """The powers one after the other, each the one before times the base."""
    steps = (product_steps(base ** (n - 1), base) for n in range(2, exponent + 1))
    return [*(line for lines in steps for line in lines), f"{base}^{exponent}={base**exponent}"]


def generate(rng: Random, config: Config) -> Problem:
    form = rng.choice(config.forms)
    a, n = draw_power(rng, config)
    value, lines = a**n, power_lines(a, n)
    text, canonical = f"{a}^{n}", ""
    if form == "sum":
        b, m = draw_power(rng, config)
        lines += power_lines(b, m) if (b, m) != (a, n) else []
        if rng.random() < 0.5 and value > b**m:
            text, lines = f"{text} - {b}^{m}", [*lines, difference_chain(value, b**m)]
            value -= b**m
        else:
            canonical = "+".join(sorted((text, f"{b}^{m}")))
            text, lines = f"{text} + {b}^{m}", [*lines, sum_chain(value, b**m)]
            value += b**m
    elif "times" in form:
        c = rng.randint(2, 9)
        text, lines, value = f"{c} * {text}", [*lines, *product_steps(value, c)], c * value
        if "negative" in form:
            text, value = f"-{text}", -value
            lines.append(f"-{c}*{a}^{n}={value}")
    elif form == "fraction":
        b, m = rng.randint(2, 9), rng.randint(2, 3)
        a = rng.choice([k for k in range(1, 10) if all(k % d or b % d for d in range(2, b + 1))])
        text, value = f"({a}/{b})^{m}", f"{a**m}/{b**m}"
        lines = [*power_lines(a, m), *power_lines(b, m), f"{text}={value}"]
    elif form == "negative":
        even = n % 2 == 0
        sign = "even, so the result is positive" if even else "odd, so the result is negative"
        text, value = f"(-{a})^{n}", value if even else -value
        lines += [f"the exponent {n} is {sign}", f"{text}={value}"]
    phrasings = (*PHRASINGS, *SINGLE) if form == "single" else PHRASINGS
    return Problem(
        question=rng.choice(phrasings).format(e=spacing(rng, text), a=a, n=n),
        solution="\n".join(lines),
        answer=str(value),
        canonical=canonical or text.replace(" ", ""),
    )


def verify(problem: Problem) -> bool:
    """Evaluates the question with each power written out as a product."""
    text = re.sub(r"(\d+)(?: to the power of | to the power )(\d+)", r"\1^\2", problem.question)
    text = re.sub(r"[^-+*/^()\d]", "", text)
    product = re.sub(r"(\([^)]*\)|\d+)\^(\d+)", lambda m: "(" + "*".join([m[1]] * int(m[2])) + ")", text)
    return problem.answer == str(evaluate(product)) and reaches(problem.solution, f"={problem.answer}")


register(Task("power", "mathematics", Config, generate, verify, max_difficulty=3))
