"""Steps made of a step on one element: keep, count, any, map, sort by, group by."""

import re
from random import Random

from data_chef.programs.compose.core import Loop, Step, put


VARIABLES = {"int": ("n", "x", "num"), "str": ("w", "s", "word"), "list[int]": ("row", "r")}


def on_each(step: Step, code: str) -> str:
    """The code of a step on a list, as code on one row."""
    for slot in ("{gen}", "{pgen}", "{list}"):
        code = code.replace(slot, "{0}")
    return code


def simple(step: Step) -> list[str]:
    """Codes that need nothing but `{0}`."""
    return [on_each(step, code) for code in step.codes if "{v}" not in code]


def selected(p: Step, rng: Random) -> str:
    return rng.choice(p.which)


def first_element(p: Step) -> str:
    """`element of values that is even`, or `element x of values for which the last digit of x is 3`."""
    told = next((told for told in p.told if told.startswith("{0} ")), "")
    if told:
        return f"element of {{whole}} {told.replace('{0}', 'that', 1).replace('{0}', 'it')}"
    return f"element x of {{whole}} for which {p.told[0].replace('{0}', 'x')}"


def derive(p: Step, name: str, gives: str, told, codes, run, **rest) -> Step:
    """A step on a list of what `p` is about."""
    return Step(f"{name}[{p.name}]", (f"list[{p.takes[0]}]",), gives, tuple(told), tuple(codes), run, inner=p,
                imports=p.imports + rest.pop("imports", ()), constants=p.constants, hole=p.hole, cell=p.cell,
                **rest)  # fmt: skip


def condition(p: Step, rng: Random) -> str:
    """The property as code, in one of its forms."""
    return rng.choice(simple(p))


OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in"}
COMPARISON = re.compile(r" (==|!=|<=|>=|<|>|not in|in) ")


def negated(code: str) -> str:
    """The opposite of a condition, without `not` where one comparison can be turned round."""
    found = COMPARISON.findall(code)
    if len(found) == 1 and " and " not in code and " or " not in code and " for " not in code:
        return COMPARISON.sub(lambda match: f" {OPPOSITE[match[1]]} ", code)
    if code.startswith(("any(", "all(")) and code.endswith(")") and " and " not in code:
        return f"not {code}"
    if code.startswith("not ") and not found and not re.search(r" (and|or|if) ", code):
        return code.removeprefix("not ")
    if found or " " in code.split("(")[0]:
        return f"not ({code})"
    return code.removeprefix("not ") if code.startswith("not ") else f"not {code}"


