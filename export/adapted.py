"""The generating graph with weights that can be exchanged: `onnx/adapted.onnx`.

Its trained tensors lie in `onnx/train.safetensors`, under PyTorch's or PEFT's names. The same graph with other
bytes in that file is the model after training, and nothing else has to be made anew.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper

from training.checkpoint import load_model

from .build import trace_fp32
from .errors import ExportError
from .external import Span, external_tensor, safetensors_spans
from .frozen import INT8, QuantizedFile, product_result
from .graph import Graph
from .lean import merged_gates
from .random_weights import tell_apart
from .training_graph.files import ADAPTED, PARAMETERS
from .training_graph.step import Lora


def write_adapted(*, model: Path, folder: Path, kind: str, lora: dict | None = None) -> Path:
    """Writes the graph that generates with the trained tensors of an export folder, and checks it.

    Inputs and outputs are those of `onnx/model.onnx`. Kind `full` is that graph with all its weights outside of it;
    kind `lora` is the graph of `onnx/model_quantized.onnx`, whose matrices it reads where they are.

    Args:
        model: the model folder.
        folder: the export folder, with the first values of the trained tensors in `onnx/train.safetensors`.
        kind: `full` or `lora`.
        lora: `rank`, `alpha` and `targets`, the names of the adapted projections; with kind `lora`.

    Returns:
        Where it was written.

    Raises:
        ExportError: tensors are missing or of another shape, or the graph does not compute what it should.
    """
    graph, parameters = folder / ADAPTED, folder / PARAMETERS
    spans = safetensors_spans(parameters)
    if kind == "full":
        made = full_graph(model, spans, parameters.name)
    elif kind == "lora" and lora is not None:
        made = lora_graph(folder / INT8, spans, parameters.name, lora)
    else:
        raise ExportError(f"the kind is {kind!r}: choose full, or lora with rank, alpha and targets")
    onnx.save(made, graph)
    check(graph, model, None if kind == "full" else folder / INT8)
    return graph


def check(graph: Path, model_folder: Path, quantized: Path | None) -> None:
    """Raises ExportError unless the logits of `graph` are those of the float32 model, or of the graph `quantized`."""
    from .comparisons import logit_errors
    from .precisions import PRECISIONS
    from .prompts import random_prompts
    from .runner import OnnxRunner

    runner = OnnxRunner(graph)
    prompts = random_prompts(4, runner.vocab_size)
    if quantized is None:
        error = float(logit_errors(runner, load_model(model_folder), prompts).max())
    else:
        other = OnnxRunner(quantized)
        found, expected = (
            [one.step(np.array([ids]), one.empty_states(1))[0] for ids in prompts] for one in (runner, other)
        )
        error = float(np.max([np.abs(a - b).max() for a, b in zip(found, expected, strict=True)]))
    if not error <= PRECISIONS["fp32"].limits.logits:
        raise ExportError(f"the graph with exchangeable weights is not the model: logits differ by {error:.1e}")


def full_graph(model_folder: Path, spans: dict[str, Span], location: str) -> onnx.ModelProto:
    """The float32 graph of a model with each parameter a stored tensor in the file `location`, as PyTorch has it.

    What the traced graph stores otherwise (transposed, several in one matrix) becomes operators on the parameters,
    which onnxruntime computes once, when it loads the graph.

    Raises:
        ExportError: `spans` does not have the model's parameters, or the graph is made of them in an unknown way.
    """
    torch.manual_seed(0)
    # Of parameters of which no two are alike, values tell what a stored tensor is made of.
    model = tell_apart(load_model(model_folder))
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    check_spans(spans, shapes, location)
    with tempfile.TemporaryDirectory() as folder:
        traced = onnx.load(trace_fp32(model, Path(folder)))
    graph = Graph(traced.graph)
    forms = {key_of(form.value): form for form in stored_forms(model)}
    found = [(name, forms[key]) for name in graph.initializers if (key := key_of(graph.stored(name))) in forms]
    if unused := shapes.keys() - {name for _, form in found for name in form.parameters}:
        raise ExportError(
            f"the weights of '{model_folder}' cannot be exchanged: its graph does not hold "
            f"'{min(unused)}' in a known form"
        )
    prologue = Prologue(graph)
    for name, form in found:
        graph.replace(name, form.make(prologue))
    kept = [tensor for tensor in traced.graph.initializer if tensor.name not in dict(found)]
    del traced.graph.initializer[:]
    traced.graph.initializer.extend([*kept, *(external_tensor(name, spans[name], location) for name in shapes)])
    prologue.insert()
    return traced


def check_spans(spans: dict[str, Span], shapes: dict[str, tuple[int, ...]], location: str) -> None:
    """Raises ExportError unless the file has the tensors of these names and shapes, and no others."""
    if other := spans.keys() ^ shapes.keys():
        name = sorted(other)[0]
        problem = "has no" if name in shapes else "has an unknown"
        raise ExportError(f"'{location}' {problem} tensor '{name}': make it for this model")
    for name, shape in shapes.items():
        if spans[name].shape != shape:
            raise ExportError(f"'{name}' in '{location}' is {list(spans[name].shape)}, the model has {list(shape)}")


@dataclass(frozen=True)
class Form:
    """A tensor of the traced graph that is made of parameters alone.

    Attributes:
        parameters: their names.
        value: what is stored.
        make: adds what makes it of the parameters to a graph; returns the name of the result.
    """

    parameters: tuple[str, ...]
    value: np.ndarray
    make: Callable[["Prologue"], str]


class Prologue:
    """Operators on stored tensors alone, to stand before all others of a graph."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.made: dict[str, onnx.NodeProto] = {}

    def op(self, kind: str, inputs: list[str], result: str, **attributes) -> str:
        self.made[result] = helper.make_node(kind, inputs, [result], name=f"/{result}", **attributes)
        return result

    def insert(self) -> None:
        """Puts them at the beginning of the graph."""
        for node in reversed(self.made.values()):
            self.graph.proto.node.insert(0, node)

    def plain(self, name: str) -> str:
        return name

    def transposed(self, name: str) -> str:
        return self.op("Transpose", [name], f"{name}/transposed", perm=[1, 0])

    def padded(self, name: str, *pads: int) -> str:
        """A matrix with zeros: rows above, columns before, rows below, columns behind."""
        return self.op("Pad", [name, self.graph.integers(list(pads))], f"{name}/padded")

    def taps(self, name: str) -> str:
        """A convolution's `[k, C]` as `[C, 1, k]`."""
        return self.op("Unsqueeze", [self.transposed(name), self.graph.integers([1])], f"{name}/taps")

    def gate_matrix(self, prefix: str, config) -> str:
        """The projection of `lean.merged_gates`."""
        width, heads = config.hidden_size, config.num_heads
        decay = self.padded(self.transposed(f"{prefix}decay_proj.weight"), 0, 0, 0, width + heads)
        gate = self.padded(self.transposed(f"{prefix}gate_proj.weight"), 0, width, 0, heads)
        rate = self.graph.add_constant("rates", np.eye(heads, 2 * width + heads, 2 * width, dtype=np.float32))
        return self.op("Concat", [decay, gate, rate], f"{prefix}gates.weight", axis=0)

    def gate_bias(self, prefix: str, config) -> str:
        """The bias of `lean.merged_gates`."""
        nothing = self.graph.add_constant("no_bias", np.zeros(config.hidden_size, np.float32))
        parts = [f"{prefix}decay_proj.bias", nothing, f"{prefix}beta_bias"]
        return self.op("Concat", parts, f"{prefix}gates.bias", axis=0)


