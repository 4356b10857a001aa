"""The int8 weights as a training graph computes with them."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper

from export.build import build
from export.errors import ExportError
from export.frozen import INT8, QuantizedFile, attach_frozen, frozen_values
from training.checkpoint import load_model


EMBEDDING = "model.embed_tokens.weight"


@pytest.fixture(scope="module")
def wide(make_folder, tmp_path_factory):
    """Of widths that the int8 file pads: behind the last part of in_proj, and behind up_proj, where it is cut off."""
    scratch = tmp_path_factory.mktemp("frozen")
    source = make_folder(scratch / "wide", hidden_size=96, intermediate_size=300, gate_rank=12)
    assert build(source, scratch / "export", ("int8",))
    return SimpleNamespace(model=load_model(source), export=scratch / "export")


@pytest.fixture(scope="module")
def values(wide):
    return frozen_values(wide.export, wide.model)


def run(proto, folder, feeds=(), outputs=None):
    """The graph, saved in the folder of the int8 file, computed once; and what onnxruntime made of it."""
    onnx.save(proto, folder / "onnx/frozen.onnx")
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(folder / "onnx/optimized.onnx")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(folder / "onnx/frozen.onnx", options, providers=["CPUExecutionProvider"])
    results = dict(zip((o.name for o in session.get_outputs()), session.run(outputs, dict(feeds)), strict=True))
    return results, onnx.load(folder / "onnx/optimized.onnx", load_external_data=False).graph


def graph_of(nodes, inputs, outputs, others=()):
    """A model with float32 inputs of these shapes and outputs of any."""
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "frozen", [*others, *given], results)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def test_values_are_the_weights_rounded_to_steps_of_their_columns(wide, values):
    blocks, file = QuantizedFile(wide.export / INT8).blocks(wide.model), QuantizedFile(wide.export / INT8)
    kinds = Counter(name.split(".")[-2] for name in blocks)
    assert kinds == {"embed_tokens": 1, **dict.fromkeys(("in_proj", "out_proj", "up_proj", "down_proj"), 2)} | dict(
        decay_proj=2, gate_proj=2
    )
    for name, parameter in wide.model.named_parameters():
        assert values[name].shape == parameter.shape
        if name not in blocks:
            assert torch.equal(values[name], parameter)
            continue
        step = file.graph.stored(f"{blocks[name].matrix}_scale")[slice(*blocks[name].columns)]
        error = (values[name] - parameter.detach()).abs().amax(1).numpy()
        assert 0 < error.max()
        assert (error <= 0.51 * step).all(), name


def test_a_graph_computes_the_same_values_from_the_int8_file(wide, values):
    shapes = {name: list(value.shape) for name, value in values.items()}
    inputs = {f"{way}.{name}": shape for way in ("frozen", "frozen_backward") for name, shape in shapes.items()}
    nodes = [helper.make_node("Identity", [name], [f"out.{name}"]) for name in inputs]
    proto = attach_frozen(graph_of(nodes, inputs, [f"out.{name}" for name in inputs]), wide.export, wide.model)
    assert not proto.graph.input
    results, _ = run(proto, wide.export)
    for name in inputs:
        expected = values[name.partition(".")[2]].numpy()
        assert np.array_equal(results[f"out.{name}"], expected), name


def test_matrices_are_not_stored_again(wide):
    inputs = {f"frozen.{name}": list(value.shape) for name, value in wide.model.named_parameters()}
    nodes = [helper.make_node("ReduceMean", [name], [f"out.{name}"]) for name in inputs]
    proto = attach_frozen(graph_of(nodes, inputs, [f"out.{name}" for name in inputs]), wide.export, wide.model)
    file = QuantizedFile(wide.export / INT8)
    whole = (wide.export / INT8).read_bytes()
    external = [t for t in proto.graph.initializer if t.data_location == TensorProto.EXTERNAL]
    assert {t.name for t in external} == file.spans.keys()
    for tensor in external:
        told = {entry.key: entry.value for entry in tensor.external_data}
        assert told["location"] == "model_quantized.onnx"
        begin, size = int(told["offset"]), int(told["length"])
        assert whole[begin : begin + size] == file.graph.stored(tensor.name).tobytes()


@pytest.mark.parametrize("name", ["time_mixing.in_proj", "time_mixing.out_proj", "channel_mixing.up_proj"])
def test_a_matrix_is_computed_anew_on_the_way_back(wide, values, name):
    """Neither is it computed when the graph is loaded nor kept in between: both would need four times the memory."""
    name = f"model.layers.0.{name}.weight"
    shape = list(values[name].shape)
    nodes = [
        helper.make_node("Transpose", [f"frozen.{name}"], ["turned"], perm=[1, 0]),
        helper.make_node("MatMul", ["x", "turned"], ["y"]),
        helper.make_node("Tanh", ["y"], ["gradient"]),
        helper.make_node("MatMul", ["gradient", f"frozen_backward.{name}"], ["back"]),
    ]
    inputs = {"x": [5, shape[1]], f"frozen.{name}": shape, f"frozen_backward.{name}": shape}
    proto = attach_frozen(graph_of(nodes, inputs, ["y", "back"]), wide.export, wide.model)
    x = np.random.default_rng(0).standard_normal((5, shape[1]), np.float32)
    results, optimized = run(proto, wide.export, {"x": x})
    weight = values[name].numpy()
    assert np.allclose(results["y"], x @ weight.T, atol=1e-4)
    assert np.allclose(results["back"], np.tanh(x @ weight.T) @ weight, atol=1e-4)
    assert [node.op_type for node in optimized.node].count("DequantizeLinear") == 2
    large = [t for t in optimized.initializer if np.prod(t.dims) >= weight.size]
    assert [t.data_type for t in large] == [TensorProto.UINT8]


def test_tokens_are_looked_up_in_the_bytes(wide, values):
    ids = np.array([[3, 0, 7], [7, 250, 1]])
    given = helper.make_tensor_value_info("ids", TensorProto.INT64, [2, 3])
    nodes = [helper.make_node("Gather", [f"frozen.{EMBEDDING}", "ids"], ["rows"], axis=0)]
    shape = list(values[EMBEDDING].shape)
    proto = graph_of(nodes, {f"frozen.{EMBEDDING}": shape}, ["rows"], [given])
    results, optimized = run(attach_frozen(proto, wide.export, wide.model), wide.export, {"ids": ids})
    assert np.array_equal(results["rows"], values[EMBEDDING].numpy()[ids])
    readers = [node for node in optimized.node if any(name.endswith("weight_quantized") for name in node.input)]
    assert [node.op_type for node in readers] == ["Gather"]


def test_what_cannot_be_attached_is_refused(wide, tmp_path):
    with pytest.raises(ExportError, match="--dtypes"):
        frozen_values(tmp_path, wide.model)
    nodes = [helper.make_node("Identity", ["frozen.model.head"], ["out"])]
    with pytest.raises(ExportError, match=r"'model\.head', which the model does not have"):
        attach_frozen(graph_of(nodes, {"frozen.model.head": [1]}, ["out"]), wide.export, wide.model)


def test_another_model_is_refused(wide, make_folder, tmp_path):
    deeper = load_model(make_folder(tmp_path / "deeper", hidden_size=96, num_hidden_layers=3))
    with pytest.raises(ExportError, match=r"no int8 product '/model/layers\.2/time_mixing/in_proj/"):
        frozen_values(wide.export, deeper)
    wider = load_model(make_folder(tmp_path / "wider", hidden_size=128))
    with pytest.raises(ExportError, match="has no place in"):
        frozen_values(wide.export, wider)
