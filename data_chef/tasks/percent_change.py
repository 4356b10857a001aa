"""Percentages that change a number: the new value, the change in percent, and the value before."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import (
    difference_chain,
    number_in,
    percent_part_lines,
    percent_whole_lines,
    rate_lines,
    reaches,
    sum_chain,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    ("new", 1): (
        "Increase {a} by {p}%.",
        "What is {a} increased by {p}%?",
        "{a} plus {p}% of it =",
        "A price of {a} dollars rises by {p}%. What is the new price?",
        "A town of {a} people grows by {p} percent. How many people live there now?",
        "Raise {a} by {p} percent.",
    ),
    ("new", -1): (
        "Decrease {a} by {p}%.",
        "What is {a} decreased by {p}%?",
        "{a} minus {p}% of it =",
        "A price of {a} dollars falls by {p}%. What is the new price?",
        "A coat costs {a} dollars. It is sold at {p}% off. What is the sale price?",
        "Lower {a} by {p} percent.",
    ),
    ("change", 1): (
        "A value rises from {a} to {b}. What is the increase in percent?",
        "By what percentage does {a} increase to become {b}?",
        "Find the percent increase from {a} to {b}.",
        "The price goes up from {a} to {b} dollars. By what percent does it rise?",
        "{a} grows to {b}. What is the percent increase?",
    ),
    ("change", -1): (
        "A value falls from {a} to {b}. What is the decrease in percent?",
        "By what percentage does {a} decrease to become {b}?",
        "Find the percent decrease from {a} to {b}.",
        "The price goes down from {a} to {b} dollars. By what percent does it fall?",
        "{a} shrinks to {b}. What is the percent decrease?",
    ),
    ("before", 1): (
        "After an increase of {p}% a number is {b}. What was it before?",
        "A price rose by {p}% to {b} dollars. What was the old price?",
        "What number becomes {b} when it is increased by {p}%?",
        "A number grew by {p} percent and is now {b}. Find the original number.",
    ),
    ("before", -1): (
        "After a decrease of {p}% a number is {b}. What was it before?",
        "A price fell by {p}% to {b} dollars. What was the old price?",
        "What number becomes {b} when it is decreased by {p}%?",
        "A number shrank by {p} percent and is now {b}. Find the original number.",
    ),
}


@dataclass(frozen=True)
class Config:
    forms: tuple[str, ...]
    percents: tuple[int, ...]
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        percents = (
            (10, 20, 25, 50),
            tuple(range(5, 96, 5)),
            tuple(range(2, 100)),
            (*range(1, 100), *range(101, 200)),
        )[difficulty - 1]
        return cls(("new", "change", "before")[:difficulty], percents, high=(2000, 2000, 4000, 20000)[difficulty - 1])

    def validate(self) -> None:
        if not self.forms or not self.percents or self.high < 200:
            raise ValueError(f"at least one form and percentage, high at least 200: {self}")


def generate(rng: Random, config: Config) -> Problem:
    form, way, percent = rng.choice(config.forms), rng.choice((1, -1)), rng.choice(config.percents)
    if percent >= 100:
        way = 1
    # Parts in lowest terms are whole numbers.
    step = Fraction(percent, 100).denominator
    a = step * rng.randint(1, max(2, config.high // step))
    part = a * percent // 100
    b = a + way * part
    if form == "new":
        lines = [*percent_part_lines(percent, a), sum_chain(a, part) if way > 0 else difference_chain(a, part)]
        answer = str(b)
    elif form == "change":
        lines = [difference_chain(max(a, b), min(a, b)), *rate_lines(part, a)]
        answer = f"{percent}%"
    else:
        rest = 100 + way * percent
        lines = [f"100%{'+' if way > 0 else '-'}{percent}%={rest}%", f"{b} is {rest}% of the number"]
        lines += percent_whole_lines(rest, b)
        answer = str(a)
    return Problem(
        question=rng.choice(PHRASINGS[form, way]).format(a=a, b=b, p=percent),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{form}|{way * percent}|{a}",
    )


def verify(problem: Problem) -> bool:
    """Grows or shrinks the value before by the percentage, and compares it with the value after."""
    rates = [int(rate) for rate in re.findall(r"(\d+)(?:%| percent)", problem.question)]
    numbers = [int(number) for number in re.findall(r"\b\d+\b(?!%| percent)", problem.question)]
    down = re.search(r"[dD]ecreas|minus|falls?|fell|off|Lower|shr[ia]nk|down", problem.question) is not None
    answer = number_in(problem.answer)
    if answer is None:
        return False
    if not rates:
        (before, after), percent = numbers, answer
    elif re.search(r"before|old price|becomes|original", problem.question):
        before, after, percent = answer, *numbers, *rates
    else:
        before, after, percent = *numbers, answer, *rates
    right = before * (100 - percent if down else 100 + percent) == after * 100
    return right and ("%" in problem.answer) == (not rates) and reaches(problem.solution, f"={problem.answer}")


register(Task("percent_change", "mathematics", Config, generate, verify, max_difficulty=3))
