"""Recursive functions: recurrences, digits, strings, lists, counting."""

import math
from collections import Counter
from functools import lru_cache
from itertools import combinations, permutations, product

from data_chef.programs.algorithms.recipe import Recipe, ints, sentence, words


def small(rng, **_) -> tuple[int]:
    return (rng.randint(0, 12),)


def number(rng, **_) -> tuple[int]:
    return (rng.choice((rng.randint(0, 99), rng.randint(100, 99999))),)


def numbers(rng, **_) -> tuple[list[int]]:
    return (ints(rng, -9, 20, 0, 7),)


def phrase(rng, **_) -> tuple[str]:
    return (sentence(rng, 1, 3),)


def nested(rng, depth: int = 3) -> list:
    return [nested(rng, depth - 1) if depth and rng.random() < 0.4 else rng.randint(0, 9)
            for _ in range(rng.randint(1, 3))]  # fmt: skip


def flat(values: list) -> list[int]:
    return [int(n) for n in "".join(c if c.isdigit() else " " for c in str(values)).split()]


def depth(values: list) -> int:
    best = level = 0
    for c in str(values):
        level += (c == "[") - (c == "]")
        best = max(best, level)
    return best


def linear(n: int, a: int, b: int, c: int) -> int:
    """a^n c + b (1 + a + ... + a^(n-1))"""
    return a**n * c + b * sum(a**i for i in range(n))


def second_order(n: int, a: int, b: int, c: int, d: int) -> int:
    """Powers of the matrix of the recurrence."""
    m = [[1, 0], [0, 1]]
    for _ in range(n):
        m = [[m[0][0] * a + m[0][1], m[0][0] * b], [m[1][0] * a + m[1][1], m[1][0] * b]]
    return m[1][0] * d + m[1][1] * c


@lru_cache(None)
def climbs(n: int, k: int) -> int:
    return sum(1 for size in range(n + 1) for way in product(range(1, k + 1), repeat=size) if sum(way) == n)


