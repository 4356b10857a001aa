"""Strings of clauses with a given number of operations, and the computation graph of each."""

import ast
from dataclasses import dataclass
from functools import cache
from random import Random

from data_chef.stories.story import drawn
from data_chef.stories.task import graph_held_out, story_graph
from data_chef.wordproblems.clauses import BEGINNINGS, ENDS, EVENTS, OTHERS, PAIR_ENDS, Clause


# Graphs of two operations that are told in the test split alone. Each of their clauses occurs in training, in other
# company; three-operation graphs that contain one of these are held out with it.
HELD_OUT = ("(a-b)*c", "(a+b)/c", "(a*b)-c", "(a/b)+c", "c-(a+b)", "(a-b)+a")


@dataclass(frozen=True)
class Step:
    """One operation; its operands are `("leaf", i)` or `("step", i)`."""

    label: str
    operator: str
    left: tuple[str, int]
    right: tuple[str, int]


@dataclass(frozen=True)
class Plan:
    """Clauses in the order of telling; `leaves` are (clause, slot) for each number, slot `2` for the constant."""

    clauses: tuple[Clause, ...]
    leaves: tuple[tuple[int, str], ...]
    steps: tuple[Step, ...]
    graph: str

    def compute(self, numbers: list[int], limit: int) -> list[int] | None:
        """The result of each step, or None when one is not a whole number from 1 to `limit` or hard on the head."""
        results: list[int] = []
        for step in self.steps:
            left, right = ((numbers if kind == "leaf" else results)[i] for kind, i in (step.left, step.right))
            value = _apply(step.operator, left, right)
            if value is None or not 1 <= value <= limit:
                return None
            if step.operator in "*/" and (min(value, left, right) < 2 or min(left, right) > 9):
                return None
            results.append(value)
        return results


def _apply(operator: str, left: int, right: int) -> int | None:
    if operator == "/":
        return left // right if left % right == 0 else None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def compile_plan(clauses: tuple[Clause, ...]) -> Plan:
    """Resolves the running quantity of each clause to the numbers and steps it stands for."""
    leaves: list[tuple[int, str]] = []
    steps: list[Step] = []
    quantity = hero = last = ("leaf", 0)
    for i, clause in enumerate(clauses):
        if clause in OTHERS:
            hero = quantity
        slots = {}
        for slot in [*clause.numbers, *(["2"] if any("2" in step for step in clause.steps) else [])]:
            slots[slot] = ("leaf", len(leaves))
            leaves.append((i, slot))
        for label, left, operator, right in clause.steps:
            known = {"q": quantity, "p": hero, "r": last, **slots}
            steps.append(Step(label, operator, known[left], known[right]))
            last = ("step", len(steps) - 1)
        if clause.steps:
            quantity = last
        elif not clause.takes:
            quantity = slots["x"]
    return Plan(clauses, tuple(leaves), tuple(steps), graph_of(steps))


def graph_of(steps: list[Step]) -> str:
    """The operations as an expression such as `(a*b)+c`: sums and products with the larger part first."""

    def tree(ref):
        if ref[0] == "leaf":
            return ref
        step = steps[ref[1]]
        left, right = tree(step.left), tree(step.right)
        if step.operator in "+*" and _size(right) > _size(left):
            left, right = right, left
        return (step.operator, left, right)

    def write(node, top=False):
        if node[0] == "leaf":
            return names.setdefault(node[1], "abcdefgh"[len(names)])
        text = f"{write(node[1])}{node[0]}{write(node[2])}"
        return text if top else f"({text})"

    names: dict[int, str] = {}
    return relabelled(write(tree(("step", len(steps) - 1)), top=True))


def _size(node) -> int:
    return 0 if node[0] == "leaf" else 1 + _size(node[1]) + _size(node[2])


def relabelled(graph: str) -> str:
    """Letters in the order of the brackets, so that `a-(b*c)` reads `c-(a*b)`, as the steps are done."""
    order: list[str] = []

    def visit(text: str) -> None:
        depth, inner = 0, ""
        plain = ""
        for char in text:
            depth -= char == ")"
            if depth:
                inner += char
            elif char.isalpha():
                plain += char
            depth += char == "("
            if char == ")" and not depth:
                visit(inner)
                inner = ""
        order.extend(letter for letter in plain if letter not in order)

    visit(graph)
    return "".join("abcdefgh"[order.index(char)] if char.isalpha() else char for char in graph)


@cache
def plans(operations: int) -> dict[str, list[Plan]]:
    """All plans with this many operations, by graph."""
    found: dict[str, list[Plan]] = {}

    def extend(clauses: tuple[Clause, ...], left: int) -> None:
        brought = any(clause in OTHERS for clause in clauses)
        kind = clauses[-1].gives
        for end in (*ENDS, *PAIR_ENDS):
            if end.takes != kind or len(end.steps) != left or (end in PAIR_ENDS and not brought):
                continue
            if end.kind == "ask_more" and not any(c.kind in ("times_other", "twice_other") for c in clauses):
                continue
            plan = compile_plan((*clauses, end))
            found.setdefault(plan.graph, []).append(plan)
        for event in (*EVENTS, *OTHERS):
            if event.takes == kind and len(event.steps) <= left and not (brought and event in OTHERS):
                extend((*clauses, event), left - len(event.steps))

    for beginning in BEGINNINGS:
        if len(beginning.steps) <= operations:
            extend((beginning,), operations - len(beginning.steps))
    return dict(sorted(found.items()))


@cache
def held_out(graph: str) -> bool:
    """Whether the graph, or a pair of neighbouring operations in it, is kept for the test split, here or in
    `data_chef.stories`."""
    parts = _pairs(graph) if sum(map(graph.count, "+-*/")) > 2 else [graph]
    return any(relabelled(part) in HELD_OUT for part in parts) or graph_held_out(story_graph(graph))


def _pairs(graph: str) -> list[str]:
    """Each operation of a graph together with one operation that feeds it, all other operands being leaves."""
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
    pairs = []
    for node in ast.walk(ast.parse(graph, mode="eval")):
        if not isinstance(node, ast.BinOp):
            continue
        for side in (node.left, node.right):
            if isinstance(side, ast.BinOp):
                operator, inner = signs[type(node.op)], f"(a{signs[type(side.op)]}b)"
                first = side is node.left or operator in "+*"
                pairs.append(f"{inner}{operator}c" if first else f"c{operator}{inner}")
    return pairs


def draw_numbers(rng: Random, plan: Plan, limit: int, attempts: int = 60) -> tuple[list[int], list[int]] | None:
    """Numbers for the leaves and the results of the steps, or None when no draw works out."""
    for _ in range(attempts):
        numbers = []
        for clause, slot in plan.leaves:
            low, high = plan.clauses[clause].numbers.get(slot, (2, 2))
            numbers.append(drawn(rng, low, min(high, limit)))
        results = plan.compute(numbers, limit)
        if results is not None:
            return numbers, results
    return None
