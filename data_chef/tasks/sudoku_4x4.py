"""A sudoku of four rows: gaps filled one after the other, each the only number that fits."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


RULES = (
    "Each row, each column and each 2x2 block holds 1, 2, 3 and 4.",
    "Every row, every column and every 2x2 block contains 1, 2, 3, 4 once.",
    "In rows, columns and 2x2 blocks each of 1, 2, 3, 4 occurs once.",
)
INTRO = (
    "Solve this 4x4 sudoku.", "Fill in this small sudoku.", "Here is a 4x4 sudoku.", "A 4x4 sudoku:",
    "Complete the grid.",
    "Look at this sudoku.", "Find the missing numbers.",
)  # fmt: skip
ASKS = {
    "row": ("What is row {n}?", "Give row {n}.", "Write down row {n}.", "Which numbers are in row {n}?"),
    "cell": (
        "What is in row {n}, column {c}?", "Which number goes into row {n}, column {c}?",
        "Find the number in row {n}, column {c}.",
    ),
    "all": ("Give all four rows.", "What is the whole grid, row by row?", "Write the solved grid, row by row."),
}  # fmt: skip
PEERS = [
    [q for q in range(16) if q // 4 == p // 4 or q % 4 == p % 4 or (q // 8, q % 4 // 2) == (p // 8, p % 4 // 2)]
    for p in range(16)
]


@dataclass(frozen=True)
class Config:
    gaps: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(gaps=((3, 4), (5, 6), (7, 8), (9, 11))[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.gaps[0] <= self.gaps[1] <= 12:
            raise ValueError(f"gaps must be 1 to 12: {self}")


def full(rng: Random) -> list[int]:
    """A solved grid: one solved grid with numbers renamed, rows and columns exchanged, and perhaps turned over."""
    grid = rng.choice((
        [1, 2, 3, 4, 3, 4, 1, 2, 2, 1, 4, 3, 4, 3, 2, 1], [1, 2, 3, 4, 3, 4, 1, 2, 2, 3, 4, 1, 4, 1, 2, 3],
        [1, 2, 3, 4, 3, 4, 2, 1, 2, 1, 4, 3, 4, 3, 1, 2],
    ))  # fmt: skip
    names = rng.sample((1, 2, 3, 4), 4)
    orders = [[*rng.sample((0, 1), 2), *rng.sample((2, 3), 2)] for _ in range(2)]
    orders = [order if rng.random() < 0.5 else order[2:] + order[:2] for order in orders]
    grid = [names[grid[4 * r + c] - 1] for r in orders[0] for c in orders[1]]
    return [grid[4 * c + r] for r in range(4) for c in range(4)] if rng.random() < 0.5 else grid


def seen(grid: list[int], place: int) -> set[int]:
    """The numbers in the row, the column and the block of a place."""
    return {grid[p] for p in PEERS[place]} - {0}


def worked(grid: list[int]) -> tuple[list[str], list[int]]:
    """Fills the first gap that allows one number, again and again."""
    lines: list[str] = []
    grid = list(grid)
    while 0 in grid:
        for place in range(16):
            known = seen(grid, place)
            if grid[place] == 0 and len(known) == 3:
                break
        else:
            return lines, grid
        (grid[place],) = {1, 2, 3, 4} - known
        told = ", ".join(map(str, sorted(known)))
        lines.append(f"Row {place // 4 + 1}, column {place % 4 + 1}: sees {told}, so {grid[place]}")
    return [*lines, *(" ".join(map(str, grid[4 * r : 4 * r + 4])) for r in range(4))], grid


def generate(rng: Random, config: Config) -> Problem:
    solved = full(rng)
    kind = rng.choice(("row", "row", "cell", "cell", "all"))
    wanted = rng.randint(*config.gaps)
    grid = list(solved)
    if kind == "row" and rng.random() < 0.4:
        r = rng.randrange(4)
        grid[4 * r : 4 * r + 4] = [0] * 4
    for place in rng.sample(range(16), 16):
        if grid.count(0) >= wanted:
            break
        trial = [0 if p == place else n for p, n in enumerate(grid)]
        grid = trial if 0 not in worked(trial)[1] else grid
    gap = rng.choice([p for p in range(16) if grid[p] == 0])
    mark = rng.choice("___?.0")
    text = "\n".join(" ".join(str(n or mark) for n in grid[4 * r : 4 * r + 4]) for r in range(4))
    ask = rng.choice(ASKS[kind]).format(n=gap // 4 + 1, c=gap % 4 + 1)
    lines, _ = worked(grid)
    parts = [rng.choice(INTRO), rng.choice(RULES)]
    return Problem(
        question=f"{' '.join(parts)} {ask}\n{text}" if rng.random() < 0.5 else f"{' '.join(parts)}\n{text}\n{ask}",
        solution="\n".join(lines),
        answer=answer_of(solved, kind, gap // 4 + 1, gap % 4 + 1),
        canonical=f"{''.join(map(str, grid))}|{kind}|{gap if kind == 'cell' else gap // 4 if kind == 'row' else ''}",
    )


def answer_of(grid: list[int], kind: str, row: int, column: int) -> str:
    rows = [" ".join(map(str, grid[4 * r : 4 * r + 4])) for r in range(4)]
    return {"row": rows[row - 1], "cell": str(grid[4 * row + column - 5]), "all": ", ".join(rows)}[kind]


def solutions(grid: list[int]) -> list[list[int]]:
    """All ways to fill the grid, by trying."""
    if 0 not in grid:
        return [grid]
    place = grid.index(0)
    found = []
    for n in {1, 2, 3, 4} - seen(grid, place):
        found += solutions([*grid[:place], n, *grid[place + 1 :]])
    return found


def verify(problem: Problem) -> bool:
    text = re.findall(r"(?m)^[1-4_?.0](?: [1-4_?.0]){3}$", problem.question)
    grid = [int(mark) if mark in "1234" else 0 for mark in " ".join(text).split()]
    ask = re.search(r"row (\d)(?:, column (\d))?", problem.question)
    kind = "all" if ask is None else "cell" if ask.group(2) else "row"
    found = solutions(grid)
    if len(grid) != 16 or len(found) != 1:
        return False
    row, column = (int(ask.group(1)), int(ask.group(2) or 1)) if ask else (1, 1)
    right = problem.answer == answer_of(found[0], kind, row, column)
    return right and problem.solution == "\n".join(worked(grid)[0])


register(Task("sudoku_4x4", "logic", Config, generate, verify, max_difficulty=3))
