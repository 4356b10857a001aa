"""When two rhythms meet again."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_common_multiple",
    (1,), (1,), (1,),
    topics=("puzzles",), questions=("common_multiple",),
)
