"""Held-out exact match of an export against PyTorch: `python -m export.score --model DIR --onnx DIR --data CORPUS`.

The same prompts, greedy decoding and marking as `training.evaluate`, for the model in PyTorch and for each graph. int8
answers one question at a time, as in a browser: its activation scales would depend on the rest of a batch.
"""

import argparse
import sys
from pathlib import Path

from training.benchmark.onnx_session import FILES, TOGETHER
from training.checkpoint import CheckpointError, load_model, load_tokenizer

from .comparisons import check_source
from .prompts import chat_prompt, read_questions
from .runner import OnnxRunner, exported_dtypes, find_graph


def score(model_folder: Path, onnx_folder: Path, data: Path, items: int, max_new_tokens: int, dtypes=None) -> dict:
    """Exact match for PyTorch and for each precision.

    Args:
        data: corpus folder or JSONL file.
        items: at most so many of each task.
        dtypes: precisions; None for all that were exported.

    Returns:
        `scores[runner][task]` with `items`, `exact_match` and its 95% `interval`, task "all" included; `runner` is
        "pytorch" or a precision.

    Raises:
        ExportError: the model, the export or the data cannot be used.
    """
    from training.evaluate import by_task, score_answers
    from training.generation import generate_greedy

    graphs = {dtype: find_graph(onnx_folder, dtype) for dtype in dtypes or exported_dtypes(onnx_folder)}
    check_source(model_folder, onnx_folder)
    model = load_model(model_folder)
    tokenizer = load_tokenizer(model_folder, model.config.vocab_size)
    rows = read_questions(data, per_task=items)
    prompts = [chat_prompt(tokenizer, row["question"]) for row in rows]
    tokens = [tokenizer(prompt)["input_ids"] for prompt in prompts]

    answers = {"pytorch": generate_greedy(model, tokenizer, prompts, max_new_tokens, progress=True)}
    for dtype, path in graphs.items():
        batch_size = 64 if dtype in TOGETHER else 1
        outputs = OnnxRunner(path).generate(
            tokens, max_new_tokens, model.config.eos_token_id, batch_size, progress=dtype
        )
        answers[dtype] = [tokenizer.decode(output, skip_special_tokens=True) for output in outputs]

    scores = {}
    for name, texts in answers.items():
        marks = score_answers(rows, texts)
        scores[name] = by_task(rows, marks) | by_task([{"task": "all"}] * len(rows), marks)
    return {"model": str(model_folder), "data": str(data), "max_new_tokens": max_new_tokens, "scores": scores}


def table(scores: dict[str, dict]) -> str:
    """The scores as a Markdown table, a row for each task."""
    names = list(scores)
    rows = [f"| task | items | {' | '.join(names)} |", "| --- | ---: |" + " ---: |" * len(names)]
    for task, first in scores[names[0]].items():
        values = " | ".join(f"{scores[name][task]['exact_match']:.1%}" for name in names)
        rows.append(f"| {task} | {first['items']} | {values} |")
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.score", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="model folder that was exported")
    parser.add_argument("--onnx", type=Path, required=True, help="export folder")
    parser.add_argument("--data", type=Path, required=True, help="corpus folder, or JSONL with question and answer")
    parser.add_argument("--dtypes", help=f"comma-separated, of {', '.join(FILES)}; all that were exported by default")
    parser.add_argument("--items", type=int, default=100, help="at most so many of each task")
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--max-drop", type=float, default=1.0, help="points that a graph may lose against PyTorch")
    parser.add_argument("--out", type=Path, help="write the scores as JSON")
    args = parser.parse_args(argv)
    dtypes = args.dtypes.split(",") if args.dtypes else None
    if unknown := [dtype for dtype in dtypes or () if dtype not in FILES]:
        parser.error(f"unknown precision {unknown}: choose from {', '.join(FILES)}")
    try:
        result = score(args.model, args.onnx, args.data, args.items, args.max_new_tokens, dtypes)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(result["scores"]))
    if args.out:
        from training.io import write_json

        write_json(args.out, result)
    overall = {name: 100 * tasks["all"]["exact_match"] for name, tasks in result["scores"].items()}
    gained = {dtype: points - overall["pytorch"] for dtype, points in overall.items() if dtype != "pytorch"}
    for dtype, points in gained.items():
        print(f"{dtype}: {points:+.2f} points against PyTorch")
    return 0 if min(gained.values()) >= -args.max_drop else 1


if __name__ == "__main__":
    sys.exit(main())
