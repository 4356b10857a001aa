"""What a program does, line by line: programs are rewritten so that they tell, and evaluation shows its steps."""

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple


STEPS = 3000
LONGEST_RANGE = 20_000
NAME = "_recorder"
WIDTH = 70


class TooLong(BaseException):
    """The program takes more steps than allowed, or shows values that are too long. No `except Exception` stops it."""


class Step(NamedTuple):
    """One thing that happened: `text` in the line `line`, inside `depth` calls."""

    line: int
    depth: int
    text: str

    def __str__(self) -> str:
        return "  " * self.depth + self.text


class Recorder:
    """Receives the calls that the rewritten program makes."""

    def __init__(self, steps: int):
        self.reset(steps)

    def reset(self, steps: int) -> None:
        self.left = steps
        self.depth = -1
        self.steps: list[Step] = []

    def tick(self) -> bool:
        self.left -= 1
        if self.left < 0:
            raise TooLong
        return True

    def say(self, line: int, text: str) -> None:
        self.tick()
        if len(text) > WIDTH:
            raise TooLong
        self.steps.append(Step(line, max(self.depth, 0), text))

    def see(self, line: int, *named: Any) -> None:
        """`named` are names and values in turn."""
        for name, value in zip(named[::2], named[1::2], strict=True):
            if not callable(value):
                self.say(line, f"{name} = {show(value)}")

    def test(self, line: int, text: str, value: Any) -> Any:
        self.say(line, f"{text}: {bool(value)}")
        return value

    def part(self, line: int, text: str, value: Any) -> Any:
        self.say(line, f"{text}: {show(value)}")
        return value

    def keep(self, line: int, value: Any, *named: Any) -> Any:
        """A condition of a comprehension: only what it drops is told."""
        if not value:
            self.say(line, f"{told(named)}: no")
        self.tick()
        return value

    def item(self, line: int, value: Any, *named: Any) -> Any:
        self.say(line, f"{told(named)}: {show(value)}")
        return value

    def explain(self, line: int, text: str, values: Mapping[str, Any]) -> None:
        """The steps of an expression, but the last: that is told by what is done with its value."""
        try:
            steps = reduce(text, values)[:-1]
        except (NameError, SyntaxError, AttributeError, TypeError, ValueError, ArithmeticError, LookupError):
            return
        for part, value in steps:
            self.say(line, f"{part} -> {show(value)}")

    def over(self, values: Any) -> Any:
        """What a loop runs over; a set of strings has another order in every process."""
        if isinstance(values, (set, frozenset)) and any(isinstance(value, str) for value in values):
            raise TooLong
        return values

    def give(self, line: int, value: Any) -> Any:
        self.say(line, f"return {show(value)}")
        return value

    def enter(self, function: Callable) -> Callable:
        """The same function, telling its calls inside other calls."""

        def wrapped(*arguments):
            self.depth += 1
            if self.depth:
                self.depth -= 1
                self.say(0, f"{function.__name__}({', '.join(map(show, arguments))}):")
                self.depth += 1
            self.tick()
            try:
                return function(*arguments)
            finally:
                self.depth -= 1

        return wrapped


def show(value: Any) -> str:
    """The `repr` of a plain value, sets in order. Raises TooLong for values that have no such form."""
    if isinstance(value, (set, frozenset)) and value:
        inner = f"{{{', '.join(sorted(map(show, value)))}}}"
        return inner if isinstance(value, set) else f"frozenset({inner})"
    text = repr(value)
    if " at 0x" in text:
        raise TooLong
    return text


def told(named: tuple) -> str:
    return ", ".join(f"{name} = {show(value)}" for name, value in zip(named[::2], named[1::2], strict=True))


def short_range(*arguments: int) -> range:
    """A range that a mistake has not made endless."""
    numbers = range(*arguments)
    if len(numbers) > LONGEST_RANGE:
        raise TooLong
    return numbers


