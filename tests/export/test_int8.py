"""int8: what is quantised, and what it costs in accuracy."""

from collections import Counter

import numpy as np
import onnx
import pytest
from transformers import AutoTokenizer

from export.alignment import aligned
from export.runner import OnnxRunner


@pytest.fixture(scope="module")
def int8(exported):
    return onnx.load(exported / "onnx/model_quantized.onnx").graph


def test_every_product_with_weights_is_int8(exported, int8):
    fp32 = Counter(node.op_type for node in onnx.load(exported / "onnx/model.onnx").graph.node)
    count = Counter(node.op_type for node in int8.node)
    assert count["MatMul"] == 0
    assert count["MatMulInteger"] == fp32["MatMul"] == 2 * 5 + 1


def test_one_scale_for_each_output_column(int8):
    sizes = {tensor.name: list(tensor.dims) for tensor in int8.initializer}
    weights = [name for name in sizes if name.endswith("_quantized")]
    assert weights and all(sizes[name.replace("_quantized", "_scale")] == sizes[name][1:] for name in weights)


def test_the_tied_table_is_stored_once_and_read_right(toy, exported, int8):
    vocab = len(AutoTokenizer.from_pretrained(toy))
    tables = [t for t in int8.initializer if list(t.dims) in ([vocab, 64], [64, vocab], [64, aligned(vocab)])]
    assert [t.data_type for t in tables] == [onnx.TensorProto.UINT8]

    model = onnx.load(exported / "onnx/model_quantized.onnx")
    gathered = next(node.output[0] for node in model.graph.node if node.name == "/embedding/Mul")
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_tensor_value_info(gathered, onnx.TensorProto.FLOAT, [None] * 3))
    session = onnx_session(model)
    ids = np.arange(vocab)[None]
    states = OnnxRunner(exported / "onnx/model_quantized.onnx").empty_states(1)
    feeds = {"input_ids": ids, "attention_mask": ids * 0 + 1, "num_logits_to_keep": np.array(0), **states}
    rows = session.run(None, {i.name: feeds[i.name] for i in session.get_inputs()})[0][0]
    fp32 = onnx.load(exported / "onnx/model.onnx").graph
    table = next(onnx.numpy_helper.to_array(t) for t in fp32.initializer if list(t.dims) == [vocab, 64])
    step = (table.max(1) - table.min(1).clip(max=0)) / 255
    assert (np.abs(rows - table) <= 0.51 * np.maximum(step, np.ptp(table, axis=1) / 255)[:, None] + 1e-6).all()


def onnx_session(model):
    import onnxruntime

    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
