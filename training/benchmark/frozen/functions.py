"""`humaneval_style`: functions to write, composed of operations that no training function composes."""

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from random import Random

from data_chef.heldout import composition, is_vocabulary, pairs_of, reserved_by
from data_chef.item import canonical_hash
from data_chef.programs.algorithms import draw_algorithm
from data_chef.programs.compose import draw_function
from data_chef.programs.compose.core import Step
from data_chef.programs.derived import passes
from data_chef.programs.function import Function
from data_chef.programs.parts import NAMESPACE, asserts, is_plain, lowered, signature, stub
from data_chef.splits import split_of_hash
from training.benchmark.frozen.behaviour import (
    Probes,
    behaviour,
    named_algorithms,
    probes,
    takes_of,
    training_chains,
)
from training.benchmark.frozen.rows import hashes_of, numbered, rng_of
from training.benchmark.frozen.wording import RUDE


NAME = "humaneval_style"
# (source, level): how many rows of a style are drawn from it.
LEVELS = {("composed", 2): 77, ("composed", 3): 56, ("composed", 4): 36, ("composed", 5): 28, ("algorithm", 4): 3}
STYLES = ("completion", "request")
# So many times as many are made at first: training has twins of some, of algorithms on lists of most.
SPARE = {("composed", 2): 1.5, ("composed", 3): 1.3, ("composed", 4): 1.3, ("composed", 5): 1.3, ("algorithm", 4): 3}
MOST_OF_A_PAIR = 5
FEWEST_TESTS, HIDDEN = 8, 4
# Names that say nothing or stumble, sentences that begin with nothing, words that are not for a test.
VAGUE = re.compile(
    r"^(?:process|solve|transform|compute|apply|evaluate|run|solution|answer|convert)(?:_|$)|_of_(?:with|of|not)_|_(\w+)_\1(?:_|$)"
)
CLUMSY = re.compile(r"\b(?:Take|take) \w+[.,]|\b1 (?:digits|places|characters|elements|rows|times|strings)\b")


def rows(seed: int, sample: int, workers: int = 2) -> tuple[list[dict], dict]:
    """The rows, 200 of each style, and what was found when they were compared with training functions.

    Args:
        sample: how many training functions to compare with, besides all named algorithms.
    """
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(_candidates, seed, *key) for key in sorted(LEVELS, key=lambda key: -key[1])]
        made = dict(pair for job in jobs for pair in [job.result()])
        known = {row["canonical"]: row for found in made.values() for row in found}
        parts = [range(start, min(start + 10_000, sample)) for start in range(0, sample, 10_000)]
        compared = [*pool.map(collisions, *zip(*((seed, [*known.values()], part) for part in parts), strict=True))]
    found: dict[str, set[str]] = {}
    for one, _ in compared:
        for canonical, others in one.items():
            found.setdefault(canonical, set()).update(others)
    measured = {
        "training_functions": sum(count for _, count in compared),
        "candidates": len(known),
        "candidates_that_training_also_has": len(found),
    }
    return numbered(NAME, _chosen(made, found)), measured


def _chosen(made: dict, found: dict) -> list[dict]:
    """The rows of each level that training has no twin of; also no two rows are twins."""
    chosen: dict[str, list[dict]] = {style: [] for style in STYLES}
    for key, count in LEVELS.items():
        seen: Counter[str] = Counter()
        for row in made[key]:
            style = row["style"]
            if row["canonical"] not in found and seen[style] < count:
                seen[style] += 1
                chosen[style].append(row)
        if any(seen[style] < count for style in STYLES):
            raise ValueError(f"only {dict(seen)} of {count} functions {key} are left; raise SPARE")
    return [row for style in STYLES for row in chosen[style]]


def _candidates(seed: int, source: str, level: int) -> tuple[tuple[str, int], list[dict]]:
    """More rows than are needed of a source and level, alternating between the styles."""
    wanted = int(LEVELS[source, level] * 2 * SPARE[source, level])
    used, pairs, structures, known = set(), Counter[str](), set(), Probes()
    found: list[dict] = []
    for index in range(10**5):
        if len(found) == wanted:
            break
        rng = rng_of(NAME, seed, source, level, index)
        function = (
            draw_function(rng, level, want=has_reserved_pair)
            if source == "composed"
            else draw_algorithm(rng, rng.choice((3, 4, 5)))
        )
        structure = composition(function.canonical)
        takes = takes_of(function.hints)
        if not structure or structure in structures or not reserved_by(NAMESPACE, structure) or takes is None:
            continue
        held = [pair for pair in pairs_of(structure) if pairs[pair] >= MOST_OF_A_PAIR]
        if held or function.name in used or unfit(function):
            continue
        row = _row(rng, function, takes, STYLES[len(found) % 2], level)
        if row is None:
            continue
        program = row["canonical_solution"]
        if known.same(partial(behaviour, program, function.name, takes), takes):
            continue
        known.add(program, function.name, takes, function.canonical)
        structures.add(structure)
        used.add(function.name)
        pairs.update(pairs_of(structure))
        found.append(row)
    return (source, level), found


