"""What real stories say besides the numbers: purposes, places, times, company, kinship, intentions.

An ornament never changes what a clause means for the computation.
"""

import re
from random import Random

from data_chef import lexicon


_LEADING = re.compile(r"^\[([a-z]+)\|([a-z]+)\] (.*)")
_PLAIN = re.compile(
    r" (?:than|as|each|every|per|for|if|with|to|until|while|rest|half|of them|in total|altogether|at the|on|dollars|cents|years|money|hours|minutes) |[%$]"
)
PURPOSES = (
    "for a party", "for the school fair", "for {his} family", "for {his} class", "for {his} little brother", "for {his} little sister", "for a science project", "for a picnic", "for {his} friends",
    "for the weekend", "for {his} new home", "for {his} grandparents", "for an art project", "for the winter", "for a bake sale", "for charity", "for {his} team", "for {his} neighbors", "as a present",
    "just for fun", "for a competition", "for {his} mom", "for {his} dad", "for {his} boss", "for later use", "for the holidays", "for {his} cousin's wedding", "for a school trip", "for a camping trip",
)  # fmt: skip
TIMES = (
    "after lunch", "before dinner", "that evening", "in the afternoon", "after school", "at noon", "before breakfast", "after work", "late at night", "early in the morning", "during the break",
    "right away", "a few days later", "the next morning", "once the rain had stopped", "as soon as {he} could", "by the end of the day", "after a short rest", "on the way home", "when nobody was looking",
    "when {he} got home", "while waiting for the bus", "before going to bed", "after finishing {his} homework", "when the bell rang", "before leaving for school",
    "while {his} mom was shopping", "after cleaning {his} room", "when school was over", "while it was raining", "after eating lunch", "when {his} friends came over",
)  # fmt: skip
MANNERS = (
    "with great care",
    "after a long search",
    "with some luck",
    "without any help",
    "with {his} friends",
    "with {his} father",
    "together with {his} mother",
    "all by {self}",
    "with the help of {his} aunt",
    "with the help of a friend",
)
PLACES = (
    "at home",
    "at the store",
    "at school",
    "at {his} aunt's house",
    "in the garden",
    "at work",
    "near the river",
    "at a small shop",
    "in the neighborhood",
    "at the farmers market",
    "downtown",
    "in the town where {he} lives",
    "at the store where {his} aunt works",
    "in the house where {he} grew up",
    "in the park where {he} often plays",
)
MALE = (
    "brother",
    "cousin",
    "uncle",
    "father",
    "son",
    "nephew",
    "friend",
    "neighbor",
    "classmate",
    "grandfather",
    "coworker",
    "teammate",
    "husband",
    "roommate",
    "boss",
    "dad",
)
FEMALE = (
    "sister",
    "cousin",
    "aunt",
    "mother",
    "daughter",
    "niece",
    "friend",
    "neighbor",
    "classmate",
    "grandmother",
    "coworker",
    "teammate",
    "wife",
    "roommate",
    "boss",
    "mom",
)
TRAITS = (
    "who loves {x}", "who is good at {x}", "who is new in town", "who has just moved", "a keen fan of {x}", "who works as {job}", "a retired {plain}", "who lives next door", "who never wastes anything",
    "who likes to help others", "who enjoys {x}", "who has always wanted to be {job}", "the youngest in the family", "who is very patient", "who is in the fifth grade", "who goes to a different school", "who sits in the front row", "who used to be {job}",
)  # fmt: skip
WISHES = (
    "[decides|decided] to",
    "[decides|decided] to",
    "[is|was] able to",
    "[manages|managed] to",
    "[plans|planned] and [starts|started] to",
    "[has|had] to",
    "[wants|wanted] to and then [does|did]",
)
DOES_NOT_WISH = frozenset(
    "has had is was are were needs wants costs owns gets would starts earns makes lives saves likes holds loses pays spends works".split()
)


def ornament(rng: Random, text: str, who, event: bool) -> str:
    """A clause with something more to it, where it can bear it."""
    if _PLAIN.search(text) or len(text) > 70 or " and " in text:
        return text
    match = _LEADING.match(text)
    draw = rng.random()
    if match and match[1] not in DOES_NOT_WISH and draw < 0.25:
        from data_chef.stories.telling import plural_verb

        return f"{WISHES[int(rng.random() * 4)]} {plural_verb(match[1])} {match[3]}"
    owned = match is not None and match[1] in ("has", "owns")
    if event:
        kind = TIMES if draw < 0.6 else MANNERS if not owned else PURPOSES
    else:
        kind = PURPOSES if draw < 0.6 else PLACES
    own = {"he": "himself", "she": "herself"}.get(who.he, "itself")
    return f"{text} {kind[int(rng.random() * len(kind))].format(he=who.he, his=who.his, self=own)}"


def introduced(rng: Random, name: str, he: str, known) -> str:
    """Somebody new in the story: `her brother Tom`, or `Tom, who loves reading,`."""
    draw = rng.random()
    if known is not None and draw < 0.6:
        words = FEMALE if he == "she" else MALE
        return f"{known.s if draw < 0.35 else known.his} {words[int(rng.random() * len(words))]} {name}"
    trait = TRAITS[int(rng.random() * len(TRAITS))]
    if "{" in trait:
        doing = rng.choice(lexicon.nouns("activities")).singular
        job = rng.choice(lexicon.nouns("occupations")).singular
        trait = trait.format(x=doing, job=f"{lexicon.article(job)} {job}", plain=job)
    return f"{name}, {trait},"
