"""How a kind of word problem becomes a task: its levels, and the split that holds out whole computation graphs."""

import ast
from dataclasses import dataclass
from typing import Any

from data_chef.item import Problem, canonical_hash
from data_chef.registry import Task, register
from data_chef.splits import split_of_hash
from data_chef.stories.make import Config, generate
from data_chef.stories.verify import verify


HELD_OUT_GRAPHS = 95
LARGEST = (2000, 2000, 3000, 5000, 9000)


@dataclass(frozen=True)
class Levels:
    """The numbers of steps of each difficulty, each as often as it stands there, and what all levels share."""

    steps: tuple[tuple[int, ...], ...]
    shared: dict[str, Any]

    def at(self, difficulty: int) -> Config:
        largest = LARGEST[min(difficulty, len(LARGEST)) - 1]
        return Config(
            self.steps[difficulty - 1],
            **{"largest": largest, "limit": 5 * largest, "easy": difficulty < 3, **self.shared},
        )


def split_by_graph(problem: Problem, digest: str) -> str:
    """The test split by hash of the problem, and in it all problems of three and more steps whose computation graph,
    whatever its numbers, falls into the held-out twentieth of all graphs."""
    return "test" if graph_held_out(problem.graph) else split_of_hash(digest)


def graph_held_out(graph: str) -> bool:
    """Whether a computation graph such as `((_*_)+_)` is kept for the test split."""
    return graph.count("(") > 2 and int(canonical_hash("graph", graph)[:8], 16) % 100 >= HELD_OUT_GRAPHS


def story_graph(expression: str) -> str:
    """`(a*b)+c` as a story would write it, `((_*_)+_)`: sums and products in alphabetical order."""
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

    def write(node: ast.expr) -> str:
        if not isinstance(node, ast.BinOp):
            return "_"
        sign = signs[type(node.op)]
        inner = [write(node.left), write(node.right)]
        return f"({sign.join(sorted(inner) if sign in '+*' else inner)})"

    return write(ast.parse(expression, mode="eval").body)


def register_stories(name: str, *steps: tuple[int, ...], **shared: Any) -> Task:
    """Registers word problems with these levels, the last of them for extrapolation; `shared` are knobs of `Config`."""
    return register(
        Task(
            name,
            "word problems",
            Levels(steps, shared),
            generate,
            verify,
            max_difficulty=len(steps) - 1,
            split_of=split_by_graph,
            namespace="word_problem",
        )
    )
