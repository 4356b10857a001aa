"""What a function does, told by what it returns for fixed inputs: two programs that agree everywhere are one function.

A composition that is held out may still be another name for something in training (the sum of the digits is a chain of
operations and a named algorithm). `Probes` finds those.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import product
from random import Random

from data_chef.programs.algorithms import CATALOGUE
from data_chef.programs.algorithms.recipe import Recipe
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.draw import STARTS, draw_steps, sensible, shape_of, sized
from data_chef.programs.compose.formulas import FORMULAS
from data_chef.programs.compose.inputs import arguments
from data_chef.programs.derived import outcomes
from data_chef.programs.function import Function
from data_chef.registry import get_task
from training.benchmark.frozen.rows import rng_of


# A probe is fair when both functions give a value for it; of that many, all have to agree.
FAIR = 8
PROBES = 24
STEPS = 3000
EDGES = {
    "int": (0, 1, 2, 7, 12, 100, -3),
    "str": ("", "a", "Level noon", "abc abc", "Hello, World 42"),
    "list[int]": ([], [1], [3, 1, 2], [2, 2, 5, 7, -4], [10, 9, 8, 1, 0, 6]),
    "list[str]": ([], ["a"], ["noon", "tree", "Apple", "tree"], ["b", "abc", "ab", ""]),
    "list[list[int]]": ([[1, 2], [3, 4]], [[5]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
    "dict[str, int]": ({}, {"a": 1}, {"tea": 5, "egg": 2, "salt": 5}),
    "list[tuple[int, int]]": ([], [(1, 2)], [(3, 1), (2, 2), (3, 5)]),
}
Key = tuple[str, ...]
Results = tuple[str | None, ...]


def takes_of(hints: tuple[str, ...]) -> Key | None:
    """The types of the parameters, or None for types that there are no probes for."""
    plain = tuple(hint if hint != "list" else "list[int]" for hint in hints[:-1])
    return plain if plain and all(hint in EDGES for hint in plain) else None


@cache
def probes(takes: Key) -> tuple[tuple, ...]:
    """The fixed inputs for parameters of these types: edge cases first crosswise, then drawn ones."""
    edges = [*product(*(EDGES[kind] for kind in takes))]
    edges = rng_of("edges", takes).sample(edges, min(len(edges), 10))
    drawn: list[tuple] = []
    rng = Random(f"probes|{takes}")
    if len(takes) <= 2 and len(set(takes)) == 1:
        drawn = [*arguments(rng, takes, [2, 3, 5, "a", "e"], PROBES)]
    else:
        parts = [[given[0] for given in arguments(rng, (kind,), [2, 3, 5], PROBES)] for kind in takes]
        drawn = [*zip(*parts, strict=True)]
    unique = {repr(given): given for given in (*edges, *drawn)}
    return tuple(unique.values())[:PROBES]


def behaviour(source: str, name: str, takes: Key, count: int = PROBES) -> Results:
    """What the function returns for the first `count` probes, as `repr`; None where it raises or takes too long."""
    calls = probes(takes)[:count]
    if re.search(r"\bwhile\b", source) or len(re.findall(rf"\b{name}\(", source)) > 1:
        found = outcomes(source, name, calls, steps=STEPS)
        return tuple(None if _failed(text) else text for text in found)
    space: dict = {}
    exec(source, space)  # noqa: S102  a program of the generator, without endless loops
    results: list[str | None] = []
    for given in calls:
        try:
            results.append(repr(space[name](*ast.literal_eval(repr(given)))))
        except Exception:  # noqa: BLE001  outside its domain a function may raise anything
            results.append(None)
    return tuple(results)


def _failed(text: str) -> bool:
    return text.isidentifier() and text not in ("True", "False", "None")


class Probes:
    """Functions by their behaviour, to be compared with many others."""

    def __init__(self) -> None:
        self._known: dict[Key, list[tuple[Results, str]]] = {}

    def add(self, source: str, name: str, takes: Key, label: str) -> None:
        self._known.setdefault(takes, []).append((behaviour(source, name, takes), label))

    def same(self, results: Callable[[int], Results], takes: Key | None) -> list[str]:
        """The labels of the known functions that agree wherever both give a value.

        Args:
            results: what the function gives for so many probes; asked for few first, which tell almost all apart.
        """
        known = self._known.get(takes, []) if takes else []
        for count, least in ((3, 0), (PROBES, FAIR)):
            if known:
                found = results(count)
                known = [one for one in known if _agree(one[0][:count], found, least)]
        return [label for _, label in known]


def _agree(one: Results, two: Results, least: int) -> bool:
    fair = [(a, b) for a, b in zip(one, two, strict=True) if a is not None and b is not None]
    return len(fair) >= least and all(a == b for a, b in fair)


def named_algorithms(seed: int) -> Iterator[Function]:
    """Every recipe with every choice of its constants, at most 40 of each."""
    recipes: dict[str, Recipe] = {recipe.key: recipe for recipe in (*CATALOGUE, *FORMULAS)}
    for name in ("python_recursion", "python_string_format", "python_regex"):
        for value in vars(sys.modules[get_task(name).generate.__module__]).values():
            if isinstance(value, tuple) and value and isinstance(value[0], Recipe):
                recipes |= {recipe.key: recipe for recipe in value}
    for recipe in recipes.values():
        rng = rng_of("recipe", seed, recipe.key)
        known: dict[str, Function] = {}
        for _ in range(80):
            function = recipe.draw(rng)
            known.setdefault(function.canonical, function)
        yield from known.values()


def training_chains(seed: int, numbers: Iterable[int]) -> Iterator[tuple[str, Key, Callable[[int], Results]]]:
    """Chains of operations as training draws them, of all levels, before anything is written: each with its canonical
    form, the types of its parameters, and what it gives. A few of them training would find too plain to ask for."""
    for number in numbers:
        rng = rng_of("training", seed, number)
        takes = rng.choice(STARTS)
        length, hole, _ = shape_of(rng, rng.randint(1, 4))
        try:
            steps = draw_steps(rng, takes, length, hole)
        except IndexError:
            continue
        held = next((step.hole for step in steps if step.hole), None)
        key = takes_of((*takes, *((type(held[1]).__name__,) if held else ()), ""))
        if sensible(steps) and key:
            yield (
                f"{','.join(takes)}:{'|'.join(step.name for step in steps)}",
                key,
                partial(_run, steps, len(takes), key),
            )


def _run(steps: Sequence[Step], arity: int, takes: Key, count: int) -> Results:
    """What the operations mean, one after the other, for the first probes."""
    found: list[str | None] = []
    for given in probes(takes)[:count]:
        xs, extra = given[:arity], given[-1]
        try:
            for step in steps:
                xs = (sized(step.run(xs, extra)),)
            found.append(repr(xs[0]))
        except Exception:  # noqa: BLE001  outside its domain a function may raise anything
            found.append(None)
    return tuple(found)