def has_reserved_pair(steps: Sequence[Step]) -> bool:
    """Whether the chain has a reserved pair; looked at before its program is written, since few have."""
    names = [step.name for step in steps]
    return bool(reserved_by(NAMESPACE, composition(f"{','.join(steps[0].takes)}:{'|'.join(names)}")))


def unfit(function: Function) -> bool:
    """Whether name, types or sentence are not what one would print."""
    return (
        bool(VAGUE.search(function.name) or CLUMSY.search(function.summary) or RUDE.search(function.test()))
        or any(re.search(r"\bobject\b|\bAny\b", hint) for hint in function.hints)
        or len(function.summary) > 260
        or len(function.name) > 40
    )


def _row(rng: Random, function: Function, takes: tuple[str, ...], style: str, level: int) -> dict | None:
    """The row of a function, or None when too little can be asked or tested."""
    source = function.sources[0]
    tests = [*function.test().split("\n"), *more_tests(function, takes)]
    if style == "completion":
        prompt = stub(function, rng, hinted=True, examples=2) + "\n"
    else:
        # As MBPP asks: one sentence and two tests, from which name and parameters are seen.
        example = asserts(function, rng, 2)
        if is_plain(function):
            prompt = f"Write a function to {lowered(function.summary)}.\n{example}"
        else:
            prompt = f"Write a function for this: {function.summary}\n{example}"
    hidden = [line for line in tests if line not in prompt and not _shown(line, prompt)]
    if len(tests) < FEWEST_TESTS or len(hidden) < HIDDEN or not _has_edge(tests):
        return None
    program = _hinted(function, source)
    # In this process, and by counted steps: the sandbox of `check` may lose patience on a busy machine.
    if not passes(program, "\n".join(tests)):
        return None
    structure = composition(function.canonical)
    return {
        "kind": "code",
        "style": style,
        "prompt": prompt,
        "entry_point": function.name,
        "test": "\n".join(tests),
        "canonical_solution": program,
        "solution": f"```python\n{program}```",
        "steps": len(re.split(r"[|<?]", structure)),
        "task": "python_docstring" if style == "completion" else "python_request",
        "family": "python",
        "difficulty": level,
        "takes": list(takes),
        **hashes_of(NAMESPACE, function.canonical, structure),
    }


def _hinted(function: Function, source: str) -> str:
    """The program with types in its signature; a helper above it stays as it is."""
    return re.sub(rf"^def {function.name}\(.*\):$", lambda _: signature(function), source, flags=re.M)


def _shown(test: str, prompt: str) -> bool:
    """Whether a docstring shows the call of this test."""
    return test.removeprefix("assert ").rpartition(" == ")[0] in prompt


def _has_edge(tests: list[str]) -> bool:
    """Whether one of the tests calls with nothing, nought, a negative number, or a single element."""
    return any(re.search(r"\((?:.*, )?(?:\[\]|''|\{\}|0|-\d+|\[-?\d+\]|\['\w*'\]|'\w')[,)]", line) for line in tests)


def more_tests(function: Function, takes: tuple[str, ...], most: int = 4) -> list[str]:
    """Tests on probes, edge cases first, with the value on which two different programs agree."""
    if len(function.sources) < 2 or len(set(function.sources)) < 2:
        return []
    one, two = (behaviour(source, function.name, takes) for source in function.sources[:2])
    known = {repr(given) for given, _ in function.examples}
    found = []
    for given, a, b in zip(probes(takes), one, two, strict=True):
        if a is not None and a == b and repr(given) not in known and len(a) < 90:
            found.append(f"assert {function.call(given)} == {a}")
    return found[:most]


def collisions(seed: int, rows: list[dict], numbers: range) -> tuple[dict[str, set[str]], int]:
    """Which rows have a twin among these training functions (the first part also sees all named algorithms), and how
    many functions were compared."""
    known = Probes()
    for row in rows:
        known.add(row["canonical_solution"], row["entry_point"], tuple(row["takes"]), row["canonical"])
    found: dict[str, set[str]] = {}
    count = 0
    for canonical, takes, results in training_chains(seed, numbers):
        digest = canonical_hash(NAMESPACE, canonical)
        trained = is_vocabulary(NAMESPACE, canonical) or split_of_hash(digest) == "train"
        if trained and not reserved_by(NAMESPACE, composition(canonical)):
            count += 1
            for label in known.same(results, takes):
                found.setdefault(label, set()).add(canonical)
    for function in named_algorithms(seed) if numbers.start == 0 else ():
        key = takes_of(function.hints)
        if key:
            count += 1
            for label in known.same(partial(behaviour, function.sources[0], function.name, key), key):
                found.setdefault(label, set()).add(function.canonical)
    return found, count
