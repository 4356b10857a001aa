"""Trains what the decisions rest on: `python docs/studies/ablation.py [--study probes|state|scratchpad|...]`.

Every run is one record of the results, `(task, model, seed)` with its settings, loss curve and accuracies; a run that
is there already is skipped, so a killed study goes on where it stopped. Runs come seed by seed: whatever is there when
it is stopped is a whole table of fewer seeds. `report.py` makes tables and plots of it.
"""

import argparse
import dataclasses
import itertools
import json
import math
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional as F
from tqdm import tqdm


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from own_tasks import OwnTasks  # noqa: E402
from probes import IGNORE, PROBES, Probe, draw_size, scratchpad_accuracy  # noqa: E402
from sizes import build, count_parameters, equal_parameters, transformer  # noqa: E402

from configuration_odin import OdinConfig  # noqa: E402
from modeling_odin.recurrence import chunked_gated_delta  # noqa: E402
from training.io import write_json  # noqa: E402


MIXINGS = ("gated_delta", "mamba2", "rwkv6", "rwkv7", "transformer")
# What each trial of a scratchpad within the state changes.
TRIALS: dict[str, dict] = {
    "slow_heads": {"slow_heads": 1},
    "slot_heads": {"slot_heads": 1},
    "decay_hierarchy": {"decay_hierarchy": True},
    "two_passes": {"recurrence_passes": 2},
    "wide_heads": {"head_dim": 64},
    "narrow_heads": {"head_dim": 16},
}
STATE = ("gated_delta", "slow_heads", "slot_heads", "decay_hierarchy", "two_passes")
STUDIES: dict[str, list[tuple[str, str]]] = {
    "probes": [
        *((task, model) for task in ("recall", "parity", "s5", "copying") for model in MIXINGS),
        ("order", "gated_delta"),
        ("order", "transformer"),
    ],
    "state": [
        *((task, model) for task in ("recall", "s5", "registers", "order") for model in STATE),
    ],
    "scratchpad": [("registers", "gated_delta"), ("worked_registers", "gated_delta")],
    "tasks": [("own_tasks", model) for model in MIXINGS],
    "capacity": [("recall", "narrow_heads"), ("recall", "wide_heads"), ("recall", "gated_delta")],
}
# In these the learning rate is chosen for each model.
COMPARISONS = ("probes", "tasks")
SHAPE = {"hidden_size": 64, "num_hidden_layers": 2, "head_dim": 32}
# Of an evaluation at one size; at 8,192 tokens, 16 sequences.
EVALUATION_TOKENS = 131_072
OWN_SHAPE = {"hidden_size": 128, "num_hidden_layers": 3, "head_dim": 32}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The same for every model: AdamW, linear warm-up, constant, linear decay to zero."""

    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    batch_tokens: int = 1024
    warmup_share: float = 0.05
    decay_share: float = 0.5
    max_grad_norm: float = 1.0


def make_config(model: str, vocab_size: int, shape: dict):
    """The configuration of a named model, all with as many parameters as the plain gated delta rule."""
    ranks = {"decay_rank": 16, "gate_rank": 16, "intermediate_size": 2 * shape["hidden_size"]}
    plain = OdinConfig(vocab_size=vocab_size, **shape, **ranks)
    if model == "gated_delta":
        return plain
    if model == "transformer":
        return equal_parameters(transformer(vocab_size, **shape), count_parameters(plain))
    changed = TRIALS.get(model, {"time_mixing": model})
    return equal_parameters(
        OdinConfig(vocab_size=vocab_size, **{**shape, **ranks, **changed}), count_parameters(plain)
    )


def logits_of(model, ids, seq_idx=None):
    """Logits `[B, T, vocab]`; a transformer gets packed documents as a mask and as positions that begin anew."""
    if seq_idx is None or isinstance(model.config, OdinConfig):
        packed = {} if seq_idx is None else {"seq_idx": seq_idx}
        return model(ids, use_cache=False, **packed).logits
    length = ids.shape[1]
    seen = (seq_idx[:, :, None] == seq_idx[:, None, :]) & torch.ones(length, length, dtype=torch.bool).tril()
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)[:, None]
    places = torch.arange(length).expand_as(ids)
    begins = torch.ones_like(seq_idx, dtype=torch.bool)
    begins[:, 1:] = seq_idx[:, 1:] != seq_idx[:, :-1]
    positions = places - torch.where(begins, places, 0).cummax(1).values
    return model(ids, attention_mask=mask, position_ids=positions, use_cache=False).logits


def train(model, batches: Callable[[], tuple], tokens: int, settings: Settings) -> dict:
    """Trains until `tokens` are read; returns what was seen on the way.

    A spike is a step whose loss is above twice the median of the 20 before it, and by more than 0.5.
    """
    decayed = [p for name, p in model.named_parameters() if p.ndim == 2 and name.endswith("weight")]
    kept = {id(p) for p in decayed}
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": [p for p in model.parameters() if id(p) not in kept], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.99))
    losses: list[float] = []
    norms: list[float] = []
    seen, diverged = 0, False
    model.train()
    while seen < tokens and not diverged:
        done = seen / tokens
        share = min(1.0, (done + 1e-3) / settings.warmup_share, (1 - done) / settings.decay_share)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * share
        ids, targets, seq_idx = batches()
        asked = targets != IGNORE
        loss = F.cross_entropy(logits_of(model, ids, seq_idx)[asked], targets[asked])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings.max_grad_norm).item()
        losses.append(loss.item())
        norms.append(norm)
        diverged = not (math.isfinite(losses[-1]) and math.isfinite(norm))
        optimizer.step()
        optimizer.zero_grad()
        seen += ids.numel()
    before = [statistics.median(losses[i - 20 : i]) for i in range(20, len(losses))]
    size = math.ceil(len(losses) / 25)
    return {
        "tokens": seen,
        "steps": len(losses),
        "diverged": diverged,
        "loss_curve": [round(statistics.fmean(losses[i : i + size]), 4) for i in range(0, len(losses), size)],
        "loss_spikes": sum(x > 2 * b and x > b + 0.5 for x, b in zip(losses[20:], before, strict=True)),
        "grad_norm_median": round(statistics.median(norms), 4),
        "grad_norm_max": round(max(norms), 4),
    }


def probe_batches(probe: Probe, generator, batch_tokens: int):
    """A function that makes the next batch, of about `batch_tokens` tokens and one size."""

    def batches():
        size = draw_size(generator, *probe.train)
        rows = max(1, batch_tokens // probe.length(size))
        return *probe.make(generator, rows, size), None

    return batches


@torch.inference_mode()
def probe_accuracy(model, probe: Probe, seed: int, tokens: int) -> dict:
    """Share of right answers at each size of evaluation, over about `tokens` tokens and at most 256 sequences."""
    model.eval()
    accuracy = {}
    for size in probe.evaluate:
        length = probe.length(size)
        rows = max(4, min(256, tokens // length))
        ids, targets = probe.make(torch.Generator().manual_seed(1_000_000 + seed), rows, size)
        right, asked = 0, targets != IGNORE
        for part, wanted, where in zip(*(x.split(max(1, 8192 // length)) for x in (ids, targets, asked)), strict=True):
            right += int((logits_of(model, part).argmax(-1) == wanted)[where].sum())
        accuracy[str(size)] = round(right / int(asked.sum()), 4)
    return accuracy


def train_and_score(job: tuple) -> dict:
    """One record; see the module's text. `job` is (task, model, seed, learning rate, tokens or None, corpus)."""
    task, name, seed, learning_rate, tokens, corpus = job
    torch.set_num_threads(1)
    began = time.perf_counter()
    settings = Settings(learning_rate=learning_rate)
    source: OwnTasks | Probe = OwnTasks(corpus) if task == "own_tasks" else PROBES[task]
    if isinstance(source, OwnTasks):
        shape, batches = OWN_SHAPE, source.batches(seed, settings.batch_tokens)
    else:
        shape = SHAPE
        batches = probe_batches(source, torch.Generator().manual_seed(seed), settings.batch_tokens)
    config = make_config(name, source.vocab_size, shape)
    torch.manual_seed(seed)
    model = build(config)
    record = {
        "task": task,
        "model": name,
        "seed": seed,
        "settings": dataclasses.asdict(settings),
        "shape": {
            key: getattr(config, key) for key in ("hidden_size", "num_hidden_layers", "head_dim", "intermediate_size")
        },
        "parameters": model.num_parameters(),
        **train(model, batches, tokens or source.tokens, settings),
        "training_seconds": round(time.perf_counter() - began, 1),
        "torch": torch.__version__,
    }
    if not record["diverged"]:
        if isinstance(source, OwnTasks):
            record["families"] = source.evaluate(model, logits_of)
        elif task == "worked_registers":
            # With its own intermediate values in the text, not the right ones.
            record["accuracy"] = scratchpad_accuracy(model, source, seed)
        else:
            record["accuracy"] = probe_accuracy(model, source, seed, EVALUATION_TOKENS)
    record["seconds"] = round(time.perf_counter() - began, 1)
    return record


