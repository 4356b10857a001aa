"""How often a letter occurs in a word, the word spelled out and the letter counted as it comes."""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase

from data_chef.item import Problem
from data_chef.logic import draw_word
from data_chef.registry import Task, register


PHRASINGS = (
    'How many times does the letter "{c}" occur in "{w}"?',
    'How many "{c}" are in the word "{w}"?',
    'Count the letter "{c}" in "{w}".',
    'How often is there a "{c}" in "{w}"?',
    'In the word "{w}", how many times do you see "{c}"?',
    'Count how often "{c}" appears in "{w}".',
    'The word is "{w}". How many times does it have the letter "{c}"?',
    'Letter "{c}", word "{w}": how many?',
    'Please count each "{c}" in "{w}".',
)
VOWELS = (
    'How many vowels (a, e, i, o, u) are in "{w}"?',
    'Count the vowels a, e, i, o, u in the word "{w}".',
    'How many letters of "{w}" are vowels (a, e, i, o, u)?',
)
LENGTH = (
    'How many letters does "{w}" have?',
    'Count the letters of "{w}".',
    'How long is the word "{w}", in letters?',
)


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=2 + difficulty, high=(5, 8, 11, 14)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.low <= self.high:
            raise ValueError(f"low must be at least 3 and not above high: {self}")


def generate(rng: Random, config: Config) -> Problem:
    word = draw_word(rng, config.low, config.high)
    roll = rng.random()
    if roll < 0.15:
        question, wanted = rng.choice(VOWELS), "aeiou"
    elif roll < 0.25:
        question, wanted = rng.choice(LENGTH), ""
    else:
        common = [letter for letter, count in Counter(word).items() if count > 1]
        letter = rng.choice(common) if common and rng.random() < 0.6 else rng.choice(word)
        question = rng.choice(PHRASINGS)
        wanted = letter if rng.random() < 0.93 else rng.choice(ascii_lowercase)
    return Problem(
        question=question.format(w=word, c=wanted),
        solution=worked(word, wanted),
        answer=str(sum(letter in wanted or not wanted for letter in word)),
        canonical=f"{word}|{wanted}",
    )


def worked(word: str, wanted: str) -> str:
    """`b a n a`, then each letter that counts with the count so far: `b, a 1, n, a 2`."""
    parts, count = [], 0
    for letter in word:
        if letter in wanted or not wanted:
            count += 1
            parts.append(f"{letter} {count}")
        else:
            parts.append(letter)
    return ", ".join(parts)


def verify(problem: Problem) -> bool:
    words = re.findall(r'"(\w+)"', problem.question)
    word, single = max(words, key=len), [one for one in words if len(one) == 1]
    wanted = "aeiou" if "vowel" in problem.question else single[0] if single else ""
    count = sum(word.count(letter) for letter in set(wanted or word))
    return problem.answer == str(count) and problem.solution == worked(word, wanted)


register(Task("counting_letters", "logic", Config, generate, verify, max_difficulty=3))
