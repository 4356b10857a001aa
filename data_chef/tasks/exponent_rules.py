"""Products, quotients and powers of powers of one base, written as a single power."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, evaluate, expressions, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Write {e} as a single power.",
    "Simplify {e} to one power.",
    "{e} = ? (as a single power)",
    "What single power equals {e}?",
    "Use the laws of exponents on {e}.",
    "Write {e} as a power of {b}.",
    "Express {e} as one power of {b}.",
    "Simplify: {e}",
    "Please combine {e} into one power.",
    "Which power of {b} is {e}?",
)


@dataclass(frozen=True)
class Config:
    parts: int
    exponent: int
    powers_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 2, 3, 4)[difficulty - 1], (9, 12, 9, 15)[difficulty - 1], (0.0, 0.4, 0.4, 0.5)[difficulty - 1])

    def validate(self) -> None:
        if self.parts < 1 or self.exponent < 2 or not 0 <= self.powers_rate <= 1:
            raise ValueError(f"parts must be at least 1, exponent at least 2, powers_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    base = str(rng.randint(2, 20)) if rng.random() < 0.6 else rng.choice("xyabnz")
    text, simple, lines, value = "", "", [], 0
    for place in range(config.parts):
        exponent = rng.randint(2, config.exponent)
        part = f"{base}^{exponent}"
        if rng.random() < config.powers_rate:
            outer = rng.randint(2, 4)
            lines.append(f"({part})^{outer}={base}^({exponent}*{outer})={base}^{exponent * outer}")
            part, exponent = f"({part})^{outer}", exponent * outer
        operator = rng.choice("**/") if place and value >= exponent else "*"
        text += (operator if place else "") + part
        simple += (operator if place else "") + f"{base}^{exponent}"
        value += (-1 if operator == "/" else 1) * exponent
    signs = [
        int(n) for n in simple.replace(f"*{base}^", " ").replace(f"/{base}^", " -").replace(f"{base}^", "").split()
    ]
    lines.append(total(*signs))
    answer = f"{base}^{value}"
    lines.append(f"{text}={answer}")
    shown = text.replace("*", " * ").replace("/", " / ") if rng.random() < 0.7 else text
    return Problem(
        question=rng.choice(PHRASINGS).format(e=shown, b=base),
        solution="\n".join(lines),
        answer=answer,
        canonical=text,
    )


def verify(problem: Problem) -> bool:
    """Calculates the number itself; a letter is taken as 2, whose powers are all different."""
    asked = next(e for e in expressions(problem.question) if "^" in e).removesuffix("=").removesuffix("=(")
    base = asked.strip("(").split("^")[0]
    values = {} if base.isdigit() else {base: 2}
    number = int(base) if base.isdigit() else 2
    power, value = 0, evaluate(asked, **values)
    while number**power < value:
        power += 1
    return number**power == value and concludes(problem, f"{base}^{power}", **values)


register(Task("exponent_rules", "mathematics", Config, generate, verify, max_difficulty=3))
