"""Algorithms on tables, dictionaries and everyday rules: matrices, look-ups, prices, grades."""

from data_chef.programs.algorithms.recipe import Recipe, words


def matrix(rng, rows: int = 0, columns: int = 0) -> list[list[int]]:
    rows, columns = rows or rng.randint(1, 3), columns or rng.randint(1, 3)
    return [[rng.randint(0, 9) for _ in range(columns)] for _ in range(rows)]


def square(rng, **_) -> tuple[list[list[int]]]:
    size = rng.randint(1, 3)
    return (matrix(rng, size, size),)


def any_matrix(rng, **_) -> tuple[list[list[int]]]:
    return (matrix(rng),)


def prices(rng, **_) -> dict[str, int]:
    return {
        word: rng.randint(1, 9) for word in rng.sample(("pen", "cup", "bag", "hat", "map", "fan"), rng.randint(1, 4))
    }


def a_dict(rng, **_) -> tuple[dict[str, int]]:
    return (prices(rng),)


def rotated(rows: list[list[int]]) -> list[list[int]]:
    return [[rows[len(rows) - 1 - r][c] for r in range(len(rows))] for c in range(len(rows[0]))]


def spiral(rows: list[list[int]]) -> list[int]:
    """By recursion: the first row, then the rest turned."""
    if not rows or not rows[0]:
        return []
    rest = [[row[c] for row in rows[1:]] for c in range(len(rows[0]) - 1, -1, -1)]
    return rows[0] + spiral([row for row in rest if row])


