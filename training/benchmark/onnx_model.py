"""ONNX exports of ODIN, as `python -m export` writes them, on onnxruntime.

A graph answers in batches, but for int8, which scales its activations over all that it is fed, so that an answer
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

from .decoding import Writer, write
from .local_models import LocalAnswerer, first_line, hash_files, versions
from .onnx_session import TOGETHER, OnnxRecurrent, RecurrentSession, check_manifest, find_graph, folder_of


def load_onnx(path: Path, dtype: str | None = None, threads: int | None = None) -> OnnxAnswerer:
    """The export in a folder, or a single graph with its tokenizer beside it or one folder up.

    Args:
        dtype: one of FILES; None for `fp32`, or the first that is there.
        threads: of onnxruntime; None for as many as PyTorch uses.

    Raises:
        CheckpointError: graph, config or tokenizer are missing, damaged or of another kind.
        ValueError: an unknown precision.
    """
    graph, dtype = find_graph(path, dtype)
    folder = folder_of(graph)
    check_manifest(folder, graph)
    tokenizer = load_tokenizer(folder)
    try:
        ends = json.loads((folder / "config.json").read_text())["eos_token_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"'{folder}' has no config.json that names the end token: export it again") from error
    ends = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
    threads = threads or torch.get_num_threads()
    session = RecurrentSession(graph, threads if dtype in TOGETHER else 1)
    return OnnxAnswerer(f"{folder.resolve().name}-onnx-{dtype}", session, tokenizer, ends, folder, dtype, threads)


def load_tokenizer(folder: Path):
    """Raises CheckpointError when there is none that can be read."""
    from transformers import PreTrainedTokenizerFast

    try:
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise CheckpointError(f"the tokenizer in '{folder}' cannot be read: {first_line(error)}") from error


class OnnxAnswerer(LocalAnswerer):
    """An export; see the module for how precisions differ."""

    def __init__(
        self,
        name: str,
        session: RecurrentSession,
        tokenizer,
        end_tokens: Iterable[int],
        folder: Path,
        dtype: str,
        threads: int,
    ):
        super().__init__(name, tokenizer, end_tokens)
        self.model, self.folder, self.dtype, self.threads = OnnxRecurrent(session), folder, dtype, threads
        self.graph, self.together = session.graph, dtype in TOGETHER

    def generate(self, prompts: list[list[int]], writer: Writer, bar: tqdm):
        if self.together:
            return write(self.model, prompts, writer, bar)
        rows = []
        with ThreadPoolExecutor(self.threads) as pool:
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
        graph = os.path.relpath(self.graph, self.folder)
        return {
            "kind": "onnx",
            "name": self.name,
            "dtype": self.dtype,
            "parameters": self.parameters(),
            "device": f"cpu, {self.threads} threads",
            "one_at_a_time": not self.together,
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
        graph = onnx.load(self.graph).graph
        return sum(int(np.prod(tensor.dims)) for tensor in graph.initializer)
