"""Quick scores on corpus items, for use during training and at release: greedy, strict, a row per task."""

from pathlib import Path

import data_chef
from data_chef.text import chat
from training.benchmark.problems import numbered_lines
from training.benchmark.scoring import score_answers
from training.benchmark.statistics import wilson
from training.generation import generate_greedy


def by_task(items: list[dict], marks: list[bool]) -> dict[str, dict]:
    """Per task: number of items, share right, and the 95% Wilson interval of the share."""
    grouped: dict[str, list[bool]] = {}
    for item, mark in zip(items, marks, strict=True):
        grouped.setdefault(item["task"], []).append(mark)
    return {
        task: {"items": len(group), "exact_match": sum(group) / len(group), "interval": wilson(sum(group), len(group))}
        for task, group in sorted(grouped.items())
    }


def evaluate(model, tokenizer, items: list[dict], max_new_tokens: int, progress: bool = False):
    """Scores per task, and the answers with their marks."""
    prompts = [chat(item["question"]) for item in items]
    answers = generate_greedy(model, tokenizer, prompts, max_new_tokens, progress=progress)
    marks = score_answers(items, answers)
    return by_task(items, marks), answers, marks


def read_items(data: str, split: str) -> list[dict]:
    """Items of a corpus folder, or of a JSONL file, whose name then serves as the task.

    Raises:
        ValueError: a line without `question` or `answer`.
        FileNotFoundError: nothing there.
    """
    path = Path(data)
    if path.suffix != ".jsonl":
        return data_chef.table(data, split).to_pylist()
    items = []
    for where, item in numbered_lines(path):
        if not {"question", "answer"} <= item.keys():
            raise ValueError(f"{where}: expected the keys 'question' and 'answer', got {sorted(item)}")
        items.append(item | {"task": path.stem})
    return items


def table(scores: dict[str, dict]) -> str:
    """The scores as a Markdown table."""
    rows = ["| task | items | exact match | 95% interval |", "| --- | ---: | ---: | ---: |"]
    for task, score in scores.items():
        low, high = score["interval"]
        rows.append(f"| {task} | {score['items']} | {score['exact_match']:.1%} | {low:.1%} to {high:.1%} |")
    return "\n".join(rows)
