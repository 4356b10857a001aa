"""Three linear equations with three unknowns: in steps of a staircase, or as the sums of pairs."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, evaluate, expressions, joined, layout, nonzero, product, quotient, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve the system {e}; {f}; {g}.",
    "Solve for {x}, {y} and {z}: {e}, {f}, {g}",
    "{e}\n{f}\n{g}\nFind {x}, {y} and {z}.",
    "Find the three unknowns: {e}, {f} and {g}.",
    "What are {x}, {y} and {z} if {e}, {f} and {g}?",
    "Three equations hold: {e}; {f}; {g}. What are {x}, {y} and {z}?",
    "Which {x}, {y}, {z} satisfy {e} and {f} and {g}?",
    "Please solve these three equations together: {e}, {f}, {g}.",
    "It is known that {e}, that {f} and that {g}. Find all three numbers.",
)
NAMES = ("xyz", "xyz", "xyz", "abc", "pqr", "uvw", "kmn")


@dataclass(frozen=True)
class Config:
    coefficient: int
    solution: int
    pairs_rate: float
    shuffled: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        rate = (0.0, 0.2, 0.3, 0.0)[difficulty - 1]
        return cls((1, 3, 6, 9)[difficulty - 1], (9, 9, 12, 20)[difficulty - 1], rate, difficulty > 1)

    def validate(self) -> None:
        if self.coefficient < 1 or self.solution < 2 or not 0 <= self.pairs_rate <= 1:
            raise ValueError(f"coefficient must be at least 1, solution at least 2, pairs_rate a rate: {self}")


def staircase(rng: Random, config: Config, values: tuple[int, ...], names: str) -> tuple[list[str], list[str]]:
    """Equations and steps; the last unknown stands alone, and each one before it needs those after it."""
    equations, lines = [], []
    for place in (2, 1, 0):
        row = [rng.randint(1, config.coefficient), *(nonzero(rng, config.coefficient) for _ in range(2 - place))]
        if place == 2 and config.coefficient > 1:
            row[0] = rng.randint(2, config.coefficient)
        known = [c * v for c, v in zip(row[1:], values[place + 1 :], strict=True)]
        right = row[0] * values[place] + sum(known)
        letters = names[place:]
        equations.append(joined(term(c, 1, x) for c, x in zip(row, letters, strict=True)) + f"={right}")
        lines += [product(c, v) for c, v in zip(row[1:], values[place + 1 :], strict=True) if abs(c) > 1]
        lines.append(f"{term(row[0], 1, letters[0])}={total(right, *(-k for k in known))}")
        lines += [f"{letters[0]}={quotient(row[0] * values[place], row[0])}"] if row[0] > 1 else []
    return equations[::-1], lines


def pairs(values: tuple[int, ...], names: str) -> tuple[list[str], list[str]]:
    """Equations and steps when the sum of every two unknowns is given."""
    (a, b, c), (x, y, z) = values, names
    whole = a + b + c
    equations = [f"{x}+{y}={a + b}", f"{y}+{z}={b + c}", f"{x}+{z}={a + c}"]
    lines = [
        f"add all three: 2{x}+2{y}+2{z}={total(a + b, b + c, a + c)}",
        f"{x}+{y}+{z}={quotient(2 * whole, 2)}",
        *(f"{n}={total(whole, -(whole - v))}" for n, v in ((x, a), (y, b), (z, c))),
    ]
    return equations, lines


def generate(rng: Random, config: Config) -> Problem:
    names, low = rng.choice(NAMES), -config.solution if config.coefficient > 1 else 1
    values = tuple(rng.randint(low, config.solution) for _ in range(3))
    if rng.random() < config.pairs_rate:
        equations, lines = pairs(values, names)
    else:
        equations, lines = staircase(rng, config, values, names)
    if config.shuffled:
        rng.shuffle(equations)
    answer = ", ".join(f"{n}={v}" for n, v in zip(names, values, strict=True))
    e, f, g = (layout(rng, equation) for equation in equations)
    canonical = "|".join(sorted(equations))
    for name, letter in zip(names, "xyz", strict=True):
        canonical = canonical.replace(name, letter.upper())
    return Problem(
        question=rng.choice(PHRASINGS).format(e=e, f=f, g=g, x=names[0], y=names[1], z=names[2]),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=canonical,
    )


def determinant(rows: list[tuple]) -> int:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def verify(problem: Problem) -> bool:
    """By determinants."""
    equations = [e.split("=") for e in expressions(problem.question) if "=" in e]
    names = sorted({letter for left, _ in equations for letter in left if letter.isalpha()})
    units = [{n: int(n == m) for n in names} for m in names]
    rows = [tuple(evaluate(left, **unit) for unit in units) for left, _ in equations]
    right = [int(side) for _, side in equations]
    whole, values = determinant(rows), []
    for place in range(3):
        changed = [(*row[:place], side, *row[place + 1 :]) for row, side in zip(rows, right, strict=True)]
        values.append(determinant(changed) // whole)
    answer = ", ".join(f"{n}={v}" for n, v in zip(names, values, strict=True))
    return concludes(problem, answer, **dict(zip(names, values, strict=True)))


register(Task("three_variable_system", "mathematics", Config, generate, verify, max_difficulty=3))
