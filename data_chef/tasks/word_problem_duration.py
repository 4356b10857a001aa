"""How long things take: pages, minutes, hours, workers."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_duration",
    (1,), (2,), (3, 4), (3, 4),
    topics=("time",),
)
