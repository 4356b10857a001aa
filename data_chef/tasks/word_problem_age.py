"""Ages, now and then, compared and added."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_age",
    (1,), (2,), (2, 3), (4, 5),
    topics=("ages",),
)
