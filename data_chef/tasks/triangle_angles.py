"""The missing angle of a triangle: any, isosceles or right; or an outer angle."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import answered, minus, over, plus, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "third": (
        "Two angles of a triangle are {a} and {b} degrees. How many degrees is the third angle?",
        "A triangle has angles of {a} degrees and {b} degrees. Find the third angle.",
        "Triangle with angles {a}, {b} and x degrees: x = ?",
        "What is the third angle of a triangle if the other two are {a} and {b} degrees?",
        "The angles of a triangle are {a}, {b} and y degrees. What is y?",
        "In triangle {abc}, angle {p} is {a} degrees and angle {q} is {b} degrees. How large is angle {r}?",
    ),
    "right": (
        "One acute angle of a right triangle is {a} degrees. How many degrees is the other one?",
        "A right triangle has an angle of {a} degrees. What is its other acute angle?",
        "Triangle with angles 90, {a} and x degrees: x = ?",
    ),
    "apex": (
        "The two equal angles of an isosceles triangle are {a} degrees each. What is the third angle?",
        "Each base angle of an isosceles triangle is {a} degrees. Find the angle at the top.",
    ),
    "base": (
        "The angle at the top of an isosceles triangle is {a} degrees. How many degrees is each base angle?",
        "An isosceles triangle has an angle of {a} degrees between its equal sides. Find each of the others.",
    ),
    "outer": (
        "Two inner angles of a triangle are {a} and {b} degrees. How large is the outer angle at the third corner?",
        "A triangle has inner angles of {a} and {b} degrees. Find the exterior angle at its third vertex.",
    ),
}


@dataclass(frozen=True)
class Config:
    step: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            step=(10, 1, 1)[difficulty - 1],
            kinds=(("third", "right"), ("third", "right"), tuple(KINDS))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.step < 1:
            raise ValueError(f"step must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("third", *config.kinds))
    a = rng.randrange(10, {"right": 81, "apex": 86}.get(kind, 141), config.step)
    a -= a % 2 if kind == "base" else 0
    b = rng.randrange(10, 171 - a, config.step)
    steps = {
        "third": (plus(a, b), minus(180, a + b)),
        "right": (minus(90, a),),
        "apex": (times(2, a), minus(180, 2 * a)),
        "base": (minus(180, a), over(180 - a, 2) if kind == "base" else ""),
        "outer": (plus(a, b),),
    }[kind]
    p, q, r = rng.sample("ABCDEFKLMPQRSTXYZ", 3)
    numbers = sorted((a, b)) if kind in ("third", "outer") else (a,)
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=a, b=b, abc="".join(sorted((p, q, r))), p=p, q=q, r=r),
        solution="\n".join(steps),
        answer=steps[-1].rpartition("=")[2],
        canonical=f"{kind}|{'|'.join(map(str, numbers))}",
    )


def verify(problem: Problem) -> bool:
    """The three inner angles, the answer among them, must make 180 degrees."""
    kind, told = read_kind(KINDS, problem.question)
    a, x = told["a"], answered(problem)
    third = {"right": 90, "apex": a, "base": x}.get(kind, told.get("b", 0))
    inner = 180 - x if kind == "outer" else x
    return a + third + inner == 180 and sound(problem, str(x))


register(Task("triangle_angles", "mathematics", Config, generate, verify, max_difficulty=2))
