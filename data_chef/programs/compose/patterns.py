"""Functions on text with regular expressions, and functions that format values."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from data_chef.programs.algorithms.recipe import Recipe, words


RE = "import re\n"
NAMES = "Ann Ben Eva Leo Mia Tom Zoe Max".split()
UNITS = ("kg", "cm", "km", "ml")


def mixed(rng: Random, **constants) -> tuple[str]:
    """Words, numbers, punctuation and what the constants look for."""
    parts = words(rng, 1, 4)
    for _ in range(rng.randint(0, 3)):
        parts.append(rng.choice((str(rng.randint(0, 999)), f"{rng.choice(words(rng))}{rng.randint(1, 99)}",
                                 rng.choice(NAMES), words(rng)[0].upper(),
                                 words(rng)[0] + rng.choice(",.!?;"))))  # fmt: skip
    for constant in constants.values():
        if isinstance(constant, str) and rng.random() < 0.8:
            parts.append(rng.choice((constant, constant + words(rng)[0], words(rng)[0] + constant)))
    rng.shuffle(parts)
    return (rng.choice((" ", " ", " ", "  ")).join(parts),)


def marked(rng: Random, a: str, b: str) -> tuple[str]:
    parts = [rng.choice((w, f"{a}{w}{b}")) for w in words(rng, 2, 5)]
    return (" ".join(parts),)


def dates(rng: Random, **_) -> tuple[str]:
    def date() -> str:
        return rng.choice((f"{rng.randint(1990, 2030)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
                           f"{rng.randint(1, 9)}-{rng.randint(1, 99)}", f"{rng.randint(1990, 2030)}"))  # fmt: skip

    return (" ".join(rng.sample([date(), date(), words(rng)[0], "on " + date()], rng.randint(1, 4))),)


def code(rng: Random, **_) -> tuple[str]:
    letters = "".join(rng.choice("ABCXYZabc") for _ in range(rng.randint(1, 4)))
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 5)))
    return (rng.choice((letters + digits, letters + "-" + digits, digits, letters, digits + letters)),)


def runs(text: str, chosen) -> list[str]:
    """Maximal runs of the characters for which `chosen` holds."""
    return "".join(c if chosen(c) else "\n" for c in text).split()


def is_word(text: str, low: int, high: int) -> bool:
    return low <= len(text) <= high


def ascii_letter(c: str) -> bool:
    return "a" <= c.lower() <= "z"


def assigned(rng: Random, **_) -> tuple[str]:
    pairs = [f"{word}{rng.choice(('=', '=', ':'))}{rng.randint(0, 99)}" for word in words(rng, 1, 4)]
    return (rng.choice(("; ", " ", ", ")).join(pairs),)


def camel(rng: Random, **_) -> tuple[str]:
    first, *rest = words(rng, 1, 4)
    return (first + "".join(w.capitalize() for w in rest),)


def snake(rng: Random, **_) -> tuple[str]:
    return ("_".join(words(rng, 1, 4)),)


LETTERS = tuple("aeiorstnlbcp")
TEXT = "text/s/line/string"
REGEX = (
    Recipe("re_numbers_min", 1, "numbers find_numbers extract_numbers", TEXT, "str, list[str]",
           ("Return all runs of at least $k digits in $text, as a list of strings.",
            "Find all numbers with $k or more digits in $text, as strings."),
           (RE + r"return re.findall(r'\d{$k,}', $text)", RE + r"return [m.group() for m in re.finditer(r'\d{$k,}', "
            r"$text)]"),
           lambda text, k: [run for run in runs(text, str.isdigit) if len(run) >= k], mixed,
           (("",), ("7 42 105 2024 31415",), ("a1b22c333",)), {"k": (1, 2, 3, 4)}),
    Recipe("re_number_sum", 2, "sum_numbers add_numbers number_total", TEXT, "str, int",
           ("Return the sum of all whole numbers with exactly $k digits in $text, where a number is a run of "
            "digits.",),
           (RE + r"return sum(int(n) for n in re.findall(r'\d+', $text) if len(n) == $k)",
            RE + r"return sum(map(int, re.findall(r'(?<!\d)\d{$k}(?!\d)', $text)))"),
           lambda text, k: sum(int(run) for run in runs(text, str.isdigit) if len(run) == k), mixed,
           (("",), ("7 42 105 3 99 1000 300",)), {"k": (1, 2, 3)}),
    Recipe("re_words_start", 1, "words_with_$k find_words words_starting_with_$k", TEXT, "str, list[str]",
           ("Return all words of $text that start with the letter '$k', where a word is a run of lower-case "
            "letters.",),
           (RE + r"return re.findall(r'(?<![a-z])$k[a-z]*', $text)",
            RE + r"return [w for w in re.findall(r'[a-z]+', $text) if w[0] == '$k']"),
           lambda text, k: [w for w in runs(text, lambda c: "a" <= c <= "z") if w.startswith(k)], mixed,
           (("",), ("apple bat car eel ion rat owl sun tin net lip cap",)), {"k": LETTERS}),
    Recipe("re_words_end", 1, "words_ending_with_$k find_endings", TEXT, "str, list[str]",
           ("Return all words of $text that end with the letter '$k', where a word is a run of lower-case letters.",),
           (RE + r"return re.findall(r'[a-z]*$k(?![a-z])', $text)",
            RE + r"return [w for w in re.findall(r'[a-z]+', $text) if w[-1] == '$k']"),
           lambda text, k: [w for w in runs(text, lambda c: "a" <= c <= "z") if w.endswith(k)], mixed,
           (("",), ("idea cub mac eve taxi hero cup car gas cat sun pill",)), {"k": LETTERS}),
    Recipe("re_words_length", 1, "words_of_length_$k find_${k}_letter_words", TEXT, "str, list[str]",
           ("Return all words with exactly $k letters in $text, where a word is a run of letters.",),
           (RE + r"return [w for w in re.findall(r'[A-Za-z]+', $text) if len(w) == $k]",
            RE + r"return re.findall(r'(?<![A-Za-z])[A-Za-z]{$k}(?![A-Za-z])', $text)"),
           lambda text, k: [w for w in runs(text, ascii_letter) if len(w) == k], mixed,
           (("",), ("a be sea tree house garden",)), {"k": (2, 3, 4, 5, 6)}),
    Recipe("re_remove", 1, "remove_$n clean strip_out", TEXT, "str, str",
           ("Return $text without its $what.", "Remove all $what from $text and return the result."),
           (RE + "return re.sub(r'$pattern', '', $text)", "return ''.join(c for c in $text if not ($test))"),
           lambda text, kind: "".join(c for c in text if not eval(kind["test"], {"c": c})), mixed,
           (("",), ("Ann, 3 cats & 12 dogs!",), ("a_b-c.d",)),
           {"kind": ({"what": "digits", "pattern": r"\d", "test": "c.isdigit()", "n": "digits"},
                     {"what": "upper-case letters", "pattern": "[A-Z]", "test": "'A' <= c <= 'Z'", "n": "capitals"},
                     {"what": "lower-case vowels", "pattern": "[aeiou]", "test": "c in 'aeiou'", "n": "vowels"},
                     {"what": "letters", "pattern": "[A-Za-z]", "test": "'a' <= c.lower() <= 'z'", "n": "letters"},
                     {"what": "dots and commas", "pattern": "[.,]", "test": "c in '.,'", "n": "dots"},
                     {"what": "dashes and underscores", "pattern": "[-_]", "test": "c in '-_'", "n": "dashes"})}),
    Recipe("re_replace_runs", 2, "replace_$n mask_$n hide", TEXT, "str, str",
           ("Return $text with every run of $what replaced by one '$mark'.",),
           (RE + "return re.sub(r'$pattern+', '$mark', $text)",),
           lambda text, kind, mark: "".join(
               mark if eval(kind["test"], {"c": c}) else c for i, c in enumerate(text)
               if not (i and eval(kind["test"], {"c": c}) and eval(kind["test"], {"c": text[i - 1]}))), mixed,
           (("",), ("Ann, 31 cats & 12 dogs!",), ("aab  b77 oOo",)),
           {"kind": ({"what": "digits", "pattern": r"\d", "test": "c.isdigit()", "n": "numbers"},
                     {"what": "upper-case letters", "pattern": "[A-Z]", "test": "'A' <= c <= 'Z'", "n": "capitals"},
                     {"what": "lower-case letters", "pattern": "[a-z]", "test": "'a' <= c <= 'z'", "n": "lowercase"},
                     {"what": "spaces", "pattern": "[ ]", "test": "c == ' '", "n": "spaces"},
                     {"what": "lower-case vowels", "pattern": "[aeiou]", "test": "c in 'aeiou'", "n": "vowels"}),
            "mark": tuple("#*_-+.")}),
    Recipe("re_count", 1, "count_$n how_many_$n", TEXT, "str, int",
           ("Return how many runs of $what there are in $text.",),
           (RE + "return len(re.findall(r'$pattern+', $text))", RE + "return sum(1 for _ in "
            "re.finditer(r'$pattern+', $text))"),
           lambda text, kind: len(runs(text, lambda c: eval(kind["test"], {"c": c}))), mixed,
           (("",), ("Ann, 31 cats & 12 dogs!",), ("a1B2c33",)),
           {"kind": ({"what": "digits", "pattern": r"\d", "test": "c.isdigit()", "n": "numbers"},
                     {"what": "letters", "pattern": "[A-Za-z]", "test": "'a' <= c.lower() <= 'z'", "n": "words"},
                     {"what": "upper-case letters", "pattern": "[A-Z]", "test": "'A' <= c <= 'Z'", "n": "capitals"},
                     {"what": "lower-case vowels", "pattern": "[aeiou]", "test": "c in 'aeiou'",
                     "n": "vowel_groups"})}),
    Recipe("re_code", 2, "is_valid is_code valid_code matches", "text/s/code/string", "str, bool",
           ("Return True if $text consists of exactly $a upper-case letters followed by exactly $b digits, otherwise "
            "False.",
            "Check whether $text is a valid code: $a capital letters and then $b digits, nothing else."),
           (RE + r"return re.fullmatch(r'[A-Z]{$a}[0-9]{$b}', $text) is not None",
            RE + r"return bool(re.match(r'[A-Z]{$a}[0-9]{$b}\Z', $text))"),
           lambda text, a, b: len(text) == a + b and all("A" <= c <= "Z" for c in text[:a]) and text[a:].isdigit(),
           lambda rng, a, b: (rng.choice(("ABC"[:a] + "1234"[:b], "XYZ"[:a] + "9876"[:b],
           "ABC"[:a].lower() + "1234"[:b],
                                          "XYZ"[:a] + "98765"[: b + 1], "XYZA"[: a + 1] + "98765"[:b],
                                          code(rng)[0])),),
           (("",), ("A1",), ("AB12",), ("ABC123",), ("AB1234",), ("A-1",)), {"a": (1, 2, 3), "b": (1, 2, 3, 4)}),
    Recipe("re_code_dash", 3, "is_valid is_part_number valid_format", "text/s/code/string", "str, bool",
           ("Return True if $text has the form of $a to $b lower-case letters, a dash and $c digits, otherwise "
            "False.",),
           (RE + r"return re.fullmatch(r'[a-z]{$a,$b}-[0-9]{$c}', $text) is not None",
            RE + r"return bool(re.match(r'[a-z]{$a,$b}-[0-9]{$c}\Z', $text))"),
           lambda text, a, b,
           c: text.count("-") == 1 and a <= len(text.split("-")[0]) <= b and len(text.split("-")[1]) == c
           and all("a" <= x <= "z" for x in text.split("-")[0]) and text.split("-")[1].isdigit(),
           lambda rng, a, b, c: ("abcdefgh"[: rng.choice((a, b, a, b, b + 1, a - 1))] + rng.choice("----_")
                                 + "1234567"[: rng.choice((c, c, c, c + 1, c - 1))],),
           (("",), ("abc-123",), ("ABC-12",), ("abcd-12",), ("ab-1",), ("abcde-1234",)),
           {"a": (1, 2, 3), "b": (3, 4, 5), "c": (1, 2, 3, 4)}),
    Recipe("re_between", 3, "inside find_inside marked_parts", TEXT, "str, list[str]",
           ("Return the words in $text that stand between '$a' and '$b', without these marks.",),
           (RE + r"return re.findall(r'\$a(\w+)\$b', $text)",
            RE + r"return [m.group(1) for m in re.finditer(r'\$a(\w+)\$b', $text)]"),
           lambda text, a, b: [w[1:-1] for w in text.split(" ") if w[:1] == a and w[-1:] == b], marked,
           (("",), ("one two",)), {"a": ("(", "[", "*", "+"), "b": (")", "]", "*", "+")}),
    Recipe("re_years", 2, "find_years years extract_years", TEXT, "str, list[str]",
           ("Return all four-digit numbers in $text that begin with $k, as strings, where a number is a run of "
            "digits.",),
           (RE + r"return re.findall(r'(?<!\d)$k\d{2}(?!\d)', $text)",
            RE + r"return [n for n in re.findall(r'\d+', $text) if len(n) == 4 and n[:2] == '$k']"),
           lambda text, k: [run for run in runs(text, str.isdigit) if len(run) == 4 and run.startswith(str(k))],
           lambda rng, k: (" ".join(rng.sample((f"{k}{rng.randint(10, 99)}", f"{k}{rng.randint(10, 99)}",
           f"in {k + 1}05",
                                                f"{k}{rng.randint(0, 9)}", f"{k}{rng.randint(100, 999)}", "house"),
                                                4)),),
           (("",), ("1850 1905 2007",)), {"k": (18, 19, 20)}),
    Recipe("re_dates", 3, "find_dates dates $part", TEXT, "str, list[int]",
           ("Return the $part (as numbers) of all dates in $text that have the form YYYY-MM-DD.",),
           (RE + r"return [int(m.group($g)) for m in re.finditer(r'(\d{4})-(\d{2})-(\d{2})', $text)]",
            RE + r"return [int(date[$i]) for date in re.findall(r'(\d{4})-(\d{2})-(\d{2})', $text)]"),
           lambda text, which: [int(w.split("-")[which["g"] - 1]) for w in text.split()
                                if [len(p) for p in w.split("-")] == [4, 2, 2]], dates,
           (("",), ("2024-01-31 and 1999-12-05",), ("24-01-31",)),
           {"which": ({"part": "years", "g": 1, "i": 0}, {"part": "months", "g": 2, "i": 1}, {"part": "days", "g": 3,
           "i": 2})}),
    Recipe("re_assign", 3, "parse_pairs settings read_pairs", TEXT, "str, dict[str, int]",
           ("Return a dictionary of all parts of $text that have the form name${k}number, such as 'width${k}5', with "
            "the "
            "numbers as ints; names are runs of lower-case letters, and a later name replaces an earlier one.",),
           (RE + r"return {name: int(value) for name, value in re.findall(r'([a-z]+)$k(\d+)', $text)}",
            RE + "result = {}\n" + r"for name, value in re.findall(r'([a-z]+)$k(\d+)', $text):" + "\n"
            "    result[name] = int(value)\nreturn result"),
           lambda text, k: {p.split(k)[0]: int(p.split(k)[1]) for p in re.split("[; ,]+", text)
                            if p.count(k) == 1 and p.split(k)[0].isalpha() and p.split(k)[1].isdigit()}, assigned,
           (("",), ("a=1 b:2",)), {"k": ("=", ":")}),
    Recipe("re_camel", 2, "camel_to_$n split_camel from_camel", "name/text/s", "str, str",
           ("Return the camelCase name $name in lower case with '$mark' before each letter that was a capital.",),
           (RE + r"return re.sub(r'([A-Z])', r'$mark\1', $name).lower()",
            "return ''.join('$mark' + c.lower() if c.isupper() else c for c in $name)"),
           lambda name, kind: "".join(kind["mark"] * ("A" <= c <= "Z") + c for c in name).lower(), camel,
           (("",), ("plain",), ("aB",)), {"kind": ({"mark": "_", "n": "snake"}, {"mark": "-", "n": "kebab"},
                                                  {"mark": ".", "n": "dotted"}, {"mark": " ", "n": "words"})}),
    Recipe("re_snake", 2, "snake_to_camel to_camel join_parts", "name/text/s", "str, str",
           ("Return the snake_case name $name with each underscore and the letter after it replaced by that letter in "
            "upper case.",),
           (RE + r"return re.sub(r'_([a-z])', lambda m: m.group(1).upper(), $name)",
            "first, *rest = $name.split('_')\nreturn first + ''.join(part.capitalize() for part in rest)"),
           lambda name: "".join(w if i == 0 else w[:1].upper() + w[1:] for i, w in enumerate(name.split("_"))), snake,
           (("",), ("plain",), ("a_b",))),
    Recipe("re_units", 2, "find_$k sum_$k total_$k", TEXT, "str, int",
           ("Return the sum of all whole numbers in $text that are directly followed by '$k'.",),
           (RE + r"return sum(int(n) for n in re.findall(r'(\d+)$k', $text))",
            RE + r"return sum(map(int, re.findall(r'(\d+)$k', $text)))"),
           lambda text, k: sum(int(p[: -len(k)]) for p in text.split() if p.endswith(k) and p[: -len(k)].isdigit()),
           lambda rng, k: (" ".join(rng.choice((f"{rng.randint(1, 50)}{k}", f"{rng.randint(1, 50)}{k}",
                                                f"{rng.randint(1, 50)}", f"{rng.randint(1, 50)}x", words(rng)[0]))
                                    for _ in range(rng.randint(1, 5))),), (("",), ("5kg 7cm 9km 2ml 30kg",)),
           {"k": UNITS}),
    Recipe("re_repeated", 3, "double_letters find_doubles repeated", TEXT, "str, list[str]",
           ("Return the letters that occur $k times in a row in $text, one for each such place from left to right, "
            "where "
            "places do not overlap.",),
           (RE + r"return [m.group(1) for m in re.finditer(r'([a-z])\1{$less}', $text)]",),
           lambda text,
           kind: [run[0] for run in grouped(text) if "a" <= run[0] <= "z" for _ in range(len(run) // kind["k"])],
           lambda rng, kind: ("".join(rng.choice("abc ") * rng.choice((1, 2, 3)) for _ in range(rng.randint(2, 6))),),
           (("",), ("book keeper",), ("aaabccc",)), {"kind": ({"k": 2, "less": 1}, {"k": 3, "less": 2})}),
    Recipe("re_starts", 1, "starts_with_${a}_digits begins_with_digits", TEXT, "str, bool",
           ("Return True if $text begins with at least $a digits, otherwise False.",),
           (RE + r"return re.match(r'\d{$a}', $text) is not None", RE + r"return bool(re.match(r'\d{$a}', $text))"),
           lambda text, a: len(text) >= a and text[:a].isdigit(),
           lambda rng, a: ("1234567"[: rng.choice((a, a - 1, a + 1))] + rng.choice(("x", "", "ab1", " 5")),),
           (("",), ("abc",), ("12ab",), ("1234",)), {"a": (2, 3, 4, 5)}),
    Recipe("re_split", 1, "split_text pieces split_on_marks", TEXT, "str, list[str]",
           ("Return the pieces of $text between the characters '$a' and '$b', as a list; the pieces may be empty.",),
           (RE + r"return re.split(r'[\$a\$b]', $text)", "return $text.replace('$b', '$a').split('$a')"),
           lambda text, a, b: "".join("\n" if c in a + b else c for c in text).split("\n"),
           lambda rng, a, b: ("".join(w + rng.choice((a, b, a + b, " ")) for w in words(rng, 1, 4)).strip(),),
           (("",), ("plain",)), {"a": tuple(",;:"), "b": tuple("-./|")}),
)  # fmt: skip


def grouped(text: str) -> list[str]:
    found: list[str] = []
    for c in text:
        if found and found[-1][0] == c:
            found[-1] += c
        else:
            found.append(c)
    return found


def named(rng: Random, **_) -> tuple[str, int]:
    return rng.choice(words(rng)), rng.choice((rng.randint(0, 9), rng.randint(10, 999)))


def price(rng: Random, **_) -> tuple[int]:
    return (rng.choice((rng.randint(0, 99), rng.randint(100, 999), rng.randint(1000, 99999))),)


def moment(rng: Random, **_) -> tuple[int, int]:
    return rng.randint(0, 23), rng.randint(0, 59)


def grouped_number(n: int, mark: str) -> str:
    digits = str(abs(n))[::-1]
    return "-" * (n < 0) + mark.join(digits[i : i + 3] for i in range(0, len(digits), 3))[::-1]


def places(x: float, k: int) -> str:
    """The exact value rounded, a tie to the even digit."""
    return str(Decimal(x).quantize(Decimal(1).scaleb(-k), ROUND_HALF_EVEN))


def named_up(word: str) -> str:
    return word[:1].upper() + word[1:]


SHORT = {
    "A. Lovelace": lambda a, b: a[:1].upper() + ". " + named_up(b),
    "Lovelace, Ada": lambda a, b: named_up(b) + ", " + named_up(a),
    "LOVELACE Ada": lambda a, b: "".join(c.upper() for c in b) + " " + named_up(a),
    "a.lovelace": lambda a, b: ".".join((a[:1], b)),
    "Ada L.": lambda a, b: named_up(a) + " " + b[:1].upper() + ".",
    "AL": lambda a, b: (a[:1] + b[:1]).upper(),
}
SHAPES = (
    "NAME: VALUE", "NAME = VALUE", "NAME (VALUE)", "VALUE x NAME", "<NAME|VALUE>", "[VALUE] NAME", "NAME -> VALUE",
    "VALUE pieces of NAME", "#VALUE NAME", "NAME, number VALUE", "NAME xVALUE", "(NAME, VALUE)", "VALUE% NAME",
    "NAME costs VALUE euros", "NAME is VALUE years old", "NAME has VALUE points", "NAME/VALUE", "VALUE. NAME",
    "NAME * VALUE", "NAME-VALUE", "VALUE: NAME", "NAME weighs VALUE kg", "VALUE NAME left", "NAME [VALUE]",
)  # fmt: skip


def table_input(rng: Random, **_) -> tuple[dict[str, int]]:
    return ({w: rng.randint(0, 200) for w in words(rng, 1, 3)},)


FORMATS = (
    Recipe("fmt_line", 1, "line format_item label describe", "name/item/key value/count/amount", "str, int, str",
           ("Return a string of the form '$shape', with $name in place of NAME and $value in place of VALUE.",),
           ("return f'$template'", "return '$shape'.replace('NAME', $name).replace('VALUE', str($value))"),
           lambda name, value, kind: str(value).join(name.join(kind["shape"].split("NAME")).split("VALUE")), named,
           (("", 0),),
           {"kind": tuple({"shape": shape, "template": shape.replace("NAME", "{$name}").replace("VALUE", "{$value}")}
                          for shape in SHAPES)}),
    Recipe("fmt_pad", 1, "pad align_right fit", "text/s/word", "str, str",
           ("Return $text padded with '$mark' on the $side to a width of $width.",),
           ("return $text.$method($width, '$mark')", "return f'{$text:$mark$sign$width}'"),
           lambda text, kind, width, mark: mark * ((width - len(text)) * (kind["side"] == "left")) + text
           + mark * ((width - len(text)) * (kind["side"] == "right")),
           lambda rng, **_: (rng.choice(words(rng)),), (("",), ("abcdefghijklmn",)),
           {"kind": ({"side": "left", "method": "rjust", "sign": ">"}, {"side": "right", "method": "ljust",
           "sign": "<"}),
            "width": (4, 5, 6, 8, 10, 12), "mark": tuple("*-.#_=+~")}),
    Recipe("fmt_center", 2, "center_text centered middle", "text/s/word", "str, str",
           ("Return $text in the middle of a string of $width characters, filled up with '$mark' on both sides; if "
            "the two "
            "sides cannot be equal, the right one is longer by one.",),
           ("return f'{$text:$mark^$width}'", "left = max($width - len($text), 0) // 2\n"
            "return ('$mark' * left + $text).ljust($width, '$mark')"),
           lambda text, width, mark: mark * ((width - len(text)) // 2) + text + mark * (-(-(width - len(text)) // 2)),
           lambda rng, width, **_: (rng.choice([w for w in words(rng, 6, 9) if len(w) <= width] or ["abc"]),),
           (("",), ("a",), ("ab",)), {"width": (7, 8, 9, 10, 12), "mark": tuple("*-.#=")}),
    Recipe("fmt_zero", 1, "zero_pad number_label with_zeros", "n/number", "int, str",
           ("Return '$before' followed by the non-negative number $n with zeros on its left up to $width digits.",),
           ("return f'$before{$n:0${width}d}'", "return '$before' + str($n).zfill($width)"),
           lambda n, before, width: before + "0" * (width - len(str(n))) + str(n), price, ((0,), (7,), (123456,)),
           {"before": ("no", "item-", "id", "#", "page ", "file_", "room "), "width": (2, 3, 4, 5, 6)}),
    Recipe("fmt_thousands", 2, "group_digits with_commas readable", "n/number/amount", "int, str",
           ("Return $n as a string with '$mark' between groups of three digits, counted from the right, and '$after' "
            "at "
            "the end.",),
           ("return f'{$n:,}'.replace(',', '$mark') + '$after'", "return f'{$n:_}'.replace('_', '$mark') + '$after'"),
           lambda n, mark, after: grouped_number(n, mark) + after,
           lambda rng, **_: (rng.choice((rng.randint(0, 999), rng.randint(1000, 99999), rng.randint(10**6, 10**8))),),
           ((0,), (999,), (1000,), (-1234567,)), {"mark": tuple(",. '"[:3]), "after": ("", " km", " people",
            " euros", "!")}),
    Recipe("fmt_money", 2, "money price_tag format_price cents_to_text", "cents/amount/n", "int, str",
           ("Return the non-negative number $cents of cents as an amount in $unit, such as '$sample' for 1205.",),
           ("return f'$before{$cents // 100}$point{$cents % 100:02}$after'",
            "whole, rest = divmod($cents, 100)\nreturn f'$before{whole}$point{rest:02d}$after'"),
           lambda cents, kind: kind["before"] + str(cents)[:-2].rjust(1,
           "0") + kind["point"] + str(cents)[-2:].rjust(2, "0")
           + kind["after"], price, ((0,), (5,), (100,), (1205,)),
           {"kind": tuple({"before": b, "point": p, "after": a, "unit": u, "sample": f"{b}12{p}05{a}"}
                          for u, b, a in (("dollars", "USD ", ""), ("euros", "", " EUR"), ("pounds", "GBP ", ""),
                                          ("euros", "EUR ", ""), ("francs", "CHF ", ""), ("crowns", "", " Kc"))
                          for p in (".", ","))}),
    Recipe("fmt_clock", 2, "clock format_time time_text", "hours/h minutes/m", "int, int, str",
           ("Return the time of $hours hours and $minutes minutes in the form '$sample' (this is five past seven).",),
           ("return f'$template'", "return '$before' + str($hours).zfill($w) + '$mark' + str($minutes).zfill(2) + "
            "'$after'"),
           lambda hours, minutes,
           kind: kind["before"] + ("0" * (kind["w"] - len(str(hours)))) + str(hours) + kind["mark"]
           + ("0" + str(minutes))[-2:] + kind["after"], moment, ((0, 0), (7, 5), (23, 59)),
           {"kind": tuple({"before": b, "after": a, "mark": m, "w": w, "sample": f"{b}{7:0{w}}{m}05{a}",
                           "template": f"{b}{{$hours{':02' if w == 2 else ''}}}{m}{{$minutes:02}}{a}"}
                          for b, a in (("", ""), ("", " h"), ("at ", ""), ("[", "]")) for m in (":", ".",
                          "h") for w in (1, 2))}),
    Recipe("fmt_seconds", 3, "duration format_seconds time_left", "seconds/s/n", "int, str",
           ("Return the non-negative number of $seconds as hours, minutes and seconds in the form '$sample', which "
            "stands "
            "for 1 hour, 2 minutes and 3 seconds.",),
           ("hours, rest = divmod($seconds, 3600)\nminutes, rest = divmod(rest, 60)\n"
            "return f'{hours}$a{minutes:02}$b{rest:02}$c'",
            "return f'{$seconds // 3600}$a{$seconds // 60 % 60:02}$b{$seconds % 60:02}$c'"),
           lambda seconds, kind: next(f"{h}{kind['a']}{m:02}{kind['b']}{seconds - 3600 * h - 60 * m:02}{kind['c']}"
                                      for h in range(30) for m in range(60) if 0 <= seconds - 3600 * h - 60 * m < 60),
           lambda rng, **_: (rng.choice((rng.randint(0, 59), rng.randint(60, 3599), rng.randint(3600, 90000))),),
           ((0,), (59,), (60,), (3600,), (3723,)),
           {"kind": tuple({"a": a, "b": b, "c": c, "sample": f"1{a}02{b}03{c}"}
                          for a, b, c in ((":", ":", ""), ("h ", "m ", "s"), ("h", "m", "s"), (".", ".", ""), ("-",
                          "-", "")))}),
    Recipe("fmt_decimals", 2, "round_text decimals show", "x/value/number", "float, str",
           ("Return '$before' followed by $x with exactly $k decimal places.",),
           ("return f'$before{$x:.${k}f}'", "return '$before' + format($x, '.${k}f')"),
           lambda x, before, k: before + places(x, k),
           lambda rng, **_: (rng.choice((-1, 1, 1)) * rng.randint(0, 4000) / 8 + rng.choice((0, 0.0625)),),
           ((0.0,), (1.0,), (3.14159,), (-2.71828,)), {"before": ("", "x = ", "about ", "value: ", "~"), "k": (1, 2,
            3)}),
    Recipe("fmt_percent", 2, "percent share format_share", "part/a/hits total/b/shots", "int, int, str",
           ("Return what percentage $part is of the positive number $total, rounded down to a whole number, in the "
            "form "
            "'$sample'.",),
           ("return f'$before{100 * $part // $total}$after'", "return '$before' + str($part * 100 // $total) + "
            "'$after'"),
           lambda part, total,
           kind: kind["before"] + str(max(p for p in range(101) if p * total <= 100 * part)) + kind["after"],
           lambda rng, **_: (rng.randint(0, 30), rng.randint(30, 60)),
           ((0, 5), (5, 5), (1, 3), (2, 3)),
           {"kind": tuple({"before": b, "after": a, "sample": f"{b}25{a}"}
                          for b in ("", "about ", "score: ", "[") for a in ("%", " %", " percent", "%]"))}),
    Recipe("fmt_table", 3, "lines report format_table", "table/scores/prices", "dict[str, int], list[str]",
           ("Return one string for each entry of the dictionary $table, in its order: the key padded with '$mark' on "
            "the "
            "right to $width characters, followed by the value padded with spaces on the left to $right.",),
           ("return [f'{key:$mark<$width}{value:>$right}' for key, value in $table.items()]",
            "lines = []\nfor key, value in $table.items():\n    lines.append(key.ljust($width, '$mark') + "
            "str(value).rjust($right))\nreturn lines"),
           lambda table, mark, width,
           right: [k + mark * (width - len(k)) + " " * (right - len(str(table[k]))) + str(table[k])
                                              for k in table], table_input, (({},), ({"a": 5},)),
           {"mark": tuple(".-_ ="), "width": (6, 8, 10), "right": (3, 4, 5)}),
    Recipe("fmt_list", 2, "listing join_items sentence", "items/names/words", "list[str], str",
           ("Return the strings in $items as an English list: commas between them and ' $k ' before the last one, "
            "such as "
            "'a, b $k c'; one string alone is returned as it is, and no strings give '$none'.",),
           ("if not $items:\n    return '$none'\nif len($items) == 1:\n    return $items[0]\n"
            "return ', '.join($items[:-1]) + ' $k ' + $items[-1]",
            "if len($items) < 2:\n    return $items[0] if $items else '$none'\n"
            "return f\"{', '.join($items[:-1])} $k {$items[-1]}\""),
           lambda items, k,
           none: "".join(w + ("" if i == len(items) - 1 else f" {k} " if i == len(items) - 2 else ", ")
                                          for i, w in enumerate(items)) or none, lambda rng, **_: (words(rng, 2, 4),),
           (([],), (["tea"],), (["a", "b"],), (["a", "b", "c"],)),
           {"k": ("and", "or", "nor", "then", "&"), "none": ("", "nothing", "none", "-")}),
    Recipe("fmt_box", 3, "box frame_text banner", "text/s/title", "str, str",
           ("Return three lines as one string with newlines between them: a line of '$mark', the line '$side TEXT "
            "$side' "
            "with $text in place of TEXT, and a line of '$mark' again, all of the same length.",),
           ("line = '$mark' * (len($text) + 4)\nreturn f'{line}\\n$side {$text} $side\\n{line}'",
            "line = '$mark' * (len($text) + 4)\nreturn '\\n'.join([line, '$side ' + $text + ' $side', line])"),
           lambda text, mark, side: "".join([mark] * len(f"{side} {text} {side}")) + f"\n{side} {text} {side}\n"
           + "".join([mark] * len(f"{side} {text} {side}")), lambda rng, **_: (rng.choice(words(rng)),),
           (("",), ("a",)), {"mark": tuple("-=*#~+"), "side": tuple("|*#!")}),
    Recipe("fmt_bar", 1, "bar draw_bar meter", "n/value/length", "int, str",
           ("Return a bar of $n times '$mark' followed by a space and the number $n.",
            "Draw the number $n as '$mark' repeated $n times, then a space and $n itself; return the string."),
           ("return f\"{'$mark' * $n} {$n}\"", "return '$mark' * $n + ' ' + str($n)"),
           lambda n, mark: "".join(mark for _ in range(n)) + " " + f"{n:d}", lambda rng, **_: (rng.randint(2, 15),),
           ((0,), (1,), (3,)), {"mark": tuple("#*=|-+o.x@")}),
    Recipe("fmt_scale", 2, "gauge progress_bar show_progress", "n/done/value", "int, str",
           ("Return a string of $width characters in square brackets: first $n times '$full', then '$empty' for the "
            "rest; "
            "$n lies between 0 and $width.",),
           ("return '[' + '$full' * $n + '$empty' * ($width - $n) + ']'", "return f\"[{'$full' * "
            "$n:$empty<$width}]\""),
           lambda n, width, full, empty: "[" + "".join(full if i < n else empty for i in range(width)) + "]",
           lambda rng, width, **_: (rng.randint(0, width),), ((0,), (1,), (5,)),
           {"width": (5, 8, 10, 12), "full": tuple("#=*>"), "empty": tuple(".-_")}),
    Recipe("fmt_initials", 1, "initials short_name abbreviate", "first/given/a last/family/b", "str, str, str",
           ("Return the name made of $first and $last in the form '$sample', which stands for ada and lovelace, both "
            "given in lower case.",),
           ("return f'$template'",),
           lambda first, last, kind: SHORT[kind["sample"]](first, last),
           lambda rng, **_: (rng.choice(words(rng)), rng.choice(words(rng))), (("ada", "lovelace"), ("x", "y")),
           {"kind": ({"sample": "A. Lovelace", "template": "{$first[0].upper()}. {$last.capitalize()}"},
                     {"sample": "Lovelace, Ada", "template": "{$last.capitalize()}, {$first.capitalize()}"},
                     {"sample": "LOVELACE Ada", "template": "{$last.upper()} {$first.capitalize()}"},
                     {"sample": "a.lovelace", "template": "{$first[0]}.{$last}"},
                     {"sample": "Ada L.", "template": "{$first.capitalize()} {$last[0].upper()}."},
                     {"sample": "AL", "template": "{$first[0].upper()}{$last[0].upper()}"})}),
)  # fmt: skip
