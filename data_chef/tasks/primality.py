"""Is a number prime? Try the primes up to its square root."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.prime_factors import smallest_factor, trial


PHRASINGS = (
    "Is {n} a prime number?",
    "Is {n} prime?",
    "Is the number {n} prime or not?",
    "Check whether {n} is prime.",
)


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(100, 300, 999, 1998)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10:
            raise ValueError(f"high must be at least 10, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    prime = rng.random() < 0.5
    n = rng.randint(4, config.high)
    while (smallest_factor(n) == n) != prime:
        n = rng.randint(4, config.high)
    factor, lines = smallest_factor(n), []
    for d in (d for d in range(2, factor + 1) if smallest_factor(d) == d and d * d <= n):
        lines.append(trial(n, d))
    verdict = f"no prime up to the root divides {n}" if prime else f"{factor} divides {n}"
    return Problem(
        question=rng.choice(PHRASINGS).format(n=n),
        solution="\n".join([*lines, verdict]),
        answer="Yes" if prime else "No",
        canonical=str(n),
    )


def verify(problem: Problem) -> bool:
    n = int(re.findall(r"\d+", problem.question)[0])
    divisors = sum(n % d == 0 for d in range(1, n + 1))
    tried = [int(d) for d in re.findall(r"^(\d+): ", problem.solution, re.MULTILINE)]
    rests = [int(d) for d in re.findall(r"^\d+: .*=(\d+)$", problem.solution, re.MULTILINE)]
    if [n % d for d in tried if d not in (2, 5)] != rests or any(n % d == 0 for d in tried[:-1]):
        return False
    return problem.answer == ("Yes" if divisors == 2 else "No") and equations_hold(problem.solution)


register(Task("primality", "mathematics", Config, generate, verify, max_difficulty=3))
