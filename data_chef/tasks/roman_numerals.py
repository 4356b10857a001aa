"""Roman numerals from numbers and back."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import places, read_kind, sound, sums
from data_chef.registry import Task, register


SYMBOLS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
KINDS = {
    "to": (
        "Write {n} in Roman numerals.",
        "What is {n} as a Roman numeral?",
        "{n} = ? (Roman)",
        "How did the Romans write {n}?",
        "Convert {n} to a Roman numeral.",
        "Please give the Roman numeral for {n}.",
    ),
    "from": (
        "What number is the Roman numeral {r}?",
        "Which number is written {r} in Roman numerals?",
        "{r} = ? (as an ordinary number)",
        "An old stone shows {r}. Which number is that?",
        "Read the Roman numeral {r}.",
        "Convert the Roman numeral {r} to a number.",
    ),
}


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(2, 20, 100, 1000)[difficulty - 1], high=(60, 400, 1000, 3999)[difficulty - 1])

    def validate(self) -> None:
        if self.low < 1 or self.high < 50:
            raise ValueError(f"low must be at least 1, high must be at least 50: {self}")


# The verifier spells a digit with the letters for one, five and ten of its place.
PATTERN = ("", "a", "aa", "aaa", "ab", "b", "ba", "baa", "baaa", "ac")
TABLES = [str.maketrans("abc", letters) for letters in ("CDM", "XLC", "IVX")]


def roman(number: int) -> str:
    written = ""
    for value, symbol in SYMBOLS:
        written += symbol * (number // value)
        number %= value
    return written


def generate(rng: Random, config: Config) -> Problem:
    kind, number = rng.choice(("to", "from")), rng.randint(config.low, config.high)
    parts = [int(part) for part in places(number)]
    facts = [(part, roman(part)) for part in parts]
    if kind == "to":
        steps = [f"{number}={'+'.join(map(str, parts))}"] if len(parts) > 1 else []
        steps += [f"{part}: {symbols}" for part, symbols in facts]
        answer = roman(number)
        steps += [answer] if len(parts) > 1 else []
    else:
        steps = [f"{symbols}: {part}" for part, symbols in facts]
        steps += [sums(parts)] if len(parts) > 1 else []
        answer = str(number)
    return Problem(
        question=rng.choice(KINDS[kind]).format(n=number, r=roman(number)),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{number}",
    )


def verify(problem: Problem) -> bool:
    """Reads the numeral from the right: a letter counts as minus when a greater one stands behind it."""
    kind, told = read_kind(KINDS, problem.question)

    def value(numeral: str) -> int:
        total, highest = 0, 0
        for letter in reversed(numeral):
            worth = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}.get(letter, 0)
            total += worth if worth >= highest else -worth
            highest = max(worth, highest)
        return total

    if kind == "from":
        return sound(problem, str(value(told["r"])))
    thousands, hundreds, tens, ones = (told["n"] // 10**place % 10 for place in (3, 2, 1, 0))
    lower = [PATTERN[d].translate(t) for d, t in zip((hundreds, tens, ones), TABLES, strict=True)]
    return value(problem.answer) == told["n"] and sound(problem, "M" * thousands + "".join(lower))


register(Task("roman_numerals", "mathematics", Config, generate, verify, max_difficulty=3))
