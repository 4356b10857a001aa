"""Areas, perimeters, volumes of gardens, rooms and boxes, and what it costs to cover them."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_shape",
    (1,), (2,), (2, 3), (3, 4),
    topics=("shapes",),
)
