"""Words by meaning, with the forms that sentences need: nouns, names, invented ones, numbers in words.

The lists lie in `data_chef/data` (see SOURCES.md there). `invented_noun` and `invented_person` have no end: a model
that only ever met known words would not learn to copy unknown ones.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from data_chef.nouns import invented


HE = {"m": ("he", "him", "his"), "f": ("she", "her", "her")}
_SILENT = (
    "hour",
    "honest",
    "honor",
    "heir",
    "8",
    "11",
    "18",
    "80",
    "81",
    "82",
    "83",
    "84",
    "85",
    "86",
    "87",
    "88",
    "89",
)
_LIKE_YOU = ("uni", "use", "usu", "euro", "ukulele", "one", "once", "ute", "u-")
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINAL = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_IRREGULAR = {
    "child": "children", "man": "men", "woman": "women", "foot": "feet", "shelf": "shelves", "bus": "buses",
    "knife": "knives", "leaf": "leaves",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of one kind, in both numbers."""

    singular: str
    plural: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """A first name with its pronouns: `gender` is m or f."""

    name: str
    gender: str

    @property
    def he(self) -> str:
        return HE[self.gender][0]

    @property
    def him(self) -> str:
        return HE[self.gender][1]

    @property
    def his(self) -> str:
        return HE[self.gender][2]


def _lines(name: str) -> list[tuple[str, list[str]]]:
    """The (key, words) of each line of a data file."""
    lines = (files("data_chef") / "data" / name).read_text().splitlines()
    pairs = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return [(key, words.split()) for key, _, words in pairs]


@cache
def _nouns() -> dict[str, tuple[Noun, ...]]:
    found: dict[str, tuple[Noun, ...]] = {}
    for kind, words in _lines("nouns.txt"):
        split = (word.replace("_", " ").partition("/") for word in words)
        found[kind] = tuple(Noun(one, many or pluralize(one), kind) for one, _, many in split)
    return found


def kinds() -> tuple[str, ...]:
    return tuple(_nouns())


def nouns(kind: str) -> tuple[Noun, ...]:
    """The nouns of a kind. Raises ValueError for a kind that there is not."""
    if kind not in _nouns():
        raise ValueError(f"unknown kind of noun {kind!r}; known: {', '.join(_nouns())}")
    return _nouns()[kind]


@cache
def words() -> frozenset[str]:
    """Every single content word of the lists, in lower case, both numbers."""
    found = set()
    for group in _nouns().values():
        for noun in group:
            found |= set(noun.singular.lower().split()) | set(noun.plural.lower().split())
    return frozenset(found - {"of", "the", "a", "an"})


@cache
def people() -> tuple[Person, ...]:
    """All first names; common ones stand in it several times."""
    found: list[Person] = []
    for place, (gender, names) in enumerate(_lines("names.txt")):
        found += [Person(name, gender) for name in names] * (20 if place % 2 == 0 else 1)
    return tuple(found)


def invented_person(rng: Random) -> Person:
    """Somebody with a name that nobody has, such as `Blickor`."""
    name = invented(rng) + rng.choice(("", "a", "o", "i", "en", "or", "el", "us", "in"))
    return Person(name.capitalize(), rng.choice("mf"))


def invented_noun(rng: Random) -> Noun:
    """Something that no dictionary knows."""
    while True:
        word = invented(rng)
        if word not in words():
            return Noun(word, pluralize(word), "invented")


def article(word: str) -> str:
    """`a` or `an`, by sound."""
    head = word.lower()
    if head.startswith(_SILENT):
        return "an"
    return "a" if head.startswith(_LIKE_YOU) or head[0] not in "aeiou" else "an"


def pluralize(word: str) -> str:
    """The regular plural, and that of a few common words that have none: `children`, `shelves`."""
    if " of " in word:
        container, _, content = word.partition(" of ")
        return f"{pluralize(container)} of {content}"
    head, _, last = word.rpartition(" ")
    if head:
        return f"{head} {pluralize(last)}"
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def number_words(number: int, and_: bool = False) -> str:
    """`twenty-one`, `one hundred and five`: below a million. Raises ValueError above."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"number words go from 0 to 999,999, not {number}")
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    unit, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    text = f"{number_words(number // unit, and_)} {name}"
    rest = number % unit
    if not rest:
        return text
    return f"{text}{' and' if and_ and rest < 100 else ''} {number_words(rest, and_)}"


def ordinal_words(number: int) -> str:
    """`first`, `twenty-second`, `hundredth` and so on."""
    head, hyphen, last = (
        number_words(number).rpartition("-") if "-" in number_words(number) else ("", "", number_words(number))
    )
    start, space, last = last.rpartition(" ")
    word = _ORDINAL.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{head}{hyphen}{start}{space}{word}"


def join(parts: list[str], oxford: bool = False, word: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    comma = "," if oxford and len(parts) > 2 else ""
    return f"{', '.join(parts[:-1])}{comma} {word} {parts[-1]}"
