"""A chain of calculations as on a calculator: each acts on the result so far, or the running totals are listed."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import difference_chain, divided_lines, product_steps, reaches, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


STEPS = {
    "+": ("add {n}", "increase it by {n}"),
    "-": ("subtract {n}", "take away {n}", "decrease it by {n}"),
    "*": ("multiply by {n}", "multiply it by {n}"),
    "/": ("divide by {n}", "divide it by {n}"),
}
CHAIN = (
    "Start with {a}: {s}. What is the result?",
    "Begin with {a}, then {s}. What do you get?",
    "Take {a}; {s}. Result?",
    "Enter {a} on a calculator. Then {s}. What does it show?",
    "Start at {a}. Step by step, {s}. Where do you end?",
    "Take the number {a} and {s}. What number do you have now?",
)
TOTALS = (
    "Give the running totals of {l}.",
    "Write the running total after each number: {l}",
    "List the cumulative sums of {l}.",
    "Find all partial sums of {l}, in order.",
    "Running totals: {l}",
    "Add up {l} one by one and write every total.",
)


@dataclass(frozen=True)
class Config:
    steps: tuple[int, int]
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(steps=((2, 4), (3, 5), (5, 7), (8, 10))[difficulty - 1], high=(20, 60, 150, 400)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.steps[0] <= self.steps[1] or self.high < 10:
            raise ValueError(f"at least two steps, high at least 10: {self}")


def draw_step(rng: Random, total: int, high: int) -> tuple[str, int]:
    """An operation that keeps the total a whole number from 0 to 10 times high."""
    operator = rng.choice("+-*/+-")
    divisors = [n for n in range(2, 13) if total % n == 0 and total]
    if operator == "/" and divisors:
        return "/", rng.choice(divisors)
    if operator == "*" and 0 < total * 2 <= 10 * high:
        return "*", rng.randint(2, min(9, 10 * high // total))
    if operator == "-" and total > 1:
        return "-", rng.randint(1, min(total, high))
    return "+", rng.randint(1, high)


def generate(rng: Random, config: Config) -> Problem:
    start, count = rng.randint(1, config.high), rng.randint(*config.steps)
    total, lines = start, []
    if rng.random() < 0.4:
        numbers = [start, *(rng.randint(1, config.high) for _ in range(count))]
        for number in numbers[1:]:
            lines.append(sum_chain(total, number))
            total += number
        totals = ", ".join(str(sum(numbers[: i + 1])) for i in range(len(numbers)))
        listed = ", ".join(map(str, numbers))
        question = rng.choice(TOTALS).format(l=listed)
        return Problem(question, "\n".join([*lines, f"totals: {totals}"]), totals, f"totals|{listed}")
    words, code = [], str(start)
    for _ in range(count):
        operator, number = draw_step(rng, total, config.high)
        if operator in "+-":
            lines.append(sum_chain(total, number) if operator == "+" else difference_chain(total, number))
        else:
            lines += product_steps(total, number) if operator == "*" else divided_lines(total, number)
        total = {"+": total + number, "-": total - number, "*": total * number, "/": total // number}[operator]
        words.append(rng.choice(STEPS[operator]).format(n=number))
        code += f" {operator}{number}"
    told = ", ".join(words[:-1]) + f" and {words[-1]}" if rng.random() < 0.6 else ", then ".join(words)
    return Problem(
        question=rng.choice(CHAIN).format(a=start, s=told),
        solution="\n".join(lines),
        answer=str(total),
        canonical=code,
    )


def verify(problem: Problem) -> bool:
    """Acts on the words of the question one after the other."""
    numbers = [int(number) for number in re.findall(r"\d+", problem.question)]
    if problem.canonical.startswith("totals"):
        if not re.fullmatch(r"\d+(, \d+)*", problem.answer):
            return False
        totals = [int(total) for total in problem.answer.split(", ")]
        steps = [other - one for one, other in zip(totals, totals[1:], strict=False)]
        return [totals[0], *steps] == numbers and reaches(problem.solution, problem.answer)
    total = numbers[0]
    acts = re.findall(r"(add|increase|subtract|take away|decrease|multiply|divide)\D*(\d+)", problem.question)
    for word, number in acts:
        if word in ("add", "increase"):
            total += int(number)
        elif word in ("subtract", "take away", "decrease"):
            total -= int(number)
        elif word == "multiply":
            total *= int(number)
        else:
            total //= int(number)
    right = len(acts) == len(numbers) - 1 and problem.answer == str(total)
    return right and reaches(problem.solution, f"={problem.answer}")


register(Task("continued_sum", "mathematics", Config, generate, verify, max_difficulty=3))
