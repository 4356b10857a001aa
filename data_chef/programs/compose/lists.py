"""Operations on whole lists: of numbers, of strings, of either."""

from fractions import Fraction
from functools import reduce

from data_chef.programs.compose.core import Loop, Op
from data_chef.programs.compose.numbers import MATH


NUMBERS = ("list[int]",)
STRINGS = ("list[str]",)
COUNTER = (("Counter", "from collections import Counter"),)
ITERTOOLS = (("itertools", "import itertools"), ("accumulate", "from itertools import accumulate"))
DEFAULTS = (0, -1, None)
ORDINALS = ("first", "second", "third", "fourth")


def filled(values: list) -> list:
    """The list itself. Raises ValueError when it is empty."""
    if not values:
        raise ValueError("empty")
    return values


def insertion_sorted(values: list) -> list:
    done: list = []
    for value in values:
        place = next((i for i, other in enumerate(done) if other > value), len(done))
        done.insert(place, value)
    return done


def distinct(values: list) -> list:
    return [value for i, value in enumerate(values) if value not in values[:i]]


def rotated(values: list, k: int) -> list:
    return [values[(i + k) % len(values)] for i in range(len(values))]


REDUCTIONS = (
    Op("sum", NUMBERS, "int", ("the sum of {0}", "the total of {0}"), ("sum({gen})",),
       lambda v: reduce(int.__add__, v, 0), title="sum", loop=Loop("total", "0", ("{acc} += {v}",))),
    Op("product", NUMBERS, "int", ("the product of {0}, where the empty product is 1",), ("math.prod({gen})",),
       lambda v: reduce(int.__mul__, v, 1), title="product", loop=Loop("product", "1", ("{acc} *= {v}",)),
       imports=MATH),
    Op("largest", NUMBERS, "int", ("the largest of {0}", "the maximum of {0}"), ("max({gen})", "sorted({gen})[-1]"),
       lambda v: insertion_sorted(v)[-1], title="largest"),
    Op("smallest", NUMBERS, "int", ("the smallest of {0}", "the minimum of {0}"), ("min({gen})", "sorted({gen})[0]"),
       lambda v: insertion_sorted(v)[0], title="smallest"),
    Op("largest_or", NUMBERS, "int", ("the largest of {0}, or {k} if there are none",),
       ("max({pgen}, default={k})", "max({0}) if {0} else {k}"), lambda v, k: insertion_sorted(v)[-1] if v else k,
       DEFAULTS, title="largest", last=True),
    Op("smallest_or", NUMBERS, "int", ("the smallest of {0}, or {k} if there are none",),
       ("min({pgen}, default={k})", "min({0}) if {0} else {k}"), lambda v, k: insertion_sorted(v)[0] if v else k,
       DEFAULTS, title="smallest", last=True),
    Op("range_of", NUMBERS, "int", ("the difference between the largest and the smallest of {0}",),
       ("max({0}) - min({0})",), lambda v: insertion_sorted(v)[-1] - insertion_sorted(v)[0], title="range"),
    Op("largest_plus_smallest", NUMBERS, "int", ("the sum of the largest and the smallest of {0}",),
       ("max({0}) + min({0})",), lambda v: insertion_sorted(v)[-1] + insertion_sorted(v)[0],
       title="sum_of_extremes"),
    Op("second_largest", NUMBERS, "int", ("the second largest of the different values among {0}",),
       ("sorted(set({gen}))[-2]", "sorted(set({gen}), reverse=True)[1]"),
       lambda v: insertion_sorted(distinct(v))[-2], title="second_largest"),
    Op("second_smallest", NUMBERS, "int", ("the second smallest of the different values among {0}",),
       ("sorted(set({gen}))[1]",), lambda v: insertion_sorted(distinct(v))[1], title="second_smallest"),
    Op("mean", NUMBERS, "float", ("the average of {0}", "the arithmetic mean of {0}"), ("sum({0}) / len({0})",),
       lambda v: float(Fraction(reduce(int.__add__, v, 0), len(filled(v)))), title="mean", last=True),
    Op("mean_or", NUMBERS, "float", ("the average of {0}, or 0.0 if there are none",),
       ("sum({0}) / len({0}) if {0} else 0.0",),
       lambda v: float(Fraction(reduce(int.__add__, v, 0), len(v))) if v else 0.0, title="mean", last=True),
    Op("floor_mean", NUMBERS, "int", ("the average of {0}, rounded down to a whole number",),
       ("sum({0}) // len({0})",), lambda v: (sum(v) - sum(v) % len(filled(v))) // len(v), title="floor_mean",
       last=True),
    Op("middle", NUMBERS, "int", ("the lower median of {0} (the one in the middle of the sorted order; the smaller "
       "one "
       "if two are in the middle)",), ("sorted({gen})[(len({0}) - 1) // 2]",),
       lambda v: next(x for x in v if sum(y <= x for y in v) * 2 >= len(v) and sum(y < x for y in v) * 2 < len(v)),
       title="median", last=True),
    Op("length", NUMBERS, "int", ("the number of elements of {whole}", "how many numbers there are in {whole}"),
       ("len({list})",), lambda v: sum(1 for _ in v), title="count"),
    Op("count_distinct", NUMBERS, "int", ("the number of different values among {0}",), ("len(set({gen}))",),
       lambda v: len(distinct(v)), title="count_distinct"),
    Op("count_of", NUMBERS, "int", ("the number of times {k} occurs {in}", "how often {k} occurs {in}"),
       ("{list}.count({k})", "sum({v} == {k} for {var} in {src}{if})"), lambda v, k: len([x for x in v if x == k]),
       (0, 1, 2, 3, 5), title="count_{k}", hole=("target", "wanted", "value_to_find"),
       loop=Loop("count", "0", ("if {v} == {k}:", "    {acc} += 1"))),
    Op("alternating", NUMBERS, "int", ("the alternating sum of {0} (the first minus the second plus the third and so "
       "on)",), ("sum({0}[::2]) - sum({0}[1::2])",), lambda v: sum((-1) ** i * x for i, x in enumerate(v)),
       title="alternating_sum", last=True),
    Op("sum_even_places", NUMBERS, "int", ("the sum of the elements of {whole} at even indices",), ("sum({0}[::2])",),
       lambda v: sum(x for i, x in enumerate(v) if not i & 1), title="sum_even_indices"),
    Op("sum_odd_places", NUMBERS, "int", ("the sum of the elements of {whole} at odd indices",), ("sum({0}[1::2])",),
       lambda v: sum(x for i, x in enumerate(v) if i & 1), title="sum_odd_indices"),
    Op("gcd", NUMBERS, "int", ("the greatest common divisor of {0}",), ("math.gcd(*{0})", "reduce(math.gcd, {0})"),
       lambda v: next((d for d in range(min(max(map(abs, v)), 9999), 0, -1) if all(x % d == 0 for x in v)), 0),
       title="gcd", imports=(*MATH, ("reduce", "from functools import reduce")), last=True),
    Op("nearest", NUMBERS, "int", ("the number {in} that is nearest to {k} (the earlier one in case of a tie)",),
       ("min({gen}, key=lambda n: abs(n - {k}))",),
       lambda v, k: next(x for d in range(100) for x in v if x in (k - d, k + d)), (0, 5, 10, 15),
       title="nearest_to_{k}", hole=("target",)),
    Op("most_common", NUMBERS, "int", ("the most frequent number {in} (the one that occurs first in case of a tie)",),
       ("max({0}, key={0}.count)", "Counter({gen}).most_common(1)[0][0]"),
       lambda v: next(x for c in range(len(v), 0, -1) for x in v if sum(y == x for y in v) == c),
       title="most_common", imports=COUNTER),
    Op("highest_frequency", NUMBERS, "int", ("the number of times the most frequent value {in} occurs",),
       ("max(Counter({gen}).values())", "max({0}.count(n) for n in {0})"),
       lambda v: sorted(sum(y == x for y in v) for x in v)[-1], title="highest_frequency", imports=COUNTER),
    Op("index_of_largest", NUMBERS, "int", ("the index of the largest number {in} (the first one in case of a tie)",),
       ("{0}.index(max({0}))", "max(range(len({0})), key=lambda i: {0}[i])"),
       lambda v: sorted(range(len(v)), key=lambda i: (-v[i], i))[0], title="index_of_largest"),
    Op("index_of_smallest", NUMBERS, "int", ("the index of the smallest number {in} (the first one in case of a "
       "tie)",),
       ("{0}.index(min({0}))", "min(range(len({0})), key=lambda i: {0}[i])"),
       lambda v: sorted(range(len(v)), key=lambda i: (v[i], i))[0], title="index_of_smallest"),
    Op("first_item", NUMBERS, "int", ("the first of {0}",), ("{list}[0]",), lambda v: [*reversed(v)].pop(),
       title="first"),
    Op("last_item", NUMBERS, "int", ("the last of {0}",), ("{list}[-1]",), lambda v: list(v).pop(), title="last"),
    Op("as_number", NUMBERS, "int", ("the number whose decimal digits are {0}",),
       ("int(''.join(map(str, {gen})))", "int(''.join(str(d) for d in {0}))"),
       lambda v: reduce(lambda a, d: a * 10 + d, v) if v and all(0 <= d < 10 for d in v) else int(""),
       title="number_from_digits"),
    Op("count_rises", NUMBERS, "int", ("the number of elements of {whole} that are greater than the element right "
       "before them",), ("sum(a < b for a, b in zip({0}, {0}[1:]))",
       "sum({0}[i] > {0}[i - 1] for i in range(1, len({0})))"),
       lambda v: len([i for i in range(len(v)) if i and v[i] - v[i - 1] > 0]), title="count_rises"),
    Op("longest_run", NUMBERS, "int", ("the length of the longest run of equal neighbours in {whole}, or 0 if it is "
       "empty",), ("max((len(list(g)) for _, g in itertools.groupby({gen})), default=0)",),
       lambda v: max([j - i for i in range(len(v)) for j in range(i + 1, len(v) + 1) if len(set(v[i:j])) == 1] or [0]),
       title="longest_run", imports=ITERTOOLS, last=True),
    Op("largest_gap", NUMBERS, "int", ("the largest absolute difference between neighbours in {whole}, or 0 if there "
       "are fewer than two",), ("max((abs(a - b) for a, b in zip({0}, {0}[1:])), default=0)",),
       lambda v: sorted([0] + [abs(v[i] - v[i + 1]) for i in range(len(v) - 1)])[-1], title="largest_gap", last=True),
    Op("best_window", NUMBERS, "int", ("the largest sum of {k} neighbouring elements of {whole}",),
       ("max(sum({0}[i:i + {k}]) for i in range(len({0}) - {k} + 1))",),
       lambda v, k: sorted(sum(w) for w in zip(*(v[j:] for j in range(k)), strict=False))[-1], (2, 3),
       title="best_window", hole=("size", "width", "k")),
)  # fmt: skip

