"""Speed on CPU: `python docs/studies/speed.py [MEASUREMENT ...] [--models ...]`.

What is compared is timed in turns, so that a neighbour's load falls on all alike. Prints a table and one JSON line;
what was measured takes the place of its like in docs/measurements/speed.json and in the tables of docs/speed.md.
"""

import argparse
import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.profiler import ProfilerActivity, profile  # noqa: E402

from configuration_odin import OdinConfig  # noqa: E402
from export import timing  # noqa: E402
from export.random_weights import export_random  # noqa: E402
from export.runner import OnnxRunner  # noqa: E402
from export.timing import machine  # noqa: E402
from modeling_odin import OdinForCausalLM  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "speed.md"
RESULTS = HERE.parent / "measurements/speed.json"
TOKENS = 512
# Rows of a training step: one, and for the size that is trained on CPU a real micro-batch.
ROWS = {"odin-nano": (1, 8), "odin-100m": (1,)}
CHUNK_SIZES = (16, 32, 64)
CACHE_BYTES = 128_000_000  # no last-level cache of a small machine holds so much
KEY = ("measurement", "model", "threads", "rows", "dtype", "variant")
GROUPS = {
    "products with weights": ("aten::mm", "aten::addmm"),
    "products in the recurrence": ("aten::bmm", "aten::baddbmm"),
    "triangular solve": ("aten::linalg_solve_triangular",),
}


def build(config: OdinConfig, dtype: str = "float32"):
    """The language model with fresh weights, seed 0."""
    torch.manual_seed(0)
    return OdinForCausalLM(copy.deepcopy(config)).to(getattr(torch, dtype))


def token_ids(config: OdinConfig, *shape: int):
    return torch.randint(3, config.vocab_size, shape, generator=torch.Generator().manual_seed(0))


def in_turns(steps: dict[str, Callable[[], object]], rounds: int, burst: int = 1) -> dict[str, dict[str, float]]:
    """`export.timing.in_turns`, summed up: `ms`, the median, and `best_ms`, the least, of each."""
    times = timing.in_turns(steps, rounds, burst)
    return {name: {"ms": float(np.median(t)), "best_ms": float(t.min())} for name, t in times.items()}


def training_step(model, ids, dtype: str = "float32", **settings) -> None:
    """Forward and backward pass, with `settings` put into the model's configuration."""
    for name, value in settings.items():
        setattr(model.config, name, value)
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bfloat16"):
        loss = model(ids, labels=ids).loss
    loss.backward()


