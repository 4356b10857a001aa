"""The divisors of a number: listed, counted or added, from the pairs that multiply to it."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, total
from data_chef.item import Problem
from data_chef.registry import Task, register


ASKED = {
    "list": (
        "List all divisors of {n}.",
        "What are the divisors of {n}?",
        "Which positive numbers divide {n}?",
        "Find all positive divisors of {n}.",
        "Write down every factor of {n} in order.",
        "Please list the factors of {n}.",
        "divisors of {n}",
    ),
    "count": (
        "How many divisors does {n} have?",
        "Count the divisors of {n}.",
        "What is the number of positive divisors of {n}?",
        "How many positive numbers divide {n}?",
        "Find the number of factors of {n}.",
    ),
    "sum": (
        "What is the sum of all divisors of {n}?",
        "Add up all divisors of {n}.",
        "Find the sum of the positive divisors of {n}.",
        "What do the factors of {n} add up to?",
    ),
}


@dataclass(frozen=True)
class Config:
    low: int
    high: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = ("list", "count", "sum")[: 2 if difficulty == 1 else 3]
        return cls((4, 50, 150, 500)[difficulty - 1], (120, 300, 600, 999)[difficulty - 1], kinds)

    def validate(self) -> None:
        if not 1 < self.low < self.high or not set(self.kinds) <= set(ASKED):
            raise ValueError(f"low must be from 2 to high, kinds among {', '.join(ASKED)}: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, number = rng.choice(config.kinds), rng.randint(config.low, config.high)
    lines, small, large = [], [], []
    for d in range(1, int(number**0.5) + 1):
        other, rest = divmod(number, d)
        if rest:
            lines.append(f"{number}={d}*{other}+{rest}")
            continue
        lines.append(f"{number}={d}*{other} yes")
        small.append(d)
        large += [other] if other != d else []
    found = small + large[::-1]
    listed = ", ".join(map(str, found))
    lines.append(listed)
    if kind == "count":
        lines.append(f"2*{len(small)}{'-1' if len(found) % 2 else ''}={len(found)}")
    elif kind == "sum":
        lines += [total(sum(found[:i]), found[i]) for i in range(1, len(found))]
    answer = {"list": listed, "count": str(len(found)), "sum": str(sum(found))}[kind]
    return Problem(
        question=rng.choice(ASKED[kind]).format(n=number),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{number}",
    )


def verify(problem: Problem) -> bool:
    """Tries every number up to the number itself."""
    question = problem.question
    number = int(re.findall(r"\d+", question)[0])
    found = [d for d in range(1, number // 2 + 1) if number % d == 0] + [number]
    counted = re.search("many|[Cc]ount|number of", question)
    value = len(found) if counted else sum(found) if re.search("sum|[Aa]dd", question) else 0
    listed = ", ".join(map(str, found))
    answer = str(value or listed)
    right = problem.answer == answer and re.split("[=\n]", problem.solution)[-1] == answer
    return (
        right and f"\n{listed}" in problem.solution and holds(problem.solution.replace(listed, "").replace("yes", ""))
    )


register(Task("divisors", "mathematics", Config, generate, verify, max_difficulty=3))
