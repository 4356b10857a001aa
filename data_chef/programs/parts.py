"""What the Python tasks share: how a function is shown, the item made of it, and the check that runs it."""

import re
from collections.abc import Sequence
from random import Random
from textwrap import dedent, indent

from data_chef.item import Problem
from data_chef.programs.function import Function
from data_chef.programs.mutation import mutants
from data_chef.sandbox import run_programs


NAMESPACE = "python_function"
MUTANTS = 2
# A mutant that runs on and on has failed.
# Of processor time; what a mutant that never ends costs.
MUTANT_SECONDS = 0.01
LAMBDA = re.compile(r"^(\w+) = lambda (.*?): (.*)$", re.M)
FILLED = re.compile(r"^def \w+\((.*)\):$", re.M)


def fenced(source: str) -> str:
    return f"```python\n{source}```"


def problem_of(function: Function, question: str, source: str) -> Problem:
    """The item that asks for a function, with the source as its answer."""
    return Problem(
        question=question.strip(),
        solution=fenced(source),
        answer=source,
        canonical=function.canonical,
        entry_point=function.name,
        test=function.test(),
    )


def signature(function: Function, hinted: bool = True) -> str:
    """`def name(n: int) -> bool:`, or without the types."""
    names = function.parameters
    if not hinted or len(function.hints) != len(names) + 1:
        return f"def {function.name}({', '.join(names)}):"
    typed = ", ".join(f"{name}: {hint}" for name, hint in zip(names, function.hints, strict=False))
    return f"def {function.name}({typed}) -> {function.hints[-1]}:"


def with_hints(function: Function, source: str) -> str:
    """The source with types in its signature."""
    return FILLED.sub(signature(function).replace("\\", r"\\"), source, count=1)


# Characters that the examples of a question may have, beyond the first of them.
ROOM = 150


def shown(function: Function, rng: Random, count: int) -> list[int]:
    """Which examples to show: short ones, with different values as far as there are any, and as many as there is room
    for."""

    def cost(i: int) -> int:
        # Empty arguments are short but tell little.
        empty = any(argument in ("", [], {}) for argument in function.examples[i][0])
        return len(repr(function.examples[i])) + rng.randrange(40) + 40 * empty

    order = sorted(range(len(function.examples)), key=cost)
    chosen: list[int] = []
    for i in order:
        if all(repr(function.examples[i][1]) != repr(function.examples[j][1]) for j in chosen):
            chosen.append(i)
    chosen = (chosen + [i for i in order if i not in chosen])[:count]
    room = ROOM
    for i in chosen:
        room -= len(function.name) + len(repr(function.examples[i])) + 12
    while room < 0 and len(chosen) > 1:
        i = chosen.pop()
        room += len(function.name) + len(repr(function.examples[i])) + 12
    return chosen


def doctests(function: Function, rng: Random, count: int) -> str:
    """Examples as a docstring has them, indented."""
    lines = []
    for i in shown(function, rng, count):
        arguments, value = function.examples[i]
        lines += [f"    >>> {function.call(arguments)}", *([f"    {value!r}"] if value is not None else [])]
    return "\n".join(lines)


def asserts(function: Function, rng: Random, count: int) -> str:
    """Examples as assert statements."""
    lines = function.test().split("\n")
    return "\n".join(lines[i] for i in shown(function, rng, count))


def stub(function: Function, rng: Random, hinted: bool, examples: int) -> str:
    """Signature, docstring, examples; the body is missing."""
    doc = doctests(function, rng, examples)
    summary = function.summary
    if len(summary) > 100:
        summary = wrapped(summary, 96, "    ")
    tail = f"\n\n{doc}\n    " if doc else ""
    return f'{signature(function, hinted)}\n    """{summary}{tail}"""'


def wrapped(text: str, width: int, indent: str) -> str:
    """The words in lines of at most `width` characters, the later ones indented."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return f"\n{indent}".join([*lines, line])


def is_loop(source: str) -> bool:
    """Whether the function has a loop as a statement."""
    return re.search(r"^ +(?:for|while) ", source, re.M) is not None


def comprehends(source: str) -> bool:
    """Whether the function has a comprehension or a generator expression, and no loop."""
    return " for " in source and not is_loop(source)


def only_loops(source: str) -> bool:
    """Whether the function has a loop and no comprehension."""
    return is_loop(source) and re.search(r"\S +for ", source) is None


def lowered(summary: str) -> str:
    """The summary as the continuation of a sentence, without its full stop: `return the sum of ...`."""
    return summary[0].lower() + summary[1:].rstrip(".")


def is_plain(function: Function) -> bool:
    """Whether the summary is one sentence, fit to be built into another one."""
    return ". " not in function.summary


def ask(rng: Random, function: Function, sentences: Sequence[str], paragraphs: Sequence[str], **more: str) -> str:
    """The function asked for in words.

    Args:
        sentences: forms with `{task}`, such as `Write a function to {task}.`; for summaries of one sentence.
        paragraphs: forms with `{summary}`.
        more: for slots other than `{name}`, `{given}` (the parameters) and `{call}` (`name(a, b)`).
    """
    forms = (*sentences, *paragraphs) if is_plain(function) else paragraphs
    given = ", ".join(function.parameters)
    return rng.choice(forms).format(
        task=lowered(function.summary), summary=function.summary, name=function.name, given=given,
        call=f"{function.name}({given})", **more,
    )  # fmt: skip


def verify_programs(problems: Sequence[Problem]) -> list[bool]:
    """Whether each program passes its tests and each of its drawn mutants fails them.

    Tests that all expect the same value prove nothing and fail too, as does a solution that shows another program.
    """
    passed = run_programs([(problem.answer, problem.test) for problem in problems])
    owners, jobs = [], []
    for i, problem in enumerate(problems):
        if passed[i]:
            found = mutated(problem.answer, Random(problem.canonical))
            owners += [i] * len(found)
            jobs += [(mutant, problem.test) for mutant in found]
    survived = run_programs(jobs, MUTANT_SECONDS)
    weak = {i for i, ok in zip(owners, survived, strict=True) if ok}
    return [
        passed[i] and i not in weak and problem.answer in problem.solution and tells(problem.test)
        for i, problem in enumerate(problems)
    ]


def mutated(source: str, rng: Random) -> list[str]:
    """Mutants of a function, of a lambda, or of a class through its methods."""
    if not source.startswith("class "):
        return mutants(LAMBDA.sub(r"def \1(\2):\n    return \3", source), rng, MUTANTS)
    head, *methods = source.split("\n\n")
    found = []
    for _ in range(MUTANTS):
        i = rng.randrange(len(methods))
        for mutant in mutants(dedent(methods[i]), rng, 1):
            found.append("\n\n".join([head, *methods[:i], indent(mutant, "    "), *methods[i + 1 :]]))
    return found


def tells(test: str) -> bool:
    """Whether the tests expect more than one value."""
    return len({line.rsplit(" == ", 1)[-1] for line in test.split("\n")}) > 1


def verify_many(problems: list[Problem]) -> list[bool]:
    return verify_programs(problems)


def verify(problem: Problem) -> bool:
    return verify_programs([problem])[0]
