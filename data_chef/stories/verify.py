"""The second computation: solves what a story says, whatever way its steps went, and reads its numbers back."""

import re
from collections import Counter
from fractions import Fraction

from data_chef.arithmetic import equations_hold, evaluate
from data_chef.item import Problem
from data_chef.stories.story import FUNCTIONS, SPELLED


_STEP = re.compile(r"<<([-+*/().\d]+)=(\d+(?:\.\d+)?)>>")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-zA-Z]+(?: hundred\b|(?:-[a-zA-Z]+)+)?")
_SPELLED = {word: number for number, word in SPELLED.items()} | {
    "one": 1,
    "twice": 2, "double": 2, "triple": 3, "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8,
    "tenth": 10, "both": 2, "square": 4,
}  # fmt: skip


def solve(facts: str, wanted: str) -> Fraction | None:
    """The value of a quantity by the facts alone, or None when they do not determine it.

    A fact is `q3 + q1 5` (a sum), `q3 * q1 q2` (a product) or `q3 ceil q1 12` and the like. Whatever follows from one
    fact with one unknown is filled in; what is left is a linear system, solved by elimination.
    """
    rows = [fact.split() for fact in facts.split(";") if fact]
    known: dict[str, Fraction] = {}

    def value(name: str) -> Fraction | None:
        return known.get(name) if name[0] == "q" else Fraction(name.lstrip("cw"))

    waiting = rows
    while waiting and wanted not in known:
        later = []
        for row in waiting:
            if not _settle(row, value, known):
                later.append(row)
        if len(later) == len(waiting):
            return _eliminate(later, value, wanted)
        waiting = later
    return known.get(wanted)


def _settle(row: list[str], value, known: dict[str, Fraction]) -> bool:
    """Finds the one unknown of a fact, or checks a fact without any. Raises ValueError when facts contradict."""
    result, sign, *parts = row
    unknown = [name for name in {result, *parts} if value(name) is None]
    if len(unknown) > 1:
        return False
    if sign in FUNCTIONS:
        if unknown != [result]:
            return False
        known[result] = Fraction(FUNCTIONS[sign](*(int(value(part)) for part in parts)))
        return True
    if not unknown:
        total = _combined(sign, [value(part) for part in parts])
        if total != value(result):
            raise ValueError(f"{row} does not hold")
        return True
    [name] = unknown
    others = [value(part) for part in parts if part != name]
    rest = _combined(sign, others)
    times = parts.count(name)
    if name == result and not times:
        known[name] = rest
    elif name != result and sign == "+":
        known[name] = (value(result) - rest) / times
    elif name != result and times == 1 and rest:
        known[name] = value(result) / rest
    else:
        return False
    return True


def _combined(sign: str, values: list) -> Fraction:
    total = Fraction(sign == "*")
    for one in values:
        total = total + one if sign == "+" else total * one
    return total


def _eliminate(rows: list[list[str]], value, wanted: str) -> Fraction | None:
    """Gauss on the facts that are linear in what is still unknown."""
    names = sorted({name for row in rows for name in (row[0], *row[2:]) if value(name) is None})
    matrix = []
    for result, sign, *parts in rows:
        line = [Fraction(0)] * (len(names) + 1)
        unknown = [part for part in parts if value(part) is None]
        if sign == "+":
            terms = [(part, Fraction(1)) for part in parts]
        elif sign == "*" and len(unknown) == 1:
            factor = _combined("*", [value(part) for part in parts if part not in unknown])
            terms = [(unknown[0], factor)]
        else:
            continue
        for name, factor in [*terms, (result, Fraction(-1))]:
            if value(name) is None:
                line[names.index(name)] += factor
            else:
                line[-1] -= factor * value(name)
        matrix.append(line)
    for column in range(len(names)):
        pivot = next((r for r in matrix[column:] if r[column]), None)
        if pivot is None:
            return None
        matrix.remove(pivot)
        pivot = [x / pivot[column] for x in pivot]
        matrix = [[x - r[column] * y for x, y in zip(r, pivot, strict=True)] for r in matrix]
        matrix.insert(column, pivot)
    return matrix[names.index(wanted)][-1] if wanted in names else None


