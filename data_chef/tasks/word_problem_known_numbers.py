"""Numbers that everyone knows: legs, wheels, sides, days, minutes."""

from data_chef.stories.task import register_stories


register_stories(
    "word_problem_known_numbers",
    (1,), (1, 3), (3,), (3,),
    topics=("puzzles",), questions=("legs",),
)
