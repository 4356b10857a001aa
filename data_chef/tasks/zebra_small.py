"""Houses in a row with colours and animals: clues across both, solved by elimination."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import COLOURS, Clue, Sayings, arrangements, capital, chosen_clues, eliminate, lay_out, listed
from data_chef.registry import Task, register


ANIMALS = "cat dog fish bird fox owl goat horse rabbit snake hen frog".split()
SAYINGS = Sayings({
    "intro": (
        "{0} houses in a row are {1}, and in each lives one animal: {2}.",
        "There are {0} houses in a row, {1}, numbered from the left. They are home to {2}, one in each.",
        "{2} live in {0} houses in a row, one in each. The houses are {1}.",
    ),
    "in": ("The {1} lives in the {0} house.", "The {0} house is home to the {1}.", "In the {0} house lives the {1}."),
    "notin": ("The {1} does not live in the {0} house.", "The {0} house is not home to the {1}."),
    "numberc": ("House {1} is {0}.", "The {0} house is number {1}.", "The {0} house is house {1}."),
    "numbera": ("The {0} lives in house {1}.", "House {1} is home to the {0}."),
    "leftc": (
        "The {0} house is directly to the left of the {1} house.",
        "The {1} house is directly to the right of the {0} house.",
    ),
    "lefta": (
        "The {0} lives directly to the left of the {1}.", "The {1} lives directly to the right of the {0}.",
    ),
    "beforec": ("The {0} house is somewhere to the left of the {1} house.",),
    "beforea": ("The {0} lives somewhere to the left of the {1}.", "The {1} lives somewhere to the right of the {0}."),
    "next": ("The {1} lives next to the {0} house.", "The house of the {1} is next to the {0} house."),
    "animal": (
        "Which animal lives in the {0} house?", "Who lives in the {0} house?", "What lives in the {0} house?",
        "Name the animal of the {0} house.",
    ),
    "colour": (
        "What colour is the house of the {0}?", "In which colour of house does the {0} live?",
        "Which colour is the {0}'s house?", "Name the colour of the {0}'s house.",
    ),
    "house": (
        "In which house does the {0} live, counted from the left?", "What is the number of the {0}'s house?",
        "Give the number of the house where the {0} lives.",
    ),
}, slot=r"(?:[\w ]+(?:, [\w ]+)* and [\w ]+|\w+)")  # fmt: skip
HOLDS = {
    "in": lambda p, q: p == q, "notin": lambda p, q: p != q, "left": lambda p, q: p + 1 == q,
    "before": lambda p, q: p < q, "next": lambda p, q: abs(p - q) == 1,
}  # fmt: skip
SHORT = {
    "in": "{1} is in {0}.", "notin": "{1} is not in {0}.", "number": "{0} is in {1}.",
    "left": "{0} is just left of {1}.",
    "before": "{0} is left of {1}.", "next": "{1} is next to {0}.",
}  # fmt: skip
COUNT = {3: "Three", 4: "Four", 5: "Five"}


@dataclass(frozen=True)
class Config:
    houses: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(houses=difficulty + 2)

    def validate(self) -> None:
        if self.houses not in COUNT:
            raise ValueError(f"houses must be 3 to 5, not {self.houses}")


def clue(fact) -> Clue:
    kind, one, two = fact
    bare = kind.rstrip("ac") if kind[:-1] in ("number", "left", "before") else kind
    text = capital(SHORT[bare].format(one, two))
    if bare == "number":
        return Clue(text, (one,), lambda p: p == int(two) - 1)
    return Clue(text, (one, two), HOLDS[bare])


def truths(rng: Random, colours: list[str], animals: list[str]) -> list[tuple[str, ...]]:
    """A choice of true clues about the houses."""
    pool: list[tuple[str, ...]] = []
    for row, mark in ((colours, "c"), (animals, "a")):
        for p, q in zip(range(len(row)), range(1, len(row)), strict=False):
            pool.append((rng.choice(("left", "before")) + mark, row[p], row[q]))
        p = rng.randrange(len(row))
        pool.append((f"number{mark}", row[p], str(p + 1)))
    for p, colour in enumerate(colours):
        pool.append(("in", colour, animals[p]))
        q = rng.choice([q for q in range(len(animals)) if q != p])
        pool.append(("next" if abs(p - q) == 1 and rng.random() < 0.7 else "notin", colour, animals[q]))
    return pool


def generate(rng: Random, config: Config) -> Problem:
    kept = None
    size = config.houses
    while kept is None:
        colours, animals = rng.sample(COLOURS, size), rng.sample(ANIMALS, size)
        kept = chosen_clues(rng, [colours, animals], labels(size), truths(rng, colours, animals), clue)
    ask = rng.choice(
        (("animal", rng.choice(colours)), ("colour", rng.choice(animals)), ("house", rng.choice(animals)))
    )
    groups = [sorted(colours), sorted(animals)]
    lines, found = worked(groups, kept)
    stock = listed([f"a {animal}" if animal[0] != "o" else f"an {animal}" for animal in groups[1]])
    intro = SAYINGS.say(rng, "intro", COUNT[size].lower(), listed(groups[0]), stock)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *fact) for fact in kept], SAYINGS.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer_of(found, groups, ask),
        canonical="|".join([*groups[0], *groups[1], *sorted(" ".join(fact) for fact in kept), *ask]),
    )


def labels(size: int) -> list[str]:
    return [str(p + 1) for p in range(size)]


def worked(groups, facts) -> tuple[list[str], dict[str, int]]:
    size = len(groups[0])
    lines, left = eliminate(groups, labels(size), [clue(fact) for fact in facts])
    found = {name: places[0] for name, places in left.items()}
    for p in range(size):
        row = [name for group in groups for name in group if found[name] == p]
        lines.append(f"House {p + 1}: {', '.join(row)}.")
    return lines, found


def answer_of(found: dict[str, int], groups, ask) -> str:
    kind, name = ask
    if kind == "house":
        return str(found[name] + 1)
    return next(one for one in groups[kind == "animal"] if found[one] == found[name])


def verify(problem: Problem) -> bool:
    """Tries all ways to place colours and animals; exactly one fits."""
    told = SAYINGS.read(problem.question)
    words = problem.question.lower().replace(",", " ").replace(".", " ").replace("?", " ").replace("'", " ").split()
    groups = [sorted({word for word in words if word in names}) for names in (COLOURS, ANIMALS)]
    (ask,) = (one for one in told if one[0] in ("animal", "colour", "house"))
    facts = [one for one in told if one[0] not in ("animal", "colour", "house", "intro")]
    found = list(arrangements(groups, len(groups[0]), [clue(fact) for fact in facts]))
    return (
        len(found) == 1
        and problem.answer == answer_of(found[0], groups, ask)
        and problem.solution == "\n".join(worked(groups, facts)[0])
    )


register(Task("zebra_small", "logic", Config, generate, verify, max_difficulty=2))