class _Rewriter(ast.NodeTransformer):
    """Puts calls of the recorder into a program; only its `tick` when nothing is to be told."""

    def __init__(self, source: str, telling: bool):
        self.lines = source.split("\n")
        self.telling = telling

    def segment(self, node) -> str:
        if node.lineno != node.end_lineno:
            raise TooLong
        return self.lines[node.lineno - 1][node.col_offset : node.end_col_offset]

    def call(self, method: str, *arguments: ast.expr) -> ast.Call:
        return ast.Call(ast.Attribute(ast.Name(NAME, ast.Load()), method, ast.Load()), list(arguments), [])

    def after(self, node: ast.stmt, targets: list[ast.expr]) -> list[ast.stmt]:
        """The statement and a call that tells the new values of the targets."""
        names = list(dict.fromkeys(name for target in targets for name in _names(target)))
        return [node, self.tell(node.lineno, names)] if self.telling and names else [node]

    def tell(self, line: int, names: list[str]) -> ast.stmt:
        return ast.Expr(self.call("see", ast.Constant(line), *_pairs(names)))

    def visit_FunctionDef(self, node: ast.FunctionDef):
        self.generic_visit(node)
        node.decorator_list.append(ast.Attribute(ast.Name(NAME, ast.Load()), "enter", ast.Load()))
        return node

    def visit_Assign(self, node: ast.Assign):
        before = self.explained(node)
        self.generic_visit(node)
        return before + self.after(node, node.targets)

    def explained(self, node) -> list[ast.stmt]:
        """A call that tells the steps of the node's value when there are several."""
        if not self.telling or node.value is None or not _has_steps(node.value):
            return []
        text = ast.Constant(self.segment(node.value))
        values = ast.Call(ast.Name("locals", ast.Load()), [], [])
        return [ast.Expr(self.call("explain", ast.Constant(node.lineno), text, values))]

    def visit_AugAssign(self, node: ast.AugAssign):
        plain = isinstance(node.value, (ast.Name, ast.Constant))
        text = "" if plain or not self.telling else self.segment(node.value)
        before = self.explained(node)
        self.generic_visit(node)
        if text:
            node.value = self.call("part", ast.Constant(node.lineno), ast.Constant(text), node.value)
        return before + self.after(node, [node.target])

    def visit_Expr(self, node: ast.Expr):
        self.generic_visit(node)
        called = node.value.func if isinstance(node.value, ast.Call) else None
        changed = isinstance(called, ast.Attribute) and isinstance(called.value, (ast.Name, ast.Subscript))
        return self.after(node, [called.value]) if changed else node

    def visit_For(self, node: ast.For):
        self.generic_visit(node)
        names = _names(node.target)
        first = self.tell(node.lineno, names) if self.telling and names else ast.Expr(self.call("tick"))
        node.body.insert(0, first)
        if self.telling:
            node.iter = self.call("over", node.iter)
        return node

    def visit_While(self, node: ast.While):
        return self.condition(node)

    def visit_If(self, node: ast.If):
        return self.condition(node) if self.telling else self.generic_visit(node)

    def condition(self, node):
        line, text = node.lineno, self.segment(node.test) if self.telling else ""
        self.generic_visit(node)
        if self.telling:
            node.test = self.call("test", ast.Constant(line), ast.Constant(text), node.test)
        else:
            node.test = ast.BoolOp(ast.And(), [self.call("tick"), node.test])
        return node

    def visit_Return(self, node: ast.Return):
        before = self.explained(node)
        self.generic_visit(node)
        if self.telling:
            node.value = self.call("give", ast.Constant(node.lineno), node.value or ast.Constant(None))
        return [*before, node]

    def comprehension(self, node):
        self.generic_visit(node)
        line = node.lineno
        names = [name for part in node.generators for name in _names(part.target)]
        for i, part in enumerate(node.generators):
            known = [name for earlier in node.generators[: i + 1] for name in _names(earlier.target)]
            if self.telling:
                part.iter = self.call("over", part.iter)
                part.ifs = [self.call("keep", ast.Constant(line), test, *_pairs(known)) for test in part.ifs]
            else:
                part.ifs.insert(0, self.call("tick"))
        if self.telling:
            field = "value" if isinstance(node, ast.DictComp) else "elt"
            setattr(node, field, self.call("item", ast.Constant(line), getattr(node, field), *_pairs(names)))
        return node

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = comprehension


def _has_steps(value: ast.expr) -> bool:
    """Whether an expression takes more than one step; comprehensions tell their steps themselves."""
    count = 0
    for node in ast.walk(value):
        if isinstance(node, (ast.comprehension, ast.Lambda, ast.JoinedStr, ast.IfExp)):
            return False
        count += isinstance(node, (ast.BinOp, ast.Call, ast.Compare, ast.Slice))
    return count > 1


def _names(target: ast.expr) -> list[str]:
    """The names that an assignment to the target changes, except `_`."""
    if isinstance(target, ast.Name):
        return [target.id] if target.id != "_" else []
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _names(part)]
    if isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        return _names(target.value)
    return []


def _pairs(names: list[str]) -> list[ast.expr]:
    return [part for name in names for part in (ast.Constant(name), ast.Name(name, ast.Load()))]


def prepare(source: str, recorder: Recorder, telling: bool) -> dict[str, Any]:
    """The names that the program defines, rewritten to report to the recorder."""
    tree = ast.fix_missing_locations(_Rewriter(source, telling).visit(ast.parse(source)))
    space: dict[str, Any] = {NAME: recorder, "__name__": "program", "range": short_range}
    exec(compile(tree, "program", "exec"), space)
    return space


@lru_cache(maxsize=2048)
def loaded(source: str, name: str, telling: bool) -> tuple[Recorder, Callable]:
    """A function of the program and the recorder that it reports to, to be reset before each call."""
    recorder = Recorder(0)
    return recorder, prepare(source, recorder, telling)[name]


