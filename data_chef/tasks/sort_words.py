"""Words in alphabetical order: the first of those that are left, again and again."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import draw_word
from data_chef.registry import Task, register


PHRASINGS = {
    "up": (
        "Sort these words alphabetically: {w}", "Put in alphabetical order: {w}", "Arrange from A to Z: {w}",
        "Sort the words {w} as in a dictionary.", "In which order are {w} in a dictionary?",
        "Alphabetical order of {w}?",
        "Order these words from A to Z: {w}", "Please sort {w} by the alphabet.",
    ),
    "down": ("Sort from Z to A: {w}", "Sort these words in reverse alphabetical order: {w}",
             "Arrange from Z to A: {w}"),
    "first": (
        "Which of the words {w} comes first in a dictionary?", "Which word is first in alphabetical order: {w}?",
        "Find the alphabetically first of {w}.",
    ),
    "last": (
        "Which of the words {w} comes last in a dictionary?", "Which word is last in alphabetical order: {w}?",
        "Find the alphabetically last of {w}.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    count: int
    shared: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(count=(3, 4, 5, 7)[difficulty - 1], shared=(0, 1, 2, 3)[difficulty - 1])

    def validate(self) -> None:
        if self.count < 2 or self.shared < 0:
            raise ValueError(f"count must be at least 2 and shared at least 0: {self}")


def generate(rng: Random, config: Config) -> Problem:
    """Words of which some begin alike, so that later letters decide."""
    words: list[str] = []
    while len(words) < config.count:
        word = draw_word(rng, 3, 8, invented_rate=0.15)
        if words and config.shared and rng.random() < 0.4:
            keep = rng.randint(1, config.shared)
            word = rng.choice(words)[:keep] + word[keep:]
        if word not in words and len(word) > 2:
            words.append(word)
    kind = rng.choice(("up", "up", "up", "down", "first", "last"))
    lines, answer = worked(kind, words)
    return Problem(
        question=rng.choice(PHRASINGS[kind]).format(w=", ".join(words)),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{','.join(sorted(words))}",
    )


def difference(a: str, b: str) -> str:
    """What decides between two words: `b<c`, or the end of the shorter one."""
    for k, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return f"{a[:k]}[{x}] before {b[:k]}[{y}]"
    return f"{a} is the start of {b}"


def worked(kind: str, words: list[str]) -> tuple[list[str], str]:
    """Each word put into the row of those before it, by the letter that decides."""
    row: list[str] = []
    lines = []
    for word in words:
        at = next((k for k, other in enumerate(row) if word < other), len(row))
        told = [difference(row[at - 1], word)] if at else []
        told += [difference(word, row[at])] if at < len(row) else []
        row.insert(at, word)
        lines.append("; ".join([*told, ", ".join(row)]))
    answer = {"up": ", ".join(row), "down": ", ".join(row[::-1]), "first": row[0], "last": row[-1]}[kind]
    return lines, answer


def verify(problem: Problem) -> bool:
    """Counts for each word how many come before it, letter codes compared."""
    words = re.findall(r"\w+(?:, \w+)+", problem.question)[0].split(", ")
    words[0], rest = words[0].split()[-1], re.sub(r"\w+(?:, \w+)+", "", problem.question)
    kind = next((kind for kind, sign in (("down", "Z to A|reverse"), ("first", "first"), ("last", "last"))
                 if re.search(sign, rest)), "up")  # fmt: skip
    codes = {word: [ord(letter) for letter in word] for word in words}
    rank = {word: sum(other < codes[word] for other in codes.values()) for word in words}
    row = [next(word for word in words if rank[word] == place) for place in range(len(words))]
    answer = {"up": ", ".join(row), "down": ", ".join(reversed(row)), "first": row[0], "last": row[-1]}[kind]
    return problem.answer == answer and problem.solution == "\n".join(worked(kind, words)[0])


register(Task("sort_words", "logic", Config, generate, verify, max_difficulty=3))
