"""The folder of a training run: who it is (`odin.json`), and its checkpoints."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from data_chef.corpus import sha256_of
from data_chef.provenance import commit_of
from training.config import TrainConfig
from training.description import check_description, description_id, read_description
from training.io import write_json
from training.precision import policy


# They change where and how often something is written or how fast it goes, not what is learnt.
OPERATIONAL = (
    "output", "data", "tokenizer", "data_workers", "tracker", "log_every", "checkpoint_every", "keep_checkpoints",
    "debug",
)  # fmt: skip
CHECKPOINT = "checkpoint-*[0-9]"


def describe_run(config: TrainConfig, model_config, dataset: dict, tokenizer: Path) -> dict:
    """The run as one JSON, hashed into its id: model, precision policy, data, tokenizer, recipe and seed.

    Raises:
        ValueError: something of it cannot be written down, see training/description.py.
    """
    recipe = dataclasses.asdict(config)
    for key in OPERATIONAL:
        del recipe[key]
    run = {
        "model": model_config.to_diff_dict(),
        "precision": policy(config.mixed_precision, config.loss_scaling),
        "dataset": dataset,
        "tokenizer_sha256": sha256_of(tokenizer / "tokenizer.json"),
        "recipe": recipe,
        "seed": config.seed,
    }
    description = {"id": description_id(run), "commit": commit_of(Path(__file__).parent), **run}
    check_description(description)
    return description


def describe_device(device: torch.device) -> str:
    """The accelerator's or the processor's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return torch.backends.cpu.get_cpu_capability() + " CPU"


def find_checkpoint(output: Path, run_id: str, resume: bool, branch_from: str | None) -> Path | None:
    """The newest checkpoint of this very run in `output`, or else the one to branch from, or None.

    Raises:
        FileExistsError: the folder holds another run, or one that must not be resumed.
        FileNotFoundError: there is no checkpoint to branch from, or no odin.json beside the checkpoints.
        ValueError: odin.json is damaged.
    """
    checkpoints = sorted(output.glob(CHECKPOINT))
    if not checkpoints:
        if branch_from is not None and not (Path(branch_from) / "progress.json").is_file():
            raise FileNotFoundError(f"branch_from={branch_from} is not a checkpoint folder of a run")
        return Path(branch_from) if branch_from is not None else None
    found = read_description(output / "odin.json")["id"]
    if found != run_id:
        raise FileExistsError(f"{output} holds run {found[:12]}, this is {run_id[:12]}; choose another output")
    if not resume:
        raise FileExistsError(f"{output} already holds checkpoints of this run; leave out --no-resume to go on")
    return checkpoints[-1]


def read_progress(checkpoint: Path | None, output: Path, max_steps: int) -> dict[str, Any]:
    """What a checkpoint says of the run so far; one of another run is where this run branches off.

    Raises:
        ValueError: the branch has no step left to do.
    """
    progress: dict[str, Any] = {
        "step": 0, "seconds": 0.0, "places": None, "best": None, "evaluations_since": 0, "finished": None,
        "branched_after": 0, "loss": None,
    }  # fmt: skip
    if checkpoint is None:
        return progress
    progress |= json.loads((checkpoint / "progress.json").read_text())
    if checkpoint.parent.resolve() != output.resolve():
        if progress["step"] >= max_steps:
            raise ValueError(f"{checkpoint} is at step {progress['step']}; max_steps={max_steps} must be beyond it")
        progress |= {"branched_after": progress["step"], "seconds": 0.0, "best": None, "finished": None}
    return progress


def save_checkpoint(accelerator: Accelerator, output: Path, progress: dict[str, Any], keep: int) -> None:
    """Model, optimisers, random state and progress, under their final name only once they are whole.

    A process that is killed while it writes leaves `checkpoint.partial`, which nothing reads.
    """
    final, beside = output / f"checkpoint-{progress['step']:07d}", output / "checkpoint.partial"
    if accelerator.is_main_process:
        shutil.rmtree(beside, ignore_errors=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(beside))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        write_json(beside / "progress.json", progress)
        shutil.rmtree(final, ignore_errors=True)
        beside.rename(final)
        for old in sorted(output.glob(CHECKPOINT))[:-keep]:
            shutil.rmtree(old)
