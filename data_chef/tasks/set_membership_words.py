"""Counting with overlapping groups: how many do both, only one, or neither?"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


GROUPS = "pupils students members guests players workers visitors neighbours cooks dancers artists readers".split()
PAIRS = (
    ("play chess", "play cards"), ("sing", "dance"), ("like tea", "like coffee"), ("own a cat", "own a dog"),
    ("speak French", "speak Spanish"), ("swim", "run"), ("paint", "draw"), ("read novels", "read poems"),
    ("play the piano", "play the violin"), ("eat apples", "eat pears"), ("ride a bicycle", "drive a car"),
    ("like soup", "like salad"), ("grow roses", "grow tulips"), ("collect stamps", "collect coins"),
    ("wear a hat", "wear a scarf"), ("bake bread", "bake cakes"), ("study physics", "study history"),
    ("play football", "play tennis"), ("know Python", "know Java"), ("write letters", "write stories"),
)  # fmt: skip
GIVEN = {
    "neither": (
        "Of {n} {g}, {a} {x}, {b} {y} and {both} do both.",
        "There are {n} {g}. {a} of them {x}, {b} of them {y}, and {both} do both.",
        "Among {n} {g}, {a} {x}, {b} {y}; {both} of these do both.",
    ),
    "both": (
        "Of {n} {g}, {a} {x}, {b} {y} and {none} do neither.",
        "There are {n} {g}. {a} of them {x}, {b} of them {y}, and {none} do neither of the two.",
        "Among {n} {g}, {a} {x}, {b} {y}; {none} do neither.",
    ),
}
ASK = {
    "neither": ("How many do neither?", "How many of them do neither?", "What is the number of {g} who do neither?"),
    "union": ("How many do at least one of the two?", "How many {g} do one or both of these things?"),
    "onlya": ("How many {x}, but do not {y}?", "How many of the {g} {x} only?"),
    "onlyb": ("How many {y}, but do not {x}?", "How many of the {g} {y} only?"),
    "one": ("How many do exactly one of the two?", "How many {g} do just one of these things?"),
    "both": ("How many do both?", "How many of them {x} and also {y}?", "What is the number of {g} who do both?"),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(8, 20, 40, 99)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4:
            raise ValueError(f"high must be at least 4, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    both, only_a, only_b, none = (rng.randint(1, config.high) for _ in range(4))
    n, a, b = both + only_a + only_b + none, only_a + both, only_b + both
    kind = rng.choice(("neither", "neither", "union", "onlya", "onlyb", "one", "both", "both"))
    group, (x, y) = rng.choice(GROUPS), rng.choice(PAIRS)
    if rng.random() < 0.5:
        x, y = y, x
    words = {"g": group, "x": x, "y": y, "n": n, "a": a, "b": b, "both": both, "none": none}
    given = rng.choice(GIVEN["both" if kind == "both" else "neither"])
    lines, answer = worked(kind, n, a, b, none if kind == "both" else both)
    return Problem(
        question=f"{given} {rng.choice(ASK[kind])}".format(**words),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=f"{kind}|{n}|{a}|{b}|{none if kind == 'both' else both}",
    )


def worked(kind: str, n: int, a: int, b: int, last: int) -> tuple[list[str], int]:
    if kind == "both":
        union = n - last
        return [f"At least one: {n}-{last}={union}", f"Both groups together: {a}+{b}={a + b}",
                f"Counted twice: {a + b}-{union}={a + b - union}"], a + b - union  # fmt: skip
    if kind in ("onlya", "onlyb"):
        one = a if kind == "onlya" else b
        return [f"{one}-{last}={one - last}"], one - last
    if kind == "one":
        total = a - last + b - last
        return [f"First only: {a}-{last}={a - last}", f"Second only: {b}-{last}={b - last}",
                f"{a - last}+{b - last}={total}"], total  # fmt: skip
    union = a + b - last
    lines = [f"{a}+{b}={a + b}", f"At least one: {a + b}-{last}={union}"]
    if kind == "union":
        return lines, union
    return [*lines, f"Neither: {n}-{union}={n - union}"], n - union


def verify(problem: Problem) -> bool:
    """Fills the four regions of the diagram one person at a time until the counts of the question fit."""
    n, a, b, last = map(int, re.findall(r"\d+", problem.question))
    *_, ask = re.split(r"(?<=\.) ", problem.question)
    x, y = next((x, y) for x, y in PAIRS if x in problem.question and y in problem.question)
    if problem.question.index(y) < problem.question.index(x):
        x, y = y, x
    if "neither" in ask:
        kind = "neither"
    elif "at least" in ask or "or both" in ask:
        kind = "union"
    elif "exactly" in ask or "just one" in ask:
        kind = "one"
    elif "not" in ask or "only" in ask:
        kind = "onlya" if re.search(rf"(many|\w) {x}(,| only)", ask) else "onlyb"
    else:
        kind = "both"
    for both in range(min(a, b) + 1):
        none = n - (a - both) - (b - both) - both
        if (none if kind == "both" else both) == last:
            found = {
                "neither": none, "union": n - none, "onlya": a - both, "onlyb": b - both, "one": a + b - 2 * both,
                "both": both,
            }[kind]  # fmt: skip
            lines, _ = worked(kind, n, a, b, last)
            return (
                problem.answer == str(found)
                and problem.solution == "\n".join(lines)
                and equations_hold(problem.solution)
            )
    return False


register(Task("set_membership_words", "logic", Config, generate, verify, max_difficulty=3))
