"""ODIN's speed against transformers of its size: `python -m export.benchmark --odin-random odin-100m --out FILE.json`.

Timed in turns within one run, so that a neighbour's load falls on all alike: decode at several contexts, and prefill.
Measured in a fresh process for each model and place: loading time, with the file in the page cache, and the most
resident memory. Against SmolLM2-135M and GPT-2 with random weights in float32 and int8, quantised alike, as Optimum
exports them and with fused attention (peers.py), and against llama.cpp for GGUF files (`--gguf`). All run on
`--threads` threads of the CPU.

Prints tables and one JSON line, writes FILE.json and a plot of decode. When an interrupted run is repeated, it goes on
after its last finished stage. Ratios are of a model's time to that of the first ODIN in the same round: the median
over rounds, with a 95% interval by the bootstrap.

Not covered: browsers, GPUs, batches, energy, Windows, and what the models answer.
"""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tqdm import tqdm

from configuration_odin import PRESETS, OdinConfig
from training.checkpoint import CheckpointError
from training.io import write_json

from .build import CODE, TOOLS, hash_files
from .errors import ExportError
from .feeding import Model, Place, load
from .llama_cpp import llama_class
from .peers import DTYPES, LONGEST, NAMES, beside, cached, check_quantized, own, peer_file, peer_of
from .precisions import PRECISIONS
from .timing import in_turns, machine, paired_ratio


ROOT = Path(__file__).resolve().parents[1]
CONTEXTS, PREFILLS, ROUNDS = (128, 1024, 4096, 16384), (256, 1024), 15
QUICK_CONTEXTS, QUICK_PREFILLS, QUICK_ROUNDS = (8, 32), (4, 16), 3
BURST = 5  # decode steps a round, the first of which does not count
TOY: dict = {"vocab_size": 160, "hidden_size": 64, "head_dim": 16, "num_hidden_layers": 2, "intermediate_size": 128}
TOY |= {"decay_rank": 8, "gate_rank": 8}


def odin_file(cache: Path, preset: str, dtype: str) -> Path:
    """The graph of a preset, or of "toy", with fresh weights, from `cache`, exported first if need be."""
    from .random_weights import export_random

    config = OdinConfig(**TOY) if preset == "toy" else OdinConfig.from_preset(preset)

    def make(folder: Path) -> None:
        export_random(config, folder, ("fp32",))
        shutil.rmtree(folder / "source")

    traced = own("graph", "lean", "linear_attention", "onnx_config", "random_weights")
    model = [path for name in ("modeling_odin", "configuration_odin") for path in sorted((ROOT / name).glob("*.py"))]
    fp32 = cached(cache, f"odin-{preset.removeprefix('odin-')}", make, [*traced, *model, config.to_dict()])
    return fp32 if dtype == "fp32" else beside(fp32, dtype, PRECISIONS[dtype].write, own(*CODE))


def models_of(options, dtype: str) -> list[Model]:
    """All that is compared in a precision, ODIN first; what is not in the cache is made."""
    from .runner import find_graph

    found = []
    for folder in options.odin:
        path = find_graph(folder, dtype)
        if dtype == "int8":
            check_quantized(path)
        found.append(Model(folder.resolve().name, dtype, str(path.resolve())))
    for preset in options.odin_random:
        path = odin_file(options.cache, preset, dtype)
        found.append(Model(f"odin-{preset.removeprefix('odin-')} (random)", dtype, str(path.resolve())))
    for name in tqdm(options.peers if dtype in DTYPES else (), desc=f"peers, {dtype}"):
        peer, fused = peer_of(name)
        path = peer_file(options.cache, name, dtype, toy=options.quick)
        found.append(Model(name, dtype, str(path.resolve()), peer.positions, fused))
    for of, path in options.gguf:
        if of == dtype:
            found.append(Model(path.stem, dtype, str(path.resolve())))
    names = [model.name for model in found]
    if len(set(names)) < len(names):
        raise ExportError(f"two models have one name: {', '.join(names)}. Rename a folder or file")
    return found


