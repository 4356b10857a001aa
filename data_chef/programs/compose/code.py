"""Steps written as Python: one expression, statement by statement, or as a loop."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from data_chef.programs.compose.core import Step, put, tight


VARIABLES = {"int": "n", "str": "word", "list[int]": "row", "bool": "flag"}
ELEMENT = {"list[int]": "int", "list[str]": "str", "list[list[int]]": "list[int]", "str": "str"}
NAMES = {
    "int": ("result", "value", "number"),
    "str": ("result", "string", "changed"),
    "list[int]": ("numbers", "result", "values", "found"),
    "list[str]": ("words", "result", "parts", "found"),
    "list[list[int]]": ("rows", "result", "table"),
}


# `str(7)`, which a constant makes of the text of a parameter.
NUMERAL = re.compile(r"\bstr\((\d)\)")


class Unwritable(Exception):
    """The steps have no form in this style."""


@dataclass
class Gen:
    """A comprehension under way: `value for var in source if conditions`."""

    var: str
    source: str
    value: str
    conditions: list[str]

    @property
    def plain(self) -> bool:
        return not self.conditions and self.value == self.var

    @property
    def tail(self) -> str:
        return f" if {' and '.join(self.conditions)}" if self.conditions else ""

    def inner(self) -> str:
        return f"{self.value} for {self.var} in {self.source}{self.tail}"

    def listed(self) -> str:
        return self.source if self.plain else f"[{self.inner()}]"


def all_of(clauses: list[str]) -> str:
    return " and ".join(f"({c})" if " or " in c or " if " in c else c for c in clauses)


class Writer:
    """Writes the body of one function."""

    def __init__(self, rng: Random, parameters: tuple[str, ...], style: str, reuse: bool, taken: Collection[str] = ()):
        self.rng, self.style, self.reuse = rng, style, reuse
        self.parameters = parameters
        self.used = {*parameters, *taken}
        self.lines: list[str] = []
        self.inputs = list(parameters)
        self.code = parameters[0]
        self.gen: Gen | None = None
        self.done = False

    def fresh(self, choices: tuple[str, ...]) -> str:
        for name in choices:
            if name not in self.used:
                self.used.add(name)
                return name
        raise Unwritable

    def assign(self, kind: str) -> None:
        """The value so far gets a name."""
        if self.code.isidentifier():
            return
        if self.reuse and kind in ("int", "str") and len(self.parameters) == 1:
            name = self.parameters[0]
        else:
            name = self.fresh(NAMES.get(kind, ("result", "value")))
        self.lines.append(f"{name} = {self.code}")
        self.code = name

    def settle(self, kind: str) -> None:
        """The comprehension under way becomes a list."""
        if self.gen:
            self.code, self.gen = self.gen.listed(), None
            self.assign(kind)

    def begin(self, kind: str) -> Gen:
        if self.gen is None:
            element = ELEMENT[kind]
            var = VARIABLES[element] if kind != "str" else "c"
            names = (var, "x", "item", "v") if var == "n" else (var, "w", "item", "entry")
            self.gen = Gen(name := self.fresh(names), self.code, name, [])
        return self.gen

    def element(self, step: Step, code: str, kind: str) -> str:
        """A code on one element, put on the comprehension's value."""
        gen = self.begin(kind)
        if not gen.value.isidentifier() and (code.count("{0}") > 1 or "f'" in code or self.style == "steps"):
            self.settle(kind)
            gen = self.begin(kind)
        return put(code, gen.value)

    def write(self, step: Step, final: bool) -> None:
        kind = step.takes[0]
        if step.kind == "keep":
            gen = self.begin(kind)
            if gen.value != gen.var or (self.style == "steps" and gen.conditions):
                self.settle(kind)
                gen = self.begin(kind)
            gen.conditions.append(put(step.codes[0], gen.var))
            return
        if step.kind == "map":
            if self.gen and self.style == "steps":
                self.settle(kind)
            value = self.element(step, step.codes[0], kind)
            self.begin(kind).value = value
            return
        if step.kind == "quantify":
            gen = self.begin(kind)
            if gen.value != gen.var:
                self.settle(kind)
                gen = self.begin(kind)
            gen.conditions.append(put(step.filters, gen.var))
        if (
            step.loop
            and self.style == "loop"
            and kind in ELEMENT
            and "for" not in (self.gen or self).__dict__.get("value", "")
        ):
            self.loop(step, kind, final)
            return
        codes = [c for c in step.codes if self.fits(c, kind)]
        if not codes:
            self.settle(kind)
            codes = [c for c in step.codes if self.fits(c, kind)]
        self.code, self.gen = self.fill(self.rng.choice(codes), kind), None
        if self.style != "fused" and not final:
            self.assign(step.gives)

    def fits(self, code: str, kind: str) -> bool:
        if self.gen is None or self.gen.plain:
            return True
        return "{0}" not in code and ("{v}" not in code or self.gen.value.isidentifier() or code.count("{v}") == 1)

    def fill(self, code: str, kind: str) -> str:
        if "{src}" in code:
            gen = self.begin(kind)
            code = code.replace("{src}", gen.source).replace("{var}", gen.var).replace("{if}", gen.tail)
            return put(code.replace("{v}", "{0}"), gen.value)
        if self.gen and not self.gen.plain:
            inner = self.gen.inner()
            pair = inner if "({gen})" in code else f"({inner})"
            return code.replace("{gen}", pair).replace("{pgen}", f"({inner})").replace("{list}", f"[{inner}]")
        if self.gen:
            self.code = self.gen.source
        code = code.replace("{gen}", "{0}").replace("{pgen}", "{0}").replace("{list}", "{0}")
        repeated = code.count("{0}") > 1 or "f'" in code or " for " in self.code or len(self.code) > 60
        if not self.code.isidentifier() and repeated and not (" for " in self.code and code == "{0}"):
            self.assign(kind)
        for i, other in enumerate(self.inputs[1:], 1):
            code = code.replace(f"{{{i}}}", other)
        return put(code, self.code)

    def loop(self, step: Step, kind: str, final: bool) -> None:
        gen = self.begin(kind)
        loop = step.loop
        early = not loop.acc
        if early and not final:
            raise Unwritable
        acc = "" if early else self.fresh((loop.acc, loop.acc + "_so_far", "answer"))
        body = [line.replace("{acc}", acc).replace("{var}", gen.var) for line in loop.body]
        if sum(line.count("{v}") for line in body) > 1 and not gen.value.isidentifier():
            name = self.fresh(("value", "current", "item"))
            body = [f"{name} = {gen.value}", *(line.replace("{v}", name) for line in body)]
        else:
            body = [put(line.replace("{v}", "{0}"), gen.value) if "{v}" in line else line for line in body]
        body = [re.sub(r"^(\s*\w+ [-+*]= )\((.*)\)$", r"\1\2", line) if balanced(line) else line for line in body]
        self.wrap(gen, body, [] if early else [f"{acc} = {loop.start}"])
        self.code, self.gen = loop.result.replace("{acc}", acc), None

    def wrap(self, gen: Gen, body: list[str], before: list[str]) -> None:
        if gen.conditions:
            body = [f"if {all_of(gen.conditions)}:", *("    " + line for line in body)]
        self.lines += [*before, f"for {gen.var} in {gen.source}:", *("    " + line for line in body)]

    def finish(self, kind: str) -> list[str]:
        if self.gen and self.style == "loop" and not self.gen.plain:
            acc = self.fresh(("result", "found", "output"))
            self.wrap(self.gen, [f"{acc}.append({self.gen.value})"], [f"{acc} = []"])
            self.code = acc
        elif self.gen:
            self.code = f"list({self.gen.source})" if self.gen.plain else self.gen.listed()
        return [*self.lines, f"return {self.code}"]


