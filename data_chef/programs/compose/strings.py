"""Operations on one string; they serve as operations on the words of a text as well."""

import re

from data_chef.programs.compose.core import Loop, Op
from data_chef.programs.compose.lists import COUNTER, distinct, filled, insertion_sorted


TEXT = ("str",)
RE = (("re", "import re"),)
LOWER = "abcdefghijklmnopqrstuvwxyz"
# Each as often as the others: a letter that is asked for has to be copied.
LETTERS = (*LOWER, *"0123456789")
SIGNS = tuple("-_+.*#/,;:|=~&@!?%")


def words(text: str) -> list[str]:
    """Maximal runs of characters that are no spaces."""
    return [part for part in re.split(r"\s", text) if part]


def split_at(text: str, sign: str) -> list[str]:
    """The parts of a text between the places where the sign stands. Raises ValueError when it is nowhere."""
    if sign not in text:
        raise ValueError("nothing to split")
    parts = [""]
    for c in text:
        if c == sign:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def of(name: str) -> tuple[str, ...]:
    return (f"the {name} of {{0}}",)


PROPERTIES = tuple(
    Op(name, TEXT, "bool", told, codes, meaning, constants, which=which, title=title, hole=hole)
    for name, told, which, codes, meaning, constants, title, hole in (
        ("starts_with", ("{0} starts with {k}", "{0} begins with {k}"), ("{n} starting with {k}",
         "{n} that start with {k}"), ("{0}.startswith({k})", "{0}[:1] == {k}"), lambda s, k: s.find(k) == 0, LETTERS,
         "starting_with", ("letter", "first", "initial"), ),
        ("ends_with", ("{0} ends with {k}", "{0} ends in {k}"), ("{n} ending with {k}", "{n} that end in {k}"),
         ("{0}.endswith({k})", "{0}[-1:] == {k}"), lambda s, k: s[::-1].find(k) == 0, LETTERS, "ending_with",
         ("letter", "last", "ending")),
        ("not_starts", ("{0} does not start with {k}",), ("{n} that do not start with {k}",
         "{n} not starting with {k}"), ("not {0}.startswith({k})", "{0}[:1] != {k}"), lambda s, k: s.find(k) != 0,
         LETTERS, "not_starting_with", ("letter", "initial")),
        ("not_ends", ("{0} does not end with {k}",), ("{n} that do not end in {k}", "{n} not ending with {k}"),
         ("not {0}.endswith({k})", "{0}[-1:] != {k}"), lambda s, k: s[::-1].find(k) != 0, LETTERS, "not_ending_with",
         ("letter", "ending")),
        ("includes", ("{0} contains {k}", "{k} occurs in {0}"), ("{n} containing {k}", "{n} that contain {k}"),
         ("{k} in {0}",), lambda s, k: s.find(k) >= 0, LETTERS, "containing", ("letter", "char", "part")),
        ("lacks", ("{0} does not contain {k}",), ("{n} without {k}", "{n} that do not contain {k}"),
         ("{k} not in {0}",), lambda s, k: s.find(k) < 0, LETTERS, "without", ("letter", "char")),
        ("longer", ("{0} has more than {k} characters", "{0} is longer than {k} characters"),
         ("{n} longer than {k} characters", "{n} with more than {k} characters"), ("len({0}) > {k}",),
         lambda s, k: bool(s[k:]), (2, 3, 4, 5, 6), "longer_than_{k}", ("limit", "length", "k")),
        ("shorter", ("{0} has fewer than {k} characters",), ("{n} shorter than {k} characters",
         "{n} with fewer than {k} characters"), ("len({0}) < {k}",), lambda s, k: not s[k - 1 :], (3, 4, 5, 6),
         "shorter_than_{k}", ("limit", "length", "k")),
        ("at_least_long", ("{0} has at least {k} characters",), ("{n} with at least {k} characters",),
         ("len({0}) >= {k}",), lambda s, k: bool(s[k - 1 :]), (3, 4, 5, 6), "of_at_least_{k}",
         ("minimum", "length", "k")),
        ("at_most_long", ("{0} has at most {k} characters", "{0} has no more than {k} characters"),
         ("{n} with at most {k} characters", "{n} with no more than {k} characters"), ("len({0}) <= {k}",),
         lambda s, k: not s[k:], (3, 4, 5, 6), "of_at_most_{k}", ("maximum", "length", "k")),
        ("of_length", ("{0} has exactly {k} characters",), ("{n} with exactly {k} characters",), ("len({0}) == {k}",),
         lambda s, k: bool(s[k - 1 :]) and not s[k:], (3, 4, 5), "of_length_{k}", ("length", "size")),
        ("even_length", ("the length of {0} is even",), ("{n} of even length",), ("len({0}) % 2 == 0",),
         lambda s: s[::2] == "" or len(s[::2]) == len(s[1::2]), (), "of_even_length", ()),
        ("odd_length", ("the length of {0} is odd",), ("{n} of odd length",), ("len({0}) % 2 == 1",),
         lambda s: len(s[::2]) != len(s[1::2]), (), "of_odd_length", ()),
        ("palindrome", ("{0} reads the same backwards", "{0} is a palindrome"), ("{n} that read the same backwards",
         "palindromes"), ("{0} == {0}[::-1]", "{0} == ''.join(reversed({0}))"),
         lambda s: all(s[i] == s[-1 - i] for i in range(len(s) // 2)), (), "palindromes", ()),
        ("vowel_start", ("{0} starts with a lower-case vowel (one of a, e, i, o, u)",),
         ("{n} starting with one of the letters a, e, i, o, u",), ("{0}[:1] in tuple('aeiou')",
         "{0}.startswith(('a', 'e', 'i', 'o', 'u'))"), lambda s: any(s.find(v) == 0 for v in "aeiou"), (),
         "starting_with_vowel", ()),
        ("ends_equal", ("the first and the last character of {0} are equal",),
         ("{n} whose first and last characters are equal",), ("{0}[0] == {0}[-1]",),
         lambda s: s[:1] == filled(s)[::-1][:1], (), "with_equal_ends", ()),
        ("repeats", ("some character occurs more than once in {0}",), ("{n} in which some character occurs twice",),
         ("len(set({0})) < len({0})", "any({0}.count(c) > 1 for c in {0})"), lambda s: len(distinct([*s])) < len(s),
         (), "with_repeats", ()),
        ("isogram", ("no character occurs more than once in {0}",), ("{n} without repeated characters",),
         ("len(set({0})) == len({0})",), lambda s: distinct([*s]) == [*s], (), "isograms", ()),
        ("capitalized", ("the first character of {0} is an upper-case letter",),
         ("{n} starting with an upper-case letter",), ("{0}[:1].isupper()",),
         lambda s: bool(re.match("[A-Z]", s)), (), "capitalized", ()),
        ("lowercase", ("{0} is written in lower-case letters only",), ("{n} written in lower case only",),
         ("{0}.islower()",), lambda s: bool(re.search("[a-z]", s)) and not re.search("[A-Z]", s), (), "lowercase", ()),
    )
)  # fmt: skip

# Kinds of characters: name, plural, code on {0}, set of them.
CHARACTERS = (
    ("vowel", "vowels (a, e, i, o, u)", "{0} in 'aeiou'", "aeiou", "vowels"),
    ("any_vowel", "vowels in either case", "{0}.lower() in 'aeiou'", "aeiouAEIOU", "vowels"),
    ("digit", "digits", "{0}.isdigit()", "0123456789", "digits"),
    ("upper", "upper-case letters", "{0}.isupper()", LOWER.upper(), "uppercase"),
    ("lower", "lower-case letters", "{0}.islower()", LOWER, "lowercase"),
    ("alpha", "letters", "{0}.isalpha()", LOWER + LOWER.upper(), "letters"),
    ("space", "spaces", "{0} == ' '", " ", "spaces"),
    ("punctuation", "punctuation marks (. , ! ?)", "{0} in '.,!?'", ".,!?", "punctuation"),
)


def character_ops():
    for name, plural, code, chosen, title in CHARACTERS:
        c = code.replace("{0}", "c")
        no = c.replace(" in ", " not in ").replace(" == ", " != ")
        no = no if no != c else f"not {c}"
        pattern = {"digit": r"\d", "upper": "[A-Z]", "lower": "[a-z]", "vowel": "[aeiou]", "space": " "}.get(name)
        yield Op(f"count_{name}", TEXT, "int", (f"the number of {plural} in {{0}}",),
                 (f"sum({c} for c in {{0}})", f"len([c for c in {{0}} if {c}])",
                  *([f"len(re.findall(r'{pattern}', {{0}}))"] if pattern else [])),
                 lambda s, chosen=chosen: sum(s.count(x) for x in chosen), key=f"number of {plural.split(' (')[0]}",
                 title=f"count_{title}", imports=RE)  # fmt: skip
        yield Op(f"remove_{name}", TEXT, "str", (f"{{0}} without its {plural}", f"{{0}} with all {plural} removed"),
                 (f"''.join(c for c in {{0}} if {no})", f"''.join([c for c in {{0}} if {no}])",
                  *([f"re.sub(r'{pattern}', '', {{0}})"] if pattern else [])),
                 lambda s, chosen=chosen: s.translate({ord(x): None for x in chosen}),
                 done=(f"remove the {plural} from {{0}}",), title=f"without_{title}", imports=RE)  # fmt: skip
        if name != "space":
            yield Op(f"keep_{name}", TEXT, "str", (f"the {plural} of {{0}} as one string, in order",),
                     (f"''.join(c for c in {{0}} if {c})", f"''.join(filter(lambda c: {c}, {{0}}))",
                      *([f"''.join(re.findall(r'{pattern}', {{0}}))"] if pattern else [])),
                     lambda s, chosen=chosen: "".join(x for x in s if x in chosen),
                     done=(f"keep only the {plural} of {{0}}",), title=f"only_{title}", imports=RE)  # fmt: skip
            yield Op(f"star_{name}", TEXT, "str", (f"{{0}} with each of its {plural} replaced by '*'",),
                     (f"''.join('*' if {c} else c for c in {{0}})",
                      *([f"re.sub(r'{pattern}', '*', {{0}})"] if pattern else [])),
                     lambda s, chosen=chosen: s.translate({ord(x): "*" for x in chosen}),
                     done=(f"replace the {plural} of {{0}} by '*'",), title=f"hide_{title}", imports=RE)  # fmt: skip
            yield Op(f"has_{name}", TEXT, "bool", (f"{{0}} contains any {plural}",), (f"any({c} for c in {{0}})",),
                     lambda s, chosen=chosen: sum(s.count(x) for x in chosen) > 0,
                     which=(f"{{n}} containing any {plural}",), title=f"with_{title}")  # fmt: skip


MEASURES = (
    Op("upper", TEXT, "str", ("{0} in upper case",), ("{0}.upper()",), lambda s: "".join(c.capitalize() for c in s),
       done=("turn {0} into upper case",), title="upper"),
    Op("lower", TEXT, "str", ("{0} in lower case",), ("{0}.lower()",), lambda s: s.casefold(),
       done=("turn {0} into lower case",), title="lower"),
    Op("swap_case", TEXT, "str", ("{0} with upper and lower case swapped",), ("{0}.swapcase()",
       "''.join(c.lower() if c.isupper() else c.upper() for c in {0})"),
       lambda s: s.translate(str.maketrans(LOWER + LOWER.upper(), LOWER.upper() + LOWER)),
       done=("swap upper and lower case in {0}",), title="swap_case"),
    Op("capitalize", TEXT, "str", ("{0} with its first letter in upper case and the others in lower case",),
       ("{0}.capitalize()", "{0}[:1].upper() + {0}[1:].lower()"),
       lambda s: "".join(c.upper() if i == 0 else c.lower() for i, c in enumerate(s)), done=("capitalize {0}",),
       title="capitalized"),
    Op("reversed", TEXT, "str", ("{0} reversed", "{0} backwards"), ("{0}[::-1]", "''.join(reversed({0}))"),
       lambda s: "".join(s[-1 - i] for i in range(len(s))), done=("reverse {0}",), title="reversed"),
    Op("strip", TEXT, "str", ("{0} without the spaces around it",), ("{0}.strip()",),
       lambda s: re.sub("^ +| +$", "", s), done=("remove the spaces around {0}",), title="stripped"),
    Op("dashes", TEXT, "str", ("{0} with every space replaced by {k}",), ("{0}.replace(' ', {k})",
       "{k}.join({0}.split(' '))"), lambda s, k: "".join(k if c == " " else c for c in s), SIGNS,
       ("replace every space in {0} by {k}",), title="spaces_replaced", hole=("mark", "sign")),
    Op("prefix", TEXT, "str", ("the first {k} characters of {0}",), ("{0}[:{k}]",),
       lambda s, k: "".join(c for i, c in enumerate(s) if i < k), (2, 3, 4), ("keep the first {k} characters of {0}",),
       title="first_{k}", hole=("count", "k", "length")),
    Op("suffix", TEXT, "str", ("the last {k} characters of {0}",), ("{0}[-{k}:]",),
       lambda s, k: "".join(c for i, c in enumerate(s) if i >= len(s) - k), (2, 3, 4),
       ("keep the last {k} characters of {0}",), title="last_{k}", hole=("count", "k", "length")),
    Op("cut", TEXT, "str", ("{0} without its first {k} characters",), ("{0}[{k}:]",),
       lambda s, k: "".join(c for i, c in enumerate(s) if i >= k), (1, 2, 3), ("drop the first {k} characters of "
       "{0}",),
       title="drop_{k}", hole=("count", "k")),
    Op("cut_end", TEXT, "str", ("{0} without its last {k} characters",), ("{0}[:-{k}]",),
       lambda s, k: "".join(c for i, c in enumerate(s) if i < len(s) - k), (2, 3),
       ("drop the last {k} characters of {0}",), title="drop_last_{k}", hole=("count", "k")),
    Op("first_half", TEXT, "str", ("the first half of {0}, without the middle character if there is one",),
       ("{0}[:len({0}) // 2]",), lambda s: "".join(c for i, c in enumerate(s) if 2 * i + 2 <= len(s)),
       done=("keep the first half of {0}, without a middle character",), title="first_half"),
    Op("second_half", TEXT, "str", ("the second half of {0}, without the middle character if there is one",),
       ("{0}[(len({0}) + 1) // 2:]",), lambda s: "".join(c for i, c in enumerate(s) if 2 * i >= len(s)),
       done=("keep the second half of {0}, without a middle character",), title="second_half"),
    Op("even_characters", TEXT, "str", ("the characters of {0} at even indices",), ("{0}[::2]",
       "''.join(c for i, c in enumerate({0}) if i % 2 == 0)"),
       lambda s: "".join(s[2 * i] for i in range((len(s) + 1) // 2)), done=("keep the characters of {0} at even "
       "indices",), title="even_characters"),
    Op("every_second", TEXT, "str", ("every second character of {0}, beginning with the first",), ("{0}[::2]",
       "''.join(c for i, c in enumerate({0}) if i % 2 == 0)"),
       lambda s: "".join(s[2 * i] for i in range((len(s) + 1) // 2)),
       done=("keep every second character of {0}, beginning with the first",), title="every_second"),
    Op("odd_characters", TEXT, "str", ("the characters of {0} at odd indices",), ("{0}[1::2]",
       "''.join(c for i, c in enumerate({0}) if i % 2 == 1)"),
       lambda s: "".join(s[2 * i + 1] for i in range(len(s) // 2)), done=("keep the characters of {0} at odd "
       "indices",),
       title="odd_characters"),
    Op("repeat", TEXT, "str", ("{0} repeated {k} times",), ("{0} * {k}",), lambda s, k: "".join(s for _ in range(k)),
       (2, 3, 4), ("repeat {0} {k} times",), title="repeat_{k}", hole=("times", "count", "k")),
    Op("double_letters", TEXT, "str", ("{0} with every character doubled",), ("''.join(c * 2 for c in {0})",
       "''.join(c + c for c in {0})"), lambda s: "".join(s[i // 2] for i in range(2 * len(s))),
       done=("double every character of {0}",), title="double_letters"),
    Op("sort_letters", TEXT, "str", ("the characters of {0} in sorted order, as one string",),
       ("''.join(sorted({0}))",),
       lambda s: "".join(insertion_sorted([*s])), done=("sort the characters of {0}",), title="sorted_letters"),
    Op("unique_letters", TEXT, "str", ("{0} with only the first occurrence of each character kept",),
       ("''.join(dict.fromkeys({0}))", "''.join(c for i, c in enumerate({0}) if c not in {0}[:i])"),
       lambda s: "".join(distinct([*s])), done=("keep only the first occurrence of each character of {0}",),
       title="unique_letters"),
    Op("squeeze", TEXT, "str", ("{0} with runs of the same character shortened to one",),
       ("''.join(c for i, c in enumerate({0}) if i == 0 or c != {0}[i - 1])", "re.sub(r'(.)\\1+', r'\\1', {0})"),
       lambda s: "".join(s[i] for i in range(len(s)) if s[i : i + 1] != s[i + 1 : i + 2]),
       done=("shorten runs of the same character in {0} to one",), title="squeezed", imports=RE),
    Op("without_letter", TEXT, "str", ("{0} without any {k}", "{0} with every {k} removed"), ("{0}.replace({k}, '')",
       "''.join(c for c in {0} if c != {k})"), lambda s, k: "".join(s.split(k)), LETTERS,
       ("remove every {k} from {0}",), title="without", hole=("letter", "char")),
    Op("swap_letter", TEXT, "str", ("{0} with every {k} replaced by 'x'",), ("{0}.replace({k}, 'x')",
       "''.join('x' if c == {k} else c for c in {0})"), lambda s, k: "x".join(s.split(k)), LETTERS,
       ("replace every {k} in {0} by 'x'",), title="masked", hole=("letter", "char")),
    Op("surround", TEXT, "str", ("{0} with {k} added at both ends",), ("{k} + {0} + {k}",),
       lambda s, k: "".join([k, *s, k]), (*SIGNS, "'"), ("add {k} at both ends of {0}",), title="framed",
       hole=("mark", "border")),
    Op("append", TEXT, "str", ("{0} followed by {k}",), ("{0} + {k}",), lambda s, k: "".join([*s, *k]),
       (*SIGNS, "ing", "s", "ed", "er", *LOWER), ("append {k} to {0}",), title="append", hole=("ending", "suffix")),
    Op("mirror", TEXT, "str", ("{0} followed by its reverse",), ("{0} + {0}[::-1]",),
       lambda s: "".join(s[min(i, 2 * len(s) - 1 - i)] for i in range(2 * len(s))), done=("append the reverse of {0} "
       "to it",),
       title="mirrored"),
    Op("bracket", TEXT, "str", ("{0} in square brackets", "{0} enclosed in square brackets"), ("f'[{{0}}]'",
       "'[' + {0} + ']'"), lambda s: "".join(["[", *s, "]"]), done=("put square brackets around {0}",),
       title="bracketed"),
    Op("pad_left", TEXT, "str", ("{0} padded with spaces on the left to a width of {k}",), ("{0}.rjust({k})",
       "f'{{0}:>{k}}'"), lambda s, k: "".join([" "] * (k - len(s))) + s, (5, 8, 10, 12), title="right_aligned"),
    Op("pad_right", TEXT, "str", ("{0} padded with dots on the right to a width of {k}",), ("{0}.ljust({k}, '.')",
       "f'{{0}:.<{k}}'"), lambda s, k: s + "".join(["."] * (k - len(s))), (5, 8, 10, 12), title="dotted"),
    Op("length", TEXT, "int", ("the length of {0}", "the number of characters in {0}"), ("len({0})",),
       lambda s: sum(1 for _ in s), many=of("lengths"), key="length", title="lengths"),
    Op("count_letter", TEXT, "int", ("the number of times {k} occurs in {0}", "how often {k} occurs in {0}"),
       ("{0}.count({k})", "sum(c == {k} for c in {0})"), lambda s, k: len(s.split(k)) - 1, LETTERS,
       title="count_letter", key="number of times {k} occurs", hole=("letter", "char")),
    Op("different_letters", TEXT, "int", ("the number of different characters in {0}",), ("len(set({0}))",),
       lambda s: sum(c not in s[:i] for i, c in enumerate(s)), key="number of different characters",
       title="count_unique_characters"),
    Op("index_of", TEXT, "int", ("the index of the first {k} in {0}, or -1 if there is none",), ("{0}.find({k})",
       "{0}.index({k}) if {k} in {0} else -1"), lambda s, k: next((i for i, c in enumerate(s) if c == k), -1), LETTERS,
       title="index_of", hole=("letter", "char"), last=True),
    Op("digit_total", TEXT, "int", ("the sum of the digits that occur in {0}",),
       ("sum(int(c) for c in {0} if c.isdigit())", "sum(map(int, re.findall(r'\\d', {0})))"),
       lambda s: sum(d * s.count(str(d)) for d in range(10)), title="sum_digits", imports=RE),
    Op("word_count", TEXT, "int", ("the number of words in {0}",), ("len({0}.split())",),
       lambda s: len(words(s)), key="number of words", title="count_words"),
    Op("first_letter", TEXT, "str", ("the first character of {0}",), ("{0}[0]",), lambda s: [*s][::-1].pop(),
       many=of("first letters"), key="first letter", title="first_letters"),
    Op("last_letter", TEXT, "str", ("the last character of {0}",), ("{0}[-1]",), lambda s: [*s].pop(),
       many=of("last letters"), key="last letter", title="last_letters"),
    Op("shift", TEXT, "str", ("{0} with each lower-case letter moved forward by {k} places in the alphabet, where 'a' "
       "follows 'z'",), ("''.join(chr((ord(c) - 97 + {k}) % 26 + 97) if c.islower() else c for c in {0})",),
       lambda s, k: s.translate(str.maketrans(LOWER, LOWER[k:] + LOWER[:k])), (1, 2, 3, 5, 13), title="shifted",
       hole=("shift", "offset")),
)  # fmt: skip

SENTENCES = (
    Op("split_by", TEXT, "list[str]", ("the parts of {0} when it is split at each {k}",
       "the parts into which each {k} divides {0}"), ("{0}.split({k})",), split_at, SIGNS,
       done=("split {0} at each {k}",), title="split", hole=("separator", "sep", "mark")),
    Op("count_parts", TEXT, "int", ("the number of parts of {0} when it is split at each {k}",),
       ("len({0}.split({k}))", "{0}.count({k}) + 1"), lambda s, k: sum(1 for _ in split_at(s, k)), SIGNS,
       title="count_parts", hole=("separator", "sep", "mark")),
    Op("words", TEXT, "list[str]", ("the words of {0}", "the words in {0}"), ("{0}.split()",), words,
       done=("split {0} into words",), title="words"),
    Op("characters", TEXT, "list[str]", ("the characters of {0} as a list",), ("list({0})", "[c for c in {0}]"),
       lambda s: [s[i] for i in range(len(s))], done=("split {0} into characters",), title="characters"),
    Op("numbers_in", TEXT, "list[int]", ("the whole numbers written in {0}",),
       ("[int(n) for n in re.findall(r'\\d+', {0})]", "list(map(int, re.findall(r'\\d+', {0})))"),
       lambda s: [int(w) for w in "".join(c if c in "0123456789" else " " for c in s).split()],
       done=("extract the whole numbers written in {0}",), title="numbers", imports=RE),
    Op("reverse_words", TEXT, "str", ("the words of {0} in reverse order, separated by single spaces",),
       ("' '.join({0}.split()[::-1])", "' '.join(reversed({0}.split()))"),
       lambda s: " ".join(words(s)[-1 - i] for i in range(len(words(s)))), done=("reverse the order of the words of "
       "{0}",),
       title="reverse_words"),
    Op("reverse_each_word", TEXT, "str", ("{0} with each word reversed and single spaces between the words",),
       ("' '.join(w[::-1] for w in {0}.split())",), lambda s: " ".join("".join(reversed(w)) for w in words(s)),
       done=("reverse each word of {0}",), title="reverse_each_word"),
    Op("single_spaces", TEXT, "str", ("{0} with single spaces between the words and none at the ends",),
       ("' '.join({0}.split())", "re.sub(r' +', ' ', {0}).strip()"), lambda s: " ".join(words(s)),
       done=("reduce the spaces in {0} to single ones between words",), title="tidy", imports=RE),
    Op("capital_words", TEXT, "str", ("the words of {0}, each capitalized and separated by single spaces",),
       ("' '.join(w.capitalize() for w in {0}.split())",),
       lambda s: " ".join(w[:1].upper() + w[1:].lower() for w in words(s)), done=("capitalize each word of {0}",),
       title="capitalize_words"),
    Op("acronym", TEXT, "str", ("the first letters of the words of {0} in upper case, as one string",),
       ("''.join(w[0].upper() for w in {0}.split())",), lambda s: "".join(w[:1] for w in words(s)).upper(),
       title="acronym"),
    Op("longest_word", TEXT, "str", ("the longest word of {0} (the first one in case of a tie)",),
       ("max({0}.split(), key=len)",), lambda s: sorted(words(s), key=lambda w: -len(w))[0], title="longest_word"),
    Op("shortest_word", TEXT, "str", ("the shortest word of {0} (the first one in case of a tie)",),
       ("min({0}.split(), key=len)", "sorted({0}.split(), key=len)[0]"),
       lambda s: next(w for k in range(50) for w in words(s) if len(w) == k), title="shortest_word"),
    Op("first_word", TEXT, "str", ("the first word of {0}",), ("{0}.split()[0]",), lambda s: words(s)[::-1].pop(),
       title="first_word"),
    Op("last_word", TEXT, "str", ("the last word of {0}",), ("{0}.split()[-1]",), lambda s: words(s).pop(),
       title="last_word"),
    Op("snake", TEXT, "str", ("the words of {0} in lower case, joined by underscores",),
       ("'_'.join({0}.lower().split())", "'_'.join(w.lower() for w in {0}.split())"),
       lambda s: "_".join(words(s)).casefold(), title="snake_case"),
    Op("word_lengths", TEXT, "list[int]", ("the lengths of the words of {0}",), ("[len(w) for w in {0}.split()]",
       "list(map(len, {0}.split()))"), lambda s: [sum(1 for _ in w) for w in words(s)], title="word_lengths"),
    Op("letter_counts", TEXT, "dict[str, int]", ("a dictionary that maps each character of {0} to how often it "
       "occurs",),
       ("dict(Counter({0}))", "{c: {0}.count(c) for c in {0}}"),
       lambda s: {c: len(s.split(c)) - 1 for c in distinct([*s])}, title="letter_counts", imports=COUNTER,
       loop=Loop("counts", "{}", ("{acc}[{v}] = {acc}.get({v}, 0) + 1",))),
    Op("word_counts", TEXT, "dict[str, int]", ("a dictionary that maps each word of {0} to how often it occurs",),
       ("dict(Counter({0}.split()))", "{w: {0}.split().count(w) for w in {0}.split()}"),
       lambda s: {w: len([v for v in words(s) if v == w]) for w in distinct(words(s))}, title="word_counts",
       imports=COUNTER),
    Op("most_common_letter", TEXT, "str", ("the most frequent character of {0} (the one that occurs first in case of "
       "a "
       "tie)",), ("max({0}, key={0}.count)", "Counter({0}).most_common(1)[0][0]"),
       lambda s: next(c for k in range(len(s), 0, -1) for c in s if len(s.split(c)) - 1 == k),
       title="most_common_letter", imports=COUNTER),
    Op("run_length_text", TEXT, "str", ("the run-length encoding of {0}: each run of a character as the character "
       "followed by its length",),
       ("''.join(f'{c}{len(list(g))}' for c, g in itertools.groupby({0}))",),
       lambda s: "".join(m[0][0] + str(len(m[0])) for m in re.finditer(r"(.)\1*", s)), title="run_length",
       imports=(("itertools", "import itertools"),)),
    Op("character_codes", TEXT, "list[int]", ("the character codes of {0}",), ("[ord(c) for c in {0}]",
       "list(map(ord, {0}))"), lambda s: [*s.encode("latin-1")], title="codes"),
    *character_ops(),
)  # fmt: skip