def keep(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    return derive(p, "keep", f"list[{p.takes[0]}]", (f"the {which} {{in}}",), (code,),
                  lambda xs, e: [x for x in xs[0] if p.run((x,), e)], done=(f"keep only the {which}",),
                  title=p.title, kind="keep")  # fmt: skip


def drop(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    told = (f"{{whole}} without the {which}", f"all of {{0}} except the {which}")
    return derive(p, "drop", f"list[{p.takes[0]}]", told, (negated(code),),
                  lambda xs, e: [x for x in xs[0] if not p.run((x,), e)],
                  done=(f"remove the {which}",), title=f"without_{p.title}", kind="keep")  # fmt: skip


def count(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    return derive(p, "count", "int", (f"the number of {which} {{in}}", f"how many {which} there are {{in}}"),
                  ("sum(1 for {var} in {src}{if})", "len([{var} for {var} in {src}{if}])"),
                  lambda xs, e: len([x for x in xs[0] if p.run((x,), e)]), title=f"count_{p.title}", kind="quantify",
                  loop=Loop("count", "0", ("{acc} += 1",)), filters=code)  # fmt: skip


def any_of(p: Step, rng: Random) -> Step:
    told, code = rng.choice(p.told), condition(p, rng)
    return derive(p, "any", "bool", (told.replace("{0}", "at least one of {0}"),),
                  (f"any({code.replace('{0}', '{v}')} for {{var}} in {{src}}{{if}})",),
                  lambda xs, e: [x for x in xs[0] if p.run((x,), e)] != [], title=f"has_{p.title}", kind="fold",
                  loop=Loop("", "", (f"if {code.replace('{0}', '{v}')}:", "    return True"), "False"))  # fmt: skip


def all_of(p: Step, rng: Random) -> Step:
    told, code = rng.choice(p.told), condition(p, rng)
    inner = code.replace("{0}", "{v}")
    return derive(p, "all", "bool", (told.replace("{0}", rng.choice(("each of {0}", "every one of {0}"))),),
                  (f"all({inner} for {{var}} in {{src}}{{if}})",),
                  lambda xs, e: [x for x in xs[0] if not p.run((x,), e)] == [], title=f"all_{p.title}", kind="fold",
                  loop=Loop("", "", (f"if {negated(inner)}:", "    return False"), "True"))  # fmt: skip


def none_of(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    inner = code.replace("{0}", "{v}")
    return derive(p, "none", "bool", (f"there are no {which} {{in}}", f"no {which} occur {{in}}"),
                  (f"not any({inner} for {{var}} in {{src}}{{if}})",
                   f"all({negated(inner)} for {{var}} in {{src}}{{if}})"),
                  lambda xs, e: [x for x in xs[0] if p.run((x,), e)] == [], title=f"has_no_{p.title}", kind="fold",
                  loop=Loop("", "", (f"if {inner}:", "    return False"), "True"))  # fmt: skip


def first_of(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    kind = p.takes[0]
    return derive(p, "first_of", kind, (f"the first of the {which} {{in}}, or None if there are none",),
                  ("next(({var} for {var} in {src}{if}), None)",),
                  lambda xs, e: ([x for x in xs[0] if p.run((x,), e)] or [None])[0], title=f"first_{p.title}",
                  kind="quantify", filters=code, last=True,
                  loop=Loop("", "", ("return {var}",), "None"))  # fmt: skip


def last_of(p: Step, rng: Random) -> Step:
    which, code = selected(p, rng), condition(p, rng)
    return derive(p, "last_of", p.takes[0], (f"the last of the {which} {{in}}, or None if there are none",),
                  ("([None] + [{var} for {var} in {src}{if}])[-1]",
                   "next(({var} for {var} in reversed({src}){if}), None)"),
                  lambda xs, e: ([x for x in xs[0] if p.run((x,), e)] or [None]).pop(), title=f"last_{p.title}",
                  kind="quantify", filters=code, last=True,
                  loop=Loop("result", "None", ("{acc} = {var}",)))  # fmt: skip


def index_of(p: Step, rng: Random) -> Step:
    code = condition(p, rng)
    inner = code.replace("{0}", "value")
    return derive(p, "index", "int", (f"the index of the first {first_element(p)}, or -1 if there is none",),
                  (f"next((i for i, value in enumerate({{0}}) if {inner}), -1)",
                   f"([i for i, value in enumerate({{0}}) if {inner}] or [-1])[0]"),
                  lambda xs, e: next((i for i in range(len(xs[0])) if p.run((xs[0][i],), e)), -1),
                  title=f"index_of_{p.title}", last=True)  # fmt: skip


def indices(p: Step, rng: Random) -> Step:
    code = condition(p, rng).replace("{0}", "value")
    return derive(p, "indices", "list[int]", (f"the indices of the {selected(p, rng)} {{in}}",),
                  (f"[i for i, value in enumerate({{0}}) if {code}]",),
                  lambda xs, e: [i for i in range(len(xs[0])) if p.run((xs[0][i],), e)],
                  title=f"indices_of_{p.title}")  # fmt: skip


def partition(p: Step, rng: Random) -> Step:
    code = condition(p, rng).replace("{0}", "x")
    kind = p.takes[0]
    return derive(p, "partition", f"tuple[list[{kind}], list[{kind}]]",
                  (f"a tuple of two lists: the {selected(p, rng)} {{in}}, and all the others",),
                  (f"([x for x in {{0}} if {code}], [x for x in {{0}} if {negated(code)}])",),
                  lambda xs, e: tuple([x for x in xs[0] if bool(p.run((x,), e)) is side] for side in (True, False)),
                  title=f"split_by_{p.title}")  # fmt: skip


def flags(p: Step, rng: Random) -> Step:
    code = condition(p, rng)
    return derive(p, "flags", "list[bool]",
                  (f"a list that tells for {{eachx}} whether {p.told[0].replace('{0}', 'x')}",),
                  (code,), lambda xs, e: [bool(p.run((x,), e)) for x in xs[0]], title=f"flags_{p.title}",
                  kind="map")  # fmt: skip


PROPERTY_STEPS = (keep, keep, keep, drop, drop, drop, count, count, any_of, all_of, none_of, first_of, last_of,
                  index_of, indices, partition, flags)  # fmt: skip


def change(m: Step, rng: Random) -> Step:
    one = rng.choice(m.told)
    row = m.takes[0] == "list[int]"
    each = one.replace("{0}", "{each}").replace("{whole}", "{each}").replace("{in}", "in {each}")
    x = "the elements of x" if row else "x"
    its = one.replace("{0}", x).replace("{whole}", "x").replace("{in}", "in x")
    told = (
        *m.many,
        *((f"a list with {each}",) if each.endswith("{each}") and not row else ()),
        *((f"a list that holds, for {{eachx}}, {its}",) if not m.many else ()),
    )
    done = (*(t.replace("{0}", "{each}") for t in m.done), *((f"replace {{each}} by its {m.key}",) if m.key else ()))
    return derive(m, "map", f"list[{m.gives}]", told, (rng.choice(simple(m)),),
                  lambda xs, e: [m.run((x,), e) for x in xs[0]], done=done or (f"replace {{eachx}} by {its}",),
                  many=m.many, title=m.title, kind="map")  # fmt: skip


def key_code(m: Step, rng: Random) -> str:
    code = rng.choice(simple(m))
    return code[:-5] if code.endswith("({0})") and code[:-5].isidentifier() else "lambda x: " + put(code, "x")


def by_key(m: Step, e, values: list, sign: int = 1) -> list:
    """Stable, by counting who comes before."""
    keys = [m.run((x,), e) for x in values]
    order = [sum((o < k if sign > 0 else o > k) or o == k and j < i for j, o in enumerate(keys))
             for i, k in enumerate(keys)]  # fmt: skip
    return [values[order.index(i)] for i in range(len(values))]


def sort_by(m: Step, rng: Random) -> Step:
    down = rng.random() < 0.4
    said = f"{'descending' if down else 'ascending'} {m.key}" if down or rng.random() < 0.5 else m.key
    extra = ", reverse=True" if down else ""
    return derive(m, f"sort_by{'-' if down else ''}", f"list[{m.takes[0]}]",
                  (f"{{0}} sorted by {said}, where elements that tie keep their order",),
                  (f"sorted({{list}}, key={key_code(m, rng)}{extra})",),
                  lambda xs, e: by_key(m, e, xs[0], -1 if down else 1),
                  done=(f"sort {{whole}} by {said}, keeping the order of elements that tie",),
                  title=f"sort_by_{m.title}")  # fmt: skip


def extreme_by(m: Step, rng: Random) -> Step:
    most = rng.random() < 0.6
    said, name = ("largest", "max") if most else ("smallest", "min")
    key = key_code(m, rng)
    return derive(m, f"{name}_by", m.takes[0],
                  (f"the one of {{0}} with the {said} {m.key} (the first one in case of a tie)",),
                  (f"{name}({{list}}, key={key})",
                   f"sorted({{list}}, key={key}{', reverse=True' if most else ''})[0]"),
                  lambda xs, e: by_key(m, e, xs[0], -1 if most else 1)[0], title=f"{said}_by_{m.title}")  # fmt: skip


def group_by(m: Step, rng: Random) -> Step:
    code = put(rng.choice(simple(m)), "x")
    return derive(m, "group_by", f"dict[{m.gives}, list[{m.takes[0]}]]",
                  (f"a dictionary that groups {{0}} by {m.key}, with the list of elements, in their order, for "
                   "each key",),
                  (f"{{key: [x for x in {{0}} if {code} == key] for key in {{{code} for x in {{0}}}}}}",),
                  lambda xs, e: {k: [x for x in xs[0] if m.run((x,), e) == k]
                                 for k in [m.run((x,), e) for x in xs[0]]},
                  loop=Loop("groups", "{}", ("{acc}.setdefault(" + code.replace("x", "{v}") + ", []).append({v})",))
                  if code.count("x") == 1 else None, title=f"group_by_{m.title}")  # fmt: skip


def count_by(m: Step, rng: Random) -> Step:
    code = put(rng.choice(simple(m)), "x")
    return derive(m, "count_by", f"dict[{m.gives}, int]",
                  (f"a dictionary that maps each {m.key} to the number of elements of {{whole}} that have it",),
                  (f"dict(Counter({code} for x in {{0}}))",), imports=(("Counter", "from collections import "
                   "Counter"),),
                  run=lambda xs, e: {k: [m.run((x,), e) for x in xs[0]].count(k)
                                     for k in [m.run((x,), e) for x in xs[0]]},
                  title=f"count_by_{m.title}")  # fmt: skip


def table(m: Step, rng: Random) -> Step:
    code = put(rng.choice(simple(m)), "x")
    return derive(m, "table", f"dict[{m.takes[0]}, {m.gives}]", (f"a dictionary that maps {{each}} to its {m.key}",),
                  (f"{{x: {code} for x in {{0}}}}", f"dict((x, {code}) for x in {{0}})"),
                  lambda xs, e: dict(zip(xs[0], [m.run((x,), e) for x in xs[0]], strict=True)),
                  title=f"map_{m.title}")  # fmt: skip


def paired(m: Step, rng: Random) -> Step:
    code = put(rng.choice(simple(m)), "x")
    return derive(m, "paired", f"list[tuple[{m.takes[0]}, {m.gives}]]",
                  (f"a list of tuples, each of one of {{0}} and its {m.key}",),
                  (f"[(x, {code}) for x in {{0}}]",),
                  lambda xs, e: list(zip(xs[0], [m.run((x,), e) for x in xs[0]], strict=True)),
                  title=f"with_{m.title}")  # fmt: skip


KEY_STEPS = (sort_by, sort_by, extreme_by, extreme_by, group_by, count_by, table, paired)
