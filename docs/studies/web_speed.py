"""Speed in WebAssembly: `python docs/studies/web_speed.py [--cache DIR]`.

Chromium runs the graphs of `export.benchmark` (odin-100m, SmolLM2-135M and GPT-2 with random weights) in the
onnxruntime-web that the Space ships, all in turns: decode at several contexts, and prefill. odin-100m runs in odin-llm
as well, with all that an answer takes. Memory is that of the page's process in a browser of its own, with
onnxruntime's own loader. Writes docs/measurements/web-speed.json, and the tables of docs/decisions/0006-runtime.md.
`--demands` times one thread alone, and only what the demands need. Not covered: other browsers, WebGPU.
"""

import argparse
import json
import os
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from placement import PACKAGE, ask, chromium, described  # noqa: E402
from tqdm import tqdm  # noqa: E402

from export.benchmark import odin_file  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.feeding import Model, Place, Session  # noqa: E402
from export.graph import save  # noqa: E402
from export.peers import peer_file, peer_of  # noqa: E402
from export.quantize import quantize_products  # noqa: E402
from export.timing import machine, paired_ratio  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "decisions/0006-runtime.md"
RESULTS = HERE.parent / "measurements/web-speed.json"
SPEED_DEMANDS = HERE.parent / "measurements/web-demands.json"
REFERENCE = "odin-100m int8"
RUNTIME = "odin-100m int8, odin-llm"
ODIN = ("int8", "q4wire", "q4", "fp32")
PEERS = ("smollm2-135m", "smollm2-135m+gqa", "gpt2", "gpt2+gqa")
NAMES = (RUNTIME, *(f"odin-100m {dtype}" for dtype in ODIN), *(f"{name} int8" for name in PEERS))
CONTEXTS, PREFILL = (128, 1024, 4096), 256
BURST = 4  # decode steps a round, the first of which does not count
ANSWER = 9  # tokens that odin-llm writes after the prompt
# Times ODIN's time for a token that peers, as Optimum exports them, have to take, by context.
DEMANDS = {
    ("gpt2 int8", 128): 1.3,
    ("smollm2-135m int8", 128): 1.5,
    ("gpt2 int8", 4096): 5,
    ("smollm2-135m int8", 4096): 5,
}
FIRST_TOKEN_MS = 1000


def models(cache: Path) -> dict[str, Model]:
    """Graphs by name, the reference first."""
    found = {
        f"odin-100m {dtype}": Model("odin-100m", dtype, str(odin_file(cache, "odin-100m", dtype))) for dtype in ODIN
    }
    for name in PEERS:
        peer, _ = peer_of(name)
        # In the browser nothing is written in place: each step gets its past and gives a new one.
        found[f"{name} int8"] = Model(name, "int8", str(peer_file(cache, name, "int8")), peer.positions)
    return found


def padded(cache: Path, name: str) -> Model:
    """A peer as Optimum does not export it: in int8, its matrices padded as odin-100m's (`export/alignment.py`)."""
    peer, _ = peer_of(name)
    source = peer_file(cache, name, "fp32")
    target = source.with_name("model_int8_padded.onnx")
    if not target.is_file():
        save(quantize_products(onnx.load(source), align=True), target)
    return Model(name, "int8", str(target), peer.positions)


def places(name: str, threads: int) -> dict[str, Place]:
    """Where a model is timed: a state of constant size needs no second context."""
    contexts = CONTEXTS[:1] if name.startswith("odin") else CONTEXTS
    return {f"decode {n}": Place(n, 1) for n in contexts} | ({f"prefill {PREFILL}": Place(0, PREFILL)})


def inputs_of(model: Model, place: Place) -> list[dict]:
    step = Session(model, 1).at(place, read_past=False)
    return described(step.inputs)


def checked(answer):
    if isinstance(answer, dict) and "error" in answer:
        raise ExportError(f"onnxruntime-web: {answer['error']}")
    return answer


