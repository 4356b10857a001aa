"""Small mistakes in programs, as a beginner makes them: each is an edit of a few characters that still compiles."""

import ast
from collections.abc import Iterator
from functools import cache, lru_cache
from random import Random
from typing import NamedTuple


COMPARISONS: dict[type, tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
}
ARITHMETIC: dict[type, tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("+",)),
    ast.FloorDiv: ("//", ("/", "%")),
    ast.Div: ("/", ("//",)),
    ast.Mod: ("%", ("//",)),
    ast.Pow: ("**", ("*",)),
}
TWINS = ("min max", "any all", "lower upper", "islower isupper", "startswith endswith", "floor ceil", "lstrip rstrip",
         "find rfind", "keys values", "isdigit isalpha", "ljust rjust", "append extend")  # fmt: skip
TWIN = {a: b for pair in map(str.split, TWINS) for a, b in (pair, pair[::-1])}
# A list has no `not append`: the wrong way round is no beginner's mistake.
TWIN.pop("extend")


class Edit(NamedTuple):
    """One mistake: the bytes from `start` to `end` of the source become `new`.

    Attributes:
        kind: the sort of mistake, one of `KINDS`.
        line: of the mistake, from 1.
    """

    kind: str
    start: int
    end: int
    new: str
    line: int

    def apply(self, source: str) -> str:
        data = source.encode()
        return (data[: self.start] + self.new.encode() + data[self.end :]).decode()

    def old(self, source: str) -> str:
        return source.encode()[self.start : self.end].decode()


KINDS = ("constant", "range", "comparison", "operator", "and or", "not", "variable", "return", "initial value",
         "arguments", "function", "slice", "text", "break")  # fmt: skip


def mutants(source: str, rng: Random, count: int) -> list[str]:
    """Up to `count` different programs, each one mistake away from the source."""
    return [edit.apply(source) for edit in draw_edits(source, rng, count)]


def draw_edits(source: str, rng: Random, count: int) -> list[Edit]:
    """Up to `count` mistakes with different outcomes; every kind of mistake is as likely as any other."""
    kinds: dict[str, list[Edit]] = {}
    for edit in edits(source):
        kinds.setdefault(edit.kind, []).append(edit)
    pools = list(kinds.values())
    chosen: list[Edit] = []
    while pools and len(chosen) < count:
        pool = rng.choice(pools)
        edit = pool.pop(rng.randrange(len(pool)))
        if is_program(edit.apply(source)):
            chosen.append(edit)
        if not pool:
            pools = [rest for rest in pools if rest]
    return chosen


@lru_cache(maxsize=256)
def edits(source: str) -> tuple[Edit, ...]:
    """All the mistakes that this module knows for the source. Raises SyntaxError when it is no program."""
    data = source.encode()
    found = {(edit.start, edit.end, edit.new): edit for edit in _Finder(data).edits(ast.parse(source))}
    return tuple(edit for edit in found.values() if data[edit.start : edit.end] != edit.new.encode())


