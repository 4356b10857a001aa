"""English inflection by rule and exception: plurals, verb forms, comparison, articles and lists."""

import re
from collections.abc import Sequence
from functools import cache

from data_chef.lexicon.source import entries, section


_VOWELS = "aeiou"
_TAKES_ES = ("s", "x", "z", "ch", "sh")
# The head of such a noun is its first word: pairs of shoes, mothers-in-law.
_HEAD_FIRST = re.compile(r"(.+?)( of | per |-in-law)(.*)")
# A vowel letter that is heard as a consonant: unicorn, used, European, one.
_CONSONANT_SOUND = re.compile(
    r"uni(?!n[a-z]|m)|us[aeiu]|ut[ei]|ubiq|uk|ura|eu|ew|one\b|once|ouija|u\b|ufo|usb|uk\b|us\b", re.IGNORECASE
)
_VOWEL_SOUND = re.compile(r"hour|honest|honou?r|heir|herb|[aeiou]", re.IGNORECASE)
# Letters that are read out by their names, such as the X of X-ray.
_SPELLED = re.compile(r"[AEFHILMNORSX](?:\b|-)|FM|LED|LCD|SUV|MP\d|HD")
_VOWEL_NUMBER = re.compile(r"8|(?:11|18)(?:,\d{3})*(?![\d,]*\d)|1[18]\d{3}(?!\d)")


@cache
def _table(name: str) -> dict[str, tuple[str, ...]]:
    """Word: its irregular forms."""
    return {first: tuple(rest) for first, *rest in map(str.split, entries(section("irregular")[name]))}


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(entries(section("irregular")[name]))


def _ends_in_consonant_y(word: str) -> bool:
    return len(word) > 1 and word[-1] == "y" and word[-2] not in _VOWELS


def _add_s(word: str) -> str:
    """The -s form by spelling: boxes, ponies, cups."""
    if _ends_in_consonant_y(word) and not word[0].isupper():
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_TAKES_ES) else "s")


@cache
def _irregular_plural(word: str) -> str | None:
    """The plural of a word that is listed, or that ends in a listed one of four letters or more."""
    plurals, unchanged = _table("plurals"), _listed("unchanged")
    for start in (0, *range(1, len(word) - 3)):
        end = word[start:]
        if end in plurals:
            return word[:start] + plurals[end][0]
        if end in unchanged:
            return word
    return None


def pluralize(noun: str) -> str:
    """The plural of an English or invented noun; in "pair of shoes" and "mother-in-law" the head word takes it."""
    if found := _HEAD_FIRST.fullmatch(noun):
        return pluralize(found[1]) + found[2] + found[3]
    before, space, last = noun.rpartition(" ")
    if irregular := None if noun in ("double bass", "passion fruit") else _irregular_plural(last):
        return before + space + irregular
    if last.endswith("man") and last not in _listed("not_men"):
        return noun[:-2] + "en"
    return before + space + _add_s(last)


def third_person(verb: str) -> str:
    """makes, goes, has."""
    if verb in ("have", "be"):
        return {"have": "has", "be": "is"}[verb]
    if verb == "quiz":
        return "quizzes"
    return verb + "es" if verb.endswith("o") and not verb.endswith("oo") else _add_s(verb)


def _doubled(verb: str) -> str:
    """The stem before -ed and -ing: its last consonant doubles in stop, run and permit."""
    stem = verb.replace("qu", "q")
    short = re.fullmatch(r"[^aeiou]*[aeiouy][bcdfgklmnprtvz]", stem) and len(stem) > 2
    return verb + verb[-1] if short or verb in _listed("doubling") else verb


def past(verb: str) -> str:
    if verb in _table("verbs"):
        return _table("verbs")[verb][0]
    if verb.endswith("e"):
        return verb + "d"
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ied"
    return _doubled(verb) + "ed"


def participle(verb: str) -> str:
    return _table("verbs")[verb][-1] if verb in _table("verbs") else past(verb)


def gerund(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb not in ("be", "singe", "tinge"):
        return verb[:-1] + "ing"
    return _doubled(verb) + "ing"


def _syllables(word: str) -> int:
    return len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word))) or 1


def _degree(word: str, which: int) -> str:
    """The comparative (0) or superlative (1)."""
    if word in _table("compared"):
        return _table("compared")[word][which]
    suffix = ("er", "est")[which]
    is_short = _syllables(word) == 1 or (word.endswith("y") and _syllables(word) == 2)
    if " " in word or "-" in word or not (is_short or word in _listed("short")):
        return f"{('more', 'most')[which]} {word}"
    if word.endswith("e"):
        return word[:-1] + suffix
    if _ends_in_consonant_y(word) and word != "shy":
        return word[:-1] + "i" + suffix
    return word + (word[-1] if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnpt]", word) else "") + suffix


def comparative(adjective: str) -> str:
    """taller, heavier, more expensive."""
    return _degree(adjective, 0)


def superlative(adjective: str) -> str:
    """tallest, heaviest, most expensive."""
    return _degree(adjective, 1)


def article(phrase: str | int) -> str:
    """ "a" or "an", by sound: an hour, a unicorn, an 8, an 11, a 13, an X."""
    text = str(phrase)
    if text[:1].isdigit():
        return "an" if _VOWEL_NUMBER.match(text) else "a"
    if _CONSONANT_SOUND.match(text):
        return "a"
    return "an" if _SPELLED.match(text) or _VOWEL_SOUND.match(text) else "a"


def join(words: Sequence[str], oxford: bool = False, last: str = "and") -> str:
    """ "a, b and c", with `oxford` "a, b, and c"."""
    if len(words) < 2:
        return "".join(words)
    comma = "," if oxford and len(words) > 2 else ""
    return f"{', '.join(words[:-1])}{comma} {last} {words[-1]}"
