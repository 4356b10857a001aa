"""What a function does, in a sentence or two."""

from random import Random

from data_chef.item import Problem
from data_chef.programs import algorithms
from data_chef.programs.derived import NAMESPACE, Leveled, defined_last, fulfils, program_in, renamed, shown, sound
from data_chef.registry import Task, register


PHRASINGS = (
    "What does this function do?\n\n{code}",
    "Explain this function in a sentence or two.\n\n{code}",
    "{code}\n\nDescribe what {name} does.",
    "Write a docstring for this function.\n\n{code}",
    "Summarize this code.\n\n{code}",
    "{code}\n\nWhat is the purpose of this function?",
    "I found this function and do not understand it. What is it for?\n\n{code}",
    "Say in plain words what {name} computes.\n\n{code}",
    "Document this function briefly.\n\n{code}",
)
VAGUE = ("f", "func", "solve", "mystery", "process", "g", "unknown")


class Config(Leveled):
    """The level of the functions."""


def generate(rng: Random, config: Config) -> Problem:
    function = algorithms.draw_algorithm(rng, config.level)
    source, name = rng.choice(function.sources), function.name
    if rng.random() < 0.6:
        source, name = renamed(source, name, vague := rng.choice(VAGUE)), vague
    question = rng.choice(PHRASINGS).format(code=shown(rng, source), name=name)
    return Problem(question, "", function.summary, function.canonical)


@sound
def verify(problem: Problem) -> bool:
    """The catalogue has this wording for a function, and the program does what that function does."""
    program = program_in(problem.question)
    name = defined_last(program)
    signature = next(line for line in program.split("\n") if line.startswith(f"def {name}("))
    parameters = signature.split("(")[1].removesuffix("):").split(", ")
    if problem.answer not in algorithms.summaries(problem.canonical, parameters):
        return False
    return fulfils(program, name, algorithms.examples(problem.canonical, Random(problem.canonical)))


register(Task("python_explain", "python", Config, generate, verify, max_difficulty=4, namespace=NAMESPACE))
