"""Arrangements of letters, codes and outfits, by multiplying the choices."""

import re
from collections import Counter
from dataclasses import dataclass
from math import factorial
from random import Random

from data_chef.algebra import concludes, product, quotient
from data_chef.item import Problem
from data_chef.registry import Task, register


LETTERS = (
    "In how many ways can the letters of {w} be arranged?",
    "How many different words, sensible or not, can be made from all letters of {w}?",
    "How many orders do the letters of {w} have?",
    "Count the arrangements of the letters of {w}.",
)
CODES = (
    "How many codes of {k} signs can be made from {n} different signs, if signs may be repeated?",
    "A code has {k} places, and each place shows one of {n} signs. How many codes are there?",
    "How many strings of length {k} are there over an alphabet of {n} letters?",
    "A lock has {k} rings with {n} symbols each. How many settings does it have?",
)
FRESH = (
    "How many codes of {k} different signs can be made from {n} signs?",
    "A code has {k} places, filled from {n} signs without using a sign twice. How many codes are there?",
    "How many strings of {k} different letters are there over an alphabet of {n} letters?",
)
OUTFITS = (
    "How many outfits can be put together from {l}, if one of each kind is worn?",
    "A wardrobe holds {l}. How many outfits with one of each are there?",
    "There are {l}. In how many ways can one of each be chosen?",
    "One takes one of each kind: {l}. How many combinations are there?",
)
CLOTHES = ("shirts", "hats", "scarves", "jackets", "belts", "coats", "ties", "pairs of shoes", "pairs of trousers")
CONSONANTS, VOWELS = "BCDFGHKLMNPRSTVZ", "AEIOU"


@dataclass(frozen=True)
class Config:
    letters: int
    choices: int
    places: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((5, 6, 7, 9)[difficulty - 1], (12, 12, 15, 15)[difficulty - 1], (3, 3, 4, 5)[difficulty - 1])

    def validate(self) -> None:
        if self.letters < 4 or self.choices < 5 or self.places < 2:
            raise ValueError(f"letters must be at least 4, choices at least 5, places at least 2: {self}")


def multiplied_out(factors: list[int]) -> list[str]:
    """One line a factor: `3*4=12`, `12*5=60`."""
    lines, value = [], factors[0]
    for factor in factors[1:]:
        lines.append(product(value, factor))
        value *= factor
    return lines


def a_word(rng: Random, length: int) -> str:
    """An invented word in capitals, often with a letter that comes twice."""
    word = "".join(rng.choice(VOWELS if i % 2 else CONSONANTS) for i in range(length))
    if rng.random() < 0.4:
        word = word[:2] + word[: length - 2]
    return word


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("letters", "codes", "fresh", "outfits", "outfits"))
    if kind == "letters":
        word = a_word(rng, rng.randint(3, config.letters))
        counts = Counter(word)
        lines = [f"{letter}: {count}" for letter, count in sorted(counts.items()) if count > 1]
        lines += multiplied_out(list(range(len(word), 0, -1)))
        value = factorial(len(word))
        for letter in sorted(counts):
            if counts[letter] > 1:
                lines.append(quotient(value, factorial(counts[letter])))
                value //= factorial(counts[letter])
        question = rng.choice(LETTERS).format(w=word)
        canonical = "".join(sorted(word))
    elif kind == "outfits":
        k = rng.randint(2, config.places)
        factors = [rng.randint(2, config.choices) for _ in range(k)]
        parts = [f"{n} {name}" for n, name in zip(factors, rng.sample(CLOTHES, k), strict=True)]
        lines = multiplied_out(factors)
        question = rng.choice(OUTFITS).format(l=", ".join(parts[:-1]) + " and " + parts[-1])
        canonical = "*".join(map(str, sorted(factors)))
    else:
        n, k = rng.randint(5, config.choices), rng.randint(2, config.places)
        factors = [n] * k if kind == "codes" else [n - i for i in range(k)]
        lines = multiplied_out(factors)
        question = rng.choice(CODES if kind == "codes" else FRESH).format(n=n, k=k)
        canonical = f"{kind}|{n}|{k}"
    return Problem(question, "\n".join(lines), lines[-1].split("=")[-1], canonical)


def verify(problem: Problem) -> bool:
    """Letters by placing one kind after the other, the rest by the powers and factorials that the text asks for."""
    question = problem.question
    word = re.search(r"\b[A-Z]{3,}\b", question)
    numbers = [int(n) for n in re.findall(r"\d+", question)]
    value = 1
    if word:
        free = len(word[0])
        for count in Counter(word[0]).values():
            value *= factorial(free) // factorial(count) // factorial(free - count)
            free -= count
        if re.findall(r"([A-Z]): (\d)", problem.solution) != [
            (letter, str(count)) for letter, count in sorted(Counter(word[0]).items()) if count > 1
        ]:
            return False
    elif re.search("each kind|one of each", question):
        for number in numbers:
            value *= number
    else:
        k, n = numbers
        value = (
            factorial(n) // factorial(n - k) if re.search("different (signs can|letters)|twice", question) else n**k
        )
    return concludes(problem, value)


register(Task("counting_words", "mathematics", Config, generate, verify, max_difficulty=3))
