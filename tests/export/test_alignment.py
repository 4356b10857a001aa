"""Padded matrices: good widths, the same results to the last bit, and nothing to be seen from outside."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

from export.alignment import LINE, NARROWEST, SHARED, align_products, aligned


@given(st.integers(1, 100_000))
def test_a_good_width_is_a_multiple_of_a_line_but_of_no_page(width):
    wide = aligned(width)
    assert width <= wide < width + 2 * LINE
    assert aligned(wide) == wide
    assert width < NARROWEST or (wide % LINE == 0 and wide % SHARED != 0)


@pytest.mark.parametrize(("width", "expected"), [(255, 255), (256, 256), (512, 576), (2508, 2624), (8192, 8256)])
def test_examples(width, expected):
    assert aligned(width) == expected


def model(nodes, outputs, **constants):
    rng = np.random.default_rng(0)
    stored = [
        numpy_helper.from_array(
            rng.normal(size=value).astype(np.float32) if isinstance(value, tuple) else np.array(value), name
        )
        for name, value in constants.items()
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 20])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None]) for name in outputs],
        stored,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def run(made):
    x = np.random.default_rng(1).normal(size=(3, 20)).astype(np.float32)
    return InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})


def check(made: onnx.ModelProto, widths: list[int]) -> list[str]:
    """The model before and after: equal results, these widths of matrices, this many nodes."""
    before = run(made)
    after = align_products(made)
    onnx.checker.check_model(after)
    for one, other in zip(before, run(after), strict=True):
        np.testing.assert_array_equal(one, other)
    stored = {tensor.name: tensor for tensor in after.graph.initializer}
    found = [stored[node.input[1]].dims[-1] for node in after.graph.node if node.op_type == "MatMul"]
    assert found == widths
    return [node.op_type for node in after.graph.node]


def test_a_head_is_cut_behind_the_product():
    made = model([helper.make_node("MatMul", ["x", "w"], ["logits"], name="head")], ["logits"], w=(20, 300))
    assert check(made, [320]) == ["MatMul", "Slice"]


def test_a_split_takes_the_padding_away_without_a_node_of_its_own():
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["y"], name="product"),
        helper.make_node("Add", ["y", "bias"], ["shifted"], name="add"),
        helper.make_node("Sigmoid", ["shifted"], ["s"], name="sigmoid"),
        helper.make_node("Mul", ["scale", "s"], ["scaled"], name="mul"),
        helper.make_node("Split", ["scaled", "parts"], ["a", "b"], name="split", axis=-1),
    ]
    made = model(nodes, ["a", "b"], w=(20, 300), bias=(300,), scale=(300,), parts=np.array([100, 200]))
    assert check(made, [320]) == ["MatMul", "Add", "Sigmoid", "Mul", "Split"]


def test_two_layers_may_share_a_constant():
    nodes = []
    for i in "12":
        nodes += [
            helper.make_node("MatMul", ["x", f"w{i}"], [f"y{i}"], name=f"product{i}"),
            helper.make_node("Add", [f"y{i}", "bias"], [f"shifted{i}"], name=f"add{i}"),
            helper.make_node("Split", [f"shifted{i}", "parts"], [f"a{i}", f"b{i}"], name=f"split{i}", axis=-1),
        ]
    made = model(nodes, ["a1", "b2"], w1=(20, 300), w2=(20, 300), bias=(300,), parts=np.array([100, 200]))
    check(made, [320, 320])


@pytest.mark.parametrize("second", ["Relu", "Identity"])
def test_whatever_else_reads_a_product_sees_its_own_width(second):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["y"], name="product"),
        helper.make_node("Split", ["y", "parts"], ["a", "b"], name="split", axis=-1),
        helper.make_node(second, ["y"], ["z"], name="second"),
    ]
    made = model(nodes, ["a", "b", "z"], w=(20, 300), parts=np.array([100, 200]))
    assert "Slice" in check(made, [320])


def test_matrices_that_are_fine_narrow_shared_or_computed_stay():
    nodes = [
        helper.make_node("MatMul", ["x", "fine"], ["a"]),
        helper.make_node("MatMul", ["x", "narrow"], ["b"]),
        helper.make_node("MatMul", ["x", "shared"], ["c"]),
        helper.make_node("MatMul", ["x", "shared"], ["d"]),
    ]
    made = model(nodes, list("abcd"), fine=(20, 320), narrow=(20, 100), shared=(20, 300))
    assert check(made, [320, 100, 300, 300]) == ["MatMul"] * 4


def test_the_export_has_good_widths_everywhere(exported):
    for name in ("model_quantized", "model_q4wire"):
        graph = onnx.load(exported / f"onnx/{name}.onnx").graph
        widths = {tensor.name: tensor.dims[-1] for tensor in graph.initializer if tensor.dims}
        products = [node.input[1] for node in graph.node if node.op_type == "MatMulInteger"]
        scales = [widths[f"{weight.removesuffix('_quantized')}_scale"] for weight in products]
        assert len(scales) == 11 and scales == [aligned(scale) for scale in scales]
