"""Facts and rules: is a statement about someone True, False or Unknown?

A rule is "every A is a B" or "no A is a B". What the rules do not settle is Unknown.

The steps read the rules as they were told, again and again, each with what it needs before what it gives, until the
statement is settled or nothing new appears.
"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.nouns import NAMES, article, draw_nouns
from data_chef.registry import Task, register
from data_chef.text import find


Rule = tuple[str, str, str]
QUANTIFIERS = ("Every", "No")


@dataclass(frozen=True)
class Config:
    hops: int
    rules: int
    invented_rate: float = 0.25

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(hops=difficulty, rules=max(6, difficulty + 4))

    def validate(self) -> None:
        if not 1 <= self.hops <= 6 or not max(6, self.hops + 4) <= self.rules <= 12:
            raise ValueError(f"hops must be 1 to 6, rules at least 6 and hops + 4, and at most 12: {self}")


def a(noun: str) -> str:
    return f"{article(noun)} {noun}"


def said(rule: Rule) -> str:
    quantifier, x, y = rule
    return f"{quantifier} {x} is {a(y)}"


def generate(rng: Random, config: Config) -> Problem:
    """A road of rules from a fact, to what is asked or past it, among rules that lead astray."""
    answer, name = rng.choice(("True", "False", "Unknown")), rng.choice(NAMES)
    nouns = draw_nouns(rng, config.hops + 1 + 2 * config.rules, config.invented_rate)
    chain, strangers = nouns[: config.hops + 1], iter(nouns[config.hops + 1 :])
    fact, goal = chain[0], chain[-1]
    rules = [("Every", x, y) for x, y in zip(chain, chain[1:], strict=False)]
    turned = answer == "Unknown" and rng.random() < 0.7
    if answer == "False" or (answer == "Unknown" and rng.random() < 0.5 and not (turned and len(rules) == 1)):
        rules[-1] = ("No", *rules[-1][1:])
    if turned:
        # Turned round, a rule looks relevant and proves nothing.
        cut = rng.randrange(len(rules) - (rules[-1][0] == "No"))
        rules[cut] = ("Every", chain[cut + 1], chain[cut])
    elif answer == "Unknown":
        cut = rng.randrange(len(rules))
        rules[cut] = (rules[cut][0], *rng.choice(((chain[cut], next(strangers)), (next(strangers), chain[cut + 1]))))
    # Whatever the answer, rules of both kinds leave what is given and reach what is asked, and two rules say "No".
    for quantifier in QUANTIFIERS:
        if not any(rule[:2] == (quantifier, fact) for rule in rules):
            rules.append((quantifier, fact, next(strangers)))
        if not any(rule[::2] == (quantifier, goal) for rule in rules):
            rules.append((quantifier, next(strangers), goal))
    if not any(rule[2] == fact for rule in rules):
        rules.append(("Every", next(strangers), fact))
    if not any(rule[1] == goal for rule in rules):
        rules.append(("Every", goal, next(strangers)))
    while len(rules) < config.rules:
        quantifier = "No" if sum(rule[0] == "No" for rule in rules) < 2 else "Every"
        rules.append((quantifier, next(strangers), rng.choice((next(strangers), *chain[1:-1]))))
    while True:
        rng.shuffle(rules)
        lines, found = worked(fact, rules, goal)
        # As many lines as two readings of all rules: an order that takes more readings makes long steps.
        if len(lines) <= 2 * len(rules) + 1:
            break
    if found != answer:
        raise ValueError(f"the rules {rules} say {found} of {goal}, not {answer}")
    told = [f"{name} is {a(fact)}.", *(f"{said(rule)}." for rule in rules)]
    return Problem(
        question=f"{' '.join(told)} True, false or unknown: {name} is {a(goal)}.",
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([told[0], *sorted(told[1:]), goal]),
    )


def worked(fact: str, rules: list[Rule], goal: str) -> tuple[list[str], str]:
    """One line a rule in the order told; those that gave nothing again, while something new was found."""
    known, left = [fact], rules
    lines = [f"Known: {fact}. Asked: {goal}"]
    while True:
        waiting, before = [], len(known)
        for quantifier, x, y in left:
            if x not in known:
                lines.append(f"{quantifier} {x}: not known")
                waiting.append((quantifier, x, y))
                continue
            lines.append(f"{said((quantifier, x, y))}: so {'' if quantifier == 'Every' else 'not '}{y}")
            if y == goal:
                return lines, "True" if quantifier == "Every" else "False"
            if quantifier == "Every":
                known.append(y)
        if len(known) == before or not waiting:
            return [*lines, "Not settled"], "Unknown"
        lines.append("Again")
        left = waiting


def verify(problem: Problem) -> bool:
    """Closes what is known and what is excluded under the rules, also backwards; and the steps are those rules."""
    given, asked = problem.question.split(" True, false or unknown: ")
    rules = re.findall(r"(Every|No) (\w+) is an? (\w+)", given)
    fact = find(r"^\w+ is an? (\w+)", given).group(1)
    known, excluded = {fact}, set[str]()
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
    steps = "\n".join(worked(fact, rules, goal)[0])
    return found == problem.answer and not known & excluded and problem.solution == steps


register(Task("deduction", "logic", Config, generate, verify, max_difficulty=4))