def renderer_peak() -> int:
    """Peak resident memory of the largest renderer among the processes that this one started, in bytes."""
    children, peaks = {os.getpid()}, [0]
    stats = {int(path.name): path for path in Path("/proc").iterdir() if path.name.isdecimal()}
    for pid, path in sorted(stats.items()):  # a child's number is higher than its parent's, unless they wrap around
        try:
            fields = dict(line.split(":", 1) for line in (path / "status").read_text().splitlines())
            command = (path / "cmdline").read_text()
        except OSError:
            continue  # it has ended
        if int(fields["PPid"]) in children:
            children.add(pid)
            if "--type=renderer" in command:
                peaks.append(1024 * int(fields["VmHWM"].split()[0]))
    return max(peaks)


def memory(graphs: dict[str, Model]) -> dict[str, dict]:
    """By model, in a browser of its own: `empty_bytes`, the page before, and `peak_bytes` after a few steps."""
    found = {}
    for name, model in tqdm(graphs.items(), desc="memory"):
        with chromium() as (driver, graph, address):
            driver.get(f"{address}/web_speed.html")
            graph[0], empty = Path(model.path), renderer_peak()
            checked(ask(driver, "load", name, 1))
            checked(ask(driver, "step", name, inputs_of(model, Place(CONTEXTS[0], 1)), BURST))
            found[name] = {"empty_bytes": empty, "peak_bytes": renderer_peak()}
    return found


def measure(graphs: dict[str, Model], threads: int, rounds: int) -> dict[str, dict]:
    """By model: `load_ms`, `bytes`, and `ms` of each round by place; odin-llm's prefill is up to the first token."""
    inputs = {
        name: {label: inputs_of(model, place) for label, place in places(name, threads).items()}
        for name, model in tqdm(graphs.items(), desc="inputs", leave=False)
    }
    results: dict[str, dict] = {}

    def note(name: str, label: str, ms: float) -> None:
        results[name]["ms"].setdefault(label, []).append(ms)

    with chromium() as (driver, graph, address):
        driver.get(f"{address}/web_speed.html")
        for name in tqdm([*graphs, RUNTIME], desc="loading", leave=False):
            graph[0] = Path(graphs[REFERENCE if name == RUNTIME else name].path)
            config = json.loads((graph[0].parent / "config.json").read_text())
            call = ("loadRuntime", config, threads) if name == RUNTIME else ("load", name, threads)
            loaded = checked(ask(driver, *call))
            if threads > 1 and not loaded["isolated"]:
                raise ExportError("the page is not isolated, so that it has one thread only")
            size = graph[0].stat().st_size
            results[name] = {"bytes": size, "load_ms": loaded["ms"], "version": loaded["version"], "ms": {}}
        for _ in tqdm(range(rounds), desc=f"{threads} threads"):
            answer = checked(ask(driver, "answer", PREFILL, ANSWER))
            note(RUNTIME, f"decode {CONTEXTS[0]}", answer["token"])
            note(RUNTIME, f"prefill {PREFILL}", answer["first"])
            for name in graphs:
                for label, feeds in inputs[name].items():
                    count = BURST if label.startswith("decode") else 1
                    spent = checked(ask(driver, "step", name, feeds, count))
                    note(name, label, float(np.median(spent[min(1, count - 1) :])))
    return results


def demands(results: dict[str, dict]) -> list[dict]:
    """What was asked of one thread, and what was measured: odin-llm beside the peers' graphs, in the same rounds."""
    ours = results[RUNTIME]["ms"]
    base = np.array(ours[f"decode {CONTEXTS[0]}"])
    found = []
    for (peer, context), goal in DEMANDS.items():
        ratio, low, high = paired_ratio(np.array(results[peer]["ms"][f"decode {context}"]), base)
        demand = f"{peer}'s time for a token at context {context}, times odin-llm's"
        found.append(
            {"demand": demand, "goal": goal, "measured": ratio, "interval": [low, high], "met": ratio >= goal}
        )
    for peer, context in DEMANDS:
        name = f"{peer}, padded"
        ratio, low, high = paired_ratio(np.array(results[name]["ms"][f"decode {context}"]), base)
        demand = f"the same with {name.replace(' int8', '')} as odin-100m is, context {context}"
        found.append({"demand": demand, "measured": ratio, "interval": [low, high]})
    first = float(np.median(ours[f"prefill {PREFILL}"]))
    demand = f"milliseconds to the first token after {PREFILL}"
    return [*found, {"demand": demand, "goal": FIRST_TOKEN_MS, "measured": first, "met": first < FIRST_TOKEN_MS}]


