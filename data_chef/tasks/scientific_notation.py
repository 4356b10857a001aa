"""Scientific notation: to it, from it, and products in it."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import decimal, decimal_text, evaluate, product_steps, reaches, trimmed
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "to": (
        "Write {n} in scientific notation.",
        "Express {n} in scientific notation.",
        "{n} in scientific notation =",
        "What is {n} in scientific notation?",
        "Convert {n} to scientific notation.",
        "Give {n} as a number from 1 to 10 times a power of ten.",
    ),
    "from": (
        "Write {n} as an ordinary number.",
        "Write {n} without a power of ten.",
        "What number is {n}?",
        "{n} =",
        "Convert {n} to an ordinary number.",
        "Write out {n} in full.",
    ),
    "product": (
        "Multiply {n} and give the result in scientific notation.",
        "What is {n} in scientific notation?",
        "Calculate {n}. Answer in scientific notation.",
        "{n} = ? (scientific notation)",
        "Work out {n} and write it in scientific notation.",
        "Find {n} in scientific notation.",
    ),
}


@dataclass(frozen=True)
class Config:
    digits: tuple[int, int]
    exponents: tuple[int, int]
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        low = (2, -4, -6, -9)[difficulty - 1]
        forms = ("to", "from", "product", "product")[: difficulty + 1]
        return cls(digits=(1, (3, 3, 4, 5)[difficulty - 1]), exponents=(low, 4 + 2 * difficulty), forms=forms)

    def validate(self) -> None:
        if not 1 <= self.digits[0] <= self.digits[1] or self.exponents[0] > self.exponents[1]:
            raise ValueError(f"digits from 1 on, exponents in order: {self}")


def draw(rng: Random, digits: tuple[int, int], exponents: tuple[int, int]) -> tuple[str, int]:
    """A number from 1 to 10 as a decimal, and an exponent."""
    count = rng.randint(*digits)
    number = rng.randint(1, 9) if count == 1 else rng.randint(10 ** (count - 2), 10 ** (count - 1) - 1) * 10
    number += rng.randint(1, 9) if count > 1 else 0
    exponent = rng.choice([n for n in range(exponents[0], exponents[1] + 1) if n not in (0, 1)])
    return decimal(number, count - 1), exponent


def moved(exponent: int, to_notation: bool) -> str:
    """Which way the point moves."""
    places = f"{abs(exponent)} place{'s' if abs(exponent) > 1 else ''}"
    return f"move the point {places} to the {'left' if (exponent > 0) == to_notation else 'right'}"


def generate(rng: Random, config: Config) -> Problem:
    form = rng.choice(config.forms)
    mantissa, exponent = draw(rng, config.digits, config.exponents)
    text, full = f"{mantissa}*10^{exponent}", decimal_text(Fraction(mantissa) * Fraction(10) ** exponent)
    if form == "to":
        lines, answer, shown = [moved(exponent, True), f"{full}={text}"], text, full
    elif form == "from":
        lines, answer, shown = [moved(exponent, False), f"{text}={full}"], full, text
    else:
        other, power = draw(rng, (1, min(2, config.digits[1])), config.exponents)
        shown = f"({text})*({other}*10^{power})"
        a, b = (int(number.replace(".", "")) for number in (mantissa, other))
        places = sum(len(number.partition(".")[2]) for number in (mantissa, other))
        value, total = trimmed(decimal(a * b, places)), exponent + power
        lines = product_steps(a, b) if places else []
        lines += [f"{mantissa}*{other}={value}", f"{exponent}+{power}={total}".replace("+-", "-")]
        if Fraction(value) >= 10:
            value = decimal_text(Fraction(value) / 10)
            lines += [f"{mantissa}*{other}={value}*10^1", f"{total}+1={total + 1}"]
            total += 1
        answer = f"{value}*10^{total}"
        lines.append(f"{shown}={answer}")
    loose = shown if rng.random() < 0.4 else shown.replace("*", " * ")
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(n=loose),
        solution="\n".join(lines),
        answer=answer,
        canonical="*".join(sorted(shown.split(")*("))),
    )


def verify(problem: Problem) -> bool:
    question = problem.question.replace("a number from 1 to 10 times a power of ten", "scientific notation")
    value = evaluate(re.sub(r"[^-*^().\d]|\.(?!\d)", "", re.sub(r"\(sci.*", "", question)))
    if "scientific" in question:
        match = re.fullmatch(r"([1-9](?:\.\d*[1-9])?)\*10\^(-?\d+)", problem.answer)
        right = match is not None and Fraction(match[1]) * Fraction(10) ** int(match[2]) == value
    else:
        right = problem.answer == decimal_text(value)
    return right and reaches(problem.solution, f"={problem.answer}")


register(Task("scientific_notation", "mathematics", Config, generate, verify, max_difficulty=3))
