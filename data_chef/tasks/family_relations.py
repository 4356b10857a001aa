"""Kinship: from told parents, children, brothers and sisters to uncles, cousins and grandparents."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import MEN, WOMEN, Sayings, lay_out
from data_chef.registry import Task, register


WORDS = {
    "parent": ("mother", "father"), "child": ("daughter", "son"), "sibling": ("sister", "brother"),
    "grandparent": ("grandmother", "grandfather"), "grandchild": ("granddaughter", "grandson"),
    "aunt": ("aunt", "uncle"), "niece": ("niece", "nephew"), "cousin": ("cousin", "cousin"),
    "greatgrandparent": ("great-grandmother", "great-grandfather"),
    "greatgrandchild": ("great-granddaughter", "great-grandson"),
    "greataunt": ("great-aunt", "great-uncle"),
    "greatniece": ("great-niece", "great-nephew"),
}  # fmt: skip
# What a relation becomes when the one it leads to is told as somebody's parent, child or sibling.
JOINED = {
    ("parent", "parent"): "grandparent", ("parent", "sibling"): "aunt", ("child", "child"): "grandchild",
    ("sibling", "child"): "niece", ("aunt", "child"): "cousin", ("grandparent", "parent"): "greatgrandparent",
    ("grandchild", "child"): "greatgrandchild", ("niece", "child"): "greatniece", ("sibling", "parent"): "parent",
    ("grandparent", "sibling"): "greataunt", ("child", "sibling"): "child", ("sibling", "sibling"): "sibling",
    ("aunt", "sibling"): "aunt", ("grandchild", "sibling"): "grandchild", ("niece", "sibling"): "niece",
    ("greataunt", "sibling"): "greataunt",
    ("aunt", "parent"): "grandparent", ("cousin", "sibling"): "cousin",
}  # fmt: skip
CHAINS = (
    ("parent parent", "parent sibling", "child child", "sibling child", "sibling parent", "child sibling"),
    ("parent sibling child", "parent parent parent", "parent parent sibling", "child child child",
    "sibling parent parent",
     "sibling child child", "parent sibling parent", "sibling parent sibling", "child child sibling"),
    ("sibling parent sibling child", "parent sibling sibling child", "sibling parent parent parent",
     "child sibling child sibling", "sibling sibling child child", "sibling parent parent sibling",
     "sibling child sibling child", "parent parent sibling sibling", "child child sibling child"),
    ("sibling parent sibling sibling child", "sibling sibling parent sibling child",
    "sibling sibling parent parent parent",
     "sibling sibling child sibling child", "child sibling child sibling child",
     "sibling parent parent sibling sibling"),
)  # fmt: skip
SAYINGS = Sayings({
    "fact": ("{0} is the {1} of {2}.", "{0} is {2}'s {1}.", "{2}'s {1} is {0}.", "{2} has a {1} named {0}."),
    "ask": (
        "How is {0} related to {1}?", "What is {0} to {1}?", "What relation is {0} to {1}?",
        "Which relative of {1} is {0}?", "Find the relation of {0} to {1}.", "In what way is {0} related to {1}?",
        "As what is {0} related to {1}?", "What would {1} call {0}?",
    ),
})  # fmt: skip


@dataclass(frozen=True)
class Config:
    chains: tuple[str, ...]
    distractors: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(chains=CHAINS[difficulty - 1], distractors=difficulty - 1)

    def validate(self) -> None:
        if not self.chains or self.distractors < 0:
            raise ValueError(f"there must be chains, and distractors at least 0: {self}")


def word(relation: str, name: str) -> str:
    return WORDS[relation][name in MEN]


def generate(rng: Random, config: Config) -> Problem:
    """A chain of relations from the second person asked about to the first, some links told from the other end."""
    chain = rng.choice(config.chains).split()
    people = rng.sample(MEN + WOMEN, len(chain) + 1 + config.distractors)
    facts = []
    for person, other, step in zip(people, people[1:], chain, strict=False):
        turned = {"parent": "child", "child": "parent", "sibling": "sibling"}[step]
        if rng.random() < 0.5:
            facts.append((other, word(step, other), person))
        else:
            facts.append((person, word(turned, person), other))
    for extra in people[len(chain) + 1 :]:
        if rng.random() < 0.5:
            facts.append((extra, word("child", extra), people[len(chain)]))
        else:
            facts.append((extra, word("child", extra), people[0]))
    rng.shuffle(facts)
    ask = ("ask", people[len(chain)], people[0])
    lines, answer = worked(facts, ask)
    return Problem(
        question=lay_out(rng, [SAYINGS.say(rng, "fact", *fact) for fact in facts], SAYINGS.say(rng, *ask)),
        solution="\n".join(lines),
        answer=answer,
        canonical="|".join([*sorted(" ".join(fact) for fact in facts), *ask]),
    )


def kind_of(told: str) -> str:
    return next(relation for relation, pair in WORDS.items() if told in pair)


def worked(facts, ask) -> tuple[list[str], str]:
    """From the person asked about to the other, one relative after the other."""
    _, goal, start = ask
    links: dict[str, list[tuple[str, str]]] = {}
    for one, told, two in facts:
        step = kind_of(told)
        links.setdefault(two, []).append((step, one))
        links.setdefault(one, []).append(({"parent": "child", "child": "parent"}.get(step, step), two))
    path = route(links, start, goal, ())
    lines, relation, at = [], "", start
    for step, person in path:
        joined = JOINED[relation, step] if relation else step
        told = f"{person} is {at}'s {word(step, person)}"
        lines.append(f"{told}." if not relation else f"{told}, so {person} is {start}'s {word(joined, person)}.")
        relation, at = joined, person
    return lines, word(relation, goal)


def route(links, at: str, goal: str, seen: tuple[str, ...]) -> list[tuple[str, str]]:
    if at == goal:
        return []
    for step, person in links[at]:
        if person not in (*seen, at):
            rest = route(links, person, goal, (*seen, at))
            if rest or person == goal:
                return [(step, person), *rest]
    return []


def verify(problem: Problem) -> bool:
    """Builds the family tree, with unnamed parents where siblings need one, and compares generations."""
    told = SAYINGS.read(problem.question)
    facts = [one[1:] for one in told if one[0] == "fact"]
    (ask,) = (one for one in told if one[0] == "ask")
    # One parent line suffices: siblings share it.
    parent: dict[str, str] = {}
    groups: dict[str, str] = {}

    def root(name: str) -> str:
        while groups.get(name, name) != name:
            name = groups[name]
        return name

    for one, relation, two in facts:
        if kind_of(relation) == "sibling":
            groups[root(one)] = root(two)
    for one, relation, two in facts:
        if kind_of(relation) != "sibling":
            high, low = (one, two) if kind_of(relation) == "parent" else (two, one)
            # A second parent counts as the same couple.
            if root(low) in parent:
                groups[root(high)] = root(parent[root(low)])
            parent[root(low)] = high

    def line(name: str) -> list[str]:
        """The sibling groups from a person up; the topmost has a parent of its own."""
        ups = [name, root(name)]
        while root(ups[-1]) in parent:
            ups.append(root(parent[root(ups[-1])]))
        return ups

    first, second = line(ask[1]), line(ask[2])
    shared = next((x, y) for x in range(1, len(first)) for y in range(1, len(second)) if first[x] == second[y])
    exact = (shared[0] - 1, shared[1] - 1)
    direct = {
        "up": {(0, 1): "parent", (0, 2): "grandparent", (0, 3): "greatgrandparent"},
        "down": {(1, 0): "child", (2, 0): "grandchild", (3, 0): "greatgrandchild"},
        "side": {(0, 0): "sibling", (0, 1): "aunt", (0, 2): "greataunt", (1, 0): "niece", (2, 0): "greatniece",
                 (1, 1): "cousin"},
    }  # fmt: skip
    up, down = parents_of(ask[2], parent, root), parents_of(ask[1], parent, root)
    side = "up" if ask[1] in up else "down" if ask[2] in down else "side"
    found = direct[side].get(exact)
    return (
        found is not None
        and problem.answer == word(found, ask[1])
        and problem.solution == "\n".join(worked(facts, ask)[0])
    )


def parents_of(name: str, parent: dict[str, str], root) -> list[str]:
    """The named ancestors of a person."""
    found = []
    while root(name) in parent:
        name = parent[root(name)]
        found.append(name)
    return found


register(Task("family_relations", "logic", Config, generate, verify, max_difficulty=3))
