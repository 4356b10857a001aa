"""Functions on lists made of two algorithms: a helper for one element, and what is done with all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from data_chef.programs.algorithms.recipe import Recipe, body, fill, program
from data_chef.programs.function import Function
from data_chef.programs.names import STRANGE, strange_name


@dataclass(frozen=True)
class Lift:
    """What is done with the elements of a list and a function of one element.

    Attributes:
        of: the result type of the function of one element.
        names: with the slot `$helper`.
        summaries: with `$xs`, the list, and `$phrase`.
        sources: bodies with `$helper(...)`.
        reference: `(elements, function, **constants) -> value`.
    """

    key: str
    of: str
    names: str
    summaries: tuple[str, ...]
    sources: tuple[str, ...]
    reference: Callable[..., Any]
    result: str
    constants: Mapping[str, tuple] = field(default_factory=dict)


TEST = {
    "test": (
        {"told": "is greater than $k", "op": "> $k", "holds": int.__gt__, "key": "above"},
        {"told": "is less than $k", "op": "< $k", "holds": int.__lt__, "key": "below"},
        {"told": "is at least $k", "op": ">= $k", "holds": int.__ge__, "key": "from"},
        {"told": "is equal to $k", "op": "== $k", "holds": int.__eq__, "key": "equal"},
        {"told": "is even", "op": "% 2 == 0", "holds": lambda v, k: not v & 1, "key": "even"},
        {"told": "is odd", "op": "% 2 == 1", "holds": lambda v, k: v & 1, "key": "odd"},
    ),
    "k": tuple(range(2, 13)),
}
LIFTS = (
    Lift("filter", "bool", "keep_$helper select_$helper", ("Return a list of the $phrase in $xs, in their order.",),
        ("""
         return [$x for $x in $xs if $helper($x)]
         """, """
         $result = []
         for $x in $xs:
             if $helper($x):
                 $result.append($x)
         return $result
         """),
        lambda xs, f: list(filter(f, xs)), "list"),
    Lift("reject", "bool", "drop_$helper without_$helper",
        ("Return a list of the elements of $xs that are not $phrase, in their order.",),
        ("""
         return [$x for $x in $xs if not $helper($x)]
         """, """
         $result = []
         for $x in $xs:
             if not $helper($x):
                 $result.append($x)
         return $result
         """),
        lambda xs, f: [x for x in xs if [y for y in [x] if f(y)] == []], "list"),
    Lift("count", "bool", "count_$helper how_many_$helper", ("Count the $phrase in $xs.",
                                                             "Return how many elements of $xs are $phrase."),
        ("""
         return sum(1 for $x in $xs if $helper($x))
         """, """
         $count = 0
         for $x in $xs:
             if $helper($x):
                 $count += 1
         return $count
         """),
        lambda xs, f: len(list(filter(f, xs))), "int"),
    Lift("all", "bool", "all_$helper every_$helper",
        ("Return True if all elements of $xs are $phrase, otherwise False.",),
        ("""
         return all($helper($x) for $x in $xs)
         """, """
         for $x in $xs:
             if not $helper($x):
                 return False
         return True
         """),
        lambda xs, f: len(list(filter(f, xs))) == len(xs), "bool"),
    Lift("first", "bool", "first_$helper find_$helper", ("Return the first of the $phrase in $xs, or None.",),
        ("""
         for $x in $xs:
             if $helper($x):
                 return $x
         return None
         """, """
         return next(($x for $x in $xs if $helper($x)), None)
         """),
        lambda xs, f: [*filter(f, xs), None][0], "object"),
    Lift("positions", "bool", "where_$helper positions_$helper", ("Return a list of the positions of $phrase in "
                                                                  "$xs.",),
        ("""
         return [$i for $i, $x in enumerate($xs) if $helper($x)]
         """, """
         $result = []
         for $i in range(len($xs)):
             if $helper($xs[$i]):
                 $result.append($i)
         return $result
         """),
        lambda xs, f: [i for i in range(len(xs)) if f(xs[i]) is True], "list[int]"),
    Lift("largest", "bool", "largest_$helper last_$helper",
        ("Return the largest of the $phrase in $xs, or None if there are none.$compared",),
        ("""
         return max(($x for $x in $xs if $helper($x)), default=None)
         """, """
         $best = None
         for $x in $xs:
             if $helper($x) and ($best is None or $x > $best):
                 $best = $x
         return $best
         """),
        lambda xs, f: [None, *sorted(filter(f, xs))][-1], "object"),
    Lift("map", "int", "each_$helper list_of_$helper", ("Return a list with the $phrase of each element of $xs.",),
        ("""
         return [$helper($x) for $x in $xs]
         """, """
         $result = []
         for $x in $xs:
             $result.append($helper($x))
         return $result
         """),
        lambda xs, f: list(map(f, xs)), "list[int]"),
    Lift("total", "int", "total_$helper add_up_$helper", ("Add up the $phrase of every element of $xs.",),
        ("""
         return sum($helper($x) for $x in $xs)
         """, """
         $total = 0
         for $x in $xs:
             $total += $helper($x)
         return $total
         """),
        lambda xs, f: sum(map(f, xs)), "int"),
    Lift("order", "int", "sort_by_$helper order_by_$helper",
        ("Sort $xs by $phrase, the smallest first. Elements with an equal $phrase keep their order.",),
        ("""
         return sorted($xs, key=$helper)
         """, """
         $result = []
         for $x in $xs:
             $i = len($result)
             while $i > 0 and $helper($result[$i - 1]) > $helper($x):
                 $i -= 1
             $result.insert($i, $x)
         return $result
         """),
        lambda xs, f: [x for _, _, x in sorted((f(x), i, x) for i, x in enumerate(xs))], "list"),
    Lift("top", "int", "best_by_$helper top_$helper", ("Return the element of $xs with the largest $phrase, and the "
                                                       "first of them if there are several.",),
        ("""
         return max($xs, key=$helper)
         """, """
         $best = $xs[0]
         for $x in $xs:
             if $helper($x) > $helper($best):
                 $best = $x
         return $best
         """),
        lambda xs, f: min((-f(x), i, x) for i, x in enumerate(xs))[2], "object"),
    Lift("group", "int", "group_by_$helper collect_by_$helper",
        ("Return a dictionary that maps each $phrase to the list of the elements of $xs that have it.",),
        ("""
         groups = {}
         for $x in $xs:
             groups.setdefault($helper($x), []).append($x)
         return groups
         """, """
         groups = {}
         for $x in $xs:
             $key = $helper($x)
             if $key not in groups:
                 groups[$key] = []
             groups[$key].append($x)
         return groups
         """),
        lambda xs, f: {f(x): [y for y in xs if f(y) == f(x)] for x in xs}, "dict"),
    Lift("table", "int", "table_of_$helper map_to_$helper",
        ("Return a dictionary that maps each element of $xs to its $phrase.",),
        ("""
         return {$x: $helper($x) for $x in $xs}
         """, """
         $result = {}
         for $x in $xs:
             $result[$x] = $helper($x)
         return $result
         """),
        lambda xs, f: dict(zip(xs, map(f, xs), strict=True)), "dict"),
    Lift("filter_test", "int", "filter_by_$helper choose_by_$helper",
        ("Return a list of the elements of $xs whose $phrase $told, in their order.",),
        ("""
         return [$x for $x in $xs if $helper($x) $op]
         """, """
         $result = []
         for $x in $xs:
             if $helper($x) $op:
                 $result.append($x)
         return $result
         """),
        lambda xs, f, test, k: [x for x in xs if test["holds"](f(x), k)], "list", TEST),
    Lift("count_test", "int", "count_by_$helper number_by_$helper",
        ("Return the number of elements of $xs whose $phrase $told.",),
        ("""
         return sum(1 for $x in $xs if $helper($x) $op)
         """, """
         $count = 0
         for $x in $xs:
             if $helper($x) $op:
                 $count += 1
         return $count
         """),
        lambda xs, f, test, k: len([x for x in xs if test["holds"](f(x), k)]), "int", TEST),
    Lift("any_test", "int", "any_with_$helper exists_with_$helper",
        ("Return True if there is an element in $xs whose $phrase $told, otherwise False.",),
        ("""
         return any($helper($x) $op for $x in $xs)
         """, """
         for $x in $xs:
             if $helper($x) $op:
                 return True
         return False
         """),
        lambda xs, f, test, k: [x for x in xs if test["holds"](f(x), k)] != [], "bool", TEST),
)  # fmt: skip
BOTH = (
    Lift("both", "", "keep_matching select_both filter_twice choose_elements",
        ("Return a list of the $phrase in $xs whose $measure $told, in their order.",),
        ("""
         return [$x for $x in $xs if $helper($x) and $second($x) $op]
         """, """
         $result = []
         for $x in $xs:
             if $helper($x) and $second($x) $op:
                 $result.append($x)
         return $result
         """),
        lambda xs, f, g, test, k: [x for x in filter(f, xs) if test["holds"](g(x), k)], "list", TEST),
    Lift("either", "", "count_either count_matching how_many_fit",
        ("Return how many elements of $xs are $phrase or have a $measure that $told.",),
        ("""
         return sum(1 for $x in $xs if $helper($x) or $second($x) $op)
         """, """
         $count = 0
         for $x in $xs:
             if $helper($x) or $second($x) $op:
                 $count += 1
         return $count
         """),
        lambda xs, f, g, test, k: len(xs) - len([x for x in xs if not f(x) and not test["holds"](g(x), k)]), "int",
            TEST),
    Lift("sum_both", "", "add_measures total_of_selected sum_for_some",
        ("Add up the $measure of every element of $xs that belongs to the $phrase.",),
        ("""
         return sum($second($x) for $x in $xs if $helper($x))
         """, """
         $total = 0
         for $x in $xs:
             if $helper($x):
                 $total += $second($x)
         return $total
         """),
        lambda xs, f, g: sum(map(g, filter(f, xs))), "int"),
    Lift("order_both", "", "sorted_selection select_and_sort",
        ("Return the $phrase in $xs, sorted by $measure, the smallest first. Equal ones keep their order.",),
        ("""
         return sorted(($x for $x in $xs if $helper($x)), key=$second)
         """, """
         $result = [$x for $x in $xs if $helper($x)]
         $result.sort(key=$second)
         return $result
         """),
        lambda xs, f, g: [x for _, _, x in sorted((g(x), i, x) for i, x in enumerate(xs) if f(x))], "list"),
)  # fmt: skip
POOL = {"int": "numbers values nums integers", "str": "words names texts entries"}


def draw_lifted(rng: Random, lift: Lift, helpers: list[Recipe]) -> Function:
    """A function on a list whose program has a helper function for each of the recipes.

    Args:
        helpers: recipes of one parameter and without constants; with two of them the first is the condition and the
            second the measure.
    """
    kind = helpers[0].hints.split(", ")[0]
    constants = _constants(rng, lift, helpers)
    names = [rng.choice(recipe.names.split()) for recipe in helpers]
    xs = rng.choice(POOL[kind].split())
    slots = {"xs": xs, "helper": names[0], "second": names[-1], **_told_of(helpers, constants)}
    name = strange_name(rng, (xs, *names)) if rng.random() < STRANGE else fill(rng.choice(lift.names.split()), slots)
    order = rng.sample(lift.sources, len(lift.sources))
    return Function(
        name=name,
        parameters=(xs,),
        summary=fill(rng.choice(lift.summaries), slots),
        sources=tuple(_program(rng, name, names, helpers, source, slots) for source in order),
        examples=_examples(rng, lift, helpers, constants),
        canonical=":".join([lift.key, *(recipe.key for recipe in helpers), *_told(constants)]),
        hints=(f"list[{kind}]", {"list": f"list[{kind}]", "object": f"{kind} | None"}.get(lift.result, lift.result)),
    )


def measures(rng: Random, lift: Lift, helpers: list[Recipe]) -> list[Any]:
    """What the last helper gives for some of the elements that it is asked about: with two helpers those that the
    condition keeps, or of `either` the others."""
    pool = _pool(rng, helpers)
    if len(helpers) > 1:
        pool = [x for x in pool if bool(helpers[0].reference(x)) is (lift.key != "either")]
    return [helpers[-1].reference(x) for x in pool]


def _constants(rng: Random, lift: Lift, helpers: list[Recipe]) -> dict[str, Any]:
    """The constants; a test among them mostly holds for some elements and not for others.

    A test that always comes out the same (`has a digit sum below 40`) needs no right measure, and no example would
    show a mistake in it.
    """
    values: list[Any] = []
    for _ in range(8):
        constants = {name: rng.choice(choices) for name, choices in lift.constants.items()}
        if not constants:
            break
        values = values or measures(rng, lift, helpers)
        holds = sum(bool(constants["test"]["holds"](value, constants["k"])) for value in values)
        if 1 < holds < len(values) - 1:
            break
    return constants


def _told_of(helpers: list[Recipe], constants: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of the summaries, but for the list's name."""
    compared = " Words are compared alphabetically." if helpers[0].hints.startswith("str") else ""
    return {"phrase": helpers[0].phrase, "measure": helpers[-1].phrase, **constants.get("test", {}),
            "k": constants.get("k"), "compared": compared}  # fmt: skip


