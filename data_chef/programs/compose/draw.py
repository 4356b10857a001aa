"""Draws a function: its steps, its sentence, its programs, its examples."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from data_chef.programs.compose import higher, lists, numbers, pairs, several, strings
from data_chef.programs.compose.check import telling
from data_chef.programs.compose.code import Unwritable, body, whole
from data_chef.programs.compose.core import CLOSED, Op, Step, bind
from data_chef.programs.compose.inputs import arguments
from data_chef.programs.function import Function
from data_chef.programs.names import COMMON, RESERVED, STRANGE, strange_name
from data_chef.programs.names import PARAMETERS as COMMON_PARAMETERS


LIBRARY: tuple[Op, ...] = (
    *numbers.PROPERTIES, *numbers.MEASURES, *strings.PROPERTIES, *strings.MEASURES, *strings.SENTENCES,
    *lists.REDUCTIONS, *lists.CHECKS, *lists.REARRANGED, *lists.SHAPED, *pairs.TWO, *pairs.NESTED, *pairs.MAPPINGS,
    *pairs.TUPLES, *several.SEVERAL,
)  # fmt: skip
COMPOSABLE = ("int", "str", "list[int]", "list[str]", "list[list[int]]", "list[tuple[int, int]]", "dict[str, int]")
STARTS = (
    *[("list[int]",)] * 9, *[("str",)] * 6, *[("int",)] * 4, *[("list[str]",)] * 4, *[("list[list[int]]",)] * 2,
    *[("list[int]", "list[int]")] * 2, *[("int", "int")] * 2, *[("str", "str")] * 2, ("dict[str, int]",),
    ("list[tuple[int, int]]",), ("int", "int", "int"), *[("list[int]", "int")] * 2, *[("list[int]", "int", "int")] * 2,
    ("list[str]", "str"), ("str", "int"), ("str", "int", "int"), ("str", "str", "str"),
)  # fmt: skip
PARAMETERS = {
    "int": ("n", "number", "x", "num", "value", "m"),
    "str": ("text", "string", "sentence", "line", "message", "phrase", "s"),
    "list[int]": ("numbers", "values", "nums", "xs", "data", "items", "integers", "lst", "arr"),
    "list[str]": ("words", "names", "strings", "items", "tokens"),
    "list[list[int]]": ("matrix", "grid", "rows", "table"),
    "dict[str, int]": ("scores", "prices", "stock", "ages", "points", "counts"),
    "list[tuple[int, int]]": ("pairs", "points", "tuples", "items"),
}
SEVERAL_PARAMETERS = {
    ("int", "int"): (("a", "b"), ("x", "y"), ("m", "n"), ("first", "second"), ("n", "k"), ("num1", "num2")),
    ("str", "str"): (
        ("a", "b"),
        ("first", "second"),
        ("text1", "text2"),
        ("left", "right"),
        ("s", "t"),
        ("s1", "s2"),
        ("str1", "str2"),
    ),
    ("list[int]", "list[int]"): (
        ("a", "b"),
        ("first", "second"),
        ("xs", "ys"),
        ("left", "right"),
        ("list1", "list2"),
        ("nums1", "nums2"),
        ("test_list1", "test_list2"),
    ),
    ("int", "int", "int"): (("a", "b", "c"), ("x", "y", "z"), ("n", "low", "high"), ("n1", "n2", "n3")),
    ("list[int]", "int"): (
        ("numbers", "k"),
        ("nums", "x"),
        ("arr", "n"),
        ("values", "target"),
        ("lst", "element"),
        ("test_list", "k"),
        ("data", "item"),
    ),
    ("list[int]", "int", "int"): (
        ("numbers", "a", "b"),
        ("nums", "low", "high"),
        ("arr", "x", "y"),
        ("lst", "p", "q"),
        ("test_list", "m", "n"),
        ("values", "first", "second"),
    ),
    ("list[str]", "str"): (
        ("words", "part"),
        ("strings", "s"),
        ("lst", "text"),
        ("names", "target"),
        ("test_list", "sub"),
    ),
    ("str", "int"): (("text", "k"), ("s", "n"), ("string", "index"), ("word", "i"), ("test_str", "k")),
    ("str", "int", "int"): (("text", "i", "j"), ("s", "start", "end"), ("string", "a", "b"), ("word", "m", "n")),
    ("str", "str", "str"): (
        ("text", "a", "b"),
        ("s", "old", "new"),
        ("string", "x", "y"),
        ("word", "first", "second"),
        ("test_str", "ch1", "ch2"),
    ),
}
# How often a single input gets a parameter for a constant beside it, at level 1, 2 and 3. With the functions of
# several inputs, about half of all functions then have two parameters or more.
HOLES_AT = (0.25, 0.2, 0.15)
# Generic names for the parameter that stands for a constant.
HOLES = {int: ("k", "n", "x", "m", "num", "val", "limit", "b"), str: ("char", "ch", "c", "k", "s2", "sub", "x")}
ROW_KEYS = {"sum": "sum", "largest": "largest element", "smallest": "smallest element", "length": "length",
            "first_item": "first element", "last_item": "last element"}  # fmt: skip
LEVELS = (1, 2, 3, 4, 5, 6)
PREFIXES = ("get", "find", "compute", "calculate", "make", "extract", "build", "determine")
GENERIC = ("process", "solve", "transform", "compute", "apply", "evaluate", "run", "solution", "answer", "convert")
UNDEFINED = (ValueError, IndexError, SyntaxError, TypeError, ZeroDivisionError, OverflowError, StopIteration)
CANDIDATES = 20
EXAMPLES = 8


@cache
def by_input(takes: tuple[str, ...]) -> tuple[tuple[Op, ...], tuple[Op, ...]]:
    """The operations on these inputs: those that give a bool, and the others."""
    ops = [op for op in LIBRARY if op.takes == takes]
    return tuple(op for op in ops if op.gives == "bool"), tuple(op for op in ops if op.gives != "bool")


@cache
def rest_of(takes: tuple[str, ...], composable: bool) -> tuple[Op, ...]:
    ops = by_input(takes)[1]
    return tuple(op for op in ops if not composable or (op.gives in COMPOSABLE and not op.last))


@cache
def keyed(element: str) -> tuple[Op, ...]:
    """Measures that can be sorted and grouped by."""
    return tuple(op for op in rest_of((element,), False) if op.key and op.gives in ("int", "str"))


@cache
def mapped(element: str, composable: bool) -> tuple[Op, ...]:
    gives = ("int", "str") if composable else ("int", "str", "list[int]", "float")
    ops = tuple(op for op in rest_of((element,), False) if op.gives in gives)
    if element == "list[int]":
        ops = tuple(op for op in ops if any("{v}" not in c for c in op.codes) and op.name != "product")
    return ops


@cache
def selective(element: str) -> tuple[Op, ...]:
    """Properties that select elements."""
    return tuple(op for op in by_input((element,))[0] if op.which)


@cache
def open_ones(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """The operations whose constant may be a parameter."""
    return tuple(op for op in ops if op.hole)


@cache
def weighted(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """The operations, those with many constants several times: each constant has to be seen often enough."""
    return tuple(op for op in ops for _ in range(min(1 + len(set(op.constants)) // 9, 4)))


def of_row(told: str) -> str:
    """A clause about a list, said of a row."""
    told = told.replace("all of {0}", "all elements of {0}").replace("{0} are in", "the elements of {0} are in")
    told = told.replace("the sum of {0}", "the sum of the elements of {0}")
    return told.replace("{whole}", "{0}").replace("{in}", "in {0}")


def draw_step(rng: Random, takes: tuple[str, ...], final: bool, hole: bool, kind: str = "") -> Step:
    """A step on these inputs. Raises IndexError when there is none."""

    def drawn(ops: tuple[Op, ...]) -> Step:
        op = rng.choice(open_ones(ops) if hole else weighted(ops))
        return bind(op, rng, hole, HOLES if rng.random() < COMMON else {})

    element = takes[0][5:-1] if len(takes) == 1 and takes[0].startswith("list[") else ""
    if element in ("int", "str", "list[int]") and (kind or rng.random() < 0.6):
        choice = kind or rng.choice(("property", "property", "map", "key" if final else "map"))
        if choice == "property":
            p = drawn(selective(element))
            if element == "list[int]":
                p.told = tuple([of_row(told) for told in p.told])
            makers = higher.PROPERTY_STEPS if final else (higher.keep, higher.drop, higher.indices)
            return rng.choice(makers)(p, rng)
        if choice == "map":
            return higher.change(drawn(mapped(element, not final)), rng)
        if keyed(element):
            return rng.choice(higher.KEY_STEPS)(drawn(keyed(element)), rng)
    properties, _ = by_input(takes)
    if final and properties and rng.random() < 0.15:
        return drawn(properties)
    return drawn(rest_of(takes, not final))


def draw_steps(rng: Random, takes: tuple[str, ...], length: int, holes: int, ending: str = "") -> list[Step]:
    """A chain whose types fit."""
    steps: list[Step] = []
    at = rng.randrange(length)
    for i in range(length):
        step = draw_step(rng, takes, i == length - 1, bool(holes) and i == at, ending if i == length - 1 else "")
        steps.append(step)
        takes = (step.gives,)
    return steps


REDUNDANT = {
    ("keep", "length"), ("keep", "length_str"), ("ascending", "largest"), ("descending", "largest"),
    ("ascending", "ascending"), ("reverse", "ascending"), ("descending", "ascending"), ("reverse", "descending"),
    ("ascending", "descending"), ("reverse", "reverse"), ("reversed", "reversed"), ("upper", "lower"),
    ("lower", "upper"), ("lower", "lower"), ("upper", "upper"), ("double", "multiply"), ("negate", "negate"),
    ("double", "even"), ("ascending", "sum"), ("reverse", "sum"), ("descending", "sum"), ("digits", "sum"),
    ("words", "length_str"), ("characters", "concatenated"), ("add", "add"), ("subtract", "add"), ("add", "subtract"),
    ("multiply", "multiply"), ("unique", "unique_sorted"), ("unique", "unique"), ("unique_sorted", "ascending"),
    ("absolute", "absolute"), ("negate", "absolute"), ("absolute", "square"), ("negate", "square"),
    ("digit_sum", "to_text"), ("words", "joined"), ("ascending", "smallest"), ("divisors", "length"),
    ("proper_divisors", "length"), ("enumerated", "total_length"), ("run_lengths", "tuple_products"),
    ("common_letters", "has_vowel"), ("common_letters", "keep_vowel"), ("bracket", "length"), ("surround", "length"),
    ("append", "length"), ("acronym", "word_lengths"), ("characters", "initials"), ("twice", "initials"),
    ("reverse", "initials"), ("add", "range_of"), ("subtract", "range_of"), ("divisors", "sum"), ("unique_letters",
     "unique_letters"),
}  # fmt: skip


# What looks at the digits of a number or the characters of its text, which tells nothing about a tiny number.
ON_DIGITS = frozenset(
    "last_digit first_digit digit_sum digit_product digit_count largest_digit smallest_digit reverse_digits "
    "count_digit even_digits odd_digits ones bit_length to_text padded binary hexadecimal digits palindrome_number "
    "has_digit ends_in two_digit modulo isqrt as_number gcd_with count_divisors sum_divisors absolute first_multiples "
    "primes_to proper_divisors divisors square_number power_of_two prime negative at_least_str".split()
)
TINY = ON_DIGITS - frozenset("divisors proper_divisors first_multiples primes_to reverse_digits "
"sum_divisors".split()) | {
    "count_rises", "highest_frequency", "longest_run", "sign", "factorial", "count", "length", "length_str",
    "count_distinct", "count_distinct_str", "word_count", "same_places", "index", "index_of_largest",
    "index_of_smallest", "different_letters", "differing", "grid_count", "count_equal", "count_of", "count_letter",
}  # fmt: skip
LETTER = frozenset("first_letter last_letter most_common_letter to_text binary hexadecimal".split())
AFTER_LETTER = frozenset("count_of frequencies frequencies_str most_common_str table paired count_by length unique "
                         "unique_alphabetical concatenated joined repeat append surround "
                         "count_letter".split())  # fmt: skip
RARE = frozenset("keep_punctuation remove_punctuation star_punctuation has_punctuation count_punctuation capitalized "
                 "lowercase has_upper swap_case strip single_spaces index_of".split())  # fmt: skip


def plain_name(step: Step) -> str:
    return step.name.split("[")[0].split("(")[0]


def core_name(step: Step) -> str:
    """The name of the operation on elements, or the operation itself."""
    return plain_name(step.inner) if step.inner else plain_name(step)


def sensible(steps: Sequence[Step]) -> bool:
    """No step undoes or repeats the one before it."""
    for one, two in zip(steps, steps[1:], strict=False):
        a, b = plain_name(one), plain_name(two)
        if (a, b) in REDUNDANT or one.name == two.name:
            return False
        if a == "keep" and two.inner and b != "map" and one.inner.name == two.inner.name:
            return False
        if a == b and a not in ("keep", "map", "drop"):
            return False
        before, after = core_name(one), core_name(two)
        maps = one.kind == "map" or not one.inner
        if maps and (before in TINY or a in TINY) and after in ON_DIGITS:
            return False
        if maps and before in LETTER and (two.takes[0] in ("str", "list[str]") and after not in AFTER_LETTER):
            return False
        if after in RARE:
            return False
        if two.kind == "keep" and one.kind == "keep" and before == after:
            return False
    return len(steps) < 4 or steps[-1].gives != "bool"


def state(parameter: str, kind: str, alone: bool) -> dict[str, str]:
    """How the input is spoken of; with two inputs, by its name."""
    if not alone:
        return {"0": parameter, "n": "numbers"}
    if kind in ("list[int]", "list[str]"):
        noun = "numbers" if kind == "list[int]" else parameter if parameter in ("words", "names") else "strings"
        np = f"the {noun} in {parameter}"
        return {"0": np, "in": f"in {parameter}", "n": noun, "each": f"each {noun[:-1]} in {parameter}",
                "eachx": f"each {noun[:-1]} x in {parameter}",
                "whole": parameter}  # fmt: skip
    if kind == "list[list[int]]":
        return {"0": f"the rows of {parameter}", "in": f"in {parameter}", "n": "rows",
        "each": f"each row of {parameter}",
                "eachx": f"each row x of {parameter}",
                "whole": parameter}  # fmt: skip
    return {"0": parameter, "in": f"in {parameter}", "n": "characters", "each": parameter, "whole": parameter}


def results(kind: str) -> dict[str, str]:
    """How the value so far is spoken of."""
    if kind in ("list[int]", "list[str]", "list[list[int]]"):
        noun = {"list[int]": "numbers", "list[str]": "strings", "list[list[int]]": "rows"}[kind]
        return {"0": f"the resulting {noun}", "in": "in the resulting list", "n": noun, "each": f"each {noun[:-1]}",
                "eachx": f"each {noun[:-1]} x",
                "whole": "the resulting list"}  # fmt: skip
    return {"0": "the result", "in": "in the result", "n": "characters", "each": "the result", "whole": "the result"}


def fill(template: str, st: dict[str, str], others: Sequence[str] = ()) -> str:
    """The template with its slots filled; `others` are the inputs after the first."""
    for slot, words in st.items():
        template = template.replace(f"{{{slot}}}", words)
    for i, other in enumerate(others, 1):
        template = template.replace(f"{{{i}}}", other)
    return template


BOOLS = (
    "Return True if {clause}, otherwise False.", "Return True if {clause}, and False otherwise.",
    "Check whether {clause}.", "Return whether {clause}.", "Tell whether {clause}.", "Determine whether {clause}.",
    "Test whether {clause}, returning True or False.",
)  # fmt: skip
RETURNS = ("Return {np}.",) * 5 + ("Find {np}.", "Compute {np}.", "Give {np}.", "Determine {np}.")
MAKES = ("Return {np}.",) * 4 + ("Build {np}.", "Create {np}.", "Make {np}.")


def returned(np: str, gives: str, rng: Random) -> str:
    """The sentence that asks for a value."""
    if gives == "bool":
        return rng.choice(BOOLS).format(clause=np)
    frames = (
        MAKES
        if np.startswith("a ")
        else RETURNS
        if gives in ("int", "float")
        else ("Return {np}.",) * 3 + ("Give {np}.",)
    )
    return rng.choice(frames).format(np=np)


def nested(rng: Random, steps: Sequence[Step], st: dict[str, str], others: Sequence[str]) -> str:
    """One noun phrase for the whole chain, or nothing when it would be hard to read."""
    np = ""
    for i, step in enumerate(steps):
        final = i == len(steps) - 1
        options = [t for t in step.told if i == 0 or t.endswith(("{0}", "{in}", "{whole}"))
                   or (final and steps[i - 1].kind == "keep" and not t.startswith("{0} "))]  # fmt: skip
        if not final:
            options = [t for t in options if t.endswith(("{0}", "{in}", "{1}", "{2}")) and not t.startswith("a ")]
        if not options or (i and step.gives == "bool"):
            return ""
        np = fill(rng.choice(options), st, others)
        if not final:
            if step.gives.startswith("list["):
                noun = results(step.gives)["n"] if step.gives in PARAMETERS else "tuples"
                st = {
                    "0": np,
                    "in": f"among {np}",
                    "n": noun,
                    "each": f"each of {np}",
                    "eachx": f"each element x of {np}",
                    "whole": f"the list of {np}",
                }
                if np.startswith("the ") and step.kind == "keep":
                    st["whole"] = np
            else:
                st = {"0": np, "in": f"in {np}", "n": "characters", "each": np, "whole": np}
    return np


def sequence(rng: Random, steps: Sequence[Step], st: dict[str, str], others: Sequence[str]) -> str:
    """One imperative a step: `Square each number in values, keep only the even numbers and return their sum.`"""
    clauses = []
    for i, step in enumerate(steps[:-1]):
        told = [t for t in step.told if step.kind == "plain"]
        if step.done and (step.kind != "keep" or i):
            clause = fill(rng.choice(step.done), st, others)
            if not i and not re.search(rf"\b{st['0'].split()[-1]}\b", clause):
                clauses.append(f"take {st['0'].split()[-1]}")
            clauses.append(clause)
        elif step.kind == "keep":
            clauses.append("take " + fill(rng.choice(step.told), st, others))
        elif told or step.told:
            clauses.append(rng.choice(("take ", "compute " if step.gives == "int" else "take "))
                           + fill(rng.choice(told or step.told), st, others))  # fmt: skip
        st = results(step.gives)
    last = steps[-1]
    if last.gives == "bool":
        end = f"return whether {fill(rng.choice(last.told), st, others)}"
    elif last.done and (not last.told or rng.random() < 0.4):
        clauses.append(fill(rng.choice(last.done), st, others))
        end = "return the result"
    else:
        end = f"return {fill(rng.choice(last.told), st, others)}"
    form = rng.randrange(4)
    parts = [*clauses, end]
    if form == 0 and len(clauses) > 1:
        return upper(f"{', '.join(['first ' + clauses[0], *('then ' + c for c in clauses[1:])])}, and finally {end}.")
    if form == 1 and len(parts) > 1:
        middle = "".join(f" Then {c}." for c in parts[1:-1])
        return f"{upper(parts[0])}.{middle} {rng.choice(('Then', 'Finally,')) if middle else 'Then'} {end}."
    if form == 2:
        return f"{upper(', then '.join(clauses))}, and {end}."
    return f"{upper(', '.join(clauses))}{',' if any(',' in c for c in clauses) else ''} and {end}."


def upper(text: str) -> str:
    """With a capital at the start, unless that would change the name of a parameter."""
    return text[:1].upper() + text[1:]


def told_well(summary: str) -> str:
    """`the first element` for `the first 1 elements`, `1 digit` for `1 digits`."""
    if " 1 " not in summary and "first 1" not in summary:
        return summary
    summary = re.sub(r"\b1 (digit|character|element)s\b", r"1 \1", summary)
    return re.sub(r"\b(first|last) 1\b", r"\1", summary)


SINGULAR = {"squares": "square", "cubes": "cube", "doubles": "double", "lengths": "length", "negated": "negate",
            "first_letters": "first_letter", "last_letters": "last_letter"}  # fmt: skip
ASKED = {"starting_with": "starts_with", "ending_with": "ends_with", "containing": "contains", "without": "lacks",
         "ending_in": "ends_in", "palindromes": "is_palindrome", "palindromic": "is_palindrome",
         "isograms": "is_isogram",
         "powers_of_two": "is_power_of_two", "perfect_squares": "is_perfect_square",
         "one_more_than": "is_one_more_than"}  # fmt: skip
VERBS = ("is_", "has_", "contains", "are_", "same_", "all_", "sum_", "ends_", "starts_", "lacks")


def title_of(step: Step) -> str:
    """The words of a step for the name of a function; a question when it is answered by yes or no."""
    title = step.title
    if step.kind != "plain" or step.inner:
        return title
    if step.gives != "bool":
        return SINGULAR.get(title, title)
    for start, asked in ASKED.items():
        if title.startswith(start):
            return asked + title[len(start) :]
    if title.startswith("with_"):
        return "has_" + title[5:]
    return title if title.startswith(VERBS) else f"is_{title}"


def name_of(rng: Random, steps: Sequence[Step], taken: Sequence[str], extra: str = "") -> str:
    """A name made of the steps' own words, or one that tells nothing."""
    if rng.random() < STRANGE:
        return strange_name(rng, taken)
    if rng.random() < 0.06:
        name = rng.choice(GENERIC)
    else:
        titles = [title_of(step) for step in reversed(steps) if step.title][: 2 if len(steps) > 3 else 3]
        name = "_".join(titles) or "compute"
        if len(titles) > 1 and titles[0] in ("sum", "count", "largest", "smallest", "mean", "product", "set"):
            name = f"{titles[0]}_of_{'_'.join(titles[1:])}"
        if rng.random() < 0.15 and not name.startswith(("is_", "has_", "count", "all_", "are_")):
            name = f"{rng.choice(PREFIXES)}_{name}"
        if len(name) > 44:
            name = titles[0] + "_" + titles[-1] if len(titles[0] + titles[-1]) < 40 else titles[0]
    name = re.sub(r"_+", "_", re.sub(r"\W", "", name + extra)).strip("_").lower()
    if name[:1].isdigit():
        name = "number_" + name
    if name in RESERVED or name in taken:
        name += rng.choice(("_value", "_result", "_of_input"))
    return name


