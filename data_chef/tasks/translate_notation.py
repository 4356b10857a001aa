"""From words to symbols and back: "three plus four" is 3 + 4."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import evaluate
from data_chef.item import Problem
from data_chef.registry import Task, register


SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
TO_SYMBOLS = (
    'Write "{t}" in symbols.', 'Write in symbols: {t}', 'How do you write "{t}" with symbols?',
    'Turn into symbols: {t}',
    'Put "{t}" into mathematical notation.', 'Translate "{t}" into symbols.', 'Use symbols for "{t}".',
    'What is "{t}" as an expression?',
)  # fmt: skip
TO_WORDS = (
    "Write {t} in words.", "Say {t} in words.", "How do you read {t}?", "Put into words: {t}", "Read this aloud: {t}",
    "Translate {t} into words.", "How is {t} spoken?", "Write out {t} in words.",
)  # fmt: skip
WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
WHOLE = {"+": "sum", "-": "difference"}


@dataclass(frozen=True)
class Config:
    terms: int
    high: int
    nested: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (2, 3, 3, 4)[difficulty - 1], (20, 40, 99, 99)[difficulty - 1], (0.0, 0.0, 0.6, 0.8)[difficulty - 1]
        )

    def validate(self) -> None:
        if self.terms < 2 or not 10 <= self.high <= 99 or not 0 <= self.nested <= 1:
            raise ValueError(f"terms must be at least 2, high 10 to 99, nested between 0 and 1: {self}")


def spoken(n: int) -> str:
    if n < 20:
        return SMALL[n]
    return TENS[n // 10 - 2] + (f"-{SMALL[n % 10]}" if n % 10 else "")


def heard(word: str) -> int:
    """The number that a word stands for, found in a list of all of them."""
    return ALL.index(word)


ALL = [spoken(n) for n in range(100)]
SPOKEN = re.compile(
    r"\bthe (?:sum|difference) of |plus|minus|times|divided by|equals|is less than|is greater than|\band\b|,|\b(?:"
    + "|".join(sorted(ALL, key=len, reverse=True))
    + r")\b"
)


def generate(rng: Random, config: Config) -> Problem:
    numbers = [rng.randint(1, config.high) for _ in range(config.terms)]
    signs = [rng.choice("+-*/") for _ in range(config.terms - 1)]
    if config.nested and rng.random() < config.nested and config.terms > 2:
        # A sum or difference taken as a whole, then a product or quotient of it.
        first, outer = rng.choice("+-"), rng.choice("*/")
        symbols = f"({numbers[0]} {first} {numbers[1]}) {outer} {numbers[2]}"
        words = f"the {WHOLE[first]} of {spoken(numbers[0])} and {spoken(numbers[1])}, "
        words += f"{WORDS[outer]} {spoken(numbers[2])}"
        if config.terms > 3:
            symbols += f" {signs[0]} {numbers[3]}"
            words += f", {WORDS[signs[0]]} {spoken(numbers[3])}"
    else:
        symbols, words = str(numbers[0]), spoken(numbers[0])
        for sign, n in zip(signs, numbers[1:], strict=True):
            symbols, words = f"{symbols} {sign} {n}", f"{words} {WORDS[sign]} {spoken(n)}"
        if rng.random() < 0.25:
            value = evaluate(symbols.replace(" ", ""))
            other = int(value) if value.denominator == 1 and 0 <= value < 100 else rng.randint(0, 99)
            sign, name = ("=", "equals") if value == other else ("<", "is less than")
            sign, name = (">", "is greater than") if value > other else (sign, name)
            symbols, words = f"{symbols} {sign} {other}", f"{words} {name} {spoken(other)}"
    if rng.random() < 0.55:
        question, answer = rng.choice(TO_SYMBOLS).format(t=words), symbols
    else:
        question, answer = rng.choice(TO_WORDS).format(t=symbols), words
    kind = "symbols" if answer == symbols else "words"
    return Problem(question=question, solution="", answer=answer, canonical=f"{kind}|{symbols}")


def to_symbols(words: str) -> str:
    """Reads an expression in words, word by word."""
    words = re.sub(r"the (sum|difference) of ([\w-]+) and ([\w-]+),",
                   lambda m: f"( {m[2]} {'plus' if m[1] == 'sum' else 'minus'} {m[3]} )", words)  # fmt: skip
    for phrase, sign in (("divided by", "/"), ("is less than", "<"), ("is greater than", ">"), ("equals", "="),
                         ("plus", "+"), ("minus", "-"), ("times", "*"), (",", "")):  # fmt: skip
        words = words.replace(phrase, sign)
    read = [str(heard(word)) if word in ALL else word for word in words.split()]
    return " ".join(read).replace("( ", "(").replace(" )", ")")


def verify(problem: Problem) -> bool:
    """Both sides as symbols are the same; each part can be computed."""
    inside = re.search(r"\(?\d+(?: [-+*/=<>] \(?\d+\)?)+", problem.question)
    words = " ".join(SPOKEN.findall(problem.question.replace("into mathematical", "")))
    if inside:
        try:
            said = to_symbols(problem.answer)
        except ValueError:
            return False
        same = said == inside.group() and re.sub(r"[a-z ,-]", "", problem.answer) == ""
        return same and not problem.solution
    symbols = to_symbols(re.sub(r"\s+", " ", words).replace(" ,", ",").strip())
    sides = [evaluate(side.replace(" ", "")) for side in re.split(" [=<>] ", symbols)]
    if len(sides) == 2:
        relation = "=" if sides[0] == sides[1] else "<" if sides[0] < sides[1] else ">"
        if f" {relation} " not in symbols:
            return False
    return problem.answer == symbols and not problem.solution


register(Task("translate_notation", "chat", Config, generate, verify, max_difficulty=3))