M = "matrix/grid/table/rows"
D = "prices/table/mapping/data"
GRID = "list[list[int]], list[list[int]]"
RECIPES = (
    Recipe("transpose", 1, "transpose flip_matrix columns_to_rows", M, GRID,
        ("Return the transpose of $matrix: its columns become rows.",),
        ("""
         return [list(column) for column in zip(*$matrix)]
         """, """
         $result = []
         for $j in range(len($matrix[0])):
             $result.append([$row[$j] for $row in $matrix])
         return $result
         """),
        lambda matrix: [[row[j] for row in matrix] for j in range(len(matrix[0]))], any_matrix, (([[1, 2], [3,
            4]],),)),
    Recipe("diagonal", 1, "$named diagonal_$what", M, "list[list[int]], int",
        ("Return the sum of the numbers on the $told of the square $matrix.",),
        ("""
         $total = 0
         for $i in range(len($matrix)):
             $total += $matrix[$i][$at]
         return $total
         """, """
         return sum($matrix[$i][$at] for $i in range(len($matrix)))
         """),
        lambda matrix, way: sum(n for i, row in enumerate(matrix) for j, n in enumerate(row)
                                if (i == j if way["at"] == "$i" else i + j == len(matrix) - 1)),
        square, (([[1, 2], [3, 4]],),),
        {"way": [{"named": "main_diagonal_sum", "what": "sum", "at": "$i",
                  "told": "diagonal from the top left to the bottom right"},
                 {"named": "other_diagonal_sum", "what": "total", "at": "-1 - $i",
                  "told": "diagonal from the top right to the bottom left"}]}),
    Recipe("rotate_matrix", 2, "rotate_clockwise turn_right rotate_grid", M, GRID,
        ("Return $matrix turned by 90 degrees clockwise.",),
        ("""
         return [list(column) for column in zip(*$matrix[::-1])]
         """, """
         $result = []
         for $j in range(len($matrix[0])):
             new_row = []
             for $i in range(len($matrix) - 1, -1, -1):
                 new_row.append($matrix[$i][$j])
             $result.append(new_row)
         return $result
         """),
        rotated, any_matrix, (([[1, 2], [3, 4]],), ([[1, 2, 3]],))),
    Recipe("spiral", 4, "spiral_order spiral walk_spiral", M, "list[list[int]], list[int]",
        ("Return the numbers of $matrix in spiral order: along the first row, down the last column and so on "
         "inwards.",),
        ("""
         $result = []
         top, bottom = 0, len($matrix) - 1
         $left, $right = 0, len($matrix[0]) - 1
         while top <= bottom and $left <= $right:
             for $j in range($left, $right + 1):
                 $result.append($matrix[top][$j])
             for $i in range(top + 1, bottom + 1):
                 $result.append($matrix[$i][$right])
             if top < bottom and $left < $right:
                 for $j in range($right - 1, $left - 1, -1):
                     $result.append($matrix[bottom][$j])
                 for $i in range(bottom - 1, top, -1):
                     $result.append($matrix[$i][$left])
             top += 1
             bottom -= 1
             $left += 1
             $right -= 1
         return $result
         """,),
        spiral, any_matrix, (([[1, 2, 3], [4, 5, 6], [7, 8, 9]],), ([[1, 2]],))),
    Recipe("row_sums", 1, "sums_by_$side sums_of_$sides add_$sides", M, "list[list[int]], list[int]",
        ("Return a list with the sum of each $side of $matrix.",),
        ("""
         $result = []
         for line in $lines:
             $total = 0
             for $n in line:
                 $total += $n
             $result.append($total)
         return $result
         """, """
         return [sum(line) for line in $lines]
         """),
        lambda matrix, way: [sum(row) for row in matrix] if way["side"] == "row" else
        [sum(row[j] for row in matrix) for j in range(len(matrix[0]))], any_matrix, (([[1, 2], [3, 4]],),),
        {"way": [{"side": "row", "sides": "rows", "lines": "$matrix"},
                 {"side": "column", "sides": "columns", "lines": "zip(*$matrix)"}]}),
    Recipe("matrix_product", 3, "multiply_matrices matrix_product", "first/a/left second/b/right",
        "list[list[int]], list[list[int]], list[list[int]]",
        ("Return the matrix product of $first and $second.",),
        ("""
         $result = []
         for $row in $first:
             new_row = []
             for column in zip(*$second):
                 new_row.append(sum(x * y for x, y in zip($row, column)))
             $result.append(new_row)
         return $result
         """,),
        lambda first, second: [[sum(first[i][k] * second[k][j] for k in range(len(second)))
                                for j in range(len(second[0]))] for i in range(len(first))],
        lambda rng: (matrix(rng, rng.randint(1, 2), (k := rng.randint(1, 2))), matrix(rng, k, rng.randint(1, 2))),
        (([[1, 2], [3, 4]], [[0, 1], [1, 0]]),)),
    Recipe("is_symmetric", 2, "is_symmetric_matrix equals_transpose mirror_matrix", M, "list[list[int]], bool",
        ("Return True if the square $matrix equals its transpose, otherwise False.",),
        ("""
         for $i in range(len($matrix)):
             for $j in range($i):
                 if $matrix[$i][$j] != $matrix[$j][$i]:
                     return False
         return True
         """,),
        lambda matrix: matrix == [list(column) for column in zip(*matrix, strict=True)],
        lambda rng: ([[a := rng.randint(0, 9), b := rng.randint(0, 9)], [rng.choice((a, b)), 1]],),
        (([[1, 2], [2, 1]],), ([[1, 2], [3, 1]],), ([[1, 2, 3], [2, 5, 6], [4, 6, 9]],), ([[7]],))),
    Recipe("count_in_grid", 1, "count_in_grid cells_equal_$k", M, "list[list[int]], int",
        ("Return how often the number $k occurs in $matrix, a list of lists.",),
        ("""
         $count = 0
         for $row in $matrix:
             for $x in $row:
                 if $x == $k:
                     $count += 1
         return $count
         """, """
         return sum($row.count($k) for $row in $matrix)
         """),
        lambda matrix, k: len([n for row in matrix for n in row if n == k]),
        lambda rng, k: ([[rng.choice((k, k, n)) for n in row] for row in matrix(rng)],), (([[1, 2]],),),
        {"k": range(10)}),
    Recipe("neighbors", 3, "count_neighbors full_neighbors neighbors_set", f"{M} i/r/down_to j/c/across_to",
        "list[list[int]], int, int, int",
        ("Return how many of the cells directly above, below, left and right of row $i, column $j of $matrix hold a "
         "1.",),
        ("""
         $count = 0
         for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
             y = $i + down
             x = $j + right
             if 0 <= y < len($matrix) and 0 <= x < len($matrix[0]) and $matrix[y][x] == 1:
                 $count += 1
         return $count
         """,),
        lambda matrix, i, j: sum(n == 1 and abs(r - i) + abs(c - j) == 1
                                 for r, row in enumerate(matrix) for c, n in enumerate(row)),
        lambda rng: ([[rng.choice((0, 1, 1)) for _ in range(3)] for _ in range(3)], rng.randint(0, 2),
            rng.randint(0, 2)),
        (([[1, 1], [1, 1]], 0, 0), ([[1, 1], [1, 0]], 1, 1))),
    Recipe("paths", 3, "count_paths grid_paths ways_through", "rows/height columns/width", "int, int, int",
        ("Return the number of ways from the top left to the bottom right cell of a grid with $rows rows and $columns "
         "columns when each step goes right or down.",),
        ("""
         ways = [1] * $columns
         for _ in range($rows - 1):
             for $j in range(1, $columns):
                 ways[$j] += ways[$j - 1]
         return ways[-1]
         """, """
         if $rows == 1 or $columns == 1:
             return 1
         return $f($rows - 1, $columns) + $f($rows, $columns - 1)
         """),
        lambda rows, columns: paths(rows + columns - 2, rows - 1), lambda rng: (rng.randint(1, 6), rng.randint(1, 6)),
        ((1, 1), (2, 3))),
    Recipe("invert_dict", 1, "invert swap_keys_and_values inverted", D, "dict[str, int], dict[int, str]",
        ("Return a dictionary in which the keys and values of $prices are swapped. The last key wins when a value "
         "occurs twice.",),
        ("""
         return {value: $key for $key, value in $prices.items()}
         """, """
         $result = {}
         for $key in $prices:
             $result[$prices[$key]] = $key
         return $result
         """),
        lambda prices: dict(zip(prices.values(), prices, strict=True)), a_dict, (({},), ({"a": 1, "b": 1},))),
    Recipe("filter_dict", 1, "entries_$name keep_$name", D, "dict[str, int], dict[str, int]",
        ("Return a dictionary with the entries of $prices whose value is $told than $k.",),
        ("""
         return {$key: value for $key, value in $prices.items() if value $op $k}
         """, """
         $result = {}
         for $key, value in $prices.items():
             if value $op $k:
                 $result[$key] = value
         return $result
         """),
        lambda prices, way, k: dict(p for p in prices.items() if (p[1] - k if way["op"] == ">" else k - p[1]) > 0),
        a_dict, (({},), ({"a": 2, "b": 3, "c": 4, "d": 5, "e": 6, "f": 7, "g": 8},)),
        {"way": [{"name": "above", "told": "greater", "op": ">"},
                 {"name": "below", "told": "less", "op": "<"}], "k": range(3, 8)}),
    Recipe("best_key", 1, "find_$which key_with_$which pick_$which", D, "dict[str, int], str",
        ("Return the key with the $which value in $prices, and the alphabetically first one if there are several.",),
        ("""
         $best = None
         for $key in sorted($prices):
             if $best is None or $prices[$key] $op $prices[$best]:
                 $best = $key
         return $best
         """, """
         return $function(sorted($prices), key=lambda name: $prices[name])
         """),
        lambda prices, way: min((v * (-1 if way["op"] == ">" else 1), k) for k, v in prices.items())[1],
        a_dict, (({"b": 3, "a": 3, "c": 1, "d": 1},),),
        {"way": [{"which": "highest", "op": ">", "function": "max"},
                 {"which": "lowest", "op": "<", "function": "min"}]}),
    Recipe("total_price", 1, "total_price order_cost bill", "prices/costs basket/order/cart",
        "dict[str, int], list[str], int",
        ("Return the total price of the items in the list $basket; $prices maps items to prices. Items without a "
         "price "
         "cost $k.",),
        ("""
         $total = 0
         for $x in $basket:
             $total += $prices.get($x, $k)
         return $total
         """, """
         $total = 0
         for $x in $basket:
             if $x in $prices:
                 $total += $prices[$x]
             else:
                 $total += $k
         return $total
         """),
        lambda prices, basket, k: sum({**dict.fromkeys(basket, k), **prices}[x] for x in basket),
        lambda rng, k: (prices(rng), rng.choices(("pen", "cup", "bag", "hat"), k=rng.randint(1, 4))),
        (({}, []), ({"pen": 2}, ["pen", "pen"]), ({"pen": 2}, ["cup", "cup"])), {"k": range(0, 10)}),
    Recipe("merge_dicts", 2, "merge_counts add_dicts combine_totals", "first/a second/b",
        "dict[str, int], dict[str, int], dict[str, int]",
        ("Return a dictionary with all the keys of $first and $second. The value of a key that is in both is the "
         "$what "
         "of its two values.",),
        ("""
         $result = dict($first)
         for $key, value in $second.items():
             if $key in $result:
                 $result[$key] = $do
             else:
                 $result[$key] = value
         return $result
         """,),
        lambda first, second, way: {k: {"sum": sum, "larger": max, "smaller": min}[way["what"]](
            [d[k] for d in (first, second) if k in d]) for k in [*first, *second]},
        lambda rng, way: (prices(rng), prices(rng)), (({"a": 1}, {"a": 2, "b": 3}), ({"a": 2}, {"a": 1})),
        {"way": [{"what": "sum", "do": "$result[$key] + value"}, {"what": "larger", "do": "max($result[$key], value)"},
                 {"what": "smaller", "do": "min($result[$key], value)"}]}),
    Recipe("group_by_letter", 2, "group_by_$what group_words index_by_$what", "words/names/terms",
        "list[str], dict[str, list[str]]",
        ("Return a dictionary that maps each $told to the list of those of $words that have it.",),
        ("""
         groups = {}
         for $w in $words:
             groups.setdefault($of, []).append($w)
         return groups
         """, """
         groups = {}
         for $w in $words:
             $key = $of
             if $key not in groups:
                 groups[$key] = []
             groups[$key].append($w)
         return groups
         """),
        lambda words, way: {(k := {"first_letter": lambda w: w[:1], "last_letter": lambda w: w[-1:],
                                   "length": lambda w: sum(1 for _ in w)}[way["what"]])(w):
                            [v for v in words if k(v) == k(w)] for w in words},
        lambda rng, way: (words(rng, 2, 5),), (([],), (["ab", "ac", "bc", "d"],)),
        {"way": [{"what": "first_letter", "told": "first letter", "of": "$w[0]"},
                 {"what": "last_letter", "told": "last letter", "of": "$w[-1]"},
                 {"what": "length", "told": "length", "of": "len($w)"}]}),
    Recipe("nested_lookup", 2, "look_up get_path nested_get", "data/tree/record path/keys", "dict, list[str], object",
        ("Follow the list of keys $path into the nested dictionary $data and return what is found, or $other if a "
         "key is "
         "missing.",),
        ("""
         current = $data
         for $key in $path:
             if not isinstance(current, dict) or $key not in current:
                 return $other
             current = current[$key]
         return current
         """,),
        lambda data, path, other: follow(data, path, eval(other)),  # noqa: S307
        lambda rng, other: ({"a": {"x": rng.randint(1, 9), "y": {"z": rng.randint(1, 9)}}, "b": rng.randint(1, 9)},
                            rng.choice((["a", "x"], ["a", "y", "z"], ["b"], ["c"], ["a", "w"], ["b", "x"]))),
        (({}, []), ({"a": 1}, ["a"]), ({"a": 1}, ["b"]), ({"a": 1}, ["a", "b"]), ({"a": {"b": 2}}, ["a", "b"])),
        {"other": ("None", "0", "-1", '"missing"')}),
    Recipe("grade", 1, "letter_grade grade to_grade", "score/points/mark", "int, str",
        ("Return the grade for $score points: \"A\" from $p points on, \"B\" from $q, \"C\" from $r, otherwise "
         "\"D\".",),
        ("""
         if $score >= $p:
             return "A"
         if $score >= $q:
             return "B"
         if $score >= $r:
             return "C"
         return "D"
         """, """
         for limit, letter in (($p, "A"), ($q, "B"), ($r, "C")):
             if $score >= limit:
                 return letter
         return "D"
         """),
        lambda score, p, q, r: "DCBA"[sum(score > limit - 1 for limit in (p, q, r))],
        lambda rng, p, q, r: (rng.choice((p, p - 1, q, q - 1, r, r - 1)),), ((100,), (0,), (75,), (60,)),
        {"p": (85, 88, 90, 92), "q": (70, 75, 80), "r": (50, 55, 60)}),
    Recipe("tax", 2, "income_tax tax_to_pay tax", "income/amount/earnings", "int, int",
        ("Return the tax on $income: nothing on the first $p, $low percent on what lies between $p and $q, $high "
         "percent "
         "on everything above. Round the result down to a whole number.",),
        ("""
         if $income <= $p:
             return 0
         if $income <= $q:
             return ($income - $p) * $low // 100
         return (($q - $p) * $low + ($income - $q) * $high) // 100
         """, """
         middle = max(0, min($income, $q) - $p)
         upper = max(0, $income - $q)
         return (middle * $low + upper * $high) // 100
         """),
        lambda income, p, q, low, high: int(sum(low if n < q else high for n in range(p, income)) / 100 + 1e-9),
        lambda rng, p, q, low, high: (rng.randint(0, 2 * q),), ((0,), (500,), (2000,)),
        {"p": (200, 300, 400), "q": (800, 900, 1000), "low": (10, 15, 20), "high": (25, 30, 40)}),
    Recipe("temperature", 1, "$name convert_temperature", "degrees/t/temperature", "int, float",
        ("Convert $degrees degrees $source to degrees $target.",),
        ("""
         return $formula
         """, """
         $result = $formula
         return $result
         """),
        lambda degrees, way: (degrees * 9 + 160) / 5 if way["name"] == "to_fahrenheit" else
        (degrees * 10 - 320) / 2 / 9,
        lambda rng, way: (rng.randint(-4, 20) * 5 if way["name"] == "to_fahrenheit" else rng.randint(-4, 20) * 9 + 5,),
        ((50,), (-40,)),
        {"way": [{"name": "to_fahrenheit", "source": "Celsius", "target": "Fahrenheit", "formula": "$degrees * 9 / "
                                                                                                   "5 + 32"},
                 {"name": "to_celsius", "source": "Fahrenheit", "target": "Celsius",
                  "formula": "($degrees - 32) * 5 / 9"}]}),
    Recipe("discount", 1, "discounted_price price_to_pay final_price", "price/cost amount/quantity/pieces",
        "int, int, int",
        ("Return what $amount pieces cost at $price each. From $k pieces on, every piece costs $less less.",),
        ("""
         if $amount >= $k:
             $price -= $less
         return $price * $amount
         """, """
         $total = $price * $amount
         if $amount >= $k:
             $total -= $less * $amount
         return $total
         """),
        lambda price, amount, k, less: sum(price - less * (amount > k - 1) for _ in range(amount)),
        lambda rng, k, less: (rng.randint(5, 20), rng.randint(1, 2 * k)), ((10, 3), (10, 4), (10, 5), (10, 0), (9,
            12)),
        {"k": (4, 5, 6, 8, 10), "less": (1, 2, 3, 4)}),
    Recipe("make_change", 2, "make_change notes_and_coins pay_with", "amount/sum_due/money", "int, dict[int, int]",
        ("Pay $amount with as many pieces of $p as possible, then of $q, then of 1. Return a dictionary that says how "
         "many of each are used.",),
        ("""
         $result = {}
         for piece in ($p, $q, 1):
             $result[piece] = $amount // piece
             $amount %= piece
         return $result
         """, """
         return {$p: $amount // $p, $q: $amount % $p // $q, 1: $amount % $p % $q}
         """),
        lambda amount, p, q: next({p: a, q: b, 1: amount - a * p - b * q} for a in range(amount // p, -1, -1)
                                  for b in range((amount - a * p) // q, -1, -1)),
        lambda rng, p, q: (rng.randint(1, 3 * p),), ((0,), (39,)), {"p": (10, 20, 25, 50), "q": (3, 4, 5, 7)}),
    Recipe("clamp", 1, "clamp limit_to_range keep_between", "value/n/x", "int, int",
        ("Return $value, but $p if it is less than $p, and $q if it is greater than $q.",),
        ("""
         if $value < $p:
             return $p
         if $value > $q:
             return $q
         return $value
         """, """
         return max($p, min($value, $q))
         """),
        lambda value, p, q: sorted((p, value, q))[1], lambda rng, p, q: (rng.randint(p - 5, q + 5),), ((0,), (50,)),
        {"p": range(1, 6), "q": range(8, 20)}),
    Recipe("interval_overlap", 2, "overlap shared_length overlap_length", "a/first b/second",
        "tuple[int, int], tuple[int, int], int",
        ("Return the length of the part that the intervals $a and $b share, or 0. An interval is a pair (start, "
         "end).",),
        ("""
         low = max($a[0], $b[0])
         high = min($a[1], $b[1])
         return max(0, high - low)
         """,),
        lambda a, b: len({*range(*a)} & {*range(*b)}),
        lambda rng: tuple(tuple(sorted(rng.sample(range(12), 2))) for _ in range(2)), (((1, 4), (4, 6)), ((1, 5),
            (2, 3)))),
    Recipe("merge_intervals", 4, "merge_intervals join_intervals combine_ranges", "intervals/ranges/spans",
        "list[tuple[int, int]], list[tuple[int, int]]",
        ("Merge all pairs (start, end) in $intervals that overlap or touch, and return the result sorted by start.",),
        ("""
         $result = []
         for begin, finish in sorted($intervals):
             if $result and begin <= $result[-1][1]:
                 $result[-1] = ($result[-1][0], max($result[-1][1], finish))
             else:
                 $result.append((begin, finish))
         return $result
         """,),
        lambda intervals: merged([(2 * a, 2 * b) for a, b in intervals]),
        lambda rng: ([tuple(sorted(rng.sample(range(20), 2))) for _ in range(rng.randint(1, 4))],),
        (([],), ([(1, 3), (3, 5), (7, 8)],), ([(1, 9), (2, 3)],))),
)  # fmt: skip


def paths(steps: int, down: int) -> int:
    return 1 if down in (0, steps) else paths(steps - 1, down) + paths(steps - 1, down - 1)


def follow(data, path: list[str], other):
    if not path:
        return data
    return follow(data[path[0]], path[1:], other) if isinstance(data, dict) and path[0] in data else other


def merged(doubled: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """By marking every half unit that is covered."""
    covered = {n for a, b in doubled for n in range(a, b + 1)}
    starts = sorted(n for n in covered if n - 1 not in covered)
    ends = sorted(n for n in covered if n + 1 not in covered)
    return [(a // 2, b // 2) for a, b in zip(starts, ends, strict=True)]
