"""Shortest paths on a grid with closed crossings: every crossing has the paths of its two neighbours together."""

import re
from dataclasses import dataclass
from itertools import combinations
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "How many paths lead from (0, 0) to ({x}, {y}) with steps right or up{b}?",
    "On a grid one may step right or up. How many ways lead from (0, 0) to ({x}, {y}){b}?",
    "Count the paths from (0, 0) to ({x}, {y}) that only go right and up{b}.",
    "A robot at (0, 0) moves one step right or one step up at a time. How many routes to ({x}, {y}) has it{b}?",
    "Find the number of shortest grid paths from (0, 0) to ({x}, {y}){b}.",
    "In how many ways can one walk from (0, 0) to ({x}, {y}), one unit right or up a step{b}?",
    "Paths from (0, 0) to ({x}, {y}), right and up only{b}: how many?",
    "Please count the ways from (0, 0) to ({x}, {y}) with unit steps to the right or up{b}.",
)


@dataclass(frozen=True)
class Config:
    width: int
    height: int
    closed: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        sizes = ((4, 3), (5, 4), (6, 4), (7, 6))[difficulty - 1]
        return cls(*sizes, (2, 3, 3, 4)[difficulty - 1])

    def validate(self) -> None:
        if self.width < 2 or self.height < 2 or self.closed < 0:
            raise ValueError(f"width and height must be at least 2, closed at least 0: {self}")


def rows(x: int, y: int, closed: list[tuple[int, int]]) -> list[str]:
    """A line for every height: `row 1: 1, 1+1=2, 2+1=3`; closed crossings have 0 paths."""
    lines: list[str] = []
    below = [0] * (x + 1)
    for height in range(y + 1):
        row, cells = [], []
        for place in range(x + 1):
            left = row[-1] if place else 0
            if (place, height) in closed:
                row.append(0)
                cells.append("closed 0")
            elif height == 0 or place == 0:
                row.append(1 if not height and not place else left + below[place])
                cells.append(str(row[-1]))
            else:
                row.append(left + below[place])
                cells.append(f"{left}+{below[place]}={row[-1]}")
        lines.append(f"row {height}: {', '.join(cells)}")
        below = row
    return lines


def generate(rng: Random, config: Config) -> Problem:
    while True:
        x, y = rng.randint(2, config.width), rng.randint(2, config.height)
        if rng.random() < 0.5:
            x, y = y, x
        inner = [(i, j) for i in range(x + 1) for j in range(y + 1) if (i, j) not in ((0, 0), (x, y))]
        closed = sorted(rng.sample(inner, rng.randint(0, config.closed)))
        lines = rows(x, y, closed)
        answer = lines[-1].split("=")[-1].split()[-1]
        if answer != "0":
            break
    names = [f"({i}, {j})" for i, j in closed]
    blocked = ""
    if names:
        listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
        blocked = rng.choice((" without passing through ", " if one must avoid ", " when there is no way through "))
        blocked += listed
    return Problem(
        question=rng.choice(PHRASINGS).format(x=x, y=y, b=blocked),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{x}|{y}|{closed}",
    )


def verify(problem: Problem) -> bool:
    """Walks every path there is."""
    points = [(int(x), int(y)) for x, y in re.findall(r"\((\d+), (\d+)\)", problem.question)]
    (x, y), closed = points[1], points[2:]
    count = 0
    for rights in combinations(range(x + y), x):
        place, free = [0, 0], True
        for step in range(x + y):
            place[0 if step in rights else 1] += 1
            free = free and tuple(place) not in closed
        count += free
    return problem.answer == str(count) and problem.solution == "\n".join(rows(x, y, closed))


register(Task("counting_paths", "mathematics", Config, generate, verify, max_difficulty=3))
