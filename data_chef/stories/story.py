"""A story while it is made: quantities, the facts that tie them together, the steps that compute them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from random import Random

from data_chef.lexicon import number_words
from data_chef.stories.cast import Cast, Retry
from data_chef.stories.telling import Clause, capital


Number = int | Fraction
SPELLED = {n: number_words(n) for n in (*range(2, 13), *range(20, 100, 10))}
FUNCTIONS = {
    "gcd": gcd,
    "lcm": lcm,
    "ceil": lambda a, b: -(-a // b),
    "floor": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}


@dataclass(slots=True)
class Quantity:
    """Something with a number.

    Attributes:
        value: its exact value.
        name: how facts refer to it: the number itself when the story tells it, `q3` when it has to be found.
        label: how a step calls it.
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
    facts: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    count: int = 0
    graph: dict[str, str] = field(default_factory=dict)
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
        """A number of a story: mostly small, often round, within [low, high] and the story's own limit."""
        high = max(low, min(high, self.largest))
        draw = self.rng.random()
        if draw < 0.5 and low <= 12:
            return self.rng.randint(low, min(high, 12))
        if draw < 0.75 and high >= 20:
            unit = 5 if high < 60 else 10 if high < 400 else 50
            return max(low, self.rng.randint(-(-low // unit), high // unit) * unit)
        return self.rng.randint(low, high)

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
        """The number as the story tells it: in digits, or up to twelve now and then in a word."""
        if isinstance(value, int) and value in SPELLED and self.chance(self.word_rate):
            return SPELLED[value]
        return f"{value:,}" if isinstance(value, int) and value >= 1000 and self.chance(0.5) else written(value)

    def rate(self, whole: Quantity, *rates: int) -> int:
        """One of these percentages, so that it gives a whole number, or Retry."""
        fitting = [rate for rate in rates if whole.value * rate % 100 == 0]
        if not fitting:
            raise Retry
        return self.choose(*fitting)

    # Quantities

    def given(self, value: Number, *clauses: Clause, label: str = "") -> Quantity:
        """A quantity that the story tells."""
        return Quantity(value, written(value), label, clauses)

    def _known(self, value: Number | Quantity) -> Quantity:
        return value if isinstance(value, Quantity) else Quantity(value, written(value))

    def he(self, who) -> str:
        """The pronoun for somebody in a question, or the name where the pronoun could mean another."""
        return who.name if self.cast.ambiguous(who) else who.he

    def _result(self, label: str, sign: str, parts: Sequence[Number | Quantity], value: Number) -> Quantity:
        known = [self._known(part) for part in parts]
        value = tidy(value)
        if not 0 < value <= self.limit:
            raise Retry
        name = self._new()
        numbers = [written(part.value) for part in known]
        scratch = _scratch(known, sign) if len(known) == 2 else None
        if scratch:
            self.steps.append(scratch)
        label = label or "Result"
        self.steps.append(f"{label[0].upper()}{label[1:]}: <<{sign.join(numbers)}={written(value)}>>")
        inner = [self.graph.get(part.name, "_") for part in known]
        self.graph[name] = "(" + sign.join(sorted(inner) if sign in "+*" else inner) + ")"
        return Quantity(value, name, label, _together(known))

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
        """`rate` percent of something, in one step; told by the caller."""
        known = self._known(whole)
        value = Fraction(known.value * rate, 100)
        if value.denominator > 1:
            raise Retry
        result = self._result(label, "*", (known, rate), value * 100)
        number = written(known.value)
        self.steps[-1] = f"{label[0].upper()}{label[1:]}: <<{number}*{rate}/100={written(value)}>>"
        self.graph[result.name] = f"%{self.graph.get(known.name, '_')}"
        return Quantity(tidy(value), result.name, label, result.clauses)

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
        self.steps[-1] = f"{capital(label)}: {self.steps[-1]}"
        self.fact(result, function, one, two)
        return result

    # Facts

    def fact(self, result: Number | Quantity, sign: str, *parts: Number | Quantity | str) -> None:
        """`result` is the sum (`+`), the product (`*`) or the named function of the parts."""
        names = [part if isinstance(part, str) else self._known(part).name for part in parts]
        if sign in "+*":
            names.sort()
        self.facts.append(f"{self._known(result).name} {sign} {' '.join(names)}")


def _scratch(parts: Sequence[Quantity], sign: str) -> str | None:
    """The product of two longer numbers, split into products that can be done in the head."""
    a, b = sorted((part.value for part in parts), reverse=True)
    if (
        sign != "*"
        or not (isinstance(a, int) and isinstance(b, int))
        or b < 13
        or a % 10 == 0
        or b % 10 == 0
        or b > 99
    ):
        return None
    tens, ones = b // 10 * 10, b % 10
    return f"{a}*{tens}={a * tens}, {a}*{ones}={a * ones}, {a * tens}+{a * ones}={a * b}"


def _worked(function: str, x: int, y: int, value: int) -> list[str]:
    """The steps of a rounded division, a common divisor or a common multiple."""
    whole, rest = divmod(x, y)
    if function == "mod":
        return [f"<<{y}*{whole}={y * whole}>>", f"<<{x}-{y * whole}={rest}>>"]
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
