"""Expressions in several letters, calculated for given values."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import bracket, concludes, evaluate, expressions, joined, layout, nonzero, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Evaluate {e} for {v}.",
    "What is {e} if {v}?",
    "If {v}, what is {e}?",
    "Calculate {e} with {v}.",
    "Find {e} when {v}.",
    "Let {v}. Calculate {e}.",
    "Given {v}, find {e}.",
    "{v}: {e} = ?",
    "Please put {v} into {e}.",
    "How much is {e} for {v}?",
)
NAMES = ("abc", "xyz", "pqr", "mnk", "rst", "uvw")


@dataclass(frozen=True)
class Config:
    letters: int
    coefficient: int
    value: int
    powers: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        letters = (2, 3, 3, 3)[difficulty - 1]
        return cls(letters, (5, 9, 9, 12)[difficulty - 1], (9, 9, 12, 20)[difficulty - 1], difficulty > 2)

    def validate(self) -> None:
        if not 1 <= self.letters <= 3 or self.coefficient < 1 or self.value < 1:
            raise ValueError(f"letters must be 1 to 3, coefficient and value at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    names = rng.choice(NAMES)[: config.letters]
    low = -config.value if config.letters > 2 else 1
    values = {name: rng.randint(low, config.value) for name in names}
    texts, lines, parts = [], [], []
    for place, name in enumerate(names):
        c, v = nonzero(rng, config.coefficient), values[name]
        kind = rng.choice(("linear", "linear", "square", "mixed")) if config.powers else "linear"
        other = names[(place + 1) % len(names)]
        number = {1: "", -1: "-"}.get(c, str(c))
        if kind == "square":
            text, part = f"{number}{name}^2", v * v
            lines.append(f"{bracket(v)}^2={product(abs(v), abs(v)) if abs(v) > 12 else v * v}")
        elif kind == "mixed":
            text, part = f"{number}{name}*{other}", v * values[other]
            lines.append(product(v, values[other]))
        else:
            text, part = f"{number}{name}", v
        if abs(c) > 1 or (c < 0 and kind == "linear"):
            lines.append(product(c, part))
        texts.append(text)
        parts.append(c * part)
    extra = rng.choice((0, nonzero(rng, 20)))
    if extra:
        texts.append(str(extra))
        parts.append(extra)
    lines.append(total(*parts))
    text = joined(texts)
    given = [f"{name} = {values[name]}" for name in names]
    canonical = text + "|" + ",".join(str(values[name]) for name in names)
    for name, letter in zip(names, "xyz", strict=False):
        canonical = canonical.replace(name, letter.upper())
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, text), v=", ".join(given[:-1]) + " and " + given[-1]),
        solution="\n".join(lines),
        answer=str(sum(parts)),
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    """Puts the numbers into the expression as it stands."""
    found = [e.removesuffix("=") for e in expressions(problem.question) if e != "="]
    values = dict(e.split("=") for e in found if "=" in e)
    asked = next(e for e in found if "=" not in e)
    return concludes(problem, evaluate(asked, **{name: int(value) for name, value in values.items()}))


register(Task("substitute_expression", "mathematics", Config, generate, verify, max_difficulty=3))
