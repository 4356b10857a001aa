"""Clean-up of an exported ODIN graph: shapes that the tracer computes at run time become constants.

In this graph every tensor but the states begins with [batch, time], so a reshape may keep those two (0 in ONNX),
whatever they are, and the convolution's slices can be counted from the end. Each such chain costs a node launch per
operator and per token, which is a large part of a decode step of a small model.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from .errors import ExportError


# The first opset with RMSNormalization, and the version of the file format that goes with it.
NORMS_SINCE = (23, 11)
# Older ones have the axes of Unsqueeze elsewhere, and cannot be read as newer ones.
TRACED_SINCE = 13


def simplify_file(path: Path, vocab_size: int) -> None:
    """Simplifies the ONNX file at `path` in place, atomically.

    Raises:
        ExportError: it was traced for an opset that is too old; the file is gone then.
    """
    model = onnx.load(path)
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    if opset < TRACED_SINCE:
        path.unlink()
        raise ExportError(
            f"opset {opset} is too old for ODIN: ask for {TRACED_SINCE} or newer, or leave it out. Whichever it is, "
            f"the file will have opset {max(opset, NORMS_SINCE[0])}"
        )
    save(simplify(model, vocab_size), path)


def save(model: onnx.ModelProto, path: Path) -> None:
    """Checks the model and writes it beside, then renames; `onnx.checker.ValidationError` for a broken graph."""
    onnx.checker.check_model(model)
    partial = path.with_name(path.name + ".partial")
    onnx.save(model, partial)
    partial.replace(path)


def simplify(model: onnx.ModelProto, vocab_size: int) -> onnx.ModelProto:
    """Makes computed reshapes and slices constant, drops what nobody reads, and states the output shapes."""
    graph = Graph(model.graph)
    standardize_norms(model)
    for node in model.graph.node:
        if node.op_type == "Reshape":
            _constant_reshape(graph, node)
        elif node.op_type == "Slice":
            _constant_slice(graph, node)
    for node in model.graph.node:
        if node.op_type == "Reshape":
            _cancel_reshapes(graph, node)
    store_constants(graph)
    graph.drop_unused()
    fuse_residuals(graph)
    for output in model.graph.output:
        dims = output.type.tensor_type.shape.dim
        if output.name == "logits":
            dims[2].dim_value = vocab_size
        else:
            state = graph.inputs[output.name.replace("present", "past")]
            for dim, known in zip(dims, state.type.tensor_type.shape.dim, strict=True):
                dim.CopyFrom(known)
    return model


def standardize_norms(model: onnx.ModelProto) -> None:
    """Moves RMSNormalization into ONNX's own domain, and the model to the first opset that has it."""
    for node in model.graph.node:
        if node.op_type == "RMSNormalization":
            node.domain = ""
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx"):
            entry.version = max(entry.version, NORMS_SINCE[0])
    model.ir_version = max(model.ir_version, NORMS_SINCE[1])


def store_constants(graph: "Graph") -> None:
    """Constant nodes become stored tensors, which quantisation looks for; equal ones are one tensor."""
    stored: dict[bytes, str] = {}
    for node in graph.proto.node:
        if node.op_type == "Constant":
            value = numpy_helper.to_array(node.attribute[0].t)
            key = f"{value.dtype} {value.shape}".encode() + value.tobytes()
            if key not in stored:
                stored[key] = graph.add_constant(f"constant.{len(stored)}", value)
            graph.replace(node.output[0], stored[key])


def fuse_residuals(graph: "Graph") -> None:
    """A sum that a norm reads becomes part of the norm: onnxruntime's SkipSimplifiedLayerNormalization."""
    fused: dict[str, onnx.NodeProto] = {}
    for node in graph.proto.node:
        total = graph.producer.get(node.input[0]) if node.op_type == "RMSNormalization" else None
        if total is None or total.op_type != "Add" or any(graph.constant(name) is not None for name in total.input):
            continue
        epsilon = next(a.f for a in node.attribute if a.name == "epsilon")
        fused[total.name] = onnx.helper.make_node(
            "SkipSimplifiedLayerNormalization",
            [*total.input, node.input[1]],
            [node.output[0], "", "", total.output[0]],
            name=node.name,
            domain="com.microsoft",
            epsilon=epsilon,
        )
        fused[node.name] = fused[total.name]
    kept = []
    for node in graph.proto.node:
        if node.name not in fused:
            kept.append(node)
        elif node.op_type == "Add":
            kept.append(fused[node.name])
    del graph.proto.node[:]
    graph.proto.node.extend(kept)
    graph._index()


