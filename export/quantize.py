"""int8 weights and activations for an exported graph: dynamic, asymmetric, one scale for each output column.

Unsigned weights on purpose: onnxruntime's kernels sum products of two unsigned bytes exactly on every processor and in
WebAssembly, while signed weights saturate on x86 without VNNI. So one file gives the same tokens everywhere but for
ties: where float32 rounds otherwise, an activation may fall to its other neighbour.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from .alignment import align_products
from .audit import load
from .convolution import expand_convolutions
from .errors import ExportError
from .graph import Graph, save


def load_float32(path: Path) -> onnx.ModelProto:
    """The exported ODIN in `path`, which must not have been converted to another precision yet.

    Raises:
        ExportError: no such file, not an ONNX model, or not such a graph.
    """
    model = load(path)
    kinds = {node.op_type for node in model.graph.node}
    types = {tensor.data_type for tensor in model.graph.initializer}
    if "LinearAttention" not in kinds or "logits" not in {value.name for value in model.graph.output}:
        raise ExportError(f"'{path}' is not an exported ODIN: export one with `python -m export`")
    if not types <= {onnx.TensorProto.FLOAT, onnx.TensorProto.INT64}:
        raise ExportError(f"'{path}' is not float32: give the model.onnx that it was made from")
    return model


def quantize_int8(source: Path, target: Path) -> None:
    """Writes the int8 version of the float32 graph `source` to `target`.

    Raises:
        ExportError: `source` is not an exported ODIN in float32.
    """
    save(int8_model(source), target)


def int8_model(source: Path) -> onnx.ModelProto:
    """The float32 graph `source` in int8, for processors: their fast form of the short convolution, and widths of
    products that suit a cache (`alignment`).

    Every product with constant weights becomes `DynamicQuantizeLinear` and `MatMulInteger`; a tied embedding is read
    from the head's bytes, so that the table, a large part of a small model, is stored once.

    Raises:
        ExportError: `source` is not an exported ODIN in float32.
    """
    return _quantized(*processor_graph(source))


def processor_graph(source: Path) -> tuple[onnx.ModelProto, tuple[str, str] | None]:
    """The float32 graph `source` as `int8_model` quantises it, and what `fold_transposed_weights` returns."""
    model = expand_convolutions(load_float32(source))
    tied = fold_transposed_weights(model)
    return align_products(model), tied


def quantize_products(model: onnx.ModelProto, align: bool = False) -> onnx.ModelProto:
    """Any float32 graph with its products in int8, as described above; `align` pads them as well (`alignment`)."""
    tied = fold_transposed_weights(model)
    return _quantized(align_products(model) if align else model, tied)


def _quantized(model: onnx.ModelProto, embedding: tuple[str, str] | None) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        folded, quantized = Path(folder) / "folded.onnx", Path(folder) / "quantized.onnx"
        add_pre_process_metadata(model)  # says that the graph is simplified already
        onnx.save(model, folded)
        quantize_dynamic(
            folded,
            quantized,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QUInt8,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        model = onnx.load(quantized)
    if embedding is not None:
        share_embedding(model, *embedding)
    return model


def fold_transposed_weights(model: onnx.ModelProto) -> tuple[str, str] | None:
    """Stores transposed constant weights transposed: quantisation passes over a product that reads a Transpose.

    Returns:
        The name of the embedding table that the head shared, and of the head's own copy; None when they were not tied.
    """
    graph, tied = Graph(model.graph), None
    for node in model.graph.node:
        if node.op_type == "Transpose" and (weight := graph.constant(node.input[0])) is not None:
            name = graph.add_constant(node.output[0] + "_weight", np.ascontiguousarray(weight.T))
            graph.replace(node.output[0], name)
            tied = node.input[0], name
    graph.drop_unused()
    return tied


def share_embedding(model: onnx.ModelProto, table: str, head: str) -> None:
    """Replaces `Gather(table [V, D], ids)` by a dequantised read of the head's bytes `[D, V]`."""
    graph = Graph(model.graph)
    gather = next(node for node in model.graph.node if node.op_type == "Gather" and node.input[0] == table)
    ids, result = gather.input[1], gather.output[0]
    position = list(model.graph.node).index(gather)
    weights, scale = f"{head}_quantized", f"{head}_scale"
    zero = graph.constant(f"{head}_zero_point")
    if zero is None:
        raise ValueError(f"the head was not quantised: no tensor {weights}")
    zero_float = graph.add_constant("embedding_zero_point", zero.astype(np.float32))
    axes = graph.integers([-1])

    def op(kind, inputs, name, **attributes):
        return helper.make_node(kind, inputs, [f"embedding/{name}"], name=f"/embedding/{name}", **attributes)

    nodes = [
        op("Gather", [weights, ids], "bytes", axis=1),  # [D, B, T]
        op("Transpose", ["embedding/bytes"], "rows", perm=[1, 2, 0]),
        op("Cast", ["embedding/rows"], "float", to=onnx.TensorProto.FLOAT),
        op("Gather", [scale, ids], "scale"),
        op("Unsqueeze", ["embedding/scale", axes], "scales"),
        op("Gather", [zero_float, ids], "zero"),
        op("Unsqueeze", ["embedding/zero", axes], "zeros"),
        op("Sub", ["embedding/float", "embedding/zeros"], "centred"),
        helper.make_node("Mul", ["embedding/centred", "embedding/scales"], [result], name="/embedding/Mul"),
    ]
    model.graph.node.remove(gather)
    for node in reversed(nodes):
        model.graph.node.insert(position, node)
    Graph(model.graph).drop_unused()


__all__ = [
    "fold_transposed_weights",
    "int8_model",
    "load_float32",
    "processor_graph",
    "quantize_int8",
    "quantize_products",
]