def draw_function(rng: Random, level: int, starts: Sequence[tuple[str, ...]] = STARTS,
                  want: Callable[[list[Step]], bool] | None = None, ending: str = "") -> Function:  # fmt: skip
    """A function of this level: 1 one operation, 2 and 3 chains, 4 a condition or a second parameter, 5 and more "
    "longer.

    Args:
        level: from 1 on.
        starts: the types of the inputs to choose from.
        want: which chains are wanted; all of them by default.
        ending: how the last step on a list is made: from a `property`, by a `map`, with a `key`.
    """
    while True:
        function = attempt(rng, level, starts, want, ending)
        if function is None:
            continue
        told = [s for s in function.sources[:2] if telling(function.name, s, function.examples, function.canonical)]
        if told:
            return replace(function, sources=tuple(told))


def shape_of(rng: Random, level: int) -> tuple[int, bool, bool]:
    """Number of steps, whether a constant becomes a parameter, whether there is a condition."""
    if level <= 3:
        return level, rng.random() < HOLES_AT[level - 1], False
    if level == 4:
        return (rng.choice((1, 2, 2)), True, False) if rng.random() < 0.6 else (rng.choice((1, 1, 2)), False, True)
    if level == 5:
        pick = rng.random()
        return (4, False, False) if pick < 0.4 else (3, True, False) if pick < 0.7 else (2, False, True)
    return (level - 1, False, False) if rng.random() < 0.5 else (level - 2, True, False)


