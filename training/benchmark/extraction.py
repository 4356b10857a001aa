"""Reading the answer out of a model's text, by fixed rules.

Strict is ODIN's own format: the answer follows the last `####`, a program stands in a fenced block. Lenient is for
models that were taught other habits: the last number, the last option that is named.
"""

import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from fractions import Fraction

from data_chef.text import extract_answer, normalize_answer


_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?[$£€]?[-−]?"
    r"(?:(?:\d+\s)?\d+/\d+|(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
    r"(?:\s?%|\spercent\b)?"
)
_FENCE = re.compile(r"```[ \t]*(?:python|py)?[0-9.]*[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)


def parse_number(text: str) -> Fraction | None:
    """The value of a number as people write it: `1,200`, `$5.00`, `3/4`, `1 1/2`, `50%` (which is 50), or None."""
    text = re.sub(r"\s*(?:%|percent)?\s*\.?$", "", text.strip().replace("−", "-"))
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"^([-+]?)\s*[$£€]\s*", r"\1", text)
    # Never an exponent: 1e999999999 would be computed to its last digit.
    match = re.fullmatch(r"([-+]?)(?:(?:(\d+)\s+)?(\d+)\s*/\s*(\d+)|(\d+\.?\d*|\.\d+))", text)
    if match is None:
        return None
    sign, whole, top, bottom, number = match.groups()
    try:
        value = Fraction(number) if number else Fraction(whole or 0) + Fraction(int(top), int(bottom))
    except (ValueError, ZeroDivisionError):  # thousands of digits, or nothing to divide by
        return None
    return -value if sign == "-" else value


def numbers_in(text: str) -> list[str]:
    """The numbers of a text in their order, each as it is written."""
    return [match[0] for match in _NUMBER.finditer(text)]


def same_number(given: str, expected: str) -> bool:
    """Whether two texts are the same number, within rounding for those with a decimal point."""
    a, b = parse_number(given), parse_number(expected)
    if a is None or b is None:
        return False
    return a == b or ("." in given + expected and abs(a - b) <= max(Fraction(1), abs(b)) / 10**6)


def same_answer(given: str, expected: str) -> bool:
    """Whether a mathematical answer is right: the same number, all numbers of several, or the same words."""
    if same_number(given, expected) or normalize_answer(given) == normalize_answer(expected):
        return True
    wanted, found = numbers_in(expected), numbers_in(given)
    if parse_number(expected) is not None:
        # `#### 42 apples` has one number and a unit.
        return len(found) == 1 and same_number(found[0], expected)
    several = len(wanted) > 1 and len(wanted) == len(found)
    return several and all(same_number(a, b) for a, b in zip(found, wanted, strict=True))


def final_answer(text: str) -> str | None:
    """What stands on the line after the last `####`, or None."""
    _, mark, tail = text.rpartition("####")
    answer = tail.strip().split("\n")[0].strip() if mark else ""
    return answer or None


def math_answers(text: str) -> tuple[str | None, str | None]:
    """The strict and the lenient reading: after `####`; that, or the last number."""
    strict = final_answer(text)
    if strict is not None:
        return strict, strict
    boxed = re.findall(r"\\boxed\{([^{}]*)\}", text)
    found = boxed or numbers_in(text)
    return None, found[-1] if found else None


def option(text: str, choices: Sequence[str], lettered: bool = True) -> int | None:
    """The one option that a short text is: its words, its letter, or the same number; None when it is none of them.

    Args:
        lettered: whether the options were shown as A, B, C ...
    """
    plain = _plain(text)
    for index, choice in enumerate(choices):
        if plain == _plain(choice):
            return index
    # `a dog` begins with the article.
    letter = re.match(r"\(?([a-z])(?:[).:,]|$)", plain) if lettered else None
    if letter and ord(letter[1]) - ord("a") < len(choices):
        return ord(letter[1]) - ord("a")
    same = [index for index, choice in enumerate(choices) if same_number(text, choice)]
    return same[0] if len(same) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"\s*,\s*", ",", normalize_answer(re.sub(r"[*`_]", "", text)))


