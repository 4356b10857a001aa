"""Parts and wholes: sorts that add up, what the rest is, what two have together."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_parts",
    (1,), (2,), (2, 3), (4, 5),
    topics=("counts",), questions=("how_many", "in_total", "goal"), schemas=("parts", "rest", "by_day", "together", "fraction_of"),
)
