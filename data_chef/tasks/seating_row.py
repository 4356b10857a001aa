"""People in a row of seats: clues, elimination, and who sits where."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import ORDINALS, PEOPLE, Clue, Sayings, arrangements, chosen_clues, eliminate, lay_out, listed
from data_chef.registry import Task, register


SAYINGS = Sayings({
    "intro": (
        "{0} sit in a row of {1} seats.", "{0} sit side by side in {1} seats, numbered from the left.",
        "Seats 1 to {1} stand in a row, and {0} take them.", "In a row of {1} chairs sit {0}.",
    ),
    "seat": ("{0} sits in seat {1}.", "{0} is in seat {1}.", "Seat {1} is taken by {0}.", "Seat {1} is {0}'s."),
    "end": ("{0} sits at one end of the row.", "{0} is at an end.", "{0} has a seat at the end of the row."),
    "notend": ("{0} does not sit at an end.", "{0} is not at either end."),
    "next": (
        "{0} sits directly to the left of {1}.", "{1} sits directly to the right of {0}.",
        "{1} is just to the right of {0}.", "{0} is just to the left of {1}.",
    ),
    "two": (
        "{0} sits two seats to the left of {1}.", "{1} sits two seats to the right of {0}.",
        "There is one person between {0} and {1}, and {0} is further left.",
    ),
    "left": (
        "{0} sits somewhere to the left of {1}.", "{1} sits somewhere to the right of {0}.",
        "{0} is further left than {1}.",
    ),
    "beside": ("{0} and {1} sit next to each other.", "{0} sits next to {1}.", "{0} and {1} are neighbours."),
    "apart": ("{0} and {1} do not sit next to each other.", "{0} does not sit next to {1}."),
    "not": ("{0} is not in seat {1}.", "{0} does not sit in seat {1}.", "Seat {1} is not {0}'s."),
    "who": (
        "Who sits in seat {0}?", "Who is in seat {0}?", "Whose seat is number {0}?", "Name the person in seat {0}.",
        "Which person has seat {0}?", "Tell me who sits in seat {0}.",
    ),
    "where": (
        "In which seat does {0} sit?", "Which seat is {0}'s?", "Where does {0} sit?",
        "What is the number of {0}'s seat?",
        "Find the seat of {0}.", "Give the number of {0}'s seat.",
    ),
    "order": (
        "Give the order from left to right.", "Who sits where, from left to right?", "List them from left to right.",
        "What is the order from left to right?",
    ),
}, slot=r"(?:\w+(?:, \w+)* and \w+|\w+)")  # fmt: skip
RULES: dict[str, Callable[..., Callable[..., bool]]] = {
    "seat": lambda size, a, n: lambda p: p == n - 1,
    "not": lambda size, a, n: lambda p: p != n - 1,
    "end": lambda size, a: lambda p: p in (0, size - 1),
    "notend": lambda size, a: lambda p: p not in (0, size - 1),
    "next": lambda size, a, b: lambda p, q: p + 1 == q,
    "two": lambda size, a, b: lambda p, q: p + 2 == q,
    "left": lambda size, a, b: lambda p, q: p < q,
    "beside": lambda size, a, b: lambda p, q: abs(p - q) == 1,
    "apart": lambda size, a, b: lambda p, q: abs(p - q) > 1,
}
SHORT = {
    "seat": "{0} is in {1}.", "not": "{0} is not in {1}.", "end": "{0} is at an end.",
    "notend": "{0} is not at an end.",
    "next": "{0} is just left of {1}.", "two": "{0} is two left of {1}.", "left": "{0} is left of {1}.",
    "beside": "{0} is next to {1}.", "apart": "{0} is not next to {1}.",
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    seats: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(seats=difficulty + 2)

    def validate(self) -> None:
        if not 3 <= self.seats <= len(ORDINALS):
            raise ValueError(f"seats must be 3 to {len(ORDINALS)}, not {self.seats}")


def clue(size: int, fact) -> Clue:
    kind, *words = fact
    numbers = [int(word) if word.isdigit() else word for word in words]
    things = tuple(word for word in words if not word.isdigit())
    return Clue(SHORT[kind].format(*words), things, RULES[kind](size, *numbers))


def truths(rng: Random, row: list[str]) -> list:
    """A choice of true clues about the row."""
    size = len(row)
    pool: list[tuple[str, ...]] = []
    for p, a in enumerate(row):
        pool.append(("end" if p in (0, size - 1) else "notend", a))
        pool.append(("not", a, str(rng.choice([q + 1 for q in range(size) if q != p]))))
        for q, b in enumerate(row):
            if p < q:
                kinds = {1: ("next", "beside", "left"), 2: ("two", "apart", "left")}.get(q - p, ("apart", "left"))
                pair = (a, b) if rng.random() < 0.5 or kinds[-1] == "left" else (b, a)
                pool.append((rng.choice(kinds), *pair))
    rng.shuffle(pool)
    return [("seat", row[(p := rng.randrange(size))], str(p + 1)), *pool] if rng.random() < 0.6 else pool


def generate(rng: Random, config: Config) -> Problem:
    size = config.seats
    kept = None
    while kept is None:
        row = rng.sample(PEOPLE, size)
        kept = chosen_clues(rng, [row], labels(size), truths(rng, row), lambda fact: clue(size, fact))
    order = sorted(row)
    ask = rng.choice((("who", str(rng.randint(1, size))), ("where", rng.choice(row)), ("order",)))
    lines, answer = worked(order, kept, ask)
    intro = SAYINGS.say(rng, "intro", listed(order), size)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *fact) for fact in kept], SAYINGS.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*order, *sorted(" ".join(fact) for fact in kept), *ask]),
    )


def labels(size: int) -> list[str]:
    return [f"{p + 1}" for p in range(size)]


def worked(people: list[str], facts, ask) -> tuple[list[str], str]:
    lines, left = eliminate([people], labels(len(people)), [clue(len(people), fact) for fact in facts])
    return [*lines, f"Seats: {', '.join(sorted(people, key=lambda one: left[one][0]))}."], told(
        {one: places[0] for one, places in left.items()}, ask
    )


def told(seats: dict[str, int], ask) -> str:
    if ask[0] == "order":
        return ", ".join(sorted(seats, key=seats.__getitem__))
    if ask[0] == "where":
        return str(seats[ask[1]] + 1)
    return next(one for one, seat in seats.items() if seat == int(ask[1]) - 1)


def verify(problem: Problem) -> bool:
    """Tries every order of the people; exactly one fits."""
    facts = SAYINGS.read(problem.question)
    people = next(sorted(one[1].replace(" and ", ", ").split(", ")) for one in facts if one[0] == "intro")
    (ask,) = (one for one in facts if one[0] in ("who", "where", "order"))
    facts = [one for one in facts if one[0] in RULES]
    found = list(arrangements([people], len(people), [clue(len(people), fact) for fact in facts]))
    return (
        len(found) == 1
        and problem.answer == told(found[0], ask)
        and problem.solution == "\n".join(worked(people, facts, ask)[0])
    )


register(Task("seating_row", "logic", Config, generate, verify, max_difficulty=3))
