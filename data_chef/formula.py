"""Formulas of propositional logic: drawn, written, read, and evaluated step by step.

A formula is a letter, or `("not", f)`, `("and", f, g)`, `("or", f, g)`, `("implies", f, g)`, `("xor", f, g)`.
"""

import re
from random import Random
from typing import Any


Formula = Any
LETTERS = "p q r s a b c d x y z".split()
OPERATORS = ("and", "or", "and", "or", "implies", "xor")


def draw_formula(rng: Random, letters: list[str], operators: int) -> Formula:
    """A formula with that many operators of two sides, and some negations; neighbouring letters differ."""
    deck = rng.sample(letters, len(letters))
    leaves = iter((deck * (operators // len(deck) + 1))[: operators + 1])

    def draw(count: int) -> Formula:
        if count == 0:
            leaf = next(leaves)
            return ("not", leaf) if rng.random() < 0.3 else leaf
        left = rng.randrange(count)
        formula = (rng.choice(OPERATORS), draw(left), draw(count - 1 - left))
        return ("not", formula) if rng.random() < 0.12 else formula

    return draw(operators)


def letters_of(formula: Formula) -> set[str]:
    if isinstance(formula, str):
        return {formula}
    return set().union(*map(letters_of, formula[1:]))


def show(formula: Formula, outer: bool = True) -> str:
    """The formula with a pair of brackets around every part that has two sides."""
    if isinstance(formula, str):
        return formula
    if formula[0] == "not":
        return f"not {show(formula[1], False)}"
    inside = f"{show(formula[1], False)} {formula[0]} {show(formula[2], False)}"
    return inside if outer else f"({inside})"


def parse(text: str) -> Formula:
    """Reads what `show` writes."""
    tokens = re.findall(r"[()]|\w+", text)

    def part() -> Formula:
        token = tokens.pop(0)
        if token == "not":
            return ("not", part())
        if token == "(":
            inside = whole()
            tokens.pop(0)
            return inside
        return token

    def whole() -> Formula:
        left = part()
        return (tokens.pop(0), left, part()) if tokens and tokens[0] != ")" else left

    return whole()


def apply(operator: str, *sides: bool) -> bool:
    if operator == "not":
        return not sides[0]
    a, b = sides
    return {"and": a and b, "or": a or b, "implies": b or not a, "xor": a != b}[operator]


def evaluation(formula: Formula, values: dict[str, bool]) -> tuple[list[str], bool]:
    """A line for each operator from the inside out, such as `not p = not True = False`, and the value."""
    lines: list[str] = []

    def value(part: Formula) -> bool:
        if isinstance(part, str):
            return values[part]
        sides = [value(side) for side in part[1:]]
        result = apply(part[0], *sides)
        put = f"not {sides[0]}" if part[0] == "not" else f"{sides[0]} {part[0]} {sides[1]}"
        lines.append(f"{show(part)} = {put} = {result}")
        return result

    return lines, value(formula)


def implied(text: str, values: dict[str, bool]) -> bool:
    """The value of a written formula by Python's own reading of it: implies is <= and xor is != between 0 and 1."""
    source = re.sub(r"not (\w|\()", r"1-\1", text).replace("implies", "<=").replace("xor", "!=")
    source = source.replace("and", "&").replace("or", "|")
    source = re.sub(r"\b([a-z])\b", lambda match: str(int(values[match.group(1)])), source)
    if not re.fullmatch(r"[01()<=!&|\s-]+", source):
        raise ValueError(f"{text!r} is not a formula")
    return bool(eval(source, {"__builtins__": {}}))  # noqa: S307  nothing but 0, 1 and signs reaches it