def stored_forms(model) -> Iterator[Form]:
    """In which forms a traced graph may store the parameters of `model`."""
    for name, parameter in model.named_parameters():
        value = parameter.detach()
        yield Form((name,), value.numpy(), partial(Prologue.plain, name=name))
        if value.ndim == 2:
            yield Form((name,), value.T.numpy(), partial(Prologue.transposed, name=name))
            yield Form((name,), value.T.unsqueeze(1).numpy(), partial(Prologue.taps, name=name))
    for i, layer in enumerate(model.model.layers):
        if type(layer.time_mixing).__name__ != "OdinTimeMixing":
            continue
        prefix = f"model.layers.{i}.time_mixing."
        projection, bias, _, _ = (part.numpy() for part in merged_gates(layer.time_mixing))
        known = {"prefix": prefix, "config": model.config}
        weights = (f"{prefix}decay_proj.weight", f"{prefix}gate_proj.weight")
        yield Form(weights, projection, partial(Prologue.gate_matrix, **known))
        yield Form((f"{prefix}decay_proj.bias", f"{prefix}beta_bias"), bias, partial(Prologue.gate_bias, **known))


def key_of(value: np.ndarray) -> tuple:
    """What two arrays have in common that are the same."""
    return value.dtype.str, value.shape, value.tobytes()


