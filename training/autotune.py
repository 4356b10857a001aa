"""Prepares, measures, chooses and trains: `python -m training.autotune --config FILE.yaml --minutes 25 [key=value]`.

For a machine that one has for a short time. Checks what is installed, trains a tokenizer where there is none, times
forward and backward passes of a few micro-batch sizes and kernels on this very machine for about a minute, takes the
fastest that fits into memory, and starts `training/train.py` with it for the minutes that are left. It writes
`OUTPUT/autotune.json` (every measurement) and `OUTPUT/config.yaml` (the choice), so that the same training can be
started again without measuring: `accelerate launch training/train.py --config OUTPUT/config.yaml`.
"""

import argparse
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import yaml
from tqdm import tqdm

from configuration_odin import PRESETS, OdinConfig
from data_chef import items
from data_chef.corpus import tokenizer_folder
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer
from modeling_odin.recurrence import fla_kernel
from training.config import TrainConfig, load_config
from training.flops import flops_per_token, mfu
from training.hardware import describe, peak_flops
from training.io import write_json
from training.optimizer import build_optimizers
from training.sources import open_sources
from training.train import build_model


NEEDED = ("torch", "transformers", "accelerate", "tokenizers", "pyarrow", "safetensors", "numpy", "pyyaml", "tqdm")
WELCOME = ("fla-core", "triton", "tensorboard", "matplotlib", "datasets")
# Of the time left, for what the measurement does not see: evaluation, checkpoints, a slow start.
RESERVE = 0.03


def packages() -> dict[str, str | None]:
    """Installed versions of what training needs or can use; prints what to do about a gap.

    Raises:
        ValueError: something is missing without which training cannot run.
    """
    found: dict[str, str | None] = {}
    for name in (*NEEDED, *WELCOME):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    missing = [name for name in NEEDED if found[name] is None]
    if missing:
        raise ValueError(f"not installed: {', '.join(missing)}; pip install them, or bring their wheels along")
    return found


def prepare_tokenizer(config: TrainConfig, count: int) -> TrainConfig:
    """The config with a tokenizer that exists: its own, the corpus's, or one trained on `count` of its items."""
    if config.data is not None and config.tokenizer is None:
        return config
    folder = Path(config.tokenizer or Path(config.output) / "tokenizer")
    try:
        tokenizer_folder(folder)
    except FileNotFoundError:
        if config.curriculum is None:
            raise
        sample = islice(items(config.curriculum, "train", config.seed), count)
        rows = tqdm(sample, total=count, desc="sample for the tokenizer")
        texts = (chat(row["question"], response(row)) for row in rows)
        shape = OdinConfig.from_preset if config.model in PRESETS else OdinConfig.from_pretrained
        vocab_size = config.model_overrides.get("vocab_size", shape(config.model).vocab_size)
        train_tokenizer(texts, vocab_size).save_pretrained(folder)
    return dataclasses.replace(config, tokenizer=str(folder))


