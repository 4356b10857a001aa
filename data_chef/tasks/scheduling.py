"""Jobs with before and after constraints: the one order that fits, and what comes when."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import ORDINALS, Sayings, lay_out, listed
from data_chef.registry import Task, register


JOBS = (
    "baking cleaning cooking digging drawing drilling dusting filing fishing ironing mending mowing packing painting "
    "planting polishing printing reading sanding sewing shopping sorting sweeping typing washing watering writing"
).split()
SAYINGS = Sayings({
    "intro": ("These jobs must be done one after the other: {0}.", "The jobs are {0}, one at a time.",
              "There are {1} jobs to do in turn: {0}."),
    "before": (
        "{0} comes before {1}.", "{1} comes after {0}.", "Do {0} before {1}.", "{1} must wait until {0} is done.",
        "{0} must be done before {1}.", "{0} is earlier than {1}.",
    ),
    "right": ("{1} comes right after {0}.", "{0} comes directly before {1}.",
              "Nothing is done between {0} and {1}, and "
              "{0} is first of the two."),
    "first": ("{0} comes first.", "Start with {0}.", "The first job is {0}."),
    "last": ("{0} comes last.", "End with {0}.", "The last job is {0}."),
    "order": (
        "In which order are the jobs done?", "What is the order of the jobs?", "List the jobs in order.",
        "Put the jobs in order.", "Give the whole plan in order.",
    ),
    "which": ("Which job is {0}?", "Which job comes {0}?", "What is the {0} job?", "Name the {0} job."),
    "place": ("How many jobs come before {0}?", "How many jobs are done before {0}?"),
}, slot=r"(?:\w+(?:, \w+)* and \w+|\w+)")  # fmt: skip
ASKS = ("order", "which", "place")


@dataclass(frozen=True)
class Config:
    jobs: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(jobs=difficulty + 2)

    def validate(self) -> None:
        if not 3 <= self.jobs <= len(ORDINALS):
            raise ValueError(f"jobs must be 3 to {len(ORDINALS)}, not {self.jobs}")


def generate(rng: Random, config: Config) -> Problem:
    row = rng.sample(JOBS, config.jobs)
    facts: list[tuple[str, ...]] = []
    for a, b in zip(row, row[1:], strict=False):
        facts.append(("right" if rng.random() < 0.2 else "before", a, b))
    if rng.random() < 0.4:
        end = rng.choice(("first", "last"))
        # What stands first needs no other word about it.
        facts[0 if end == "first" else -1] = (end, row[0 if end == "first" else -1])
    for _ in range(rng.randint(0, config.jobs - 3)):
        p, q = sorted(rng.sample(range(config.jobs), 2))
        if q > p + 1:
            facts.append(("before", row[p], row[q]))
    facts = list(dict.fromkeys(facts))
    rng.shuffle(facts)
    ask = {
        "order": ("order",),
        "which": ("which", rng.choice((*ORDINALS[: config.jobs], "last"))),
        "place": ("place", rng.choice(row)),
    }[rng.choice(ASKS)]
    names = sorted(row)
    lines, answer = worked(names, facts, ask)
    intro = SAYINGS.say(rng, "intro", listed(names), config.jobs)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *fact) for fact in facts], SAYINGS.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*names, *sorted(" ".join(fact) for fact in facts), *ask]),
    )


def pairs_of(jobs: list[str], facts) -> list[tuple[str, str]]:
    pairs = [(one[1], one[2]) for one in facts if one[0] in ("before", "right")]
    for kind, *words in facts:
        if kind in ("first", "last"):
            pairs += [(words[0], job) if kind == "first" else (job, words[0]) for job in jobs if job != words[0]]
    return pairs


def worked(jobs: list[str], facts, ask) -> tuple[list[str], str]:
    """Again and again the one job that waits for no other that is left."""
    pairs = pairs_of(jobs, facts)
    row: list[str] = []
    left, lines = list(jobs), []
    while left:
        waiting = {job: next((a for a, b in pairs if b == job and a in left), "") for job in left}
        (free,) = (job for job in left if not waiting[job])
        told = [f"{job} waits for {waiting[job]}" for job in left if waiting[job]]
        lines.append("; ".join([*told, f"so {len(row) + 1} is {free}" if told else f"{len(row) + 1} is {free}"]))
        row.append(free)
        left.remove(free)
    lines.append(f"Order: {', '.join(row)}")
    return lines, told_of(row, ask)


def told_of(row: list[str], ask) -> str:
    if ask[0] == "order":
        return ", ".join(row)
    if ask[0] == "place":
        return str(row.index(ask[1]))
    return row[-1 if ask[1] == "last" else ORDINALS.index(ask[1])]


def verify(problem: Problem) -> bool:
    """Lets a place for every job grow until all constraints hold; the places must be all different."""
    told = [tuple(word.lower() for word in one) for one in SAYINGS.read(problem.question)]
    jobs = next(one[1].replace(" and ", ", ").split(", ") for one in told if one[0] == "intro")
    facts = [one for one in told if one[0] in ("before", "right", "first", "last")]
    (ask,) = (one for one in told if one[0] in ASKS)
    place = dict.fromkeys(jobs, 0)
    for _ in jobs:
        for kind, one, *more in facts:
            if kind in ("before", "right"):
                place[more[0]] = max(place[more[0]], place[one] + 1)
            elif kind == "last":
                place[one] = len(jobs) - 1
            else:
                place = {job: place[job] if job == one else max(place[job], 1) for job in jobs}
    row = sorted(jobs, key=place.__getitem__)
    fits = [place[job] for job in row] == list(range(len(jobs)))
    fits = fits and all(place[one[2]] == place[one[1]] + 1 for one in facts if one[0] == "right")
    return fits and problem.answer == told_of(row, ask) and problem.solution == "\n".join(worked(jobs, facts, ask)[0])


register(Task("scheduling", "logic", Config, generate, verify, max_difficulty=4))