def parameters_of(rng: Random, takes: tuple[str, ...]) -> tuple[str, ...]:
    """Names for the inputs."""
    if len(takes) > 1:
        return rng.choice(SEVERAL_PARAMETERS[takes])
    return (rng.choice((COMMON_PARAMETERS if rng.random() < COMMON else PARAMETERS)[takes[0]]),)


def attempt(rng: Random, level: int, starts, want, ending: str = "") -> Function | None:
    takes = rng.choice(starts)
    length, hole, branch = shape_of(rng, level)
    if len(takes) > 1 and length == 1:
        # There are parameters enough.
        hole = False
    try:
        steps = draw_steps(rng, takes, length, hole, ending)
    except IndexError:
        return None
    if not sensible(steps) or (want and not want(steps)):
        return None
    found = next((step.hole for step in steps if step.hole), None)
    if hole and not found:
        return None
    base = parameters_of(rng, takes)
    parameters = (*base, found[0]) if found else base
    if len(set(parameters)) < len(parameters):
        return None
    hints = [*takes, *((type(found[1]).__name__,) if found else ()), steps[-1].gives]
    st, others = state(base[0], takes[0], len(base) == 1), base[1:]
    if branch:
        return branched(rng, steps, base, takes, st, others)
    arity = len(base)

    def trace(given: tuple[Any, ...], chain: Sequence[Step] = steps) -> list[Any]:
        xs, extra = given[:arity], given[-1]
        passed = [given[0]] if arity == 1 else []
        for step in chain:
            xs = (sized(step.run(xs, extra)),)
            passed.append(xs[0])
        return passed

    examples = examples_of(rng, takes, steps, trace, found)
    if not examples or not matters(steps, trace, examples):
        return None
    name = name_of(rng, steps, parameters)
    np = nested(rng, steps, st, others) if len(steps) <= 3 else ""
    if np and (len(steps) < 3 or rng.random() < 0.6):
        summary = returned(np, steps[-1].gives, rng)
    elif len(steps) == 1 and (not steps[0].told or steps[0].done and rng.random() < 0.3):
        summary = upper(fill(rng.choice(steps[0].done), st, others)) + " and return the result."
    elif len(steps) == 1:
        return None
    elif any(not step.told and not step.done for step in steps) or not (steps[-1].told or steps[-1].done):
        return None
    else:
        summary = sequence(rng, steps, st, others)
    sources = programs(rng, name, parameters, base, steps)
    if not sources:
        return None

    canonical = f"{','.join(takes)}:" + "|".join(step.name for step in steps)
    return Function(name, parameters, told_well(summary), sources, examples, canonical, tuple(hints))


