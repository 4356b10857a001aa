"""A worked solution with numbered lines: which line is wrong, or is all of it right?"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold, evaluate
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.slips import draw, parts, slipped
from data_chef.text import find


INTRO = (
    "Check this solution of {t}:", "Is this calculation of {t} right?", "Someone worked out {t}:",
    "Here is my work on {t}:",
    "A pupil computed {t} like this:", "Find the mistake, if there is one, in {t}:", "Look over these steps for {t}:",
    "I calculated {t} this way:",
)  # fmt: skip
ASK = (
    "Which line is wrong? If none, say right.", "Give the number of the wrong line, or say right.",
    "Answer with the first wrong line, or with right.",
    "Name the first line with a mistake; if there is none, say right.",
    "Is it right? If not, give the first wrong line.", "Where is the first mistake? Say right if there is none.",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    high: int
    terms: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(20, 40, 80, 120)[difficulty - 1], terms=(2, 3, 4, 6)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10 or self.terms < 2:
            raise ValueError(f"high must be at least 10 and terms at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    """After a slip the rest goes on from the wrong number, so that only one line is wrong in itself."""
    op, a, b = draw(rng, config.high, "+-***")
    terms = [(op, b)]
    steps = parts(op, a, b)
    wrong = rng.randrange(config.terms) if rng.random() < 0.65 else -1
    lines: list[str] = []
    total = a
    for k in range(config.terms):
        if k:
            op, b = rng.choice("+-"), rng.randint(2, config.high)
            op = "+" if b > total else op
            terms.append((op, b))
        steps = parts(op, total, b)
        if k == wrong:
            at = rng.randrange(len(steps))
            left = steps[at].split("=")[0]
            one, sign, two = find(r"^(\d+)([-+*])(\d+)$", left).groups()
            claim = slipped(rng, sign, int(one), int(two))
            steps[at] = f"{left}={claim}"
            if at < len(steps) - 1 and op == "*":
                first, second = ((claim, int(steps[1].split("=")[1])) if at == 0 else
                                 (int(steps[0].split("=")[1]), claim))  # fmt: skip
                steps[2] = f"{first}+{second}={first + second}"
            elif at < len(steps) - 1:
                steps[1:] = [f"{claim}{op}{b % 10}={claim + (b % 10 if op == '+' else -(b % 10))}"]
        lines += steps
        total = int(steps[-1].split("=")[1])
        if total < 0:
            return generate(rng, config)
    text = f"{a}" + "".join(f" {sign} {n}" for sign, n in terms)
    shown = [f"{k}. {line}" for k, line in enumerate(lines, 1)]
    steps, answer = worked(lines)
    return Problem(
        question="\n".join([rng.choice(INTRO).format(t=text), *shown, rng.choice(ASK)]),
        solution="\n".join(steps),
        answer=answer,
        canonical="|".join(lines),
    )


def worked(lines: list[str]) -> tuple[list[str], str]:
    """Each line computed again, up to the first that is wrong."""
    steps: list[str] = []
    for k, line in enumerate(lines, 1):
        left, claim = line.split("=")
        right = evaluate(left)
        if right != int(claim):
            return [*steps, f"Line {k}: {left}={right}, not {claim}"], str(k)
        steps.append(f"Line {k}: {left}={right}, yes")
    return steps, "right"


def verify(problem: Problem) -> bool:
    """Undoes each line from its result: sums by subtracting, differences by adding, products by dividing."""
    lines = re.findall(r"(?m)^\d+\. (.+)$", problem.question)
    wrong: list[int] = []
    for k, line in enumerate(lines, 1):
        a, op, b, claim = find(r"^(\d+)([-+*])(\d+)=(\d+)$", line).groups()
        a, b, claim = int(a), int(b), int(claim)
        back = {"+": claim - b == a, "-": claim + b == a, "*": divmod(claim, b) == (a, 0)}[op]
        wrong += [] if back else [k]
    answer = str(wrong[0]) if wrong else "right"
    steps = "\n".join(worked(lines)[0])
    return problem.answer == answer and len(wrong) <= 1 and problem.solution == steps and equations_hold(steps)


register(Task("check_answer", "chat", Config, generate, verify, max_difficulty=3))
