"""What the logic and chat tasks share: sentences said and read back, truth tables, elimination, search, words."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

from data_chef.nouns import invented


MEN = (
    "Tom Max Leo Ben Jack Noah Liam Paul Omar Ivan Hugo Felix Karl Otto Amir Raj Chen Kofi Diego Adam Peter Luis Mark "
    "Henry Oscar Victor Simon Jamal Kenji Mateo"
).split()
WOMEN = (
    "Ann Eva Mia Zoe Lily Emma Olivia Ava Nina Rosa Tara Clara Ruth Vera Dana Lena Priya Yuki Amara Lucia Sara Julia "
    "Maria Helen Grace Alice Ella Sofia Hana Fatima"
).split()
PEOPLE = MEN + WOMEN
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
COLOURS = "red blue green yellow black white pink brown orange purple".split()


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return " ".join([", ".join(words[:-1]), last, words[-1]]) if len(words) > 1 else "".join(words)


def lay_out(rng: Random, clues: Sequence[str], ask: str, intro: str = "") -> str:
    """The clues and what is asked, as one paragraph, a sentence a line, a list, or with the question first."""
    head = [intro] if intro else []
    style = rng.random()
    if style < 0.6:
        return " ".join([*head, *clues, ask])
    if style < 0.75:
        return "\n".join([*head, *clues, ask])
    if style < 0.88:
        return "\n".join([*head, *(f"- {clue}" for clue in clues), ask])
    return " ".join([ask, *head, *clues])


def sentences(text: str) -> list[str]:
    """The sentences of a question, whatever its layout, with their stops."""
    return [
        re.sub(r"^- ", "", part).strip()
        for part in re.split(r"(?:(?<=[.?!])|(?<=[.?!]\"))\s+|\n", text)
        if part.strip()
    ]


class Sayings:
    """Kinds of sentence, each with its wordings, in which {0}, {1} stand for words: said, and read back."""

    def __init__(self, wordings: dict[str, Sequence[str]], slot: str = r"\w+"):
        self.wordings = wordings
        self.patterns = [(kind, _pattern(text, slot)) for kind, texts in wordings.items() for text in texts]

    def say(self, rng: Random, kind: str, *words) -> str:
        return capital(rng.choice(self.wordings[kind]).format(*words))

    def read_one(self, sentence: str) -> tuple[str, ...] | None:
        """`(kind, word, word, ...)` of a sentence, or None when it is of no kind known here."""
        for kind, pattern in self.patterns:
            if match := pattern.fullmatch(sentence):
                groups = match.groupdict()
                return (kind, *(groups[name] for name in sorted(groups)))
        return None

    def read(self, text: str) -> list[tuple[str, ...]]:
        """All sentences of the text that are known here, in order."""
        return [found for sentence in sentences(text) if (found := self.read_one(sentence))]


def _pattern(text: str, slot: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in seen:
            return f"(?P=g{name})"
        seen.add(name)
        return f"(?P<g{name}>{slot})"

    text = re.sub(r"\\\{(\d)\\\}", group, re.escape(text))
    return re.compile(f"(?i:{text[0]}){text[1:]}" if text[0].isalpha() else text)


# Truth tables


@cache
def masks(count: int) -> tuple[int, ...]:
    """A number of 2^count bits for each of `count` statements: bit i says whether it is true in row i.

    Rows run from all true to all false, the last statement changing fastest, as one writes them.
    """
    rows = 2**count
    return tuple(sum(1 << row for row in range(rows) if not row >> (count - 1 - k) & 1) for k in range(count))


def everywhere(count: int) -> int:
    """The mask of a statement that is true in all rows."""
    return (1 << 2**count) - 1


# Puzzles: things that stand in different positions


class Clue(NamedTuple):
    """What a clue says of one or two things: `holds(position, ...)`."""

    text: str
    things: tuple[str, ...]
    holds: Callable[..., bool]


def eliminate(groups: Sequence[Sequence[str]], labels: Sequence[str], clues: Sequence[Clue]):
    """Solves a puzzle clue by clue, without guessing: the worked lines, and what is left for each thing.

    The things of a group stand in different positions; position i is called `labels[i]`.
    """
    left = {thing: list(range(len(labels))) for group in groups for thing in group}
    rivals = {thing: [other for other in group if other != thing] for group in groups for thing in group}
    lines: list[str] = []
    done: set[str] = set()

    def told(thing: str) -> str:
        return f"{capital(thing)}: {listed([labels[p] for p in left[thing]], 'or')}."

    while True:
        before = len(lines)
        for text, things, holds in clues:
            changed = []
            for thing in things:
                others = [left[other] for other in things if other != thing]
                kept = [p for p in left[thing] if _possible(p, others, things[0] == thing, holds)]
                if len(kept) < len(left[thing]):
                    left[thing] = kept
                    changed.append(thing)
            if changed:
                lines.append(" ".join([text, *map(told, changed)]))
        for thing, places in left.items():
            if len(places) == 1 and thing not in done:
                done.add(thing)
                smaller = [other for other in rivals[thing] if places[0] in left[other]]
                for other in smaller:
                    left[other] = [p for p in left[other] if p != places[0]]
                if smaller:
                    lines.append(" ".join([f"{capital(labels[places[0]])} is taken.", *map(told, smaller)]))
        for group in groups:
            for p, label in enumerate(labels):
                able = [thing for thing in group if p in left[thing]]
                if len(able) == 1 and len(left[able[0]]) > 1:
                    left[able[0]] = [p]
                    lines.append(f"{capital(label)} is left for {able[0]} alone.")
        if len(lines) == before or not all(left.values()):
            return lines, left


def _possible(position: int, others: list[list[int]], first: bool, holds: Callable[..., bool]) -> bool:
    if not others:
        return holds(position)
    return any(holds(position, other) if first else holds(other, position) for other in others[0])


def chosen_clues(rng: Random, groups: Sequence[Sequence[str]], labels: Sequence[str], pool: list, clue_of: Callable):
    """Some of the true clues of the pool, enough for elimination, none of them to spare, or None when all fail."""
    rng.shuffle(pool)
    solved = False
    kept: list = []
    for fact in pool:
        kept.append(fact)
        if len(kept) >= len(labels) - 1 and _solved(groups, labels, [clue_of(one) for one in kept]):
            solved = True
            break
    if not solved:
        return None
    for fact in list(kept):
        rest = [one for one in kept if one != fact]
        if _solved(groups, labels, [clue_of(one) for one in rest]):
            kept = rest
    return kept


def _solved(groups, labels, clues) -> bool:
    return all(len(places) == 1 for places in eliminate(groups, labels, clues)[1].values())


def arrangements(groups: Sequence[Sequence[str]], size: int, clues: Sequence[Clue]) -> Iterator[dict[str, int]]:
    """All ways to place the things that fit the clues, found by trying them, one thing after the other."""
    things = [(thing, g) for g, group in enumerate(groups) for thing in group]
    order = {thing: index for index, (thing, _) in enumerate(things)}
    due: list[list[Clue]] = [[] for _ in things]
    for clue in clues:
        due[max(order[thing] for thing in clue.things)].append(clue)
    placed: dict[str, int] = {}
    used: list[set[int]] = [set() for _ in groups]

    def extend(index: int) -> Iterator[dict[str, int]]:
        if index == len(things):
            yield dict(placed)
            return
        thing, group = things[index]
        for position in range(size):
            if position not in used[group]:
                placed[thing] = position
                if all(clue.holds(*(placed[one] for one in clue.things)) for clue in due[index]):
                    used[group].add(position)
                    yield from extend(index + 1)
                    used[group].discard(position)

    return extend(0)


# Words


@cache
def _frequent() -> tuple[str, ...]:
    words = (files("data_chef") / "data" / "english.txt").read_text().split()
    return tuple(word for word in words if len(word) > 2)


def draw_word(rng: Random, low: int, high: int, invented_rate: float = 0.25) -> str:
    """A word of `low` to `high` letters: English, or made up."""
    made_up = rng.random() < invented_rate
    while True:
        if made_up:
            word = "".join(invented(rng) for _ in range(1 if high <= 5 else 2 if high <= 10 else 3))
            word = word[:high]
        else:
            word = rng.choice(_frequent())
        if low <= len(word) <= high:
            return word
