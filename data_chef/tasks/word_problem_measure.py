"""Tanks that fill and leak, ropes that are cut, units of length."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_measure",
    (1,), (2,), (3,), (3,),
    topics=("measures",),
)
