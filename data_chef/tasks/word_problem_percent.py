"""Percentages: of a whole, more, less, off a price, and by how much something changed."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_percent",
    (1, 2), (2,), (2, 3), (4, 5),
    topics=("counts", "money", "puzzles"), questions=("how_many", "how_costly", "what_percent", "change_percent", "how_much"), schemas=("percent_more", "fraction_of"), must=("%",),
)
