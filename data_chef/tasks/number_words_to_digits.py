"""Numbers in English words written in digits, and back."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
PHRASINGS = {
    "digits": (
        "Write {w} in digits.",
        "Write the number {w} with digits.",
        "What is {w} in figures?",
        "{w} in digits =",
        "Which number is {w}?",
        "Give {w} as a numeral.",
        "Convert the words to a number: {w}",
        "Please write {w} as a number.",
    ),
    "words": (
        "Write {n} in words.",
        "How do you say {n} in words?",
        "{n} in words =",
        "Spell out the number {n}.",
        "What is {n} in English words?",
        "Express {n} in words.",
        "Convert to words: {n}",
        "Please write the number {n} in words.",
    ),
}


@dataclass(frozen=True)
class Config:
    digits: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=((2, 4), (4, 5), (5, 7), (8, 10))[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.digits[0] <= self.digits[1] <= 12:
            raise ValueError(f"1 to 12 digits, not {self.digits}")


def below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        words.append(TENS[rest // 10] + (f"-{SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest or not hundreds:
        words.append(SMALL[rest])
    return " ".join(words)


def groups(number: int) -> list[tuple[int, int, str]]:
    """The groups of three digits that are not zero, with the scale of each and its name."""
    found = []
    for scale, name in (*SCALES, (1, "")):
        if count := number // scale % 1000:
            found.append((count, scale, name))
    return found


def in_words(number: int) -> str:
    return " ".join(f"{below_thousand(count)} {name}".strip() for count, _, name in groups(number)) or "zero"


def generate(rng: Random, config: Config) -> Problem:
    digits = rng.randint(*config.digits)
    number = rng.randint(10 ** (digits - 1), 10**digits - 1)
    if rng.random() < 0.25 and digits > 3:
        number = number // 1000 * 1000 + rng.randint(0, 99)
    words, pieces = in_words(number), groups(number)
    form = rng.choice(("digits", "words"))
    if form == "digits":
        lines = [f"{below_thousand(count)} {name}".strip() + f": {count * scale}" for count, scale, name in pieces]
        lines += ["+".join(str(count * scale) for count, scale, _ in pieces) + f"={number}"] if len(pieces) > 1 else []
        answer = str(number)
    else:
        lines = [f"{count * scale}: {below_thousand(count)} {name}".strip() for count, scale, name in pieces]
        lines += [f"together: {words}"] if len(pieces) > 1 else []
        answer = words
    if form == "words" and rng.random() < 0.2:
        text = f"{number:,}"
    else:
        text = str(number)
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(w=words, n=text),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{form}|{number}",
    )


def read(words: str) -> int:
    """The value of a number in words, read from left to right."""
    total = group = 0
    scales = {name: scale for scale, name in SCALES}
    for word in re.findall("[a-z]+", words):
        if word in scales:
            total, group = total + group * scales[word], 0
        elif word == "hundred":
            group *= 100
        elif word in SMALL:
            group += SMALL.index(word)
        elif word in TENS:
            group += 10 * TENS.index(word)
    return total + group


def verify(problem: Problem) -> bool:
    """Reads the words word by word; words that are not of a number count for nothing."""
    given = re.search(r"\d[\d,]*", problem.question)
    if given is None:
        right = problem.answer == str(read(problem.question))
        words = in_words(read(problem.question)) in problem.question
    else:
        right = str(read(problem.answer)) == given[0].replace(",", "")
        words = problem.answer == in_words(read(problem.answer))
    lines = re.findall(r"(.+): (.+)", problem.solution)
    values = [
        [int(side) if side.isdecimal() else read(side) for side in line] for line in lines if line[0] != "together"
    ]
    return right and words and all(a == b for a, b in values) and reaches(problem.solution, problem.answer)


register(Task("number_words_to_digits", "mathematics", Config, generate, verify, max_difficulty=3))
