"""What an exported graph is made of and what running it costs: `python -m export.audit --onnx DIR_OR_FILE`.

Operators, their kernels, shapes and launches are not looked up in a document: they come from the file, from the
registry of the installed onnxruntime, and from profiled runs of the graph, as it is and as onnxruntime fuses it.
"""

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from onnxruntime.capi import _pybind_state as registry
from tqdm import tqdm

from training.checkpoint import CheckpointError
from training.io import write_json

from .errors import ExportError
from .profiling import BYTES, PROVIDER, Run, domain, peak_activations, profile, shapes


def load(path: Path) -> onnx.ModelProto:
    """The model in `path`.

    Raises:
        ExportError: no such file, or it is not an ONNX model.
    """
    try:
        model = onnx.load(path)
    except OSError as error:
        raise ExportError(f"'{path}' cannot be read: {error.strerror}. Export with `python -m export`") from error
    except DecodeError as error:
        raise ExportError(f"'{path}' is not an ONNX model, or damaged: export it again") from error
    if not model.graph.node:
        raise ExportError(f"'{path}' is an ONNX model without a single node: export it again")
    return model


def operators(model: onnx.ModelProto) -> list[dict]:
    """Each operator of the graph once: how often it is there, what it stores, and its CPU kernel in onnxruntime.

    `since_version` is that of the operator's definition in force, None for an operator that onnxruntime does not know.
    `kernel_versions` are the first and last of the definitions that the kernel serves, None where there is no kernel.
    A stored tensor counts for the first node that reads it, so that shared ones count once.
    """
    imported = {domain(entry): entry.version for entry in model.opset_import}
    schemas, kernels = defaultdict(list), defaultdict(list)
    for schema in registry.get_all_operator_schema():
        schemas[domain(schema), schema.name].append(schema.since_version)
    for kernel in registry.get_all_opkernel_def():
        if kernel.provider == PROVIDER:
            kernels[domain(kernel), kernel.op_name].append(tuple(kernel.version_range))
    unread = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found: dict[tuple[str, str], dict] = {}
    for node in model.graph.node:
        key = domain(node), node.op_type
        entry = found.setdefault(key, {"domain": key[0], "op_type": key[1], "count": 0, "values": 0, "bytes": 0})
        entry["count"] += 1
        stored = [unread.pop(name) for name in node.input if name in unread]
        if node.op_type == "Constant":
            stored += [numpy_helper.to_array(a.t) for a in node.attribute if a.HasField("t")]
        entry["values"] += sum(tensor.size for tensor in stored)
        entry["bytes"] += sum(tensor.nbytes for tensor in stored)
    for key, entry in found.items():
        since = max((v for v in schemas[key] if v <= imported.get(key[0], 0)), default=None)
        served = [] if since is None else [v for v in kernels[key] if v[0] <= since <= v[1]]
        # Constants are turned into stored tensors when the graph is loaded; no kernel ever runs.
        entry |= {"since_version": since, "kernel_versions": list(served[0]) if served else None}
    return sorted(found.values(), key=lambda entry: (entry["domain"], entry["op_type"]))


def missing_kernels(found: list[dict]) -> list[str]:
    """Names of operators that onnxruntime cannot run on CPU; `Constant` needs no kernel."""
    return [f"{e['domain']}::{e['op_type']}" for e in found if not e["kernel_versions"] and e["op_type"] != "Constant"]


def executed(run: Run, of: dict[str, tuple[str, str]]) -> list[dict]:
    """Each operator that ran once: how often, where, and the shapes of its results."""
    found: dict[tuple[str, str, str], dict] = {}
    for node in run.launches:
        key = node.domain, node.op_type, node.provider
        entry = found.setdefault(key, {"launches": 0, "results": Counter()})
        entry["launches"] += 1
        entry["results"].update(" ".join(of[name]) for name in node.outputs)
    return [
        {"domain": d, "op_type": op, "provider": provider, **entry, "results": dict(sorted(entry["results"].items()))}
        for (d, op, provider), entry in sorted(found.items())
    ]


def signature(value: onnx.ValueInfoProto) -> dict:
    """Type and shape of an input or output; a dimension that may vary is a name."""
    tensor = value.type.tensor_type
    kind = onnx.TensorProto.DataType.Name(tensor.elem_type).lower()
    return {"type": kind, "shape": [dim.dim_param or dim.dim_value for dim in tensor.shape.dim]}


def state_bytes(inputs: dict[str, dict]) -> int:
    """Bytes of the states of one sequence: the inputs `past_*`."""
    states = [value for name, value in inputs.items() if name.startswith("past_")]
    return sum(BYTES[state["type"]] * int(np.prod(state["shape"][1:])) for state in states)


