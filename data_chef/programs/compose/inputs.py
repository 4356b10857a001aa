"""Arguments for the examples: ordinary ones, edge cases, and ones near the constants of the function."""

from functools import cache
from random import Random
from typing import Any

from data_chef.tokenizer import lexicon


WORDS = ("level", "noon", "apple", "eve", "stats", "banana", "letter", "bookkeeper", "aaa", "mississippi", "civic")
SHOUTED = (str.capitalize, str.upper, str, str, str, str, str)
KEYS = ("apple", "pear", "milk", "tea", "bread", "salt", "rice", "egg")


@cache
def vocabulary() -> tuple[str, ...]:
    return tuple(word for word in lexicon()[:2500] if word.isalpha() and word.islower() and len(word) > 1)


def word(rng: Random, marks: list[str]) -> str:
    chosen = rng.choice(WORDS) if rng.random() < 0.2 else rng.choice(vocabulary())
    marks = [mark for mark in marks if mark.isalnum()]
    if marks and rng.random() < 0.4:
        mark = rng.choice(marks)
        chosen = rng.choice((mark + chosen, chosen + mark, mark + chosen + mark))
    return chosen


def text(rng: Random, marks: list[str], i: int) -> str:
    if i == 1 and rng.random() < 0.7:
        return ""
    parts = [rng.choice(SHOUTED)(word(rng, marks)) for _ in range(rng.choice((1, 1, 2, 3, 4)))]
    if rng.random() < 0.3:
        parts.insert(rng.randrange(len(parts) + 1), str(rng.choice((7, 12, 30, 105, 2024))))
    if rng.random() < 0.15:
        parts[-1] += rng.choice(".,!?")
    signs = [mark for mark in marks if not mark.isalnum()]
    separator = rng.choice(signs) if signs and rng.random() < 0.5 else " " if rng.random() < 0.9 else "  "
    joined = separator.join(parts)
    return f" {joined} " if rng.random() < 0.05 else joined


