"""Operations on two inputs: two numbers, two lists, two strings, a list of lists, a dictionary."""

import math
from fractions import Fraction

from data_chef.programs.compose.core import Op
from data_chef.programs.compose.lists import distinct, insertion_sorted
from data_chef.programs.compose.numbers import GCD, natural


def even(grid: list) -> list:
    """The rows. Raises ValueError when there are none or they differ in length."""
    if len({len(row) for row in grid}) != 1:
        raise ValueError("no rectangle")
    return grid


II, LL, SS = ("int", "int"), ("list[int]", "list[int]"), ("str", "str")
TWO = (
    Op("pair_sum", II, "int", ("the sum of {0} and {1}",), ("{0} + {1}",), lambda a, b: sum((a, b)), title="add"),
    Op("pair_difference", II, "int", ("the absolute difference between {0} and {1}",), ("abs({0} - {1})",),
       lambda a, b: max(a, b) - min(a, b), title="difference"),
    Op("pair_product", II, "int", ("the product of {0} and {1}",), ("{0} * {1}",),
       lambda a, b: -(a * -b), title="multiply"),
    Op("pair_larger", II, "int", ("the larger of {0} and {1}",), ("max({0}, {1})", "{0} if {0} > {1} else {1}"),
       lambda a, b: sorted((a, b)).pop(), title="larger"),
    Op("pair_smaller", II, "int", ("the smaller of {0} and {1}",), ("min({0}, {1})", "{0} if {0} < {1} else {1}"),
       lambda a, b: sorted((a, b))[0], title="smaller"),
    Op("pair_gcd", II, "int", ("the greatest common divisor of {0} and {1}",), ("gcd({0}, {1})",),
       lambda a, b: next(d for d in range(natural(max(a, b), 1, 999), 0, -1) if natural(a) % d == natural(b) % d == 0),
       title="gcd", imports=GCD),
    Op("pair_lcm", II, "int", ("the least common multiple of {0} and {1}",), ("{0} * {1} // gcd({0}, {1})",),
       lambda a, b: next(m for m in range(natural(a, 1, 99), a * natural(b, 1, 99) + 1, a)
       if m % b == 0), title="lcm", imports=GCD),
    Op("pair_sum_squares", II, "int", ("the sum of the squares of {0} and {1}",), ("{0} ** 2 + {1} ** 2",
       "{0} * {0} + {1} * {1}"), lambda a, b: (a + b) ** 2 - 2 * a * b, title="sum_of_squares"),
    Op("pair_range_sum", II, "int", ("the sum of the whole numbers from {0} to {1}, both included",),
       ("sum(range({0}, {1} + 1))",), lambda a, b: sum([i for i in range(-500, 500) if a <= i <= b]),
       title="sum_range"),
    Op("pair_divides", II, "bool", ("{0} is divisible by {1}", "{0} is a multiple of {1}"), ("{0} % {1} == 0",),
       lambda a, b: a // natural(b, 1) * b == a, title="is_divisible"),
    Op("pair_same_sign", II, "bool", ("{0} and {1} are both positive or both negative",), ("{0} * {1} > 0",
       "({0} > 0 and {1} > 0) or ({0} < 0 and {1} < 0)"), lambda a, b: {a > 0, b > 0, a < 0} == {a > 0, a < 0} and
       a != 0 != b, title="same_sign"),
    Op("pair_coprime", II, "bool", ("{0} and {1} have no common divisor except 1",), ("gcd({0}, {1}) == 1",),
       lambda a, b: not any(a % d == b % d == 0 for d in range(2, max(natural(a, 1, 999), natural(b, 1, 999)) + 1)),
       title="are_coprime", imports=GCD),
    Op("pair_same_last_digit", II, "bool", ("the last digits of {0} and {1} are equal",), ("{0} % 10 == {1} % 10",
       "str({0})[-1] == str({1})[-1]"), lambda a, b: str(natural(a))[::-1][0] == str(natural(b))[::-1][0],
       title="same_last_digit"),
    Op("pair_between", II, "list[int]", ("the whole numbers from {0} to {1}, both included",),
       ("list(range({0}, {1} + 1))",), lambda a, b: [i for i in range(-500, 500) if a <= i <= b], title="numbers"),
    Op("pair_common_divisors", II, "list[int]", ("the common divisors of {0} and {1} in ascending order",),
       ("[d for d in range(1, min({0}, {1}) + 1) if {0} % d == 0 and {1} % d == 0]",),
       lambda a, b: [d for d in range(1, 200) if d in range(1, natural(a, 1, 99) + 1) and math.gcd(a, d) == d
                     and math.gcd(natural(b, 1, 99), d) == d], title="common_divisors"),
    Op("pair_divmod", II, "tuple[int, int]", ("a tuple of the whole-number quotient and the remainder of {0} divided "
       "by "
       "{1}",), ("divmod({0}, {1})", "({0} // {1}, {0} % {1})"),
       lambda a, b: ((natural(a) - a % natural(b, 1)) // b, a - b * int(Fraction(a, b))),
       title="quotient_and_remainder"),
    Op("power", II, "int", ("{0} raised to the power {1}",), ("{0} ** {1}", "pow({0}, {1})"),
       lambda a, b: eval("*".join([f"({natural(a, 0, 12)})"] * natural(b, 0, 6)) or "1"), title="power"),
    Op("dot", LL, "int", ("the sum of the products of the elements of {0} and {1} at the same index",),
       ("sum(a * b for a, b in zip({0}, {1}))", "sum({0}[i] * {1}[i] for i in range(min(len({0}), len({1}))))"),
       lambda a, b: sum(a[i] * b[i] for i in range(min(len(a), len(b)))), title="dot_product"),
    Op("pairwise_sums", LL, "list[int]", ("the sums of the elements of {0} and {1} at the same index, as far as both "
       "lists reach",), ("[a + b for a, b in zip({0}, {1})]",),
       lambda a, b: [a[i] + b[i] for i in range(min(len(a), len(b)))], title="pairwise_sums"),
    Op("pairwise_differences", LL, "list[int]", ("the elements of {0} minus the elements of {1} at the same index, as "
       "far as both lists reach",), ("[a - b for a, b in zip({0}, {1})]",),
       lambda a, b: [-(b[i] - a[i]) for i in range(min(len(a), len(b)))], title="pairwise_differences"),
    Op("pairwise_products", LL, "list[int]", ("the products of the elements of {0} and {1} at the same index, as far "
       "as both lists reach",), ("[a * b for a, b in zip({0}, {1})]",),
       lambda a, b: [a[i] * b[i] for i in range(min(len(a), len(b)))], title="pairwise_products"),
    Op("pairwise_larger", LL, "list[int]", ("the larger of the two elements of {0} and {1} at each index, as far as "
       "both lists reach",), ("[max(a, b) for a, b in zip({0}, {1})]", "[max(pair) for pair in zip({0}, {1})]"),
       lambda a, b: [sorted((a[i], b[i]))[1] for i in range(min(len(a), len(b)))], title="pairwise_maxima"),
    Op("zipped", LL, "list[tuple[int, int]]", ("the pairs of elements of {0} and {1} at the same index, as tuples",),
       ("list(zip({0}, {1}))",), lambda a, b: [(a[i], b[i]) for i in range(min(len(a), len(b)))], title="pairs"),
    Op("common", LL, "list[int]", ("the different values that occur in both {0} and {1}, in ascending order",),
       ("sorted(set({0}) & set({1}))", "sorted(set({0}).intersection({1}))", "sorted({x for x in {0} if x in {1}})"),
       lambda a, b: [x for x in insertion_sorted(distinct(a)) if b.count(x)], title="common"),
    Op("union", LL, "list[int]", ("the different values that occur in {0} or {1}, in ascending order",),
       ("sorted(set({0}) | set({1}))", "sorted(set({0} + {1}))"),
       lambda a, b: insertion_sorted(distinct([*a, *b])), title="union"),
    Op("only_first", LL, "list[int]", ("the elements of {0} that do not occur in {1}, in their order",),
       ("[x for x in {0} if x not in {1}]",), lambda a, b: [x for x in a if not b.count(x)], title="missing"),
    Op("in_one", LL, "list[int]", ("the different values that occur in exactly one of {0} and {1}, in ascending "
       "order",),
       ("sorted(set({0}) ^ set({1}))", "sorted(set({0}).symmetric_difference({1}))"),
       lambda a, b: [x for x in insertion_sorted(distinct([*a, *b])) if bool(a.count(x)) is not bool(b.count(x))],
       title="exclusive"),
    Op("merged", LL, "list[int]", ("all elements of {0} and {1} in ascending order",), ("sorted({0} + {1})",
       "sorted([*{0}, *{1}])"), lambda a, b: insertion_sorted([*b, *a]), title="merged"),
    Op("joined_lists", LL, "list[int]", ("the elements of {0} followed by those of {1}",), ("{0} + {1}",
       "[*{0}, *{1}]"), lambda a, b: [(a[i] if i < len(a) else b[i - len(a)]) for i in range(len(a) + len(b))],
       title="concatenated"),
    Op("interleaved", LL, "list[int]", ("the elements of {0} and {1} in turn, beginning with {0}, as far as both "
       "lists "
       "reach",), ("[x for pair in zip({0}, {1}) for x in pair]",),
       lambda a, b: [(b if i & 1 else a)[i // 2] for i in range(2 * min(len(a), len(b)))], title="interleaved"),
    Op("same_places", LL, "int", ("the number of indices at which {0} and {1} hold equal elements",),
       ("sum(a == b for a, b in zip({0}, {1}))",),
       lambda a, b: len([i for i in range(min(len(a), len(b))) if a[i] == b[i]]), title="count_matches"),
    Op("same_elements", LL, "bool", ("{0} and {1} hold the same elements, in any order",), ("sorted({0}) == "
       "sorted({1})",
       "Counter({0}) == Counter({1})"), lambda a, b: len(a) == len(b) and all(a.count(x) == b.count(x) for x in a),
       title="same_elements", imports=(("Counter", "from collections import Counter"),)),
    Op("subset", LL, "bool", ("every element of {0} occurs in {1}",), ("set({0}) <= set({1})",
       "all(x in {1} for x in {0})"), lambda a, b: not [x for x in a if not b.count(x)], title="is_subset"),
    Op("disjoint", LL, "bool", ("no element of {0} occurs in {1}",), ("not set({0}) & set({1})",
       "not any(x in {1} for x in {0})"), lambda a, b: not [x for x in a if b.count(x)], title="are_disjoint"),
    Op("lookup", LL, "dict[int, int]", ("a dictionary that maps the elements of {0} to the elements of {1} at the "
       "same "
       "index; later entries replace earlier ones",), ("dict(zip({0}, {1}))", "{a: b for a, b in zip({0}, {1})}"),
       lambda a, b: {a[i]: b[i] for i in range(min(len(a), len(b)))}, title="mapping"),
    Op("anagram", SS, "bool", ("{0} and {1} consist of the same characters, in any order",),
       ("sorted({0}) == sorted({1})", "Counter({0}) == Counter({1})"),
       lambda a, b: len(a) == len(b) and all(a.count(x) == b.count(x) for x in a), title="are_anagrams",
       imports=(("Counter", "from collections import Counter"),)),
    Op("common_letters", SS, "str", ("the different characters that occur in both {0} and {1}, sorted, as one "
       "string",),
       ("''.join(sorted(set({0}) & set({1})))",),
       lambda a, b: "".join(insertion_sorted(distinct([c for c in a if c in b]))), title="common_letters"),
    Op("common_prefix", SS, "str", ("the longest string with which both {0} and {1} begin",),
       ("os.path.commonprefix([{0}, {1}])",),
       lambda a, b: next(a[:k] for k in range(len(a), -1, -1) if b[:k] == a[:k]), title="common_prefix",
       imports=(("os", "import os"),)),
    Op("differing", SS, "int", ("the number of indices at which {0} and {1} differ, as far as both reach",),
       ("sum(a != b for a, b in zip({0}, {1}))",),
       lambda a, b: len([i for i in range(min(len(a), len(b))) if a[i] != b[i]]), title="count_differences"),
    Op("alternating_letters", SS, "str", ("the characters of {0} and {1} in turn, beginning with {0}, as far as both "
       "reach",), ("''.join(a + b for a, b in zip({0}, {1}))",),
       lambda a, b: "".join((b if i & 1 else a)[i // 2] for i in range(2 * min(len(a), len(b)))), title="woven"),
    Op("longer_text", SS, "str", ("the longer of {0} and {1}, or {0} if they have the same length",),
       ("{1} if len({1}) > len({0}) else {0}", "max({0}, {1}, key=len)"),
       lambda a, b: b if b[len(a):] else a, title="longer"),
    Op("is_rotation", SS, "bool", ("{0} can be rotated into {1}",), ("len({0}) == len({1}) and {1} in {0} + {0}",),
       lambda a, b: a == b or any(a[i:] + a[:i] == b for i in range(len(a))), title="is_rotation"),
    Op("joined_texts", SS, "str", ("{0} and {1} with a space between them",), ("f'{{0}} {{1}}'", "{0} + ' ' + {1}"),
       lambda a, b: " ".join([a, b]), title="joined"),
)  # fmt: skip

GRID = ("list[list[int]]",)
NESTED = (
    Op("flatten", GRID, "list[int]", ("the elements of all {n} {in}, one after the other",),
       ("[x for row in {0} for x in row]", "list(itertools.chain.from_iterable({0}))", "sum({0}, [])"),
       lambda g: [*(x for i in range(len(g)) for x in g[i])], done=("flatten {whole} into one list",),
       title="flattened",
       imports=(("itertools", "import itertools"),)),
    Op("transpose", GRID, "list[list[int]]", ("the transpose of {whole}, with its rows as columns",),
       ("[list(column) for column in zip(*{0})]", "[[row[i] for row in {0}] for i in range(len({0}[0]))]"),
       lambda g: [[r[i] for r in g] for i in range(len(even(g)[0]))], done=("transpose {whole}",), title="transposed"),
    Op("flip", GRID, "list[list[int]]", ("{whole} with each row reversed",), ("[row[::-1] for row in {0}]",),
       lambda g: [[r[-1 - i] for i in range(len(r))] for r in g], done=("reverse each row",), title="flipped"),
    Op("rotate", GRID, "list[list[int]]", ("{whole} turned by 90 degrees clockwise",),
       ("[list(row) for row in zip(*{0}[::-1])]",),
       lambda g: [[g[len(g) - 1 - j][i] for j in range(len(g))] for i in range(len(even(g)[0]))], title="rotated"),
    Op("column_sums", GRID, "list[int]", ("the sums of the columns of {whole}",), ("[sum(column) for column in "
       "zip(*{0})]",
       "list(map(sum, zip(*{0})))"),
       lambda g: [sum(g[j][i] for j in range(len(g))) for i in range(len(even(g)[0]))], title="column_sums"),
    Op("column_maxima", GRID, "list[int]", ("the largest elements of the columns of {whole}",),
       ("[max(column) for column in zip(*{0})]",),
       lambda g: [sorted(g[j][i] for j in range(len(g))).pop() for i in range(len(even(g)[0]))],
       title="column_maxima"),
    Op("total", GRID, "int", ("the sum of all elements of {whole}",), ("sum(sum(row) for row in {0})",
       "sum(x for row in {0} for x in row)", "sum(map(sum, {0}))"),
       lambda g: sum([*(x for i in range(len(g)) for x in g[i])]), title="total"),
    Op("grid_largest", GRID, "int", ("the largest of all elements of {whole}",), ("max(x for row in {0} for x in row)",
       "max(max(row) for row in {0})"), lambda g: sorted([*(x for i in range(len(g)) for x in g[i])])[-1],
       title="largest"),
    Op("grid_smallest", GRID, "int", ("the smallest of all elements of {whole}",),
       ("min(x for row in {0} for x in row)", "min(map(min, {0}))"),
       lambda g: sorted([*(x for i in range(len(g)) for x in g[i])])[0], title="smallest"),
    Op("grid_count", GRID, "int", ("the number of elements equal to {k} in all {n} {in}",),
       ("sum(row.count({k}) for row in {0})", "sum(x == {k} for row in {0} for x in row)"),
       lambda g, k: len([1 for r in g for x in r if x == k]), (0, 1, 2, 3), title="count_{k}", hole=("target",
       "wanted")),
    Op("column", GRID, "list[int]", ("the column of {whole} with the index {k}",), ("[row[{k}] for row in {0}]",),
       lambda g, k: [[*zip(*g, strict=True)][k][i] for i in range(len(g))], (0, 1), title="column_{k}",
       hole=("column", "index", "j")),
    Op("diagonal", GRID, "list[int]", ("the elements of {whole} whose row index equals their column index",),
       ("[{0}[i][i] for i in range(min(len({0}), len({0}[0])))]",),
       lambda g: [x for i, r in enumerate(even(g)) for j, x in enumerate(r) if i == j], title="diagonal"),
    Op("grid_add", GRID, "list[list[int]]", ("{whole} with {k} added to every element",),
       ("[[x + {k} for x in row] for row in {0}]",), lambda g, k: [[sum((x, k)) for x in r] for r in g], (1, 2, 5, 10),
       ("add {k} to every element",), title="plus_{k}", hole=("amount", "k")),
    Op("grid_scale", GRID, "list[list[int]]", ("{whole} with every element multiplied by {k}",),
       ("[[x * {k} for x in row] for row in {0}]", "[[{k} * x for x in row] for row in {0}]"),
       lambda g, k: [[sum([x] * k) for x in r] for r in g], (2, 3, 4, 10), ("multiply every element by {k}",),
       title="times_{k}", hole=("factor", "k")),
    Op("shape", GRID, "tuple[int, int]", ("a tuple of the number of rows and the number of columns of {whole}",),
       ("(len({0}), len({0}[0]))",), lambda g: (len([*g]), len([*zip(*even(g), strict=True)])), title="shape"),
    Op("border_sum", GRID, "int", ("the sum of the first and the last row of {whole}, counted once if they are the "
       "same "
       "row",), ("sum({0}[0]) + sum({0}[-1]) if len({0}) > 1 else sum({0}[0])",),
       lambda g: sum(x for i, r in enumerate(even(g)) for x in r if i in (0, len(g) - 1)), title="outer_rows_sum"),
    Op("is_square", GRID, "bool", ("{whole} has as many rows as columns",), ("len({0}) == len({0}[0])",
       "all(len(row) == len({0}) for row in {0})"), lambda g: len([*zip(*even(g), strict=True)]) == len(g),
       title="is_square"),
    Op("is_symmetric", GRID, "bool", ("{whole} is equal to its transpose",), ("{0} == [list(c) for c in zip(*{0})]",),
       lambda g: g == [[r[i] for r in g] for i in range(len(even(g)[0]))], title="is_symmetric"),
)  # fmt: skip

TABLE = ("dict[str, int]",)
MAPPINGS = (
    Op("value_sum", TABLE, "int", ("the sum of the values of {0}",), ("sum({0}.values())",
       "sum({0}[key] for key in {0})"), lambda d: sum(v for _, v in d.items()), title="sum_values"),
    Op("value_max", TABLE, "int", ("the largest value of {0}",), ("max({0}.values())",),
       lambda d: sorted(v for _, v in d.items()).pop(), title="largest_value"),
    Op("value_min", TABLE, "int", ("the smallest value of {0}",), ("min({0}.values())", "sorted({0}.values())[0]"),
       lambda d: sorted(v for _, v in d.items())[0], title="smallest_value"),
    Op("key_of_max", TABLE, "str", ("the key of {0} with the largest value (the first one in case of a tie)",),
       ("max({0}, key={0}.get)", "max({0}, key=lambda key: {0}[key])"),
       lambda d: sorted(d.items(), key=lambda item: -item[1])[0][0], title="key_of_largest"),
    Op("key_of_min", TABLE, "str", ("the key of {0} with the smallest value (the first one in case of a tie)",),
       ("min({0}, key={0}.get)", "sorted({0}, key={0}.get)[0]"),
       lambda d: sorted(d.items(), key=lambda item: item[1])[0][0], title="key_of_smallest"),
    Op("keys", TABLE, "list[str]", ("the keys of {0} in alphabetical order",), ("sorted({0})", "sorted({0}.keys())"),
       lambda d: insertion_sorted([k for k, _ in d.items()]), title="keys"),
    Op("values", TABLE, "list[int]", ("the values of {0} in ascending order",), ("sorted({0}.values())",),
       lambda d: insertion_sorted([v for _, v in d.items()]), title="values"),
    Op("keys_by_value", TABLE, "list[str]", ("the keys of {0} in ascending order of their values, where keys that tie "
       "keep their order",), ("sorted({0}, key={0}.get)", "sorted({0}, key=lambda key: {0}[key])"),
       lambda d: [k for v in sorted(set(d.values())) for k in d if d[k] == v], title="keys_by_value"),
    Op("keys_down", TABLE, "list[str]", ("the keys of {0} in descending order of their values, where keys that tie "
       "keep "
       "their order",), ("sorted({0}, key={0}.get, reverse=True)", "sorted({0}, key=lambda key: -{0}[key])"),
       lambda d: [k for v in sorted(set(d.values()))[::-1] for k in d if d[k] == v], title="keys_by_value_descending"),
    Op("inverted", TABLE, "dict[int, str]", ("a dictionary with the keys and values of {0} exchanged; of keys with "
       "the "
       "same value the last one wins",), ("{value: key for key, value in {0}.items()}",),
       lambda d: dict(zip(d.values(), d.keys(), strict=True)), title="inverted"),
    Op("entries_above", TABLE, "dict[str, int]", ("the entries of {0} whose value is greater than {k}, as a "
       "dictionary",),
       ("{key: value for key, value in {0}.items() if value > {k}}",),
       lambda d, k: {key: d[key] for key in d if k - d[key] < 0}, (2, 3, 5, 8, 10), title="entries_above_{k}",
       hole=("limit", "threshold")),
    Op("entries_below", TABLE, "dict[str, int]", ("the entries of {0} whose value is less than {k}, as a "
       "dictionary",), ("{key: value for key, value in {0}.items() if value < {k}}",),
       lambda d, k: {key: d[key] for key in d if d[key] - k < 0}, (2, 3, 5, 8, 10, 12), title="entries_below_{k}",
       hole=("limit", "threshold")),
    Op("keys_at_most", TABLE, "list[str]", ("the keys of {0} whose value is no more than {k}, in alphabetical order",),
       ("sorted(key for key, value in {0}.items() if value <= {k})", "sorted(key for key in {0} if {0}[key] <= {k})"),
       lambda d, k: insertion_sorted([key for key in d if not d[key] > k]), (2, 3, 5, 8, 10, 12),
       title="keys_at_most_{k}", hole=("maximum", "limit")),
    Op("keys_above", TABLE, "list[str]", ("the keys of {0} whose value is at least {k}, in alphabetical order",),
       ("sorted(key for key, value in {0}.items() if value >= {k})", "sorted(key for key in {0} if {0}[key] >= {k})"),
       lambda d, k: insertion_sorted([key for key in d if not d[key] < k]), (2, 3, 5, 8, 10),
       title="keys_at_least_{k}",
       hole=("minimum", "limit")),
    Op("raised", TABLE, "dict[str, int]", ("a dictionary like {0} with every value increased by {k}",),
       ("{key: value + {k} for key, value in {0}.items()}",), lambda d, k: {key: sum((d[key], k)) for key in d},
       (1, 2, 3, 5, 10), title="raise_by_{k}", hole=("amount", "bonus")),
    Op("scaled", TABLE, "dict[str, int]", ("a dictionary like {0} with every value multiplied by {k}",),
       ("{key: value * {k} for key, value in {0}.items()}", "{key: {k} * value for key, value in {0}.items()}"),
       lambda d, k: {key: sum([d[key]] * k) for key in d}, (2, 3, 4, 10), title="scaled_by_{k}", hole=("factor", "k")),
    Op("get_or", TABLE, "int", ("the value of the key {k} in {0}, or 0 if there is no such key",), ("{0}.get({k}, 0)",
       "{0}[{k}] if {k} in {0} else 0"), lambda d, k: sum(v for key, v in d.items() if key == k),
       ("apple", "pear", "milk", "tea", "bread"), title="lookup", hole=("key", "name")),
    Op("items", TABLE, "list[tuple[str, int]]", ("the (key, value) tuples of {0}, sorted by key",),
       ("sorted({0}.items())",), lambda d: [(k, d[k]) for k in insertion_sorted([*d])], title="sorted_items"),
    Op("entry_lines", TABLE, "list[str]", ("a list of strings of the form 'key: value' for the entries of {0}, in "
       "their "
       "order",), ("[f'{key}: {value}' for key, value in {0}.items()]",), lambda d: [k + ": " + str(d[k]) for k in d],
       title="entry_lines"),
    Op("dict_mean", TABLE, "float", ("the average of the values of {0}, or 0.0 if it is empty",),
       ("sum({0}.values()) / len({0}) if {0} else 0.0",),
       lambda d: float(Fraction(sum(d[k] for k in d), len(d))) if d else 0.0, title="average_value", last=True),
)  # fmt: skip

PAIRS = ("list[tuple[int, int]]",)
TUPLES = (
    Op("firsts", PAIRS, "list[int]", ("the first elements of the tuples in {0}",), ("[a for a, b in {0}]",
       "[pair[0] for pair in {0}]"), lambda v: [min(t, key=lambda x: 0) for t in v], title="first_elements"),
    Op("seconds", PAIRS, "list[int]", ("the second elements of the tuples in {0}",), ("[b for a, b in {0}]",
       "[pair[1] for pair in {0}]"), lambda v: [t[::-1][0] for t in v], title="second_elements"),
    Op("tuple_sums", PAIRS, "list[int]", ("the sums of the tuples in {0}",), ("[a + b for a, b in {0}]",
       "[sum(pair) for pair in {0}]"), lambda v: [t[0] - -t[1] for t in v], title="tuple_sums"),
    Op("tuple_products", PAIRS, "list[int]", ("the products of the two elements of each tuple in {0}",),
       ("[a * b for a, b in {0}]",), lambda v: [sum([t[0]] * t[1]) if t[1] > 0 else -sum([t[0]] * -t[1]) for t in v],
       title="tuple_products"),
    Op("swapped", PAIRS, "list[tuple[int, int]]", ("the tuples in {0} with their two elements exchanged",),
       ("[(b, a) for a, b in {0}]", "[pair[::-1] for pair in {0}]"), lambda v: [tuple(reversed(t)) for t in v],
       title="swap_pairs"),
    Op("by_second", PAIRS, "list[tuple[int, int]]", ("the tuples in {0} sorted by their second element, where tuples "
       "that tie keep their order",), ("sorted({0}, key=lambda pair: pair[1])",),
       lambda v: [t for s in sorted({b for _, b in v}) for t in v if t[1] == s], title="sort_by_second"),
    Op("by_sum", PAIRS, "list[tuple[int, int]]", ("the tuples in {0} sorted by their sum, where tuples that tie keep "
       "their order",), ("sorted({0}, key=sum)", "sorted({0}, key=lambda pair: pair[0] + pair[1])"),
       lambda v: [t for s in sorted({a + b for a, b in v}) for t in v if sum(t) == s], title="sort_by_sum"),
    Op("rising", PAIRS, "list[tuple[int, int]]", ("the tuples in {0} whose first element is smaller than the second",),
       ("[pair for pair in {0} if pair[0] < pair[1]]", "[(a, b) for a, b in {0} if a < b]"),
       lambda v: [t for t in v if t[1] - t[0] > 0], title="rising_pairs"),
    Op("pairs_to_dict", PAIRS, "dict[int, list[int]]", ("a dictionary that maps each first element of the tuples in "
       "{0} "
       "to the list of the second elements that come with it, in their order",),
       ("{key: [b for a, b in {0} if a == key] for key, _ in {0}}",),
       lambda v: {a: [d for c, d in v if c == a] for a in distinct([t[0] for t in v])}, title="group_pairs"),
    Op("count_equal", PAIRS, "int", ("the number of tuples in {0} whose two elements are equal",),
       ("sum(a == b for a, b in {0})", "len([pair for pair in {0} if pair[0] == pair[1]])"),
       lambda v: len([t for t in v if t[0] - t[1] == 0]), title="count_equal_pairs"),
    Op("max_product", PAIRS, "int", ("the largest product of the two elements of a tuple in {0}, or 0 if there are no "
       "tuples",), ("max((a * b for a, b in {0}), default=0)",),
       lambda v: sorted(t[0] * t[1] for t in v)[-1] if v else 0, title="largest_product", last=True),
)  # fmt: skip
