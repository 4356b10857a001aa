"""Equal groups and rows, dozens, shares."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_groups",
    (1,), (2,), (2, 3), (4, 5),
    topics=("counts",), questions=("how_many", "each", "in_total"), schemas=("groups", "rows", "dozens", "shared", "per_time"),
)
