"""People around a round table: clues clockwise, counterclockwise and opposite, seat by seat."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Clue, Sayings, arrangements, lay_out, listed
from data_chef.registry import Task, register


SAYINGS = Sayings({
    "intro": (
        "{0} sit around a round table with {1} seats.", "Around a round table with {1} chairs sit {0}.",
        "{0} take the {1} seats of a round table.", "At a round table for {1} sit {0}.",
    ),
    "next": (
        "Going clockwise, {1} comes right after {0}.", "{0} is followed clockwise by {1}.",
        "The next person clockwise from {0} is {1}.", "{1} sits one seat clockwise from {0}.",
        "{0} sits one seat counterclockwise from {1}.",
    ),
    "two": (
        "{1} sits two seats clockwise from {0}.", "{0} sits two seats counterclockwise from {1}.",
        "Going clockwise from {0}, the second person is {1}.",
    ),
    "opposite": ("{0} sits opposite {1}.", "{0} and {1} sit opposite each other.", "{0} faces {1} across the table."),
    "who1": ("Who comes right after {0}, going clockwise?", "Who sits one seat clockwise from {0}?"),
    "who-1": ("Who sits one seat counterclockwise from {0}?", "Who comes right before {0}, going clockwise?"),
    "who2": ("Who sits two seats clockwise from {0}?", "Going clockwise from {0}, who is the second person?"),
    "whoopp": ("Who sits opposite {0}?", "Whom does {0} face across the table?"),
    "round": (
        "List them clockwise, starting with {0}.", "Name everyone clockwise from {0} on, {0} first.",
        "What is the order clockwise, starting with {0}?",
    ),
}, slot=r"(?:\w+(?:, \w+)* and \w+|\w+)")  # fmt: skip
ASKS = ("who1", "who-1", "who2", "whoopp", "round")


@dataclass(frozen=True)
class Config:
    seats: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(seats=((4,), (5, 6), (6, 7))[difficulty - 1])

    def validate(self) -> None:
        if not all(4 <= size <= 8 for size in self.seats):
            raise ValueError(f"seats must be 4 to 8: {self}")


def shift(kind: str, size: int) -> int:
    return {"next": 1, "two": 2, "opposite": size // 2}[kind]


def generate(rng: Random, config: Config) -> Problem:
    """Each clue ties a new person to one already tied; they are told in any order."""
    size = rng.choice(config.seats)
    row = rng.sample(PEOPLE, size)
    kinds = ["next", "next", "two"] + (["opposite"] if size % 2 == 0 else [])
    tied, clues, free = [0], [], list(range(1, size))
    while free:
        p, kind = rng.choice(tied), rng.choice(kinds)
        back = rng.random() < 0.5
        q = (p + (-1 if back else 1) * shift(kind, size)) % size
        if q in free:
            clues.append((kind, row[q], row[p]) if back else (kind, row[p], row[q]))
            free.remove(q)
            tied.append(q)
    # The last one needs no clue: one seat is left.
    clues.pop() if size > 4 and rng.random() < 0.5 else None
    rng.shuffle(clues)
    kind = rng.choice([one for one in ASKS if one != "whoopp" or size % 2 == 0])
    people, ask = sorted(row), (kind, rng.choice(row))
    lines, answer = worked(people, clues, ask)
    intro = SAYINGS.say(rng, "intro", listed(people), size)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *clue) for clue in clues], SAYINGS.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*people, *sorted(" ".join(clue) for clue in clues), *ask]),
    )


def worked(people: list[str], clues, ask) -> tuple[list[str], str]:
    """The first person named in a clue takes seat 1, the others follow clue by clue, seats numbered clockwise."""
    size, first = len(people), clues[0][1]
    seats, left = {first: 1}, list(clues)
    lines = [f"Number the seats clockwise. {first}: 1"]
    while left:
        clue = next(one for one in left if one[1] in seats or one[2] in seats)
        left.remove(clue)
        kind, a, b = clue
        known, new, sign = (a, b, 1) if a in seats else (b, a, -1)
        seat = seats[known] + sign * shift(kind, size)
        line = f"{new}: {seats[known]}{'+' if sign > 0 else '-'}{shift(kind, size)}={seat}"
        seats[new] = (seat - 1) % size + 1
        lines.append(line + (f", so {seats[new]}" if seats[new] != seat else ""))
    for person in people:
        if person not in seats:
            seats[person] = next(n for n in range(1, size + 1) if n not in seats.values())
            lines.append(f"{person}: {seats[person]}, the seat left")
    ring = sorted(seats, key=seats.__getitem__)
    lines.append(f"Clockwise: {', '.join(ring)}")
    return lines, told(ring, ask)


def told(ring: list[str], ask) -> str:
    kind, person = ask
    size, at = len(ring), ring.index(person)
    if kind == "round":
        return ", ".join(ring[at:] + ring[:at])
    return ring[(at + {"who1": 1, "who-1": -1, "who2": 2, "whoopp": size // 2}[kind]) % size]


def verify(problem: Problem) -> bool:
    """Tries every order around the table, the first person fixed; exactly one fits."""
    sayings = SAYINGS.read(problem.question)
    people = next(one[1].replace(" and ", ", ").split(", ") for one in sayings if one[0] == "intro")
    clues = [one for one in sayings if one[0] in ("next", "two", "opposite")]
    (ask,) = (one for one in sayings if one[0] in ASKS)
    size = len(people)
    rules = [Clue("", tuple(names), lambda p, q, by=shift(kind, size): (q - p) % size == by) for kind, *names in clues]
    rules.append(Clue("", (people[0],), lambda p: p == 0))
    found = list(arrangements([people], size, rules))
    return (
        len(found) == 1
        and problem.answer == told(sorted(people, key=found[0].__getitem__), ask)
        and problem.solution == "\n".join(worked(people, clues, ask)[0])
    )


register(Task("seating_circle", "logic", Config, generate, verify, max_difficulty=2))
