"""If-then arguments in words: does the conclusion follow, or is it a fallacy?"""

from dataclasses import dataclass
from random import Random

from data_chef.clauses import affirmed, draw_clauses, opposite
from data_chef.item import Problem
from data_chef.logic import Sayings, everywhere, lay_out, masks
from data_chef.registry import Task, register


SAYINGS = Sayings(
    {
        "onlyif": ("{1} only if {0}.",),
        "if": ("If {0}, then {1}.", "If {0}, {1}.", "{1} if {0}.", "Whenever {0}, {1}."),
        "either": ("Either {0} or {1}, or both.", "{0}, or {1}, or both."),
        "ask": (
            "Does it follow that {0}?", "Can we conclude that {0}?", "Is it certain that {0}?", "Must it be that {0}?",
            "So {0}: is this conclusion valid?", "Is it a valid conclusion that {0}?",
            "Therefore {0}: does this follow?",
            "Do these statements prove that {0}?",
        ),
        "fact": ("We know that {0}.", "It is a fact that {0}.", "{0}."),
    },
    slot=r"[A-Za-z]+(?: [a-z]+)+",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    links: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(links=difficulty)

    def validate(self) -> None:
        if not 1 <= self.links <= 6:
            raise ValueError(f"links must be 1 to 6, not {self.links}")


def lower(clause: str) -> str:
    """The clause as it stands inside a sentence; names keep their capitals."""
    plain = clause[0].lower() + clause[1:]
    return plain if plain.split()[0] in ("it", "the") else clause


def generate(rng: Random, config: Config) -> Problem:
    """A chain of conditions; a fact at one end or the other, affirmed or denied; a conclusion at the other end."""
    chain = [one if rng.random() < 0.7 else opposite(one) for one in draw_clauses(rng, config.links + 1)]
    rules: list[tuple[str, ...]] = []
    for x, y in zip(chain, chain[1:], strict=False):
        roll = rng.random()
        rules.append(("onlyif", y, x) if roll < 0.12 else ("either", opposite(x), y) if roll < 0.25 else ("if", x, y))
    if config.links > 1 and rng.random() < 0.35:
        # One link turned round breaks the chain.
        cut = rng.randrange(len(rules))
        rules[cut] = ("if", chain[cut + 1], chain[cut])
    first, last = chain[0], chain[-1]
    fact, goal = rng.choice(
        ((first, last), (first, last), (opposite(last), opposite(first)), (opposite(last), opposite(first)),
         (last, first), (opposite(first), opposite(last)), (first, opposite(last)))
    )  # fmt: skip
    rng.shuffle(rules)
    told = [*rules, ("fact", fact)]
    rng.shuffle(told) if rng.random() < 0.3 else None
    lines, answer = worked(rules, fact, goal)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *one) for one in told], SAYINGS.say(rng, "ask", goal)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*sorted(" / ".join(one) for one in told), goal]),
    )


def arrows(rules) -> list[tuple[str, str]]:
    """Each statement as a pair: whenever the first, the second."""
    pairs = []
    for kind, a, b in rules:
        pairs.append({"if": (a, b), "onlyif": (b, a), "either": (opposite(a), b)}[kind])
    return pairs


def worked(rules, fact: str, goal: str) -> tuple[list[str], str]:
    """From the fact along the arrows, forwards, or backwards with denials, until nothing new appears."""
    known, lines = [fact], [f"Given: {fact}."]
    pairs = arrows(rules)
    while goal not in known:
        step = None
        for a, b in pairs:
            if a in known and b not in known:
                step = (b, f"If {a}, then {b}. So {b}.")
            elif opposite(b) in known and opposite(a) not in known:
                step = (opposite(a), f"If {a}, then {b}. But {opposite(b)}. So {opposite(a)}.")
            if step:
                break
        if step is None:
            lines.append(
                f"That is the opposite: {opposite(goal)}." if opposite(goal) in known
                else f"Nothing more follows. Whether {affirmed(goal) or goal} is open."
            )  # fmt: skip
            return lines, "No"
        known.append(step[0])
        lines.append(step[1])
    return lines, "Yes"


def verify(problem: Problem) -> bool:
    """Goes through all ways in which the clauses could be true or false."""
    told = [(kind, *map(lower, words)) for kind, *words in SAYINGS.read(problem.question)]
    (goal,) = (one[1] for one in told if one[0] == "ask")
    (fact,) = (one[1] for one in told if one[0] == "fact")
    rules = [one for one in told if one[0] in ("if", "onlyif", "either")]
    clauses = list(dict.fromkeys(affirmed(word) or word for one in told for word in one[1:]))
    table, every = dict(zip(clauses, masks(len(clauses)), strict=True)), everywhere(len(clauses))

    def mask(clause: str) -> int:
        return table[clause] if clause in table else every & ~table[opposite(clause)]

    possible = mask(fact)
    for kind, a, b in rules:
        possible &= (
            mask(a) | mask(b)
            if kind == "either"
            else ((every & ~mask(a)) | mask(b) if kind == "if" else mask(a) | (every & ~mask(b)))
        )
    answer = "Yes" if possible and possible & mask(goal) == possible else "No"
    return problem.answer == answer and problem.solution == "\n".join(worked(rules, fact, goal)[0])


register(Task("implication_check", "logic", Config, generate, verify, max_difficulty=3))
