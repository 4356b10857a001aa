"""Sums and products worked in small parts, with the slips that people make in them."""

from random import Random


def parts(op: str, a: int, b: int) -> list[str]:
    """The steps as `left=result`, each small: tens and ones apart for sums, the larger factor split for products."""
    if op == "*":
        small, large = sorted((a, b))
        if large <= 12 or large % 10 == 0 or small == 1:
            return [f"{a}*{b}={a * b}"]
        tens, ones = large // 10 * 10, large % 10
        return [f"{small}*{tens}={small * tens}", f"{small}*{ones}={small * ones}",
                f"{small * tens}+{small * ones}={a * b}"]  # fmt: skip
    if op == "+":
        if b < 10:
            return [f"{a}+{b}={a + b}"]
        tens, ones = b // 10 * 10, b % 10
        return [f"{a}+{tens}={a + tens}"] + ([f"{a + tens}+{ones}={a + b}"] if ones else [])
    if b < 10:
        return [f"{a}-{b}={a - b}"]
    tens, ones = b // 10 * 10, b % 10
    return [f"{a}-{tens}={a - tens}"] + ([f"{a - tens}-{ones}={a - b}"] if ones else [])


def value(op: str, a: int, b: int) -> int:
    return {"+": a + b, "-": a - b, "*": a * b}[op]


def slipped(rng: Random, op: str, a: int, b: int) -> int:
    """A wrong result that is near the right one: a lost carry, a neighbour in the table, swapped digits."""
    right = value(op, a, b)
    near = [right + 10, right - 10, right + 1, right - 1, right + 2, right - 2]
    if op == "*":
        near += [right + a, right - a, right + b, right - b]
    if 10 <= right <= 99 and right % 11:
        near.append(int(str(right)[::-1]))
    return rng.choice([one for one in near if one > 0 and one != right])


def draw(rng: Random, high: int, ops: str = "+-**") -> tuple[str, int, int]:
    """An operation and two numbers; products have one factor of one digit."""
    op = rng.choice(ops)
    if op == "*":
        a, b = rng.randint(2, 9), rng.randint(2, max(9, high // 2))
        return (op, a, b) if rng.random() < 0.5 else (op, b, a)
    a, b = rng.randint(3, high), rng.randint(2, high)
    return (op, max(a, b), min(a, b)) if op == "-" and a != b else ("+", a, b)
