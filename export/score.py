"""Held-out exact match of an export against PyTorch: `python -m export.score --model DIR --onnx DIR --data CORPUS`.

The same prompts, greedy decoding and marking as `training.evaluate`, for the model in PyTorch and for each graph. int8
and q4wire answer one question at a time, as in a browser: activation scales would depend on the rest of a batch. For
each file also its size, the perplexity of the right answers, how often the likeliest token is that of PyTorch, and
with `--suite` the scores on ODIN-Bench.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from data_chef.text import response
from training.benchmark.onnx_session import FILES, TOGETHER
from training.benchmark.sources import Places, load_problems
from training.benchmark.suites import choose
from training.checkpoint import CheckpointError, load_model, load_tokenizer, weights_sha256
from training.io import write_json

from .comparisons import check_source, logits_of_graph, logits_of_model, teacher_forced
from .precisions import PRECISIONS
from .prompts import chat_prompt, read_questions
from .runner import OnnxRunner, exported_dtypes, find_graph


def score(
    model_folder: Path, onnx_folder: Path, data: Path, items: int, max_new_tokens: int, dtypes=None, suites=()
) -> dict:
    """Exact match for PyTorch and for each precision, and what else a precision costs and gains.

    Args:
        data: corpus folder or JSONL file.
        items: at most so many of each task.
        dtypes: precisions; None for all that were exported.
        suites: of ODIN-Bench, with their problems and where these were found; the graphs alone are asked.

    Returns:
        `scores[runner][task]` with `items`, `exact_match` and its 95% `interval`, task "all" included; `runner` is
        "pytorch" or a precision. `precisions[runner]` with `perplexity` and `token_agreement` with PyTorch over the
        right answers of `data`, and for graphs `bytes` and `suites[name]` with `problems`, `score` and `interval`.

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
    texts = [(prompt, right_answer(tokenizer, row)) for prompt, row in zip(tokens, rows, strict=True)]

    answers = {"pytorch": generate_greedy(model, tokenizer, prompts, max_new_tokens, progress=True)}
    perplexity, likeliest = teacher_forced(logits_of_model(model), texts, "pytorch")
    precisions: dict[str, dict] = {"pytorch": {"perplexity": perplexity, "token_agreement": 1.0}}
    for dtype, path in graphs.items():
        runner = OnnxRunner(path)
        outputs = runner.generate(
            tokens, max_new_tokens, model.config.eos_token_id, 64 if dtype in TOGETHER else 1, progress=dtype
        )
        answers[dtype] = [tokenizer.decode(output, skip_special_tokens=True) for output in outputs]
        perplexity, tokens_of = teacher_forced(logits_of_graph(runner), texts, dtype)
        agreement = float(np.mean(np.concatenate(tokens_of) == np.concatenate(likeliest)))
        precisions[dtype] = {"bytes": path.stat().st_size, "perplexity": perplexity, "token_agreement": agreement}
        precisions[dtype]["suites"] = ask_suites(path, suites)

    scores = {}
    for name, texts_of in answers.items():
        marks = score_answers(rows, texts_of)
        scores[name] = by_task(rows, marks) | by_task([{"task": "all"}] * len(rows), marks)
    weights = {"model": model_folder.resolve().name, "weights_sha256": weights_sha256(model_folder)}
    settings = {**weights, "data": data.name, "max_new_tokens": max_new_tokens}
    return {**settings, "scores": scores, "precisions": precisions}


def right_answer(tokenizer, row: dict) -> list[int]:
    """The tokens of a row's answer, steps and end included."""
    return tokenizer(response({"entry_point": "", "solution": "", **row}) + "<|im_end|>")["input_ids"]


def ask_suites(graph: Path, suites) -> dict[str, dict]:
    """Scores of a graph on suites of ODIN-Bench, without tools."""
    from training.benchmark.models import load_answerer
    from training.benchmark.runner import Runner, Settings, prepare

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for suite, problems, place in suites:
            runner = Runner(load_answerer(str(graph)), Settings(tools=()), Path(folder), progress=True)
            result = runner.run(prepare(suite, problems, place))[0]["results"]["none"]
            found[suite.name] = {
                "problems": len(problems),
                "score": result["score"],
                "interval": result["score_interval"],
            }
    return found


def precision_table(result: dict) -> str:
    """Markdown: a row for each graph; exact match over all tasks, and the suites that were asked."""
    precisions = {name: result["precisions"][name] for name in PRECISIONS if name in result["precisions"]}
    suites = list(next(iter(precisions.values()))["suites"])
    names = ["precision", "MB", "perplexity", "token agreement", "held-out items", *suites]
    lines = [f"| {' | '.join(names)} |", "| --- |" + " ---: |" * (len(names) - 1)]
    for name, entry in precisions.items():
        cells = [f"{entry['bytes'] / 1e6:.2f}", f"{entry['perplexity']:.4f}", f"{entry['token_agreement']:.2%}"]
        cells.append(f"{result['scores'][name]['all']['exact_match']:.1%}")
        cells += [f"{entry['suites'][suite]['score']:.1%}" for suite in suites]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


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
    parser.add_argument("--max-drop", type=float, help="points that a graph may lose; else by precision")
    parser.add_argument("--suite", default="", help="suites of ODIN-Bench as well, as of `training.evaluate`")
    parser.add_argument("--data-dir", type=Path, help="folder with the files of real sets among the suites")
    parser.add_argument("--out", type=Path, help="write the scores as JSON")
    args = parser.parse_args(argv)
    dtypes = args.dtypes.split(",") if args.dtypes else None
    if unknown := [dtype for dtype in dtypes or () if dtype not in FILES]:
        parser.error(f"unknown precision {unknown}: choose from {', '.join(FILES)}")
    try:
        places = Places({}, args.data_dir)
        suites = [(suite, *load_problems(suite, places)) for suite in choose(args.suite)[0]] if args.suite else []
        result = score(args.model, args.onnx, args.data, args.items, args.max_new_tokens, dtypes, suites)
    except (CheckpointError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(result["scores"]), end="\n\n")
    print(precision_table(result), end="\n\n")
    if args.out:
        write_json(args.out, result)
    overall = {name: 100 * tasks["all"]["exact_match"] for name, tasks in result["scores"].items()}
    gained = {dtype: points - overall["pytorch"] for dtype, points in overall.items() if dtype != "pytorch"}
    for dtype, points in gained.items():
        print(f"{dtype}: {points:+.2f} points against PyTorch")
    allowed = {dtype: PRECISIONS[dtype].limits.drop if args.max_drop is None else args.max_drop for dtype in gained}
    return int(any(gained[dtype] < -allowed[dtype] - 1e-9 for dtype in gained))  # rounding of percentages


if __name__ == "__main__":
    sys.exit(main())