@torch.inference_mode()
def untrained_capacity(head_dims=(16, 32, 64), trials: int = 16) -> list[dict]:
    """Share of pairs read back exactly from one untrained head, by the delta rule and by a sum of outer products.

    Keys and values are random unit vectors of `head_dim`; right is a reading that is nearer to its own value than to
    any other. Nothing decays, the rate is 1. Pairs are written "once", the same "again", or "changed": each key first
    with another value, which is a wrong answer too.
    """
    records = []
    for head_dim, load, writing in itertools.product(head_dims, (0.25, 0.5, 1, 2, 4), ("once", "again", "changed")):
        pairs = int(load * head_dim)
        generator = torch.Generator().manual_seed(pairs)
        k, v, old = (F.normalize(torch.randn(trials, pairs, head_dim, generator=generator), dim=-1) for _ in range(3))
        first = {"once": [], "again": [(k, v)], "changed": [(k, old)]}[writing]
        keys, values = (torch.cat(x, 1) for x in zip(*first, (k, v), strict=True))
        k1, v1, ones = keys[:, :, None], values[:, :, None], torch.ones(trials, keys.shape[1], 1)
        _, delta = chunked_gated_delta(k1, k1, v1, torch.zeros_like(k1), ones)
        known = torch.cat([v, old], 1) if writing == "changed" else v
        for rule, state in {"delta": delta[:, 0], "sum": keys.mT @ values}.items():
            right = ((k @ state) @ known.mT).argmax(-1) == torch.arange(pairs)
            recall = round(right.float().mean().item(), 4)
            record = {"rule": rule, "writing": writing, "head_dim": head_dim, "pairs": pairs, "recall": recall}
            records.append(record)
    return records


