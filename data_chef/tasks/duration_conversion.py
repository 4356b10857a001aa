"""Seconds, minutes, hours and days: taken apart into larger units, put together, and parts of an hour."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    counted,
    over,
    plus,
    read_kind,
    sound,
    split_off,
    times,
)
from data_chef.registry import Task, register


UNITS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
# from the largest unit down, with how many of the next make one
CHAINS = (
    (("hour", "minute"), (60,)),
    (("minute", "second"), (60,)),
    (("day", "hour"), (24,)),
    (("week", "day"), (7,)),
)
LONG = ((("hour", "minute", "second"), (60, 60)), (("day", "hour", "minute"), (24, 60)))
LONGEST = ((("day", "hour", "minute", "second"), (24, 60, 60)),)
KINDS = {
    "apart": (
        "Split {n} {small}s into {larger}s and {small}s.",
        "{n} {small}s: how many {larger}s and {small}s?",
        "{n} {small}s make how many {larger}s and {small}s?",
        "Write {n} {small}s as {larger}s and {small}s.",
        "A trip takes {n} {small}s. Say that in {larger}s and {small}s.",
    ),
    "together": (
        "{amount}: how many {small}s?",
        "A task takes {amount}. How many {small}s does it take?",
        "Give {amount} in {small}s only.",
        "Count the {small}s in {amount}.",
        "What is {amount} when it is counted in {small}s?",
    ),
    "part": (
        "How many {small}s are {p}/{q} of {an} {large}?",
        "{p}/{q} of {an} {large} = ? {small}s",
        "What is {p}/{q} of {an} {large} in {small}s?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    chains: tuple

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(9, 20, 30, 60)[difficulty - 1],
            chains=(CHAINS, CHAINS, CHAINS + LONG, LONG + LONGEST)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def listed(counts: list[int], units: tuple[str, ...]) -> str:
    """`2 hours 3 minutes`; units of which there are none are left out."""
    return " ".join(counted(count, unit) for count, unit in zip(counts, units, strict=True) if count)


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("apart", "apart", "together", "together", "part"))
    units, factors = rng.choice(config.chains)
    large, small = units[0], units[-1]
    if kind == "part":
        factor = factors[0]
        small = units[1]
        q = rng.choice([n for n in range(2, factor + 1) if factor % n == 0])
        p = rng.choice([n for n in range(1, q + 1) if math.gcd(n, q) == 1])
        steps = [over(factor, q), *([times(factor // q, p)] if p > 1 else [])]
        answer, question = str(factor // q * p), f"{p}/{q} of a {large} in {small}s"
    else:
        counts = [rng.randint(1, config.high), *(rng.randint(1, factor - 1) for factor in factors)]
        total, steps = counts[0], []
        for factor, count, unit in zip(factors, counts[1:], units[1:], strict=True):
            steps += [times(total, factor), f"{unit}s: {plus(total * factor, count)}"]
            total = total * factor + count
        answer, question = str(total), f"{listed(counts, units)} in {small}s"
        if kind == "apart":
            answer, left, steps = listed(counts, units), total, []
            for factor in reversed(factors):
                steps.append(split_off(left, factor))
                left //= factor
            steps.append(answer)
            question = f"{total} {small}s in {large}s"
    larger = "s, ".join(units[:-1])
    words = {"small": small, "larger": larger, "large": large, "an": "an" if large == "hour" else "a"}
    if kind == "part":
        words |= {"p": p, "q": q}
    else:
        words |= {"n": total, "amount": listed(counts, units)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=answer,
        canonical=question,
    )


def verify(problem: Problem) -> bool:
    """In seconds."""
    kind, told = read_kind(KINDS, problem.question)
    small = UNITS[told["small"]]
    if kind == "part":
        return sound(problem, str(Fraction(told["p"] * UNITS[told["large"]], told["q"] * small)))
    amounts = re.findall(r"(\d+) ([a-z]+?)s?\b", problem.answer if kind == "apart" else told["amount"])
    total = sum(int(count) * UNITS[unit] for count, unit in amounts)
    if kind == "together":
        return sound(problem, str(total // small))
    sizes = [UNITS[unit] for _, unit in amounts]
    rests = [int(count) * size for count, size in zip([c for c, _ in amounts][1:], sizes[1:], strict=True)]
    fits = all(rest < size for rest, size in zip(rests, sizes, strict=False))
    return total == told["n"] * small and fits and sound(problem, problem.answer)


register(Task("duration_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
