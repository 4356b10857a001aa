"""Three statements: do the first two make the third true (Yes), false (No), or neither (Unknown)?

All, no, some and some-not statements in all four figures, and statements about one individual. Every named class is
taken to have at least one member (existential import), so "all" also gives "some". "Some" means at least one.

The steps tell both premises in one normal form, line them up on the term that they share, and say what follows and
what may be turned round, before they judge what is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random

from data_chef.item import Problem
from data_chef.nouns import NAMES, article, draw_nouns, plural
from data_chef.registry import Task, register


# A statement is (quantifier, subject, predicate). The classes are 0 (minor), 1 (middle) and 2 (major); 3 is the class
# whose only member is the individual.
Statement = tuple[str, int, int]
QUANTIFIERS = ("all", "no", "some", "some-not")
INDIVIDUAL = 3
ASKED = (
    "Does it follow that {c}?",
    "Is it true that {c}?",
    "Can we conclude that {c}?",
    "Is it certain that {c}?",
    "Conclusion: {C}. Is it true?",
    "So {c}. Is that right?",
    "Therefore {c}. Is this correct?",
)
ANSWERS = ("Yes", "No", "Unknown")


@dataclass(frozen=True)
class Config:
    invented_rate: float
    individual_rate: float = 0.3

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(invented_rate=(0.0, 0.5, 1.0, 1.0)[difficulty - 1])

    def validate(self) -> None:
        if not (0 <= self.invented_rate <= 1 and 0 <= self.individual_rate <= 1):
            raise ValueError(f"rates lie between 0 and 1: {self}")


def immediate(statement: Statement) -> set[Statement]:
    """Everything that one statement gives on its own: itself, its converse and its subaltern, closed."""
    quantifier, s, p = statement
    if quantifier == "all":
        own = {statement, ("some", s, p), ("some", p, s)}
        return own | ({("all", p, s)} if p == INDIVIDUAL else set())
    if quantifier == "no":
        return {statement, ("no", p, s), ("some-not", s, p), ("some-not", p, s)}
    return {statement, ("some", p, s)} if quantifier == "some" else {statement}


def combine(first: Statement, second: Statement) -> Statement | None:
    """The strongest conclusion of two premises that share a term, by the rules of the syllogism, or None."""
    best = None
    for x, y in product(immediate(first), immediate(second)):
        for (q1, a, b), (q2, c, d) in ((x, y), (y, x)):
            # Chaining on the middle: (a q1 middle) with (middle all/no d).
            if b == c and a != d and q1 in ("all", "some") and q2 in ("all", "no"):
                quantifier = {"all": q2, "some": "some" if q2 == "all" else "some-not"}[q1]
                best = stronger(best, (quantifier, a, d))
            # (a some-not middle) with (d all middle); (middle some-not d) with (middle all a).
            if q1 == "some-not" and q2 == "all" and b == d and a != c:
                best = stronger(best, ("some-not", a, c))
            if q1 == "some-not" and q2 == "all" and a == c and b != d:
                best = stronger(best, ("some-not", d, b))
    return best


def stronger(best: Statement | None, other: Statement) -> Statement:
    if best is None:
        return other
    rank = {"all": 3, "no": 3, "some": 1, "some-not": 1}
    return max(best, other, key=lambda s: (rank[s[0]], -s[1], s))


def judged(known: Statement | None, asked: Statement) -> str:
    """The answer by the square of opposition."""
    if known is None:
        return "Unknown"
    given = immediate(known)
    if asked in given:
        return "Yes"
    opposite = {"all": "some-not", "no": "some", "some": "no", "some-not": "all"}[asked[0]]
    return "No" if (opposite, *asked[1:]) in given else "Unknown"


@cache
def forms(individual: bool) -> dict[str, list[tuple[Statement, Statement, Statement]]]:
    """All (premise, premise, conclusion) by their answer."""
    found: dict[str, list] = {answer: [] for answer in ANSWERS}
    if individual:
        pairs = [
            ((q1, a, b), (q2, INDIVIDUAL, 1))
            for q1 in QUANTIFIERS
            for a, b in ((1, 2), (2, 1))
            for q2 in ("all", "no")
        ]
        asked = [(q, INDIVIDUAL, 2) for q in ("all", "no")]
    else:
        orders = product(((0, 1), (1, 0)), ((1, 2), (2, 1)))
        pairs = [((q1, *o1), (q2, *o2)) for o1, o2 in orders for q1, q2 in product(QUANTIFIERS, repeat=2)]
        asked = [(q, *o) for q in QUANTIFIERS for o in ((0, 2), (2, 0))]
    for (first, second), conclusion in product(pairs, asked):
        found[judged(combine(first, second), conclusion)].append((first, second, conclusion))
    return found


def tell(statement: Statement, names: Sequence[str], rng: Random | None = None) -> str:
    """A statement in English, without capital and full stop; `rng` picks among the wordings."""
    quantifier, s, p = statement
    subject, predicate = names[s], names[p]
    if s == INDIVIDUAL:
        return f"{subject} is {'not ' if quantifier == 'no' else ''}{article(predicate)} {predicate}"
    wordings = {
        "all": (
            f"all {plural(subject)} are {plural(predicate)}",
            f"every {subject} is {article(predicate)} {predicate}",
        ),
        "no": (f"no {plural(subject)} are {plural(predicate)}", f"no {subject} is {article(predicate)} {predicate}"),
        "some": (f"some {plural(subject)} are {plural(predicate)}",),
        "some-not": (
            f"some {plural(subject)} are not {plural(predicate)}",
            f"not all {plural(subject)} are {plural(predicate)}",
        ),
    }[quantifier]
    return rng.choice(wordings) if rng and rng.random() < 0.3 else wordings[0]


def sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def generate(rng: Random, config: Config) -> Problem:
    individual = rng.random() < config.individual_rate
    # Drawn apart, so that what is asked says nothing about its answer.
    answer, quantifier = rng.choice(ANSWERS), rng.choice(QUANTIFIERS[:2] if individual else QUANTIFIERS)
    first, second, asked = rng.choice(asking(individual, answer, quantifier))
    names = [*draw_nouns(rng, 3, config.invented_rate), rng.choice(NAMES)]
    premises = [first, second]
    rng.shuffle(premises)
    question = " ".join(f"{sentence(tell(premise, names, rng))}." for premise in premises)
    conclusion = tell(asked, names, rng)
    question += " " + rng.choice(ASKED).format(c=conclusion, C=sentence(conclusion))
    told = sorted(tell(premise, names) for premise in premises)
    return Problem(
        question=question,
        solution="\n".join(worked(premises, asked, names)),
        answer=answer,
        canonical="|".join([*told, tell(asked, names)]),
        structure=f"{form(premises, asked)}|{frame(question, names)}",
    )


@cache
def asking(individual: bool, answer: str, quantifier: str) -> list[tuple[Statement, Statement, Statement]]:
    """The forms with this answer that ask for a statement of this kind."""
    return [found for found in forms(individual)[answer] if found[2][0] == quantifier]


@cache
def linked(first: Statement, second: Statement) -> tuple[Statement, Statement, Statement] | None:
    """What follows from two premises about the outer terms, after the two that it follows from as they stand: the
    premises, turned round where need be, so that the term they share stands in the middle.
    """
    known = combine(first, second)
    if INDIVIDUAL in (*first[1:], *second[1:]):
        # Only what is said of the individual: that some dogs are not Tom is no news.
        said = immediate(known) if known else set()
        known = next((one for one in said if one[0] in ("all", "no") and one[1] == INDIVIDUAL), None)
    if known is None:
        return None
    pairs = (pair for x, y in product(ways(first), ways(second)) for pair in ((x, y), (y, x)))
    # The premise with the subject of what follows comes first.
    return next((x, y, known) for x, y in pairs if known[1] in x[1:] and direct(x, y) == known)


def ways(premise: Statement) -> list[Statement]:
    """A premise as it is told, then turned round where that is allowed."""
    other = turned(premise)
    return [premise, *([other] if other else [])]


def direct(x: Statement, y: Statement) -> Statement | None:
    """What follows from two statements as they stand, with nothing turned round."""
    (q1, a, b), (q2, c, d) = x, y
    if b == c and q1 in ("all", "some") and q2 in ("all", "no"):
        return {"all": q2, "some": "some" if q2 == "all" else "some-not"}[q1], a, d
    if q2 == "all" and b == d and (q1 == "some-not" or (q1 == "no" and a == INDIVIDUAL)):
        return q1, a, c
    return ("some-not", b, d) if q1 == "all" and q2 == "some-not" and a == c else None


def turned(statement: Statement) -> Statement | None:
    """The same with subject and predicate exchanged, as far as it holds; "some are not" does not turn round."""
    quantifier, s, p = statement
    return None if quantifier == "some-not" else ("no" if quantifier == "no" else "some", p, s)


def worked(premises: Sequence[Statement], asked: Statement, names: Sequence[str]) -> list[str]:
    """The steps up to the verdict."""

    def say(statement: Statement) -> str:
        return tell(statement, names)

    first, second = premises
    (link,) = {*first[1:]} & {*second[1:]}
    lines = [sentence(say(first)), sentence(say(second))]
    found = linked(first, second)
    if found is None:
        return [*lines, f"Link: {plural(names[link])}. Nothing follows"]
    x, y, known = found
    lines += [f"Link: {plural(names[link])}. {sentence(say(x))}, {say(y)}", f"So {say(known)}"]
    other = turned(known)
    if known[1] != INDIVIDUAL:
        lines.append(f"Turned round: {say(other)}" if other else "It does not turn round")
    # Only what is known with the subject and predicate of what is asked can settle it.
    same = next((one for one in (known, other) if one and one[1:] == asked[1:]), None)
    verdict = {"Yes": "So true", "No": "So false", "Unknown": "Not settled"}[judged(known, asked)]
    return [*lines, f"Asked: {say(asked)}. Known: {say(same) if same else 'nothing'}. {verdict}"]


def form(premises: Sequence[Statement], asked: Statement) -> str:
    """Mood and figure in one line, the same whatever the order of the premises and the names of the terms.

    The terms are a (subject of what is asked), c (its predicate) and b.
    """
    letters = {asked[1]: "a", asked[2]: "c"}
    told = sorted(" ".join([q, letters.get(s, "b"), letters.get(p, "b")]) for q, s, p in premises)
    return f"{told[0]}, {told[1]}: {asked[0]}{' one' if INDIVIDUAL in asked else ''}"


def frame(question: str, names: Sequence[str]) -> str:
    """The sentences of a question with letters for its nouns, in the order in which they come."""
    terms = {word.lower(): name for name in names for word in (name, plural(name))}
    letters: dict[str, str] = {}

    def letter(match: re.Match[str]) -> str:
        name = terms.get(match[1].lower())
        return letters.setdefault(name, "ABCDEFGHIJ"[len(letters)]) if name else match[0]

    return _WORD.sub(letter, question)


_WORD = re.compile(r"\b(?:an? )?(\w+)\b", flags=re.I)
_READ = (
    ("all", re.compile(r"^(?:all (\w+) are (\w+)|every (\w+) is an? (\w+))$")),
    ("some-not", re.compile(r"^(?:some (\w+) are not (\w+)|not all (\w+) are (\w+))$")),
    ("no", re.compile(r"^(?:no (\w+) are (\w+)|no (\w+) is an? (\w+))$")),
    ("some", re.compile(r"^some (\w+) are (\w+)$")),
    ("one-not", re.compile(r"^(\w+) is not an? (\w+)$")),
    ("one", re.compile(r"^(\w+) is an? (\w+)$")),
)


def verify(problem: Problem) -> bool:
    """Reads the English of the question and tries every Venn model of its terms."""
    *premises, rest = re.split(r"(?<=\.) ", problem.question, maxsplit=2)
    conclusion = re.search(r"(?:that |Conclusion: |So |Therefore )(.*?)[.?]", rest)
    if conclusion is None:
        return False
    statements = [read(text.rstrip(".").lower()) for text in (*premises, conclusion.group(1).lower())]
    terms: dict[str, int] = {}
    logic = [(q, *(terms.setdefault(word, len(terms)) for word in words)) for q, *words in statements]
    if len(terms) != 3:
        return False
    *given, asked = logic
    individuals = frozenset(terms[subject] for quantifier, subject, _ in statements if quantifier.startswith("one"))
    possible = frozenset.intersection(*(satisfying(statement, individuals) for statement in given))
    true = possible & satisfying(asked, individuals)
    answer = "Yes" if true == possible else "Unknown" if true else "No"
    if not possible or problem.answer != answer:
        return False

    def follows(statement: tuple[str, int, int]) -> bool:
        return possible <= satisfying(statement, individuals)

    try:
        return steps_hold(problem, statements, terms, follows)
    except (KeyError, ValueError):
        return False  # Words that the question does not have, or no statement at all.


_STEPS = re.compile(
    r"(?P<first>.+)\n(?P<second>.+)\nLink: (?P<link>\w+)\. (?:Nothing follows|(?P<x>.+), (?P<y>.+)\nSo (?P<new>.+)\n"
    r"(?:Turned round: (?P<turned>.+)\n|(?P<fixed>It does not turn round\n))?"
    r"Asked: (?P<asked>.+)\. Known: (?P<known>.+)\. (?P<verdict>So true|So false|Not settled))"
)


def steps_hold(problem: Problem, statements: list[tuple[str, str, str]], terms: dict[str, int], follows) -> bool:
    """Whether the steps retell the question, and every statement of them is true in all models that are left."""
    match = _STEPS.fullmatch(problem.solution)
    if match is None:
        return False
    told = {key: read(text.lower()) for key, text in match.groupdict().items()
            if text and key not in ("link", "fixed", "known", "verdict")}  # fmt: skip
    first, second, asked = statements
    outer = {*first[1:]} ^ {*second[1:]}
    if [told["first"], told["second"]] != [first, second] or {*terms} - outer != {match["link"]}:
        return False
    one = asked[0].startswith("one")
    if match["new"] is None:
        ends = [tuple(terms[word] for word in asked[1:])]
        found = [(q, *pair) for q in (("one", "one-not") if one else QUANTIFIERS)
                 for pair in (ends if one else (*ends, ends[0][::-1]))]  # fmt: skip
        return problem.answer == "Unknown" and not any(map(follows, found))
    new = told["new"]
    if match["known"] != "nothing":
        told["known"] = read(match["known"].lower())
    holding = [told[key] for key in ("x", "y", "new", "turned", "known") if key in told]
    return (
        all(follows((q, terms[s], terms[p])) for q, s, p in holding)
        and {*new[1:]} == outer
        and told["asked"] == asked
        and ("turned" not in told or told["turned"][1:] == new[:0:-1])
        and bool(match["fixed"]) == (new[0] == "some-not")
        and ("turned" in told) == (not one and new[0] != "some-not")
        and (told["known"][1:] == asked[1:] if "known" in told else match["fixed"] and new[1:] != asked[1:])
        and {"Yes": "So true", "No": "So false", "Unknown": "Not settled"}[problem.answer] == match["verdict"]
    )


def read(text: str) -> tuple[str, str, str]:
    """(quantifier, subject, predicate), the nouns in the plural."""
    for quantifier, pattern in _READ:
        if match := pattern.match(text):
            subject, predicate = (group for group in match.groups() if group)
            if " is " in text:
                predicate = plural(predicate)
                subject = subject if quantifier.startswith("one") else plural(subject)
            return quantifier, subject, predicate
    raise ValueError(f"cannot read {text!r} as a categorical statement")


@cache
def models(individuals: frozenset[int]) -> list[frozenset[int]]:
    """All sets of inhabited regions (bit masks over three terms) where each term is inhabited; an individual once."""
    found = []
    for chosen in range(1, 2**8):
        regions = frozenset(region for region in range(8) if chosen >> region & 1)
        counts = [sum(region >> term & 1 for region in regions) for term in range(3)]
        if all(counts) and all(counts[term] == 1 for term in individuals):
            found.append(regions)
    return found


@cache
def satisfying(statement: tuple[str, int, int], individuals: frozenset[int]) -> frozenset[frozenset[int]]:
    return frozenset(model for model in models(individuals) if holds(statement, model))


def holds(statement: tuple[str, int, int], model: frozenset[int]) -> bool:
    quantifier, s, p = statement
    inside = [bool(region >> p & 1) for region in model if region >> s & 1]
    if quantifier in ("all", "one"):
        return all(inside)
    if quantifier in ("no", "one-not"):
        return not any(inside)
    return any(inside) if quantifier == "some" else not all(inside)


register(Task("syllogism", "logic", Config, generate, verify, max_difficulty=3))
