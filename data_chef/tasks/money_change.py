"""Change from a bill or coin after one or more purchases."""

import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from data_chef.item import Problem
from data_chef.measures import minus, money, sound, sums, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


GOODS = (
    "book", "pen", "cap", "ball", "sandwich", "ticket", "magazine", "puzzle", "plant", "mug", "kite", "map", "brush",
)  # fmt: skip
KINDS = {
    "one": (
        "A {x} costs {p}. {name} pays with {bill}. How much change is that?",
        "{name} buys a {x} for {p} and pays with {bill}. What is the change?",
        "Price {p}, paid {bill}: change = ?",
        "How much change do you get from {bill} if you spend {p}?",
        "The {x} is {p}. How much comes back from {bill}?",
        "What is left of {bill} after a {x} for {p} is paid?",
        "Please work out the change: a {x} for {p}, paid with {bill}.",
    ),
    "several": (
        "{name} buys {listed}. How much change is there from {bill}?",
        "How much change do you get from {bill} for {listed}?",
        "The shopping list: {listed}. {name} pays with {bill}. What is the change?",
        "{listed}, paid with {bill}: change = ?",
    ),
}


@dataclass(frozen=True)
class Config:
    bills: tuple[int, ...]
    step: int
    most: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            bills=((1, 5, 10), (5, 10, 20), (10, 20, 50), (50, 100, 200))[difficulty - 1],
            step=(10, 5, 1, 1)[difficulty - 1],
            most=(1, 2, 3, 5)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.step < 1 or self.most < 1:
            raise ValueError(f"step must be at least 1, most must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    count = rng.randint(1, config.most)
    bill = 100 * rng.choice(config.bills)
    cuts = sorted(rng.sample(range(config.step, bill, config.step), count))
    prices = [high - low for low, high in zip([0, *cuts], cuts, strict=False)]
    spent = sum(prices)
    dollars = [Decimal(price) / 100 for price in prices]
    steps = [sums(dollars)] if count > 1 else []
    steps += [minus(Decimal(bill // 100), Decimal(spent) / 100), money(bill - spent)]
    goods = rng.sample(GOODS, count)
    items = [f"a {thing} for {money(price)}" for thing, price in zip(goods, prices, strict=True)]
    listed = together(items)
    words = {"x": goods[0], "p": money(prices[0]), "bill": f"${bill // 100}", "name": rng.choice(NAMES)}
    template = rng.choice(KINDS["one" if count == 1 else "several"])
    question = template.format(listed=listed, **words)
    return Problem(
        question=question[0].upper() + question[1:],
        solution="\n".join(steps),
        answer=money(bill - spent),
        canonical=f"{bill}|{sorted(prices)}",
    )


def verify(problem: Problem) -> bool:
    """Counts the cents up from the prices to the bill, the only amount without cents."""
    amounts = re.findall(r"\$(\d+)(?:\.(\d\d))?", problem.question)
    (bill,) = (int(dollars) for dollars, cents in amounts if not cents)
    left = 100 * bill
    for dollars, cents in amounts:
        left -= int(dollars + cents) if cents else 0
    return sound(problem, money(left))


register(Task("money_change", "mathematics", Config, generate, verify, max_difficulty=3))
