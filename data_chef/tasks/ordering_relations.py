"""Comparisons in any order and wording: who is third, how many are above someone, is one above another?"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import ORDINALS, PEOPLE, Sayings, lay_out
from data_chef.registry import Task, register


# more, most, as ... as, less, least
SCALES = {
    "taller": ("tallest", "tall", "shorter", "shortest"),
    "older": ("oldest", "old", "younger", "youngest"),
    "faster": ("fastest", "fast", "slower", "slowest"),
    "heavier": ("heaviest", "heavy", "lighter", "lightest"),
    "richer": ("richest", "rich", "poorer", "poorest"),
    "stronger": ("strongest", "strong", "weaker", "weakest"),
}
SAYINGS = Sayings({
    "than": ("{0} is {1} than {2}.", "{0} is a bit {1} than {2}.", "We know that {0} is {1} than {2}."),
    "asas": ("{0} is not as {1} as {2}.", "{0} is less {1} than {2}."),
    "both": ("{0} is {1} than both {2} and {3}.", "{0} is {1} than {2} and also {1} than {3}."),
    "compared": ("Compared with {0}, {1} is {2}.",),
    "third": ("Who is the {0} {1}?", "Which of them is the {0} {1}?", "Name the {0} {1} of them."),
    "most": ("Who is the {0} of all?", "Which of them is the {0}?", "Name the {0} of them all."),
    "count": ("How many of them are {0} than {1}?", "Count those who are {0} than {1}."),
    "is": ("Is {0} {1} than {2}?", "Can we be sure that {0} is {1} than {2}?"),
    "list": ("List them all, the {0} first.", "Put them in order, starting with the {0}.",
             "Sort them, the {0} first."),
})  # fmt: skip
ASKS = ("third", "most", "count", "is", "list")


@dataclass(frozen=True)
class Config:
    people: int
    extra: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(people=difficulty + 2, extra=(0, 1, 1, 2, 2)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.people <= 7 or self.extra < 0:
            raise ValueError(f"people must be 3 to 7, extra at least 0: {self}")


def generate(rng: Random, config: Config) -> Problem:
    more = rng.choice(list(SCALES))
    most, plain, less, least = SCALES[more]
    row = rng.sample(PEOPLE, config.people)
    pairs = [(p, p + 1) for p in range(len(row) - 1)]
    for _ in range(config.extra):
        high, low = sorted(rng.sample(range(len(row)), 2))
        pairs.append((high, low))
    rng.shuffle(pairs)
    clues: list[tuple[str, ...]] = []
    skip = set()
    for high, low in pairs:
        a, b = row[high], row[low]
        if (a, b) in skip:
            continue
        skip.add((a, b))
        roll = rng.random()
        if roll < 0.1 and low + 1 < len(row):
            clues.append(("both", a, more, b, row[low + 1]))
        elif roll < 0.25:
            clues.append(("asas", b, plain, a))
        elif roll < 0.35:
            clues.append(("compared", a, b, less) if rng.random() < 0.5 else ("compared", b, a, more))
        else:
            clues.append(("than", a, more, b) if rng.random() < 0.5 else ("than", b, less, a))
    a, b = rng.sample(row, 2)
    ask = {
        "third": ("third", rng.choice(ORDINALS[1 : len(row) - 1]), rng.choice((most, least))),
        "most": ("most", rng.choice((most, least))),
        "count": ("count", rng.choice((more, less)), a),
        "is": ("is", a, rng.choice((more, less)), b),
        "list": ("list", rng.choice((most, least))),
    }[rng.choice(ASKS)]
    lines, answer = worked(clues, ask)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *clue) for clue in clues], SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{more}|{'>'.join(row)}|{'|'.join(sorted(' '.join(clue) for clue in clues))}|{' '.join(ask)}",
    )


def above(clues) -> list[tuple[str, str]]:
    """Each clue as pairs (one with more, one with less)."""
    pairs = []
    for kind, *words in clues:
        if kind == "asas":
            pairs.append((words[2], words[0]))
        elif kind == "both":
            pairs += [(words[0], words[2]), (words[0], words[3])]
        else:
            a, word, b = words if kind == "than" else (words[1], words[2], words[0])
            pairs.append((a, b) if word in SCALES else (b, a))
    return pairs


def worked(clues, ask) -> tuple[list[str], str]:
    """The clues as pairs, then again and again the one whom nobody left is above."""
    pairs = above(clues)
    lines = [", ".join(f"{a} > {b}" for a, b in pairs)]
    left, row = list(dict.fromkeys(name for pair in pairs for name in pair)), []
    while left:
        lower = {b for a, b in pairs if a in left}
        (top,) = (name for name in left if name not in lower)
        row.append(top)
        left.remove(top)
        lines.append(f"{len(row)}: {top}" + (f" (nobody left is above {top})" if left else ""))
    lines.append(" > ".join(row))
    return lines, told(row, ask)


def told(row: list[str], ask) -> str:
    """The answer, given the order from most to least."""
    kind, *words = ask
    word = words[1] if kind in ("third", "is") else words[0]
    up = word in SCALES or word in [scale[0] for scale in SCALES.values()]
    ordered = row if up else row[::-1]
    if kind == "third":
        return ordered[ORDINALS.index(words[0])]
    if kind == "count":
        return str(ordered.index(words[1]))
    if kind == "is":
        return "Yes" if ordered.index(words[0]) < ordered.index(words[2]) else "No"
    return ordered[0] if kind == "most" else ", ".join(ordered)


def verify(problem: Problem) -> bool:
    """Everyone's place is the number of people above, found by following the comparisons up."""
    sayings = SAYINGS.read(problem.question)
    (ask,) = (one for one in sayings if one[0] in ASKS)
    clues = [one for one in sayings if one[0] not in ASKS]
    higher: dict[str, set[str]] = {}
    for a, b in above(clues):
        higher.setdefault(b, set()).add(a)
        higher.setdefault(a, set())
    for _ in higher:
        higher = {name: ups.union(*(higher[up] for up in ups)) for name, ups in higher.items()}
    order = sorted(higher, key=lambda name: len(higher[name]))
    total = [len(higher[name]) for name in order] == list(range(len(order)))
    return total and problem.answer == told(order, ask) and problem.solution == "\n".join(worked(clues, ask)[0])


register(Task("ordering_relations", "logic", Config, generate, verify, max_difficulty=4))
