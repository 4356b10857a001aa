"""Programs with a hole, an expression or some lines: fill it."""

import ast
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


HOLE = "____"
TODO = ("# TODO", "# your code here", "# fill this in", "...  # missing", "# ...")
EXPRESSION_PHRASINGS = (
    "Fill in the blank {hole}:\n\n{code}",
    "What must stand in place of {hole}? Write the whole program.\n\n{code}",
    "{code}\n\nReplace {hole} so that the function does what its docstring says.",
    "Complete the function by replacing {hole}.\n\n{code}",
    "An expression is missing at {hole}. Give the complete function.\n\n{code}",
)
LINE_PHRASINGS = (
    "Fill in the missing lines:\n\n{code}",
    "Some lines of this function are missing. Write the whole function.\n\n{code}",
    "{code}\n\nReplace the comment by code and show the complete function.",
    "Complete the function at the place that is marked.\n\n{code}",
    "The middle of this function got lost. Restore it.\n\n{code}",
)


class Config(Leveled):
    """The level of the functions."""


def spans(source: str, first: int) -> list[tuple[int, int, int]]:
    """Line, start and end of expressions that may be left out, from the line `first` on."""
    found = []
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, name, None) for name in ("test", "value", "iter", "elt", "right", "slice")]
        parts += (
            getattr(node, "comparators", []) + getattr(node, "args", [])
            if isinstance(node, (ast.Compare, ast.Call))
            else []
        )  # noqa: E501
        for part in parts:
            if isinstance(part, ast.expr) and part.lineno == part.end_lineno and part.lineno > first + 1:
                if "f'" not in (line := source.split("\n")[part.lineno - 1]) and 'f"' not in line:
                    found.append((part.lineno - 1, part.col_offset, part.end_col_offset or 0))
    return sorted(set(found))


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, config.level)
        source = rng.choice(function.sources)
        lines = source.rstrip("\n").split("\n")
        first = main_line(source, function.name)
        if rng.random() < 0.5:
            places = spans(source, first)
            if not places or not source.isascii():
                return None
            line, start, end = rng.choice(places)
            lines[line] = lines[line][:start] + HOLE + lines[line][end:]
            return function, source, lines, first, EXPRESSION_PHRASINGS
        if len(lines) - first < 4:
            return None
        start = rng.randrange(first + 1, len(lines) - 1)
        end = rng.randint(start + 1, min(start + 1 + config.level, len(lines) - 1))
        indent = " " * min(len(line) - len(line.lstrip()) for line in lines[start:end])
        lines[start:end] = [indent + rng.choice(TODO)]
        return function, source, lines, first, LINE_PHRASINGS

    function, source, lines, first, phrasings = search(attempt)
    given = "\n".join([*lines[: first + 1], docstring(rng, function).rstrip("\n"), *lines[first + 1 :]])
    return code_problem(function, rng.choice(phrasings).format(hole=HOLE, code=shown(rng, given)), source)


register(
    Task(
        "python_fill_middle",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
