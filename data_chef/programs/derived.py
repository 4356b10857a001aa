"""What the tasks made from functions share: drawing, showing and parsing programs, and running them to verify."""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from random import Random
from typing import Any

from data_chef.item import Problem
from data_chef.programs import algorithms, compose
from data_chef.programs.function import Function
from data_chef.programs.mutation import Edit, draw_edits, edits, is_program, mutants
from data_chef.programs.parts import MUTANT_SECONDS
from data_chef.programs.tracing import STEPS, Recorder, Step, TooLong, loaded, prepare, show, trace
from data_chef.sandbox import run_programs


# Programs that share a canonical function share a split, whatever the task; but see `heldout.is_vocabulary`.
NAMESPACE = "python_function"


@dataclass(frozen=True)
class Leveled:
    """The one knob of a task about functions: their level."""

    level: int

    @classmethod
    def at(cls, difficulty: int) -> Any:
        return cls(level=difficulty)

    def validate(self) -> None:
        if not 1 <= self.level <= algorithms.HARDEST:
            raise ValueError(f"level must be 1 to {algorithms.HARDEST}, not {self.level}")


def draw(rng: Random, level: int) -> Function:
    """A function of either source."""
    while True:
        function = (algorithms.draw_algorithm if rng.random() < 0.5 else compose.draw_function)(rng, level)
        # Before Python 3.12 an f-string cannot hold its own quotes.
        if not any("f'" in source and not is_program(source) for source in function.sources):
            return function


def search(attempt: Callable[[], Any]) -> Any:
    """The first result that is not None."""
    while (found := attempt()) is None:
        pass
    return found


def fenced(program: str) -> str:
    return f"```python\n{program.rstrip()}\n```"


def shown(rng: Random, program: str) -> str:
    """A program as it stands in a question: mostly in a fence."""
    return fenced(program) if rng.random() < 0.6 else program.rstrip()


def program_in(question: str) -> str:
    """The program that a question shows. Raises ValueError when there is none."""
    if found := re.search(r"```python\n(.*?\n)```", question, re.DOTALL):
        return found[1]
    found = re.search(r"^(?:(?:import|from|def) .*\n?|(?<=\n)(?:[ ]+.*)?\n|(?<=\n)[ ]+.*)+", question, re.MULTILINE)
    if not found:
        raise ValueError(f"no program in {question!r}")
    return found[0].strip() + "\n"


def main_line(source: str, name: str) -> int:
    """The index of the line that defines the function."""
    return next(i for i, line in enumerate(source.split("\n")) if line.startswith(f"def {name}("))


def signature(rng: Random, function: Function) -> str:
    """`def f(a, b):`, sometimes with annotations."""
    hints = function.hints
    if hints and rng.random() < 0.25:
        told = (f"{name}: {hint}" for name, hint in zip(function.parameters, hints, strict=False))
        return f"def {function.name}({', '.join(told)}) -> {hints[-1]}:"
    return f"def {function.name}({', '.join(function.parameters)}):"


def short_examples(function: Function, longest: int = 60) -> list[tuple[tuple, Any]]:
    """The examples that are short enough to be shown."""
    return [e for e in function.examples if len(function.call(e[0])) <= longest and len(repr(e[1])) <= longest]


def docstring(rng: Random, function: Function, indent: str = "    ") -> str:
    """The summary as a docstring, mostly with one or two examples."""
    known = short_examples(function)
    picked = rng.sample(known, min(len(known), rng.choice((0, 1, 1, 2))))
    lines = [f'"""{function.summary}']
    for arguments, value in picked:
        lines += ["", f">>> {function.call(arguments)}", repr(value)] if len(lines) == 1 else [
            f">>> {function.call(arguments)}", repr(value)]  # fmt: skip
    lines = [lines[0] + '"""'] if len(lines) == 1 else [*lines, '"""']
    return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def code_problem(function: Function, question: str, program: str, test: str = "", entry: str = "") -> Problem:
    """The item whose answer is a program."""
    return Problem(
        question=question,
        solution=fenced(program),
        answer=program,
        canonical=function.canonical,
        entry_point=entry or function.name,
        test=test or function.test(),
    )


def verify_many(problems: list[Problem]) -> list[bool]:
    """Runs each program against its tests, and two programs with a mistake, of which one at least must fail.

    Tests that all expect the same value prove nothing and fail too.
    """
    formed = [
        p.solution == fenced(p.answer) and len(set(re.findall(r" == (.*)$", p.test, re.M))) > 1 for p in problems
    ]
    passed = run_programs([(p.answer, p.test) for p in problems])
    good = [a and b for a, b in zip(formed, passed, strict=True)]
    wrong = [mutants(p.answer, Random(p.test), 2) if ok else [] for p, ok in zip(problems, good, strict=True)]
    jobs = [(program, p.test) for p, programs in zip(problems, wrong, strict=True) for program in programs]
    survived = iter(run_programs(jobs, MUTANT_SECONDS))
    told = [not programs or not all([next(survived) for _ in programs]) for programs in wrong]
    return [a and b for a, b in zip(good, told, strict=True)]


def verify(problem: Problem) -> bool:
    return verify_many([problem])[0]


