"""From clauses to English: tense, pronouns, sentences joined, the last one folded into the question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from data_chef.stories.ornaments import introduced, ornament


_VERB = re.compile(r"\[([^|\]]*)\|([^|\]]*)(?:\|([^|\]]*))?\]")
_PLURAL = {"has": "have", "is": "are", "does": "do", "goes": "go", "was": "were", "isn't": "aren't"}
_LATER = (
    "Then ", "Later, ", "After that, ", "Next, ", "Afterwards, ", "After coming home, ", "Before going to bed, ", "While walking home, ",
    "After finishing lunch, ", "Before leaving, ", "After school, ", "While cleaning up, ", "The next day, ",
)  # fmt: skip
# What says when it happens needs no other time before it.
_DATED = re.compile(
    r" (?:in|on|at|after|before|when|while|last|this|yesterday|today|that|during|later|once|as soon)\b"
)
_WHILE = (" while ", ", while ", " and ")
_AND = (" and ", " and ", " and ", ", and ", " but also ", ", and then ")


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that the story says.

    Attributes:
        text: with a subject what it does (`[buys|bought] 3 apples`), without one a whole sentence that begins in lower
            case and has no full stop. A verb is written `[present|past]`.
        subject: who does it: a person, or any owner with `name`, `he` and `plural`.
        event: something that happens after what was told before, as against a state.
        fixed: a sentence that cannot be folded into "If ..., how many ...?".
    """

    text: str
    subject: Any = None
    event: bool = False
    fixed: bool = False


def verbs(text: str, past: bool, plural: bool = False) -> str:
    """`[buys|bought]` in the tense and number asked for; a third form is the plural of the past."""

    def form(match: re.Match) -> str:
        present, gone, gone_plural = match.groups()
        if past:
            return gone_plural if plural and gone_plural else _PLURAL.get(gone, gone) if plural else gone
        return plural_verb(present) if plural else present

    return _VERB.sub(form, text)


def plural_verb(verb: str) -> str:
    """`buys` to `buy`, `gives away` to `give away`, for a subject in the plural."""
    head, _, tail = verb.partition(" ")
    if head in _PLURAL:
        head = _PLURAL[head]
    elif re.search(r"(?:ch|sh|ss|x|zz|o)es$", head):
        head = head[:-2]
    elif head.endswith("ies") and len(head) > 4:
        head = head[:-3] + "y"
    elif head.endswith("s") and not head.endswith("ss"):
        head = head[:-1]
    return f"{head} {tail}" if tail else head


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def tell(
    rng: Random, clauses: Sequence[Clause], question: str, past: bool, fold_rate: float, ornament_rate: float = 0.0
) -> str:
    """The story: all clauses in order, then the question."""
    sentences: list[str] = []
    subject, joined = None, True
    met: list[Any] = []
    # What the last sentence says, name and rest, when it is nothing but a state of a person: another may join it.
    state: tuple[str, str] | None = None
    for clause in clauses:
        who = clause.subject
        if who is None:
            text = verbs(clause.text, past)
            if sentences and not clause.event and not joined and subject is None and rng.random() < 0.13:
                sentences[-1] += f" and {text}" if " and " not in sentences[-1] + text else f", and {text}"
                joined = True
            else:
                sentences.append(text)
                joined = clause.fixed
            subject, state = None, None
            continue
        said = clause.text
        if not clause.fixed and rng.random() < ornament_rate:
            said = ornament(rng, said, who, clause.event)
        text = verbs(said, past, who.plural)
        if subject == who and not joined and rng.random() < 0.4 and " and " not in text:
            link = _AND[int(rng.random() * (6 if clause.event else 4))]
            if link == " but also " and clause.event:
                link = " and "
            sentences[-1] += link + text
            joined, state = True, None
            continue
        if state is not None and " and " not in text and len(text) < 60 and rng.random() < 0.16:
            name, rest = state
            if subject == who and clause.event:
                sentences[-1] = f"{name}, who {rest}, {text}"
                joined, state = True, None
                continue
            if subject != who and who.person and who not in met and not clause.event and not clause.fixed:
                sentences[-1] += f"{_WHILE[int(rng.random() * 3)]}{who.name} {text}"
                met.append(who)
                # After two subjects a pronoun could mean either.
                subject, joined, state = None, True, None
                continue
        pronoun = subject == who and rng.random() < 0.7
        if pronoun:
            text = verbs(said, past, who.he == "they")
        name = who.name
        if who.person and who not in met:
            others = sentences and any(other.name in sentence for other in met[-1:] for sentence in sentences[-1:])
            if not any(name in sentence for sentence in sentences) and rng.random() < ornament_rate / 2:
                name = introduced(rng, name, who.he, met[-1] if others else None)
            met.append(who)
        opening = ""
        if clause.event and sentences and rng.random() < 0.27:
            opening = _LATER[int(rng.random() * (len(_LATER) if who.person and not _DATED.search(text) else 5))]
        sentences.append(f"{opening}{who.he if pronoun else name} {text}")
        plain = who.person and not (pronoun or opening or clause.event or clause.fixed) and name == who.name
        state = (name, text) if plain and " and " not in text and "," not in text and len(text) < 60 else None
        subject, joined = who, clause.fixed
    last = clauses[-1] if clauses else None
    if last is not None and not last.fixed and question.endswith("?") and rng.random() < fold_rate:
        told = sentences.pop()
        if told.startswith(_LATER) or len(told) > 150:
            sentences.append(told)
        else:
            question = f"If {told}, {question}"
    return " ".join([*(f"{capital(s)}." for s in sentences), capital(question)])


def moved(clause: Clause, **changes) -> Clause:
    return replace(clause, **changes)
