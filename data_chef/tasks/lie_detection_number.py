"""Statements about a number, one of them false (or one true): which?"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.logic import Sayings
from data_chef.registry import Task, register


SAYINGS = Sayings({
    "even": ("It is even.", "It is an even number."),
    "odd": ("It is odd.", "It is an odd number."),
    "divisible": ("It is divisible by {0}.", "It is a multiple of {0}.", "{0} divides it."),
    "remainder": ("Divided by {0} it leaves the remainder {1}.", "Its remainder on division by {0} is {1}."),
    "sum": ("Its digits add up to {0}.", "Its digit sum is {0}."),
    "above": ("It is greater than {0}.", "It is more than {0}."),
    "below": ("It is less than {0}.", "It is below {0}."),
    "ends": ("It ends in {0}.", "Its last digit is {0}."),
    "double": ("Its double is {0}.", "Twice the number is {0}."),
    "plus": ("Adding {0} to it gives {1}.", "{0} more than it is {1}."),
})  # fmt: skip
INTRO = (
    "Of these statements about {n}, exactly one is {word}.",
    "Only one of these statements about the number {n} is {word}.",
    "Here are statements about {n}. One of them is {word}, and the others are not.",
    "These statements are about {n}; just one of them is {word}.",
    "Think of the number {n}. Just one of the statements about it is {word}.",
)  # fmt: skip
ASK = (
    "Which one?", "Which statement is it?", "Give its letter.", "Name the {word} statement.", "Which one is {word}?",
    "Find the {word} one.", "Which letter belongs to the {word} statement?",
)  # fmt: skip
KINDS = ("parity", "divisible", "remainder", "above", "below", "sum", "ends", "double", "plus")


@dataclass(frozen=True)
class Config:
    statements: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(statements=2 + difficulty, high=(30, 60, 99, 150)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.statements <= 7 or self.high < 20:
            raise ValueError(f"statements must be 2 to 7 and high at least 20: {self}")


def statement(rng: Random, kind: str, n: int, true: bool) -> tuple[str, ...]:
    """One statement of this kind about n."""
    off = 0 if true else rng.choice((-2, -1, 1, 2))
    if kind == "parity":
        return ("even" if (n % 2 == 0) == true else "odd",)
    if kind == "divisible":
        fits = [k for k in (3, 4, 5, 6, 7, 8, 9, 10) if (n % k == 0) == true]
        return (kind, str(rng.choice(fits))) if fits else statement(rng, "plus", n, true)
    if kind == "remainder":
        k = rng.choice((3, 4, 5, 6, 7, 8, 9))
        return (kind, str(k), str((n + off) % k if true or (n + off) % k != n % k else (n + 1) % k))
    if kind in ("above", "below"):
        more = (kind == "above") == true
        return (kind, str(max(1, n - rng.randint(1, 9)) if more else n + rng.randint(1, 9)))
    if kind == "sum":
        total = sum(map(int, str(n)))
        return (kind, str(total + (abs(off) if total < 3 else off)))
    if kind == "ends":
        return (kind, str((n + off) % 10))
    if kind == "double":
        return (kind, str(2 * n + 2 * off))
    k = rng.randint(2, 9)
    return ("plus", str(k), str(n + k + off))


def checked(n: int, kind: str, *words: str) -> tuple[bool, str]:
    """Whether the statement is true, and what shows it."""
    k = int(words[0]) if words else 0
    if kind in ("even", "odd"):
        return (n % 2 == 0) == (kind == "even"), f"{n} ends in {n % 10}"
    if kind in ("divisible", "remainder"):
        whole, rest = divmod(n, k)
        told = f"{whole}*{k}+{rest}={n}" if rest else f"{whole}*{k}={n}"
        return rest == (int(words[1]) if kind == "remainder" else 0), told
    if kind in ("above", "below"):
        return (n > k) if kind == "above" else (n < k), f"{n}{'>' if n > k else '<'}{k}"
    if kind == "sum":
        digits = [int(digit) for digit in str(n)]
        return sum(digits) == k, f"{'+'.join(map(str, digits))}={sum(digits)}"
    if kind == "ends":
        return n % 10 == k, f"{n} ends in {n % 10}"
    if kind == "double":
        return 2 * n == k, f"2*{n}={2 * n}"
    return n + k == int(words[1]), f"{n}+{k}={n + k}"


def generate(rng: Random, config: Config) -> Problem:
    n = rng.randint(12, config.high)
    word = "false" if rng.random() < 0.7 else "true"
    odd = rng.randrange(config.statements)
    while True:
        kinds = rng.sample(KINDS, config.statements)
        facts = [statement(rng, kind, n, (k == odd) == (word == "true")) for k, kind in enumerate(kinds)]
        if len({fact[0] for fact in facts}) == len(facts):
            break
    letters = "ABCDEFG"
    told = [f"{letter}) {SAYINGS.say(rng, *fact)}" for letter, fact in zip(letters, facts, strict=False)]
    gap = rng.choice((" ", "\n", "\n"))
    lines, answer = worked(n, facts, word)
    return Problem(
        question=gap.join([rng.choice(INTRO).format(n=n, word=word), *told, rng.choice(ASK).format(word=word)]),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{n}|{word}|" + "|".join(" ".join(fact) for fact in facts),
    )


def worked(n: int, facts, word: str) -> tuple[list[str], str]:
    lines, answer = [], ""
    for letter, fact in zip("ABCDEFG", facts, strict=False):
        true, why = checked(n, *fact)
        lines.append(f"{letter}: {why}, {'true' if true else 'false'}")
        answer = letter if true == (word == "true") else answer
    return lines, answer


COUNTED: dict[str, Callable[[int, int, list[str]], bool]] = {
    "even": lambda n, k, words: str(n)[-1] in "02468",
    "odd": lambda n, k, words: str(n)[-1] in "13579",
    "divisible": lambda n, k, words: n in range(0, n + 1, k),
    "remainder": lambda n, k, words: int(words[1]) < k and n in range(int(words[1]), n + 1, k),
    "sum": lambda n, k, words: n // 100 + n // 10 % 10 + n % 10 == k,
    "above": lambda n, k, words: n - k > 0,
    "below": lambda n, k, words: k - n > 0,
    "ends": lambda n, k, words: str(n).endswith(words[0]),
    "double": lambda n, k, words: k / 2 == n,
    "plus": lambda n, k, words: int(words[1]) - k == n,
}


def verify(problem: Problem) -> bool:
    """Each statement tested on the number by counting, not by its own rule."""
    head, *parts = re.split(r"\s(?=[A-G]\) )", problem.question)
    numbers = re.findall(r"\d+", head)
    n, word = int(numbers[0]), "false" if "false" in head else "true"
    found, facts = [], []
    for part in parts:
        facts.append(SAYINGS.read(part[3:])[0])
        kind, *words = facts[-1]
        k = int(words[0]) if words else 0
        if COUNTED[kind](n, k, words) == (word == "true"):
            found.append(part[0])
    steps = "\n".join(worked(n, facts, word)[0])
    return found == [problem.answer] and problem.solution == steps and equations_hold(steps)


register(Task("lie_detection_number", "logic", Config, generate, verify, max_difficulty=3))
