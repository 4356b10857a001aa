"""The area and the arc of a part of a circle, as a multiple of pi."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, over, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "area": (
        "What is the area of a sector of {d} degrees in a circle with radius {r}? Leave pi in the answer.",
        "Find the area of a sector with radius {r} {u} and angle {d} degrees, in terms of pi.",
        "Sector, radius {r}, angle {d} degrees: area = ? (with pi)",
        "A slice of a round pizza with radius {r} in has an angle of {d} degrees. Find its area as a multiple of pi.",
        "How large is a sector of {d} degrees of a circle of radius {r} {u}? Write the area with pi.",
    ),
    "arc": (
        "How long is the arc of {d} degrees on a circle with radius {r}? Leave pi in the answer.",
        "Find the arc length for an angle of {d} degrees and a radius of {r} {u}, in terms of pi.",
        "Arc, radius {r}, angle {d} degrees: length = ? (with pi)",
        "A wheel of radius {r} {u} turns by {d} degrees. How far does a point on its rim move? Answer with pi.",
        "An arc of {d} degrees lies on a circle whose radius is {r} {u}. Write its length with pi.",
    ),
}


ANGLES = (
    (60, 90, 120, 180),
    (30, 45, 60, 90, 120, 180, 240, 270, 300),
    (*range(30, 360, 30), 20, 24, 36, 40, 45, 72, 135, 144, 216, 225, 315),
    (*range(10, 360, 10), *range(15, 360, 30)),
)


@dataclass(frozen=True)
class Config:
    high: int
    angles: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(12, 24, 60, 150)[difficulty - 1],
            angles=(
                (90, 180, 60, 120),
                (90, 180, 270, 60, 120, 30, 45, 240, 300),
                (*range(30, 360, 30), *range(45, 360, 90), 36, 40, 72, 20, 24, 144, 216),
                (*range(10, 360, 10), *range(15, 360, 15)),
            )[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 6:
            raise ValueError(f"high must be at least 6: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(list(KINDS))
    step = rng.choice((2, 6))
    r = step * rng.randint(1, config.high // step)
    whole = r * r if kind == "area" else 2 * r
    degrees = rng.choice([angle for angle in config.angles if whole * angle % 360 == 0])
    share = Fraction(degrees, 360)
    part = whole // share.denominator
    steps = [f"{degrees}/360={share}", times(r, r) if kind == "area" else times(2, r), over(whole, share.denominator)]
    if share.numerator > 1:
        steps.append(times(part, share.numerator))
    answer = f"{part * share.numerator}*pi"
    return Problem(
        question=rng.choice(KINDS[kind]).format(d=degrees, r=r, u=rng.choice(LENGTHS)),
        solution="\n".join([*steps, answer]),
        answer=answer,
        canonical=f"{kind}|{degrees}|{r}",
    )


def verify(problem: Problem) -> bool:
    """Adds up sectors of one degree."""
    kind, told = read_kind(KINDS, problem.question)
    r = told["r"]
    whole = sum(r * r if kind == "area" else r + r for _ in range(told["d"]))
    return sound(problem, f"{Fraction(whole, 360)}*pi")


register(Task("circle_sector", "mathematics", Config, generate, verify, max_difficulty=3))
