"""What a run says about itself: trackers of Accelerate, `metrics.jsonl`, `curves.png` and the progress bar."""

import dataclasses
import json
import resource
import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from accelerate import Accelerator
from tqdm import tqdm

from training.config import TrainConfig
from training.plot import plot


SHOWN = ("loss", "grad_norm", "tokens_per_second", "mfu", "loss_scale", "validation_loss", "exact_match_of_family")


def check_tracker(name: str) -> None:
    """Raises ValueError when the tracker's package is missing, which Accelerate would pass over in silence."""
    if name != "none" and find_spec(name) is None:
        raise ValueError(f"tracker={name} needs the package '{name}': pip install {name}, or choose tracker=none")


class Tracker:
    """Logs of the main process; on others every method does nothing.

    `metrics.jsonl` has a line for each time that something was logged. A resumed run appends, so a step that was done
    twice has two lines, of which the later one counts.
    """

    def __init__(self, accelerator: Accelerator, config: TrainConfig, done: int):
        self.accelerator, self.output = accelerator, Path(config.output)
        hyperparameters = {k: v for k, v in dataclasses.asdict(config).items() if isinstance(v, int | float | str)}
        accelerator.init_trackers("odin", hyperparameters)
        self.bar = tqdm(
            total=config.max_steps, initial=done, disable=not accelerator.is_main_process, mininterval=5, unit="step"
        )

    def advance(self) -> None:
        self.bar.update()

    def say(self, text: str) -> None:
        if self.accelerator.is_main_process:
            self.bar.write(text)

    def log(self, values: dict[str, float], step: int) -> None:
        """Sends `values` to the tracker and the file, and the most telling of them to the screen."""
        self.accelerator.log(values, step=step)
        if self.accelerator.is_main_process:
            with (self.output / "metrics.jsonl").open("a") as file:
                file.write(json.dumps({"step": step, **values}) + "\n")
        shown = {key: value for key, value in values.items() if key in SHOWN or key.partition("/")[0] in SHOWN[-2:]}
        self.say(f"step {step} " + " ".join(f"{key} {value:.4g}" for key, value in shown.items()))

    def plot(self) -> None:
        if self.accelerator.is_main_process:
            plot(self.output)

    def close(self) -> None:
        self.bar.close()
        self.accelerator.end_training()


def peak_memory(device: torch.device) -> int:
    """The most bytes that this process has had allocated: on the accelerator, or resident."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
