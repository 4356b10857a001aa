"""What string methods give, called one after the other."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import WORDS
from data_chef.programs.expressions import readable, value_problem, verify_value
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {code}?",
    "Evaluate {code}",
    "What does `{code}` return?",
    "Python: {code}",
    ">>> {code}",
    "Give the result of {code}.",
    "Apply the string methods: {code}",
    "Which value does {code} have?",
    "Find the value of {code} in Python.",
)
PRINTED = ("What does this print?\n\n{code}", "{code}\n\nWhat is the output?", "Predict the output:\n\n{code}")
CHANGES = (
    ".upper()", ".lower()", ".title()", ".capitalize()", ".swapcase()", ".strip()", ".replace('{a}', '{b}')",
    ".replace('{a}', '')", ".replace(' ', '{sign}')", ".strip('{sign}')", ".lstrip()", ".rstrip()", ".zfill({k})",
    ".ljust({k}, '{sign}')", ".rjust({k}, '{sign}')", ".center({k}, '{sign}')", ".removeprefix('{prefix}')",
    "[::-1]",
)  # fmt: skip
ENDS = (
    ".split()", ".split('{a}')", ".count('{a}')", ".find('{a}')", ".startswith('{a}')", ".endswith('{b}')",
    ".isalpha()", ".isdigit()", ".isupper()", ".islower()", ".partition('{a}')", ".index('{c}')", ".rfind('{a}')",
    ".isalnum()", ".splitlines()",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    calls: int
    words: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(calls=(1, 2, 3, 5)[difficulty - 1], words=(1, 2, 2, 3)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.calls <= 6:
            raise ValueError(f"calls must be 1 to 6, not {self.calls}")


def draw(rng: Random, config: Config) -> str:
    words = [rng.choice((w, w, w.title(), w.upper())) for w in rng.sample(WORDS, rng.randint(1, config.words))]
    start = rng.choice(("{}", "{}", " {} ", "--{}-", "{}!")).format(" ".join(words))
    changes = rng.sample(CHANGES, config.calls)
    if rng.random() < 0.5:
        changes[-1] = rng.choice(ENDS)
    # Mostly letters that are there.
    letters = rng.sample(sorted(set(start)) if rng.random() < 0.7 else "aeiorstlnp", 2)
    slots = {"a": letters[0], "b": letters[1], "c": rng.choice(words[0]), "k": rng.randint(4, 12),
             "sign": rng.choice("-*._"), "prefix": words[0][:2]}  # fmt: skip
    return repr(start) + "".join(changes).format(**slots)


def generate(rng: Random, config: Config) -> Problem:
    while not readable(text := draw(rng, config), config.calls):
        pass
    return value_problem(rng, text, PHRASINGS, PRINTED)


verify = verify_value
register(Task("python_string_method_value", "python", Config, generate, verify, max_difficulty=3))