def programs(rng: Random, name: str, parameters, base, steps) -> tuple[str, ...]:
    """Different programs for the steps, in random order."""
    found: list[str] = []
    for style in rng.sample(("fused", "steps", "loop"), 3):
        try:
            lines = body(rng, steps, base, style, parameters)
        except Unwritable:
            continue
        text = whole(name, ", ".join(parameters), lines, steps)
        if text not in found and acceptable(text, lines, parameters):
            found.append(text)
    return tuple(found)


def acceptable(text: str, lines: list[str], parameters) -> bool:
    """Whether lines are short and no parameter is a loop variable as well."""
    if max(map(len, lines)) > 96:
        return False
    for p in parameters:
        if f"for {p} in" in text or f"for {p}, " in text or f", {p} in " in text or f"lambda {p}:" in text:
            return False
    return True


def examples_of(rng: Random, takes, steps, trace, found) -> tuple[tuple[tuple[Any, ...], Any], ...] | None:
    """Six to eight pairs of arguments and value, or nothing when they would tell too little.

    They tell too little when the values hardly differ or when some step changes nothing. `trace` gives the values
    after each step.
    """
    constants = [c for step in steps for c in step.constants]
    holes = next((step.constants for step in steps if step.hole), ())
    kept: list[tuple[tuple[Any, ...], Any]] = []
    again: list[tuple[tuple[Any, ...], Any]] = []
    values: list[str] = []
    changed: list[int] = []
    for i, given in enumerate(arguments(rng, takes, constants, CANDIDATES)):
        if i == 9 and (len(kept) < 4 or 0 in changed):
            return None
        if found:
            given = (*given, hole_value(rng, given, holes, found[0]))
        try:
            passed = trace(given)
        except UNDEFINED:
            continue
        value = passed[-1]
        text = repr(value)
        if len(text) > 110 or any(given == other for other, _ in kept):
            continue
        effects = [a != b for a, b in zip(passed, passed[1:], strict=False)]
        changed = [a + b for a, b in zip(changed, effects, strict=True)] if changed else [*map(int, effects)]
        (again if values.count(text) > (value in (True, False)) * 2 else kept).append((given, value))
        values.append(text)
        if len(kept) == EXAMPLES:
            break
    pairs = (kept + again)[:EXAMPLES]
    if len(pairs) < 5 or len(kept) < 4 or min(changed, default=3) < 3:
        return None
    return tuple(rng.sample(pairs, len(pairs)))