def lifted_summaries(lift: Lift, helpers: list[Recipe], told: list[str], xs: str) -> set[str]:
    """All the wordings of a function; `told` is the end of its canonical form."""
    slots = {"xs": xs, **_told_of(helpers, _recalled(told))}
    return {fill(text, slots) for text in lift.summaries}


def _recalled(told: list[str]) -> dict[str, Any]:
    """The constants that the end of a canonical form stands for."""
    test = next((test for test in TEST["test"] if told and test["key"] == told[0]), None)
    return {"test": test, "k": int(told[1]) if len(told) > 1 else None} if test else {}


def examples_of(rng: Random, lift: Lift, helpers: list[Recipe], parts: list[str]) -> tuple:
    """Arguments and values for a function given by its canonical form, `parts` being what follows its first word."""
    return _examples(rng, lift, helpers, _recalled(parts[len(helpers) :]))


def _told(constants: Mapping[str, Any]) -> list[str]:
    """The constants for the canonical form; the limit of a test that has none does not count."""
    if not constants:
        return []
    test = constants["test"]
    return [test["key"], str(constants["k"])] if "$k" in test["op"] else [test["key"]]


def _program(rng: Random, name: str, names: list[str], helpers: list[Recipe], source: str, slots: dict) -> str:
    parts = []
    for helper, recipe in zip(names, helpers, strict=True):
        slot, *_ = recipe.parameters.split("/")
        parameter = rng.choice(recipe.parameters.split("/"))
        text = body(rng, rng.choice(recipe.sources), {slot: parameter, "f": helper}, {helper, parameter})
        parts.append(program(helper, [parameter], text))
    parts.append(program(name, [slots["xs"]], body(rng, source, slots, {slots["xs"], *names})))
    imports = [line for part in parts for line in part.split("\n") if line.startswith(("import ", "from "))]
    parts = [part.split("\n\n\n", 1)[-1] for part in parts]
    head = ["".join(f"{line}\n" for line in dict.fromkeys(imports))] if imports else []
    return "\n\n".join([*head, *parts])