def audit(path: Path, tokens: tuple[int, ...] = (1, 256)) -> dict:
    """All about the graph in `path`; bytes of activations for one sequence of each of `tokens`.

    A graph with an operator that onnxruntime does not know or has no kernel for is described without running it:
    `missing` names those, and `as_exported`, `fused` and `activations` are absent.

    Raises:
        ExportError: the file is missing or broken, or is not an exported ODIN.
    """
    model = load(path)
    found = operators(model)
    weights = sum(numpy_helper.to_array(tensor).nbytes for tensor in model.graph.initializer)
    inputs = {value.name: signature(value) for value in model.graph.input}
    report = {
        "bytes": path.stat().st_size,
        "opsets": {domain(entry): entry.version for entry in model.opset_import},
        "inputs": inputs,
        "outputs": {value.name: signature(value) for value in model.graph.output},
        "operators": found,
        "missing": missing_kernels(found),
        "weight_bytes": weights,
        "state_bytes": state_bytes(inputs),
    }
    if report["missing"]:
        return report
    del model
    report["as_exported"] = executed(profile(path, 1, 1, False), shapes(path, False))
    runs = {count: profile(path, 1, count) for count in tqdm(tokens, desc=path.name, leave=False)}
    report["fused"] = executed(runs[tokens[0]], shapes(path, True))
    report["loaded_bytes"] = runs[tokens[0]].loaded_bytes
    report["activations"] = {
        str(count): {"by_liveness": peak_activations(run), "measured": run.peak_bytes - run.loaded_bytes}
        for count, run in runs.items()
    }
    return report


def operator_table(report: dict) -> str:
    """Markdown: the operators of the file, what they store, and their kernels."""
    lines = [
        "| operator | definition | nodes | values stored | bytes | CPU kernel |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for e in report["operators"]:
        since = e["since_version"] or "unknown"
        lines.append(
            f"| {full_name(e)} | {since} | {e['count']} | {e['values']:,} | {e['bytes']:,} | {kernel_name(e)} |"
        )
    return "\n".join(lines)


def launch_table(launched: list[dict]) -> str:
    """Markdown: the operators that ran for a token, and types and shapes of what they computed."""
    lines = ["| operator | launches | results |", "| --- | ---: | --- |"]
    for e in launched:
        results = ", ".join(f"{count} x {shape}" for shape, count in e["results"].items())
        lines.append(f"| {full_name(e)} | {e['launches']} | {results} |")
    return "\n".join(lines)


def full_name(entry: dict) -> str:
    """The operator, with its domain unless that is the standard one."""
    return f"`{entry['op_type']}`" if entry["domain"] == "ai.onnx" else f"`{entry['domain']}::{entry['op_type']}`"


def kernel_name(entry: dict) -> str:
    """The CPU kernel in words: the definitions of the operator that it serves."""
    if entry["op_type"] == "Constant":
        return "none needed"
    if entry["since_version"] is None:
        return "**unknown operator**"
    if entry["kernel_versions"] is None:
        return "**none**"
    first, last = entry["kernel_versions"]
    return f"from {first} on" if last == 2**31 - 1 else f"{first} to {last}"


def footprint(report: dict) -> dict[str, int]:
    """What is launched for a token, and bytes by kind."""
    numbers = {"weights in the file": report["weight_bytes"], "state of a sequence": report["state_bytes"]}
    if report["missing"]:
        return numbers
    numbers["weights as loaded, packed and folded"] = report["loaded_bytes"]
    for count, activations in report["activations"].items():
        numbers[f"activations at {count} tokens, by liveness"] = activations["by_liveness"]
        numbers[f"activations at {count} tokens, measured"] = activations["measured"]
    for key, text in (("as_exported", "launches for a token, as exported"), ("fused", "launches for a token, fused")):
        numbers[text] = sum(entry["launches"] for entry in report[key])
    return numbers


def graph_files(path: Path) -> list[Path]:
    """`path` itself, or the graphs in the folder.

    Raises:
        ExportError: there is none.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.onnx"))
    if not files:
        raise ExportError(f"there is no .onnx file in '{path}': make an export with `python -m export --out {path}`")
    return files


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.audit", description=__doc__.split("\n\n")[0])
    parser.add_argument("--onnx", type=Path, required=True, help="a graph, or an export folder with several")
    parser.add_argument("--tokens", type=int, nargs="+", default=[1, 256], help="tokens fed at once for activations")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    args = parser.parse_args(argv)
    try:
        reports = {path.name: audit(path, tuple(args.tokens)) for path in graph_files(args.onnx)}
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, report in reports.items():
        print(f"# {name}\n\n{operator_table(report)}\n")
        if report["missing"]:
            print(f"onnxruntime cannot run this graph on CPU: no kernel for {', '.join(report['missing'])}\n")
        else:
            print(f"{launch_table(report['fused'])}\n")
        print("\n".join(f"{text:<45}{number:>15,}" for text, number in footprint(report).items()), end="\n\n")
    if args.out is not None:
        write_json(args.out, reports)
    return int(any(report["missing"] for report in reports.values()))


if __name__ == "__main__":
    sys.exit(main())
