"""Facts and rules about qualities of people or things, with negation and "and": True, False or Unknown, openly?

The world is open: where neither a claim nor its opposite follows, it is Unknown. The steps begin with the claim and
what is told of the one whom it is about; then they read the rules in the order told, each by its conditions, again and
again, until the claim is settled or nothing new appears.
"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Sayings, capital, everywhere, lay_out, masks
from data_chef.registry import Task, register


QUALITIES = (
    "calm polite busy tired happy brave clever quiet honest kind strict careful patient funny rich tall strong shy "
    "curious generous gentle proud lucky serious tidy friendly loyal modest cheerful hungry"
).split()
# Things have qualities of their own, and so have sentences about them.
THINGS = [f"the {noun}" for noun in "lantern kettle wagon drum basket carpet bell ladder hammer violin".split()]
LOOKS = "heavy smooth warm bright hollow dusty cheap fragile soft sharp clean dry thick wooden flat loud".split()
NOT = r"(?:not )?[a-z]+"
SAYINGS = Sayings(
    {
        "fact": ("{0} is {1}.",),
        "fact stressed": ("{0}, as we know, is {1}.", "It is given that {0} is {1}."),
        "rule": (
            "Everyone who is {0} is {1}.", "All who are {0} are {1}.", "Whoever is {0} is also {1}.",
            "Each person who is {0} is {1}.", "People who are {0} are always {1}.", "If someone is {0}, they are {1}.",
            "If a person is {0}, they are {1}.", "Someone is {1} if they are {0}.",
        ),
        "rule2": (
            "Everyone who is {0} and {1} is {2}.", "All who are both {0} and {1} are {2}.",
            "Whoever is {0} and also {1} is {2}.", "People who are {0} and {1} are always {2}.",
            "If someone is {0} and {1}, they are {2}.", "If a person is both {0} and {1}, they are {2}.",
        ),
        "rule of things": (
            "If something is {0}, it is {1}.", "If something is {0} then it is also {1}.",
            "Whatever is {0} is {1}.", "Everything that is {0} is {1}.", "Things that are {0} are always {1}.",
        ),
        "rule2 of things": (
            "If something is {0} and {1}, it is {2}.", "If something is both {0} and {1} then it is {2}.",
            "Whatever is {0} and {1} is {2}.", "Everything that is {0} and also {1} is {2}.",
        ),
        # With the quality before the noun there is no room for "not".
        "rule before": ("{0} people are {1}.", "All {0} people are {1}.", "Every {0} person is {1}."),
        "rule2 before": ("{0} and {1} people are {2}.", "All {0}, {1} people are {2}.",
                         "Every {0} and {1} person is {2}."),
        "rule before of things": ("{0} things are {1}.", "All {0} things are {1}.", "Every {0} thing is {1}."),
        "rule2 before of things": ("{0} and {1} things are {2}.", "All {0}, {1} things are {2}."),
        "named": ("If {0} is {1}, {0} is {2}.", "If {0} is {1} then {0} is {2}.", "When {0} is {1}, {0} is {2}."),
        "ask": (
            "True, false or unknown: {0} is {1}.", "Is it true, false or unknown that {0} is {1}?",
            "Given all this, is the claim that {0} is {1} true, false or unknown?",
            "{0} is {1}: true, false or unknown?",
            "Does it follow that {0} is {1} (true), the opposite (false), or neither (unknown)?",
            "Judge this as true, false or unknown: {0} is {1}.",
            "Decide between true, false and unknown: {0} is {1}.", "True, false or unknown: is {0} {1}?",
        ),
    },
    slot=rf"(?:[Tt]he [a-z]+|[A-Z][a-z]+|{NOT})",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    hops: int
    distractors: int
    both_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        distractors, both_rate = ((1, 0.4), (1, 0.4), (1, 0.1), (2, 0.4), (3, 0.4), (4, 0.4))[difficulty - 1]
        return cls(hops=difficulty, distractors=distractors, both_rate=both_rate)

    def validate(self) -> None:
        if not 1 <= self.hops <= 8 or not 0 <= self.distractors <= 6:
            raise ValueError(f"hops must be 1 to 8 and distractors 0 to 6: {self}")


def opposite(quality: str) -> str:
    return quality[4:] if quality.startswith("not ") else f"not {quality}"


def drawn(rng: Random, config: Config, wanted: str):
    """Facts and rules that may give the wanted answer, and whether they are about things."""
    things = rng.random() < 0.4
    words = rng.sample(LOOKS if things else QUALITIES, config.hops + config.distractors + 4)
    chain, extra = words[: config.hops + 1], words[config.hops + 1 :]
    signed = [word if rng.random() < 0.75 else f"not {word}" for word in chain[:-1]]
    # As often one way as the other, so that a "not" in what is asked says nothing.
    signed.append(chain[-1] if rng.random() < 0.5 else f"not {chain[-1]}")
    who, other = rng.sample(THINGS if things else PEOPLE, 2)
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
            rules.append(("rule", x, y) if rng.random() < 0.85 else ("named", who, x, y))
    goal = signed[-1]
    if wanted == "Unknown":
        cut = rng.randrange(len(rules))
        kind, *parts = rules[cut]
        if kind == "rule2" and rng.random() < 0.7:
            facts.remove(("fact", who, parts[1]))
            facts.append(("fact", other, parts[1]))
        elif kind == "named":
            rules[cut] = ("named", other, *parts[1:])
        else:
            rules[cut] = ("rule", parts[-1], parts[0])
    for word in extra[: config.distractors]:
        # A rule turned to a new quality, which nobody asks for, or from one that nobody has.
        side = rng.choice(signed[:-1])
        rules.append(("rule", side, word) if rng.random() < 0.5 else ("rule", word, side))
    if rng.random() < 0.5:
        facts.append(("fact", other, rng.choice((goal, opposite(goal), signed[0]))))
    rng.shuffle(rules)
    rng.shuffle(facts)
    if wanted != "Unknown" and rng.random() < 0.1:
        goal = rng.choice([quality for _, name, quality in facts if name == who])  # told, so that no rule is needed
    if (wanted == "False") or (wanted == "Unknown" and rng.random() < 0.5):
        goal = opposite(goal)
    return facts, rules, ("ask", who, goal), things


def generate(rng: Random, config: Config) -> Problem:
    wanted = rng.choice(("True", "False", "Unknown"))
    while True:
        facts, rules, ask, things = drawn(rng, config, wanted)
        lines, answer = worked(facts, rules, ask)
        # As many lines as two readings of all rules: more readings make long steps.
        if answer == wanted == entailed(facts, rules, ask) and len(lines) <= 2 * len(rules) + 2:
            break
    told_facts = [SAYINGS.say(rng, kind + " stressed" * (rng.random() < 0.2), *words) for kind, *words in facts]
    told_rules = [said(rng, rule, things) for rule in rules]
    told = told_facts + told_rules if rng.random() < 0.6 else told_rules + told_facts
    return Problem(
        question=lay_out(rng, told, SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*sorted(" ".join(one) for one in facts + rules), *ask]),
    )


def said(rng: Random, rule: tuple[str, ...], things: bool) -> str:
    """A rule in a wording for people or for things."""
    kind, *words = rule
    if kind != "named":
        if not any(word.startswith("not ") for word in words[:-1]) and rng.random() < 0.3:
            kind += " before"
        if things:
            kind += " of things"
    return SAYINGS.say(rng, kind, *words)


def understood(question: str) -> list[tuple[str, ...]]:
    """The sentences of a question as `generate` had them, whatever the wording."""
    found = []
    for kind, *words in SAYINGS.read(question):
        kind = kind.split()[0]
        # Capitals at the beginning of a sentence; people keep theirs.
        words = [word if word in PEOPLE else word[:1].lower() + word[1:] for word in words]
        found.append((kind, *words))
    return found


def worked(facts, rules, ask) -> tuple[list[str], str]:
    """Forward chaining on the one asked about, also backwards through a rule whose end is false: a line a rule."""
    _, who, goal = ask
    known = [quality for _, name, quality in facts if name == who]
    lines = [f"Asked: {goal}. {capital(who)}: {', '.join(known) or 'nothing'}"]
    left = [rule for rule in map(lambda rule: about(rule, who), rules) if rule]
    while goal not in known and opposite(goal) not in known:
        waiting, before = [], len(known)
        for *conditions, end in left:
            seen, new = applied(conditions, end, known)
            lines.append(f"{' and '.join(conditions)}: {seen}")
            if new:
                known.append(new)
                if new in (goal, opposite(goal)):
                    break
            elif seen == "not known":
                waiting.append((*conditions, end))
        else:
            if len(known) == before:
                return [*lines, "Not settled"], "Unknown"
            lines.append("Again")
            left = waiting
    return lines, "True" if goal in known else "False"


def about(rule: tuple[str, ...], who: str) -> tuple[str, ...]:
    """The conditions and the end of a rule for this one; nothing when it is about another."""
    kind, *words = rule
    return tuple(words) if kind != "named" else tuple(words[1:]) if words[0] == who else ()


def applied(conditions: list[str], end: str, known: list[str]) -> tuple[str, str]:
    """What is said of a rule, given what is known, and what it adds, if anything."""
    missing = [one for one in conditions if one not in known]
    against = [opposite(one) for one in missing if opposite(one) in known]
    if against:
        return f"but {against[0]}", ""
    if not missing:
        return (f"{end} already", "") if end in known else (f"so {end}", end)
    if len(missing) == 1 and opposite(end) in known:
        return f"{end}, but {opposite(end)}, so {opposite(missing[0])}", opposite(missing[0])
    return "not known", ""


def entailed(facts, rules, ask) -> str:
    """The answer by all ways in which the qualities of the one asked about could be."""
    _, who, goal = ask
    own = [rule for rule in rules if rule[0] != "named" or rule[1] == who]
    rules = [rule[2:] if rule[0] == "named" else rule[1:] for rule in own]
    words = sorted({one.removeprefix("not ") for rule in rules for one in rule}
                   | {fact[2].removeprefix("not ") for fact in facts} | {goal.removeprefix("not ")})  # fmt: skip
    table, possible = dict(zip(words, masks(len(words)), strict=True)), everywhere(len(words))
    every = possible

    def mask(quality: str) -> int:
        return every & ~table[quality[4:]] if quality.startswith("not ") else table[quality]

    for _, name, quality in facts:
        possible &= mask(quality) if name == who else every
    for *conditions, end in rules:
        some_fails = 0
        for condition in conditions:
            some_fails |= every & ~mask(condition)
        possible &= some_fails | mask(end)
    true = possible & mask(goal)
    return "" if not possible else "True" if true == possible else "Unknown" if true else "False"


def verify(problem: Problem) -> bool:
    """Reads the question back, and tries all ways in which the one asked about could be."""
    told = understood(problem.question)
    facts, rules = [one for one in told if one[0] == "fact"], [one for one in told if one[0] not in ("fact", "ask")]
    (ask,) = (one for one in told if one[0] == "ask")
    steps = "\n".join(worked(facts, rules, ask)[0])
    return problem.answer == entailed(facts, rules, ask) and problem.solution == steps


register(Task("deduction_unknown", "logic", Config, generate, verify, max_difficulty=5))
