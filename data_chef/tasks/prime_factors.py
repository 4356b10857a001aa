"""Prime factorisation, dividing by the smallest prime again and again."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What are the prime factors of {n}?",
    "Find the prime factorization of {n}.",
    "Factor {n} into primes.",
    "Write {n} as a product of primes.",
)


@dataclass(frozen=True)
class Config:
    high: int
    largest_prime: int = 97

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(100, 400, 2000, 4000)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10 or self.largest_prime < 2:
            raise ValueError(f"high must be at least 10 and largest_prime at least 2: {self}")


def smallest_factor(n: int) -> int:
    return next((d for d in range(2, math.isqrt(n) + 1) if n % d == 0), n)


def generate(rng: Random, config: Config) -> Problem:
    while True:
        n = rest = rng.randint(4, config.high)
        factors, lines = [], []
        while (factor := smallest_factor(rest)) < rest:
            lines.append(f"{rest}/{factor}={rest // factor}")
            factors.append(factor)
            rest //= factor
        factors.append(rest)
        if len(factors) > 1 and rest <= config.largest_prime:
            break
    return Problem(
        question=rng.choice(PHRASINGS).format(n=n),
        solution="\n".join([*lines, f"{rest} is prime"]),
        answer="*".join(map(str, factors)),
        canonical=str(n),
    )


def verify(problem: Problem) -> bool:
    n = int(re.findall(r"\d+", problem.question)[0])
    factors = [int(factor) for factor in problem.answer.split("*")]
    primes = all(factor > 1 and all(factor % d for d in range(2, factor)) for factor in factors)
    return primes and math.prod(factors) == n and factors == sorted(factors) and equations_hold(problem.solution)


register(Task("prime_factors", "mathematics", Config, generate, verify, max_difficulty=3))
