"""`TrainConfig`: a training run as data. One YAML file, and `key=value` overrides on the command line."""

import dataclasses
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass
class TrainConfig:
    """Everything that a run depends on. Lengths are in tokens, times in minutes.

    Attributes:
        model: preset name, or the folder of a saved model to continue from.
        model_overrides: keys of `OdinConfig` that replace the preset's; the vocabulary comes from the tokenizer.
        data: folder written by `python -m data_chef build`, with its tokenizer.
        output: folder for checkpoints, logs and the trained model.
        batch_size: packed rows per step, over all processes.
        seq_len: tokens per packed row; longer documents are left out and counted.
        train_on_prompts: also learn to predict the questions.
        max_steps: optimiser steps.
        warmup_steps, decay_share: linear warm-up, then constant, then linear decay to zero over the last share.
        learning_rate: of AdamW (embedding, norms, biases, convolution, decay).
        muon_learning_rate: of Muon on the 2-D matrices of the blocks; null trains these with AdamW too.
        mixed_precision: "no", "bf16" or "fp16"; parameters and recurrent state stay float32.
        compile: `torch.compile` the model; needs a C++ compiler on CPU.
        eval_items: validation items per task generated at each evaluation.
        keep_checkpoints: how many of the newest stay.
    """

    model: str = "odin-nano"
    model_overrides: dict[str, Any] = field(default_factory=dict)
    data: str = "corpus/nano"
    output: str = "runs/odin-nano"
    seed: int = 0
    batch_size: int = 16
    seq_len: int = 256
    train_on_prompts: bool = False
    max_steps: int = 1000
    warmup_steps: int = 50
    decay_share: float = 0.5
    learning_rate: float = 3e-3
    muon_learning_rate: float | None = 3e-3
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    mixed_precision: str = "no"
    compile: bool = False
    log_every: int = 20
    eval_every: int = 500
    eval_items: int = 16
    eval_max_new_tokens: int = 200
    checkpoint_every: int = 500
    keep_checkpoints: int = 2

    def __post_init__(self):
        for name in ("batch_size", "seq_len", "max_steps", "log_every", "eval_every", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.decay_share <= 1:
            raise ValueError(f"decay_share must lie in [0, 1], got {self.decay_share}")
        if self.mixed_precision not in ("no", "bf16", "fp16"):
            raise ValueError(f"mixed_precision must be 'no', 'bf16' or 'fp16', got {self.mixed_precision!r}")


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Reads a YAML file and applies `key=value` overrides (values are YAML; `model_overrides.key=value` goes inside).

    Raises:
        ValueError: an unknown key (with the nearest known one), or an override that is not `key=value`.
        FileNotFoundError: no such file.
    """
    values = yaml.safe_load(Path(path).read_text()) or {}
    if not isinstance(values, dict):
        raise ValueError(f"{path} must hold a mapping of keys to values")
    for override in overrides:
        key, separator, text = override.partition("=")
        if not separator:
            raise ValueError(f"an override must look like key=value, got '{override}'")
        target = values
        *parents, leaf = key.split(".")
        for parent in parents:
            target = target.setdefault(parent, {})
        target[leaf] = yaml.safe_load(text)
    fields = {f.name: f for f in dataclasses.fields(TrainConfig)}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)[0]
            raise ValueError(f"{path}: unknown key '{key}'; did you mean '{near}'?")
        # YAML reads a bare `no` as false, and 3e-3 as text.
        if key == "mixed_precision" and value is False:
            values[key] = "no"
        if isinstance(value, str) and "float" in str(fields[key].type):
            values[key] = float(value)
    return TrainConfig(**values)
