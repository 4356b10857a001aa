"""Trains an ODIN model: `accelerate launch training/train.py --config training/configs/odin-nano.yaml [key=value]`.

Reads a corpus of data_chef, packs documents into rows, and writes checkpoints, TensorBoard logs and, at the end,
`OUTPUT/model`, a folder that `AutoModelForCausalLM` loads. Started again on the same output it goes on from the newest
checkpoint, to the same losses as if it had never stopped.

Not covered: evaluation on outside benchmarks (`training/evaluate.py`) and releasing (`training/release.py`).
"""

import argparse
import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from tqdm import tqdm
from transformers import AutoTokenizer, PreTrainedModel

import data_chef
from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import CheckpointError, load_model
from training.config import TrainConfig, load_config
from training.data import PackedDataset
from training.evaluate import evaluate, first_per_task
from training.io import write_json
from training.optimizer import build_optimizers, schedule


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="YAML file, see training/configs/")
    parser.add_argument("--no-resume", action="store_true", help="fail if the output holds a run, instead of resuming")
    parser.add_argument("overrides", nargs="*", help="key=value, over the file")
    options = parser.parse_args(arguments)
    try:
        train(load_config(options.config, options.overrides), resume=not options.no_resume)
    except (ValueError, FileNotFoundError, FileExistsError, CheckpointError) as error:
        sys.exit(f"train: {error}")


def train(config: TrainConfig, resume: bool = True) -> Path:
    """Runs the training that `config` describes and returns the folder of the trained model."""
    begun = time.perf_counter()
    output = Path(config.output)
    accelerator = Accelerator(
        mixed_precision=config.mixed_precision,
        log_with="tensorboard",
        project_dir=str(output / "logs"),
        step_scheduler_with_optimizer=False,  # else each scheduler would advance once per process
    )
    set_seed(config.seed)
    tokenizer = AutoTokenizer.from_pretrained(data_chef.tokenizer_dir(config.data))
    dataset = PackedDataset(
        data_chef.load(config.data, "train"), tokenizer, config.seq_len, config.seed, config.train_on_prompts
    )
    validation = first_per_task(data_chef.load(config.data, "validation"), config.eval_items)
    model = build_model(config, len(tokenizer))
    run = describe_run(config, model.config)
    newest = find_checkpoint(output, run["id"], resume)
    if accelerator.is_main_process and newest is None:
        write_json(output / "odin.json", run)
    accelerator.print(f"run {run['id'][:12]}: {model.num_parameters():,} parameters, {config.max_steps} steps")

    rows = config.batch_size // accelerator.num_processes
    loader = DataLoader(dataset, batch_size=rows)
    optimizers = build_optimizers(model, config)
    schedulers = [LambdaLR(optimizer, schedule(config)) for optimizer in optimizers]
    model, loader, *rest = accelerator.prepare(model, loader, *optimizers, *schedulers)
    optimizers, schedulers = rest[: len(optimizers)], rest[len(optimizers) :]
    unwrapped = accelerator.unwrap_model(model)
    if config.compile:
        unwrapped.model.compile()
    accelerator.init_trackers("odin", {k: v for k, v in dataclasses.asdict(config).items() if not isinstance(v, dict)})

    progress: dict[str, Any] = {"step": 0, "seconds": 0.0, "loss": float("nan")}
    if newest is not None:
        accelerator.load_state(str(newest))
        progress = json.loads((newest / "progress.json").read_text())
        accelerator.print(f"resuming after step {progress['step']}")
        loader = accelerator.skip_first_batches(loader, progress["step"])
    begun -= progress["seconds"]

    bar = tqdm(
        total=config.max_steps, initial=progress["step"], disable=not accelerator.is_main_process, mininterval=5
    )
    clock = time.perf_counter()
    losses: list[torch.Tensor] = []
    model.train()
    for step, batch in enumerate(loader, start=progress["step"] + 1):
        if step > config.max_steps:
            break
        with accelerator.autocast():
            loss = model(**batch, use_cache=False, skip_logits=True).loss
        accelerator.backward(loss)
        grad_norm = accelerator.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        for optimizer, scheduler in zip(optimizers, schedulers, strict=True):
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        losses.append(loss.detach())
        bar.update()
        if step % config.log_every == 0 or step == config.max_steps:
            seconds = time.perf_counter() - clock
            logs = {
                "loss": accelerator.gather(torch.stack(losses)).mean().item(),
                "grad_norm": float(grad_norm),
                "learning_rate": schedulers[-1].get_last_lr()[0],
                "tokens_per_second": len(losses) * config.batch_size * config.seq_len / seconds,
            }
            if not torch.isfinite(torch.tensor(logs["loss"])):
                raise ValueError(f"the loss is {logs['loss']} at step {step}: lower the learning rate")
            accelerator.log(logs, step=step)
            bar.write(f"step {step} " + " ".join(f"{key} {value:.4g}" for key, value in logs.items()))
            losses = []
        if step % config.checkpoint_every == 0 or step == config.max_steps:
            progress = {"step": step, "seconds": time.perf_counter() - begun, "loss": loss.item()}
            save_checkpoint(accelerator, output, progress, config.keep_checkpoints)
        if (step % config.eval_every == 0 or step == config.max_steps) and accelerator.is_main_process:
            # Compiled code is made for the shape of a training batch; answers come in every shape.
            with torch.compiler.set_stance("force_eager"):
                scores, _, _ = evaluate(unwrapped, tokenizer, validation, config.eval_max_new_tokens)
            scores = {task: score["exact_match"] for task, score in scores.items()}
            accelerator.log({f"exact_match/{task}": score for task, score in scores.items()}, step=step)
            bar.write(f"step {step} exact match " + " ".join(f"{k} {v:.2f}" for k, v in scores.items()))
        if not losses:
            clock = time.perf_counter()
    bar.close()
    accelerator.end_training()
    final = output / "model"
    if accelerator.is_main_process:
        seconds = time.perf_counter() - begun
        tokens = config.max_steps * config.batch_size * config.seq_len
        summary = {
            "steps": config.max_steps,
            "tokens": tokens,
            "minutes": seconds / 60,
            "tokens_per_second": tokens / seconds,
            "loss": progress["loss"],
            "device": describe_device(accelerator.device),
            "threads": torch.get_num_threads(),
        }
        write_json(output / "summary.json", summary)
        unwrapped.save_pretrained(final)
        tokenizer.save_pretrained(final)
    return final


