"""Square and cubic units: 3 square meters are 30000 square centimeters."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import over, plain, read, sound, times
from data_chef.registry import Task, register


# large, small, how many small make a large one
UNITS = (
    ("meters", "centimeters", 100), ("centimeters", "millimeters", 10), ("feet", "inches", 12), ("yards", "feet", 3),
    ("kilometers", "meters", 1000), ("meters", "decimeters", 10), ("decimeters", "centimeters", 10),
)  # fmt: skip
PHRASINGS = (
    "How many {k} {v} are {n} {k} {u}?",
    "Convert {n} {k} {u} to {k} {v}.",
    "{n} {k} {u} = ? {k} {v}",
    "Change {n} {k} {u} into {k} {v}.",
    "Express {n} {k} {u} in {k} {v}.",
    "What is {n} {k} {u} in {k} {v}?",
    "How do you write {n} {k} {u} in {k} {v}?",
    "Please tell me how many {k} {v} there are in {n} {k} {u}.",
)


@dataclass(frozen=True)
class Config:
    high: int
    cubic: float
    back: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(9, 20, 60, 200)[difficulty - 1],
            cubic=(0.0, 0.3, 0.5, 0.5)[difficulty - 1],
            back=(0.0, 0.3, 0.5, 0.5)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    power = 3 if rng.random() < config.cubic else 2
    u, v, factor = rng.choice(UNITS)
    count, whole = rng.randint(2, config.high), factor**power
    kind = "cubic" if power == 3 else "square"
    steps = [f"1 {u[:-1] if u != 'feet' else 'foot'} is {factor} {v}", times(factor, factor)]
    steps += [times(factor**2, factor)] if power == 3 else []
    if rng.random() < config.back:
        number, answer = count * whole, count
        steps.append(over(number, whole))
        u, v = v, u
    else:
        number, answer = count, count * whole
        steps.append(times(count, whole))
    return Problem(
        question=rng.choice(PHRASINGS).format(k=kind, n=number, u=u, v=v),
        solution="\n".join(steps),
        answer=str(answer),
        canonical=f"{number} {kind} {u} {v}",
    )


def verify(problem: Problem) -> bool:
    """In small units: so many of them along every edge."""
    told = read(PHRASINGS, problem.question)
    metric = {"millimeters": 1, "centimeters": 10, "decimeters": 100, "meters": 1000, "kilometers": 1000000}
    length = {**metric, "inches": 1, "feet": 12, "yards": 36}
    edge = Fraction(length[told["u"]], length[told["v"]])
    return sound(problem, plain(told["n"] * edge * edge * (edge if told["k"] == "cubic" else 1)))


register(Task("area_units", "mathematics", Config, generate, verify, max_difficulty=3))
