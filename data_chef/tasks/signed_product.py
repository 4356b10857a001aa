"""Products and quotients of negative numbers: first the sign, then the size."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, divided_lines, product_steps, reaches, spacing
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (*ASK_VALUE, "Simplify {e}.", "Mind the signs: {e}", "Write {e} as a single number.")


@dataclass(frozen=True)
class Config:
    high: int
    factors: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 30, 20, 99)[difficulty - 1], factors=((2, 2), (2, 2), (3, 3), (3, 4))[difficulty - 1])

    def validate(self) -> None:
        if self.high < 3 or not 2 <= self.factors[0] <= self.factors[1]:
            raise ValueError(f"high must be at least 3 and factors at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    count = rng.randint(*config.factors)
    numbers = [rng.randint(2, config.high), *(rng.randint(2, min(config.high, 12)) for _ in range(count - 1))]
    rng.shuffle(numbers)
    negative = rng.sample(range(count), rng.randint(1, count))
    sign = "negative" if len(negative) % 2 else "positive"
    lines = [f"{len(negative)} minus sign{'s' if len(negative) > 1 else ''}, so the result is {sign}"]
    operator = "/" if count == 2 and rng.random() < 0.4 else "*"
    if operator == "/":
        numbers[0] *= numbers[1]
        lines += divided_lines(*numbers)
        size = numbers[0] // numbers[1]
    else:
        for i in range(1, count):
            lines += product_steps(math.prod(numbers[:i]), numbers[i])
        size = math.prod(numbers)
    answer = -size if len(negative) % 2 else size
    signed = [-number if i in negative else number for i, number in enumerate(numbers)]
    bare = rng.random() < 0.5
    texts = [str(n) if n > 0 or (i == 0 and bare) else f"({n})" for i, n in enumerate(signed)]
    lines.append(f"{operator.join(texts)}={answer}")
    order = signed if operator == "/" else sorted(signed)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=spacing(rng, f" {operator} ".join(texts))),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=operator.join(map(str, order)),
    )


def verify(problem: Problem) -> bool:
    first, *others = (int(number) for number in re.findall(r"-?\d+", problem.question))
    answer = problem.answer
    if not re.fullmatch(r"0|-?[1-9]\d*", answer) or not reaches(problem.solution, f"={answer}"):
        return False
    if "/" in problem.question:
        return int(answer) * others[0] == first
    return math.prod(others) * first == int(answer)


register(Task("signed_product", "mathematics", Config, generate, verify, max_difficulty=3))
