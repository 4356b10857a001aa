"""Stored tensors of a graph whose bytes lie in another file beside it: ONNX's external data, without a copy.

The other file may be of any format, as long as the bytes of a tensor lie in one piece: a safetensors file, whose
values can be exchanged for others of the same names and shapes, or another ONNX file.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto

from .errors import ExportError


@dataclass(frozen=True)
class Span:
    """Where a tensor's bytes lie.

    Attributes:
        type: of its elements, one of ONNX's `TensorProto.DataType`.
        shape: of the tensor.
        offset, length: in bytes, from the beginning of the file.
    """

    type: int
    shape: tuple[int, ...]
    offset: int
    length: int


def external_tensor(name: str, span: Span, location: str) -> TensorProto:
    """A stored tensor of that name with its bytes in the file `location`, a path from the graph's folder."""
    tensor = TensorProto(name=name, data_type=span.type, dims=span.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", span.offset), ("length", span.length)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def safetensors_spans(path: Path) -> dict[str, Span]:
    """Where the float32 tensors of a safetensors file lie, by name, in the order of its header.

    Raises:
        ExportError: no such file, not safetensors, or a tensor is of another type.
    """
    try:
        with open(path, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
        header.pop("__metadata__", None)
        spans = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            if entry["dtype"] != "F32":
                raise ValueError(f"'{name}' is {entry['dtype']}, not F32")
            spans[name] = Span(TensorProto.FLOAT, tuple(entry["shape"]), 8 + size + begin, end - begin)
        return spans
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(f"'{path}' is no safetensors file of float32 tensors: {error}. Make it again") from error


def matrix_spans(path: Path) -> tuple[onnx.ModelProto, dict[str, Span]]:
    """An ONNX file, and where in it the bytes of its 8-bit matrices lie, by name.

    Raises:
        ExportError: the bytes of a matrix are stored otherwise than in one piece.
    """
    data = path.read_bytes()
    model = onnx.ModelProto.FromString(data)
    spans, place = {}, 0
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.UINT8 or len(tensor.dims) != 2:
            continue
        place = data.find(tensor.raw_data, place) if tensor.raw_data else -1
        if place < 0:
            raise ExportError(f"the bytes of '{tensor.name}' are not found in '{path}': export the model again")
        spans[tensor.name] = Span(tensor.data_type, tuple(tensor.dims), place, len(tensor.raw_data))
        place += len(tensor.raw_data)
    return model, spans
