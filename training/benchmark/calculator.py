"""The calculator: exact results for the calculations that a model writes down.

Two ways of writing call it, both at the moment when the text ends with `=`:

1. `<<48/2=` anywhere. The result and `>>` are filled in: `<<48/2=24>>`. This is how the corpus tells word problems.
2. A plain equation `8*4=` at the start of a line, or after a space that ends something other than arithmetic, as in
   `New: 2*6=` and `carry 1, 7+6+1=`. The result is filled in: `8*4=32`. Not called: the left side of an equation in
   an unknown (`2x + 3=`), later links of a chain (`7*25=20*7+5*7=`), anything in a fenced block of code, and anything
   in a conversation in which `<<` has been written, which then is the way to call.

The calculator keeps silent, and the model writes the result itself, where the text is not plain arithmetic, a number
would get longer than `DIGITS`, a division by zero is asked for, or the result is a decimal without end. In a plain
equation a quotient of whole numbers that is not whole is left to the model too: `6/8=` may be on its way to `3/4`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction


DIGITS = 24  # of the numerator and the denominator of anything computed: no problem told in words needs more
LONGEST = 160  # characters of an expression

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+|\*\*|//|[-+*/%^()])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-"})
_CALL = re.compile(r"<<([^<>=\n]+)=( ?)\Z")
# The longest run of arithmetic before the last sign of equality on a line; where it begins is decided in `_plain`.
_RUN = re.compile(r"([\d\s.,+\-*/^%()×·÷−]+)=( ?)\Z")
_BULLET = re.compile(r"\s*[-*+•]\s*\Z")


@dataclass(frozen=True)
class Completion:
    """What the calculator writes.

    Attributes:
        text: the characters to be appended.
        closed: whether they end by themselves (`>>`); if not, a digit written next would change the number.
    """

    text: str
    closed: bool


def complete(text: str, plain: bool = True) -> Completion | None:
    """What to write after `text`, None where the calculator is not called or keeps silent.

    Args:
        text: all that has been written so far; it counts only if it ends with `=`, or `=` and a space.
        plain: whether plain equations count too, not only `<<...=`.
    """
    if call := _CALL.search(text):
        result = _result(call[1], decimals=True)
        return None if result is None else Completion(_spaced(call[1], call[2], result) + ">>", closed=True)
    if not plain or "<<" in text or text.count("```") % 2:
        return None
    if run := _RUN.search(text.rpartition("\n")[2]):
        expression = _plain(run.string[: run.start()], run[1])
        # Quotients of whole numbers are often written as fractions on the way, `6/8=3/4`; those of decimals never.
        result = expression and _result(expression, decimals="." in expression or "/" not in expression)
        return Completion(_spaced(run[1], run[2], result), closed=False) if result else None
    return None


def _plain(before: str, run: str) -> str | None:
    """The expression with which `run` ends, if it stands on its own; `before` is the line up to the run."""
    for place in range(len(run)):
        if run[place].isspace() or not (place == 0 or run[place - 1].isspace()):
            continue
        left = before + run[:place]
        if left and not left[-1].isspace():  # a letter, a currency sign, another `=`: part of something else
            continue
        if left.strip() and left.rstrip()[-1] in "+-*/^%=(×·÷−" and not _BULLET.match(left):
            continue
        # `2 3*4`: the number may be a factor, an index or the end of a sentence that we do not understand.
        if left.rstrip()[-1:].isdigit():
            continue
        expression = run[place:].strip()
        if _BULLET.match(expression[:2]) and expression[1:2].isspace():
            continue
        if re.search(r"[\d)]\s*[-+*/%^×·÷−]", expression) and evaluate(expression) is not None:
            return expression
    return None


def _spaced(expression: str, space: str, result: str) -> str:
    """The result as it follows in this hand: `8 * 4 = 32`, but `8*4=32`."""
    return f" {result}" if expression[-1:].isspace() and not space else result


def _result(expression: str, decimals: bool) -> str | None:
    value = evaluate(expression)
    if value is None or not (decimals or value.denominator == 1):
        return None
    return written(value)


def written(value: Fraction) -> str | None:
    """The number as the corpus writes it: `12`, `-3`, `0.5`, `28.25`. None for a decimal without end."""
    if value.denominator == 1:
        return str(value.numerator)
    places, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def evaluate(expression: str) -> Fraction | None:
    """The exact value of an expression; None if it is not plain arithmetic, or its value is out of bounds.

    Numbers with or without a decimal point and thousands commas, `+ - * / // % **` with Python's precedence and
    meaning, `^` for `**`, `× · ÷ −`, and parentheses.
    """
    if len(expression) > LONGEST:
        return None
    try:
        return _Parser(_tokens(_THOUSANDS.sub("", expression.translate(_SIGNS)))).value()
    except (ValueError, ZeroDivisionError):
        return None


def _tokens(expression: str) -> list[str]:
    tokens, place, expression = [], 0, expression.strip()
    while place < len(expression):
        match = _TOKEN.match(expression, place)
        if match is None:
            raise ValueError(f"{expression!r} is not plain arithmetic")
        tokens.append(match[1])
        place = match.end()
    return tokens


class _Parser:
    """Recursive descent, a method for each level of precedence. Its depth is bounded by LONGEST."""

    def __init__(self, tokens: list[str]):
        self.tokens = tokens[::-1]

    def value(self) -> Fraction:
        result = self.sum()
        if self.tokens:
            raise ValueError("something is left over")
        return result

    def take(self, *signs: str) -> str | None:
        return self.tokens.pop() if self.tokens and self.tokens[-1] in signs else None

    def sum(self) -> Fraction:
        result = self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            result = bounded(result + other if sign == "+" else result - other)
        return result

    def product(self) -> Fraction:
        result = self.signed()
        while sign := self.take("*", "/", "//", "%"):
            other = self.signed()
            if sign == "*":
                result *= other
            elif sign == "/":
                result /= other
            else:
                result = Fraction(result // other) if sign == "//" else result % other
            result = bounded(result)
        return result

    def signed(self) -> Fraction:
        if sign := self.take("-", "+"):
            value = self.signed()
            return -value if sign == "-" else value
        return self.power()

    def power(self) -> Fraction:
        base = self.atom()
        if not self.take("**", "^"):
            return base
        exponent = self.signed()
        if exponent.denominator != 1:
            raise ValueError("a root")
        size = max(abs(base.numerator), base.denominator)
        if size > 1 and abs(exponent) * (size.bit_length() - 1) > 4 * DIGITS:  # before it is computed
            raise ValueError("too large")
        return bounded(base ** int(exponent))

    def atom(self) -> Fraction:
        if self.take("("):
            value = self.sum()
            if not self.take(")"):
                raise ValueError("a parenthesis is open")
            return value
        if not self.tokens or not (self.tokens[-1][0].isdigit() or self.tokens[-1][0] == "."):
            raise ValueError("a number is missing")
        return bounded(Fraction(self.tokens.pop()))


def bounded(value: Fraction) -> Fraction:
    """The value itself. Raises ValueError when it has more than DIGITS digits."""
    if max(abs(value.numerator), value.denominator) >= 10**DIGITS:
        raise ValueError("too large")
    return value
