"""How often the innermost line of nested loops runs, as a formula in n."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import fenced
from data_chef.registry import Task, register


PHRASINGS = (
    "How many times does the line `{line}` run, as a formula in n (n at least {least})?\n\n{code}",
    "{code}\n\nGive the number of times that `{line}` is executed as a formula in n, for n at least {least}.",
    "Count how often `{line}` is reached. Answer with a formula in n, for n >= {least}.\n\n{code}",
    "In terms of n, how often does this program execute `{line}`? You may take n to be at least {least}.\n\n{code}",
    "Find a formula in n (for n >= {least}) for the number of runs of `{line}`.\n\n{code}",
    "{code}\n\nHow many runs of `{line}` are there for a given n >= {least}? Write a formula.",
    "Let n be at least {least}. Express the number of executions of `{line}` by n.\n\n{code}",
    "```python\n{plain}\n```\n\nFor n >= {least}: how often does `{line}` run?",
)
LINES = ("count += 1", "total += 1", "print('*')", "steps += 1", "work()", "result.append(i)")
# Ranges over n with their length, and ranges over the outer variable with the sum of their lengths.
PLAIN = (
    ("range(n)", "n", 1), ("range({k}, n)", "n - {k}", 1), ("range(n + {k})", "n + {k}", 1),
    ("range({k})", "{k}", 0), ("range(1, n + 1)", "n", 1), ("range(n, 0, -1)", "n", 1), ("range(n * {k})", "{k}*n", 1),
    ("range(-n, n)", "2*n", 1), ("range(1, n)", "n - 1", 1),
)  # fmt: skip
DEPENDENT = (
    ("range(n)", "range({v})", "n*(n - 1)/2", "0 + 1 + ... + (n - 1)"),
    ("range(n)", "range({v} + 1)", "n*(n + 1)/2", "1 + 2 + ... + n"),
    ("range(1, n + 1)", "range({v})", "n*(n + 1)/2", "1 + 2 + ... + n"),
    ("range(n)", "range({v}, n)", "n*(n + 1)/2", "n + (n - 1) + ... + 1"),
    ("range(n)", "range({v} + 1, n)", "n*(n - 1)/2", "(n - 1) + (n - 2) + ... + 0"),
    ("range(1, n)", "range({v})", "n*(n - 1)/2", "1 + 2 + ... + (n - 1)"),
)


@dataclass(frozen=True)
class Config:
    depth: int
    dependent_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((1, 2, 3, 4)[difficulty - 1], (0.0, 0.4, 0.5, 0.6)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.depth <= 4:
            raise ValueError(f"depth must be 1 to 4, not {self.depth}")


def product(factors: list[str]) -> str:
    """The product of factors in n, numbers first, equal ones as powers."""
    number = 1
    powers: dict[str, int] = {}
    division = ""
    for factor in factors:
        if factor.isdigit():
            number *= int(factor)
            continue
        head, _, tail = factor.partition("*")
        if head.isdigit():
            number, factor = number * int(head), tail
        if factor.endswith("/2"):
            factor, division = factor[:-2], "/2"
        for part in factor.split("*"):
            part = part.strip("()")
            powers[part] = powers.get(part, 0) + 1
    if division and number % 2 == 0:
        number, division = number // 2, ""
    alone = len(powers) == 1 and number == 1 and not division
    parts = [str(number)] if number != 1 or not powers else []
    for base in sorted(powers, key=lambda b: (b != "n", b)):
        text = base if base == "n" or (alone and powers[base] == 1) else f"({base})"
        parts.append(text if powers[base] == 1 else f"{text}^{powers[base]}")
    return "*".join(parts) + division


def generate(rng: Random, config: Config) -> Problem:
    names = rng.sample("ijkpq", config.depth)
    line = rng.choice(LINES).replace("(i)", f"({names[-1]})")
    ranges: list[str] = []
    factors: list[str] = []
    solution: list[str] = []
    least = 1
    pair = rng.randrange(config.depth - 1) if config.depth > 1 and rng.random() < config.dependent_rate else -1
    for i, name in enumerate(names):
        if i == pair + 1 and pair >= 0:
            continue
        if i == pair:
            outer, inner, formula, terms = rng.choice(DEPENDENT)
            ranges += [outer, inner.format(v=name)]
            solution.append(f"loops over {name} and {names[i + 1]} together: {terms} = {formula}")
        else:
            k = rng.randint(2, 9)
            code, formula, _ = (part.format(k=k) if isinstance(part, str) else part for part in rng.choice(PLAIN))
            least = max(least, k) if "-" in formula else least
            ranges.append(code)
            solution.append(f"loop over {name}: {formula} runs")
        factors.append(formula)
    result = product(factors)
    if len(factors) > 1:
        whole = "*".join(f if f.isalnum() else f"({f})" for f in factors)
        solution.append(f"all together: {whole} = {result}")
    code = "".join(f"{'    ' * i}for {v} in {r}:\n" for i, (v, r) in enumerate(zip(names, ranges, strict=True)))
    code += "    " * config.depth + line
    question = rng.choice(PHRASINGS).format(
        line=line, least=least, plain=code, code=fenced(code) if rng.random() < 0.5 else code
    )
    shape = "/".join(r.replace(names[i - 1], "v") if i else r for i, r in enumerate(ranges))
    return Problem(question, "\n".join(solution), result, f"{shape}|{least}")


def value(formula: str, n: int) -> Fraction:
    return Fraction(eval(formula.replace("^", "**"), {"n": Fraction(n), "__builtins__": {}}))  # noqa: S307


def verify(problem: Problem) -> bool:
    """Counts the runs for several n; the formula must agree, and so must every line of the solution."""
    lines = problem.question.split("\n")
    loops = [line for line in lines if line.strip().startswith("for ") and line.endswith(":")]
    deepest = "    " * len(loops) + "count += 1"
    least = int(problem.canonical.rsplit("|", 1)[1])
    parts = problem.solution.split("\n")
    last = (
        parts.pop() if parts[-1].startswith("all together: ") else f"all together: {problem.answer} = {problem.answer}"
    )
    claimed = [part.split(": ")[1].removesuffix(" runs").rsplit(" = ", 1)[-1] for part in parts]
    whole, result = last.removeprefix("all together: ").split(" = ")
    code = compile("\n".join([*loops, deepest]), "loops", "exec")
    try:
        for n in range(least, least + 2 + len(loops)):
            space = {"n": n, "count": 0}
            exec(code, space)
            each = Fraction(1)
            for part in claimed:
                each *= value(part, n)
            if not space["count"] == each == value(whole, n) == value(result, n) == value(problem.answer, n):
                return False
    except (SyntaxError, NameError, TypeError, ZeroDivisionError):
        return False
    return result == problem.answer and f"{least}" in problem.question


register(Task("python_loop_count", "python", Config, generate, verify, max_difficulty=3))
