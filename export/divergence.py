"""Where in a graph its values leave those of the model: the residual stream of both, from embedding to logits.

Every layer adds to one stream, once by time mixing and once by channel mixing, and both norms read it. What is wrong
in a layer is not in the stream before it, and is in the stream after it, whatever the precision.
"""

import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch


# The nodes that read the stream, by the modules that they were traced from; the norms inside time mixing do not.
STREAM_NORMS = re.compile(r"/layers\.\d+/(time|channel)_norm/|/model/norm/")
ROUNDING = 2.0**-23  # a smaller relative error does not say anything


def relative_error(actual: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to the largest expected value."""
    return float(np.abs(actual.astype(np.float32) - expected).max() / max(np.abs(expected).max(), 1e-30))


def stream_places(num_hidden_layers: int) -> list[str]:
    """In words, what was added to the stream last before each of its readings."""
    halves = ("time mixing", "channel mixing")
    return ["embedding", *(f"layer {i}, {half}" for i in range(num_hidden_layers) for half in halves)]


def stream_of_graph(graph: Path, states, prompt) -> list[np.ndarray]:
    """The stream `[1, T, D]` at each norm that reads it; fewer when the graph does not show them all."""
    model = onnx.load(graph)
    names = []
    for node in filter(lambda node: STREAM_NORMS.search(node.name), model.graph.node):
        if node.op_type == "SkipSimplifiedLayerNormalization" and len(node.output) == 4 and node.output[3]:
            names.append(node.output[3])
        elif node.op_type in ("RMSNormalization", "SimplifiedLayerNormalization"):
            names.append(node.input[0])
    if not names:
        return []
    known = {value.name for value in model.graph.input}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ids = np.array([prompt])
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "num_logits_to_keep": np.array(0), **states}
    return session.run(names, {name: value for name, value in feeds.items() if name in known})


def stream_of_model(model, prompt) -> list[np.ndarray]:
    """The same of an `OdinForCausalLM`."""
    found: list[np.ndarray] = []

    def keep(module, inputs):
        found.append(inputs[0].numpy())

    layers = model.model.layers
    norms = [norm for layer in layers for norm in (layer.time_norm, layer.channel_norm)] + [model.model.norm]
    hooks = [norm.register_forward_pre_hook(keep) for norm in norms]
    try:
        with torch.inference_mode():
            model(torch.tensor([prompt]), use_cache=False)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def locate(graph: Path, empty_states, model, prompt, logit_error: float) -> tuple[str | None, dict[str, float]]:
    """The part of the model in which the error grows most, and the relative error after every part.

    Args:
        empty_states: of one sequence.
        logit_error: relative error of the logits, which come last.

    Returns:
        The part in words, None when the graph's nodes do not show the stream; errors by part, in order.
    """
    expected = stream_of_model(model, prompt)
    actual = stream_of_graph(graph, empty_states, prompt)
    if len(actual) != len(expected):
        return None, {}
    errors = {
        place: relative_error(*pair)
        for place, pair in zip(
            stream_places(model.config.num_hidden_layers), zip(actual, expected, strict=True), strict=True
        )
    }
    errors["final norm or head"] = logit_error
    before, growth = ROUNDING, {}
    for place, error in errors.items():
        growth[place] = error / before if np.isfinite(error) else np.inf
        before = max(error, ROUNDING)
    return max(growth, key=lambda place: growth[place]), errors