def lora_graph(quantized: Path, spans: dict[str, Span], location: str, lora: dict) -> onnx.ModelProto:
    """The int8 graph with `x A^T B^T * alpha / rank` added to the adapted products; A and B are in `location`.

    Raises:
        ExportError: there is no such file, or `spans` does not have A and B of each product.
    """
    file = QuantizedFile(quantized)
    graph = file.graph
    matrices = Lora.matrices(spans)
    if {weight.split(".")[-2] for weight in matrices} != set(lora["targets"]):
        raise ExportError(f"'{location}' has not the adapters of {', '.join(lora['targets'])}: make it again")
    known = {name for weight in matrices for name in Lora.names(weight)}
    if other := spans.keys() ^ known:
        raise ExportError(f"'{location}' lacks '{min(other)}' or should not have it: make it again")
    prologue = Prologue(graph)
    for weight in matrices:
        adapt(file, prologue, spans, weight, lora)
    for tensor in list(graph.proto.initializer):
        if tensor.name in file.spans:
            tensor.CopyFrom(external_tensor(tensor.name, file.spans[tensor.name], quantized.name))
    graph.proto.initializer.extend(external_tensor(name, span, location) for name, span in spans.items())
    prologue.insert()
    return file.proto


def adapt(file: QuantizedFile, prologue: Prologue, spans: dict[str, Span], weight: str, lora: dict) -> None:
    """Adds the adapter beside a matrix to its product."""
    module = weight.removesuffix(".weight")
    graph, result = file.graph, product_result(module)
    down, up = Lora.names(weight)
    matrix = file.matrix(result)
    quantized = next(node for node in graph.proto.node if f"{matrix}_quantized" in node.input)
    x = graph.producer[quantized.input[0]].input[0]
    inputs, width = file.spans[f"{matrix}_quantized"].shape
    product = graph.producer[result]
    if product.op_type == "Slice":  # the padding is cut off before
        width = int(graph.stored(product.input[2])[0])
    rank, outputs = spans[down].shape[0], spans[up].shape[0]
    if rank != lora["rank"] or spans[down].shape[1] != inputs or spans[up].shape[1] != rank or outputs > width:
        raise ExportError(
            f"the adapter of '{module}' is {list(spans[down].shape)} and {list(spans[up].shape)}, expected "
            f"{[lora['rank'], inputs]} and {[width, lora['rank']]}"
        )
    scale = graph.add_constant("lora_scale", np.array(lora["alpha"] / lora["rank"], np.float32))
    scaled = prologue.op("Mul", [prologue.transposed(up), scale], f"{up}/scaled")
    if outputs < width:
        scaled = prologue.padded(scaled, 0, 0, 0, width - outputs)
    product.output[0] = f"{result}/frozen"
    place = list(graph.proto.node).index(product) + 1
    for node in (
        helper.make_node("Add", [f"{result}/frozen", f"{result}/adapter"], [result], name=f"{result}/Add"),
        helper.make_node("MatMul", [f"{result}/low", scaled], [f"{result}/adapter"], name=f"{result}/up"),
        helper.make_node("MatMul", [x, prologue.transposed(down)], [f"{result}/low"], name=f"{result}/down"),
    ):
        graph.proto.node.insert(place, node)
