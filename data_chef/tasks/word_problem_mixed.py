"""Word problems of all topics, with as many steps as real ones have."""

from data_chef.stories.task import register_stories


# The steps of GSM8K's training problems, in 19 parts.
REAL = (1,) + (2,) * 5 + (3,) * 6 + (4,) * 4 + (5,) * 2 + (6,)

register_stories("word_problem_mixed", (1, 2, 2), (2, 2, 3), REAL, (*REAL, 4, 5, 6, 7, 8), (9,))
