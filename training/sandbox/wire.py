"""Values that cross between the program's process and the judge's.

A frame is a length (4 bytes, big-endian) and JSON. Plain values are *copied*: the receiver rebuilds what arrives from
built-in types, so that no method of the sender's classes runs there, `__eq__` above all. All else stays where it is
and crosses as a reference: `{"mine": [id, ...]}` lives with the sender, `{"yours": [id]}` with the receiver.
"""

import collections
import datetime
import decimal
import fractions
import json
import keyword
import socket
import sys
from collections.abc import Callable
from typing import Any


class Broken(BaseException):
    """The other side is gone or does not keep to the protocol; no `except Exception` of a test may swallow that."""

    def __init__(self, reason: str, message: str = ""):
        super().__init__(message or reason)
        self.reason = reason


class Unsendable(TypeError):
    """A value has neither a plain form nor a place in the other process."""


def flat(mapping: dict) -> list:
    """`{k1: v1, k2: v2}` to `[k1, v1, k2, v2]`."""
    return [part for pair in mapping.items() for part in pair]


def pairs(parts: tuple) -> list[tuple]:
    """`(k1, v1, k2, v2)` to `[(k1, v1), (k2, v2)]`."""
    return list(zip(parts[::2], parts[1::2], strict=True))


# type: (tag, its parts, how to put them together again); parts are encoded in turn.
Form = tuple[str, Callable[[Any], list], Callable[..., Any]]
FORMS: dict[type, Form] = {
    tuple: ("tuple", list, lambda *parts: parts),
    set: ("set", list, lambda *parts: set(parts)),
    frozenset: ("frozenset", list, lambda *parts: frozenset(parts)),
    dict: ("dict", flat, lambda *parts: dict(pairs(parts))),
    collections.OrderedDict: ("OrderedDict", flat, lambda *parts: collections.OrderedDict(pairs(parts))),
    collections.Counter: ("Counter", flat, lambda *parts: collections.Counter(dict(pairs(parts)))),
    # The factory stays behind: a missing key of an answer is a KeyError.
    collections.defaultdict: ("defaultdict", flat, lambda *parts: collections.defaultdict(None, pairs(parts))),
    collections.deque: ("deque", lambda v: [list(v), v.maxlen], lambda items, size: collections.deque(items, size)),
    bytes: ("bytes", lambda v: [v.hex()], bytes.fromhex),
    bytearray: ("bytearray", lambda v: [v.hex()], bytearray.fromhex),
    complex: ("complex", lambda v: [v.real, v.imag], complex),
    range: ("range", lambda v: [v.start, v.stop, v.step], range),
    slice: ("slice", lambda v: [v.start, v.stop, v.step], slice),
    fractions.Fraction: ("Fraction", lambda v: [v.numerator, v.denominator], fractions.Fraction),
    decimal.Decimal: ("Decimal", lambda v: [str(v)], decimal.Decimal),
    datetime.date: ("date", lambda v: [v.isoformat()], datetime.date.fromisoformat),
    datetime.datetime: ("datetime", lambda v: [v.isoformat()], datetime.datetime.fromisoformat),
    datetime.time: ("time", lambda v: [v.isoformat()], datetime.time.fromisoformat),
    datetime.timedelta: ("timedelta", lambda v: [v.days, v.seconds, v.microseconds], datetime.timedelta),
    type(...): ("Ellipsis", lambda v: [], lambda: ...),
}
BUILDERS = {tag: build for tag, _, build in FORMS.values()}


def named_tuple(name: str, fields: list, *values: Any) -> tuple:
    """A named tuple of a class made here; `namedtuple` itself refuses names that are no identifiers."""
    if any(type(n) is not str or not n.isidentifier() or keyword.iskeyword(n) for n in (name, *fields)):
        raise ValueError("not the names of a tuple")
    return collections.namedtuple(name, fields)(*values)  # type: ignore[misc]


def array(kind: str, values: Any) -> Any:
    """A numpy array of numbers, Booleans or text."""
    import numpy

    if numpy.dtype(kind).kind not in "biufcUS":
        raise ValueError(f"arrays of {kind} do not cross")
    return numpy.array(values, dtype=kind)


BUILDERS["namedtuple"] = named_tuple
BUILDERS["array"] = array
BUILDERS["int"] = lambda digits: int(digits, 16)


class Codec:
    """Plain values to JSON and back; what is not plain goes through the two methods at the end."""

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            # JSON would stop at Python's limit of digits for huge ones.
            return value if -(1 << 63) < value < (1 << 63) else {"int": [hex(value)]}
        if kind is list:
            return [self.encode(item) for item in value]
        if kind in FORMS:
            tag, parts, _ = FORMS[kind]
            return {tag: [self.encode(part) for part in parts(value)]}
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            return {"namedtuple": [kind.__name__, list(kind._fields), *map(self.encode, value)]}
        numpy = sys.modules.get("numpy")
        if numpy is not None and issubclass(kind, numpy.generic):
            return self.encode(value.item())
        if numpy is not None and kind is numpy.ndarray and value.dtype.kind in "biufcUS":
            return {"array": [value.dtype.str, self.encode(value.tolist())]}
        return self.refer(value)

    def decode(self, data: Any) -> Any:
        if type(data) is list:
            return [self.decode(item) for item in data]
        if type(data) is not dict:
            return data
        (tag, parts), *more = data.items()
        if more or type(parts) is not list:
            raise ValueError("not a value")
        build = BUILDERS.get(tag)
        return build(*map(self.decode, parts)) if build else self.resolve(tag, parts)

    def refer(self, value: Any) -> Any:
        """JSON for a value that stays here.

        Raises:
            Unsendable: it cannot be referred to.
        """
        raise Unsendable(f"{type(value).__name__} cannot leave its process")

    def resolve(self, tag: str, parts: list) -> Any:
        """What a reference means here.

        Raises:
            ValueError: nothing.
        """
        raise ValueError(f"no such form: {tag}")


class Wire:
    """JSON frames over a stream socket, none longer than `limit` bytes."""

    def __init__(self, connection: socket.socket, limit: int):
        self.connection = connection
        self.limit = limit

    def send(self, message: Any) -> None:
        """Raises Broken when the other side is gone; OverflowError when the frame is too long to be sent."""
        data = json.dumps(message, separators=(",", ":")).encode()
        if len(data) > self.limit:
            raise OverflowError(f"a message of {len(data)} bytes, {self.limit} are allowed")
        try:
            self.connection.sendall(len(data).to_bytes(4, "big") + data)
        except OSError as problem:
            raise Broken("gone", "the other process is gone") from problem

    def receive(self) -> Any:
        """Raises Broken when the other side is gone, sends too much, or sends no JSON."""
        length = int.from_bytes(self.exactly(4), "big")
        if length > self.limit:
            raise Broken("output", f"a message of {length} bytes, {self.limit} are allowed")
        try:
            return json.loads(self.exactly(length))
        except (ValueError, RecursionError) as problem:
            raise Broken("failed", f"the answer cannot be read: {problem}") from problem

    def exactly(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            try:
                piece = self.connection.recv(min(length - len(data), 1 << 20))
            except OSError as problem:
                raise Broken("gone", "the other process is gone") from problem
            if not piece:
                raise Broken("gone", "the other process is gone")
            data += piece
        return bytes(data)
