"""Numbers times brackets, such as 3(2x - 5) - 4(x + 1), expanded and simplified."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    expressions,
    joined,
    layout,
    nonzero,
    polynomial,
    simplifies,
    term,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Expand {e}.",
    "Remove the brackets: {e}",
    "Write {e} without brackets.",
    "Expand and simplify: {e}",
    "{e} = ?",
    "Simplify {e} by removing the brackets.",
    "What do you get when you expand {e}?",
    "Please expand {e} and collect like terms.",
    "Use the distributive law on {e}.",
    "Multiply out and simplify {e}.",
)


@dataclass(frozen=True)
class Config:
    brackets: int
    factor: int
    signed: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((1, 2, 3, 4)[difficulty - 1], (9, 9, 9, 12)[difficulty - 1], difficulty > 1)

    def validate(self) -> None:
        if self.brackets < 1 or self.factor < 2:
            raise ValueError(f"brackets must be at least 1 and factor at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x = a_letter(rng)
    texts, lines, slopes, constants = [], [], [], []
    for _ in range(config.brackets):
        factor = rng.randint(2, config.factor) * (rng.choice((-1, 1)) if config.signed else 1)
        a, b = rng.randint(1, config.factor), nonzero(rng, 9)
        texts.append(f"{factor}({joined((term(a, 1, x), str(b)))})")
        lines += [f"{factor}*{term(a, 1, x)}={term(factor * a, 1, x)}", f"{factor}*{bracket(b)}={factor * b}"]
        slopes.append(factor * a)
        constants.append(factor * b)
    loose = nonzero(rng, 12) if rng.random() < 0.5 else 0
    if loose:
        texts.append(term(loose, 1, x))
        slopes.append(loose)
    slope, constant = sum(slopes), sum(constants)
    if len(slopes) > 1:
        lines.append(f"{x}: {total(*slopes)}")
    if len(constants) > 1:
        lines.append(f"numbers: {total(*constants)}")
    answer = polynomial([slope, constant], x)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, joined(texts))),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=joined(sorted(texts)).replace(x, "x"),
    )


def verify(problem: Problem) -> bool:
    return simplifies(problem, expressions(problem.question)[0].split("=")[0])


register(Task("expand_brackets", "mathematics", Config, generate, verify, max_difficulty=3))
