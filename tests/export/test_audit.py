"""What the audit says of a graph is true of the graph."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from export import profiling
from export.audit import audit, load, main, operators
from export.errors import ExportError
from export.precisions import PRECISIONS
from export.profiling import Launch, Run, peak_activations, profile, symbolic


@pytest.fixture(scope="module")
def path(exported):
    return exported / "onnx/model.onnx"


@pytest.fixture(scope="module")
def model(path):
    return onnx.load(path)


@pytest.fixture(scope="module")
def report(path):
    return audit(path, (1, 40))


def add_node(source, target, op_type, domain):
    """The graph with a node of another operator behind the logits."""
    model = onnx.load(source)
    output = next(value for value in model.graph.output if value.name == "logits")
    model.graph.node.append(helper.make_node(op_type, ["logits"], ["changed"], name="foreign", domain=domain))
    output.name = "changed"
    onnx.save(model, target)
    return target


def test_counts_are_the_graphs_own(report, model):
    assert {(e["domain"], e["op_type"]): e["count"] for e in report["operators"]} == Counter(
        (node.domain or "ai.onnx", node.op_type) for node in model.graph.node
    )


def test_weights_are_the_initializers(report, model):
    arrays = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    assert report["weight_bytes"] == sum(a.nbytes for a in arrays) > 0
    stored = [e for e in report["operators"] if e["op_type"] != "Constant"]
    assert sum(e["values"] for e in stored) == sum(a.size for a in arrays)
    assert sum(e["bytes"] for e in stored) == report["weight_bytes"]


def test_state_is_that_of_the_inputs(report):
    conv, recurrent = 3 * 192, 4 * 16 * 16
    assert report["state_bytes"] == 4 * 2 * (conv + recurrent)


def test_definitions_are_those_in_force(report):
    """Against the onnx package, where the audit asks onnxruntime."""
    imported = report["opsets"]["ai.onnx"]
    for entry in report["operators"]:
        if entry["domain"] == "ai.onnx" and entry["op_type"] != "Constant":
            assert entry["since_version"] == onnx.defs.get_schema(entry["op_type"], imported, "").since_version
            first, last = entry["kernel_versions"]
            assert first <= entry["since_version"] <= last


def test_what_runs_is_what_onnxruntime_keeps(report, path, tmp_path):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath, options.log_severity_level = str(tmp_path / "fused.onnx"), 4
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    kept = Counter(node.op_type for node in onnx.load(tmp_path / "fused.onnx").graph.node)
    assert {e["op_type"]: e["launches"] for e in report["fused"]} == kept
    assert kept["SkipSimplifiedLayerNormalization"] == 2 * 2 and kept["RMSNormalization"] == 2 * 2 + 1
    as_exported = {e["op_type"]: e["launches"] for e in report["as_exported"]}
    assert as_exported == {e["op_type"]: e["count"] for e in report["operators"] if e["op_type"] != "Constant"}
    assert {e["provider"] for e in report["fused"]} == {"CPUExecutionProvider"}


def test_shapes_are_symbolic_where_they_vary(report):
    results = {e["op_type"]: e["results"] for e in report["fused"]}
    assert results["LinearAttention"] == {"float [B, T, 64]": 2, "float [B, 4, 16, 16]": 2}
    assert results["CausalConvWithState"] == {"float [B, T, 192]": 2, "float [B, 3, 192]": 2}
    assert "?" not in json.dumps([report["fused"], report["as_exported"]])


@pytest.mark.parametrize(
    "shapes, text",
    [
        ([(2, 5, 7), (3, 33, 7)], "[B, T, 7]"),
        ([(2, 8), (3, 36)], "[B, T + 3]"),
        ([(10,), (99,)], "[?]"),
        ([(), ()], "[]"),
    ],
)
def test_symbolic(shapes, text):
    assert symbolic(shapes) == text


def run_of(*launches, results):
    """A run of nodes `(op_type, inputs, {output: number of floats})`."""
    nodes = [
        Launch(str(i), "ai.onnx", op, "CPU", inputs, {name: ("float", (size,)) for name, size in outputs.items()})
        for i, (op, inputs, outputs) in enumerate(launches)
    ]
    return Run(nodes, ["x"], results, 0, 0)


def test_liveness():
    chain = [("Neg", ("x",), {"a": 10}), ("Neg", ("a",), {"b": 20}), ("Neg", ("b",), {"c": 5})]
    assert peak_activations(run_of(*chain, results=["c"])) == 4 * 30  # a and b at once
    assert peak_activations(run_of(*chain, results=["a", "c"])) == 4 * 35  # a result lives on
    late = [*chain, ("Add", ("a", "c"), {"d": 1})]
    assert peak_activations(run_of(*late, results=["d"])) == 4 * 35


def test_a_view_has_no_bytes_and_keeps_its_buffer_alive():
    nodes = [
        ("Neg", ("x",), {"a": 10}),
        ("Reshape", ("a", "shape"), {"view": 10}),
        ("Neg", ("view",), {"b": 1}),
        ("Neg", ("b",), {"c": 100}),
    ]
    assert peak_activations(run_of(*nodes, results=["c"])) == 4 * 101
    assert peak_activations(run_of(*nodes, results=["view", "c"])) == 4 * 111


def test_footprint_grows_with_the_tokens_and_liveness_explains_most_of_it(report):
    one, many = (report["activations"][count] for count in ("1", "40"))
    for kind in ("by_liveness", "measured"):
        assert 10 * one[kind] < 40 * many[kind]
    assert 0.5 * many["measured"] < many["by_liveness"] <= 1.01 * many["measured"]


def test_profile_is_of_the_sizes_asked_for(path):
    run = profile(path, 3, 7)
    logits = next(value for node in run.launches for name, value in node.outputs.items() if name == "logits")
    assert logits[1][:2] == (3, 7)
    assert run.peak_bytes > run.loaded_bytes > 0


@pytest.mark.parametrize(
    "op_type, domain", [("Frobnicate", ""), ("Relu", "com.example"), ("Frobnicate", "com.microsoft")]
)
def test_an_unknown_operator_is_said_to_be_unknown(path, tmp_path, capsys, op_type, domain):
    changed = add_node(path, tmp_path / "model.onnx", op_type, domain)
    name = f"{domain or 'ai.onnx'}::{op_type}"
    report = audit(changed)
    assert report["missing"] == [name]
    entry = next(e for e in report["operators"] if f"{e['domain']}::{e['op_type']}" == name)
    assert entry["since_version"] is None and entry["kernel_versions"] is None
    assert "fused" not in report
    assert main(["--onnx", str(changed)]) == 1
    assert f"no kernel for {name}" in capsys.readouterr().out


def test_an_operator_without_a_cpu_kernel_is_told_from_an_unknown_one(model):
    """`com.microsoft::NhwcConv` is defined in onnxruntime, but only GPUs run it."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    changed.graph.node.append(helper.make_node("NhwcConv", ["logits"], ["y"], domain="com.microsoft"))
    entry = next(e for e in operators(changed) if e["op_type"] == "NhwcConv")
    assert entry["since_version"] == 1 and entry["kernel_versions"] is None


