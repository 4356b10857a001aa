"""Written column arithmetic, as lines of text: each line one fact that can be done in the head."""

import re
from fractions import Fraction


def aligned(a: int, b: int) -> tuple[str, str]:
    """Both numbers as digits of equal length, padded with zeros on the left."""
    width = max(len(str(a)), len(str(b)))
    return f"{a:0{width}}", f"{b:0{width}}"


def addition_lines(a: int, b: int) -> list[str]:
    """The aligned sum, then a line a column from the right: `7+6=13 carry 1 write 3`, `2+5+1=8 write 83`."""
    x, y = aligned(a, b)
    lines, written, carry = [f"{x}+{y}"], "", 0
    for place in range(len(x) - 1, -1, -1):
        total = int(x[place]) + int(y[place]) + carry
        facts = f"{x[place]}+{y[place]}" + ("+1" if carry else "") + f"={total}"
        carry = total // 10
        if place and carry:
            facts += " carry 1"
        written = (str(total % 10) if place else str(total)) + written
        lines.append(f"{facts} write {written}")
    return lines


def subtraction_lines(a: int, b: int) -> list[str]:
    """For a >= b: the aligned difference, then `7-6=1 write 1`, `2-5: 12-5=7 borrow 1 write 71` and so on."""
    x, y = aligned(a, b)
    lines, written, borrow = [f"{x}-{y}"], "", 0
    for place in range(len(x) - 1, -1, -1):
        top, rest = int(x[place]), f"-{y[place]}" + ("-1" if borrow else "")
        digit = top - int(y[place]) - borrow
        borrow = int(digit < 0)
        facts = f"{top}{rest}: 1{top}{rest}={digit + 10} borrow 1" if borrow else f"{top}{rest}={digit}"
        written = str(digit % 10) + written
        lines.append(f"{facts} write {written}")
    return lines


_CHAIN = re.compile(r"[-\d(][-+*/\d().]*(?:=-?[\d(][-+*/\d().]*)+")


def equations_hold(text: str) -> bool:
    """Whether every chain of equal numbers in the text, such as `4*6=24+4=28`, is right.

    In a worked chain `4*6=24+4=28` each sign stands for the calculation so far: `4*6` is 24, `24+4` is 28.
    """
    for chain in _CHAIN.findall(text):
        sides = chain.split("=")
        for left, right in zip(sides, sides[1:], strict=False):
            if evaluate(left) != evaluate(leading_number(right)):
                return False
    return True


def leading_number(expression: str) -> str:
    """The number that a side of a chain begins with: 24 in `24+4`."""
    match = re.match(r"-?\d+(?:/\d+)?$|-?\d+(?:\.\d+)?", expression)
    return match.group() if match else expression


def evaluate(expression: str) -> Fraction:
    """The exact value of an expression of digits, + - * / and brackets. Raises ValueError for anything else."""
    if not re.fullmatch(r"[-+*/\d().]+", expression) or "**" in expression or "//" in expression:
        raise ValueError(f"{expression!r} is not plain arithmetic")
    exact = re.sub(r"\d+(?:\.\d+)?", lambda m: f"F('{m.group()}')", expression)
    return eval(exact, {"F": Fraction, "__builtins__": {}})  # noqa: S307  nothing but digits and signs reaches it
