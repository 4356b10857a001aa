"""Python functions on one whole number: chains of arithmetic, and facts about its digits and divisors."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.parts import TESTS, Operation, Step, function_problem, verify, verify_many
from data_chef.registry import Task, register


SMALL = tuple(range(2, 10))
CHAIN = (
    Operation("add", "add {k}", "{0} + {k}", lambda n, k: sum((n, k)), SMALL),
    Operation("subtract", "subtract {k}", "{0} - {k}", lambda n, k: -(k - n), SMALL),
    Operation("multiply", "multiply by {k}", "{0} * {k}", lambda n, k: sum([n] * k), SMALL),
    Operation("square", "square it", "{0} * {0}", lambda n, k: abs(n) ** 2),
    Operation("halve", "divide by {k} and round down", "{0} // {k}", lambda n, k: (n - n % k) // k, SMALL),
    Operation("modulo", "take the remainder after division by {k}", "{0} % {k}", lambda n, k: n - k * (n // k), SMALL),
    Operation("absolute", "take the absolute value", "abs({0})", lambda n, k: max(n, -n)),
    Operation("cap", "limit it to at most {k}", "min({0}, {k})", lambda n, k: n if n <= k else k, (10, 20, 50, 100)),
    Operation("floor", "raise it to at least {k}", "max({0}, {k})", lambda n, k: n if n >= k else k, (0, 5, 10)),
)
FACTS = (
    Operation("is_even", "Return True if n is even, else False.", "n % 2 == 0", lambda n, k: not n & 1),
    Operation("is_odd", "Return True if n is odd, else False.", "n % 2 == 1", lambda n, k: bool(n & 1)),
    Operation("is_multiple_of", "Return True if n is a multiple of {k}, else False.", "n % {k} == 0",
              lambda n, k: n // k * k == n, SMALL[1:]),
    Operation("is_above", "Return True if n is greater than {k}, else False.", "n > {k}",
              lambda n, k: k - n < 0, SMALL),
    Operation("ends_in", "Return True if the last digit of n is {k}, else False.", "n % 10 == {k}",
              lambda n, k: str(n)[-1] == str(k), tuple(range(10))),
    Operation("digit_sum", "Return the sum of the digits of n.", "sum(int(d) for d in str(n))",
              lambda n, k: n % 10 + digit_sum(n // 10) if n else 0),
    Operation("digit_count", "Return the number of digits of n.", "len(str(n))",
              lambda n, k: next(i for i in range(1, 20) if n < 10**i)),
    Operation("largest_digit", "Return the largest digit of n.", "max(int(d) for d in str(n))",
              lambda n, k: next(d for d in range(9, -1, -1) if str(d) in str(n))),
    Operation("count_digit", "Return how often the digit {k} occurs in n.", "str(n).count('{k}')",
              lambda n, k: sum(d == str(k) for d in str(n)), tuple(range(10))),
    Operation("count_divisors", "Return the number of divisors of n.", "sum(n % d == 0 for d in range(1, n + 1))",
              lambda n, k: len({d for a in range(1, n + 1) if n % a == 0 for d in (a, n // a)})),
    Operation("divisors", "Return a list of the divisors of n.", "[d for d in range(1, n + 1) if n % d == 0]",
              lambda n, k: sorted({n // a for a in range(1, n + 1) if n % a == 0})),
    Operation("sum_to", "Return the sum of the multiples of {k} from 1 to n.", "sum(range({k}, n + 1, {k}))",
              lambda n, k: k * (n // k) * (n // k + 1) // 2, (1, *SMALL)),
    Operation("multiples", "Return a list of the multiples of {k} up to n.", "list(range({k}, n + 1, {k}))",
              lambda n, k: [k * i for i in range(1, n // k + 1)], SMALL),
    Operation("factorial", "Return the product of the numbers from 1 to n.", "1 if n < 2 else n * {f}(n - 1)",
              lambda n, k: math.factorial(n)),
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    chain: int
    fact_rate: float = 0.3

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(chain=difficulty)

    def validate(self) -> None:
        if not 1 <= self.chain <= 5 or not 0 <= self.fact_rate <= 1:
            raise ValueError(f"chain must be 1 to 5 and fact_rate between 0 and 1: {self}")


def digit_sum(n: int) -> int:
    return n % 10 + digit_sum(n // 10) if n else 0


def generate(rng: Random, config: Config) -> Problem:
    if rng.random() < config.fact_rate:
        fact = Step.draw(rng, FACTS)
        high = 9 if fact.operation.name == "factorial" else 60
        inputs = rng.sample(range(1, high), TESTS)
        while len({repr(fact(n)) for n in inputs}) == 1:
            inputs = rng.sample(range(1, high), TESTS)
        body = f"return {fact.code()}".replace("{f}", str(fact))
        return function_problem(rng, str(fact), "n", fact.phrase(), [body], str(fact), fact, inputs)
    steps = Step.chain(rng, CHAIN, config.chain)
    inputs = rng.sample(range(-20, 60), TESTS)

    def reference(n: int) -> int:
        for step in steps:
            n = step(n)
        return n

    told = ", then ".join(step.phrase() for step in steps)
    name = "_then_".join(step.operation.name for step in steps)
    lines = [*(f"n = {step.code('n')}" for step in steps[:-1]), f"return {steps[-1].code('n')}"]
    canonical = "|".join(map(str, steps))
    return function_problem(rng, name, "n", f"Take n, {told}.", lines, canonical, reference, inputs)


register(Task("python_number_function", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many))