def balanced(line: str) -> bool:
    """Whether the brackets around a whole right side belong together."""
    match = re.match(r"^\s*\w+ [-+*]= (\(.*\))$", line)
    if not match:
        return False
    depth = 0
    for i, c in enumerate(match[1]):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return i == len(match[1]) - 1
    return False


def body(
    rng: Random, steps: list[Step], parameters: tuple[str, ...], style: str, taken: Collection[str] = ()
) -> list[str]:
    """The lines of the body, without indentation. Raises Unwritable when the style does not suit the steps.

    Args:
        parameters: the inputs of the first step.
        taken: names that are not to be used for variables.
    """
    writer = Writer(rng, parameters, style, style == "steps" and rng.random() < 0.5, taken)
    for i, step in enumerate(steps):
        writer.write(step, final=i == len(steps) - 1)
        if style == "loop" and i == 0 and len(step.takes) > 1:
            continue
    return writer.finish(steps[-1].gives)


def whole(name: str, head: str, lines: list[str], steps: list[Step]) -> str:
    """The function with the imports that its body needs."""
    text = NUMERAL.sub(r"'\1'", "\n".join(f"    {line}" for line in lines))
    needed = []
    for step in steps:
        for word, line in step.imports:
            if line not in needed and (f"{word}." in text or f"{word}(" in text):
                needed.append(line)
    top = "\n".join(sorted(needed)) + "\n\n\n" if needed else ""
    return f"{top}def {name}({head}):\n{text}\n"


__all__ = ["Unwritable", "body", "tight", "whole"]
