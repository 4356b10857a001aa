"""The operator audit for WebAssembly and WebGPU: `python docs/studies/operators.py`.

Exports the released odin-nano and an odin-100m of fresh weights, audits the graphs (`export.audit`), asks
onnxruntime-web in Chromium where it runs each node, and writes docs/measurements/operators-*.json and the tables and
diagrams of docs/operators.md.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import diagram  # noqa: E402
from placement import DEVICES, browser  # noqa: E402
from tqdm import tqdm  # noqa: E402

from configuration_odin import PRESETS, OdinConfig  # noqa: E402
from export.audit import audit, footprint, full_name, kernel_name, launch_table, operator_table  # noqa: E402
from export.build import build  # noqa: E402
from export.precisions import PRECISIONS  # noqa: E402
from export.profiling import profile, shapes  # noqa: E402
from export.random_weights import export_random  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "operators.md"
MEASUREMENTS = HERE.parent / "measurements"
RELEASE = HERE.parents[1] / "odin-nano"
DTYPES = ("fp32", "int8", "q4")
GPU = "WebGpuExecutionProvider"
# Loads a graph and feeds it one token, in a process that sees another onnxruntime.
LOAD = """
import sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
types = {"tensor(float)": "float32", "tensor(int64)": "int64"}
session.run(None, {
    value.name: numpy.zeros([size if isinstance(size, int) else 1 for size in value.shape], types[value.type])
    for value in session.get_inputs()
})
"""


def graphs(name: str, folder: Path, release: Path) -> dict[str, Path]:
    """The exported files of a size: of the release where there is one, else of fresh weights."""
    if name == release.name:
        build(release, folder / "export", DTYPES)
        return {dtype: folder / "export" / PRECISIONS[dtype].file for dtype in DTYPES}
    return export_random(OdinConfig.from_preset(name), folder, DTYPES)


def in_browser(path: Path, place) -> dict[str, dict]:
    """Where onnxruntime-web runs the nodes of a file, as exported and fused."""
    steps = [(device, fuse) for device in DEVICES for fuse in (False, True)]
    return {
        f"{device}, {'fused' if fuse else 'as exported'}": place(path, device, fuse)
        for device, fuse in tqdm(steps, desc=f"browser, {path.name}", leave=False)
    }


def failure_with(version: str, path: Path) -> str | None:
    """Why that onnxruntime, installed in a folder of its own, does not load and run the graph; None if it does.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*install, f"onnxruntime=={version}"], check=True)
        environment = {**os.environ, "PYTHONPATH": folder}
        run = subprocess.run([sys.executable, "-c", LOAD, path], env=environment, capture_output=True, text=True)
    if run.returncode == 0:
        return None
    reason = run.stderr.strip().splitlines()[-1]
    return re.split(r"\b[Ee]rror:? ", reason)[-1]


def wasm(report: dict) -> str:
    """In words, whether WebAssembly runs all nodes of the file: the log counts them, but does not list them."""
    placed = report["web"]["wasm, as exported"]
    if "error" in placed:
        return "does not load"
    expected = sum(entry["count"] for entry in report["operators"] if entry["op_type"] != "Constant")
    return "yes" if placed["nodes"] == {"CPUExecutionProvider": {"all": expected}} else "not all"


def webgpu(entry: dict, placed: dict) -> str:
    """In words, where WebGPU's provider runs an operator of the file."""
    if "error" in placed:
        return "does not load"
    counts = {provider: nodes.get(entry["op_type"], 0) for provider, nodes in placed["nodes"].items()}
    gpu, cpu = counts.get(GPU, 0), counts.get("CPUExecutionProvider", 0)
    without = placed["without_kernel"].get(entry["op_type"], 0)
    if cpu == 0:
        return "yes" if gpu else "folded on loading"
    reason = "no kernel" if without >= cpu else "by choice"
    return f"{cpu} on CPU ({reason})" if gpu == 0 else f"yes; {cpu} of {gpu + cpu} on CPU ({reason} for the type)"


def kernel_table(report: dict) -> str:
    """Operators of the file, what they store, and who runs them."""
    lines = [
        "| operator | definition | nodes | values stored | bytes | CPU kernel | WASM | WebGPU |",
        "| --- | ---: | ---: | ---: | ---: | --- | --- | --- |",
    ]
    placed = report["web"]["webgpu, as exported"]
    for e in report["operators"]:
        web = ["", ""] if e["op_type"] == "Constant" else [wasm(report), webgpu(e, placed)]
        cells = [full_name(e), e["since_version"], e["count"], f"{e['values']:,}", f"{e['bytes']:,}", kernel_name(e)]
        lines.append(f"| {' | '.join(map(str, [*cells, *web]))} |")
    return "\n".join(lines)


