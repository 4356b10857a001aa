"""Wages, savings, sales, profit."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_earning",
    (1,), (2,), (2, 3), (4, 5),
    topics=("money",), questions=("how_much", "still_to_save", "affordable", "revenue_gap"),
)
