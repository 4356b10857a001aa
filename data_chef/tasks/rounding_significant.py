"""Rounding to significant figures, of large numbers and of small decimals."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from random import Random

from data_chef.arithmetic import decimal, number_of, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


COUNT = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
PHRASINGS = (
    "Round {n} to {k}.",
    "What is {n} rounded to {k}?",
    "Give {n} to {k}.",
    "Write {n} correct to {k}.",
    "{n} to {k} =",
    "Please round {n} to {k}.",
    "Express {n} to {k}.",
    "What is {n} to {k}?",
)


@dataclass(frozen=True)
class Config:
    digits: tuple[int, int]
    places: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=((3, 4), (3, 6), (4, 7), (7, 9))[difficulty - 1], places=(0, 4, 8, 10)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.digits[0] <= self.digits[1] or self.places < 0:
            raise ValueError(f"digits from 2 on, places from 0 on: {self}")


def generate(rng: Random, config: Config) -> Problem:
    number, places = number_of(rng, rng.randint(*config.digits)), rng.randint(0, config.places)
    keep = rng.randint(1, min(5, len(str(number)) - 1))
    cut = len(str(number)) - keep
    kept, following = number // 10**cut, int(str(number)[keep])
    text, step = decimal(number, places), decimal(1, places - cut)
    down, up = decimal(kept, places - cut), decimal(kept + 1, places - cut)
    lines = [f"first {keep} figures: {' '.join(str(kept))}" if keep > 1 else f"first figure: {kept}"]
    lines.append(f"next figure: {following}")
    if following < 5:
        lines.append(f"{following}<5, so round down: {down}")
    else:
        lines += [f"{following}>4, so round up", f"{down}+{step}={up}"]
    figures = f"{rng.choice((str(keep), COUNT[keep]))} significant {rng.choice(('figure', 'digit'))}{'s' * (keep > 1)}"
    return Problem(
        question=rng.choice(PHRASINGS).format(n=text, k=figures),
        solution="\n".join(lines),
        answer=up if following >= 5 else down,
        canonical=f"{text}|{keep}",
    )


def verify(problem: Problem) -> bool:
    """Rounds with a decimal context of that precision."""
    number = re.search(r"\d+(?:\.\d+)?", problem.question)[0]
    named = re.search(r"(\w+) significant", problem.question)[1]
    keep = int(named) if named.isdecimal() else next(k for k, word in COUNT.items() if word == named)
    rounded = Context(prec=keep, rounding=ROUND_HALF_UP).create_decimal(number)
    # Kept zeros stay; a digit that rounding up puts in front does not count.
    exponent = Decimal(number).adjusted() - keep + 1
    expected = format(rounded.quantize(Decimal(1).scaleb(min(exponent, 0))), "f")
    return problem.answer == expected and reaches(problem.solution, problem.answer)


register(Task("rounding_significant", "mathematics", Config, generate, verify, max_difficulty=3))
