"""People: first names with their pronouns, and surnames."""

from dataclasses import dataclass
from functools import cache

from data_chef.lexicon.source import text


_PRONOUNS = {
    "male": ("he", "him", "his", "his", "himself"),
    "female": ("she", "her", "her", "hers", "herself"),
    "neutral": ("they", "them", "their", "theirs", "themself"),
}


@dataclass(frozen=True)
class Person:
    """A first name and a gender: male, female or neutral. The properties bear the name of the male pronoun.

    A neutral person is "they", and a verb after "they" is plural.
    """

    name: str
    gender: str

    @property
    def he(self) -> str:
        return _PRONOUNS[self.gender][0]

    @property
    def him(self) -> str:
        return _PRONOUNS[self.gender][1]

    @property
    def his(self) -> str:
        return _PRONOUNS[self.gender][2]

    @property
    def his_own(self) -> str:
        """Standing alone: his, hers, theirs."""
        return _PRONOUNS[self.gender][3]

    @property
    def himself(self) -> str:
        return _PRONOUNS[self.gender][4]

    @property
    def possessive(self) -> str:
        return self.name + ("'" if self.name.endswith("s") else "'s")


@cache
def _names() -> dict[str, tuple[str, ...]]:
    blocks = (line.split(":") for line in text("names.txt").splitlines() if line and not line.startswith("#"))
    return {key: tuple(names.split()) for key, names in blocks}


@cache
def people(gender: str | None = None) -> tuple[Person, ...]:
    """Every first name, or those of a gender."""
    genders = (gender,) if gender else tuple(_PRONOUNS)
    return tuple(Person(name, each) for each in genders for name in _names()[each])


@cache
def surnames() -> tuple[str, ...]:
    return _names()["surname"]
