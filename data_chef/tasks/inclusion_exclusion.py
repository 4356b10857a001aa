"""How many belong to one group or another: sizes added, what was counted twice taken away."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, total
from data_chef.item import Problem
from data_chef.registry import Task, register


GROUPS = (
    ("people in a club", "play chess", "play cards", "play darts"),
    ("children in a school", "have a cat", "have a dog", "have a bird"),
    ("guests of a hotel", "drink tea", "drink coffee", "drink juice"),
    ("students of a course", "speak French", "speak Spanish", "speak German"),
    ("houses in a street", "have a garden", "have a garage", "have a balcony"),
    ("readers of a library", "like novels", "like poems", "like comics"),
    ("workers of a firm", "come by bus", "come by train", "come by bike"),
    ("visitors of a park", "rent a boat", "buy ice cream", "feed the ducks"),
)
SETS = (
    "A set A has {a} elements, B has {b}, and {c} elements are in both. ",
    "|A| = {a}, |B| = {b}, |A and B| = {c}. ",
)
UNION = ("How many elements are in A or B?", "Find the size of the union.", "How large is the union of A and B?")
DIVIDED = (
    "How many numbers from 1 to {n} are divisible by {a} or {b}?",
    "Count the numbers from 1 to {n} that are multiples of {a} or of {b}.",
    "How many of the numbers 1 to {n} can be divided by {a} or by {b}?",
    "From 1 to {n}, how many numbers are multiples of {a} or {b} (or both)?",
)
EITHER = (
    "How many {x} or {y}?",
    "How many belong to at least one of the two groups?",
    "How many {x}, or {y}, or both?",
)
NEITHER = ("How many neither {x} nor {y}?", "How many belong to neither of the two groups?")


@dataclass(frozen=True)
class Config:
    size: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = ("sets", "either"), ("either", "neither", "divided"), ("neither", "divided", "three"), ("three",)
        return cls((30, 60, 99, 400)[difficulty - 1], kinds[difficulty - 1])

    def validate(self) -> None:
        if self.size < 10 or not set(self.kinds) <= {"sets", "either", "neither", "divided", "three"}:
            raise ValueError(f"size must be at least 10 and the kinds known: {self}")


def two_divisors(rng: Random) -> tuple[int, int]:
    """Two numbers of which neither divides the other."""
    return rng.choice([(a, b) for a in range(2, 12) for b in range(a + 1, 13) if a * b < 70 and b % a])


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(config.kinds)
    if kind == "divided":
        return divided(rng, config)
    if kind == "three":
        return three(rng, config)
    both = rng.randint(2, config.size // 2)
    a, b = (both + rng.randint(1, config.size) for _ in range(2))
    rest = rng.randint(0, config.size)
    lines, answer = [total(a, b, -both)], a + b - both
    if kind == "sets":
        question = rng.choice(SETS).format(a=a, b=b, c=both) + rng.choice(UNION)
    else:
        who, x, y = (group := rng.choice(GROUPS))[0], *rng.sample(group[1:], 2)
        whole = a + b - both + rest
        question = f"Of {whole} {who}, {a} {x}, {b} {y}, and {both} belong to both groups. "
        question += rng.choice(EITHER if kind == "either" else NEITHER).format(x=x, y=y)
        if kind == "neither":
            lines.append(f"{whole}-{answer}={rest}")
            answer = rest
    canonical = f"{min(a, b)}|{max(a, b)}|{both}" + (f"|{rest}" if kind == "neither" else "")
    return Problem(question, "\n".join(lines), str(answer), canonical)


def divided(rng: Random, config: Config) -> Problem:
    """Multiples of one number or another up to a limit."""
    (a, b), n = two_divisors(rng), rng.randint(30, max(60, 2 * config.size))
    common = next(m for m in range(b, a * b + 1, b) if m % a == 0)
    counts, lines = [], []
    for by in (a, b, common):
        if by == common:
            lines.append(f"{common}={common // a}*{a}={common // b}*{b}")
        counts.append(n // by)
        lines.append(f"{n}={n // by}*{by}{f'+{n % by}' if n % by else ''}")
    lines.append(total(counts[0], counts[1], -counts[2]))
    if not counts[2]:
        return divided(rng, config)
    question = rng.choice(DIVIDED).format(n=n, a=a, b=b)
    return Problem(question, "\n".join(lines), str(counts[0] + counts[1] - counts[2]), f"{a}|{b}|to {n}")


def three(rng: Random, config: Config) -> Problem:
    """Three groups, drawn from the sizes of the seven regions."""
    a, b, c, ab, ac, bc, abc = (rng.randint(2, config.size // 4) for _ in range(7))
    ones = [a + ab + ac + abc, b + ab + bc + abc, c + ac + bc + abc]
    twos = [ab + abc, ac + abc, bc + abc]
    who, x, y, z = rng.choice(GROUPS)
    question = (
        f"Among the {who}, {ones[0]} {x}, {ones[1]} {y} and {ones[2]} {z}. Of these, {twos[0]} {x} and {y}, {twos[1]} "
        f"{x} and {z}, {twos[2]} {y} and {z}, and {abc} belong to all three groups. "
    )
    question += rng.choice(
        ("How many belong to at least one of the three groups?", "How many belong to one or more of these groups?")
    )
    lines = [total(*ones), total(*twos), total(sum(ones), -sum(twos), abc)]
    canonical = f"{sorted(ones)}|{sorted(twos)}|{abc}"
    return Problem(question, "\n".join(lines), str(sum(ones) - sum(twos) + abc), canonical)


def verify(problem: Problem) -> bool:
    """Counts region by region, and multiples one by one."""
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    if re.search("multiple|divi", problem.question):
        n, a, b = numbers[1:]
        return concludes(problem, sum(m % a == 0 or m % b == 0 for m in range(1, n + 1)))
    if "all three" in problem.question:
        (a, b, c), (ab, ac, bc), abc = numbers[:3], numbers[3:6], numbers[6]
        only = [a - ab - ac + abc, b - ab - bc + abc, c - ac - bc + abc]
        return concludes(problem, sum(only) + ab + ac + bc - 2 * abc)
    whole = numbers.pop(0) if problem.question.startswith("Of ") else 0
    a, b, both = numbers
    union = (a - both) + (b - both) + both
    return concludes(problem, whole - union if re.search("neither|none", problem.question) else union)


register(Task("inclusion_exclusion", "mathematics", Config, generate, verify, max_difficulty=3))