CHECKS = (
    Op("is_sorted", NUMBERS, "bool", ("{0} are in ascending order, where equal neighbours are allowed",),
       ("{0} == sorted({0})", "all(a <= b for a, b in zip({0}, {0}[1:]))"),
       lambda v: v == insertion_sorted(v), which=("{n} in ascending order",), title="is_sorted"),
    Op("is_increasing", NUMBERS, "bool", ("each element of {whole} is greater than the one before it",),
       ("all(a < b for a, b in zip({0}, {0}[1:]))",), lambda v: v == insertion_sorted(distinct(v)),
       title="is_increasing"),
    Op("has_repeats", NUMBERS, "bool", ("some value occurs more than once {in}",), ("len(set({0})) < len({0})",
       "any({0}.count(n) > 1 for n in {0})"), lambda v: distinct(v) != v, which=("{n} with repeated values",),
       title="has_duplicates"),
    Op("all_distinct", NUMBERS, "bool", ("no value occurs more than once {in}",), ("len(set({0})) == len({0})",),
       lambda v: distinct(v) == v, title="all_distinct"),
    Op("all_equal", NUMBERS, "bool", ("all of {0} are equal",), ("len(set({gen})) <= 1",),
       lambda v: v == v[1:] + v[:1], which=("{n} whose elements are all equal",),
       title="all_equal"),
    Op("reads_same", NUMBERS, "bool", ("{whole} reads the same backwards",), ("{0} == {0}[::-1]",
       "{0} == list(reversed({0}))"), lambda v: all(v[i] == v[-1 - i] for i in range(len(v))),
       which=("{n} that read the same backwards",), title="is_palindrome"),
    Op("contains", NUMBERS, "bool", ("{k} occurs {in}",), ("{k} in {list}", "any({v} == {k} for {var} in {src}{if})"),
       lambda v, k: v.count(k) > 0, (0, 1, 3, 5, 7), which=("{n} containing {k}",), title="contains_{k}",
       hole=("target", "wanted"),
       loop=Loop("", "", ("if {v} == {k}:", "    return True"), "False")),
    Op("sum_above", NUMBERS, "bool", ("the sum of {0} is greater than {k}",), ("sum({gen}) > {k}",),
       lambda v, k: k - sum(v) < 0, (10, 20, 30, 50), which=("{n} whose sum is greater than {k}",),
       title="sum_exceeds_{k}", hole=("limit", "budget")),
    Op("is_empty", NUMBERS, "bool", ("{whole} is empty",), ("not {list}", "len({list}) == 0"), lambda v: v == [],
       title="is_empty"),
    Op("longer", NUMBERS, "bool", ("{whole} has more than {k} elements",), ("len({list}) > {k}",),
       lambda v, k: bool(v[k:]), (2, 3, 4, 5), which=("{n} with more than {k} elements",),
       title="has_more_than_{k}", hole=("limit", "k")),
    Op("ends_equal", NUMBERS, "bool", ("the first and the last element of {whole} are equal",),
       ("{0}[0] == {0}[-1]",), lambda v: v[:1] == filled(v)[::-1][:1], title="ends_match"),
)  # fmt: skip


