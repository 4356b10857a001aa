"""Like terms of several unknowns, collected."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, evaluate, expressions, joined, layout, nonzero, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Simplify {e}.",
    "Collect the like terms of {e}.",
    "Collect like terms: {e}",
    "{e} = ?",
    "Combine like terms in {e}.",
    "Write {e} as simply as possible.",
    "What is {e} in its simplest form?",
    "Please simplify the expression {e}.",
    "Put together what belongs together: {e}",
    "How can {e} be written more shortly?",
)
NAMES = ("xy", "ab", "mn", "pq", "xyz", "abc", "rst")


@dataclass(frozen=True)
class Config:
    terms: int
    letters: int
    coefficient: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(3 + difficulty, (1, 2, 3, 3)[difficulty - 1], (9, 12, 15, 30)[difficulty - 1])

    def validate(self) -> None:
        if self.terms < 2 or not 1 <= self.letters <= 3 or self.coefficient < 1:
            raise ValueError(f"terms must be at least 2, letters 1 to 3, coefficient at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    names = rng.choice([n for n in NAMES if len(n) >= config.letters])[: config.letters]
    kinds = [*names, *names, ""] + [rng.choice([*names, ""]) for _ in range(config.terms)]
    kinds = kinds[: config.terms]
    rng.shuffle(kinds)
    terms = [(nonzero(rng, config.coefficient), kind) for kind in kinds]
    texts = [term(c, 1 if kind else 0, kind) for c, kind in terms]
    lines, parts = [], []
    for kind in [*names, ""]:
        values = [c for c, other in terms if other == kind]
        if values:
            lines.append(f"{kind or 'numbers'}: {total(*values)}")
            if sum(values):
                parts.append(term(sum(values), 1 if kind else 0, kind))
    answer = joined(parts)
    places = {letter: str(i) for i, letter in enumerate(names)}
    canonical = "|".join(sorted(f"{c}*{places.get(kind, '')}" for c, kind in terms))
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, joined(texts))),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    """The coefficient of a letter is how much the expression changes when the letter goes from 0 to 1."""
    asked = expressions(problem.question)[0].split("=")[0]
    letters = sorted(set(re.findall("[a-z]", asked)))
    zero = dict.fromkeys(letters, 0)
    constant = evaluate(asked, **zero)
    slopes = [evaluate(asked, **{**zero, letter: 1}) - constant for letter in letters]
    parts = [term(s, 1, letter) for s, letter in zip(slopes, letters, strict=True) if s]
    return concludes(problem, joined([*parts, *([str(constant)] if constant else [])]))


register(Task("collect_terms", "mathematics", Config, generate, verify, max_difficulty=3))
