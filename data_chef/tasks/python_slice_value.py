"""The value of an index or slice of a list or a string, with the positions written out."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import WORDS
from data_chef.programs.tracing import evaluate
from data_chef.registry import Task, register


PHRASINGS = (
    "{bind}\nWhat is {code}?",
    "{bind}\n\nGive the value of {code}.",
    "Let {bind}. What is {code}?",
    "If {bind}, what does {code} give?",
    "What does this print?\n\n{bind}\nprint(repr({code}))",
    "```python\n{bind}\nresult = {code}\n```\n\nWhat is the value of result?",
    "Given {bind}, find `{code}`.",
    ">>> {bind}\n>>> {code}",
    "Evaluate the slice {code} for {bind}.",
)
NAMES = {"list": ("values", "xs", "numbers", "items"), "str": ("text", "s", "word", "name")}


@dataclass(frozen=True)
class Config:
    length: int
    step_rate: float
    negative_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        level = difficulty - 1
        return cls((5, 7, 9, 12)[level], (0.0, 0.3, 0.7, 1.0)[level], (0.1, 0.4, 0.6, 0.7)[level])

    def validate(self) -> None:
        if self.length < 3:
            raise ValueError(f"length must be at least 3, not {self.length}")


def bounds(rng: Random, config: Config, length: int) -> str:
    """What stands between the brackets."""

    def place() -> str:
        if rng.random() < config.negative_rate:
            return str(-rng.randint(1, length))
        return str(rng.randint(0, length))

    if rng.random() < 0.2:
        return str(rng.randrange(length) if rng.random() > config.negative_rate else -rng.randint(1, length))
    start, stop = (place() if rng.random() < 0.7 else "" for _ in range(2))
    if rng.random() < config.step_rate:
        return f"{start}:{stop}:{rng.choice((2, 3, -1, -1, -2))}"
    return f"{start}:{stop}"


def positions(inside: str, length: int) -> list[int]:
    """The positions that an index or slice takes, counted from 0."""
    if ":" not in inside:
        return [int(inside) % length]
    parts = [int(part) if part else None for part in inside.split(":")]
    return list(range(length))[slice(*parts)]


def steps(values: list | str, inside: str) -> list[str]:
    """The elements with their positions, then those that are taken."""
    lines = [f"length {len(values)}", " ".join(f"{i}:{value}" for i, value in enumerate(values))]
    numbers = [part for part in inside.split(":")[:2] if part.startswith("-")]
    lines += [f"{part} is position {len(values)}{part}={len(values) + int(part)}" for part in numbers]
    taken = positions(inside, len(values))
    return [*lines, "positions " + ", ".join(map(str, taken)) if taken else "no positions"]


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("list", "str"))
    length = rng.randint(3, config.length)
    if kind == "list":
        values: list | str = [rng.randint(0, 20) for _ in range(length)]
    else:
        values = "".join(rng.sample(WORDS, 3))[:length]
    inside = bounds(rng, config, length)
    name = rng.choice(NAMES[kind])
    question = rng.choice(PHRASINGS).format(bind=f"{name} = {values!r}", code=f"{name}[{inside}]")
    answer = repr(evaluate(f"{values!r}[{inside}]"))
    return Problem(question, "\n".join(steps(values, inside)), answer, f"{values!r}[{inside}]")


def verify(problem: Problem) -> bool:
    """Takes the elements one by one, without a slice."""
    name, written = re.findall(r"(\w+) = (\[.*?\]|'\w+')", problem.question)[0]
    inside = re.findall(rf"{name}\[([-:\d]+)\]", problem.question)[0]
    values = evaluate(written)
    *_, taken = lines = problem.solution.split("\n")
    if lines != steps(values, inside) or problem.canonical != f"{written}[{inside}]":
        return False
    parts = inside.split(":")
    if len(parts) == 1:
        result = values[int(inside) % len(values)]
    else:
        step = int(parts[2]) if len(parts) == 3 else 1
        first, last = (0, len(values)) if step > 0 else (len(values) - 1, -1)
        at = end(parts[0], len(values), step) if parts[0] else first
        stop = end(parts[1], len(values), step) if parts[1] else last
        found = [values[i] for i in range(at, stop, step)]
        result = "".join(found) if isinstance(values, str) else found
    return problem.answer == repr(result) and taken.count(",") + 1 == len(result if len(parts) > 1 and result else "1")


def end(written: str, length: int, step: int) -> int:
    """The bound of a slice as a position that exists, or one beside the ends."""
    place = int(written)
    place += length if place < 0 else 0
    return min(max(place, 0), length) if step > 0 else min(max(place, -1), length - 1)


register(Task("python_slice_value", "python", Config, generate, verify, max_difficulty=3))