def both(name, told, codes, meaning, done=(), constants=(), title="", hole=(), imports=(), kinds=("int", "str")):
    """The same operation for lists of numbers and lists of strings."""
    return tuple(
        Op(f"{name}" if kind == "int" else f"{name}_str", (f"list[{kind}]",), f"list[{kind}]", told, codes, meaning,
           constants, done, title=title, hole=hole, imports=imports)
        for kind in kinds
    )  # fmt: skip


REARRANGED = (
    *both("ascending", ("{0} in ascending order", "{0}, sorted from smallest to largest"), ("sorted({gen})",),
          insertion_sorted, ("sort {whole} in ascending order",), title="sorted", kinds=("int",)),
    *both("alphabetical", ("{0} in alphabetical order",), ("sorted({gen})",), insertion_sorted,
          ("sort {whole} alphabetically",), title="sorted", kinds=("str",)),
    *both("descending", ("{0} in descending order", "{0}, sorted from largest to smallest"),
          ("sorted({gen}, reverse=True)", "sorted({gen})[::-1]"), lambda v: insertion_sorted(v)[::-1],
          ("sort {whole} in descending order",), title="descending", kinds=("int",)),
    *both("reverse", ("{0} in reverse order",), ("{list}[::-1]", "list(reversed({list}))"),
          lambda v: [v[-1 - i] for i in range(len(v))], ("reverse {whole}", "reverse the order of {whole}"),
          title="reversed"),
    *both("unique", ("{0} without repeats, each kept where it first occurs",), ("list(dict.fromkeys({gen}))",),
          distinct, ("remove repeats, keeping first occurrences",), title="unique"),
    *both("unique_sorted", ("the different values among {0} in ascending order",), ("sorted(set({gen}))",),
          lambda v: insertion_sorted(distinct(v)), title="sorted_unique", kinds=("int",)),
    *both("unique_alphabetical", ("the different strings among {0} in alphabetical order",), ("sorted(set({gen}))",),
          lambda v: insertion_sorted(distinct(v)), title="sorted_unique", kinds=("str",)),
    *both("first", ("the first {k} of {0} (all of them if there are fewer)",), ("{list}[:{k}]",),
          lambda v, k: [x for i, x in enumerate(v) if i < k], ("keep the first {k} elements",), (2, 3, 4),
          "first_{k}", ("count", "k", "n_items")),
    *both("last", ("the last {k} of {0} (all of them if there are fewer)",), ("{list}[-{k}:]",),
          lambda v, k: [x for i, x in enumerate(v) if i >= len(v) - k], ("keep the last {k} elements",), (2, 3, 4),
          "last_{k}"),
    *both("without_first", ("all of {0} except the first {k}",), ("{list}[{k}:]",),
          lambda v, k: [x for i, x in enumerate(v) if i >= k], ("drop the first {k} elements",), (1, 2, 3),
          "skip_{k}", ("skip", "k")),
    *both("without_last", ("all of {0} except the last {k}",), ("{list}[:-{k}]",),
          lambda v, k: [x for i, x in enumerate(v) if i < len(v) - k], ("drop the last {k} elements",), (1, 2, 3),
          "drop_last_{k}"),
    *both("every", ("every {k} element of {whole}, beginning with the first".replace("{k}", "second"),),
          ("{list}[::2]",), lambda v: [x for i, x in enumerate(v) if not i & 1],
          ("keep every second element, beginning with the first",), title="every_second"),
    *both("odd_places", ("the elements of {whole} at odd indices",), ("{list}[1::2]",
          "[x for i, x in enumerate({0}) if i % 2 == 1]"), lambda v: [x for i, x in enumerate(v) if i & 1],
          ("keep the elements at odd indices",), title="odd_indices"),
    *both("rotate_left", ("{0}, rotated to the left by one place",), ("{0}[1:] + {0}[:1]",),
          lambda v: rotated(v, 1), ("rotate {whole} to the left by one place",), title="rotate_left"),
    *both("rotate_right", ("{0}, rotated to the right by one place",), ("{0}[-1:] + {0}[:-1]",),
          lambda v: rotated(v, -1), ("rotate {whole} to the right by one place",), title="rotate_right"),
    *both("twice", ("{0}, followed by {0} again",), ("{list} * 2", "{0} + {0}"), lambda v: [*v, *v],
          ("repeat {whole} once more at its end",), title="repeated"),
    *both("mirror", ("{0}, followed by the same elements in reverse order",), ("{0} + {0}[::-1]",),
          lambda v: [v[i] if i < len(v) else v[2 * len(v) - 1 - i] for i in range(2 * len(v))],
          ("append the same elements in reverse order",), title="mirrored"),
    *both("squeeze", ("{0} with runs of equal neighbours shortened to one element",),
          ("[key for key, _ in itertools.groupby({gen})]",
           "[x for i, x in enumerate({0}) if i == 0 or x != {0}[i - 1]]"),
          lambda v: [v[i] for i in range(len(v)) if v[i : i + 1] != v[i + 1 : i + 2]],
          ("shorten runs of equal neighbours to one element",), title="squeezed", imports=ITERTOOLS),
    *both("only_once", ("those of {0} that occur exactly once",), ("[x for x in {0} if {0}.count(x) == 1]",),
          lambda v: [x for i, x in enumerate(v) if x not in v[:i] + v[i + 1 :]],
          ("keep only the elements that occur exactly once",), title="singles"),
    *both("repeated", ("the values that occur more than once among {0}, each listed once where it first occurs",),
          ("[x for x in dict.fromkeys({0}) if {0}.count(x) > 1]",
           "[x for x, count in Counter({gen}).items() if count > 1]"),
          lambda v: [x for i, x in enumerate(v) if x in v[i + 1 :] and x not in v[:i]],
          ("keep one of each value that occurs more than once",), title="duplicates", imports=COUNTER),
    *both("extremes_removed", ("{0} without its smallest and its largest element, in ascending order",),
          ("sorted({gen})[1:-1]",), lambda v: [x for i, x in enumerate(insertion_sorted(v)) if 0 < i < len(v) - 1],
          title="trimmed", kinds=("int",)),
    *both("largest_k", ("the {k} largest of {0} in descending order",), ("sorted({gen}, reverse=True)[:{k}]",
          "heapq.nlargest({k}, {gen})"), lambda v, k: insertion_sorted(v)[::-1][:k], (), (2, 3), "largest_{k}",
          ("count", "k"), (("heapq", "import heapq"),), ("int",)),
    *both("smallest_k", ("the {k} smallest of {0} in ascending order",), ("sorted({gen})[:{k}]",
          "heapq.nsmallest({k}, {gen})"), lambda v, k: [x for i, x in enumerate(insertion_sorted(v)) if i < k], (),
          (2, 3), "smallest_{k}", ("count", "k"), (("heapq", "import heapq"),), ("int",)),
    *both("running_totals", ("the running totals of {0}",), ("[sum({0}[:i + 1]) for i in range(len({0}))]",
          "list(accumulate({gen}))"), lambda v: [reduce(int.__add__, v[: i + 1]) for i in range(len(v))],
          ("replace each element by the sum of all elements up to it",), title="running_totals", imports=ITERTOOLS,
          kinds=("int",)),
    *both("running_maxima", ("the running maxima of {0}",), ("[max({0}[:i + 1]) for i in range(len({0}))]",
          "list(accumulate({gen}, max))"), lambda v: [insertion_sorted(v[: i + 1])[-1] for i in range(len(v))],
          ("replace each element by the largest element up to it",), title="running_maxima", imports=ITERTOOLS,
          kinds=("int",)),
    *both("differences", ("the differences between each element of {whole} and the one before it",),
          ("[b - a for a, b in zip({0}, {0}[1:])]", "[{0}[i] - {0}[i - 1] for i in range(1, len({0}))]"),
          lambda v: [-(v[i] - v[i + 1]) for i in range(len(v) - 1)],
          ("take the difference of each element and the one before it",), title="differences", kinds=("int",)),
    *both("pair_sums", ("the sums of neighbouring elements of {whole}",), ("[a + b for a, b in zip({0}, {0}[1:])]",),
          lambda v: [sum(v[i : i + 2]) for i in range(len(v) - 1)], ("add up neighbouring elements",),
          title="neighbor_sums", kinds=("int",)),
    *both("window_sums", ("the sums of all {k} neighbouring elements of {whole}, from left to right",),
          ("[sum({0}[i:i + {k}]) for i in range(len({0}) - {k} + 1)]",),
          lambda v, k: [sum(w) for w in zip(*(v[j:] for j in range(k)), strict=False)], (), (3, 4), "window_sums",
          ("size", "width"), (), ("int",)),
    *both("times_index", ("the products of each element of {whole} and its index",),
          ("[i * n for i, n in enumerate({0})]",), lambda v: [v[i] * i for i in range(len(v))],
          ("multiply each element by its index",), title="times_index", kinds=("int",)),
    *both("swap_ends", ("{0} with the first and the last element swapped",), ("{0}[-1:] + {0}[1:-1] + {0}[:1]",),
          lambda v: [v[{0: len(v) - 1, len(v) - 1: 0}.get(i, i)] for i in range(len(v) if len(v) > 1 else int(""))],
          ("swap the first and the last element",), title="swapped"),
)  # fmt: skip

