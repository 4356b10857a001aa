"""Word problems of all topics, with as many steps as real ones have."""

from data_chef.stories.task import register_stories


MIXTURE = (1,) + (2,) * 5 + (3,) * 6 + (4,) * 4 + (5,) * 2 + (6,)


register_stories("word_problem_mixed", (1, 2, 2), (2, 2, 3), MIXTURE, (3, 4, 5), (5, 6, 7, 8), (9, 10))
