"""Feet, pounds, gallons and their kind; at first the question tells how many make one."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import minus, over, read_kind, sound, times
from data_chef.registry import Task, register


UNITS = (
    ("foot", "inch", 12), ("yard", "foot", 3), ("pound", "ounce", 16), ("gallon", "quart", 4), ("quart", "pint", 2),
    ("pint", "cup", 2), ("gallon", "pint", 8), ("yard", "inch", 36), ("mile", "yard", 1760), ("ton", "pound", 2000),
    ("mile", "foot", 5280), ("gallon", "cup", 16), ("quart", "cup", 4),
)  # fmt: skip
# The verifier counts in the smallest unit of each kind.
BASE = {
    "inches": 1, "feet": 12, "yards": 36, "miles": 63360, "ounces": 1, "pounds": 16, "tons": 32000, "cups": 1,
    "pints": 2, "quarts": 4, "gallons": 16,
}  # fmt: skip
FACTS = ("There are {f} {smalls} in a {large}. ", "1 {large} is {f} {smalls}. ", "A {large} is {f} {smalls}. ")
KINDS = {
    "split": (
        "Write {n} {u} in {larges} and {smalls}.",
        "How many {larges} and {smalls} are {n} {u}?",
        "{n} {u} = ? {larges} and {smalls}",
    ),
    "whole": (
        "How many {v} are {n} {u}?",
        "Change {n} {u} to {v}.",
        "What are {n} {u} in {v}?",
        "Please convert {n} {u} into {v}.",
        "{n} {u} = ? {v}",
        "Express {n} {u} in {v}.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    told: float
    units: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(9, 12, 40, 120)[difficulty - 1],
            told=(1.0, 0.9, 0.4, 0.4)[difficulty - 1],
            units=(7, 10, 13, 13)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3 or self.units < 1:
            raise ValueError(f"high must be at least 3, units must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("split", "split", "whole", "whole", "whole"))
    large, small, factor = rng.choice(UNITS[: 6 if kind == "split" else config.units])
    smalls, larges = plural(small), plural(large)
    count, rest = rng.randint(2, config.high), rng.randint(1, factor - 1)
    n, u, v = count, larges, smalls
    steps = [f"1 {large} is {factor} {smalls}", times(count, factor)]
    answer = str(count * factor)
    if kind == "split":
        n, u = count * factor + rest, smalls
        answer = f"{count} {larges} {rest} {smalls if rest > 1 else small}"
        steps += [minus(n, count * factor), f"{n}={count}*{factor}+{rest}", answer]
    elif rng.random() < 0.4:
        n, u, v = count * factor, smalls, larges
        answer = str(count)
        steps[1] = over(n, factor)
    fact = rng.choice(FACTS).format(f=factor, smalls=smalls, large=large) if rng.random() < config.told else ""
    return Problem(
        question=fact + rng.choice(KINDS[kind]).format(n=n, u=u, v=v, smalls=smalls, larges=larges),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{n} {u} {larges if kind == 'split' else v}" + (" and rest" if kind == "split" else ""),
    )


def plural(unit: str) -> str:
    return {"foot": "feet", "inch": "inches"}.get(unit, unit + "s")


def verify(problem: Problem) -> bool:
    """Counts both sides in the smallest unit of their kind."""
    kind, told = read_kind(KINDS, re.sub(r"^(?:There are|A|1) [^.]*\. ", "", problem.question))
    total = told["n"] * BASE[told["u"]]
    if kind == "split":
        many, rest = divmod(total, BASE[told["larges"]])
        parts = [(many, told["larges"]), (rest // BASE[told["smalls"]], told["smalls"])]
        expected = " ".join(f"{n} {unit if n > 1 else SINGULAR[unit]}" for n, unit in parts)
    else:
        expected = str(Fraction(total, BASE[told["v"]]))
    facts = re.findall(r"(?:1|A) ([a-z]+) is (\d+) ([a-z]+)", f"{problem.question}\n{problem.solution}")
    facts += [(large, n, small) for n, small, large in re.findall(r"are (\d+) (\w+) in a (\w+)\.", problem.question)]
    return all(BASE[plural(large)] == int(n) * BASE[small] for large, n, small in facts) and sound(problem, expected)


SINGULAR = {plural(unit): unit for pair in UNITS for unit in pair[:2]}


register(Task("imperial_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
