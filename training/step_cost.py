"""What one training step costs on the machine at hand: `python -m training.step_cost --model odin-100m --out FILE`.

Times forward, backward and optimiser steps on random tokens, and sums the bytes that autograd keeps for the backward
pass, with and without gradient checkpointing. The JSON it writes is what `training.compute_budget --rate` reads.

Not covered: loading of data, logging, evaluation and checkpoints, whose share a real run's `summary.json` shows.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from modeling_odin.recurrence import fla_kernel
from training.config import TrainConfig
from training.flops import FUSED_CHUNK, flops_per_token, mfu
from training.hardware import describe, peak_flops
from training.io import write_json
from training.optimizer import build_optimizers


PRECISIONS = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default="odin-100m", help="preset")
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--tokens-per-step", type=int, default=2**18, help="tokens between two updates of the weights")
    parser.add_argument("--steps", type=int, default=5, help="steps that are timed, after one that is not")
    parser.add_argument("--precision", choices=PRECISIONS, default="bf16")
    parser.add_argument("--checkpointing", action="store_true", help="recompute each block in the backward pass")
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    parser.add_argument("--labelled-share", type=float, default=1.0, help="share of tokens that have a label")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args(arguments)
    try:
        report = measure(
            OdinConfig.from_preset(options.model),
            rows=options.rows,
            seq_len=options.seq_len,
            steps=options.steps,
            precision=options.precision,
            checkpointing=options.checkpointing,
            compiled=options.compile,
            labelled_share=options.labelled_share,
            device=options.device,
            tokens_per_step=options.tokens_per_step,
        )
    except (ValueError, RuntimeError) as error:
        sys.exit(f"step_cost: {error}")
    report = {"model": options.model} | report
    for name, value in report.items():
        print(f"{name:28} {value:,.4g}" if isinstance(value, float) else f"{name:28} {value}")
    if options.out:
        write_json(options.out, report)


def measure(
    config: OdinConfig,
    rows: int = 1,
    seq_len: int = 512,
    steps: int = 5,
    precision: str = "bf16",
    checkpointing: bool = False,
    compiled: bool = False,
    labelled_share: float = 1.0,
    device: str = "cpu",
    tokens_per_step: int = 2**18,
) -> dict:
    """Runs `steps` training steps of a new model on random tokens.

    A step of training accumulates `tokens_per_step` tokens and then updates the weights once. One micro-batch and one
    update are timed apart, and the rate is that of such a step: Muon's update alone costs as much as a few thousand
    tokens.

    Returns:
        the rate (medians over steps), the share of the peak, the bytes that are kept per token, and the machine.

    Raises:
        ValueError: a number that is not positive.
    """
    for name, value in {"rows": rows, "seq_len": seq_len, "steps": steps, "tokens_per_step": tokens_per_step}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    torch.manual_seed(0)
    model: Any = OdinForCausalLM(config)
    model.to(device)
    optimizers = build_optimizers(model, TrainConfig())
    batch = random_batch(config, rows, seq_len, labelled_share, device)
    saved = saved_bytes(model, config, min(seq_len, 512), precision, device)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    if checkpointing:
        model.gradient_checkpointing_enable()
    if compiled:
        model.model.compile()
    passes, updates = Clock(device), Clock(device)
    for _ in tqdm(range(steps + 1), desc="steps", leave=False):
        with passes:
            with autocast(device, precision):
                loss = model(**batch, use_cache=False, skip_logits=True).loss
            loss.backward()
        with updates:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
    per_token = passes.seconds() / (rows * seq_len)
    rate = 1 / (per_token + updates.seconds() / tokens_per_step)
    fused = device == "cuda" and fla_kernel() is not None
    flops = flops_per_token(config, seq_len, FUSED_CHUNK if fused else None, labelled_share)
    peak = peak_flops(device, "fp32" if precision == "no" else precision)
    report = {
        "parameters": model.num_parameters(),
        "rows": rows,
        "seq_len": seq_len,
        "precision": precision,
        "gradient_checkpointing": checkpointing,
        "compiled": compiled,
        "recurrence": "fused" if fused else "chunked",
        "labelled_share": labelled_share,
        "steps": steps,
        "tokens_per_second": rate,
        "rate_by": passes.rate_by(),
        "tokens_per_step": tokens_per_step,
        "seconds_forward_backward": passes.seconds(),
        "seconds_optimizer": updates.seconds(),
        "seconds_first_pass": passes.wall[0],
        "wall_seconds_forward_backward": statistics.median(passes.wall[1:]),
        "training_flops_per_token": flops.training,
        "peak_flops": peak,
        "mfu": mfu(rate, flops.training, peak),
        "saved_bytes_per_token": saved,
        "peak_memory_bytes": torch.cuda.max_memory_allocated() if device == "cuda" else None,
        "processes": 1,
        "threads": torch.get_num_threads(),
        "machine": describe(device),
    }
    return report | {"device": report["machine"]["device"]}


def saved_bytes(model: OdinForCausalLM, config: OdinConfig, seq_len: int, precision: str, device: str) -> dict:
    """Bytes per token that autograd keeps from the forward pass for the backward pass.

    The growth from a row of half the length to one of `seq_len` tokens: so what does not grow with the batch, half-
    precision copies of the weights above all, is left out. Tensors that share memory count once. The head's part is
    the difference between labels everywhere and a single one.

    Returns:
        `blocks`; `blocks_checkpointed`; and, per token that has a label, `head`.
    """
    halves = (max(1, seq_len // 2), seq_len)

    def growth(labelled_share: float) -> float:
        batches = [random_batch(config, 1, length, labelled_share, device) for length in halves]
        before, after = (kept_bytes(model, batch, precision) for batch in batches)
        return (after - before) / max(1, halves[1] - halves[0])

    model.train()
    full, blocks = growth(1.0), growth(0.0)
    model.gradient_checkpointing_enable()
    checkpointed = growth(0.0)
    model.gradient_checkpointing_disable()
    return {"blocks": blocks, "blocks_checkpointed": checkpointed, "head": full - blocks}


def kept_bytes(model: OdinForCausalLM, batch: dict, precision: str) -> int:
    """Bytes of the memory, other than the parameters', that one forward pass leaves to autograd."""
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    storages: dict[int, torch.UntypedStorage] = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            storages[storage.data_ptr()] = storage  # holding it keeps the address from being given out again
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), autocast(model.device, precision):
        model(**batch, use_cache=False, skip_logits=True)
    return sum(storage.nbytes() for storage in storages.values())


