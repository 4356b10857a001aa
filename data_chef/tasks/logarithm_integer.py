"""Logarithms that are whole numbers, their sums and differences, and equations with them."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, total
from data_chef.item import Problem
from data_chef.registry import Task, register


VALUE = (
    "What is {e}?",
    "Calculate {e}.",
    "{e} =",
    "Find the value of {e}.",
    "Evaluate {e}.",
    "Please work out {e}.",
    "How much is {e}?",
    "Compute {e} without a calculator.",
    "Which number is {e}?",
)
UNKNOWN = (
    "Solve {e} for x.",
    "What is x if {e}?",
    "{e}, x = ?",
    "Find x: {e}",
    "For which x is {e}?",
    "Please solve {e}.",
    "Find the number x with {e}.",
    "Which x makes {e} true?",
)


@dataclass(frozen=True)
class Config:
    terms: int
    limit: int
    unknown_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (1, 2, 3, 4)[difficulty - 1], (1100, 1100, 2200, 5000)[difficulty - 1], 0.25 if difficulty < 2 else 0.1
        )

    def validate(self) -> None:
        if self.terms < 1 or self.limit < 8 or not 0 <= self.unknown_rate <= 1:
            raise ValueError(f"terms must be at least 1, limit at least 8, unknown_rate a rate: {self}")


def powers(base: int, exponent: int) -> str:
    """`3^4: 3, 9, 27, 81`: the powers up to one, each the one before times the base."""
    lines = [f"{base}^1={base}"] if exponent else [f"{base}^0=1"]
    lines += [f"{base}^{n}={base ** (n - 1)}*{base}={base**n}" for n in range(2, exponent + 1)]
    return "\n".join(lines)


def generate(rng: Random, config: Config) -> Problem:
    def draw() -> tuple[int, int]:
        base = rng.choice((2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25, 30))
        return base, rng.randint(0, int(math.log(config.limit) / math.log(base) + 1e-9))

    form = rng.choice(("log_{b}({m})", "log_{b}({m})", "log base {b} of {m}"))
    if rng.random() < config.unknown_rate:
        base, exponent = draw()
        while exponent < 2:
            base, exponent = draw()
        argument = rng.random() < 0.5
        e = f"log_{base}(x) = {exponent}" if argument else f"log_x({base**exponent}) = {exponent}"
        first = f"x={base}^{exponent}" if argument else f"x^{exponent}={base**exponent}"
        answer = base**exponent if argument else base
        lines = [first, powers(base, exponent), f"x={answer}"]
        question, canonical = rng.choice(UNKNOWN).format(e=e), e
    else:
        text, exponents, lines = "", [], []
        for place in range(config.terms):
            base, exponent = draw()
            sign = rng.choice((1, 1, -1)) if place else 1
            text += ("" if not place else " + " if sign > 0 else " - ") + form.format(b=base, m=base**exponent)
            exponents.append(sign * exponent)
            lines.append(powers(base, exponent))
        if config.terms > 1:
            lines.append(
                total(exponents[0], *exponents[1:]) if any(exponents[1:]) else f"{exponents[0]}+0={exponents[0]}"
            )
        lines.append(str(sum(exponents)))
        answer, canonical = sum(exponents), text.replace("log base ", "log_").replace(" of ", "|")
        question = rng.choice(VALUE).format(e=text)
    return Problem(question, "\n".join(lines), str(answer), re.sub(r"[() ]", "|", canonical).replace("||", "|"))


def verify(problem: Problem) -> bool:
    """Divides each number by its base until 1 is left."""
    question = problem.question.replace("log base ", "log_").replace(" of ", "(")
    unknown = re.search(r"log_(\w+)\((\w+)\) = (\d+)", question)
    if unknown:
        base, number, exponent = unknown.groups()
        value = int(base) ** int(exponent) if number == "x" else round(int(number) ** (1 / int(exponent)))
        power = value ** (1 if number == "x" else int(exponent))
        if power != int(base) ** int(exponent) if number == "x" else power != int(number):
            return False
    else:
        value = 0
        for sign, base, number in re.findall(r"([-+]?) ?log_(\d+)\((\d+)", question):
            rest, count = int(number), 0
            while rest > 1:
                rest, over = divmod(rest, int(base))
                count += 1
                if over:
                    return False
            value += -count if sign == "-" else count
    right = problem.answer == str(value) and re.split("[=\n]", problem.solution)[-1] == problem.answer
    return right and holds(problem.solution, x=value)


register(Task("logarithm_integer", "mathematics", Config, generate, verify, max_difficulty=3))
