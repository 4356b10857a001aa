"""Fill in the blank of a calculation, by the inverse operation."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import difference_chain, divided_lines, evaluate, product_steps, reaches, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "{e}",
    "Fill in the blank: {e}",
    "What number goes in the blank? {e}",
    "Find the missing number: {e}",
    "Which number is missing? {e}",
    "Complete: {e}",
    "What must stand in the gap: {e}",
    "Find the number that makes this true: {e}",
    "Replace the blank by a number: {e}",
    "What is missing here? {e}",
    "Please complete the equation {e}",
)
BLANKS = ("_", "__", "___", "?", "...", "[ ]")


@dataclass(frozen=True)
class Config:
    high: int
    factor: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((20, 99, 999, 9999)[difficulty - 1], (9, 12, 40, 120)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 2 or self.factor < 2:
            raise ValueError(f"high and factor at least 2, not {self}")


def generate(rng: Random, config: Config) -> Problem:
    operator, first = rng.choice("++--**/"), rng.random() < 0.5
    if operator in "+-":
        a, b = rng.randint(1, config.high), rng.randint(1, config.high)
        total = a + b
        # a + b = total, or total - b = a; the blank is the first or the second number.
        left, right, result = (a, b, total) if operator == "+" else (total, b, a)
        wanted = left if first else right
        if operator == "-" and first:
            lines = [f"blank: {a}+{b}", sum_chain(a, b)]
        else:
            known = total - wanted
            lines = [f"blank: {total}-{known}", difference_chain(total, known)]
    else:
        a, b = rng.randint(2, config.factor), rng.randint(2, config.factor)
        product = a * b
        left, right, result = (a, b, product) if operator == "*" else (product, b, a)
        wanted = left if first else right
        if operator == "/" and first:
            lines = [f"blank: {a}*{b}", *product_steps(a, b)]
        else:
            lines = [f"blank: {product}/{product // wanted}", *divided_lines(product, product // wanted)]
    blank = rng.choice(BLANKS)
    texts = (blank, str(right)) if first else (str(left), blank)
    sides = [f"{texts[0]} {operator} {texts[1]}", str(result)]
    if rng.random() < 0.15:
        sides.reverse()
    lines.append(f"{left}{operator}{right}={result}")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=" = ".join(sides)),
        solution="\n".join([*lines, f"the blank is {wanted}"]),
        answer=str(wanted),
        canonical=f"_{operator}{right}={result}" if first else f"{left}{operator}_={result}",
    )


def verify(problem: Problem) -> bool:
    """Puts the answer into the blank."""
    blank = r"(?:\[ \]|\.\.\.|_+|\?)"
    side = rf"(?:\d+|{blank})(?: [-+*/] (?:\d+|{blank}))?"
    equation = re.search(f"{side} = {side}", problem.question)
    if equation is None or not re.fullmatch(r"0|[1-9]\d*", problem.answer):
        return False
    left, right = re.sub(blank, problem.answer, equation[0]).replace(" ", "").split("=")
    return evaluate(left) == evaluate(right) and reaches(problem.solution, f" {problem.answer}")


register(Task("missing_operand", "mathematics", Config, generate, verify, max_difficulty=3))
