"""Buying things: prices, bills, coupons, change."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_shopping",
    (1,), (2,), (2, 3), (4, 5),
    topics=("money",), questions=("how_costly", "change", "unit_price", "split_bill"),
)
