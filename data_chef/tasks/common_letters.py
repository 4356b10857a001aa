"""The letters that two words share, and whether one word can be made of the letters of another."""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import draw_word
from data_chef.registry import Task, register


PHRASINGS = {
    "common": (
        'Which letters do "{a}" and "{b}" have in common?', 'Find the letters that occur in both "{a}" and "{b}".',
        'Which letters are in "{a}" and also in "{b}"?', 'Name the common letters of "{a}" and "{b}".',
        'List each letter that "{a}" and "{b}" share.', 'What letters do the words "{a}" and "{b}" share?',
    ),
    "only": (
        'Which letters of "{a}" are not in "{b}"?', 'Find the letters that are in "{a}" and not in "{b}".',
        'Which letters does "{a}" have that "{b}" does not have?',
    ),
    "anagram": (
        'Is "{a}" an anagram of "{b}"?', 'Do "{a}" and "{b}" have exactly the same letters?',
        'Are "{a}" and "{b}" anagrams?', 'Can the letters of "{a}" be put in another order to give "{b}"?',
    ),
    "made": (
        'Can "{a}" be made from the letters of "{b}", each used once?',
        'Does "{b}" have all the letters needed to write "{a}", each used once?',
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(3, 4, 6, 9)[difficulty - 1], high=(5, 7, 10, 13)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.low <= self.high:
            raise ValueError(f"low must be at least 3 and not above high: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("common", "common", "only", "anagram", "made"))
    a, b = (draw_word(rng, config.low, config.high) for _ in range(2))
    if kind in ("anagram", "made") and rng.random() < 0.85:
        letters = rng.sample(b, len(b) if kind == "anagram" else rng.randint(3, len(b)))
        if rng.random() < 0.4:
            letters[rng.randrange(len(letters))] = rng.choice("aeioulnrst")
        a = "".join(letters)
    if a == b:
        return generate(rng, config)
    lines, answer = worked(kind, a, b)
    pair = sorted((a, b)) if kind in ("common", "anagram") else (a, b)
    return Problem(
        question=rng.choice(PHRASINGS[kind]).format(a=a, b=b),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{'|'.join(pair)}",
    )


def worked(kind: str, a: str, b: str) -> tuple[list[str], str]:
    """Letters looked up one by one, or crossed out of the other word one by one."""
    lines = [f"{a}: {'-'.join(a)}", f"{b}: {'-'.join(b)}"]
    if kind in ("common", "only"):
        letters = list(dict.fromkeys(a))
        lines.append(", ".join(f"{letter} {'yes' if letter in b else 'no'}" for letter in letters))
        found = sorted(letter for letter in letters if (letter in b) == (kind == "common"))
        return lines, ", ".join(found) or "none"
    left = list(b)
    for letter in a:
        if letter not in left:
            return [*lines, f"{letter}: not left in {'-'.join(left) or 'nothing'}"], "No"
        left.remove(letter)
        lines.append(f"{letter}: {'-'.join(left) or 'nothing'} left")
    return lines, "Yes" if kind == "made" or not left else "No"


def verify(problem: Problem) -> bool:
    a, b = re.findall(r'"(\w+)"', problem.question)
    words = re.sub(r'"\w+"', "", problem.question)
    kind = ("anagram" if re.search("anagram|exactly|another order", words) else "made" if "each used once" in words
            else "only" if "not" in words else "common")  # fmt: skip
    if words.startswith("Does  have all"):
        a, b = b, a
    first, second = Counter(a), Counter(b)
    if kind in ("anagram", "made"):
        answer = "Yes" if (first == second if kind == "anagram" else first <= second) else "No"
    else:
        found = set(a) & set(b) if kind == "common" else set(a) - set(b)
        answer = ", ".join(sorted(found)) or "none"
    return problem.answer == answer and problem.solution == "\n".join(worked(kind, a, b)[0])


register(Task("common_letters", "logic", Config, generate, verify, max_difficulty=3))
