"""A small timetable as text: times to read, how long a ride takes, and which one to take."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import Table, clock, duration, gap_lines, minutes_of, read_kind, sound, split_table, table_text
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


STOPS = (
    "Oak",
    "Hill",
    "Lake",
    "Park",
    "Mill",
    "Dock",
    "Zoo",
    "Tower",
    "Market",
    "School",
    "Bridge",
    "Castle",
    "Airport",
)
KINDS = {
    "time": (
        "{table}\n\nWhen does {ride} stop at {x}?",
        "{table}\nAt what time is {ride} at {x}?",
        "Here is a timetable.\n{table}\nWhat time does {ride} get to {x}?",
    ),
    "length": (
        "{table}\n\nHow long does {ride} take from {x} to {y}?",
        "{table}\nHow much time does {ride} need from {x} to {y}?",
        "This is a timetable.\n{table}\nHow long is the ride from {x} to {y} on {ride}?",
    ),
    "next": (
        "{table}\n\n{name} is at {x} at {now}. Which {v} comes next?",
        "{table}\nIt is {now}. Which {v} is the next to leave {x}?",
        "Look at the timetable.\n{table}\nSomeone comes to {x} at {now}. Which {v} can be taken first?",
    ),
    "arrive": (
        "{table}\n\n{name} comes to {x} at {now} and takes the next {v} to {y}. When does {name} arrive?",
        "{table}\nIt is {now} at {x}. When can one be at {y} by {v} at the earliest?",
    ),
}


@dataclass(frozen=True)
class Config:
    stops: int
    rides: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            stops=(3, 4, 5, 7)[difficulty - 1],
            rides=(2, 3, 4, 6)[difficulty - 1],
            kinds=(("time", "length"), tuple(KINDS), tuple(KINDS), ("length", "next", "arrive"))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.stops < 3 or self.rides < 2:
            raise ValueError(f"stops must be at least 3, rides must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, vehicle = rng.choice(config.kinds), rng.choice(("Bus", "Train", "Tram", "Boat"))
    stops = rng.sample(STOPS, rng.randint(3, config.stops))
    rides = [f"{vehicle} {number}" for number in range(1, rng.randint(2, config.rides) + 1)]
    legs = [rng.randint(3, 40) for _ in stops[1:]]
    start, starts = rng.randint(360, 700), []
    for _ in rides:
        starts.append(start)
        start += rng.randint(20, 90)
    times_at = [[begin + sum(legs[:i]) for begin in starts] for i in range(len(stops))]
    cells = tuple(tuple(clock(time, 24) for time in row) for row in times_at)
    i, j = sorted(rng.sample(range(len(stops)), 2))
    k = rng.randrange(len(rides))
    x, y, at_x, at_y = stops[i], stops[j], times_at[i], times_at[j]
    now = at_x[k] - rng.randint(1, min(19, at_x[k] - (at_x[k - 1] if k else 0) - 1))
    if kind == "time":
        answer = clock(at_x[k], 24)
        steps = [f"{rides[k]}, {x}: {answer}"]
    elif kind == "length":
        answer = duration(at_y[k] - at_x[k])
        steps = [f"{rides[k]}, {x}: {clock(at_x[k], 24)}", f"{rides[k]}, {y}: {clock(at_y[k], 24)}"]
        steps += [*gap_lines(at_x[k], at_y[k]), answer]
    else:
        steps = [f"{clock(time, 24)} is before {clock(now, 24)}" for time in at_x[:k]]
        steps.append(f"{clock(at_x[k], 24)} is after {clock(now, 24)}: {rides[k]}")
        answer = rides[k]
        if kind == "arrive":
            answer = clock(at_y[k], 24)
            steps.append(f"{rides[k]}, {y}: {answer}")
    table = Table(tuple(stops), tuple(rides), cells)
    words = {"ride": rides[k], "x": x, "y": y, "now": clock(now, 24), "name": rng.choice(NAMES)}
    words["v"] = vehicle.lower()
    return Problem(
        question=rng.choice(KINDS[kind]).format(table=table_text(rng, "Stop", table), **words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{at_x}|{at_y}|{now if kind in ('next', 'arrive') else k}",
    )


def verify(problem: Problem) -> bool:
    """Reads the table of the question; the next ride is the one that minimises the time to wait."""
    kind, told = read_kind(KINDS, problem.question)
    table = split_table(told["table"])[0]
    at_x = [minutes_of(time) for time in table.row(told["x"])]
    if kind in ("time", "length"):
        k = table.columns.index(told["ride"])
    else:
        waits = [(time - minutes_of(told["now"])) % 1440 for time in at_x]
        k = waits.index(min(waits))
    if kind == "next":
        return sound(problem, table.columns[k])
    if kind == "time":
        return sound(problem, clock(at_x[k], 24))
    there = minutes_of(table.row(told["y"])[k])
    return sound(problem, duration(there - at_x[k]) if kind == "length" else clock(there, 24))


register(Task("timetable", "mathematics", Config, generate, verify, max_difficulty=3))
