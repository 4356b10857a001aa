"""Who has what: three or four people, clues of yes and no, and elimination."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import PEOPLE, Clue, Sayings, arrangements, chosen_clues, eliminate, lay_out, listed
from data_chef.registry import Task, register


THEMES = {
    "pet": "the cat,the dog,the fish,the bird,the hamster,the rabbit,the horse,the snake,the parrot,the goat",
    "fruit": "the apple,the pear,the plum,the grape,the lemon,the cherry,the fig,the melon,the berry,the peach",
    "game": "chess,tennis,golf,hockey,football,cricket,darts,rugby,poker,bridge",
    "drink": "tea,coffee,milk,juice,water,cocoa,lemonade,soda,broth,cider",
    "subject": "physics,history,music,law,biology,art,chemistry,logic,botany,geography",
    "vehicle": "the boat,the car,the bicycle,the van,the scooter,the truck,the canoe,the tractor,the sledge",
    "flower": "the rose,the tulip,the daisy,the lily,the violet,the poppy,the iris,the orchid",
    "instrument": "the piano,the violin,the flute,the drum,the harp,the guitar,the trumpet,the cello,the organ",
    "colour": "red,blue,green,yellow,black,white,pink,brown,orange,purple",
    "tool": "the hammer,the saw,the drill,the file,the spade,the rake,the brush,the knife,the axe",
}
SAYINGS = Sayings({
    "intro": (
        "{0} each have a different {1}: {2}.", "Each of {0} has one {1}, and the choices are {2}.",
        "{0} have different {1}s, namely {2}.",
    ),
    "yes": ("{0}'s {1} is {2}.", "The {1} of {0} is {2}."),
    "no": ("{0}'s {1} is not {2}.", "The {1} of {0} is not {2}.", "{2} is not {0}'s {1}."),
    "either": ("{0}'s {1} is {2} or {3}.", "{0}'s {1} is either {2} or {3}."),
    "neither": ("{0}'s {1} is neither {2} nor {3}.", "Neither {2} nor {3} is {0}'s {1}."),
    "who": (
        "Whose {0} is {1}?", "Who has {1} as {0}?", "For whom is the {0} {1}?", "Find out whose {0} is {1}.",
        "Tell me whose {0} is {1}.",
    ),
    "what": (
        "What is {1}'s {0}?", "Which {0} is {1}'s?", "Find out {1}'s {0}.", "Tell me {1}'s {0}.",
        "What {0} does {1} have?",
    ),
}, slot=r"(?:[\w ]+(?:, [\w ]+)* and [\w ]+|(?:[Tt]he )?\w+)")  # fmt: skip


@dataclass(frozen=True)
class Config:
    people: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(people=2 + difficulty)

    def validate(self) -> None:
        if not 3 <= self.people <= 6:
            raise ValueError(f"people must be 3 to 6, not {self.people}")


def bare(thing: str) -> str:
    return thing.removeprefix("the ").removeprefix("The ").lower()


def clue(things: list[str], fact) -> Clue:
    kind, person, _, *named = fact
    places = [things.index(bare(name)) for name in named]
    text = {"yes": "{0}", "no": "not {0}", "either": "{0} or {1}", "neither": "not {0} and not {1}"}[kind]
    told = f"Clue for {person}: {text.format(*map(bare, named))}."
    return Clue(told, (person,), lambda p: (p in places) == (kind in ("yes", "either")))


def truths(rng: Random, theme: str, people: list[str], things: list[str]) -> list[tuple[str, ...]]:
    """A choice of true clues, few of which give anything away."""
    pool: list[tuple[str, ...]] = []
    for p, person in enumerate(people):
        others = [thing for q, thing in enumerate(things) if q != p]
        pool += [("no", person, theme, thing) for thing in others]
        pool.append(("either", person, theme, *rng.sample([things[p], rng.choice(others)], 2)))
        pool.append(("neither", person, theme, *rng.sample(others, 2)))
    if rng.random() < 0.3:
        p = rng.randrange(len(people))
        pool.append(("yes", people[p], theme, things[p]))
    return pool


def generate(rng: Random, config: Config) -> Problem:
    theme = rng.choice(list(THEMES))
    kept = None
    while kept is None:
        people, things = rng.sample(PEOPLE, config.people), rng.sample(THEMES[theme].split(","), config.people)
        stock = sorted(map(bare, things))
        pool = truths(rng, theme, people, things)
        kept = chosen_clues(rng, [people], stock, pool, lambda fact, stock=stock: clue(stock, fact))
    names, choice = sorted(people), sorted(things, key=bare)
    ask = ("who", theme, rng.choice(things)) if rng.random() < 0.6 else ("what", theme, rng.choice(people))
    lines, found = worked(names, stock, kept)
    intro = SAYINGS.say(rng, "intro", listed(names), theme, listed(choice))
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, *fact) for fact in kept], SAYINGS.say(rng, *ask), intro),
        solution="\n".join(lines),
        answer=answer_of(found, ask),
        canonical="|".join([*names, *stock, *sorted(" ".join(fact) for fact in kept), *ask]),
    )


def worked(people: list[str], things: list[str], facts) -> tuple[list[str], dict[str, str]]:
    lines, left = eliminate([people], things, [clue(things, fact) for fact in facts])
    found = {person: things[left[person][0]] for person in people}
    return [*lines, f"So {', '.join(f'{person}: {thing}' for person, thing in found.items())}."], found


def answer_of(found: dict[str, str], ask) -> str:
    if ask[0] == "what":
        return found[ask[2]]
    return next(person for person in found if found[person] == bare(ask[2]))


def verify(problem: Problem) -> bool:
    """Tries every way to give the things to the people; exactly one fits."""
    told = SAYINGS.read(problem.question)
    (intro,), (ask,) = [[one for one in told if one[0] in kinds] for kinds in (("intro",), ("who", "what"))]
    people, things = intro[1].replace(" and ", ", ").split(", "), intro[3].replace(" and ", ", ").split(", ")
    facts, stock = [one for one in told if one[0] in ("yes", "no", "either", "neither")], sorted(map(bare, things))
    found = list(arrangements([people], len(people), [clue(stock, fact) for fact in facts]))
    if len(found) != 1:
        return False
    answer = answer_of({person: stock[place] for person, place in found[0].items()}, ask)
    return problem.answer == answer and problem.solution == "\n".join(worked(people, stock, facts)[0])


register(Task("matching_puzzle", "logic", Config, generate, verify, max_difficulty=2))
