"""From a `Step` to its ONNX graph.

`make_fx` writes forward, backward and optimiser down as operations on tensors, `torch.onnx` translates them, and
onnxruntime folds what is constant.
"""

import contextlib
import io
import itertools
import logging
import tempfile
import warnings
from pathlib import Path

import onnx
import onnxruntime
import torch
from torch._decomp import core_aten_decompositions
from torch.fx.experimental.proxy_tensor import make_fx

from ..graph import Graph
from .head import head_loss_in_onnx
from .step import Step, adamw


SCALARS = ("learning_rate", "step", "clip", "loss_scale")
BATCH = ("input_ids", "labels", "seq_idx")


def trace(step: Step, trained: dict[str, torch.Tensor], frozen: dict[str, torch.Tensor]) -> onnx.ModelProto:
    """The graph of one training step. Inputs and outputs are in docs/training-in-the-browser.md.

    Args:
        trained, frozen: tensors by name, of which only the shapes matter. Those of `frozen` become inputs
            `frozen.NAME`, and matrices that the backward pass reads `frozen_backward.NAME` too.
    """
    names = list(trained)
    matrices = [name for name in frozen if name == step.head or (step.lora and step.lora.adapts(name))]
    groups = {"parameter": names, "m": names, "v": names, "frozen": list(frozen), "frozen_backward": matrices}
    shapes = trained | frozen
    inputs = [*BATCH, *SCALARS, *(f"{group}.{name}" for group, members in groups.items() for name in members)]
    outputs = ["loss", "gradient_norm", "overflow", *(f"new_{g}.{n}" for g in ("parameter", "m", "v") for n in names)]

    def flat(*values):
        values = iter(values)
        batch, scalars = (list(itertools.islice(values, len(group))) for group in (BATCH, SCALARS))
        tensors = [dict(zip(members, values)) for members in groups.values()]  # noqa: B905  as many as it has names
        loss, norm, *new = training_step(step, *tensors, batch, scalars)
        return loss, norm, ~torch.isfinite(loss + norm), *(group[name] for group in new for name in names)

    integers = [torch.zeros(step.batch, step.seq, dtype=torch.long) for _ in BATCH]
    tensors = [torch.zeros_like(shapes[name]) for members in groups.values() for name in members]
    arguments = (*integers, *(torch.ones(()) for _ in SCALARS), *tensors)
    model = convert(flat, arguments, inputs, outputs)
    Graph(model.graph).drop_unused()
    return optimised(model)


def training_step(step, trained, m, v, frozen, frozen_backward, batch, scalars):
    """Loss, gradient norm, and new values and moments of `trained` by name."""
    learning_rate, count, clip, loss_scale = scalars
    loss, gradients = step.loss_and_gradients(trained, frozen, frozen_backward, *batch, loss_scale)
    return loss, *adamw(trained, m, v, gradients, learning_rate, count, clip, loss_scale)


def convert(function, arguments, inputs, outputs) -> onnx.ModelProto:
    """A function of tensors as ONNX, operation by operation."""
    with torch.no_grad():
        traced = make_fx(function, dict(core_aten_decompositions()), tracing_mode="fake")(*arguments)
    traced.graph.eliminate_dead_code()
    traced.recompile()

    class Traced(torch.nn.Module):
        def forward(self, *values):
            return traced(*values)

    with quiet():
        program = torch.export.export(Traced(), arguments, strict=False)
        converted = torch.onnx.export(
            program,
            dynamo=True,
            optimize=False,  # takes minutes, and leaves nothing to onnxruntime that it does not do in a second
            input_names=inputs,
            output_names=outputs,
            custom_translation_table={
                torch.ops.odin.head_loss.default: head_loss_in_onnx,
                torch.ops.aten.split_with_sizes.default: split_in_onnx,
            },
        )
    assert converted is not None  # it is where a file is written at once
    model = converted.model_proto
    for node in model.graph.node:
        if node.op_type == "Split":
            kept = [attribute for attribute in node.attribute if attribute.name != "num_outputs"]
            del node.attribute[:]
            node.attribute.extend(kept)
    return model


def split_in_onnx(x, sizes, dim=0):
    """`aten.split_with_sizes` of constant sizes; the exporter's own makes a sequence of it.

    It wants to be told the number of outputs, which ONNX allows only where no sizes are: `convert` removes it.
    """
    from onnxscript import opset18 as op

    return op.Split(x, op.Constant(value_ints=list(sizes)), axis=dim, num_outputs=len(sizes))


def optimised(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same with constants folded and doubled nodes merged. Without operators of one processor."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "graph.onnx")
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)


@contextlib.contextmanager
def quiet():
    """The exporter tells its steps, and of operators that other packages would bring."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.onnx._internal.exporter._registration")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
