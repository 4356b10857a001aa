"""The judge's side: runs the test in a clean interpreter that the program never enters.

The program's functions are called in its own process and only plain values come back, so the comparisons, built-ins
and assertions of the test are Python's own, and the expected values are in no memory that the program can read.
"""

import ast
import builtins
import errno
import importlib
import json
import os
import socket
import sys
import types
from typing import Any

from .peer import MUTABLE, Peer
from .remote import Remote
from .wire import Broken, Unsendable, Wire


# Modules that a test may use because the program imported them; the judge imports its own copy. None of them holds an
# object that equals everything, or a function that ends the process.
SHARED_MODULES = frozenset(
    "math cmath re itertools collections functools typing string heapq bisect random datetime json operator copy "
    "statistics fractions decimal numbers collections.abc numpy".split()
)
# Errors of the system that mean: the sandbox does not allow this.
DENIED = frozenset({errno.EPERM, errno.EACCES, errno.EROFS, errno.EAGAIN, errno.EFBIG, errno.ENOSPC, errno.EMFILE})


class Judge(Peer):
    """Asks the program, and lets it call those functions of the test that were handed to it."""

    def __init__(self, wire: Wire):
        super().__init__(wire)
        self.remotes: dict[int, Remote] = {}
        self.exceptions: dict[tuple[str, ...], type[Exception]] = {}
        self.broken: Broken | None = None
        self.last_raised: BaseException | None = None

    def refer(self, value: Any) -> Any:
        if isinstance(value, Remote):
            return {"yours": [object.__getattribute__(value, "_number")]}
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
        if callable(value) and module in (SHARED_MODULES | {"builtins", "_operator"}) and name.isidentifier():
            return {"import": [module, name]}
        if isinstance(value, type) or not (callable(value) or hasattr(value, "__next__")):
            raise Unsendable(f"the test hands over a {type(value).__name__}, which cannot enter the program's process")
        if callable(value):
            return {"mine": [self.hold(value)]}
        return {"stream": [self.hold(lambda: next(value))]}

    def resolve(self, tag: str, parts: list) -> Any:
        if tag == "mine":
            number, names = parts
            if names:
                return self.exception(names)
            return self.remotes.setdefault(int(number), Remote(self, int(number)))
        if tag == "yours":
            return self.held[parts[0]]
        return super().resolve(tag, parts)

    def exception(self, names: list[str]) -> type[Exception]:
        """Python's own class, or a stand-in for the program's: derived from the stand-ins of its bases.

        Raises:
            Broken: not an `Exception`: what ends a process (`SystemExit`) ends the conversation.
        """
        known = getattr(builtins, str(names[0]), None) if names else None
        if isinstance(known, type) and issubclass(known, Exception):
            return known
        if len(names) < 2 or "Exception" not in names:
            raise Broken("exited", f"the program raised {names[0] if names else 'nothing'}")
        key = tuple(map(str, names))
        if key not in self.exceptions:
            self.exceptions[key] = type(key[0], (self.exception(names[1:]),), {})
        return self.exceptions[key]

    def guarded(self, message: dict) -> dict:
        """`request`, after which a broken conversation stays broken, whatever the test catches."""
        if self.broken:
            raise self.broken
        try:
            return self.request(message)
        except Broken as problem:
            self.broken = problem
            raise

    def ask(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        """The result of an operation in the program's process; what it raises there is raised here."""
        message = {"do": operation, "args": [self.encode(arg) for arg in args]}
        reply = self.guarded(message | {"kwargs": {name: self.encode(kwargs[name]) for name in kwargs}})
        try:
            for position, content in reply.get("changed", {}).items():
                refill(args[int(position)], self.decode(content))
            if "raised" not in reply:
                return self.decode(reply["value"])
            kind = self.exception(reply["raised"])
            arguments = [self.decode(arg) for arg in reply["args"]]
            problem = kind(*arguments)
        except Broken as broken:
            self.broken = broken
            raise
        except MemoryError:
            raise
        except Exception as nonsense:
            self.broken = Broken("failed", f"the answer cannot be read: {type(nonsense).__name__}: {nonsense}")
            raise self.broken from None
        self.last_raised = problem
        raise problem

    def broken_verdict(self) -> tuple[str, str]:
        assert self.broken is not None
        return self.broken.reason, str(self.broken)

    def answer(self, message: dict) -> dict:
        """Only calls, and only of functions that the test handed over."""
        try:
            target, *args = message["args"]
            if message["do"] != "call" or list(target) != ["yours"]:
                raise Broken("failed", "the program asked for what was not handed to it")
            function = self.held[target["yours"][0]]
            arguments = [self.decode(arg) for arg in args]
            named = {name: self.decode(value) for name, value in message.get("kwargs", {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
            raise Broken("failed", f"the program's call cannot be read: {problem}") from problem
        try:
            return {"value": self.encode(function(*arguments, **named))}
        except Exception as problem:
            args = [arg for arg in problem.args if isinstance(arg, (str, int, float))]
            return {"raised": [type(problem).__name__], "args": args}


def refill(old: Any, new: Any) -> None:
    """Gives a list, dict, set or bytearray of the test the content that the program left in it."""
    if type(old) not in MUTABLE or type(new) is not type(old):
        raise ValueError("a change of what cannot change")
    if isinstance(old, (list, bytearray)):
        old[:] = new
    else:
        old.clear()
        old.update(new)


def shared_imports(program: ast.Module, wanted: set[str]) -> dict[str, Any]:
    """What the program imports from `SHARED_MODULES` under names that the test uses, imported here."""
    found: dict[str, Any] = {}
    for node in program.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                if alias.name in SHARED_MODULES and name in wanted:
                    module = importlib.import_module(alias.name)
                    found[name] = module if alias.asname else sys.modules[name]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module in SHARED_MODULES:
            module = importlib.import_module(node.module)
            for alias in node.names:
                for name in wanted if alias.name == "*" else [alias.asname or alias.name]:
                    source = name if alias.name == "*" else alias.name
                    if name in wanted and not name.startswith("_") and hasattr(module, source):
                        found[name] = getattr(module, source)
    return found


def taken(offered: dict, program: ast.Module) -> dict:
    """Which of the program's names the test gets.

    A built-in stays Python's own, unless it is itself what is tested: the test uses nothing else that the program
    defines (`assert sum(10, 15) == 6`).
    """
    native = set(dir(builtins))
    if set(offered) - native:
        return {name: value for name, value in offered.items() if name not in native}
    defined = {node.name for node in program.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return {name: value for name, value in offered.items() if name in defined}


def judge(program_text: bytes, test_text: bytes, connection: socket.socket, frame_bytes: int) -> tuple[str, str]:
    """Runs the test against the program at the other end; `(reason, message)`, reason "gone" if the program ended."""
    try:
        test = ast.parse(test_text, "<test>")
        code = compile(test, "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as problem:
        return "invalid test", f"{type(problem).__name__}: {problem}"
    try:
        program = ast.parse(program_text, "<program>")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return "syntax error", f"{type(problem).__name__}: {problem}"
    side = Judge(Wire(connection, frame_bytes))
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name) and not node.id.startswith("__")}
        offered = side.ask("start", sorted(used))
        offered = {name: offered[name] for name in used if name in offered}
        module.__dict__.update(taken(offered | shared_imports(program, used), program))
        exec(code, module.__dict__)
    except BaseException as problem:
        return side.broken_verdict() if side.broken else explain(problem, side, test_text)
    return side.broken_verdict() if side.broken else ("passed", "")


def explain(problem: BaseException, side: Judge, test_text: bytes) -> tuple[str, str]:
    """Reason and message for an exception that ended the test."""
    name = type(problem).__name__
    message = f"{name}: {problem}" if str(problem) else name
    trace, line = problem.__traceback__, 0
    while trace:
        if trace.tb_frame.f_code.co_filename == "<test>":
            line = trace.tb_lineno
        trace = trace.tb_next
    if line:
        source = test_text.decode(errors="replace").splitlines()[line - 1].strip()
        message += f" (line {line} of the test: {source})"
    if isinstance(problem, MemoryError):
        return "memory", message
    if isinstance(problem, Unsendable):
        return "invalid test", message
    if problem is side.last_raised:
        if isinstance(problem, SyntaxError) and not line:
            return "syntax error", message
        if isinstance(problem, OSError) and problem.errno in DENIED or "can't start new thread" in str(problem):
            return "refused", message
        if isinstance(problem, OverflowError) and "the answer is too large" in str(problem):
            return "output", message
    return "failed", message


def run(program_text: bytes, test_text: bytes, connection: socket.socket, result: int, frame_bytes: int) -> None:
    """Judges and writes the verdict to the pipe `result`; no return."""
    try:
        verdict = judge(program_text, test_text, connection, frame_bytes)
        os.write(result, json.dumps([verdict[0], verdict[1][:1000]]).encode())
    finally:
        os._exit(0)
