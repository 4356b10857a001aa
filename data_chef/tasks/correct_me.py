"""The user claims a result: politely corrected when it is wrong, confirmed when it is right."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.slips import draw, parts, slipped, value


PHRASINGS = (
    "{a}{o}{b}={r}, right?", "I think {a} {o} {b} = {r}.", "Is it true that {a} {o} {b} = {r}?",
    "{a} {o} {b} is {r}, isn't it?",
    "My result is {a}{o}{b}={r}. Is that correct?", "I computed {a} {o} {b} and got {r}.", "So {a} {o} {b} makes {r}.",
    "My friend says {a} {o} {b} is {r}.", "As everyone knows, {a} {o} {b} = {r}.", "I am sure that {a}{o}{b}={r}.",
    "{a} {o} {b} = {r}. Agreed?", "For {a} {o} {b} I have {r}. Did I do it right?",
    "Check this for me: {a} {o} {b} = {r}",
    "In my exercise book I wrote {a} {o} {b} = {r}. OK?", "Correct me if I am wrong: {a} {o} {b} = {r}",
    "My teacher wrote {a} {o} {b} = {r} on the board.", "You told me that {a} {o} {b} is {r}.",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(20, 60, 99, 300)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10:
            raise ValueError(f"high must be at least 10, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    op, a, b = draw(rng, config.high)
    claim = value(op, a, b) if rng.random() < 0.4 else slipped(rng, op, a, b)
    lines, answer = worked(op, a, b, claim)
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, o=op, r=claim),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{a}{op}{b}={claim}",
    )


def worked(op: str, a: int, b: int, claim: int) -> tuple[list[str], str]:
    lines, right = ["Let me check.", *parts(op, a, b)], value(op, a, b)
    if claim == right:
        return [*lines, f"That is {claim}, as you say."], f"Yes, {a}{op}{b}={right}."
    return [*lines, f"That is {right}, and you said {claim}."], f"No, {a}{op}{b}={right}, not {claim}."


def verify(problem: Problem) -> bool:
    a, op, b = re.findall(r"(\d+) ?([-+*]) ?(\d+)", problem.question)[0]
    a, b, claim = int(a), int(b), int(re.findall(r"\d+", problem.question)[2])
    # By repeated addition or counting, not by the parts.
    right = sum([a] * b) if op == "*" else a + b if op == "+" else a - b
    answer = f"Yes, {a}{op}{b}={claim}." if claim == right else f"No, {a}{op}{b}={right}, not {claim}."
    lines, _ = worked(op, a, b, claim)
    return problem.answer == answer and problem.solution == "\n".join(lines) and equations_hold(problem.solution)


register(Task("correct_me", "chat", Config, generate, verify, max_difficulty=3))
