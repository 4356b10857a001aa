"""So many a day, an hour, a week, for so long."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_rate",
    (1,), (1, 2), (2, 3), (4,),
    topics=("counts",), questions=("how_many", "in_total", "difference", "goal", "each"), schemas=("per_time", "more", "times"), must=("per_time",),
)
