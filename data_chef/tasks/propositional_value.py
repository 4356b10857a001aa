"""The truth value of a formula with and, or, not, implies, under given values of its letters."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.formula import LETTERS, draw_formula, evaluation, implied, letters_of, parse, show
from data_chef.item import Problem
from data_chef.logic import listed
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "{given}. What is the value of `{formula}`?",
    "If {given}, is `{formula}` true or false?",
    "Evaluate `{formula}` when {given}.",
    "Suppose {given}. Evaluate `{formula}`.",
    "`{formula}`, where {given}: True or False?",
    "Is `{formula}` true when {given}? Answer True or False.",
    "Given that {given}, find the truth value of `{formula}`.",
    "{given}. True or False: `{formula}`",
    "What is the truth value of `{formula}` if {given}?",
)


@dataclass(frozen=True)
class Config:
    letters: int
    operators: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(letters=min(difficulty + 1, 4), operators=(1, 2, 3, 5, 7)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.letters <= len(LETTERS) or self.operators < 1:
            raise ValueError(f"letters must be 1 to {len(LETTERS)}, operators at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    letters = rng.sample(LETTERS, config.letters)
    formula = draw_formula(rng, letters, config.operators)
    values = {letter: rng.random() < 0.5 for letter in sorted(letters_of(formula))}
    style = rng.choice(("{} = {}", "{} is {}"))
    if "is" in style:
        given = listed([style.format(letter, str(value).lower()) for letter, value in values.items()])
    else:
        given = ", ".join(style.format(letter, value) for letter, value in values.items())
    lines, value = evaluation(formula, values)
    text = show(formula)
    return Problem(
        question=rng.choice(PHRASINGS).format(given=given, formula=text),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{text}|{given.lower().replace(' is ', ' = ').replace(' and', ',')}",
    )


def verify(problem: Problem) -> bool:
    """Hands the formula, its arrows replaced, to Python with the values of the question."""
    text = find(r"`(.+)`", problem.question).group(1)
    given = re.findall(r"\b([a-z]) (?:=|is) ([TtFf])", problem.question.replace(f"`{text}`", ""))
    values = {letter: initial in "Tt" for letter, initial in given}
    lines, _ = evaluation(parse(text), values)
    return problem.answer == str(implied(text, values)) and problem.solution == "\n".join(lines)


register(Task("propositional_value", "logic", Config, generate, verify, max_difficulty=4))
