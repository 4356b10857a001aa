"""Divisions whose remainder counts: how many buses, how many full boxes, what is left over."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_rounding",
    (1,), (1, 2), (2, 3), (4,),
    topics=("puzzles",), questions=("rounded",),
)
