"""Linear inequalities in one unknown; dividing by a negative number turns the sign round."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import a_letter, bracket, evaluate, expressions, holds, joined, layout, nonzero, quotient, term
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve the inequality {e}.",
    "Solve {e} for {x}.",
    "{e}, solve for {x}",
    "For which {x} is {e}?",
    "For which values of {x} does {e} hold?",
    "Find all {x} with {e}.",
    "Please solve this inequality: {e}",
    "Which numbers {x} satisfy {e}?",
    "Solve for {x}: {e}",
    "Give the solution of {e} in the form {x}<number or {x}>number.",
)
SIGNS = ("<", ">", "<=", ">=")
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Config:
    coefficient: int
    bound: int
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = (("plus",), ("plus", "minus"), ("minus", "both"), ("both", "bracket"), ("both", "bracket"))
        return cls((5, 9, 9, 12, 19)[difficulty - 1], (9, 12, 12, 15, 40)[difficulty - 1], forms[difficulty - 1])

    def validate(self) -> None:
        if self.coefficient < 2 or self.bound < 1 or not self.forms:
            raise ValueError(f"coefficient must be at least 2, bound at least 1, some form given: {self}")


def generate(rng: Random, config: Config) -> Problem:
    form, x, sign = rng.choice(config.forms), a_letter(rng), rng.choice(SIGNS)
    bound, b = rng.randint(-config.bound, config.bound), nonzero(rng, 2 * config.bound)
    a = rng.randint(2, config.coefficient) * (rng.choice((-1, 1)) if form != "plus" else 1)
    lines, slope, right = [], a, a * bound
    if form == "bracket":
        b = nonzero(rng, config.bound)
        left, side = f"{a}({x}{b:+d})", str(a * (bound + b))
        lines = [f"{a}*{bracket(b)}={a * b}", f"{term(a, 1, x)}{a * b:+d}{sign}{side}"]
        b *= a
    elif form == "both":
        d = nonzero(rng, config.coefficient)
        while d == a:
            d = nonzero(rng, config.coefficient)
        slope, right = a - d, (a - d) * bound
        left, side = joined((term(a, 1, x), str(b))), joined((term(d, 1, x), str(right + b)))
        lines = [joined((term(a, 1, x), term(-d, 1, x))) + f"{sign}{right + b}{-b:+d}"]
    else:
        side = str(right + b)
        left = joined((str(b), term(a, 1, x)) if form == "minus" and rng.random() < 0.5 else (term(a, 1, x), str(b)))
    whole = f"{term(slope, 1, x)}{sign}"
    lines.append(f"{whole}{right}" if form == "both" else f"{whole}{right + b}{-b:+d}={right}")
    if slope < 0:
        lines.append(f"divide by {slope} and turn the sign")
        sign_then = TURNED[sign]
    else:
        sign_then = sign
    lines += [quotient(right, slope)] if slope != 1 else []
    answer = f"{x}{sign_then}{bound}"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, f"{left}{sign}{side}"), x=x),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=f"{left}{sign}{side}".replace(x, "x"),
    )


def truths(inequality: str, x: str, near: int) -> list[bool]:
    """Whether an inequality is true one below a number, at it and one above."""
    left, sign, right = re.split("([<>]=?)", inequality)
    gaps = [evaluate(f"{left}-({right})", **{x: near + step}) for step in (-1, 0, 1)]
    return ["=" in sign if gap == 0 else (gap < 0) == (sign[0] == "<") for gap in gaps]


def verify(problem: Problem) -> bool:
    """The answer is the bound where both sides are equal, and true on the same side of it as every step."""
    asked = next(e for e in expressions(problem.question) if re.search("[<>]", e) and len(e) > 4)
    answer = re.fullmatch(r"([a-z])([<>]=?)(-?\d+)", problem.answer)
    if not answer or answer[1] not in asked or not problem.solution.endswith("\n" + problem.answer):
        return False
    x, bound = answer[1], int(answer[3])
    steps = [re.sub("(?<![<>])=.*", "", line) for line in problem.solution.split("\n") if re.search("[<>]", line)]
    equal = re.sub("[<>]=?", "=", f"{asked}\n{problem.solution}")
    wanted = truths(asked, x, bound)
    return holds(equal, **{x: bound}) and all(truths(step, x, bound) == wanted for step in steps)


register(Task("linear_inequality", "mathematics", Config, generate, verify, max_difficulty=4))
