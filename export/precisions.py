"""The precisions of an export: how each file is made of the float32 graph, and how near to the model it has to be."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from training.benchmark.onnx_session import FILES

from .half import convert_half
from .quantize import quantize_int8
from .weight_only import quantize_4bit
from .wire import quantize_wire


# Of source, target and, where it is used, what `rounding.input_products` returns.
Writer = Callable[..., object]


@dataclass(frozen=True)
class Limits:
    """What still counts as the model.

    Attributes:
        exact: logits are judged by their largest difference, and greedy tokens have to be equal; otherwise logits by
            their mean difference in standard deviations of PyTorch's logits, and tokens are reported.
        logits: the limit of that, against PyTorch.
        own: the same, of the graph against itself.
        states: largest difference of a state from PyTorch's, relative to its largest value.
        drop: points of exact match that may be lost against PyTorch.
    """

    exact: bool
    logits: float
    own: float
    states: float
    drop: float


@dataclass(frozen=True)
class Precision:
    """One of the files of an export.

    Attributes:
        file: path in the export folder.
        write: makes the file (second argument) of the float32 graph (first); ExportError for a foreign one. 4-bit
            weights are rounded better with the third, of `rounding.input_products`, which may be left out.
        calibrated: whether `write` makes anything of the third.
        limits: how near to the model the file has to be.
    """

    file: str
    write: Writer
    calibrated: bool
    limits: Limits


def without_products(write: Callable[[Path, Path], object]) -> Writer:
    """A writer that makes nothing of the third argument, for files that are rounded by no text."""
    return lambda source, target, products=None: write(source, target)


# Well above what odin-nano shows (docs/export.md), as smaller and worse models differ more.
# int8 has one scale for all the tokens that it is fed at once, so how they are fed matters by as much as rounding.
_ALL: dict[str, tuple[Writer, bool, Limits]] = {
    "fp32": (without_products(shutil.copyfile), False, Limits(True, 1e-3, 1e-3, 1e-3, 0.0)),
    "fp16": (without_products(convert_half), False, Limits(False, 0.01, 0.01, 0.02, 0.5)),
    "int8": (without_products(quantize_int8), False, Limits(False, 0.15, 0.15, 0.3, 1.0)),
    "q4": (quantize_4bit, True, Limits(False, 0.35, 0.05, 0.5, 2.0)),
    "q4f16": (partial(quantize_4bit, half=True), True, Limits(False, 0.35, 0.05, 0.5, 2.0)),
    "q4wire": (quantize_wire, True, Limits(False, 0.35, 0.15, 0.5, 2.0)),
}
PRECISIONS = {name: Precision(f"onnx/{FILES[name]}", *parts) for name, parts in _ALL.items()}
