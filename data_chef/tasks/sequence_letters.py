"""Letters of the alphabet that go on by a pattern: which come next?"""

import re
from dataclasses import dataclass
from random import Random
from string import ascii_uppercase as ALPHABET

from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Which letter comes next: {s}, ...?",
    "What is the next letter: {s}, ?",
    "{s}, ... Which letter follows?",
    "Continue with one letter: {s}",
    "{s}, _ What fills the gap?",
    "Find the next letter of the sequence {s}.",
    "Look at these letters: {s}. What is next?",
    "The letters {s} follow a pattern. Which letter is next?",
    "Which letter goes on: {s}?",
)


@dataclass(frozen=True)
class Config:
    steps: tuple[int, ...]
    patterns: tuple[int, ...]
    shown: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        steps = ((1, 2), (1, 2, 3, -1), (1, 2, 3, 4, -1, -2), (1, 2, 3, 4, 5, -1, -2, -3), (3, 4, 5, 6, -2, -3, -4))
        patterns = ((1,), (1, 2), (1, 2), (1, 2), (2, 3))
        return cls(steps[difficulty - 1], patterns[difficulty - 1], shown=(4, 5, 5, 6, 7)[difficulty - 1])

    def validate(self) -> None:
        if not self.steps or not self.patterns or self.shown <= 2 * max(self.patterns) - 1:
            raise ValueError(f"a pattern must be shown twice: {self}")


def generate(rng: Random, config: Config) -> Problem:
    """Steps that repeat, such as +2 -1 +2 -1; Z is followed by A."""
    size = rng.choice(config.patterns)
    pattern = [rng.choice(config.steps) for _ in range(size)]
    if size > 1 and len(set(pattern)) == 1:
        return generate(rng, config)
    shown = rng.randint(max(4, 2 * size + 1), max(config.shown, 2 * size + 2))
    places = [rng.randrange(26)]
    for k in range(shown - 1):
        places.append((places[-1] + pattern[k % size]) % 26)
    letters = [ALPHABET[p] for p in places]
    small = rng.random() < 0.25
    text = ", ".join(letters).lower() if small else ", ".join(letters)
    lines, answer = worked(text.split(", "))
    if rng.random() < 0.2:
        text = text.replace(", ", " ")
    return Problem(
        question=rng.choice(PHRASINGS).format(s=text),
        solution="\n".join(lines),
        answer=answer,
        canonical="".join(letters),
    )


def jump(a: str, b: str) -> int:
    """The steps from one letter to another by the shorter way."""
    return (ord(b.lower()) - ord(a.lower()) + 12) % 26 - 12


def between(a: str, by: int) -> str:
    """`C D E`: the letters passed in going that many steps from a."""
    first = ord(a.lower()) - 97
    sign = 1 if by > 0 else -1
    letters = [ALPHABET[(first + sign * k) % 26] for k in range(abs(by) + 1)]
    return " ".join(letters) if a.isupper() else " ".join(letters).lower()


def worked(letters: list[str]) -> tuple[list[str], str]:
    """Each step with the letters passed, the pattern, then the step that is due."""
    jumps = [jump(a, b) for a, b in zip(letters, letters[1:], strict=False)]
    lines = [f"{between(a, by)}: {by:+d}" for a, by in zip(letters, jumps, strict=False)]
    size = next(n for n in range(1, len(jumps) + 1) if all(a == b for a, b in zip(jumps, jumps[n:], strict=False)))
    due = jumps[len(jumps) % size]
    lines.append(f"The steps repeat: {' '.join(f'{by:+d}' for by in jumps[:size])}")
    lines.append(f"Next {due:+d}: {between(letters[-1], due)}")
    return lines, between(letters[-1], due)[-1]


def verify(problem: Problem) -> bool:
    """With letters as numbers modulo 26: the differences, the answer's included, have the shortest period again."""
    told = re.search(r"(?:\b[A-Za-z]\b(?:, | )){3,}[A-Za-z]\b", problem.question)
    if told is None or not re.fullmatch(r"[A-Za-z]", problem.answer):
        return False
    letters = re.findall(r"[A-Za-z]", told.group())
    if problem.answer.isupper() != letters[0].isupper():
        return False
    numbers = [ALPHABET.index(letter.upper()) for letter in (*letters, problem.answer)]
    gaps = [(b - a) % 26 for a, b in zip(numbers, numbers[1:], strict=False)]
    known = gaps[:-1]
    period = next(p for p in range(1, len(known) + 1) if known[p:] == known[:-p])
    fits = period * 2 <= len(known) or period == 1
    return fits and gaps[period:] == gaps[:-period] and problem.solution == "\n".join(worked(letters)[0])


register(Task("sequence_letters", "logic", Config, generate, verify, max_difficulty=4))
