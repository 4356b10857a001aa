"""How many more: two rows, two columns, the largest and the smallest, or two sums of a table."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import Table, draw_table, framed, minus, named, sound, split_table, sums
from data_chef.registry import Task, register


@dataclass(frozen=True)
class Config:
    rows: int
    columns: int
    high: int
    sums_from: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 4, 5, 7)[difficulty - 1],
            columns=(2, 3, 3, 5)[difficulty - 1],
            high=(20, 99, 400, 1500)[difficulty - 1],
            sums_from=(0.0, 0.2, 0.3, 0.4)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 3 or self.columns < 2 or self.high < 20:
            raise ValueError(f"rows must be at least 3, columns must be at least 2, high must be at least 20: {self}")


def generate(rng: Random, config: Config) -> Problem:
    theme, table = draw_table(rng, rng.randint(3, config.rows), rng.randint(2, config.columns), config.high)
    c, d = rng.sample(table.columns, 2)
    r, s = rng.sample(table.rows, 2)
    kind = "sums" if rng.random() < config.sums_from else rng.choice(("rows", "columns", "range"))
    values = dict(zip(table.rows, table.column(c), strict=True))
    steps = []
    if kind == "rows":
        r, s = (r, s) if values[r] > values[s] else (s, r)
        ask = f"How many more {c} {theme.two}?".format(r=r, s=s)
        names, pair, asked = (r, s), (values[r], values[s]), f"{c}|{r}|{s}"
    elif kind == "range":
        ask = f"What is the difference between the largest and the smallest number of {c}?"
        names, pair, asked = ("largest", "smallest"), (max(values.values()), min(values.values())), c
    else:
        cells = [sum(table.column(name)) if kind == "sums" else values_of(table, r, name) for name in (c, d)]
        if cells[0] < cells[1]:
            (c, d), cells = (d, c), cells[::-1]
        if kind == "sums":
            steps = [f"{name}: {line}" for name in (c, d) for line in sums(table.column(name)).split("\n")]
        where = f"{theme.all} in all" if kind == "sums" else theme.one.format(r=r)
        ask = f"How many more {c} than {d} {where}?"
        names, pair, asked = (c, d), (cells[0], cells[1]), f"{c}|{d}" + ("" if kind == "sums" else f"|{r}")
    if pair[0] == pair[1]:
        return generate(rng, config)
    steps += [f"{name}: {value}" for name, value in zip(names, pair, strict=True)] if kind != "sums" else []
    return Problem(
        question=framed(rng, theme.title, table, ask),
        solution="\n".join([*steps, minus(*pair)]),
        answer=str(pair[0] - pair[1]),
        canonical=f"{table.canonical()}|{kind}|{asked}",
    )


def values_of(table: Table, row: str, column: str) -> int:
    return table.row(row)[table.columns.index(column)]


def verify(problem: Problem) -> bool:
    table, around = split_table(problem.question)
    rows, columns = named(table.rows, around), named(table.columns, around)
    if "difference" in around:
        ordered = sorted(table.column(columns[0]))
        gap = ordered[-1] - ordered[0]
    elif len(rows) == 2:
        gap = values_of(table, rows[0], columns[0]) - values_of(table, rows[1], columns[0])
    else:
        first, second = (sum(values_of(table, row, c) for row in rows or table.rows) for c in columns)
        gap = first - second
    return gap > 0 and sound(problem, str(gap))


register(Task("table_difference", "mathematics", Config, generate, verify, max_difficulty=3))
