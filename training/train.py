"""Trains an ODIN model: `accelerate launch training/train.py --config training/configs/odin-nano.yaml [key=value]`.

Reads a corpus of data_chef, or its stream, in packed rows, and writes checkpoints, logs and, at the end,
`OUTPUT/model`, a folder that `AutoModelForCausalLM` loads. Started again on the same output it goes on from the newest
checkpoint, to the same losses as if it had never stopped; SIGTERM and Ctrl-C write one first.

Where to look further: `config.py` (every setting), `data.py` (order of the data), `optimizer.py` (groups, schedule),
`precision.py` (what computes in what), `run.py` (identity and checkpoints), `tracking.py`, `validation.py`.
Not covered: choosing batch size and kernel (`autotune.py`), benchmarks (`evaluate.py`), releasing (`release.py`).
"""

import argparse
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType, GradScalerKwargs, broadcast_object_list, set_seed
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import AutoTokenizer, PreTrainedModel

from configuration_odin import PRESETS, OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import CheckpointError, load_model
from training.config import TrainConfig, load_config
from training.data import IGNORE, PackedLanes, batches, lanes_of_process
from training.evaluate import evaluate, first_per_task
from training.flops import flops_per_token, mfu
from training.hardware import peak_flops, use_cores
from training.io import write_json
from training.optimizer import build_optimizers, gradient_norms, schedule, set_learning_rates
from training.precision import check_gradients, check_optimizers, check_parameters, overflow_checks
from training.run import (
    CHECKPOINT,
    describe_device,
    describe_run,
    find_checkpoint,
    read_progress,
    save_checkpoint,
)
from training.sources import open_sources
from training.tracking import Tracker, check_tracker, peak_memory
from training.validation import by_family, family_batches, family_losses


# Of the saved weights: hosts of git repositories accept no larger files gladly.
SHARD = "48MB"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="YAML file, see training/configs/")
    parser.add_argument("--max_minutes", type=float, help="the same as max_minutes=...")
    parser.add_argument("--no-resume", action="store_true", help="fail if the output holds a run, instead of resuming")
    parser.add_argument("overrides", nargs="*", help="key=value, over the file")
    options = parser.parse_intermixed_args(arguments)
    timed = [] if options.max_minutes is None else [f"max_minutes={options.max_minutes}"]
    try:
        Trainer(load_config(options.config, [*options.overrides, *timed]), resume=not options.no_resume).train()
    except (ValueError, FileNotFoundError, FileExistsError, CheckpointError, FloatingPointError) as error:
        sys.exit(f"train: {error}")


