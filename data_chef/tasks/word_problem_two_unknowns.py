"""Two unknowns: sum and difference, heads and legs, two purchases."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_two_unknowns",
    (2,), (2, 3), (3, 4), (4,),
    topics=("puzzles",), questions=("sum_and_difference", "heads_and_legs", "two_prices"),
)
