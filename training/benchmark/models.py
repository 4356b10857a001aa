"""What can be asked: a model folder or Hub id, an ONNX export, a hosted endpoint; all answer conversations alike."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from training.checkpoint import CheckpointError, load_model, load_tokenizer

from .decoding import Decoding
from .local_models import first_line
from .torch_models import AttentionAnswerer, RecurrentAnswerer


DTYPES = {
    "fp32": torch.float32,
    "float32": torch.float32,
    "bf16": torch.bfloat16,
    "bfloat16": torch.bfloat16,
    "fp16": torch.float16,
    "float16": torch.float16,
}


class Answerer(Protocol):
    """Something that can be asked.

    Attributes:
        name: what a report calls it.
    """

    name: str

    def describe(self) -> dict:
        """What it is, for the report: kind, size, precision, hashes of its files, versions of the libraries."""

    def answer(
        self, conversations: Sequence[list[dict]], decoding: Decoding, progress: bool = False
    ) -> list[list[str]]:
        """`decoding.samples` texts for each conversation, which is a list of `{"role": ..., "content": ...}`."""


def load_answerer(model: str, device: str | None = None, dtype: str | None = None) -> Answerer:
    """What `model` names, ready to be asked.

    Args:
        model: folder of a saved model, ODIN or any causal language model of transformers; folder or file of an ONNX
            export of ODIN; Hub id; or URL of an endpoint, `https://host/v1#model-name` (see `endpoint`).
        device: as PyTorch calls it; a GPU where there is one when None. ONNX runs on the CPU.
        dtype: `fp32`, `bf16` or `fp16` for PyTorch; `fp32`, `int8` and what else was exported for ONNX. By default
            `fp32`, or the only one that an export has.

    Raises:
        CheckpointError: it is missing, damaged or out of reach.
        ValueError: a device or dtype that it cannot have.
    """
    if re.match(r"https?://", model):
        from .endpoint import Endpoint

        if device is not None or dtype is not None:
            raise ValueError("an endpoint chooses its own device and dtype: leave them out")
        return Endpoint(model)
    path = Path(model)
    if path.suffix == ".onnx" or (path.is_dir() and holds_graphs(path)):
        from .onnx_model import load_onnx

        if device not in (None, "cpu"):
            raise ValueError(f"ONNX exports run on the CPU here, not on '{device}': leave the device out")
        return load_onnx(path, dtype)
    if path.is_dir():
        return load_folder(path, path.resolve().name, device, dtype)
    if not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", model) or path.exists():
        raise CheckpointError(f"there is no model folder '{model}': give a folder, a Hub id or the URL of an endpoint")
    return load_folder(download(model), model, device, dtype, trusted=False)


def holds_graphs(folder: Path) -> bool:
    """Whether a folder holds ONNX graphs and no weights for PyTorch."""
    graphs = [*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")]
    return bool(graphs) and not [*folder.glob("*.safetensors"), *folder.glob("*.bin")]


def download(name: str) -> Path:
    """The folder of a model of the Hub, from the cache where it is there: no code, weights in one format.

    Raises:
        CheckpointError: no such model, or the Hub is out of reach.
    """
    from huggingface_hub import snapshot_download

    def get(*patterns: str) -> Path:
        return Path(snapshot_download(name, allow_patterns=list(patterns), ignore_patterns=["*/*"]))

    try:
        folder = get("*.json", "*.jinja", "*.model", "*.txt", "*.safetensors")
        if not list(folder.glob("*.safetensors")):
            get("pytorch_model*.bin")
    except Exception as error:  # of several libraries, by what went wrong
        raise CheckpointError(
            f"there is no folder '{name}', and it cannot be had from the Hub: {first_line(error)}"
        ) from error
    return folder


def load_folder(folder: Path, name: str, device: str | None, dtype: str | None, trusted: bool = True) -> Answerer:
    """The model in a folder.

    Args:
        trusted: whether the folder was put there by hand, so that an ODIN's own code may run.

    Raises:
        CheckpointError: it cannot be used.
        ValueError: there is no such device or dtype.
    """
    from transformers import AutoConfig

    place, precision = pick_device(device), pick_dtype(dtype)
    if is_odin(folder):
        if not trusted:
            raise CheckpointError(
                f"'{name}' brings code of its own, which would be run: download it, look at it, and give the folder"
            )
        model = load_model(folder)
        tokenizer = load_tokenizer(folder, model.config.vocab_size)
        moved: Any = model
        return RecurrentAnswerer(name, moved.to(place, precision), tokenizer, folder)
    try:
        AutoConfig.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise CheckpointError(f"'{folder}' has no config.json that transformers knows: {first_line(error)}") from error
    model, tokenizer = load_foreign(folder, place, precision)
    return AttentionAnswerer(name, model, tokenizer, folder)


def is_odin(folder: Path) -> bool:
    """Whether the config says so; a damaged one counts, as ODIN's loader has the words for it."""
    try:
        return json.loads((folder / "config.json").read_text())["model_type"] == "odin"
    except (OSError, ValueError, KeyError, TypeError):
        return True


def load_foreign(folder: Path, device: torch.device, dtype: torch.dtype):
    """Model and tokenizer of another family, by transformers, without running code of theirs.

    Raises:
        CheckpointError: weights or tokenizer are missing, incomplete or damaged.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, local_files_only=True, output_loading_info=True
        )
    except Exception as error:  # safetensors, torch and transformers each have their own
        raise CheckpointError(
            f"'{folder}' cannot be loaded as a causal language model: {first_line(error)}"
        ) from error
    model, info = loaded
    if missing := sorted(info["missing_keys"]) + sorted(map(str, info["mismatched_keys"])):
        raise CheckpointError(
            f"the weights in '{folder}' do not fit its config.json, as for {', '.join(missing[:3])}: download it again"
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise CheckpointError(f"the tokenizer in '{folder}' cannot be read: {first_line(error)}") from error
    return model.to(device).eval(), tokenizer


def pick_device(name: str | None) -> torch.device:
    """Raises ValueError for a device that this machine does not have."""
    try:
        device = torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"there is no device '{name}' here: {first_line(error)}") from error
    return device


def pick_dtype(name: str | None) -> torch.dtype:
    """float32 unless asked otherwise. Raises ValueError for a name that is none of DTYPES."""
    if name is not None and name not in DTYPES:
        raise ValueError(f"unknown dtype '{name}' for PyTorch: choose from {', '.join(DTYPES)}")
    return DTYPES[name or "fp32"]


__all__ = ["Answerer", "Decoding", "load_answerer"]
