"""Numbers as words."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def number_words(number: int, use_and: bool = True) -> str:
    """ "twenty-one", "one hundred and five" (or "one hundred five"); from 0 to 999,999."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"no words for {number}")
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    count, rest = divmod(number, size)
    words = f"{number_words(count, use_and)} {name}"
    if not rest:
        return words
    return f"{words} {'and ' if use_and and rest < 100 else ''}{number_words(rest, use_and)}"


def ordinal_words(number: int, use_and: bool = True) -> str:
    """ "first", "twenty-first", "one hundredth"."""
    words = number_words(number, use_and)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    start, last = words[:cut], words[cut:]
    if last in _ORDINALS:
        return start + _ORDINALS[last]
    return start + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def ordinal(number: int) -> str:
    """ "1st", "22nd", "113th"."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
