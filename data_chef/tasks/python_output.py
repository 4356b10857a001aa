"""What a call of a function returns or prints, with the values of the variables line by line."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    arguments_of,
    calls_in,
    defined_last,
    outcomes,
    program_in,
    shown,
    sound,
    traceable,
)
from data_chef.programs.tracing import TooLong, trace
from data_chef.registry import Task, register


RETURNED = (
    "{code}\n\nWhat does {call} return?",
    "What is the value of {call}?\n\n{code}",
    "Given this function, what is {call}?\n\n{code}",
    "{code}\n\n{call} = ?",
    "Trace this call: {call}\n\n{code}",
    "{code}\n\nPlease work out the result of `{call}` step by step.",
    "Predict the return value of {call}.\n\n{code}",
    "I call {call}. What do I get?\n\n{code}",
)
PRINTED = (
    "What does this program print?\n\n{code}",
    "{code}\n\nWhat is the output?",
    "Predict the output of this program.\n\n{code}",
    "Without running it, say what this prints:\n\n{code}",
)
LONGEST = (8, 14, 19, 24, 36)


class Config(Leveled):
    """The level of the functions; the longest trace grows with it."""


def generate(rng: Random, config: Config) -> Problem:
    function, source, arguments, value, steps = traceable(rng, config.level, LONGEST[config.level - 1])
    call = function.call(arguments)
    if rng.random() < 0.4:
        question = rng.choice(PRINTED).format(code=shown(rng, f"{source}\n\nprint({call})"))
        answer = str(value)
    else:
        question = rng.choice(RETURNED).format(code=shown(rng, source), call=call)
        answer = repr(value)
    if not answer.strip():
        return generate(rng, config)
    return Problem(question, "\n".join(map(str, steps)), answer, function.canonical)


@sound
def verify(problem: Problem) -> bool:
    program = program_in(problem.question).split("\n\n\nprint(")[0]
    name = defined_last(program)
    rest = problem.question[problem.question.rindex(f"def {name}(") :].split("\n", 1)[1]
    call = (calls_in(rest, name) or calls_in(problem.question.split("def ")[0], name))[0]
    (result,) = outcomes(program, name, [arguments_of(call)])
    if "print(" in problem.question:
        result = str(eval(result))  # noqa: S307  the repr of a plain value
    try:
        steps, _ = trace(program, name, arguments_of(call), 200)
    except TooLong:
        return False
    return result == problem.answer and problem.solution == "\n".join(map(str, steps))


register(
    Task(
        "python_output",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        namespace=NAMESPACE,
    )
)
