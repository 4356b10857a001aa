"""`syllogisms`: categorical syllogisms in all figures and moods, and chains of premises with others that lead nowhere.

The answer is Yes (it follows), No (its opposite follows) or Unknown (neither does), as in the corpus. It is the same
whether or not one takes every class to have a member, so nobody has to say which logic is meant.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from random import Random

from data_chef.heldout import reserved
from data_chef.nouns import _REAL, draw_nouns, plural
from data_chef.tasks.syllogism import (
    ANSWERS,
    ASKED,
    QUANTIFIERS,
    Statement,
    combine,
    form,
    frame,
    sentence,
    tell,
)
from training.benchmark.frozen.logic import OPPOSITE, satisfiable, verdict
from training.benchmark.frozen.rows import hashes_of, numbered, rng_of
from training.benchmark.frozen.wording import RUDE, common_words


NAME = "syllogisms"
# Each mood and figure of two premises, 64 in all, so often; then forms that no training item has, by answer.
TIMES = 2
RESERVED = {"Yes": 15, "No": 10, "Unknown": 23}
# Chains by (premises that are needed, premises that lead nowhere).
CHAINS = ((2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (4, 0), (4, 2), (5, 1))
TOTAL = 400
# Not "So all cats are dogs. Is that right?": it can be read as one premise more.
ASKING = tuple(text for text in ASKED if text.startswith(("Does", "Is it", "Can", "Conclusion")))
# Terms are numbered from here: 3 is the individual in `data_chef.tasks.syllogism`.
FIRST = 10


def rows(seed: int) -> list[dict]:
    """The rows: all moods and figures, reserved forms, chains; each answer a third of the whole."""
    made = [*_all_forms(seed), *_reserved_forms(seed)]
    answers = Counter(row["answer"] for row in made)
    wanted = {answer: TOTAL // 3 + (answer == "Unknown") - answers[answer] for answer in ANSWERS}
    made += [_chain(seed, answer, i) for answer in ANSWERS for i in range(wanted[answer])]
    return numbered(NAME, made)


def settled(premises: Sequence[Statement], asked: Statement) -> str:
    """The answer; nothing when it depends on whether classes have members, or the premises contradict each other."""
    if not (satisfiable(premises) and satisfiable(premises, existential=False)):
        return ""
    found = verdict(premises, asked)
    return found if found == verdict(premises, asked, existential=False) else ""


def _all_forms(seed: int) -> list[dict]:
    """Every mood in every figure, asked now this, now that: as many Yes as No, Unknown where there is no other."""
    found: list[dict] = []
    orders = itertools.product(((0, 1), (1, 0)), ((1, 2), (2, 1)))
    for one, two in orders:
        for first, second in itertools.product(QUANTIFIERS, repeat=2):
            for time in range(TIMES):
                rng = rng_of(NAME, seed, one, two, first, second, time)
                premises: list[Statement] = [(first, *one), (second, *two)]
                answers: dict[str, list[Statement]] = {answer: [] for answer in ANSWERS}
                for quantifier, order in itertools.product(QUANTIFIERS, ((0, 2), (2, 0))):
                    asked: Statement = (quantifier, *order)
                    if answer := settled(premises, asked):
                        answers[answer].append(asked)
                turn = ("Yes", "No")[time]
                likely = [rng.sample(answers[one], len(answers[one])) for one in (turn, "Unknown")]
                tellings = (_told(rng, premises, asked, only_reserved=True) for asked in itertools.chain(*likely))
                found.append(next(row for row in tellings if row))
    return found


def _reserved_forms(seed: int) -> list[dict]:
    """Moods and figures that are kept out of training whole."""
    forms: dict[str, dict[str, tuple]] = {answer: {} for answer in ANSWERS}
    orders = itertools.product(((0, 1), (1, 0)), ((1, 2), (2, 1)), ((0, 2), (2, 0)))
    for one, two, order in orders:
        for first, second, third in itertools.product(QUANTIFIERS, repeat=3):
            premises, asked = [(first, *one), (second, *two)], (third, *order)
            name = form(premises, asked)
            if reserved("figure", name) and (answer := settled(premises, asked)):
                forms[answer].setdefault(name, (premises, asked))
    found = []
    for answer, count in RESERVED.items():
        known = [forms[answer][name] for name in sorted(forms[answer])]
        for i in range(count):
            premises, asked = known[i % len(known)]
            row = _told(rng_of(NAME, seed, "reserved", answer, i), premises, asked, only_reserved=False)
            found += [row] if row else []
    return found


def _told(rng: Random, premises: Sequence[Statement], asked: Statement, only_reserved: bool) -> dict | None:
    """The row of a syllogism of two premises; with `only_reserved` in sentences that training never has together, or
    None when there are no such."""
    for _ in range(200):
        names = nouns_of(rng, 3)
        order = rng.sample([*premises], 2)
        said = [sentence(tell(one, names, rng)) + "." for one in order]
        question = f"{' '.join(said)} {_asking(rng, tell(asked, names, rng))}"
        structure = f"{form(premises, asked)}|{frame(question, names)}"
        if only_reserved and not reserved("sentences", structure.partition("|")[2]):
            continue
        told = sorted(tell(one, names) for one in premises)
        canonical = "|".join([*told, tell(asked, names)])
        return _row(premises, asked, names, question, 2, 0, hashes_of("syllogism", canonical, structure))
    return None


def _asking(rng: Random, conclusion: str) -> str:
    return rng.choice(ASKING).format(c=conclusion, C=sentence(conclusion))


def _row(premises, asked, names, question: str, needed: int, idle: int, hashes: dict) -> dict:
    """A row with its worked steps. Raises ValueError when deduction and models differ."""
    answer = settled(premises, asked)
    lines = derivation(premises, asked, names)
    if not answer or lines[1] != answer:
        raise ValueError(f"{question!r}: models say {answer}, the rules {lines}")
    return {
        "kind": "choice",
        "question": question,
        "answer": answer,
        "choices": list(ANSWERS),
        "solution": "\n".join(lines[0]),
        "steps": needed,
        "task": "syllogism",
        "family": "logic",
        "difficulty": needed + idle,
        "premises": needed + idle,
        "idle_premises": idle,
        **hashes,
    }


def derivation(premises: Sequence[Statement], asked: Statement, names) -> tuple[list[str], str]:
    """Premises combined two by two, and the answer by the rules of the syllogism."""
    because: dict[Statement, tuple[Statement, ...]] = dict.fromkeys(premises, ())
    opposite = OPPOSITE[asked[0]]
    while True:
        for answer, target in (("Yes", asked), ("No", (opposite, *asked[1:]))):
            for one in because:
                if target in (one, _converse(one)):
                    ending = {"Yes": "So it is true", "No": "So it is false"}[answer]
                    return [*_proof(one, because, names), f"Asked: {tell(asked, names)}. {ending}."], answer
        for one, two in itertools.combinations([*because], 2):
            if len({*one[1:]} & {*two[1:]}) == 1 and (new := combine(one, two)) and new not in because:
                # Nothing that rests on classes having members.
                if verdict([one, two], new, existential=False) == "Yes":
                    because[new] = (one, two)
                    break
        else:
            a, b = (plural(names[term]) for term in sorted(asked[1:]))
            return [f"Nothing settles this about {a} and {b}."], "Unknown"


def _proof(goal: Statement, because: dict[Statement, tuple[Statement, ...]], names) -> list[str]:
    """A line for each conclusion on the way to the goal."""
    if not because[goal]:
        return []
    one, two = because[goal]
    line = f"{sentence(tell(one, names))}, {tell(two, names)}: so {tell(goal, names)}."
    return list(dict.fromkeys([*_proof(one, because, names), *_proof(two, because, names), line]))


def _converse(statement: Statement) -> Statement | None:
    quantifier, s, p = statement
    return (quantifier, p, s) if quantifier in ("no", "some") else None


def _chain(seed: int, answer: str, number: int) -> dict:
    """A chain with this answer: every premise of it is needed, the others change nothing."""
    needed, idle = CHAINS[number % len(CHAINS)]
    attempts = itertools.count()
    while True:
        attempt = next(attempts)
        rng = rng_of(NAME, seed, "chain", answer, number, attempt)
        # What follows is as often universal as particular, so that "all" in a question says nothing of its answer.
        universal = number // len(CHAINS) % 2 == 0
        links = _links(rng, needed, universal)
        wanted = ("all", "no") if universal is (answer != "No") else ("some", "some-not")
        quantifier = rng.choice(wanted)
        s, p = rng.sample((FIRST, FIRST + needed), 2)
        asked = (quantifier, s, p)
        target = settled(links, asked)
        if target in ("", "Unknown") or any(
            verdict([*links[:i], *links[i + 1 :]], asked) != "Unknown" for i in range(needed)
        ):
            continue
        if answer == "Unknown":
            # One premise turned round, or weakened: it looks like the valid chain, and is none.
            i = rng.randrange(needed)
            quantifier, s, p = links[i]
            weaker = {"all": "some", "no": "some-not"}.get(quantifier, quantifier)
            turned = quantifier in ("all", "some-not") and rng.random() < 0.6
            links[i] = (quantifier, p, s) if turned else (weaker, s, p)
            target = settled(links, asked)
        others = []
        for k in range(idle):
            quantifier = rng.choice(QUANTIFIERS)
            s, p = rng.sample((FIRST + needed + 1 + k, FIRST + rng.randrange(needed + 1)), 2)
            others.append((quantifier, s, p))
        premises = [*links, *others]
        if target != answer or settled(premises, asked) != answer:
            continue
        nouns = nouns_of(rng, needed + 1 + idle)
        names = [*[""] * FIRST, *nouns]
        lines = derivation(premises, asked, names)
        if lines[1] != answer:
            continue
        order = rng.sample(premises, len(premises))
        said = [sentence(tell(one, names, rng)) + "." for one in order]
        question = f"{' '.join(said)} {_asking(rng, tell(asked, names, rng))}"
        canonical = "|".join([*sorted(tell(one, names) for one in premises), tell(asked, names)])
        structure = f"chain of {needed} and {idle}|{frame(question, nouns)}"
        return _row(premises, asked, names, question, needed, idle,
                    hashes_of("syllogism_chain", canonical, structure, ["chain"]))  # fmt: skip


def _links(rng: Random, needed: int, universal: bool) -> list[Statement]:
    """Statements that connect each term with the next: all universal, or one of them particular."""
    links = []
    particular = None if universal else rng.randrange(needed)
    for i in range(needed):
        order = (FIRST + i, FIRST + i + 1) if rng.random() < 0.8 else (FIRST + i + 1, FIRST + i)
        choices, weights = (("some", "some-not"), (2, 1)) if i == particular else (("all", "no"), (5, 1))
        links.append((rng.choices(choices, weights)[0], *order))
    return links


def nouns_of(rng: Random, count: int) -> list[str]:
    """Class nouns, real or invented; an invented one is no English word, nor rude."""
    while True:
        nouns = draw_nouns(rng, count, 0.5)
        found = [word for noun in nouns for word in (noun, plural(noun))]
        if not (any(map(RUDE.search, found)) or (len({*found} & common_words()) > 0 and nouns[0] not in _REAL)):
            return nouns
