"""The words themselves: nouns, verbs and adjectives by meaning, read from the data files once."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from data_chef.lexicon import inflect


@dataclass(frozen=True)
class Noun:
    """A noun of a kind. `price` is what one costs in dollars, None for what is not sold; `amount` is how many a story may have.

    Of a mass noun both forms are the same word, and `units` says in what it is measured.
    """

    singular: str
    plural: str
    kind: str
    is_mass: bool = False
    price: tuple[int, int] | None = None
    amount: tuple[int, int] = (2, 60)
    units: tuple[str, ...] = ()

    def of(self, number: int) -> str:
        """The form that goes with a number."""
        return self.singular if number == 1 else self.plural


@dataclass(frozen=True)
class Verb:
    """A verb and its forms; a phrasal verb has a particle, which the forms do not include."""

    base: str
    third: str
    past: str
    participle: str
    gerund: str
    particle: str = ""

    @property
    def name(self) -> str:
        """The whole verb: "give away"."""
        return f"{self.base} {self.particle}".rstrip()

    def say(self, form: str, thing: str = "") -> str:
        """`say("past", "3 apples")` is "gave away 3 apples"."""
        return " ".join(part for part in (getattr(self, form), self.particle, thing) if part)


@dataclass(frozen=True)
class Adjective:
    """An adjective of a type, with its degrees."""

    word: str
    kind: str
    comparative: str
    superlative: str


@dataclass(frozen=True)
class Job:
    """Work that one is paid for: `verb` done to `thing`, for `pay` dollars (from, to) each."""

    verb: Verb
    thing: Noun
    pay: tuple[int, int]


@cache
def _data(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (resources.files("data_chef") / "data" / f"lexicon_{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, loader)


def _split(text: str | None) -> tuple[str, ...]:
    """The words of a comma list; "none" stands for no word."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip() not in ("", "none"))


def _range(text: str) -> tuple[int, int]:
    low, _, high = str(text).partition("-")
    return int(low), int(high or low)


def _noun(entry: str, kind: str, facts: dict[str, Any]) -> Noun:
    """A noun from its entry in the data: `word`, `word:low-high` with its own price, `words*` for a plural mass noun."""
    word, _, own_price = entry.partition(":")
    is_mass = bool(facts.get("mass"))
    price = own_price or facts.get("price")
    word = word.rstrip("*")
    return Noun(
        word,
        word if is_mass else inflect.pluralize(word),
        kind,
        is_mass,
        _range(price) if price else None,
        _range(facts.get("count", "2-60")),
        _split(facts.get("units")),
    )


@cache
def kinds(tag: str | None = None) -> tuple[str, ...]:
    """The kinds of nouns, or those that have a tag such as "thing", "food", "animal", "person", "place", "mass"."""
    return tuple(kind for kind, facts in _data("nouns").items() if tag is None or tag in facts.get("tags", "").split())


@cache
def nouns(kind: str) -> tuple[Noun, ...]:
    """The nouns of a kind, in the order of the data."""
    facts = _data("nouns")[kind]
    return tuple(_noun(entry, kind, facts) for entry in _split(facts["words"]))


@cache
def nouns_tagged(tag: str) -> tuple[Noun, ...]:
    """The nouns of all kinds that have a tag."""
    return tuple(noun for kind in kinds(tag) for noun in nouns(kind))


@cache
def noun(word: str) -> Noun:
    """The noun of that singular; one that the lexicon lacks gets the regular plural and the kind "other"."""
    return _by_singular().get(word) or Noun(word, inflect.pluralize(word), "other")


@cache
def _by_singular() -> dict[str, Noun]:
    table: dict[str, Noun] = {}
    for kind in kinds():
        for each in nouns(kind):
            table.setdefault(each.singular, each)
    return table


@cache
def _listed(kind: str, field: str) -> tuple[Noun, ...]:
    return tuple(noun(word) for word in _split(_data("nouns")[kind].get(field)))


def container_for(noun: Noun) -> tuple[Noun, ...]:
    """What a noun may be kept in: boxes, jars, bags."""
    return _listed(noun.kind, "in")


def places_for(kind: str) -> tuple[Noun, ...]:
    """Where nouns of a kind are found or bought."""
    return _listed(kind, "at")


@cache
def verb(phrase: str) -> Verb:
    """A verb with all forms from its base: `give away`."""
    base, _, particle = phrase.partition(" ")
    return Verb(
        base, inflect.third_person(base), inflect.past(base), inflect.participle(base), inflect.gerund(base), particle
    )


@cache
def verb_kinds() -> tuple[str, ...]:
    return tuple(_data("verbs")["kinds"])


@cache
def verbs(kind: str) -> tuple[Verb, ...]:
    """The verbs of a kind such as "acquire", "lose", "make", "transfer", "move", "work"."""
    return tuple(verb(phrase) for phrase in _split(_data("verbs")["kinds"][kind]))


@cache
def _verbs_of(kind: str, field: str) -> tuple[Verb, ...]:
    return tuple(verb(phrase) for phrase in _split(_data("nouns")[kind].get(field)))


def acquire_verbs(kind: str) -> tuple[Verb, ...]:
    """How one comes to have nouns of a kind."""
    return _verbs_of(kind, "get")


def lose_verbs(kind: str) -> tuple[Verb, ...]:
    """How one comes to have fewer nouns of a kind."""
    return _verbs_of(kind, "lose")


def make_verbs(kind: str) -> tuple[Verb, ...]:
    """How nouns of a kind come into being; empty for what a person does not make."""
    return _verbs_of(kind, "make")


def consume_verbs(kind: str) -> tuple[Verb, ...]:
    """How food and the like is used up."""
    return _verbs_of(kind, "consume")


@cache
def jobs() -> tuple[Job, ...]:
    return tuple(
        Job(verb(entry["verb"]), noun(thing), _range(entry["pay"]))
        for entry in _data("verbs")["jobs"]
        for thing in _split(entry["objects"])
    )


@cache
def adjective_types() -> tuple[str, ...]:
    return tuple(_data("adjectives")["types"])


@cache
def adjectives(kind: str) -> tuple[Adjective, ...]:
    """The adjectives of a type such as "colour", "size", "material"."""
    return tuple(
        Adjective(word, kind, inflect.comparative(word), inflect.superlative(word))
        for word in _split(_data("adjectives")["types"][kind])
    )


@cache
def adjectives_for(kind: str) -> tuple[Adjective, ...]:
    """The adjectives of every type that fits nouns of a kind."""
    types = [each for each in _data("nouns")[kind].get("adj", "").split() if each != "none"]
    return tuple({each.word: each for name in types for each in adjectives(name)}.values())


@cache
def content_words() -> frozenset[str]:
    """Every single word, in the base form, of the nouns, verbs and adjectives; function words left out."""
    phrases = [each.singular for kind in kinds() for each in nouns(kind)]
    phrases += [each.base for kind in verb_kinds() for each in verbs(kind)]
    phrases += [each.verb.base for each in jobs()] + [each.thing.singular for each in jobs()]
    phrases += [each.word for kind in adjective_types() for each in adjectives(kind)]
    return frozenset(word for phrase in phrases for word in phrase.split()) - frozenset(
        "of a the in on for and out".split()
    )


def count(number: int, noun: Noun) -> str:
    """ "1 apple", "3 apples"."""
    return f"{number} {noun.of(number)}"
