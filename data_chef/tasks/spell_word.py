"""Words spelled letter by letter, put together from letters, and single letters of a word."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import ORDINALS, draw_word
from data_chef.registry import Task, register


PHRASINGS = {
    "spell": (
        'Spell "{w}".', 'Spell the word "{w}" letter by letter.', 'How is "{w}" spelled?',
        'What are the letters of "{w}"?',
        'Write the letters of "{w}" with hyphens between them.', 'Take "{w}" apart into letters.',
        'Spell out "{w}", one letter at a time.',
    ),
    "join": (
        "Which word do the letters {w} make?", "Put the letters together: {w}", "Join these letters to a word: {w}",
        "What does {w} spell?", "Read the word that is spelled {w}.",
    ),
    "letter": (
        'What is the {n} letter of "{w}"?', 'Which letter is {n} in "{w}"?', 'Name the {n} letter of the word "{w}".',
        'Give the {n} letter of "{w}".',
    ),
    "last": ('What is the last letter of "{w}"?', 'Which letter does "{w}" end with?',
             'With which letter does "{w}" end?'),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(3, 5, 8, 11)[difficulty - 1], high=(5, 8, 11, 15)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.low <= self.high:
            raise ValueError(f"low must be at least 3 and not above high: {self}")


def generate(rng: Random, config: Config) -> Problem:
    word = draw_word(rng, config.low, config.high)
    kind = rng.choice(("spell", "spell", "join", "letter", "letter", "last"))
    place = rng.randrange(min(len(word), len(ORDINALS)))
    shown = "-".join(word) if kind == "join" else word
    lines, answer = worked(kind, word, place)
    return Problem(
        question=rng.choice(PHRASINGS[kind]).format(w=shown, n=ORDINALS[place]),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{word}|{place if kind == 'letter' else ''}",
    )


def worked(kind: str, word: str, place: int) -> tuple[list[str], str]:
    """For one letter the letters numbered, for a joined word the parts as they grow; a spelled word needs no steps."""
    if kind == "letter":
        return [", ".join(f"{k} {letter}" for k, letter in enumerate(word[: place + 1], 1))], word[place]
    if kind == "last":
        return ["-".join(word)], word[-1]
    return [], "-".join(word) if kind == "spell" else word


def verify(problem: Problem) -> bool:
    text = problem.question
    if joined := re.search(r"\b\w(?:-\w)+\b", text):
        kind, word, place = "join", joined.group().replace("-", ""), 0
        answer = "".join(letter for letter in joined.group() if letter.isalpha())
    else:
        word = re.findall(r'"(\w+)"', text)[0]
        outside = re.sub(r'"\w+"', "", text)
        ordinal = re.search(r"\b(" + "|".join(ORDINALS) + r")\b", outside)
        place = ORDINALS.index(ordinal.group()) if ordinal else 0
        kind = "letter" if ordinal else "last" if re.search("last|end", outside) else "spell"
        answer = {"letter": word[place : place + 1], "last": word[::-1][0], "spell": re.sub(r"\B", "-", word)}[kind]
    return problem.answer == answer and problem.solution == "\n".join(worked(kind, word, place)[0])


register(Task("spell_word", "logic", Config, generate, verify, max_difficulty=3))
