"""Arithmetic sequences: the next number, or the n-th."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


NEXT = ("What comes next: {terms}?", "What is the next number in {terms}?", "Continue: {terms}, ...")
NTH = (
    "What is term number {n} of the sequence {terms}, ...?",
    "A sequence starts {terms}. What is its term number {n}?",
)


@dataclass(frozen=True)
class Config:
    start: int
    step: int
    nth_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            start=50 * difficulty, step=9 if difficulty == 1 else 12, nth_rate=(0.0, 0.5, 1.0, 1.0)[difficulty - 1]
        )

    def validate(self) -> None:
        if self.start < 1 or self.step < 1 or not 0 <= self.nth_rate <= 1:
            raise ValueError(f"start and step must be positive, nth_rate between 0 and 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    first, step = rng.randint(1, config.start), rng.choice((-1, 1, 1)) * rng.randint(1, config.step)
    terms = [first + step * i for i in range(rng.randint(3, 5))]
    # A difference of negative terms would need brackets; there the step is stated.
    lines = [f"{terms[1]}-{terms[0]}={step}" if terms[0] >= 0 and terms[1] >= 0 else f"step={step}"]
    if rng.random() < config.nth_rate:
        n = rng.randint(6, 10)
        lines += [f"{n}-1={n - 1}", f"{n - 1}*{step}={(n - 1) * step}"]
        answer = first + (n - 1) * step
        lines.append(f"{first}{(n - 1) * step:+d}={answer}")
        question = rng.choice(NTH)
    else:
        n, answer = len(terms) + 1, terms[-1] + step
        lines.append(f"{terms[-1]}{step:+d}={answer}")
        question = rng.choice(NEXT)
    return Problem(
        question=question.format(terms=", ".join(map(str, terms)), n=n),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=f"{first}|{step}|{n}",
    )


def verify(problem: Problem) -> bool:
    listed = find(r"-?\d+(?:, -?\d+)+", problem.question)
    terms = [int(term) for term in listed.group().split(", ")]
    place = re.search(r"number (\d+)", problem.question)
    wanted = int(place.group(1)) if place else len(terms) + 1
    stated = re.search(r"^step=(.*)$", problem.solution, re.M)
    if stated and stated.group(1) != str(terms[1] - terms[0]):
        return False
    while len(terms) < wanted:
        terms.append(2 * terms[-1] - terms[-2])
    return int(problem.answer) == terms[wanted - 1] and equations_hold(problem.solution.replace("step=", ""))


register(Task("arithmetic_sequence", "mathematics", Config, generate, verify, max_difficulty=3))
