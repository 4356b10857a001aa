"""Sums of a row, of a column or of a whole table."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import draw_table, framed, named, sound, split_table, sums, together
from data_chef.registry import Task, register


@dataclass(frozen=True)
class Config:
    rows: int
    columns: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 4, 5, 6)[difficulty - 1],
            columns=(2, 3, 3, 4)[difficulty - 1],
            high=(12, 50, 200, 500)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 3 or self.columns < 2 or self.high < 12:
            raise ValueError(f"rows must be at least 3, columns must be at least 2, high must be at least 12: {self}")


def generate(rng: Random, config: Config) -> Problem:
    theme, table = draw_table(rng, rng.randint(3, config.rows), rng.randint(2, config.columns), config.high)
    r, c = rng.choice(table.rows), rng.choice(table.columns)
    kind = rng.choice(("row", "column", "some", "all"))
    some = rng.sample(table.rows, 2)
    if kind == "row":
        values, head = table.row(r), r
        ask = f"How many {theme.sum_of} {theme.one} in all?".format(r=r)
    elif kind == "column":
        values, head = table.column(c), c
        ask = f"How many {c} {theme.all} in all?"
    elif kind == "some":
        values, head = [table.row(row)[table.columns.index(c)] for row in some], c
        ask = f"What is the sum of the numbers of {c} for {some[0]} and {some[1]}?"
    else:
        values, head = [sum(row) for row in table.cells], "sums"
        ask = "What is the sum of all numbers in the table?"
        ask = f"How many {theme.sum_of} {theme.all} in all?" if rng.random() < 0.5 else ask
    steps = [f"{head}: {together(values)}", sums(values)]
    if kind == "all":
        rows = zip(table.rows, table.cells, strict=True)
        steps = [f"{row}: {line}" for row, cells in rows for line in sums(cells).split("\n")]
        steps.append(sums(values))
    asked = {"row": r, "column": c, "some": f"{c}|{sorted(some)}", "all": ""}[kind]
    return Problem(
        question=framed(rng, theme.title, table, ask),
        solution="\n".join(steps),
        answer=str(sum(values)),
        canonical=f"{table.canonical()}|{kind}|{asked}",
    )


def verify(problem: Problem) -> bool:
    """Adds the cells whose row and column the question names, or all where it names none."""
    table, around = split_table(problem.question)
    rows, columns = named(table.rows, around) or table.rows, named(table.columns, around) or table.columns
    return sound(problem, str(sum(table.row(row)[table.columns.index(c)] for row in rows for c in columns)))


register(Task("table_sum", "mathematics", Config, generate, verify, max_difficulty=3))
