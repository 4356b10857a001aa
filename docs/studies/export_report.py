"""The tables of docs/export.md: `python docs/studies/export_report.py [--verify EXPORT --data CORPUS]`.

With `--verify` every precision of an export is compared with its model first (`export.verify`), one after the other;
docs/measurements/export-verification.json keeps the results. The other tables come from what `export.score`,
`export_sizes.py`, `export.benchmark` and `operators.py` wrote to docs/measurements; what is not there is left out.
"""

import argparse
import json
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tqdm import tqdm  # noqa: E402

from configuration_odin import PRESETS, OdinConfig  # noqa: E402
from export.benchmark import tables  # noqa: E402
from export.precisions import PRECISIONS  # noqa: E402
from export.runner import exported_dtypes  # noqa: E402
from export.score import precision_table  # noqa: E402
from export.verify import verify  # noqa: E402
from training.checkpoint import CheckpointError  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "export.md"
MEASUREMENTS = HERE.parent / "measurements"
VERIFICATION = MEASUREMENTS / "export-verification.json"


def measured(name: str):
    """What docs/measurements holds under a name; None when it is not there."""
    path = MEASUREMENTS / f"{name}.json"
    return json.loads(path.read_text()) if path.is_file() else None


def verification_table(results: dict[str, dict]) -> str:
    """Markdown: a row for each precision; `FAIL` where a limit was passed."""
    lines = [
        "| precision | logits, mean (max) | greedy answers equal | token agreement | states after 4,096 tokens "
        "| prefill = decode | batch = one by one |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for dtype in filter(results.get, PRECISIONS):
        result = results[dtype]
        of = {check["check"]: check for check in result["checks"]}
        cells = [dtype, distance(of["logits"])]
        greedy = of["greedy tokens"]["measures"]
        cells.append(mark(of["greedy tokens"], f"{greedy['prompts'] - greedy['differ']} of {greedy['prompts']}"))
        cells.append(f"{greedy['token_agreement']:.2%}")
        cells.append(mark(of["states"], f"{max(of['states']['measures']['relative_error'].values()):.1e}"))
        cells += [distance(of["prefill = decode"]), distance(of["batch = one by one"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def distance(check: dict) -> str:
    """Mean difference in standard deviations of PyTorch's logits, and the largest of all as it is."""
    measures = check["measures"]
    return mark(check, f"{measures['mean_in_standard_deviations']:.1e} ({measures['max']:.1e})")


def mark(check: dict, text: str) -> str:
    return text if check["passed"] else f"**FAIL** {text}"


def with_sizes(scores: dict, sizes: dict[str, int]) -> dict:
    """`scores` of `export.score` with the bytes of today's files: a matrix that is padded since scores the same."""
    precisions = {
        name: {**found, "bytes": sizes[name]} if name in sizes else found
        for name, found in scores["precisions"].items()
    }
    return {**scores, "precisions": precisions}


def launches_table(audits: dict[str, dict]) -> str:
    """Markdown: nodes launched for a token; those of a layer from two models that differ in their layers alone.

    Raises:
        ValueError: the difference is not a whole number of launches for each layer.
    """
    layers = {name: OdinConfig.from_preset(name).num_hidden_layers for name in audits}
    (small, few), (large, many) = sorted(layers.items(), key=lambda pair: pair[1])
    lines = [
        f"| precision | {small}, {few} layers | {large}, {many} layers | a layer | outside of layers |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for dtype in filter(audits[large].get, PRECISIONS):
        totals = [sum(entry["launches"] for entry in audits[name][dtype]["fused"]) for name in (small, large)]
        each, rest = divmod(totals[1] - totals[0], many - few)
        if rest:
            raise ValueError(f"{dtype}: {totals} launches of {few} and {many} layers: the layers are not alike")
        lines.append(f"| {dtype} | {totals[0]} | {totals[1]} | {each} | {totals[0] - few * each} |")
    return "\n".join(lines)


def blocks() -> dict[str, str]:
    """The text of each block of the document that has been measured."""
    found = {}
    if verification := measured(VERIFICATION.stem):
        found["verification"] = verification_table(verification)
    if (scores := measured("export-precisions")) and (sizes := measured("export-sizes")):
        found["precisions"] = precision_table(with_sizes(scores, sizes["sizes"]))
    if benchmark := measured("export-benchmark"):
        found["benchmark"] = tables(benchmark["records"], benchmark["settings"]["places"])
    audits = {name: measured(f"operators-{name}") for name in PRESETS}
    if all(audits.values()):
        found["launches"] = launches_table(audits)
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--verify", type=Path, metavar="EXPORT", help="export folder to compare with its model")
    parser.add_argument("--model", type=Path, default=HERE.parents[1] / "odin-nano")
    parser.add_argument("--data", type=Path, help="corpus whose questions are the prompts; random ones without it")
    options = parser.parse_args(arguments)
    if options.verify:
        results = {}
        try:
            for dtype in tqdm(exported_dtypes(options.verify), desc="precisions"):
                results[dtype] = verify(options.model, options.verify, options.data or 200, dtype)
        except CheckpointError as error:
            sys.exit(f"export_report: {error}")
        write_json(VERIFICATION, results)
    for name, text in blocks().items():
        replace_block(DOCUMENT, name, text)
        print(f"{text}\n")


if __name__ == "__main__":
    main()
