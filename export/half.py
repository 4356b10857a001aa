"""fp16 for an exported graph: weights and activations are half, the recurrence and everything around it is float32.

The decay is the difference of nearly equal numbers, and the state a sum over thousands of tokens: half would lose
both. So all that lies between the matrix products of a time mixing stays float32; so do the states among the graph's
inputs and outputs, and the logits. Other norms are half, but their statistics are float32, by definition (ONNX's
`stash_type`) or in onnxruntime's kernels (SkipSimplifiedLayerNormalization on CPU and WebGPU).

onnxruntime's own converter does not serve: it leaves out the results of operators that ONNX's shape inference does not
know, such as LinearAttention, and takes what passes from one float32 node to the next through half.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import ExportError
from .graph import Graph, save
from .quantize import load_float32


PRODUCTS = ("MatMul", "MatMulNBits")
LARGEST = float(np.finfo(np.float16).max)


def convert_half(source: Path, target: Path) -> None:
    """Writes the fp16 version of the float32 graph `source` to `target`.

    Raises:
        ExportError: `source` is not an exported ODIN in float32, or a weight is too large for half.
    """
    model = load_float32(source)
    to_half(model)
    save(model, target)


def to_half(model: onnx.ModelProto) -> None:
    """Makes a graph of float32 activations, quantised weights or not, half in place.

    Raises:
        ExportError: a weight is too large for half.
    """
    graph = Graph(model.graph)
    full = recurrent_nodes(graph)
    floats = float_tensors(graph)
    store_half(graph, full, floats)
    for node in model.graph.node:
        if node.op_type == "Cast" and node.name not in full:
            target = next(a for a in node.attribute if a.name == "to")
            target.i = TensorProto.FLOAT16 if target.i == TensorProto.FLOAT else target.i
    insert_casts(graph, full, floats)
    del model.graph.value_info[:]


def recurrent_nodes(graph: Graph) -> set[str]:
    """Names of the nodes connected with a recurrence or a convolution by paths on which there is no product."""
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.proto.node:
        for name in filter(None, node.input):
            readers.setdefault(name, []).append(node)
    reached: set[str] = set()
    waiting = [node for node in graph.proto.node if node.op_type in ("LinearAttention", "CausalConvWithState")]
    while waiting:
        node = waiting.pop()
        if node.name in reached or node.op_type in PRODUCTS:
            continue
        reached.add(node.name)
        waiting += [graph.producer[name] for name in node.input if name in graph.producer]
        waiting += [reader for name in node.output for reader in readers.get(name, [])]
    return reached


def float_tensors(graph: Graph) -> set[str]:
    """Names of the float32 tensors among inputs, initializers and results."""
    floats = {name for name, value in graph.inputs.items() if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    floats |= {name for name, tensor in graph.initializers.items() if tensor.data_type == TensorProto.FLOAT}
    for node in graph.proto.node:
        if node.op_type == "Cast":
            is_float = next(a.i for a in node.attribute if a.name == "to") == TensorProto.FLOAT
        else:
            is_float = node.op_type != "Shape" and any(name in floats for name in node.input)
        if is_float:
            floats.update(filter(None, node.output))
    return floats


def store_half(graph: Graph, full: set[str], floats: set[str]) -> None:
    """Stores in half the weights that half nodes read; those that float32 nodes read too are stored twice."""
    shared = {name for node in graph.proto.node if node.name in full for name in node.input}
    for node in graph.proto.node:
        for i, name in enumerate(node.input):
            if node.name in full or name not in floats or name not in graph.initializers:
                continue
            value = graph.stored(name)
            if np.abs(value).max(initial=0) > LARGEST:
                raise ExportError(
                    f"tensor '{name}' holds {np.abs(value).max():.3g}, too large for fp16: use int8 or fp32"
                )
            if name in shared:
                node.input[i] = graph.add_constant(f"{name}_half", value.astype(np.float16))
            else:
                graph.initializers[name].CopyFrom(numpy_helper.from_array(value.astype(np.float16), name))
                floats.discard(name)


def insert_casts(graph: Graph, full: set[str], floats: set[str]) -> None:
    """Puts one Cast after each tensor that is made in one precision and read, or put out, in the other."""
    made_half = {name for node in graph.proto.node if node.name not in full for name in node.output if name in floats}
    results = [value.name for value in graph.proto.output if value.name in made_half]
    for name in results:
        graph.replace(name, f"{name}_half")
        producer = graph.producer[name]
        producer.output[list(producer.output).index(name)] = f"{name}_half"
        made_half.add(f"{name}_half")
        floats.add(f"{name}_half")
    casts: dict[str, str] = {}

    def cast(name: str, result: str, to: int) -> onnx.NodeProto:
        return helper.make_node("Cast", [name], [result], name=f"/cast/{result}", to=to)

    nodes = []
    for node in graph.proto.node:
        half = node.name not in full
        for i, name in enumerate(node.input):
            if name not in floats or (name in made_half) == half:
                continue
            if name not in casts:
                casts[name] = f"{name}_as_{'half' if half else 'float'}"
                nodes.append(cast(name, casts[name], TensorProto.FLOAT16 if half else TensorProto.FLOAT))
            node.input[i] = casts[name]
        nodes.append(node)
    nodes += [cast(f"{name}_half", name, TensorProto.FLOAT) for name in results]
    del graph.proto.node[:]
    graph.proto.node.extend(nodes)
    graph._index()