def last_option(text: str, choices: Sequence[str], lettered: bool = True) -> int | None:
    """The option that a text names last: as words, or as a letter in the form `(B)`, `B)` or `answer is B`."""
    places = []
    for index, choice in enumerate(choices):
        pattern = rf"(?<![\w.])(?i:{re.escape(choice)})(?!\w|[.,]\d)"
        if lettered:
            letter = chr(ord("A") + index)
            pattern += rf"|(?<!\w){letter}\)|(?i:answer|option)(?i: is)?:? \(?{letter}(?!\w)"
        # Where two end at the same place, the longer is meant: `not known`, which ends as `known` does.
        places += [(match.end(), len(match[0]), index) for match in re.finditer(pattern, text)]
    return max(places)[2] if places else None


def choice_answers(text: str, choices: Sequence[str], lettered: bool = True) -> tuple[int | None, int | None]:
    """The strict and the lenient reading, as positions in the list of options."""
    final = final_answer(text)
    strict = option(final, choices, lettered) if final is not None else None
    if strict is not None:
        return strict, strict
    return None, last_option(text if final is None else final, choices, lettered)


def text_answers(text: str, with_steps: bool = True) -> tuple[str | None, str | None]:
    """The strict and the lenient reading of an answer that is compared as text, normalised.

    Args:
        with_steps: False for questions whose answer is all there is to say, such as a greeting.
    """
    strict = extract_answer(text)
    if strict is None and not with_steps:
        strict = normalize_answer(text)
    lines = [line for line in text.strip().split("\n") if line.strip()]
    return strict, strict if strict is not None else normalize_answer(lines[-1]) if lines else None


def code_blocks(text: str) -> list[str]:
    """The fenced blocks of an answer; a last one may lack its end."""
    return _FENCE.findall(text)


def extract_code(text: str) -> str:
    """The first fenced block of an answer, or all of it where there is none."""
    blocks = code_blocks(text)
    return blocks[0] if blocks else text


def program_of(text: str, problem: Mapping) -> str:
    """The whole program that an answer means.

    The prompt may be code, the head of the function that is asked for. A program that defines the function then gets
    the imports and helpers that the prompt has before it, and a mere body gets the whole prompt before it.
    """
    head, name = problem["prompt"], re.escape(problem["entry_point"])
    defines = re.compile(rf"^(?:async )?(?:def|class) {name}\b|^{name} *=", re.MULTILINE)
    blocks = code_blocks(text)
    code = next((block for block in blocks if defines.search(block)), extract_code(text))
    has_head = bool(defines.search(head)) and compiles(head.rstrip() + "\n    pass\n")
    if defines.search(code):
        code = (_before(head, defines) if has_head else "") + code
    elif has_head:
        code = _with_body(head, code)
    if blocks or compiles(code):
        return code
    # Text without fences may ramble on after the program.
    lines = code.split("\n")
    ends = (end for end in range(len(lines) - 1, 0, -1) if compiles("\n".join(lines[:end])))
    return "\n".join(lines[: next(ends, len(lines))])


def _with_body(head: str, body: str) -> str:
    """A head and the body of its function, whose indentation models often lose, in the first line or everywhere."""
    head, body = head.rstrip(), body.strip("\n")
    ways = [f"{head}\n{body}\n", f"{head}\n{textwrap.indent(body, '    ')}\n", f"{head}\n    {body}\n"]
    if not body[:1].isspace():
        # As it stands it would run beside the function, not in it.
        del ways[0]
    return next((way for way in ways if compiles(way)), ways[0])


def compiles(program: str) -> bool:
    """Whether a text is a Python program, as far as its syntax goes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(program, "answer", "exec")
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return False
    return True


def _before(head: str, defines: re.Pattern) -> str:
    """The imports and helpers of a prompt before the function that it asks for."""
    match = defines.search(head)
    assert match
    before = re.sub(r"(?:^@.*\n)+\Z", "", head[: match.start()], flags=re.MULTILINE).strip()
    return f"{before}\n\n\n" if before else ""


def solution_program(text: str) -> str | None:
    """A fenced program that defines `solution()`, which the answer to a mathematical question may be, or None."""
    return next((block for block in code_blocks(text) if re.search(r"(?m)^def solution\(\s*\)", block)), None)