def demands_table(found: list[dict]) -> str:
    """Markdown."""
    lines = ["| demand | asked | measured | met |", "| --- | ---: | ---: | --- |"]
    for one in found:
        asked = f"{'at least' if 'interval' in one else 'under'} {one['goal']}" if "goal" in one else ""
        measured = f"{one['measured']:.2f}" if "interval" in one else f"{one['measured']:.0f}"
        interval = " ({:.2f} to {:.2f})".format(*one["interval"]) if "interval" in one else ""
        met = {True: "yes", False: "**no**", None: ""}[one.get("met")]
        lines.append(f"| {one['demand']} | {asked} | {measured}{interval} | {met} |")
    return "\n".join(lines)


def table(report: dict) -> str:
    """Markdown: medians, and the ratio to the reference at the same context in the same rounds."""
    labels = [f"decode {n}" for n in CONTEXTS] + [f"prefill {PREFILL}"]
    lines = [
        f"| threads | graph | MB | memory, MB | load, s | {' | '.join(f'{label}, ms' for label in labels)} "
        f"| times ODIN's, {' / '.join(map(str, CONTEXTS))} |",
        "| ---: | --- | ---: | ---: | ---: |" + " ---: |" * len(labels) + " --- |",
    ]
    for threads, results in report["threads"].items():
        base = np.array(results[REFERENCE]["ms"][labels[0]])
        for name in filter(results.get, NAMES):
            result = results[name]
            of = {label: np.array(result["ms"].get(label, result["ms"][labels[0]])) for label in labels}
            times = " | ".join(f"{np.median(of[label]):.1f}" for label in labels)
            ratios = " / ".join(f"{paired_ratio(of[label], base)[0]:.2f}" for label in labels[:-1])
            size, seconds = f"{result['bytes'] / 1e6:.0f}", f"{result['load_ms'] / 1e3:.1f}"
            peak = f"{report['memory'][name]['peak_bytes'] / 1e6:.0f}" if name in report["memory"] else ""
            lines.append(f"| {threads} | {name} | {size} | {peak} | {seconds} | {times} | {ratios} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cache", type=Path, default=Path("benchmark-models"), help="folder for the graphs it makes")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--demands", action="store_true", help="one thread, odin-100m in int8, GPT-2 and SmolLM2 only")
    options = parser.parse_args(arguments)
    if not (PACKAGE / "index.js").is_file():
        raise SystemExit("odin-llm is not built: run `npm run build:runtime` in space/")
    graphs = models(options.cache)
    report: dict = {"machine": machine(), "rounds": options.rounds}
    if options.demands:
        graphs = {name: graphs[name] for name in (REFERENCE, *dict.fromkeys(peer for peer, _ in DEMANDS))}
        for name in PEERS[::2]:
            graphs[f"{name} int8, padded"] = padded(options.cache, name)
        results = measure(graphs, 1, options.rounds)
        report |= {"demands": demands(results), "ms": {name: found["ms"] for name, found in results.items()}}
        write_json(SPEED_DEMANDS, report)
        replace_block(DOCUMENT, "demands", demands_table(report["demands"]))
        print(demands_table(report["demands"]))
    else:
        report |= {"memory": memory(graphs), "threads": {}}
        for threads in options.threads:
            report["threads"][str(threads)] = measure(graphs, threads, options.rounds)
            write_json(RESULTS, report)
        replace_block(DOCUMENT, "web", table(report))
        print(table(report))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
