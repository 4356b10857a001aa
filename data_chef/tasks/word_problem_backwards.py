"""Working backwards: what was there at first."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_backwards",
    (1,), (2,), (3,), (4, 5),
    topics=("counts",), questions=("how_many",), schemas=("before_that",),
)
