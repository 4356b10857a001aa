"""Functions applied one after the other, at a number."""

import re
from dataclasses import dataclass
from functools import partial
from random import Random

from data_chef.algebra import bracket, concludes, evaluate, layout, nonzero, polynomial, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Let {d}. What is {e}?",
    "{d}. Find {e}.",
    "If {d}, what is {e}?",
    "Given {d}, calculate {e}.",
    "Calculate {e} for {d}.",
    "With {d}, evaluate {e}.",
    "The functions are {d}. Find {e}.",
    "{d}. {e} = ?",
    "Please find {e}, where {d}.",
    "For {d}, what value does {e} have?",
)


@dataclass(frozen=True)
class Config:
    depth: int
    slope: int
    square_rate: float
    point: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        rate, point = (0.0, 0.3, 0.25, 0.25)[difficulty - 1], (9, 6, 6, 12)[difficulty - 1]
        return cls((2, 2, 3, 4)[difficulty - 1], (5, 6, 5, 9)[difficulty - 1], rate, point)

    def validate(self) -> None:
        if self.depth < 2 or self.slope < 1 or not 0 <= self.square_rate <= 1 or self.point < 1:
            raise ValueError(f"depth must be at least 2, slope and point at least 1, square_rate a rate: {self}")


def step(name: str, p: list[int], value: int) -> tuple[list[str], int]:
    """`f(3)=2*3+1=6+1=7`, the parts of a square written before."""
    square, slope, constant = p
    parts = [n for n in (square * value * value, slope * value) if n] + ([constant] if constant else [])
    texts, lines = [], []
    for factor, power in ((square, "^2"), (slope, "")):
        if factor:
            texts.append(
                f"{factor}*{bracket(value)}{power}" if factor != 1 else f"{bracket(value)}^2" if power else str(value)
            )
    if square and abs(value) > 9:
        lines.append(product(value, value))
    if slope not in (0, 1) and abs(slope * value) > 20:
        lines.append(product(slope, value))
    result = square * value * value + slope * value + constant
    written = "+".join(texts).replace("+-", "-") + (f"{constant:+d}" if constant else "")
    sums = total(*parts) if parts else "0"
    lines.append(f"{name}({value})={written}" + (f"={sums}" if sums != written else ""))
    return lines, result


def generate(rng: Random, config: Config) -> Problem:
    count = 2 if config.depth == 2 or rng.random() < 0.5 else 3
    names, ps = "fgh"[:count], []
    for _ in names:
        square = int(rng.random() < config.square_rate and sum(p[0] for p in ps) == 0)
        slope = nonzero(rng, config.slope) if not square or rng.random() < 0.3 else 0
        ps.append([square, slope, rng.randint(-9, 9)])
    order = list(range(count)) + [rng.randrange(count) for _ in range(config.depth - count)]
    rng.shuffle(order)
    value = nonzero(rng, config.point) if config.square_rate else rng.randint(1, config.point)
    text, lines = str(value), []
    for index in order:
        if not 0 < abs(value) < 200:
            return generate(rng, config)
        more, value = step(names[index], ps[index], value)
        text, lines = f"{names[index]}({text})", lines + more
    defined = [f"{name}(x)={polynomial(p)}" for name, p in zip(names, ps, strict=True)]
    shown = [layout(rng, d) for d in defined]
    return Problem(
        question=rng.choice(PHRASINGS).format(d=", ".join(shown[:-1]) + " and " + shown[-1], e=text),
        solution="\n".join(lines),
        answer=str(value),
        canonical="|".join([*defined, text]),
    )


def verify(problem: Problem) -> bool:
    """Lets the functions be functions."""
    question = problem.question.replace(" ", "")
    formulas = dict(re.findall(r"([fgh])\(x\)=([-+^\dx]+)", question))
    functions = {name: partial(lambda formula, x: evaluate(formula, x=x), text) for name, text in formulas.items()}
    asked = re.findall(r"[fgh]\([fgh(]+-?\d+\)+", question)
    return len(asked) == 1 and concludes(problem, evaluate(asked[0], **functions), **functions)


register(Task("function_composition", "mathematics", Config, generate, verify, max_difficulty=3))
