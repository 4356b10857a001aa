"""Giving a variable of a function another name."""

import ast
import re
from random import Random

from data_chef.item import Problem
from data_chef.programs import derived
from data_chef.programs.derived import NAMESPACE, Leveled, code_problem, draw, program_in, renamed, search, shown
from data_chef.registry import Task, register


PHRASINGS = (
    "Rename the variable `{old}` to `{new}`.\n\n{code}",
    "In this function, call {old} {new} instead.\n\n{code}",
    "{code}\n\nPlease rename {old} to {new}.",
    "Replace the name `{old}` by `{new}` everywhere in this program.\n\n{code}",
    "Change the variable name {old} to {new} without changing what the program does.\n\n{code}",
    "{code}\n\nThe name `{old}` is not clear. Use `{new}` in its place.",
    "Refactor: {old} -> {new}\n\n{code}",
    "Write this program with the variable {old} named {new}.\n\n{code}",
)
NAMES = (
    "value entry data thing part piece given chosen kept known wanted place my_value outcome inner current_value "
    "selected stored found_so_far temporary working new_name member content next_one"
).split()


class Config(Leveled):
    """The level of the functions."""


class Rename(ast.NodeTransformer):
    """Changes the name in the syntax tree."""

    def __init__(self, old: str, new: str):
        self.names = {old: new}

    def visit_Name(self, node: ast.Name):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg):
        node.arg = self.names.get(node.arg, node.arg)
        return node


def variables(source: str) -> list[str]:
    """Parameters and names that are assigned to."""
    nodes = list(ast.walk(ast.parse(source)))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return sorted(stored | {n.arg for n in nodes if isinstance(n, ast.arg)})


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, config.level)
        source = rng.choice(function.sources)
        old, new = rng.choice(variables(source)), rng.choice(NAMES)
        if old == "_" or re.search(rf"\b{new}\b|\b{old}=|[\"'][^\"'\n]*\b{old}\b", source):
            return None
        return function, source, old, new

    function, source, old, new = search(attempt)
    question = rng.choice(PHRASINGS).format(code=shown(rng, source), old=old, new=new)
    return code_problem(function, question, renamed(source, old, new))


def verify_many(problems: list[Problem]) -> list[bool]:
    """The programs pass their tests, and their syntax trees are those of the question with one name changed."""
    passed = derived.verify_many(problems)
    return [ok and is_renamed(problem) for ok, problem in zip(passed, problems, strict=True)]


def is_renamed(problem: Problem) -> bool:
    shown_program = program_in(problem.question)
    before, after = variables(shown_program), variables(problem.answer)
    gone, come = set(before) - set(after), set(after) - set(before)
    if len(gone) != 1 or len(come) != 1:
        return False
    (old,), (new,) = gone, come
    rest = problem.question.replace(shown_program.rstrip(), "")
    if not re.search(rf"\b{old}\b.*\b{new}\b", rest):
        return False
    return ast.dump(Rename(old, new).visit(ast.parse(shown_program))) == ast.dump(ast.parse(problem.answer))


def verify(problem: Problem) -> bool:
    return verify_many([problem])[0]


register(
    Task(
        "python_rename_variable",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
