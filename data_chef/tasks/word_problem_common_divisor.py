"""The largest number of equal sets from two supplies."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_common_divisor",
    (1,), (1,), (1,),
    topics=("puzzles",), questions=("common_factor",),
)
