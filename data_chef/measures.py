"""What the tasks about measures share: steps for the head, clocks, calendars, tables, reading a question back."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random

from data_chef.item import Problem
from data_chef.nouns import NAMES


Number = int | Decimal
LENGTHS = ("cm", "m", "mm", "ft", "yd")
OUTDOORS = ("m", "ft")
# Sides of right triangles without a common factor, the shorter leg first.
TRIPLES = (
    (3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (12, 35, 37), (9, 40, 41), (28, 45, 53),
    (11, 60, 61), (16, 63, 65), (33, 56, 65), (48, 55, 73), (13, 84, 85), (36, 77, 85), (39, 80, 89), (65, 72, 97),
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_LENGTH_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# --- steps for the head -----------------------------------------------------------------------------------------


def plain(value: Number | Fraction) -> str:
    """A whole or decimal number without needless zeros: `12`, `0.5`. A fraction must have a finite decimal form."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / value.denominator
    return f"{value.normalize():f}" if value else "0"


def bracket(number: int) -> str:
    """A number as it stands behind a sign: `7`, `(-7)`."""
    return str(number) if number >= 0 else f"({number})"


def places(value: Number) -> list[Number]:
    """The parts of a number by place: 347 is 300, 40, 7 and 3.05 is 3, 0.05."""
    whole, _, rest = plain(value).partition(".")
    parts: list[Number] = [int(d) * 10 ** (len(whole) - 1 - i) for i, d in enumerate(whole) if d != "0"]
    return parts + [Decimal(f"0.{'0' * i}{d}") for i, d in enumerate(rest) if d != "0"]


def _in_one_step(a: Number, b: Number, sign: str) -> bool:
    """Whether a sum or difference is short, adds a single place, or has no carry and no borrow."""
    scale = 10 ** max(len(plain(n).partition(".")[2]) for n in (a, b))
    x, y = str(int(a * scale)), str(int(b * scale))
    if (len(x) <= 2 and len(y) <= 2) or len(y.strip("0")) <= 1:
        return True
    columns = list(zip(x[::-1], y[::-1], strict=False))
    if sign == "+":
        return max(len(x), len(y)) <= 4 and all(int(p) + int(q) < 10 for p, q in columns)
    return len(x) <= 4 and all(int(p) >= int(q) for p, q in columns)


def _place_by_place(a: Number, b: Number, sign: str) -> str:
    parts = [b] if _in_one_step(a, b, sign) else places(b)
    sides = [f"{plain(a)}{sign}{plain(b)}"] if len(parts) > 1 else []
    while parts:
        sides.append(plain(a) + "".join(sign + plain(part) for part in parts))
        part = parts.pop(0)
        a = a + part if sign == "+" else a - part
    return "=".join([*sides, plain(a)])


def plus(a: Number, b: Number) -> str:
    """`12+34=46`, or place by place: `347+285=347+200+80+5=547+80+5=627+5=632`."""
    return _place_by_place(a, b, "+")


def minus(a: Number, b: Number) -> str:
    """`46-12=34`, or place by place: `632-285=632-200-80-5=432-80-5=352-5=347`."""
    return _place_by_place(a, b, "-")


def sums(values: Iterable[Number]) -> str:
    """The values added up one after the other, a line each; a single value stands alone."""
    total, *rest = values
    lines = []
    for value in rest:
        lines.append(plus(total, value))
        total += value
    return "\n".join(lines) or plain(total)


def _shifted(value: Number) -> tuple[int, int]:
    """A number as whole digits without zeros at the end and a power of ten: 340 is 34, 1 and 3.14 is 314, -2."""
    _, digits, exponent = Decimal(value).normalize().as_tuple()
    return int("".join(map(str, digits))), int(exponent)


def times(a: Number, b: Number) -> str:
    """A product in lines that each take little: `34*7=30*7+4*7=210+28=238`; two-digit factors take several."""
    (x, up), (y, more) = _shifted(a), _shifted(b)
    goal = f"{plain(a)}*{plain(b)}"
    if (x <= 12 and y <= 12 and up + more >= 0) or min(x, y) <= 1:
        return f"{goal}={plain(a * b)}"
    if (a, b) != (x, y):
        shift = up + more
        move = f"*{10**shift}" if shift > 0 else f"/{10**-shift}" if shift < 0 else ""
        return f"{times(x, y)}\n{goal}={x * y}{move}" + (f"={plain(a * b)}" if move else "")
    if min(x, y) < 10:
        small, large = min(x, y), max(x, y)
        if all(int(digit) * small < 10 for digit in str(large)):
            return f"{goal}={x * y}"
        parts = [int(part) * small for part in places(large)]
        split = "+".join(f"{part}*{small}" for part in places(large))
        tails = ["+".join(map(str, [sum(parts[:i]), *parts[i:]])) for i in range(1, len(parts))]
        return "=".join([goal, split, *tails, str(x * y)])
    by_place = places(y)
    lines = [f"{goal}=" + "+".join(f"{x}*{part}" for part in by_place)]
    lines += [times(x, part) for part in by_place]
    return "\n".join([*lines, sums([x * part for part in by_place])])


