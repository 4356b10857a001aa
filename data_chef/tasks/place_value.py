"""Place value: what a digit is worth, which digit stands at a place, and expanded form."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import DECIMAL_PLACES, PLACES, decimal, number_of, parts, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "value": (
        "What is the value of the digit {d} in {n}?",
        "In {n}, what is the {d} worth?",
        "How much is the {d} in {n} worth?",
        "Give the place value of the digit {d} in {n}.",
        "Which value does the {d} have in the number {n}?",
    ),
    "digit": (
        "Which digit of {n} is in the {p} place?",
        "What is the {p} digit of {n}?",
        "Name the digit in the {p} place of {n}.",
        "In {n}, which digit stands in the {p} place?",
        "Find the {p} digit in {n}.",
    ),
    "expand": (
        "Write {n} in expanded form.",
        "Expand {n} by place value.",
        "{n} in expanded form =",
        "Split {n} into its places.",
        "Write {n} as a sum of its place values.",
    ),
    "build": (
        "Which number is {e}?",
        "Write {e} as one number.",
        "Put together: {e}",
        "{e} in standard form =",
        "Which number has the expanded form {e}?",
    ),
}


NAMES = (*PLACES, *DECIMAL_PLACES[1:])


@dataclass(frozen=True)
class Config:
    digits: tuple[int, int]
    places: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=((2, 4), (3, 6), (5, 7), (8, 10))[difficulty - 1], places=(0, 2, 4, 5)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.digits[0] <= self.digits[1] <= 12 or not 0 <= self.places <= 6:
            raise ValueError(f"2 to 12 digits, at most 6 of them decimals, not {self}")


def place_name(place: int) -> str:
    """`hundreds` for 2 and `tenths` for -1."""
    return PLACES[place] if place >= 0 else DECIMAL_PLACES[-place]


def generate(rng: Random, config: Config) -> Problem:
    form = rng.choice(("value", "value", "digit", "expand", "build"))
    digits = rng.randint(*config.digits)
    number = number_of(rng, digits)
    if form in ("expand", "build"):
        pieces = parts(number)
        if len(pieces) < 2 or number < 20:
            return generate(rng, config)
        total, sums = 0, []
        for piece in pieces:
            total += piece
            sums.append(f"{total - piece}+{piece}={total}")
        expanded = " + ".join(map(str, pieces))
        if form == "build":
            shown = rng.sample(pieces, len(pieces))
            text, answer, lines = " + ".join(map(str, shown)), str(number), sums[1:]
            if shown != pieces:
                lines.insert(0, f"from large to small: {expanded}")
        else:
            text, answer = str(number), expanded
            names = ((len(str(piece)) - 1, piece) for piece in pieces)
            lines = [f"{PLACES[place]}: {str(piece)[0]} is worth {piece}" for place, piece in names]
            lines.append(f"{number}: {expanded}")
        question = rng.choice(PHRASINGS[form]).format(n=text, e=text)
        return Problem(question, "\n".join(lines), answer, f"{form}|{number}")
    decimals = rng.randint(0, min(config.places, digits - 1)) if rng.random() < 0.6 else 0
    text, names = decimal(number, decimals), [place_name(place - decimals) for place in range(digits)]
    reading = list(zip(str(number)[::-1], names, strict=True))
    once = [place for place in range(digits) if str(number).count(reading[place][0]) == 1 and reading[place][0] != "0"]
    if form == "value" and not once:
        return generate(rng, config)
    place = rng.choice(once) if form == "value" else rng.randrange(digits)
    digit, name = reading[place]
    # Counted from the point outwards, as far as the place in question.
    middle = reading[decimals : place + 1] if place >= decimals else reading[place:decimals][::-1]
    lines = [f"{one}: {other}" for other, one in middle]
    if form == "value":
        answer = (
            str(int(digit) * 10 ** (place - decimals)) if place >= decimals else decimal(int(digit), decimals - place)
        )
        lines.append(f"the {digit} is worth {answer}")
    else:
        answer = digit
        lines.append(f"digit: {answer}")
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(n=text, d=digit, p=name),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{form}|{text}|{name}",
    )


def verify(problem: Problem) -> bool:
    """Takes the number apart as text."""
    numbers = re.findall(r"\d+(?:\.\d+)?", problem.question)
    form = problem.canonical.split("|")[0]
    if form == "build":
        expected = str(sum(map(int, numbers)))
    elif form == "expand":
        digits = enumerate(reversed(numbers[0]))
        expected = " + ".join([digit + "0" * place for place, digit in digits if digit != "0"][::-1])
    else:
        text = max(numbers, key=len) if form == "value" else numbers[0]
        whole, _, after = text.partition(".")
        if form == "value":
            digit = next((number for number in numbers if number != text), text)
            zeros = "".join("." if character == "." else "0" for character in text)
            place = text.index(digit)
            shown = zeros[:place] + digit + zeros[place + 1 :]
            expected = f"{float(shown):.6f}".rstrip("0").rstrip(".") if after else str(int(shown))
        else:
            name = max((name for name in NAMES if f" {name} " in problem.question), key=len)
            expected = whole[::-1][PLACES.index(name)] if name in PLACES else after[DECIMAL_PLACES.index(name) - 1]
    return problem.answer == expected and reaches(problem.solution, problem.answer)


register(Task("place_value", "mathematics", Config, generate, verify, max_difficulty=3))
