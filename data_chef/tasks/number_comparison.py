"""Which of two numbers is larger, or the sign between them: whole, negative, decimal numbers and fractions."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import decimal, number_of, product_steps, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.decimal_addition import padded


PHRASINGS = {
    "larger": (
        "Which is larger, {a} or {b}?",
        "Which number is greater: {a} or {b}?",
        "What is the larger of {a} and {b}?",
        "Name the larger number: {a}, {b}.",
        "max({a}, {b}) = ?",
        "Of {a} and {b}, which is the greater number?",
    ),
    "smaller": (
        "Which is smaller, {a} or {b}?",
        "Which number is less: {a} or {b}?",
        "What is the smaller of {a} and {b}?",
        "Name the smaller number: {a}, {b}.",
        "min({a}, {b}) = ?",
        "Of {a} and {b}, which is the smaller number?",
    ),
    "sign": (
        "Put <, > or = in the blank: {a} _ {b}",
        "{a} ? {b} (<, > or =)",
        "Which sign belongs between {a} and {b}: <, > or =?",
        "Compare {a} and {b} with <, > or =.",
        "Fill in the right sign, <, > or =: {a} __ {b}",
        "Choose <, > or = for {a} ... {b}",
    ),
}


@dataclass(frozen=True)
class Config:
    kinds: tuple[str, ...]
    digits: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = ("whole", "decimal", "negative", "decimal", "fraction", "fraction")[: 2 * difficulty]
        return cls(kinds=kinds, digits=(4, 5, 6, 9)[difficulty - 1])

    def validate(self) -> None:
        if not self.kinds or self.digits < 2:
            raise ValueError(f"at least one kind and two digits, not {self}")


def near(rng: Random, number: int) -> int:
    """Another number with some of the same digits: two of them swapped, one changed, or one left out."""
    digits = list(str(number))
    i, j = rng.randrange(len(digits)), rng.randrange(len(digits))
    kind = rng.randrange(4)
    if kind == 0:
        digits[i], digits[j] = digits[j], digits[i]
    elif kind == 1 and len(digits) > 1:
        del digits[i]
    elif kind == 2:
        digits[i] = str(rng.randint(1, 9))
    else:
        digits[-1] = str(rng.randint(0, 9))
    return max(1, int("".join(digits)))


def sign_of(a, b) -> str:
    return "<" if a < b else ">" if a > b else "="


def digit_lines(a: str, b: str) -> list[str]:
    """Two numbers, without sign, compared from the left until a digit differs."""
    (x, y), places = padded([a, b])
    lines = [f"{x} and {y}"] if (x, y) != (a, b) else []
    long, short = len(x.partition(".")[0]), len(y.partition(".")[0])
    if long != short:
        lines.append(f"digits{' before the point' if places else ''}: {long}{sign_of(long, short)}{short}")
    else:
        for p, q in zip(x.replace(".", ""), y.replace(".", ""), strict=True):
            lines.append(f"{p}{sign_of(p, q)}{q}")
            if p != q:
                break
    return lines


def draw(rng: Random, config: Config) -> tuple[str, str, list[str]]:
    """Two numbers as text and the lines that compare them."""
    kind = rng.choice(config.kinds)
    if kind == "fraction":
        high = 3 * config.digits
        b, d = rng.randint(2, high), rng.randint(2, high)
        a, c = rng.randint(1, b), rng.randint(1, d)
        if rng.random() < 0.15:
            factor = rng.randint(2, 4)
            c, d = a * factor, b * factor
        elif rng.random() < 0.4:
            c = max(1, min(d - 1, a * d // b + rng.randint(0, 1)))
        compared = f"{a * d}{sign_of(a * d, c * b)}{c * b}"
        return f"{a}/{b}", f"{c}/{d}", [*product_steps(a, d), *product_steps(c, b), compared]
    number = number_of(rng, rng.randint(2, config.digits))
    other = near(rng, number)
    a, b = (str(number), str(other))
    if kind == "decimal":
        p = rng.randint(1, min(4, len(a)))
        a, b = decimal(number, p), decimal(other, max(0, p - len(a) + len(b)))
    lines = digit_lines(a, b)
    if kind == "negative":
        b = f"-{b}"
        if rng.random() < 0.8:
            return f"-{a}", b, [*lines, "below zero the order turns around"]
        return a, b, ["a negative number is less than a positive one"]
    return a, b, lines


def generate(rng: Random, config: Config) -> Problem:
    a, b, lines = draw(rng, config)
    sign = sign_of(Fraction(a), Fraction(b))
    wanted = "sign" if sign == "=" else rng.choice(list(PHRASINGS))
    lines.append(f"{a}{sign}{b}")
    if wanted == "sign":
        answer, end = sign, f"sign: {sign}"
    else:
        answer = a if (sign == ">") == (wanted == "larger") else b
        end = f"the {wanted} number: {answer}"
    return Problem(
        question=rng.choice(PHRASINGS[wanted]).format(a=a, b=b),
        solution="\n".join([*lines, end]),
        answer=answer,
        canonical=f"{wanted}|" + " ".join([a, b] if wanted == "sign" else sorted((a, b))),
    )


def verify(problem: Problem) -> bool:
    """Subtracts the two numbers, as fractions."""
    texts = re.findall(r"-?\d+(?:[./]\d+)?", problem.question)
    difference = Fraction(texts[0]) - Fraction(texts[1])
    if re.search("<", problem.question):
        expected = "<" if difference < 0 else ">" if difference > 0 else "="
    else:
        larger = re.search(r"larger|greater|max", problem.question) is not None
        expected = texts[0] if (difference > 0) == larger else texts[1]
    return problem.answer == expected and reaches(problem.solution, f": {expected}")


register(Task("number_comparison", "mathematics", Config, generate, verify, max_difficulty=3))