class Graph:
    """Look-ups and edits on a GraphProto that simplification and quantisation share."""

    def __init__(self, graph: onnx.GraphProto):
        self.proto = graph
        self._index()

    def _index(self) -> None:
        graph = self.proto
        # An optional result that nobody wants has an empty name.
        self.producer = {name: node for node in graph.node for name in node.output if name}
        self.initializers = {tensor.name: tensor for tensor in graph.initializer}
        self.inputs = {value.name: value for value in graph.input}

    def constant(self, name: str) -> np.ndarray | None:
        """The value of a tensor that does not depend on the inputs (an initializer or a Constant node), else None."""
        if name in self.initializers:
            return numpy_helper.to_array(self.initializers[name])
        node = self.producer.get(name)
        if node is not None and node.op_type == "Constant":
            return numpy_helper.to_array(node.attribute[0].t)
        return None

    def stored(self, name: str) -> np.ndarray:
        """The value of an initializer."""
        return numpy_helper.to_array(self.initializers[name])

    def add_constant(self, name: str, value: np.ndarray) -> str:
        """Adds an initializer unless one of that name is there; returns the name."""
        if name not in self.initializers:
            self.initializers[name] = numpy_helper.from_array(value, name)
            self.proto.initializer.append(self.initializers[name])
        return name

    def integers(self, values: list[int]) -> str:
        return self.add_constant("int64_" + "_".join(map(str, values)).replace("-", "m"), np.array(values, np.int64))

    def replace(self, old: str, new: str) -> None:
        """Makes every reader of tensor `old` read `new`."""
        for node in self.proto.node:
            for i, name in enumerate(node.input):
                if name == old:
                    node.input[i] = new

    def drop_unused(self) -> None:
        """Removes nodes and initializers that no output depends on."""
        needed = {value.name for value in self.proto.output}
        kept = []
        for node in reversed(self.proto.node):
            if needed.intersection(node.output):
                kept.append(node)
                needed.update(node.input)
        initializers = [tensor for tensor in self.proto.initializer if tensor.name in needed]
        del self.proto.node[:], self.proto.initializer[:], self.proto.value_info[:]
        self.proto.node.extend(reversed(kept))
        self.proto.initializer.extend(initializers)
        self._index()


def _constant_reshape(graph: Graph, node: onnx.NodeProto) -> None:
    concat = graph.producer.get(node.input[1])
    if concat is None or concat.op_type != "Concat":
        return
    dims = [graph.constant(name) for name in concat.input]
    if any(
        dim is None and graph.producer[x].op_type != "Unsqueeze" for x, dim in zip(concat.input, dims, strict=True)
    ):
        return  # several sizes at once
    # Batch and time stay as they are; a computed size after them is what is left over.
    shape = [int(dim[0]) if dim is not None else 0 if i < 2 else -1 for i, dim in enumerate(dims)]
    if shape.count(-1) <= 1:
        node.input[1] = graph.integers(shape)


def _constant_slice(graph: Graph, node: onnx.NodeProto) -> None:
    """`[past, x]` is k-1 + T long: slice [j, j + T) ends k-1-j before its end, the new state is the last k-1."""
    concat = graph.producer.get(node.input[0])
    if concat is None or concat.op_type != "Concat" or not concat.input[0].startswith("past_conv."):
        return
    past = graph.inputs[concat.input[0]].type.tensor_type.shape.dim[1].dim_value
    start, end = graph.constant(node.input[1]), graph.constant(node.input[2])
    if start is None:
        node.input[1] = graph.integers([-past])
    elif end is None:
        node.input[2] = graph.integers([int(start[0]) - past])


def _cancel_reshapes(graph: Graph, node: onnx.NodeProto) -> None:
    """[B, T, H*K] split into heads and joined again, with nothing in between, is the tensor itself."""
    split = graph.producer.get(node.input[0])
    if split is None or split.op_type != "Reshape":
        return
    outer, inner = graph.constant(node.input[1]), graph.constant(split.input[1])
    if outer is not None and inner is not None and list(outer) == [0, 0, -1] and len(inner) == 4:
        graph.replace(node.output[0], split.input[0])
