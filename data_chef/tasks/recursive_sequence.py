"""Sequences given by their first term and a rule that makes each term from the one before."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import bracket, concludes, evaluate, nonzero, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "A sequence has {s} and {r}. What is {q}?",
    "Let {s} and {r}. Find {q}.",
    "If {s} and {r}, what is {q}?",
    "Given {s} and {r}, calculate {q}.",
    "{s}, {r}. {q} = ?",
    "A sequence starts with {s} and follows the rule {r}. Find {q}.",
    "The rule is {r}, the start is {s}. What is {q}?",
    "Find {q} of the sequence with {s} and {r}.",
    "Starting from {s}, the rule {r} is used again and again. What is {q}?",
    "Please compute {q} when {s} and {r}.",
)


@dataclass(frozen=True)
class Config:
    steps: int
    factor: int
    constant: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((3, 4, 5, 8)[difficulty - 1], (2, 3, 4, 4)[difficulty - 1], (9, 9, 12, 20)[difficulty - 1])

    def validate(self) -> None:
        if self.steps < 2 or self.factor < 1 or self.constant < 1:
            raise ValueError(f"steps must be at least 2, factor and constant at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    name, steps = rng.choice("aabcstu"), rng.randint(2, config.steps)
    first, factor, constant = rng.randint(1, 9), rng.randint(1, config.factor), nonzero(rng, config.constant)
    indexed = rng.random() < 0.5
    value, lines = first, []
    for n in range(2, steps + 2):
        result = factor * value + constant
        if factor == 1:
            lines.append(f"{name}({n})={value}{constant:+d}={result}")
        else:
            if abs(value) > 12:
                lines.append(product(factor, value))
            lines.append(f"{name}({n})={factor}*{bracket(value)}{constant:+d}={total(factor * value, constant)}")
        value = result
    before, after, start, wanted = (
        (f"{name}_n", f"{name}_(n+1)", f"{name}_1", f"{name}_{steps + 1}")
        if indexed
        else (f"{name}(n)", f"{name}(n+1)", f"{name}(1)", f"{name}({steps + 1})")
    )
    rule = f"{after} = {f'{factor}*' if factor > 1 else ''}{before} {'+' if constant > 0 else '-'} {abs(constant)}"
    return Problem(
        question=rng.choice(PHRASINGS).format(s=f"{start} = {first}", r=rule, q=wanted),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{first}|{factor}|{constant}|{steps}",
    )


def verify(problem: Problem) -> bool:
    """In closed form: the distance from the number that the rule does not change is multiplied at each step."""
    question = re.sub(r"_(\d+)", r"(\1)", problem.question.replace("_n", "(n)").replace("_(", "("))
    name, first = find(r"([a-z])\(1\) = (\d+)", question).groups()
    rule = find(r"\(n\+1\) = (.*?\(n\) [-+] \d+)", question)[1].replace(f"{name}(n)", "v").replace(" ", "")
    place = int(find(rf"{name}\(([2-9]|1\d)\)", question)[1])
    constant, factor = evaluate(rule, v=0), evaluate(rule, v=1) - evaluate(rule, v=0)

    def at(n: int) -> int:
        power = factor ** (n - 1)
        return power * int(first) + constant * (n - 1 if factor == 1 else (power - 1) // (factor - 1))

    return concludes(problem, at(place), **{name: at})


register(Task("recursive_sequence", "mathematics", Config, generate, verify, max_difficulty=3))
