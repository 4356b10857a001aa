"""The precisions of an export: what a file is called, how it is made of the float32 graph, how exact it has to be."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .half import convert_half
from .quantize import quantize_int8
from .weight_only import quantize_4bit
from .wire import quantize_wire


@dataclass(frozen=True)
class Precision:
    """One of the files of an export.

    Attributes:
        file: path in the export folder; transformers.js's name where it has one.
        write: makes the file (second argument) of the float32 graph (first); raises ExportError for a foreign one.
        max_error: the most that logits may differ from float32's, root mean square in parts of their spread.
        max_drop: points of exact match that it may lose against float32.
        batch_size: that of scoring; 1 where the rounding of a row depends on the rest of its batch.
    """

    file: str
    write: Callable[[Path, Path], object]
    max_error: float
    max_drop: float
    batch_size: int = 64


# What is computed is the same for every row of a batch, but for int8: onnxruntime takes one scale for all of it.
PRECISIONS = {
    "fp32": Precision("onnx/model.onnx", shutil.copyfile, 1e-4, 0.0),
    "fp16": Precision("onnx/model_fp16.onnx", convert_half, 0.01, 0.5),
    "int8": Precision("onnx/model_quantized.onnx", quantize_int8, 0.1, 1.0, batch_size=1),
    "q4": Precision("onnx/model_q4.onnx", quantize_4bit, 0.35, 2.0),
    "q4f16": Precision("onnx/model_q4f16.onnx", partial(quantize_4bit, half=True), 0.35, 2.0),
    "q4wire": Precision("onnx/model_q4wire.onnx", quantize_wire, 0.35, 2.0, batch_size=1),
}
