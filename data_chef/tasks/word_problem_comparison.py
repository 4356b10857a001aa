"""One number told by another: more, fewer, times as many, half as many."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_comparison",
    (1,), (2,), (2, 3), (4, 5),
    topics=("counts",), questions=("how_many", "in_total", "difference"), schemas=("more", "fewer", "less_than_by", "times", "part"),
)
