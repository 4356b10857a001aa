"""A catalogue of well-known small algorithms, each as a function with varying names, wording and numbers.

`draw_algorithm(rng, level)` draws from it; the expected values come from other algorithms than the programs use.
"""

from functools import cache
from random import Random

from data_chef.programs.algorithms import lists, numbers, tables, text
from data_chef.programs.algorithms.lifted import BOTH, LIFTS, draw_lifted
from data_chef.programs.algorithms.recipe import Recipe
from data_chef.programs.function import Function


CATALOGUE: tuple[Recipe, ...] = (*numbers.RECIPES, *lists.RECIPES, *text.RECIPES, *tables.RECIPES)
HARDEST = 5


@cache
def _of_level(level: int) -> list[Recipe]:
    return [recipe for recipe in CATALOGUE if recipe.level == level]


@cache
def _helpers(kind: str, result: str) -> list[Recipe]:
    """The recipes that can serve as a helper for one element."""
    hints = f"{kind}, {result}"
    return [recipe for recipe in CATALOGUE if recipe.phrase and recipe.hints == hints]


def draw_algorithm(rng: Random, level: int) -> Function:
    """A function of the catalogue.

    Args:
        level: 1 to 3 are single algorithms of growing length; from 3 on some work on lists by means of a helper
            function; at 4 most do, at 5 all do, with two helpers.
    """
    if not 1 <= level <= HARDEST:
        raise ValueError(f"level must be 1 to {HARDEST}, not {level}")
    while True:
        function = _draw(rng, level)
        if len({repr(value) for _, value in function.examples}) > 1:
            return function


def _draw(rng: Random, level: int) -> Function:
    if level == HARDEST:
        kind = rng.choice(("int", "int", "str"))
        pair = [rng.choice(_helpers(kind, "bool")), rng.choice(_helpers(kind, "int"))]
        return draw_lifted(rng, rng.choice(BOTH), pair)
    if rng.random() < (0, 0, 0.4, 0.8)[level - 1]:
        lift = rng.choice([one for one in LIFTS if bool(one.constants) == (level == 4)])
        return draw_lifted(rng, lift, [rng.choice(_helpers(rng.choice(("int", "int", "str")), lift.of))])
    return rng.choice(_of_level(level)).draw(rng)
