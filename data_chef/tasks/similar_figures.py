"""Sides of similar figures, and lengths on plans and maps."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, answered, over, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "figure": (
        "Two {shapes} are similar. One has sides of {a} {u} and {b} {u}; in the other, {c} {u} matches {a} {u}. "
        "Which length matches {b} {u}?",
        "A {shape} with sides {a} and {b} is scaled so that {a} becomes {c}. What does {b} become?",
        "Similar {shapes}: {a} matches {c}, {b} matches x. x = ?",
        "The sides {a} and {b} of a {shape} match the sides {c} and x of a similar one. Find x.",
        "A photo {a} cm wide and {b} cm high is enlarged until it is {c} cm wide. How high is it then, in cm?",
        "A pole {a} ft high casts a shadow of {b} ft. How many feet long is the shadow of a pole {c} ft high?",
    ),
    "map": (
        "On a map, {a} cm stand for {b} km. How many km are {c} cm on the map?",
        "Scale: {a} cm for {b} km. Then {c} cm stand for how many km?",
        "A plan uses {a} in for every {b} ft. A wall is {c} in long on the plan. How many feet long is it really?",
    ),
    "area": (
        "Every side of a figure with an area of {s} is made {k} times as long. What is the new area?",
        "A figure of {s} square {u} is enlarged by the factor {k} in every direction. Find its new area.",
    ),
}
SHAPES = ("triangle", "rectangle", "pentagon", "hexagon", "kite")


@dataclass(frozen=True)
class Config:
    high: int
    factor: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(9, 20, 50, 120)[difficulty - 1], factor=(5, 9, 12, 30)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4 or self.factor < 2:
            raise ValueError(f"high must be at least 4, factor must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("figure", "figure", "map", "area"))
    a, b = rng.sample(range(2, config.high + 1), 2)
    k = rng.randint(2, config.factor)
    shape = rng.choice(SHAPES)
    if kind == "area":
        steps, answer, canonical = [times(k, k), times(a, k * k)], a * k * k, f"area|{a}|{k}"
    else:
        steps, answer, canonical = [over(a * k, a), times(b, k)], b * k, f"scale|{a}|{b}|{k}"
    words = {"a": a, "b": b, "c": a * k, "k": k, "s": a, "u": rng.choice(LENGTHS)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(shape=shape, shapes=f"{shape}s", **words),
        solution="\n".join(steps),
        answer=str(answer),
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    """Ratios must agree crosswise; an area is stretched once in each direction."""
    kind, told = read_kind(KINDS, problem.question)
    found = answered(problem)
    if kind == "area":
        return sound(problem, str(sum(told["s"] * told["k"] for _ in range(told["k"]))))
    return told["a"] * found == told["b"] * told["c"] and sound(problem, str(found))


register(Task("similar_figures", "mathematics", Config, generate, verify, max_difficulty=3))
