"""Proportions a/b = c/x with one unknown, by cross multiplication."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import a_letter, concludes, expressions, product, quotient
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e} for {x}.",
    "Solve the proportion {e}.",
    "{e}, {x} = ?",
    "Find {x}: {e}",
    "What is {x} if {e}?",
    "Find the missing number {x} in {e}.",
    "Please solve {e}.",
    "Which {x} makes {e} true?",
    "The ratios in {e} are equal. Find {x}.",
    "Use cross multiplication to solve {e}.",
)


@dataclass(frozen=True)
class Config:
    part: int
    factor: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((6, 9, 9, 12)[difficulty - 1], (5, 7, 10, 15)[difficulty - 1])

    def validate(self) -> None:
        if self.part < 2 or self.factor < 2:
            raise ValueError(f"part and factor must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x = a_letter(rng)
    p, q = rng.sample(range(1, config.part + 1), 2)
    m, n = rng.sample(range(1, config.factor + 1), 2)
    sides = [p * m, q * m, p * n, q * n]
    hidden = rng.randrange(4)
    value, opposite = sides[hidden], sides[3 - hidden]
    one, other = (sides[i] for i in range(4) if i not in (hidden, 3 - hidden))
    texts = [x if i == hidden else str(number) for i, number in enumerate(sides)]
    form = rng.choice(("{}/{} = {}/{}", "{}/{} = {}/{}", "{}/{}={}/{}", "{} : {} = {} : {}", "{} / {} = {} / {}"))
    lines = [f"{opposite}*{x}={product(one, other)}", f"{x}={quotient(one * other, opposite)}"]
    return Problem(
        question=rng.choice(PHRASINGS).format(e=form.format(*texts), x=x),
        solution="\n".join(lines),
        answer=str(value),
        canonical="/".join(texts).replace(x, "x"),
    )


def verify(problem: Problem) -> bool:
    """Turns the proportion round until the unknown stands on top, and multiplies."""
    equation = next(e for e in expressions(problem.question.replace(" : ", "/")) if e.count("/") == 2)
    left, right = (side.split("/") for side in equation.split("="))
    if any(part.isalpha() for part in right):
        left, right = right, left
    upside = left[1].isalpha()
    x, known = (left[1], left[0]) if upside else left
    ratio = Fraction(int(right[0]), int(right[1]))
    value = int(known) * (1 / ratio if upside else ratio)
    return concludes(problem, value, **{x: value})


register(Task("proportion", "mathematics", Config, generate, verify, max_difficulty=3))
