"""Tells a plan in English: who, in which tense, which wording, where sentences join."""

import re
from dataclasses import replace
from random import Random

from data_chef.item import Problem
from data_chef.stories.steps import calls
from data_chef.stories.story import amount, told
from data_chef.wordproblems.clauses import OTHERS
from data_chef.wordproblems.lexicon import Cast, Person, draw_cast
from data_chef.wordproblems.plans import Plan


_VERB = re.compile(r"\[(\w+)\|(\w+)\]")
_PLURAL_VERBS = {"has": "have", "is": "are", "does": "do", "goes": "go", "was": "was"}


def problem(rng: Random, plan: Plan, numbers: list[int], results: list[int], word_rate: float) -> Problem:
    """The story of a plan with these numbers. `word_rate` is how often a small number is spelled out."""
    counted = plan.clauses[0].gives
    cast = draw_cast(rng, counted if counted in ("beings",) else "things")
    values = [
        {slot: number for (i, slot), number in zip(plan.leaves, numbers, strict=True) if i == index}
        for index in range(len(plan.clauses))
    ]
    steps = []
    for step in plan.steps:
        left, right = ((numbers if kind == "leaf" else results)[i] for kind, i in (step.left, step.right))
        label = _nouns(step.label, cast)
        steps.append(f"{label}: {calls(f'{left}{step.operator}{right}')}")
    events = " ".join(
        f"{clause.kind}({','.join(str(number) for number in value.values())})"
        for clause, value in zip(plan.clauses, values, strict=True)
    )
    return Problem(
        question=_tell(rng, plan, values, cast, word_rate),
        solution="\n".join(steps),
        answer=str(results[-1]),
        canonical=f"{plan.graph}|{events}",
        graph=plan.graph,
    )


def _tell(rng: Random, plan: Plan, values: list[dict], cast: Cast, word_rate: float) -> str:
    past = rng.random() < 0.35
    pair = any(clause in OTHERS for clause in plan.clauses)
    clauses, who, known = [], cast.hero, False
    for clause, value in zip(plan.clauses, values, strict=True):
        if clause in OTHERS:
            who, known = cast.other, True
        if clause.wordings:
            # After the second person came in, everything else happens to them.
            turned = replace(cast, hero=who, other=cast.hero) if who == cast.other and clause not in OTHERS else cast
            frame = _nouns(rng.choice(clause.wordings), turned, named=pair or not known)
            clauses.append((_numbers(rng, frame, value, word_rate), who))
            known = known or not frame.startswith("=") or cast.hero.name in frame
    question = _question(rng, plan, cast, who, known and not pair)
    phrases = all(not frame.startswith("=") for frame, _ in clauses) and len({who for _, who in clauses}) == 1
    if phrases and not plan.clauses[-1].wordings and rng.random() < 0.12:
        told = " and ".join(_verbs(frame, False, False) for frame, _ in clauses)
        return f"If {who.name} {told}, {question[0].lower()}{question[1:]}"
    return f"{_sentences(rng, clauses, past, pair)} {question}"


def _sentences(rng: Random, clauses: list[tuple[str, Person]], past: bool, pair: bool) -> str:
    text, named, joined, plural = "", None, True, False
    for frame, who in clauses:
        if frame.startswith("="):
            sentence = _verbs(frame[1:], past, False)
            if not pair and who.he == "they":
                sentence = re.sub(r"(?<=\bthey )\w+", lambda m: m[0] if past else plural_verb(m[0]), sentence)
            text += " " + sentence[0].upper() + sentence[1:]
            named, joined = (who if who.name in sentence else named), True
            continue
        if not joined and rng.random() < 0.45:
            text = f"{text[:-1]} and {_verbs(frame, past, plural)}."
            joined = True
            continue
        pronoun = named == who and not pair and rng.random() < 0.65
        plural = pronoun and who.he == "they"
        subject = who.he.capitalize() if pronoun else who.name
        if named and rng.random() < 0.25:
            subject = f"Then {subject.lower() if pronoun else subject}"
        text += f" {subject} {_verbs(frame, past, plural)}."
        named, joined = who, False
    return text.strip()


def _question(rng: Random, plan: Plan, cast: Cast, who: Person, pronouns: bool) -> str:
    change = plan.clauses[-2].steps[-1][2] if plan.clauses[-2].steps else ""
    pronoun = pronouns and rng.random() < 0.6
    questions = [q for q in plan.clauses[-1].questions if change in "-/" or not re.search(r" left\?", q)]
    questions = [q for q in questions if change == "+" or not re.search(r"in total|altogether", q)] or questions
    frame = _nouns(rng.choice(questions), cast)
    does = "do" if pronoun and who.he == "they" else "does"
    frame = frame.replace("{does}", does).replace("{who}", who.he if pronoun else who.name)
    return _verbs(frame, False, does == "do")


def _nouns(frame: str, cast: Cast, named: bool = False) -> str:
    hero = cast.hero
    for slot, word in {
        "{N}": hero.name, "{M}": cast.other.name,
        "{he}": hero.name if named else hero.he, "{him}": hero.name if named else hero.him,
        "{his}": hero.his,
        "{group}s": "children" if cast.group == "child" else f"{cast.group}s", "{group}": cast.group,
        "{items}": cast.items, "{item}": cast.item, "{containers}": cast.containers, "{container}": cast.container,
        "{place}": cast.place, "{price}": cast.price,
        "{units}": f"{cast.unit}s", "{unit}": cast.unit,
        "a hour": "an hour", "a orange": "an orange", "a egg": "an egg", "A album": "An album",
    }.items():  # fmt: skip
        frame = frame.replace(slot, word)
    return frame


def _numbers(rng: Random, frame: str, value: dict[str, int], word_rate: float) -> str:
    for slot, number in value.items():
        text = told(rng, number, word_rate)
        frame = frame.replace(f"${{{slot}}}", f"${amount(rng, number) if number > 99 else number}")
        frame = frame.replace(f"{{{slot}}}", text).replace(f"{{{slot.upper()}}}", text.capitalize())
    return frame


def _verbs(frame: str, past: bool, plural: bool) -> str:
    return _VERB.sub(lambda m: m.group(2) if past else plural_verb(m.group(1)) if plural else m.group(1), frame)


def plural_verb(verb: str) -> str:
    """`buys` to `buy`, for a subject in the plural."""
    if verb in _PLURAL_VERBS:
        return _PLURAL_VERBS[verb]
    if re.search(r"(?:ch|sh|ss|x)es$", verb):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") else verb
