"""How a step is written: what it is for in a word, what is done in the head for it, then the calculation itself.

`Cost: 36*10=360, 30*6=180, 6*6=36, 180+36=216, 360+216=576, <<36*16=576>>`
"""

import re
from fractions import Fraction
from functools import lru_cache

from data_chef.arithmetic import decimal_text, difference_chain, parts, significant, sum_chain


Number = int | Fraction
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: Fraction(a) / b,
}
_CALL = re.compile(r"<<(\d[\d.]*(?:[-+*/]\d[\d.]*)+)=[\d.]+>>")
# The role of a quantity by the last word of its label, or else by the first.
_LAST = {
    word: role
    for role, words in {
        "Left": "left over",
        "Now": "now",
        "Before": "before",
        "Then": "then",
        "Missing": "missing needed",
        "Gone": "gone used",
        "More": "added",
        "Done": "far",
        "Total": "total together altogether",
        "Each": "each",
    }.items()
    for word in words.split()
}
STATES = frozenset(_LAST.values())
_FIRST = {
    word: role
    for role, words in {
        "Time": "second seconds minute minutes hour hours day days week weeks month months year years",
        "Distance": "mile miles kilometer kilometers",
        "Cost": "cost",
        "Price": "price",
        "Total": "total new sum",
        "Gone": "spent others",
        "Each": "share one",
        "Pay": "pay usual wage",
        "Overtime": "overtime",
        "Sales": "sale sales revenue",
        "Saved": "saving savings saved",
        "Percent": "percent percentage",
        "Twice": "twice",
        "Money": "money",
        "Count": "number",
        **{
            word.capitalize(): word
            for word in "profit discount tax tip change average difference area perimeter volume length width side "
            "speed age paid extra parts neither only times".split()
        },
    }.items()
    for word in words.split()
}


@lru_cache(maxsize=4096)
def role(label: str, otherwise: str) -> str:
    """One of a few words for what a label such as `cost of the red apples` says, so that no noun has to be copied."""
    words = label.removesuffix(" that").lower().split()
    if not words:
        return otherwise
    if "per" in words:
        return "Speed" if words[0] in ("miles", "kilometers") else "Each"
    if words[-2:-1] == ["a"]:
        return "Each"
    if words[1:2] == ["and"]:
        return "Half"  # Length and width are half of the way around.
    return _LAST.get(words[-1]) or _FIRST.get(words[0]) or otherwise


def worked(text: str) -> str:
    """The text with each call of several operations taken apart, and before each call what its result takes.

    `<<11+9+12=32>>` becomes `<<11+9=20>>, <<20+12=32>>`.
    """
    return _CALL.sub(lambda match: calls(match[1]), text)


def calls(expression: str) -> str:
    """A sum or a product of two numbers or more, one operation at a time; never both together."""
    first, *rest = re.split(r"([-+*/])", expression)
    value, signs, others = _number(first), rest[::2], [_number(other) for other in rest[1::2]]
    if not (set(signs) <= {"+", "-"} or set(signs) <= {"*", "/"}):
        raise ValueError(f"{expression!r} mixes sums and products")
    if len(signs) == 2 and len(set(signs)) == 2 and "/" in signs:
        value, signs, others = _small_first(value, signs, others)
    found = []
    for sign, other in zip(signs, others, strict=True):
        result = _tidy(OPERATIONS[sign](value, other))
        found += [*in_head(value, sign, other), f"<<{_text(value)}{sign}{_text(other)}={_text(result)}>>"]
        value = result
    return ", ".join(found)


def in_head(a: Number, sign: str, b: Number) -> list[str]:
    """The facts from which the result is made where it is not a fact itself: `30*8=240`, `7*8=56`, `240+56=296`."""
    if not (isinstance(a, int) and isinstance(b, int)):
        return _cents(a, b) if sign == "*" else []
    if sign == "*":
        facts = _product(a, b)
    elif sign == "/":
        facts = _quotient(a, b)
    else:
        facts = [sum_chain(a, b) if sign == "+" else difference_chain(a, b)]
        return facts if facts[0].count("=") > 1 else []
    return facts if len(facts) > 1 else []


def is_fact(a: int, b: int) -> bool:
    """Whether a product is in the table or small, or comes digit by digit without a carry."""
    if max(a, b) <= 12 or a * b <= 100 or significant(a) == significant(b) == 1:
        return True
    longer, digit = (a, b) if significant(b) == 1 else (b, a)
    return significant(digit) == 1 and all(int(d) * int(str(digit)[0]) < 10 for d in str(longer))


def _product(a: int, b: int) -> list[str]:
    """The product place by place of one factor, the last fact being the product itself."""
    if is_fact(a, b):
        return [f"{a}*{b}={a * b}"]
    longer, shorter = sorted((a, b), key=lambda n: (significant(n), n), reverse=True)
    pairs = [(longer, part) for part in parts(shorter)]
    if len(pairs) == 1:
        pairs = [(part, shorter) for part in parts(longer)]
    facts, total = [], 0
    for x, y in pairs:
        facts += _product(x, y)
        if total:
            facts.append(f"{total}+{x * y}={total + x * y}")
        total += x * y
    return facts


def _quotient(a: int, b: int) -> list[str]:
    """A whole quotient by a divisor of the table, place by place: `80/4=20`, `16/4=4`, `20+4=24`."""
    places = parts(a // b)
    if a % b or b > 12 or a <= 12 * b or len(places) == 1:
        return []
    if b < 10 and all(int(digit) % b == 0 for digit in str(a)):
        return []
    return [*(f"{part * b}/{b}={part}" for part in places), f"{'+'.join(map(str, places))}={a // b}"]


def _cents(a: Number, b: Number) -> list[str]:
    """Dollars and cents so many times: the dollars, then the cents."""
    amount, times = (a, b) if isinstance(b, int) else (b, a)
    whole = int(amount)
    if not isinstance(times, int) or not whole:
        return []
    cents = amount - whole
    one, two = _text(whole * times), _text(_tidy(cents * times))
    return [f"{whole}*{times}={one}", f"{_text(cents)}*{times}={two}", f"{one}+{two}={_text(_tidy(amount * times))}"]


def _small_first(value: Number, signs: list[str], others: list[Number]) -> tuple[Number, list[str], list[Number]]:
    """A product and a quotient in the order that stays small: `600*25/100` as `600/100*25`, `7/20*100` as `100/20*7`."""
    factor, divisor = others if signs[0] == "*" else reversed(others)
    for one, other in ((value, factor), (factor, value)):
        if one % divisor == 0:
            return one, ["/", "*"], [divisor, other]
    return value, ["*", "/"], [factor, divisor]


def _number(text: str) -> Number:
    return int(text) if text.isdigit() else Fraction(text)


def _tidy(value: Number) -> Number:
    return value if isinstance(value, int) or value.denominator > 1 else value.numerator


def _text(value: Number) -> str:
    return str(value) if isinstance(value, int) else decimal_text(value)
