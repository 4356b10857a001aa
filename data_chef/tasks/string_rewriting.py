"""Strings of letters rewritten by rules until no rule fits."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


ORDER = (
    "Always use the first rule in the list that fits, at its leftmost place, until none fits.",
    "At each step take the first rule that fits and use it as far left as possible. Stop when no rule fits.",
    "The first rule that fits is used at the leftmost spot; go on until no rule can be used.",
)
INTRO = (
    "Rewrite {s} with the rules {r}.", "The rules are {r}. Start from {s}.", "Start with the string {s}. Rules: {r}.",
    "Apply the rules {r} to {s}.", "Given the rules {r}, rewrite {s}.", "Take {s} and the rewriting rules {r}.",
)  # fmt: skip
ASK = (
    "What is left at the end?", "Which string comes out?", "What is the final string?", "Give the last string.",
    "What do you end with?", "Where does it stop?",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    letters: str
    rules: int
    length: int
    steps: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            letters="abc" if difficulty < 3 else "abcd",
            rules=min(difficulty + 1, 4),
            length=3 + difficulty,
            steps=((1, 4), (2, 6), (3, 9), (6, 14))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rules < 1 or self.length < 2 or self.steps[0] > self.steps[1]:
            raise ValueError(f"rules must be at least 1, length at least 2, steps rising: {self}")


def generate(rng: Random, config: Config) -> Problem:
    while True:
        rules: list[tuple[str, str]] = []
        while len(rules) < config.rules:
            left = "".join(rng.choices(config.letters, k=rng.choice((1, 2, 2, 2))))
            right = "".join(rng.choices(config.letters, k=rng.randint(0, 2)))
            if left != right and left not in [rule[0] for rule in rules]:
                rules.append((left, right))
        start = "".join(rng.choices(config.letters, k=rng.randint(config.length - 1, config.length + 1)))
        lines, end = worked(start, rules, config.steps[1])
        if end is not None and len(lines) - 1 >= config.steps[0]:
            break
    arrow = rng.choice((" -> ", "->", " becomes "))
    told = ", ".join(f"{left}{arrow}{right or 'nothing'}" for left, right in rules)
    parts = [rng.choice(INTRO).format(s=start, r=told), rng.choice(ORDER), rng.choice(ASK)]
    return Problem(
        question=" ".join(parts),
        solution="\n".join(lines),
        answer=end or "nothing",
        canonical=f"{start}|{told.replace(arrow, '>')}",
    )


def worked(text: str, rules, limit: int) -> tuple[list[str], str | None]:
    """A line a step; None when the rules do not come to an end within the limit."""
    lines: list[str] = []
    for _ in range(limit):
        rule = next((rule for rule in rules if rule[0] in text), None)
        if rule is None:
            return [*lines, f"{text or 'nothing'}: no rule fits"], text
        at = text.index(rule[0])
        new = text[:at] + rule[1] + text[at + len(rule[0]) :]
        told = f"{text[:at]}[{rule[0]}]{text[at + len(rule[0]) :]}"
        lines.append(f"{told} -> {new or 'nothing'}")
        text = new
        if len(text) > 14:
            return lines, None
    return lines, None


def verify(problem: Problem) -> bool:
    """Rewrites with regular expressions, one replacement at a time."""
    rules = re.findall(r"\b([a-d]+)(?: -> |->| becomes )([a-d]+\b|nothing)", problem.question)
    rules = [(left, "" if right == "nothing" else right) for left, right in rules]
    rest = re.sub(r"\b[a-d]+(?: -> |->| becomes )(?:[a-d]+\b|nothing)", "", problem.question)
    start = next(word for word in re.findall(r"\b[a-d]+\b", rest) if word != "a" or len(word) > 1)
    text = start
    for _ in range(40):
        for left, right in rules:
            text, done = re.subn(left, right, text, count=1)
            if done:
                break
        else:
            break
    lines, _ = worked(start, rules, 40)
    return problem.answer == (text or "nothing") and problem.solution == "\n".join(lines)


register(Task("string_rewriting", "logic", Config, generate, verify, max_difficulty=3))