def verify(problem: Problem) -> bool:
    """Whether facts, steps and question agree.

    The facts determine the answer; every number in them is told; every step is right, uses only numbers that are told,
    generally known or computed before, and the last one gives the answer.
    """
    facts, _, wanted = problem.canonical.partition("?")
    try:
        if solve(facts, wanted) != Fraction(problem.answer):
            return False
    except (ValueError, ZeroDivisionError):
        return False
    told = _told(problem.question)
    needed = Counter(word for word in re.findall(r"(?<![\w/.])[\d./]+", facts) if word not in ("100",))
    for number in needed:
        if Fraction(number) not in told and not _rate_told(number, told):
            return False
    known = (
        told | {Fraction(n) for n in re.findall(r"(?<=[cw])\d+", facts)} | {Fraction(100), Fraction(2), Fraction(1)}
    )
    return _steps_hold(problem.solution, known, Fraction(problem.answer))


def _rate_told(number: str, told: set[Fraction]) -> bool:
    """`120/100` for "20% more", `80/100` for "20% off", `2/3` as it stands."""
    top, _, bottom = number.partition("/")
    if not bottom:
        return False
    if bottom == "100":
        return bool({Fraction(abs(int(top) - 100)), Fraction(top)} & told) or top == "1"
    return {Fraction(top), Fraction(bottom)} <= told


def _told(question: str) -> set[Fraction]:
    found = set()
    for word in _NUMBER.findall(question):
        if word[0].isdigit():
            found.add(Fraction(word.replace(",", "").rstrip(".")))
        elif word.lower() in _SPELLED:
            found.add(Fraction(_SPELLED[word.lower()]))
        else:
            found |= {Fraction(_SPELLED[part]) for part in re.split("[- ]", word.lower()) if part in _SPELLED}
    found |= {Fraction(int(cents), 100) for cents in re.findall(r"(\d+) cents", question)}
    return found


def _steps_hold(solution: str, known: set[Fraction], answer: Fraction) -> bool:
    last = None
    for line in solution.split("\n"):
        if not line_holds(line):
            return False
        for expression, result in _STEP.findall(line):
            operands = {Fraction(n) for n in re.findall(r"\d+(?:\.\d+)?", expression)}
            value = Fraction(result)
            if "<<" in line and evaluate(expression) != value:
                return False
            new = operands - known
            if not (new <= _quotients(line) or new <= _whole_times(expression, known)):
                return False
            known = known | {value} | new
            last = value
        known = known | {Fraction(n) for n in re.findall(r"=(\d+)", line)} | _quotients(line)
    return last == answer or solution.endswith(f" {answer}")


def line_holds(line: str) -> bool:
    """Whether all equations of a line are right, and what is done in the head for a calculation comes to its result."""
    calculated, before = line.partition(": ")[2] or line, ""
    if not equations_hold(calculated.replace("<<", "").replace(">>", "")):
        return False
    for part in calculated.split(", "):
        step = _STEP.fullmatch(part)
        if step and re.search(r"=\d+(?:\.\d+)?$", before) and before.rpartition("=")[2] != step[2]:
            return False
        before = "" if "<<" in part else part
    return True


def _whole_times(expression: str, known: set[Fraction]) -> set[Fraction]:
    """How often a known number goes into another, in a product that finds the remainder of such a division."""
    numbers = {Fraction(n) for n in expression.split("*")} if re.fullmatch(r"\d+\*\d+", expression) else set()
    return {whole for whole in numbers for x in known for y in numbers & known if x // y == whole}


def _quotients(line: str) -> set[Fraction]:
    """Numbers of a division with remainder, `84=36*2+12`, which the steps bring in by themselves."""
    return {Fraction(n) for match in re.findall(r"(\d+)=(\d+)\*(\d+)\+(\d+)", line) for n in match}
