"""A third, two fifths, a half of something, and the rest."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_fraction",
    (1,), (2,), (3,), (4, 5),
    topics=("counts",), questions=("how_many",), schemas=("fraction_of", "part", "events", "groups", "parts"), must=("fraction_of", "part"),
)
