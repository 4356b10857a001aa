"""Speed of the four time mixings as exported: `python docs/studies/exported_speed.py [--models odin-nano odin-100m]`.

Fresh weights, equal parameters, float32, onnxruntime on one thread, all four in turns. Prints a table and a JSON line;
a size that was measured takes the place of its like in docs/measurements/exported-speed.json.
"""

import argparse
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import onnx  # noqa: E402
from sizes import count_parameters, decode_cost, equal_parameters  # noqa: E402
from speed import in_turns, machine, onnx_step, token_ids  # noqa: E402
from tqdm import tqdm  # noqa: E402

from configuration_odin import PRESETS, OdinConfig  # noqa: E402
from configuration_odin.configuration_odin import CHOICES  # noqa: E402
from export.random_weights import export_random  # noqa: E402
from export.runner import OnnxRunner  # noqa: E402
from training.io import write_json  # noqa: E402


RESULTS = HERE.parent / "measurements/exported-speed.json"
MIXINGS = CHOICES["time_mixing"]
LENGTHS = (256, 1024)
DECODE_BURST = 17  # the first of a burst does not count
LABELS = {
    "decode_ms": "decode, ms a token",
    **{f"prefill_{length}_tokens_per_second": f"prefill of {length:,}, tokens/s" for length in LENGTHS},
    "nodes": "nodes of the graph",
}


def same_size(config: OdinConfig) -> dict[str, OdinConfig]:
    """`config` with each time mixing, all with as many parameters."""
    parameters = count_parameters(config)
    variants = {mixing: OdinConfig(**{**config.to_diff_dict(), "time_mixing": mixing}) for mixing in MIXINGS}
    return {mixing: equal_parameters(variant, parameters) for mixing, variant in variants.items()}


def measure(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """One record a time mixing: medians and, as `best_*`, the fastest run. Decode follows on a cached state."""
    runners, records = {}, {}
    for mixing, variant in tqdm(same_size(config).items(), desc="export", leave=False):
        with tempfile.TemporaryDirectory() as folder:
            path = export_random(variant, Path(folder), ("fp32",))["fp32"]
            runners[mixing] = OnnxRunner(path, threads=1)
            cost, nodes = decode_cost(variant), onnx.load(path).graph.node
        records[mixing] = {
            **{"model": name, "time_mixing": mixing, "intermediate_size": variant.intermediate_size},
            **{key: cost[key] for key in ("parameters", "weight_bytes", "state_bytes")},
            "nodes": sum(node.op_type != "Constant" for node in nodes),
        }
    for length in (1, *LENGTHS):
        ids = token_ids(config, 1, length).numpy()
        steps = {mixing: onnx_step(runner, ids) for mixing, runner in runners.items()}
        for mixing, timed in in_turns(steps, rounds, DECODE_BURST if length == 1 else 1).items():
            if length == 1:
                found = {"decode_ms": timed["ms"], "best_decode_ms": timed["best_ms"]}
            else:
                key = f"prefill_{length}_tokens_per_second"
                found = {key: 1e3 * length / timed["ms"], f"best_{key}": 1e3 * length / timed["best_ms"]}
            records[mixing] |= {key: round(value, 3) for key, value in found.items()}
    return list(records.values())


def rows(records: list[dict]) -> list[dict]:
    """One row a size and quantity, `label` and a text for each time mixing: the median and in brackets the best."""
    found: dict[tuple[str, str], dict] = {}
    for record in records:
        for key, label in LABELS.items():
            text = f"{record[key]:,.2f}" if key == "decode_ms" else f"{record[key]:,.0f}"
            best = record.get(f"best_{key}")
            if best is not None:
                text += f" ({best:,.2f})" if key == "decode_ms" else f" ({best:,.0f})"
            row = found.setdefault((record["model"], key), {"label": f"{record['model']}: {label}"})
            row[record["time_mixing"]] = text
    return list(found.values())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--models", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    new = [r for name in options.models for r in measure(name, OdinConfig.from_preset(name), options.rounds)]
    old = json.loads(options.out.read_text())["records"] if options.out.exists() else []
    records = [record for record in old if record["model"] not in options.models] + new
    records.sort(key=lambda record: record["model"], reverse=True)
    versions = {package: version(package) for package in ("onnxruntime", "torch")}
    table = rows(records)
    write_json(options.out, {"machine": machine(), "versions": versions, "records": records, "rows": table})
    print("| float32, one thread: median (best) | " + " | ".join(MIXINGS) + " |")
    print("| --- |" + " ---: |" * len(MIXINGS))
    for row in table:
        print(f"| {row['label']} | " + " | ".join(row[mixing] for mixing in MIXINGS) + " |")
    print(json.dumps(new))


if __name__ == "__main__":
    main()
