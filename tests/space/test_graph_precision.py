"""What the runtime reads out of exported graphs about their precision, against what the export put there."""

import onnx
import pytest
from onnx import TensorProto, helper

import export.half
from configuration_odin import OdinConfig
from export.precisions import PRECISIONS
from export.random_weights import export_random
from tests.space.typescript import compile_script


SCRIPT = """
import { inspectPrecision } from "RUNTIME/onnx/inspect";
import { assertPrecision, PRECISION } from "RUNTIME/precision";
const answer = ({ file, dtype }) => {
  const found = inspectPrecision(new Uint8Array(readFileSync(file)));
  if (dtype) assertPrecision(PRECISION[dtype], found);
  return found;
};
"""
# The runtime's names, where they are others.
DTYPES = {name: {"int8": "q8"}.get(name, name) for name in PRECISIONS}
WEIGHTS = ("embedding_weights", "projection_weights", "head_weights")
COMPUTED = ("projections", "head")
REST = ("activations", "norms", "convolution", "recurrence", "conv_state", "recurrent_state", "logits")


def policy(weights: tuple[str, str, str], computed: str, activations: str = "float32") -> dict[str, str]:
    return {
        **dict(zip(WEIGHTS, weights, strict=True)),
        **dict.fromkeys(COMPUTED, computed),
        **dict.fromkeys(REST, "float32"),
        "activations": activations,
    }


# What docs/export.md says of each file.
EXPECTED = {
    "fp32": policy(("float32", "float32", "float32"), "float32"),
    "fp16": policy(("float16", "float16", "float16"), "float16", "float16"),
    "int8": policy(("int8", "int8", "int8"), "int8"),
    "q4": policy(("int8", "int4", "int8"), "float32"),
    "q4f16": policy(("int8", "int4", "int8"), "float16", "float16"),
    "q4wire": policy(("int8", "int4", "int8"), "int8"),
}


@pytest.fixture(scope="module")
def inspect(tmp_path_factory):
    return compile_script(SCRIPT, tmp_path_factory.mktemp("inspect"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An export of two layers in every precision."""
    config = OdinConfig(
        vocab_size=300,
        hidden_size=128,
        num_hidden_layers=2,
        head_dim=64,
        intermediate_size=144,
        decay_rank=8,
        gate_rank=8,
    )
    return export_random(config, tmp_path_factory.mktemp("export"), tuple(PRECISIONS))


def test_each_file_is_seen_as_it_was_made_and_keeps_its_promise(inspect, files):
    jobs = [{"file": str(file), "dtype": DTYPES[name]} for name, file in files.items()]
    assert dict(zip(files, inspect(jobs), strict=True)) == EXPECTED


def test_a_graph_whose_weights_lie_elsewhere_is_seen_in_the_same_way(inspect, files, tmp_path):
    jobs = []
    for name, file in files.items():
        target = tmp_path / file.name
        onnx.save(onnx.load(file), target, save_as_external_data=True, location=f"{name}.weights", size_threshold=1024)
        assert target.stat().st_size < file.stat().st_size / 4
        jobs.append({"file": str(target)})
    assert dict(zip(files, inspect(jobs), strict=True)) == EXPECTED


def test_a_file_under_a_wrong_name_is_refused(inspect, files):
    pairs = [(name, other) for name in files for other in files if name != other]
    jobs = [{"file": str(files[name]), "dtype": DTYPES[other]} for name, other in pairs]
    for pair, result in zip(pairs, inspect(jobs), strict=True):
        assert result.get("code") == "precision", pair
        found, promised = (EXPECTED[name] for name in pair)
        for group, value in found.items():
            named = f"promised {promised[group]}, found {value}" in result["message"]
            assert named or value == promised[group], f"{pair}: {group} is not in {result['message']}"


def half_recurrence(files, target, monkeypatch):
    """fp16 in which only the recurrence itself is float32, but what leads to it was rounded."""
    keep = ("LinearAttention", "CausalConvWithState")
    alone = lambda graph: {node.name for node in graph.proto.node if node.op_type in keep}  # noqa: E731
    monkeypatch.setattr(export.half, "recurrent_nodes", alone)
    export.half.convert_half(files["fp32"], target)
    return {"recurrence": "float16, float32"}


def half_statistics(files, target, monkeypatch):
    model = onnx.load(files["fp16"])
    norm = next(node for node in model.graph.node if node.op_type == "RMSNormalization")
    norm.attribute.append(helper.make_attribute("stash_type", TensorProto.FLOAT16))
    onnx.save(model, target)
    return {"norms": "float16, float32"}


def half_state(files, target, monkeypatch):
    """float32 whose recurrent state goes from step to step in float16."""
    model = onnx.load(files["fp32"])
    graph = model.graph
    for value in (*graph.input, *graph.output):
        if "_recurrent." in value.name:
            value.type.tensor_type.elem_type = TensorProto.FLOAT16
    for node in list(graph.node):
        if node.op_type == "LinearAttention":
            past, present = node.input[3], node.output[1]
            node.input[3], node.output[1] = f"{past}_float", f"{present}_float"
            graph.node.insert(0, helper.make_node("Cast", [past], [f"{past}_float"], to=TensorProto.FLOAT))
            graph.node.append(helper.make_node("Cast", [f"{present}_float"], [present], to=TensorProto.FLOAT16))
    onnx.save(model, target)
    return {"recurrent_state": "float16"}


def half_logits(files, target, monkeypatch):
    model = onnx.load(files["fp16"])
    cast = next(node for node in model.graph.node if node.output[0] == "logits")
    assert cast.op_type == "Cast"
    cast.attribute[0].i = TensorProto.FLOAT16
    next(value for value in model.graph.output if value.name == "logits").type.tensor_type.elem_type = 10
    onnx.save(model, target)
    return {"logits": "float16"}


def float_head(files, target, monkeypatch):
    """q4 with the head's matrix in float32."""
    model, plain = onnx.load(files["q4"]), onnx.load(files["fp32"])
    head, product = (next(n for n in m.graph.node if n.output[0] == "logits") for m in (model, plain))
    transposed = {node.output[0]: node for node in plain.graph.node}.get(product.input[1])
    table = transposed.input[0] if transposed else product.input[1]
    model.graph.initializer.append(next(t for t in plain.graph.initializer if t.name == table))
    del head.attribute[:], head.input[1:]
    head.op_type, head.domain = "MatMul", ""
    if transposed:
        at = list(model.graph.node).index(head)
        model.graph.node.insert(at, transposed)
    head.input.append(product.input[1])
    onnx.save(model, target)
    return {"head_weights": "float32"}


@pytest.mark.parametrize(
    ("dtype", "damage"),
    [
        ("fp16", half_recurrence),
        ("fp16", half_statistics),
        ("fp32", half_state),
        ("fp16", half_logits),
        ("q4", float_head),
    ],
)
def test_one_group_in_another_precision_is_found_and_named(inspect, files, tmp_path, monkeypatch, dtype, damage):
    target = tmp_path / "damaged.onnx"
    differences = damage(files, target, monkeypatch)
    found, refused = inspect([{"file": str(target)}, {"file": str(target), "dtype": dtype}])
    assert found == EXPECTED[dtype] | differences
    assert refused["code"] == "precision"
    for group, value in differences.items():
        assert f"promised {EXPECTED[dtype][group]}, found {value}" in refused["message"]
    assert refused["message"].count("found") == len(differences)