def web_table(models: dict[str, dict]) -> str:
    """Launches in the browser, by provider; copies between them are among the launches of WebGPU."""
    lines = [
        "| graph | device | CPU launches | WebGPU launches | copies to or from the GPU | largest error of a logit |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for name, reports in models.items():
        for dtype, report in reports.items():
            for device, placed in report.get("web", {}).items():
                if "error" in placed:
                    lines.append(f"| {name}, {dtype} | {device} | does not run: {placed['error'][:80]} | | | |")
                    continue
                nodes = placed["nodes"]
                copies = sum(count for op, count in nodes.get(GPU, {}).items() if op.startswith("Memcpy"))
                cells = [sum(nodes.get(p, {}).values(), 0) for p in ("CPUExecutionProvider", GPU)]
                lines.append(
                    f"| {name}, {dtype} | {device} | {cells[0]} | {cells[1] - copies} | {copies} "
                    f"| {placed['logit_error']:.1e} |"
                )
    return "\n".join(lines)


def footprint_table(models: dict[str, dict]) -> str:
    """Bytes and launches, graphs side by side."""
    columns = {f"{name}, {dtype}": footprint(r) for name, reports in models.items() for dtype, r in reports.items()}
    lines = [f"| | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for row in next(iter(columns.values())):
        lines.append(f"| {row} | " + " | ".join(f"{numbers[row]:,}" for numbers in columns.values()) + " |")
    return "\n".join(lines)


def runtime_table(runtimes: dict[str, dict[str, str | None]]) -> str:
    dtypes = list(next(iter(runtimes.values())))
    lines = [f"| onnxruntime | {' | '.join(dtypes)} |", "| --- |" + " --- |" * len(dtypes)]
    for version, runs in runtimes.items():
        lines.append(f"| {version} | " + " | ".join(runs[dtype] or "runs" for dtype in dtypes) + " |")
    return "\n".join(lines)


def tables(models: dict[str, dict]) -> dict[str, str]:
    """The blocks of docs/operators.md that follow from the audits."""
    found = {"web": web_table(models), "footprint": footprint_table(models)}
    for name, reports in models.items():
        for dtype, report in reports.items():
            found[f"kernels {name} {dtype}"] = kernel_table(report) if "web" in report else operator_table(report)
        found[f"shapes {name}"] = launch_table(reports["fp32"]["fused"])
    return found


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--release", type=Path, default=RELEASE, help="folder of the released odin-nano")
    parser.add_argument(
        "--runtimes", nargs="+", metavar="VERSION", help="only try these releases of onnxruntime (pip)"
    )
    args = parser.parse_args(argv)
    models, diagrams = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        if args.runtimes:
            files = graphs(args.release.name, Path(scratch), args.release)
            runtimes = {
                v: {dtype: failure_with(v, path) for dtype, path in files.items()} for v in tqdm(args.runtimes)
            }
            write_json(MEASUREMENTS / "operators-runtimes.json", runtimes)
            replace_block(DOCUMENT, "runtimes", runtime_table(runtimes))
            print(json.dumps(runtimes))
            return
        for name in PRESETS:
            files = graphs(name, Path(scratch) / name, args.release)
            models[name] = {dtype: audit(path) for dtype, path in files.items()}
            # The graphs of both sizes have the same operators, so the kernels of one are those of the other.
            if name == args.release.name:
                with browser() as place:
                    for dtype, path in files.items():
                        models[name][dtype]["web"] = in_browser(path, place)
            write_json(MEASUREMENTS / f"operators-{name}.json", models[name])
        run, of = profile(files["fp32"], 1, 1), shapes(files["fp32"], True)
        diagrams = {"overview": diagram.overview(run, of), "block": diagram.block(run, of)}
        write_json(MEASUREMENTS / "operators-diagrams.json", diagrams)
    for block, text in {**tables(models), **diagrams}.items():
        replace_block(DOCUMENT, block, text)
    print(footprint_table(models))
    print(json.dumps({name: {d: footprint(r) for d, r in reports.items()} for name, reports in models.items()}))


if __name__ == "__main__":
    main()
