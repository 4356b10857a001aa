"""Which widths of an int8 matrix are fast for one token: `python docs/studies/products.py`.

Chromium times products `[1, K] x [K, N]` in onnxruntime-web on one thread, all widths in turns. `export/alignment.py`
rests on it. Writes docs/measurements/web-products.json and a table of docs/export.md.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from placement import ask, chromium  # noqa: E402
from tqdm import tqdm  # noqa: E402
from web_speed import checked  # noqa: E402

from export.alignment import aligned  # noqa: E402
from export.timing import machine  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "export.md"
RESULTS = HERE.parent / "measurements/web-products.json"
# Inner size and widths: odin-100m's own (204 x 1548, 768 x 2508, 768 x 8192, 768 x 3328), their neighbours, GPT-2's.
WIDTHS = {
    204: (1536, 1548, 1552, 1600),
    768: (2304, 2496, 2508, 2512, 2560, 2624, 3072, 3136, 3328, 4096, 8192, 8208, 8256, 50257, 50304),
    3328: (768, 784, 832),
}
WIDEST_REPEATED = 10_000
REPEATS = 8  # products a graph, so that asking for a step does not count


def product(inner: int, width: int) -> onnx.ModelProto:
    """A graph of `repeats` products of one token with matrices of their own."""
    repeats = REPEATS if width < WIDEST_REPEATED else 1
    rng = np.random.default_rng(0)
    nodes, stored = [], []
    for i in range(repeats):
        stored += [
            numpy_helper.from_array(rng.integers(0, 256, (inner, width)).astype(np.uint8), f"weight{i}"),
            numpy_helper.from_array(np.full(width, 0.01, np.float32), f"scale{i}"),
            numpy_helper.from_array(np.full(width, 128, np.uint8), f"zero{i}"),
        ]
        inputs = ["x", f"weight{i}", f"scale{i}", f"zero{i}"]
        nodes += [
            helper.make_node("DynamicQuantizeMatMul", inputs, [f"y{i}"], domain="com.microsoft"),
            helper.make_node("ReduceMax", [f"y{i}"], [f"largest{i}"], keepdims=0),
        ]
    nodes.append(helper.make_node("Sum", [f"largest{i}" for i in range(repeats)], ["total"]))
    graph = helper.make_graph(
        nodes,
        "products",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, inner])],
        [helper.make_tensor_value_info("total", TensorProto.FLOAT, [])],
        stored,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def measure(rounds: int) -> list[dict]:
    """Microseconds of one product in each round, by inner size and width."""
    cases = [{"inner": inner, "width": width, "us": []} for inner, widths in WIDTHS.items() for width in widths]
    with chromium() as (driver, graph, address), tempfile.TemporaryDirectory() as folder:
        driver.get(f"{address}/web_speed.html")
        graph[0] = Path(folder) / "graph.onnx"
        for case in tqdm(cases, desc="loading"):
            onnx.save(product(case["inner"], case["width"]), graph[0])
            checked(ask(driver, "load", f"{case['inner']}x{case['width']}", 1))
        for _ in tqdm(range(rounds), desc="rounds"):
            for case in cases:
                inputs = [{"name": "x", "type": "float32", "dims": [1, case["inner"]], "fill": 0.5}]
                spent = checked(ask(driver, "step", f"{case['inner']}x{case['width']}", inputs, 3))
                repeats = REPEATS if case["width"] < WIDEST_REPEATED else 1
                case["us"].append(1e3 * float(np.median(spent)) / repeats)
    return cases


def table(report: dict) -> str:
    """Markdown: medians, and what the exporter makes of each width."""
    lines = [
        "| matrix | multiple of 64 | of 512 | microseconds | picoseconds a weight | exported as |",
        "| ---: | --- | --- | ---: | ---: | ---: |",
    ]
    for case in report["products"]:
        inner, width, us = case["inner"], case["width"], float(np.median(case["us"]))
        marks = " | ".join("yes" if width % step == 0 else "no" for step in (64, 512))
        picoseconds = 1e6 * us / (inner * width)
        lines.append(f"| {inner} x {width} | {marks} | {us:.0f} | {picoseconds:.0f} | {inner} x {aligned(width)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    report = {"machine": machine(), "rounds": options.rounds, "products": measure(options.rounds)}
    write_json(RESULTS, report)
    replace_block(DOCUMENT, "products", table(report))
    print(table(report))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
