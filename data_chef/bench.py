"""Measures how fast items are made: task by task, and the mixture, verified, tokenised and packed, on N processes."""

import json
import os
import platform
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from data_chef.build import cores
from data_chef.corpus import write_whole
from data_chef.curriculum import Curriculum
from data_chef.registry import get_task
from data_chef.stream import Block, make_block, make_rows, packed
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer


LENGTH = 1024


def bench(
    curriculum: Curriculum,
    seconds: float = 30,
    workers: int | None = None,
    tokenizer: str | Path | None = None,
    out: str | Path | None = None,
) -> dict:
    """Prints a table of the tasks and of the mixture, then the same as one line of JSON, and returns it.

    Args:
        seconds: half of it goes to the tasks one by one, half to the mixture.
        workers: processes of the mixture; one a core by default.
        tokenizer: folder of one; by default a small one is trained on two blocks.
        out: a file for the JSON.
    """
    workers = workers or cores()
    each = seconds / 2 / len(curriculum.shares)
    tasks = {share.task: _task(share, each) for share in curriculum.shares}
    print(f"{'task':28} {'items/s/core':>12} {'rejected':>9} {'characters':>11}")
    for name, row in tasks.items():
        print(f"{name:28} {row['items_per_second']:12,.0f} {row['rejected']:9.2%} {row['characters']:11.0f}")
    mixture = _mixture(curriculum, seconds / 2, workers, _tokenizer(curriculum, tokenizer))
    print(
        f"\n{curriculum.name}: {mixture['items_per_second']:,.0f} items/s verified, tokenised and packed by {workers} "
        f"processes ({mixture['tokens_per_second']:,.0f} tokens/s); one process alone needs "
        f"{mixture['make_us']:.0f} us to make and verify an item, {mixture['pack_us']:.0f} us to tokenise and pack it"
    )
    slow = sorted(tasks, key=lambda name: tasks[name]["items_per_second"])[:5]
    print(f"slowest: {', '.join(slow)}\n")
    result = {
        "curriculum": curriculum.name,
        "mixture": mixture,
        "tasks": tasks,
        "workers": workers,
        "python": platform.python_version(),
        "machine": platform.platform(),
    }
    print(json.dumps(result))
    if out:
        write_whole(Path(out), json.dumps(result, indent=1).encode() + b"\n")
    return result


def _task(share, seconds: float) -> dict[str, Any]:
    """Of one task in this process, for about so long, after a warm-up."""
    block = Block([], [])
    make_rows(share, "train", 1, range(20), block)
    rows: list = []
    clock = time.perf_counter()
    while not rows or time.perf_counter() - clock < seconds:
        rows += make_rows(share, "train", 0, range(len(rows), len(rows) + 100), block)
    spent = time.perf_counter() - clock
    kept = [row for row in rows if row]
    return {
        "family": get_task(share.task).family,
        "items_per_second": len(kept) / spent,
        "rejected": 1 - len(kept) / len(rows),
        "characters": sum(len(row["question"]) + len(row["solution"]) for row in kept) / max(1, len(kept)),
    }


def _tokenizer(curriculum: Curriculum, folder: str | Path | None):
    if folder:
        from transformers import AutoTokenizer

        from data_chef.corpus import tokenizer_folder

        return AutoTokenizer.from_pretrained(tokenizer_folder(folder))
    rows = [row for number in (0, 1) for row in make_block(curriculum, "train", 1, number).rows if row]
    return train_tokenizer([chat(row["question"], response(row)) for row in rows], curriculum.vocab_size)


def _mixture(curriculum: Curriculum, seconds: float, workers: int, tokenizer) -> dict[str, Any]:
    """Of the whole way from nothing to packed arrays, in `workers` processes at once for about so long."""
    context = get_context()
    start, results = context.Barrier(workers), context.SimpleQueue()
    arguments = (curriculum, seconds, tokenizer, workers, start, results)
    processes = [context.Process(target=_reader, args=(shard, *arguments)) for shard in range(workers)]
    for process in processes:
        process.start()
    total = sum((Counter(results.get()) for _ in processes), Counter())
    for process in processes:
        process.join()
    return {
        "items_per_second": total["items"] * workers / total["seconds"],
        "tokens_per_second": total["tokens"] * workers / total["seconds"],
        "make_us": 1e6 * total["made"] / total["items"],
        "pack_us": 1e6 * (total["seconds"] - total["made"]) / total["items"],
        "mean_tokens": total["tokens"] / total["items"],
        "packed_length": LENGTH,
    }


def _reader(shard: int, curriculum: Curriculum, seconds: float, tokenizer, workers: int, start, results) -> None:
    # The processes are the parallelism.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    made = {"items": 0, "made": 0.0}

    def rows(until: float):
        """Whole blocks, so that the work of making them is measured with all of its items."""
        number = shard
        while time.perf_counter() < until:
            clock = time.perf_counter()
            block = [row for row in make_block(curriculum, "train", 0, number).rows if row]
            made["made"] += time.perf_counter() - clock
            made["items"] += len(block)
            number += workers
            yield from block

    make_block(curriculum, "train", 1, shard)
    start.wait()
    clock = time.perf_counter()
    arrays = packed(rows(clock + seconds), tokenizer, LENGTH)
    tokens = sum(int((array["tokens"] != tokenizer.pad_token_id).sum()) for array in arrays)
    results.put({**made, "tokens": tokens, "seconds": time.perf_counter() - clock})
