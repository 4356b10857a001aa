"""A robot on a board with walls: its square after a list of moves."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


THINGS = "robot token beetle toy knight marker snail turtle mouse counter rover drone".split()
BOARD = (
    "A {thing} stands on a board of {rows} rows and {columns} columns, in row {r}, column {c}.",
    "On a {rows} by {columns} board (rows by columns) a {thing} starts in row {r}, column {c}.",
    "A board has {rows} rows and {columns} columns. A {thing} starts in row {r}, column {c}.",
    "A {thing} begins in row {r}, column {c} of a board with {rows} rows and {columns} columns.",
)
TOP = ("Row 1 is at the top, column 1 on the left.", "Rows count from the top, columns from the left.")
WALL = (
    "A move off the board is left out.", "It stays where it is when a move would leave the board.",
    "Moves that would leave the board do not count.",
)  # fmt: skip
ASK = (
    "Where is it in the end?", "In which row and column does it end?", "On which square does it stop?",
    "Where does the {thing} end up?", "Find its last square.", "What is its final position?",
    "Give its row and column at the end.", "Where is the {thing} after these moves?",
)  # fmt: skip
STEP = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


@dataclass(frozen=True)
class Config:
    size: int
    moves: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(size=3 + difficulty, moves=(3, 5, 8, 12)[difficulty - 1])

    def validate(self) -> None:
        if self.size < 3 or self.moves < 1:
            raise ValueError(f"size must be at least 3 and moves at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    rows, columns = rng.randint(3, config.size), rng.randint(3, config.size)
    r, c = rng.randint(1, rows), rng.randint(1, columns)
    moves = [rng.choice(tuple(STEP)) for _ in range(config.moves)]
    thing = rng.choice(THINGS)
    told = rng.choice(("It moves {}.", "Its moves: {}.", "Moves: {}.", "The moves are {}.")).format(", ".join(moves))
    parts = [rng.choice(BOARD), rng.choice(TOP), rng.choice(WALL), told, rng.choice(ASK)]
    lines, answer = worked(rows, columns, r, c, moves)
    return Problem(
        question=" ".join(parts).format(thing=thing, rows=rows, columns=columns, r=r, c=c),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{rows}x{columns}|{r},{c}|{' '.join(moves)}",
    )


def worked(rows: int, columns: int, r: int, c: int, moves: list[str]) -> tuple[list[str], str]:
    lines = [f"Start: row {r}, column {c}"]
    for move in moves:
        down, right = STEP[move]
        new = (r + down, c + right)
        if 1 <= new[0] <= rows and 1 <= new[1] <= columns:
            r, c = new
            lines.append(f"{move}: row {r}, column {c}")
        else:
            lines.append(f"{move}: off the board, stays in row {r}, column {c}")
    return lines, f"row {r}, column {c}"


def verify(problem: Problem) -> bool:
    """Keeps both coordinates inside the board by clamping them."""
    text = problem.question
    size = re.search(r"(\d+) (?:rows and|by) (\d+)", text)
    start = re.search(r"in row (\d+), column (\d+)", text)
    list_ = re.search(r"(?:moves?:?|are) ((?:up|down|left|right)[^.]*)\.", text, re.IGNORECASE)
    if not (size and start and list_):
        return False
    rows, columns = map(int, size.groups())
    r, c = first = (int(start.group(1)), int(start.group(2)))
    moves = list_.group(1).split(", ")
    for move in moves:
        r = min(max(r + (move == "down") - (move == "up"), 1), rows)
        c = min(max(c + (move == "right") - (move == "left"), 1), columns)
    steps = worked(rows, columns, first[0], first[1], moves)[0]
    return problem.answer == f"row {r}, column {c}" and problem.solution == "\n".join(steps)


register(Task("position_grid", "logic", Config, generate, verify, max_difficulty=3))