def trace(source: str, name: str, arguments: tuple, steps: int = 60) -> tuple[list[Step], Any]:
    """What happens when the function is called, and what it returns.

    Raises:
        TooLong: more steps than `steps`, or values that are too long to show.
        Exception: whatever the program raises.
    """
    recorder, function = loaded(source, name, telling=True)
    recorder.reset(steps)
    value = function(*_copies(arguments))
    return recorder.steps, value


def trace_script(source: str, steps: int = 60) -> tuple[list[Step], dict[str, Any]]:
    """The same for a program without functions; also gives the values of its names at the end."""
    recorder = Recorder(steps)
    space = prepare(source, recorder, telling=True)
    return recorder.steps, space


def _copies(arguments: tuple) -> tuple:
    """So that a program that changes its arguments leaves these alone."""
    return eval(repr(arguments))  # noqa: S307  plain values only


# What evaluation may call; nothing that reaches outside.
BUILTINS = {f.__name__: f for f in (len, sum, min, max, sorted, abs, round, int, float, str, bool, list, tuple,
    set, dict,
                                    range, any, all, reversed, enumerate, zip, ord, chr, bin, divmod, pow,
                                    type, isinstance, map, filter)}  # fmt: skip


def evaluate(expression: str, values: Mapping[str, Any] = {}) -> Any:  # noqa: B006  never changed
    """The value of an expression of plain values."""
    return eval(expression, {"__builtins__": {}, **BUILTINS, **values})  # noqa: S307


def reduce(
    expression: str,
    values: Mapping[str, Any] = {},  # noqa: B006  never changed
    steps: list[tuple[str, Any]] | None = None,
) -> list[tuple[str, Any]]:
    """The steps of evaluating an expression, innermost first: what is evaluated, with values in it, and its value.

    `and`, `or` and conditional expressions leave out what Python does not evaluate.

    Args:
        steps: a list to write to; when the evaluation fails, it holds what came before.
    """
    steps = [] if steps is None else steps

    def value_of(node: ast.expr) -> ast.expr:
        """The node, evaluated to a plain value where that is possible."""
        if isinstance(node, ast.Name) and node.id in values:
            return literal(values[node.id])
        called = node.func if isinstance(node, ast.Call) else node
        if isinstance(called, ast.Name) and called.id not in BUILTINS and called.id not in values:
            raise NameError(f"name '{called.id}' is not defined")
        if isinstance(node, ast.BoolOp):
            return boolean(node)
        if isinstance(node, ast.IfExp):
            node.test = value_of(node.test)
            chosen = "body" if evaluate(ast.unparse(node.test), values) else "orelse"
            setattr(node, chosen, value_of(getattr(node, chosen)))
            return step(node)
        if isinstance(node, ast.Lambda):
            return node
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            node.generators[0].iter = value_of(node.generators[0].iter)
            # What a generator yields is shown as a list.
            return step(ast.ListComp(node.elt, node.generators) if isinstance(node, ast.GeneratorExp) else node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node.func.value = value_of(node.func.value)
        for field, child in ast.iter_fields(node):
            if isinstance(child, ast.Slice):
                for part in ("lower", "upper", "step"):
                    if getattr(child, part):
                        setattr(child, part, value_of(getattr(child, part)))
            elif isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and field == "func"):
                setattr(node, field, value_of(child))
            elif isinstance(child, list):
                setattr(node, field, [value_of(c) if isinstance(c, ast.expr) else c for c in child])
        if isinstance(node, (ast.Constant, ast.Name, ast.List, ast.Tuple, ast.Set, ast.Dict)) or _is_literal(node):
            return node
        return step(node)

    def boolean(node: ast.BoolOp) -> ast.expr:
        stop = isinstance(node.op, ast.Or)
        for i, part in enumerate(node.values):
            node.values[i] = value_of(part)
            if bool(evaluate(ast.unparse(node.values[i]), values)) is stop:
                break
        return step(node)

    def step(node: ast.expr) -> ast.expr:
        text = ast.unparse(node)
        value = evaluate(text, values)
        # Ranges, views and iterators have no value that could be written down.
        if not isinstance(value, (bool, int, float, str, list, tuple, dict, set, type(None))):
            return node
        steps.append((text, value))
        return literal(value)

    value_of(ast.parse(expression, mode="eval").body)
    return steps


def literal(value: Any) -> ast.expr:
    return ast.parse(show(value), mode="eval").body


def _is_literal(node: ast.AST) -> bool:
    """Whether the node is a number, string, list, ... written out."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(_is_literal(child) for child in node.elts)
    if isinstance(node, ast.Dict):
        return all(_is_literal(child) for child in (*node.keys, *node.values) if child)
    return isinstance(node, ast.Constant)
