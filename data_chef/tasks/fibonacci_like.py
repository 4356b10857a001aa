"""Sequences in which every number is the sum of the two, or three, before it."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, nonzero, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


RULES = {2: "the sum of the two before it", 3: "the sum of the three before it"}
PHRASINGS = (
    "A sequence starts {t}, and each number is {r}. What is number {n}?",
    "Each number is {r}: {t}, ... Find number {n}.",
    "The sequence {t}, ... continues so that every number is {r}. Which one is number {n}?",
    "Starting with {t}, each number is {r}. Find number {n} of the sequence.",
    "{t}, ... Every number is {r}. Number {n} = ?",
    "In a sequence every number is {r}. It begins {t}. What is number {n}?",
    "From {t} on, each number is {r}. Give number {n}.",
    "Begin with {t} and let each number be {r}. What do you get for number {n}?",
    "Please find number {n} of the sequence {t}, ... in which each number is {r}.",
)


@dataclass(frozen=True)
class Config:
    start: int
    steps: int
    three_rate: float
    signed: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        rate = (0.0, 0.2, 0.4, 0.5)[difficulty - 1]
        return cls((9, 15, 20, 40)[difficulty - 1], (3, 5, 7, 11)[difficulty - 1], rate, difficulty > 2)

    def validate(self) -> None:
        if self.start < 1 or self.steps < 1 or not 0 <= self.three_rate <= 1:
            raise ValueError(f"start and steps must be at least 1, three_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    back = 3 if rng.random() < config.three_rate else 2
    terms = [nonzero(rng, config.start) if config.signed else rng.randint(1, config.start) for _ in range(back)]
    shown, lines = ", ".join(map(str, terms)), []
    for _ in range(rng.randint(2, config.steps)):
        lines.append(f"number {len(terms) + 1}: {total(*terms[-back:])}")
        terms.append(sum(terms[-back:]))
        if terms[-1] == 0 or 0 in terms[-back:]:
            return generate(rng, config)
    return Problem(
        question=rng.choice(PHRASINGS).format(t=shown, r=RULES[back], n=len(terms)),
        solution="\n".join(lines),
        answer=str(terms[-1]),
        canonical=f"{shown}|{len(terms)}",
    )


def verify(problem: Problem) -> bool:
    """Goes on by differences: the next number is twice the last, less the one that left the sum."""
    terms = [int(term) for term in find(r"-?\d+(?:, -?\d+)+", problem.question).group().split(", ")]
    place, back = int(find(r"[Nn]umber (\d+)", problem.question)[1]), 3 if "three" in problem.question else 2
    if len(terms) != back:
        return False
    terms.append(sum(terms))
    while len(terms) < place:
        terms.append(2 * terms[-1] - terms[-back - 1])
    numbered = [int(n) for n in re.findall(r"number (\d+):", problem.solution)]
    return numbered == list(range(back + 1, place + 1)) and concludes(problem, terms[place - 1])


register(Task("fibonacci_like", "mathematics", Config, generate, verify, max_difficulty=3))
