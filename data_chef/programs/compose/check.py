"""A first look at a drawn program, in this process: whether the examples tell it from its mutants.

The examples of a few chains are blind to some mistake; to drop those here is cheaper than to have the sandbox drop the
whole item. It stays the sandbox that verifies.
"""

import re
from random import Random
from typing import Any

from data_chef.programs.parts import mutated
from data_chef.programs.tracing import STEPS, Recorder, TooLong, prepare


LOOPS = re.compile(r"^ +(?:for|while) |range\(", re.M)
ENDLESS = re.compile(r"for \w+ in (\w+):(?:\n .*)*\b\1\.(?:append|extend|setdefault)\(")


def telling(name: str, source: str, examples: tuple[tuple[tuple[Any, ...], Any], ...], canonical: str) -> bool:
    """Whether the examples tell the program from its mutants."""
    return not any(fulfils(name, mutant, examples) for mutant in mutated(source, Random(canonical)))


def fulfils(name: str, source: str, examples: tuple[tuple[tuple[Any, ...], Any], ...]) -> bool:
    """Whether the program gives the values of the examples."""
    if ENDLESS.search(source):
        return False
    space: dict[str, Any] = {}
    try:
        if LOOPS.search(source):
            # One mistake can make a loop endless; here steps are counted.
            function = prepare(source, Recorder(STEPS), telling=False)[name]
        else:
            exec(source, space)  # noqa: S102  a composed program without loops, or one mistake away from one
            function = space[name]
        return all(function(*map(copied, arguments)) == value for arguments, value in examples)
    except (Exception, TooLong):  # noqa: BLE001  mutants fail in every way
        return False


def tests_tell(source: str, test: str, canonical: str) -> bool:
    """Whether the tests fail for every mutant of a program without loops."""
    return not any(passes(mutant, test) for mutant in mutated(source, Random(canonical)))


def passes(source: str, test: str) -> bool:
    space: dict[str, Any] = {}
    try:
        exec(source, space)  # noqa: S102  a small class, one mistake away from the one that was drawn
        exec(test, space)  # noqa: S102
    except Exception:  # noqa: BLE001  mutants fail in every way
        return False
    return True


def copied(value: Any) -> Any:
    """The value, safe from changes in place."""
    if isinstance(value, list):
        return [item[:] if isinstance(item, list) else item for item in value]
    return {**value} if isinstance(value, dict) else value
