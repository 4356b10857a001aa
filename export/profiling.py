"""Profiled runs of an exported graph: which nodes run, in which order, on which shapes, in how much memory."""

import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from .errors import ExportError


PROVIDER = "CPUExecutionProvider"
BYTES = {"float": 4, "double": 8, "float16": 2, "int8": 1, "uint8": 1, "int32": 4, "int64": 8, "bool": 1}
NUMPY = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64}
# onnxruntime gives the result of these the buffer of their input.
VIEWS = ("Reshape", "Squeeze", "Unsqueeze", "Identity", "Flatten")
# Two runs whose sizes no constant, no B, T or T + c can take both by accident.
BATCH, LENGTH = (2, 3), (5, 33)


@dataclass(frozen=True)
class Launch:
    """One executed node: its outputs by name, each with type and shape."""

    name: str
    domain: str
    op_type: str
    provider: str
    inputs: tuple[str, ...]
    outputs: dict[str, tuple[str, tuple[int, ...]]]

    @property
    def output_bytes(self) -> dict[str, int]:
        return {name: BYTES[kind] * int(np.prod(shape)) for name, (kind, shape) in self.outputs.items()}


@dataclass(frozen=True)
class Run:
    """A profiled run: the nodes in the order in which they ran, inputs and results of the graph, bytes of memory."""

    launches: list[Launch]
    inputs: list[str]
    results: list[str]
    loaded_bytes: int  # what the session holds before its first node: weights, and what was packed or folded of them
    peak_bytes: int  # the most that it held while running


def profile(path: Path, batch: int, length: int, fuse: bool = True) -> Run:
    """Feeds `length` tokens to `batch` fresh sequences on one thread of the CPU and reads onnxruntime's profile.

    Args:
        fuse: with all of onnxruntime's graph optimisations, or the graph as the file has it.

    Raises:
        ExportError: the graph cannot be loaded or run, or has inputs that are not a language model's.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        options.enable_profiling, options.profile_file_prefix = True, f"{folder}/profile"
        options.optimized_model_filepath = f"{folder}/model.onnx"
        level = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = level.ORT_ENABLE_ALL if fuse else level.ORT_DISABLE_ALL
        try:
            session = onnxruntime.InferenceSession(path, options, providers=[PROVIDER])
            session.run(None, feeds(session, batch, length))
        except ExportError:
            raise
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            raise ExportError(f"'{path}' does not run in onnxruntime: {error}") from error
        events = json.loads(Path(session.end_profiling()).read_text())
        graph = onnx.load(f"{folder}/model.onnx").graph
    nodes = {node.name: node for node in graph.node}
    events = [event for event in events if event.get("cat") == "Node"]
    if len(nodes) != len(graph.node) or "" in nodes:
        raise ExportError(
            f"'{path}' has nodes without a name of their own: a profile cannot be matched with the graph"
        )
    launches = [launch(nodes[event["name"].removesuffix("_kernel_time")], event) for event in events]
    memory = [int(event["args"]["mem_bytes_in_use"]) for event in events]
    first = sum(launches[0].output_bytes.values())
    peak = max(int(event["args"]["mem_in_use_peak"]) for event in events)
    inputs, results = ([value.name for value in values] for values in (graph.input, graph.output))
    return Run(launches, inputs, results, memory[0] - first, peak)


def launch(node: onnx.NodeProto, event: dict) -> Launch:
    """A node of the graph with what the profile says about its run."""
    types = [next(iter(entry.items())) for entry in event["args"]["output_type_shape"]]
    outputs = {
        name: (kind, tuple(shape)) for name, (kind, shape) in zip(filter(None, node.output), types, strict=True)
    }
    return Launch(node.name, domain(node), node.op_type, event["args"]["provider"], tuple(node.input), outputs)


def feeds(session, batch: int, length: int) -> dict[str, np.ndarray]:
    """Inputs of a language model for `length` tokens of `batch` sequences: token 1, nothing masked, states zero."""
    known = {"batch_size": batch, "sequence_length": length, "past_sequence_length + sequence_length": length}
    arrays = {}
    for value in session.get_inputs():
        unknown = [size for size in value.shape if not isinstance(size, int) and size not in known]
        if unknown or value.type not in NUMPY:
            raise ExportError(f"input '{value.name}' {value.type} {value.shape} is not one of an exported ODIN")
        shape = [known.get(size, size) for size in value.shape]
        fill = int(value.type == "tensor(int64)" and len(shape) == 2)
        arrays[value.name] = np.full(shape, fill, NUMPY[value.type])
    return arrays


def peak_activations(run: Run) -> int:
    """Bytes of the tensors alive at once, at the worst moment, if each is freed after its last reader.

    Inputs and weights do not count; results live until the end. A view has no bytes of its own.
    """
    buffer: dict[str, str] = {}
    last: dict[str, int] = {}
    for i, node in enumerate(run.launches):
        for name in node.inputs:
            if name in buffer:
                last[buffer[name]] = i
        for name in node.outputs:
            view = node.op_type in VIEWS and node.inputs[0] in buffer
            buffer[name] = buffer[node.inputs[0]] if view else name
            last[buffer[name]] = len(run.launches) if name in run.results else i
    for name in run.results:
        last[buffer.get(name, name)] = len(run.launches)
    ends, alive, peak = defaultdict(list), 0, 0
    for name, i in last.items():
        ends[i].append(name)
    sizes = {name: size for node in run.launches for name, size in node.output_bytes.items()}
    for i, node in enumerate(run.launches):
        alive += sum(sizes[name] for name in node.outputs if buffer[name] == name)
        peak = max(peak, alive)
        alive -= sum(sizes.get(name, 0) for name in ends[i])
    return peak


def symbolic(shapes: list[tuple[int, ...]]) -> str:
    """The shape that is `shapes[i]` for `BATCH[i]` sequences of `LENGTH[i]` tokens; "?" for an unexplained size."""
    sizes = []
    for pair in zip(*shapes, strict=True):
        shift = pair[0] - LENGTH[0]
        if pair[0] == pair[1]:
            sizes.append(str(pair[0]))
        elif pair == BATCH:
            sizes.append("B")
        elif pair[1] - LENGTH[1] == shift:
            sizes.append(f"T + {shift}" if shift else "T")
        else:
            sizes.append("?")
    return f"[{', '.join(sizes)}]"


def shapes(path: Path, fuse: bool) -> dict[str, tuple[str, str]]:
    """Type and symbolic shape of every computed tensor, from two runs of different sizes."""
    small, large = (
        {name: value for node in profile(path, b, t, fuse).launches for name, value in node.outputs.items()}
        for b, t in zip(BATCH, LENGTH, strict=True)
    )
    return {name: (kind, symbolic([shape, large[name][1]])) for name, (kind, shape) in small.items()}


def domain(proto) -> str:
    """The domain of a node, an import or a definition, by its full name."""
    return proto.domain or "ai.onnx"
