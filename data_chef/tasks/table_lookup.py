"""One number of a small table, or the row with the most or the fewest."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import draw_table, framed, named, sound, split_table
from data_chef.registry import Task, register


OTHER = (
    "What number stands in the table for {r} and {c}?",
    "Read off the number of {c} for {r}.",
    "Give the number for {r} in the column {c}.",
)


@dataclass(frozen=True)
class Config:
    rows: int
    columns: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 5, 7, 12)[difficulty - 1],
            columns=(2, 3, 4, 5)[difficulty - 1],
            high=(20, 99, 999, 9999)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 3 or self.columns < 1 or self.high < 20:
            raise ValueError(f"rows must be at least 3, columns must be at least 1, high must be at least 20: {self}")


def generate(rng: Random, config: Config) -> Problem:
    theme, table = draw_table(rng, rng.randint(3, config.rows), rng.randint(1, config.columns), config.high)
    r, c = rng.choice(table.rows), rng.choice(table.columns)
    kind = rng.choice(("cell", "cell", "most", "fewest"))
    values = table.column(c)
    if kind == "cell":
        value = values[table.rows.index(r)]
        ask = rng.choice((f"How many {c} {theme.one}?", f"How many {c} {theme.one}?", *OTHER)).format(r=r, c=c)
        steps, answer = [f"{r}, {c}: {value}"], str(value)
    else:
        ask = theme.which.format(most=kind, c=c)
        best = max(values) if kind == "most" else min(values)
        answer = table.rows[values.index(best)]
        steps = [f"{c}: {', '.join(f'{row} {n}' for row, n in zip(table.rows, values, strict=True))}"]
        steps.append(f"{best} is the {'largest' if kind == 'most' else 'smallest'}: {answer}")
    return Problem(
        question=framed(rng, theme.title, table, ask),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{table.canonical()}|{kind}|{c}" + (f"|{r}" if kind == "cell" else ""),
    )


def verify(problem: Problem) -> bool:
    """Reads the table of the question; every number that the steps tell must stand in it."""
    table, around = split_table(problem.question)
    (c,), rows = named(table.columns, around), named(table.rows, around)
    cells = {row: str(value) for row, value in zip(table.rows, table.column(c), strict=True)}
    if rows:
        return problem.solution == f"{rows[0]}, {c}: {cells[rows[0]]}" and sound(problem, cells[rows[0]])
    ranked = sorted(table.rows, key=lambda row: int(cells[row]))
    told = dict(re.findall(r"(\w+) (\d+)", problem.solution.split("\n")[0]))
    return told == cells and sound(problem, ranked[-1 if "most" in around else 0])


register(Task("table_lookup", "mathematics", Config, generate, verify, max_difficulty=3))
