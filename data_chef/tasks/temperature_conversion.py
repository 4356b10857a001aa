"""Degrees Celsius, degrees Fahrenheit and kelvins."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import plain, read, sound, with_signs
from data_chef.registry import Task, register


NAMED = {"C": "degrees Celsius", "F": "degrees Fahrenheit", "K": "kelvins"}
# two temperatures on every scale: freezing and boiling water
FIXED = {"degrees Celsius": (0, 100), "degrees Fahrenheit": (32, 212), "kelvins": (273, 373)}
PHRASINGS = (
    "Convert {n} {u} to {v}.",
    "What is {n} {u} in {v}?",
    "{n} {u} = ? {v}",
    "Change {n} {u} into {v}.",
    "It is {n} {u}. How many {v} is that?",
    "Express a temperature of {n} {u} in {v}.",
    "A thermometer shows {n} {u}. What would it show in {v}?",
    "Please turn {n} {u} into {v}.",
)
KELVIN = (" (0 degrees Celsius are 273 kelvins.)", " Take 0 degrees Celsius as 273 kelvins.")


@dataclass(frozen=True)
class Config:
    low: int
    high: int
    step: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            low=(0, -20, -60, -250)[difficulty - 1],
            high=(100, 200, 300, 3000)[difficulty - 1],
            step=(5, 5, 1, 1)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 10 or self.step < 1:
            raise ValueError(f"high must be at least 10, step must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    u, v = rng.choice(("CF", "CF", "FC", "FC", *(("CK", "KC") if config.low else ())))
    step = 5 if u == "F" else config.step
    c = step * rng.randint(config.low // step, config.high // step)
    nine = 9 * c // 5
    kelvin = c + 273
    fahrenheit = plain(Fraction(9 * c, 5) + 32)
    if u + v == "CF" and c % 5:
        fifth = plain(Fraction(9 * c, 5))
        steps = [with_signs(c, "*", 9), f"{9 * c}/5={fifth}", f"{fifth}+32={fahrenheit}"]
    elif u + v == "CF":
        steps = [with_signs(c, "/", 5), with_signs(c // 5, "*", 9), f"{nine}+32={fahrenheit}"]
    elif u + v == "FC":
        steps = [f"{fahrenheit}-32={nine}", with_signs(nine, "/", 9), with_signs(c // 5, "*", 5)]
    else:
        steps = [f"{c}+273={kelvin}" if u == "C" else f"{kelvin}-273={c}"]
    values = {"C": str(c), "F": fahrenheit, "K": str(kelvin)}
    question = rng.choice(PHRASINGS).format(n=values[u], u=NAMED[u], v=NAMED[v])
    return Problem(
        question=question + (rng.choice(KELVIN) if "K" in u + v else ""),
        solution="\n".join(steps),
        answer=values[v],
        canonical=f"{values[u]} {u} {v}",
    )


def verify(problem: Problem) -> bool:
    """By how far the temperature lies between freezing and boiling water."""
    question = problem.question.removesuffix(KELVIN[0]).removesuffix(KELVIN[1])
    told = read(PHRASINGS, question)
    low, high = FIXED[told["u"]]
    share = (told["n"] - Fraction(low)) / (high - low)
    low, high = FIXED[told["v"]]
    return sound(problem, plain(low + share * (high - low)))


register(Task("temperature_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
