"""Short problems of measures in which the unit belongs to the answer."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.slips import parts
from data_chef.text import find


ALONG = ("mm", "cm", "m", "km", "g", "kg", "l", "ml", "min", "h", "s")
LENGTH = ("mm", "cm", "m", "km")
KINDS = {
    "sum": (
        "One piece has {a} {u}, another {b} {u}. How much is that together?", "Add {a} {u} and {b} {u}.",
        "What is {a} {u} plus {b} {u}?", "{a} {u} + {b} {u} =", "First {a} {u}, then {b} {u} more: how much in all?",
    ),
    "rest": (
        "Of {a} {u}, {b} {u} are used up. How much is left?", "Take {b} {u} away from {a} {u}.",
        "What is {a} {u} minus {b} {u}?", "{a} {u} - {b} {u} =", "How much more is {a} {u} than {b} {u}?",
    ),
    "times": (
        "Each of {n} parts has {a} {u}. How much is that in all?", "What is {n} times {a} {u}?", "{n} * {a} {u} =",
        "One portion is {a} {u}. How much are {n} portions?",
    ),
    "area": (
        "A rectangle is {a} {u} long and {n} {u} wide. What is its area?",
        "Find the area of a rectangle of {a} {u} by {n} {u}.",
        "What area has a rectangle with sides {a} {u} and {n} {u}?",
    ),
    "perimeter": (
        "A square has sides of {a} {u}. What is its perimeter?", "Find the perimeter of a square with side {a} {u}.",
    ),
    "volume": (
        "What is the volume of a box of {n} {u} by {k} {u} by {m} {u}?",
        "A box measures {n} {u}, {k} {u} and {m} {u}. "
        "What is its volume?",
    ),
    "speed": (
        "A car drives {d} km in {n} h. What is its speed?", "{d} km in {n} h: what is the speed?",
        "A train needs {n} h for {d} km. How fast is it?",
    ),
    "way": (
        "How far does one get in {n} h at {a} km/h?", "A bus drives {n} h at {a} km/h. How far is that?",
    ),
    "price": (
        "{n} pieces cost {d} dollars. What is the price of one?", "What does one piece cost if {n} cost {d} dollars?",
    ),
    "density": ("{n} dm^3 of a liquid weigh {d} kg. What is the density?",),
    "part": ("Share {d} {u} among {n}. How much does each get?", "What is {d} {u} divided by {n}?", "{d} {u} / {n} ="),
    "count": ("How many pieces of {n} {u} fit into {d} {u}?", "How often do {n} {u} go into {d} {u}?"),
}  # fmt: skip
ASK = (" Give the unit.", " Answer with the unit.", "", " Do not forget the unit.", " With unit, please.")


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 40, 90, 200)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10:
            raise ValueError(f"high must be at least 10, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(tuple(KINDS))
    unit = rng.choice(LENGTH if kind in ("area", "perimeter", "volume") else ALONG)
    a, b = sorted((rng.randint(2, config.high), rng.randint(2, config.high)), reverse=True)
    n, k, m = rng.randint(2, 9), rng.randint(2, 5), rng.randint(2, 5)
    a = a + 1 if a == b else a
    a = a + n if kind == "area" else a
    numbers = {
        "sum": (a, b), "rest": (a, b), "times": (n, a), "area": (a, n), "perimeter": (a,), "volume": (n, k, m),
        "speed": (n * a, n), "way": (n, a), "price": (n * a, n), "density": (n * k, n), "part": (n * a, n),
        "count": (n * a, n),
    }[kind]  # fmt: skip
    words = {"a": a, "b": b, "n": n, "k": k, "m": m, "u": unit, "d": n * k if kind == "density" else n * a}
    lines, answer = worked(kind, numbers, unit)
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words) + rng.choice(ASK),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{numbers}|{unit}",
    )


def worked(kind: str, numbers: tuple[int, ...], unit: str) -> tuple[list[str], str]:
    """The calculation, then what becomes of the unit."""
    if kind in ("speed", "price", "density", "part", "count"):
        whole, by = numbers
        share = whole // by
        tens, ones = share // 10 * 10, share % 10
        lines = [f"{whole}/{by}={share}"]
        if share > 12 and ones:
            lines = [f"{by}*{tens}={by * tens}", f"{whole}-{by * tens}={by * ones}", f"{by * ones}/{by}={ones}",
                     f"{tens}+{ones}={share}"]  # fmt: skip
        rule = {"speed": "km divided by h gives km/h", "price": "dollars for one piece", "density": "kg per dm^3",
                "part": f"the unit stays {unit}",
                "count": f"{unit} divided by {unit} leaves no unit"}[kind]  # fmt: skip
        end = {"speed": " km/h", "price": " dollars", "density": " kg/dm^3", "part": f" {unit}", "count": ""}[kind]
        return [*lines, f"Unit: {rule}"], f"{share}{end}"
    if kind == "volume":
        n, k, m = numbers
        return [f"{n}*{k}={n * k}", *parts("*", n * k, m), f"Unit: {unit}*{unit}*{unit} is {unit}^3"], (
            f"{n * k * m} {unit}^3"
        )
    if kind == "perimeter":
        return [*parts("*", 4, numbers[0]), f"Unit: the unit stays {unit}"], f"{4 * numbers[0]} {unit}"
    a, b = numbers
    op = {"sum": "+", "rest": "-"}.get(kind, "*")
    result = {"+": a + b, "-": a - b, "*": a * b}[op]
    rule = {"area": f"{unit}*{unit} is {unit}^2", "way": "km/h times h gives km"}.get(kind, f"the unit stays {unit}")
    end = {"area": f"{unit}^2", "way": "km"}.get(kind, unit)
    return [*parts(op, a, b), f"Unit: {rule}"], f"{result} {end}"


def verify(problem: Problem) -> bool:
    """Reads kind, numbers and unit from the question, and computes with the dimension of the result."""
    text = problem.question
    numbers = tuple(int(n) for n in re.findall(r"(?<!\^)\b\d+", text))
    kind = next(kind for kind, sign in (
        ("density", "dm"), ("way", "km/h"), ("speed", r" h\b.* km|km in \d+ h"), ("price", "dollars"),
        ("volume", "volume"), ("area", "area"), ("perimeter", "perimeter"),
        ("count", "pieces of|go into"), ("part", r"Share|divided| / "), ("times", r"times|\*|Each|portion"),
        ("rest", r"left|away|minus| - |more is"), ("sum", ""),
    ) if re.search(sign, text))  # fmt: skip
    unit = find(r"\d (mm|cm|km|m|g|kg|ml|l|min|h|s|dollars|pieces|dm\^3|parts|cost|\w+)\b", text).group(1)
    unit = next(iter(re.findall(r"\d (mm|cm|km|m|g|kg|ml|l|min|h|s)\b", text)), unit)
    if text.startswith("Take"):
        numbers = numbers[::-1]
    if kind in ("price", "density", "speed", "count") and numbers[0] < numbers[1]:
        numbers = numbers[::-1]
    if kind == "times" and re.search("One portion", text):
        numbers = numbers[::-1]
    number, _, dimension = problem.answer.partition(" ")
    a, b = numbers[0], numbers[-1]
    found, wanted = {
        "sum": (a + b, unit), "rest": (a - b, unit), "times": (a * b, unit), "area": (a * b, f"{unit}^2"),
        "perimeter": (a + a + a + a, unit), "volume": (a * numbers[len(numbers) // 2] * b, f"{unit}^3"),
        "speed": (a // b, "km/h"), "way": (a * b, "km"), "price": (a // b, "dollars"), "density": (a // b, "kg/dm^3"),
        "part": (a // b, unit), "count": (a // b, ""),
    }[kind]  # fmt: skip
    steps = "\n".join(worked(kind, numbers, unit)[0])
    sums = re.sub(r"(?m)^Unit:.*$", "", steps)
    return number == str(found) and dimension == wanted and problem.solution == steps and equations_hold(sums)


register(Task("unit_of_answer", "chat", Config, generate, verify, max_difficulty=3))
