"""Algebra as text: how polynomials and small calculations are written, and whether written steps are true."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from random import Random

from data_chef.item import Problem


LETTERS = "xyznabtkmpwrs"
# Two formulas with coefficients far below this number that agree at it agree everywhere.
LARGE = 10**9 + 7
Value = int | Fraction | Callable


def nonzero(rng: Random, high: int) -> int:
    """A number from -high to high that is not 0."""
    return rng.choice((-1, 1)) * rng.randint(1, high)


def a_letter(rng: Random) -> str:
    """A name for an unknown, more often than not `x`."""
    return rng.choice("xxxxxxxxxx" + LETTERS)


def bracket(number: int | Fraction) -> str:
    """The number, in brackets when it is negative and so could not follow a sign."""
    return f"({number})" if number < 0 else str(number)


def term(coefficient: int, power: int, x: str = "x") -> str:
    """`3x^2`, `-x`, `5`."""
    if power == 0:
        return str(coefficient)
    factor = {1: "", -1: "-"}.get(coefficient, str(coefficient))
    return factor + x + (f"^{power}" if power > 1 else "")


def joined(terms: Iterable[str]) -> str:
    """The sum of terms: `3x-5` from `3x` and `-5`; `0` of none."""
    text = "".join(part if part.startswith("-") else f"+{part}" for part in terms)
    return text.removeprefix("+") or "0"


def polynomial(coefficients: Sequence[int], x: str = "x") -> str:
    """`x^2-5x+6` from 1, -5, 6."""
    degree = len(coefficients) - 1
    return joined(term(c, degree - i, x) for i, c in enumerate(coefficients) if c)


def coefficients(text: str, x: str = "x") -> list[int]:
    """The way back: 1, -5, 6 from `x^2-5x+6`, terms in any order. Raises ValueError for anything else."""
    found: dict = {}
    text = text.replace(" ", "")
    terms = re.findall(rf"([-+]?)(\d*)({x}?)\^?(\d*)", text)
    if not text or "".join(s + c + v + (f"^{p}" if p else "") for s, c, v, p in terms) != text:
        raise ValueError(f"{text!r} is not a polynomial in {x}")
    for sign, digits, letter, exponent in terms:
        if digits or letter:
            power = int(exponent or 1) if letter else 0
            found[power] = found.get(power, 0) + int(f"{sign}{digits or 1}")
        elif sign:
            raise ValueError(f"{text!r} has a sign without a term")
    return [found.get(power, 0) for power in range(max(found), -1, -1)]


def multiplied(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """The coefficients of the product of two polynomials."""
    result = [0] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            result[i + j] += a * b
    return result


def spaced(text: str) -> str:
    """`x^2 - 5x + 6 = 0`: with spaces around the signs that stand between two things."""
    return re.sub(r"(?<=[\w)|'])(<=|>=|[-+=<>])", r" \1 ", text)


def layout(rng: Random, text: str) -> str:
    """The text as people write it: mostly with spaces around its signs."""
    return spaced(text) if rng.random() < 0.8 else text


def _is_hard(first: int, second: int) -> bool:
    """Whether a sum has three digits or more to deal with in both numbers."""
    while first % 10 == second % 10 == 0 and second:
        first, second = first // 10, second // 10
    return min(first, second) >= 100 and first != second


def total(*numbers: int) -> str:
    """A sum, calculated from the left: `30+12-5=42-5=37`; a hard sum takes a place at a time."""
    rest, sides = [number for i, number in enumerate(numbers) if number or not i], []
    while len(rest) > 1:
        sides.append(str(rest[0]) + "".join(f"{number:+d}" for number in rest[1:]))
        first, second = rest[0], rest[1]
        unit = 10 ** (len(str(abs(second))) - 1)
        ahead = second - int(second / unit) * unit if _is_hard(abs(first), abs(second)) else 0
        rest[:2] = [first + second - ahead, *([ahead] if ahead else [])]
    return "=".join([*sides, str(rest[0])])


def _parts(number: int) -> list[int]:
    """300, 20, 7 from 327; numbers up to 12 stay whole."""
    if number <= 12:
        return [number]
    digits = str(number)
    return [int(d) * 10 ** (len(digits) - 1 - i) for i, d in enumerate(digits) if d != "0"]


def product(a: int, b: int) -> str:
    """A product, from the places of the larger numbers: `34*7=30*7+4*7=210+28=238`."""
    text = f"{a}*{bracket(b)}"
    first, second = _parts(abs(a)), _parts(abs(b))
    if len(first) * len(second) == 1 or {1, 10, 100} & {abs(a), abs(b)}:
        return f"{text}={a * b}"
    sign = "-" if a * b < 0 else ""
    pairs = [(p, q) for p in first for q in second]
    return (
        f"{text}={sign}"
        + (sign or "+").join(f"{p}*{q}" for p, q in pairs)
        + "="
        + total(*(p * q * (-1 if sign else 1) for p, q in pairs))
    )


def quotient(a: int, b: int) -> str:
    """An exact division: `12/3=4`, and when its result is above 12 `238/7=210/7+28/7=30+4=34`."""
    text, result = f"{a}/{bracket(b)}", a // b
    parts = _parts(abs(result))
    if len(parts) == 1 or abs(b) == 1:
        return f"{text}={result}"
    sign = 1 if result > 0 else -1
    shares = "".join(f"{part * sign * b:+d}/{bracket(b)}" for part in parts).removeprefix("+")
    return f"{text}={shares}={total(*(part * sign for part in parts))}"


def fraction_lines(top: int, bottom: int) -> list[str]:
    """The line that reduces a fraction by one prime after the other, `84/342=42/171=14/57`, if it can be reduced."""
    if not top:
        return [f"0/{bottom}=0"]
    sides, common, prime = [f"{top}/{bottom}"], math.gcd(top, bottom), 2
    while common > 1:
        if common % prime:
            prime += 1
            continue
        top, bottom, common = top // prime, bottom // prime, common // prime
        sides.append(f"{top}/{bottom}" if bottom > 1 else str(top))
    if bottom == len(sides) == 1:
        sides.append(str(top))
    return ["=".join(sides)] if len(sides) > 1 else []


_SEPARATOR = re.compile(r"[A-Za-z]{2,}|[,;:?!\n]|\.(?!\d)")
_PRODUCT = re.compile(r"(?<=[\d)])(?=[A-Za-z(])")
_APPLIED = re.compile(r"([A-Za-z])\(")
_ALLOWED = re.compile(r"[-+*/%^()\d|A-Za-z,.\[\] ]*")


def expressions(text: str) -> list[str]:
    """The formulas among the words of a text, without spaces: all that has a digit or a sign in it."""
    pieces = (piece.replace(" ", "") for piece in _SEPARATOR.split(text))
    return [piece for piece in pieces if re.search(r"[\d=]|[-+*/^][\w(]", piece)]


def evaluate(expression: str, **values: Value):
    """The exact value of a formula such as `2x^2-|y|/3`, or of a list of them in square brackets.

    Letters take their values, which may be functions. Raises ValueError when it cannot be calculated.
    """
    if not _ALLOWED.fullmatch(expression) or "**" in expression or "//" in expression:
        raise ValueError(f"{expression!r} is not a formula")
    code = _PRODUCT.sub("*", expression)
    if "(" in code:
        code = _APPLIED.sub(lambda m: m[0] if callable(values.get(m[1])) else f"{m[1]}*(", code)
    if "/" in code or "^-" in code:
        code = re.sub(r"\d+", r"frac(\g<0>)", code)
        values = {name: Fraction(value) if isinstance(value, int) else value for name, value in values.items()}
    if "|" in code:
        code = re.sub(r"(\d\)?)?\|([^|]*)\|", lambda m: f"{m[1] + '*' if m[1] else ''}abs({m[2]})", code)
    try:
        names: dict = {"frac": Fraction, "abs": abs, "__builtins__": {}, **values}
        return eval(code.replace("^", "**"), names)  # noqa: S307  nothing but digits, signs and single letters reaches it
    except (SyntaxError, NameError, TypeError, ArithmeticError) as error:
        raise ValueError(f"{expression!r} cannot be calculated") from error


def holds(text: str, **values: Value) -> bool:
    """Whether both sides, or all, of every equation in a text are equal when the letters have these values.

    `mod` is the remainder, and the derivative of `f` is given as the value of `F`.
    """
    text = re.sub(r"\b([a-z])'", lambda m: m[1].upper(), text.replace(" mod ", "%"))
    chains = [piece.replace(" ", "").split("=") for piece in _SEPARATOR.split(text) if "=" in piece]
    chains = [[side for side in sides if side] for sides in chains]
    written = ",".join(f"[{','.join(sides)}]" for sides in chains if len(sides) > 1)
    try:
        return all(side == sides[0] for sides in evaluate(f"[{written}]", **values) for side in sides)
    except ValueError:
        return False


def identities_hold(text: str, x: str = "x") -> bool:
    """Whether every equation in a text is true whatever number `x` is."""
    return holds(text, **{x: LARGE})


def same_everywhere(first: str, second: str, x: str = "x") -> bool:
    """Whether two formulas in `x` are the same function."""
    return holds(f"{first}={second}", **{x: LARGE})


def concludes(problem: Problem, answer: object, **values: Value) -> bool:
    """Whether the problem has this answer, its steps end with it, and every equation in them holds."""
    right = problem.answer == str(answer) and problem.solution.endswith(problem.answer)
    return right and holds(problem.solution, **values)


def simplifies(problem: Problem, asked: str) -> bool:
    """Whether the answer is the polynomial `asked` with one term a power, and the steps to it are identities."""
    x = next(letter for letter in asked if letter.isalpha())
    try:
        tidy = polynomial(coefficients(problem.answer, x), x)
    except ValueError:
        return False
    right = tidy == problem.answer and problem.solution.endswith(problem.answer)
    return right and same_everywhere(asked, problem.answer, x) and identities_hold(problem.solution, x)
