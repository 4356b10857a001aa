"""The words themselves: nouns, verbs and adjectives by meaning, read from the data files once."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from data_chef.lexicon import inflect
from data_chef.lexicon.source import entries, section


# Types of adjectives that stand next to the noun, so that a compound noun leaves no room for them.
_INNER_TYPES = ("flavour", "material", "metal", "fabric")
_PREPOSITIONS = ("in", "on", "at")


@dataclass(frozen=True)
class Noun:
    """A noun of a kind.

    `price` is what one costs in dollars, None for what is not sold; `amount` is how many a story may have.

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


def _range(text: str) -> tuple[int, int]:
    low, _, high = str(text).partition("-")
    return int(low), int(high or low)


def _noun(entry: str, kind: str, facts: dict[str, Any]) -> Noun:
    """A noun from its entry: `word`, `word:low-high` with its own price, `word*` for what is not counted."""
    word, _, own_price = entry.partition(":")
    is_mass = bool(facts.get("mass")) or word.endswith("*")
    price = own_price or facts.get("price")
    word = word.rstrip("*")
    return Noun(
        word,
        word if is_mass else inflect.pluralize(word),
        kind,
        is_mass,
        _range(price) if price else None,
        _range(facts.get("count", "2-60")),
        entries(facts.get("units")),
    )


@cache
def kinds(tag: str | None = None) -> tuple[str, ...]:
    """The kinds of nouns, or those that have a tag such as "thing", "food", "animal", "person", "place", "mass"."""
    return tuple(
        kind for kind, facts in section("nouns").items() if tag is None or tag in facts.get("tags", "").split()
    )


@cache
def nouns(kind: str) -> tuple[Noun, ...]:
    """The nouns of a kind, in the order of the data."""
    facts = section("nouns")[kind]
    return tuple(_noun(entry, kind, facts) for entry in entries(facts["words"]))


@cache
def nouns_tagged(tag: str) -> tuple[Noun, ...]:
    """The nouns of all kinds that have a tag."""
    return tuple(noun for kind in kinds(tag) for noun in nouns(kind))


@cache
def noun(word: str) -> Noun:
    """The noun of that singular; one that the lexicon lacks gets the regular plural and the kind "other".

    Of several with one spelling, what holds things goes first, then places, then what can be counted.
    """
    return _by_singular().get(word) or Noun(word, inflect.pluralize(word), "other")


@cache
def _by_singular() -> dict[str, Noun]:
    first = [kind for tag in ("container", "holder", "place") for kind in kinds(tag)]
    last = list(kinds("mass"))
    ordered = [*first, *(kind for kind in kinds() if kind not in first and kind not in last), *last]
    table: dict[str, Noun] = {}
    for each in (each for kind in ordered for each in nouns(kind)):
        table.setdefault(each.singular, each)
    return table


@cache
def _listed(kind: str, field: str) -> tuple[Noun, ...]:
    return tuple(noun(word) for word in entries(section("nouns")[kind].get(field)))


def container_for(noun: Noun) -> tuple[Noun, ...]:
    """What a noun may be kept in: boxes, jars, bags."""
    return _listed(noun.kind, "in")


def places_for(kind: str) -> tuple[Noun, ...]:
    """Where nouns of a kind are found or bought."""
    return _listed(kind, "at")


@cache
def preposition(noun: Noun) -> str:
    """What stands before a place, a holder or a time: in the park, on the shelf, at the zoo; "" for "today"."""
    facts = section("nouns").get(noun.kind, {})
    for each in _PREPOSITIONS:
        if noun.singular in entries(facts.get(f"prep_{each}")):
            return each
    return "" if noun.singular in entries(facts.get("prep_none")) else facts.get("prep", "in")


@cache
def verb(phrase: str) -> Verb:
    """A verb with all forms from its base: `give away`."""
    base, _, particle = phrase.partition(" ")
    return Verb(
        base, inflect.third_person(base), inflect.past(base), inflect.participle(base), inflect.gerund(base), particle
    )


