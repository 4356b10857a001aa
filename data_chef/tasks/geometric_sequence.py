"""Geometric sequences: the next number, the n-th, or the common ratio."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import concludes, product, quotient
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


ASKED = {
    "next": (
        "What comes next in the geometric sequence {t}?",
        "Each number is the one before times the same factor: {t}. What is the next one?",
        "Continue the geometric sequence {t}, ...",
        "The ratio of neighbours stays the same in {t}. Find the next number.",
        "{t}, ? (geometric sequence)",
    ),
    "nth": (
        "What is term number {n} of the geometric sequence {t}, ...?",
        "A geometric sequence begins {t}. Find its term number {n}.",
        "In the geometric sequence {t}, ..., which number stands at place {n}?",
        "Find term {n} of the geometric sequence {t}, ...",
    ),
    "ratio": (
        "What is the common ratio of {t}?",
        "By which factor does the geometric sequence {t} grow from each number to the next?",
        "Find the ratio of the geometric sequence {t}.",
    ),
}


@dataclass(frozen=True)
class Config:
    start: int
    ratio: int
    ahead: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = (("next", "ratio"), ("next", "nth", "ratio"), ("next", "nth", "nth"), ("nth",))[difficulty - 1]
        return cls((30, 30, 60, 99)[difficulty - 1], (5, 5, 6, 9)[difficulty - 1], (1, 2, 3, 5)[difficulty - 1], kinds)

    def validate(self) -> None:
        if self.start < 2 or self.ratio < 2 or self.ahead < 1 or not set(self.kinds) <= set(ASKED):
            raise ValueError(f"start and ratio must be at least 2, ahead at least 1, kinds known: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, first, length = rng.choice(config.kinds), rng.randint(1, config.start), rng.randint(3, 4)
    ratio = rng.randint(2, config.ratio) * (-1 if config.ahead > 1 and rng.random() < 0.2 else 1)
    first, ratio = (first, ratio) if abs(first * ratio**length) < 10000 else (first % 7 + 1, 2 if ratio > 0 else -2)
    count = length + 1 if kind == "next" else length + rng.randint(1, config.ahead) if kind == "nth" else length
    terms = [first * ratio**i for i in range(count)]
    falling = kind == "next" and ratio > 0 and rng.random() < 0.3
    if falling:
        terms.reverse()
        lines = [quotient(terms[0], terms[1]), quotient(terms[-2], ratio)]
    else:
        lines = [quotient(terms[1], terms[0])]
        for place in range(length, count):
            lines.append(product(terms[place - 1], ratio))
    answer = ratio if kind == "ratio" else terms[-1]
    shown = ", ".join(map(str, terms[:length]))
    return Problem(
        question=rng.choice(ASKED[kind]).format(t=shown, n=count),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=f"{terms[0]}, {terms[1]}|{kind if kind == 'ratio' else count}",
    )


def verify(problem: Problem) -> bool:
    """The ratio as a fraction of the last two numbers, multiplied until the place is reached."""
    terms = [Fraction(term) for term in find(r"-?\d+(?:, -?\d+)+", problem.question).group().split(", ")]
    ratio = terms[-1] / terms[-2]
    if any(a * ratio != b for a, b in zip(terms, terms[1:], strict=False)):
        return False
    place = re.search(r"(?:number|place|term) (\d+)", problem.question)
    if re.search("common ratio|factor does|ratio of the", problem.question):
        return concludes(problem, ratio)
    return concludes(problem, terms[0] * ratio ** (int(place[1]) - 1 if place else len(terms)))


register(Task("geometric_sequence", "mathematics", Config, generate, verify, max_difficulty=3))
