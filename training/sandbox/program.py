"""The program's side: everything here runs in the same process as hostile code and may be turned against us.

Nothing the judge believes depends on it: the worst that a changed copy of this code can do is to answer wrongly.
"""

import builtins
import importlib
import os
import socket
import sys
import threading
import types
from typing import Any

from .peer import MUTABLE, OPERATIONS, Peer
from .wire import Broken, Wire


# Exit status when there was no memory left even to say so.
OUT_OF_MEMORY = 77


class Program(Peer):
    """Answers the judge's requests."""

    def __init__(self, wire: Wire):
        super().__init__(wire)
        # A thread of the program that calls back must not cut into another's conversation.
        self.lock = threading.RLock()

    def refer(self, value: Any) -> Any:
        theirs = getattr(value, "__judge_id__", None) if type(value) is types.FunctionType else None
        if theirs is not None:
            return {"yours": [theirs]}
        if isinstance(value, type) and issubclass(value, Exception):
            return {"mine": [self.hold(value), lineage(value)]}
        return {"mine": [self.hold(value), []]}

    def resolve(self, tag: str, parts: list) -> Any:
        if tag == "yours":
            return self.held[parts[0]]
        if tag == "mine":
            return self.callback(parts[0])
        if tag == "stream":
            return stream(self.callback(parts[0]))
        if tag == "import":
            value = importlib.import_module(parts[0])
            for name in parts[1].split("."):
                value = getattr(value, name)
            return value
        return super().resolve(tag, parts)

    def callback(self, number: int) -> types.FunctionType:
        """A function that calls the judge's function of that number."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self.lock:
                message = {"do": "call", "args": [{"yours": [number]}, *map(self.encode, args)]}
                reply = self.request(message | {"kwargs": {name: self.encode(kwargs[name]) for name in kwargs}})
            if "raised" in reply:
                kind = getattr(builtins, reply["raised"][0], Exception)
                raise kind(*map(self.decode, reply["args"]))
            return self.decode(reply["value"])

        call.__judge_id__ = number  # type: ignore[attr-defined]
        return call  # type: ignore[return-value]

    def answer(self, message: dict) -> dict:
        try:
            args = [self.decode(arg) for arg in message["args"]]
            kwargs = {name: self.decode(value) for name, value in message.get("kwargs", {}).items()}
            value = OPERATIONS[message["do"]](*args, **kwargs)
            reply = {"value": self.encode(value)}
            changed = {i: self.encode(arg) for i, arg in enumerate(args) if type(arg) in MUTABLE}
            differing = {str(i): new for i, new in changed.items() if new != message["args"][i]}
            return reply | ({"changed": differing} if differing else {})
        except Broken:
            raise
        except BaseException as problem:
            return self.raised(problem)

    def raised(self, problem: BaseException) -> dict:
        try:
            args = [self.encode(arg) for arg in problem.args]
        except Exception:
            args = [str(problem)]
        return {"raised": lineage(type(problem)), "args": args}

    def serve(self) -> None:
        """Answers until the judge hangs up."""
        while True:
            reply = self.answer(self.wire.receive())
            try:
                self.wire.send(reply)
            except OverflowError as problem:
                self.wire.send(self.raised(OverflowError(f"the answer is too large: {problem}")))


def lineage(kind: type) -> list[str]:
    """Names of an exception class and of its bases, down to `BaseException`."""
    return [base.__name__ for base in kind.__mro__ if issubclass(base, BaseException)]


def stream(following: types.FunctionType) -> Any:
    """An iterator over what `following()` returns until it raises StopIteration."""
    while True:
        try:
            yield following()
        except StopIteration:
            return


def run(text: bytes, connection: socket.socket, frame_bytes: int) -> None:
    """Executes the program as a module named `solution`, says whether that worked, and serves its names; no return.

    `if __name__ == "__main__"` blocks do not run.
    """
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    program = Program(Wire(connection, frame_bytes))
    try:
        wanted = program.decode(program.wire.receive()["args"][0])
        try:
            exec(compile(text, "<program>", "exec", dont_inherit=True), module.__dict__)
            offered = {name: module.__dict__[name] for name in wanted if name in module.__dict__}
            reply = {"value": program.encode(offered)}
        except Broken:
            raise
        except BaseException as problem:
            reply = program.raised(problem)
        program.wire.send(reply)
        program.serve()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        # What the program left to run at exit, or its threads, are nobody's business.
        os._exit(0)
