"""Overlapping sets: both, only one, neither."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_sets",
    (1,), (2,), (2, 3), (3,),
    topics=("puzzles",), questions=("overlap",),
)
