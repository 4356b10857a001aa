"""Sums of arithmetic and geometric sequences, by the formulas."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, product, quotient, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {a} + {b} + ... + {z}, if neighbours always {r}?",
    "Add {a}, {b}, {c} and so on up to {z} (neighbours {r}).",
    "Find the sum {a} + {b} + {c} + ... + {z}, where neighbours {r}.",
    "The {k} sequence {a}, {b}, {c}, ..., {z} is added up. What is the sum?",
    "What is the sum of the {k} sequence {a}, {b}, {c}, ..., {z}?",
    "Add all numbers of the {k} sequence {a}, {b}, ..., {z}.",
    "Find the sum of the first {n} terms of the {k} sequence {a}, {b}, {c}, ...",
    "A sequence is {k} and begins {a}, {b}. What do its first {n} terms add up to?",
    "What do the first {n} terms of the {k} sequence {a}, {b}, {c}, ... add up to?",
    "{a} + {b} + {c} + ... with {n} terms, {k}: what is the sum?",
    "The first {n} terms of a {k} sequence that starts {a}, {b}, {c} are added. Find the sum.",
)


@dataclass(frozen=True)
class Config:
    start: int
    step: int
    count: int
    geometric_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        count, rate = (10, 15, 25, 60)[difficulty - 1], (0.0, 0.3, 0.4, 0.4)[difficulty - 1]
        return cls((9, 15, 20, 50)[difficulty - 1], (5, 9, 12, 20)[difficulty - 1], count, rate)

    def validate(self) -> None:
        if self.start < 1 or self.step < 1 or self.count < 5 or not 0 <= self.geometric_rate <= 1:
            raise ValueError(f"start and step must be at least 1, count at least 5, geometric_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    first, phrasing = rng.randint(1, config.start), rng.choice(PHRASINGS)
    counted = "{n}" in phrasing
    if rng.random() < config.geometric_rate:
        ratio = rng.randint(2, 3 if config.count < 50 else 5)
        count = rng.randint(4, {2: 8, 3: 6}.get(ratio, 5) + (config.count > 50))
        terms = [first * ratio**i for i in range(count + 1)]
        last, result = terms[-2], (terms[-1] - first) // (ratio - 1)
        lines = [quotient(terms[1], first)]
        if counted:
            lines += [f"term {i + 1}: {product(terms[i - 1], ratio)}" for i in range(1, count)]
        lines += [product(last, ratio), total(terms[-1], -first)]
        lines += [quotient(terms[-1] - first, ratio - 1)] if ratio > 2 else []
        kind, relation = "geometric", f"have the ratio {ratio}"
    else:
        step, count = rng.randint(1, config.step), rng.randint(5, config.count)
        terms = [first + step * i for i in range(count)]
        last, result = terms[-1], sum(terms)
        lines = [f"{terms[1]}-{first}={step}"]
        if counted:
            lines += [f"{count}-1={count - 1}", product(count - 1, step), total(first, (count - 1) * step)]
        else:
            lines += [total(last, -first), quotient(last - first, step), f"{count - 1}+1={count}"]
        lines += [total(first, last), quotient(count if count % 2 == 0 else first + last, 2)]
        lines.append(product(count // 2, first + last) if count % 2 == 0 else product((first + last) // 2, count))
        kind, relation = "arithmetic", f"differ by {step}"
    return Problem(
        question=phrasing.format(a=first, b=terms[1], c=terms[2], z=last, n=count, k=kind, r=relation),
        solution="\n".join(lines),
        answer=str(result),
        canonical=f"{first}|{terms[1]}|{kind}|{count}",
    )


def verify(problem: Problem) -> bool:
    """Adds the terms one by one."""
    question, counted = problem.question, re.search(r"(\d+) terms", problem.question)
    a, b, *more = (int(n) for n in re.findall(r"\d+", re.sub(r"\d+ terms", "", question)))
    if re.search("geometric|have the ratio", question):
        term, change = a, lambda value: value * b // a
    else:
        term, change = a, lambda value: value + b - a
    if counted:
        count, value = int(counted[1]), 0
        for _ in range(count):
            value, term = value + term, change(term)
    else:
        last, value = more[-2] if re.search(r"ratio \d|differ by \d", question) else more[-1], 0
        while term <= last:
            value, term = value + term, change(term)
    return concludes(problem, value)


register(Task("sequence_sum", "mathematics", Config, generate, verify, max_difficulty=3))
