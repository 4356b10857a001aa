"""What the Python tasks share: operations, and the item made of a signature, a docstring, a body and tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from data_chef.item import Problem
from data_chef.sandbox import run_programs


PHRASINGS = (
    "Complete this Python function.\n\n{code}",
    "Write the body of this Python function.\n\n{code}",
    "Finish the function:\n\n{code}",
    "{code}",
    "Write this function in Python:\n\n{code}",
)
TESTS = 5


@dataclass(frozen=True)
class Operation:
    """A step of a function.

    Attributes:
        name: a word for the function's name.
        phrase: for the docstring; `{k}` is the operation's number, `{0}` what it works on.
        code: the expression, with the same slots.
        meaning: `(value, k) -> value`, the same in plain Python.
        constants: the choices for `k`.
    """

    name: str
    phrase: str
    code: str
    meaning: Callable[[Any, int], Any]
    constants: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Step:
    """An operation with its constant chosen."""

    operation: Operation
    k: int

    @classmethod
    def draw(cls, rng: Random, operations: Sequence[Operation]) -> "Step":
        operation = rng.choice(operations)
        return cls(operation, rng.choice(operation.constants))

    @classmethod
    def chain(cls, rng: Random, operations: Sequence[Operation], length: int) -> list["Step"]:
        """Steps none of which repeats the operation before it."""
        steps: list[Step] = []
        while len(steps) < length:
            step = cls.draw(rng, operations)
            if not steps or step.operation != steps[-1].operation:
                steps.append(step)
        return steps

    def phrase(self, on: str = "") -> str:
        return self.operation.phrase.replace("{k}", str(self.k)).replace("{0}", on)

    def code(self, on: str = "") -> str:
        return self.operation.code.replace("{k}", str(self.k)).replace("{0}", on)

    def __call__(self, value: Any) -> Any:
        return self.operation.meaning(value, self.k)

    def __str__(self) -> str:
        return self.operation.name + (f"_{self.k}" if "{k}" in self.operation.code else "")


def function_problem(
    rng: Random,
    name: str,
    parameter: str,
    summary: str,
    body: Sequence[str],
    canonical: str,
    reference: Callable[[Any], Any],
    inputs: Sequence[Any],
) -> Problem:
    """The item of one function: the prompt shows signature, docstring and one example, the answer is the program."""
    expected = [reference(value) for value in inputs]
    example = rng.randrange(len(inputs))
    head = f"def {name}({parameter}):\n"
    doc = f'    """{summary}\n\n    >>> {name}({inputs[example]!r})\n    {expected[example]!r}\n    """\n'
    program = head + "".join(f"    {line}\n" for line in body)
    pairs = zip(inputs, expected, strict=True)
    return Problem(
        question=rng.choice(PHRASINGS).format(code=head + doc.rstrip()),
        solution=f"```python\n{program}```",
        answer=program,
        canonical=canonical,
        entry_point=name,
        test="\n".join(f"assert {name}({value!r}) == {result!r}" for value, result in pairs),
    )


def verify_many(problems: list[Problem]) -> list[bool]:
    """Runs each program against its tests; tests that all expect the same value prove nothing and fail too."""
    told = [len(set(line.split(" == ", 1)[1] for line in p.test.split("\n"))) > 1 for p in problems]
    passed = run_programs([(problem.answer, problem.test) for problem in problems])
    return [a and b for a, b in zip(told, passed, strict=True)]


def verify(problem: Problem) -> bool:
    return verify_many([problem])[0]
