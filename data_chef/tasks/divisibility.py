"""Is one number divisible by another? By the rules for the digits, or by taking away multiples."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Is {n} divisible by {d}?",
    "Does {d} divide {n}?",
    "Is {n} a multiple of {d}?",
    "Can {n} be divided by {d} without remainder?",
    "{n} divisible by {d}? Yes or No.",
    "Does {d} divide {n} evenly?",
    "Decide whether {n} is divisible by {d}.",
    "Is {d} a factor of {n}?",
    "Tell me if {n} is a multiple of {d}.",
    "Will {n} / {d} be a whole number?",
    "Can {n} things be shared equally among {d} people?",
)
ENDINGS = {2: 1, 5: 1, 10: 1, 4: 2, 25: 2, 8: 3}
BOTH = {6: (2, 3), 12: (3, 4), 15: (3, 5), 18: (2, 9), 20: (4, 5), 24: (3, 8), 36: (4, 9), 45: (5, 9)}


@dataclass(frozen=True)
class Config:
    digits: int
    divisors: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        divisors = (2, 3, 5, 9, 10, 4, 6), (3, 4, 6, 8, 9, 11, 12, 25), (4, 6, 7, 8, 9, 11, 12, 15, 18, 24)
        last = 7, 8, 9, 11, 13, 20, 24, 36, 45
        return cls((3, 4, 5, 7)[difficulty - 1], (*divisors, last)[difficulty - 1])

    def validate(self) -> None:
        if self.digits < 3 or not self.divisors:
            raise ValueError(f"digits must be at least 3 and some divisors given: {self}")


def reason(number: int, by: int) -> list[str]:
    """The steps that find out, of which the last one names the number that decides."""
    if by in BOTH:
        lines = []
        for part in BOTH[by]:
            lines += [f"by {part}:", *reason(number, part), "yes" if number % part == 0 else "no"]
            if number % part:
                break
        return lines
    digits = [int(digit) for digit in str(number)]
    if by in (3, 9):
        small = sum(digits)
        return [f"digit sum {total(*[d for d in digits if d])}", f"{small}={by}*{small // by}+{small % by}"]
    if by == 11:
        turned = [d if i % 2 == 0 else -d for i, d in enumerate(reversed(digits))]
        small = sum(turned)
        return [f"alternating sum {total(*turned)}", f"{small}=11*{small // 11}+{small % 11}".replace("*-1", "*(-1)")]
    if by in ENDINGS:
        small = number % 10 ** ENDINGS[by]
        names = {1: "last digit", 2: "last two digits", 3: "last three digits"}
        return [f"{names[ENDINGS[by]]} {small}", f"{small}={by}*{small // by}+{small % by}"]
    lines, rest = [], 0
    for digit in str(number):
        value = 10 * rest + int(digit)
        rest = value % by
        if value >= by or lines:
            lines.append(f"{value}={by}*{value // by}+{rest}")
    return lines


def generate(rng: Random, config: Config) -> Problem:
    by, yes = rng.choice(config.divisors), rng.random() < 0.5
    digits = rng.randint(config.digits - 1, config.digits)
    number = rng.randrange(10 ** (digits - 1), 10**digits)
    number -= number % by
    if not yes:
        near = [n for n in BOTH.get(by, ()) if rng.random() < 0.5]
        number += rng.choice(near) if near else rng.randint(1, by - 1)
    answer = "Yes" if number % by == 0 else "No"
    return Problem(
        question=rng.choice(PHRASINGS).format(n=number, d=by),
        solution="\n".join(reason(number, by)),
        answer=answer,
        canonical=f"{number}|{by}",
    )


def verify(problem: Problem) -> bool:
    """Divides; the remainders in the steps must tell the same."""
    numbers = sorted(int(n) for n in re.findall(r"\d+", problem.question))
    by, number = numbers[0], numbers[-1]
    yes = number // by * by == number
    steps = problem.solution.split("\n")
    last = next(line for line in reversed(steps) if "=" in line)
    return (
        problem.answer == ("Yes" if yes else "No")
        and last.endswith("+0") == yes
        and steps == reason(number, by)
        and holds(re.sub(r"(digits?|sum) ", r"\1: ", problem.solution))
    )


register(Task("divisibility", "mathematics", Config, generate, verify, max_difficulty=3))
