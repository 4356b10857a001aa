"""Money from one currency to another at a given rate."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import answered, over, plain, read_kind, sound, times
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


CURRENCIES = (
    "crowns", "florins", "talers", "ducats", "guilders", "marks", "shillings", "francs", "pesos", "dinars", "reals",
)  # fmt: skip
KINDS = {
    "forth": (
        "One can change 1 {u} into {r} {vs}. How many {vs} does one get for {n} {us}?",
        "Rate: 1 {u} = {r} {vs}. {n} {us} = ? {vs}",
        "If 1 {u} is worth {r} {vs}, how many {vs} are {n} {us} worth?",
        "A bank gives {r} {vs} for 1 {u}. {name} brings {n} {us}. How many {vs} does {name} get?",
        "The exchange rate is {r} {vs} for 1 {u}. Convert {n} {us} to {vs}.",
    ),
    "back": (
        "One can change 1 {u} into {r} {vs}. How many {us} does one need to get {m} {vs}?",
        "Rate: 1 {u} = {r} {vs}. {m} {vs} = ? {us}",
        "If 1 {u} is worth {r} {vs}, how many {us} are {m} {vs} worth?",
        "The exchange rate is {r} {vs} for 1 {u}. Convert {m} {vs} to {us}.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    digits: int
    rate: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(20, 40, 99, 400)[difficulty - 1],
            digits=(0, 1, 2, 2)[difficulty - 1],
            rate=(9, 60, 300, 900)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3 or self.rate < 3:
            raise ValueError(f"high must be at least 3, rate must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("forth", "forth", "back"))
    us, vs = rng.sample(CURRENCIES, 2)
    digits = rng.randint(0, config.digits)
    rate = Decimal(rng.randint(2, config.rate if digits == config.digits else 12)).scaleb(-digits)
    n = rng.randint(2, config.high)
    total = rate * n
    if kind == "forth":
        steps = times(rate, n)
    else:
        scale = 10 ** len(plain(rate).partition(".")[2])
        whole, by = int(total * scale), int(rate * scale)
        steps = over(whole, by) if scale == 1 else f"{plain(total)}/{plain(rate)}={over(whole, by)}"
    words = {"u": us[:-1], "us": us, "vs": vs, "r": plain(rate), "n": n, "m": plain(total)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(name=rng.choice(NAMES), **words),
        solution=steps,
        answer=plain(total) if kind == "forth" else str(n),
        canonical=f"{kind}|{plain(rate)}|{n}",
    )


def verify(problem: Problem) -> bool:
    kind, told = read_kind(KINDS, problem.question)
    if kind == "forth":
        return sound(problem, plain(Fraction(told["n"]) / (1 / Fraction(told["r"]))))
    return Fraction(told["r"]) * answered(problem) == told["m"] and sound(problem, problem.answer)


register(Task("currency_exchange", "mathematics", Config, generate, verify, max_difficulty=3))
