"""A whole problem: a topic and a number of steps are drawn, told, and packed as a `Problem`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from data_chef import lexicon
from data_chef.item import Problem
from data_chef.stories import themes
from data_chef.stories.ages import AGES
from data_chef.stories.cast import Cast
from data_chef.stories.motion import MEASURES, MOTION, TIME
from data_chef.stories.puzzles import PUZZLES
from data_chef.stories.questions import COUNTS, MONEY, Asked
from data_chef.stories.shapes import SHAPES
from data_chef.stories.story import Quantity, Retry, Story, amount, written
from data_chef.stories.telling import Clause, tell


Question = Callable[[Story, int], Asked]
# A question is given up for another only after so many draws of words and numbers, lest easy ones crowd out the rest.
PATIENCE = 25
# A schema that has to occur and did not may have no room beneath this question.
COST_OF_ABSENCE = 9
ROUNDS = 400
# How often each topic is drawn in a mixture, after the topics of real questions.
# The most steps that the questions of a topic can take is the last.
TOPICS: dict[str, tuple[int, Sequence[tuple[int, Question]], int]] = {
    "counts": (38, COUNTS, 12),
    "money": (30, MONEY, 12),
    "motion": (5, MOTION, 4),
    "time": (8, TIME, 4),
    "measures": (4, MEASURES, 3),
    "ages": (4, AGES, 6),
    "shapes": (3, SHAPES, 4),
    "puzzles": (11, PUZZLES, 5),
}


class Absent(Retry):
    """None of the schemas that have to occur did."""


@dataclass(frozen=True)
class Config:
    """Knobs of a word problem.

    Attributes:
        steps: how many steps a problem may take, each as often as it stands here.
        topics: the topics to draw from, by their weight.
        questions, schemas: the names of those to draw from; all when empty.
        must: schemas of which one has to occur; `%` stands for any percentage.
        largest: the largest number a story tells; `limit` the largest result.
        easy: whether products and quotients of long numbers and of cents are left out.
        word_rate: how often a number up to twelve is a word; others up to a hundred are half as often.
        idle_rate: how often the story holds a number that nothing needs.
        fold_rate: how often the last sentence becomes "If ..., how many ...?".
        ornament_rate: how often a clause says more than it must.
        strange_rate: how often a name or a noun is an invented one.
    """

    steps: tuple[int, ...]
    topics: tuple[str, ...] = tuple(TOPICS)
    questions: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    largest: int = 100
    limit: int = 2000
    easy: bool = False
    word_rate: float = 0.2
    idle_rate: float = 0.2
    fold_rate: float = 0.42
    ornament_rate: float = 0.4
    strange_rate: float = 0.1

    def validate(self) -> None:
        """Raises ValueError for a knob out of its range."""
        if not self.steps or min(self.steps) < 1 or max(self.steps) > 12:
            raise ValueError(f"steps lie between 1 and 12, not {self.steps}")
        if unknown := set(self.topics) - set(TOPICS):
            raise ValueError(f"unknown topics {sorted(unknown)}; known: {', '.join(TOPICS)}")
        if not 10 <= self.largest <= self.limit:
            raise ValueError(f"largest must be at least 10 and at most limit: {self}")
        for rate in (self.word_rate, self.idle_rate, self.fold_rate, self.strange_rate, self.ornament_rate):
            if not 0 <= rate <= 1:
                raise ValueError(f"rates lie between 0 and 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    """A word problem. Draws again whenever the words and numbers make no sense together.

    Raises ValueError when the knobs leave nothing to tell.
    """
    steps = rng.choice(config.steps)
    questions = _questions(config.topics, config.questions, steps)
    for _ in range(ROUNDS if questions else 0):
        question = questions[int(rng.random() * len(questions))]
        patience = PATIENCE
        while patience > 0:
            try:
                return _attempt(rng, config, question, steps)
            except Absent:
                patience -= COST_OF_ABSENCE
            except Retry:
                patience -= 1
    raise ValueError(f"no word problem of {steps} steps was found for {config}")


def _attempt(rng: Random, config: Config, question: Question, steps: int) -> Problem:
    s = Story(rng, config.limit, config.largest, config.word_rate, Cast(rng, config.strange_rate), config.easy)
    s.schemas, s.must = config.schemas, config.must
    s.past = rng.random() < 0.45
    found, asked = question(s, steps)
    if len(s.graph) != steps:
        raise Retry
    if config.must and not _has(s, config.must):
        raise Absent
    clauses = list(found.clauses)
    if rng.random() < config.idle_rate:
        _idle(s, clauses)
    if rng.random() < 0.25:
        _scene(s, clauses)
    text = tell(rng, clauses, _resolved(asked, s.past), s.past, config.fold_rate, config.ornament_rate)
    text = re.sub(r"\$(\d{3,})(?![\d.,]*\d)", lambda match: f"${amount(rng, int(match[1]))}", text)
    return Problem(
        question=text,
        solution=s.solution(),
        answer=found_answer(found),
        canonical=f"{';'.join(s.facts)}?{found.name}",
        graph=s.graph[found.name],
        structure=f"{s.graph[found.name]}|{question.__name__}:{','.join(s.frames)}:{relations(s.facts)}",
    )


def relations(facts: Sequence[str]) -> str:
    """Facts without their numbers: `q1 + _ _;q2 * _ q1`; constants of nature, such as `c52`, stay."""
    return re.sub(r"(?<![\w/.])[\d./]+", "_", ";".join(facts))


def _has(s: Story, names: tuple[str, ...]) -> bool:
    if "%" in names:
        return any("%" in graph for graph in s.graph.values())
    return any(schema.__name__ in names for schema in s.used)


@cache
def _questions(topics: tuple[str, ...], names: tuple[str, ...], steps: int) -> list[Question]:
    """The questions of these topics that can take so many steps, repeated so that each topic has its weight; of these
    names only, if any."""
    drawn: list[Question] = []
    for topic in topics:
        weight, questions, most = TOPICS[topic]
        chosen = [question for least, question in questions if least <= steps <= most]
        chosen = [question for question in chosen if not names or question.__name__ in names]
        times = max(len(chosen), weight * 10 // len(topics)) if chosen else 0
        drawn += [chosen[i % len(chosen)] for i in range(times)]
    return drawn


def _resolved(question: str, past: bool) -> str:
    from data_chef.stories.telling import verbs

    return verbs(question, past)


def found_answer(found: Quantity) -> str:
    return written(found.value)


def _hero(clauses: Sequence[Clause]):
    return next((c.subject for c in clauses if c.subject is not None and c.subject.person), None)


def _idle(s: Story, clauses: list[Clause]) -> None:
    """A number that nothing needs, told of something that is not asked for."""
    who = _hero(clauses)
    x = s.number(2, 40)
    thing = s.cast._fresh(s.choose(*themes.THINGS))
    hour, half = s.choose((s.rng.randint(7, 11), "morning"), (s.rng.randint(1, 5), "afternoon"))
    year, floor = s.rng.randint(1950, 2020), s.rng.randint(2, 12)
    about = [
        Clause(f"all this [happens|happened] in {year}", fixed=True),
        Clause(
            f"there [are|were] {s.number(2, 40)} {s.choose('clouds', 'people', 'cars', 'birds', 'trees', 'bikes')} outside",
            fixed=True,
        ),
        Clause(
            f"a {s.choose('bus', 'train', 'ferry', 'tram')} [leaves|left] every {s.choose(5, 10, 15, 20, 30)} minutes",
            fixed=True,
        ),
        Clause(
            f"the {s.choose('shop', 'school', 'library', 'museum', 'station')} nearby opened {s.number(3, 59)} years ago",
            fixed=True,
        ),
        Clause(f"it [is|was] {hour} o'clock in the {half}", fixed=True),
    ]
    if who is not None:
        about += [
            Clause(f"{who.name} [is|was] {s.rng.randint(6, 70)} years old", fixed=True),
            Clause(f"{who.name} [lives|lived] on floor {floor}", fixed=True),
            Clause(
                f"{who.name} [has|had] {s.choose('two', 'three', 'four')} {s.choose('sisters', 'brothers', 'cousins', 'best friends', 'uncles')}",
                fixed=True,
            ),
            Clause(
                f"{who.s} {s.choose('house', 'street', 'bus', 'room')} [has|had] the number {s.number(2, 99)}",
                fixed=True,
            ),
            Clause(f"also [has|had] {thing.count(s.n(x))} at home", who, fixed=True),
            Clause(f"{s.cast.relative(who)} [has|had] {thing.count(s.n(x))}".replace(who.his, who.s, 1), fixed=True),
            Clause(f"{who.name} [lives|lived] {s.n(x)} miles from {s.cast.somewhere()}", fixed=True),
        ]
    told = s.choose(*about)
    first = min(1, len(clauses)) if told.text.startswith("also") else 0
    clauses.insert(s.rng.randint(first, max(first, len(clauses) - 1)), told)


@cache
def _vocabulary() -> tuple[str, ...]:
    return tuple(sorted(lexicon.content_words()))


def _a(s: Story, kind: str) -> str:
    word = s.rng.choice(lexicon.nouns(kind)).singular
    return f"{lexicon.article(word)} {word}"


def _scene(s: Story, clauses: list[Clause]) -> None:
    """A first sentence without numbers."""
    who = _hero(clauses)
    if who is None:
        return
    clauses.insert(
        0,
        Clause(
            s.choose(
                f"[likes|liked] {s.cast.doings(1)[0]}",
                f"[is|was] on the way to {s.cast.somewhere()}",
                "[is|was] planning a party",
                f"[is|was] at {s.cast.somewhere()}",
                "[has|had] a busy day",
                f"[is|was] at {_a(s, 'events')}",
                f'[is|was] learning about the word "{s.rng.choice(_vocabulary())}"',
                f"[has|had] {_a(s, 'vehicles')}",
                f"[is|was] {_a(s, 'occupations')}",
                f"[wants|wanted] to be {_a(s, 'occupations')} one day",
                f"[helps|helped] {who.his} {s.choose('parents', 'neighbors', 'friends', 'family')} at home",
            ),
            who,
            fixed=True,
        ),
    )
