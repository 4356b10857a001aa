"""Small classes: a state, and methods drawn from those that fit it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Method:
    """A method of a class.

    Attributes:
        name: with alternatives, separated by spaces.
        given: its parameters besides `self`.
        told: what it does; `{a}` is the attribute, `{k}` a constant.
        code: its lines.
        run: `(state, arguments, k) -> (state, returned)`, written without the class.
        arguments: `(rng, state) -> arguments`.
        constants: choices for `k`.
    """

    name: str
    given: str
    told: str
    code: tuple[str, ...]
    run: Callable[[Any, tuple, Any], tuple[Any, Any]]
    arguments: Callable[[Random, Any], tuple] = lambda rng, state: ()
    constants: tuple = ("",)


@dataclass(frozen=True)
class Kind:
    """Classes with the same sort of state.

    Attributes:
        names: of the class with its attribute: `Account balance`.
        given: parameters of the constructor.
        start: lines of the constructor.
        told: how the state begins.
        begin: `(rng) -> arguments of the constructor`.
        state: the state that these arguments give.
        methods: to choose from; those before `always` are always there.
    """

    key: str
    names: tuple[str, ...]
    given: str
    start: tuple[str, ...]
    told: str
    begin: Callable[[Random], tuple]
    state: Callable[[tuple], Any]
    methods: tuple[Method, ...]
    always: int = 1


def amount(rng: Random, state: Any) -> tuple:
    return (rng.choice((rng.randint(1, 9), rng.randint(1, 30))),)


def near(rng: Random, state: Any) -> tuple:
    return (max(0, state + rng.choice((-1, 0, 1, -5, 4))),)


NUMBER = (
    Method("get read current", "", "returns the {a}", ("return self.{a}",), lambda s, g, k: (s, s)),
    Method("add increase raise_by", "n", "adds n to the {a} and returns the new {a}",
           ("self.{a} += n", "return self.{a}"), lambda s, g, k: (sum((s, *g)),) * 2, amount),
    Method("subtract decrease lower_by", "n", "subtracts n from the {a} and returns the new {a}",
           ("self.{a} -= n", "return self.{a}"), lambda s, g, k: (-(g[0] - s),) * 2, amount),
    Method("take withdraw use", "n", "subtracts n from the {a} and returns True if the {a} is at least n; otherwise "
       "it "
           "changes nothing and returns False",
           ("if n > self.{a}:", "    return False", "self.{a} -= n", "return True"),
           lambda s, g, k: (s - g[0], True) if s - g[0] >= 0 else (s, False), near),
    Method("double", "", "doubles the {a} and returns it", ("self.{a} *= 2", "return self.{a}"),
           lambda s, g, k: (s + s, s + s)),
    Method("step tick bump", "", "adds {k} to the {a} and returns the new {a}", ("self.{a} += {k}", "return self.{a}"),
           lambda s, g, k: (s + k, s + k), constants=(1, 2, 3, 5, 10)),
    Method("reset clear restart", "", "sets the {a} to {k}", ("self.{a} = {k}",), lambda s, g, k: (k, None),
           constants=(0, 1, 10, 100)),
    Method("is_above exceeds more_than", "limit", "returns True if the {a} is greater than limit, otherwise False",
           ("return self.{a} > limit",), lambda s, g, k: (s, g[0] - s < 0), near),
    Method("is_even", "", "returns True if the {a} is even, otherwise False", ("return self.{a} % 2 == 0",),
           lambda s, g, k: (s, not s & 1)),
    Method("cap limit_to", "most", "lowers the {a} to most if it is greater than that, and returns the {a}",
           ("self.{a} = min(self.{a}, most)", "return self.{a}"), lambda s, g, k: (sorted((s, g[0]))[0],) * 2, near),
    Method("multiple_of divides_by", "n", "returns True if the {a} is divisible by n, otherwise False",
           ("return self.{a} % n == 0",), lambda s, g, k: (s, s // g[0] * g[0] == s),
           lambda rng, s: (rng.choice((2, 3, 5)),)),
    Method("missing left_to remaining", "", "returns how much the {a} is below {k}, or 0 if it is not below",
           ("return max(0, {k} - self.{a})",), lambda s, g, k: (s, k - s if s <= k else 0), constants=(20, 30, 50,
            100)),
)  # fmt: skip
LIST = (
    Method("add push append_item", "item", "adds item at the end of the {a}", ("self.{a}.append(item)",),
           lambda s, g, k: ([*s, *g], None), amount),
    Method("size count length", "", "returns the number of {a}", ("return len(self.{a})",),
           lambda s, g, k: (s, sum(1 for _ in s))),
    Method("pop take_last remove_last", "", "removes the last of the {a} and returns it, or returns None if there "
       "are none",
           ("return self.{a}.pop() if self.{a} else None",), lambda s, g, k: (s[:-1], s[-1] if s else None)),
    Method("take_first dequeue next_item", "", "removes the first of the {a} and returns it, or returns None if there "
           "are none", ("if not self.{a}:", "    return None", "return self.{a}.pop(0)"),
           lambda s, g, k: (s[1:], next(iter(s), None))),
    Method("peek top last", "", "returns the last of the {a} without removing it, or None if there are none",
           ("return self.{a}[-1] if self.{a} else None",), lambda s, g, k: (s, next(reversed(s), None))),
    Method("total sum_all", "", "returns the sum of the {a}", ("return sum(self.{a})",),
           lambda s, g, k: (s, sum(x * s.count(x) for x in {*s}))),
    Method("largest maximum highest", "", "returns the largest of the {a}, or {k} if there are none",
           ("return max(self.{a}, default={k})",), lambda s, g, k: (s, sorted(s)[-1] if s else k), constants=(0, -1,
            None)),
    Method("contains has includes", "item", "returns True if item is among the {a}, otherwise False",
           ("return item in self.{a}",), lambda s, g, k: (s, s.count(g[0]) > 0),
           lambda rng, s: (rng.choice([*s, 4, 9]),)),
    Method("count_above how_many_above", "limit", "returns how many of the {a} are greater than limit",
           ("return sum(1 for item in self.{a} if item > limit)",),
           lambda s, g, k: (s, len([x for x in s if not x <= g[0]])), lambda rng, s: (rng.choice([*s, 5, 10]),)),
    Method("drop_below remove_small", "limit", "removes all of the {a} that are less than limit",
           ("self.{a} = [item for item in self.{a} if item >= limit]",),
           lambda s, g, k: ([x for x in s if not x < g[0]], None), lambda rng, s: (rng.choice([*s, 5]),)),
    Method("flip turn_around", "", "reverses the order of the {a}", ("self.{a} = self.{a}[::-1]",),
           lambda s, g, k: ([*reversed(s)], None)),
    Method("is_full", "", "returns True if there are at least {k} {a}, otherwise False",
           ("return len(self.{a}) >= {k}",), lambda s, g, k: (s, bool(s[k - 1 :])), constants=(2, 3, 4)),
    Method("in_order ordered", "", "returns the {a} in ascending order as a new list", ("return sorted(self.{a})",),
           lambda s, g, k: (s, [x for v in range(100) for x in s if x == v])),
)  # fmt: skip
NAMES = ("tea", "milk", "salt", "rice")


def entry(rng: Random, state: dict) -> tuple:
    return rng.choice(NAMES), rng.randint(1, 9)


def some(rng: Random, state: dict) -> tuple:
    return (rng.choice(NAMES),)


DICT = (
    Method("add put record", "name, n", "adds n to the number stored for name, which counts as 0 when it is new",
           ("self.{a}[name] = self.{a}.get(name, 0) + n",),
           lambda s, g, k: ({**s, g[0]: sum((s.get(g[0], 0), g[1]))}, None), entry),
    Method("get amount_of look_up", "name", "returns the number stored for name, or {k} if there is none",
           ("return self.{a}.get(name, {k})",), lambda s, g, k: (s, s[g[0]] if g[0] in s else k), some,
           (0, -1, None)),
    Method("total sum_all", "", "returns the sum of all stored numbers", ("return sum(self.{a}.values())",),
           lambda s, g, k: (s, sum(v for _, v in s.items()))),
    Method("best most top", "", "returns the name with the largest number, the one stored first in case of a tie, or "
       "None if "
           "nothing is stored", ("if not self.{a}:", "    return None", "return max(self.{a}, key=self.{a}.get)"),
           lambda s, g, k: (s, next((n for n in s if s[n] == sorted(s.values())[-1]), None))),
    Method("remove forget delete", "name", "removes name and returns its number, or returns None if it is not stored",
           ("return self.{a}.pop(name, None)",),
           lambda s, g, k: ({n: v for n, v in s.items() if n != g[0]}, s.get(g[0])), some),
    Method("names keys_sorted list_names", "", "returns the stored names in alphabetical order as a list",
           ("return sorted(self.{a})",), lambda s, g, k: (s, [n for n in sorted(NAMES) if n in s])),
    Method("size count", "", "returns how many names are stored", ("return len(self.{a})",),
           lambda s, g, k: (s, sum(1 for _ in s))),
    Method("at_least names_with", "n", "returns the list of the names whose number is at least n, in the order in "
       "which they "
           "were first stored", ("return [name for name, value in self.{a}.items() if value >= n]",),
           lambda s, g, k: (s, [x for x in s if not s[x] < g[0]]), lambda rng, s: (rng.choice([*s.values(), 4]),)),
    Method("has knows", "name", "returns True if name is stored, otherwise False", ("return name in self.{a}",),
           lambda s, g, k: (s, [*s].count(g[0]) > 0), some),
)  # fmt: skip
RECTANGLE = (
    Method("area", "", "returns the area", ("return self.width * self.height",),
           lambda s, g, k: (s, sum(s[0] for _ in range(s[1])))),
    Method("perimeter", "", "returns the perimeter", ("return 2 * (self.width + self.height)",),
           lambda s, g, k: (s, sum(s) + sum(s))),
    Method("is_square", "", "returns True if width and height are equal, otherwise False",
           ("return self.width == self.height",), lambda s, g, k: (s, len({*s}) == 1)),
    Method("scale grow", "factor", "multiplies width and height by factor",
           ("self.width *= factor", "self.height *= factor"),
           lambda s, g, k: ((s[0] * g[0], s[1] * g[0]), None), lambda rng, s: (rng.randint(2, 4),)),
    Method("widen", "n", "adds n to the width and returns the new width", ("self.width += n", "return self.width"),
           lambda s, g, k: ((s[0] + g[0], s[1]), s[0] + g[0]), amount),
    Method("turn rotate", "", "exchanges width and height", ("self.width, self.height = self.height, self.width",),
           lambda s, g, k: (s[::-1], None)),
    Method("fits_in fits", "width, height", "returns True if the rectangle, without turning it, is at most width "
       "wide and "
           "at most height high, otherwise False", ("return self.width <= width and self.height <= height",),
           lambda s, g, k: (s, not (s[0] > g[0] or s[1] > g[1])),
           lambda rng, s: (s[0] + rng.choice((-1, 0, 0, 1, 2)), s[1] + rng.choice((-1, 0, 0, 1, 2)))),
    Method("longer_side", "", "returns the longer of the two sides", ("return max(self.width, self.height)",),
           lambda s, g, k: (s, sorted(s)[-1])),
    Method("with_border", "", "returns the area of the rectangle together with a border of width {k} all around it",
           ("return (self.width + 2 * {k}) * (self.height + 2 * {k})",),
           lambda s, g, k: (s, s[0] * s[1] + 2 * k * (s[0] + s[1]) + 4 * k * k), constants=(1, 2, 3)),
)  # fmt: skip
POINT = (
    Method("position as_tuple", "", "returns the tuple (x, y)", ("return (self.x, self.y)",), lambda s, g, k: (s, s)),
    Method("move shift", "dx, dy", "adds dx to x and dy to y", ("self.x += dx", "self.y += dy"),
           lambda s, g, k: ((s[0] + g[0], s[1] + g[1]), None), lambda rng, s: (rng.randint(-5, 5), rng.randint(-5,
           5))),
    Method("up north", "", "increases y by {k}", ("self.y += {k}",), lambda s, g, k: ((s[0], s[1] + k), None),
           constants=(1, 2, 5)),
    Method("left west", "", "decreases x by {k}", ("self.x -= {k}",), lambda s, g, k: ((s[0] - k, s[1]), None),
           constants=(1, 2, 5)),
    Method("mirror flip", "", "changes the sign of x", ("self.x = -self.x",), lambda s, g, k: ((0 - s[0], s[1]),
       None)),
    Method("swap exchange", "", "exchanges x and y", ("self.x, self.y = self.y, self.x",), lambda s, g, k: (s[::-1],
       None)),
    Method("steps_home distance", "", "returns the sum of the absolute values of x and y",
           ("return abs(self.x) + abs(self.y)",), lambda s, g, k: (s, max(s[0], -s[0]) + max(s[1], -s[1]))),
    Method("is_home at_origin", "", "returns True if x and y are both 0, otherwise False",
           ("return self.x == 0 and self.y == 0",), lambda s, g, k: (s, s == (0, 0))),
    Method("right_of is_right_of", "x", "returns True if the point lies further to the right than x, otherwise False",
           ("return self.x > x",), lambda s, g, k: (s, s[0] - g[0] > 0),
           lambda rng, s: (s[0] + rng.choice((-2, -1, 0, 1)),)),
)  # fmt: skip
KINDS = (
    Kind("number", ("Account balance", "Counter count", "Score points", "Tank level", "Battery charge",
       "Wallet money"),
         "{a}", ("self.{a} = {a}",), "is created with the starting {a}", lambda rng: (rng.randint(0, 25),),
         lambda g: g[0],
         NUMBER),
    Kind("zero", ("Counter count", "Score points", "Meter value", "Tally total", "Odometer distance"), "",
         ("self.{a} = 0",), "starts with the {a} 0", lambda rng: (), lambda g: 0, NUMBER, 2),
    Kind("list", ("Stack items", "Queue items", "Box things", "Deck cards", "Log entries", "Basket numbers",
       "Shelf books"),
         "", ("self.{a} = []",), "starts without any {a}", lambda rng: (), lambda g: [], LIST, 1),
    Kind("given_list", ("Series values", "Sample numbers", "Scores points", "Bag items"), "{a}",
         ("self.{a} = list({a})",), "is created with a list of {a}, which it copies",
         lambda rng: ([rng.randint(0, 12) for _ in range(rng.randint(0, 4))],), lambda g: [*g[0]], LIST, 0),
    Kind("dict", ("Inventory stock", "Votes counts", "Ledger amounts", "Pantry stock"), "", ("self.{a} = {}",),
         "starts empty", lambda rng: (), lambda g: {}, DICT, 2),
    Kind("rectangle", ("Rectangle sides", "Field sides", "Window sides", "Picture sides"), "width, height",
         ("self.width = width", "self.height = height"), "is created with a width and a height",
         lambda rng: (w := rng.randint(1, 9), rng.choice((w, rng.randint(1, 9)))), lambda g: g, RECTANGLE, 1),
    Kind("point", ("Point place", "Robot place", "Cursor place", "Turtle place"), "x, y", ("self.x = x", "self.y = y"),
         "is created with the numbers x and y", lambda rng: (rng.randint(-5, 5), rng.randint(-5, 5)), lambda g: g,
         POINT, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """A method with its name and constant."""

    method: Method
    name: str
    k: Any

    def fill(self, text: str, attribute: str) -> str:
        return text.replace("{a}", attribute).replace("{k}", repr(self.k))


@dataclass(frozen=True)
class SmallClass:
    """A class that was drawn: how it is told, its program, its tests."""

    name: str
    given: str
    told: str
    methods: tuple[tuple[str, str], ...]
    source: str
    tests: tuple[str, ...]
    canonical: str


def draw_class(rng: Random, methods: int) -> SmallClass | None:
    """A class with so many methods, or nothing when its tests would tell too little."""
    kind = rng.choice(KINDS)
    name, attribute = rng.choice(kind.names).split()
    options = [*kind.methods[: kind.always], *rng.sample(kind.methods[kind.always :], methods - kind.always)]
    chosen: list[Chosen] = []
    for method in options:
        names = [n for n in method.name.split() if n not in (attribute, *(c.name for c in chosen))]
        if not names:
            return None
        chosen.append(Chosen(method, rng.choice(names), rng.choice(method.constants)))
    rng.shuffle(chosen)
    tests = draw_tests(rng, kind, chosen, name)
    if len(tests) < 4:
        return None
    own = [c.fill("\n        ".join(c.method.code), attribute) for c in chosen]
    start = "\n        ".join(kind.start).replace("{a}", attribute)
    given = kind.given.replace("{a}", attribute)
    source = f"class {name}:\n    def __init__(self{', ' if given else ''}{given}):\n        {start}\n"
    told = []
    for c, lines in zip(chosen, own, strict=True):
        parameters = f", {c.method.given}" if c.method.given else ""
        source += f"\n    def {c.name}(self{parameters}):\n        {lines}\n"
        told.append((f"{c.name}({c.method.given})", c.fill(c.method.told, attribute)))
    parts = sorted(f"{c.method.name.split()[0]}={c.k}" for c in chosen)
    return SmallClass(name, given, kind.told.replace("{a}", attribute), tuple(told), source, tuple(tests),
                      f"class {kind.key}:{','.join(parts)}")  # fmt: skip


def draw_tests(rng: Random, kind: Kind, chosen: list[Chosen], name: str) -> list[str]:
    """Assert statements, each with a new object and some calls; together they call every method at least twice."""
    tests: dict[str, None] = {}
    calls = {c.name: 0 for c in chosen}
    variable = name[0].lower()
    for _ in range(8):
        arguments = kind.begin(rng)
        state = kind.state(arguments)
        order = [rng.choice(chosen) for _ in range(rng.randint(1, 2))] + rng.sample(chosen, len(chosen))
        if kind.key in ("list", "zero", "dict", "given_list"):
            first = [c for c in chosen if c.method in kind.methods[: max(kind.always, 1)]] * 2
            order = first[: rng.randint(0, 3)] + order
        made = f"({variable} := {name}({', '.join(map(repr, arguments))}))"
        texts, values = [], []
        for c in order[:6]:
            given = c.method.arguments(rng, state)
            state, value = c.method.run(state, given, c.k)
            texts.append(f"{variable if texts else made}.{c.name}({', '.join(map(repr, given))})")
            values.append(value)
            calls[c.name] += 1
        tests[f"assert [{', '.join(texts)}] == {values!r}"] = None
    return list(tests)[:8] if min(calls.values()) >= 2 else []
