"""Yes or no about numbers and shapes, with the reason in one line."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.talk import dress, undressed


# statement: whether it is true, and why
GENERAL = {
    "every square a rectangle": (True, "A square has four right angles, and that makes a rectangle."),
    "every rectangle a square": (False, "A rectangle with sides 2 and 3 is no square."),
    "every square a rhombus": (True, "All four sides of a square are equal."),
    "every rhombus a square": (False, "A rhombus need not have right angles."),
    "every prime number odd": (False, "2 is prime and even."),
    "every odd number prime": (False, "9 is odd, and 3*3=9."),
    "every multiple of 4 even": (True, "A multiple of 4 is twice a whole number."),
    "every even number a multiple of 4": (False, "6 is even and no multiple of 4."),
    "every multiple of 6 a multiple of 3": (True, "6 is twice 3, so a multiple of 6 is one of 3."),
    "every multiple of 3 a multiple of 6": (False, "9 is a multiple of 3 and not of 6."),
    "every integer a fraction": (True, "Any integer n is n over 1."),
    "every fraction an integer": (False, "1/2 is no integer."),
    "every equilateral triangle isosceles": (True, "Three equal sides include two equal sides."),
    "every isosceles triangle equilateral": (False, "The sides 2, 2 and 3 make an isosceles triangle."),
    "the sum of two even numbers even": (True, "Both numbers are multiples of 2, so the sum is one."),
    "the sum of two odd numbers odd": (False, "1+3=4 is even."),
    "the sum of two odd numbers even": (True, "The two leftover ones make another pair."),
    "the product of two odd numbers odd": (True, "Without a factor 2 in either number the product has none."),
    "the product of two odd numbers even": (False, "3*5=15 is odd."),
    "the sum of an even and an odd number odd": (True, "One is left over after making pairs."),
    "the product of two negative numbers negative": (False, "The product of two negative numbers is positive."),
    "the product of two negative numbers positive": (True, "The two signs cancel."),
    "the square of a negative number negative": (False, "(-2)*(-2)=4 is positive."),
    "0 an even number": (True, "0 is 2 times 0."),
    "0 a positive number": (False, "Positive numbers are greater than 0."),
    "1 a prime number": (False, "A prime number has exactly two divisors, and 1 has only one."),
    "2 the only even prime number": (True, "Every other even number has the divisor 2."),
    "division by zero allowed": (False, "No number times 0 gives anything but 0."),
    "the sum of the angles of a triangle 180 degrees": (True, "That holds for every triangle in the plane."),
    "a triangle with two right angles possible": (False, "Two right angles make 180 degrees, and nothing is left."),
    "the diameter twice the radius": (True, "The diameter goes through the middle and is two radii long."),
    "the radius longer than the diameter": (False, "The radius is half of the diameter."),
    "a mean of numbers always one of them": (False, "The mean of 1 and 2 is 1.5."),
    "addition commutative": (True, "a+b is the same as b+a."),
    "subtraction commutative": (False, "5-3=2, and 3-5=-2."),
    "multiplication commutative": (True, "a*b is the same as b*a."),
    "division commutative": (False, "4/2=2, and 2/4=1/2."),
    "a cube a prism": (True, "It has two equal parallel faces, joined by rectangles."),
    "half of an even number always even": (False, "6/2=3 is odd."),
    "twice an odd number even": (True, "Two times a whole number is even."),
    "there a largest prime number": (False, "There are infinitely many prime numbers."),
    "there a largest number": (False, "One can always add 1."),
    "there a smallest positive whole number": (True, "It is 1."),
    "there a smallest positive fraction": (False, "Half of a positive fraction is smaller and still positive."),
    "the square root of 2 a fraction": (False, "No fraction has the square 2."),
    "pi equal to 3.14": (False, "3.14 is only rounded; the digits of pi never end."),
    "the number pi rational": (False, "No fraction of whole numbers equals pi."),
}  # fmt: skip
EVERY = ("Is {s}?", "Yes or no: is {s}?")
NUMBER = {
    "even": ("Is {n} even?", "Is {n} an even number?", "Can {n} be divided by 2 without remainder?"),
    "odd": ("Is {n} odd?", "Is {n} an odd number?"),
    "prime": ("Is {n} prime?", "Is {n} a prime number?", "Does {n} have exactly two divisors?"),
    "square": ("Is {n} a square number?", "Is {n} a perfect square?", "Is {n} the square of a whole number?"),
    "divides": ("Is {n} divisible by {k}?", "Is {n} a multiple of {k}?", "Does {k} divide {n}?",
                "Is {k} a divisor of {n}?"),
    "less": ("Is {n} less than {k}?", "Is {n} smaller than {k}?", "Is {k} greater than {n}?"),
    "half": ("Is {n} half of {k}?", "Is {k} twice {n}?"),
    "power": ("Is {n} a power of 2?", "Can {n} be written as a power of 2?"),
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    high: int
    general: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(30, 100, 200)[difficulty - 1], general=(0.35, 0.2, 0.0)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 20 or not 0 <= self.general <= 1:
            raise ValueError(f"high must be at least 20, general between 0 and 1: {self}")


def draw(rng: Random, kind: str, high: int) -> tuple[int, int]:
    """The number asked about, and a second one, so that yes and no are both frequent."""
    n, k = rng.randint(2, high), rng.randint(2, 9)
    if kind == "square" and rng.random() < 0.5:
        n = rng.randint(2, math.isqrt(high) + 1) ** 2
    if kind == "power" and rng.random() < 0.5:
        n = 2 ** rng.randint(1, high.bit_length())
    if kind == "prime" and n % 2 == 0 and n > 2 and rng.random() < 0.8:
        n += 1
    if kind == "divides" and rng.random() < 0.5:
        n = max(k, n - n % k)
    if kind in ("less", "half"):
        k = 2 * n if kind == "half" and rng.random() < 0.5 else 2 * n + rng.choice((-2, 2))
        k = max(1, n + rng.choice((-1, 1)) * rng.randint(1, 10)) if kind == "less" else k
    return n, k


def reason(kind: str, n: int, k: int) -> tuple[bool, str]:
    """Whether it is so, and a line that shows it."""
    if kind in ("even", "odd"):
        return (n % 2 == 0) == (kind == "even"), f"{n} ends in {n % 10}, and {n % 10} is {'odd' if n % 2 else 'even'}."
    if kind == "prime":
        factor = next((d for d in range(2, math.isqrt(n) + 1) if n % d == 0), 0)
        if factor:
            return False, f"{factor}*{n // factor}={n}."
        tried = [d for d in range(2, math.isqrt(n) + 1) if all(d % e for e in range(2, d))]
        return True, f"None of {', '.join(map(str, tried))} divides {n}." if tried else f"Only 1 and {n} divide {n}."
    if kind == "square":
        root = math.isqrt(n)
        if root * root == n:
            return True, f"{root}*{root}={n}."
        return False, f"{root}*{root}={root * root} and {root + 1}*{root + 1}={(root + 1) ** 2}."
    if kind == "divides":
        whole, rest = divmod(n, k)
        return (
            rest == 0,
            f"{whole}*{k}={n}." if rest == 0 else f"{whole}*{k}={whole * k}, and {n}-{whole * k}={rest} is left.",
        )
    if kind == "less":
        return n < k, f"{n}<{k}." if n < k else f"{n}>{k}."
    if kind == "half":
        return 2 * n == k, f"2*{n}={2 * n}."
    power = 1
    while power * 2 <= n:
        power *= 2
    return power == n, f"2^{power.bit_length() - 1} is {power}" + (
        "." if power == n else f", and 2^{power.bit_length()} is {2 * power}."
    )


def generate(rng: Random, config: Config) -> Problem:
    if rng.random() < config.general:
        statement = rng.choice(list(GENERAL))
        true, why = GENERAL[statement]
        question = dress(rng, rng.choice(EVERY).format(s=statement))
        return Problem(question, why, "Yes" if true else "No", f"general|{question.lower()}")
    kind = rng.choice(tuple(NUMBER))
    n, k = draw(rng, kind, config.high)
    true, why = reason(kind, n, k)
    question = dress(rng, rng.choice(NUMBER[kind]).format(n=n, k=k))
    numbers = f"{n}|{k}" if kind in ("divides", "less", "half") else str(n)
    return Problem(question, why, "Yes" if true else "No", f"{kind}|{numbers}")


def verify(problem: Problem) -> bool:
    """Looks the statement up, or counts divisors, squares and powers for the number of the question."""
    for core in undressed(problem.question):
        core = re.sub(r"^yes or no ", "", core)
        if core.startswith("is ") and core[3:] in GENERAL:
            true, why = GENERAL[core[3:]]
            return problem.answer == ("Yes" if true else "No") and problem.solution == why
    kind, words = next(
        (kind, match.groupdict())
        for core in undressed(problem.question)
        for kind, pattern in PATTERNS
        if (match := pattern.fullmatch(core))
    )
    n, k = int(words["n"]), int(words.get("k", 0))
    true = {
        "even": lambda: n & 1 == 0,
        "odd": lambda: n & 1 == 1,
        "prime": lambda: [d for d in range(1, n + 1) if n % d == 0] == [1, n],
        "square": lambda: n in [m * m for m in range(n + 1)],
        "divides": lambda: n in range(0, n + 1, k),
        "less": lambda: k - n > 0,
        "half": lambda: n + n == k,
        "power": lambda: n & (n - 1) == 0,
    }[kind]()
    why = reason(kind, n, k)[1]
    right = problem.answer == ("Yes" if true else "No") and problem.solution == why
    return right and equations_hold(re.sub(r"\.(?!\d)|\d\^\d+", "", why))


PATTERNS = [
    (
        kind,
        re.compile(
            re.escape(ask.rstrip("?").lower()).replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{k\}", r"(?P<k>\d+)")
        ),
    )
    for kind, asks in NUMBER.items()
    for ask in asks
]
register(Task("yes_no_fact", "chat", Config, generate, verify, max_difficulty=2))