def build_model(config: TrainConfig, vocab_size: int) -> PreTrainedModel:
    """A new model of the preset, or the saved one when `config.model` is a folder."""
    if Path(config.model).is_dir():
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


def describe_run(config: TrainConfig, model_config) -> dict:
    """The run as one JSON, hashed into its id: model, precision policy, data, tokenizer, recipe and seed."""
    tokenizer_file = Path(data_chef.tokenizer_dir(config.data)) / "tokenizer.json"
    recipe = dataclasses.asdict(config)
    del recipe["output"], recipe["data"]
    run = {
        "model": model_config.to_diff_dict(),
        "precision": {"parameters": "float32", "recurrent_state": "float32", "compute": config.mixed_precision},
        "dataset": data_chef.describe(config.data),
        "tokenizer_sha256": hashlib.sha256(tokenizer_file.read_bytes()).hexdigest(),
        "recipe": recipe,
        "seed": config.seed,
    }
    return {
        "id": hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest(),
        "commit": subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip() or None,
        **run,
    }


def describe_device(device: torch.device) -> str:
    """The accelerator's or the processor's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return torch.backends.cpu.get_cpu_capability() + " CPU"


def find_checkpoint(output: Path, run_id: str, resume: bool) -> Path | None:
    """The newest checkpoint of this very run in `output`.

    Raises:
        FileExistsError: the folder holds another run, or one that must not be resumed.
    """
    checkpoints = sorted(output.glob("checkpoint-*[0-9]"))
    if not checkpoints:
        return None
    found = json.loads((output / "odin.json").read_text())["id"]
    if found != run_id:
        raise FileExistsError(f"{output} holds run {found[:12]}, this is {run_id[:12]}; choose another output")
    if not resume:
        raise FileExistsError(f"{output} already holds checkpoints of this run; leave out --no-resume to go on")
    return checkpoints[-1]


def save_checkpoint(accelerator: Accelerator, output: Path, progress: dict, keep: int) -> None:
    """Model, optimisers, schedules, random state and progress, under their final name only once they are whole."""
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
        for old in sorted(output.glob("checkpoint-*[0-9]"))[:-keep]:
            shutil.rmtree(old)


if __name__ == "__main__":
    main()
