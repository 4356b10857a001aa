"""The second computation: replays the events of a story, and checks each step of the solution, on exact fractions."""

import ast
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from data_chef.arithmetic import evaluate
from data_chef.item import Problem
from data_chef.stories.story import SPELLED
from data_chef.stories.verify import line_holds


# What each event does to the account (what is at hand, what the first person had), in words of its own.
_PUT = {"have", "money", "beings", "containers", "book", "bill"}
_PUT_PRODUCT = {"packs", "daily", "earn", "groups", "cost"}
_ADD = {"gain", "receive", "arrive", "containers_gain", "fee"}
_TAKE = {"lose", "spend", "leave", "containers_lose", "read", "coupon"}
_ADD_PRODUCT = {"packs_gain", "daily_gain", "work", "groups_arrive"}
_TAKE_PRODUCT = {"packs_lose", "friends_lose", "daily_lose", "buy", "groups_leave", "read_daily"}
_OTHER: dict[str, Callable] = {
    "times_other": lambda now, x: now * x,
    "more_other": lambda now, x: now + x,
    "fewer_other": lambda now, x: now - x,
    "twice_other": lambda now: now + now,
    "half_other": lambda now: now / 2,
}
_DIVIDE = {"ask_share", "ask_pack", "ask_afford", "ask_teams", "ask_days", "ask_split"}
_MULTIPLY = {"ask_sell", "ask_needs", "ask_contents"}
_UP_TO = {"ask_goal", "ask_price", "ask_change"}
_ASK = {"ask_have", "ask_money", "ask_beings", "ask_pages", "ask_cost", "ask_containers"}
_STEP = re.compile(r"<<(\d+)([-+*/])(\d+)=(\d+)>>")


_NUMBER = re.compile(r"\d[\d,]*|[a-zA-Z]+(?:-[a-zA-Z]+| hundred\b)?")
_TWO = ("half", "twice", "double", "doubles", "doubled")
_WORDS = {word: number for number, word in SPELLED.items()} | dict.fromkeys(_TWO, 2)


def _value(word: str) -> int:
    """The number that a word or digits stand for, 0 if none."""
    return int(word.replace(",", "")) if word[0].isdigit() else _WORDS.get(word.lower(), 0)


def replay(events: str) -> Fraction:
    """The answer to a story such as `have(12) packs_gain(3,7) ask_have()`."""
    now = first = Fraction(0)
    for kind, text in re.findall(r"(\w+)\(([\d,]*)\)", events):
        n = [Fraction(number) for number in text.split(",") if number]
        if kind in _PUT:
            now = n[0]
        elif kind in _PUT_PRODUCT:
            now = sum((n[1] for _ in range(int(n[0]))), Fraction(0))
        elif kind == "share":
            now = n[0] / n[1]
        elif kind in _ADD:
            now += n[0]
        elif kind in _TAKE:
            now -= n[0]
        elif kind in _ADD_PRODUCT:
            now += n[0] * n[1]
        elif kind in _TAKE_PRODUCT:
            now -= n[0] * n[1]
        elif kind in ("double", "halve"):
            now = now * 2 if kind == "double" else now / 2
        elif kind in _OTHER:
            first, now = now, _OTHER[kind](now, *n[:-1] if kind in ("twice_other", "half_other") else n)
        elif kind in _DIVIDE:
            now /= n[0]
        elif kind in _MULTIPLY:
            now *= n[0]
        elif kind in _UP_TO:
            now = n[0] - now
        elif kind == "ask_together":
            now += first
        elif kind == "ask_more":
            now -= first
        elif kind not in _ASK:
            raise ValueError(f"no meaning is known for the event {kind!r}")
    return now


def operators(graph: str) -> list[str]:
    """The operators of a graph such as `(a*b)+c`, sorted; a part that occurs twice is computed once."""
    parts = {ast.dump(node): node for node in ast.walk(ast.parse(graph, mode="eval")) if isinstance(node, ast.BinOp)}
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
    return sorted(signs[type(node.op)] for node in parts.values())


def verify(problem: Problem) -> bool:
    """Whether events, steps and question agree: every number is told, every step is right and uses known numbers."""
    _, events = problem.canonical.split("|")
    told = Counter(_value(word) for word in _NUMBER.findall(problem.question))
    needed = Counter(int(number) for number in re.findall(r"\d+", events))
    known, last = set(needed), None
    for left, operator, right, result in _STEP.findall(problem.solution):
        if not {int(left), int(right)} <= known or evaluate(f"{left}{operator}{right}") != int(result):
            return False
        known.add(int(result))
        last = result
    steps = _STEP.findall(problem.solution)
    lines = problem.solution.split("\n")
    complete = len(lines) == len(steps) and all(map(line_holds, lines))
    complete &= sorted(operator for _, operator, _, _ in steps) == operators(problem.graph)
    return complete and not needed - told and last == problem.answer and replay(events) == int(problem.answer)
