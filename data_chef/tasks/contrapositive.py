"""The contrapositive, converse, inverse and denial of an if-then statement."""

from dataclasses import dataclass
from random import Random

from data_chef.clauses import draw_clauses, opposite
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


WHAT = ("contrapositive", "converse", "inverse", "negation")
PHRASINGS = (
    'What is the {what} of "{s}"?',
    'Give the {what} of the statement "{s}"',
    'State the {what}: "{s}"',
    'Write down the {what} of this statement: "{s}"',
    'Form the {what} of "{s}"',
    'Find the {what} of the conditional "{s}"',
    '"{s}" What is the {what} of this statement?',
    'Take the statement "{s}" What is its {what}?',
    'Please give me the {what} of "{s}"',
)


@dataclass(frozen=True)
class Config:
    denied_rate: float
    parts: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denied_rate=(0.0, 0.5, 0.5, 0.5)[difficulty - 1], parts=(1, 1, 2, 3)[difficulty - 1])

    def validate(self) -> None:
        if not 0 <= self.denied_rate <= 1 or not 1 <= self.parts <= 3:
            raise ValueError(f"denied_rate lies between 0 and 1, parts must be 1 to 3: {self}")


def flipped(side: str) -> str:
    """The denial of clauses joined by and, or by or."""
    for joint, other in ((" and ", " or "), (" or ", " and ")):
        if joint in side:
            return other.join(opposite(part) for part in side.split(joint))
    return opposite(side)


def generate(rng: Random, config: Config) -> Problem:
    sides = []
    clauses = draw_clauses(rng, 2 * config.parts)
    clauses = [one if rng.random() >= config.denied_rate else opposite(one) for one in clauses]
    size = rng.choice(((1, config.parts), (config.parts, 1))) if config.parts == 2 else (config.parts, config.parts)
    for count in size:
        sides.append(rng.choice((" and ", " or ")).join(clauses.pop() for _ in range(count)))
    what = rng.choice(WHAT)
    lines, answer = worked(what, *sides)
    statement = f"If {sides[0]}, then {sides[1]}."
    return Problem(
        question=rng.choice(PHRASINGS).format(what=what, s=statement),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{what}|{statement}",
    )


def worked(what: str, p: str, q: str) -> tuple[list[str], str]:
    lines = [f"P: {p}", f"Q: {q}"]
    if what in ("contrapositive", "inverse"):
        lines.append(f"not P: {flipped(p)}")
    if what != "converse":
        lines.append(f"not Q: {flipped(q)}")
    form = {
        "contrapositive": "If not Q, then not P",
        "converse": "If Q, then P",
        "inverse": "If not P, then not Q",
        "negation": "P, and not Q",
    }[what]
    lines.append(f"The {what} is: {form}.")
    if what == "negation":
        return lines, f"{p[0].upper()}{p[1:]}, and yet {flipped(q)}."
    pair = {"contrapositive": (flipped(q), flipped(p)), "converse": (q, p), "inverse": (flipped(p), flipped(q))}[what]
    return lines, f"If {pair[0]}, then {pair[1]}."


def verify(problem: Problem) -> bool:
    """Reads the answer back into the statement: a denial of a denial is the clause itself."""
    what = find("|".join(WHAT), problem.question).group()
    statement = find(r'"If (.+), then (.+)\."', problem.question)
    p, q = statement.groups()
    if what == "negation":
        told = problem.answer.removesuffix(".").split(", and yet ")
        back = [told[0].lower() == p.lower(), len(told) == 2 and flipped(told[1]) == q]
    else:
        told = problem.answer.removeprefix("If ").removesuffix(".").split(", then ")
        if len(told) != 2 or not problem.answer.startswith("If "):
            return False
        first, second = told if what in ("inverse",) else told[::-1]
        back = [first == p, second == q] if what == "converse" else [known(first, p), known(second, q)]
    return all(back) and problem.solution == "\n".join(worked(what, p, q)[0])


def known(side: str, original: str) -> bool:
    """Whether the side is the original denied."""
    try:
        return flipped(side) == original
    except KeyError:
        return False


register(Task("contrapositive", "logic", Config, generate, verify, max_difficulty=3))