def hole_value(rng: Random, given: tuple[Any, ...], choices: tuple[Any, ...], symbol: str) -> Any:
    """A value for the parameter that stands for a constant; often one that occurs in the other arguments."""
    k = rng.choice(choices)
    if type(k) is not int or symbol in CLOSED or rng.random() < 0.5:
        return k
    first = given[0]
    if isinstance(first, dict):
        near = [*first.values()]
    elif isinstance(first, list):
        near = [x for x in first if type(x) is int] + [sum(x) for x in first if isinstance(x, list)]
        near = near + [len(first), *((sum(near),) if near else ())]
    elif isinstance(first, int):
        near = [first, *(d for d in range(2, 10) if first % d == 0)]
    else:
        near = [len(first), len(first) - 1]
    near = [n for n in near if min(choices) <= n <= max(choices) + 20]
    return rng.choice(near) if near else k


def matters(steps: Sequence[Step], trace: Callable, examples, more: Sequence[Step] = ()) -> bool:
    """Whether the examples notice when a step is left out, and when a constant is one more or one less."""

    def noticed(chain: Sequence[Step], times: int) -> bool:
        for given, value in examples:
            try:
                times -= trace(given, chain)[-1] != value
            except UNDEFINED:
                times -= 1
            if times <= 0:
                return True
        return False

    for i, step in enumerate(steps):
        if len(steps) > 1 and step.takes == (step.gives,):
            if not noticed([*steps[:i], *steps[i + 1 :]], 2):
                return False
    for step in (*steps, *more):
        if step.cell and type(step.cell[0]) is int:
            k = step.cell[0]
            for other in (k + 1, k - 1):
                step.cell[0] = other
                told = noticed(steps, 1)
                step.cell[0] = k
                if not told and other:
                    return False
    return True


