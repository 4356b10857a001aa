"""Random Python expressions of a wanted type, and items that ask for something about their evaluation."""

import ast
import re
from collections.abc import Sequence
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import WORDS
from data_chef.programs.tracing import evaluate, reduce, show


NAMES = {"int": ("n", "x", "k", "count"), "list": ("values", "xs", "numbers", "items"), "str": ("text", "s", "word"),
         "dict": ("prices", "ages", "stock"), "bool": ("ready", "done", "flag")}  # fmt: skip
KEYS = ("pen", "cup", "hat", "map", "fan", "key")
# Templates: `{int}` and so on is an expression of that type, `{2..5}` a number in that range, `{key}` a known key.
FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "{int} + {int}", "{int} - {int}", "{small} * {small}", "{int} // {2..9}", "{int} % {2..9}", "{small} ** 2",
        "len({list})", "sum({list})", "max({list})", "min({list})", "{list}[0]", "{list}[-1]", "{list}.count({1..9})",
        "len({str})", "{str}.count('{letter}')", "abs({int} - {int})", "max({int}, {int})", "min({int}, {int})",
        "{dict}.get('{key}', {0..9})", "len({dict})", "sum({dict}.values())", "len(set({list}))",
        "{str}.find('{letter}')",
        "{int} if {bool} else {int}", "sum(x * x for x in {shortlist})", "ord('{letter}') - ord('a')",
    ),
    "list": (
        "sorted({list})", "{list} + {list}", "{list}[::-1]", "{list}[1:]", "{list}[:-1]", "{list}[:{1..3}]",
        "{list}[::2]",
        "[x * {2..4} for x in {shortlist}]", "[x + {1..5} for x in {shortlist}]", "[x for x in {shortlist} if x > "
        "{2..6}]",
        "[x for x in {shortlist} if x % 2 == {0..1}]", "sorted({list}, reverse=True)", "list(range({2..5}))",
        "list(range({1..3}, {5..8}))", "sorted(set({list}))", "list(reversed({list}))", "[len(w) for w in {words}]",
        "list({dict}.values())", "[{int}, {int}]", "list(range(0, {6..12}, {2..3}))", "{list} * 2",
    ),
    "str": (
        "{str}.upper()", "{str}[::-1]", "{str} + {str}", "{str} * {2..3}", "{str}[1:]", "{str}[:{1..4}]",
        "{str}.replace('{letter}', '{letter}')", "'-'.join({words})", "''.join(sorted({str}))", "{str}.title()",
        "str({int})", "{words}[{0..1}]", "{str}[0] + {str}[-1]", "{str}.capitalize()", "sorted({words})[0]",
        "''.join(c for c in {str} if c not in 'aeiou')", "max({words}, key=len)", "{str} if {bool} else {str}",
        "str({int}).zfill({3..5})", "{str}[-{2..3}:]",
    ),
    "bool": (
        "{int} > {int}", "{int} == {int}", "{int} % {2..4} == {0..1}", "{int} in {list}", "'{letter}' in {str}",
        "{bool} and {bool}", "{bool} or {bool}", "not {bool}", "len({list}) >= {2..5}", "{str} == {str}",
        "{str}.startswith('{letter}')", "'{key}' in {dict}", "{int} <= {int}", "{int} != {int}", "bool({list})",
        "{1..5} < {int} < {6..12}", "all(x > {0..2} for x in {shortlist})", "any(x > {7..8} for x in {shortlist})",
        "{str} < {str}", "isinstance({int}, int)",
    ),
    "dict": ("{dict}", ),
    "set": ("set({list})", "set(x % {2..3} for x in {shortlist})", "set({list}) | set({list})"),
    "tuple": ("({int}, {str})", "divmod({10..40}, {3..9})", "tuple({list})", "({int},)"),
    "float": ("{int} / {2..5}", "float({int})", "{int} * 0.5", "sum({list}) / 2"),
    "NoneType": ("{dict}.get('zoo')", "{list}.sort()", "{list}.append({1..9})"),
}  # fmt: skip


def leaf(rng: Random, kind: str) -> str:
    """A value of the type, written out."""
    if kind == "int":
        return str(rng.randint(0, 20))
    if kind == "small":
        return str(rng.randint(2, 9))
    if kind in ("list", "shortlist"):
        return repr([rng.randint(0, 9) for _ in range(rng.randint(2, 4 if kind == "shortlist" else 5))])
    if kind == "words":
        return repr(rng.sample(WORDS, rng.randint(2, 3)))
    if kind == "dict":
        return repr({key: rng.randint(1, 9) for key in rng.sample(KEYS, rng.randint(2, 3))})
    if kind == "bool":
        return rng.choice(("True", "False"))
    return repr(rng.choice([word for word in WORDS if len(word) < 7]))


def expression(rng: Random, kind: str, depth: int, forms: Sequence[str] = ()) -> str:
    """A random expression.

    Args:
        kind: of its value, a key of FORMS.
        depth: how many forms may lie inside each other; 0 gives a plain value.
        forms: for the outermost form; those of the kind by default.
    """
    if depth == 0 or kind in ("small", "shortlist", "words"):
        return leaf(rng, kind)
    text = rng.choice(forms or FORMS[kind])
    parts: list[str] = []
    deep = rng.randrange(text.count("{") or 1)
    rest = text
    slot = 0
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, _, rest = after.partition("}")
        parts.append(before)
        parts.append(filled(rng, name, depth - 1 if slot == deep or rng.random() < 0.3 else 0, rest, before))
        slot += 1
    return "".join([*parts, rest])


