"""One number of a sequence is missing; the others tell whether it grows by adding or by multiplying."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, product, quotient
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "Which number is missing: {t}?",
    "Find the missing number: {t}",
    "Fill the gap: {t}",
    "{t}. What belongs in the gap?",
    "What number does the {m} stand for in {t}?",
    "One number of this sequence is hidden: {t}. Which one?",
    "Complete the sequence {t}.",
    "Please fill in the missing number of {t}.",
    "The sequence {t} has a gap. Which number goes there?",
    "What should replace {m} in the sequence {t}?",
)


@dataclass(frozen=True)
class Config:
    start: int
    step: int
    ratio: int
    geometric_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        ratio, rate = (2, 3, 5, 6)[difficulty - 1], (0.0, 0.3, 0.4, 0.4)[difficulty - 1]
        return cls((30, 60, 99, 500)[difficulty - 1], (9, 15, 25, 80)[difficulty - 1], ratio, rate)

    def validate(self) -> None:
        if self.start < 1 or self.step < 1 or self.ratio < 2 or not 0 <= self.geometric_rate <= 1:
            raise ValueError(f"start and step must be at least 1, ratio at least 2, geometric_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    length = rng.randint(5, 6)
    if rng.random() < config.geometric_rate:
        ratio, first = rng.randint(2, config.ratio), rng.randint(1, 12)
        terms = [first * ratio**i for i in range(length)]
    else:
        step, first = rng.randint(1, config.step), rng.randint(1, config.start)
        terms = [first + step * i for i in range(length)]
    if rng.random() < 0.3:
        terms.reverse()
    geometric = terms[1] * terms[1] == terms[0] * terms[2]
    gap = rng.randint(1, length - 2)
    # Two pairs of neighbours without the gap show whether differences or ratios are the same.
    pairs = [i for i in range(length - 1) if gap not in (i, i + 1)][:2]
    lines = [f"{terms[i + 1]}-{terms[i]}={terms[i + 1] - terms[i]}" for i in pairs]
    if geometric:
        down = terms[0] > terms[1]
        sides = [(terms[i], terms[i + 1]) if down else (terms[i + 1], terms[i]) for i in pairs]
        lines += ["not the same, so divide", *(quotient(a, b) for a, b in sides)]
        ratio = sides[0][0] // sides[0][1]
        lines.append(quotient(terms[gap - 1], ratio) if down else product(terms[gap - 1], ratio))
    else:
        step = terms[1] - terms[0]
        lines.append(f"{terms[gap - 1]}{step:+d}={terms[gap]}")
    mark = rng.choice(("?", "_", "x", "..."))
    shown = ", ".join(mark if i == gap else str(term) for i, term in enumerate(terms))
    return Problem(
        question=rng.choice(PHRASINGS).format(t=shown, m=mark),
        solution="\n".join(lines),
        answer=str(terms[gap]),
        canonical=", ".join("?" if i == gap else str(term) for i, term in enumerate(terms)),
    )


def verify(problem: Problem) -> bool:
    """Puts the answer into the gap: then the differences, or the products across, must all be the same."""
    listed = find(r"\d+(?:, (?:\d+|\?|_|x|\.\.\.))+", problem.question).group().split(", ")
    gap = next(i for i, term in enumerate(listed) if not term.isdigit())
    if not problem.answer.isdigit() or not problem.solution.endswith(f"={problem.answer}"):
        return False
    terms = [int(problem.answer if i == gap else term) for i, term in enumerate(listed)]
    triples = list(zip(terms, terms[1:], terms[2:], strict=False))
    regular = all(a + c == 2 * b for a, b, c in triples) or all(a * c == b * b for a, b, c in triples)
    return regular and holds(problem.solution)


register(Task("missing_term", "mathematics", Config, generate, verify, max_difficulty=3))