def training(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """A training step in chunks of several sizes against one token by token; in bfloat16 under autocast."""
    # "chunked" is the configuration's own chunk size.
    variants = {"recurrent": {"recurrence": "recurrent"}, "chunked": {"recurrence": "chunked"}}
    for size in set(CHUNK_SIZES) - {config.chunk_size}:
        variants[f"chunked, {size}"] = {"recurrence": "chunked", "chunk_size": size}
    records, model = [], build(config).train()
    for rows in ROWS.get(name, (1,)):
        for dtype in ("float32", "bfloat16"):
            steps = {
                variant: partial(
                    training_step,
                    model,
                    token_ids(config, rows, TOKENS),
                    dtype,
                    **{"chunk_size": config.chunk_size, **settings},
                )
                for variant, settings in variants.items()
            }
            for variant, timed in in_turns(steps, rounds).items():
                records.append({"rows": rows, "dtype": dtype, "variant": variant, **timed})
    return records


def compiled_training(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """The chunked training step as it is, and by `torch.compile`."""
    rows = ROWS.get(name, (1,))[-1]
    ids, model = token_ids(config, rows, TOKENS), build(config).train()
    torch._dynamo.reset()
    compiled = torch.compile(model)
    start = time.perf_counter()
    training_step(compiled, ids)
    seconds = time.perf_counter() - start
    steps = {"eager": lambda: training_step(model, ids), "compiled": lambda: training_step(compiled, ids)}
    timed = in_turns(steps, rounds)
    timed["compiled"]["compile_seconds"] = seconds
    return [{"rows": rows, "dtype": "float32", "variant": variant, **t} for variant, t in timed.items()]


def inference_steps(config: OdinConfig, ids, compiled: bool):
    """(dtype, variant, step) of feeding `ids` to PyTorch in three precisions, and to onnxruntime in two."""
    with tempfile.TemporaryDirectory() as folder:
        files = export_random(config, Path(folder))
        runners = {dtype: OnnxRunner(path, torch.get_num_threads()) for dtype, path in files.items()}
    for dtype in ("float32", "bfloat16", "float16"):
        model = build(config, dtype).eval()
        yield dtype, "PyTorch", torch_step(model, model, ids)
        if compiled and dtype == "float32":
            torch._dynamo.reset()
            yield dtype, "PyTorch, compiled", torch_step(model, torch.compile(model), ids)
    for dtype, runner in runners.items():
        yield {"fp32": "float32"}.get(dtype, dtype), "onnxruntime", onnx_step(runner, ids.numpy())


def torch_step(model, function, ids) -> Callable[[], None]:
    with torch.no_grad():
        cache = model(ids, use_cache=True, logits_to_keep=1).past_key_values

    @torch.no_grad()
    def step():
        function(ids, past_key_values=cache, use_cache=True, logits_to_keep=1)

    return step


def onnx_step(runner: OnnxRunner, ids: np.ndarray) -> Callable[[], None]:
    states = runner.empty_states(len(ids))

    def step():
        nonlocal states
        states = runner.step(ids, states, num_logits_to_keep=1)[1]

    return step


def inference(config: OdinConfig, length: int, rounds: int, burst: int, compiled: bool) -> list[dict]:
    """Time of feeding `length` tokens after a cached state, logits of the last one, in all variants."""
    steps = {
        (dtype, variant): step
        for dtype, variant, step in inference_steps(config, token_ids(config, 1, length), compiled)
    }
    timed = in_turns(steps, rounds, burst)
    return [{"rows": 1, "dtype": dtype, "variant": variant, **t} for (dtype, variant), t in timed.items()]


def prefill(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """A prompt of `TOKENS` tokens."""
    return inference(config, TOKENS, rounds, 1, False)


def decode(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """One token."""
    return inference(config, 1, 2 * rounds, 9, True)


def profiled(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """Where the time goes: the share of groups of PyTorch's operators in a decode step and in a training step."""
    records = []
    training_model, ids = build(config).train(), token_ids(config, 1, TOKENS)
    decoding = build(config).eval()
    steps = {
        "training step": lambda: training_step(training_model, ids, recurrence="chunked"),
        "decode step": torch_step(decoding, decoding, token_ids(config, 1, 1)),
    }
    for variant, step in steps.items():
        step()
        with profile(activities=[ProfilerActivity.CPU]) as trace:
            for _ in range(rounds):
                step()
        spent = {event.key: event.self_cpu_time_total for event in trace.key_averages()}
        total = sum(spent.values())
        shares = {group: sum(spent.get(op, 0.0) for op in ops) / total for group, ops in GROUPS.items()}
        shares["all else"] = 1 - sum(shares.values())
        records.append({"rows": 1, "dtype": "float32", "variant": variant, "shares": shares})
    return records


@torch.inference_mode()
def products(name: str, config: OdinConfig, rounds: int) -> list[dict]:
    """The channel mixing's first product for one token, with the weight read from memory, not from a cache."""
    n, k = config.intermediate_size, config.hidden_size
    weights = [torch.randn(n, k) for _ in range(1 + CACHE_BYTES // (4 * n * k))]
    x = torch.randn(1, k)
    # Two products of half the size take another routine than one, and which depends on the strides of x.
    halves = {"two halves": x.t().expand(2, k, 1), "two halves, x contiguous": x.view(1, k, 1).expand(2, k, 1)}
    steps: dict[tuple[str, str], Callable[[], object]] = {
        ("float32", variant): lambda both=both: [torch.bmm(w.view(2, -1, k), both) for w in weights]
        for variant, both in halves.items()
    }
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        cast, row = [w.to(dtype) for w in weights], x.to(dtype)
        steps[str(dtype).removeprefix("torch."), "linear"] = lambda cast=cast, row=row: [
            F.linear(row, w) for w in cast
        ]
    records = []
    for (dtype, variant), timed in in_turns(steps, 5 * rounds).items():
        size = len(weights) * n * k * getattr(torch, dtype).itemsize
        record = {"rows": 1, "dtype": dtype, "variant": variant, "gigabytes_per_second": 1e-6 * size / timed["ms"]}
        records.append(record)
    return records


MEASUREMENTS = {
    "products": products,
    "training": training,
    "compile": compiled_training,
    "prefill": prefill,
    "decode": decode,
    "profile": profiled,
}


@contextmanager
def torch_threads(count: int):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def merge(old: list[dict], new: list[dict]) -> list[dict]:
    """`old` with what `new` has measured again replaced, sorted."""
    merged = {tuple(record[part] for part in KEY): record for record in [*old, *new]}
    return [merged[key] for key in sorted(merged)]


def demands(records: list[dict]) -> list[dict]:
    """What is demanded of the speed, and whether what was measured meets it.

    Decode steps are PyTorch's own and onnxruntime's.
    """
    found = {tuple(record[part] for part in KEY): record for record in records}
    rows = []
    for record in records:
        if record["measurement"] == "training" and record["variant"] == "recurrent":
            key = (*(record[part] for part in KEY[:-1]), "chunked")
            ratio = record["ms"] / found[key]["ms"]
            record = {**record, "variant": "chunked"}
            rows.append(
                {
                    **record,
                    "demand": "recurrent / chunked >= 3",
                    "measured": ratio,
                    "met": "yes" if ratio >= 3 else "no",
                }
            )
        if record["measurement"] == "decode" and record["model"] == "odin-100m":
            ms = record["ms"]
            met = "no" if ms >= 100 else "yes" if ms >= 20 else "yes, and the target"
            rows.append({**record, "demand": "decode < 100 ms, target 20 ms", "measured": ms, "met": met})
    kept = ("model", "threads", "rows", "dtype", "variant", "demand", "measured", "met")
    return [{part: row[part] for part in kept} for row in rows]


def demand_table(records: list[dict]) -> str:
    lines = [
        "| demand | model | threads | rows | precision | by | measured | met |",
        "| --- | --- | ---: | ---: | --- | --- | ---: | --- |",
    ]
    for row in sorted(demands(records), key=lambda row: row["demand"]):
        lines.append(
            f"| {row['demand']} | {row['model']} | {row['threads']} | {row['rows']} | {row['dtype']} "
            f"| {row['variant']} | {row['measured']:.1f} | {row['met']} |"
        )
    return "\n".join(lines)


def time_table(records: list[dict]) -> str:
    """All that was timed; tokens per second are those of all rows."""
    lines = [
        "| measurement | model | threads | tokens | precision | variant | median ms | least ms | tokens/s |",
        "| --- | --- | ---: | ---: | --- | --- | ---: | ---: | ---: |",
    ]
    for r in records:
        if "ms" in r:
            tokens = r["rows"] * (1 if r["measurement"] == "decode" else TOKENS)
            lines.append(
                f"| {r['measurement']} | {r['model']} | {r['threads']} | {tokens} | {r['dtype']} | {r['variant']} "
                f"| {r['ms']:.1f} | {r['best_ms']:.1f} | {1e3 * tokens / r['ms']:,.0f} |"
            )
    return "\n".join(lines)


def share_table(records: list[dict]) -> str:
    groups = [*GROUPS, "all else"]
    lines = ["| | model | threads | " + " | ".join(groups) + " |", "| --- | --- | ---: |" + " ---: |" * len(groups)]
    for r in records:
        if "shares" in r:
            shares = " | ".join(f"{r['shares'][group]:.1%}" for group in groups)
            lines.append(f"| {r['variant']} | {r['model']} | {r['threads']} | {shares} |")
    return "\n".join(lines)


def product_table(records: list[dict]) -> str:
    lines = ["| model | threads | precision | product | GB/s |", "| --- | ---: | --- | --- | ---: |"]
    for r in records:
        if "gigabytes_per_second" in r:
            lines.append(
                f"| {r['model']} | {r['threads']} | {r['dtype']} | {r['variant']} | {r['gigabytes_per_second']:.1f} |"
            )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("measurements", nargs="*", help=f"any of {', '.join(MEASUREMENTS)}; all when none is given")
    parser.add_argument("--models", nargs="+", default=list(ROWS), help="presets of OdinConfig")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(argv)
    unknown = set(args.measurements) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"unknown measurement {sorted(unknown)}: choose from {', '.join(MEASUREMENTS)}")
    new = []
    for measurement in args.measurements or MEASUREMENTS:
        for name in args.models:
            for threads in args.threads:
                print(f"{measurement}, {name}, {threads} threads", file=sys.stderr)
                with torch_threads(threads):
                    records = MEASUREMENTS[measurement](name, OdinConfig.from_preset(name), args.rounds)
                new += [{"measurement": measurement, "model": name, "threads": threads, **r} for r in records]
    old = json.loads(RESULTS.read_text())["records"] if RESULTS.is_file() else []
    records = merge(old, new)
    versions = {package: version(package) for package in ("torch", "onnxruntime")}
    write_json(RESULTS, {"machine": machine(), "versions": versions, "tokens": TOKENS, "records": records})
    tables = {"demands": demand_table, "times": time_table, "shares": share_table, "products": product_table}
    for block, table in tables.items():
        replace_block(DOCUMENT, block, table(records))
        if table(new).count("\n") > 1:
            print(table(new), end="\n\n")
    print(json.dumps(new))


if __name__ == "__main__":
    main()
