"""Missing angles on a straight line, around a point, in a right angle and where two lines cross."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import answered, minus, read_kind, sound, sums, together
from data_chef.registry import Task, register


KINDS = {
    "line": (
        "Two angles lie on a straight line. One is {a} degrees. What is the other?",
        "Angles of {angles} and x degrees lie side by side on a straight line. Find x.",
        "On a straight line: {angles} and x degrees. x = ?",
        "What angle, together with {angles} degrees, makes a straight line?",
    ),
    "point": (
        "The angles around a point are {angles} and x degrees. Find x.",
        "Around a point there are angles of {angles} degrees and one more. How many degrees is the last one?",
        "Full turn: {angles} and x degrees. x = ?",
    ),
    "right": (
        "A right angle is split into angles of {angles} and x degrees. Find x.",
        "Right angle: {angles} and x degrees. x = ?",
        "What angle, together with {angles} degrees, makes a right angle?",
    ),
    "opposite": (
        "Two straight lines cross. One of the angles is {a} degrees. How large is the angle opposite to it?",
        "Two lines cross at an angle of {a} degrees. Find the vertically opposite angle.",
    ),
    "next": (
        "Two straight lines cross. One of the angles is {a} degrees. How large is the angle next to it?",
        "Two lines cross and form an angle of {a} degrees. Find an angle that is adjacent to it.",
    ),
}
WHOLE = {"line": 180, "point": 360, "right": 90, "next": 180}


@dataclass(frozen=True)
class Config:
    most: int
    step: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=(1, 2, 3, 5)[difficulty - 1], step=(5, 1, 1, 1)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 1 or self.step < 1:
            raise ValueError(f"most must be at least 1, step must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("line", "line", "point", "point", "right", *(("opposite", "next") if config.most < 3 else ())))
    template = rng.choice(KINDS[kind])
    whole, most = WHOLE.get(kind, 180), config.most + (kind == "point")
    count = 1 if "{a}" in template else rng.randint(max(1, most - 1), most)
    cuts = sorted(rng.sample(range(config.step, whole, config.step), count))
    angles = [high - low for low, high in zip([0, *cuts], cuts, strict=False)]
    total = sum(angles)
    if kind == "opposite":
        steps = [f"opposite angles are equal: {total}"]
    else:
        steps = [*([sums(angles)] if count > 1 else []), minus(whole, total)]
    words = together(angles)
    if "and x" in template:
        words = ", ".join(map(str, angles))
    return Problem(
        question=template.format(a=total, angles=words),
        solution="\n".join(steps),
        answer=str(total if kind == "opposite" else whole - total),
        canonical=f"{kind}|{sorted(angles)}",
    )


def verify(problem: Problem) -> bool:
    """Turns on until the whole angle is reached."""
    kind, told = read_kind(KINDS, problem.question)
    angles = [int(number) for number in re.findall(r"\d+", str(told.get("angles", told.get("a"))))]
    if kind == "opposite":
        return sound(problem, str(angles[0]))
    return sum(angles, answered(problem)) == WHOLE[kind] and sound(problem, problem.answer)


register(Task("angles_on_line", "mathematics", Config, generate, verify, max_difficulty=3))
