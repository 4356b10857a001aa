"""What the judge holds instead of the program's objects.

A remote object passes on what is done to it, but never the judge's plain values where an honest program would have
returned a plain value itself: it equals no plain value, takes no part in arithmetic or comparisons with one, and `in`
looks through what it yields. So an object that claims to be equal to everything gains nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from .judge import Judge


# Questions that would show an object the expected value and let it say yes.
PREDICATES = frozenset({"startswith", "endswith", "issubset", "issuperset", "isdisjoint"})


class Remote:
    """An object of the program."""

    __slots__ = ("_judge", "_number", "__weakref__")
    __hash__ = object.__hash__

    def __init__(self, judge: "Judge", number: int):
        object.__setattr__(self, "_judge", judge)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name: str) -> Any:
        if name in PREDICATES:
            raise AttributeError(f"an object of the program does not answer {name}()")
        return self._judge.ask("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._judge.ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._judge.ask("delattr", self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._judge.ask("call", self, *args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Remote) and bool(self._judge.ask("eq", self, other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self._judge.ask("bool", self) is True

    def __len__(self) -> int:
        return self._judge.ask("len", self)

    def __str__(self) -> str:
        return self._judge.ask("str", self)

    def __repr__(self) -> str:
        return self._judge.ask("repr", self)

    def __iter__(self) -> Any:
        return self._judge.ask("iter", self)

    def __next__(self) -> Any:
        return self._judge.ask("next", self)

    def __reversed__(self) -> Any:
        return self._judge.ask("reversed", self)

    def __getitem__(self, key: Any) -> Any:
        return self._judge.ask("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._judge.ask("setitem", self, key, value)

    def __delitem__(self, key: Any) -> None:
        self._judge.ask("delitem", self, key)

    def __enter__(self) -> Any:
        return self._judge.ask("getattr", self, "__enter__")()

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        self._judge.ask("getattr", self, "__exit__")(None, None, None)
        # Returns nothing, whatever the object says: a failed assertion in the block stays failed.

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, Remote) and self._judge.ask("isinstance", value, self) is True


def unary(name: str) -> Callable[[Remote], Any]:
    return lambda self: self._judge.ask(name, self)


def binary(name: str) -> Callable[[Remote, Any], Any]:
    def operate(self: Remote, other: Any) -> Any:
        return self._judge.ask(name, self, other) if isinstance(other, Remote) else NotImplemented

    return operate


for _name in ("neg", "pos", "abs", "invert"):
    setattr(Remote, f"__{_name}__", unary(_name))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul", "pow", "lshift", "rshift", "xor"):
    setattr(Remote, f"__{_name}__", binary(_name))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Remote, f"__{_name}__", binary(_name))
for _name in ("and", "or"):
    setattr(Remote, f"__{_name}__", binary(_name + "_"))
