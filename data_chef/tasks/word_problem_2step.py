"""Two-step word problems, told clause by clause: grammar and held-out graphs are in `data_chef.wordproblems`."""

from data_chef.registry import Task, register
from data_chef.wordproblems.task import Config, generator, split_by_graph
from data_chef.wordproblems.verify import verify


register(
    Task(
        "word_problem_2step", "word problems", Config, generator(2), verify, max_difficulty=3, split_of=split_by_graph
    )
)
