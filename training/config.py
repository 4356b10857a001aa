"""`TrainConfig`: a training run as data. One YAML file, and `key=value` overrides on the command line."""

import dataclasses
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


TRACKERS = ("tensorboard", "trackio", "wandb", "mlflow", "none")
PRECISIONS = ("no", "bf16", "fp16")
SAVED = ("float32", "bfloat16")


@dataclass
class TrainConfig:
    """Everything that a run depends on. Lengths are in tokens, times in minutes, shares in [0, 1].

    Attributes:
        model: preset name, or the folder of a saved model to continue from.
        model_overrides: keys of `OdinConfig` that replace the preset's; the vocabulary comes from the tokenizer.
        data: folder written by `python -m data_chef build`; or null, for a stream of `curriculum`.
        curriculum: preset or YAML file of data_chef, made while training; items for evaluation come from it too.
        tokenizer: folder with a tokenizer; the corpus's own when null. A stream needs one.
        stages: curriculum stages, `[{until: share of the steps, data: ... or curriculum: ...}, ...]`, in order; the
            last has `until: 1`. They take the place of `data` and `curriculum` for training.
        output: folder for checkpoints, logs and the trained model.
        batch_size: packed rows per step, over all processes.
        micro_batch_size: rows of one forward pass; gradients are summed until the process has done its part of the
            step. All of it at once when null.
        seq_len: tokens per packed row; longer documents are left out.
        lanes: streams that the data comes from in parallel; the order of the data depends on their number. Processes
            must divide it, and it must divide `batch_size`.
        data_workers: processes that read, make and tokenise, for each training process; 0: the training process.
        train_on_prompts: also learn to predict the questions.
        max_steps: optimiser steps.
        max_minutes: stop then, whichever comes first; the schedule follows the clock where that is ahead, so that the
            learning rate has come down to zero by then. Starting up counts, the evaluation after training does not.
        warmup_steps, decay_share: linear warm-up, then constant, then linear decay to zero over the last share.
        branch_from: checkpoint folder of another run to go on from with model, optimiser, data position and step; the
            decay begins at once and ends at `max_steps`.
        learning_rate: of AdamW (embedding, norms, biases, convolution, decay).
        muon_learning_rate: of Muon on the 2-D matrices of the blocks; null trains these with AdamW too.
        ema_decay: keep an exponential moving average of the weights with this factor; it is what is evaluated and
            saved as the model. Null: none.
        mixed_precision: "no", "bf16" or "fp16" (CUDA only); see `training/precision.py`.
        save_dtype: "float32" or "bfloat16", of the trained model's weights; checkpoints are always float32.
        loss_scaling: true or false forces it; null scales for fp16 only.
        compile: `torch.compile` the model; needs a C++ compiler on CPU.
        gradient_checkpointing: compute each block's activations again in the backward pass, to save memory.
        debug: check every layer's output and every gradient for infinity and NaN, and name the first that has some.
        tracker: tensorboard, trackio, wandb, mlflow or none; `metrics.jsonl` and `curves.png` are always written.
        eval_items: validation items per task generated at each evaluation.
        eval_rows: packed validation rows per family whose loss is taken at each evaluation.
        patience: stop when the validation loss has not fallen by `min_improvement` for so many evaluations; 0: never.
        checkpoint_every: steps; a checkpoint is also written when the run is stopped.
        keep_checkpoints: how many of the newest stay.
    """

    model: str = "odin-nano"
    model_overrides: dict[str, Any] = field(default_factory=dict)
    data: str | None = "corpus/nano"
    curriculum: str | None = None
    tokenizer: str | None = None
    stages: list[dict[str, Any]] = field(default_factory=list)
    output: str = "runs/odin-nano"
    seed: int = 0
    batch_size: int = 16
    micro_batch_size: int | None = None
    seq_len: int = 256
    lanes: int = 4
    data_workers: int = 0
    train_on_prompts: bool = False
    max_steps: int = 1000
    max_minutes: float | None = None
    warmup_steps: int = 50
    decay_share: float = 0.5
    branch_from: str | None = None
    learning_rate: float = 3e-3
    muon_learning_rate: float | None = 3e-3
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    ema_decay: float | None = None
    mixed_precision: str = "no"
    save_dtype: str = "float32"
    loss_scaling: bool | None = None
    compile: bool = False
    gradient_checkpointing: bool = False
    debug: bool = False
    tracker: str = "tensorboard"
    log_every: int = 20
    eval_every: int = 500
    eval_items: int = 16
    eval_rows: int = 8
    eval_max_new_tokens: int = 200
    patience: int = 0
    min_improvement: float = 0.001
    checkpoint_every: int = 500
    keep_checkpoints: int = 2

    def __post_init__(self):
        for name in (
            "batch_size", "seq_len", "lanes", "max_steps", "log_every", "eval_every", "eval_rows", "checkpoint_every",
            "keep_checkpoints",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.decay_share <= 1:
            raise ValueError(f"decay_share must lie in [0, 1], got {self.decay_share}")
        if self.ema_decay is not None and not 0 < self.ema_decay < 1:
            raise ValueError(f"ema_decay must lie between 0 and 1, got {self.ema_decay}")
        for name, known in (("mixed_precision", PRECISIONS), ("save_dtype", SAVED), ("tracker", TRACKERS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.batch_size % self.lanes:
            raise ValueError(f"lanes={self.lanes} must divide batch_size={self.batch_size}")
        if self.max_minutes is not None and self.max_minutes <= 0:
            raise ValueError(f"max_minutes must be positive, got {self.max_minutes}")
        self._check_sources()

    def _check_sources(self):
        if not self.stages and (self.data is None) == (self.curriculum is None):
            raise ValueError("give either data (a corpus folder) or curriculum (a stream), and set the other null")
        before = 0.0
        for stage in self.stages:
            if set(stage) not in ({"until", "data"}, {"until", "curriculum"}):
                raise ValueError(
                    f"a stage has the keys 'until' and either 'data' or 'curriculum', got {sorted(stage)}"
                )
            if not before < stage["until"] <= 1:
                raise ValueError(f"stages must end at rising shares of the steps, the last at 1; got {stage['until']}")
            before = stage["until"]
        if self.stages and before != 1:
            raise ValueError(f"the last stage must have 'until: 1', got {before}")
        if self.tokenizer is None and self.data is None:
            raise ValueError("a stream needs a tokenizer: `python -m data_chef tokenizer train`, then tokenizer=DIR")


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Reads a YAML file and applies `key=value` overrides (values are YAML; `model_overrides.key=value` goes inside).

    A `curriculum=` override sets `data` to null and the other way round.

    Raises:
        ValueError: an unknown key (with the nearest known one), a value of a wrong type, or an override that is not
            `key=value`.
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
        for chosen, other in (("data", "curriculum"), ("curriculum", "data")):
            if key == chosen and target[leaf] is not None:
                values[other] = None
    if values.get("curriculum") is not None:
        values.setdefault("data", None)
    fields = {f.name: f for f in dataclasses.fields(TrainConfig)}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)[0]
            raise ValueError(f"{path}: unknown key '{key}'; did you mean '{near}'?")
        values[key] = _typed(key, value, getattr(fields[key].type, "__name__", str(fields[key].type)))
    return TrainConfig(**values)


def _typed(key: str, value: Any, kind: str) -> Any:
    """The value as the field's type: YAML reads a bare `no` as false, and 3e-3 as text."""
    if key == "mixed_precision" and value is False:
        return "no"
    if key == "tracker" and value is None:
        return "none"
    try:
        if "float" in kind and isinstance(value, str | int) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    plain = {"int": int, "float": float, "bool": bool, "str": str}
    expected = tuple(plain[name] for name in kind.split(" | ") if name in plain)
    fits = isinstance(value, expected) and not (isinstance(value, bool) and bool not in expected)
    if expected and not fits and not (value is None and "None" in kind):
        raise ValueError(f"{key} must be {kind}, got {value!r}")
    return value
