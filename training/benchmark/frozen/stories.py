"""`gsm8k_style`: word problems in numbers of steps as GSM8K has them, of structures that training never sees."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from data_chef.dedup import mask
from data_chef.heldout import reserved_by
from data_chef.item import Problem
from data_chef.registry import get_task
from data_chef.stories.make import generate
from data_chef.stories.task import graph_held_out
from data_chef.stories.verify import verify
from training.benchmark.frozen.rows import hashes_of, numbered, rng_of
from training.benchmark.frozen.wording import unfit


NAME, NAMESPACE = "gsm8k_style", "word_problem"
# Rows by number of steps: 5, 29, 29, 19, 10.5 and 6% as in GSM8K, rounded to 1,000; the last 65 in real proportion.
STEPS = {1: 50, 2: 290, 3: 290, 4: 190, 5: 115, 6: 40, 7: 15, 8: 10}
# Who asks for the problem, as often as it stands here; each is used for the numbers of steps that it knows.
TASKS = (
    *["word_problem_mixed"] * 12, "word_problem_percent", "word_problem_fraction", "word_problem_rate",
    "word_problem_shopping", "word_problem_earning", "word_problem_age", "word_problem_comparison",
    "word_problem_duration", "word_problem_average", "word_problem_ratio", "word_problem_backwards",
    "word_problem_events", "word_problem_parts",
)  # fmt: skip
# No structure, no graph and no question makes up more than a part of the rows of its number of steps.
MOST_OF_A_STRUCTURE = {1: 8, 2: 15, 3: 6}
MOST_OF_A_GRAPH = {1: 50, 2: 290, 3: 70, 4: 14}


def rows(seed: int, workers: int = 2) -> list[dict]:
    """The rows, in the order of their numbers of steps."""
    with ProcessPoolExecutor(workers) as pool:
        # The longest take the longest.
        made = {steps: pool.submit(_of_steps, seed, steps) for steps in sorted(STEPS, reverse=True)}
        return numbered(NAME, [row for steps in STEPS for row in made[steps].result()])


def _of_steps(seed: int, steps: int) -> list[dict]:
    """Rows of so many steps, of many different structures."""
    structures, graphs, known = Counter[str](), Counter[str](), set[str]()
    found: list[dict] = []
    for index in range(10**7):
        if len(found) == STEPS[steps]:
            break
        problem, task = _drawn(seed, steps, index)
        structure = problem.structure
        held_out = held_out_by(problem, steps)
        wording = mask(problem.question)
        if (
            not held_out
            or structures[structure] >= MOST_OF_A_STRUCTURE.get(steps, 3)
            or graphs[problem.graph] >= MOST_OF_A_GRAPH.get(steps, 6)
            or not known.isdisjoint((wording, problem.canonical))
            or unfit(problem)
            or not verify(problem)
        ):
            continue
        structures[structure] += 1
        graphs[problem.graph] += 1
        known |= {wording, problem.canonical}
        row = {
            "kind": "math",
            "question": problem.question,
            "answer": problem.answer,
            "solution": problem.solution,
            "steps": steps,
            "task": task,
            "family": "word problems",
            "difficulty": 3 if steps <= 6 else 4,
            **hashes_of(NAMESPACE, problem.canonical, structure, held_out),
        }
        found.append(row)
    return found


def _drawn(seed: int, steps: int, index: int) -> tuple[Problem, str]:
    rng = rng_of(NAME, seed, steps, index)
    names = [name for name in TASKS if any(steps in level for level in get_task(name).config.steps)]
    name = rng.choice(names)
    config = replace(get_task(name).config.at(3), steps=(steps,))
    return generate(rng, config), name


def held_out_by(problem: Problem, steps: int) -> list[str]:
    """By what training cannot contain the problem: its graph from three steps on, below that its frame."""
    if steps >= 3:
        return ["graph"] if graph_held_out(problem.graph) else []
    return ["frame"] if reserved_by(NAMESPACE, problem.structure) else []