def _pool(rng: Random, helpers: list[Recipe]) -> list:
    """Elements that all of the helpers can take, and in a time that programs have."""
    pool = [arguments[0] for recipe in helpers for arguments in (*recipe.edges, *_inputs(rng, recipe))]
    if isinstance(pool[0], str):
        pool = [x for x in pool if x]
    else:
        lowest = max(2 if recipe.key == "largest_prime_factor" else 1 for recipe in helpers)
        highest = min(CEILINGS.get(recipe.key, 10**6) for recipe in helpers)
        pool = [x for x in pool if lowest <= x <= highest]
        pool += [rng.randint(lowest, min(highest, 60)) for _ in range(8)]
    return pool


def _examples(rng: Random, lift: Lift, helpers: list[Recipe], constants: Mapping[str, Any]) -> tuple:
    pool = _pool(rng, helpers)
    references = [recipe.reference for recipe in helpers]
    holds = None
    # As many elements that the condition keeps as others, but more of those that the second helper is asked about;
    # where one alone decides, few of them.
    few = 6
    if helpers[0].hints.endswith("bool"):
        holds, few = references[0], 8 if len(helpers) > 1 else 6
    elif "test" in constants:
        test, k, few = constants["test"]["holds"], constants["k"], 3 if lift.key == "any_test" else 6
        holds = lambda x: test(references[0](x), k)  # noqa: E731
    if holds:
        kept = [x for x in pool if holds(x)]
        others = [x for x in pool if x not in kept]
        if kept and others:
            asked = others if lift.key == "either" else kept
            if len(helpers) > 1 and "test" in constants:
                # As many of them pass the test as not.
                passed = [constants["test"]["holds"](references[1](x), constants["k"]) for x in asked]
                halves = [
                    [x for x, ok in zip(asked, passed, strict=True) if bool(ok) is side] for side in (True, False)
                ]
                chosen = [x for half in halves if half for x in rng.choices(half, k=4)]
                pool = chosen + rng.choices(kept if asked is others else others, k=4)
            else:
                pool = rng.choices(kept, k=few) + rng.choices(others, k=12 - few)
    # A mistake in a measure shows in an order only among several elements, and in a test only near its limit.
    sizes = (2, 3, 3, 4, 4, 5, 5) if len(helpers) > 1 else (3, 4, 4, 5) if holds else (3, 3, 4, 5)
    given = [rng.choices(pool, k=size) for size in (1 if lift.key == "top" else 0, 1, *sizes)]
    return tuple(((xs,), lift.reference(xs, *references, **constants)) for xs in given)


def _inputs(rng: Random, recipe: Recipe) -> list[tuple]:
    return [recipe.inputs(rng) for _ in range(8)]


# Above these the slow programs take too long or the values become too large.
CEILINGS = {"factorial": 12, "is_perfect": 200, "sum_two_squares": 26, "collatz_steps": 60, "is_prime": 200,
            "count_divisors": 200, "sum_divisors": 200, "largest_prime_factor": 200, "totient": 60,
            "is_happy": 500, "triangular": 200, "is_square": 200, "is_fibonacci": 500}  # fmt: skip
