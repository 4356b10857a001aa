"""What was measured of a model outside its release folder: files by precision, speed in browsers; for its card.

The figures come from committed JSON alone: in docs/measurements export-sizes.json (`docs/studies/export_sizes.py`),
export-precisions.json (`export.score`), export-benchmark.json (`export.benchmark`) and decontamination.json; in
space/leaderboard the results of the app's benchmark page.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.benchmark.report import percent
from training.manifest import check_version


ROOT = Path(__file__).parents[1]
# What the runtime calls a precision.
RUNTIME_DTYPES = {"q8": "int8"}


def read_figures(
    model: str,
    weights_sha256: str | None = None,
    version: str | None = None,
    content_sha256: str | None = None,
    root: Path = ROOT,
) -> dict[str, Any]:
    """The figures of the model of this name; what was not measured is left out.

    Args:
        weights_sha256: of the weights; files and scores by precision are theirs, or are left out.
        version: of the model; a result of a browser counts for all versions with the same weights, that is with the
            same MAJOR.MINOR.
        content_sha256: of the data that it was trained on, whose overlap was looked for.
        root: of the repository.

    Returns:
        `sizes` (precision to bytes), `precisions` (precision to perplexity, suites and so on, as `export.score` writes
        them), `native` (the report of `export.benchmark`), `browsers` (results of the benchmark page, by browser),
        `overlap` (what `docs/studies/decontamination.py` found).

    Raises:
        OSError, ValueError: a file cannot be read.
    """
    figures: dict[str, Any] = {}
    for key, name in (("sizes", "export-sizes"), ("precisions", "export-precisions")):
        found = measurement(root, name)
        if found.get("model") == model and found["weights_sha256"] == weights_sha256:
            figures[key] = found[key]
    found = measurement(root, "export-benchmark")
    if any(is_of(record["model"], model) for record in found.get("records", ())):
        figures["native"] = found
    found = measurement(root, "decontamination")
    if found.get("model") == model and found["content_sha256"] == content_sha256:
        figures["overlap"] = found
    results = [json.loads(path.read_text()) for path in sorted((root / "space/leaderboard").glob("*.json"))]
    of_model = [
        result
        for result in results
        if result["model"]["name"] == model and same_weights(result["model"]["version"], version)
    ]
    if of_model:
        figures["browsers"] = sorted(of_model, key=lambda result: (result["name"], result["place"]["browser"]["name"]))
    return figures


def same_weights(one: str | None, other: str | None) -> bool:
    """Whether two versions differ in their last number at most; docs/versions.md has the rule."""
    return one is not None and other is not None and check_version(one)[:2] == check_version(other)[:2]


def measurement(root: Path, name: str) -> dict[str, Any]:
    """What a file of docs/measurements holds, nothing where it is not there."""
    path = root / "docs/measurements" / f"{name}.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def sizes_table(sizes: Mapping[str, int], precisions: Mapping[str, Mapping]) -> str:
    """Markdown: what is downloaded in each precision, and what the precision costs."""
    suites = sorted({suite for dtype in sizes for suite in precisions.get(dtype, {}).get("suites", {})})
    head = ["precision", "MB", "perplexity", "token agreement", *suites]
    lines = [_row(head), _row(["---", *["---:"] * (len(head) - 1)])]
    for dtype, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        cost = precisions.get(dtype, {})
        cells = [dtype, f"{size / 1e6:.2f}"]
        cells.append(f"{cost['perplexity']:.4f}" if "perplexity" in cost else "")
        cells.append(f"{cost['token_agreement']:.2%}" if "token_agreement" in cost else "")
        scores = cost.get("suites", {})
        lines.append(_row([*cells, *(percent(scores[suite]["score"]) if suite in scores else "" for suite in suites)]))
    return "\n".join(lines)


def browsers_table(results: Sequence[Mapping]) -> str:
    """Markdown: speed in each browser, from the medians of the benchmark page."""
    head = ["machine", "browser", "device", "precision", "threads", "tokens/s", "first token, ms", "loading, ms"]
    lines = [_row(head), _row([*["---"] * 4, *["---:"] * 4])]
    for result in results:
        medians, browser = result["medians"], result["place"]["browser"]
        # The first token behind the shortest of the prompts, a question of a line.
        question = next(part for part in medians["prompts"] if part["prompt"] == "question")
        lines.append(
            _row(
                [
                    result["name"],
                    f"{browser['name']} {browser['version']}",
                    result["device"],
                    RUNTIME_DTYPES.get(result["dtype"], result["dtype"]),
                    result["threads"],
                    f"{1e6 / medians['tokenMicros']:,.0f}",
                    f"{question['firstTokenMicros'] / 1000:.1f}",
                    f"{medians['loadMicros'] / 1000:,.0f}",
                ]
            )
        )
    return "\n".join(lines)


def is_of(measured: str, model: str) -> bool:
    """Whether a name in `export.benchmark`'s records, such as `odin-100m (random)`, means the model."""
    return measured.split()[0] == model


def native_table(report: Mapping[str, Any], model: str, dtype: str = "int8") -> str:
    """Markdown: milliseconds a token against the length of the text before it, beside the transformers measured."""
    records = [r for r in report["records"] if r["dtype"] == dtype and r["place"].startswith("decode")]
    places = sorted({int(record["place"].split()[1]) for record in records})
    times = {(record["model"], int(record["place"].split()[1])): record["ms"] for record in records}
    names = sorted({record["model"] for record in records}, key=lambda name: (not is_of(name, model), name))
    lines = [_row([f"ms a token, {dtype}, after", *(f"{place:,} tokens" for place in places)])]
    lines.append(_row(["---", *["---:"] * len(places)]))
    lines += [_row([name, *(f"{times[name, place]:.1f}" for place in places)]) for name in names]
    return "\n".join(lines)


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
