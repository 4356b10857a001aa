"""Hexadecimal numbers: to decimal and back, digits to four bits, colors, and sums."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import plus, read_kind, sound, split_off, times
from data_chef.registry import Task, register
from data_chef.text import find


DIGITS = "0123456789ABCDEF"
KINDS = {
    "from bits": (
        "Write the bits {b} as a hexadecimal number.",
        "binary {b} = ? (hex)",
        "What is the binary number {b} in hexadecimal?",
    ),
    "from": (
        "What is the hexadecimal number {h} in decimal?",
        "Convert hex {h} to decimal.",
        "0x{h} = ? (decimal)",
        "Which decimal number is {h} in base 16?",
    ),
    "to": (
        "What is {n} in hexadecimal?",
        "Convert the decimal number {n} to hex.",
        "hex({n}) = ? (digits only)",
        "Write {n} as a hexadecimal number.",
    ),
    "bits": (
        "Write the hexadecimal number {h} in binary, with four bits for each digit.",
        "hex {h} = ? (binary, four bits a digit)",
        "Turn hex {h} into bits, four for every digit.",
    ),
}


@dataclass(frozen=True)
class Config:
    low: int
    digits: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(1, 2, 2, 4)[difficulty - 1], digits=(2, 2, 3, 5)[difficulty - 1])

    def validate(self) -> None:
        if self.low < 1 or self.digits < 1:
            raise ValueError(f"low must be at least 1, digits must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(list(KINDS))
    size = rng.randint(config.low, config.digits)
    number = rng.randrange(max(10, 16 ** (size - 1)), 16**size)
    text = f"{number:X}"
    values = [DIGITS.index(digit) for digit in text]
    letters = [f"{digit} is {value}" for digit, value in zip(text, values, strict=True) if value > 9]
    letters = sorted(set(letters))
    if kind == "from":
        steps, total = [", ".join(letters)] if letters else [], values[0]
        for value in values[1:]:
            steps += [times(total, 16), plus(16 * total, value)]
            total = 16 * total + value
        answer = str(number)
        steps += [] if len(values) > 1 else [answer]
    elif kind == "to":
        steps, left, answer = [], number, ""
        while left:
            answer = DIGITS[left % 16] + answer
            name = f", {left % 16} is {DIGITS[left % 16]}," if left % 16 > 9 else ""
            steps.append(f"{split_off(left, 16)}{name} write {answer}")
            left //= 16
    else:
        facts = [f"{digit}: {value:04b}" for digit, value in zip(text, values, strict=True)]
        if kind == "from bits":
            facts = [f"{value:04b}: {digit}" for digit, value in zip(text, values, strict=True)]
        answer = text if kind == "from bits" else "".join(f"{value:04b}" for value in values)
        steps = [*facts, answer]
    return Problem(
        question=rng.choice(KINDS[kind]).format(h=text, n=number, b="".join(f"{value:04b}" for value in values)),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{number}",
    )


def verify(problem: Problem) -> bool:
    """With the number formats of Python."""
    kind, told = read_kind(KINDS, problem.question)
    if kind == "to":
        return sound(problem, f"{told['n']:X}")
    text = find(r"(?:hex|number|bits|binary|0x|is) ?([0-9A-F]+)\b", problem.question).group(1)
    if kind == "from bits":
        return sound(problem, f"{int(text, 2):0{len(text) // 4}X}")
    number = int(text, 16)
    return sound(problem, str(number) if kind == "from" else f"{number:0{4 * len(text)}b}")


register(Task("hexadecimal", "mathematics", Config, generate, verify, max_difficulty=3))
