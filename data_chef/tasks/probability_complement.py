"""Probabilities by the complement: not at all, or at least once in several independent tries."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import concludes, fraction_lines, product
from data_chef.item import Problem
from data_chef.registry import Task, register


NOT = (
    "The probability that {e} is {p}. What is the probability that this does not happen?",
    "With probability {p}, {e}. How likely is the opposite?",
    "The chance that {e} is {p}. Find the chance that it does not happen.",
    "It happens with probability {p} that {e}. With what probability does it not happen?",
)
ONCE = (
    "On each of {n} independent occasions, {e} with probability {p}. What is the probability "
    "that it happens at least once?",
    "The chance that {e} is {p} every time. How likely is it to happen at least once on {n} independent occasions?",
    "The probability that {e} is {p}. Find the probability of at least once on {n} independent occasions.",
    "On every one of {n} independent occasions the probability that {e} is {p}. With what probability does it "
    "happen at least once?",
)
TWO = (
    "With probability {p}, {e}, and independently, with probability {q}, {f}. What is the probability that at least "
    "one of the two happens?",
    "The chance that {e} is {p}, and the chance that {f} is {q}. They are independent. How likely is it that at least "
    "one of them happens?",
    "Two independent things may happen: {e} (probability {p}) and {f} (probability {q}). Find the probability of at "
    "least one.",
    "The probabilities are {p} that {e} and {q} that {f}, independent of each other. What is the probability that not "
    "both fail to happen?",
)
EVENTS = (
    "a seed grows", "a bus is late", "it rains", "a ticket wins", "a dart hits the target", "a machine stops",
    "a player scores", "a bulb fails", "a signal arrives", "a fish bites", "a train is on time", "a coin shows heads",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    denominator: int
    tries: int
    two_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((40, 12, 10, 15)[difficulty - 1], difficulty, (0.0, 0.4, 0.4, 0.4)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3 or self.tries < 1 or not 0 <= self.two_rate <= 1:
            raise ValueError(f"denominator must be at least 3, tries at least 1, two_rate a rate: {self}")


def a_fraction(rng: Random, denominator: int) -> tuple[int, int]:
    """Numerator and denominator of a proper fraction in lowest terms."""
    bottom = rng.randint(2, denominator)
    value = Fraction(rng.randint(1, bottom - 1), bottom)
    return value.numerator, value.denominator


def generate(rng: Random, config: Config) -> Problem:
    (a, b), (c, d) = (a_fraction(rng, config.denominator) for _ in range(2))
    e, f = rng.sample(EVENTS, 2)
    if config.tries == 1:
        question = rng.choice(NOT).format(p=f"{a}/{b}", e=e)
        return Problem(question, f"1-{a}/{b}={b - a}/{b}", f"{b - a}/{b}", f"{a}/{b}|{e}")
    if rng.random() < config.two_rate:
        tops, bottoms = [b - a, d - c], [b, d]
        question = rng.choice(TWO).format(p=f"{a}/{b}", q=f"{c}/{d}", e=e, f=f)
        lines = [f"1-{a}/{b}={b - a}/{b}", f"1-{c}/{d}={d - c}/{d}"]
        canonical = "|".join(sorted((f"{a}/{b}", f"{c}/{d}")))
    else:
        tries = rng.randint(2, config.tries)
        tops, bottoms = [b - a] * tries, [b] * tries
        question = rng.choice(ONCE).format(p=f"{a}/{b}", e=e, n=tries)
        lines, canonical = [f"1-{a}/{b}={b - a}/{b}"], f"{a}/{b}|{tries}"
    top, bottom = tops[0], bottoms[0]
    for i in range(1, len(tops)):
        if top * tops[i] > 1:
            lines.append(product(top, tops[i]))
        lines.append(product(bottom, bottoms[i]))
        top, bottom = top * tops[i], bottom * bottoms[i]
    lines += [
        f"none: {top}/{bottom}",
        f"1-{top}/{bottom}={bottom - top}/{bottom}",
        *fraction_lines(bottom - top, bottom),
    ]
    return Problem(question, "\n".join(lines), str(Fraction(bottom - top, bottom)), canonical)


def verify(problem: Problem) -> bool:
    """Adds up the ways in which it happens: at the first try, or not then but at the second, and so on."""
    p, *others = (Fraction(f) for f in re.findall(r"\d+/\d+", problem.question))
    tries = re.search(r"(\d+) (?:times|independent)", problem.question)
    if "does not happen" in problem.question or "opposite" in problem.question or "not happen?" in problem.question:
        return concludes(problem, 1 - p)
    chances = [p, *others] if others else [p] * int(tries[1])
    value, still = Fraction(0), Fraction(1)
    for chance in chances:
        value, still = value + still * chance, still * (1 - chance)
    none = re.search(r"none: (\d+/\d+)", problem.solution)
    return none is not None and Fraction(none[1]) == still and concludes(problem, value)


register(Task("probability_complement", "mathematics", Config, generate, verify, max_difficulty=3))
