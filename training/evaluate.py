"""Exact match of a model on held-out items: `python -m training.evaluate --model DIR --data CORPUS [--out FILE.json]`.

`--data` is a corpus folder (its test split, a row per task) or a JSONL file with `question` and `answer`. Prompts go
through the chat template, decoding is greedy, the answer is what follows the last `####`; a program is right when it
passes all its tests.
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

import data_chef
from data_chef.sandbox import run_programs
from data_chef.text import chat, extract_answer, normalize_answer
from training.checkpoint import CheckpointError, load_model, load_tokenizer
from training.generation import generate_greedy
from training.io import write_json


def score_answers(items: list[dict], answers: list[str]) -> list[bool]:
    """Whether each answer is right: by its final number or word, or, for items with tests, by running the program."""
    marks = [
        extract_answer(answer) == normalize_answer(item["answer"]) for item, answer in zip(items, answers, strict=True)
    ]
    with_tests = [i for i, item in enumerate(items) if item.get("test")]
    for i, passed in zip(
        with_tests, run_programs([(extract_code(answers[i]), items[i]["test"]) for i in with_tests]), strict=True
    ):
        marks[i] = passed
    return marks


def extract_code(text: str) -> str:
    """The first fenced block of an answer, or all of it where there is none."""
    fenced = re.search(r"```(?:python)?\n(.*?)(?:```|\Z)", text, re.DOTALL)
    return fenced[1] if fenced else text


def by_task(items: list[dict], marks: list[bool]) -> dict[str, dict]:
    """Per task: number of items, share right, and the 95% Wilson interval of the share."""
    grouped: dict[str, list[bool]] = {}
    for item, mark in zip(items, marks, strict=True):
        grouped.setdefault(item["task"], []).append(mark)
    return {
        task: {"items": len(group), "exact_match": sum(group) / len(group), "interval": wilson(sum(group), len(group))}
        for task, group in sorted(grouped.items())
    }


def wilson(right: int, total: int, z: float = 1.96) -> list[float]:
    """Wilson score interval of a proportion, [low, high]."""
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return [round(middle - half, 4), round(middle + half, 4)]


def evaluate(model, tokenizer, items: list[dict], max_new_tokens: int, progress: bool = False):
    """Scores per task, and the answers with their marks."""
    prompts = [chat(item["question"]) for item in items]
    answers = generate_greedy(model, tokenizer, prompts, max_new_tokens, progress=progress)
    marks = score_answers(items, answers)
    return by_task(items, marks), answers, marks


def first_per_task(items, count: int) -> list[dict]:
    """The first `count` items of each task."""
    chosen: dict[str, list[dict]] = {}
    for item in items:
        of_task = chosen.setdefault(item["task"], [])
        if len(of_task) < count:
            of_task.append(item)
    return [item for of_task in chosen.values() for item in of_task]


def read_items(data: str, split: str) -> list[dict]:
    """Items of a corpus folder, or of a JSONL file, whose name then serves as the task.

    Raises:
        ValueError: a line without `question` or `answer`.
        FileNotFoundError: nothing there.
    """
    path = Path(data)
    if path.suffix != ".jsonl":
        return list(data_chef.load(data, split))
    # Not splitlines(), which would also cut at the line separators that a JSON string may hold.
    items = [json.loads(line) for line in path.read_text().split("\n") if line.strip()]
    for number, item in enumerate(items, start=1):
        if not {"question", "answer"} <= item.keys():
            raise ValueError(f"{path}, line {number}: expected the keys 'question' and 'answer', got {sorted(item)}")
        item["task"] = path.stem
    return items


def table(scores: dict[str, dict]) -> str:
    """The scores as a Markdown table."""
    rows = ["| task | items | exact match | 95% interval |", "| --- | ---: | ---: | ---: |"]
    for task, score in scores.items():
        low, high = score["interval"]
        rows.append(f"| {task} | {score['items']} | {score['exact_match']:.1%} | {low:.1%} to {high:.1%} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, help="folder of a saved model")
    parser.add_argument("--data", required=True, help="corpus folder or JSONL file")
    parser.add_argument("--split", default="test", help="of a corpus folder: validation or test")
    parser.add_argument("--items", type=int, default=400, help="at most so many per task")
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--out", help="write scores, questions and answers as JSON")
    options = parser.parse_args()
    try:
        items = first_per_task(read_items(options.data, options.split), options.items)
        model = load_model(Path(options.model))
        tokenizer = load_tokenizer(Path(options.model), model.config.vocab_size)
    except (ValueError, OSError, CheckpointError) as error:
        sys.exit(f"evaluate: {error}")
    scores, answers, marks = evaluate(model, tokenizer, items, options.max_new_tokens, progress=True)
    print(table(scores))
    if options.out:
        details = [
            {**{k: item[k] for k in ("task", "question", "answer")}, "output": answer, "right": mark}
            for item, answer, mark in zip(items, answers, marks, strict=True)
        ]
        write_json(
            Path(options.out), {"model": options.model, "split": options.split, "scores": scores, "items": details}
        )


if __name__ == "__main__":
    main()
