"""Sums and differences with negative numbers, term by term, by their signs and sizes."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, difference_chain, reaches, spacing, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (*ASK_VALUE, "Simplify {e}.", "Mind the signs: {e}", "Write {e} as a single number.")


@dataclass(frozen=True)
class Config:
    high: int
    terms: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(20, 99, 200, 999, 999)[difficulty - 1],
            terms=((2, 2), (2, 3), (3, 4), (3, 4), (5, 6))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 2 or not 2 <= self.terms[0] <= self.terms[1]:
            raise ValueError(f"high must be at least 2 and terms at least 2: {self}")


def sum_lines(a: int, b: int) -> list[str]:
    """The sum of two signed numbers: what their sizes give, and then with the sign."""
    if a >= 0 and b >= 0:
        return [sum_chain(a, b)]
    if a >= -b >= 0:
        return [difference_chain(a, -b)]
    total, (small, large) = f"{a}{b:+d}={a + b}", sorted((abs(a), abs(b)))
    if (a < 0) == (b < 0):
        return [sum_chain(large, small), f"both are negative: {total}"]
    sign = (
        "equal sizes" if small == large else f"the {'negative' if a + b < 0 else 'positive'} number is larger in size"
    )
    return [difference_chain(large, small), f"{sign}: {total}"]


def generate(rng: Random, config: Config) -> Problem:
    numbers = [rng.choice((-1, 1)) * rng.randint(1, config.high) for _ in range(rng.randint(*config.terms))]
    if numbers[0] > 0:
        numbers[1] = -abs(numbers[1])
    text, brackets = str(numbers[0]), numbers[0] > 0
    for number in numbers[1:]:
        bracketed = brackets or rng.random() < 0.4
        if number < 0:
            text += f" + (-{-number})" if bracketed else f" - {-number}"
        else:
            text += f" - (-{number})" if bracketed and not brackets else f" + {number}"
        brackets = False
    plain = str(numbers[0]) + "".join(f"{number:+d}" for number in numbers[1:])
    lines, total = [], numbers[0]
    if "(" in text:
        lines.append(f"{text.replace(' ', '')}={plain}")
    for number in numbers[1:]:
        lines += sum_lines(total, number)
        total += number
    return Problem(
        question=rng.choice(PHRASINGS).format(e=spacing(rng, text)),
        solution="\n".join(lines),
        answer=str(total),
        canonical=",".join(map(str, sorted(numbers))),
    )


def verify(problem: Problem) -> bool:
    """Counts the minus signs before each number of the question."""
    signs = re.findall(r"([-+( ]*)(\d+)", problem.question)
    total = sum(int(number) * (-1) ** sign.count("-") for sign, number in signs)
    return problem.answer == str(total) and reaches(problem.solution, problem.answer)


register(Task("signed_addition", "mathematics", Config, generate, verify, max_difficulty=4))
