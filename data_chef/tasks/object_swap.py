"""People swap or pass on what they hold: who has what in the end?"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Sayings, lay_out
from data_chef.registry import Task, register


THINGS = (
    "book ball cup hat key kite lamp map pen ring rope shell spoon stone ticket toy whistle bell brush candle card "
    "coin drum flag glove mirror needle pillow ruler scarf"
).split()
SAYINGS = Sayings({
    "has": ("{0} has the {1}.", "{0} holds the {1}.", "{0} starts with the {1}."),
    "swap": (
        "{0} and {1} swap.", "{0} swaps with {1}.", "{0} trades with {1}.", "Then {0} and {1} swap what they hold.",
        "Next, {0} and {1} trade.", "{0} and {1} exchange what they have.",
    ),
    "who": (
        "Who has the {0} in the end?", "Who ends up with the {0}?", "Who holds the {0} now?",
        "At the end, who has the {0}?", "In whose hands is the {0} at the end?", "Tell me who has the {0} now.",
    ),
    "what": (
        "What does {0} have in the end?", "What does {0} hold now?", "What does {0} end up with?",
        "At the end, what is {0} holding?", "Which thing does {0} have at the end?", "Tell me what {0} has now.",
    ),
})  # fmt: skip


@dataclass(frozen=True)
class Config:
    people: int
    swaps: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(people=min(2 + difficulty, 5), swaps=(2, 3, 5, 7, 10)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.people <= 8 or self.swaps < 1:
            raise ValueError(f"people must be 2 to 8 and swaps at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    people, things = rng.sample(PEOPLE, config.people), rng.sample(THINGS, config.people)
    facts: list[tuple[str, ...]] = [("has", *pair) for pair in zip(people, things, strict=True)]
    facts += [("swap", *rng.sample(people, 2)) for _ in range(config.swaps)]
    ask = ("who", rng.choice(things)) if rng.random() < 0.5 else ("what", rng.choice(people))
    lines, answer = worked(facts, ask)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *fact) for fact in facts], SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join(" ".join(fact) for fact in [*sorted(facts[: len(people)]), *facts[len(people) :], ask]),
    )


def worked(facts, ask) -> tuple[list[str], str]:
    """What both have after each swap, and the answer."""
    holds = {person: thing for kind, person, thing in facts if kind == "has"}
    lines = [f"Start: {', '.join(f'{person} {thing}' for person, thing in holds.items())}"]
    for kind, one, two in facts:
        if kind == "swap":
            holds[one], holds[two] = holds[two], holds[one]
            lines.append(f"{one} and {two} swap: {one} {holds[one]}, {two} {holds[two]}")
    lines.append(f"End: {', '.join(f'{person} {thing}' for person, thing in holds.items())}")
    answer = holds[ask[1]] if ask[0] == "what" else next(one for one in holds if holds[one] == ask[1])
    return lines, answer


def verify(problem: Problem) -> bool:
    """Follows the one thing, or the one person back from the end, alone."""
    told = SAYINGS.read(problem.question)
    facts, asked = [fact for fact in told if fact[0] in ("has", "swap")], [f for f in told if f[0] in ("who", "what")]
    first = {person: thing for kind, person, thing in facts if kind == "has"}
    swaps = [{one, two} for kind, one, two in facts if kind == "swap"]
    (ask,) = asked
    if ask[0] == "who":
        (at,) = (person for person in first if first[person] == ask[1])
        for pair in swaps:
            at = next(iter(pair - {at})) if at in pair else at
        found = at
    else:
        at = ask[1]
        for pair in reversed(swaps):
            at = next(iter(pair - {at})) if at in pair else at
        found = first[at]
    return problem.answer == found and problem.solution == "\n".join(worked(facts, ask)[0])


register(Task("object_swap", "logic", Config, generate, verify, max_difficulty=4))
