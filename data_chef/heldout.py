"""What training must never contain: structures that are kept for tests, and the problems of frozen test sets.

Two rules, both applied wherever an item is drawn (`registry.draw`):

- *Reserved structures* belong to the test split, whatever numbers, names and words they come with: a fixed share, by
  hash, of all sentence frames of stories and syllogisms, of all ordered pairs of operations in a function, and of all
  forms (mood and figure) of the syllogism. `reserved_by` names what of a problem is reserved.
- *Frozen problems*, those of the generated test sets in `training/benchmark/frozen`, belong to no split.
  `heldout.json` lists the hashes of their canonical forms and of their structures, so another problem of the same
  structure is out as well.

A structure is a line of text. Its parts are told apart by their kind in the hash: the pair `upper>sum` of operations
and a frame of that name would be held out independently.
"""

import json
import re
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files

from data_chef.item import Problem, canonical_hash


# Percent of all structures of a kind that are kept for tests. Short stories have few frames, and all of their schemas
# occur in longer stories, so more of them can be spared.
SHARES = {"one-step frame": 15, "frame of two": 10, "frame": 5, "pair": 4, "figure": 10, "sentences": 15}
NAMESPACES = ("word_problem", "python_function", "syllogism")
# What a function of functions is made of: a constant in brackets, `multiply(3)`, is no part of the structure. Brackets
# may stand inside a quoted constant.
_CONSTANT = re.compile(r"\((?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^()'\"])*\)")
# One operation on inputs of these types (`str:acronym`), or one algorithm of the catalogue (`gcd`); constants and
# further parts follow a colon or stand in brackets.
_SINGLE = re.compile(r"(?:(?:int|str|bool|(?:list|dict|tuple)\[[^:|?]*\])(?:,[^:|?]*)?:)?[a-z]\w*")
_TYPES = re.compile(r"(?:int|str|bool|list\[|dict\[|tuple\[)")


@lru_cache(1 << 16)
def reserved(kind: str, part: str) -> bool:
    """Whether a structure of this kind is kept for tests. Raises KeyError for an unknown kind."""
    digest = blake2b(f"reserved|{kind}|{part}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % 100 < SHARES[kind]


def reserved_by(namespace: str, structure: str) -> tuple[str, ...]:
    """The kinds of structure by which a problem is kept for the test split; empty for most."""
    return tuple(dict.fromkeys(kind for kind, part in parts_of(namespace, structure) if reserved(kind, part)))


def structure_of(namespace: str, problem: Problem) -> str:
    """The structure of a problem without its numbers, names and words, or nothing where there is no such notion.

    Stories: graph, clause schemas, relations. Functions: the operations without their constants. Syllogisms: mood and
    figure, and the sentences with letters for nouns.
    """
    if namespace not in NAMESPACES:
        return ""
    return composition(problem.canonical) if namespace == "python_function" else problem.structure


def structure_hash(namespace: str, structure: str) -> str:
    """128-bit hash, in hex, of a structure."""
    return canonical_hash(f"structure|{namespace}", structure)


def frozen(namespace: str, structure: str, digest: str) -> bool:
    """Whether the problem, or one of its structure, is in a frozen test set; `digest` is its canonical hash."""
    canonicals, structures = hashes()
    return digest in canonicals or (bool(structure) and structure_hash(namespace, structure) in structures)


@cache
def hashes() -> tuple[frozenset[str], frozenset[str]]:
    """The canonical and the structure hashes of all frozen problems."""
    listed = json.loads((files("data_chef") / "heldout.json").read_text())
    return frozenset(listed["canonical"]), frozenset(listed["structure"])


def parts_of(namespace: str, structure: str) -> list[tuple[str, str]]:
    """What of a structure may be reserved, as (kind, part)."""
    if not structure:
        return []
    if namespace == "python_function":
        return [("pair", pair) for pair in pairs_of(structure)]
    first, _, frame = structure.partition("|")
    if namespace == "word_problem":
        return [({0: "one-step frame", 1: "frame of two"}.get(frame.count(";"), "frame"), frame)]
    return [("sentences", frame), *([] if first.endswith(" one") else [("figure", first)])]


@cache
def _lifts() -> frozenset[str]:
    from data_chef.programs.algorithms.lifted import BOTH, LIFTS

    return frozenset(lift.key for lift in (*LIFTS, *BOTH))


@cache
def _recipes() -> frozenset[str]:
    from data_chef.programs.algorithms import CATALOGUE

    return frozenset(recipe.key for recipe in CATALOGUE)


def composition(canonical: str) -> str:
    """The composition of a Python function: its canonical form without constants.

    `list[int]:keep[above(5)]|sum` gives `list[int]:keep[above]|sum`; `count_test:sum_digits:below:4`, made of two
    algorithms, gives `count_test<sum_digits`. Empty for a single algorithm and for a class, which compose nothing.
    """
    if _TYPES.match(canonical):
        return re.sub(r":('.*'|\".*\"|-?\d+)(!?)$", r":constant\2", _CONSTANT.sub("", canonical))
    lift, *rest = canonical.split(":")
    if lift not in _lifts():
        return ""
    return "<".join([lift, *(part for part in rest if part in _recipes())])


def is_vocabulary(namespace: str, canonical: str) -> bool:
    """Whether this is a function of one operation or algorithm, without a constant: `str:acronym`, `gcd`.

    Nobody can compose what was never shown, so every task that asks for such a function has it in training; what is
    held out is the question, its wording, names and examples together (`registry.Task.place`).
    """
    return namespace == "python_function" and _SINGLE.fullmatch(canonical) is not None


def pairs_of(structure: str) -> list[str]:
    """The ordered pairs of operations of which one works on what the other gives.

    `int:digits|keep[even]|sum` has `digits>keep[even]` and `keep[even]>sum`; in `int:even?digits|sum:same` the
    condition stands before both branches.
    """
    if "<" in structure:
        lift, *helpers = structure.split("<")
        return [f"{lift}<{helper}" for helper in helpers]
    _, _, body = structure.partition(":")
    test, asks, body = body.rpartition("?")
    chain, _, other = body.partition(":") if asks else (body, "", "")
    steps = chain.split("|")
    pairs = [f"{one}>{two}" for one, two in zip(steps, steps[1:], strict=False)]
    return pairs + ([f"{test}?{steps[0]}", f"{test}?{other.rstrip('!')}"] if asks else [])
