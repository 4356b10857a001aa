"""4-bit weights for an exported graph: every product becomes onnxruntime's `com.microsoft::MatMulNBits`.

Blocks of a column share a scale. Activations stay float in the file; `accuracy_level` 4 allows kernels to round them
to int8 block by block, which needs no calibration and mixes no tokens. Embedding and head read the same bytes.
For native onnxruntime and WebGPU: in WebAssembly the operator dequantises whole matrices at every step (see `wire`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx
from onnx import helper
from tqdm import tqdm

from .errors import ExportError
from .graph import Graph, save
from .half import to_half
from .quantize import fold_transposed_weights, load_float32
from .rounding import input_products, refine


_root = logging.getLogger()
_before = _root.handlers[:], _root.level
from onnxruntime.quantization.matmul_nbits_quantizer import (  # noqa: E402
    DefaultWeightOnlyQuantConfig,
    HQQWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
    WeightOnlyQuantConfig,
)


# It sets the root logger up when it is imported, for a line about each node of every graph.
_root.handlers[:], _root.level = _before


METHODS = ("rtn", "search", "hqq", "gptq")


@dataclass(frozen=True)
class WeightOnly:
    """How weights are stored and rounded.

    Attributes:
        block_size: weights of a column that share a scale; a power of two, at least 16. Halved until it divides the
            hidden size.
        table_bits: 4 or 8, for the embedding and the head, which are one tensor.
        method: `"rtn"`, to the nearest of 16 values around zero, the largest weight of a block exact; `"search"`, the
            same with the scales of least error; `"gptq"`, these scales and codes that make up for each other's errors
            (arXiv:2210.17323), which needs `calibration`; `"hqq"`, half-quadratic (arXiv:2309.15531), with zero points
            in float, which WebGPU does not take. The table is rounded to the nearest in any case.
        accuracy_level: of MatMulNBits: 0 keeps activations as they are, 4 allows int8.
        calibration: token lists of real text.
    """

    block_size: int = 128
    table_bits: int = 8
    method: str = "rtn"
    accuracy_level: int = 4
    calibration: Sequence[Sequence[int]] = ()

    def __post_init__(self):
        if self.method not in METHODS:
            raise ExportError(f"unknown method '{self.method}': choose from {', '.join(METHODS)}")
        if self.block_size < 16 or self.block_size & (self.block_size - 1) or self.table_bits not in (4, 8):
            raise ExportError(
                f"block_size must be a power of two from 16 on and table_bits 4 or 8, got {self.block_size} and "
                f"{self.table_bits}"
            )
        if self.method == "gptq" and not self.calibration:
            raise ExportError("method 'gptq' needs calibration: give token lists of real text")


def quantize_4bit(source: Path, target: Path, options: WeightOnly = WeightOnly(), half: bool = False) -> None:
    """Writes the 4-bit version of the float32 graph `source` to `target`.

    Args:
        half: activations and scales in fp16, as `half.convert_half` has them.

    Raises:
        ExportError: `source` is not an exported ODIN in float32, or its hidden size is not a multiple of 16.
    """
    model = load_float32(source)
    tied = fold_transposed_weights(model)
    head = Graph(model.graph).producer["logits"]
    width = Graph(model.graph).stored(head.input[1]).shape[0]
    block_size = min(options.block_size, width & -width)  # a row of the table has to be whole blocks
    if block_size < 16:
        raise ExportError(f"a hidden size of {width} has no blocks of 16: 4-bit files need a multiple of 16")
    others = [node for node in model.graph.node if node.op_type == "MatMul" and node.name != head.name]
    weights = {node.name: Graph(model.graph).constant(node.input[1]) for node in others}
    weights = {name: weight for name, weight in weights.items() if weight is not None}
    products = input_products(source, model, list(weights), options.calibration) if options.method == "gptq" else {}
    model = _quantize(model, options, 4, block_size, exclude=[head.name])
    # In 8 bits there is nothing to gain, and the read of the embedding takes no zero points in float.
    model = _quantize(model, replace(options, method="rtn"), options.table_bits, block_size)
    if options.method in ("search", "gptq"):
        for name, weight in tqdm(weights.items(), desc=options.method, leave=False):
            node = next(node for node in model.graph.node if node.name == f"{name}_Q4")
            refine(Graph(model.graph), node, weight, products.get(name))
    if tied is not None:
        share_table(model, tied[0])
    if half:
        to_half(model)
    save(model, target)


def _quantize(model: onnx.ModelProto, options: WeightOnly, bits: int, block_size: int, exclude=()) -> onnx.ModelProto:
    """The model with every product but those named in `exclude` as MatMulNBits."""
    config: WeightOnlyQuantConfig
    if options.method == "hqq":
        config = HQQWeightOnlyQuantConfig(block_size, bits)
    else:
        config = DefaultWeightOnlyQuantConfig(block_size, True, options.accuracy_level, bits=bits)
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