def filled(rng: Random, name: str, depth: int, after: str, before: str) -> str:
    if name == "letter":
        return rng.choice("aeiorstlnbcp")
    if name == "key":
        return rng.choice(KEYS)
    if ".." in name:
        low, high = map(int, name.split(".."))
        return str(rng.randint(low, high))
    inner = expression(rng, name, depth)
    # Brackets where the value is used by an operator, a dot or a bracket that binds more tightly.
    node = ast.parse(inner, mode="eval").body
    tight = after[:1] in (".", "[") or after[:2] in (" *", " %", " /") or before.endswith(("- ", "* ", "not "))
    loose = isinstance(node, (ast.IfExp, ast.BoolOp, ast.Compare)) or (
        isinstance(node, ast.UnaryOp) and name == "bool"
    )
    alone = (not before or before.endswith(("(", ", "))) and after[:1] in ("", ")", ",")
    if loose and not alone or tight and isinstance(node, ast.BinOp):
        return f"({inner})"
    return inner


def steps_of(text: str) -> list[str]:
    """The evaluation of an expression, one step a line: `len([1, 2]) -> 2`."""
    return [f"{part} -> {show(value)}" for part, value in reduce(text)]


def readable(text: str, most: int, longest: int = 60) -> bool:
    """Whether an expression has a value with steps, 1 to `most` of them, that are short and in easy numbers."""
    try:
        steps = reduce(text)
    except Exception:
        return False
    if not 1 <= len(steps) <= most or len(text) > longest + 20:
        return False
    for part, value in steps:
        hard = isinstance(value, int) and abs(value) > 999 or isinstance(value, float) and len(repr(value)) > 6
        if hard or len(part) > longest + 20 or len(repr(value)) > longest:
            return False
    return True


def draw_expression(rng: Random, kind: str, depth: int, most: int, forms: Sequence[str] = ()) -> str:
    """A readable expression; see `expression` and `readable`."""
    while not readable(text := expression(rng, kind, depth, forms), most):
        pass
    return text


def bound(rng: Random, text: str) -> tuple[str, str]:
    """One of the values of an expression as a variable: the assignment and the expression with its name."""
    found = [n for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, (ast.List, ast.Dict))
             or isinstance(n, ast.Constant) and isinstance(n.value, str) and len(n.value) > 2]  # fmt: skip
    found = [n for n in found if ast.unparse(n) == text[n.col_offset : n.end_col_offset] and _plain(n)]
    if not found:
        return "", text
    node = rng.choice(found)
    kind = {ast.List: "list", ast.Dict: "dict", ast.Constant: "str"}[type(node)]
    name, value = rng.choice(NAMES[kind]), text[node.col_offset : node.end_col_offset]
    return f"{name} = {value}", text[: node.col_offset] + name + text[node.end_col_offset :]


def _plain(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def value_problem(rng: Random, text: str, phrasings: Sequence[str], printed: Sequence[str] = ()) -> Problem:
    """The question for the value of an expression, or for what it prints.

    Args:
        phrasings: with the slot `{code}`, and `{line}` for phrasings that need the expression in a line of its own.
        printed: the same for what `print` shows.
    """
    value = evaluate(text)
    assignment, code = bound(rng, text) if rng.random() < 0.4 else ("", text)
    prints = bool(printed) and rng.random() < 0.3 and str(value).strip() != ""
    if prints:
        lines = f"{assignment}\nprint({code})".strip()
        question = rng.choice(printed).format(code=f"```python\n{lines}\n```" if rng.random() < 0.5 else lines)
    else:
        question = rng.choice(phrasings).format(code=code)
        if assignment:
            question = f"{assignment}\n\n{question}" if rng.random() < 0.5 else f"Let {assignment}. {question}"
    answer = str(value) if prints else show(value)
    return Problem(question, "\n".join(steps_of(text)), answer, text)


def verify_value(problem: Problem) -> bool:
    """The expression stands in the question, its value is the answer, and each step is right."""
    found = re.search(r"(?:^|Let )(\w+) = (.+?)(?:\. |$)", problem.question, re.MULTILINE)
    values = {found[1]: ast.literal_eval(found[2])} if found else {}
    candidates = {problem.canonical}
    if found:
        where = [m.start() for m in re.finditer(re.escape(found[2]), problem.canonical)]
        candidates = {problem.canonical[:i] + found[1] + problem.canonical[i + len(found[2]) :] for i in where}
    shown = [text for text in candidates if text in problem.question]
    if not shown:
        return False
    value = evaluate(shown[0], values)
    steps = problem.solution.split("\n")
    if not steps_hold(steps) or steps != steps_of(problem.canonical):
        return False
    return problem.answer == (str(value) if "print(" in problem.question else show(value))


def steps_hold(lines: Sequence[str]) -> bool:
    """Whether each step `expression -> value` is right, evaluated anew."""
    for line in lines:
        left, _, right = line.rpartition(" -> ")
        try:
            if not left or show(evaluate(left)) != show(evaluate(right)):
                return False
        except Exception:
            return False
    return True