class Trainer:
    """One run: `Trainer(config).train()` returns the folder of the trained model.

    Attributes:
        progress: what a checkpoint says besides weights and random state: steps and seconds done, the places of the
            data's lanes, the best validation loss and the evaluations since, and why the run ended.

    Raises:
        ValueError, FileNotFoundError, FileExistsError, CheckpointError: settings, data, an earlier run or a model that
            cannot be used; nothing has been written then.
    """

    def __init__(self, config: TrainConfig, resume: bool = True):
        self.begun = time.perf_counter()
        self.config, self.output = config, Path(config.output)
        self.accelerator = build_accelerator(config)
        set_seed(config.seed)
        sources = open_sources(config)
        self.tokenizer = AutoTokenizer.from_pretrained(sources.tokenizer)
        model = build_model(config, len(self.tokenizer))
        run = describe_run(config, model.config, sources.description, sources.tokenizer)
        checkpoint = find_checkpoint(self.output, run["id"], resume, config.branch_from)
        self.progress = read_progress(checkpoint, self.output, config.max_steps)
        lanes = lanes_of_process(config.lanes, self.accelerator.process_index, self.accelerator.num_processes)
        self.data = PackedLanes(
            sources.stages,
            self.tokenizer,
            config.seq_len,
            config.batch_size // config.lanes,
            lanes,
            config.lanes,
            config.train_on_prompts,
            self.progress["step"] + 1,
            self.progress["places"] and [self.progress["places"][lane] for lane in lanes],
        )
        self.held_out = family_batches(sources.validation, self.tokenizer, config.seq_len, config.eval_rows)
        self.questions = first_per_task(sources.validation, config.eval_items)
        if self.accelerator.is_main_process and not list(self.output.glob(CHECKPOINT)):
            write_json(self.output / "odin.json", run)
        self._prepare(model, run["precision"], checkpoint)
        self.tracker = Tracker(self.accelerator, config, self.progress["step"])
        start = f"going on after step {self.progress['step']} of {checkpoint}" if checkpoint else "from the start"
        self.tracker.say(f"run {run['id'][:12]}: {self.unwrapped.num_parameters():,} parameters, {start}")

    def _prepare(self, model: PreTrainedModel, precision: dict[str, Any], checkpoint: Path | None) -> None:
        """Model, optimisers, average and loss scaler on their devices, in the state of the checkpoint."""
        config, accelerator = self.config, self.accelerator
        if config.gradient_checkpointing:
            model.gradient_checkpointing_enable()
        self.average = None
        if config.ema_decay is not None:
            average = get_ema_multi_avg_fn(config.ema_decay)
            self.average = AveragedModel(model, device=accelerator.device, multi_avg_fn=average)
            accelerator.register_for_checkpointing(self.average)
        self.model, *self.optimizers = accelerator.prepare(model, *build_optimizers(model, config))
        self.unwrapped = accelerator.unwrap_model(self.model)
        if config.compile:
            self.unwrapped.model.compile()
        # Not Accelerate's scaler, which each of two optimisers would update.
        self.scaler = torch.amp.GradScaler(accelerator.device.type, enabled=precision["loss_scaling"])
        accelerator.register_for_checkpointing(self.scaler)
        if checkpoint is not None:
            accelerator.load_state(str(checkpoint))
            check_optimizers(self.optimizers, precision)
        check_parameters(self.unwrapped, precision)
        self.learning_rate = schedule(config, self.progress["branched_after"])
        self.flops = flops_per_token(self.unwrapped.config, config.seq_len).training
        self.peak = peak_flops(accelerator.device, config.mixed_precision)

    @property
    def minutes(self) -> float:
        """Since the run began, interruptions left out; the same on all processes."""
        return from_main(self.accelerator, (time.perf_counter() - self.begun + self.progress["seconds"]) / 60)

    def train(self) -> Path:
        """Goes through the steps that are left.

        Raises:
            FloatingPointError: the loss is no longer finite.
            SystemExit: stopped by a signal, after a checkpoint was written.
        """
        progress, final = self.progress, self.output / "model"
        if progress["finished"] and final.is_dir():
            self.tracker.say(f"this run is finished ({progress['finished']}); its model is {final}")
            self.tracker.close()
            return final
        if not progress["finished"]:  # else it was killed between the last checkpoint and the model
            with caught_signals() as signals:
                self._steps(signals)
        self.tracker.say(f"finished after step {progress['step']}: {progress['finished']}")
        self.save_model(final)
        self.tracker.close()
        return final

    def _steps(self, signals: list[int]) -> None:
        """All steps that are left, until there is a reason to finish; a signal exits after a checkpoint."""
        config, progress = self.config, self.progress
        clock, losses = time.perf_counter(), []
        self.model.train()
        for batch, places in batches(self.data, config.data_workers):
            step = progress["step"] = progress["step"] + 1
            minutes = self.minutes if config.max_minutes is not None else 0.0
            finished = self.reason_to_finish(minutes)
            logging = step % config.log_every == 0 or finished is not None
            set_learning_rates(self.optimizers, self.learning_rate(step - 1, minutes))
            loss, logs = self.step(batch, logging)
            losses.append(loss)
            self.tracker.advance()
            if logging:
                mean = self.accelerator.reduce(torch.stack(losses)).mean().item()
                rate = len(losses) * config.batch_size * config.seq_len / (time.perf_counter() - clock)
                self.log({"loss": mean, "tokens_per_second": rate, **logs})
                losses = []
            if step % config.eval_every == 0 or finished:
                plateau = self.evaluate()
                finished = finished or plateau
            stopped = int(from_main(self.accelerator, signals[-1] if signals else 0))
            if step % config.checkpoint_every == 0 or finished or stopped:
                self.save(places, finished)
            if stopped and not finished:
                self.tracker.close()
                name = signal.Signals(stopped).name
                self.accelerator.print(f"stopped by {name} after step {step}; the same command goes on")
                sys.exit(128 + stopped)
            if finished:
                break
            if not losses:
                clock = time.perf_counter()

    def reason_to_finish(self, minutes: float) -> str | None:
        """Why the step that begins now is the last one, or None."""
        if self.progress["step"] >= self.config.max_steps:
            return "all steps done"
        if self.config.max_minutes is not None and minutes >= self.config.max_minutes:
            return f"max_minutes={self.config.max_minutes:g}"
        return None

    def step(self, batch: dict[str, torch.Tensor], logging: bool) -> tuple[torch.Tensor, dict[str, float]]:
        """One optimiser step. Returns this process's share of the loss, and what is to be logged of the gradients."""
        config = self.config
        with overflow_checks(self.unwrapped) if config.debug else nullcontext():
            loss = self.forward_backward(batch)
        for optimizer in self.optimizers:
            self.scaler.unscale_(optimizer)
        logs = {}
        if logging:
            logs = {f"grad_norm/{name}": norm for name, norm in gradient_norms(self.optimizers).items()}
        if config.debug and not self.scaler.is_enabled():
            check_gradients(self.unwrapped)
        norm = self.accelerator.clip_grad_norm_(self.model.parameters(), config.max_grad_norm)
        if logging:
            logs["grad_norm"] = float(norm)
        for optimizer in self.optimizers:
            self.scaler.step(optimizer)
            optimizer.zero_grad()
        self.scaler.update()
        if self.average is not None:
            self.average.update_parameters(self.unwrapped)
        return loss, logs

    def forward_backward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Adds up the gradients of the mean loss over all labelled tokens of the step, whatever process has them."""
        accelerator, config = self.accelerator, self.config
        batch = {name: x.to(accelerator.device, torch.long, non_blocking=True) for name, x in batch.items()}
        labelled = (batch["labels"][:, 1:] != IGNORE).sum(1)
        total = accelerator.reduce(labelled.sum())
        size = config.micro_batch_size or len(labelled)
        loss = torch.zeros((), device=accelerator.device)
        for first in range(0, len(labelled), size):
            rows = slice(first, first + size)
            last = first + size >= len(labelled)
            with nullcontext() if last else accelerator.no_sync(self.model):
                piece = {name: x[rows] for name, x in batch.items()}
                mean = self.model(**piece, use_cache=False, skip_logits=True).loss
                part = mean * (labelled[rows].sum() / total)
                # Gradients are averaged over processes, and this is a sum.
                accelerator.backward(self.scaler.scale(part * accelerator.num_processes))
            loss += part.detach()
        return loss

    def log(self, logs: dict[str, float]) -> None:
        """Adds what does not come from a step, and sends it off.

        Raises:
            FloatingPointError: the loss is infinite or NaN.
        """
        for optimizer in self.optimizers:
            logs |= {f"learning_rate/{group['name']}": group["lr"] for group in optimizer.param_groups}
        logs["memory_gib"] = peak_memory(self.accelerator.device) / 2**30
        devices = self.accelerator.num_processes if self.accelerator.device.type == "cuda" else 1
        utilisation = mfu(logs["tokens_per_second"], self.flops, self.peak and self.peak * devices)
        if utilisation is not None:
            logs["mfu"] = utilisation
        if self.scaler.is_enabled():
            logs["loss_scale"] = self.scaler.get_scale()
        step = self.progress["step"]
        self.tracker.log(logs, step)
        if not math.isfinite(logs["loss"]):
            raise FloatingPointError(
                f"the loss is {logs['loss']} at step {step}: lower the learning rate; debug=true names the layer"
            )
        self.progress["loss"] = logs["loss"]

    def evaluate(self) -> str | None:
        """Logs loss per family and exact match per task, held out; returns why to stop now, if there is a reason."""
        config, accelerator, progress = self.config, self.accelerator, self.progress
        # Compiled code is made for the shape of a training batch; answers come in every shape.
        with torch.compiler.set_stance("force_eager"):
            losses = family_losses(self.average or self.model, self.held_out, accelerator.device)
            logs = {f"validation_loss/{family}": loss for family, loss in losses.items()}
            # Sharded weights come together in a forward pass of all processes, and answers end at different times.
            if accelerator.is_main_process and accelerator.distributed_type != DistributedType.FSDP:
                model = self.average.module if self.average else self.unwrapped
                scores, _, _ = evaluate(model, self.tokenizer, self.questions, config.eval_max_new_tokens)
                logs |= {f"exact_match/{task}": score["exact_match"] for task, score in scores.items()}
                logs |= {f"exact_match_of_family/{name}": share for name, share in by_family(scores).items()}
        self.tracker.log(logs, progress["step"])
        self.tracker.plot()
        mean = from_main(accelerator, sum(losses.values()) / len(losses)) if losses else 0.0
        if progress["best"] is None or mean < progress["best"] - config.min_improvement:
            progress |= {"best": mean, "evaluations_since": 0}
        else:
            progress["evaluations_since"] += 1
        if config.patience and progress["evaluations_since"] >= config.patience:
            return f"the validation loss has not fallen for {config.patience} evaluations"
        return None

    def save(self, places: torch.Tensor, finished: str | None) -> None:
        """Writes a checkpoint after the current step."""
        self.progress |= {"finished": finished, "places": from_all(self.accelerator, places).tolist()}
        seconds = self.progress["seconds"] + time.perf_counter() - self.begun
        save_checkpoint(
            self.accelerator, self.output, self.progress | {"seconds": seconds}, self.config.keep_checkpoints
        )

    def save_model(self, final: Path) -> None:
        """Writes the trained model and `summary.json`, once every process is here."""
        config, accelerator = self.config, self.accelerator
        beside = final.with_name("model.partial")
        state = accelerator.get_state_dict(self.model) if self.average is None else self.average.module.state_dict()
        if accelerator.is_main_process:
            shutil.rmtree(beside, ignore_errors=True)
            # A model of its own: the one in training stays in float32 and may be sharded.
            saved: Any = OdinForCausalLM(self.unwrapped.config).to(getattr(torch, config.save_dtype))
            saved.load_state_dict(state)
            saved.save_pretrained(beside, max_shard_size=SHARD)
            self.tokenizer.save_pretrained(beside)
            shutil.rmtree(final, ignore_errors=True)
            beside.rename(final)
            seconds = self.progress["seconds"] + time.perf_counter() - self.begun
            tokens = self.progress["step"] * config.batch_size * config.seq_len
            summary = {
                "steps": self.progress["step"],
                "finished": self.progress["finished"],
                "tokens": tokens,
                "minutes": seconds / 60,
                "tokens_per_second": tokens / seconds,
                "loss": self.progress["loss"],
                "validation_loss": self.progress["best"],
                "parameters": self.unwrapped.num_parameters(),
                "flops_per_token": self.flops,
                "peak_flops": self.peak,
                "peak_memory_bytes": peak_memory(accelerator.device),
                "device": describe_device(accelerator.device),
                "processes": accelerator.num_processes,
                "threads": torch.get_num_threads(),
            }
            write_json(self.output / "summary.json", summary)
        accelerator.wait_for_everyone()


def build_accelerator(config: TrainConfig) -> Accelerator:
    """Devices, mixed precision, distribution and trackers.

    Raises:
        ValueError: a tracker that is not installed, float16 without CUDA, or settings that sharded weights exclude.
    """
    check_tracker(config.tracker)
    if config.mixed_precision == "fp16" and not torch.cuda.is_available():
        raise ValueError("mixed_precision=fp16 needs a CUDA device; choose bf16 or no")
    accelerator = Accelerator(
        mixed_precision=config.mixed_precision,
        log_with=None if config.tracker == "none" else config.tracker,
        project_dir=str(Path(config.output) / "logs"),
        kwargs_handlers=[GradScalerKwargs(enabled=False)],
    )
    sharded = accelerator.distributed_type == DistributedType.FSDP
    if sharded and (config.ema_decay is not None or config.loss_scaling or config.mixed_precision == "fp16"):
        raise ValueError("FSDP goes with mixed_precision=bf16 or no, without ema_decay and without loss_scaling")
    if accelerator.device.type == "cuda":
        torch.set_float32_matmul_precision("high")
    else:
        use_cores(int(os.environ.get("LOCAL_WORLD_SIZE", accelerator.num_processes)))
    return accelerator


def build_model(config: TrainConfig, vocab_size: int) -> PreTrainedModel:
    """A new model of the preset, or the saved one when `config.model` is a folder (`./odin-nano`, not `odin-nano`)."""
    if config.model not in PRESETS and Path(config.model).is_dir():
        model = load_model(Path(config.model))
        if model.config.vocab_size != vocab_size:
            raise ValueError(
                f"{config.model} has a vocabulary of {model.config.vocab_size}, the corpus's tokenizer one of "
                f"{vocab_size}: train on a corpus with the model's tokenizer"
            )
        return model
    return OdinForCausalLM(
        OdinConfig.from_preset(config.model, **{**config.model_overrides, "vocab_size": vocab_size})
    )


@contextmanager
def caught_signals() -> Iterator[list[int]]:
    """Within, SIGTERM and SIGINT do nothing but to make the list grow by their number."""
    caught: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda received, _frame: caught.append(received)) for number in numbers]
    try:
        yield caught
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def from_main(accelerator: Accelerator, value: float) -> float:
    """The main process's value, on all processes."""
    if accelerator.num_processes == 1:
        return value
    return broadcast_object_list([value])[0]


def from_all(accelerator: Accelerator, rows: torch.Tensor) -> torch.Tensor:
    """The rows of all processes, in their order."""
    return accelerator.gather(rows.to(accelerator.device))


if __name__ == "__main__":
    main()
