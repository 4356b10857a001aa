"""`python -m data_chef stats`: what a corpus holds, and how its word problems compare with sets of real ones."""

import argparse
import json
from collections import Counter
from pathlib import Path

from data_chef.corpus import load, tokenizer_dir
from data_chef.registry import FAMILIES, tasks
from data_chef.shape import coverage, measure, read_questions
from data_chef.text import chat, response


SAMPLE = 20_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", help="a folder that `build` wrote")
    parser.add_argument("--task", default="word_problem_mixed", help="the task to compare with real sets")
    parser.add_argument("--against", nargs="+", default=[], metavar="FILE.jsonl", help="sets with `question`")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the numbers as JSON")


def run(options: argparse.Namespace) -> None:
    """Prints the tables. Raises what `load` and reading the files raise."""
    rows = load(options.corpus, "train")
    families = family_shares(rows, options.corpus)
    print(f"{'family':16} {'items':>9} {'items %':>8} {'tokens %':>9} {'tokens each':>12}")
    for family, row in families.items():
        print(f"{family:16} {row['items']:>9,} {row['items %']:>8} {row['tokens %']:>9} {row['tokens each']:>12}")
    result: dict = {"corpus": rows.num_rows, "families": families}
    ours = rows.filter(lambda row: row["task"] == options.task)
    if options.against and len(ours):
        result |= compare(ours.select(range(min(SAMPLE, len(ours)))).to_list(), options.against)
        print(f"\n{options.task} beside real sets\n{side_by_side(result['shape'])}\n")
        for name, found in result["coverage"].items():
            shown = {key: value for key, value in found.items() if key.endswith("%")}
            print(f"words of {name} that ours know: {shown}")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=1) + "\n")


def family_shares(rows, corpus: str | Path) -> dict[str, dict]:
    """Per family: items, their share, and the share of tokens, from a sample of the rows."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tokenizer_dir(corpus))
    family_of = {name: task.family for name, task in tasks().items()}
    items = Counter(family_of.get(task, "other") for task in rows["task"])
    tokens: Counter = Counter()
    sampled: Counter = Counter()
    sample = rows.select(range(min(SAMPLE, len(rows)))).to_list()
    lengths = tokenizer([chat(row["question"], response(row)) for row in sample], return_length=True)["length"]
    for row, length in zip(sample, lengths, strict=True):
        family = family_of.get(row["task"], "other")
        tokens[family] += length
        sampled[family] += 1
    total = sum(tokens.values())
    return {
        family: {
            "items": items[family],
            "items %": round(100 * items[family] / len(rows), 1),
            "tokens %": round(100 * tokens[family] / total, 1),
            "tokens each": round(tokens[family] / max(1, sampled[family]), 1),
        }
        for family in (*FAMILIES, "other")
        if items[family]
    }


def compare(ours: list[dict], against: list[str]) -> dict:
    """The shape of our questions beside that of each file, and how many of its words ours know."""
    foreign = {Path(path).stem: read_questions(path) for path in against}
    questions = [row["question"] for row in ours]
    return {
        "shape": {"ours": measure(ours), **{name: measure(rows) for name, rows in foreign.items()}},
        "coverage": {name: coverage(questions, [row["question"] for row in rows]) for name, rows in foreign.items()},
    }


def side_by_side(shapes: dict[str, dict], markdown: bool = False) -> str:
    """The measurements as a table, a column for each set."""
    rows = []
    for key, first in next(iter(shapes.values())).items():
        if isinstance(first, dict):
            inner = sorted({name for shape in shapes.values() for name in shape[key]})
            rows += [(f"{key}: {name}", [shape[key].get(name, "") for shape in shapes.values()]) for name in inner]
        else:
            rows.append((key, [shape[key] for shape in shapes.values()]))
    if markdown:
        head = ["| | " + " | ".join(shapes) + " |", "| --- |" + " ---: |" * len(shapes)]
        return "\n".join(head + [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows])
    width = max(len(name) for name in shapes) + 2
    lines = [" " * 36 + "".join(f"{name:>{width}}" for name in shapes)]
    return "\n".join(lines + [f"{name:36}" + "".join(f"{cell!s:>{width}}" for cell in cells) for name, cells in rows])
