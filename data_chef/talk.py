"""Small talk and facts: questions dressed in many ways, replies looked up again from the question alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

from data_chef.item import Problem


CALLS = ("Hi! ", "Hello! ", "Hey, ", "ODIN, ", "Hello ODIN, ", "Hi ODIN! ", "Good morning! ", "Good evening! ")
ASKING = (
    "Tell me: ", "A question: ", "I have a question: ", "Please tell me: ", "I would like to know: ",
    "One more thing: ",
    "Quick question: ", "I wonder: ", "May I ask: ",
)  # fmt: skip
THANKS = (" Thanks!", " Thank you.")
CURIOUS = (" I am curious.", " Please answer briefly.", " I would really like to know.", " Do you know?")


def pick(question: str, options: Sequence[str]) -> str:
    """One of the options, always the same one for the same question."""
    return options[crc32(question.encode()) % len(options)]


def dress(rng: Random, core: str) -> str:
    """The question with an opening and an ending, or typed carelessly."""
    question = core.endswith("?")
    opening = rng.choice(CALLS + ASKING if question else CALLS) if rng.random() < 0.6 else ""
    ending = rng.choice(THANKS + CURIOUS if question else THANKS) if rng.random() < 0.4 else ""
    if opening.endswith(", ") and not re.match(r"I\b|[A-Z]{2}", core):
        core = core[:1].lower() + core[1:]
    text = f"{opening}{core}{ending}"
    return text.lower().rstrip("?.!") if rng.random() < 0.12 else text


def bare(text: str) -> str:
    """Lower case, single spaces, no punctuation but what numbers and code need."""
    text = re.sub(r"[^\w+*/=^%<>()\[\]'.-]+", " ", text.lower())
    return " ".join(re.sub(r"\.(?=\s|$)", "", text).split())


def undressed(question: str) -> list[str]:
    """What the bare question may be without the opening and the ending that `dress` puts around it."""
    text = bare(question)
    found = [text]
    found += [text[len(opening) + 1 :] for opening in _BARE_OPENINGS if text.startswith(opening + " ")]
    for ending in _BARE_ENDINGS:
        found += [one[: -len(ending) - 1] for one in found if one.endswith(" " + ending)]
    return found


_BARE_OPENINGS = [bare(opening) for opening in CALLS + ASKING]
_BARE_ENDINGS = [bare(ending) for ending in THANKS + CURIOUS]


@dataclass(frozen=True)
class Plain:
    """The configuration of a task without knobs."""

    @classmethod
    def at(cls, difficulty: int):
        return cls()

    def validate(self) -> None:
        return None


class Talk:
    """Topics, each with ways to ask and ways to reply; `{slot}` in both stands for one of the words of that slot."""

    def __init__(
        self,
        topics: Mapping[str, tuple[Sequence[str], Sequence[str]]],
        slots: Mapping[str, Sequence[str]] | None = None,
        dressed: bool = True,
    ):
        self.dressed = dressed
        self.topics = topics
        self.slots = slots or {}
        self.words = {slot: {bare(word): word for word in words} for slot, words in self.slots.items()}
        self.plain: dict[str, str] = {}
        self.open: list[tuple[re.Pattern[str], str]] = []
        self.asks = [(topic, ask) for topic, (asks, _) in topics.items() for ask in asks]
        for topic, ask in self.asks:
            if "{" in ask:
                escaped = re.escape(bare(re.sub(r"\{(\w+)\}", r"slot_\1_slot", ask)))
                self.open.append((re.compile(re.sub(r"slot_(\w+?)_slot", r"(?P<\1>.+?)", escaped)), topic))
            elif self.plain.setdefault(bare(ask), topic) != topic:
                raise ValueError(f"{ask!r} is asked in two topics")

    def generate(self, rng: Random, config: Plain) -> Problem:
        """A topic, a way to ask and the reply that goes with it."""
        topic = rng.choice(list(self.topics))
        ask = rng.choice(self.topics[topic][0])
        words = {slot: rng.choice(self.slots[slot]) for slot in re.findall(r"\{(\w+)\}", ask)}
        question = ask.format(**words)
        question = dress(rng, question) if self.dressed else question if rng.random() < 0.8 else question.lower()
        return Problem(
            question=question,
            solution="",
            answer=pick(question, self.topics[topic][1]).format(**words),
            canonical=bare(question),
        )

    def reply(self, question: str) -> str | None:
        """The reply to a question, read from its words, or None when it belongs to no topic."""
        for core in undressed(question):
            if core in self.plain:
                return pick(question, self.topics[self.plain[core]][1]).format()
            for pattern, topic in self.open:
                match = pattern.fullmatch(core)
                if match and all(word in self.words[slot] for slot, word in match.groupdict().items()):
                    words = {slot: self.words[slot][word] for slot, word in match.groupdict().items()}
                    return pick(question, self.topics[topic][1]).format(**words)
        return None

    def verify(self, problem: Problem) -> bool:
        """Finds the topic in the question again, and its reply."""
        return problem.answer == self.reply(problem.question) and not problem.solution
