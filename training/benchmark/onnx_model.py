"""ONNX exports of ODIN, as `python -m export` writes them, on onnxruntime.

A float graph answers in batches. A quantised one scales its activations over all that it is fed, so that an answer
would depend on what else is in the batch: it answers one question at a time, as in a browser, several of them side by
side on threads of their own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from training.checkpoint import CheckpointError

from .decoding import Writer, left_pad, write
from .local_models import LocalAnswerer, first_line, hash_files, versions


# The file names of transformers.js; the first is the one that is taken when nothing else is asked for.
FILES = {
    "fp32": "model.onnx",
    "fp16": "model_fp16.onnx",
    "int8": "model_quantized.onnx",
    "q4": "model_q4.onnx",
    "q4f16": "model_q4f16.onnx",
}
FLOAT = ("fp32", "fp16")
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


def load_onnx(path: Path, dtype: str | None = None, threads: int | None = None) -> OnnxAnswerer:
    """The export in a folder, or a single graph with its tokenizer beside it or one folder up.

    Args:
        dtype: one of FILES; None for `fp32`, or the first that is there.
        threads: of onnxruntime; None for as many as PyTorch uses.

    Raises:
        CheckpointError: graph, config or tokenizer are missing, damaged or of another kind.
        ValueError: an unknown precision.
    """
    if dtype is not None and dtype not in FILES:
        raise ValueError(f"unknown dtype '{dtype}' for ONNX: choose from {', '.join(FILES)}")
    graph, dtype = find_graph(path, dtype)
    folder = graph.parent.parent if graph.parent.name == "onnx" else graph.parent
    check_manifest(folder, graph)
    tokenizer = load_tokenizer(folder)
    try:
        ends = json.loads((folder / "config.json").read_text())["eos_token_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"'{folder}' has no config.json that names the end token: export it again") from error
    model = OnnxRecurrent(graph, threads or torch.get_num_threads(), together=dtype in FLOAT)
    ends = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
    return OnnxAnswerer(f"{folder.resolve().name}-onnx-{dtype}", model, tokenizer, ends, folder, dtype)


def find_graph(path: Path, dtype: str | None) -> tuple[Path, str]:
    """The graph and its precision.

    Raises:
        CheckpointError: it is not there.
    """
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


def check_manifest(folder: Path, graph: Path) -> None:
    """Raises CheckpointError when the export's manifest knows the graph by another hash."""
    path = folder / "manifest.json"
    if not path.is_file():
        return
    try:
        known = json.loads(path.read_text())["files"].get(graph.relative_to(folder).as_posix(), {}).get("sha256")
    except (ValueError, KeyError, AttributeError) as error:
        raise CheckpointError(f"'{path}' is damaged: export the model again") from error
    if known not in (None, *hash_files(graph.parent, [graph.name]).values()):
        raise CheckpointError(f"'{graph}' is not the file of the manifest (damaged or changed): export it again")


def load_tokenizer(folder: Path):
    """Raises CheckpointError when there is none that can be read."""
    from transformers import PreTrainedTokenizerFast

    try:
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise CheckpointError(f"the tokenizer in '{folder}' cannot be read: {first_line(error)}") from error


class OnnxRecurrent:
    """A graph as a `decoding.RecurrentModel`: inputs `past_*`, outputs `present_*`.

    Args:
        together: whether rows may share a call; if not, each call gets one thread and calls run side by side.

    Raises:
        CheckpointError: onnxruntime cannot load it, or it is no recurrent language model.
    """

    def __init__(self, graph: Path, threads: int, together: bool):
        import onnxruntime

        self.graph, self.threads, self.together = graph, threads, together
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads if together else 1
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            raise CheckpointError(
                f"'{graph}' is not a graph that onnxruntime can load: {first_line(error)}"
            ) from error
        inputs = self.session.get_inputs()
        self.past = [value.name for value in inputs if value.name.startswith(("past_conv", "past_recurrent"))]
        if not self.past:
            raise CheckpointError(f"'{graph}' has no past_recurrent inputs: only exports of ODIN can be asked")
        self.shapes = [(value.shape[1:], TYPES[value.type]) for value in inputs if value.name in self.past]
        self.optional = {value.name for value in inputs} & {"num_logits_to_keep"}
        self.outputs = ["logits", *(name.replace("past", "present", 1) for name in self.past)]

    def read(self, prompts):
        ids, mask = left_pad(prompts)
        states = [torch.from_numpy(np.zeros([len(ids), *shape], kind)) for shape, kind in self.shapes]
        return self._run(ids, mask, states)

    def step(self, tokens, states):
        ids = np.array(tokens, np.int64)[:, None]
        return self._run(ids, np.ones_like(ids), states)

    def _run(self, ids, mask, states):
        feeds = {"input_ids": ids, "attention_mask": mask}
        feeds |= {name: np.array(1, np.int64) for name in self.optional}
        feeds |= {name: state.numpy() for name, state in zip(self.past, states, strict=True)}
        logits, *states = map(torch.from_numpy, self.session.run(self.outputs, feeds))
        return logits[:, -1].float(), states


class OnnxAnswerer(LocalAnswerer):
    """An export; see the module for how precisions differ."""

    def __init__(
        self, name: str, model: OnnxRecurrent, tokenizer, end_tokens: Iterable[int], folder: Path, dtype: str
    ):
        super().__init__(name, tokenizer, end_tokens)
        self.model, self.folder, self.dtype = model, folder, dtype

    def generate(self, prompts: list[list[int]], writer: Writer, bar: tqdm):
        if self.model.together:
            return write(self.model, prompts, writer, bar)
        rows = []
        with ThreadPoolExecutor(self.model.threads) as pool:
            tasks = [pool.submit(write, self.model, prompts, writer, None, [item], 1) for item in range(len(prompts))]
            try:
                for task in tasks:
                    rows += task.result()
                    bar.update(writer.decoding.drawn)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return rows

    def describe(self) -> dict:
        patterns = ("config.json", "tokenizer.json", "tokenizer_config.json", "manifest.json")
        graph = os.path.relpath(self.model.graph, self.folder)
        return {
            "kind": "onnx",
            "name": self.name,
            "dtype": self.dtype,
            "parameters": self.parameters(),
            "device": f"cpu, {self.model.threads} threads",
            "one_at_a_time": not self.model.together,
            "prompts": "plain" if self.plain else "chat template",
            "calculator": True,
            "files": hash_files(self.folder, (graph, *patterns)),
            "versions": versions("onnxruntime", "transformers", "tokenizers"),
        }

    def parameters(self) -> int | None:
        """Values stored in the graph, constants and quantisation scales included; None without the onnx package."""
        try:
            import onnx
        except ImportError:
            return None
        graph = onnx.load(self.model.graph).graph
        return sum(int(np.prod(tensor.dims)) for tensor in graph.initializer)
