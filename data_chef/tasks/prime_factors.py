"""Prime factorisation: the primes tried one after the other, each as often as it divides, with all factors so far."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


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


def factorised(n: int) -> list[int]:
    """The prime factors of a number above 1, in order."""
    factors = []
    while (factor := smallest_factor(n)) < n:
        factors.append(factor)
        n //= factor
    return [*factors, n]


def trial(n: int, prime: int) -> str:
    """Whether a prime divides a number: the last digit, `5: 133 ends in 3`, or what is left, `7: 133-70=63-63=0`."""
    if prime in (2, 5):
        return f"{prime}: {n} ends in {n % 10}"
    tens, ones = n // prime // 10 * 10 * prime, n // prime % 10 * prime
    taken = "=".join(f"{rest}-{part}" for rest, part in ((n, tens), (n - tens, ones)) if part)
    return f"{prime}: {taken}={n % prime}"


def factor_lines(n: int) -> list[str]:
    """The trials up to the last line, `19<7*7, 19 is prime`; one that succeeds goes on `..., 133/7=19, 266=2*7*19`.

    That 2 or 5 divides is seen at once, and said by the division alone: `266/2=133, 266=2*133`.
    """
    lines, found, rest = [], "", n
    for prime in (2, 3, *range(5, n, 2)):
        if prime > 3 and smallest_factor(prime) < prime:
            continue
        while rest >= prime * prime and rest % prime == 0:
            found += f"{prime}*"
            tried = "" if prime in (2, 5) else f"{trial(rest, prime)}, "
            lines.append(f"{tried}{rest}/{prime}={rest // prime}, {n}={found}{rest // prime}")
            rest //= prime
        if rest < prime * prime:
            return [*lines, f"{rest}<{prime}*{prime}, {rest} is prime"]
        lines.append(trial(rest, prime))
    raise ValueError(f"{n} is no product")


def generate(rng: Random, config: Config) -> Problem:
    n = rng.randint(4, config.high)
    while len(factors := factorised(n)) < 2 or factors[-1] > config.largest_prime:
        n = rng.randint(4, config.high)
    return Problem(
        question=rng.choice(PHRASINGS).format(n=n),
        solution="\n".join(factor_lines(n)),
        answer="*".join(map(str, factors)),
        canonical=str(n),
    )


def verify(problem: Problem) -> bool:
    n = int(re.findall(r"\d+", problem.question)[0])
    factors = [int(factor) for factor in problem.answer.split("*")]
    primes = len(factors) > 1 and all(is_prime(factor) for factor in factors)
    if not primes or math.prod(factors) != n or factors != sorted(factors):
        return False
    return reaches(problem.solution, f", {factors[-1]} is prime") and trials_hold(problem.solution, n, factors)


def is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, n))


def trials_hold(solution: str, n: int, factors: list[int]) -> bool:
    """Whether every prime that has to be tried was, each on what the divisors before it leave, with the right end."""
    divisors, tried = [], []
    for line in solution.split("\n")[:-1]:
        named, number, divisor = find(r"^(?:(\d+): )?(\d+)(?:/(\d+))?", line).groups()
        prime, rest = int(named or divisor), int(number)
        tried.append(prime)
        said = f"{prime}: {rest} ends in {number[-1]}" if prime in (2, 5) else f"={rest % prime}"
        if rest % prime == 0:
            divisors.append(prime)
            said = "" if prime in (2, 5) else f"{said}, "
            said += f"{rest}/{prime}={rest // prime}, {n}={'*'.join(map(str, [*divisors, rest // prime]))}"
        if not line.endswith(said):
            return False
    due = {p for p in range(2, n) if (p <= factors[-2] or p * p <= factors[-1]) and is_prime(p)}
    return divisors == factors[:-1] and tried == sorted(tried) and set(tried) == due


register(Task("prime_factors", "mathematics", Config, generate, verify, max_difficulty=3))
