"""Comparisons of people in any order: who is the tallest, the youngest, the second?"""

import re
from dataclasses import dataclass
from itertools import permutations
from random import Random

from data_chef.item import Problem
from data_chef.nouns import NAMES
from data_chef.registry import Task, register
from data_chef.text import find


# comparative, its opposite, superlatives
SCALES = (
    ("taller", "shorter", "tallest", "shortest"), ("older", "younger", "oldest", "youngest"),
    ("faster", "slower", "fastest", "slowest"), ("richer", "poorer", "richest", "poorest"),
    ("stronger", "weaker", "strongest", "weakest"),
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    people: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(people=difficulty + 2)

    def validate(self) -> None:
        if not 3 <= self.people <= 6:
            raise ValueError(f"people must be 3 to 6, not {self.people}")


def generate(rng: Random, config: Config) -> Problem:
    """A chain from most to least, told link by link in random order and direction."""
    scale = rng.choice(SCALES)
    chain = rng.sample(NAMES, config.people)
    links = [
        f"{a} is {scale[0]} than {b}." if rng.random() < 0.5 else f"{b} is {scale[1]} than {a}."
        for a, b in zip(chain, chain[1:], strict=False)
    ]
    rng.shuffle(links)
    end = rng.choice((0, -1))
    return Problem(
        question=f"{' '.join(links)} Who is the {scale[2 if end == 0 else 3]}?",
        solution=" > ".join(chain),
        answer=chain[end],
        canonical=f"{scale[0]}|{end}|{'>'.join(chain)}",
    )


def verify(problem: Problem) -> bool:
    """Tries every order of the people; exactly one fits."""
    facts = re.findall(r"(\w+) is (\w+) than (\w+)", problem.question)
    up = {scale[0] for scale in SCALES}
    above = [(a, b) if word in up else (b, a) for a, word, b in facts]
    people = sorted({name for pair in above for name in pair})
    fits = [p for p in permutations(people) if all(p.index(a) < p.index(b) for a, b in above)]
    most = find(r"the (\w+)\?", problem.question).group(1) in {scale[2] for scale in SCALES}
    return [p[0 if most else -1] for p in fits] == [problem.answer]


register(Task("ordering", "logic", Config, generate, verify, max_difficulty=3))