def test_command_writes_what_it_prints(exported, tmp_path, capsys):
    assert main(["--onnx", str(exported), "--tokens", "1", "3", "--out", str(tmp_path / "audit.json")]) == 0
    written = json.loads((tmp_path / "audit.json").read_text())
    assert list(written) == sorted(Path(precision.file).name for precision in PRECISIONS.values())
    printed = capsys.readouterr().out
    launches = sum(e["launches"] for e in written["model.onnx"]["fused"])
    assert "# model_quantized.onnx" in printed and "`com.microsoft::DynamicQuantizeMatMul`" in printed
    line = next(line for line in printed.splitlines() if line.startswith("launches for a token, fused"))
    assert int(line.split()[-1].replace(",", "")) == launches
    assert list(written["model.onnx"]["activations"]) == ["1", "3"]


def broken_files(folder, path):
    data = path.read_bytes()
    (folder / "cut.onnx").write_bytes(data[: len(data) // 2])
    (folder / "text.onnx").write_text("not a graph")
    (folder / "empty.onnx").write_bytes(b"")
    graph = onnx.load(path)
    graph.graph.node[-1].input[0] = "nobody_writes_this"
    onnx.save(graph, folder / "dangling.onnx")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["width"])
    node = helper.make_node("Relu", ["x"], ["y"], name="relu")
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["width"])
    foreign = helper.make_model(
        helper.make_graph([node], "g", [value], [out]), opset_imports=[helper.make_opsetid("", 18)], ir_version=9
    )
    onnx.save(foreign, folder / "foreign.onnx")
    return {
        "cut": "damaged",
        "text": "not an ONNX model",
        "empty": "without a single node",
        "dangling": "does not run in onnxruntime",
        "foreign": "not one of an exported ODIN",
        "absent": "there is no .onnx file",
    }


def test_broken_files_say_what_is_wrong(path, tmp_path, capsys):
    for name, message in broken_files(tmp_path, path).items():
        assert main(["--onnx", str(tmp_path / f"{name}.onnx")]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith("error: ") and message in captured.err, captured.err
    with pytest.raises(ExportError, match="cannot be read"):
        load(tmp_path)


def test_nodes_without_names_are_refused(model, tmp_path):
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    changed.graph.node[-1].name = ""
    onnx.save(changed, tmp_path / "unnamed.onnx")
    with pytest.raises(ExportError, match="without a name of their own"):
        profile(tmp_path / "unnamed.onnx", 1, 1, fuse=False)


def test_bytes_of_types():
    for name, size in profiling.BYTES.items():
        assert np.dtype({"float": "float32", "double": "float64"}.get(name, name)).itemsize == size
