"""Which exception a line of Python raises, if any."""

import warnings
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import WORDS
from data_chef.programs.expressions import KEYS, draw_expression
from data_chef.programs.tracing import BUILTINS, evaluate, reduce
from data_chef.registry import Task, register


PHRASINGS = (
    "Which exception does this raise, if any?\n\n{code}",
    '{code}\n\nDoes this fail? Name the exception, or say "no error".',
    "What error does Python report here?\n\n```python\n{code}\n```",
    'Name the exception that `{code}` raises, or answer "no error".',
    "Is there an error in {code}? If so, which exception is it?",
    "I run {code} and wonder whether it works. Which error, if any, do I get?",
    "Python: {code}\nWhich exception?",
    "What happens when {code} is evaluated: which exception, or no error?",
    "Does {code} raise an exception? Which one?",
)
# For each exception the expressions that may raise it, and why they do.
FORMS = (
    ("{int} // ({n} - {n})", "a division by zero"),
    ("{int} / {zero}", "a division by zero"),
    ("{int} % len([])", "a division by zero"),
    ("{list}[{high}]", "the index is out of range"),
    ("{word}[{high}]", "the index is out of range"),
    ("[][{low}]", "the list is empty"),
    ("[].pop()", "the list is empty"),
    ("{list}[{low}]", ""),
    ("{dict}['{key}']", "the key is missing"),
    ("{dict}.get('{key}')", ""),
    ("{dict}.pop('{key}')", "the key is missing"),
    ("int({word})", "the text is no number"),
    ("float({word})", "the text is no number"),
    ("int('{n}')", ""),
    ("int('{n}.5')", "the text is no whole number"),
    ("{list}.index({big})", "the value is not in the list"),
    ("{list}.remove({big})", "the value is not in the list"),
    ("{word}.index('{letter}')", "the letter is not in the text"),
    ("{word}.find('{letter}')", ""),
    ("max([])", "there is no largest element of an empty list"),
    ("max([], default={n})", ""),
    ("{word} + {n}", "a string and a number cannot be added"),
    ("{word} + str({n})", ""),
    ("{n} + {list}", "a number and a list cannot be added"),
    ("{list} + {word}", "a list and a string cannot be added"),
    ("len({n})", "a number has no length"),
    ("abs({n})[{low}]", "a number has no elements"),
    ("sum({words})", "numbers and strings cannot be added"),
    ("sorted([{n}, {word}])", "a string and a number cannot be compared"),
    ("{n} < {word}", "a number and a string cannot be compared"),
    ("{n} == {word}", ""),
    ("{word} * {low}", ""),
    ("{word} * {word}", "a string cannot be multiplied by a string"),
    ("{word} - {word}", "strings cannot be subtracted"),
    ("{list}.push({n})", "a list has no method push"),
    ("{word}.append('{letter}')", "a string has no method append"),
    ("({n}).append({n})", "a number has no method append"),
    ("{list}.length()", "a list has no method length"),
    ("{word}.reverse()", "a string has no method reverse"),
    ("{name} + {n}", "the name is not defined"),
    ("length({list})", "the name is not defined"),
    ("{{}}['{key}']", "the key is missing"),
    ("{{{list}: {n}}}", "a list cannot be a key"),
    ("set([{list}])", "a list cannot be an element of a set"),
    ("ord({word})", "ord needs a single character"),
    ("chr(-{n})", "there is no character with a negative number"),
    ("{word}.split()[{high}]", "the index is out of range"),
    ("sorted({list})[{word}]", "a string cannot be an index of a list"),
    ("next(iter([]))", "nothing is left"),
    ("range({n}, {n}, {zero})", "the step is zero"),
    ("dict([{n}, {n}])", "the elements are no pairs"),
)  # fmt: skip
NO_ERROR = "no error"


@dataclass(frozen=True)
class Config:
    depth: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(depth=difficulty - 1)

    def validate(self) -> None:
        if not 0 <= self.depth <= 4:
            raise ValueError(f"depth must be 0 to 4, not {self.depth}")


def result(text: str) -> str:
    """The name of the exception, or `no error`."""
    try:
        eval(text, {"__builtins__": {}, **BUILTINS, "iter": iter, "next": next})  # noqa: S307
    except Exception as error:
        return type(error).__name__
    return NO_ERROR


def draw(rng: Random, depth: int) -> tuple[str, str]:
    form, why = rng.choice(FORMS)
    number = rng.randint(2, 20)
    values = [rng.randint(0, 9) for _ in range(rng.randint(2, 4))]
    word = rng.choice(WORDS)
    slots = {
        "int": rng.randint(1, 30), "n": number, "zero": 0, "list": repr(values), "low": rng.randint(0, 1),
        "high": rng.randint(2, 9), "word": repr(word), "big": rng.randint(5, 14), "name": rng.choice(("total", "y")),
        "dict": repr({k: rng.randint(1, 9) for k in rng.sample(KEYS, 2)}), "key": rng.choice(KEYS),
        "letter": rng.choice("aeiorstl"), "words": repr(rng.sample(WORDS, 2)),
    }  # fmt: skip
    if depth:
        # A part that has to be evaluated first.
        inner = draw_expression(rng, "int", depth, 2 * depth)
        for slot in ("n", "int", "low"):
            if form.count(f"{{{slot}}}") == 1 and f"'{{{slot}}}" not in form and "-{" not in form:
                slots[slot] = f"({inner})"
                break
    return form.format(**slots), why


def steps_of(text: str) -> list[str]:
    """The steps that Python gets to."""
    steps: list = []
    with warnings.catch_warnings(), suppress(Exception):
        # Python warns about `5[0]`, which is the point.
        warnings.simplefilter("ignore")
        reduce(text, {}, steps)
    return [f"{part} -> {value!r}" for part, value in steps]


def generate(rng: Random, config: Config) -> Problem:
    while True:
        text, why = draw(rng, config.depth)
        name = result(text)
        if (name == NO_ERROR or why) and (name != NO_ERROR or rng.random() < 0.7) and len(text) < 70:
            last = "nothing fails" if name == NO_ERROR else f"{why}: {name}"
            solution = "\n".join([*steps_of(text), last])
            return Problem(rng.choice(PHRASINGS).format(code=text), solution, name, text)


def verify(problem: Problem) -> bool:
    """Runs the expression as a program of its own that expects the exception."""
    known = {e.__name__: e for e in (ZeroDivisionError, IndexError, KeyError, ValueError, TypeError, AttributeError,
                                     NameError, StopIteration, OverflowError)}  # fmt: skip
    *steps, last = problem.solution.split("\n")
    if problem.canonical not in problem.question or steps != steps_of(problem.canonical):
        return False
    try:
        evaluate(problem.canonical, {"iter": iter, "next": next})
    except tuple(known.values()) as error:
        whys = [why for _, why in FORMS if why]
        return known.get(problem.answer) is type(error) and last in [f"{why}: {problem.answer}" for why in whys]
    return problem.answer == NO_ERROR and last == "nothing fails"


register(Task("python_error", "python", Config, generate, verify, max_difficulty=3))
