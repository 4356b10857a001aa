"""Which of four descriptions fits a function, found by a call that tells them apart."""

import re
from functools import lru_cache
from itertools import chain
from random import Random

from data_chef.item import Problem
from data_chef.programs import algorithms
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    arguments_of,
    calls_in,
    defined_last,
    fulfils,
    outcomes,
    program_in,
    renamed,
    same,
    search,
    short_examples,
    shown,
    sound,
)
from data_chef.programs.function import Function
from data_chef.programs.tracing import TooLong, trace
from data_chef.registry import Task, register


PHRASINGS = (
    "Which description fits this function?\n\n{code}\n\n{options}",
    "{code}\n\nWhat does {name} do?\n{options}",
    "Choose the right docstring for {name}.\n\n{code}\n\n{options}",
    "One of these sentences describes the function. Which one?\n{options}\n\n{code}",
    "Which of A, B, C and D says what this code does?\n\n{code}\n\n{options}",
    "Read the function and pick its description.\n\n{code}\n\n{options}",
    "What is the purpose of {name}? Choose one.\n{options}\n\n{code}",
    "Select the correct summary.\n\n{code}\n\n{options}",
)
NAMES = ("f", "func", "solve", "mystery", "process", "g")
LETTERS = "ABCD"
STEPS = 300
LONGEST = (10, 14, 18, 22, 30)


class Config(Leveled):
    """The level of the functions; the longest trace grows with it."""


def value_of(function: Function, arguments: tuple) -> str:
    return outcomes(function.sources[0], function.name, [arguments], steps=STEPS)[0]


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = algorithms.draw_algorithm(rng, config.level)
        known = algorithms.pool(function.hints)
        examples = short_examples(function)
        if len(known) < 5 or not examples:
            return None
        source = rng.choice(function.sources)
        for example in rng.sample(examples, min(len(examples), 3)):
            arguments, value = example
            try:
                steps, _ = trace(source, function.name, arguments, LONGEST[config.level - 1])
                break
            except TooLong:
                continue
        else:
            return None
        others: list[tuple[Function, str]] = []
        for other in rng.sample(known, min(len(known), 8)):
            got = value_of(other, arguments) if len(others) < 3 else ""
            if got and not same(got, value) and not got.endswith(("Error", "TooLong")):
                others.append((other, got))
        return (function, source, arguments, value, others, steps) if len(others) == 3 else None

    function, source, arguments, value, others, steps = search(attempt)
    name = rng.choice(NAMES)
    right = rng.randrange(4)
    texts = [rng.choice(sorted(algorithms.summaries(other.canonical, function.parameters))) for other, _ in others]
    texts.insert(right, function.summary)
    values = [got for _, got in others]
    values.insert(right, repr(value))
    call = function.call(arguments).replace(function.name, name, 1)
    solution = [f"{call}:", *(renamed(str(step), function.name, name) for step in steps)]
    solution += [f"{letter} would give {got}" for letter, got in zip(LETTERS, values, strict=True)]
    question = rng.choice(PHRASINGS).format(
        code=shown(rng, renamed(source, function.name, name)),
        name=name,
        options="\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, texts, strict=True)),
    )
    return Problem(question, "\n".join(solution), LETTERS[right], function.canonical)


@sound
def verify(problem: Problem) -> bool:
    """Only the description named is one of the function; what the others would give comes from their own programs."""
    options = dict(re.findall(r"^([A-D])\) (.*)$", problem.question, re.MULTILINE))
    code = re.sub(r"^[A-D]\) .*$\n?", "", problem.question, flags=re.MULTILINE)
    program = program_in(code)
    name = defined_last(program)
    signature = next(line for line in program.split("\n") if line.startswith(f"def {name}("))
    parameters = signature.split("(")[1].removesuffix("):").split(", ")
    fitting = algorithms.summaries(problem.canonical, parameters)
    if [letter for letter, text in options.items() if text in fitting] != [problem.answer]:
        return False
    if not fulfils(program, name, algorithms.examples(problem.canonical, Random(problem.canonical))):
        return False
    first, *rest = problem.solution.split("\n")
    arguments = arguments_of(calls_in(first, name)[0])
    steps, value = trace(program, name, arguments, 100)
    if rest[:-4] != [str(step) for step in steps]:
        return False
    claims = dict(re.fullmatch(r"([A-D]) would give (.*)", line).groups() for line in rest[-4:])  # type: ignore
    return claims[problem.answer] == repr(value) and all(
        not same(claims[letter], value) and gives(text, parameters, arguments, claims[letter])
        for letter, text in options.items()
        if letter != problem.answer
    )


def gives(text: str, parameters: list[str], arguments: tuple, claimed: str) -> bool:
    """Whether a function of the catalogue that the text describes gives the value for the arguments."""
    return any(value_of(function, arguments) == claimed for function in described(tuple(parameters)).get(text, ()))


@lru_cache(maxsize=256)
def described(parameters: tuple[str, ...]) -> dict[str, list[Function]]:
    """The functions of the catalogue by their descriptions, for these names of their parameters."""
    found: dict[str, list[Function]] = {}
    for function in chain.from_iterable(algorithms.pools().values()):
        if len(function.parameters) == len(parameters):
            for text in algorithms.summaries(function.canonical, parameters):
                found.setdefault(text, []).append(function)
    return found


register(Task("python_choose_summary", "python", Config, generate, verify, max_difficulty=4, namespace=NAMESPACE))
