"""A graph that is 4 bits a weight in the file and int8 in memory: half of int8's download at int8's speed.

For WebAssembly, whose only fast products of small weights are int8's. onnxruntime computes the bytes once, when it
loads the graph, by folding plain integer operators: no option is needed, no float32 copy of the weights is made, and
the graph that runs is `quantize_int8`'s, node for node.

A weight is `(code - 8) * multiple * scale`: codes of 4 bits, one multiple from 1 to 15 for each block of a column, one
float scale for each column (two levels of scales, as in llama.cpp's k-quants). Codes and multiples together are
4.25 bits. Embedding and head stay int8.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tqdm import tqdm

from .graph import Graph, save
from .quantize import int8_model, processor_graph
from .rounding import Products, gptq, whole_blocks


BLOCK_SIZE = 16
# Bytes are unsigned, so that sums are exact everywhere (see `quantize`); this one stands for a weight of 0.
ZERO = 128


def quantize_wire(source: Path, target: Path, products: Products | None = None) -> None:
    """Writes the version of the float32 graph `source` with 4 bits on the wire to `target`.

    Args:
        products: as for `weight_only.quantize_4bit`.

    Raises:
        ExportError: `source` is not an exported ODIN in float32.
    """
    floats = Graph(processor_graph(source)[0].graph)
    last = floats.producer["logits"]  # the head, or what takes its padding off
    head = (last if last.op_type == "MatMul" else floats.producer[last.input[0]]).input[1]
    model = int8_model(source)
    graph, nodes = Graph(model.graph), []
    for node in tqdm(model.graph.node, desc="4 bits on the wire", leave=False):
        name = node.input[1].removesuffix("_quantized") if node.op_type == "MatMulInteger" else ""
        if name in floats.initializers and name != head:
            product = None if products is None else products.get(name)
            nodes += unpacking(graph, name, floats.stored(name), product)
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    save(model, target)


def unpacking(graph: Graph, name: str, weight: np.ndarray, product: np.ndarray | None) -> list[onnx.NodeProto]:
    """Stores the weight `[K, N]` in 4 bits in place of the bytes `{name}_quantized`; returns what makes them of it."""
    codes, multiples, scale = two_level(weight)
    if product is not None:
        chosen = gptq(weight, product, multiples[:, 0] * scale, BLOCK_SIZE)
        codes = whole_blocks(chosen, BLOCK_SIZE).reshape(codes.shape)
    rows, stored = len(weight), graph.initializers
    stored[f"{name}_scale"].CopyFrom(numpy_helper.from_array(scale, f"{name}_scale"))
    zero = np.full(weight.shape[1], ZERO, np.uint8)
    stored[f"{name}_zero_point"].CopyFrom(numpy_helper.from_array(zero, f"{name}_zero_point"))
    graph.proto.initializer.remove(stored.pop(f"{name}_quantized"))
    for kind, values in (("codes", codes), ("multiples", multiples)):
        packed = helper.make_tensor(f"{name}_{kind}", TensorProto.UINT4, values.shape, pack(values), raw=True)
        graph.proto.initializer.append(packed)
    eight, zero_byte = (graph.add_constant(f"uint8_{value}", np.array(value, np.uint8)) for value in (8, ZERO))
    nodes: list[onnx.NodeProto] = []

    def op(kind, inputs, **attributes):
        result = f"{name}/wire/{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [result], name=f"/{result}", **attributes))
        return result

    # code * multiple + (128 - 8 * multiple) stays between 8 and 233
    code, multiple = (op("Cast", [f"{name}_{kind}"], to=TensorProto.UINT8) for kind in ("codes", "multiples"))
    scaled = op("Mul", [code, multiple])
    shift = op("Sub", [zero_byte, op("Mul", [multiple, eight])])
    total = op("Reshape", [op("Add", [scaled, shift]), graph.integers([-1, weight.shape[1]])])
    op("Slice", [total, graph.integers([0]), graph.integers([rows]), graph.integers([0])])
    nodes[-1].output[0] = f"{name}_quantized"
    return nodes


def two_level(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes `[blocks, BLOCK_SIZE, N]`, multiples `[blocks, 1, N]` and scale `[N]` of the weight `[K, N]`.

    Of the 15 multiples each block takes the one with the least squared error.
    """
    padded = np.pad(weight, ((0, -len(weight) % BLOCK_SIZE), (0, 0)))
    blocks = padded.reshape(-1, BLOCK_SIZE, weight.shape[1])
    # So that the largest weight is exact, whichever its sign: codes go from -8 to 7.
    scale = (np.abs(weight).max(0) / (15 * 7)).astype(np.float32)
    units = blocks / np.where(scale == 0, 1, scale)
    codes = np.zeros(blocks.shape, np.int8)
    multiples = np.ones([len(blocks), 1, weight.shape[1]], np.uint8)
    least = np.full(multiples.shape, np.inf, np.float32)
    for multiple in range(1, 16):
        tried = np.clip(np.round(units / multiple), -8, 7)
        error = np.square(tried * multiple - units).sum(1, keepdims=True)
        better = error < least
        least = np.where(better, error, least)
        multiples[better] = multiple
        codes = np.where(better, tried, codes).astype(np.int8)
    return (codes + 8).astype(np.uint8), multiples, scale


def pack(values: np.ndarray) -> bytes:
    """Two values of 4 bits in each byte, the first one lower, as ONNX stores them."""
    flat = np.append(values.reshape(-1), np.zeros(values.size % 2, np.uint8))
    return (flat[::2] | flat[1::2] << 4).tobytes()
