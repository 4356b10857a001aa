"""Rounding to decimal places, to a whole number, and to tens, hundreds and thousands."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from data_chef.arithmetic import DECIMAL_PLACES, PLACES, decimal, number_of, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


TO_PLACES = (
    "Round {n} to {p}.",
    "What is {n} rounded to {p}?",
    "Give {n} to {p}.",
    "Write {n} correct to {p}.",
    "{n} rounded to {p} =",
)
TO_NEAREST = (
    "Round {n} to the nearest {w}.",
    "What is {n} to the nearest {w}?",
    "What is {n} rounded to the nearest {w}?",
    "Give {n} to the nearest {w}.",
    "{n} to the nearest {w} =",
    "Please round {n} to the nearest {w}.",
    "Find the {w} nearest to {n}.",
)
WORDS = {3: "thousandth", 2: "hundredth", 1: "tenth", 0: "whole number", -1: "ten", -2: "hundred", -3: "thousand"}


@dataclass(frozen=True)
class Config:
    targets: tuple[int, ...]
    extra: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        targets = ((-1, -2, 0), (0, 1, -2, -3, 2), (1, 2, 3, -3), (2, 3, 4, 5))[difficulty - 1]
        return cls(targets=targets, extra=(1, 2, 3, 5)[difficulty - 1])

    def validate(self) -> None:
        if not all(-3 <= target <= 5 for target in self.targets) or self.extra < 1:
            raise ValueError(f"places to round to are -3 to 5: {self}")


def place_name(places: int) -> str:
    return DECIMAL_PLACES[places] if places > 0 else PLACES[-places]


def generate(rng: Random, config: Config) -> Problem:
    target = rng.choice(config.targets)
    places = max(0, target + rng.randint(1, config.extra)) if target >= 0 else 0
    cut = places - target
    number = number_of(rng, cut + rng.randint(1, 3))
    kept, dropped = divmod(number, 10**cut)
    following = dropped // 10 ** (cut - 1)
    up = following >= 5
    text, rounded = decimal(number, places), decimal(kept + up, target)
    lines = [f"digit of the {place_name(target)}: {kept % 10}", f"next digit: {following}"]
    if up:
        lines.append(f"{following}>4, so round up")
        lines.append(f"{decimal(kept, target)}+{decimal(1, target)}={rounded}")
    else:
        lines.append(f"{following}<5, so round down: {rounded}")
    if target in WORDS and (target <= 0 or rng.random() < 0.4):
        question = rng.choice(TO_NEAREST).format(n=text, w=WORDS[target])
    else:
        named = f"{target} decimal place{'s' if target > 1 else ''}"
        question = rng.choice(TO_PLACES).format(n=text, p=named)
    return Problem(question=question, solution="\n".join(lines), answer=rounded, canonical=f"{text}|{target}")


def verify(problem: Problem) -> bool:
    """Rounds with the decimal arithmetic of the standard library."""
    number = Decimal(find(r"\d+(?:\.\d+)?", problem.question.replace("decimal", "")).group())
    targets = {f" {word}": target for target, word in WORDS.items() if target}
    targets |= {f"{n} decimal place": n for n in range(1, 6)}
    target = next((target for name, target in targets.items() if name in problem.question), 0)
    if "thousandth" not in problem.question and " thousand" in problem.question:
        target = -3
    step = Decimal(1).scaleb(-target)
    rounded = (number / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return problem.answer == format(rounded, f".{max(0, target)}f") and reaches(problem.solution, problem.answer)


register(Task("decimal_rounding", "mathematics", Config, generate, verify, max_difficulty=3))
