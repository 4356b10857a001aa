"""Products of two polynomials: every term of the first times every term of the second, then like terms."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import a_letter, expressions, joined, layout, multiplied, nonzero, polynomial, simplifies, term
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Expand {e}.",
    "Multiply out {e}.",
    "What is {e}?",
    "{e} =",
    "Write {e} without brackets.",
    "Find the product {e}.",
    "Expand and simplify {e}.",
    "Please multiply {e}.",
    "Calculate the product of the brackets: {e}",
    "What polynomial is {e}?",
)


@dataclass(frozen=True)
class Config:
    lengths: tuple[int, int]
    leading: int
    constant: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        lengths = ((2, 2), (2, 2), (2, 3), (3, 3))[difficulty - 1]
        return cls(lengths, (1, 4, 4, 6)[difficulty - 1], (12, 9, 6, 9)[difficulty - 1])

    def validate(self) -> None:
        if min(self.lengths) < 2 or self.leading < 1 or self.constant < 1:
            raise ValueError(f"lengths must be at least 2, leading and constant at least 1: {self}")


def times(first: str, second: str) -> str:
    """`3x*(-2)`; a term that begins with a sign stands in brackets."""
    return f"{first}*({second})" if second.startswith("-") else f"{first}*{second}"


def generate(rng: Random, config: Config) -> Problem:
    x = a_letter(rng)
    p, q = (
        [rng.randint(1, config.leading), *(nonzero(rng, config.constant) for _ in range(length - 1))]
        for length in config.lengths
    )
    if rng.random() < 0.3:
        p, q = q, p
    if len(p) == len(q) and rng.random() < 0.1:
        q = p
    parts: dict[int, list[str]] = {}
    lines = []
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            m, n = len(p) - 1 - i, len(q) - 1 - j
            lines.append(f"{times(term(a, m, x), term(b, n, x))}={term(a * b, m + n, x)}")
            parts.setdefault(m + n, []).append(term(a * b, m + n, x))
    result = multiplied(p, q)
    for power, terms in parts.items():
        if len(terms) > 1:
            value = result[len(result) - 1 - power]
            lines.append(f"{joined(terms)}={term(value, power, x) if value else 0}")
    answer, texts = polynomial(result, x), [f"({polynomial(r, x)})" for r in (p, q)]
    squared = p == q and rng.random() < 0.7
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, f"{texts[0]}^2" if squared else "".join(texts))),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical="".join(sorted(text.replace(x, "x") for text in texts)),
    )


def verify(problem: Problem) -> bool:
    return simplifies(problem, expressions(problem.question)[0].removesuffix("="))


register(Task("polynomial_product", "mathematics", Config, generate, verify, max_difficulty=3))
