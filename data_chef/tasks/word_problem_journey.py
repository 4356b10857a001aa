"""Distances, speeds and times."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_journey",
    (1,), (1, 2), (3,), (4,),
    topics=("motion",),
)  # fmt: skip
