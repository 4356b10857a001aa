"""What the tasks of this folder ask: a JSONL file of the user's, or problems drawn from data_chef's test split.

The harness loads this file by its path, so it imports nothing of this project until it has to.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from datasets import Dataset, DatasetDict


FIELDS = {
    "math": ("question", "answer"),
    "choice": ("question", "answer", "choices"),
    "code": ("prompt", "entry_point", "test"),
    "text": ("text",),
}
YES_NO = ["Yes", "No"]
# Tasks of the nano curriculum, at its difficulties, with the options where an answer is one of a few.
OWN: dict[str, dict[str, tuple[tuple[int, int], list[str]]]] = {
    "math": {
        "addition": ((1, 4), []),
        "linear_equation": ((1, 1), []),
        "syllogism": ((1, 3), []),
        "word_problem_1step": ((1, 2), []),
    },
    "choice": {
        "syllogism": ((1, 3), [*YES_NO, "Unknown"]),
        "primality": ((1, 2), YES_NO),
        "deduction": ((1, 1), ["True", "False", "Unknown"]),
    },
    "code": {
        "python_number_function": ((1, 2), []),
        "python_list_function": ((1, 2), []),
        "python_string_function": ((1, 2), []),
    },
}
OWN_SEED, OWN_ITEMS = 5, 50


def load(kind: str, data: str = "", items: int = OWN_ITEMS, **_) -> DatasetDict:
    """The problems of one task, as its `test` split.

    The harness calls it with `dataset_kwargs` of the task and with `--metadata`, into which it mixes `--model_args`:
    hence the arguments that are ignored.

    Args:
        kind: a key of FIELDS.
        data: a JSONL file; problems drawn from data_chef when empty.
        items: without a file, so many of each task of OWN.

    Raises:
        ValueError: a line that lacks a field, or a file without lines.
        FileNotFoundError: no such file.
    """
    rows = read(Path(data), FIELDS[kind]) if data else list(own_problems(kind, int(items)))
    return DatasetDict({"test": Dataset.from_list(rows)})


def read(path: Path, fields: tuple[str, ...]) -> list[dict]:
    """The lines of a JSONL file, with numbers as text, so that a column has one type. Raises as `load` does."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no problem file '{path}': give a JSONL file, --metadata data=FILE.jsonl")
    rows = []
    # Not splitlines(), which would also cut at the line separators that a JSON string may hold.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error})") from error
        missing = [field for field in fields if not isinstance(row, dict) or row.get(field) in (None, "")]
        if missing:
            raise ValueError(f"{path}, line {number}: no {' and no '.join(missing)}; expected {', '.join(fields)}")
        as_text = {key: value if isinstance(value, str | list) else str(value) for key, value in row.items()}
        # Code may be asked for in other words than its head.
        question = {"question": as_text["prompt"]} if "prompt" in fields else {}
        rows.append({"id": f"{path.stem}/{number}", **question, **as_text})
    if not rows:
        raise ValueError(f"{path} has no problems")
    return rows


def own_problems(kind: str, items: int = OWN_ITEMS, split: str = "test") -> Iterator[dict]:
    """`items` verified problems of each task of `OWN[kind]`, the same ones every time.

    For kind `text` they are the conversations of kind `math`, with the answers that training would show.
    """
    from data_chef.registry import make_items
    from data_chef.text import chat, response

    for task, (difficulty, choices) in OWN["math" if kind == "text" else kind].items():
        for index, item in enumerate(make_items(task, split, OWN_SEED, range(items), difficulty)):
            if item is None:
                continue
            row = item.row()
            problem = {"id": f"{task}/{index}", "task": task, "question": item.question, "answer": item.answer}
            if kind == "text":
                yield {"id": problem["id"], "text": chat(item.question, response(row))}
            elif kind == "choice":
                yield {**problem, "choices": choices}
            elif kind == "code":
                yield {**problem, "prompt": item.question, "entry_point": item.entry_point, "test": item.test}
            else:
                yield problem
