"""The same number as fraction, decimal and percentage."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import decimal, decimal_text, number_in, reaches, reduced_chain, trimmed
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.decimal_division import point_lines


TO = {
    "decimal": ("a decimal", "decimal"),
    "fraction": ("a fraction in lowest terms", "fraction"),
    "percent": ("a percentage", "percentage"),
}
PHRASINGS = (
    "Write {v} as {a}.",
    "Convert {v} to {a}.",
    "What is {v} as {a}?",
    "{v} as {a} =",
    "Express {v} as {a}.",
    "Give {v} as {a}.",
    "Turn {v} into {a}.",
    "Please write {v} as {a}.",
    "Which {w} equals {v}?",
    "Change {v} to {a}.",
)
FORMS = (("fraction", "decimal"), ("decimal", "fraction"), ("decimal", "percent"), ("percent", "decimal"))
FORMS += (("percent", "fraction"), ("fraction", "percent"))
DENOMINATORS = (2, 4, 5, 10, 20, 25, 50, 100, 8, 40, 16, 125, 80, 32, 200, 250, 160, 500, 625)


@dataclass(frozen=True)
class Config:
    denominators: int
    places: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominators=(8, 10, 15, 19)[difficulty - 1], places=difficulty + 1)

    def validate(self) -> None:
        if not 2 <= self.denominators <= len(DENOMINATORS) or not 1 <= self.places <= 6:
            raise ValueError(f"2 to {len(DENOMINATORS)} denominators, 1 to 6 places, not {self}")


def to_decimal(top: int, bottom: int) -> list[str]:
    """A fraction as a decimal: over 10, 100 or 1000 where that is near, else by long division."""
    value = decimal_text(Fraction(top, bottom))
    for scale in (10, 100, 1000):
        if scale % bottom == 0 and scale // bottom <= 25:
            middle = f"={top * (scale // bottom)}/{scale}" if scale > bottom else ""
            return [f"{top}/{bottom}{middle}={value}"]
    return [*point_lines(str(top), bottom), f"{top}/{bottom}={value}"]


def generate(rng: Random, config: Config) -> Problem:
    given, wanted = rng.choice(FORMS)
    if given == "fraction":
        bottom = rng.choice(DENOMINATORS[: config.denominators])
        top = rng.randint(1, bottom - 1) if rng.random() < 0.8 else rng.randint(bottom + 1, 4 * bottom)
        value, text = Fraction(top, bottom), f"{top}/{bottom}"
        lines = to_decimal(top, bottom)
    else:
        places = rng.randint(1, config.places)
        number = rng.randint(1, 10**places - 1) if rng.random() < 0.8 else rng.randint(1, 4 * 10**places)
        number += number % 10 == 0
        value = Fraction(number, 10**places)
        text = decimal(number, places) if given == "decimal" else f"{decimal_text(100 * value)}%"
        lines = [] if given == "decimal" else [f"{text}={decimal_text(value)}"]
        if wanted == "fraction":
            chain = reduced_chain(number, 10**places)
            lines = [*lines, f"{decimal_text(value)}={number}/{10**places}"]
            lines += [chain] if "=" in chain else []
    answer = {"decimal": decimal_text(value), "fraction": str(value), "percent": f"{decimal_text(100 * value)}%"}[
        wanted
    ]
    if wanted == "percent":
        lines += [f"{decimal_text(value)}*100={decimal_text(100 * value)}"]
    lines.append(f"{text}={answer}")
    article, word = TO[wanted]
    return Problem(
        question=rng.choice(PHRASINGS).format(v=text, a=article, w=word),
        solution="\n".join(dict.fromkeys(lines)),
        answer=answer,
        canonical=f"{text}|{wanted}",
    )


def verify(problem: Problem) -> bool:
    number, percent = re.findall(r"(\d+(?:[./]\d+)?)(%?)", problem.question)[0]
    value, answer = Fraction(number) / (100 if percent else 1), number_in(problem.answer)
    if "percentage" in problem.question:
        expected = value * 100
        right = problem.answer.endswith("%") and answer == expected
    elif "fraction" in problem.question:
        right = problem.answer == str(value)
    else:
        right = "%" not in problem.answer and "/" not in problem.answer and answer == value
    canonical = problem.answer.rstrip("%") == trimmed(problem.answer.rstrip("%"))
    return right and canonical and reaches(problem.solution, f"={problem.answer}")


register(Task("fraction_to_decimal", "mathematics", Config, generate, verify, max_difficulty=3))
