"""Runs a program and then its tests, one after the other in one namespace, and tells what happened.

This is the part of the sandbox that is Python: it protects nothing. The answers are JSON text, because a lone
surrogate in a string would not survive the way to JavaScript.
"""

import ast
import json
import linecache
import sys
import traceback
import types


FILE = "program.py"
LONGEST = 4000  # characters of a message, a value or a traceback


class Runner:
    def __init__(self):
        module = types.ModuleType("__main__")  # dataclasses and pickle look a class's module up by its name
        sys.modules["__main__"] = module
        self.namespace = module.__dict__

    def program(self, source: str) -> str:
        """Runs the whole program. JSON of None, or of the error with which it ended."""
        linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
        try:
            exec(compile(source, FILE, "exec"), self.namespace)
        except BaseException as error:
            return json.dumps(None if is_normal_exit(error) else describe(error))
        return json.dumps(None)

    def test(self, line: str) -> str:
        """Runs one test, such as `assert f(2) == 4`. JSON of its outcome.

        "failed" means that what was asserted is not so: `actual` is then the value of the left side. An exception on
        the way there, an AssertionError of the program among them, is an "error".
        """
        try:
            return json.dumps({"test": line} | self._check(ast.parse(line, "test")))
        except BaseException as error:
            found = describe(error)
            place = f" (line {found['line']})" if "line" in found and not isinstance(error, SyntaxError) else ""
            message = f"{found['type']}: {found['message']}{place}"
            return json.dumps({"test": line, "outcome": "error", "message": message})

    def _check(self, tree: ast.Module) -> dict[str, str]:
        claim = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Assert) else None
        exec(compile(tree, "test", "exec"), self.namespace)
        if claim is None:
            return {"outcome": "passed"}
        value = self._keep_value(claim)
        if self._evaluate(claim.test):
            return {"outcome": "passed"}
        failure = {"outcome": "failed", "actual": text_of(repr, self.namespace[value])}
        if claim.msg is not None:
            failure["message"] = text_of(str, self._evaluate(claim.msg))
        return failure

    def _keep_value(self, claim: ast.Assert) -> str:
        """Evaluates the part of `claim` that is worth showing, once, and puts a name in its place."""
        name = "@actual"  # no program can use it by accident
        place = ast.Name(name, ast.Load())
        match claim.test:
            case ast.Compare(left=ast.Constant(), comparators=[part]):
                claim.test.comparators = [place]
            case ast.Compare(left=part):
                claim.test.left = place
            case ast.UnaryOp(op=ast.Not(), operand=part):
                claim.test.operand = place
            case part:
                claim.test = place
        ast.copy_location(place, part)
        self.namespace[name] = self._evaluate(part)
        return name

    def _evaluate(self, expression: ast.expr):
        return eval(compile(ast.Expression(expression), "test", "eval"), self.namespace)


def is_normal_exit(error: BaseException) -> bool:
    return isinstance(error, SystemExit) and error.code in (None, 0)


def describe(error: BaseException) -> dict:
    """Type, message, the line of the program and the traceback without the frames of this file."""
    kind = type(error).__name__
    while error.__traceback__ is not None and error.__traceback__.tb_frame.f_code.co_filename == __file__:
        error.__traceback__ = error.__traceback__.tb_next
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    message = text_of(str, error)
    if isinstance(error, SyntaxError):
        message, lines = error.msg, [error.lineno]
    described = {"type": kind, "message": message, "traceback": text_of("".join, traceback.format_exception(error))}
    return described | ({"line": lines[-1]} if lines else {})


def text_of(convert, value) -> str:
    """`convert(value)`, shortened; a value whose own code fails on the way is named by its type."""
    try:
        text = convert(value)
    except BaseException as error:
        return f"<{type(value).__name__}, which cannot be shown: {type(error).__name__}>"
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"
