"""One-step word problems, split by hash: four graphs are too few to hold one out."""

from data_chef.registry import Task, register
from data_chef.wordproblems.task import Config, generator
from data_chef.wordproblems.verify import verify


register(Task("word_problem_1step", "word problems", Config, generator(1), verify, max_difficulty=3))
