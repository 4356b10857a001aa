"""int8 weights as constants of a training graph: the values that low-rank adapters are trained on.

They are those of `onnx/model_quantized.onnx`, read where that file has them; nothing is stored twice.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from .errors import ExportError
from .external import external_tensor, matrix_spans
from .graph import Graph
from .precisions import PRECISIONS


INT8 = PRECISIONS["int8"].file
# Prefixes of the inputs that stand for a frozen tensor, where it is used on the way forward and on the way back.
FORWARD, BACKWARD = "frozen.", "frozen_backward."
PROJECTIONS = ("in_proj", "out_proj", "up_proj", "down_proj")
# Two blocks of one matrix: see `lean.merged_gates`.
MERGED = ("decay_proj", "gate_proj")
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"


@dataclass(frozen=True)
class Block:
    """Where a parameter is in the int8 file: transposed, as a block of a matrix.

    Attributes:
        matrix: name of the matrix without `_quantized`; `_scale` and `_zero_point` of its columns have its name too.
        rows, columns: beginning and end of the block.
    """

    matrix: str
    rows: tuple[int, int]
    columns: tuple[int, int]


class QuantizedFile:
    """`onnx/model_quantized.onnx` of an export, and where in it the matrices of a model are.

    Attributes:
        graph: what it says.
        spans: where the bytes of its matrices lie, by the name of the tensor.

    Raises:
        ExportError: there is no such file.
    """

    def __init__(self, path: Path):
        if not path.is_file():
            raise ExportError(f"there is no '{path}' with the frozen weights: export with `--dtypes` that has int8")
        self.path = path
        self.proto, self.spans = matrix_spans(path)
        self.graph = Graph(self.proto.graph)

    def matrix(self, result: str) -> str:
        """The matrix, as in `Block`, of the product with that result.

        Raises:
            ExportError: there is no such product in int8.
        """
        for tensor in (f"{result}_output_quantized", f"{result}/padded_output_quantized"):
            if (node := self.graph.producer.get(tensor)) is not None:
                return node.input[1].removesuffix("_quantized")
        raise ExportError(f"'{self.path}' has no int8 product '{result}': export this model again")

    def blocks(self, model) -> dict[str, Block]:
        """Where the matrices of a model (`OdinForCausalLM`) are, by name; other parameters are not in int8.

        Raises:
            ExportError: the file is not of such a model.
        """
        config, found = model.config, {}
        for name, parameter in model.named_parameters():
            module, kind = name.rpartition(".")[0], name.split(".")[-2]
            head = name == HEAD or (name == EMBEDDING and config.tie_word_embeddings)
            if not name.endswith(".weight") or not (head or kind in PROJECTIONS + MERGED):
                continue
            first_row, first_column = (config.decay_rank, config.hidden_size) if kind == "gate_proj" else (0, 0)
            columns, rows = parameter.shape
            block = Block(
                self.matrix("logits" if head else product_result(module)),
                (first_row, first_row + rows),
                (first_column, first_column + columns),
            )
            whole = self.spans[f"{block.matrix}_quantized"].shape
            if block.rows[1] > whole[0] or block.columns[1] > whole[1]:
                raise ExportError(f"'{name}' has no place in '{self.path}', {list(whole)}: export this model again")
            found[name] = block
        return found

    def value(self, block: Block) -> np.ndarray:
        """The float32 value of the parameter at `block`, as PyTorch has it."""
        columns = slice(*block.columns)
        integers, scale, zero = (self.graph.stored(name)[..., columns] for name in names_of(block.matrix))
        centred = integers[slice(*block.rows)].astype(np.float32) - zero.astype(np.float32)
        return np.ascontiguousarray((centred * scale).T)

    def tensors(self, matrix: str) -> list[TensorProto]:
        """Integers, scale and zero point of a matrix for another graph in the same folder."""
        integers, *others = names_of(matrix)
        external = external_tensor(integers, self.spans[integers], self.path.name)
        return [external, *(self.graph.initializers[name] for name in others)]


def product_result(module: str) -> str:
    """What an exported graph calls the product of a linear layer, such as `model.layers.0.time_mixing.in_proj`.

    Raises:
        ExportError: no layer has such a name.
    """
    if not (found := re.fullmatch(r"model\.layers\.(\d+)\.(\w+)\.(\w+)", module)):
        raise ExportError(f"'{module}' is no linear layer of ODIN, such as model.layers.0.time_mixing.in_proj")
    layer, block, kind = found.groups()
    return "/".join(["/model", f"layers.{layer}", block, *([] if kind in MERGED else [kind]), "MatMul_output_0"])


def names_of(matrix: str) -> tuple[str, str, str]:
    return f"{matrix}_quantized", f"{matrix}_scale", f"{matrix}_zero_point"


def frozen_values(folder: Path, model) -> dict[str, torch.Tensor]:
    """The values that the int8 graph of the export `folder` computes with, of every parameter, in float32.

    Raises:
        ExportError: the export has no int8 file, or not of this model.
    """
    file = QuantizedFile(folder / INT8)
    blocks = file.blocks(model)
    return {
        name: torch.from_numpy(file.value(blocks[name])) if name in blocks else parameter.detach().float()
        for name, parameter in model.named_parameters()
    }


def attach_frozen(proto: onnx.ModelProto, folder: Path, model) -> onnx.ModelProto:
    """Replaces the inputs `frozen.NAME` and `frozen_backward.NAME` of a graph by the values of `frozen_values`.

    A matrix is computed from int8 where it is used, and freed after that: a graph that needs it again later, on the
    way back, asks for it by the second name. What is not in int8 is stored in the graph.

    Args:
        proto: changed in place; it has to be saved beside `onnx/model_quantized.onnx`.

    Raises:
        ExportError: the export has no int8 file, or not of this model.
    """
    file = QuantizedFile(folder / INT8)
    blocks, values = file.blocks(model), dict(model.named_parameters())
    graph = Graph(proto.graph)
    for asked in [value.name for value in proto.graph.input if value.name.startswith((FORWARD, BACKWARD))]:
        name = asked.removeprefix(FORWARD).removeprefix(BACKWARD)
        if name in blocks:
            _attach(graph, file, blocks[name], asked)
        elif name in values:
            graph.replace(asked, graph.add_constant(name, values[name].detach().float().numpy()))
        else:
            raise ExportError(f"the graph asks for the frozen tensor '{name}', which the model does not have")
        proto.graph.input.remove(graph.inputs[asked])
    graph.drop_unused()
    return proto


def _attach(graph: Graph, file: QuantizedFile, block: Block, target: str) -> None:
    for tensor in file.tensors(block.matrix):
        if tensor.name not in graph.initializers:
            graph.initializers[tensor.name] = tensor
            graph.proto.initializer.append(tensor)
    for place, node in reversed(list(enumerate(graph.proto.node))):
        if node.op_type == "Gather" and node.input[0] == target:
            graph.proto.node.remove(node)
            _insert(graph, place, _looked_up(graph, node, block))
    place = next((i for i, node in enumerate(graph.proto.node) if target in node.input), None)
    if place is not None:
        _insert(graph, place, _dequantized(graph, file, block, target))
    for node in [node for node in graph.proto.node if node.op_type == "Transpose" and node.input[0] == target]:
        graph.replace(node.output[0], f"{target}/transposed")


def _dequantized(graph: Graph, file: QuantizedFile, block: Block, target: str) -> list[onnx.NodeProto]:
    """Nodes that compute the parameter at `block`: `target` as PyTorch has it, `target/transposed` as it is stored."""
    integers, scale, zero = names_of(block.matrix)
    rows, columns = (last - first for first, last in (block.rows, block.columns))
    if file.spans[integers].shape == (rows, columns):
        # Changes nothing, but a Transpose right behind would be computed of the integers and stored, when a graph is
        # loaded: several more copies of the model in memory.
        cut = "Reshape", [graph.integers([rows, columns])]
    else:
        ends = [graph.integers([first, last]) for first, last in zip(block.rows, block.columns, strict=True)]
        cut = "Slice", [*ends, graph.integers([0, 1])]
    kind, arguments = cut
    return [
        helper.make_node("DequantizeLinear", [integers, scale, zero], [f"{target}/matrix"], axis=1),
        helper.make_node(kind, [f"{target}/matrix", *arguments], [f"{target}/transposed"]),
        helper.make_node("Transpose", [f"{target}/transposed"], [target], perm=[1, 0]),
    ]


def _looked_up(graph: Graph, gather: onnx.NodeProto, block: Block) -> list[onnx.NodeProto]:
    """`Gather(W [V, D], ids)` for the parameter W at `block`, which begins in the first column: of its bytes alone."""
    ids, result = gather.input[1], gather.output[0]
    integers, scale, zero = names_of(block.matrix)

    def op(kind: str, inputs: list[str], name: str, **attributes) -> onnx.NodeProto:
        return helper.make_node(kind, inputs, [f"{result}/{name}"], **attributes)

    return [
        op("Reshape", [ids, graph.integers([-1])], "ids"),
        op("Gather", [integers, f"{result}/ids"], "integers", axis=1),
        op("Gather", [scale, f"{result}/ids"], "scale"),
        op("Gather", [zero, f"{result}/ids"], "zero"),
        op("DequantizeLinear", [f"{result}/{name}" for name in ("integers", "scale", "zero")], "columns", axis=1),
        op("Transpose", [f"{result}/columns"], "rows", perm=[1, 0]),
        op("Shape", [ids], "shape"),
        op("Concat", [f"{result}/shape", graph.integers([block.rows[1]])], "rows_shape", axis=0),
        helper.make_node("Reshape", [f"{result}/rows", f"{result}/rows_shape"], [result]),
    ]


def _insert(graph: Graph, place: int, nodes: list[onnx.NodeProto]) -> None:
    for node in reversed(nodes):
        graph.proto.node.insert(place, node)
