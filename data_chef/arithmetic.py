"""Written arithmetic, as lines of text, each one fact that can be done in the head; and the check of such lines."""

import math
import re
from fractions import Fraction
from functools import lru_cache
from random import Random


# Ways to ask for the value of an expression.
ASK_VALUE = (
    "What is {e}?",
    "{e} =",
    "{e} = ?",
    "{e}",
    "Calculate {e}.",
    "Compute {e}.",
    "Work out {e}.",
    "Evaluate {e}.",
    "How much is {e}?",
    "What does {e} equal?",
    "Find the value of {e}.",
    "Please calculate {e}.",
    "Can you work out {e}?",
    "Tell me the value of {e}.",
    "What result does {e} give?",
)
PLACES: tuple[str, ...] = (
    "ones", "tens", "hundreds", "thousands", "ten thousands", "hundred thousands", "millions", "ten millions",
    "hundred millions", "billions", "ten billions", "hundred billions",
)  # fmt: skip
DECIMAL_PLACES = ("", "tenths", "hundredths", "thousandths", "ten-thousandths", "hundred-thousandths", "millionths")


def spacing(rng: Random, text: str) -> str:
    """The text as it is, or now and then without spaces."""
    return text if rng.random() < 0.75 else text.replace(" ", "")


def number_of(rng: Random, digits: int) -> int:
    """A whole number of exactly this many digits, from 1 on."""
    return rng.randint(10 ** (digits - 1), 10**digits - 1)


def listed(things: list) -> str:
    """`3, 5 and 8`."""
    return ", ".join(map(str, things[:-1])) + f" and {things[-1]}"


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