def describe(model: Model) -> dict:
    """The model without where it lies: what a result is of."""
    path = Path(model.path)
    fields = {**dataclasses.asdict(model), "path": path.name}
    return {**fields, "file_bytes": path.stat().st_size, "sha256": hash_files([path])}


def places_of(options) -> dict[str, Place]:
    return {f"decode {n}": Place(n, 1) for n in options.contexts} | {
        f"prefill {n}": Place(0, n) for n in options.prefills
    }


def timed(runtimes: dict, place: Place, rounds: int) -> dict:
    """Milliseconds of each runtime at `place`: `ms` and `best_ms` of each round, the median and the least of it."""
    steps = {name: runtime.at(place) for name, runtime in tqdm(runtimes.items(), desc="contexts", leave=False)}
    times = in_turns(steps, rounds, BURST if place.tokens == 1 else 1)
    return {
        name: {"ms": np.median(t, 1).round(4).tolist(), "best_ms": t.min(1).round(4).tolist()}
        for name, t in times.items()
    }


def alone(model: Model, place: Place, threads: int) -> dict:
    """`feeding.measure_alone` in a fresh process.

    Raises:
        ExportError: it failed there, for instance for lack of memory.
    """
    task = {"model": dataclasses.asdict(model), "place": dataclasses.asdict(place), "threads": threads}
    command = [sys.executable, "-m", "export.feeding", json.dumps(task)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        reason = (run.stderr.strip().splitlines() or [f"it ended with status {run.returncode}"])[-1]
        raise ExportError(f"{model.name} could not be measured after {place.past} tokens: {reason}")
    return json.loads(run.stdout)


def run_stages(report: dict, groups: dict[str, list[Model]], places: dict[str, Place], options) -> None:
    """Measures what `report["stages"]` lacks, stage by stage, and writes the report after each."""
    stages = report["stages"]
    todo = len(places) * sum(1 + len(models) for models in groups.values())
    longest = max(place.past + place.tokens for place in places.values())
    with tqdm(total=todo) as bar:

        def stage(name: str, measure) -> None:
            bar.set_description(name)
            if name not in stages:
                stages[name] = {"load_average": round(os.getloadavg()[0], 2), "results": measure()}
                report["records"] = summarise(report)
                write_json(options.out, report)
            bar.update()

        for dtype, models in groups.items():
            runtimes = None
            for label, place in places.items():
                if runtimes is None and f"{dtype} {label}" not in stages:
                    runtimes = {model.name: load(model, options.threads, longest) for model in models}
                stage(f"{dtype} {label}", lambda r=runtimes, p=place: timed(r, p, options.rounds))
            runtimes = None  # gives the memory back before the other processes need it
            for label, place in places.items():
                for model in models:
                    stage(f"{dtype} {label} {model.name}", lambda m=model, p=place: alone(m, p, options.threads))


def summarise(report: dict) -> list[dict]:
    """One record a precision, model and place, as far as it was measured; times in milliseconds."""
    records = []
    for model in report["settings"]["models"]:
        name, dtype = model["name"], model["dtype"]
        first = next(m["name"] for m in report["settings"]["models"] if m["dtype"] == dtype)
        for label in report["settings"]["places"]:
            record = {"model": name, "dtype": dtype, "place": label, "file_bytes": model["file_bytes"]}
            if results := report["stages"].get(f"{dtype} {label}", {}).get("results"):
                times = {key: np.array(values) for key, values in results[name].items()}
                ratio, low, high = paired_ratio(times["ms"], np.array(results[first]["ms"]))
                record |= {"ms": float(np.median(times["ms"])), "best_ms": float(times["best_ms"].min())}
                record |= {"ratio": round(ratio, 3), "ratio_low": round(low, 3), "ratio_high": round(high, 3)}
            if own_process := report["stages"].get(f"{dtype} {label} {name}", {}).get("results"):
                record |= own_process
            records.append(record)
    return records


def tables(records: list[dict], places: list[str]) -> str:
    """Markdown: times with their ratios, then size, loading and memory."""
    lines = [
        "| precision | model | tokens | median ms | best ms | tokens/s | times ODIN's | 95% |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    dtypes = list(PRECISIONS)
    for r in sorted(records, key=lambda r: (dtypes.index(r["dtype"]), places.index(r["place"]))):
        tokens = 1 if r["place"].startswith("decode") else int(r["place"].split()[1])
        lines.append(
            f"| {r['dtype']} | {r['model']} | {r['place']} | {r['ms']:.2f} | {r['best_ms']:.2f} "
            f"| {1e3 * tokens / r['ms']:,.0f} | {r['ratio']:.2f} | {r['ratio_low']:.2f}-{r['ratio_high']:.2f} |"
        )
    lines += ["", "| precision | model | file MB | load ms | " + " | ".join(f"peak MB, {p}" for p in places) + " |"]
    lines.append("| --- | --- |" + " ---: |" * (2 + len(places)))
    for dtype, name in dict.fromkeys((r["dtype"], r["model"]) for r in records):
        of = {r["place"]: r for r in records if (r["dtype"], r["model"]) == (dtype, name)}
        load_ms = np.median([r["load_ms"] for r in of.values()])
        peaks = " | ".join(f"{of[place]['peak_bytes'] / 1e6:.0f}" for place in places)
        size = of[places[0]]["file_bytes"] / 1e6
        lines.append(f"| {dtype} | {name} | {size:.1f} | {load_ms:.0f} | {peaks} |")
    return "\n".join(lines)


def plot(records: list[dict], path: Path) -> None:
    """Decode against context, one panel a precision."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "odin"  # the same file from the same records
    from matplotlib import pyplot

    records = [r for r in records if r["place"].startswith("decode")]
    dtypes = list(dict.fromkeys(r["dtype"] for r in records))
    figure, panels = pyplot.subplots(1, len(dtypes), figsize=(5.5 * len(dtypes), 4.5), sharey=True, squeeze=False)
    for panel, dtype in zip(panels[0], dtypes, strict=True):
        for name in dict.fromkeys(r["model"] for r in records if r["dtype"] == dtype):
            line = sorted(
                (int(r["place"].split()[1]), r["ms"]) for r in records if (r["dtype"], r["model"]) == (dtype, name)
            )
            panel.loglog(*zip(*line, strict=True), marker="o", label=name, linewidth=2.5 if "odin" in name else 1.5)
        panel.set(title=dtype, xlabel="tokens of context", ylabel="ms a token")
        panel.grid(alpha=0.3, which="both")
        panel.legend()
    figure.tight_layout()
    kind = path.suffix.removeprefix(".")
    partial = path.with_name(path.name + ".partial")
    figure.savefig(partial, format=kind, **({"metadata": {"Date": None}} if kind == "svg" else {"dpi": 150}))
    pyplot.close(figure)
    partial.rename(path)


def benchmark(options) -> dict:
    """Runs what has not been run yet, and returns the report: `settings`, `stages`, `records`.

    Raises:
        ExportError: a model cannot be had or measured, or `options.out` holds another benchmark.
    """
    if options.gguf:
        llama_class()
    places = places_of(options)
    longest = max(place.past + place.tokens for place in places.values())
    if longest > LONGEST:
        raise ExportError(f"a text of {longest:,} tokens is too long: the peers' graphs are made for {LONGEST:,}")
    old = {}
    if options.out.exists() and not options.force:  # looked at first: the models take minutes
        try:
            old = json.loads(options.out.read_text())
        except (OSError, ValueError) as error:
            raise ExportError(f"'{options.out}' is not a benchmark's report ({error}): give another --out") from error
        if not isinstance(old, dict) or not {"settings", "stages"} <= old.keys():
            raise ExportError(f"'{options.out}' is not a benchmark's report: give another --out")
    groups = {dtype: models_of(options, dtype) for dtype in options.dtypes}
    settings = {
        "models": [describe(model) for models in groups.values() for model in models],
        "places": list(places),
        "rounds": options.rounds,
        "burst": BURST,
        "threads": options.threads,
        "machine": machine(),
        "versions": {package: version(package) for package in TOOLS},
    }
    if old and old["settings"] != settings:
        differs = ", ".join(key for key in settings if settings[key] != old["settings"].get(key))
        raise ExportError(
            f"'{options.out}' holds a benchmark with other settings ({differs}): give another --out, or --force to "
            "replace it"
        )
    report = {"settings": settings, "stages": old.get("stages", {}), "records": []}
    run_stages(report, groups, places, options)
    report["records"] = summarise(report)
    write_json(options.out, report)
    return report


def main(argv: list[str] | None = None) -> int:
    options = parse(argv)
    try:
        report = benchmark(options)
        plot(report["records"], options.plot)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted: the same command goes on where '{options.out}' ends", file=sys.stderr)
        return 130
    print(tables(report["records"], report["settings"]["places"]))
    print(json.dumps({key: report[key] for key in ("settings", "records")}))
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.benchmark", description=__doc__.split("\n\n")[0])
    parser.add_argument("--odin", type=Path, nargs="+", default=[], help="export folders; the first is the reference")
    parser.add_argument("--odin-random", nargs="+", default=[], choices=list(PRESETS), help="presets, fresh weights")
    parser.add_argument("--dtypes", nargs="+", default=["int8"], choices=list(PRECISIONS))
    parser.add_argument("--peers", nargs="*", default=list(NAMES), choices=NAMES)
    parser.add_argument("--gguf", nargs="+", default=[], type=gguf, metavar="DTYPE=FILE", help="models for llama.cpp")
    parser.add_argument("--contexts", type=positive, nargs="+", help=f"for decode; default {CONTEXTS}")
    parser.add_argument("--prefills", type=positive, nargs="+", help=f"tokens; default {PREFILLS}")
    parser.add_argument("--rounds", type=positive, help=f"default {ROUNDS}")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--cache", type=Path, default=Path("benchmark-models"), help="folder for the graphs it makes")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write, and to go on from")
    parser.add_argument("--plot", type=Path, help=".svg or .png; default beside --out")
    parser.add_argument("--force", action="store_true", help="measure anew what --out holds")
    parser.add_argument("--quick", action="store_true", help="toy models of two layers, to see that it works")
    options = parser.parse_args(argv)
    if options.quick:
        options.odin_random = options.odin_random or ["toy"]
    if not (options.odin or options.odin_random):
        parser.error("no ODIN to measure: give --odin FOLDER or --odin-random PRESET")
    options.contexts = sorted(set(options.contexts or (QUICK_CONTEXTS if options.quick else CONTEXTS)))
    options.prefills = sorted(set(options.prefills or (QUICK_PREFILLS if options.quick else PREFILLS)))
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    options.dtypes = list(dict.fromkeys(options.dtypes))
    options.plot = options.plot or options.out.with_suffix(".svg")
    if options.plot.suffix not in (".svg", ".png"):
        parser.error(f"--plot '{options.plot}' must end in .svg or .png")
    return options


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive whole number")
    return int(text)


def gguf(text: str) -> tuple[str, Path]:
    dtype, _, path = text.partition("=")
    if dtype not in DTYPES or not path.endswith(".gguf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not DTYPE=FILE.gguf with DTYPE of {', '.join(DTYPES)}")
    if not Path(path).is_file():
        raise argparse.ArgumentTypeError(f"there is no file '{path}'")
    return dtype, Path(path)


if __name__ == "__main__":
    sys.exit(main())