def integer(rng: Random, near: list[int]) -> int:
    kind = rng.random()
    if near and kind < 0.35:
        return rng.choice(near) + rng.choice((-1, 0, 0, 1))
    if kind < 0.8:
        # On both sides of a large constant.
        return rng.randint(0, max(30, near[0] + near[0] // 2) if near else 30)
    return rng.randint(-20, -1) if kind < 0.9 else rng.randint(31, 400)


def integers(rng: Random, near: list[int], i: int, natural: bool) -> list[int]:
    size = (0 if rng.random() < 0.6 else 1) if i == 1 else rng.choice((1, 2, 3, 4, 4, 5, 6, 7))
    values = [integer(rng, near) for _ in range(size)]
    if natural:
        values = [abs(v) for v in values]
    if values and rng.random() < 0.35:
        values[rng.randrange(size)] = rng.choice(values)
    if rng.random() < 0.1:
        values.sort()
    if size > 3 and rng.random() < 0.1:
        values = values[: size // 2] + values[: size // 2][::-1]
    return values


def draw(rng: Random, kind: str, near: list[int], marks: list[str], i: int, natural: bool) -> Any:
    if kind == "int":
        return abs(integer(rng, near)) if natural else integer(rng, near)
    if kind == "str":
        return text(rng, marks, i)
    if kind == "list[int]":
        return integers(rng, near, i, natural)
    if kind == "list[str]":
        size = 0 if i == 1 else rng.choice((1, 2, 3, 4, 5))
        words = [rng.choice(SHOUTED)(word(rng, marks)) for _ in range(size)]
        if size > 2 and rng.random() < 0.4:
            words[-1] = words[0]
        return words
    if kind == "list[list[int]]":
        width, height = rng.choice((1, 2, 3, 3)), rng.randint(1, 3)
        if rng.random() < 0.4:
            height = width
        rows = [
            [abs(integer(rng, near)) if natural else integer(rng, near) for _ in range(width)] for _ in range(height)
        ]
        for row in rows:
            if rng.random() < 0.3:
                row[-1] = row[0]
            elif rng.random() < 0.2:
                row.sort()
        return rows
    if kind == "dict[str, int]":
        size = 0 if i == 1 else rng.randint(1, 4)
        return {key: rng.choice((*near, 1, 2, 5, 7, 12)) if rng.random() < 0.4 else rng.randint(0, 20)
                for key in rng.sample(KEYS, size)}  # fmt: skip
    if kind == "list[tuple[int, int]]":
        pairs = [(rng.randint(-3, 12), rng.randint(0, 12)) for _ in range(0 if i == 1 else rng.randint(1, 4))]
        if pairs and rng.random() < 0.4:
            first = rng.choice(pairs)[0]
            pairs.append((first, rng.choice((first, rng.randint(0, 9)))))
        return pairs
    raise ValueError(f"no inputs of type {kind}")


def related(rng: Random, takes: tuple[str, ...], given: list[Any]) -> None:
    """Makes the later arguments concern the first one: parts of it, indices into it, elements of it."""
    first = given[0]
    if len(given) == 2 and takes[0] == takes[1] and isinstance(first, (str, list)) and first:
        pick = rng.random()
        if pick < 0.25:
            given[1] = first[::-1]
        elif pick < 0.5:
            given[1] = first[: rng.randint(1, len(first))] + given[1][:2]
        elif pick < 0.6:
            given[1] = first[:]
    elif takes == ("int", "int") and rng.random() < 0.3:
        given[0] = abs(given[1]) * rng.randint(1, 4)
    elif takes == ("int", "int", "int"):
        pick = rng.random()
        if pick < 0.3:
            given[1], given[2] = sorted((first + rng.randint(-6, 3), first + rng.randint(-3, 6)))
        elif pick < 0.6:
            given[1:] = [rng.randint(1, 6), rng.randint(1, 9)]
            given[0] = rng.choice((given[1], given[1] * given[2], given[2])) * rng.randint(0, 3)
        elif pick < 0.75:
            given[rng.randrange(3)] = given[rng.randrange(3)]
            given[rng.randrange(3)] = given[rng.randrange(3)]
        else:
            given.sort()
    elif takes[0] == "list[str]":
        whole = rng.choice(first) if first and rng.random() < 0.7 else rng.choice(vocabulary())
        given[1] = whole if rng.random() < 0.4 else whole[: rng.randint(1, 2)]
        if first and rng.random() < 0.3:
            first.insert(rng.randrange(len(first)), whole)
    elif takes == ("str", "str", "str"):
        letters = [c for c in first if c.isalpha()] or ["a"]
        given[1] = rng.choice(letters) if rng.random() < 0.6 else first[:1] or "b"
        given[2] = (
            rng.choice(letters) if rng.random() < 0.4 else first[-1:] if rng.random() < 0.5 else rng.choice("-*xyz")
        )
    elif len(given) > 1 and isinstance(first, (str, list)) and isinstance(given[1], int):
        # Half of the time indices, half of the time numbers as they stand in the list.
        size = len(first.split() if isinstance(first, str) and rng.random() < 0.3 else first)
        if isinstance(first, str) or rng.random() < 0.5:
            given[1:] = sorted(rng.randint(0, size) for _ in given[1:])
        elif first:
            given[1:] = [rng.choice(first) for _ in given[1:]]
            if rng.random() < 0.7:
                given[1:] = sorted(given[1:])


def arguments(rng: Random, takes: tuple[str, ...], constants: list[Any], count: int):
    """`count` tuples of arguments, the second of them an edge case."""
    near = [c for c in constants if isinstance(c, int)] * 3 + [0, 1]
    marks = [c for c in constants if isinstance(c, str) and len(c) == 1 and c != " "]
    natural = rng.random() < 0.3
    for i in range(count):
        given = [draw(rng, kind, near, marks, i, natural or i > count // 2) for kind in takes]
        if len(given) > 1:
            related(rng, takes, given)
        yield tuple(given)
