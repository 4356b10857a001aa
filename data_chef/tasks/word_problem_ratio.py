"""Ratios of two sorts, and what they make together."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_ratio",
    (2,), (2, 3), (3,), (4, 5),
    topics=("counts",), questions=("how_many", "in_total"), schemas=("ratio", "more", "times", "parts"), must=("ratio",),
)
