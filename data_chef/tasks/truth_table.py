"""Truth tables row by row: the column of a formula, and whether it is always true, never, or sometimes."""

from dataclasses import dataclass
from itertools import product
from random import Random

from data_chef.formula import apply, draw_formula, implied, letters_of, parse, show
from data_chef.item import Problem
from data_chef.logic import listed
from data_chef.registry import Task, register
from data_chef.text import find


ASKS = {
    "column": (
        "Write the truth table column of `{f}`, {rows}.",
        "Give the values of `{f}` for all rows of its truth table, {rows}.",
        "Truth table of `{f}`: what is the last column, {rows}?",
        "Fill in the column of `{f}`, {rows}, with T and F.",
        "Which values does `{f}` take, {rows}? Use T and F.",
    ),
    "kind": (
        "Is `{f}` a tautology, a contradiction or neither?",
        "Decide whether `{f}` is a tautology, a contradiction or neither.",
        "Tautology, contradiction or neither: `{f}`",
        "Make the truth table of `{f}`. Is it a tautology, a contradiction or neither?",
    ),
    "count": (
        "In how many rows of its truth table is `{f}` true?",
        "For how many of the possible values of its letters is `{f}` true?",
        "How many rows of the truth table make `{f}` true?",
        "Count the rows in which `{f}` is true.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    letters: int
    operators: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(letters=(2, 2, 3, 3)[difficulty - 1], operators=((1, 2), (2, 3), (2,), (3,))[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.letters <= 4 or min(self.operators) < 1:
            raise ValueError(f"letters must be 1 to 4 and operators at least 1: {self}")


def certain(rng: Random, letters: list[str]):
    """A formula that is always true, or never, whatever its letters are."""
    f = draw_formula(rng, letters, 1)
    opposite = f[1] if f[0] == "not" else ("not", f)
    g = rng.choice(letters)
    always = rng.choice((
        ("or", f, opposite), ("implies", f, f), ("implies", ("and", f, g), f), ("implies", g, ("or", f, g)),
        ("implies", ("and", g, ("implies", g, f)), f), ("or", ("implies", g, f), g),
    ))  # fmt: skip
    never = rng.choice((("and", f, opposite), ("xor", f, f), ("and", ("and", g, f), ("not", g))))
    return always if rng.random() < 0.5 else never


def generate(rng: Random, config: Config) -> Problem:
    letters = sorted(rng.sample("pqrsabcd", config.letters))
    kind = rng.choice(("column", "kind", "kind", "count"))
    while True:
        if kind == "kind" and rng.random() < 0.7:
            formula = certain(rng, letters)
        else:
            formula = draw_formula(rng, letters, rng.choice(config.operators))
        if sorted(letters_of(formula)) == letters:
            break
    order = ", ".join("".join(row) for row in product("TF", repeat=len(letters)))
    rows = f"rows in the order {order} for {listed(letters)}"
    lines, answer = worked(formula, kind)
    text = show(formula)
    return Problem(
        question=rng.choice(ASKS[kind]).format(f=text, rows=rows),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{text}",
    )


def worked(formula, kind: str) -> tuple[list[str], str]:
    """A line a row: the letters, then each part of the formula from the inside out."""
    letters = sorted(letters_of(formula))
    lines, column = [], []
    for row in product((True, False), repeat=len(letters)):
        values = dict(zip(letters, row, strict=True))
        parts = [f"{letter}={'FT'[values[letter]]}" for letter in letters]

        def value(part, values=values, parts=parts) -> bool:
            if isinstance(part, str):
                return values[part]
            result = apply(part[0], *map(value, part[1:]))
            step = f"{show(part)}={'FT'[result]}"
            if step not in parts:
                parts.append(step)
            return result

        column.append(value(formula))
        lines.append(", ".join(parts))
    if kind == "column":
        return lines, ", ".join("FT"[one] for one in column)
    true = sum(column)
    lines.append(f"True in {true} of {len(column)} rows.")
    if kind == "count":
        return lines, str(true)
    return lines, "tautology" if true == len(column) else "neither" if true else "contradiction"


def verify(problem: Problem) -> bool:
    """Evaluates the text of the formula in all rows by Python's own operators."""
    text = find(r"`(.+)`", problem.question).group(1)
    rest = problem.question
    kind = "kind" if "autology" in rest else "column" if "rows in the order" in rest else "count"
    formula = parse(text)
    letters = sorted(letters_of(formula))
    rows = [implied(text, dict(zip(letters, row, strict=True))) for row in product((True, False), repeat=len(letters))]
    answer = {
        "column": ", ".join("T" if value else "F" for value in rows),
        "count": str(rows.count(True)),
        "kind": "tautology" if all(rows) else "neither" if any(rows) else "contradiction",
    }[kind]
    return problem.answer == answer and problem.solution == "\n".join(worked(formula, kind)[0])


register(Task("truth_table", "logic", Config, generate, verify, max_difficulty=3))