def over(a: int, b: int) -> str:
    """A division without rest: `84/7=12`, `936/4=(800+120+16)/4=200+30+4=234`."""
    quotient = a // b
    if quotient * b != a:
        raise ValueError(f"{b} does not divide {a}")
    if (quotient <= 12 and b <= 12) or len(places(quotient)) <= 1 or b in (1, 10, 100, 1000):
        return f"{a}/{b}={quotient}"
    if a % 10 == b % 10 == 0:
        return f"{a}/{b}={over(a // 10, b // 10)}"
    parts = [int(part) for part in places(quotient)]
    split, results = "+".join(str(part * b) for part in parts), "+".join(map(str, parts))
    return f"{a}/{b}=({split})/{b}={results}={quotient}"


def with_signs(a: int, sign: str, b: int) -> str:
    """A product or an exact quotient of numbers that may be negative; larger ones first without their signs."""
    steps = (times if sign == "*" else over)(abs(a), abs(b))
    if a >= 0 and b >= 0:
        return steps
    value = int(steps.rpartition("=")[2])
    last = f"{a}{sign}{bracket(b)}={-value if (a < 0) != (b < 0) else value}"
    return last if abs(b) <= 12 and min(abs(a), value) <= 12 else f"{steps}\n{last}"


def split_off(number: int, size: int) -> str:
    """How often a size goes into a number: `50=7*7+1`, or digit by digit, `300=40*7+20`, `20=2*7+6`, `300=42*7+6`."""
    quotient, rest = divmod(number, size)
    if len(places(quotient)) <= 1 or quotient <= 12 or size in (10, 100, 1000):
        return f"{number}={quotient}*{size}+{rest}"
    lines, left = [], number
    for part in map(int, places(quotient)):
        lines.append(f"{left}={part}*{size}+{left - part * size}")
        left -= part * size
    return "\n".join([*lines, f"{number}={quotient}*{size}+{rest}"])


# --- reading steps and questions back ---------------------------------------------------------------------------


_SIDE = r"(?:pi|[-+*/^().\d])+"
_CHAIN = re.compile(rf"{_SIDE}(?:={_SIDE})+")
_PI = 1000003  # stands for pi, which no whole number up to this one can pass for


def _value(side: str) -> Fraction | int:
    if side.isdigit():
        return int(side)
    side = re.sub("pi", str(_PI), side).replace("^", "**")
    if "/" in side or "." in side:
        side = re.sub(r"\d+(?:\.\d+)?", lambda m: f"F('{m.group()}')", side)
    return eval(side, {"F": Fraction, "__builtins__": {}})  # noqa: S307  nothing but digits and signs reaches it


def steps_hold(text: str) -> bool:
    """Whether every `=` that a space does not follow stands between two expressions of exactly the same value."""
    chains = _CHAIN.findall(text)
    if sum(chain.count("=") for chain in chains) != len(re.findall(r"=(?! )", text)):
        return False
    try:
        return all(len({_value(side) for side in chain.split("=")}) == 1 for chain in chains)
    except (SyntaxError, TypeError, ValueError, ZeroDivisionError):
        return False


def answered(problem: Problem) -> float:
    """The answer as a whole number; nan, which equals nothing, when it is none."""
    return int(problem.answer) if re.fullmatch(r"-?\d+", problem.answer) else math.nan


def sound(problem: Problem, expected: str) -> bool:
    """Whether the answer is the expected one, the solution ends with it and all its steps hold."""
    before = problem.solution[: -len(expected)]
    return (
        problem.answer == expected
        and problem.solution.endswith(expected)
        and not re.search(r"[\w./-]\Z", before)
        and steps_hold(problem.solution)
    )


@cache
def _pattern(template: str) -> re.Pattern[str]:
    first, *rest = re.split(r"\{(\w+)\}", template)
    pattern, seen = re.escape(first), set()
    for name, after in zip(rest[::2], rest[1::2], strict=True):
        pattern += (f"(?P={name})" if name in seen else f"(?P<{name}>.+?)") + re.escape(after)
        seen.add(name)
    return re.compile(pattern, re.DOTALL)


