"""Operations on two inputs of different types, and on three inputs."""

from data_chef.programs.compose.core import Op
from data_chef.programs.compose.lists import insertion_sorted
from data_chef.programs.compose.numbers import natural


III, LI, LII = ("int", "int", "int"), ("list[int]", "int"), ("list[int]", "int", "int")
SI, SII, SSS, LS = ("str", "int"), ("str", "int", "int"), ("str", "str", "str"), ("list[str]", "str")


def place(values, i: int) -> int:
    """The index itself. Raises IndexError when there is no such element."""
    if not 0 <= i < len(values):
        raise IndexError(i)
    return i


def ordered(low: int, high: int) -> range:
    """The numbers from one to the other. Raises ValueError when they are in the wrong order or far apart."""
    if not -500 < low <= high < 500:
        raise ValueError(f"{low} to {high}")
    return range(low, high + 1)


NUMBERS = (
    Op("three_sum", III, "int", ("the sum of {0}, {1} and {2}",), ("{0} + {1} + {2}",), lambda a, b, c: sum((a, b, c)),
       title="sum_three"),
    Op("three_product", III, "int", ("the product of {0}, {1} and {2}",), ("{0} * {1} * {2}",),
       lambda a, b, c: -(a * b * -c), title="multiply_three"),
    Op("three_largest", III, "int", ("the largest of {0}, {1} and {2}", "the maximum of {0}, {1} and {2}"),
       ("max({0}, {1}, {2})",), lambda a, b, c: insertion_sorted([a, b, c])[2], title="largest_of_three"),
    Op("three_smallest", III, "int", ("the smallest of {0}, {1} and {2}", "the minimum of {0}, {1} and {2}"),
       ("min({0}, {1}, {2})",), lambda a, b, c: insertion_sorted([a, b, c])[0], title="smallest_of_three"),
    Op("three_middle", III, "int", ("the middle one of {0}, {1} and {2} by size",),
       ("sorted([{0}, {1}, {2}])[1]", "{0} + {1} + {2} - max({0}, {1}, {2}) - min({0}, {1}, {2})"),
       lambda a, b, c: insertion_sorted([a, b, c])[1], title="middle_of_three"),
    Op("between", III, "bool", ("{0} is at least {1} and at most {2}", "{0} lies between {1} and {2}, both included"),
       ("{1} <= {0} <= {2}", "{0} >= {1} and {0} <= {2}"), lambda a, b, c: a in ordered(b, c), title="is_between"),
    Op("outside", III, "bool", ("{0} is less than {1} or greater than {2}",), ("{0} < {1} or {0} > {2}",),
       lambda a, b, c: a not in ordered(b, c), title="is_outside"),
    Op("clamp", III, "int", ("{0}, but {1} if it is smaller than that and {2} if it is larger than that",),
       ("max({1}, min({0}, {2}))", "min(max({0}, {1}), {2})"),
       lambda a, b, c: a if a in ordered(b, c) else b if a < b else c, title="clamp"),
    Op("multiple_of_both", III, "bool", ("{0} is divisible by both {1} and {2}",),
       ("{0} % {1} == 0 and {0} % {2} == 0",),
       lambda a, b, c: a // natural(b, 1) * b == a == a // natural(c, 1) * c, title="divisible_by_both"),
    Op("multiple_of_either", III, "bool", ("{0} is divisible by {1} or by {2}",),
       ("{0} % {1} == 0 or {0} % {2} == 0",),
       lambda a, b, c: not (a // natural(b, 1) * b != a != a // natural(c, 1) * c), title="divisible_by_either"),
    Op("three_equal", III, "bool", ("{0}, {1} and {2} are all equal",), ("{0} == {1} == {2}",
       "len({{0}, {1}, {2}}) == 1"), lambda a, b, c: [a, b].count(c) == 2, title="all_equal"),
    Op("three_different", III, "bool", ("no two of {0}, {1} and {2} are equal",), ("len({{0}, {1}, {2}}) == 3",
       "{0} != {1} and {0} != {2} and {1} != {2}"),
       lambda a, b, c: not [a, b].count(c) and not [a].count(b), title="all_different"),
    Op("count_multiples", III, "int", ("the number of whole numbers from {0} to {1} that are divisible by {2}",),
       ("sum(i % {2} == 0 for i in range({0}, {1} + 1))", "len([i for i in range({0}, {1} + 1) if i % {2} == 0])"),
       lambda a, b, c: len([i for i in ordered(a, b) if i // natural(c, 1) * c == i]), title="count_multiples"),
    Op("power_modulo", III, "int", ("the remainder of {0} raised to the power {1} when divided by {2}",),
       ("pow({0}, {1}, {2})", "{0} ** {1} % {2}"),
       lambda a, b, c: (lambda p: p - p // natural(c, 1) * c)(eval("*".join([f"({natural(a, 0, 40)})"] *
                                                                          natural(b, 0, 6)) or "1")),
       title="power_mod"),
)  # fmt: skip

LISTS = (
    Op("add_end", LI, "list[int]", ("the elements of {0} followed by {1}", "{0} with {1} added at the end"),
       ("{0} + [{1}]", "[*{0}, {1}]"), lambda v, k: [*v[::-1][::-1], k], title="add_at_end"),
    Op("add_front", LI, "list[int]", ("{0} with {1} added at the front",), ("[{1}] + {0}", "[{1}, *{0}]"),
       lambda v, k: [*v[::-1], k][::-1], title="add_at_front"),
    Op("without_value", LI, "list[int]", ("{0} without any element equal to {1}", "{0} with every {1} removed"),
       ("[v for v in {0} if v != {1}]",), lambda v, k: [x for x in v if x - k], title="remove_value"),
    Op("element_at", LI, "int", ("the element of {0} at index {1}",), ("{0}[{1}]",),
       lambda v, i: v[place(v, i) :][0], title="element_at"),
    Op("without_index", LI, "list[int]", ("{0} without the element at index {1}",), ("{0}[:{1}] + {0}[{1} + 1:]",
       "[v for i, v in enumerate({0}) if i != {1}]"),
       lambda v, i: [v[j] for j in range(len(v)) if j != place(v, i)], title="remove_at"),
    Op("index_of_value", LI, "int", ("the index of the first {1} in {0}, or -1 if it does not occur",),
       ("{0}.index({1}) if {1} in {0} else -1", "next((i for i, v in enumerate({0}) if v == {1}), -1)"),
       lambda v, k: min([i for i in range(len(v)) if v[i] == k] or [-1]), title="index_of", last=True),
    Op("last_index_of", LI, "int", ("the index of the last {1} in {0}, or -1 if it does not occur",),
       ("max((i for i, v in enumerate({0}) if v == {1}), default=-1)",),
       lambda v, k: max([i for i in range(len(v)) if v[i] == k] or [-1]), title="last_index_of", last=True),
    Op("count_pairs", LI, "int", ("the number of pairs of elements of {0} at different places whose sum is {1}",),
       ("sum({0}[i] + {0}[j] == {1} for i in range(len({0})) for j in range(i))",),
       lambda v, k: sum(x + y == k for i, x in enumerate(v) for y in v[i + 1 :]), title="count_pairs", last=True),
    Op("split_at", LI, "tuple[list[int], list[int]]", ("a tuple of the elements of {0} before index {1} and those "
       "from there on",), ("({0}[:{1}], {0}[{1}:])",), lambda v, k: (v[: place([*v, 0], k)],
       [x for i, x in enumerate(v) if i >= k]), title="split_at"),
    Op("within", LII, "list[int]", ("the elements of {0} that are at least {1} and at most {2}",),
       ("[v for v in {0} if {1} <= v <= {2}]",), lambda v, a, b: [x for x in v if x in ordered(a, b)],
       title="between"),
    Op("not_within", LII, "list[int]", ("the elements of {0} that are less than {1} or greater than {2}",),
       ("[v for v in {0} if v < {1} or v > {2}]",), lambda v, a, b: [x for x in v if x not in ordered(a, b)],
       title="outside"),
    Op("count_within", LII, "int", ("the number of elements of {0} that are at least {1} and at most {2}",),
       ("sum({1} <= v <= {2} for v in {0})", "len([v for v in {0} if {1} <= v <= {2}])"),
       lambda v, a, b: len([x for x in v if x in ordered(a, b)]), title="count_between"),
    Op("replace_value", LII, "list[int]", ("{0} with every {1} replaced by {2}",),
       ("[{2} if v == {1} else v for v in {0}]",), lambda v, a, b: [(x, b)[x == a] for x in v],
       title="replace_value"),
    Op("piece", LII, "list[int]", ("the elements of {0} from index {1} up to, but not including, index {2}",),
       ("{0}[{1}:{2}]",), lambda v, a, b: [x for i, x in enumerate(v) if a <= i < b and natural(a) <= natural(b)],
       title="slice"),
    Op("insert_at", LII, "list[int]", ("{0} with {2} inserted at index {1}",), ("{0}[:{1}] + [{2}] + {0}[{1}:]",),
       lambda v, i, k: [*(v[j] for j in range(place([*v, 0], i))), k, *(v[j] for j in range(i, len(v)))],
       title="insert_at"),
    Op("with_prefix", LS, "list[str]", ("a list with {1} put before each string of {0}",), ("[{1} + v for v in {0}]",
       "[f'{{1}}{v}' for v in {0}]"), lambda v, p: ["".join([p, *s]) for s in v], title="add_prefix"),
    Op("with_ending", LS, "list[str]", ("a list with {1} put after each string of {0}",), ("[v + {1} for v in {0}]",),
       lambda v, p: ["".join([*s, p]) for s in v], title="add_ending"),
    Op("holding", LS, "list[str]", ("the strings of {0} that contain {1}",), ("[v for v in {0} if {1} in v]",),
       lambda v, p: [s for s in v if s.find(p) >= 0], title="containing"),
    Op("not_holding", LS, "list[str]", ("the strings of {0} that do not contain {1}",),
       ("[v for v in {0} if {1} not in v]",), lambda v, p: [s for s in v if s.find(p) < 0], title="not_containing"),
    Op("count_string", LS, "int", ("how often {1} occurs in {0}",), ("{0}.count({1})", "sum(v == {1} for v in {0})"),
       lambda v, p: len([s for s in v if s == p]), title="count_string"),
)  # fmt: skip

STRINGS = (
    Op("character_at", SI, "str", ("the character of {0} at index {1}",), ("{0}[{1}]",),
       lambda s, i: s[place(s, i) :][:1], title="character_at"),
    Op("without_character", SI, "str", ("{0} without the character at index {1}",), ("{0}[:{1}] + {0}[{1} + 1:]",
       "''.join(c for i, c in enumerate({0}) if i != {1})"),
       lambda s, i: "".join(s[j] for j in range(len(s)) if j != place(s, i)), title="remove_character"),
    Op("word_at", SI, "str", ("the word of {0} at index {1}, counted from 0",), ("{0}.split()[{1}]",),
       lambda s, i: s.split()[place(s.split(), i) :][0], title="word_at"),
    Op("reverse_start", SI, "str", ("{0} with its first {1} characters reversed",), ("{0}[:{1}][::-1] + {0}[{1}:]",),
       lambda s, k: "".join(reversed(s[: place(s, k)])) + "".join(c for i, c in enumerate(s) if i >= k),
       title="reverse_start"),
    Op("substring", SII, "str", ("the characters of {0} from index {1} up to, but not including, index {2}",),
       ("{0}[{1}:{2}]",), lambda s, a, b: "".join(s[i] for i in ordered(natural(a), b)[:-1] if i < len(s)),
       title="substring"),
    Op("without_part", SII, "str", ("{0} without its characters from index {1} up to, but not including, index {2}",),
       ("{0}[:{1}] + {0}[{2}:]",),
       lambda s, a, b: "".join(c for i, c in enumerate(s) if not ordered(a, b) or not a <= i < b and natural(a) < 500),
       title="cut_out"),
    Op("replace_part", SSS, "str", ("{0} with every {1} replaced by {2}",), ("{0}.replace({1}, {2})",),
       lambda s, a, b: b.join(s.split(a)), title="replace"),
    Op("begins_and_ends", SSS, "bool", ("{0} starts with {1} and ends with {2}",),
       ("{0}.startswith({1}) and {0}.endswith({2})",),
       lambda s, a, b: s[: len(a)] == a and s[::-1][: len(b)] == b[::-1], title="starts_and_ends"),
    Op("begins_or_ends", SSS, "bool", ("{0} starts with {1} or ends with {2}",),
       ("{0}.startswith({1}) or {0}.endswith({2})",),
       lambda s, a, b: s[: len(a)] == a or s[::-1][: len(b)] == b[::-1], title="starts_or_ends"),
    Op("enclosed", SSS, "str", ("{1} followed by {0} and then {2}",), ("{1} + {0} + {2}", "f'{{1}}{{0}}{{2}}'"),
       lambda s, a, b: "".join([a, *s, b]), title="enclose"),
    Op("count_two", SSS, "int", ("how often {1} and {2} occur in {0}, taken together",),
       ("{0}.count({1}) + {0}.count({2})",), lambda s, a, b: len(s.split(a)) + len(s.split(b)) - 2,
       title="count_both"),
    Op("lacks_both", SSS, "bool", ("{0} contains neither {1} nor {2}",), ("{1} not in {0} and {2} not in {0}",),
       lambda s, a, b: s.find(a) < 0 and s.find(b) < 0, title="contains_neither"),
    Op("has_both", SSS, "bool", ("{0} contains both {1} and {2}",), ("{1} in {0} and {2} in {0}",),
       lambda s, a, b: not (s.find(a) < 0 or s.find(b) < 0), title="contains_both"),
    Op("joined_three", SSS, "str", ("{0}, {1} and {2} with single spaces between them",), ("f'{{0}} {{1}} {{2}}'",
       "' '.join([{0}, {1}, {2}])", "{0} + ' ' + {1} + ' ' + {2}"),
       lambda s, a, b: " ".join([s, a, b]), title="join_three"),
)  # fmt: skip

SEVERAL = (*NUMBERS, *LISTS, *STRINGS)
