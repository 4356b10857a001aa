"""A story while it is made: quantities, the facts that tie them together, the steps that compute them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from random import Random

from data_chef.arithmetic import significant
from data_chef.lexicon import number_words
from data_chef.stories.cast import Cast, Retry
from data_chef.stories.steps import STATES, Number, role, worked
from data_chef.stories.telling import Clause, capital


SPELLED = {n: number_words(n) for n in (*range(2, 100), *range(100, 1000, 100))}
# How many digits the numbers of a story have: one as often as two, seldom four. What a schema bounds by FREE or more
# has no bound of its own, and may get ten times as large.
LENGTHS = (0.4, 0.8, 0.97, 1)
FREE = 60
FUNCTIONS = {
    "gcd": gcd,
    "lcm": lcm,
    "ceil": lambda a, b: -(-a // b),
    "floor": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}
_PLACE = re.compile(r" (?:in|on|at) ")
# What a rounded result or a divisor is.
OUTCOMES = {"gcd": "Largest", "lcm": "First", "ceil": "Needed", "floor": "Full", "mod": "Left"}


@dataclass(slots=True)
class Quantity:
    """Something with a number.

    Attributes:
        value: its exact value.
        name: how facts refer to it: the number itself when the story tells it, `q3` when it has to be found.
        label: what it is, at length; a step says it in a word.
        clauses: what the story says until it is known.
    """

    value: Number
    name: str
    label: str = ""
    clauses: tuple[Clause, ...] = ()

    def told(self, *clauses: Clause) -> "Quantity":
        """The same quantity with these clauses after its own."""
        return Quantity(self.value, self.name, self.label, (*self.clauses, *clauses))


def _together(parts: Sequence[Quantity]) -> tuple[Clause, ...]:
    """What is said of all of them; what two of them have in common is said once."""
    return tuple(dict.fromkeys(clause for part in parts for clause in part.clauses))


def tidy(value: Number) -> Number:
    """A whole number as int. Raises Retry for what has more than two decimal places."""
    if isinstance(value, int):
        return value
    if value.denominator == 1:
        return value.numerator
    if 100 % value.denominator:
        raise Retry
    return value


def written(value: Number) -> str:
    """`12`, `2.5`, `0.25`: digits as a calculator shows them."""
    if isinstance(value, int) or value.denominator == 1:
        return str(int(value))
    cents = round(value * 100)
    return f"{cents // 100}.{cents % 100:02d}".rstrip("0")


def drawn(rng: Random, low: int, high: int) -> int:
    """A number from low to high as stories have them: its length is drawn first, and some are round."""
    draw = rng.random()
    digits = 1 + sum(draw >= bound for bound in LENGTHS[:-1])
    digits = min(max(digits, len(str(low))), len(str(high)))
    low, high = max(low, 10 ** (digits - 1)), min(high, 10**digits - 1)
    unit = (1, 5, 10 if high < 400 else 50)[min(digits, 3) - 1] if rng.random() < 0.3 else 1
    if -(-low // unit) > high // unit:
        unit = 1
    return rng.randint(-(-low // unit), high // unit) * unit


def told(rng: Random, number: int, word_rate: float) -> str:
    """`12`, `twelve`, `1,250`: in words now and then, above twelve half as often; with commas half of the time."""
    if number in SPELLED and rng.random() < (word_rate if number <= 12 else word_rate / 2):
        return SPELLED[number]
    return f"{number:,}" if number >= 1000 and rng.random() < 0.5 else str(number)


def amount(rng: Random, dollars: int) -> str:
    """`1250`, `1,250` or, now and then, `1,250.00`, to follow a dollar sign."""
    draw = rng.random()
    return f"{dollars:,}.00" if draw < 0.1 else f"{dollars:,}" if draw < 0.55 else str(dollars)


@dataclass
class Story:
    """What a schema writes to.

    A schema tells something (clauses), states what it means (`fact`) and computes it (`add` and so on). Facts follow
    the sentence: "Ann has 5 fewer than Tom" is `tom = ann + 5` whoever of the two is asked for. Steps follow the way
    to the answer. `verify` solves the facts on their own and compares.
    """

    rng: Random
    limit: int
    largest: int
    word_rate: float
    cast: Cast
    easy: bool = False
    facts: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    count: int = 0
    graph: dict[str, str] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    used: list = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    schemas: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    past: bool = False
    manner: str = ""
    summed: str = ""

    # Chance

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def choose(self, *options):
        return options[int(self.rng.random() * len(options))]

    def number(self, low: int = 2, high: int = 99) -> int:
        """A number of a story, its length drawn first: within [low, high], or up to ten times a `high` of FREE."""
        return drawn(self.rng, low, max(low, min(high if high < FREE else 10 * high, self.largest)))

    def split(self, steps: int, parts: int) -> list[int]:
        """`steps` divided by chance among `parts`; most often one gets them all."""
        shares = [0] * parts
        if self.chance(0.45):
            shares[self.rng.randrange(parts)] = steps
            return shares
        for _ in range(steps):
            shares[self.rng.randrange(parts)] += 1
        return shares

    def divisor(self, value: Number, low: int = 2, high: int = 12) -> int:
        """A divisor of the value, or Retry."""
        if not isinstance(value, int):
            raise Retry
        fitting = [d for d in range(low, min(high, value // 2) + 1) if value % d == 0]
        if not fitting:
            raise Retry
        return fitting[int(self.rng.random() * len(fitting))]

    def n(self, value: Number) -> str:
        """The number as the story tells it."""
        return told(self.rng, value, self.word_rate) if isinstance(value, int) else written(value)

    def rate(self, whole: Quantity, *rates: int) -> int:
        """One of these percentages, so that it gives a whole number, or Retry."""
        fitting = [rate for rate in rates if whole.value * rate % 100 == 0]
        if not fitting:
            raise Retry
        return self.choose(*fitting)

    # Quantities

    def given(self, value: Number, *clauses: Clause, label: str = "") -> Quantity:
        """A quantity that the story tells."""
        self.owners.add(_owner(label)[0])
        return Quantity(value, written(value), label, clauses)

    def _known(self, value: Number | Quantity) -> Quantity:
        return value if isinstance(value, Quantity) else Quantity(value, written(value))

    @property
    def alone(self) -> bool:
        """Whether the story has but one owner so far, so that it need not be said whose things are meant."""
        return len(self.cast.names) == 1

    def he(self, who) -> str:
        """The pronoun for somebody in a question, or the name where the pronoun could mean another."""
        return who.name if self.cast.ambiguous(who) else who.he

    def _result(
        self,
        label: str,
        sign: str,
        parts: Sequence[Number | Quantity],
        value: Number,
        expression: str = "",
        otherwise: str = "",
    ) -> Quantity:
        """What the parts give.

        Args:
            expression: what is calculated, when it is more than the parts with the sign between them.
            otherwise: the word for a result of which the label says no more than what is counted.
        """
        known = [self._known(part) for part in parts]
        value = tidy(value)
        if not 0 < value <= self.limit or self.easy and _hard(sign, [part.value for part in known], value):
            raise Retry
        name = self._new()
        expression = expression or sign.join(written(part.value) for part in known)
        self.owners.add(_owner(label)[0])
        self.steps.append(f"{label}|{otherwise or _otherwise(label, sign, parts)}: <<{expression}={written(value)}>>")
        inner = [self.graph.get(part.name, "_") for part in known]
        self.graph[name] = "(" + sign.join(sorted(inner) if sign in "+*" else inner) + ")"
        return Quantity(value, name, label or "result", _together(known))

    def _new(self) -> str:
        self.count += 1
        return f"q{self.count}"

    def add(self, label: str, *parts: Number | Quantity) -> Quantity:
        return self._result(label, "+", parts, sum(self._known(part).value for part in parts))

    def sub(self, label: str, a: Number | Quantity, b: Number | Quantity) -> Quantity:
        return self._result(label, "-", (a, b), self._known(a).value - self._known(b).value)

    def mul(self, label: str, a: Number | Quantity, b: Number | Quantity) -> Quantity:
        return self._result(label, "*", (a, b), self._known(a).value * self._known(b).value)

    def div(self, label: str, a: Number | Quantity, b: Number | Quantity, whole: bool = True) -> Quantity:
        """Raises Retry when the result is not whole, or with `whole=False` not a number of two decimal places."""
        value = Fraction(self._known(a).value, self._known(b).value)
        if whole and value.denominator > 1:
            raise Retry
        return self._result(label, "/", (a, b), value)

    def percent(self, label: str, whole: Number | Quantity, rate: int) -> Quantity:
        """`rate` percent of something, a step of two calculations; told by the caller."""
        known = self._known(whole)
        value = Fraction(known.value * rate, 100)
        if value.denominator > 1:
            raise Retry
        expression = f"{written(known.value)}*{rate}/100"
        result = self._result(label, "*", (known, rate), value, expression, "Part")
        self.graph[result.name] = f"%{self.graph.get(known.name, '_')}"
        return result

    def apply(self, function: str, label: str, a: Number | Quantity, b: Number | Quantity) -> Quantity:
        """A result that is rounded or belongs to divisors, with its fact; its steps are written out."""
        one, two = self._known(a), self._known(b)
        x, y = int(one.value), int(two.value)
        if x != one.value or y != two.value:
            raise Retry
        value = FUNCTIONS[function](x, y)
        if not 0 < value <= self.limit:
            raise Retry
        name = self._new()
        result = Quantity(value, name, label, _together((one, two)))
        self.graph[name] = f"{function}({self.graph.get(one.name, '_')},{self.graph.get(two.name, '_')})"
        self.steps += _worked(function, x, y, value)
        self.steps[-1] = f"{label}|{OUTCOMES[function]}: {self.steps[-1]}"
        self.fact(result, function, one, two)
        return result

    def solution(self) -> str:
        """The steps as they are shown: a word or an owner, what is done in the head, and the calculation."""
        several = len(self.owners - {""}) > 1
        shown = []
        for step in self.steps:
            head, found, line = step.partition(": ")
            if found:
                label, _, otherwise = head.partition("|")
                owner, what = _owner(label)
                word = role(what, "")
                if owner and several and word not in STATES:
                    word = owner
                line = f"{capital(word or otherwise or what)}: {line}"
            shown.append(worked(line or head))
        return "\n".join(shown)

    # Facts

    def fact(self, result: Number | Quantity, sign: str, *parts: Number | Quantity | str) -> None:
        """`result` is the sum (`+`), the product (`*`) or the named function of the parts."""
        names = [part if isinstance(part, str) else self._known(part).name for part in parts]
        if sign in "+*":
            names.sort()
        self.facts.append(f"{self._known(result).name} {sign} {' '.join(names)}")


def _owner(label: str) -> tuple[str, str]:
    """Whose it is, and what: `("Tom's", "apples")`, or `("", "apples in the box")`."""
    owner, found, what = label.rpartition("'s ")
    return (f"{owner}'s", what) if found and owner.count(" ") < 2 else ("", label)


def _otherwise(label: str, sign: str, parts: Sequence[Number | Quantity]) -> str:
    """The word for a result by how it comes about: a quantity and a number of no quantity are a comparison."""
    compared = len(parts) == 2 and isinstance(parts[0], Quantity) and not isinstance(parts[1], Quantity)
    by_two = compared and parts[1] == 2
    if sign in "+-":
        compared &= bool(_owner(label)[0] or _PLACE.search(label))
        return ("More" if compared else "Total") if sign == "+" else "Fewer" if compared else "Left"
    if sign == "*":
        return "Twice" if by_two else "Total"
    return "Half" if by_two else "Part"


def _hard(sign: str, values: Sequence[Number], result: Number) -> bool:
    """Whether a product or quotient is too much for an easy story: long factors, long divisors, cents many times."""
    if sign not in "*/":
        return False
    a, b = values
    if not (isinstance(a, int) and isinstance(b, int) and isinstance(result, int)):
        return any(Fraction(value).denominator > 2 for value in (a, b, result))
    if sign == "*":
        return significant(a) + significant(b) > 4
    return b > 12 and result > 12


def _worked(function: str, x: int, y: int, value: int) -> list[str]:
    """The steps of a rounded division, a common divisor or a common multiple."""
    whole, rest = divmod(x, y)
    if function == "mod":
        return [f"Full: <<{y}*{whole}={y * whole}>>", f"<<{x}-{y * whole}={rest}>>"]
    if function == "floor":
        return [f"<<{y}*{whole}={y * whole}>>, {rest} left over, so {value}"]
    if function == "ceil":
        return [f"<<{y}*{whole}={y * whole}>>, {rest} left over, so one more: <<{whole}+1={value}>>"]
    a, b = max(x, y), min(x, y)
    lines = []
    while b:
        lines.append(f"{a}-{b}*{a // b}={a % b}")
        a, b = b, a % b
    if function == "gcd":
        return [*lines, f"the last divisor is {value}"]
    return [*lines, f"<<{x}/{a}*{y}={value}>>"]
