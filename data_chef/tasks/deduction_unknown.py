"""Facts and rules about people's qualities, with negation and "and": True, False or Unknown in an open world?"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Sayings, everywhere, lay_out, masks
from data_chef.registry import Task, register


QUALITIES = (
    "calm polite busy tired happy brave clever quiet honest kind strict careful patient funny rich tall strong shy "
    "curious generous gentle proud lucky serious tidy friendly loyal modest cheerful hungry"
).split()
NOT = r"(?:not )?[a-z]+"
SAYINGS = Sayings(
    {
        "fact": ("{0} is {1}.", "{0}, as we know, is {1}.", "It is given that {0} is {1}."),
        "rule": (
            "Everyone who is {0} is {1}.", "All who are {0} are {1}.", "Whoever is {0} is also {1}.",
            "Each person who is {0} is {1}.", "People who are {0} are always {1}.",
        ),
        "rule2": (
            "Everyone who is {0} and {1} is {2}.", "All who are both {0} and {1} are {2}.",
            "Whoever is {0} and also {1} is {2}.", "People who are {0} and {1} are always {2}.",
        ),
        "ask": (
            "True, false or unknown: {0} is {1}.", "Is it true, false or unknown that {0} is {1}?",
            "Given all this, is the claim that {0} is {1} true, false or unknown?",
            "{0} is {1}: true, false or unknown?",
            "Does it follow that {0} is {1} (true), the opposite (false), or neither (unknown)?",
            "Judge this as true, false or unknown: {0} is {1}.",
            "Decide between true, false and unknown: {0} is {1}.", "True, false or unknown: is {0} {1}?",
        ),
    },
    slot=rf"(?:[A-Z][a-z]+|{NOT})",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    hops: int
    distractors: int
    both_rate: float = 0.4

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(hops=difficulty, distractors=(1, 2, 2, 3, 4, 4)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.hops <= 8 or not 0 <= self.distractors <= 6:
            raise ValueError(f"hops must be 1 to 8 and distractors 0 to 6: {self}")


def opposite(quality: str) -> str:
    return quality[4:] if quality.startswith("not ") else f"not {quality}"


def drawn(rng: Random, config: Config, wanted: str):
    """Facts and rules that may give the wanted answer."""
    words = rng.sample(QUALITIES, config.hops + config.distractors + 4)
    chain, extra = words[: config.hops + 1], words[config.hops + 1 :]
    signed = [word if rng.random() < 0.75 else f"not {word}" for word in chain]
    who, other = rng.sample(PEOPLE, 2)
    facts = [("fact", who, signed[0])]
    rules: list[tuple[str, ...]] = []
    for x, y in zip(signed, signed[1:], strict=False):
        if rng.random() < config.both_rate and extra:
            side = extra.pop() if rng.random() < 0.7 else f"not {extra.pop()}"
            facts.append(("fact", who, side))
            rules.append(("rule2", x, side, y))
        elif rng.random() < 0.15:
            rules.append(("rule", opposite(y), opposite(x)))
        else:
            rules.append(("rule", x, y))
    goal = signed[-1]
    if wanted == "Unknown":
        cut = rng.randrange(len(rules))
        if rules[cut][0] == "rule2" and rng.random() < 0.7:
            facts.remove(("fact", who, rules[cut][2]))
            facts.append(("fact", other, rules[cut][2]))
        else:
            rules[cut] = ("rule", rules[cut][-1], rules[cut][1])
    for word in extra[: config.distractors]:
        # A rule turned to a new quality, which nobody asks for, or from one that nobody has.
        side = rng.choice(signed[:-1])
        rules.append(("rule", side, word) if rng.random() < 0.5 else ("rule", word, side))
    if rng.random() < 0.5:
        facts.append(("fact", other, rng.choice((goal, opposite(goal), signed[0]))))
    rng.shuffle(rules)
    rng.shuffle(facts)
    if (wanted == "False") or (wanted == "Unknown" and rng.random() < 0.5):
        goal = opposite(goal)
    return facts, rules, ("ask", who, goal)


def generate(rng: Random, config: Config) -> Problem:
    wanted = rng.choice(("True", "False", "Unknown"))
    while True:
        facts, rules, ask = drawn(rng, config, wanted)
        lines, answer = worked(facts, rules, ask)
        if answer == wanted == entailed(facts, rules, ask):
            break
    told = [SAYINGS.say(rng, *one) for one in (facts + rules if rng.random() < 0.6 else rules + facts)]
    return Problem(
        question=lay_out(rng, told, SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*sorted(" ".join(one) for one in facts + rules), *ask]),
    )


def worked(facts, rules, ask) -> tuple[list[str], str]:
    """Forward chaining on the one asked about, also backwards through a rule whose end is false."""
    _, who, goal = ask
    known = [quality for _, name, quality in facts if name == who]
    lines = [f"Given: {who} is {', '.join(known)}."]
    while goal not in known and opposite(goal) not in known:
        found = next((one for one in map(lambda rule: applied(rule, known), rules) if one), None)
        if found is None:
            lines.append(f"Nothing more follows, and {goal.removeprefix('not ')} is not settled.")
            return lines, "Unknown"
        because, new = found
        known.append(new)
        lines.append(f"{who} is {' and '.join(because)}, so {who} is {new}.")
    return lines, "True" if goal in known else "False"


def applied(rule, known: list[str]) -> tuple[list[str], str] | None:
    """What a rule adds to what is known, and from what."""
    *conditions, end = rule[1:]
    missing = [one for one in conditions if one not in known]
    if not missing and end not in known:
        return conditions, end
    if len(missing) == 1 and opposite(end) in known and opposite(missing[0]) not in known:
        return [one for one in conditions if one in known] + [opposite(end)], opposite(missing[0])
    return None


def entailed(facts, rules, ask) -> str:
    """The answer by all ways in which the qualities of the one asked about could be."""
    _, who, goal = ask
    words = sorted({one.removeprefix("not ") for rule in rules for one in rule[1:]}
                   | {fact[2].removeprefix("not ") for fact in facts} | {goal.removeprefix("not ")})  # fmt: skip
    table, possible = dict(zip(words, masks(len(words)), strict=True)), everywhere(len(words))
    every = possible

    def mask(quality: str) -> int:
        return every & ~table[quality[4:]] if quality.startswith("not ") else table[quality]

    for _, name, quality in facts:
        possible &= mask(quality) if name == who else every
    for _, *conditions, end in rules:
        some_fails = 0
        for condition in conditions:
            some_fails |= every & ~mask(condition)
        possible &= some_fails | mask(end)
    true = possible & mask(goal)
    return "" if not possible else "True" if true == possible else "Unknown" if true else "False"


def verify(problem: Problem) -> bool:
    told = SAYINGS.read(problem.question)
    facts, rules = [one for one in told if one[0] == "fact"], [one for one in told if one[0][:4] == "rule"]
    (ask,) = (one for one in told if one[0] == "ask")
    steps = "\n".join(worked(facts, rules, ask)[0])
    return problem.answer == entailed(facts, rules, ask) and problem.solution == steps


register(Task("deduction_unknown", "logic", Config, generate, verify, max_difficulty=5))
