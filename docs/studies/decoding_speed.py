"""How long a benchmark takes: `python docs/studies/decoding_speed.py [--quick]`.

1,000 problems on a trained `odin-nano`, all of 200 tokens (the end token disabled) and of their natural lengths, by
PyTorch and by its ONNX export; before that, tokens/s by batch size, which the default batch size comes from. Prints a
table and a JSON line; docs/measurements/decoding-speed.json and the table in docs/benchmark.md are written. `--quick`
asks 250 problems and scales.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import torch  # noqa: E402
from own_tasks import FAMILIES  # noqa: E402
from speed import in_turns, machine  # noqa: E402
from tqdm import tqdm  # noqa: E402

from data_chef.registry import get_task, make_items  # noqa: E402
from export.build import build  # noqa: E402
from training.benchmark.decoding import Decoding  # noqa: E402
from training.benchmark.local_models import versions  # noqa: E402
from training.benchmark.models import load_answerer  # noqa: E402
from training.benchmark.torch_models import TorchRecurrent  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RESULTS = HERE.parent / "measurements/decoding-speed.json"
PROBLEMS, TOKENS, TARGET_SECONDS = 1000, 200, 300
BATCH_SIZES = (1, 16, 32, 64, 128, 256, 512)
PROMPT_TOKENS = 80  # of the prompts that states are made from for the sweep


def questions(count: int) -> list[list[dict]]:
    """So many conversations, test problems of all families of the corpus in turn."""
    tasks = [task for family in FAMILIES.values() for task in family]
    each = -(-count // len(tasks))
    found = []
    for name in tasks:
        task = get_task(name)
        items = [
            item for item in make_items(name, "test", 0, range(4 * each), task.levels("test")) if item is not None
        ]
        found.append([[{"role": "user", "content": item.question}] for item in items[:each]])
    turns = [conversations[i] for i in range(each) for conversations in found if i < len(conversations)]
    return turns[:count]


def runtimes(model: Path, folder: Path) -> dict:
    """The answerers by name; the export is made in `folder`."""
    build(model, folder)
    return {
        "PyTorch float32": load_answerer(str(model), "cpu"),
        "PyTorch bfloat16": load_answerer(str(model), "cpu", "bf16"),
        "ONNX float32": load_answerer(str(folder)),
        "ONNX int8, one at a time": load_answerer(str(folder), dtype="int8"),
    }


def by_batch_size(answerers: dict, sizes, rounds: int) -> list[dict]:
    """Tokens/s of a decode step; all runtimes in turns, so that a neighbour's load falls on all alike."""
    records = []
    with torch.inference_mode():
        for size in tqdm(sizes, desc="batch sizes"):
            steps = {}
            for name, answerer in answerers.items():
                model = answerer.model if hasattr(answerer.model, "step") else TorchRecurrent(answerer.model)
                if getattr(model, "together", True):
                    steps[name] = decode_step(model, size)
            for name, timed in in_turns(steps, rounds, burst=3).items():
                speeds = {f"{best}tokens_per_second": round(1e3 * size / timed[f"{best}ms"]) for best in ("", "best_")}
                records.append({"runtime": name, "batch_size": size, **speeds})
    return records


def decode_step(model, size: int):
    """A function that takes one step in a batch of `size`."""
    _, states = model.read([[5] * PROMPT_TOKENS] * min(size, 32))
    states = [state[torch.arange(size) % len(state)] for state in states]
    return lambda: model.step([5] * size, states)


def compiled_step(answerer, size: int, rounds: int) -> dict:
    """A decode step as it is and by `torch.compile`, and what compiling costs."""
    model = answerer.model
    compiled = TorchRecurrent(model)
    step = decode_step(compiled, size)
    with torch.inference_mode():
        eager = decode_step(TorchRecurrent(model), size)
        torch._dynamo.reset()
        compiled.model = torch.compile(model, dynamic=True)
        start = time.perf_counter()
        step()
        seconds = time.perf_counter() - start
        timed = in_turns({"eager": eager, "compiled": step}, rounds, burst=3)
    return {
        "batch_size": size,
        "compile_seconds": round(seconds, 1),
        **{f"{name}_ms": round(t["ms"], 2) for name, t in timed.items()},
    }


def whole(name: str, answerer, conversations, decoding: Decoding, forced: bool) -> dict:
    """Asks everything once."""
    ends = answerer.end_tokens
    answerer.end_tokens = [] if forced else ends
    answerer.name = f"{name}, {'forced' if forced else 'natural'}"
    start, cpu = time.perf_counter(), time.process_time()
    texts = answerer.answer(conversations, decoding, progress=True)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    answerer.end_tokens = ends
    # Texts are counted without special tokens, of which a model that may not end writes many.
    tokens = len(texts) * TOKENS if forced else sum(answerer.count_tokens([text for (text,) in texts])) + len(texts)
    return {
        "runtime": name,
        "lengths": f"{TOKENS} each" if forced else "natural",
        "problems": len(texts),
        "tokens": tokens,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),  # of all threads: what a busy neighbour disturbs least
        "tokens_per_second": round(tokens / seconds),
        "seconds_for_1000_problems": round(seconds * PROBLEMS / len(texts), 1),
    }


def table(records: list[dict]) -> str:
    """The whole runs as Markdown."""
    lines = ["| runtime | lengths | tokens | tokens/s | 1,000 problems, s |", "| --- | --- | ---: | ---: | ---: |"]
    for r in records:
        lines.append(
            f"| {r['runtime']} | {r['lengths']} | {r['tokens']:,} | {r['tokens_per_second']:,} "
            f"| {r['seconds_for_1000_problems']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, default=HERE.parents[1] / "odin-nano")
    parser.add_argument("--problems", type=int, help=f"{PROBLEMS}, or a quarter with --quick")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=Decoding.batch_size)
    parser.add_argument("--quick", action="store_true", help="fewer problems, sizes and rounds; nothing is compiled")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    count = options.problems or (PROBLEMS // 4 if options.quick else PROBLEMS)
    conversations = questions(count)
    rounds = 3 if options.quick else 10
    with tempfile.TemporaryDirectory() as folder:
        answerers = runtimes(options.model, Path(folder) / "export")
        sizes = by_batch_size(answerers, BATCH_SIZES[1:-1] if options.quick else BATCH_SIZES, rounds)
        compiled = None
        if not options.quick:
            compiled = compiled_step(answerers["PyTorch float32"], options.batch_size, rounds)
        decoding = Decoding(max_new_tokens=TOKENS, batch_size=options.batch_size)
        runs = [
            whole(name, answerer, conversations, decoding, forced)
            for forced in (True, False)
            for name, answerer in answerers.items()
        ]
    result = {
        "machine": machine(),
        "threads": options.threads,
        "versions": versions("torch", "onnxruntime", "transformers"),
        "model": options.model.resolve().name,
        "quick": options.quick,
        "batch_size": options.batch_size,
        "target_seconds": TARGET_SECONDS,
        "by_batch_size": sizes,
        "torch_compile": compiled,
        "runs": runs,
    }
    write_json(options.out, result)
    if options.out == RESULTS:
        replace_block(HERE.parent / "benchmark.md", "decoding-speed", table(runs))
    for r in sizes:
        print(f"{r['runtime']:<26} batch {r['batch_size']:>3}: {r['tokens_per_second']:>7,} tokens/s a step")
    if compiled:
        print(f"compiled: {json.dumps(compiled)}")
    print("\n" + table(runs))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
