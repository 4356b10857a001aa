"""What fraction, or what percent, of a column of a table one row holds."""

import math
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    Table,
    draw_table,
    framed,
    named,
    over,
    sound,
    split_table,
    sums,
    times,
    together,
)
from data_chef.registry import Task, register


@dataclass(frozen=True)
class Config:
    rows: int
    totals: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 4, 6, 8)[difficulty - 1],
            totals=(
                (10, 20, 50, 100),
                (10, 20, 25, 40, 50, 100, 200),
                (20, 25, 40, 50, 80, 100, 200, 300, 500),
                (400, 600, 700, 800, 900, 1000, 2000),
            )[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 2:
            raise ValueError(f"rows must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("fraction", "percent"))
    theme, drawn = draw_table(rng, rng.randint(2, config.rows), rng.randint(1, 2), 60)
    c, r = rng.choice(drawn.columns), rng.choice(drawn.rows)
    total = rng.choice([n for n in config.totals if kind == "fraction" or n % 100 in (0, 10, 20, 25, 50)])
    step = max(1, total // 100)
    cuts = sorted(rng.sample(range(step, total, step), len(drawn.rows) - 1))
    values = [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]
    at = drawn.columns.index(c)
    cells = tuple((*row[:at], value, *row[at + 1 :]) for row, value in zip(drawn.cells, values, strict=True))
    table = Table(drawn.rows, drawn.columns, cells)
    part = values[table.rows.index(r)]
    steps = [f"{c}: {together(values)}", sums(values), f"{r}: {part}"]
    if kind == "fraction":
        answer, common = str(Fraction(part, total)), math.gcd(part, total)
        short = f"({part}/{common})/({total}/{common})={answer}"
        steps.append(f"{part}/{total}={short}" if common > 1 else answer)
    elif total == 100:
        answer = str(part)
    elif total > 100:
        answer = str(part * 100 // total)
        steps += [f"{total}/100={total // 100}", over(part, total // 100)]
    else:
        answer = str(part * 100 // total)
        steps += [f"100/{total}={100 // total}", times(part, 100 // total)]
    return Problem(
        question=framed(rng, theme.title, table, f"What {kind} of all {c} {theme.one}?".format(r=r)),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{table.canonical()}|{kind}|{c}|{r}",
    )


def verify(problem: Problem) -> bool:
    table, around = split_table(problem.question)
    (r,), (c,) = named(table.rows, around), named(table.columns, around)
    column = table.column(c)
    share = Fraction(column[table.rows.index(r)], sum(column))
    return sound(problem, str(share if "fraction" in around else share * 100))


register(Task("table_percent", "mathematics", Config, generate, verify, max_difficulty=3))
