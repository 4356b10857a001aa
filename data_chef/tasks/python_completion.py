"""Programs that break off after a line: write the rest."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    code_problem,
    docstring,
    draw,
    main_line,
    search,
    shown,
    verify,
    verify_many,
)
from data_chef.registry import Task, register


PHRASINGS = (
    "{code}",
    "Complete the code:\n\n{code}",
    "Finish this function.\n\n{code}",
    "This program breaks off. Write the whole function.\n\n{code}",
    "Continue this Python code and show all of it:\n\n{code}",
    "I have started a function but got stuck. Please finish it.\n\n{code}",
    "{code}\n\nWhat is missing? Write the complete function.",
    "Here is the beginning of a function. Complete it.\n\n{code}",
    "{code}\n\nComplete it.",
)


class Config(Leveled):
    """The level of the functions."""


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, config.level)
        source = rng.choice(function.sources)
        lines = source.rstrip("\n").split("\n")
        first = main_line(source, function.name)
        # At least one line of the body is given and one is to be written.
        return (function, source, lines, first) if len(lines) - first >= 3 else None

    function, source, lines, first = search(attempt)
    cut = rng.randrange(first + 2, len(lines))
    given = "\n".join([*lines[: first + 1], docstring(rng, function).rstrip("\n"), *lines[first + 1 : cut]])
    if rng.random() < 0.3 and len(lines[cut].split()) > 1:
        # In the middle of a line, after one of its words.
        words = lines[cut].split(" ")
        kept = rng.randrange(len(words) - len(lines[cut].split()) + 1, len(words))
        given += "\n" + " ".join(words[:kept])
    return code_problem(function, rng.choice(PHRASINGS).format(code=shown(rng, given)), source)


register(
    Task(
        "python_completion",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
