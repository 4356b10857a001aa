"""A calculation in which a slip is made, marked by a question mark, noticed by a check and corrected."""

import re
from dataclasses import dataclass
from random import Random
from zlib import crc32

from data_chef.arithmetic import equations_hold, evaluate
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.slips import draw, parts, slipped
from data_chef.text import find


PHRASINGS = (
    "What is {t}? Check your steps.", "Calculate {t} and check the result.",
    "{t} = ? Check each step and correct mistakes.",
    "Work out {t}, looking over each step.", "Compute {t} carefully, with a check.",
    "What is {t}? Correct yourself if needed.",
    "Find {t}. Check as you go.", "Carefully: {t} = ?", "Double-check this: what is {t}?",
    "Take your time and check: {t}", "Solve {t} and prove that each step is right.",
    "Please compute {t} and verify it.",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    high: int
    terms: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(30, 60, 99, 150)[difficulty - 1], terms=(2, 2, 3, 4)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10 or self.terms < 2:
            raise ValueError(f"high must be at least 10 and terms at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    """Calculations from left to right: the first may be a product, the others are sums and differences."""
    op, a, b = draw(rng, config.high, "+-****")
    terms = f"{a} {op} {b}"
    total = int(evaluate(terms.replace(" ", "")))
    for _ in range(config.terms - 2):
        n = rng.randint(2, config.high)
        sign = "-" if n < total and rng.random() < 0.5 else "+"
        terms += f" {sign} {n}"
        total += n if sign == "+" else -n
    text = terms.replace(" ", "") if rng.random() < 0.3 else terms
    lines, answer = worked(terms)
    return Problem(
        question=rng.choice(PHRASINGS).format(t=text), solution="\n".join(lines), answer=answer, canonical=terms
    )


def checked(step: str, claim: str) -> list[str]:
    """A check of one step by the opposite calculation, or another way to a product."""
    left, right = step.split("=")
    a, op, b = find(r"^(\d+)([-+*])(\d+)$", left).groups()
    if op == "*":
        small, large = sorted((int(a), int(b)))
        if large > 9 and large % 10 == 0:
            less = small * large // 10
            one = f"{small}*{large // 10}={less}, {less}*10={right}"
        else:
            less = small * (large - 1)
            one = f"{small}*{large - 1}={less}, {less}+{small}={right}"
        return [f"Check: {one}", "That agrees." if claim == right else f"Not {claim}."]
    back = "-" if op == "+" else "+"
    found = int(claim) - int(b) if op == "+" else int(claim) + int(b)
    return [f"Check: {claim}{back}{b}={found}", "That agrees." if claim == right else f"It should be {a}."]


def worked(terms: str) -> tuple[list[str], str]:
    """The steps; two calculations in three have a slip in one step, which the check finds."""
    rng = Random(crc32(terms.encode()))
    numbers = re.findall(r"[-+*]|\d+", terms)
    total, steps = int(numbers[0]), []
    for op, n in zip(numbers[1::2], numbers[2::2], strict=True):
        steps += parts(op, total, int(n))
        total = int(steps[-1].split("=")[1])
    wrong = rng.randrange(len(steps)) if rng.random() < 0.67 else -1
    look = wrong if wrong >= 0 else rng.randrange(len(steps))
    lines = []
    for k, step in enumerate(steps):
        left, right = step.split("=")
        if k == wrong:
            a, op, b = find(r"^(\d+)([-+*])(\d+)$", left).groups()
            claim = str(slipped(rng, op, int(a), int(b)))
            lines += [f"{left}={claim}?", *checked(step, claim), f"Correction: {step}"]
        else:
            lines.append(step)
            lines += checked(step, right) if k == look else []
    return lines, str(total)


def verify(problem: Problem) -> bool:
    """Python's value of the expression; all is right but the one line with a question mark, which is wrong."""
    expression = re.findall(r"\d+(?: ?[-+*] ?\d+)+", problem.question)[0].replace(" ", "")
    marked = re.findall(r"(?m)^(\S+)=(\d+)\?$", problem.solution)
    plain = re.sub(r"(?m)^\S+=\d+\?$", "", problem.solution)
    terms = re.sub(r"([-+*])", r" \1 ", expression)
    return (
        problem.answer == str(evaluate(expression))
        and all(evaluate(left) != int(claim) for left, claim in marked)
        and equations_hold(plain)
        and problem.solution == "\n".join(worked(terms)[0])
    )


register(Task("reflection_arithmetic", "chat", Config, generate, verify, max_difficulty=3))
