"""Python functions on a list of numbers: keep some, change each, put together."""

from dataclasses import dataclass
from functools import reduce
from random import Random

from data_chef.item import Problem
from data_chef.programs.parts import TESTS, Operation, Step, function_problem, verify, verify_many
from data_chef.registry import Task, register


SMALL = tuple(range(2, 10))
KEEP = (
    Operation("all", "the numbers", "", lambda n, k: True),
    Operation("even", "the even numbers", "n % 2 == 0", lambda n, k: not n & 1),
    Operation("odd", "the odd numbers", "n % 2 == 1", lambda n, k: bool(n & 1)),
    Operation("positive", "the positive numbers", "n > 0", lambda n, k: max(n, 0) == n != 0),
    Operation("negative", "the negative numbers", "n < 0", lambda n, k: min(n, -1) == n),
    Operation("above", "the numbers greater than {k}", "n > {k}", lambda n, k: k - n <= -1, SMALL),
    Operation("below", "the numbers less than {k}", "n < {k}", lambda n, k: n - k <= -1, SMALL),
    Operation("multiple", "the multiples of {k}", "n % {k} == 0", lambda n, k: n == n // k * k, SMALL[1:]),
)
CHANGE = (
    Operation("", "{0}", "n", lambda n, k: n),
    Operation("square", "the squares of {0}", "n * n", lambda n, k: abs(n) ** 2),
    Operation("double", "the doubles of {0}", "2 * n", lambda n, k: n + n),
    Operation("abs", "the absolute values of {0}", "abs(n)", lambda n, k: max(n, -n)),
    Operation("negate", "the negatives of {0}", "-n", lambda n, k: 0 - n),
    Operation("plus", "{0}, each increased by {k}", "n + {k}", lambda n, k: sum((n, k)), SMALL),
    Operation("minus", "{0}, each decreased by {k}", "n - {k}", lambda n, k: -(k - n), SMALL),
    Operation("times", "{0}, each multiplied by {k}", "n * {k}", lambda n, k: sum([n] * k), SMALL[1:]),
)
TOGETHER = (
    Operation("select", "Return a list of {0}.", "[{0}]", lambda v, k: list(v)),
    Operation("total", "Return the sum of {0}.", "sum({0})", lambda v, k: reduce(int.__add__, v, 0)),
    Operation("ordered", "Return {0} in ascending order.", "sorted({0})", lambda v, k: [*reversed(sorted(v)[::-1])]),
    Operation("largest", "Return the largest of {0}, or 0 if there are none.", "max(({0}), default=0)",
              lambda v, k: sorted(v)[-1] if v else 0),
    Operation("smallest", "Return the smallest of {0}, or 0 if there are none.", "min(({0}), default=0)",
              lambda v, k: sorted(v)[0] if v else 0),
    Operation("count", "Count {0}.", "len([{0}])", lambda v, k: len(v)),
    Operation("unique", "Return {0} without repeats, in ascending order.", "sorted(set({0}))",
              lambda v, k: [x for i, x in enumerate(sorted(v)) if i == sorted(v).index(x)]),
)  # fmt: skip
PARAMETERS = ("numbers", "values", "items", "xs")


@dataclass(frozen=True)
class Config:
    both_rate: float
    loop_rate: float = 0.2

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(both_rate=(0.0, 0.5, 1.0, 1.0)[difficulty - 1])

    def validate(self) -> None:
        if not (0 <= self.both_rate <= 1 and 0 <= self.loop_rate <= 1):
            raise ValueError(f"rates lie between 0 and 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    both = rng.random() < config.both_rate
    only_change = not both and rng.random() < 0.4
    keep = Step(KEEP[0], 0) if only_change else Step.draw(rng, KEEP[0 if not both else 1 :])
    change = Step(CHANGE[0], 0) if not (both or only_change) else Step.draw(rng, CHANGE[1:])
    together = Step.draw(rng, TOGETHER)
    parameter = rng.choice(PARAMETERS)
    condition = f" if {keep.code()}" if keep.code() else ""
    body = [f"return {together.code(f'{change.code()} for n in {parameter}{condition}')}"]
    if together.operation.name in ("total", "count", "select") and rng.random() < config.loop_rate:
        body = loop(together.operation.name, change.code(), parameter, keep.code())
    told = keep.phrase() + f" in {parameter}"
    parts = [str(step) for step in (together, change, keep) if step.operation.name not in ("", "all")]

    def reference(values: list[int]):
        return together([change(n) for n in values if keep(n)])

    inputs = [[rng.randint(-9, 20) for _ in range(rng.randint(3, 7))] for _ in range(TESTS - 1)] + [[]]
    return function_problem(
        rng, "_".join(parts), parameter, together.phrase(change.phrase(told)), body, "|".join(parts), reference, inputs
    )


def loop(together: str, change: str, parameter: str, condition: str) -> list[str]:
    """The same function as an explicit loop."""
    start, step = {
        "total": ("0", f"result += {change}"),
        "count": ("0", "result += 1"),
        "select": ("[]", f"result.append({change})"),
    }[together]
    inner = [f"    if {condition}:", f"        {step}"] if condition else [f"    {step}"]
    return [f"result = {start}", f"for n in {parameter}:", *inner, "return result"]


register(Task("python_list_function", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many))
