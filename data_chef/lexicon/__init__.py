"""English words by meaning, with their forms, for generators that tell stories.

Everything is read once, into tuples that one draws from:

nouns("fruit")            nouns of a kind, each with plural, price and a sensible amount
acquire_verbs("fruit")    pick, buy, gather ...
adjectives_for("fruit")   red, small, ripe ...
people(), surnames()      first names with pronouns
count(3, noun)            "3 apples"
"""

from data_chef.lexicon.inflect import article, comparative, join, pluralize, superlative
from data_chef.lexicon.invented import invented_name, invented_noun
from data_chef.lexicon.numerals import number_words, ordinal, ordinal_words
from data_chef.lexicon.people import Person, people, surnames
from data_chef.lexicon.words import (
    Adjective,
    Job,
    Noun,
    Verb,
    acquire_verbs,
    adjective_types,
    adjectives,
    adjectives_for,
    consume_verbs,
    container_for,
    content_words,
    count,
    describe,
    jobs,
    kinds,
    lose_verbs,
    make_verbs,
    measures,
    noun,
    nouns,
    nouns_tagged,
    places_for,
    preposition,
    verb,
    verb_kinds,
    verbs,
)


__all__ = [
    "Adjective",
    "Job",
    "Noun",
    "Person",
    "Verb",
    "acquire_verbs",
    "adjective_types",
    "adjectives",
    "adjectives_for",
    "article",
    "comparative",
    "consume_verbs",
    "container_for",
    "content_words",
    "count",
    "describe",
    "invented_name",
    "invented_noun",
    "join",
    "jobs",
    "kinds",
    "lose_verbs",
    "make_verbs",
    "measures",
    "noun",
    "nouns",
    "nouns_tagged",
    "number_words",
    "ordinal",
    "ordinal_words",
    "people",
    "places_for",
    "preposition",
    "pluralize",
    "superlative",
    "surnames",
    "verb",
    "verb_kinds",
    "verbs",
]
