"""What every source of Python functions yields, and what every Python task is made from."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    """A specified function with programs that fulfil it.

    Attributes:
        name: of the function, snake case.
        parameters: their names, in order.
        summary: what it does, one or two plain sentences in the imperative: `Return the sum of the even numbers.`
        sources: one or more correct programs, each whole: imports, then `def`, four spaces, ending in a newline.
        examples: (arguments, expected value) pairs; the values come from a computation that shares nothing with the
            sources. Arguments and values survive `eval(repr(...))`.
        canonical: the specification in a normal form, whatever the names and the wording.
        hints: parameter types and result type as annotations, such as `("list[int]", "int", "bool")`; the last is the
            result's.
    """

    name: str
    parameters: tuple[str, ...]
    summary: str
    sources: tuple[str, ...]
    examples: tuple[tuple[tuple[Any, ...], Any], ...]
    canonical: str
    hints: tuple[str, ...] = ()

    def call(self, arguments: tuple[Any, ...]) -> str:
        """`name(1, 'a')`."""
        return f"{self.name}({', '.join(map(repr, arguments))})"

    def test(self) -> str:
        """One assert statement a line."""
        return "\n".join(f"assert {self.call(arguments)} == {value!r}" for arguments, value in self.examples)
