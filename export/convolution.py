"""The short convolution in plain operators, for graphs that run on a processor.

`CausalConvWithState` is one launch, which is what counts on WebGPU. On CPU and in WebAssembly the same as slices and
multiply-adds is faster: 1.4 times for a token, 3 to 4 times for 256 (2,304 channels, one thread).
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .graph import Graph


def expand_convolutions(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replaces every `CausalConvWithState` of the model in place; x `[B, T, C]` and state `[B, k-1, C]` stay so."""
    graph = Graph(model.graph)
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        nodes += _expanded(graph, node) if node.op_type == "CausalConvWithState" else [node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    Graph(model.graph).drop_unused()
    return model


def _expanded(graph: Graph, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    x, weight, _, state = node.input
    taps = numpy_helper.to_array(graph.initializers[weight])[:, 0].T  # [k, C]
    past = len(taps) - 1
    nodes: list[onnx.NodeProto] = []

    def op(kind, inputs, result=None, **attributes):
        name = f"{node.name}/{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [result or f"{name}_output"], name=name, **attributes))
        return nodes[-1].output[0]

    def cut(begin, end, result=None):
        return op("Slice", [joined, graph.integers([begin]), graph.integers([end]), graph.integers([1])], result)

    joined = op("Concat", [state, x], axis=1)
    end = np.iinfo(np.int64).max
    total = ""
    for place, tap in enumerate(taps):
        # [past, x] is k-1 + T long, so that a window of T tokens can be counted from the end.
        window = x if place == past else cut(place, place - past)
        part = op("Mul", [window, graph.add_constant(f"{weight}.{place}", tap)])
        total = op("Add", [total, part]) if total else part
    cut(-past, end, node.output[1])
    op("QuickGelu", [total], node.output[0], domain="com.microsoft", alpha=1.0)
    return nodes
