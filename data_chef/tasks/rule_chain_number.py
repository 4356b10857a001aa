"""A number and rules with several conditions that give it names: which names does it get?"""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import Sayings, lay_out
from data_chef.nouns import draw_nouns
from data_chef.registry import Task, register


WORD = r"(?:[a-z]+ than \d+|a multiple of \d+|[a-z]+)"
SAYINGS = Sayings(
    {
        "rule2": (
            "A number that is {0} and {1} is called {2}.", "If a number is {0} and {1}, it is called {2}.",
            "Numbers that are both {0} and {1} are called {2}.", "Call a number {2} when it is {0} and {1}.",
        ),
        "rule3": (
            "A number that is {0}, {1} and {2} is called {3}.", "If a number is {0}, {1} and {2}, it is called {3}.",
            "Call a number {3} when it is {0}, {1} and {2}.",
        ),
        "rule1": (
            "A number that is {0} is called {1}.", "If a number is {0}, it is called {1}.",
            "Call a number {1} when it is {0}.",
        ),
        "is": (
            "Is {0} called {1}?", "By these rules alone, is {0} called {1}?", "Do the rules call {0} {1}?",
            "Does the number {0} get the name {1}?", "Can {0} be called {1} by these rules?",
        ),
        "which": (
            "Which names does {0} get?", "What is {0} called by these rules?", "List all the names of {0}.",
            "Give every name that {0} gets.", "Which of the names fit {0}?",
        ),
    },
    slot=rf"(?:{WORD}|\d+)",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    rules: int
    number: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(rules=difficulty + 1, number=(30, 60, 90, 99)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.rules <= 8 or self.number < 20:
            raise ValueError(f"rules must be 1 to 8 and number at least 20: {self}")


def condition(rng: Random, number: int, true: bool) -> str:
    """A property of numbers that this one has, or has not."""
    kind = rng.choice(("parity", "above", "below", "multiple", "multiple"))
    if kind == "parity":
        return "even" if (number % 2 == 0) == true else "odd"
    if kind == "multiple":
        fits = [k for k in (2, 3, 4, 5, 6, 7, 8, 9, 10) if (number % k == 0) == true]
        return f"a multiple of {rng.choice(fits)}" if fits else condition(rng, number, true)
    step = rng.randint(1, 9)
    if (kind == "above") == true:
        return f"{'greater' if true else 'less'} than {max(1, number - step)}"
    return f"{'less' if true else 'greater'} than {number + step}"


def kind_of(text: str) -> str:
    return text.rstrip("0123456789").replace("odd", "even")


def tested(number: int, text: str, names: list[str]) -> tuple[bool, str]:
    """Whether the number has the property, and a line that says why."""
    if text.startswith("a multiple of"):
        k = int(text.split()[-1])
        whole, rest = divmod(number, k)
        return rest == 0, f"{whole}*{k}" + (f"+{rest}" if rest else "") + f"={number}"
    if text in ("even", "odd"):
        return (number % 2 == 0) == (text == "even"), f"{number} ends in {number % 10}"
    if " than " in text:
        bound = int(text.split()[-1])
        sign = ">" if number > bound else "<" if number < bound else "="
        return sign == (">" if text.startswith("greater") else "<"), f"{number}{sign}{bound}"
    return text in names, f"{number} is {'' if text in names else 'not '}called {text}"


def generate(rng: Random, config: Config) -> Problem:
    number = rng.randint(12, config.number)
    names = draw_nouns(rng, config.rules, 0.7)
    rules: list[tuple[str, ...]] = []
    given: list[str] = []
    for name in names:
        conditions: list[str] = []
        size = rng.choice((1, 2, 2, 3)) if given else 2
        fails = rng.randrange(size) if rng.random() < 0.5 else size
        for k in range(size):
            if given and k == 0 and rng.random() < 0.75:
                conditions.append(rng.choice(given if fails else [one for one, *_ in rules] or given))
            else:
                one = condition(rng, number, k != fails)
                while kind_of(one) in map(kind_of, conditions):
                    one = condition(rng, number, k != fails)
                conditions.append(one)
        rules.append((name, *conditions))
        if all(tested(number, one, given)[0] for one in conditions):
            given.append(name)
    ask = ("is", str(number), names[-1]) if rng.random() < 0.5 else ("which", str(number))
    lines, answer = worked(rules, ask)
    told = [SAYINGS.say(rng, f"rule{len(rule) - 1}", *rule[1:], rule[0]) for rule in rules]
    return Problem(
        question=lay_out(rng, told, SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*(" ".join(rule) for rule in rules), *ask]),
    )


def worked(rules, ask) -> tuple[list[str], str]:
    """Each rule tried in turn, each condition up to the first that fails."""
    names: list[str] = []
    number, lines = int(ask[1]), []
    for name, *conditions in rules:
        steps = []
        for one in conditions:
            fits, why = tested(number, one, names)
            steps.append(f"{one}? {why}, {'yes' if fits else 'no'}.")
            if not fits:
                break
        if fits:
            names.append(name)
        lines.append(" ".join([f"{name}:", *steps, f"So {number} is {'' if fits else 'not '}called {name}."]))
    if ask[0] == "is":
        return lines, "Yes" if ask[2] in names else "No"
    return lines, ", ".join(names) or "none"


def verify(problem: Problem) -> bool:
    """Looks each asked name up from its rule backwards, with remainders and comparisons."""
    told = SAYINGS.read(problem.question)
    rules = [(one[-1], *one[1:-1]) for one in told if one[0].startswith("rule")]
    (ask,) = (one for one in told if one[0] in ("is", "which"))
    number, meaning = int(ask[1]), {name: conditions for name, *conditions in rules}

    def so(text: str) -> bool:
        if text in meaning:
            return all(map(so, meaning[text]))
        *_, last = text.split()
        if not last.isdigit():
            return {"even": not number & 1, "odd": bool(number & 1)}[text]
        bound = int(last)
        return {"g": number > bound, "l": number < bound, "a": number in range(0, number + 1, bound)}[text[0]]

    fits = [name for name, *_ in rules if so(name)]
    answer = ("Yes" if ask[2] in fits else "No") if ask[0] == "is" else ", ".join(fits) or "none"
    return problem.answer == answer and problem.solution == "\n".join(worked(rules, ask)[0])


register(Task("rule_chain_number", "logic", Config, generate, verify, max_difficulty=3))