def candidates(config: TrainConfig, rows: int, cuda: bool) -> Iterator[dict[str, Any]]:
    """Settings to try, the most promising first: kernels and compilation at large micro-batches, then smaller ones.

    Args:
        rows: of one process in one step.
    """
    sizes = [rows // n for n in (1, 2, 4, 8, 16, 32, 64) if rows % n == 0]
    forms = ["fused", "chunked"] if cuda and fla_kernel() is not None else ["chunked"]
    for size in sizes:
        for form in forms:
            for compiled in (False, True):
                yield {"micro_batch_size": size, "recurrence": form, "compile": compiled}
    if cuda:
        yield {"micro_batch_size": sizes[0], "recurrence": forms[0], "compile": False, "gradient_checkpointing": True}


def measure(config: TrainConfig, setting: dict[str, Any], device: torch.device, rows: int, vocab_size: int) -> dict:
    """Times one candidate on random tokens.

    Returns:
        the setting with `tokens_per_second` of a whole step of `rows` rows on one process, optimiser included, the
        seconds that its parts took, and `memory_gib`; or with `error`.
    """
    try:
        return {**setting, **_measure(config, setting, device, rows, vocab_size)}
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if not isinstance(error, torch.OutOfMemoryError) and "memory" not in str(error).lower():
            return {**setting, "error": str(error).split("\n")[0][:200]}
        return {**setting, "error": "out of memory"}
    finally:
        torch.compiler.reset()
        if device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()


def _measure(config: TrainConfig, setting: dict[str, Any], device: torch.device, rows: int, vocab_size: int) -> dict:
    torch.manual_seed(config.seed)
    overrides = {**config.model_overrides, "recurrence": setting["recurrence"]}
    model: Any = build_model(dataclasses.replace(config, model_overrides=overrides), vocab_size).train()
    model.to(device)
    if setting.get("gradient_checkpointing"):
        model.gradient_checkpointing_enable()
    if setting["compile"]:
        model.model.compile()
    optimizers = build_optimizers(model, config)
    size = setting["micro_batch_size"]
    ids = torch.randint(3, vocab_size, (size, config.seq_len), device=device)
    documents = (torch.arange(config.seq_len, device=device) // max(1, config.seq_len // 4)).expand(size, -1)
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(config.mixed_precision)

    def forward_backward():
        with torch.autocast(device.type, dtype=dtype, enabled=dtype is not None):
            model(ids, labels=ids, seq_idx=documents, use_cache=False, skip_logits=True).loss.backward()

    def update():
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()

    started = _now(device)
    forward_backward()
    update()
    first = _now(device) - started
    passes, updates = _median(forward_backward, device), _median(update, device, repeats=2)
    seconds = passes * rows / size + updates
    memory = torch.cuda.max_memory_allocated(device) / 2**30 if device.type == "cuda" else None
    return {
        "tokens_per_second": rows * config.seq_len / seconds,
        "seconds": {"first_step": first, "forward_backward": passes, "optimizer": updates},
        "memory_gib": memory,
    }


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _median(function, device: torch.device, repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = _now(device)
        function()
        times.append(_now(device) - start)
    return sorted(times)[len(times) // 2]


def autotune(config: TrainConfig, seconds: float, processes: int = 1) -> dict:
    """Measures candidates until `seconds` are over (at least one) and returns the report; `choice` is the fastest.

    Raises:
        ValueError: no candidate ran.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
    rows = config.batch_size // processes
    tokenizer = tokenizer_folder(config.tokenizer or config.data or "")
    from transformers import AutoTokenizer

    vocab_size = len(AutoTokenizer.from_pretrained(tokenizer))
    begun = time.perf_counter()
    results: list[dict[str, Any]] = []
    for setting in candidates(config, rows, device.type == "cuda"):
        if results and time.perf_counter() - begun > seconds:
            break
        results.append(measure(config, setting, device, rows, vocab_size))
        rate = results[-1].get("tokens_per_second")
        outcome = f"{rate:,.0f} tokens/s" if rate else results[-1]["error"]
        print(", ".join(f"{key}={value}" for key, value in setting.items()), "->", outcome, flush=True)
    working = [result for result in results if "tokens_per_second" in result]
    if not working:
        raise ValueError(f"nothing ran: {results[0]['error']}; lower batch_size or seq_len")
    choice = max(working, key=lambda result: result["tokens_per_second"])
    overrides = {**config.model_overrides, "recurrence": choice["recurrence"]}
    shape: Any = build_model(dataclasses.replace(config, model_overrides=overrides), vocab_size).config
    flops = flops_per_token(shape, config.seq_len).training
    peak = peak_flops(device, config.mixed_precision)
    rate = choice["tokens_per_second"] * processes
    return {
        "device": describe(device),
        "processes": processes,
        "measured": results,
        "choice": choice,
        "tokens_per_second": rate,
        "flops_per_token": flops,
        "peak_flops": peak,
        "mfu": mfu(rate, flops, peak and peak * processes),
    }


def chosen_config(config: TrainConfig, report: dict, minutes: float) -> TrainConfig:
    """The config with the chosen setting, for `minutes` of training at the measured rate."""
    choice = report["choice"]
    # "auto" takes the fused kernels where they are; a model that insists on them could not be loaded without a GPU.
    form = "auto" if choice["recurrence"] == "fused" else choice["recurrence"]
    overrides = {**config.model_overrides, "recurrence": form}
    steps = report["tokens_per_second"] * minutes * 60 / (config.batch_size * config.seq_len)
    return dataclasses.replace(
        config,
        micro_batch_size=choice["micro_batch_size"],
        compile=choice["compile"],
        gradient_checkpointing=bool(choice.get("gradient_checkpointing")),
        model_overrides=overrides,
        max_steps=max(1, round(steps)),
        max_minutes=round(minutes, 3),
        warmup_steps=min(config.warmup_steps, max(1, round(steps / 20))),
        eval_every=max(1, min(config.eval_every, round(steps))),
    )


def main() -> None:
    begun = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="YAML file, see training/configs/")
    parser.add_argument("--minutes", type=float, help="all in all, preparing and measuring included")
    parser.add_argument("--measure-seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=max(1, torch.cuda.device_count()), help="one for each GPU")
    parser.add_argument("--sample", type=int, default=40_000, help="items that a missing tokenizer is trained on")
    parser.add_argument("--prepare", action="store_true", help="only what needs no GPU: tokenizer and held-out items")
    parser.add_argument("--only-measure", action="store_true", help="write what was chosen, do not train")
    parser.add_argument("overrides", nargs="*", help="key=value, over the file")
    options = parser.parse_intermixed_args()
    if options.minutes is None and not options.prepare:
        parser.error("say how many --minutes there are")
    try:
        found = packages()
        config = prepare_tokenizer(load_config(options.config, options.overrides), options.sample)
        if options.prepare:
            open_sources(config)
            print(f"ready: {config.tokenizer} and {config.output}; take both along")
            return
        report = autotune(config, options.measure_seconds, options.processes)
    except (ValueError, OSError) as error:
        sys.exit(f"autotune: {error}")
    left = (options.minutes - (time.perf_counter() - begun) / 60) * (1 - RESERVE)
    if left <= 0:
        sys.exit(f"autotune: preparing and measuring took the whole {options.minutes:g} minutes; give more --minutes")
    config = chosen_config(config, report, left)
    output = Path(config.output)
    write_json(output / "autotune.json", {"packages": found, **report})
    (output / "config.yaml").write_text(yaml.safe_dump(dataclasses.asdict(config), sort_keys=False))
    share = f", {report['mfu']:.1%} of the {config.mixed_precision} roofline" if report["mfu"] is not None else ""
    print(f"chosen: {report['choice']}\n{report['tokens_per_second']:,.0f} tokens/s{share}; {left:.1f} minutes left")
    if options.only_measure:
        return
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", str(options.processes)]
    launch += ["--mixed_precision", config.mixed_precision]
    if not torch.cuda.is_available():
        launch.append("--cpu")
    script = Path(__file__).with_name("train.py")
    sys.stdout.flush()
    command = [*launch, str(script), "--config", str(output / "config.yaml")]
    sys.exit(subprocess.run(command, env={**os.environ, "TOKENIZERS_PARALLELISM": "false"}).returncode)


if __name__ == "__main__":
    main()
