"""A walk with turns: which way does the walker face, and where does the walk end?"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import MEN, WOMEN, Sayings
from data_chef.registry import Task, register


COMPASS = ("north", "east", "south", "west")
DX, DY = (0, 1, 0, -1), (1, 0, -1, 0)
TURNS = {"left": 3, "right": 1, "around": 2}
SAYINGS = Sayings({
    "start": ("{0} starts facing {1}.", "{0} stands facing {1}.", "{0} looks {1} at first.", "{0} begins facing {1}."),
    "walk": ("{0} walks {1} steps.", "{0} goes {1} steps forward.", "Then {0} walks {1} steps.",
             "{0} takes {1} steps."),
    "turn": ("{0} turns {1}.", "Then {0} turns {1}.", "Now {0} turns {1}.", "Next, {0} turns {1}."),
    "face": (
        "Which way does {0} face now?", "In which direction does {0} look at the end?", "Which way is {0} facing?",
        "What direction does {0} face in the end?", "Where does {0} look now?", "Name the direction {0} faces now.",
    ),
    "where": (
        "Where is {0} now, seen from the start?", "How far and in which direction from the start is {0}?",
        "Where does {0} end up, seen from the start?", "Describe where {0} is from the starting point.",
    ),
    "back": (
        "How many steps is {0} from the start, counted along the two compass directions?",
        "How many steps along the compass directions would take {0} back to the start?",
    ),
})  # fmt: skip
ASKS = ("face", "where", "back")


@dataclass(frozen=True)
class Config:
    moves: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(moves=(3, 5, 8, 11)[difficulty - 1])

    def validate(self) -> None:
        if self.moves < 2:
            raise ValueError(f"moves must be at least 2, not {self.moves}")


def generate(rng: Random, config: Config) -> Problem:
    woman = rng.random() < 0.5
    name, pronoun = (rng.choice(WOMEN), "she") if woman else (rng.choice(MEN), "he")
    ask = rng.choice(ASKS)
    moves: list[tuple[str, str]] = []
    while len(moves) < config.moves or (ask != "face" and moves[-1][0] == "turn"):
        if ask == "face" and rng.random() < 0.7 or (moves and moves[-1][0] == "walk"):
            moves.append(("turn", rng.choice(("left", "right", "left", "right", "around"))))
        else:
            moves.append(("walk", str(rng.randint(2, 9 + config.moves))))
    start = rng.choice(COMPASS)
    told = [SAYINGS.say(rng, "start", name, start)]
    told += [SAYINGS.say(rng, kind, pronoun if rng.random() < 0.8 else name, what) for kind, what in moves]
    lines, answer = worked(start, moves, ask)
    return Problem(
        question=" ".join([*told, SAYINGS.say(rng, ask, pronoun if rng.random() < 0.3 else name)]),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([start, *(what for _, what in moves), ask]),
    )


def worked(start: str, moves, ask: str) -> tuple[list[str], str]:
    """The direction after each turn, and the place after each walk."""
    facing, x, y = COMPASS.index(start), 0, 0
    lines = []
    for kind, what in moves:
        if kind == "turn":
            before, facing = facing, (facing + TURNS[what]) % 4
            lines.append(f"{COMPASS[before]}, turn {what}: {COMPASS[facing]}")
        elif ask != "face":
            axis = "north" if DY[facing] else "east"
            old = y if DY[facing] else x
            step = int(what) * (DY[facing] + DX[facing])
            x, y = x + int(what) * DX[facing], y + int(what) * DY[facing]
            lines.append(f"{what} {COMPASS[facing]}: {axis} {old}{step:+d}={old + step}")
    if ask == "face":
        return lines, COMPASS[facing]
    if ask == "back":
        lines.append(f"{abs(y)}+{abs(x)}={abs(x) + abs(y)}")
        return lines, str(abs(x) + abs(y))
    lines.append(f"At the end: north {y}, east {x}")
    return lines, place(x, y)


def place(x: int, y: int) -> str:
    parts = [(abs(y), "north" if y > 0 else "south"), (abs(x), "east" if x > 0 else "west")]
    words = [f"{n} step{'s' * (n > 1)} {way}" for n, way in parts if n]
    return " and ".join(words) or "at the start"


def verify(problem: Problem) -> bool:
    """Walks with complex numbers, north being i and a left turn a factor of i."""
    told = SAYINGS.read(problem.question)
    start = next(one[2] for one in told if one[0] == "start")
    moves = [(one[0], one[2]) for one in told if one[0] in ("walk", "turn")]
    (ask,) = (one[0] for one in told if one[0] in ASKS)
    ways = {"north": 1j, "east": 1, "south": -1j, "west": -1}
    way, at = complex(ways[start]), 0j
    for kind, what in moves:
        if kind == "turn":
            way *= {"left": 1j, "right": -1j, "around": -1}[what]
        else:
            at += way * int(what)
    if ask == "face":
        right = problem.answer in ways and ways[problem.answer] == way
    elif ask == "back":
        right = problem.answer == str(int(abs(at.real) + abs(at.imag)))
    else:
        steps = re.findall(r"(\d+) steps? (\w+)", problem.answer)
        reached = sum((int(n) * ways.get(one, 0) for n, one in steps), 0j)
        right = reached == at and problem.answer == place(int(at.real), int(at.imag))
    return right and problem.solution == "\n".join(worked(start, moves, ask)[0])


register(Task("direction_walk", "logic", Config, generate, verify, max_difficulty=3))
