"""Union, intersection, difference and symmetric difference of sets told by their elements."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "union": (
        "What is the union of {A} and {B}?", "Find the union of {A} and {B}.", "Unite {A} and {B}.",
        "Which elements are in {A} or in {B} or in both?", "{given}. List all elements of A or B.",
        "{given}. Find A ∪ B.", "{given}. What is A union B?",
    ),
    "intersection": (
        "What is the intersection of {A} and {B}?", "Find the intersection of {A} and {B}.",
        "Which elements do {A} and {B} have in common?", "Which elements are in both {A} and {B}?",
        "{given}. Find A ∩ B.", "{given}. What is A intersect B?",
    ),
    "difference": (
        "Which elements of {A} are not in {B}?", "Remove from {A} all elements of {B}.",
        "What is left of {A} without the elements of {B}?", "{given}. Find A \\ B.", "{given}. Find A - B.",
        "{given}. Which elements are in A and not in B?",
    ),
    "symmetric": (
        "Which elements are in exactly one of {A} and {B}?", "Find the symmetric difference of {A} and {B}.",
        "{given}. Which elements are in A or in B, and not in both?", "Which elements are in one of {A} and {B} only?",
    ),
    "subset": (
        "Is {A} a subset of {B}?", "Does {B} contain all elements of {A}?", "{given}. Is A a subset of B?",
        "{given}. Is every element of A in B?", "Are all elements of {A} in {B}?",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    size: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(size=2 + 2 * difficulty, high=(12, 30, 60, 99)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.size <= self.high // 2:
            raise ValueError(f"size must be 3 to half of high: {self}")


def braces(elements: list[int]) -> str:
    return "{" + ", ".join(map(str, elements)) + "}"


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(tuple(PHRASINGS))
    common = rng.sample(range(1, config.high + 1), rng.randint(0, config.size - 1))
    rest = [n for n in range(1, config.high + 1) if n not in common]
    own = rng.sample(rest, rng.randint(1, config.size - len(common)))
    others = rng.sample([n for n in rest if n not in own], rng.randint(0, config.size - len(common)))
    if kind == "subset" and rng.random() < 0.6 and common:
        own = []
    a, b = common + own, (common + others) or [rng.choice(rest)]
    if rng.random() < 0.5:
        a.sort()
        b.sort()
    else:
        rng.shuffle(a)
        rng.shuffle(b)
    given = rng.choice(("A = {a} and B = {b}", "Let A = {a} and B = {b}", "A is {a} and B is {b}"))
    question = rng.choice(PHRASINGS[kind])
    A, B = ("the set " + braces(a), "the set " + braces(b)) if rng.random() < 0.3 else (braces(a), braces(b))
    question = question.replace("{given}", given.replace("{a}", braces(a)).replace("{b}", braces(b)))
    question = question.replace("{A}", A).replace("{B}", B)
    if question.startswith("{"):
        question = f"Sets: {question}"
    lines, answer = worked(kind, a, b)
    pair = [sorted(a), sorted(b)]
    return Problem(
        question=question,
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{pair if kind in ('difference', 'subset') else sorted(pair)}",
    )


def worked(kind: str, a: list[int], b: list[int]) -> tuple[list[str], str]:
    """Each element looked up in the other set, in ascending order."""
    a, b = sorted(a), sorted(b)
    lines = [f"A: {', '.join(map(str, a))}", f"B: {', '.join(map(str, b))}"]
    if kind == "union":
        new = [n for n in b if n not in a]
        lines.append(f"In B and not in A: {', '.join(map(str, new)) or 'none'}")
        return lines, ", ".join(map(str, sorted(a + new))) or "none"
    checks = [f"{n} {'yes' if n in b else 'no'}" for n in a]
    lines.append(f"In B? {', '.join(checks)}")
    if kind == "subset":
        return lines, "Yes" if all(n in b for n in a) else "No"
    found = [n for n in a if (n in b) == (kind == "intersection")]
    if kind == "symmetric":
        lines.append(f"In A? {', '.join(f'{n} ' + ('yes' if n in a else 'no') for n in b)}")
        found = sorted(found + [n for n in b if n not in a])
    return lines, ", ".join(map(str, found)) or "none"


def verify(problem: Problem) -> bool:
    """Python's sets, and the words of the question."""
    a, b = ([int(n) for n in inside.split(", ")] for inside in re.findall(r"\{([^}]*)\}", problem.question))
    words = re.sub(r"\{[^}]*\}", "#", problem.question)
    if re.search(r"Does # contain|Does the set # contain", words):
        a, b = b, a
    one, two = set(a), set(b)
    if re.search(r"subset|Is every|Are all|Does ", words):
        kind, right = "subset", problem.answer == ("Yes" if one <= two else "No")
    else:
        if re.search(r"exactly one|symmetric|not in both|only", words):
            kind, found = "symmetric", one ^ two
        elif re.search(r"not in|Remove|left of|A \\|A -", words):
            kind, found = "difference", one - two
        elif re.search(r"∪|nion|Unite|or ", words):
            kind, found = "union", one | two
        else:
            kind, found = "intersection", one & two
        right = problem.answer == (", ".join(map(str, sorted(found))) or "none")
    return right and problem.solution == "\n".join(worked(kind, a, b)[0])


register(Task("set_relations", "logic", Config, generate, verify, max_difficulty=3))
