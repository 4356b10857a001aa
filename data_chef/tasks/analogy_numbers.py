"""A rule seen in two examples, multiply and add, put to work on a third number."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


RULE = (
    "A rule multiplies by one number and then adds another.",
    "A machine multiplies each number by a fixed number and adds a fixed number.",
    "Each number is multiplied by the same number, and the same number is added.",
    "The rule is: times something, plus something.",
)
PHRASINGS = (
    "It turns {a} into {A} and {b} into {B}. What does it make of {c}?",
    "{a} -> {A}, {b} -> {B}, {c} -> ?",
    "{a} becomes {A}, {b} becomes {B}. What does {c} become?",
    "From {a} comes {A}, from {b} comes {B}. What comes from {c}?",
    "{a} gives {A} and {b} gives {B}. What does {c} give?",
    "If {a} goes to {A} and {b} goes to {B}, where does {c} go?",
    "Examples: {a} -> {A} and {b} -> {B}. Now {c} -> ?",
    "With {a} it gives {A}, with {b} it gives {B}. And with {c}?",
)


@dataclass(frozen=True)
class Config:
    times: int
    plus: int
    inputs: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(times=(3, 5, 9, 12)[difficulty - 1], plus=(5, 9, 20, 60)[difficulty - 1], inputs=5 + 3 * difficulty)

    def validate(self) -> None:
        if self.times < 2 or self.plus < 1 or self.inputs < 5:
            raise ValueError(f"times must be at least 2, plus at least 1, inputs at least 5: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, b, c = rng.sample(range(1, config.inputs + 1), 3)
    times, plus = rng.randint(2, config.times), rng.randint(0, config.plus)
    lines, answer = worked(a, times * a + plus, b, times * b + plus, c)
    A, B = times * a + plus, times * b + plus
    return Problem(
        question=f"{rng.choice(RULE)} {rng.choice(PHRASINGS)}".format(a=a, b=b, c=c, A=A, B=B),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=f"{min((a, A), (b, B))}|{max((a, A), (b, B))}|{c}",
    )


def product(x: int, y: int) -> str:
    """`4*13=4*10+4*3=40+12=52`: a product of numbers up to 99, in parts that the head can hold."""
    if max(x, y) <= 12 or min(x, y) == 1 or max(x, y) % 10 == 0:
        return f"{x}*{y}={x * y}"
    small, large = sorted((x, y))
    tens, ones = large // 10 * 10, large % 10
    return f"{small}*{tens}={small * tens}, {small}*{ones}={small * ones}, {small * tens}+{small * ones}={x * y}"


def worked(a: int, A: int, b: int, B: int, c: int) -> tuple[list[str], int]:
    """The slope from the differences, the constant from the first example, then the new number."""
    (x, X), (y, Y) = sorted(((a, A), (b, B)))
    times = (Y - X) // (y - x)
    plus = X - times * x
    lines = [f"Inputs: {y}-{x}={y - x}", f"Outputs: {Y}-{X}={Y - X}", f"Times: {Y - X}/{y - x}={times}",
             f"Check: {product(times, x)}", f"Plus: {X}-{times * x}={plus}", f"New: {product(times, c)}"]  # fmt: skip
    if plus:
        lines.append(f"{times * c}+{plus}={times * c + plus}")
    return lines, times * c + plus


def verify(problem: Problem) -> bool:
    """Searches all small rules for those that fit both examples; they agree on the third."""
    a, A, b, B, c = map(int, re.findall(r"\d+", problem.question))
    fits = {m * c + A - m * a for m in range(1, 30) if m * b + A - m * a == B}
    steps = "\n".join(worked(a, A, b, B, c)[0])
    return fits == {int(problem.answer)} and problem.solution == steps and equations_hold(steps)


register(Task("analogy_numbers", "logic", Config, generate, verify, max_difficulty=3))
