"""Mixed numbers: to an improper fraction and back, and their sums and differences."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import common_lines, reaches, reduced_chain, sum_chain, widened
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "improper": (
        "Write {m} as an improper fraction.",
        "Convert {m} to an improper fraction.",
        "{m} as an improper fraction =",
        "What improper fraction equals {m}?",
        "Turn the mixed number {m} into a fraction.",
        "Which fraction is the same as {m}?",
    ),
    "mixed": (
        "Write {m} as a mixed number.",
        "Convert {m} to a mixed number.",
        "{m} as a mixed number =",
        "What mixed number equals {m}?",
        "Turn the improper fraction {m} into a mixed number.",
        "Express {m} as a whole number and a fraction.",
    ),
    "sum": (
        "What is {m} {s} {n}? Give a mixed number.",
        "Calculate {m} {s} {n} and write the result as a mixed number.",
        "{m} {s} {n} = ? (mixed number)",
        "Work out {m} {s} {n} as a mixed number.",
        "Find {m} {s} {n} in mixed form.",
        "Give {m} {s} {n} as a mixed number in lowest terms.",
    ),
}


@dataclass(frozen=True)
class Config:
    whole: int
    denominator: int
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = ("improper", "mixed") + ("sum",) * (2 * difficulty - 2)
        return cls(whole=(9, 9, 15, 40)[difficulty - 1], denominator=(9, 9, 15, 24)[difficulty - 1], forms=forms)

    def validate(self) -> None:
        if self.whole < 2 or self.denominator < 3 or not set(self.forms) <= set(PHRASINGS):
            raise ValueError(f"whole at least 2, denominator at least 3, known forms: {self}")


def mixed_text(value: Fraction) -> str:
    """A positive value as `3 1/4`, `1/4` or `3`."""
    whole, top = divmod(value.numerator, value.denominator)
    return " ".join([str(whole)] * (whole > 0 or not top) + [f"{top}/{value.denominator}"] * (top > 0))


def draw_mixed(rng: Random, config: Config) -> tuple[int, int, int]:
    b = rng.randint(2, config.denominator)
    fraction = Fraction(rng.randint(1, b - 1), b)
    return rng.randint(1, config.whole), fraction.numerator, fraction.denominator


def sum_lines(first: tuple[int, int, int], second: tuple[int, int, int], sign: str) -> tuple[list[str], str]:
    """Whole numbers and fractions for themselves; a whole is carried from the fractions or borrowed for them."""
    (w, a, b), (v, c, d) = first, second
    common, lines = common_lines(b, d)
    x, y = a * (common // b), c * (common // d)
    lines += [*widened(a, b, common), *widened(c, d, common)]
    if sign == "-" and x < y:
        lines += [f"{x}<{y}, so borrow 1: {w}-1={w - 1}, {x}+{common}={x + common}"]
        w, x = w - 1, x + common
    whole, top = (w + v, x + y) if sign == "+" else (w - v, x - y)
    lines += [f"whole: {w}{sign}{v}={whole}", f"fraction: {x}{sign}{y}={top}, so {top}/{common}"]
    if top >= common:
        lines.append(f"carry 1: {whole}+1={whole + 1}, {top}-{common}={top - common}")
        whole, top = whole + 1, top - common
    if top and Fraction(top, common).denominator != common:
        lines.append(reduced_chain(top, common))
    return lines, mixed_text(whole + Fraction(top, common))


def generate(rng: Random, config: Config) -> Problem:
    form = rng.choice(config.forms)
    w, a, b = draw_mixed(rng, config)
    m, n, sign, top = f"{w} {a}/{b}", "", "", w * b + a
    if form == "improper":
        canonical, answer = m, f"{top}/{b}"
        lines = [f"{w}*{b}={w * b}", sum_chain(w * b, a), f"improper fraction: {answer}"]
    elif form == "mixed":
        m, answer = f"{top}/{b}", m
        canonical = m
        lines = [f"{w}*{b}={w * b}", f"{top}-{w * b}={a}", f"{w} wholes and {a}/{b}: {answer}"]
        lines[-1] = lines[-1].replace("1 wholes", "1 whole") if w == 1 else lines[-1]
    else:
        sign, (v, c, d) = rng.choice("++-"), draw_mixed(rng, config)
        if sign == "-" and Fraction(top, b) < v + Fraction(c, d):
            (w, a, b), (v, c, d) = (v, c, d), (w, a, b)
        m, n = f"{w} {a}/{b}", f"{v} {c}/{d}"
        lines, answer = sum_lines((w, a, b), (v, c, d), sign)
        lines.append(f"together: {answer}")
        canonical = sign.join(sorted((m, n)) if sign == "+" else (m, n))
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(m=m, n=n, s=sign),
        solution="\n".join(lines),
        answer=answer,
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    numbers = [sum(map(Fraction, m.split())) for m in re.findall(r"\d+ \d+/\d+|\d+/\d+|\d+", problem.question)]
    value = numbers[0]
    if len(numbers) == 2:
        value += numbers[1] if " + " in problem.question else -numbers[1]
    improper = len(numbers) == 1 and re.search(r"\d \d", problem.question) is not None
    return problem.answer == (str(value) if improper else mixed_text(value)) and reaches(
        problem.solution, f": {problem.answer}"
    )


register(Task("mixed_number", "mathematics", Config, generate, verify, max_difficulty=3))
