"""Comparisons of people in any order: who is the tallest, the youngest?

The steps turn every comparison the same way round, then grow one row from them.
"""

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
MORE = {scale[0] for scale in SCALES}
MOST = {scale[2] for scale in SCALES}


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
    asked = scale[2 if end == 0 else 3]
    return Problem(
        question=f"{' '.join(links)} Who is the {asked}?",
        solution="\n".join(worked(links, asked)),
        answer=chain[end],
        canonical=f"{scale[0]}|{end}|{'>'.join(chain)}",
    )


def above(text: str) -> list[tuple[str, str]]:
    """The comparisons of a text, each as (one with more, one with less)."""
    facts = re.findall(r"(\w+) is (\w+) than (\w+)", text)
    return [(a, b) if word in MORE else (b, a) for a, word, b in facts]


def worked(links: list[str], asked: str) -> list[str]:
    """The pairs in the order told; then the first of them, and again and again the next that fits at an end."""
    pairs = above(" ".join(links))
    lines = [f"{a} > {b}" for a, b in pairs]
    row, left = [*pairs[0]], pairs[1:]
    while left:
        a, b = next(pair for pair in left if pair[0] == row[-1] or pair[1] == row[0])
        left.remove((a, b))
        row = [*row, b] if a == row[-1] else [a, *row]
        lines.append(" > ".join(row))
    most = asked in MOST
    return [*lines, f"{asked.capitalize()}: {'first' if most else 'last'}, {row[0 if most else -1]}"]


def verify(problem: Problem) -> bool:
    """Tries every order of the people; exactly one fits. The steps are the clues, then growing parts of that order."""
    pairs = above(problem.question)
    people = sorted({name for pair in pairs for name in pair})
    fits = [p for p in permutations(people) if all(p.index(a) < p.index(b) for a, b in pairs)]
    asked = find(r"the (\w+)\?", problem.question).group(1)
    place = "first" if asked in MOST else "last"
    if len(fits) != 1 or problem.answer != fits[0][0 if place == "first" else -1]:
        return False
    *lines, last = problem.solution.split("\n")
    order, row = " > ".join(fits[0]), " > ".join(pairs[0])
    for line in lines[len(pairs) :]:
        # One person more, before or behind, and still a part of the order.
        if row not in (line.partition(" > ")[2], line.rpartition(" > ")[0]) or line not in order:
            return False
        row = line
    told = lines[: len(pairs)] == [" > ".join(pair) for pair in pairs]
    return told and row == order and last == f"{asked.capitalize()}: {place}, {problem.answer}"


register(Task("ordering", "logic", Config, generate, verify, max_difficulty=3))
