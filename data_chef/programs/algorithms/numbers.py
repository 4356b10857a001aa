"""Algorithms on whole numbers: divisors, primes, digits, sequences, bases."""

from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import comb, isqrt, prod

from data_chef.programs.algorithms.recipe import Recipe


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def happy(n: int) -> bool:
    """Whether n is happy: the numbers that are not end in the circle through 4."""
    while n not in (1, 4):
        n = sum(int(c) ** 2 for c in str(n))
    return n == 1


def collatz(n: int) -> list[int]:
    return [n] if n == 1 else [n, *collatz(3 * n + 1 if n & 1 else n // 2)]


def fibonacci(n: int) -> int:
    """By a sum along a diagonal of Pascal's triangle."""
    return sum(comb(n - 1 - k, k) for k in range((n + 1) // 2))


def in_base(n: int, base: int) -> str:
    return ("" if n < base else in_base(n // base, base)) + "0123456789abcdefghijklmnopqrstuvwxyz"[n % base]


ROMAN_DIGITS = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
                (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def roman(n: int) -> str:
    """By the patterns of each decimal place."""
    places = [("M", "", ""), ("C", "D", "M"), ("X", "L", "C"), ("I", "V", "X")]
    patterns = ["", "a", "aa", "aaa", "ab", "b", "ba", "baa", "baaa", "ac"]
    digits = zip(f"{n:04}", places, strict=True)
    return "".join(patterns[int(d)].translate(str.maketrans("abc", "012")).replace("0", p[0]).replace("1", p[1])
                   .replace("2", p[2]) for d, p in digits)  # fmt: skip


def in_words(n: int) -> str:
    """By the parts that the words are made of."""
    if n < 10:
        return "zero one two three four five six seven eight nine".split()[n]
    stems = "twen thir for fif six seven eigh nine".split()
    if n < 20:
        special = {10: "ten", 11: "eleven", 12: "twelve", 14: "fourteen"}
        return special.get(n) or stems[n - 12] + "teen"
    return stems[n // 10 - 2] + "ty" + (f"-{in_words(n % 10)}" if n % 10 else "")


def small(rng, **_) -> tuple[int]:
    return (rng.randint(1, 60),)


def below_200(rng, **_) -> tuple[int]:
    return (rng.randint(1, 200),)


def big(rng, **_) -> tuple[int]:
    return (rng.randint(10, 99999),)


def pair(rng, **_) -> tuple[int, int]:
    factor = rng.randint(1, 12)
    return factor * rng.randint(1, 12), factor * rng.randint(1, 12)


N = "n/number/num/x"
RECIPES = (
    Recipe("gcd", 1, "gcd greatest_common_divisor common_divisor highest_common_factor", "a/x/m/first b/y/k/second",
        "int, int, int",
        ("Return the greatest common divisor of $a and $b.",
         "Find the largest number that divides both $a and $b without a remainder.",
         "Compute the greatest common factor of the positive integers $a and $b with Euclid's algorithm."),
        ("""
         while $b:
             $a, $b = $b, $a % $b
         return $a
         """, """
         while $b != 0:
             rest = $a % $b
             $a = $b
             $b = rest
         return $a
         """),
        lambda a, b: max(set(divisors(a)) & set(divisors(b))), pair, ((12, 18), (7, 5))),
    Recipe("lcm", 2, "lcm least_common_multiple smallest_common_multiple", "a/x/first b/y/second", "int, int, int",
        ("Return the least common multiple of $a and $b.",
         "Find the smallest positive number that is a multiple of both $a and $b."),
        ("""
         $result = $a
         while $result % $b != 0:
             $result += $a
         return $result
         """, """
         import math
         return $a * $b // math.gcd($a, $b)
         """),
        lambda a, b: next(m for m in range(1, a * b + 1) if m % a == m % b == 0), pair, ((4, 6), (5, 5))),
    Recipe("coprime", 2, "are_coprime coprime relatively_prime", "a/x/first b/y/second", "int, int, bool",
        ("Return True if $a and $b have no common divisor other than 1, otherwise False.",
         "Check whether $a and $b are coprime."),
        ("""
         while $b:
             $a, $b = $b, $a % $b
         return $a == 1
         """, """
         for $d in range(2, min($a, $b) + 1):
             if $a % $d == 0 and $b % $d == 0:
                 return False
         return True
         """),
        lambda a, b: len(set(divisors(a)) & set(divisors(b))) == 1, pair, ((8, 9), (8, 12), (1, 5))),
    Recipe("is_prime", 1, "is_prime prime check_prime", N, "int, bool",
        ("Return True if $n is a prime number, otherwise False.", "Check whether $n is prime."),
        ("""
         if $n < 2:
             return False
         for $d in range(2, $n):
             if $n % $d == 0:
                 return False
         return True
         """, """
         if $n < 2:
             return False
         $d = 2
         while $d * $d <= $n:
             if $n % $d == 0:
                 return False
             $d += 1
         return True
         """),
        lambda n: len(divisors(n)) == 2, below_200, ((1,), (2,), (9,), (13,)), phrase="prime numbers"),
    Recipe("primes_up_to", 3, "primes_up_to list_primes sieve", "limit/n/top/highest", "int, list[int]",
        ("Return a list of all prime numbers up to and including $limit.",
         "List the primes that are not greater than $limit, with the sieve of Eratosthenes."),
        ("""
         prime = [True] * ($limit + 1)
         $result = []
         for $n in range(2, $limit + 1):
             if prime[$n]:
                 $result.append($n)
                 for multiple in range($n * $n, $limit + 1, $n):
                     prime[multiple] = False
         return $result
         """, """
         $result = []
         for $n in range(2, $limit + 1):
             if all($n % p != 0 for p in $result):
                 $result.append($n)
         return $result
         """),
        lambda limit: [n for n in range(limit + 1) if n > 1 and len(divisors(n)) == 2], small, ((1,), (2,), (25,))),
    Recipe("prime_factors", 3, "prime_factors factorize factors", N, "int, list[int]",
        ("Return the list of prime factors of $n in ascending order, each as often as it divides $n.",
         "Factorize $n into primes, from the smallest to the largest."),
        ("""
         $result = []
         $d = 2
         while $n > 1:
             while $n % $d == 0:
                 $result.append($d)
                 $n //= $d
             $d += 1
         return $result
         """,),
        lambda n: [p for p in range(2, n + 1) if len(divisors(p)) == 2 for e in range(1, 9) if n % p**e == 0],
        below_200, ((1,), (8,), (60,), (97,))),
    Recipe("largest_prime_factor", 3, "largest_prime_factor biggest_prime_factor", N, "int, int",
        ("Return the largest prime factor of $n, where $n is at least 2.",),
        ("""
         $d = 2
         while $d * $d <= $n:
             if $n % $d == 0:
                 $n //= $d
             else:
                 $d += 1
         return $n
         """,),
        lambda n: max(p for p in divisors(n) if len(divisors(p)) == 2), lambda rng: (rng.randint(2, 200),),
        ((2,), (12,), (49,)), phrase="largest prime factor"),
    Recipe("divisors", 1, "divisors list_divisors all_divisors", N, "int, list[int]",
        ("Return a list of all positive divisors of $n in ascending order.",
         "List every number from 1 to $n that divides $n."),
        ("""
         return [$d for $d in range(1, $n + 1) if $n % $d == 0]
         """, """
         $result = []
         for $d in range(1, $n + 1):
             if $n % $d == 0:
                 $result.append($d)
         return $result
         """),
        lambda n: sorted({d for a in range(1, isqrt(n) + 1) if n % a == 0 for d in (a, n // a)}), small,
        ((1,), (12,), (13,))),
    Recipe("count_divisors", 1, "count_divisors number_of_divisors divisor_count", N, "int, int",
        ("Return the number of positive divisors of $n.", "Count how many whole numbers divide $n."),
        ("""
         $count = 0
         for $d in range(1, $n + 1):
             if $n % $d == 0:
                 $count += 1
         return $count
         """,),
        lambda n: sum(1 if a * a == n else 2 for a in range(1, isqrt(n) + 1) if n % a == 0), small,
        ((1,), (16,)), phrase="number of divisors"),
    Recipe("sum_divisors", 2, "sum_proper_divisors proper_divisor_sum aliquot_sum", N, "int, int",
        ("Return the sum of the divisors of $n that are smaller than $n.",
         "Add up all proper divisors of $n."),
        ("""
         $total = 0
         for $d in range(1, $n):
             if $n % $d == 0:
                 $total += $d
         return $total
         """, """
         return sum($d for $d in range(1, $n) if $n % $d == 0)
         """),
        lambda n: sum(divisors(n)) - n, small, ((1,), (6,), (12,)), phrase="sum of proper divisors"),
    Recipe("is_perfect", 2, "is_perfect perfect_number is_perfect_number", N, "int, bool",
        ("Return True if $n equals the sum of its proper divisors, otherwise False.",
         "Check whether $n is a perfect number, the sum of all its divisors except itself."),
        ("""
         $total = 0
         for $d in range(1, $n):
             if $n % $d == 0:
                 $total += $d
         return $total == $n
         """,),
        lambda n: sum(divisors(n)) == 2 * n, small, ((1,), (6,), (12,), (28,)), phrase="perfect numbers"),
    Recipe("sum_digits", 1, "sum_digits digit_sum add_digits", N, "int, int",
        ("Return the sum of the decimal digits of $n.", "Add up the digits of the non-negative integer $n."),
        ("""
         $total = 0
         while $n > 0:
             $total += $n % 10
             $n //= 10
         return $total
         """, """
         return sum(int($c) for $c in str($n))
         """, """
         $total = 0
         for $c in str($n):
             $total += int($c)
         return $total
         """),
        lambda n: n - 9 * sum(n // 10**k for k in range(1, 9)), big, ((0,), (7,), (1009,)), phrase="digit sum"),
    Recipe("count_digit", 1, "count_digit digit_occurrences how_many_digits", N, "int, int",
        ("Return how often the digit $k occurs in the decimal form of $n.", "Count the digits of $n that are $k."),
        ("""
         $count = 0
         while $n > 0:
             if $n % 10 == $k:
                 $count += 1
             $n //= 10
         return $count
         """, """
         return str($n).count("$k")
         """),
        lambda n, k: sum(c == str(k) for c in str(n)),
        lambda rng, k: (int("".join(rng.choice(f"{k}123456789") for _ in range(rng.randint(1, 7)))),),
        ((7,), (123456789,), (5599,)), {"k": range(1, 10)}),
    Recipe("digital_root", 2, "digital_root repeated_digit_sum reduce_digits", N, "int, int",
        ("Replace $n by the sum of its digits until it has a single digit, and return that digit.",
         "Return the digital root of $n: sum its digits again and again until one digit is left."),
        ("""
         while $n > 9:
             $total = 0
             while $n > 0:
                 $total += $n % 10
                 $n //= 10
             $n = $total
         return $n
         """, """
         while $n >= 10:
             $n = sum(int($c) for $c in str($n))
         return $n
         """),
        lambda n: 1 + (n - 1) % 9, big, ((9,), (10,), (999,)), phrase="digital root"),
    Recipe("reverse_number", 1, "reverse_number reverse_digits backwards", N, "int, int",
        ("Return the number that has the digits of $n in reverse order.", "Reverse the decimal digits of $n."),
        ("""
         $result = 0
         while $n > 0:
             $result = $result * 10 + $n % 10
             $n //= 10
         return $result
         """, """
         return int(str($n)[::-1])
         """),
        lambda n: sum(int(c) * 10**i for i, c in enumerate(str(n))), big, ((0,), (5,), (120,)),
        phrase="reversed number"),
    Recipe("count_digits", 1, "count_digits number_of_digits digit_count", N, "int, int",
        ("Return the number of decimal digits of the positive integer $n.", "Count the digits of $n."),
        ("""
         $count = 0
         while $n > 0:
             $n //= 10
             $count += 1
         return $count
         """, """
         return len(str($n))
         """),
        lambda n: next(k for k in range(1, 12) if n < 10**k), lambda rng: (rng.randint(1, 10 ** rng.randint(1, 7)),),
        ((9,), (10,)), phrase="number of digits"),
    Recipe("digit_product", 1, "digit_product multiply_digits product_of_digits", N, "int, int",
        ("Return the product of the digits of $n.", "Multiply all decimal digits of $n together."),
        ("""
         $result = 1
         for $c in str($n):
             $result *= int($c)
         return $result
         """, """
         $result = 1
         while $n > 0:
             $result *= $n % 10
             $n //= 10
         return $result
         """),
        lambda n: prod(n // 10**k % 10 for k in range(len(str(n)))), big, ((7,), (234,)), phrase="digit product"),
    Recipe("even_digits", 2, "only_even_digits all_digits_even has_even_digits_only", N, "int, bool",
        ("Return True if every digit of $n is $parity, otherwise False.",),
        ("""
         while $n > 0:
             if $n % 10 % 2 != $rest:
                 return False
             $n //= 10
         return True
         """, """
         return all(int($c) % 2 == $rest for $c in str($n))
         """),
        lambda n, parity: set(str(n)) <= set("02468" if parity["parity"] == "even" else "13579"),
        lambda rng, parity: (int("".join(rng.choice(rng.choice(("2468", "13579"))) * rng.randint(1, 3)
                                         for _ in range(rng.randint(1, 2)))),),
        ((2468,), (135,), (212,), (81,)),
        {"parity": [{"parity": "even", "rest": 0}, {"parity": "odd", "rest": 1}]}),
    Recipe("is_palindrome_number", 2, "is_palindrome_number reads_same mirror_number", N, "int, bool",
        ("Return True if $n reads the same forwards and backwards, otherwise False.",
         "Check whether the decimal digits of $n form a palindrome."),
        ("""
         original = $n
         $result = 0
         while $n > 0:
             $result = $result * 10 + $n % 10
             $n //= 10
         return $result == original
         """, """
         text = str($n)
         return text == text[::-1]
         """),
        lambda n: all(a == b for a, b in zip(str(n), reversed(str(n)), strict=True)),
        lambda rng: (rng.choice((int(f"{(k := rng.randint(1, 99))}{str(k)[::-1]}"), rng.randint(10, 999))),),
        ((7,), (121,), (123,)), phrase="palindromic numbers"),
    Recipe("is_armstrong", 3, "is_armstrong armstrong_number is_narcissistic", N, "int, bool",
        ("Return True if $n equals the sum of its digits, each raised to the power of the number of digits.",
         "Check whether $n is an Armstrong number, such as 153 = 1^3 + 5^3 + 3^3."),
        ("""
         digits = str($n)
         $total = 0
         for $c in digits:
             $total += int($c) ** len(digits)
         return $total == $n
         """, """
         power = len(str($n))
         return sum(int($c) ** power for $c in str($n)) == $n
         """),
        lambda n: n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 153, 370, 371, 407, 1634),
        lambda rng: (rng.choice((153, 370, 371, 407, 1634, *rng.sample(range(10, 999), 7))),),
        ((9,), (153,), (154,)), phrase="Armstrong numbers"),
    Recipe("is_happy", 3, "is_happy happy_number", N, "int, bool",
        ("Replace $n by the sum of the squares of its digits again and again. Return True if this ends at 1, and "
         "False if a number comes up twice before that.",
         "Check whether $n is a happy number."),
        ("""
         $seen = set()
         while $n != 1 and $n not in $seen:
             $seen.add($n)
             $n = sum(int($c) ** 2 for $c in str($n))
         return $n == 1
         """,),
        happy, below_200, ((1,), (7,), (4,)), phrase="happy numbers"),
    Recipe("fibonacci", 1, "fibonacci fib nth_fibonacci", N, "int, int",
        ("Return the Fibonacci number with index $n, where the sequence starts 0, 1 and the index starts at 0.",
         "Compute the $n-th Fibonacci number, counting from fib(0) = 0 and fib(1) = 1."),
        ("""
         a, b = 0, 1
         for _ in range($n):
             a, b = b, a + b
         return a
         """, """
         if $n < 2:
             return $n
         $result = [0, 1]
         while len($result) <= $n:
             $result.append($result[-1] + $result[-2])
         return $result[$n]
         """),
        fibonacci, lambda rng: (rng.randint(0, 25),), ((0,), (1,), (10,))),
    Recipe("fibonacci_list", 2, "first_fibonacci_numbers fibonacci_list fibonacci_sequence", "count/n/length",
        "int, list[int]", ("Return a list of the first $count numbers of the sequence that starts with $p and $q and "
                           "in which every other number is the sum of the two before it.",),
        ("""
         $result = []
         a, b = $p, $q
         for _ in range($count):
             $result.append(a)
             a, b = b, a + b
         return $result
         """, """
         $result = [$p, $q]
         while len($result) < $count:
             $result.append($result[-2] + $result[-1])
         return $result[:$count]
         """),
        lambda count, p, q: [p if n == 0 else p * fibonacci(n - 1) + q * fibonacci(n) for n in range(count)],
        lambda rng, p, q: (rng.randint(2, 15),), ((0,), (1,), (6,)), {"p": range(0, 4), "q": range(1, 6)}),
    Recipe("is_fibonacci", 2, "is_fibonacci in_fibonacci_sequence", N, "int, bool",
        ("Return True if $n is a Fibonacci number (0, 1, 1, 2, 3, 5, 8, ...), otherwise False.",),
        ("""
         a, b = 0, 1
         while a < $n:
             a, b = b, a + b
         return a == $n
         """,),
        lambda n: any(isqrt(m) ** 2 == m for m in (5 * n * n + 4, 5 * n * n - 4) if m >= 0), small,
        ((0,), (4,), (21,)), phrase="Fibonacci numbers"),
    Recipe("collatz_steps", 2, "collatz_steps steps_to_one collatz_length", N, "int, int",
        ("Halve $n when it is even, otherwise replace it by 3 * $n + 1. Return the number of steps until it is 1.",
         "Count the steps of the Collatz sequence from $n to 1."),
        ("""
         $count = 0
         while $n != 1:
             if $n % 2 == 0:
                 $n //= 2
             else:
                 $n = 3 * $n + 1
             $count += 1
         return $count
         """,),
        lambda n: len(collatz(n)) - 1, lambda rng: (rng.randint(1, 40),), ((1,), (6,)), phrase="Collatz step count"),
    Recipe("collatz_max", 2, "collatz_peak highest_collatz_number", N, "int, int",
        ("Return the largest number in the Collatz sequence that starts at $n and ends at 1. An even number is "
         "halved, an odd one is tripled and increased by 1.",),
        ("""
         $best = $n
         while $n != 1:
             $n = $n // 2 if $n % 2 == 0 else 3 * $n + 1
             $best = max($best, $n)
         return $best
         """,),
        lambda n: sorted(collatz(n))[-1], lambda rng: (rng.randint(1, 26),), ((1,), (7,), (16,))),
    Recipe("factorial", 1, "factorial fact product_up_to", N, "int, int",
        ("Return the product of all whole numbers from 1 to $n, and 1 when $n is 0.", "Compute $n factorial."),
        ("""
         $result = 1
         for $i in range(2, $n + 1):
             $result *= $i
         return $result
         """, """
         $result = 1
         while $n > 1:
             $result *= $n
             $n -= 1
         return $result
         """),
        lambda n: prod(range(1, n + 1)), lambda rng: (rng.randint(0, 12),), ((0,), (1,), (5,)), phrase="factorial"),
    Recipe("multiples_below", 1, "sum_of_multiples add_multiples multiples_total", "limit/n/top/bound", "int, int",
        ("Return the sum of all positive numbers below $limit that are multiples of $p or $q.",),
        ("""
         $total = 0
         for $n in range(1, $limit):
             if $n % $p == 0 or $n % $q == 0:
                 $total += $n
         return $total
         """, """
         return sum($n for $n in range($limit) if $n % $p == 0 or $n % $q == 0)
         """),
        lambda limit, p, q: sum({*range(0, limit, p), *range(0, limit, q)}), small, ((1,), (16,), (36,)),
        {"p": (2, 3, 4), "q": (5, 7, 9, 11)}),
    Recipe("sum_to", 1, "sum_of_powers power_sum add_powers", N, "int, int",
        ("Return the sum of the $what of the numbers from 1 to $n.",),
        ("""
         $total = 0
         for $i in range(1, $n + 1):
             $total += $i ** $power
         return $total
         """, """
         return sum($i ** $power for $i in range(1, $n + 1))
         """),
        lambda n, what: sum(prod([k] * what["power"]) for k in range(n + 1)), lambda rng, what: (rng.randint(1, 12),),
        ((0,), (1,), (4,)),
        {"what": [{"what": "squares", "power": 2}, {"what": "cubes", "power": 3},
                  {"what": "fourth powers", "power": 4}]}),
    Recipe("power", 2, "power raise_to fast_power", "base/x/a exponent/n/k", "int, int, int",
        ("Return $base to the power of $exponent by repeated squaring, without the operator **.",),
        ("""
         $result = 1
         while $exponent > 0:
             if $exponent % 2 == 1:
                 $result *= $base
             $base *= $base
             $exponent //= 2
         return $result
         """,),
        lambda base, exponent: prod([base] * exponent), lambda rng: (rng.randint(2, 9), rng.randint(0, 9)),
        ((5, 0), (2, 10), (3, 5))),
    Recipe("is_power", 2, "is_power_of_$k power_of_$k", N, "int, bool",
        ("Return True if $n is a power of $k (1 included), otherwise False.",
         "Check whether $n can be written as $k to the power of some whole number from 0 on."),
        ("""
         if $n < 1:
             return False
         while $n % $k == 0:
             $n //= $k
         return $n == 1
         """, """
         power = 1
         while power < $n:
             power *= $k
         return power == $n
         """),
        lambda n, k: n in [k**e for e in range(20)],
        lambda rng, k: (rng.choice((k ** rng.randint(0, 5), rng.randint(1, 100), k * rng.randint(1, 10))),),
        ((0,), (1,), (12,)), {"k": range(2, 8)}),
    Recipe("is_square", 1, "is_perfect_square is_square square_number", N, "int, bool",
        ("Return True if $n is the square of a whole number, otherwise False.",),
        ("""
         $i = 0
         while $i * $i < $n:
             $i += 1
         return $i * $i == $n
         """, """
         import math
         root = math.isqrt($n)
         return root * root == $n
         """),
        lambda n: n in {k * k for k in range(n + 1)}, lambda rng: (rng.choice((rng.randint(1, 12) ** 2,
                                                                               rng.randint(1, 99))),),
        ((0,), (2,), (16,)), phrase="square numbers"),
    Recipe("integer_root", 2, "integer_square_root floor_sqrt whole_root", N, "int, int",
        ("Return the largest whole number whose square is not greater than $n.",
         "Compute the square root of $n rounded down, by bisection."),
        ("""
         $left, $right = 0, $n + 1
         while $right - $left > 1:
             $mid = ($left + $right) // 2
             if $mid * $mid <= $n:
                 $left = $mid
             else:
                 $right = $mid
         return $left
         """, """
         root = 0
         while (root + 1) * (root + 1) <= $n:
             root += 1
         return root
         """),
        lambda n: isqrt(n), lambda rng: (rng.choice((rng.randint(1, 14) ** 2, rng.randint(1, 200))),),
        ((0,), (1,), (15,), (16,)), phrase="integer square root"),
    Recipe("to_base", 3, "to_base_$k digits_in_base_$k", N, "int, str",
        ("Return the digits of $n in base $k as a string.", "Convert the non-negative integer $n to base $k."),
        ("""
         if $n == 0:
             return "0"
         digits = ""
         while $n > 0:
             digits = str($n % $k) + digits
             $n //= $k
         return digits
         """,),
        lambda n, k: in_base(n, k), lambda rng, k: (rng.randint(1, 300),), ((0,), (5,), (81,)), {"k": range(2, 10)}),
    Recipe("from_base", 3, "from_base_$k value_in_base_$k", "digits/text/s", "str, int",
        ("Return the number that the string $digits stands for in base $k.",),
        ("""
         $total = 0
         for $c in $digits:
             $total = $total * $k + int($c)
         return $total
         """, """
         $total = 0
         for $i, $c in enumerate(reversed($digits)):
             $total += int($c) * $k ** $i
         return $total
         """),
        lambda digits, k: int(digits, k), lambda rng, k: (in_base(rng.randint(1, 300), k),), (("0",), ("10",)),
        {"k": range(2, 10)}),
    Recipe("to_hex", 3, "to_hex hexadecimal hex_string", N, "int, str",
        ("Return $n in hexadecimal notation with the digits 0 to 9 and a to f, without a prefix.",),
        ("""
         letters = "0123456789abcdef"
         if $n < 16:
             return letters[$n]
         $result = ""
         while $n > 0:
             $result = letters[$n % 16] + $result
             $n //= 16
         return $result
         """,),
        lambda n: f"{n:x}", lambda rng: (rng.randint(1, 5000),), ((0,), (15,), (16,), (255,))),
    Recipe("count_bits", 2, "count_ones ones_in_binary bit_count", N, "int, int",
        ("Return how many ones the binary form of $n has.", "Count the bits of $n that are set."),
        ("""
         $count = 0
         while $n > 0:
             $count += $n % 2
             $n //= 2
         return $count
         """, """
         return bin($n).count("1")
         """, """
         $count = 0
         while $n:
             $n &= $n - 1
             $count += 1
         return $count
         """),
        lambda n: sum(n >> k & 1 for k in range(20)), below_200, ((0,), (7,), (8,)),
        phrase="number of ones in binary"),
    Recipe("to_roman", 3, "to_roman roman_numeral int_to_roman", N, "int, str",
        ("Return the Roman numeral for $n, where $n lies between 1 and 3999.", "Write $n in Roman numerals."),
        (f"""
         $result = ""
         for value, letters in {list(ROMAN_DIGITS)!r}:
             while $n >= value:
                 $result += letters
                 $n -= value
         return $result
         """.replace("[(1000, 'M')", '[(1000, "M")').replace("'", '"'),),
        roman, lambda rng: (rng.randint(1, 3999),), ((4,), (9,), (1994,))),
    Recipe("from_roman", 3, "from_roman roman_to_int roman_value", "numeral/text/s", "str, int",
        ("Return the value of the Roman numeral $numeral.",
         "Convert the Roman numeral $numeral to an integer. A smaller letter before a larger one is subtracted."),
        ("""
         values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
         $total = 0
         for $i, $c in enumerate($numeral):
             if $i + 1 < len($numeral) and values[$c] < values[$numeral[$i + 1]]:
                 $total -= values[$c]
             else:
                 $total += values[$c]
         return $total
         """,),
        lambda numeral: next(n for n in range(1, 4000) if roman(n) == numeral),
        lambda rng: (roman(rng.randint(1, 400)),), (("IV",), ("III",), ("XLII",))),
    Recipe("is_leap", 1, "is_leap_year leap_year is_leap", "year/y", "int, bool",
        ("Return True if $year is a leap year of the Gregorian calendar, otherwise False.",
         "Check whether $year has 366 days: every fourth year has, but of the full centuries only every fourth."),
        ("""
         if $year % 400 == 0:
             return True
         if $year % 100 == 0:
             return False
         return $year % 4 == 0
         """, """
         return $year % 4 == 0 and ($year % 100 != 0 or $year % 400 == 0)
         """),
        lambda year: bool(year // 4 - (year - 1) // 4 - year // 100 + (year - 1) // 100
                          + year // 400 - (year - 1) // 400),
        lambda rng: (rng.choice((rng.randint(1800, 2100), rng.randint(4, 25) * 100, 4 * rng.randint(450, 520))),),
        ((1900,), (2000,), (2023,), (2024,)), phrase="leap years"),
    Recipe("number_words", 3, "number_in_words spell_number number_to_words", N, "int, str",
        ("Return the English words for $n, where $n lies between 0 and 99, such as \"forty-two\".",),
        ("""
         ones = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                 "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
         tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
         if $n < 20:
             return ones[$n]
         if $n % 10 == 0:
             return tens[$n // 10]
         return tens[$n // 10] + "-" + ones[$n % 10]
         """,),
        in_words,
        lambda rng: (rng.randint(0, 99),), ((0,), (13,), (20,), (42,))),
    Recipe("coin_change", 3, "fewest_coins coins_needed minimum_coins", "amount/total/sum_of_money", "int, int",
        ("Return the smallest number of coins worth $p, $q or $r that add up to $amount, or -1 if it is impossible.",),
        ("""
         fewest = [0] + [-1] * $amount
         for value in range(1, $amount + 1):
             for coin in ($p, $q, $r):
                 if coin <= value and fewest[value - coin] >= 0:
                     if fewest[value] < 0 or fewest[value - coin] + 1 < fewest[value]:
                         fewest[value] = fewest[value - coin] + 1
         return fewest[$amount]
         """,),
        lambda amount, p, q, r: min((a + b + c for a, b, c in product(range(amount + 1), repeat=3)
                                     if a * p + b * q + c * r == amount), default=-1),
        lambda rng, p, q, r: (rng.randint(1, 22),), ((0,), (1,), (12,)),
        {"p": (2, 3), "q": (4, 5), "r": (7, 9, 10)}),
    Recipe("change_ways", 3, "count_change ways_to_pay number_of_ways", "amount/total/price", "int, int",
        ("Return in how many ways coins worth $p, $q and $r can add up to $amount. The order of the coins does not "
         "matter.",),
        ("""
         ways = [1] + [0] * $amount
         for coin in ($p, $q, $r):
             for value in range(coin, $amount + 1):
                 ways[value] += ways[value - coin]
         return ways[$amount]
         """,),
        lambda amount, p, q, r: sum((amount - a - b) % r == 0 for a in range(0, amount + 1, p)
                                    for b in range(0, amount - a + 1, q)),
        lambda rng, p, q, r: (rng.randint(1, 25),), ((0,), (10,)), {"p": (1, 2), "q": (3, 5), "r": (4, 7, 10)}),
    Recipe("climb_stairs", 2, "climb_stairs ways_to_climb stair_ways", "steps/n/stairs", "int, int",
        ("Return in how many ways a stair of $steps steps can be climbed when you take 1 or $k steps at a time.",),
        ("""
         ways = [1]
         for $i in range(1, $steps + 1):
             ways.append(ways[$i - 1] + (ways[$i - $k] if $i >= $k else 0))
         return ways[$steps]
         """,),
        lambda steps, k: sum(comb(steps - big * (k - 1), big) for big in range(steps // k + 1)),
        lambda rng, k: (rng.randint(1, 14),), ((0,), (1,), (5,)), {"k": (2, 3, 4)}),
    Recipe("pascal_row", 3, "pascal_row binomial_row triangle_row", N, "int, list[int]",
        ("Return row $n of Pascal's triangle, where row 0 is [1].",),
        ("""
         $row = [1]
         for _ in range($n):
             $row = [1] + [$row[$i] + $row[$i + 1] for $i in range(len($row) - 1)] + [1]
         return $row
         """,),
        lambda n: [comb(n, k) for k in range(n + 1)], lambda rng: (rng.randint(0, 10),), ((0,), (1,), (4,))),
    Recipe("triangular", 1, "is_triangular triangular_number", N, "int, bool",
        ("Return True if $n is a triangular number (1, 3, 6, 10, 15, ...), otherwise False.",),
        ("""
         $total = 0
         $i = 0
         while $total < $n:
             $i += 1
             $total += $i
         return $total == $n and $n > 0
         """,),
        lambda n: n > 0 and isqrt(8 * n + 1) ** 2 == 8 * n + 1,
        lambda rng: (rng.choice(((k := rng.randint(1, 12)) * (k + 1) // 2, rng.randint(1, 80))),), ((0,), (2,), (10,)),
        phrase="triangular numbers"),
    Recipe("sum_two_squares", 2, "is_sum_of_two_squares two_squares", N, "int, bool",
        ("Return True if $n is the sum of two squares of whole numbers (0 included), otherwise False.",),
        ("""
         for a in range($n + 1):
             for b in range(a, $n + 1):
                 if a * a + b * b == $n:
                     return True
         return False
         """,),
        lambda n: n in {a * a + b * b for a, b in combinations_with_replacement(range(n + 1), 2)},
        lambda rng: (rng.randint(1, 30),), ((0,), (3,), (25,)), phrase="sums of two squares"),
    Recipe("clock_difference", 2, "minutes_between clock_difference minutes_apart", "start/begin end/stop/finish",
        "str, str, int",
        ("Return the number of minutes from $start to $end, two times of the same day written as \"HH:MM\".",),
        ("""
         start_hour, start_minute = $start.split(":")
         end_hour, end_minute = $end.split(":")
         hours = int(end_hour) - int(start_hour)
         return hours * 60 + int(end_minute) - int(start_minute)
         """,),
        lambda start, end: len(range(int(start[:2]) * 60 + int(start[3:]), int(end[:2]) * 60 + int(end[3:]))),
        lambda rng: tuple(sorted(f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}" for _ in range(2))),
        (("08:30", "10:15"), ("00:00", "23:59"))),
    Recipe("format_time", 2, "format_time to_clock_time hours_and_minutes", "minutes/m/total_minutes", "int, str",
        ("Return $minutes minutes as hours and minutes in the form \"H:MM\", such as \"2:05\" for 125.",),
        ("""
         hours = $minutes // 60
         rest = $minutes % 60
         return str(hours) + ":" + str(rest).zfill(2)
         """, """
         hours, rest = divmod($minutes, 60)
         return f"{hours}:{rest:02}"
         """),
        lambda minutes: str(Fraction(minutes, 60).__floor__()) + ":" + str(100 + minutes % 60)[1:],
        lambda rng: (rng.randint(0, 900),), ((0,), (59,), (60,), (125,))),
    Recipe("valid_date", 3, "is_valid_date valid_date date_exists", "year/y month/m day/d", "int, int, int, bool",
        ("Return True if $day is a day of the month $month in the year $year, otherwise False. Months count from 1, "
         "and leap years are taken into account.",),
        ("""
         lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
         if $month < 1 or $month > 12:
             return False
         length = lengths[$month - 1]
         if $month == 2 and $year % 4 == 0 and ($year % 100 != 0 or $year % 400 == 0):
             length = 29
         return 1 <= $day <= length
         """,),
        lambda year, month, day: (1 <= month <= 12 and 1 <= day <= 31 and (
            day < 29 if month == 2 and (year % 4 or (year % 25 == 0 and year % 16)) else
            day < 30 if month == 2 else day < 31 if month in (4, 6, 9, 11) else True)),
        lambda rng: (rng.randint(1890, 2030), rng.choice((2, *range(0, 14))), rng.choice((1, 28, 29, 30, 31, 32))),
        ((2023, 2, 29), (2024, 2, 29), (1900, 2, 29), (2021, 4, 30), (2021, 4, 31), (2021, 13, 1), (2021, 12, 31),
         (2021, 5, 0), (2021, 0, 1))),
    Recipe("triangle_kind", 2, "triangle_kind kind_of_triangle classify_triangle", "a/x b/y c/z", "int, int, int, str",
        ("Return \"equilateral\", \"isosceles\" or \"scalene\" for a triangle with sides $a, $b and $c, or \"none\" "
         "if no triangle has these sides.",),
        ("""
         if $a + $b <= $c or $a + $c <= $b or $b + $c <= $a:
             return "none"
         if $a == $b == $c:
             return "equilateral"
         if $a == $b or $b == $c or $a == $c:
             return "isosceles"
         return "scalene"
         """,),
        lambda a, b, c: "none" if 2 * max(a, b, c) >= a + b + c else
        ("equilateral", "isosceles", "scalene")[len({a, b, c}) - 1],
        lambda rng: tuple(rng.choice((3, 4, 5, rng.randint(1, 9))) for _ in range(3)),
        ((3, 3, 3), (3, 4, 5), (1, 2, 3), (3, 5, 5), (5, 3, 5), (5, 5, 3), (1, 1, 9), (2, 1, 3), (3, 1, 2))),
    Recipe("gcd_of_list", 3, "gcd_of_all common_divisor_of_all", "numbers/values/nums", "list[int], int",
        ("Return the greatest common divisor of all the numbers in $numbers.",),
        ("""
         $result = $numbers[0]
         for $n in $numbers[1:]:
             while $n:
                 $result, $n = $n, $result % $n
         return $result
         """, """
         import math
         $result = 0
         for $n in $numbers:
             $result = math.gcd($result, $n)
         return $result
         """),
        lambda numbers: max(d for d in divisors(numbers[0]) if all(n % d == 0 for n in numbers)),
        lambda rng: ([rng.choice((2, 3, 4, 6, 12)) * rng.randint(1, 5) for _ in range(rng.randint(1, 4))],),
        (([12, 18, 30],), ([7],), ([8, 9],))),
    Recipe("totient", 3, "totient count_coprimes phi", N, "int, int",
        ("Return how many of the numbers from 1 to $n have no common divisor with $n other than 1.",),
        ("""
         import math
         $count = 0
         for $i in range(1, $n + 1):
             if math.gcd($i, $n) == 1:
                 $count += 1
         return $count
         """,),
        lambda n: sum(not set(divisors(k)) & set(divisors(n)) - {1} for k in range(1, n + 1)),
        lambda rng: (rng.randint(1, 30),), ((1,), (12,)), phrase="totient"),
    Recipe("modular_power", 3, "power_mod modular_power remainder_of_power", "base/x/a exponent/n/e", "int, int, int",
        ("Return the remainder when $base to the power of $exponent is divided by $m.",),
        ("""
         $result = 1
         for _ in range($exponent):
             $result = $result * $base % $m
         return $result
         """, """
         $result = 1
         $base %= $m
         while $exponent > 0:
             if $exponent % 2 == 1:
                 $result = $result * $base % $m
             $base = $base * $base % $m
             $exponent //= 2
         return $result
         """),
        lambda base, exponent, m: base**exponent % m, lambda rng, m: (rng.randint(2, 30), rng.randint(0, 15)),
        ((2, 0), (3, 5)), {"m": range(5, 20)}),
    Recipe("next_multiple", 1, "next_multiple round_up_to_$k", N, "int, int",
        ("Return the smallest multiple of $k that is not less than $n.", "Round $n up to a multiple of $k."),
        ("""
         while $n % $k != 0:
             $n += 1
         return $n
         """, """
         return -(-$n // $k) * $k
         """, """
         if $n % $k == 0:
             return $n
         return $n + $k - $n % $k
         """),
        lambda n, k: next(m for m in range(0, n + k, k) if m >= n), small, ((0,), (1,), (60,)), {"k": range(3, 13)}),
)  # fmt: skip