def sized(value: Any) -> Any:
    """The value. Raises ValueError when it is unreasonably large."""
    if isinstance(value, int):
        if abs(value) > 10**7:
            raise ValueError("too large")
    elif isinstance(value, (str, list)) and len(value) > 120:
        raise ValueError("too long")
    return value


def branched(rng: Random, steps, base, takes, st, others) -> Function | None:
    """`If ..., return ...; otherwise return ...`."""
    properties = by_input(takes)[0]
    if not properties or steps[-1].gives == "bool":
        return None
    test = bind(rng.choice(properties), rng)
    gives = steps[-1].gives
    try:
        other = draw_steps(rng, takes, 1, 0)
    except IndexError:
        return None
    if rng.random() < 0.3 and gives in ("int", "str"):
        constant = rng.choice((0, -1, 1, 100) if gives == "int" else ("", "none", "no"))
        np2, code2, tag, meaning2 = repr(constant), repr(constant), repr(constant), lambda xs: constant
        other = []
        if gives == "str" and not constant:
            np2 = "the empty string"
    elif len(takes) == 1 and takes[0] == gives and rng.random() < 0.4:
        np2, code2, tag, meaning2, other = f"{base[0]} unchanged", base[0], "same", lambda xs: xs[0], []
    else:
        if other[0].gives != gives or other[0].name == steps[0].name:
            return None
        np2 = nested(rng, other, st, others)
        meaning2, tag = lambda xs: other[0].run(xs, None), other[0].name
        if not np2:
            return None
    np1 = nested(rng, steps, st, others)
    if not np1:
        return None
    clause = fill(rng.choice(test.told), st, others)
    name = name_of(rng, steps, base, rng.choice(("", "", "_or_default" if not other else "_if", "_when")))
    if name.endswith(("_if", "_when")):
        name += f"_{test.title}" if test.title else "_possible"
    flip = rng.random() < 0.4
    first, last = (np2, np1) if flip else (np1, np2)
    summary = rng.choice((
        f"If {clause}, return {first}; otherwise, return {last}.",
        f"Return {first} if {clause}. Otherwise, return {last}.",
        f"When {clause}, return {first}. In all other cases, return {last}.",
    ))  # fmt: skip
    if "," in first and "if" in first:
        return None
    seen = [0, 0]

    def trace(given: tuple[Any, ...], chain: Sequence[Step] = steps) -> list[Any]:
        holds = bool(test.run(given, None))
        if holds is flip:
            value = meaning2(given)
        else:
            xs = given
            for step in chain:
                xs = (sized(step.run(xs, None)),)
            value = xs[0]
        seen[holds] += 1
        return [value]

    examples = examples_of(rng, takes, [test, *steps, *other], trace, None)
    if not examples or min(seen) < 4 or not matters(steps, trace, examples, [test, *other]):
        return None
    sources = []
    for style in ("fused", "steps", "loop"):
        try:
            one = body(rng, steps, base, style)
            two = body(rng, other, base, "fused") if other else [f"return {code2}"]
            check = body(rng, [test], base, "fused")
        except Unwritable:
            continue
        if len(check) > 1 or len(two) > 1:
            continue
        head = check[0].removeprefix("return ")
        lines1, lines2 = (two, one) if flip else (one, two)
        lines = [f"if {head}:", *("    " + line for line in lines1), *lines2]
        if style == "fused" and len(one) == 1 and rng.random() < 0.4:
            lines = [f"return {lines1[0][7:]} if {head} else {lines2[0][7:]}"]
        text = whole(name, ", ".join(base), lines, [*steps, *other, test])
        if text not in sources and acceptable(text, lines, base) and " if " not in head:
            sources.append(text)
    if not sources:
        return None

    canonical = f"{','.join(takes)}:{test.name}?" + "|".join(step.name for step in steps) + f":{tag}{'!' * flip}"
    return Function(name, base, told_well(summary), tuple(sources), examples, canonical, (*takes, gives))
