"""Sharing out and packing: how many for each, how many packs."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_share_out",
    (1,), (2,), (3,), (4, 5),
    topics=("counts",), questions=("each",),
)