SHAPED = (
    Op("frequencies", NUMBERS, "dict[int, int]", ("a dictionary that maps each number {in} to how often it occurs",),
       ("dict(Counter({gen}))", "{n: {0}.count(n) for n in {0}}"),
       lambda v: {x: len([y for y in v if y == x]) for x in distinct(v)}, title="frequencies", imports=COUNTER,
       loop=Loop("counts", "{}", ("{acc}[{v}] = {acc}.get({v}, 0) + 1",))),
    Op("frequencies_str", STRINGS, "dict[str, int]", ("a dictionary that maps each string {in} to how often it "
       "occurs",),
       ("dict(Counter({gen}))", "{s: {0}.count(s) for s in {0}}"),
       lambda v: {x: len([y for y in v if y == x]) for x in distinct(v)}, title="frequencies", imports=COUNTER,
       loop=Loop("counts", "{}", ("{acc}[{v}] = {acc}.get({v}, 0) + 1",))),
    Op("positions", STRINGS, "dict[str, int]", ("a dictionary that maps each string {in} to the index of its first "
       "occurrence",), ("{s: {0}.index(s) for s in {0}}",),
       lambda v: {x: min(i for i, y in enumerate(v) if y == x) for x in distinct(v)}, title="first_positions"),
    Op("as_set", NUMBERS, "set[int]", ("the set of {0}",), ("set({gen})",), lambda v: {x for x in v[::-1]},
       title="set"),
    Op("neighbor_pairs", NUMBERS, "list[tuple[int, int]]", ("the pairs of neighbouring elements of {whole} as "
       "tuples",),
       ("list(zip({0}, {0}[1:]))",),
       lambda v: [tuple(v[i : i + 2]) for i in range(len(v) - 1)], title="neighbor_pairs"),
    Op("run_lengths", NUMBERS, "list[tuple[int, int]]", ("the run-length encoding of {whole}, a list of "
       "(value, count) tuples",), ("[(key, len(list(group))) for key, group in itertools.groupby({gen})]",),
       lambda v: [(v[i], next((j for j in range(i, len(v)) if v[j] != v[i]), len(v)) - i)
                  for i in range(len(v)) if i == 0 or v[i - 1] != v[i]], title="run_lengths", imports=ITERTOOLS),
    Op("chunks", NUMBERS, "list[list[int]]", ("{whole} cut into pieces of {k} elements, the last of which may be "
       "shorter",), ("[{0}[i:i + {k}] for i in range(0, len({0}), {k})]",),
       lambda v, k: [[v[j] for j in range(i * k, min(len(v), i * k + k))] for i in range(-(-len(v) // k))], (2, 3),
       title="chunks", hole=("size", "k")),
    Op("extremes", NUMBERS, "tuple[int, int]", ("a tuple of the smallest and the largest of {0}",),
       ("(min({0}), max({0}))",), lambda v: tuple(insertion_sorted(v)[:: max(len(v) - 1, 1)][:2] if v[1:] else v * 2)
       if v else int(""), title="min_and_max"),
    Op("sum_and_product", NUMBERS, "tuple[int, int]", ("a tuple of the sum and the product of {0}",),
       ("(sum({0}), math.prod({0}))",), lambda v: (reduce(int.__add__, v, 0), reduce(int.__mul__, v, 1)),
       title="sum_and_product", imports=MATH),
    Op("enumerated", STRINGS, "list[str]", ("{0}, each preceded by its position counted from 1, such as '1. a'",),
       ("[f'{i}. {s}' for i, s in enumerate({0}, 1)]", "[f'{i + 1}. {s}' for i, s in enumerate({0})]"),
       lambda v: [str(i + 1) + ". " + v[i] for i in range(len(v))], title="numbered"),
    Op("comma_numbers", NUMBERS, "str", ("{0} as one string, separated by {k}",),
       ("{k}.join(map(str, {gen}))", "{k}.join(str(n) for n in {0})"),
       lambda v, k: "".join((k if i else "") + str(x) for i, x in enumerate(v)), (", ", "-", " ", "+", ";"),
       title="joined", hole=("separator", "sep")),
    Op("joined", STRINGS, "str", ("{0} joined into one string, separated by {k}",), ("{k}.join({gen})",),
       lambda v, k: "".join((k if i else "") + x for i, x in enumerate(v)), (", ", "-", " ", "/", "_", "; "),
       title="joined", hole=("separator", "sep")),
    Op("concatenated", STRINGS, "str", ("{0} joined into one string without separators",), ("''.join({gen})",),
       lambda v: reduce(str.__add__, v, ""), title="concatenated", loop=Loop("result", "''", ("{acc} += {v}",))),
    Op("length_str", STRINGS, "int", ("the number of elements of {whole}",), ("len({list})",),
       lambda v: sum(1 for _ in v), title="count"),
    Op("count_distinct_str", STRINGS, "int", ("the number of different strings among {0}",), ("len(set({gen}))",),
       lambda v: len(distinct(v)), title="count_distinct"),
    Op("total_length", STRINGS, "int", ("the total number of characters in {0}",), ("sum(len(s) for s in {0})",
       "len(''.join({gen}))", "sum(map(len, {gen}))"), lambda v: len([c for s in v for c in s]), title="total_length",
       loop=Loop("total", "0", ("{acc} += len({v})",))),
    Op("longest_length", STRINGS, "int", ("the length of the longest of {0}, or 0 if there are none",),
       ("max((len(s) for s in {0}), default=0)", "max(map(len, {gen}), default=0)"),
       lambda v: next(k for k in range(100) if not any(s[k:] for s in v)), title="longest_length", last=True),
    Op("first_alphabetical", STRINGS, "str", ("the one of {0} that comes first in alphabetical order",),
       ("min({gen})", "sorted({gen})[0]"), lambda v: insertion_sorted(v)[0], title="first_alphabetically"),
    Op("most_common_str", STRINGS, "str", ("the most frequent of {0} (the one that occurs first in case of a tie)",),
       ("max({0}, key={0}.count)", "Counter({gen}).most_common(1)[0][0]"),
       lambda v: next(x for c in range(len(v), 0, -1) for x in v if sum(y == x for y in v) == c),
       title="most_common", imports=COUNTER),
    Op("initials", STRINGS, "str", ("the first letters of {0} as one string",), ("''.join(s[0] for s in {0})",),
       lambda v: "".join(s[:1] for s in v), title="initials"),
)  # fmt: skip