@cache
def verb_kinds() -> tuple[str, ...]:
    return tuple(section("verbs")["kinds"])


@cache
def verbs(kind: str) -> tuple[Verb, ...]:
    """The verbs of a kind such as "acquire", "lose", "make", "transfer", "move", "work"."""
    return tuple(verb(phrase) for phrase in entries(section("verbs")["kinds"][kind]))


@cache
def _verbs_of(kind: str, field: str) -> tuple[Verb, ...]:
    return tuple(verb(phrase) for phrase in entries(section("nouns")[kind].get(field)))


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
        for entry in section("verbs")["jobs"]
        for thing in entries(entry["objects"])
    )


@cache
def adjective_types() -> tuple[str, ...]:
    return tuple(section("adjectives")["types"])


def _degrees(word: str) -> tuple[str, str]:
    return inflect.comparative(word), inflect.superlative(word)


@cache
def adjectives(kind: str) -> tuple[Adjective, ...]:
    """The adjectives of a type such as "colour", "size", "material"."""
    return tuple(Adjective(word, kind, *_degrees(word)) for word in entries(section("adjectives")["types"][kind]))


@cache
def _fitting(kind: str) -> tuple[Adjective, ...]:
    types = section("nouns").get(kind, {}).get("adj", "").split()
    return tuple({each.word: each for name in types for each in adjectives(name)}.values())


@cache
def adjectives_for(what: Noun | str) -> tuple[Adjective, ...]:
    """The adjectives that fit a noun, or every noun of a kind.

    For a noun its own ones come on top ("ripe" and "yellow" for bananas), and those that do not go with it are left
    out: a compound such as "apple pie" takes no flavour or material, and "pair of shoes" nothing at all.
    """
    if isinstance(what, str):
        return _fitting(what)
    facts = section("nouns").get(what.kind, {})
    if what.singular in entries(facts.get("bare")) or what.singular.startswith("pair of "):
        return ()
    skipped = _INNER_TYPES if " " in what.singular else ()
    own = [Adjective(word, "own", *_degrees(word)) for word in entries(facts.get("own", {}).get(what.singular))]
    found = {each.word: each for each in (*own, *_fitting(what.kind)) if each.kind not in skipped}
    return tuple(each for word, each in found.items() if not set(word.split()) & set(what.singular.split()))


def describe(adjective: Adjective | str, noun: Noun) -> Noun:
    """The noun with an adjective before it: "red marble", "red marbles"."""
    word = adjective if isinstance(adjective, str) else adjective.word
    return replace(noun, singular=f"{word} {noun.singular}", plural=f"{word} {noun.plural}")


@cache
def content_words() -> frozenset[str]:
    """Every single word, in the base form, of the nouns, verbs and adjectives; function words left out."""
    phrases = [each.singular for kind in kinds() for each in nouns(kind)]
    phrases += [each.base for kind in verb_kinds() for each in verbs(kind)]
    phrases += [each.verb.base for each in jobs()] + [each.thing.singular for each in jobs()]
    phrases += [each.word for kind in adjective_types() for each in adjectives(kind)]
    phrases += [each.word for kind in kinds() for noun in nouns(kind) for each in adjectives_for(noun)]
    return frozenset(word for phrase in phrases for word in phrase.split()) - frozenset(
        "of a the in on for and out".split()
    )


@cache
def measures(noun: Noun) -> tuple[Noun, ...]:
    """A mass noun in its units, each of which can be counted: "cup of flour", "kilogram of flour"."""
    units = (f"{unit} of {noun.singular}" for unit in noun.units)
    return tuple(
        Noun(unit, inflect.pluralize(unit), noun.kind, price=noun.price, amount=noun.amount) for unit in units
    )


def count(number: int, noun: Noun) -> str:
    """ "1 apple", "3 apples"; a mass noun in its first unit, "3 cups of flour"."""
    return f"{number} {(measures(noun)[0] if noun.is_mass and noun.units else noun).of(number)}"