def is_program(source: str) -> bool:
    """Whether it still compiles: a cut inside a generator's brackets may not."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Finder:
    def __init__(self, data: bytes):
        self.data = data
        self.lines = [0, 0]
        for line in data.split(b"\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    def start(self, node) -> int:
        return self.lines[node.lineno] + node.col_offset

    def end(self, node) -> int:
        return self.lines[node.end_lineno] + node.end_col_offset

    def text(self, node) -> str:
        return self.data[self.start(node) : self.end(node)].decode()

    def edit(self, kind: str, node, new: str) -> Edit:
        return Edit(kind, self.start(node), self.end(node), new, node.lineno)

    def between(self, kind: str, left, right, old: str, new: str) -> Iterator[Edit]:
        """The edit of an operator that stands between two nodes."""
        at = self.data.find(old.encode(), self.end(left), self.start(right))
        if at >= 0:
            yield Edit(kind, at, at + len(old), new, left.end_lineno)

    def edits(self, tree: ast.Module) -> Iterator[Edit]:
        for function in tree.body:
            if isinstance(function, ast.FunctionDef):
                body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
                uses = _Uses(function.args, body)
                for node in uses.nodes:
                    handler = HANDLERS.get(type(node))
                    if handler:
                        yield from handler(self, node)
                for load, others in uses.replaceable():
                    for name in others:
                        yield self.edit("variable", load, name)
                last = body[-1] if body else None
                if isinstance(last, ast.Return) and last.value:
                    yield Edit("return", self.start(last), self.start(last) + len("return "), "", last.lineno)


# The fields of a node that hold no statements or expressions of the program.
NO_CODE = ("op", "ops", "ctx", "annotation", "returns", "type_params", "names")


@cache
def fields(kind: type) -> tuple[str, ...]:
    return tuple(field for field in kind._fields if field not in NO_CODE)


class _Uses:
    """Where the names of a function stand: which have a value when, and which hold collections."""

    def __init__(self, arguments: ast.arguments, body: list):
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        self.born: dict[str, int] = {argument.arg: 0 for argument in given}
        self.local: set[str] = set()
        self.collections: set[str] = set()
        self.loads: list[tuple[ast.Name, list[str]]] = []
        self.nodes: list[ast.AST] = []
        self.running: list[str] = []
        for statement in body:
            self.visit(statement, [])

    def visit(self, node: ast.AST, together: list[str]) -> None:
        """`together` are the names of the statement that the node belongs to."""
        kind = type(node)
        if kind is ast.Name:
            self.name(node, together)
            return
        # Nodes inside f-strings have no reliable positions before Python 3.12.
        if kind is ast.JoinedStr:
            return
        self.nodes.append(node)
        if isinstance(node, ast.stmt):
            # What a loop runs over must not take another variable's place: it would grow, and the loop never end.
            together = list(self.running)
        inner = None
        if kind is ast.Subscript or kind is ast.Attribute or kind is ast.Starred:
            inner = node.value
        elif kind is ast.For or kind is ast.comprehension:
            inner = node.iter
        elif kind is ast.Call and len(node.args) == 1 and isinstance(node.func, ast.Name) and node.func.id in OF_MANY:
            inner = node.args[0]
        if type(inner) is ast.Name:
            self.collections.add(inner.id)
        if kind is ast.comprehension or kind is ast.Lambda:
            bound = node.target if kind is ast.comprehension else node.args
            self.local |= {n.id if isinstance(n, ast.Name) else n.arg
                           for n in ast.walk(bound) if isinstance(n, (ast.Name, ast.arg))}  # fmt: skip
        loop = kind is ast.For and type(inner) is ast.Name
        if loop:
            self.running.append(inner.id)
        for field in fields(kind):
            child = getattr(node, field)
            if type(child) is list:
                for one in filter(None, child):
                    self.visit(one, together)
            elif isinstance(child, ast.AST):
                self.visit(child, together)
        if loop:
            self.running.pop()

    def name(self, node: ast.Name, together: list[str]) -> None:
        together.append(node.id)
        if isinstance(node.ctx, ast.Store):
            self.born.setdefault(node.id, node.lineno)
        else:
            self.loads.append((node, together))

    def replaceable(self) -> Iterator[tuple[ast.Name, list[str]]]:
        """Each reading of a variable, with others that have a value by then, look alike, and are not used with it."""
        for load, together in self.loads:
            if load.id in self.born and load.id not in self.local:
                many = load.id in self.collections
                yield load, [name for name in self.born if self.fits(name, load, many) and name not in together]

    def fits(self, name: str, load: ast.Name, many: bool) -> bool:
        early = self.born[name] < load.lineno
        return early and name not in self.local and (name in self.collections) is many


OF_MANY = ("len", "sum", "sorted", "max", "min", "set", "list", "reversed", "enumerate", "any", "all")


def _compare(find: _Finder, node: ast.Compare) -> Iterator[Edit]:
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        old, others = COMPARISONS[type(op)]
        for new in others:
            yield from find.between("comparison", left, right, old, new)
        left = right


def _is_text(node) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.List, ast.ListComp)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _binary(find: _Finder, node: ast.BinOp) -> Iterator[Edit]:
    if type(node.op) in ARITHMETIC and not (_is_text(node.left) or _is_text(node.right)):
        old, others = ARITHMETIC[type(node.op)]
        for new in others:
            yield from find.between("operator", node.left, node.right, old, new)


def _augmented(find: _Finder, node: ast.AugAssign) -> Iterator[Edit]:
    if type(node.op) in ARITHMETIC and not _is_text(node.value):
        old, others = ARITHMETIC[type(node.op)]
        for new in (*others, ""):
            yield from find.between("operator", node.target, node.value, old + "=", new + "=")


def _boolean(find: _Finder, node: ast.BoolOp) -> Iterator[Edit]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        yield from find.between("and or", left, right, old, new)


def _unary(find: _Finder, node: ast.UnaryOp) -> Iterator[Edit]:
    if isinstance(node.op, ast.Not):
        at = find.start(node)
        if find.data[at : at + 4] == b"not ":
            yield Edit("not", at, at + 4, "", node.lineno)


def _constant(find: _Finder, node: ast.Constant) -> Iterator[Edit]:
    kind = type(node.value)
    if kind is bool:
        yield find.edit("constant", node, str(not node.value))
    elif kind is int:
        yield find.edit("constant", node, str(node.value + 1))
        if node.value > 1:
            yield find.edit("constant", node, str(node.value - 1))


def _assign(find: _Finder, node: ast.Assign) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, ast.Constant) and type(value.value) is int:
        yield find.edit("initial value", value, str(1 - min(value.value, 1)))
    elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and value.slice.value == 0:
        yield find.edit("initial value", value, "0")


def _call(find: _Finder, node: ast.Call) -> Iterator[Edit]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in TWIN:
        yield find.edit("function", node.func, TWIN[name])
    if isinstance(node.func, ast.Attribute) and node.func.attr in TWIN:
        end = find.end(node.func)
        yield Edit("function", end - len(node.func.attr), end, TWIN[node.func.attr], node.func.end_lineno or 0)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        owner = node.func.value
        if isinstance(owner, ast.Constant) and owner.value in ("", " "):
            yield find.edit("text", owner, '" "' if owner.value == "" else '""')
    if name == "range":
        yield from _range(find, node)
    elif len(node.args) == 2 and not any(isinstance(a, (ast.Starred, ast.GeneratorExp)) for a in node.args):
        first, second = node.args
        middle = find.data[find.end(first) : find.start(second)].decode()
        swapped = find.text(second) + middle + find.text(first)
        if name not in SYMMETRIC and not (_is_text(first) or _is_text(second)):
            yield Edit("arguments", find.start(first), find.end(second), swapped, first.lineno)


def _range(find: _Finder, node: ast.Call) -> Iterator[Edit]:
    stop = node.args[min(len(node.args), 2) - 1]
    yield from _shift(find, "range", stop)
    if len(node.args) == 1:
        at = find.start(stop)
        yield Edit("range", at, at, "1, ", stop.lineno)


def _shift(find: _Finder, kind: str, node) -> Iterator[Edit]:
    """One more or one less than an expression; `n + 1` simply loses its `+ 1`."""
    if isinstance(node, (ast.Constant, ast.UnaryOp, ast.IfExp)):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value == 1:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            sign = b"+" if isinstance(node.op, ast.Add) else b"-"
            # After a bracket that closes on the left.
            start = find.data.rindex(sign, find.end(node.left), find.end(node))
            while find.data[start - 1 : start] == b" ":
                start -= 1
            yield Edit(kind, start, find.end(node), "", node.lineno)
            return
    end = find.end(node)
    yield Edit(kind, end, end, " - 1", node.lineno)
    yield Edit(kind, end, end, " + 1", node.lineno)


def _slice(find: _Finder, node: ast.Slice) -> Iterator[Edit]:
    if node.upper:
        yield from _shift(find, "slice", node.upper)
    if node.lower:
        yield from _shift(find, "slice", node.lower)


def _continue(find: _Finder, node: ast.Continue) -> Iterator[Edit]:
    yield find.edit("break", node, "break")


SYMMETRIC = ("min", "max", "gcd", "lcm", "map", "filter", "zip", "isinstance")
HANDLERS = {
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Assign: _assign,
    ast.Call: _call,
    ast.Slice: _slice,
    ast.Continue: _continue,
}
