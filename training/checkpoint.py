"""Loading a saved model folder, with every way in which it can be unusable said in words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from training.errors import CheckpointError
from training.manifest import MANIFEST, read_manifest


if TYPE_CHECKING:  # imported where they are used: a check of files alone should be over at once
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


# As safetensors calls them.
DTYPES = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}


def load_model(folder: Path) -> PreTrainedModel:
    """The float32 model in evaluation mode.

    Raises:
        CheckpointError: the folder, its config, its weights or its code are missing, foreign, incomplete or damaged.
    """
    import torch
    from transformers import AutoModelForCausalLM

    check_config(folder)
    check_weights(folder)
    check_precision(folder)
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder, trust_remote_code=True, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
        raise CheckpointError(f"'{folder}' cannot be loaded as a model: {error}") from error
    model, info = loaded
    wrong = {kind: sorted(info[kind]) for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") if info[kind]}
    if wrong:
        raise CheckpointError(
            f"the weights in '{folder}' do not fit its config.json: {wrong}. Save or download it again."
        )
    return model.eval()


def load_tokenizer(folder: Path, vocab_size: int) -> PreTrainedTokenizerBase:
    """The tokenizer, checked to belong to a model of `vocab_size` ids and to have a chat template.

    Raises:
        CheckpointError: there is none, or it is another model's.
    """
    from transformers import AutoTokenizer

    if not (folder / "tokenizer.json").is_file():
        raise CheckpointError(
            f"'{folder}' has no tokenizer.json: copy the tokenizer of the training run into the folder"
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise CheckpointError(f"the tokenizer in '{folder}' cannot be read: {error}") from error
    if len(tokenizer) > vocab_size:
        raise CheckpointError(
            f"the tokenizer has {len(tokenizer)} tokens, the model only {vocab_size}: they do not belong together"
        )
    if tokenizer.chat_template is None:
        raise CheckpointError(
            f"the tokenizer in '{folder}' has no chat template; ODIN's tokenizer carries the ChatML one"
        )
    return tokenizer


def check_config(folder: Path) -> None:
    """Raises CheckpointError unless `folder` has the config.json of an ODIN model."""
    if not folder.is_dir():
        raise CheckpointError(
            f"there is no model folder '{folder}': give the path of a folder written by save_pretrained"
        )
    path = folder / "config.json"
    if not path.is_file():
        raise CheckpointError(f"'{folder}' has no config.json: expected a folder written by save_pretrained")
    try:
        model_type = json.loads(path.read_text()).get("model_type")
    except (ValueError, AttributeError) as error:
        raise CheckpointError(f"'{path}' is not a JSON object: {error}") from error
    if model_type != "odin":
        raise CheckpointError(
            f"'{folder}' holds a model of type '{model_type}', expected 'odin': use optimum-cli for it"
        )


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that make up the weights, by the index where they are sharded.

    Raises:
        CheckpointError: there are none, or a shard is missing.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    else:
        names = ["model.safetensors"]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(
            f"'{folder}' lacks its weights: {', '.join(missing)} not found. Save or download it again."
        )
    return [folder / name for name in names]


def hash_files(paths: list[Path]) -> str:
    """SHA-256 of the files' own names and contents, or of the content alone for a single file."""
    if len(paths) == 1:
        with open(paths[0], "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256("".join(f"{path.name} {hash_files([path])}\n" for path in paths).encode()).hexdigest()


def weights_sha256(folder: Path) -> str:
    """By which a model's weights are known in manifests and measurements, 64 hex digits.

    Raises:
        CheckpointError: there are none, or a shard is missing.
    """
    return hash_files(weight_files(folder))


def check_weights(folder: Path) -> None:
    """Raises CheckpointError when a weight file is missing, cut off or not safetensors."""
    for path in weight_files(folder):
        try:
            with safe_open(path, "np") as tensors:
                tensors.keys()
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"'{path}' is damaged ({error}): save or download it again") from error


def weight_dtypes(folder: Path) -> set[str]:
    """The precisions of the weights, as torch calls them."""
    found = set()
    for weights in weight_files(folder):
        with safe_open(weights, "np") as tensors:
            found |= {DTYPES.get(tensors.get_slice(name).get_dtype(), "another format") for name in tensors.keys()}
    return found


def check_precision(folder: Path) -> None:
    """Raises CheckpointError when weights or state are not of the precision that the folder's manifest records.

    A folder without a manifest, such as a run's own model, records none.
    """
    recorded = read_manifest(folder).get("precision")
    if recorded is None:
        return
    found = weight_dtypes(folder)
    if found != {recorded["parameters"]}:
        raise CheckpointError(
            f"the weights in '{folder}' are {', '.join(sorted(found))}, its {MANIFEST} says {recorded['parameters']}: "
            "save or download it again"
        )
    import torch

    from modeling_odin.recurrence import state_dtype

    state = str(state_dtype(torch.float32)).removeprefix("torch.")
    if recorded["recurrent_state"] != state:
        raise CheckpointError(
            f"'{folder}' was trained with a {recorded['recurrent_state']} state, this code keeps it in {state}: "
            "use the code of that release"
        )
