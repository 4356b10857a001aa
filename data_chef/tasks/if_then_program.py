"""A recipe in words with conditions and repeats, followed step by step on a number."""

from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.logic import Sayings
from data_chef.registry import Task, register


ACT = r"(?:[Aa]dd \d+|[Ss]ubtract \d+|[Dd]ouble it|[Hh]alve it)"
SAYINGS = Sayings(
    {
        "start": ("Start with {0}.", "Take the number {0}.", "Begin with {0}.", "Think of {0}.",
                  "Your number is {0}."),
        "do": ("{0}.", "Now {0}.", "Then {0}.", "Next, {0}."),
        "if": (
            "If it is {0}, {1}, otherwise {2}.", "If the number is {0}, {1}, else {2}.",
            "When it is {0}, {1}, and otherwise {2}.",
        ),
        "only": ("If it is {0}, {1}.", "Only if the number is {0}, {1}.", "When it is {0}, {1}."),
        "repeat": ("Do the last step {0} more times.", "Repeat the last step {0} times."),
        "ask": (
            "What is the result?", "Which number do you get?", "What number comes out?", "What is the final number?",
            "What do you have at the end?", "Give the result.", "Tell me the number at the end.", "Where do you end?",
        ),
    },
    slot=rf"(?:{ACT}|even|odd|(?:greater|less) than \d+|\d+)",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    steps: int
    start: int
    repeats: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(steps=difficulty + 1, start=(12, 25, 40, 60)[difficulty - 1], repeats=difficulty)

    def validate(self) -> None:
        if self.steps < 1 or self.start < 2:
            raise ValueError(f"steps must be at least 1 and start at least 2: {self}")


def act(rng: Random, condition: str = "") -> str:
    """Something to do with the number; it is halved only where it is known to be even."""
    choice = ["add", "add", "subtract", "double it"] + ["halve it"] * 3 * (condition == "even")
    kind = rng.choice(choice)
    return kind if " " in kind else f"{kind} {rng.randint(1, 12)}"


def generate(rng: Random, config: Config) -> Problem:
    while True:
        steps: list[tuple[str, ...]] = []
        while len(steps) < config.steps:
            roll = rng.random()
            condition = rng.choice(("even", "odd", "even", f"greater than {rng.randint(5, 40)}",
                                    f"less than {rng.randint(5, 40)}"))  # fmt: skip
            other = {"even": "odd", "odd": "even"}.get(condition, "")
            if roll < 0.45:
                steps.append(("if", condition, act(rng, condition), act(rng, other)))
            elif roll < 0.65:
                steps.append(("only", condition, act(rng, condition)))
            elif roll < 0.85 or not steps or steps[-1][0] == "repeat":
                steps.append(("do", act(rng)))
            else:
                steps.append(("repeat", str(rng.randint(2, config.repeats + 1))))
        start = rng.randint(1, config.start)
        lines, answer = worked(start, steps)
        if 0 <= answer <= 250 and all(step[2] != step[3] for step in steps if step[0] == "if"):
            break
    told = [SAYINGS.say(rng, "start", start), *(SAYINGS.say(rng, *step) for step in steps), SAYINGS.say(rng, "ask")]
    style = rng.random()
    if style < 0.25:
        told[1:-1] = [f"{k}. {one}" for k, one in enumerate(told[1:-1], 1)]
    return Problem(
        question=(" " if style > 0.5 else "\n").join(told),
        solution="\n".join(lines),
        answer=str(answer),
        canonical="|".join([str(start), *(" ".join(step) for step in steps)]),
    )


def true(condition: str, number: int) -> bool:
    kind, *bound = condition.split(" than ")
    if not bound:
        return number % 2 == (kind == "odd")
    return number > int(bound[0]) if kind == "greater" else number < int(bound[0])


def done(action: str, number: int) -> tuple[str, int]:
    """The calculation of an action, and its result."""
    verb, by = action.split()
    if verb == "keep":
        return f"stays {number}", number
    sign, n = {"add": ("+", by), "subtract": ("-", by), "double": ("*", "2"), "halve": ("/", "2")}[verb]
    result = {"+": number + int(n), "-": number - int(n), "*": 2 * number, "/": number // 2}[sign] if n else number
    return f"{number}{sign}{n}={result}", result


def worked(number: int, steps) -> tuple[list[str], int]:
    lines = []
    last = steps[0]
    for step in steps:
        times = int(step[1]) if step[0] == "repeat" else 1
        last = last if step[0] == "repeat" else step
        for _ in range(times):
            if last[0] == "do":
                line, number = done(last[1], number)
            else:
                yes = true(last[1], number)
                told = f"{number} is {last[1]}" if yes else f"{number} is not {last[1]}"
                line, number = done(last[2] if yes else last[3] if last[0] == "if" else "keep it", number)
                line = f"{told}: {line}"
            lines.append(line)
    return lines, number


def verify(problem: Problem) -> bool:
    """Unrolls the recipe into plain functions and runs them."""
    text = "\n".join(line[3:] if line[:1].isdigit() and line[1:3] == ". " else line
                     for line in problem.question.split("\n"))  # fmt: skip
    told = SAYINGS.read(text)
    steps = [one for one in told if one[0] not in ("start", "ask")]
    number = start = int(next(one[1] for one in told if one[0] == "start"))
    run: list[tuple[str, ...]] = []
    for step in steps:
        run += [run[-1]] * int(step[1]) if step[0] == "repeat" else [step]
    effect = {"add": lambda n, k: n + k, "subtract": lambda n, k: n - k, "double": lambda n, k: n + n,
              "halve": lambda n, k: n >> 1}  # fmt: skip
    for kind, *words in run:
        chosen = words[0].lower()
        if kind != "do":
            *_, last = words[0].split()
            so = {"even": number & 1 == 0, "odd": number & 1 == 1, "greater": last.isdigit() and number > int(last),
                  "less": last.isdigit() and number < int(last)}[words[0].split()[0]]  # fmt: skip
            chosen = words[1] if so else words[2] if kind == "if" else ""
        if chosen:
            verb, by = chosen.split()
            number = effect[verb](number, int(by) if by.isdigit() else 0)
    lower = [tuple(word[0].lower() + word[1:] for word in step) for step in steps]
    lines = "\n".join(worked(start, lower)[0])
    return problem.answer == str(number) and problem.solution == lines and equations_hold(lines)


register(Task("if_then_program", "logic", Config, generate, verify, max_difficulty=3))
