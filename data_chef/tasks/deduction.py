"""Facts and rules: is a statement about someone True, False or Unknown?

A rule is "every A is a B" or "no A is a B". What the rules do not settle is Unknown.
"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.nouns import NAMES, article, draw_nouns
from data_chef.registry import Task, register
from data_chef.text import find


@dataclass(frozen=True)
class Config:
    hops: int
    distractors: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(hops=difficulty, distractors=difficulty)

    def validate(self) -> None:
        if not 1 <= self.hops <= 6 or not 0 <= self.distractors <= 6:
            raise ValueError(f"hops must be 1 to 6 and distractors 0 to 6: {self}")


def a(noun: str) -> str:
    return f"{article(noun)} {noun}"


def generate(rng: Random, config: Config) -> Problem:
    """A chain from a fact to what is asked, cut somewhere when the answer is Unknown, among rules that lead astray."""
    answer, name = rng.choice(("True", "False", "Unknown")), rng.choice(NAMES)
    nouns = draw_nouns(rng, config.hops + config.distractors + 2, invented_rate=0.5)
    chain, others = nouns[: config.hops + 1], nouns[config.hops + 1 :]
    rules = [f"Every {x} is {a(y)}." for x, y in zip(chain, chain[1:], strict=False)]
    proof = [f"{name} is {a(noun)}." for noun in chain]
    if answer == "False":
        rules[-1] = rules[-1].replace("Every", "No", 1)
        proof[-1] = f"{name} is not {a(chain[-1])}."
    if answer == "Unknown":
        cut = rng.randrange(len(rules))
        # Turned round, a rule looks relevant and proves nothing.
        rules[cut] = f"Every {chain[cut + 1]} is {a(chain[cut])}."
        proof = [*proof[: cut + 1], f"No rule leads from there to {a(chain[-1])}."]
    for noun in others[: config.distractors]:
        rules.append(f"Every {noun} is {a(rng.choice(chain[:-1]))}.")
    rng.shuffle(rules)
    told = [f"{name} is {a(chain[0])}.", *rules]
    return Problem(
        question=f"{' '.join(told)} True, false or unknown: {name} is {a(chain[-1])}.",
        solution="\n".join(proof),
        answer=answer,
        canonical="|".join([told[0], *sorted(rules), chain[-1]]),
    )


def verify(problem: Problem) -> bool:
    """Forward chaining over the sentences of the question until nothing new appears."""
    given, asked = problem.question.split(" True, false or unknown: ")
    rules = re.findall(r"(Every|No) (\w+) is an? (\w+)", given)
    known = set(re.findall(r"^\w+ is an? (\w+)", given))
    excluded: set[str] = set()
    while True:
        more = {y for quantifier, x, y in rules if quantifier == "Every" and x in known} - known
        # Whoever is excluded from y is excluded from every x that is a y.
        out = {y for quantifier, x, y in rules if quantifier == "No" and x in known}
        out |= {x for quantifier, x, y in rules if quantifier == "No" and y in known}
        out |= {x for quantifier, x, y in rules if quantifier == "Every" and y in excluded}
        if not more and out <= excluded:
            break
        known |= more
        excluded |= out
    goal = find(r"is an? (\w+)\.$", asked).group(1)
    found = "True" if goal in known else "False" if goal in excluded else "Unknown"
    return found == problem.answer and not known & excluded


register(Task("deduction", "logic", Config, generate, verify, max_difficulty=4))