def column_lines(numbers: list[int]) -> list[str]:
    """Any count of numbers added in columns from the right: `ones: 3+7=10+5=15 carry 1 write 5` and so on."""
    width = max(len(str(number)) for number in numbers)
    lines, written, carry = [], "", 0
    for place in range(width):
        digits = [number // 10**place % 10 for number in numbers if number >= 10**place]
        total, *rest = [carry, *digits] if carry else digits
        facts = str(total)
        for digit in rest:
            total += digit
            facts += f"+{digit}={total}"
        carry = total // 10
        last = place == width - 1
        written = (str(total) if last else str(total % 10)) + written
        carried = f" carry {carry}" if carry and not last else ""
        lines.append(f"{PLACES[place]}: {facts}{carried} write {written}")
    return lines


def row_lines(number: int, digit: int, zeros: str = "") -> list[str]:
    """`47*6` as `7*6=42 carry 4 write 2`, `4*6=24+4=28 write 282`; `zeros` end all that is written."""
    lines, written, carry, text = [], zeros, 0, str(number)
    for place in range(len(text) - 1, -1, -1):
        total = int(text[place]) * digit
        facts = f"{text[place]}*{digit}={total}"
        if carry:
            total += carry
            facts += f"+{carry}={total}"
        carry = total // 10
        if place and carry:
            facts += f" carry {carry}"
        written = (str(total % 10) if place else str(total)) + written
        lines.append(f"{facts} write {written}")
    return lines


def product_lines(a: int, b: int) -> list[str]:
    """Long multiplication: a row of partial products for each digit of b, and the rows added in columns."""
    lines, rows = [], []
    for place, digit in enumerate(reversed(str(b))):
        if digit == "0":
            continue
        rows.append(a * int(digit) * 10**place)
        lines.append(f"{a}*{int(digit) * 10**place}")
        lines += row_lines(a, int(digit), "0" * place)
    total = rows[0]
    for row in rows[1:]:
        lines += addition_lines(row, total)
        total += row
    return lines


def significant(number: int) -> int:
    """How many digits a number has, zeros at its end not counted."""
    return len(str(number).rstrip("0")) or 1


def parts(number: int) -> list[int]:
    """The number by places, zeros left out: 405 is 400 and 5."""
    text = str(number)
    return [int(digit) * 10 ** (len(text) - 1 - i) for i, digit in enumerate(text) if digit != "0"] or [0]


def sum_chain(a: int, b: int) -> str:
    """A sum in the head, place by place: `348+275=548+75=618+5=623`."""
    total, rest, chain = max(a, b), min(a, b), f"{a}+{b}"
    while rest:
        total, rest = _added(total, rest)
        chain += f"={total}+{rest}" if rest else f"={total}"
    return chain if min(a, b) else f"{chain}={total}"


def _added(total: int, rest: int) -> tuple[int, int]:
    """One step of a sum: its highest place where there is a carry, or all of it; and what is left to add."""
    top = rest
    if rest >= 10 and max(total, rest) >= 100 and significant(rest) > 1 and _carries(total, rest):
        top = parts(rest)[0]
    return total + top, rest - top


def difference_chain(a: int, b: int) -> str:
    """A difference in the head, for a >= b, place by place: `523-178=423-78=353-8=345`."""
    total, rest = a, b
    chain = f"{total}-{rest}"
    while rest >= 10 and significant(rest) > 1 and total >= 100 and _borrows(total, rest):
        top = parts(rest)[0]
        total, rest = total - top, rest - top
        chain += f"={total}-{rest}"
    return f"{chain}={a - b}"


def _carries(a: int, b: int) -> bool:
    return any(int(x) + int(y) > 9 for x, y in zip(*aligned(a, b), strict=True))


def _borrows(a: int, b: int) -> bool:
    return any(x < y for x, y in zip(*aligned(a, b), strict=True))


def product_chain(a: int, b: int) -> str:
    """A product by a number with one digit that is not 0: `34*7=30*7+4*7=210+28=238`, `8*59=8*50+8*9=400+72=472`."""
    first = significant(a) > 1
    split, other = (a, b) if first else (b, a)
    if max(a, b) <= 12 or a * b <= 100 or min(a, b) < 2 or significant(split) == 1 or str(other).rstrip("0") == "1":
        return f"{a}*{b}={a * b}"
    pieces = parts(split)
    terms = [piece * other for piece in pieces]
    chain = f"{a}*{b}=" + "+".join(f"{piece}*{b}" if first else f"{a}*{piece}" for piece in pieces)
    chain += "=" + "+".join(map(str, terms))
    while len(terms) > 1:
        total, rest = _added(terms[0], terms[1])
        terms[:2] = [total, rest] if rest else [total]
        chain += "=" + "+".join(map(str, terms))
    return chain


def signed_chain(a: int, operator: str, b: int) -> str:
    """A sum, difference or product of any signs, those settled first: `8-(-2)=8+2=10`, `9-53=-(53-9)=-44`."""
    right = f"({b})" if b < 0 else str(b)
    if operator == "*":
        return product_chain(a, b) if a >= 0 <= b else f"{a}*{right}={a * b}"
    added = b if operator == "+" else -b
    small, large = sorted((abs(a), abs(added)))
    if a >= 0 and added >= 0:
        way = sum_chain(a, added)
    elif a + added >= 0:
        way = difference_chain(large, small)
    elif large <= 12:
        way = f"{a}{added:+d}={a + added}"
    else:
        way = f"-({large}{'+' if (a < 0) == (added < 0) else '-'}{small})={a + added}"
    chain = f"{a}{operator}{right}"
    if b < 0 and not way.startswith(f"{a}{added:+d}="):
        chain += f"={a}{added:+d}"
    return way if way.startswith(f"{chain}=") else f"{chain}={way}"


def product_steps(a: int, b: int) -> list[str]:
    """A product in the head: the factor with fewer digits split into its places, and what they give added."""
    if significant(b) > significant(a):
        a, b = b, a
    if max(a, b) <= 12:
        return [f"{a}*{b}={a * b}"]
    total, lines = 0, []
    for part in parts(b):
        lines.append(product_chain(a, part))
        if total:
            lines.append(sum_chain(total, a * part))
        total += a * part
    return lines


def multiples_line(number: int) -> str:
    """`multiples of 23: 23, 46, 69, 92, 115, 138, 161, 184, 207`."""
    return f"multiples of {number}: " + ", ".join(str(number * k) for k in range(1, 10))


def division_fact(a: int, b: int) -> str:
    """How often b fits, and what is left: `56/6: 9*6=54, 56-54=2`."""
    return f"{a}/{b}: {product_chain(a // b, b)}, {difference_chain(a, a // b * b)}"


def division_lines(a: int, b: int) -> list[str]:
    """Long division: `73/23: 3*23=69, 73-69=4, write 3`, then the next digit is brought down: `48/23: ...`.

    A divisor of several digits has its multiples written down first.
    """
    lines, rest, quotient = [multiples_line(b)] if b > 12 else [], 0, ""
    for place, digit in enumerate(str(a)):
        rest = rest * 10 + int(digit)
        if rest < b and not quotient and place < len(str(a)) - 1:
            continue
        count, product = rest // b, rest // b * b
        quotient += str(count)
        lines.append(f"{rest}/{b}: {count}*{b}={product}, {difference_chain(rest, product)}, write {quotient}")
        rest -= product
    return lines


def divided_lines(a: int, b: int) -> list[str]:
    """An exact quotient: one fact where it is one, or long division."""
    easy = b == 1 or (b <= 12 and a <= 12 * b) or str(b).strip("0") == "1" and a % b == 0
    return [f"{a}/{b}={a // b}"] if easy else [*division_lines(a, b), f"{a}/{b}={a // b}"]


def common_lines(b: int, d: int) -> tuple[int, list[str]]:
    """The least common denominator, and where it takes a search, the multiples of the larger until one fits."""
    large, small, common = max(b, d), min(b, d), math.lcm(b, d)
    if common == large:
        return common, []
    found = ", ".join(map(str, range(large, common + 1, large)))
    return common, [f"multiples of {large}: {found}", f"{common}/{small}={common // small}"]


def reduced_chain(top: int, bottom: int) -> str:
    """A fraction reduced by one small prime after the other: `18/48=9/24=3/8`; a whole number stands alone."""
    if top == 0:
        return f"0/{bottom}=0"
    chain, rest, prime = f"{top}/{bottom}", math.gcd(top, bottom), 2
    while rest > 1:
        if rest % prime == 0:
            top, bottom, rest = top // prime, bottom // prime, rest // prime
            chain += f"={top}/{bottom}"
        else:
            prime += 1
    if bottom == 1:
        chain = chain.removesuffix(f"={top}/1") + f"={top}"
    return chain


def widened(a: int, b: int, common: int) -> list[str]:
    """A fraction over a larger denominator: `3/4=9/12`; nothing when it has that one already."""
    return [] if b == common else [f"{a}/{b}={a * (common // b)}/{common}"]


def widened_steps(a: int, b: int, common: int) -> list[str]:
    """As `widened`, one fact at a time: `12/4=3, 3*3=9, 3/4=9/12`."""
    factor = common // b
    return [] if b == common else [f"{common}/{b}={factor}, {product_chain(a, factor)}, {a}/{b}={a * factor}/{common}"]


def percent_part_lines(percent: int, whole: int) -> list[str]:
    """So many percent of a number, by the fraction in lowest terms: `60%=60/100=3/5`, a fifth, and three of them."""
    chain, fraction = reduced_chain(percent, 100), Fraction(percent, 100)
    lines = [f"{percent}%={chain}", *divided_lines(whole, fraction.denominator)]
    piece = whole // fraction.denominator
    return lines + (product_steps(piece, fraction.numerator) if fraction.numerator > 1 else [])


def percent_whole_lines(percent: int, part: int) -> list[str]:
    """The number of which the part is so many percent: `60%=60/100=3/5`, so a third of the part, five times."""
    chain, fraction = reduced_chain(percent, 100), Fraction(percent, 100)
    lines = [f"{percent}%={chain}", *(divided_lines(part, fraction.numerator) if fraction.numerator > 1 else [])]
    return lines + product_steps(part // fraction.numerator, fraction.denominator)


def rate_lines(part: int, whole: int) -> list[str]:
    """What percentage the part is of the whole: the fraction in lowest terms times 100."""
    chain, fraction = reduced_chain(part, whole), Fraction(part, whole)
    lines = [chain] if "=" in chain else []
    lines.append(f"{fraction.numerator}*100={fraction.numerator * 100}")
    if fraction.denominator > 1:
        lines += divided_lines(fraction.numerator * 100, fraction.denominator)
    return [*lines, f"{part}/{whole}={fraction * 100}%"]


def decimal(number: int, places: int) -> str:
    """The number with a point before its last digits: 427 with 2 places is `4.27`."""
    if places <= 0:
        return str(number * 10**-places)
    digits = str(abs(number)).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def decimal_text(value: Fraction) -> str:
    """A value as a decimal without zeros at its end. Raises ValueError when it has no finite one."""
    for places in range(25):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return decimal(scaled.numerator, places)
    raise ValueError(f"{value} is no decimal of at most 24 places")


def trimmed(text: str) -> str:
    """A decimal without the zeros at its end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


_SIDE = r"[-\d(][-+*/^%\d().]*"
_CHAIN = re.compile(rf"{_SIDE}(?:={_SIDE})+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ORDER = re.compile(rf"({_SIDE})([<>])({_SIDE})")
_WRITTEN = re.compile(r"=(\d+)(?: (?:carry|borrow) \d)? write (\d+)")
_MULTIPLES = re.compile(r"multiples of (\d+): ([\d, ]+)")


def equations_hold(text: str) -> bool:
    """Whether every chain of equal numbers in the text is right.

    Either all sides of a chain have the same value, as in `34*7=30*7+4*7=210+28=238`, or the chain is worked from step
    to step, as in `4*6=24+4=28`: each side begins with the value of the one before, and the last is a number.
    """
    try:
        return all(_chain_holds(chain.rstrip(".").split("=")) for chain in _CHAIN.findall(text))
    except (ValueError, ZeroDivisionError):
        return False


def _chain_holds(sides: list[str]) -> bool:
    values = [evaluate(side) for side in sides]
    if all(value == values[0] for value in values[1:]):
        return True
    if _NUMBER.fullmatch(sides[0]) or leading_number(sides[-1]) != sides[-1]:
        return False
    return all(evaluate(leading_number(side)) == value for value, side in zip(values, sides[1:], strict=False))


def number_in(answer: str) -> Fraction | None:
    """The number that an answer is, its % sign left out; None when it is none."""
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?|-?\d+/[1-9]\d*)%?", answer)
    return Fraction(match[1]) if match else None


def reaches(solution: str, answer: str) -> bool:
    """Whether all that the solution says is right, equations, comparisons and columns, and it ends with the answer."""
    if not solution.endswith(answer) or re.search(r"[\d.]\Z", solution[: -len(answer)]) and answer[0].isdigit():
        return False
    return equations_hold(solution) and _columns_hold(solution) and _orders_hold(solution)


def _columns_hold(text: str) -> bool:
    """Whether each column writes down the result of its fact, or the last digit of it, and multiples are multiples."""
    for number, multiples in _MULTIPLES.findall(text):
        if any(int(m) != int(number) * k for k, m in enumerate(multiples.strip(", ").split(", "), 1)):
            return False
    return all(written.startswith((result, result[-1])) for result, written in _WRITTEN.findall(text))


def _orders_hold(text: str) -> bool:
    """Whether each comparison such as `3/4<0.8` is right."""
    try:
        pairs = [(sign, evaluate(left), evaluate(right.rstrip("."))) for left, sign, right in _ORDER.findall(text)]
    except (ValueError, ZeroDivisionError):
        return False
    return all(left < right if sign == "<" else left > right for sign, left, right in pairs)


def leading_number(expression: str) -> str:
    """The number that a side of a chain begins with: 24 in `24+4`."""
    match = re.match(r"-?\d+(?:/\d+)?$|-?\d+(?:\.\d+)?%?", expression)
    return match.group() if match else expression


_WHOLE = re.compile(r"-?\d+(?:[-+*]\d+)*")
_PLAIN = re.compile(r"[-+*/^%\d().]+")
# A power has a plain exponent below 100, no power of a power, so that nothing takes long.
_FORBIDDEN = re.compile(r"\*\*|//|\^(?!-?\d{1,2}(?![\d^.]))")


@lru_cache(maxsize=1 << 16)
def evaluate(expression: str) -> Fraction:
    """The exact value of an expression of digits, + - * / ^ % and brackets. Raises ValueError for anything else.

    `%` stands for hundredths, and division is exact.
    """
    if not _PLAIN.fullmatch(expression) or _FORBIDDEN.search(expression):
        raise ValueError(f"{expression!r} is not plain arithmetic")
    if _WHOLE.fullmatch(expression):
        terms = re.findall(r"(-?)(\d[\d*]*)", expression)
        return Fraction(sum((-1 if sign else 1) * math.prod(map(int, term.split("*"))) for sign, term in terms))
    exact = re.sub(r"(?<!\^)(?<!\^-)(?<!\d)\d+(?:\.\d+)?", lambda m: f"F('{m.group()}')", expression)
    try:
        return eval(exact.replace("%", "/100").replace("^", "**"), {"F": Fraction, "__builtins__": {}})  # noqa: S307
    except (SyntaxError, TypeError) as error:
        raise ValueError(f"{expression!r} is not plain arithmetic") from error
