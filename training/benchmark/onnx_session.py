"""An exported ODIN in onnxruntime: which file it is, tokens and states in, logits and states out.

The benchmark suite, `export.OdinORTModel` and the checks of an export all run graphs through this one class.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from training.checkpoint import CheckpointError
from training.manifest import MANIFEST, read_manifest

from .decoding import left_pad
from .local_models import first_line, hash_files


# The file names of transformers.js, and one of our own; the first is taken when nothing else is asked for.
FILES = {
    "fp32": "model.onnx",
    "fp16": "model_fp16.onnx",
    "int8": "model_quantized.onnx",
    "q4": "model_q4.onnx",
    "q4f16": "model_q4f16.onnx",
    "q4wire": "model_q4wire.onnx",
}
# Every row of a batch is computed for itself. int8 has one scale for the activations of all: an answer would depend on
# its company.
TOGETHER = ("fp32", "fp16", "q4", "q4f16")
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class RecurrentSession:
    """A graph with inputs `past_*` and outputs `present_*`, on the CPU.

    Args:
        graph: the `.onnx` file, of any precision.
        threads: of one operator; 0 leaves it to onnxruntime.

    Attributes:
        state_shapes: shape of each `past_*` input without the batch; its NumPy type is in `state_types`.
        vocab_size: values of a row of logits.
        session: onnxruntime's own.

    Raises:
        CheckpointError: no such file, onnxruntime cannot load it, or it is no recurrent language model.
    """

    def __init__(self, graph: Path, threads: int = 0):
        import onnxruntime

        if not Path(graph).is_file():
            raise CheckpointError(f"there is no '{graph}': export it with `python -m export --model MODEL --out DIR`")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            raise CheckpointError(
                f"'{graph}' is not a model that onnxruntime can load: {first_line(error)}. Export it again."
            ) from error
        self.graph = Path(graph)
        inputs = {value.name: value for value in self.session.get_inputs()}
        past = {name: value for name, value in inputs.items() if name.startswith(("past_conv.", "past_recurrent."))}
        shapes = {output.name: output.shape for output in self.session.get_outputs()}
        self.outputs = list(shapes)
        expected = {"input_ids", "attention_mask", *past}
        known = all(value.type in TYPES for value in past.values())
        if not past or not known or inputs.keys() - {"num_logits_to_keep"} != expected or "logits" not in self.outputs:
            raise CheckpointError(
                f"'{graph}' is not an ODIN graph: expected input_ids, attention_mask, past_conv.* and "
                f"past_recurrent.* in and logits out, got {', '.join(inputs)}. Export ODIN with the task "
                "text-generation-with-past"
            )
        self.state_shapes = {name: value.shape[1:] for name, value in past.items()}
        self.state_types = {name: TYPES[value.type] for name, value in past.items()}
        self.vocab_size = shapes["logits"][-1]
        self._cuts = "num_logits_to_keep" in inputs

    def empty_states(self, batch_size: int) -> dict[str, np.ndarray]:
        """Zero states: sequences that have not begun."""
        return {
            name: np.zeros([batch_size, *shape], self.state_types[name]) for name, shape in self.state_shapes.items()
        }

    def step(
        self,
        input_ids: np.ndarray,
        states: Mapping[str, np.ndarray],
        attention_mask: np.ndarray | None = None,
        num_logits_to_keep: int = 0,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Feeds tokens `[B, T]` (int64) after `states`.

        Args:
            attention_mask: `[B, T]` or longer, of which the last T columns count; 0 for padding, which must be on the
                left of a sequence that has not begun.
            num_logits_to_keep: logits of only the last so many tokens; 0 for all.

        Returns:
            logits `[B, T or num_logits_to_keep, vocab_size]` and the new states.
        """
        mask = np.ones_like(input_ids) if attention_mask is None else attention_mask
        feeds = {"input_ids": input_ids, "attention_mask": mask, **states}
        if self._cuts:
            feeds["num_logits_to_keep"] = np.array(num_logits_to_keep, np.int64)
        results = dict(zip(self.outputs, self.session.run(None, feeds), strict=True))
        logits = results.pop("logits")[:, -num_logits_to_keep:]
        return logits, {name.replace("present", "past", 1): value for name, value in results.items()}


class OnnxRecurrent:
    """A session as a `decoding.RecurrentModel`."""

    def __init__(self, session: RecurrentSession):
        self.session = session

    def read(self, prompts):
        ids, mask = left_pad(prompts)
        empty = self.session.empty_states(len(ids))
        return self._run(ids, mask, [torch.from_numpy(state) for state in empty.values()])

    def step(self, tokens, states):
        ids = np.array(tokens, np.int64)[:, None]
        return self._run(ids, np.ones_like(ids), states)

    def _run(self, ids, mask, states):
        names = self.session.state_shapes
        fed = {name: state.numpy() for name, state in zip(names, states, strict=True)}
        logits, new = self.session.step(ids, fed, mask, num_logits_to_keep=1)
        return torch.from_numpy(logits)[:, -1].float(), [torch.from_numpy(new[name]) for name in names]


def find_graph(path: Path, dtype: str | None) -> tuple[Path, str]:
    """The graph and its precision, from a folder or a single file.

    Args:
        dtype: one of FILES; None for `fp32`, or the first that is there.

    Raises:
        CheckpointError: it is not there.
        ValueError: an unknown precision.
    """
    if dtype is not None and dtype not in FILES:
        raise ValueError(f"unknown dtype '{dtype}' for ONNX: choose from {', '.join(FILES)}")
    if path.suffix == ".onnx":
        if not path.is_file():
            raise CheckpointError(f"there is no '{path}': export it with `python -m export --model MODEL --out DIR`")
        named = {name: precision for precision, name in FILES.items()}.get(path.name, dtype)
        if named is None:
            raise CheckpointError(
                f"the name '{path.name}' does not tell the precision: expected {', '.join(FILES.values())}"
            )
        if dtype not in (None, named):
            raise CheckpointError(f"'{path}' is {named}, not {dtype}: leave the dtype out")
        return path, named
    if not path.is_dir():
        raise CheckpointError(f"there is no export folder '{path}': make it with `python -m export --out {path}`")
    found = {
        precision: graph
        for precision, name in FILES.items()
        for graph in (path / name, path / "onnx" / name)
        if graph.is_file()
    }
    if not found or dtype not in (None, *found):
        has = f"only {', '.join(found)}" if found else "no graphs that are known"
        raise CheckpointError(
            f"the export '{path}' has no {FILES[dtype or 'fp32']}, {has}: export it with `python -m export`"
        )
    dtype = dtype or next(iter(found))
    return found[dtype], dtype


def folder_of(graph: Path) -> Path:
    """The export folder of a graph: with its config and tokenizer, beside it or one folder up."""
    return graph.parent.parent if graph.parent.name == "onnx" else graph.parent


def check_manifest(folder: Path, graph: Path) -> None:
    """Raises CheckpointError when the export's manifest knows the graph by another hash, or is damaged."""
    manifest = read_manifest(folder)
    if not manifest:
        return
    try:
        known = manifest["files"].get(graph.relative_to(folder).as_posix(), {}).get("sha256")
    except (KeyError, AttributeError) as error:
        raise CheckpointError(f"'{folder / MANIFEST}' is damaged: export the model again") from error
    if known not in (None, *hash_files(graph.parent, [graph.name]).values()):
        raise CheckpointError(f"'{graph}' is not the file of the manifest (damaged or changed): export it again")
