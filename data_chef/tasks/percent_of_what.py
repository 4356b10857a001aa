"""The two inverse questions of percentages: what percentage a number is of another, and the whole of a part."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import number_in, percent_whole_lines, rate_lines, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "rate": (
        "What percentage of {n} is {a}?",
        "{a} is what percent of {n}?",
        "What percent of {n} is {a}?",
        "Write {a} out of {n} as a percentage.",
        "{a} out of {n}: what percent is that?",
        "{a} of {n} students walk to school. What percentage is that?",
        "Express {a} as a percentage of {n}.",
        "A test has {n} questions and {a} answers are right. What percentage is right?",
    ),
    "whole": (
        "{p}% of what number is {a}?",
        "{a} is {p}% of what number?",
        "If {p}% of a number is {a}, what is the number?",
        "Find the number of which {p}% is {a}.",
        "{p} percent of a number is {a}. Find the number.",
        "{a} pupils, {p}% of a school, play chess. How many pupils does the school have?",
        "What is 100% if {p}% is {a}?",
        "Find the whole when {p} percent of it is {a}.",
    ),
}


@dataclass(frozen=True)
class Config:
    percents: tuple[int, ...]
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        percents = ((10, 20, 25, 50, 75), tuple(range(5, 100, 5)), tuple(range(1, 100)), tuple(range(1, 100)))
        return cls(percents[difficulty - 1], high=(400, 600, 1500, 20000)[difficulty - 1])

    def validate(self) -> None:
        if not self.percents or self.high < 200:
            raise ValueError(f"at least one percentage, high at least 200: {self}")


def generate(rng: Random, config: Config) -> Problem:
    form, percent = rng.choice(("rate", "whole")), rng.choice(config.percents)
    step = Fraction(percent, 100).denominator
    n = step * rng.randint(1, config.high // step)
    a = n * percent // 100
    if form == "rate":
        lines = rate_lines(a, n)
        answer = f"{percent}%"
    else:
        lines = percent_whole_lines(percent, a)
        answer = str(n)
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(a=a, n=n, p=percent),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{form}|{a}|{n}",
    )


def verify(problem: Problem) -> bool:
    """The percentage of the whole is the part."""
    answer = number_in(problem.answer)
    if answer is None:
        return False
    question = problem.question.replace("What is 100% if", "")
    numbers = {int(number) for number in re.findall(r"\d+", question)}
    given = re.search(r"(\d+)(?:%| percent)", question)
    if given:
        percent, whole = int(given[1]), answer
        part = next(iter(numbers - {percent}), percent)
    else:
        percent, whole, part = answer, max(numbers), min(numbers)
    right = percent * whole == part * 100 and ("%" in problem.answer) == (given is None)
    return right and reaches(problem.solution, f"={problem.answer}")


register(Task("percent_of_what", "mathematics", Config, generate, verify, max_difficulty=3))
