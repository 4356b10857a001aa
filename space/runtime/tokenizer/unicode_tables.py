"""Writes unicode.ts, the Unicode that Python's tokenizer knows: `python space/runtime/tokenizer/unicode_tables.py`.

The parts of the `tokenizers` package were built with Unicode versions of their own (of tokenizers 0.22: 16 for the
words, 17 for the digits, 9 for NFC), and every browser has another. So nothing is read from a Unicode database here:
the tables are what the package itself does to each code point. A test keeps unicode.ts equal to this.
"""

import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from tokenizers import normalizers, pre_tokenizers


TARGET = Path(__file__).with_name("unicode.ts")
CHARACTERS = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
HEADER = """\
/**
 * Sets of characters as Python's tokenizer has them, written by unicode_tables.py; not to be edited.
 *
 * A set is its ranges in order, each `gap.more` in base 36: the code points left out since the range before, and how
 * many the range has beyond its first.
 */
"""


def source() -> str:
    """The content of unicode.ts."""
    letters, numbers, spaces = words()
    sets = {
        "LETTERS": ("`\\p{L}` of the words that ByteLevel splits.", letters),
        "NUMBERS": ("`\\p{N}` of the words that ByteLevel splits.", numbers),
        "SPACES": ("`\\s` there.", spaces),
        "NUMERIC": ("What Digits takes for a digit.", numeric()),
        "COMPOSING": ("What takes part in NFC; the rest stays as it is and keeps its neighbours apart.", composing()),
    }
    parts = [HEADER]
    for name, (meaning, characters) in sets.items():
        lines = textwrap.fill(f"export const {name} = `{encoded(characters)}`;", 119, break_on_hyphens=False)
        parts.append(f"/** {meaning} */\n{lines}\n")
    return "\n".join(parts)


def words() -> tuple[set[str], set[str], set[str]]:
    """The letters, numbers and white space of the regular expression that splits words."""
    split = pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str
    # Neither may begin a word of another kind. What is left falls apart into runs of one kind.
    text = "".join(CHARACTERS).replace("'", "").replace(" ", "")
    kinds: dict[str, set[str]] = {"a": set(), "1": set(), "\n": {" "}, "!": {"'"}}
    for _, (start, end) in split(text):
        of_one_kind = [probe for probe in kinds if len(split(probe + text[start])) == 1]
        assert len(of_one_kind) == 1, f"U+{ord(text[start]):04X} is of the kinds {of_one_kind}"
        kinds[of_one_kind[0]].update(text[start:end])
    return kinds["a"], kinds["1"], kinds["\n"]


def numeric() -> set[str]:
    """What `Digits` splits off."""
    split = pre_tokenizers.Digits(individual_digits=True).pre_tokenize_str
    text = "".join(CHARACTERS)
    return {text[start] for _, (start, end) in split(text) if end == start + 1 and len(split("aa" + text[start])) == 2}


def composing() -> set[str]:
    """The characters that have a decomposition, are part of a longer one, or change places with a combining mark."""
    nfd = normalizers.NFD().normalize_str
    decompositions = {c: d for c, d in applied(nfd, CHARACTERS) if c != d}
    parts = {part for decomposition in decompositions.values() if len(decomposition) > 1 for part in decomposition}
    rest = [c for c in CHARACTERS if c not in decompositions]
    # Of the combining classes U+0334 has the first and U+0345 the last.
    before = {text[0] for text, ordered in applied(nfd, (c + "\u0334" for c in rest)) if text != ordered}
    after = {text[1] for text, ordered in applied(nfd, ("\u0345" + c for c in rest)) if text != ordered}
    return decompositions.keys() | parts | before | after


def applied(normalize: Callable[[str], str], texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Each text, none of which holds a line end of its own, with its normal form."""
    kept = [text for text in texts if "\n" not in text]
    return zip(kept, normalize("\n".join(kept)).split("\n"), strict=True)


def encoded(characters: set[str]) -> str:
    ranges: list[list[int]] = []
    for point in sorted(map(ord, characters)):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    starts = [0, *(last + 1 for _, last in ranges)]
    return " ".join(
        base36(first - start) + (f".{base36(last - first)}" if last > first else "")
        for start, (first, last) in zip(starts, ranges)
    )


def base36(number: int) -> str:
    rest, digit = divmod(number, 36)
    return (base36(rest) if rest else "") + "0123456789abcdefghijklmnopqrstuvwxyz"[digit]


if __name__ == "__main__":
    TARGET.write_text(source())