def sound(check: Callable[[Problem], bool]) -> Callable[[Problem], bool]:
    """The same check, for which an item that is not of the expected form is a wrong one."""

    @wraps(check)
    def checked(problem: Problem) -> bool:
        try:
            return check(problem)
        except (ValueError, LookupError, SyntaxError, TypeError, AttributeError, NameError, TooLong):
            return False

    return checked


def passes(program: str, test: str, steps: int = 3 * STEPS) -> bool:
    """Whether the program passes its tests, in this process, within a number of steps. For programs that are known to
    do nothing but compute."""
    try:
        exec(test, prepare(program, Recorder(steps), telling=False))
    except (Exception, TooLong):
        return False
    return True


def same(got: str, value: Any) -> bool:
    """Whether an outcome is this value, as an assert would see it."""
    if got == repr(value):
        return True
    try:
        return ast.literal_eval(got) == value
    except (ValueError, SyntaxError):
        return False


def fulfils(program: str, name: str, examples: Sequence[tuple[tuple, Any]]) -> bool:
    """Whether the function gives the expected values."""
    results = outcomes(program, name, [arguments for arguments, _ in examples])
    return all(same(got, value) for got, (_, value) in zip(results, examples, strict=True))


def outcomes(source: str, name: str, calls: Sequence[tuple], like: str = "", steps: int = STEPS) -> list[str]:
    """What the calls of the function give: the `repr` of the value, the name of an exception, or `TooLong`.

    Args:
        like: a program that is known to end. A mistake in it can let values grow with each step, so that the source is
            allowed little more steps than this one needs.
    """
    limits = [steps] * len(calls)
    if like:
        limits = [used + used // 2 + 4 for _, used in _observed(like, name, calls, limits)]
    return [result for result, _ in _observed(source, name, calls, limits)]


def _observed(source: str, name: str, calls: Sequence[tuple], limits: Sequence[int]) -> list[tuple[str, int]]:
    """The outcome of each call and the steps it took."""
    recorder, function = loaded(source, name, telling=False)
    results = []
    for arguments, limit in zip(calls, limits, strict=True):
        recorder.reset(limit)
        try:
            result = repr(function(*eval(repr(arguments))))  # noqa: S307  plain values
        except (Exception, TooLong) as error:
            result = type(error).__name__
        results.append((result, limit - recorder.left))
    return results


@dataclass(frozen=True)
class Bug:
    """A function with a mistake in one of its programs, and a call that shows it."""

    function: Function
    source: str
    edit: Edit
    arguments: tuple
    expected: Any
    got: str

    @property
    def wrong(self) -> str:
        return self.edit.apply(self.source)

    @property
    def raises(self) -> bool:
        return self.got.isidentifier() and self.got not in ("True", "False", "None")


def draw_bug(rng: Random, level: int, values_only: bool = False) -> Bug:
    """A mistake that a short call shows, by a wrong value or (unless `values_only`) by an exception."""

    def attempt() -> Bug | None:
        function = draw(rng, level)
        source = rng.choice(function.sources)
        examples = short_examples(function)
        if not edits(source) or len(examples) < 3:
            return None
        for edit in draw_edits(source, rng, 4):
            results = outcomes(edit.apply(source), function.name, [arguments for arguments, _ in examples], source)
            for (arguments, expected), got in zip(examples, results, strict=True):
                bug = Bug(function, source, edit, arguments, expected, got)
                if got not in ("TooLong", "RecursionError") and not same(got, expected) and len(got) < 60:
                    if not bug.raises or not (values_only or rng.random() < 0.7):
                        return bug
        return None

    return search(attempt)


def renamed(source: str, old: str, new: str) -> str:
    return re.sub(rf"\b{old}\b", new, source)


def calls_in(text: str, name: str) -> list[str]:
    """The calls `name(...)` of plain values in a text."""
    calls = []
    for found in re.finditer(rf"\b{name}\(", text):
        for end in (i + 1 for i in range(found.end(), len(text)) if text[i] == ")"):
            try:
                arguments_of(text[found.start() : end])
            except (SyntaxError, ValueError, AttributeError):
                continue
            calls.append(text[found.start() : end])
            break
    return calls


def arguments_of(call: str) -> tuple:
    """The values in `f(1, 'a')`."""
    return ast.literal_eval(ast.Tuple(ast.parse(call, mode="eval").body.args, ast.Load()))  # type: ignore[attr-defined]


def defined_last(program: str) -> str:
    """The name of the last function that a program defines: the others are its helpers."""
    return re.findall(r"^def (\w+)\(", program, re.MULTILINE)[-1]


def traceable(rng: Random, level: int, most: int, least: int = 2) -> tuple[Function, str, tuple, Any, list[Step]]:
    """A function, one of its programs, and a call whose trace has `least` to `most` lines, with value and trace."""

    def attempt() -> tuple | None:
        function = draw(rng, level)
        source = rng.choice(function.sources)
        known = short_examples(function)
        # Empty arguments show little.
        full = [example for example in known if all(a or isinstance(a, int) for a in example[0])]
        for arguments, value in rng.sample(full, min(len(full), 4)):
            try:
                steps, result = trace(source, function.name, arguments, most + 1)
            except TooLong:
                continue
            if least <= len(steps) <= most and repr(result) == repr(value) == show(value):
                return function, source, arguments, value, steps
        return None

    return search(attempt)
