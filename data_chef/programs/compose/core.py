"""An operation: what it takes and gives, how it is said, how it is written, and what it means."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any


# Parameters with no other values than the constants that they stand for.
CLOSED = frozenset(("digit", "d", "shift", "offset", "column", "index", "j"))


@dataclass(frozen=True)
class Loop:
    """An accumulator: `start` before the loop, `body` in it (`{v}` the element, `{acc}`), `result` after it."""

    acc: str
    start: str
    body: tuple[str, ...]
    result: str = "{acc}"


@dataclass(frozen=True)
class Op:
    """An operation of the library.

    Phrases and codes have slots: `{0}` and `{1}` what it works on, `{k}` its constant. Phrases about a list also know
    `{in}` (`in values`, `among the results`), `{n}` (`numbers`), `{each}` (`each number in values`) and `{whole}`
    (`values`).

    Attributes:
        name: unique among the operations.
        takes: types, as annotations.
        gives: its type, as an annotation.
        told: noun phrases for the result; clauses such as `{0} is even` when it is a bool.
        codes: expressions. Those of a list operation may use `{gen}`, `{pgen}` or `{list}` instead of `{0}`: a
            generator, one in brackets, a list.
        meaning: the same by another route, in plain Python: `(inputs..., k)`, without `k` when there are no constants.
            Raises ValueError or IndexError where the operation is not defined.
        constants: choices for `k`.
        done: imperatives such as `square {0}`, `sort {whole}`.
        which: for a property, the noun it selects: `even {n}`, `{n} greater than {k}`.
        many: for a measure, plural noun phrases: `the squares of {0}`.
        key: for a measure, its name after `by`: `last digit`.
        title: its words in the name of a function.
        hole: names for the parameter that may stand for the constant; none when it must be a constant.
        loop: the same as an accumulator.
        imports: modules or names that the codes need, as import lines.
        last: only fit to end a function.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    told: tuple[str, ...]
    codes: tuple[str, ...]
    meaning: Callable[..., Any]
    constants: tuple[Any, ...] = ()
    done: tuple[str, ...] = ()
    which: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    key: str = ""
    title: str = ""
    hole: tuple[str, ...] = ()
    loop: Loop | None = None
    imports: tuple[tuple[str, str], ...] = ()
    last: bool = False


@dataclass
class Step:
    """An operation with its constant chosen: a value, or the name of a parameter.

    `run` takes the inputs and the value of that parameter. A constant value lies in `cell`, where a try may change it.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    told: tuple[str, ...]
    codes: tuple[str, ...]
    run: Callable[[tuple[Any, ...], Any], Any]
    done: tuple[str, ...] = ()
    which: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    key: str = ""
    title: str = ""
    loop: Loop | None = None
    imports: tuple[tuple[str, str], ...] = ()
    last: bool = False
    kind: str = "plain"
    inner: "Step | None" = None
    filters: str = ""
    constants: tuple[Any, ...] = ()
    hole: tuple[str, Any] | None = None
    cell: list[Any] | None = None


def say(value: Any) -> str:
    """A constant as words have it: 3, 'a', None."""
    return repr(value)


def bind(op: Op, rng: Random, hole: bool = False, symbols: Mapping[type, tuple[str, ...]] = {}) -> Step:  # noqa: B006
    """The operation with a constant drawn, or with a parameter in its place.

    Args:
        symbols: names by type for that parameter, instead of the operation's own; not where its values are limited.
    """
    if not op.constants:
        meaning = op.meaning
        return Step(op.name, op.takes, op.gives, op.told, op.codes, lambda xs, extra: meaning(*xs), op.done, op.which,
                    op.many, op.key, op.title, op.loop, op.imports, op.last)  # fmt: skip
    k = rng.choice(op.constants)
    symbol, kept = repr(k), (k,)
    if hole and op.hole:
        choices = op.hole if CLOSED.intersection(op.hole) else symbols.get(type(k), op.hole)
        symbol, kept = rng.choice(choices), op.constants
        slot: tuple[str, Any] | None = (symbol, k)
    else:
        slot = None

    def fill(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([text.replace("{k}", symbol) for text in texts])

    meaning, cell = op.meaning, [k]

    def run(xs: tuple[Any, ...], extra: Any) -> Any:
        return meaning(*xs, extra if slot else cell[0])

    loop = op.loop and Loop(op.loop.acc, *fill((op.loop.start,)), fill(op.loop.body), *fill((op.loop.result,)))
    name = f"{op.name}({'$' if slot else symbol})"
    title = op.title.replace("{k}", "" if slot or not isinstance(k, int) or k < 0 else str(k)).strip("_ ")
    return Step(name, op.takes, op.gives, fill(op.told), fill(op.codes), run, fill(op.done), fill(op.which),
                fill(op.many), op.key.replace("{k}", symbol), title, loop, op.imports, op.last,
                constants=kept, hole=slot, cell=None if slot else cell)  # fmt: skip


@cache
def _shape(code: str) -> tuple[bool, bool]:
    """Whether the value of an expression needs no brackets around it, and whether its `{0}` needs none."""
    text = code.replace("{0}", "_0_").replace("{1}", "_1_").replace("{2}", "_2_")
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        return True, True
    tight = not isinstance(tree, (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Lambda))
    safe = True
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.Name) and child.id == "_0_":
                in_call = isinstance(parent, ast.Call) and child is not parent.func
                safe &= in_call or isinstance(parent, (ast.List, ast.Tuple, ast.FormattedValue))
    return tight, safe


def put(code: str, inner: str) -> str:
    """The expression with another one in its `{0}`, in brackets where it needs them."""
    if "{0}" not in code:
        return code
    if not inner.isidentifier() and not _shape(code)[1] and not tight(inner):
        inner = f"({inner})"
    return code.replace("{0}", inner)


def tight(code: str) -> bool:
    """Whether the expression keeps its meaning inside a larger one without brackets."""
    return code.isidentifier() or _shape(code)[0]


def join(clauses: list[str]) -> str:
    """`a, b and c`."""
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"
