"""Something is there, then it becomes more or less: what is left, what was there before."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_events",
    (1,), (2,), (2, 3), (4, 5),
    topics=("counts",), questions=("how_many",), schemas=("events", "before_that", "parts", "groups"),
)
