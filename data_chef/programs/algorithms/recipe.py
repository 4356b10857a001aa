"""The form in which the catalogue keeps an algorithm, and how a function is drawn from it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from data_chef.programs.function import Function
from data_chef.programs.names import COMMON, PARAMETERS, STRANGE, strange_name


DRAWN = 6
# Alternatives for the local names that the sources write as `$total`, `$i` and so on.
POOLS = {
    "total": "total result answer",
    "count": "count counter found",
    "result": "result output collected",
    "best": "best winner record",
    "i": "i index idx",
    "j": "j other",
    "x": "x item element value",
    "n": "number num current",
    "c": "char ch letter",
    "w": "word token w",
    "left": "left start lo",
    "right": "right end hi",
    "mid": "mid middle",
    "seen": "seen known visited",
    "counts": "counts frequency tally",
    "stack": "stack pending opened",
    "row": "row line r",
    "d": "d divisor candidate",
    "digit": "digit last rest",
    "key": "key k name",
    "left_part": "before first_part head",
    "right_part": "after second_part tail",
}
WORDS = (
    "apple river stone cloud table green seven happy paper music light bread horse train water lemon brush sugar "
    "tiger window yellow planet garden bottle market silver school winter summer forest island castle pocket mirror "
    "engine level radar noon civic kayak refer rotor egg bus key map sun ice oak fox owl ant bee cup hat toy area eye"
).split()


def fill(template: str, slots: Mapping[str, Any]) -> str:
    """The template with its slots filled; the filling may bring slots of its own."""
    while "$" in template:
        template = re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda match: str(slots[match[1] or match[2]]), template)
    return template


@dataclass(frozen=True)
class Recipe:
    """An algorithm with everything that may vary about it.

    Attributes:
        key: names it in the canonical form.
        level: of difficulty, from 1.
        names: for the function, separated by spaces.
        parameters: separated by spaces, each with alternatives: `a/x/first b/y/second`. The first is the slot's name.
        hints: types of the parameters and of the result, separated by `, `.
        summaries: sentences with slots such as `$a`.
        sources: bodies with slots. Imports at their beginning are moved above the function.
        reference: the value by other means; called with the arguments and the constants by name.
        inputs: `(rng, **constants) -> arguments`.
        edges: arguments that are always among the examples.
        constants: choices by name; a choice that is a dict brings a slot for each of its keys.
        phrase: for a function of one parameter, what it finds or computes: `prime numbers`, `digit sum`.
    """

    key: str
    level: int
    names: str
    parameters: str
    hints: str
    summaries: tuple[str, ...]
    sources: tuple[str, ...]
    reference: Callable[..., Any]
    inputs: Callable[..., tuple]
    edges: tuple[tuple, ...] = ()
    constants: Mapping[str, Sequence] = field(default_factory=dict)
    phrase: str = ""

    def choose(self, rng: Random) -> dict[str, Any]:
        return {name: rng.choice(choices) for name, choices in self.constants.items()}

    def canonical(self, constants: Mapping[str, Any]) -> str:
        return ":".join([self.key, *(str(value) for value in constants.values())])

    def examples(self, rng: Random, constants: Mapping[str, Any]) -> tuple[tuple[tuple, Any], ...]:
        given = [*self.edges, *(self.inputs(rng, **constants) for _ in range(DRAWN))]
        unique = {repr(arguments): arguments for arguments in given}
        return tuple((arguments, self.reference(*arguments, **constants)) for arguments in unique.values())

    def draw(self, rng: Random) -> Function:
        constants = self.choose(rng)
        slots: dict[str, Any] = {}
        for constant, value in constants.items():
            slots.update(value if isinstance(value, dict) else {constant: value})
        strange = rng.random() < STRANGE
        own = identifiers(self.sources)
        name = slots["f"] = strange_name(rng, own) if strange else fill(rng.choice(self.names.split()), slots)
        hints = types(self.hints)
        parameters: list[str] = []
        for choices, hint in zip(self.parameters.split(), hints, strict=False):
            alternatives = choices.split("/")
            free = [choice for choice in alternatives if choice not in parameters and choice != name]
            if rng.random() < COMMON:
                # Not the name of a local variable, nor what another parameter may be called.
                used = own | set(re.split("[ /]", self.parameters)) - set(alternatives)
                free = [p for p in PARAMETERS.get(hint, ()) if p not in used and p not in parameters] or free
            slots[alternatives[0]] = rng.choice(free)
            parameters.append(slots[alternatives[0]])
        return Function(
            name=name,
            parameters=tuple(parameters),
            summary=fill(rng.choice(self.summaries), slots),
            sources=self.programs(rng, name, parameters, slots),
            examples=self.examples(rng, constants),
            canonical=self.canonical(constants),
            hints=hints,
        )

    def programs(self, rng: Random, name: str, parameters: Sequence[str], slots: dict[str, Any]) -> tuple[str, ...]:
        """The sources with their slots filled, in random order."""
        order = rng.sample(self.sources, len(self.sources))
        return tuple(program(name, parameters, body(rng, source, slots, {name, *parameters})) for source in order)


@cache
def types(hints: str) -> tuple[str, ...]:
    """The types in `int, list[int], bool`."""
    return tuple(re.findall(r"(?:[^\[, ]|\[(?:[^][]|\[[^][]*\])*\]| \| )+", hints))


@cache
def identifiers(sources: tuple[str, ...]) -> frozenset[str]:
    """The names that stand in the sources, the slots aside."""
    return frozenset(re.findall(r"(?<![$\w])[a-zA-Z_]\w*", " ".join(sources)))


def body(rng: Random, source: str, slots: Mapping[str, Any], taken: set[str]) -> str:
    """A source with local names chosen that are not taken."""
    chosen = dict(slots)
    taken = taken | set(re.findall(r"(?<![$\w])[a-z_]\w*", source))
    for slot in dict.fromkeys(re.findall(r"\$(\w+)", source)):
        if slot not in chosen:
            free = [name for name in POOLS[slot].split() if name not in taken]
            chosen[slot] = rng.choice(free) if free else slot
            taken.add(chosen[slot])
    return fill(source, chosen)


def program(name: str, parameters: Sequence[str], text: str) -> str:
    """A whole program: imports, the signature, the body indented."""
    lines = text.strip("\n").rstrip().split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    lines = [line[indent:].rstrip() for line in lines]
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    lines = [line for line in lines if line not in imports]
    head = "".join(f"{line}\n" for line in imports) + ("\n\n" if imports else "")
    return f"{head}def {name}({', '.join(parameters)}):\n" + "".join(f"    {line}\n" for line in lines)


def ints(rng: Random, low: int = 0, high: int = 20, shortest: int = 1, longest: int = 8) -> list[int]:
    return [rng.randint(low, high) for _ in range(rng.randint(shortest, longest))]


def words(rng: Random, shortest: int = 1, longest: int = 6) -> list[str]:
    return rng.choices(WORDS, k=rng.randint(shortest, longest))


def sentence(rng: Random, shortest: int = 2, longest: int = 6) -> str:
    return " ".join(words(rng, shortest, longest))
