"""Some people always tell the truth and some always lie: who is who?"""

from dataclasses import dataclass
from itertools import product
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Sayings, lay_out, listed
from data_chef.registry import Task, register


SAYINGS = Sayings({
    "intro": (
        "{0} each either always lie or always tell the truth.",
        "Each of {0} is either a liar, who always lies, or truthful, and so never lies.",
        "{0} live on an island where everyone either always lies or never does.",
        "You meet {0}, each of whom always tells the truth or always lies.",
    ),
    "lies": (
        '{0} says: "{1} is a liar."', '{0} says that {1} lies.', '{0} claims: "{1} always lies."',
        "According to {0}, {1} is a liar.",
    ),
    "true": (
        '{0} says: "{1} tells the truth."', "{0} says that {1} is truthful.", '{0} claims: "{1} never lies."',
        "According to {0}, {1} tells the truth.",
    ),
    "same": (
        '{0} says: "{1} and I are of the same kind."', "{0} says that {1} is of the same kind as {0}.",
    ),
    "differ": (
        '{0} says: "{1} and I are of different kinds."', "{0} says that {1} is not of the same kind as {0}.",
    ),
    "count": (
        '{0} says: "Count the liars among us: {1}."', '{0} claims: "The number of liars among us is {1}."',
        "{0} says that the number of liars among them is {1}.",
    ),
    "some": ('{0} says: "At least one of us is a liar."', "{0} says that there is a liar among them."),
    "liars": ("Who lies?", "Who are the liars?", "Which of them lie?", "Name all who lie.", "Name every liar."),
    "truthful": (
        "Who tells the truth?", "Which of them tell the truth?", "Who is truthful?", "Name all who are truthful.",
    ),
    "is": ("Is {0} a liar?", "Does {0} lie?", "Can you tell whether {0} lies?", "Is it {0} who lies?"),
}, slot=r"(?:\w+(?:, \w+)* and \w+|\w+)")  # fmt: skip
ASKS = ("liars", "truthful", "is")
SHORT = {
    "lies": "{1} lies", "true": "{1} is truthful", "same": "same kind as {1}", "differ": "different from {1}",
    "count": "liars: {1}", "some": "someone lies",
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    people: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(people=difficulty + 1)

    def validate(self) -> None:
        if not 2 <= self.people <= 5:
            raise ValueError(f"people must be 2 to 5, not {self.people}")


def holds(claim, honest: dict[str, bool]) -> bool:
    """Whether what is claimed is so."""
    kind, speaker, *words = claim
    if kind == "count":
        return list(honest.values()).count(False) == int(words[0])
    if kind == "some":
        return not all(honest.values())
    about = honest[words[0]]
    return {"lies": not about, "true": about, "same": about == honest[speaker], "differ": about != honest[speaker]}[
        kind
    ]


def cases(people: list[str]) -> list[dict[str, bool]]:
    return [dict(zip(people, row, strict=True)) for row in product((True, False), repeat=len(people))]


def fitting(people: list[str], claims) -> list[dict[str, bool]]:
    return [case for case in cases(people) if all(holds(claim, case) == case[claim[1]] for claim in claims)]


def generate(rng: Random, config: Config) -> Problem:
    people = rng.sample(PEOPLE, config.people)
    while True:
        claims = []
        for speaker in people:
            kind = rng.choice(("lies", "true", "same", "differ", "count", "some", "lies", "lies"))
            word = [str(rng.randint(1, config.people))] if kind == "count" else []
            word = word or ([rng.choice([one for one in people if one != speaker])] if kind != "some" else [])
            claims.append((kind, speaker, *word))
        if len(fitting(people, claims)) == 1:
            break
    ask = rng.choice(ASKS)
    asked = (ask, rng.choice(people)) if ask == "is" else (ask,)
    lines, case = worked(people, claims)
    told = [SAYINGS.say(rng, *claim) for claim in claims]
    return Problem(
        question=lay_out(rng, told, SAYINGS.say(rng, *asked), SAYINGS.say(rng, "intro", listed(people))),
        solution="\n".join(lines),
        answer=answer_of(case, asked),
        canonical="|".join([*sorted(" ".join(claim) for claim in claims), *asked]),
    )


def answer_of(case: dict[str, bool], asked) -> str:
    if asked[0] == "is":
        return "No" if case[asked[1]] else "Yes"
    wanted = asked[0] == "truthful"
    return ", ".join(person for person in case if case[person] == wanted) or "nobody"


def worked(people: list[str], claims) -> tuple[list[str], dict[str, bool]]:
    """Every case up to the first claim that does not fit it."""
    lines, found = [], {}
    for case in cases(people):
        liars = [person for person in people if not case[person]]
        head = f"If {listed(liars)} lie{'s' * (len(liars) == 1)}:" if liars else "If nobody lies:"
        wrong = next((claim for claim in claims if holds(claim, case) != case[claim[1]]), None)
        if wrong is None:
            found = case
            lines.append(f"{head} all fits.")
        else:
            truth, kind = ("false", "truthful") if case[wrong[1]] else ("true", "a liar")
            said = SHORT[wrong[0]].format(*wrong[1:])
            lines.append(f'{head} {wrong[1]}\'s "{said}" would be {truth}, but {wrong[1]} is {kind}. No.')
    honest = [person for person in people if found[person]]
    liars = [person for person in people if not found[person]]
    lines.append(f"Liars: {', '.join(liars) or 'nobody'}. Truthful: {', '.join(honest) or 'nobody'}.")
    return lines, found


def verify(problem: Problem) -> bool:
    """Each person's kind and claim as bits: of all numbers, one fits."""
    told = SAYINGS.read(problem.question)
    people = next(one[1].replace(" and ", ", ").split(", ") for one in told if one[0] == "intro")
    claims = [one for one in told if one[0] in SHORT]
    (asked,) = (one for one in told if one[0] in ASKS)
    place = {person: p for p, person in enumerate(people)}
    fits = []
    for liars in range(2 ** len(people)):
        lie = [liars >> p & 1 for p in range(len(people))]
        said = []
        for kind, speaker, *words in claims:
            if kind in ("count", "some"):
                so = int(liars.bit_count() == int(words[0]) if kind == "count" else liars > 0)
            else:
                other = lie[place[words[0]]]
                so = (
                    (other ^ lie[place[speaker]] ^ (kind == "same"))
                    if kind in ("same", "differ")
                    else (other ^ (kind == "true"))
                )
            said.append(bool(so) != bool(lie[place[speaker]]))
        if all(said):
            fits.append({person: not lie[p] for person, p in place.items()})
    return (
        len(fits) == 1 and len(claims) == len(people)
        and problem.answer == answer_of(fits[0], asked)
        and problem.solution == "\n".join(worked(people, claims)[0])
    )  # fmt: skip


register(Task("truth_tellers", "logic", Config, generate, verify, max_difficulty=2))
