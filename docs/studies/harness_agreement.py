"""Does lm-evaluation-harness come to our numbers? The same problems, asked and marked by it and by us, one by one.

    python docs/studies/harness_agreement.py run --model odin-nano      # docs/measurements/harness-agreement.json
    python docs/studies/harness_agreement.py table                      # the table in training/harness/README.md

Each side does everything itself: prompt, batches, decoding, extraction, mark. They share the problems and the model.
"""

import argparse
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from training.checkpoint import load_model, load_tokenizer  # noqa: E402
from training.evaluate import by_task, evaluate  # noqa: E402
from training.harness.dataset import OWN_SEED, own_problems  # noqa: E402
from training.harness.inprocess import samples  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RESULT = ROOT / "docs" / "measurements" / "harness-agreement.json"
README = ROOT / "training" / "harness" / "README.md"
KINDS = {"odin_math": "math", "odin_choice": "choice"}


def compare(task: str, folder: Path, model, tokenizer, items: int) -> dict:
    """Both sides' marks and texts on `items` problems of each of the task's kinds of problem."""
    problems = list(own_problems(KINDS[task], items))
    started = time.perf_counter()
    theirs = [row for row in samples(folder, [task], items=items)[task] if row["filter"] == "strict-match"]
    harness_seconds = time.perf_counter() - started
    assert [row["doc"]["id"] for row in theirs] == [problem["id"] for problem in problems]
    started = time.perf_counter()
    ours, texts, marks = evaluate(model, tokenizer, problems, max_new_tokens=256)
    our_seconds = time.perf_counter() - started
    their_marks = [bool(row["exact_match"]) for row in theirs]
    their_texts = [row["resps"][0][0] for row in theirs]
    return {
        "items": len(problems),
        "same_marks": sum(a == b for a, b in zip(marks, their_marks, strict=True)),
        "same_texts": sum(a == b for a, b in zip(texts, their_texts, strict=True)),
        "ours": ours,
        "harness": by_task(problems, their_marks),
        "seconds": {"ours": round(our_seconds, 1), "harness": round(harness_seconds, 1)},
        "differ": [
            {"question": p["question"], "answer": p["answer"], "ours": [t, m], "harness": [ht, hm]}
            for p, t, m, ht, hm in zip(problems, texts, marks, their_texts, their_marks, strict=True)
            if m != hm or t != ht
        ],
    }


def run(folder: Path, items: int) -> None:
    model = load_model(folder)
    tokenizer = load_tokenizer(folder, model.config.vocab_size)
    write_json(
        RESULT,
        {
            "model": folder.name,
            "seed": OWN_SEED,
            "versions": {name: version(name) for name in ("lm_eval", "transformers", "torch")},
            "tasks": {task: compare(task, folder, model, tokenizer, items) for task in KINDS},
        },
    )


def table() -> str:
    """The measured agreement as a Markdown table."""
    result = json.loads(RESULT.read_text())
    rows = [
        "| task | problems | ours | 95% interval | harness | same mark | same text |",
        "| --- | --- | ---: | --- | ---: | --- | --- |",
    ]
    for task, found in result["tasks"].items():
        for name, ours in found["ours"].items():
            low, high = ours["interval"]
            rows.append(
                f"| {task} | {ours['items']} {name} | {ours['exact_match']:.1%} | {low:.1%} to {high:.1%} "
                f"| {found['harness'][name]['exact_match']:.1%} | | |"
            )
        same = " | ".join(f"{found[key]} of {found['items']}" for key in ("same_marks", "same_texts"))
        rows.append(f"| {task} | all {found['items']} | | | | {same} |")
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    return "\n".join([*rows, "", f"{result['model']}, greedy, at most 256 tokens, seed {result['seed']}; {versions}."])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("action", choices=("run", "table"))
    parser.add_argument("--model", type=Path, default=ROOT / "odin-nano", help="folder of a saved model")
    parser.add_argument("--items", type=int, default=60, help="of each kind of problem")
    options = parser.parse_args()
    if options.action == "run":
        run(options.model, options.items)
    replace_block(README, "agreement", table())


if __name__ == "__main__":
    main()
