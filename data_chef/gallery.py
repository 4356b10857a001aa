"""`python -m data_chef gallery`: every task with an easy and a hard example, as one Markdown page."""

import re
import sys
from itertools import count
from pathlib import Path

from data_chef.corpus import write_whole
from data_chef.registry import FAMILIES, Task, make_items, tasks
from data_chef.text import response


SEED = 0
COMMAND = "python -m data_chef gallery --out data_chef/GALLERY.md"


def summary(task: Task) -> str:
    """The first line of the docstring of the task's file."""
    return (sys.modules[f"data_chef.tasks.{task.name}"].__doc__ or "").split("\n")[0]


def by_family() -> dict[str, list[Task]]:
    """The families that have tasks, each with its tasks in alphabetical order."""
    groups = {family: [task for task in tasks().values() if task.family == family] for family in FAMILIES}
    return {family: members for family, members in groups.items() if members}


def gallery() -> str:
    """The page; the same tasks give the same page."""
    groups = by_family()
    titles = {family: f"{family.capitalize()}: {len(members)} tasks" for family, members in groups.items()}
    lines = [
        "# Gallery",
        "",
        f"The {len(tasks())} tasks, each with an example of its lowest and of its highest difficulty. "
        f"Made by `{COMMAND}`.",
        "",
    ]
    for family, members in groups.items():
        lines.append(f"- [{titles[family]}](#{anchor(titles[family])})")
        lines += [f"  - [{task.name}](#{anchor(task.name)})" for task in members]
    for family, members in groups.items():
        lines += ["", f"## {titles[family]}"]
        for task in members:
            lines += ["", *_section(task)]
    return "\n".join(lines) + "\n"


def anchor(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _section(task: Task) -> list[str]:
    levels = sorted({1, task.max_difficulty})
    span = f"Difficulty 1 to {task.max_difficulty}" if len(levels) > 1 else "One difficulty"
    beyond = f"; {task.max_difficulty + 1} is kept for extrapolation" if task.extrapolates else ""
    lines = [f"### {task.name}", "", summary(task), "", f"{span}{beyond}."]
    for level in levels:
        lines += ["", f"Difficulty {level}:", "", fenced(_example(task, level))]
    return lines


def _example(task: Task, level: int) -> str:
    for index in count():
        (item,) = make_items(task.name, "train", SEED, range(index, index + 1), (level, level))
        if item is not None:
            return f"Question:\n{item.question}\n\nResponse:\n{response(item.row())}"
    raise AssertionError("counting does not end")


def fenced(text: str) -> str:
    """A code block with a fence longer than any in the text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def add_arguments(parser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.md")


def run(options) -> None:
    write_whole(options.out, gallery().encode())
    print(f"{options.out}: {len(tasks())} tasks")


def run_list(options) -> None:
    """Prints the tasks, by family."""
    for family, members in by_family().items():
        print(f"{family} ({len(members)})")
        for task in members:
            print(f"  {task.name:28} difficulty 1-{task.max_difficulty}  {summary(task)}")
