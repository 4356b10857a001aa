"""Sums, products and powers modulo a number; powers by repeated squaring."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "What is {e} mod {m}?",
    "{e} mod {m} =",
    "Calculate {e} mod {m}.",
    "Find {e} modulo {m}.",
    "What remainder does {e} leave when divided by {m}?",
    "Find the remainder of {e} divided by {m}.",
    "Compute {e} (mod {m}).",
    "What is the remainder when {e} is divided by {m}?",
    "Reduce {e} modulo {m}.",
    "Please work out {e} mod {m}.",
)


@dataclass(frozen=True)
class Config:
    modulus: int
    number: int
    exponent: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (10, 13, 20, 30)[difficulty - 1], (50, 100, 300, 999)[difficulty - 1], (0, 12, 40, 99)[difficulty - 1]
        )

    def validate(self) -> None:
        if self.modulus < 3 or self.number < 5:
            raise ValueError(f"modulus must be at least 3 and number at least 5: {self}")


def reduced(number: int, modulus: int) -> str:
    """`45-6*7=45-42=3`: the multiple that is taken away."""
    times = number // modulus
    return f"{number}-{times}*{modulus}={total(number, -times * modulus) if number % modulus else 0}"


def reductions(number: int, modulus: int) -> list[str]:
    """Lines that end with the remainder, tens of the modulus first."""
    lines = []
    if number >= 20 * modulus:
        tens = number // modulus // 10 * 10 * modulus
        lines.append(f"{tens // modulus}*{modulus}={tens}")
        lines.append(total(number, -tens))
        number -= tens
    return [*lines, reduced(number, modulus)] if number >= modulus else lines


def power_lines(base: int, exponent: int, modulus: int) -> tuple[list[str], int]:
    """The exponent in binary from the left: square, and times the base for a 1."""
    if base < 2:
        return [f"{base}^{exponent} is {base}"], base
    value, done, lines = base, 1, [f"{base}^1 is {base}"]
    for bit in f"{exponent:b}"[1:]:
        for square in (True, False) if bit == "1" else (True,):
            factor = value if square else base
            lines += [product(value, factor), *reductions(value * factor, modulus)]
            value, done = value * factor % modulus, 2 * done if square else done + 1
            lines.append(f"{base}^{done} is {value}")
    return lines, value


def generate(rng: Random, config: Config) -> Problem:
    modulus = rng.randint(3, config.modulus)
    kind = rng.choice("+-*" if not config.exponent else "+*^^")
    a, b = rng.randint(5, config.number), rng.randint(5, config.number)
    if kind == "^":
        a, b = rng.randint(2, config.modulus), rng.randint(3, config.exponent)
        more, value = power_lines(a % modulus, b, modulus)
        lines = [*reductions(a, modulus), *more]
    else:
        if kind == "-" and a < b:
            a, b = b, a
        x, y = a % modulus, b % modulus
        lines = [*reductions(a, modulus), *reductions(b, modulus)]
        whole = {"+": x + y, "-": x - y, "*": x * y}[kind]
        lines.append(product(x, y) if kind == "*" else f"{x}{kind}{y}={whole}")
        lines += [f"{whole}+{modulus}={whole + modulus}"] if whole < 0 else reductions(whole, modulus)
        value = whole % modulus
    lines.append(str(value))
    spaces = rng.choice(("", " ")) if kind != "^" else ""
    pair = sorted((a, b)) if kind in "+*" else (a, b)
    expression = f"{a}{spaces}{kind}{spaces}{b}"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=f"({expression})" if kind in "+-" else expression, m=modulus),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{pair[0]}{kind}{pair[1]}|{modulus}",
    )


def verify(problem: Problem) -> bool:
    a, kind, b, modulus = find(r"(\d+) ?([-+*^]) ?(\d+)\D+(\d+)", problem.question).groups()
    whole = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "^": int.__pow__}[kind](int(a), int(b))
    lines = problem.solution.split("\n")
    for line in lines:
        if " is " in line:
            power, value = line.split(" is ")
            base, exponent = (int(n) for n in power.split("^"))
            if pow(base, exponent, int(modulus)) != int(value):
                return False
    return lines[-1] == problem.answer and concludes(problem, whole % int(modulus))


register(Task("modular_arithmetic", "mathematics", Config, generate, verify, max_difficulty=3))
