"""Sums and differences of amounts in two units, such as 3 ft 8 in + 5 ft 9 in."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import minus, plus, sound, sums, together
from data_chef.registry import Task, register


# large, small, small units in a large one
UNITS = (
    ("ft", "in", 12), ("h", "min", 60), ("lb", "oz", 16), ("m", "cm", 100), ("min", "s", 60), ("yd", "ft", 3),
    ("kg", "g", 1000), ("km", "m", 1000), ("l", "ml", 1000), ("t", "kg", 1000),
)  # fmt: skip
PLUS = (
    "What is {terms}?",
    "{terms} = ?",
    "Add: {terms}",
    "Find the sum: {terms}.",
    "Compute {terms}.",
    "Please work out {terms}.",
    "How much is {terms} altogether?",
    "Put together {listed}. What is the total?",
    "What do {listed} make in all?",
)
MINUS = (
    "What is {a} minus {b}?",
    "{a} - {b} = ?",
    "Subtract {b} from {a}.",
    "How much is left when {b} is taken away from {a}?",
    "Find the difference between {a} and {b}.",
    "Calculate {a} - {b}.",
)


@dataclass(frozen=True)
class Config:
    high: int
    most: int
    units: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(9, 15, 40, 120)[difficulty - 1],
            most=(2, 2, 3, 5)[difficulty - 1],
            units=(5, 10, 10, 10)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3 or self.most < 2 or self.units < 1:
            raise ValueError(f"high must be at least 3, most must be at least 2, units must be at least 1: {self}")


def amount(total: int, unit: tuple[str, str, int]) -> str:
    """`3 ft 8 in`, `3 ft`, `8 in`."""
    large, small, factor = unit
    count, rest = divmod(total, factor)
    return " ".join([f"{count} {large}"] * (count > 0) + [f"{rest} {small}"] * (rest > 0)) or f"0 {small}"


def generate(rng: Random, config: Config) -> Problem:
    large, small, factor = unit = rng.choice(UNITS[: config.units])
    step = max(1, factor // 20) if factor >= 60 else 1
    count = rng.randint(2, config.most)
    parts = [(rng.randint(1, config.high), step * rng.randint(0, (factor - 1) // step)) for _ in range(count)]
    if rng.random() < 0.4:
        (a, p), (b, q) = sorted(parts, reverse=True)[:2]
        a += 1
        lines = [f"{small}: {minus(p, q)}" if p >= q else f"{small}: {plus(p, factor)}"]
        if p < q:
            lines.append(f"{minus(p + factor, q)}, so 1 {large} is used up\n{large}: {minus(a, 1)}")
            a -= 1
        lines.append(f"{large}: {minus(a, b)}")
        total = (a - b) * factor + (p - q) % factor
        texts = [amount(n, unit) for n in ((a + (p < q)) * factor + p, b * factor + q)]
        question, canonical = rng.choice(MINUS).format(a=texts[0], b=texts[1]), "-".join(texts)
    else:
        smalls, larges = [q for _, q in parts], [p for p, _ in parts]
        carry, rest = divmod(sum(smalls), factor)
        lines = [f"{small}: {line}" for line in sums(smalls).split("\n")]
        if carry:
            lines.append(f"{sum(smalls)}={carry}*{factor}+{rest}")
        lines += [f"{large}: {line}" for line in sums(larges + [carry] * (carry > 0)).split("\n")]
        total = sum(p * factor + q for p, q in parts)
        texts = [amount(p * factor + q, unit) for p, q in parts]
        listed = together(texts)
        question, canonical = rng.choice(PLUS).format(terms=" + ".join(texts), listed=listed), "+".join(sorted(texts))
    answer = amount(total, unit)
    return Problem(question=question, solution="\n".join([*lines, answer]), answer=answer, canonical=canonical)


def verify(problem: Problem) -> bool:
    """Counts in the small unit throughout."""
    names = set(re.findall(r"\d+ (\w+)", problem.question))
    unit = next(unit for unit in UNITS if names <= set(unit[:2]))
    amounts = re.findall(rf"(?:(\d+) {unit[0]}\b)? ?(?:(\d+) {unit[1]}\b)?", problem.question)
    totals = [int(p or 0) * unit[2] + int(q or 0) for p, q in amounts if p or q]
    if re.search(r"minus| - |Subtract|left|difference", problem.question):
        return sound(problem, amount(max(totals) - min(totals), unit))
    return sound(problem, amount(sum(totals), unit))


register(Task("mixed_units_sum", "mathematics", Config, generate, verify, max_difficulty=3))
