"""How many more are needed."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_goal",
    (1,), (2,), (3,), (4, 5),
    topics=("counts",), questions=("goal",),
)
