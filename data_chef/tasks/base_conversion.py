"""Numbers from base ten to another base and back, and from one base to another."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import plus, read_kind, sound, split_off, times
from data_chef.registry import Task, register


DIGITS = "0123456789ABCDEF"
KINDS = {
    "between": (
        "Convert {n} from base {p} to base {q}.",
        "What is the base {p} number {n} in base {q}?",
        "{n} (base {p}) = ? (base {q})",
        "{n} is written in base {p}. How is it written in base {q}?",
    ),
    "to": (
        "Write {n} in base {q}.",
        "What does {n} look like in base {q}?",
        "{n} = ? in base {q}",
        "Express the decimal number {n} in base {q}.",
        "Please convert the number {n} to base {q}.",
    ),
    "from": (
        "What number is {n} in base {p}, written in decimal?",
        "{n} (base {p}) = ? (decimal)",
        "Find the decimal value of {n} in base {p}.",
        "{n} is a number in base {p}. What is it in decimal?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    bases: tuple[int, ...]
    between: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(99, 400, 1500, 9999)[difficulty - 1],
            bases=((3, 4, 5, 8), (3, 4, 5, 6, 7, 8, 9), (*range(3, 10), 11, 12, 15), (*range(3, 10), *range(11, 16)))[
                difficulty - 1
            ],
            between=(0.0, 0.2, 0.4, 0.4)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 30:
            raise ValueError(f"high must be at least 30: {self}")


def from_base(text: str, base: int) -> tuple[list[str], int]:
    """Digit by digit from the left: times the base, plus the next digit."""
    value, steps = DIGITS.index(text[0]), []
    for digit in text[1:]:
        steps += [times(value, base), plus(value * base, DIGITS.index(digit))]
        value = value * base + DIGITS.index(digit)
    return steps, value


def to_base(number: int, base: int) -> tuple[list[str], str]:
    """The rests of dividing by the base, the last one first."""
    steps, written = [], ""
    while number:
        written = DIGITS[number % base] + written
        steps.append(f"{split_off(number, base)} write {written}")
        number //= base
    return steps, written


def generate(rng: Random, config: Config) -> Problem:
    kind = "between" if rng.random() < config.between else rng.choice(("to", "from"))
    p, q = rng.sample(config.bases, 2)
    number = rng.randint(max(p, q), config.high)
    start = str(number) if kind == "to" else to_base(number, p)[1]
    steps, answer = ([], start) if kind == "to" else from_base(start, p)
    if kind != "from":
        more, answer = to_base(number, q)
        steps += more
    letters = sorted(set(re.findall("[A-E]", f"{start}{answer}")))
    steps = [f"{letter} is {DIGITS.index(letter)}" for letter in letters] + steps
    return Problem(
        question=rng.choice(KINDS[kind]).format(n=start, p=p, q=q),
        solution="\n".join(steps),
        answer=str(answer),
        canonical=f"{number}|{10 if kind == 'to' else p}|{10 if kind == 'from' else q}",
    )


def verify(problem: Problem) -> bool:
    """By the powers of the base, from the lowest digit up; the answer is read in its base."""
    kind, told = read_kind(KINDS, problem.question)
    base, new = told.get("p", 10), told.get("q", 10)

    def value(text: str, base: int) -> int:
        return sum("0123456789ABCDEF".index(digit) * base**i for i, digit in enumerate(reversed(text)))

    fits = all(digit in DIGITS[:new] for digit in problem.answer) and problem.answer[0] != "0"
    return fits and value(str(told["n"]), base) == value(problem.answer, new) and sound(problem, problem.answer)


register(Task("base_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