def in_base(n: int, k: int) -> str:
    places = [n // k**i % k for i in range(20)]
    return "".join(map(str, places[::-1])).lstrip("0") or "0"


SMALL = tuple(range(2, 8))
LETTERS = tuple("aeiourstln")
RECURSION = (
    Recipe("recurrence", 2, "sequence term f value_at", "n/k/i", "int, int",
           ("Return the value of f($n), where f(0) = $c and f(n) = $a * f(n - 1) + $b for all n > 0.",
            "A sequence starts with f(0) = $c, and f(n) = $a * f(n - 1) + $b after that. Return f($n)."),
           ("if $n == 0:\n    return $c\nreturn $a * $f($n - 1) + $b",
            "return $c if $n == 0 else $a * $f($n - 1) + $b",
            "if $n > 0:\n    return $a * $f($n - 1) + $b\nreturn $c"),
           linear, lambda rng, **_: (rng.randint(2, 9),), ((0,), (1,)), {"a": (2, 3, 4, 5), "b": tuple(range(1, 10)),
                                                                       "c": (0, 1, 2, 3, 5)}),
    Recipe("recurrence_minus", 2, "sequence term f value_at", "n/k/i", "int, int",
           ("Return the value of f($n), where f(0) = $c and f(n) = $a * f(n - 1) - $b for all n > 0.",),
           ("if $n == 0:\n    return $c\nreturn $a * $f($n - 1) - $b",
            "return $a * $f($n - 1) - $b if $n else $c"),
           lambda n, a, b, c: linear(n, a, -b, c), lambda rng, **_: (rng.randint(2, 9),), ((0,), (1,)),
           {"a": (2, 3, 4), "b": (1, 2, 3, 4, 5), "c": (2, 3, 4, 5, 7, 10)}),
    Recipe("recurrence_2", 3, "sequence term f value_at", "n/k/i", "int, int",
           ("Return the value of f($n), where f(0) = $c, f(1) = $d and f(n) = $a * f(n - 1) + $b * f(n - 2) for all "
            "n > 1.",
            "The sequence f begins with f(0) = $c and f(1) = $d; after that f(n) = $a * f(n - 1) + $b * f(n - 2). "
            "Return f($n)."),
           ("if $n == 0:\n    return $c\nif $n == 1:\n    return $d\nreturn $a * $f($n - 1) + $b * $f($n - 2)",
            "if $n < 2:\n    return ($c, $d)[$n]\nreturn $a * $f($n - 1) + $b * $f($n - 2)"),
           second_order, lambda rng, **_: (rng.randint(2, 9),), ((0,), (1,)),
           {"a": (2, 3, 4), "b": (2, 3, 5), "c": (0, 1, 2, 3), "d": (1, 4, 5, 6)}),
    Recipe("fibonacci_from", 2, "sequence fib_like term generalized_fibonacci", "n/k", "int, int",
           ("Return element number $n, counted from 0, of the sequence that starts with $c, $d and in which each "
            "further element is the sum of the two before it.",),
           ("if $n == 0:\n    return $c\nif $n == 1:\n    return $d\nreturn $f($n - 1) + $f($n - 2)",
            "if $n < 2:\n    return [$c, $d][$n]\nreturn $f($n - 1) + $f($n - 2)"),
           lambda n, c, d: second_order(n, 1, 1, c, d), lambda rng, **_: (rng.randint(2, 14),), ((0,), (1,)),
           {"c": (0, 1, 2, 3, 4, 5), "d": (1, 2, 3, 4, 6, 7, 9)}),
    Recipe("sum_down", 1, "sum_down sum_steps total_down add_down", "n/number/start", "int, int",
           ("Return the sum of $n, $n - $k, $n - 2 * $k and so on, as long as these numbers are positive.",),
           ("if $n <= 0:\n    return 0\nreturn $n + $f($n - $k)", "return 0 if $n <= 0 else $n + $f($n - $k)"),
           lambda n, k: sum(range(n, 0, -k)), lambda rng, **_: (rng.randint(3, 40),), ((0,), (1,), (7,)),
           {"k": (1, 2, 3, 4, 5, 6)}),
    Recipe("product_down", 1, "product_down multiply_down skip_factorial", "n/number", "int, int",
           ("Return the product of $n, $n - $k, $n - 2 * $k and so on, as long as these numbers are positive; the "
            "empty product is 1.",),
           ("if $n <= 0:\n    return 1\nreturn $n * $f($n - $k)", "return $n * $f($n - $k) if $n > 0 else 1"),
           lambda n, k: math.prod(range(n, 0, -k)), lambda rng, **_: (rng.randint(2, 11),), ((0,), (1,), (5,)),
           {"k": (1, 2, 3, 4)}),
    Recipe("power_sum", 1, "power_sum sum_of_powers total_of_powers", "n/limit/m", "int, int",
           ("Return the sum of i ** $p for the whole numbers i from 1 to $n.",),
           ("if $n == 0:\n    return 0\nreturn $n ** $p + $f($n - 1)",
            "return $n ** $p + $f($n - 1) if $n > 0 else 0"),
           lambda n, p: sum(i**p for i in range(1, n + 1)), small, ((0,), (1,), (4,)), {"p": (2, 3, 4)}),
    Recipe("power", 1, "power raise_to power_of", "n/exponent/e", "int, int",
           ("Return $k to the power of $n, without the ** operator.", "Return $k multiplied by itself $n times, which "
            "is 1 when $n is 0."),
           ("if $n == 0:\n    return 1\nreturn $k * $f($n - 1)", "return 1 if $n == 0 else $k * $f($n - 1)"),
           lambda n, k: k**n, small, ((0,), (1,)), {"k": (2, 3, 4, 5, 6, 7, 10)}),
    Recipe("fast_power", 3, "power fast_power raise_to", "base/b/x exponent/e/n", "int, int, int",
           ("Return $base raised to the non-negative power $exponent by squaring: halve the exponent in each step.",),
           ("if $exponent == 0:\n    return 1\nhalf = $f($base, $exponent // 2)\nif $exponent % 2 == 0:\n"
            "    return half * half\nreturn half * half * $base",
            "if $exponent == 0:\n    return 1\nif $exponent % 2:\n    return $base * $f($base, $exponent - 1)\n"
            "return $f($base * $base, $exponent // 2)"),
           lambda base, exponent: base**exponent, lambda rng: (rng.randint(2, 6), rng.randint(0, 8)), ((5, 0), (3,
           1))),
    Recipe("digit_sum_r", 1, "digit_sum sum_digits add_digits", "n/number", "int, int",
           ("Return the sum of the digits of $n.", "Add up the digits of the non-negative number $n."),
           ("if $n < 10:\n    return $n\nreturn $n % 10 + $f($n // 10)",
            "return $n if $n < 10 else $n % 10 + $f($n // 10)"),
           lambda n: sum(map(int, str(n))), number, ((0,), (9,), (10,))),
    Recipe("count_digit_r", 2, "count_digit digit_occurrences count_${k}s", "n/number", "int, int",
           ("Return how often the digit $k occurs in the positive number $n.",),
           ("if $n == 0:\n    return 0\nreturn ($n % 10 == $k) + $f($n // 10)",
            "if $n == 0:\n    return 0\nif $n % 10 == $k:\n    return 1 + $f($n // 10)\nreturn $f($n // 10)"),
           lambda n, k: str(n).count(str(k)), lambda rng,
           k: (int(f"{rng.randint(1, 99)}{k}{rng.choice((k, 3, 50))}"),),
           ((1,), (12345,), (9876,)), {"k": tuple(range(1, 10))}),
    Recipe("digits_above_r", 2, "count_large_digits digits_above", "n/number", "int, int",
           ("Return how many digits of the non-negative number $n are greater than $k.",),
           ("if $n == 0:\n    return 0\nreturn ($n % 10 > $k) + $f($n // 10)",
            "if $n == 0:\n    return 0\nlast = 1 if $n % 10 > $k else 0\nreturn last + $f($n // 10)"),
           lambda n, k: sum(int(c) > k for c in str(n)), number, ((0,), (123456789,), (13579,)),
           {"k": (1, 2, 3, 4, 5, 6, 7)}),
    Recipe("largest_digit_r", 2, "largest_digit max_digit", "n/number", "int, int",
           ("Return the largest digit of the non-negative number $n.",),
           ("if $n < 10:\n    return $n\nreturn max($n % 10, $f($n // 10))",),
           lambda n: int(max(str(n))), number, ((0,), (190,), (7,))),
    Recipe("digital_root_r", 2, "digital_root reduce_digits", "n/number", "int, int",
           ("Return the digital root of $n: replace the number by the sum of its digits until one digit is left.",),
           ("if $n < 10:\n    return $n\nreturn $f(sum(int(d) for d in str($n)))",
            "return $n if $n < 10 else $f(sum(map(int, str($n))))"),
           lambda n: 1 + (n - 1) % 9 if n else 0, number, ((0,), (10,), (99,), (12345,))),
    Recipe("gcd_r", 2, "gcd greatest_common_divisor common_divisor", "a/x/m b/y/n", "int, int, int",
           ("Return the greatest common divisor of $a and $b, by Euclid's algorithm.",),
           ("if $b == 0:\n    return $a\nreturn $f($b, $a % $b)", "return $a if $b == 0 else $f($b, $a % $b)"),
           math.gcd, lambda rng: ((g := rng.randint(1, 12)) * rng.randint(1, 9), g * rng.randint(1, 9)),
           ((7, 0), (12, 18), (5, 7))),
    Recipe("base_r", 3, "to_base_$k in_base_$k base_${k}_digits", "n/number", "int, str",
           ("Return the non-negative number $n written in base $k, as a string.",),
           ("if $n < $k:\n    return str($n)\nreturn $f($n // $k) + str($n % $k)",
            "return str($n) if $n < $k else $f($n // $k) + str($n % $k)"),
           in_base, lambda rng, k: (rng.choice((k, k * k, rng.randint(0, 300))),), ((0,), (1,), (64,), (2,), (3,),
           (7,), (9,), (25,), (36,)),
           {"k": tuple(range(2, 10))}),
    Recipe("collatz_r", 3, "steps collatz_steps count_steps", "n/number", "int, int",
           ("Count how many steps it takes to get from $n to 1 when an even number is halved and an odd number n "
            "becomes 3 * n + 1.",),
           ("if $n == 1:\n    return 0\nif $n % 2 == 0:\n    return 1 + $f($n // 2)\nreturn 1 + $f(3 * $n + 1)",
            "if $n == 1:\n    return 0\nreturn 1 + $f($n // 2 if $n % 2 == 0 else 3 * $n + 1)"),
           lambda n: next(i for i in range(200) if collatz_value(n, i) == 1), lambda rng: (rng.randint(2, 26),),
           ((1,), (2,), (6,))),
    Recipe("halvings_r", 1, "count_halvings divide_down divisions", "n/number", "int, int",
           ("Return how often $n can be divided by $k, rounding down, until it is 0.",),
           ("if $n == 0:\n    return 0\nreturn 1 + $f($n // $k)", "return 0 if $n == 0 else 1 + $f($n // $k)"),
           lambda n, k: next(i for i in range(60) if n // k**i == 0), number, ((0,), (1,), (16,), (81,)),
           {"k": (2, 3, 4, 5, 10)}),
    Recipe("exponent_r", 2, "exponent_of_$k count_factor_$k multiplicity", "n/number", "int, int",
           ("Return how often the positive number $n can be divided by $k without a remainder.",),
           ("if $n % $k != 0:\n    return 0\nreturn 1 + $f($n // $k)",
            "return 1 + $f($n // $k) if $n % $k == 0 else 0"),
           lambda n, k: max(i for i in range(30) if n % k**i == 0),
           lambda rng, k: (k ** rng.randint(0, 4) * rng.randint(1, 9),), ((1,),), {"k": (2, 3, 5, 7, 10)}),
    Recipe("reverse_r", 1, "reverse backwards flip_text", "text/s/string", "str, str",
           ("Return $text reversed.", "Return the characters of $text in reverse order, as one string."),
           ("if not $text:\n    return ''\nreturn $f($text[1:]) + $text[0]",
            "if len($text) <= 1:\n    return $text\nreturn $text[-1] + $f($text[:-1])"),
           lambda text: "".join(reversed(text)), phrase, (("",), ("a",), ("ab",))),
    Recipe("palindrome_r", 2, "is_palindrome reads_same symmetric", "text/s/word", "str, bool",
           ("Return True if $text reads the same backwards, otherwise False.",),
           ("if len($text) < 2:\n    return True\nreturn $text[0] == $text[-1] and $f($text[1:-1])",
            "if len($text) <= 1:\n    return True\nif $text[0] != $text[-1]:\n    return False\n"
            "return $f($text[1:-1])"),
           lambda text: text == text[::-1], lambda rng: (rng.choice(("noon", "level", "abca", "refer", "ab", "otto",
                                                                      words(rng, 1, 1)[0])),), (("",), ("xyx",),
                                                            ("abcda",), ("abxa",), ("aabbaa",), ("ab",), ("abcba",),
                                                             ("abcdba",))),
    Recipe("count_letter_r", 1, "count_letter count_$k occurrences", "text/s/string", "str, int",
           ("Return how often '$k' occurs in $text.", "Count the letters '$k' in $text."),
           ("if not $text:\n    return 0\nreturn ($text[0] == '$k') + $f($text[1:])",
            "if $text == '':\n    return 0\nrest = $f($text[1:])\nreturn rest + 1 if $text[0] == '$k' else rest"),
           lambda text, k: text.count(k), lambda rng, k: (rng.choice((k, "", k + k)) + sentence(rng, 1, 3),),
           (("",), ("alone",)), {"k": LETTERS}),
    Recipe("remove_letter_r", 2, "remove_letter without_$k drop_letter", "text/s/string", "str, str",
           ("Return $text without the letters '$k'.",),
           ("if not $text:\n    return ''\nrest = $f($text[1:])\nreturn rest if $text[0] == '$k' else $text[0] + rest",
            "if not $text:\n    return ''\nif $text[0] == '$k':\n    return $f($text[1:])\n"
            "return $text[0] + $f($text[1:])"),
           lambda text, k: text.replace(k, ""), lambda rng, k: (rng.choice((k, "", k + k)) + sentence(rng, 1, 3),),
           (("",), ("a",)), {"k": LETTERS}),
    Recipe("swap_letter_r", 2, "swap_letter replace_$a exchange", "text/s/string", "str, str",
           ("Return $text with every '$a' replaced by '$b'.",),
           ("if not $text:\n    return ''\nfirst = '$b' if $text[0] == '$a' else $text[0]\n"
            "return first + $f($text[1:])",),
           lambda text, a, b: text.replace(a, b), lambda rng, a, b: (sentence(rng, 1, 2) + rng.choice((a, b, a + b)),),
           (("",), ("x",)), {"a": LETTERS, "b": tuple("xyz*-")}),
    Recipe("spread_r", 2, "spread_text separate insert_marks", "text/s/string", "str, str",
           ("Return $text with '$k' between each two neighbouring characters.",),
           ("if len($text) < 2:\n    return $text\nreturn $text[0] + '$k' + $f($text[1:])",
            "return $text if len($text) < 2 else $text[0] + '$k' + $f($text[1:])"),
           lambda text, k: k.join(text), lambda rng, k: (words(rng, 1, 1)[0],), (("",), ("a",), ("ab",)),
           {"k": tuple("-*.+_")}),
    Recipe("list_sum_r", 1, "list_sum total add_all", "numbers/values/xs", "list[int], int",
           ("Return the sum of the numbers in $numbers.",),
           ("if not $numbers:\n    return 0\nreturn $numbers[0] + $f($numbers[1:])",
            "if len($numbers) == 0:\n    return 0\nreturn $f($numbers[:-1]) + $numbers[-1]"),
           lambda numbers: sum(numbers), numbers, (([],), ([5],))),
    Recipe("list_max_r", 2, "largest find_max maximum", "numbers/values/xs", "list[int], int",
           ("Return the largest number in the non-empty list $numbers.",),
           ("if len($numbers) == 1:\n    return $numbers[0]\nrest = $f($numbers[1:])\n"
            "return $numbers[0] if $numbers[0] > rest else rest",
            "if len($numbers) == 1:\n    return $numbers[0]\nreturn max($numbers[0], $f($numbers[1:]))"),
           lambda numbers: sorted(numbers)[-1], lambda rng: (ints(rng, -9, 20, 2, 6),), (([5],), ([-3, -7],))),
    Recipe("count_above_r", 2, "count_above how_many_above count_large", "numbers/values/xs", "list[int], int",
           ("Return how many numbers in $numbers are greater than $k.",),
           ("if not $numbers:\n    return 0\nreturn ($numbers[0] > $k) + $f($numbers[1:])",
            "if not $numbers:\n    return 0\nif $numbers[0] > $k:\n    return 1 + $f($numbers[1:])\n"
            "return $f($numbers[1:])"),
           lambda numbers, k: len([n for n in numbers if n > k]),
           lambda rng, k: ([rng.randint(k - 2, k + 2) for _ in range(rng.randint(1, 6))],), (([],), ([3, 9],)),
           {"k": tuple(range(1, 11))}),
    Recipe("multiples_sum_r", 2, "sum_multiples add_multiples", "numbers/values/xs", "list[int], int",
           ("Return the sum of the multiples of $k in $numbers.",),
           ("if not $numbers:\n    return 0\nfirst = $numbers[0] if $numbers[0] % $k == 0 else 0\n"
            "return first + $f($numbers[1:])",
            "if not $numbers:\n    return 0\nif $numbers[0] % $k == 0:\n    return $numbers[0] + $f($numbers[1:])\n"
            "return $f($numbers[1:])"),
           lambda numbers, k: sum(n for n in numbers if n % k == 0),
           lambda rng, k: ([rng.choice((1, k)) * rng.randint(1, 9) for _ in range(rng.randint(1, 6))],),
           (([],), ([1],), ([60, 1],)), {"k": (2, 3, 4, 5, 6, 7)}),
    Recipe("flatten_r", 3, "flatten unpack flat_list", "nested/items/values", "list, list[int]",
           ("Return all numbers of the nested list $nested, whatever their depth, in one flat list.",),
           ("result = []\nfor item in $nested:\n    if isinstance(item, list):\n        result.extend($f(item))\n"
            "    else:\n        result.append(item)\nreturn result",
            "if not $nested:\n    return []\nfirst, rest = $nested[0], $f($nested[1:])\n"
            "return ($f(first) if isinstance(first, list) else [first]) + rest"),
           flat, lambda rng: (nested(rng),), (([],), ([1, [2, [3]]],))),
    Recipe("nested_sum_r", 3, "nested_sum deep_sum sum_all", "nested/items/values", "list, int",
           ("Return the sum of all numbers in the nested list $nested, whatever their depth.",),
           ("total = 0\nfor item in $nested:\n    total += $f(item) if isinstance(item, list) else item\nreturn total",
            "return sum($f(item) if isinstance(item, list) else item for item in $nested)"),
           lambda nested: sum(flat(nested)), lambda rng: (nested(rng),), (([],), ([1, [2, [3]]],))),
    Recipe("nested_depth_r", 3, "depth nesting_depth levels", "nested/items/values", "list, int",
           ("Return how deeply the list $nested is nested: 1 for a list that holds no lists, and one more than its "
            "deepest element for any other.",),
           ("deepest = 0\nfor item in $nested:\n    if isinstance(item, list):\n"
            "        deepest = max(deepest, $f(item))\nreturn 1 + deepest",
            "return 1 + max([$f(item) for item in $nested if isinstance(item, list)], default=0)"),
           depth, lambda rng: (nested(rng),), (([],), ([1, [2, [3]]],), ([[[[]]]],))),
    Recipe("nested_count_r", 3, "count_deep nested_count occurrences", "nested/items/values", "list, int",
           ("Return how often the number $k occurs in the nested list $nested, at any depth.",),
           ("count = 0\nfor item in $nested:\n    if isinstance(item, list):\n        count += $f(item)\n"
            "    elif item == $k:\n        count += 1\nreturn count",),
           lambda nested, k: flat(nested).count(k), lambda rng, k: ([*nested(rng), [k, *nested(rng, 1)]],),
           (([],), ([1, [2, [3, 1]]],)), {"k": (0, 1, 2, 3, 5, 7)}),
    Recipe("stairs_r", 3, "ways count_ways climb", "n/steps", "int, int",
           ("Return the number of ways to climb $n stairs when each step takes from 1 to $k stairs.",),
           ("if $n < 0:\n    return 0\nif $n == 0:\n    return 1\nreturn sum($f($n - step) for step in range(1, $k + "
            "1))",
            "if $n == 0:\n    return 1\ntotal = 0\nfor step in range(1, min($k, $n) + 1):\n    total += $f($n - "
            "step)\n"
            "return total"),
           climbs, lambda rng, k: (rng.randint(1, 7),), ((0,), (1,), (5,)), {"k": (2, 3, 4)}),
    Recipe("hanoi_r", 2, "hanoi moves tower_moves", "n/disks", "int, int",
           ("Return the number of moves that the Tower of Hanoi with $n disks needs: move all but the largest disk "
            "away, move the largest one, and move the others on top of it.",),
           ("if $n == 0:\n    return 0\nreturn 2 * $f($n - 1) + 1", "return 0 if $n == 0 else $f($n - 1) + 1 + $f($n "
            "- 1)"),
           lambda n: 2**n - 1, small, ((0,), (1,), (3,))),
    Recipe("choose_r", 3, "choose binomial combinations_count", "n/total k/size", "int, int, int",
           ("Return in how many ways $k things can be chosen from $n, by Pascal's rule.",),
           ("if $k == 0 or $k == $n:\n    return 1\nreturn $f($n - 1, $k - 1) + $f($n - 1, $k)",),
           math.comb, lambda rng: ((n := rng.randint(2, 8)), rng.randint(0, n)), ((4, 2), (5, 0), (6, 6))),
    Recipe("paths_r", 3, "paths count_paths grid_paths", "rows/r/height columns/c/width", "int, int, int",
           ("Return the number of ways from the upper left to the lower right cell of a grid with $rows rows and "
            "$columns columns, going only right or down.",),
           ("if $rows == 1 or $columns == 1:\n    return 1\nreturn $f($rows - 1, $columns) + $f($rows, $columns - "
            "1)",),
           lambda rows, columns: math.comb(rows + columns - 2, rows - 1),
           lambda rng: (rng.randint(1, 5), rng.randint(2, 5)), ((1, 1), (2, 3), (4, 4))),
    Recipe("subsets_r", 3, "subsets all_subsets power_set", "items/values/xs", "list[int], list[list[int]]",
           ("Return all sublists of $items, in any elements' original order: first those without the first element, "
            "then those with it, each group built in the same way.",),
           ("if not $items:\n    return [[]]\nrest = $f($items[1:])\nreturn rest + [[$items[0]] + part for part in "
            "rest]",),
           lambda items: [[x for i, x in enumerate(items) if bits[i]] for bits in product((0, 1), repeat=len(items))],
           lambda rng: (rng.sample(range(1, 10), rng.randint(1, 3)),), (([],), ([1],), ([1, 2],))),
    Recipe("permutations_r", 3, "arrangements all_orders permute", "text/s/letters", "str, list[str]",
           ("Return all arrangements of the characters of $text: those that begin with its first character first, and "
            "so on, each group built in the same way.",),
           ("if len($text) <= 1:\n    return [$text]\nresult = []\nfor i, c in enumerate($text):\n"
            "    for rest in $f($text[:i] + $text[i + 1:]):\n        result.append(c + rest)\nreturn result",
            "if len($text) <= 1:\n    return [$text]\nreturn [c + rest for i, c in enumerate($text) "
            "for rest in $f($text[:i] + $text[i + 1:])]"),
           lambda text: ["".join(p) for p in permutations(text)],
           lambda rng: ("".join(rng.sample("abcxyz", rng.randint(2, 3))),), (("",), ("a",), ("ab",))),
    Recipe("choices_r", 3, "pick_$k choose_$k groups_of_$k", "items/values/xs", "list[int], int",
           ("Return in how many ways $k elements of $items can be chosen so that their sum is even, where elements at "
            "different places count as different.",),
           ("def count(values, size, total):\n    if size == 0:\n        return int(total % 2 == 0)\n    if not "
            "values:\n"
            "        return 0\n    return count(values[1:], size, total) + count(values[1:], size - 1, total + "
            "values[0])\n"
            "return count($items, $k, 0)",),
           lambda items, k: sum(sum(c) % 2 == 0 for c in combinations(items, k)),
           lambda rng, k: (ints(rng, 1, 9, 2, 6),), (([],), ([1, 2, 3, 4],)), {"k": (2, 3)}),
    Recipe("quick_sort_r", 3, "quick_sort sort_list sort_down", "numbers/values/xs", "list[int], list[int]",
           ("Return $numbers in descending order, by quicksort with the first element as the pivot.",),
           ("if not $numbers:\n    return []\npivot, rest = $numbers[0], $numbers[1:]\n"
            "larger = [n for n in rest if n > pivot]\nothers = [n for n in rest if n <= pivot]\n"
            "return $f(larger) + [pivot] + $f(others)",),
           lambda numbers: sorted(numbers)[::-1], numbers, (([],), ([2, 2],), ([1, 3, 2],))),
    Recipe("binary_search_r", 3, "contains search is_in", "numbers/values/xs target/x/wanted", "list[int], int, bool",
           ("Return True if $target occurs in the sorted list $numbers, otherwise False, by binary search.",),
           ("if not $numbers:\n    return False\nmiddle = len($numbers) // 2\nif $numbers[middle] == $target:\n"
            "    return True\nif $target < $numbers[middle]:\n    return $f($numbers[:middle], $target)\n"
            "return $f($numbers[middle + 1:], $target)",),
           lambda numbers, target: numbers.count(target) > 0,
           lambda rng: (v := sorted(rng.sample(range(1, 30), rng.randint(2, 7))), rng.choice((v[0], v[-1], *v, 15))),
           (([], 1), ([4], 4), ([4], 5))),
    Recipe("repeat_r", 1, "repeat repeat_text copies", "text/s/word n/times/count", "str, int, str",
           ("Return $text repeated $n times, with '$k' after each copy.",),
           ("if $n == 0:\n    return ''\nreturn $text + '$k' + $f($text, $n - 1)",
            "return $f($text, $n - 1) + $text + '$k' if $n > 0 else ''"),
           lambda text, n, k: (text + k) * n, lambda rng, k: (words(rng, 1, 1)[0], rng.randint(1, 4)),
           (("ab", 0), ("x", 1)), {"k": tuple("-,;.!+")}),
    Recipe("countdown_r", 1, "countdown count_down steps_down", "n/start", "int, list[int]",
           ("Return the list of the numbers $n, $n - $k, $n - 2 * $k and so on, as long as they are positive.",),
           ("if $n <= 0:\n    return []\nreturn [$n] + $f($n - $k)", "return [$n, *$f($n - $k)] if $n > 0 else []"),
           lambda n, k: list(range(n, 0, -k)), lambda rng, k: (rng.randint(2, 9 * k),), ((0,), (1,), (5,)),
           {"k": (1, 2, 3, 4, 5)}),
    Recipe("partitions_r", 3, "partitions count_sums ways", "n/total", "int, int",
           ("Return in how many ways $n can be written as a sum of positive whole numbers that are at most $k, where "
            "the "
            "order of the summands does not matter.",),
           ("def count(rest, largest):\n    if rest == 0:\n        return 1\n    if rest < 0 or largest == 0:\n"
            "        return 0\n    return count(rest - largest, largest) + count(rest, largest - 1)\n"
            "return count($n, $k)",),
           lambda n, k: parts(n, k), lambda rng, k: (rng.randint(1, 12),), ((0,), (1,), (6,)), {"k": (2, 3, 4, 5)}),
    Recipe("alternating_r", 2, "alternate alternating_sum plus_minus", "numbers/values/xs", "list[int], int",
           ("Return the alternating sum of $numbers: the first element minus the second plus the third and so on, or "
            "0 "
            "for the empty list.",),
           ("if not $numbers:\n    return 0\nreturn $numbers[0] - $f($numbers[1:])",
            "return $numbers[0] - $f($numbers[1:]) if $numbers else 0"),
           lambda numbers: sum(numbers[::2]) - sum(numbers[1::2]), numbers, (([],), ([5],), ([5, 3],))),
    Recipe("every_kth_r", 2, "every_${k}th take_every pick", "items/values/xs", "list[int], list[int]",
           ("Return every element of $items whose index is a multiple of $k.",),
           ("if not $items:\n    return []\nreturn [$items[0]] + $f($items[$k:])",
            "return [$items[0], *$f($items[$k:])] if $items else []"),
           lambda items, k: [x for i, x in enumerate(items) if i % k == 0], lambda rng, k: (ints(rng, 0, 20, 2, 8),),
           (([],), ([1],), ([1, 2, 3, 4, 5, 6],)), {"k": (2, 3, 4)}),
    Recipe("most_r", 2, "all_above every_above check_all", "numbers/values/xs", "list[int], bool",
           ("Return True if every number in $numbers is greater than $k, otherwise False; True for the empty list.",),
           ("if not $numbers:\n    return True\nreturn $numbers[0] > $k and $f($numbers[1:])",
            "if not $numbers:\n    return True\nif $numbers[0] <= $k:\n    return False\nreturn $f($numbers[1:])"),
           lambda numbers, k: not [n for n in numbers if n <= k],
           lambda rng, k: ([rng.randint(k + rng.choice((-1, 1, 1, 1)), k + 9) for _ in range(rng.randint(1, 4))],),
           (([],), ([1],), ([20, 30],), ([20, 0],)), {"k": tuple(range(1, 11))}),
)  # fmt: skip


def collatz_value(n: int, steps: int) -> int:
    for _ in range(steps):
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n


def parts(n: int, k: int) -> int:
    """By a table of the sums that each largest summand adds."""
    ways = Counter({0: 1})
    for size in range(1, k + 1):
        for total in range(size, n + 1):
            ways[total] += ways[total - size]
    return ways[n]
