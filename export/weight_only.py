"""4-bit weights for an exported graph: every product becomes onnxruntime's `com.microsoft::MatMulNBits`.

Blocks of a column share a scale. Activations stay float in the file; `accuracy_level` 4 allows kernels to round them
to int8 block by block, which needs no calibration and mixes no tokens. Embedding and head read the same bytes.
For native onnxruntime and WebGPU: in WebAssembly the operator dequantises whole matrices at every step (see `wire`).
"""

import logging
from pathlib import Path

import onnx
from onnx import helper
from tqdm import tqdm

from .errors import ExportError
from .graph import Graph, save
from .half import to_half
from .quantize import fold_transposed_weights, load_float32
from .rounding import Products, refine


_root = logging.getLogger()
_before = _root.handlers[:], _root.level
from onnxruntime.quantization.matmul_nbits_quantizer import (  # noqa: E402
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)


# It sets the root logger up when it is imported, for a line about each node of every graph.
_root.handlers[:], _root.level = _before

# Weights of a column that share a scale, fewer where the hidden size is no multiple of it.
BLOCK_SIZE = 128
# Kernels may round activations to int8; 0 would keep them as they are.
ACCURACY_LEVEL = 4


def quantize_4bit(
    source: Path,
    target: Path,
    products: Products | None = None,
    half: bool = False,
) -> None:
    """Writes the 4-bit version of the float32 graph `source` to `target`; the table has 8 bits.

    Args:
        products: of `rounding.input_products`, for codes that make up for each other's errors (GPTQ); else to the
            nearest. The table is rounded to the nearest in any case.
        half: activations and scales in fp16, as `half.convert_half` has them.

    Raises:
        ExportError: `source` is not an exported ODIN in float32, or its hidden size is not a multiple of 16.
    """
    model = load_float32(source)
    tied = fold_transposed_weights(model)
    graph = Graph(model.graph)
    head = graph.producer["logits"]
    width = graph.stored(head.input[1]).shape[0]
    block_size = min(BLOCK_SIZE, width & -width)  # a row of the table has to be whole blocks
    if block_size < 16:
        raise ExportError(f"a hidden size of {width} has no blocks of 16: 4-bit files need a multiple of 16")
    weights = {
        node.name: node.input[1]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.name != head.name and node.input[1] in graph.initializers
    }
    model = _quantize(model, 4, block_size, exclude=[head.name])
    model = _quantize(model, 8, block_size)
    rounded = {node.name: node for node in model.graph.node if node.op_type == "MatMulNBits"}
    for name, weight in tqdm(weights.items(), desc="rounding to 4 bits", leave=False):
        product = None if products is None else products.get(weight)
        refine(Graph(model.graph), rounded[f"{name}_Q4"], graph.stored(weight), product)
    if tied is not None:
        share_table(model, tied[0])
    if half:
        to_half(model)
    save(model, target)


def _quantize(model: onnx.ModelProto, bits: int, block_size: int, exclude=()) -> onnx.ModelProto:
    """The model with every product but those named in `exclude` as MatMulNBits."""
    config = DefaultWeightOnlyQuantConfig(block_size, True, ACCURACY_LEVEL, bits=bits)
    quantizer = MatMulNBitsQuantizer(model, bits, block_size, nodes_to_exclude=list(exclude), algo_config=config)
    quantizer.process()
    return quantizer.model.model


def share_table(model: onnx.ModelProto, table: str) -> None:
    """Replaces `Gather(table [V, D], ids)` by a dequantised read of the head's blocks `[V, D / block, bytes]`."""
    graph = Graph(model.graph)
    head = graph.producer["logits"]
    gather = next(node for node in model.graph.node if node.op_type == "Gather" and node.input[0] == table)
    sizes = {a.name: a.i for a in head.attribute}
    packed, *scales = head.input[1:]
    row_bytes = sizes["K"] * sizes["bits"] // 8
    # A view of the stored bytes: onnxruntime does it once, when the graph is loaded.
    rows = helper.make_node("Reshape", [packed, graph.integers([0, row_bytes])], ["embedding/rows"], "/embedding/rows")
    read = helper.make_node(
        "GatherBlockQuantized",
        [rows.output[0], gather.input[1], *scales],
        [gather.output[0]],
        "/embedding/read",
        domain="com.microsoft",
        bits=sizes["bits"],
        block_size=sizes["block_size"],
        gather_axis=0,
        quantize_axis=1,
    )
    position = list(model.graph.node).index(gather)
    model.graph.node.remove(gather)
    model.graph.node.insert(position, read)
    model.graph.node.insert(position, rows)
    Graph(model.graph).drop_unused()
