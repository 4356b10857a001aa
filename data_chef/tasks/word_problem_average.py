"""Averages, and the value that is missing for one."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_average",
    (2,), (2, 3), (3,),
    topics=("puzzles",), questions=("average",),
)
