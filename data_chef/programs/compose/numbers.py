"""Operations on whole numbers."""

import math
from fractions import Fraction

from data_chef.programs.compose.core import Op


INT = ("int",)
SMALL = tuple(range(2, 10))
# Every number to 100 is drawn, the smaller ones more often.
TO_100 = (*range(2, 101), *range(2, 31), *range(2, 10), *range(2, 10))
DIVISORS = (*range(3, 13), 15, 20, 25, 30, 50, 100)
MATH = (("math", "import math"),)
GCD = (("gcd", "from math import gcd"),)


def digits(n: int) -> list[int]:
    """Decimal digits from the right."""
    if n < 0:
        raise ValueError("digits of a negative number")
    found = [n % 10]
    while n > 9:
        n //= 10
        found.append(n % 10)
    return found


def natural(n: int, low: int = 0, high: int = 10**6) -> int:
    if not low <= n <= high:
        raise ValueError(f"{n} is out of range")
    return n


def divisors(n: int) -> list[int]:
    natural(n, 1, 2000)
    return sorted({d for a in range(1, math.isqrt(n) + 1) if n % a == 0 for d in (a, n // a)})


def prime(n: int) -> bool:
    """Wilson's theorem; for the small numbers of the tests."""
    return n > 1 and math.factorial(natural(n, -(10**6), 600) - 1) % n == n - 1


def binary(n: int) -> str:
    return format(natural(n), "b")


def of(name: str) -> tuple[str, ...]:
    """`the squares of ...`."""
    return (f"the {name} of {{0}}",)


# Properties: (name, clause verb for one, which, codes, meaning, constants, title, hole)
PROPERTIES = tuple(
    Op(name, INT, "bool", told, codes, meaning, constants, which=which, title=title, hole=hole, imports=imports)
    for name, told, which, codes, meaning, constants, title, hole, imports in (
        ("even", ("{0} is even", "{0} is an even number"), ("even {n}",), ("{0} % 2 == 0", "not {0} % 2"),
         lambda n: not n & 1, (), "even", (), ()),
        ("odd", ("{0} is odd", "{0} is an odd number"), ("odd {n}",), ("{0} % 2 == 1", "{0} % 2 != 0"),
         lambda n: bool(n & 1), (), "odd", (), ()),
        ("positive", ("{0} is positive", "{0} is greater than zero"), ("positive {n}",), ("{0} > 0",),
         lambda n: abs(n) == n != 0, (), "positive", (), ()),
        ("negative", ("{0} is negative", "{0} is less than zero"), ("negative {n}",), ("{0} < 0",),
         lambda n: abs(n) != n, (), "negative", (), ()),
        ("nonzero", ("{0} is not zero",), ("nonzero {n}",), ("{0} != 0",), lambda n: bool(n), (), "nonzero", (), ()),
        ("above", ("{0} is greater than {k}", "{0} is more than {k}", "{0} exceeds {k}"),
         ("{n} greater than {k}", "{n} above {k}", "{n} larger than {k}", "{n} that exceed {k}", "{n} over {k}"),
         ("{0} > {k}",), lambda n, k: k - n < 0, TO_100, "above_{k}", ("limit", "threshold", "k", "bound"), ()),
        ("below", ("{0} is less than {k}", "{0} is smaller than {k}"), ("{n} less than {k}", "{n} below {k}",
         "{n} smaller than {k}", "{n} under {k}"), ("{0} < {k}",), lambda n, k: n - k < 0, TO_100, "below_{k}",
         ("limit", "threshold", "k", "bound"), ()),
        ("at_least", ("{0} is at least {k}", "{0} is greater than or equal to {k}", "{0} is not less than {k}"),
         ("{n} that are at least {k}", "{n} of at least {k}", "{n} greater than or equal to {k}",
          "{n} not smaller than {k}"), ("{0} >= {k}",), lambda n, k: not n < k, TO_100,
         "at_least_{k}", ("minimum", "low", "k"), ()),
        ("at_most", ("{0} is at most {k}", "{0} is no more than {k}", "{0} does not exceed {k}",
         "{0} is less than or equal to {k}"), ("{n} that are at most {k}", "{n} of no more than {k}",
         "{n} less than or equal to {k}", "{n} that do not exceed {k}"), ("{0} <= {k}",),
         lambda n, k: not n > k, TO_100, "at_most_{k}", ("maximum", "high", "k"), ()),
        ("multiple", ("{0} is a multiple of {k}", "{0} is divisible by {k}"),
         ("multiples of {k}", "{n} divisible by {k}"), ("{0} % {k} == 0",), lambda n, k: n // k * k == n,
         DIVISORS, "divisible_by_{k}", ("divisor", "k", "d", "m"), ()),
        ("not_multiple", ("{0} is not divisible by {k}", "{0} is not a multiple of {k}"),
         ("{n} not divisible by {k}", "{n} that are no multiples of {k}"), ("{0} % {k} != 0",),
         lambda n, k: n // k * k != n, DIVISORS, "not_divisible_by_{k}", ("divisor", "k", "d"), ()),
        ("leaves", ("{0} leaves the remainder 1 when divided by {k}",),
         ("{n} that leave the remainder 1 when divided by {k}",), ("{0} % {k} == 1",),
         lambda n, k: (n - 1) // k * k == n - 1, SMALL[1:], "one_more_than_multiple_of_{k}", ("divisor", "k"), ()),
        ("ends_in", ("the last digit of {0} is {k}", "{0} ends in the digit {k}"),
         ("{n} ending in {k}", "{n} whose last digit is {k}"), ("{0} % 10 == {k}", "str({0})[-1] == str({k})"),
         lambda n, k: digits(n)[0] == k, tuple(range(10)), "ending_in_{k}", ("digit", "d"), ()),
        ("has_digit", ("{0} contains the digit {k}", "the digit {k} occurs in {0}"), ("{n} containing the digit {k}",),
         ("str({k}) in str({0})",), lambda n, k: k in digits(n), tuple(range(10)), "with_digit_{k}", ("digit", "d"),
          ()),
        ("lacks_digit", ("{0} does not contain the digit {k}", "the digit {k} does not occur in {0}"),
         ("{n} without the digit {k}",), ("str({k}) not in str({0})",), lambda n, k: k not in digits(n),
         tuple(range(10)), "without_digit_{k}", ("digit", "d"), ()),
        ("equals", ("{0} is equal to {k}", "{0} equals {k}"), ("{n} equal to {k}",), ("{0} == {k}",),
         lambda n, k: not n - k, TO_100, "equal_to_{k}", ("target", "k", "other"), ()),
        ("differs", ("{0} is not equal to {k}", "{0} differs from {k}"), ("{n} not equal to {k}",
         "{n} different from {k}"), ("{0} != {k}",), lambda n, k: bool(n - k), TO_100, "not_{k}",
         ("target", "k", "other"), ()),
        ("two_digit", ("{0} has exactly {k} digits",), ("{n} with exactly {k} digits",), ("len(str({0})) == {k}",),
         lambda n, k: len(digits(n)) == k, (1, 2, 3), "with_{k}_digits", ("length", "k"), ()),
        ("square_number", ("{0} is a perfect square",), ("perfect squares",), ("{0} >= 0 and math.isqrt({0}) ** 2 == "
         "{0}",),
         lambda n: any(i * i == natural(n, -9999, 5000) for i in range(n + 1)), (), "perfect_squares", (), MATH),
        ("prime", ("{0} is prime", "{0} is a prime number"), ("prime {n}",),
         ("{0} > 1 and all({0} % d for d in range(2, {0}))",
          "{0} > 1 and all({0} % d != 0 for d in range(2, math.isqrt({0}) + 1))"), prime, (), "prime", (), MATH),
        ("palindrome_number", ("{0} reads the same backwards",), ("{n} that read the same backwards",),
         ("str({0}) == str({0})[::-1]",), lambda n: digits(n) == digits(n)[::-1], (), "palindromic", (), ()),
        ("power_of_two", ("{0} is a power of two",), ("powers of two",), ("{0} > 0 and {0} & ({0} - 1) == 0",
         "{0} > 0 and bin({0}).count('1') == 1"), lambda n: n in [2**i for i in range(20)], (), "powers_of_two", (),
         ()),
    )
)  # fmt: skip

MEASURES = (
    Op("add", INT, "int", ("the sum of {0} and {k}", "{0} increased by {k}"), ("{0} + {k}",), lambda n, k: sum((n, k)),
       TO_100, ("add {k} to {0}", "increase {0} by {k}"), title="plus_{k}", hole=("amount", "k", "extra")),
    Op("subtract", INT, "int", ("the result of subtracting {k} from {0}", "{0} decreased by {k}"), ("{0} - {k}",),
       lambda n, k: -(k - n), TO_100, ("subtract {k} from {0}", "decrease {0} by {k}"), title="minus_{k}",
       hole=("amount", "k")),
    Op("from_number", INT, "int", ("the result of subtracting {0} from {k}",), ("{k} - {0}",), lambda n, k: -(n - k),
       TO_100, ("subtract {0} from {k}",), title="{k}_minus", hole=("total", "target")),
    Op("multiply", INT, "int", ("the product of {0} and {k}", "{k} times {0}"), ("{0} * {k}", "{k} * {0}"),
       lambda n, k: -(n * -k), DIVISORS, ("multiply {0} by {k}",), title="times_{k}",
       hole=("factor", "k", "scale")),
    Op("double", INT, "int", ("twice {0}", "the double of {0}"), ("2 * {0}", "{0} * 2", "{0} + {0}"),
       lambda n: sum([n, n]), done=("double {0}",), many=of("doubles"), title="doubles"),
    Op("square", INT, "int", ("the square of {0}", "{0} squared"), ("{0} ** 2", "{0} * {0}"),
       lambda n: n * (n + 1) - n, done=("square {0}",), many=of("squares"), title="squares"),
    Op("cube", INT, "int", ("the cube of {0}",), ("{0} ** 3", "{0} * {0} * {0}"),
       lambda n: (n + 1) ** 3 - 3 * n * (n + 1) - 1, done=("cube {0}",), many=of("cubes"), title="cubes"),
    Op("floor_divide", INT, "int", ("{0} divided by {k} and rounded down",), ("{0} // {k}",),
       lambda n, k: (n - n % k) // k, (2, *DIVISORS[:-1]), ("divide {0} by {k} and round down",), title="div_{k}",
       hole=("divisor", "k")),
    Op("modulo", INT, "int", ("the remainder when {0} is divided by {k}",), ("{0} % {k}",),
       lambda n, k: n - k * (n // k), DIVISORS, ("replace {0} by the remainder after division by {k}",),
       many=("the remainders of {0} when divided by {k}",), key="remainder after division by {k}", title="mod_{k}",
       hole=("divisor", "m", "k")),
    Op("absolute", INT, "int", ("the absolute value of {0}",), ("abs({0})",), lambda n: max(n, -n),
       done=("take the absolute value of {0}",), many=of("absolute values"), key="absolute value", title="abs"),
    Op("negate", INT, "int", ("the negative of {0}", "{0} with the opposite sign"), ("-{0}",), lambda n: 0 - n,
       done=("change the sign of {0}",), many=of("negatives"), title="negated"),
    Op("cap", INT, "int", ("the smaller of {0} and {k}",), ("min({0}, {k})",), lambda n, k: n if n <= k else k,
       TO_100[1:], ("limit {0} to at most {k}",), title="capped", hole=("limit", "cap", "maximum")),
    Op("floor", INT, "int", ("the larger of {0} and {k}",), ("max({0}, {k})",), lambda n, k: n if n >= k else k,
       (0, *TO_100), ("raise {0} to at least {k}",), title="at_least", hole=("minimum", "low")),
    Op("distance", INT, "int", ("the distance between {0} and {k}", "the absolute difference between {0} and {k}"),
       ("abs({0} - {k})", "abs({k} - {0})"), lambda n, k: max(n, k) - min(n, k), TO_100,
       ("replace {0} by its distance from {k}",), many=("the distances of {0} from {k}",), key="distance from {k}",
       title="distance_from_{k}", hole=("target", "center")),
    Op("last_digit", INT, "int", ("the last digit of {0}", "the ones digit of {0}"), ("{0} % 10", "int(str({0})[-1])"),
       lambda n: digits(n)[0], done=("replace {0} by its last digit",), many=of("last digits"), key="last digit",
       title="last_digit"),
    Op("first_digit", INT, "int", ("the first digit of {0}",), ("int(str({0})[0])",), lambda n: digits(n)[-1],
       done=("replace {0} by its first digit",), many=of("first digits"), key="first digit", title="first_digit"),
    Op("digit_sum", INT, "int", ("the sum of the digits of {0}", "the digit sum of {0}"),
       ("sum(int(d) for d in str({0}))", "sum(map(int, str({0})))"), lambda n: sum(digits(n)),
       done=("replace {0} by its digit sum",), many=of("digit sums"), key="digit sum", title="digit_sum"),
    Op("digit_product", INT, "int", ("the product of the digits of {0}",), ("math.prod(int(d) for d in str({0}))",
       "math.prod(map(int, str({0})))"), lambda n: eval("*".join(map(str, digits(n)))),
       done=("replace {0} by the product of its digits",), many=of("digit products"), title="digit_product",
       imports=MATH),
    Op("digit_count", INT, "int", ("the number of digits of {0}", "the number of digits in {0}"), ("len(str({0}))",),
       lambda n: len(digits(n)), done=("replace {0} by the number of its digits",), key="number of digits",
       title="digit_count"),
    Op("largest_digit", INT, "int", ("the largest digit of {0}",), ("max(int(d) for d in str({0}))",
       "int(max(str({0})))"), lambda n: next(d for d in range(9, -1, -1) if d in digits(n)),
       done=("replace {0} by its largest digit",), many=of("largest digits"), key="largest digit",
       title="largest_digit"),
    Op("smallest_digit", INT, "int", ("the smallest digit of {0}",), ("min(int(d) for d in str({0}))",
       "int(min(str({0})))"), lambda n: next(d for d in range(10) if d in digits(n)),
       done=("replace {0} by its smallest digit",), many=of("smallest digits"), key="smallest digit",
       title="smallest_digit"),
    Op("reverse_digits", INT, "int", ("{0} with its digits reversed",), ("int(str({0})[::-1])",),
       lambda n: sum(d * 10**i for i, d in enumerate(digits(n)[::-1])), done=("reverse the digits of {0}",),
       title="reversed"),
    Op("count_digit", INT, "int", ("the number of times the digit {k} occurs in {0}",), ("str({0}).count(str({k}))",),
       lambda n, k: digits(n).count(k), tuple(range(10)), title="count_digit_{k}", hole=("digit", "d")),
    Op("even_digits", INT, "int", ("the number of even digits in {0}",), ("sum(int(d) % 2 == 0 for d in str({0}))",
       "sum(d in '02468' for d in str({0}))"), lambda n: len([d for d in digits(n) if not d & 1]),
       key="number of even digits", title="even_digit_count"),
    Op("odd_digits", INT, "int", ("the number of odd digits in {0}",), ("sum(int(d) % 2 for d in str({0}))",),
       lambda n: len([d for d in digits(n) if d & 1]), key="number of odd digits", title="odd_digit_count"),
    Op("count_divisors", INT, "int", ("the number of divisors of {0}", "the number of positive divisors of {0}"),
       ("sum({0} % d == 0 for d in range(1, {0} + 1))", "len([d for d in range(1, {0} + 1) if {0} % d == 0])"),
       lambda n: len(divisors(n)), key="number of divisors", title="divisor_count"),
    Op("sum_divisors", INT, "int", ("the sum of the divisors of {0}",),
       ("sum(d for d in range(1, {0} + 1) if {0} % d == 0)",), lambda n: sum(divisors(n)), title="divisor_sum"),
    Op("ones", INT, "int", ("the number of ones in the binary form of {0}",), ("bin({0}).count('1')",
       "f'{{0}:b}'.count('1')"), lambda n: sum(n >> i & 1 for i in range(natural(n).bit_length())), title="count_ones",
       key="number of ones in binary"),
    Op("bit_length", INT, "int", ("the number of binary digits of {0}",), ("len(bin({0})) - 2", "{0}.bit_length()"),
       lambda n: len(binary(natural(n, 1))), title="bit_count"),
    Op("triangular", INT, "int", ("the sum of the whole numbers from 1 to {0}",), ("{0} * ({0} + 1) // 2",
       "sum(range(1, {0} + 1))"), lambda n: natural(n, 0, 2000) + n * (n - 1) // 2,
       title="sum_to"),
    Op("sum_evens_to", INT, "int", ("the sum of the multiples of {k} from {k} to {0}",),
       ("sum(range({k}, {0} + 1, {k}))", "sum(i for i in range(1, {0} + 1) if i % {k} == 0)"),
       lambda n, k: k * (natural(n) // k) * (n // k + 1) // 2, SMALL, title="sum_of_multiples",
       hole=("step", "k")),
    Op("factorial", INT, "int", ("the factorial of {0}",), ("math.factorial({0})", "math.prod(range(1, {0} + 1))"),
       lambda n: eval("*".join(map(str, range(1, natural(n, 0, 12) + 1))) or "1"), many=of("factorials"),
       title="factorial", imports=MATH),
    Op("isqrt", INT, "int", ("the largest whole number whose square is at most {0}",), ("math.isqrt({0})",),
       lambda n: [i for i in range(natural(n, 0, 5000) + 1) if i * i <= n][-1], title="square_root", imports=MATH),
    Op("gcd_with", INT, "int", ("the greatest common divisor of {0} and {k}",), ("gcd({0}, {k})",),
       lambda n, k: next(d for d in range(k, 0, -1) if n % d == k % d == 0), (12, 18, 24, 30, 36, 60),
       title="gcd_with_{k}", hole=("m", "other"), imports=GCD),
    Op("next_multiple", INT, "int", ("the smallest multiple of {k} that is at least {0}",),
       ("({0} + {k} - 1) // {k} * {k}", "-(-{0} // {k}) * {k}"), lambda n, k: next(m for m in range(n, n + k)
       if m % k == 0), SMALL[1:], ("round {0} up to a multiple of {k}",), title="next_multiple_of_{k}",
       hole=("step", "k")),
    Op("previous_multiple", INT, "int", ("the largest multiple of {k} that is at most {0}",),
       ("{0} // {k} * {k}", "{0} - {0} % {k}"), lambda n, k: next(m for m in range(n, n - k, -1) if m % k == 0),
       SMALL[1:], ("round {0} down to a multiple of {k}",), title="previous_multiple_of_{k}", hole=("step", "k")),
    Op("sign", INT, "int", ("1 if {0} is positive, -1 if it is negative and 0 if it is zero",),
       ("({0} > 0) - ({0} < 0)",), lambda n: n // abs(n) if n else 0, title="sign", last=True),
    Op("half", INT, "float", ("half of {0} as a float",), ("{0} / 2",), lambda n: float(Fraction(n, 2)),
       title="half", last=True),
    Op("to_text", INT, "str", ("{0} as a string",), ("str({0})",), lambda n: f"{n:d}", done=("turn {0} into a "
       "string",),
       many=("the string forms of {0}",), title="as_text"),
    Op("padded", INT, "str", ("{0} as a string, padded with zeros on the left to {k} digits",), ("str({0}).zfill({k})",
       "f'{{0}:0{k}d}'"), lambda n, k: "0" * (k - len(str(natural(n)))) + str(n), (3, 4, 5, 6), title="zero_padded",
       last=True),
    Op("binary", INT, "str", ("the binary form of {0} as a string",), ("bin({0})[2:]", "f'{{0}:b}'",
       "format({0}, 'b')"), lambda n: "".join(str(natural(n) >> i & 1) for i in range(max(n.bit_length(), 1)))[::-1],
       many=of("binary forms"), title="binary"),
    Op("hexadecimal", INT, "str", ("the hexadecimal form of {0} as a string, in lower case",), ("hex({0})[2:]",
       "f'{{0}:x}'", "format({0}, 'x')"), lambda n: f"{natural(n):x}", title="hex"),
    Op("digits", INT, "list[int]", ("the digits of {0} from left to right",), ("[int(d) for d in str({0})]",
       "list(map(int, str({0})))"), lambda n: digits(n)[::-1], title="digits"),
    Op("divisors", INT, "list[int]", ("the divisors of {0} in ascending order",),
       ("[d for d in range(1, {0} + 1) if {0} % d == 0]",), divisors, title="divisors"),
    Op("proper_divisors", INT, "list[int]", ("the divisors of {0} that are smaller than {0}, in ascending order",),
       ("[d for d in range(1, {0}) if {0} % d == 0]",), lambda n: divisors(n)[:-1], title="proper_divisors"),
    Op("first_multiples", INT, "list[int]", ("the first {k} multiples of {0}, beginning with {0} itself",),
       ("[{0} * i for i in range(1, {k} + 1)]",), lambda n, k: [sum([n] * (i + 1)) for i in range(k)],
       (3, 4, 5, 6, 8), title="first_multiples", hole=("count", "k")),
    Op("countdown", INT, "list[int]", ("the whole numbers from {0} down to 1",), ("list(range({0}, 0, -1))",),
       lambda n: [i for i in range(1, natural(n, 0, 100) + 1)][::-1], title="countdown"),
    Op("squares_to", INT, "list[int]", ("the squares of the whole numbers from 1 to {0}",),
       ("[i * i for i in range(1, {0} + 1)]", "[i ** 2 for i in range(1, {0} + 1)]"),
       lambda n: [sum(range(1, 2 * i, 2)) for i in range(1, natural(n, 0, 60) + 1)], title="squares_up_to"),
    Op("multiples_to", INT, "list[int]", ("the multiples of {k} from {k} to {0}",), ("list(range({k}, {0} + 1, {k}))",
       "[i for i in range(1, {0} + 1) if i % {k} == 0]"),
       lambda n, k: [k * i for i in range(1, natural(n) // k + 1)], SMALL, title="multiples_of_{k}",
       hole=("step", "k")),
    Op("primes_to", INT, "list[int]", ("the prime numbers up to and including {0}",),
       ("[p for p in range(2, {0} + 1) if all(p % d for d in range(2, p))]",),
       lambda n: [p for p in range(natural(n, 0, 100) + 1) if prime(p)], title="primes_up_to"),
)  # fmt: skip