def _read_number(text: str):
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return Fraction(text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def read(templates: Iterable[str], question: str) -> dict:
    """What stands in the places of the one template that the question was made of; numbers as numbers.

    Raises:
        ValueError: the question fits none of the templates.
    """
    for template in templates:
        if match := _pattern(template).fullmatch(question):
            return {name: _read_number(text) for name, text in match.groupdict().items()}
    raise ValueError(f"{question!r} fits none of the phrasings")


def read_kind(phrasings: Mapping[str, Iterable[str]], question: str) -> tuple[str, dict]:
    """The kind whose phrasing the question has, and what `read` finds there."""
    for kind, templates in phrasings.items():
        for template in templates:
            if _pattern(template).fullmatch(question):
                return kind, read((template,), question)
    raise ValueError(f"{question!r} fits none of the phrasings")


# --- clocks and calendars ---------------------------------------------------------------------------------------


def clock(minutes: int, hours: int) -> str:
    """The time of day that many minutes after midnight, on a clock of 12 or 24 hours: `3:05 PM`, `15:05`."""
    hour, minute = divmod(minutes % 1440, 60)
    if hours == 24:
        return f"{hour}:{minute:02}"
    return f"{(hour - 1) % 12 + 1}:{minute:02} {'PM' if hour >= 12 else 'AM'}"


def minutes_of(time: str) -> int:
    """Minutes after midnight of `3:05 PM` or `15:05`."""
    hour, minute = (int(number) for number in re.findall(r"\d+", time))
    if time[-1] == "M":
        hour = hour % 12 + 12 * ("PM" in time)
    return 60 * hour + minute


def times_agree(text: str) -> bool:
    """Whether every `3:05 PM is 15:05` in a text, either way round, names the same minute twice."""
    pairs = re.findall(r"(\d+:\d\d(?: [AP]M)?) is (\d+:\d\d(?: [AP]M)?)", text)
    return all(minutes_of(one) == minutes_of(other) for one, other in pairs)


def duration(minutes: int) -> str:
    """`2 hours 30 minutes`, `1 hour`, `45 minutes`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(counted(n, unit) for n, unit in ((hours, "hour"), (rest, "minute")) if n) or "0 minutes"


def gap_lines(start: int, end: int) -> list[str]:
    """From one time to a later one, both in minutes: minutes and hours each for themselves, borrowing an hour."""
    (hour, minute), (last_hour, last_minute) = divmod(start, 60), divmod(end, 60)
    if last_minute >= minute:
        return [f"minutes: {last_minute}-{minute}={last_minute - minute}", f"hours: {minus(last_hour, hour)}"]
    more = last_minute + 60
    lines = [f"minutes: {last_minute}+60={more}", f"{more}-{minute}={more - minute}"]
    return [*lines, f"hours, one less: {minus(last_hour, 1)}", minus(last_hour - 1, hour)]


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(month: int, leap: bool = False) -> int:
    """Days in a month, 1 to 12."""
    return 29 if month == 2 and leap else _LENGTH_OF_MONTH[month - 1]


def month_fact(month: int, year: int) -> str:
    """`April has 30 days`; February with its year."""
    return f"{MONTHS[month - 1]}{f' {year}' if month == 2 else ''} has {month_length(month, is_leap(year))} days"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def counted(number: Number, unit: str) -> str:
    """`1 day`, `2 days`; the unit is given in the singular."""
    irregular = {"foot": "feet", "inch": "inches", "penny": "pennies"}
    return f"{plain(number)} {unit if number == 1 else irregular.get(unit, unit + 's')}"


def money(cents: int) -> str:
    """`$4.05` for 405 cents."""
    return f"${cents // 100}.{cents % 100:02}"


# --- tables -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Theme:
    """What a table is about, and how one speaks of it; {r} and {s} are rows, {c} is a column.

    Attributes:
        title: what the rows are, the head of their column.
        rows: names to take for the rows.
        columns: things that are counted.
        one: after `How many apples`, for one row.
        all: after `How many apples`, for all rows.
        two: after `How many more apples`, to compare two rows.
        which: asks for the row with the {most} of a column.
        sum_of: what the columns are together.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    one: str
    all: str
    two: str
    which: str
    sum_of: str


THEMES = (
    Theme("Name", tuple(NAMES), ("apples", "pears", "plums", "cherries", "peaches"), "did {r} pick",
          "did they pick", "did {r} pick than {s}", "Who picked the {most} {c}?", "pieces of fruit"),
    Theme("Name", tuple(NAMES), ("stamps", "coins", "shells", "marbles", "stickers"), "does {r} have",
          "do they have", "does {r} have than {s}", "Who has the {most} {c}?", "things"),
    Theme("Day", WEEKDAYS, ("cars", "buses", "bikes", "trucks", "vans"), "passed on {r}",
          "passed", "passed on {r} than on {s}", "On which day did the {most} {c} pass?", "vehicles"),
    Theme("Month", MONTHS, ("books", "pens", "maps", "cards", "games"), "were sold in {r}",
          "were sold", "were sold in {r} than in {s}", "In which month were the {most} {c} sold?", "articles"),
    Theme("Class", ("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B"), ("chairs", "desks", "lamps", "books", "boxes"),
          "does class {r} have", "do the classes have", "does class {r} have than class {s}",
          "Which class has the {most} {c}?", "objects"),
    Theme("Farm", ("Hill", "Lake", "Oak", "River", "Stone", "Valley", "Meadow"),
          ("cows", "pigs", "hens", "goats", "horses"), "live on the {r} farm", "live on the farms",
          "live on the {r} farm than on the {s} farm", "Which farm has the {most} {c}?", "animals"),
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Numbers, or times, by row and column."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple, ...]

    def column(self, name: str) -> list:
        return [row[self.columns.index(name)] for row in self.cells]

    def row(self, name: str) -> list:
        return list(self.cells[self.rows.index(name)])

    def canonical(self) -> str:
        lines = [f"{name}:{','.join(map(str, cells))}" for name, cells in zip(self.rows, self.cells, strict=True)]
        return f"{','.join(self.columns)};{';'.join(lines)}"


def draw_table(rng: Random, rows: int, columns: int, high: int, step: int = 1) -> tuple[Theme, Table]:
    """A table of multiples of `step` up to `high`, the numbers of a column all different, and what it is about."""
    theme = rng.choice([theme for theme in THEMES if len(theme.rows) >= rows])
    names = rng.sample(theme.rows, rows)
    if theme.rows in (WEEKDAYS, MONTHS):
        names.sort(key=theme.rows.index)
    by_column = [rng.sample(range(step, high + 1, step), rows) for _ in range(columns)]
    titles = tuple(rng.sample(theme.columns, columns))
    return theme, Table(tuple(names), titles, tuple(zip(*by_column, strict=True)))


def table_text(rng: Random, title: str, table: Table) -> str:
    """The table as lines of text: with bars, with commas or in columns of spaces."""
    lines = [[title, *table.columns]]
    lines += [[name, *map(str, cells)] for name, cells in zip(table.rows, table.cells, strict=True)]
    form = rng.choice(("bars", "markdown", "commas", "spaces"))
    if form == "commas":
        return "\n".join(",".join(line) for line in lines)
    if form == "bars":
        return "\n".join(" | ".join(line) for line in lines)
    if form == "markdown":
        rule = "|" + " --- |" * len(lines[0])
        return "\n".join([f"| {' | '.join(lines[0])} |", rule, *(f"| {' | '.join(line)} |" for line in lines[1:])])
    widths = [max(map(len, column)) + 2 for column in zip(*lines, strict=True)]
    return "\n".join("".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def framed(rng: Random, title: str, table: Table, ask: str) -> str:
    """A question about a table together with the table, in one of several orders."""
    return rng.choice(_FRAMES).format(ask=ask, table=table_text(rng, title, table))


_FRAMES = (
    "{table}\n\n{ask}",
    "{table}\n{ask}",
    "{ask}\n\n{table}",
    "Look at the table.\n{table}\n{ask}",
    "Here is a table.\n\n{table}\n\n{ask}",
    "Use the table to answer the question.\n{table}\n{ask}",
    "{ask} Here are the numbers.\n{table}",
    "Table:\n{table}\nQuestion: {ask}",
)


def split_table(text: str) -> tuple[Table, str]:
    """The table in a text, and the lines around it.

    Every line of a table has a bar, a comma without a space, or two spaces side by side; other lines have none.
    """
    head, around = [], []
    for line in text.split("\n"):
        cells = re.split(r" *\| *| {2,}|,(?! |$)", line.strip("| "))
        if len(cells) == 1:
            around.append(line)
        elif "---" not in line:
            head.append(cells)
    titles, *rows = head
    numbers = tuple(tuple(_read_number(cell) for cell in row[1:]) for row in rows)
    return Table(tuple(row[0] for row in rows), tuple(titles[1:]), numbers), "\n".join(around)


def named(names: Iterable[str], text: str) -> list[str]:
    """The names that stand in a text, in the order in which they do."""
    found = [(match.start(), name) for name in names if (match := re.search(rf"\b{re.escape(name)}\b", text))]
    return [name for _, name in sorted(found)]


def together(numbers: Iterable) -> str:
    """`3, 5 and 8`."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last
