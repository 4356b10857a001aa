"""Marbles drawn from a bag, with and without putting them back."""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from itertools import product as pairs
from random import Random

from data_chef.algebra import concludes, fraction_lines, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register


COLORS = "red blue green yellow white black orange purple".split()
BAGS = (
    "A bag holds {l}.", "There are {l} in a bag.", "A box contains {l}.", "In a jar there are {l}.",
    "Someone put {l} into a bag.", "An urn is filled with {l}.", "A drawer has {l} in it.", "Inside a sack are {l}.",
)  # fmt: skip
ONE = (
    "One is drawn at random. What is the probability that it is {e}?",
    "How likely is it that a marble drawn at random is {e}?",
    "What is the chance of drawing one that is {e}?",
    "Find the probability that a random marble is {e}.",
)
BACK = (
    "One is drawn, put back, and another is drawn. What is the probability that {e}?",
    "Two are drawn, the first one being put back before the second draw. Find the probability that {e}.",
    "Two are drawn with replacement. How likely is it that {e}?",
)
KEPT = (
    "Two are drawn without putting the first one back. What is the probability that {e}?",
    "Two are drawn without replacement. How likely is it that {e}?",
    "One is drawn and kept, then another is drawn. Find the probability that {e}.",
)


@dataclass(frozen=True)
class Config:
    colors: int
    count: int
    draws: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((3, 2, 3, 4)[difficulty - 1], (9, 6, 7, 15)[difficulty - 1], 1 if difficulty == 1 else 2)

    def validate(self) -> None:
        if self.colors < 2 or self.count < 2 or self.draws not in (1, 2):
            raise ValueError(f"colors and count must be at least 2, draws 1 or 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    colors = rng.sample(COLORS, config.colors)
    bag = {color: rng.randint(2, config.count) for color in colors}
    whole = sum(bag.values())
    parts = [f"{n} {color} marbles" if not i or rng.random() < 0.4 else f"{n} {color}" for i, (color, n) in
             enumerate(bag.items())]  # fmt: skip
    if not parts[-1].endswith("marbles"):
        parts = [f"{n} {color}" for color, n in bag.items()]
        parts[-1] += " marbles"
    listed = ", ".join(parts[:-1]) + " and " + parts[-1]
    lines = [total(*bag.values())]
    if config.draws == 1:
        wanted = rng.sample(colors, rng.randint(1, 2))
        negated = len(wanted) == 1 and rng.random() < 0.4
        good = whole - bag[wanted[0]] if negated else sum(bag[color] for color in wanted)
        if negated or len(wanted) > 1:
            lines.append(f"{whole}-{bag[wanted[0]]}={good}" if negated else total(*(bag[c] for c in wanted)))
        event = f"not {wanted[0]}" if negated else " or ".join(wanted)
        top, bottom, question, kind = good, whole, rng.choice(ONE), "one"
        lines.append(f"probability {top}/{bottom}")
    else:
        kept = rng.random() < 0.6
        kind, form = "kept" if kept else "back", rng.choice(("both", "order", "same", "mixed"))
        a, b = rng.sample(colors, 2)
        rest, event, couples = whole - kept, "", []
        if form == "both":
            event, couples = f"both are {a}", [(a, a)]
        elif form == "order":
            event, couples = f"the first is {a} and the second is {b}", [(a, b)]
        elif form == "same":
            event, couples = "both have the same color", [(color, color) for color in colors]
        else:
            event, couples = f"one is {a} and the other is {b}", [(a, b), (b, a)]
        lines += [f"{whole}-1={rest}"] if kept else []
        ways = []
        for one, other in couples:
            ways.append(bag[one] * (bag[other] - (kept and one == other)))
            lines.append(f"{one}, {other}: {product(bag[one], bag[other] - (kept and one == other))}")
        top, bottom, question = sum(ways), whole * rest, rng.choice(KEPT if kept else BACK)
        lines += [total(*ways)] if len(ways) > 1 else []
        lines += [product(whole, rest), f"probability {top}/{bottom}"]
    lines += fraction_lines(top, bottom)
    names = {color: f"c{i}" for i, color in enumerate(colors)}
    canonical = "|".join([*map(str, bag.values()), kind, event])
    for color, name in names.items():
        canonical = canonical.replace(color, name)
    return Problem(
        question=f"{rng.choice(BAGS).format(l=listed)} {question.format(e=event)}",
        solution="\n".join(lines),
        answer=str(Fraction(top, bottom)),
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    """Draws every marble, or every pair of them."""
    question = problem.question
    named = "|".join(COLORS)
    marbles = [color for count, color in re.findall(rf"(\d+) ({named})\b", question) for _ in range(int(count))]
    asked = question.split(". ", 1)[1]
    colors = re.findall(rf"\b(?:{named})\b", asked)
    if "Two" not in asked and "another" not in asked:
        drawn, good = marbles, [m for m in marbles if (m in colors) != ("not " in asked)]
    else:
        back = re.search("back, and|being put back|with replacement", asked)
        drawn = list(pairs(marbles, repeat=2) if back else permutations(marbles, 2))
        if "same" in asked:
            good = [d for d in drawn if d[0] == d[1]]
        elif "other" in asked.replace("another", ""):
            good = [d for d in drawn if d[0] != d[1] and set(d) == set(colors)]
        else:
            good = [d for d in drawn if list(d) == (colors * 2)[:2]]
    stated = f"probability {len(good)}/{len(drawn)}" in problem.solution
    return stated and concludes(problem, Fraction(len(good), len(drawn)))


register(Task("probability_marbles", "mathematics", Config, generate, verify, max_difficulty=3))