def random_batch(config: OdinConfig, rows: int, seq_len: int, labelled_share: float, device: str) -> dict:
    """Token ids and labels `[rows, seq_len]`; at least one token has a label, the last of the first row."""
    ids = torch.randint(config.vocab_size, (rows, seq_len))
    labels = torch.where(torch.rand(rows, seq_len) < labelled_share, ids, -100)
    labels[0, -1] = ids[0, -1]
    return {"input_ids": ids.to(device), "labels": labels.to(device)}


def autocast(device: torch.device | str, precision: str):
    """What Accelerate does for `mixed_precision`: parameters stay float32, products run in `precision`."""
    return torch.autocast(torch.device(device).type, PRECISIONS[precision], enabled=precision != "no")


class Clock:
    """Times what runs inside, again and again; the first time is kept but does not count.

    On a processor that others use as well, the wall clock says more of them than of the step. Where the threads got
    less than nine tenths of their cores, time is therefore processor time over threads. Threads that wait for one
    another count in full, so this is rather too long.
    """

    def __init__(self, device: str):
        self.device = device
        self.wall: list[float] = []
        self.processor: list[float] = []

    def __enter__(self):
        self._synchronize()
        self._start = time.perf_counter(), time.process_time()

    def __exit__(self, *_):
        self._synchronize()
        self.wall.append(time.perf_counter() - self._start[0])
        self.processor.append((time.process_time() - self._start[1]) / torch.get_num_threads())

    def _synchronize(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()

    def rate_by(self) -> str:
        """ "wall clock" or "processor time"."""
        shared = statistics.median(self.processor[1:]) < 0.9 * statistics.median(self.wall[1:])
        return "processor time" if self.device == "cpu" and shared else "wall clock"

    def seconds(self) -> float:
        """The median."""
        return statistics.median((self.wall if self.rate_by() == "wall clock" else self.processor)[1:])


if __name__ == "__main__":
    main()
