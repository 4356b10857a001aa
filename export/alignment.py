"""Widths of products that a processor's cache likes: constant matrices padded with columns of zeros.

For one token onnxruntime's WebAssembly kernel reads an int8 matrix `[K, N]` in strips of 16 columns, so N is the
distance between the pieces that it reads. Where N is no multiple of 64 they lie across cache lines, and where it is
one of 512 they share few places in the cache: the time grows up to 2.2 times. `docs/studies/products.py` measures it.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .graph import Graph


LINE = 64  # bytes of a line of the cache
SHARED = 512  # rows so far apart are kept in the same few places
NARROWEST = 256  # for narrower matrices the padding would cost as much as it saves
ELEMENTWISE = {"Add", "Mul", "Sigmoid"}


def aligned(width: int) -> int:
    """The nearest good width from `width` upwards."""
    if width < NARROWEST:
        return width
    padded = -(-width // LINE) * LINE
    return padded + LINE if padded % SHARED == 0 else padded


def align_products(model: onnx.ModelProto) -> onnx.ModelProto:
    """Pads every constant matrix of the model in place; nobody sees the additional columns.

    What is computed stays the same to the last bit, since each column is computed by itself.
    """
    graph = Graph(model.graph)
    for node in list(model.graph.node):
        weight = node.input[1] if node.op_type == "MatMul" else ""
        readers = [other for other in model.graph.node if weight in other.input]
        if weight not in graph.initializers or len(readers) > 1:
            continue
        width = graph.initializers[weight].dims[-1]
        if (wide := aligned(width)) == width:
            continue
        graph.initializers[weight].CopyFrom(numpy_helper.from_array(widened(graph.stored(weight), wide), weight))
        chain, split = _to_split(graph, node.output[0], width)
        if split is None:
            _cut(graph, node, width)
            continue
        for follower in chain:
            for i, name in enumerate(follower.input):
                if name in graph.initializers:
                    follower.input[i] = graph.add_constant(f"{name}_padded", widened(graph.stored(name), wide))
        split.input[1] = graph.integers([*graph.stored(split.input[1]).tolist(), wide - width])
        split.output.append(f"{split.name}/padding")
    graph.drop_unused()
    return model


def widened(values: np.ndarray, width: int) -> np.ndarray:
    """`[..., N]` as `[..., width]`, zeros behind."""
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, width - values.shape[-1])])


def _to_split(graph: Graph, name: str, width: int) -> tuple[list[onnx.NodeProto], onnx.NodeProto | None]:
    """The elementwise nodes that alone read `name` and one another, and the Split of the last axis behind them."""
    chain: list[onnx.NodeProto] = []
    while True:
        readers = [node for node in graph.proto.node if name in node.input]
        if len(readers) != 1:
            return [], None
        node = readers[0]
        if node.op_type == "Split" and helper.get_node_attr_value(node, "axis") == -1:
            return chain, node
        others = [graph.constant(other) for other in node.input if other != name]
        if node.op_type not in ELEMENTWISE or any(value is None or value.shape != (width,) for value in others):
            return [], None
        chain.append(node)
        name = node.output[0]


def _cut(graph: Graph, product: onnx.NodeProto, width: int) -> None:
    """Takes the padding off right behind the product."""
    result = product.output[0]
    product.output[0] = f"{result}/padded"
    ends = [graph.integers([number]) for number in (0, width, -1)]
    cut = helper.make_node("Slice", [product.output[0], *ends], [result], name=f"{product.name}/unpadded")
    graph.proto.node.insert(list(graph.proto.node).index(product) + 1, cut)
