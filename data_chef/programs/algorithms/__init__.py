"""A catalogue of well-known small algorithms, each as a function with varying names, wording and numbers.

`draw_algorithm(rng, level)` draws from it; the expected values come from other algorithms than the programs use.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from random import Random
from typing import Any

from data_chef.programs.algorithms import lists, numbers, tables, text
from data_chef.programs.algorithms.lifted import BOTH, LIFTS, draw_lifted, examples_of, lifted_summaries, measures
from data_chef.programs.algorithms.recipe import Recipe, fill
from data_chef.programs.function import Function


CATALOGUE: tuple[Recipe, ...] = (*numbers.RECIPES, *lists.RECIPES, *text.RECIPES, *tables.RECIPES)
HARDEST = 5
POOL = 40


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
        lift = rng.choice(BOTH)
        # All prime numbers have two divisors: no example would show a mistake in counting them.
        return draw_lifted(rng, lift, pair) if len(set(measures(rng, lift, pair))) > 2 else _draw(rng, level)
    if rng.random() < (0, 0, 0.4, 0.8)[level - 1]:
        lift = rng.choice([one for one in LIFTS if bool(one.constants) == (level == 4)])
        return draw_lifted(rng, lift, [rng.choice(_helpers(rng.choice(("int", "int", "str")), lift.of))])
    return rng.choice(_of_level(level)).draw(rng)


def summaries(canonical: str, parameters: Sequence[str]) -> set[str]:
    """All the wordings of the function with this canonical form, for the given names of its parameters."""
    key, *rest = canonical.split(":")
    lift = next((one for one in (*LIFTS, *BOTH) if one.key == key), None)
    if lift:
        helpers = _named(rest)
        return lifted_summaries(lift, helpers, rest[len(helpers) :], parameters[0])
    recipe, constants = recall(canonical)
    slots: dict[str, Any] = {}
    for name, value in constants.items():
        slots.update(value if isinstance(value, dict) else {name: value})
    slots.update(zip((part.split("/")[0] for part in recipe.parameters.split()), parameters, strict=True))
    return {fill(text, slots) for text in recipe.summaries}


@cache
def recall(canonical: str) -> tuple[Recipe, Mapping[str, Any]]:
    """The recipe and the constants of a canonical form. Raises StopIteration when it is not of the catalogue."""
    recipe = next(recipe for recipe in CATALOGUE if canonical.split(":")[0] == recipe.key)
    choices = (dict(zip(recipe.constants, values, strict=True)) for values in product(*recipe.constants.values()))
    return recipe, next(constants for constants in choices if recipe.canonical(constants) == canonical)


def examples(canonical: str, rng: Random) -> tuple[tuple[tuple, Any], ...]:
    """New arguments for the function with this canonical form, and what the function gives for them."""
    key, *rest = canonical.split(":")
    lift = next((one for one in (*LIFTS, *BOTH) if one.key == key), None)
    if lift:
        return examples_of(rng, lift, _named(rest), rest)
    recipe, constants = recall(canonical)
    return recipe.examples(rng, constants)


def _named(keys: Sequence[str]) -> list[Recipe]:
    """The recipes among these parts of a canonical form, in their order."""
    return [recipe for key in keys for recipe in CATALOGUE if recipe.key == key]


@cache
def pool(hints: tuple[str, ...]) -> tuple[Function, ...]:
    """Different functions with parameters and a result of these types, always the same ones."""
    return tuple(pools().get(hints, ()))


@cache
def pools() -> dict[tuple[str, ...], list[Function]]:
    """The pools of all types."""
    found: dict[tuple[str, ...], dict[str, Function]] = {}
    rng = Random("pool")
    for i in range(1500):
        function = draw_algorithm(rng, 1 + i % HARDEST)
        found.setdefault(function.hints, {}).setdefault(function.canonical, function)
    return {hints: list(functions.values())[:POOL] for hints, functions in found.items()}
