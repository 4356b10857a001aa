"""Functions of number theory, counting and geometry."""

import math
from fractions import Fraction
from itertools import combinations, product
from random import Random

from data_chef.programs.algorithms.recipe import Recipe


MATH = "import math\n"
GCD = "from math import gcd\n"
SMALL = tuple(range(2, 10))


def one(rng: Random, **_) -> tuple[int]:
    return (rng.choice((rng.randint(1, 12), rng.randint(1, 60))),)


def pair(rng: Random, **_) -> tuple[int, int]:
    return rng.randint(1, 20), rng.randint(1, 20)


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if math.gcd(d, n) == d]


def prime(n: int) -> bool:
    return n > 1 and (math.factorial(n - 1) + 1) % n == 0


def figure(k: int, n: int) -> int:
    """A polygonal number: each layer adds k - 2 more than the one before."""
    total, layer = 0, 1
    for _ in range(n):
        total += layer
        layer += k - 2
    return total


N = "n/number/m"
FORMULAS = (
    Recipe("poly", 2, "polygonal figurate nth_${k}_gonal", N, "int, int",
           ("Return the sum of the first $n numbers of the sequence 1, $b, $c and so on, in which each number is $d "
            "more "
            "than the one before.",),
           ("return sum(1 + $d * i for i in range($n))", "return $n + $d * $n * ($n - 1) // 2",
            "total, term = 0, 1\nfor _ in range($n):\n    total += term\n    term += $d\nreturn total"),
           lambda n, kind: figure(kind["d"] + 2, n), one, ((0,), (1,), (2,)),
           {"kind": tuple({"d": d, "b": 1 + d, "c": 1 + 2 * d, "k": d + 2} for d in range(2, 13))}),
    Recipe("nth_term", 1, "nth_term term_at arithmetic_term", N, "int, int",
           ("Return term number $n of the arithmetic sequence that begins with $a (term number 1) and grows by $d "
            "each "
            "time.",),
           ("return $a + ($n - 1) * $d", "term = $a\nfor _ in range($n - 1):\n    term += $d\nreturn term"),
           lambda n, a, d: [*range(a, a + d * n, d)][-1], one, ((1,), (2,), (10,)),
           {"a": tuple(range(3, 12)), "d": tuple(range(2, 10))}),
    Recipe("geo_term", 1, "geometric_term nth_power_term grown", N, "int, int",
           ("Return term number $n of the geometric sequence that begins with $a (term number 1), where each term is "
            "$r "
            "times the one before.",),
           ("return $a * $r ** ($n - 1)", "term = $a\nfor _ in range($n - 1):\n    term *= $r\nreturn term"),
           lambda n, a, r: math.prod([r] * (n - 1), start=a), lambda rng, **_: (rng.randint(3, 9),), ((1,), (2,)),
           {"a": (2, 3, 4, 5, 6, 7), "r": (2, 3, 4, 5)}),
    Recipe("geo_sum", 2, "geometric_sum sum_of_powers", N, "int, int",
           ("Return 1 + $r + $r ** 2 + ... with $n summands in all.",),
           ("return sum($r ** i for i in range($n))", "return ($r ** $n - 1) // ($r - 1)"),
           lambda n, r: int("1" * n or "0", r), lambda rng, **_: (rng.randint(2, 8),), ((0,), (1,)),
           {"r": tuple(range(2, 10))}),
    Recipe("coprime_count", 2, "count_coprime coprimes totient", N, "int, int",
           ("Return how many of the whole numbers from 1 to $n have no common divisor with $n except 1.",),
           (GCD + "return sum(gcd(i, $n) == 1 for i in range(1, $n + 1))",
            GCD + "return len([i for i in range(1, $n + 1) if gcd(i, $n) == 1])"),
           lambda n: n * math.prod(p - 1 for p in divisors(n) if prime(p))
           // math.prod(p for p in divisors(n) if prime(p)),
           one, ((1,), (7,), (12,))),
    Recipe("common_to", 2, "count_coprime_to_$k coprime_to_$k", N, "int, int",
           ("Return how many of the whole numbers from 1 to $n have no common divisor with $k except 1.",),
           (GCD + "return sum(gcd(i, $k) == 1 for i in range(1, $n + 1))",
            GCD + "count = 0\nfor i in range(1, $n + 1):\n    if gcd(i, $k) == 1:\n        count += 1\nreturn count"),
           lambda n, k: n - len({m for d in divisors(k)[1:] for m in range(d, n + 1, d)}), one, ((0,), (1,), (30,)),
           {"k": (6, 10, 12, 15, 20, 30, 42)}),
    Recipe("either_multiple", 1, "count_multiples multiples_of_either", N, "int, int",
           ("Return how many of the whole numbers from 1 to $n are multiples of $a or of $b (or of both).",),
           ("return sum(i % $a == 0 or i % $b == 0 for i in range(1, $n + 1))",
            "return len([i for i in range(1, $n + 1) if i % $a == 0 or i % $b == 0])"),
           lambda n, a, b: len({*range(a, n + 1, a), *range(b, n + 1, b)}), one, ((0,), (12,), (40,), (59,)),
           {"a": (2, 3, 4, 5), "b": (7, 6, 9, 10, 11)}),
    Recipe("either_sum", 1, "sum_multiples add_multiples", N, "int, int",
           ("Return the sum of the whole numbers from 1 to $n that are multiples of $a or of $b (or of both).",),
           ("return sum(i for i in range(1, $n + 1) if i % $a == 0 or i % $b == 0)",
            "total = 0\nfor i in range(1, $n + 1):\n    if i % $a == 0 or i % $b == 0:\n        total += i\nreturn "
            "total"),
           lambda n, a, b: sum({*range(a, n + 1, a), *range(b, n + 1, b)}), one, ((0,), (12,), (40,), (59,)),
           {"a": (2, 3, 4, 5), "b": (7, 6, 9, 10, 11)}),
    Recipe("but_not", 2, "count_only multiples_without", N, "int, int",
           ("Return how many of the whole numbers from 1 to $n are multiples of $a but not of $b.",),
           ("return sum(i % $a == 0 and i % $b != 0 for i in range(1, $n + 1))",
            "return len([i for i in range(1, $n + 1) if i % $a == 0 and i % $b != 0])"),
           lambda n, a, b: len({*range(a, n + 1, a)} - {*range(b, n + 1, b)}), one, ((0,), (12,), (40,), (59,)),
           {"a": (2, 3, 4, 5), "b": (7, 6, 9, 10)}),
    Recipe("mod_power", 3, "mod_power power_mod last_part", "base/b/x exponent/e/n", "int, int, int",
           ("Return the remainder when $base raised to the power $exponent is divided by $m.",),
           ("return pow($base, $exponent, $m)", "result = 1\nfor _ in range($exponent):\n    result = result * $base "
            "% $m\n"
            "return result"),
           lambda base, exponent, m: base**exponent % m, lambda rng, **_: (rng.randint(2, 20), rng.randint(1, 20)),
           ((2, 0), (3, 1), (7, 5)), {"m": (7, 9, 10, 11, 13, 17, 100)}),
    Recipe("ceil_groups", 1, "groups_needed boxes buses", "n/items/people", "int, int",
           ("Return how many groups of at most $k are needed for $n things.",),
           ("return ($n + $k - 1) // $k", MATH + "return math.ceil($n / $k)", "return -(-$n // $k)"),
           lambda n, k: len(range(0, n, k)), one, ((0,), (1,), (12,), (36,)), {"k": tuple(range(3, 13))}),
    Recipe("is_power", 2, "is_power_of_$k power_of_$k", N, "int, bool",
           ("Return True if the positive number $n is a power of $k (1 counts as one), otherwise False.",),
           ("while $n % $k == 0:\n    $n //= $k\nreturn $n == 1",
            "power = 1\nwhile power < $n:\n    power *= $k\nreturn power == $n"),
           lambda n, k: n in [k**i for i in range(12)], lambda rng, k: (k ** rng.randint(1, 4) * rng.choice((1, 1, 2,
           7)),),
           ((1,), (2,), (30,)), {"k": (2, 3, 4, 5, 6, 7, 10)}),
    Recipe("triples", 3, "count_triples right_triangles", N, "int, int",
           ("Return the number of triples (a, b, c) of whole numbers with 1 <= a <= b and c <= $n whose squares "
            "satisfy "
            "a ** 2 + b ** 2 == c ** 2.",),
           ("count = 0\nfor c in range(1, $n + 1):\n    for b in range(1, c):\n        for a in range(1, b + 1):\n"
            "            if a * a + b * b == c * c:\n                count += 1\nreturn count",
            "return sum(a * a + b * b == c * c for c in range(1, $n + 1) for b in range(1, c) for a in range(1, b + "
            "1))"),
           lambda n: len([1 for a, b in combinations(range(1, n), 2)
                          if math.isqrt(a * a + b * b) ** 2 == a * a + b * b <= n * n]), lambda rng,
                          **_: (rng.randint(4, 30),),
           ((1,), (5,), (13,))),
    Recipe("dice", 3, "count_rolls ways_to_roll", "total/n/goal", "int, int",
           ("Return in how many ways two dice with the numbers 1 to $k can show the sum $total, where the order of "
            "the dice "
            "counts.",),
           ("return sum(a + b == $total for a in range(1, $k + 1) for b in range(1, $k + 1))",
            "return max(0, min($total - 1, 2 * $k + 1 - $total))"),
           lambda total, k: [a + b for a, b in product(range(1, k + 1), repeat=2)].count(total),
           lambda rng, k: (rng.randint(2, 2 * k),), ((1,), (2,), (7,), (9,)), {"k": (4, 6, 8, 10, 12, 20)}),
    Recipe("compound", 3, "savings grow balance", "amount/start/capital years/n/t", "int, int, int",
           ("Return what $amount becomes after $years years when each year $rate percent of the current amount, "
            "rounded down to "
            "a whole number, are added.",),
           ("for _ in range($years):\n    $amount += $amount * $rate // 100\nreturn $amount",
            "total = $amount\nfor _ in range($years):\n    total = total + total * $rate // 100\nreturn total"),
           lambda amount, years, rate: amount if years == 0 else grown(amount, years, rate),
           lambda rng, **_: (rng.randint(50, 1000), rng.randint(1, 5)), ((100, 0), (100, 1), (1000, 2)),
           {"rate": (2, 3, 4, 5, 8, 10, 20)}),
    Recipe("average_rate", 2, "rounded_mean average_of_two middle", "a/x/low b/y/high", "int, int, float",
           ("Return the weighted mean of $a and $b as a float, where $a counts $k times and $b once.",),
           ("return ($k * $a + $b) / ($k + 1)", "return sum([$a] * $k + [$b]) / ($k + 1)"),
           lambda a, b, k: float(Fraction(k * a + b, k + 1)), pair, ((0, 0), (3, 3)), {"k": (2, 3, 4, 5, 7, 9)}),
    Recipe("rectangle", 1, "$what rectangle_$what", "width/w/a height/h/b", "int, int, int",
           ("Return the $what of a rectangle with the sides $width and $height.",),
           ("return $formula",), lambda width, height,
            kind: sum(width for _ in range(height)) if kind["what"] == "area"
           else sum([width, height, width, height]), pair, ((1, 1), (3, 5)),
           {"kind": ({"what": "area", "formula": "$width * $height"},
                     {"what": "perimeter", "formula": "2 * ($width + $height)"})}),
    Recipe("fence", 2, "posts fence_posts count_posts", "length/n/meters", "int, int",
           ("Return how many posts a straight fence of $length meters needs when there is a post at its start and "
            "another "
            "one after every $k meters, as far as the fence reaches.",),
           ("return $length // $k + 1", "return len(range(0, $length + 1, $k))"),
           lambda length, k: len([x for x in range(length + 1) if x % k == 0]), one, ((0,), (1,), (10,), (12,)),
           {"k": SMALL}),
    Recipe("box_volume", 2, "box $what", "a/length/x b/width/y c/height/z", "int, int, int, int",
           ("Return the $what of a box with the edges $a, $b and $c.",), ("return $formula",),
           lambda a, b, c, kind: sum(1 for _ in product(range(a), range(b), range(c))) if kind["what"] == "volume"
           else sum(2 * x * y for x, y in combinations((a, b, c), 2)) if kind["what"] == "surface" else sum((a, b,
           c) * 4),
           lambda rng, **_: (rng.randint(1, 9), rng.randint(1, 9), rng.randint(1, 9)), ((1, 1, 1), (1, 2, 3)),
           {"kind": ({"what": "volume", "formula": "$a * $b * $c"},
                     {"what": "surface", "formula": "2 * ($a * $b + $b * $c + $a * $c)"},
                     {"what": "total_edge_length", "formula": "4 * ($a + $b + $c)"})}),
    Recipe("manhattan", 2, "walk distance grid_distance", "x/a/column y/b/row", "int, int, int",
           ("Return the number of steps from ($p, $q) to ($x, $y) on a grid when each step goes to one of the four "
            "neighbouring points.",),
           ("return abs($x - $p) + abs($y - $q)",),
           lambda x, y, p, q: len(range(min(x, p), max(x, p))) + len(range(min(y, q), max(y, q))),
           lambda rng, **_: (rng.randint(-9, 15), rng.randint(-9, 15)), ((0, 0), (3, 4), (5, 2)),
           {"p": (1, 2, 3, 5), "q": (2, 4, 6, 7)}),
    Recipe("inside_circle", 3, "count_points lattice_points points_inside", "r/radius/n", "int, int",
           ("Return how many points (x, y) with whole numbers x and y have x ** 2 + y ** 2 at most $r ** 2 and "
            "x greater than or equal to $low.",),
           ("return sum(x * x + y * y <= $r * $r for x in range($low, $r + 1) for y in range(-$r, $r + 1))",),
           lambda r, low: sum(2 * math.isqrt(r * r - x * x) + 1 for x in range(low, r + 1)),
           lambda rng, **_: (rng.randint(2, 9),), ((3,), (5,)), {"low": (0, 1, 2)}),
    Recipe("is_triangle", 2, "is_triangle can_form_triangle valid_triangle", "a/x b/y c/z", "int, int, int, bool",
           ("Return True if there is a triangle with the sides $a, $b and $c: each of them is shorter than the other "
            "two "
            "together. Otherwise return False.",),
           ("return $a < $b + $c and $b < $a + $c and $c < $a + $b",
            "short, middle, long = sorted([$a, $b, $c])\nreturn long < short + middle"),
           lambda a, b, c: 2 * max(a, b, c) < a + b + c, lambda rng: tuple(rng.randint(1, 9) for _ in range(3)),
           ((3, 4, 5), (1, 2, 3), (3, 1, 2), (2, 3, 1), (2, 2, 9), (9, 2, 2), (2, 9, 2))),
    Recipe("leap", 2, "is_leap leap_year has_leap_day", "year/y/n", "int, bool",
           ("Return True if $year is divisible by 4 but not by 100, or if it is divisible by 400. Otherwise return "
            "False.",),
           ("return $year % 4 == 0 and $year % 100 != 0 or $year % 400 == 0",
            "if $year % 100 == 0:\n    return $year % 400 == 0\nreturn $year % 4 == 0"),
           lambda year: math.gcd(year, 400) == 400 or math.gcd(year, 100) in (4, 20), lambda rng: (rng.randint(1896,
           2030),),
           ((1900,), (2000,), (2004,), (2023,), (100,), (400,))),
    Recipe("rest_change", 2, "count_coins coins_needed change", "amount/cents/n", "int, int",
           ("Return how many coins a cashier gives for $amount when there are coins of $big, $mid and 1, and always "
            "the "
            "largest coin that still fits is given.",),
           ("return $amount // $big + $amount % $big // $mid + $amount % $big % $mid",
            "count = 0\nfor coin in ($big, $mid, 1):\n    count += $amount // coin\n    $amount %= coin\nreturn "
            "count"),
           lambda amount, big, mid: next(a + b + amount - big * a - mid * b for a in range(99, -1, -1) for b in
                                         range(99, -1, -1) if big * a + mid * b <= amount),
           lambda rng, **_: (rng.randint(1, 99),), ((0,), (1,), (98,)), {"big": (20, 25, 50), "mid": (3, 5, 6, 8,
           10)}),
    Recipe("common_multiple", 2, "next_meeting common_multiple meets", N, "int, int",
           ("Return the smallest positive number that is a multiple of both $n and $k.",),
           (GCD + "return $n * $k // gcd($n, $k)", "multiple = $n\nwhile multiple % $k != 0:\n    multiple += $n\n"
            "return multiple"),
           lambda n, k: min({*range(n, n * k + 1, n)} & {*range(k, n * k + 1, k)}), one, ((1,), (6,), (10,)),
           {"k": (4, 6, 8, 9, 10, 12, 15)}),
    Recipe("factor_tree", 3, "smallest_factor least_divisor first_divisor", N, "int, int",
           ("Return the smallest divisor of $n that is greater than $k, or $n itself if there is none below $n.",),
           ("for d in range($after, $n):\n    if $n % d == 0:\n        return d\nreturn $n",
            "return next((d for d in range($after, $n) if $n % d == 0), $n)"),
           lambda n, kind: min([d for d in divisors(n) if d > kind["k"]] + [n]), one, ((1,), (12,), (30,), (49,)),
           {"kind": tuple({"k": k, "after": k + 1} for k in range(1, 6))}),
)  # fmt: skip


def grown(amount: int, years: int, rate: int) -> int:
    one_year = math.floor(Fraction(amount * (100 + rate), 100))
    return one_year if years == 1 else grown(one_year, years - 1, rate)
