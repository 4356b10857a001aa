"""What sparsity costs and gains: `python docs/studies/pruning.py [--model odin-nano] [--curriculum nano]`.

Sets the smallest weights of each matrix of a trained model to zero, without any training afterwards, and measures
exact match and perplexity on held-out items, and the int8 file of what is left, plain and compressed. Writes
docs/measurements/pruning.json and a table of docs/export.md; resumable, level by level.

Not covered: speed (onnxruntime has no sparse kernels, a zero costs what any weight costs), pruning with fine-tuning.
"""

import argparse
import hashlib
import json
import math
import sys
import tempfile
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import torch  # noqa: E402
from compression import CODECS  # noqa: E402
from torch import nn  # noqa: E402
from tqdm import tqdm  # noqa: E402

from export.build import build, source_hash  # noqa: E402
from training.benchmark.sources import generate  # noqa: E402
from training.checkpoint import CheckpointError, check_config, load_model, load_tokenizer  # noqa: E402
from training.evaluate import by_task, evaluate  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402
from training.validation import family_batches, family_losses  # noqa: E402


DOCUMENT = HERE.parent / "export.md"
RESULTS = HERE.parent / "measurements/pruning.json"
RELEASE = HERE.parents[1] / "odin-nano"
SPLIT = "test"
# Share of the weights, or the pattern of sparse tensor cores: two of any four neighbours in a row.
LEVELS = ("0%", "10%", "20%", "30%", "50%", "70%", "2:4")
ROW = 512  # tokens


def smallest(weight: torch.Tensor, level: str) -> torch.Tensor:
    """Where a matrix `[out, in]` is to be zero by magnitude: a mask of its shape.

    Raises:
        ValueError: the pattern 2:4 does not fit its rows.
    """
    if level == "2:4":
        if weight.shape[1] % 4:
            raise ValueError(f"2:4 needs rows of a multiple of 4 weights, got the shape {list(weight.shape)}")
        groups, count = weight.abs().reshape(-1, 4), 2
    else:
        groups = weight.abs().reshape(1, -1)
        count = round(float(level.rstrip("%")) / 100 * weight.numel())
    mask = torch.zeros_like(groups, dtype=torch.bool)
    return mask.scatter_(1, groups.topk(count, 1, largest=False).indices, True).view_as(weight)


@torch.no_grad()
def prune(model: nn.Module, level: str) -> float:
    """Prunes every linear map and the embedding in place; norms, biases and convolutions stay.

    Returns:
        The share of the weights of these matrices that is zero.
    """
    # A tied head is the embedding, and is one matrix.
    matrices = {id(m.weight): m.weight for m in model.modules() if isinstance(m, (nn.Linear, nn.Embedding))}.values()
    for weight in matrices:
        weight.masked_fill_(smallest(weight, level), 0.0)
    return sum(int((weight == 0).sum()) for weight in matrices) / sum(weight.numel() for weight in matrices)


def int8_sizes(model, tokenizer, folder: Path) -> dict[str, int]:
    """Bytes of the model's int8 graph, as it is (`raw`) and by each codec."""
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    build(folder / "model", folder / "export", ("int8",))
    (graph,) = (folder / "export").rglob("*.onnx")
    data = graph.read_bytes()
    return {"raw": len(data), **{name: len(compress(data)) for name, (compress, _) in CODECS.items()}}


def measure(folder: Path, level: str, items: list[dict], max_new_tokens: int, rows: int) -> dict:
    """One level of sparsity.

    Args:
        items: held-out rows with `question`, `answer`, `solution`, `task` and `family`.
        rows: packed rows of answers of each family, for the perplexity.
    """
    model = load_model(folder)
    tokenizer = load_tokenizer(folder, model.config.vocab_size)
    zeros = prune(model, level)
    scores, _, marks = evaluate(model, tokenizer, items, max_new_tokens, progress=True)
    losses = family_losses(model, family_batches(items, tokenizer, ROW, rows), "cpu")
    with tempfile.TemporaryDirectory() as scratch:
        sizes = int8_sizes(model, tokenizer, Path(scratch))
    return {
        "zeros": zeros,
        "all": by_task([{"task": "all"}] * len(items), marks)["all"],
        "tasks": scores,
        "perplexity": math.exp(sum(losses.values()) / len(losses)),
        "int8_bytes": sizes,
    }


def table(results: dict) -> str:
    """Markdown: a row for each level."""
    lines = [
        f"| pruned | zeros | exact match | perplexity | int8, MB | {' | '.join(CODECS)} |",
        "| --- | ---: | ---: | ---: | ---: |" + " ---: |" * len(CODECS),
    ]
    for level in LEVELS:
        record = results.get("levels", {}).get(level)
        if record is not None:
            low, high = record["all"]["interval"]
            sizes = " | ".join(f"{size / 1e6:.2f}" for size in (record["int8_bytes"][k] for k in ("raw", *CODECS)))
            lines.append(
                f"| {level} | {record['zeros']:.1%} | {record['all']['exact_match']:.1%} ({low:.1%} to {high:.1%}) "
                f"| {record['perplexity']:.3f} | {sizes} |"
            )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, default=RELEASE, help="folder of a trained model")
    parser.add_argument("--curriculum", default="nano", help="preset or YAML file whose held-out items are asked")
    parser.add_argument("--tasks", nargs="+", help="only these of its tasks")
    parser.add_argument("--items", type=int, default=20, help="at most so many of each task")
    parser.add_argument("--rows", type=int, default=8, help=f"rows of {ROW} tokens of each family, for the perplexity")
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="Markdown file with a block 'pruning'")
    options = parser.parse_args(arguments)
    try:
        check_config(options.model)
        wanted = options.tasks
        items = [
            item
            for item in generate(options.curriculum, SPLIT, options.items)
            if wanted is None or item["task"] in wanted
        ]
        if not items:
            raise ValueError(f"the curriculum '{options.curriculum}' has no items of the tasks {wanted}")
        settings = {
            "model": options.model.resolve().name,
            "source_sha256": source_hash(options.model, ("int8",)),
            "curriculum": options.curriculum,
            "split": SPLIT,
            "items": len(items),
            "items_sha256": hashlib.sha256("\n".join(item["question"] for item in items).encode()).hexdigest(),
            "max_new_tokens": options.max_new_tokens,
            "rows": options.rows,
        }
        results = json.loads(options.out.read_text()) if options.out.is_file() else {}
        if results.get("settings") != settings:  # levels of another model, exporter or items are not comparable
            results = {"settings": settings, "levels": {}}
        for level in tqdm([level for level in options.levels if level not in results["levels"]], desc="levels"):
            results["levels"][level] = measure(options.model, level, items, options.max_new_tokens, options.rows)
            write_json(options.out, results)
    except (CheckpointError, ValueError, OSError) as error:
        sys.exit(f"pruning: {error}")
    replace_block(options.document, "pruning", table(results))
    print(table(results))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
