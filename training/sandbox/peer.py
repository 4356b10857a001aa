"""One end of the conversation: asks, and answers what it is asked while it waits."""

import itertools
import operator
from collections.abc import Callable
from typing import Any

from .wire import Codec, Wire


# What may be done to a value from outside; the first argument is the value.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": lambda function, *args, **kwargs: function(*args, **kwargs),
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "iter": iter,
    "next": next,
    "len": len,
    "bool": bool,
    "str": str,
    "repr": repr,
    "reversed": reversed,
    "isinstance": isinstance,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    **{name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert")},
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul")},
    **{name: getattr(operator, name) for name in ("pow", "and_", "or_", "xor", "lshift", "rshift")},
}

# Arguments that a function may change in place; what changed comes back after the call.
MUTABLE = (list, dict, set, bytearray)


class Peer(Codec):
    """A codec with a wire and with the objects that the other side refers to.

    A request is `{"do": operation, "args": [...], "kwargs": {...}}`; the reply is `{"value": ...}`, with `"changed"`
    (position: new content) if mutable arguments are not what they were, or `{"raised": [class names], "args": [...]}`.
    """

    def __init__(self, wire: Wire):
        self.wire = wire
        self.held: dict[int, Any] = {}
        self.ids: dict[int, int] = {}
        self.counter = itertools.count()

    def hold(self, value: Any) -> int:
        """A number under which the other side can name `value`; the same object keeps its number."""
        number = self.ids.get(id(value))
        if number is None:
            number = next(self.counter)
            self.ids[id(value)] = number
            self.held[number] = value
        return number

    def request(self, message: dict) -> dict:
        """Sends it and returns the reply; requests that arrive first are answered first."""
        self.wire.send(message)
        while "do" in (reply := self.wire.receive()):
            self.wire.send(self.answer(reply))
        return reply

    def answer(self, message: dict) -> dict:
        """The reply to a request: never raises for what the request leads to."""
        raise NotImplementedError
