"""Probabilities with one die or two, by counting the outcomes that fit."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import concludes, fraction_lines, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "{d} rolled. What is the probability that {e}?",
    "{d} rolled. How likely is it that {e}?",
    "{d} thrown. Find the probability that {e}.",
    "{d} rolled once. With what probability does it happen that {e}?",
    "What is the probability that {e} when {l} rolled?",
    "Find the probability that {e} if {l} rolled.",
    "When {l} rolled, what is the chance that {e}?",
    "{d} thrown. Give, as a fraction, the probability that {e}.",
)
COMPARED = {"is exactly": "=", "is at least": ">=", "is at most": "<=", "is more than": ">", "is less than": "<"}


@dataclass(frozen=True)
class Config:
    dice: int
    sides: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        sides = ((6, 8, 10, 12, 20), (4, 6, 8), (6, 8, 10, 12), (12, 14, 16))[difficulty - 1]
        return cls(1 if difficulty == 1 else 2, sides)

    def validate(self) -> None:
        if self.dice not in (1, 2) or min(self.sides) < 4:
            raise ValueError(f"dice must be 1 or 2 and sides at least 4: {self}")


def fits(value: int, sign: str, bound: int) -> bool:
    if sign == "%":
        return value % bound == 0
    return {"=": value == bound, ">=": value >= bound, "<=": value <= bound, ">": value > bound, "<": value < bound}[
        sign
    ]


def generate(rng: Random, config: Config) -> Problem:
    first = rng.choice(config.sides)
    second = 0 if config.dice == 1 else rng.choice((first, rng.choice(config.sides)))
    words, sign = rng.choice([*COMPARED.items(), ("is divisible by", "%")])
    low, high = 2 if second else 1, first + second
    bound = rng.randint(2, min(7, first - 1)) if sign == "%" else rng.randint(low + 1, high - 1)
    lines, counts = [], []
    if second:
        for a in range(1, first + 1):
            good = [b for b in range(1, second + 1) if fits(a + b, sign, bound)]
            if good:
                step = good[1] - good[0] if len(good) > 1 else 1
                span = f"{good[0]}" if len(good) == 1 else f"{good[0]} to {good[-1]}"
                span = ", ".join(map(str, good)) if step > 1 else span
                lines.append(f"first {a}: second {span}: {len(good)}")
                counts.append(len(good))
        count, whole = sum(counts), first * second
        if len(counts) > 1:
            lines += [total(sum(counts[:i]), counts[i]) for i in range(1, len(counts))]
        lines.append(product(first, second))
        event = f"the sum {words} {bound}"
        names = (
            f"two dice with {first} sides" if first == second else f"a die with {first} and one with {second} sides"
        )
        names += " each" if first == second else ""
        plain = "two dice" if first == second == 6 and rng.random() < 0.6 else names
        phrase = f"{plain[0].upper()}{plain[1:]} are", f"{plain} are"
    else:
        good = [a for a in range(1, first + 1) if fits(a, sign, bound)]
        count, whole = len(good), first
        lines.append(f"fits: {', '.join(map(str, good))}")
        event = f"the number {words} {bound}"
        plain = "a die" if first == 6 and rng.random() < 0.6 else f"a die with {first} sides"
        phrase = f"{plain[0].upper()}{plain[1:]} is", f"{plain} is"
    lines += [f"probability {count}/{whole}", *fraction_lines(count, whole)]
    return Problem(
        question=rng.choice(PHRASINGS).format(d=phrase[0], l=phrase[1], e=event),
        solution="\n".join(lines),
        answer=str(Fraction(count, whole)),
        canonical=f"{first}|{second}|{sign}|{bound}",
    )


def verify(problem: Problem) -> bool:
    """Goes through all outcomes."""
    question = problem.question
    sides = [int(n) for n in re.findall(r"(\d+) (?:sides|and)", question)] or [6]
    if "wo dice" in question:
        sides = [sides[0]] * 2
    words, bound = re.findall(r"(is [a-z ]+?) (\d+)", question[question.index(" that the ") :])[0]
    sums = [0]
    for side in sides:
        sums = [value + face for value in sums for face in range(1, side + 1)]
    good = sum(fits(value, COMPARED.get(words, "%"), int(bound)) for value in sums)
    told = dict(re.findall(r"first (\d+): second .*: (\d+)\n", problem.solution))
    for face in range(1, sides[0] + 1) if len(sides) > 1 else ():
        count = sum(fits(face + other, COMPARED.get(words, "%"), int(bound)) for other in range(1, sides[1] + 1))
        if told.get(str(face), "0") != str(count):
            return False
    stated = f"probability {good}/{len(sums)}" in problem.solution
    return stated and concludes(problem, Fraction(good, len(sums)))


register(Task("probability_dice", "mathematics", Config, generate, verify, max_difficulty=3))
