"""A word written backwards, letter by letter; is it the same backwards?"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import draw_word
from data_chef.registry import Task, register


PHRASINGS = (
    'Write "{w}" backwards.', 'Reverse the word "{w}".', 'What is "{w}" spelled backwards?', 'Spell "{w}" in reverse.',
    'Reverse: "{w}"', 'Which word do you get by reversing "{w}"?', 'Turn "{w}" around, letter by letter.',
    'Read "{w}" from right to left. What does it say?', 'What is the reverse of the string "{w}"?',
)  # fmt: skip
PALINDROME = (
    'Is "{w}" a palindrome?', 'Does "{w}" read the same backwards?', 'Is "{w}" the same word when reversed?',
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(3, 5, 7, 10)[difficulty - 1], high=(4, 6, 9, 14)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.low <= self.high:
            raise ValueError(f"low must be at least 2 and not above high: {self}")


def generate(rng: Random, config: Config) -> Problem:
    word = draw_word(rng, config.low, config.high)
    question = rng.choice(PHRASINGS)
    if rng.random() < 0.15:
        question = rng.choice(PALINDROME)
        half = word[: (len(word) + 1) // 2]
        word = half + half[::-1][len(word) % 2 :] if rng.random() < 0.6 else word
    kind = "palindrome" if question in PALINDROME else "reverse"
    lines, answer = worked(word, kind)
    return Problem(
        question=question.format(w=word), solution="\n".join(lines), answer=answer, canonical=f"{kind}|{word}"
    )


def worked(word: str, kind: str) -> tuple[list[str], str]:
    back = word[::-1]
    lines = [f"Letters: {'-'.join(word)}", f"Backwards: {'-'.join(back)}"]
    return lines, back if kind == "reverse" else "Yes" if back == word else "No"


def verify(problem: Problem) -> bool:
    """Puts letter by letter in front, and compares the two ends inwards."""
    word = re.findall(r'"(\w+)"', problem.question)[0]
    kind = "palindrome" if re.match("Is|Does", problem.question) else "reverse"
    back = ""
    for letter in word:
        back = letter + back
    same = all(word[k] == word[-1 - k] for k in range(len(word) // 2))
    answer = back if kind == "reverse" else "Yes" if same else "No"
    return problem.answer == answer and problem.solution == "\n".join(worked(word, kind)[0])


register(Task("reverse_word", "logic", Config, generate, verify, max_difficulty=3))
