"""The price of one, the price of several, and which offer is cheaper."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import money, over, read_kind, sound, times
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


GOODS = ("apples", "pens", "rolls", "stickers", "lemons", "cups", "candles", "notebooks", "muffins", "bulbs", "cards")
KINDS = {
    "one": (
        "{n} {goods} cost {total}. What does one cost?",
        "A pack of {n} {goods} costs {total}. What is the price of each?",
        "{n} {goods}: {total}. 1: ?",
        "{name} pays {total} for {n} {goods}. How much is that for each?",
        "Find the unit price: {n} {goods} for {total}.",
    ),
    "several": (
        "{n} {goods} cost {total}. What do {m} of them cost?",
        "If {n} {goods} cost {total}, how much are {m} {goods}?",
        "{name} paid {total} for {n} {goods}. What would {m} {goods} have cost at the same price each?",
    ),
    "cheaper": (
        "Which costs less for each: A, {n} {goods} for {total}, or B, {m} {goods} for {other}?",
        "Shop A sells {n} {goods} for {total}, shop B sells {m} for {other}. Which shop has the lower unit price?",
        "A: {n} {goods} for {total}. B: {m} {goods} for {other}. Which is the better price, A or B?",
    ),
}


@dataclass(frozen=True)
class Config:
    most: int
    cents: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=(6, 9, 12, 30)[difficulty - 1], cents=(30, 99, 250, 900)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 3 or self.cents < 10:
            raise ValueError(f"most must be at least 3, cents must be at least 10: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("one", "one", "several", "cheaper"))
    n, m = rng.sample(range(2, config.most + 1), 2)
    price = 5 * rng.randint(1, config.cents // 5) if rng.random() < 0.6 else rng.randint(10, config.cents)
    other = price + rng.choice((-1, 1)) * rng.randint(1, price // 2 + 1)
    other = other if other > 0 else price + 1
    steps = [f"{money(n * price)} is {n * price} cents", over(n * price, n)]
    answer = money(price)
    if kind == "several":
        steps, answer = [*steps, times(price, m)], money(price * m)
    if kind == "cheaper":
        steps += [f"{money(m * other)} is {m * other} cents", over(m * other, m)]
        answer = "A" if price < other else "B"
        steps.append(f"{min(price, other)} is less than {max(price, other)}: {answer}")
    else:
        steps.append(answer)
    words = {"n": n, "m": m, "total": money(n * price), "other": money(m * other), "name": rng.choice(NAMES)}
    numbers = {"one": (n, price), "several": (n, price, m), "cheaper": (n, price, m, other)}[kind]
    return Problem(
        question=rng.choice(KINDS[kind]).format(goods=rng.choice(GOODS), **words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{'|'.join(map(str, numbers))}",
    )


def verify(problem: Problem) -> bool:
    """In dollars, by the rule of three; offers are compared crosswise."""
    kind, told = read_kind(KINDS, problem.question)
    total = Fraction(told["total"][1:])
    if kind == "cheaper":
        first, second = total * told["m"], Fraction(told["other"][1:]) * told["n"]
        return first != second and sound(problem, "A" if first < second else "B")
    return sound(problem, f"${float(total * told.get('m', 1) / told['n']):.2f}")


register(Task("unit_price", "mathematics", Config, generate, verify, max_difficulty=3))
