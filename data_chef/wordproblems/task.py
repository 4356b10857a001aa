"""What the word problem tasks share: the knobs and the generator for a number of operations."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.splits import split_of_hash
from data_chef.wordproblems.plans import draw_numbers, held_out, plans
from data_chef.wordproblems.story import problem


@dataclass(frozen=True)
class Config:
    limit: int
    word_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(limit=(1500, 2000, 4000, 9000)[difficulty - 1], word_rate=0.2)

    def validate(self) -> None:
        if self.limit < 30 or not 0 <= self.word_rate <= 1:
            raise ValueError(f"limit must be at least 30 and word_rate between 0 and 1: {self}")


def generator(operations: int) -> Callable[[Random, Config], Problem]:
    """A generator of stories with this many operations: a graph first, then a plan for it, then numbers and words."""

    def generate(rng: Random, config: Config) -> Problem:
        known = plans(operations)
        while True:
            plan = rng.choice(known[rng.choice(list(known))])
            drawn = draw_numbers(rng, plan, config.limit)
            if drawn is not None:
                return problem(rng, plan, *drawn, config.word_rate)

    return generate


def split_by_graph(problem: Problem, digest: str) -> str:
    """Held-out graphs are the test split; the others are divided by hash, none of them for test."""
    if held_out(problem.graph):
        return "test"
    split = split_of_hash(digest)
    return "train" if split == "test" else split
