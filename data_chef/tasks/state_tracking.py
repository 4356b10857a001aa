"""Things moved between boxes, and switches flipped: where is it, what is inside, which are on?"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import COLOURS, Sayings, lay_out
from data_chef.registry import Task, register


ITEMS = "coin marble button pebble bead spool ring stamp key nut shell token feather magnet cork".split()
BOXES = Sayings({
    "in": ("The {0} is in the {1} box.", "In the {1} box is the {0}.", "At first the {0} lies in the {1} box."),
    "move": (
        "The {0} is moved to the {1} box.", "Then someone puts the {0} into the {1} box.",
        "The {0} goes into the {1} box.",
        "Put the {0} into the {1} box.", "Next, the {0} is put into the {1} box.",
    ),
    "swap": (
        "The contents of the {0} box and the {1} box are swapped.", "Everything in the {0} box trades places with "
        "everything in the {1} box.", "Swap what is in the {0} box with what is in the {1} box.",
    ),
    "pour": (
        "Everything in the {0} box is moved to the {1} box.", "The {0} box is emptied into the {1} box.",
    ),
    "where": (
        "In which box is the {0} now?", "Where is the {0} at the end?", "Which box holds the {0} in the end?",
        "Name the box that holds the {0} now.",
    ),
    "count": ("How many things are in the {0} box now?", "How many things does the {0} box hold in the end?"),
})  # fmt: skip
LAMPS = Sayings({
    "on": ("The {0} lamp is on.", "At first the {0} lamp is on."),
    "off": ("The {0} lamp is off.", "At first the {0} lamp is off."),
    "press": (
        "Someone presses the {0} switch.", "The {0} switch is pressed.", "Press the {0} switch.",
        "Then the {0} switch is pressed.",
    ),
    "twice": ("The {0} switch is pressed twice.", "Press the {0} switch two times."),
    "all": ("All the switches are pressed once.", "Every switch is pressed once."),
    "lit": ("Which lamps are on now?", "Which lamps are on at the end?", "Name all lamps that are on now."),
    "is": ("Is the {0} lamp on now?", "Is the {0} lamp on at the end?", "Does the {0} lamp shine now?"),
})  # fmt: skip
RULE = ("Each switch turns its lamp on or off.", "A switch changes its lamp: from on to off, or from off to on.")


@dataclass(frozen=True)
class Config:
    things: int
    moves: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(things=min(2 + difficulty, 5), moves=(2, 4, 6, 9, 12)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.things <= len(COLOURS) or self.moves < 1:
            raise ValueError(f"things must be 2 to {len(COLOURS)} and moves at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    colours = rng.sample(COLOURS, config.things)
    facts: list[tuple[str, ...]] = []
    if rng.random() < 0.5:
        items = rng.sample(ITEMS, config.things)
        facts += [("in", item, rng.choice(colours)) for item in items]
        for _ in range(config.moves):
            if rng.random() < 0.75:
                item = rng.choice(items)
                at = box_of(item, facts)
                facts.append(("move", item, rng.choice([colour for colour in colours if colour != at])))
            else:
                facts.append((rng.choice(("swap", "pour")), *rng.sample(colours, 2)))
        ask: tuple[str, ...] = ("where", rng.choice(items)) if rng.random() < 0.7 else ("count", rng.choice(colours))
        sayings, worked, intro = BOXES, boxes, ""
    else:
        facts += [(rng.choice(("on", "off")), colour) for colour in colours]
        for _ in range(config.moves):
            kind = rng.choice(("press", "press", "press", "twice", "all"))
            facts.append((kind,) if kind == "all" else (kind, rng.choice(colours)))
        ask = ("lit",) if rng.random() < 0.6 else ("is", rng.choice(colours))
        sayings, worked, intro = LAMPS, lamps, rng.choice(RULE)
    lines, answer = worked(facts, ask)
    return Problem(
        question=lay_out(rng, [sayings.say(rng, *fact) for fact in facts], sayings.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join(" ".join(one) for one in [*facts, ask]),
    )


def boxes(facts, ask) -> tuple[list[str], str]:
    """Where everything is that has just been moved."""
    place: dict[str, str] = {}
    lines = []
    for kind, one, two in facts:
        if kind in ("in", "move"):
            place[one] = two
            lines.append(f"{one}: {two}")
            continue
        changed = []
        for item, box in place.items():
            if box == one:
                place[item] = two
                changed.append(f"{item}: {two}")
            elif box == two and kind == "swap":
                place[item] = one
                changed.append(f"{item}: {one}")
        name = f"{one} and {two} swap" if kind == "swap" else f"{one} into {two}"
        lines.append(f"{name}; {', '.join(changed) or 'nothing moves'}")
    if ask[0] == "where":
        return lines, place[ask[1]]
    inside = [item for item, box in place.items() if box == ask[1]]
    lines.append(f"In {ask[1]}: {', '.join(inside) or 'nothing'}")
    return lines, str(len(inside))


def lamps(facts, ask) -> tuple[list[str], str]:
    """The state of each lamp that has just changed."""
    on: dict[str, bool] = {}
    lines = []
    for kind, *words in facts:
        if kind in ("on", "off"):
            on[words[0]] = kind == "on"
            lines.append(f"{words[0]}: {kind}")
        elif kind == "twice":
            lines.append(f"{words[0]} twice: still {'on' if on[words[0]] else 'off'}")
        else:
            changed = words or list(on)
            for colour in changed:
                on[colour] = not on[colour]
            told = ", ".join(f"{colour}: {'on' if on[colour] else 'off'}" for colour in changed)
            lines.append(told if words else f"all; {told}")
    lit = [colour for colour in on if on[colour]]
    if ask[0] == "is":
        return lines, "Yes" if on[ask[1]] else "No"
    return lines, ", ".join(lit) or "none"


def verify(problem: Problem) -> bool:
    """Follows what is asked alone: a thing from the start, a lamp by counting its presses."""
    told = BOXES.read(problem.question) or LAMPS.read(problem.question)
    asks = ("where", "count", "lit", "is")
    (ask,), facts = [one for one in told if one[0] in asks], [one for one in told if one[0] not in asks]
    if ask[0] in ("where", "count"):
        ends = {fact[1]: box_of(fact[1], facts) for fact in facts if fact[0] == "in"}
        answer = ends[ask[1]] if ask[0] == "where" else str(list(ends.values()).count(ask[1]))
        steps = boxes(facts, ask)[0]
    else:
        start = {fact[1]: fact[0] == "on" for fact in facts if fact[0] in ("on", "off")}
        presses = {colour: facts.count(("press", colour)) + facts.count(("all",)) for colour in start}
        on = [colour for colour in start if start[colour] != bool(presses[colour] % 2)]
        answer = ("Yes" if ask[1] in on else "No") if ask[0] == "is" else ", ".join(on) or "none"
        steps = lamps(facts, ask)[0]
    return problem.answer == answer and problem.solution == "\n".join(steps)


def box_of(item: str, facts) -> str:
    at = ""
    for kind, one, two in facts:
        if kind in ("in", "move"):
            at = two if one == item else at
        elif at == one:
            at = two
        elif at == two and kind == "swap":
            at = one
    return at


register(Task("state_tracking", "logic", Config, generate, verify, max_difficulty=4))
