"""Several small sums, differences, products and quotients, each done in the head.

These are the facts that the steps of other tasks rest on: what a word problem or an equation asks for in one step,
and what that takes, in the same chains of small facts. Signs are rare, as they are in stories.
A sum, difference or division with remainder that its own task holds out of training is not asked here.
"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import division_fact, equations_hold, number_of, signed_chain
from data_chef.item import Problem, canonical_hash
from data_chef.registry import Task, register
from data_chef.splits import split_of_hash
from data_chef.text import find


PHRASINGS = ("Work out: {n}", "Compute each: {n}", "{n}", "In your head: {n}", "Find the values of {n}.")


@dataclass(frozen=True)
class Config:
    terms: int
    large: float
    signs: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        terms, large, signs = ((5, 0.1, 0.0), (4, 0.4, 0.06), (5, 0.9, 0.06))[difficulty - 1]
        return cls(terms=terms, large=large, signs=signs)

    def validate(self) -> None:
        if self.terms < 1:
            raise ValueError(f"terms must be at least 1: {self}")


def term(rng: Random, config: Config) -> str:
    """One small calculation whose result is a whole number, or a division with remainder."""
    operator, signed = rng.choice("++--***/r"), rng.random() < config.signs
    large = not signed and rng.random() < config.large
    if operator == "*":
        other = number_of(rng, 3) if large else rng.randint(2, 99 if rng.random() < 0.6 else 12)
        return f"{other}*{rng.randint(2, 9)}" if rng.random() < 0.5 else f"{rng.randint(2, 9)}*{other}"
    if operator == "r":
        divisor = rng.randint(2, 9)
        return f"{rng.randint(divisor, 10 * divisor - 1)}/{divisor} with remainder"
    if operator == "/":
        divisor = rng.randint(2, 12)
        value = rng.randint(2, 99 // divisor if rng.random() < 0.5 and divisor < 10 else 12) * divisor
        return f"{'-' if signed else ''}{value}/{divisor}"
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    if large:
        a, b = number_of(rng, 3), number_of(rng, rng.choice((2, 3)))
        if operator == "+" and a + b > 999:
            a, b = max(a, b) - min(a, b), min(a, b)
    elif rng.random() < 0.3:
        a = rng.randint(100, 200)
    if signed:
        return f"{rng.choice(('-', ''))}{b}{operator}{a}"
    return f"{max(a, b)}{operator}{min(a, b)}"


def line_of(calculation: str) -> tuple[str, str]:
    """The line that works a term out, and its value."""
    a, operator, b, rest = find(r"(-?\d+)([-+*/])(\d+)(.*)", calculation).groups()
    x, y = int(a), int(b)
    if rest:
        return division_fact(x, y), f"{x // y} remainder {x % y}"
    line = f"{a}/{b}={x // y}" if operator == "/" else signed_chain(x, operator, y)
    return line, line.rpartition("=")[2]


def held_out(calculation: str) -> bool:
    """Whether its own task keeps this sum, difference or division with remainder for validation or test."""
    found = re.fullmatch(r"(\d+)([-+/])(\d+)( with remainder)?", calculation)
    if not found or found[2] == "/" and not found[4]:
        return False
    a, operator, b = int(found[1]), found[2], int(found[3])
    task, canonical = {
        "+": ("addition", f"{min(a, b)}+{max(a, b)}"),
        "-": ("subtraction", f"{a}-{b}"),
        "/": ("division", f"quotient|{a}/{b}"),
    }[operator]
    return split_of_hash(canonical_hash(task, canonical)) != "train"


def generate(rng: Random, config: Config) -> Problem:
    terms: list[str] = []
    while len(terms) < config.terms:
        calculation = term(rng, config)
        if not held_out(calculation):
            terms.append(calculation)
    lines, values = zip(*map(line_of, terms), strict=True)
    return Problem(
        question=rng.choice(PHRASINGS).format(n=", ".join(terms)),
        solution="\n".join(lines),
        answer=", ".join(values),
        canonical=",".join(sorted(terms)),
    )


def verify(problem: Problem) -> bool:
    """Undoes each calculation with whole numbers, instead of evaluating it again, and finds it in its line."""
    terms = re.findall(r"(-?\d+)([-+*/])(\d+)( with remainder)?", problem.question)
    undo = {"+": lambda v, b: v - b, "-": lambda v, b: v + b, "*": lambda v, b: v / b, "/": lambda v, b: v * b}
    answers, lines = problem.answer.split(", "), problem.solution.split("\n")
    if not len(terms) == len(answers) == len(lines):
        return False
    for (a, sign, b, remainder), answer, line in zip(terms, answers, lines, strict=True):
        found = re.fullmatch(r"(-?\d+)( remainder (\d+))?", answer)
        if not found or bool(found[2]) != bool(remainder):
            return False
        value, rest = int(found[1]), int(found[3] or 0)
        start = f"{a}/{b}: {value}*{b}=" if remainder else f"{a}{sign}{b}="
        if undo[sign](value, int(b)) + rest != int(a) or rest >= int(b):
            return False
        if not line.startswith(start) or not line.endswith(f"={rest if remainder else value}"):
            return False
    return equations_hold(problem.solution)


register(Task("mental_arithmetic", "mathematics", Config, generate, verify, max_difficulty=2))