def score(record: dict) -> float:
    """What a learning rate is chosen by: accuracy at the largest size of training, or minus the validation loss."""
    if "families" in record:
        return -statistics.fmean(family["loss"] for family in record["families"].values())
    return record.get("accuracy", {}).get(str(PROBES[record["task"]].train[1]), -math.inf)


def best_rate(task: str, model: str, results: list[dict]) -> float:
    """Of the rates tried on the first seed, the one with the best score; the common one when there is none."""
    tried = [r for r in results if (r["task"], r["model"], r["seed"]) == (task, model, 0)]
    best = max(tried, key=score, default=None)
    return best["settings"]["learning_rate"] if best else Settings.learning_rate


def stages(studies: list[str], seeds: int):
    """Yields functions from the results so far to the next (task, model, seed, learning rate), most important first.

    The first seed tries the rates of the comparison of time mixings; later seeds take the best one for each task and
    model. Trials of ODIN's own state have one rate. Our own tasks take longest, so their later seeds come last.
    """
    trials = [pair for study in studies for pair in STUDIES[study] if study not in COMPARISONS]
    compared = [pair for study in studies for pair in STUDIES[study] if study in COMPARISONS]
    common = Settings.learning_rate
    yield lambda results: [(*pair, 0, rate) for rate in (common, 1e-3) for pair in compared]
    yield lambda results: [(*pair, 0, common) for pair in trials]
    yield lambda results: [(*pair, 0, 6e-3) for pair in compared if pair[0] == "recall"]
    for own in (False, True):
        for seed in range(1, seeds):
            yield lambda results, seed=seed, own=own: [
                *((*pair, seed, best_rate(*pair, results)) for pair in compared if (pair[0] == "own_tasks") == own),
                *((*pair, seed, common) for pair in trials if not own),
            ]


def identity(record: dict) -> tuple:
    return record["task"], record["model"], record["seed"], record["settings"]["learning_rate"]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--study", choices=list(STUDIES), action="append", help="may be repeated; all when not given")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tokens", type=int, help="of each run, in place of the task's own number")
    parser.add_argument("--corpus", default=str(HERE.parents[1] / "corpus/nano"), help="for the study `tasks`")
    parser.add_argument("--out", type=Path, default=HERE.parent / "measurements/ablation.json")
    options = parser.parse_args(arguments)
    studies = options.study or list(STUDIES)
    results = json.loads(options.out.read_text()) if options.out.exists() else {"runs": [], "untrained": []}
    if "capacity" in studies and not results["untrained"]:
        results["untrained"] = untrained_capacity()
        write_json(options.out, results)
    for stage in stages(studies, options.seeds):
        finished = {identity(record) for record in results["runs"]}
        waiting = [run for run in dict.fromkeys(stage(results["runs"])) if run not in finished]
        jobs = [(*run, options.tokens, options.corpus) for run in waiting]
        # Forked, so that all processes carry this file's name; nothing has been computed before.
        with multiprocessing.get_context("fork").Pool(options.workers, maxtasksperchild=1) as pool:
            for record in tqdm(pool.imap_unordered(train_and_score, jobs), total=len(jobs), desc="runs"):
                results["runs"].append(record)
                write_json(options.out, results)
                found = record.get("accuracy") or {k: v["loss"] for k, v in record.get("families", {}).items()}
                tqdm.write(f"{identity(record)}: {found} {record['seconds']} s")


if __name__ == "__main__":
    main()
