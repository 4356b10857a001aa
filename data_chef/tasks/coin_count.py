"""What coins are worth together, and the fewest coins for an amount."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import read_kind, sound, sums, times, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


US = {"quarters": 25, "dimes": 10, "nickels": 5, "pennies": 1}
# Sets in which taking the largest coin first takes the fewest.
SETS = ((25, 10, 5, 1), (50, 20, 10, 5, 2, 1), (20, 10, 5, 1), (10, 5, 2, 1), (100, 50, 10, 5, 1))
KINDS = {
    "worth": (
        "How many cents are {coins} worth together?",
        "What is the value of {coins} in cents?",
        "{name} has {coins}. How many cents is that?",
        "{coins} = ? cents",
        "Count the money in cents: {coins}.",
        "A jar holds {coins}. How many cents are in it?",
    ),
    "fewest": (
        "What is the smallest number of coins that make {n} cents, with coins of {values} cents?",
        "There are coins of {values} cents. What is the least number of coins for exactly {n} cents?",
        "Pay {n} cents with as few coins as possible. The coins are {values} cents. How many coins does it take?",
        "Fewest coins for {n} cents, from coins of {values} cents = ?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    amount: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(6, 12, 30, 90)[difficulty - 1], amount=(40, 99, 300, 900)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 2 or self.amount < 10:
            raise ValueError(f"high must be at least 2, amount must be at least 10: {self}")


def worth(rng: Random, config: Config) -> Problem:
    kinds = rng.sample(list(US), rng.randint(2, 4))
    counts = {kind: rng.randint(2, config.high) for kind in kinds}
    values = [count * US[kind] for kind, count in counts.items()]
    steps = [f"{kind}: {times(count, US[kind])}" for kind, count in counts.items()]
    listed = [f"{count} {kind}" for kind, count in counts.items()]
    return Problem(
        question=rng.choice(KINDS["worth"]).format(coins=together(listed), name=rng.choice(NAMES)),
        solution="\n".join([*steps, sums(values)]),
        answer=str(sum(values)),
        canonical="worth|" + "|".join(sorted(listed)),
    )


def fewest(rng: Random, config: Config) -> Problem:
    coins = rng.choice(SETS)
    amount = rng.randint(6, config.amount)
    left, counts, steps = amount, [], []
    for coin in coins:
        if left >= coin:
            count, rest = divmod(left, coin)
            counts.append(count)
            steps.append(f"{left}={count}*{coin}+{rest}" if coin > 1 else f"{left}={count}*1")
            left = rest
    return Problem(
        question=rng.choice(KINDS["fewest"]).format(n=amount, values=together(coins)),
        solution="\n".join([*steps, sums(counts)]),
        answer=str(sum(counts)),
        canonical=f"fewest|{amount}|{coins}",
    )


def generate(rng: Random, config: Config) -> Problem:
    return rng.choice((worth, fewest))(rng, config)


def verify(problem: Problem) -> bool:
    """The fewest coins by all the amounts that one coin, two coins and so on can make."""
    kind, told = read_kind(KINDS, problem.question)
    if kind == "worth":
        coins = re.findall(r"(\d+) (\w+)", problem.question)
        return sound(problem, str(sum(US[name] for count, name in coins for _ in range(int(count)))))
    values = [int(value) for value in re.findall(r"\d+", told["values"])]
    reached, count = 1, 0  # bit n: n cents can be paid with so many coins
    while not reached >> told["n"] & 1:
        reached, before, count = 0, reached, count + 1
        for value in values:
            reached |= before << value
    return sound(problem, str(count))


register(Task("coin_count", "mathematics", Config, generate, verify, max_difficulty=3))
