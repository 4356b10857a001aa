"""Builds a corpus: generates, verifies, removes duplicates, trains the tokenizer, writes Parquet and the card."""

import hashlib
import json
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from data_chef.card import write_card
from data_chef.corpus import FORMAT, SCHEMA
from data_chef.curriculum import Curriculum, Share
from data_chef.decontaminate import ngrams, read_texts
from data_chef.registry import make_items
from data_chef.splits import SPLITS
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer


BLOCK = 1000
ROWS_PER_FILE = 250_000
TOKENIZER_SAMPLE = 60_000
# A task whose problems run out stops here, with fewer items than asked for.
PATIENCE = 3


@dataclass
class Tally:
    """What became of the generated items of one task and split."""

    kept: list[dict] = field(default_factory=list)
    seen: set = field(default_factory=set)
    problems: set = field(default_factory=set)
    generated: int = 0
    rejected: int = 0
    duplicates: int = 0
    seconds: float = 0.0


def build(
    curriculum: Curriculum,
    out: str | Path,
    num_examples: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    decontaminate: list[str] | None = None,
    progress: bool = True,
) -> dict:
    """Writes the corpus folder `out` and returns what its `corpus.json` says.

    The same curriculum, size and seed give the same bytes, whatever the number of workers. The folder is written under
    another name and renamed when it is whole.

    Raises:
        FileExistsError: `out` holds something that is not a corpus.
        ValueError: an argument out of range, or a task that cannot fill a split.
    """
    out = Path(out)
    total = curriculum.num_examples if num_examples is None else num_examples
    if total < len(curriculum.shares):
        raise ValueError(f"num_examples={total} is less than one for each of {len(curriculum.shares)} tasks")
    if out.exists() and any(out.iterdir()) and not (out / "corpus.json").is_file():
        raise FileExistsError(f"{out} exists and is not a corpus; remove it or choose another --out")
    beside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    out.parent.mkdir(parents=True, exist_ok=True)
    # A terminated build cleans up after itself like an interrupted one.
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        (beside / "data").mkdir(parents=True)
        described = _write(curriculum, beside, total, seed, workers or os.cpu_count() or 1, decontaminate, progress)
        if out.exists():
            shutil.rmtree(out)
        beside.rename(out)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)
    return described


def _write(curriculum: Curriculum, folder: Path, total: int, seed: int, workers: int, against, progress: bool) -> dict:
    wanted = _quotas(curriculum, total)
    tallies = _generate(curriculum, wanted, seed, workers, progress)
    content = hashlib.sha256()
    counts: dict[str, dict[str, int]] = {}
    samples: list[str] = []
    for split in SPLITS:
        rows = [row for share in curriculum.shares for row in tallies[share.task, split].kept]
        Random(f"{seed}|{split}").shuffle(rows)
        counts[split] = dict(sorted(Counter(row["task"] for row in rows).items()))
        for row in rows:
            content.update(json.dumps(row, sort_keys=True).encode())
        _write_parquet(folder, split, rows)
        if split == "train":
            samples = [chat(row["question"], response(row)) for row in rows[:TOKENIZER_SAMPLE]]
    tokenizer = train_tokenizer(samples, curriculum.vocab_size)
    tokenizer.save_pretrained(folder / "tokenizer")
    report = _report(curriculum, tallies, wanted, tokenizer, against)
    described = {
        "format": FORMAT,
        "curriculum": {**asdict(curriculum), "num_examples": total},
        "seed": seed,
        "schema": SCHEMA,
        "counts": counts,
        "content_sha256": content.hexdigest(),
        "tokenizer_sha256": hashlib.sha256((folder / "tokenizer" / "tokenizer.json").read_bytes()).hexdigest(),
    }
    write_card(folder / "README.md", described, report)
    described["files"] = {
        str(path.relative_to(folder)): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "README.md"
    }
    (folder / "corpus.json").write_text(json.dumps(described, indent=1) + "\n")
    return described


def _quotas(curriculum: Curriculum, total: int) -> dict[tuple[str, str], int]:
    """Items wanted of each task in each split; a small corpus has small held-out splits too."""
    weights = sum(share.weight for share in curriculum.shares)
    wanted = {}
    for share in curriculum.shares:
        train = max(1, round(total * share.weight / weights))
        wanted[share.task, "train"] = train
        for split, items in curriculum.heldout_items.items():
            wanted[share.task, split] = min(items, train)
    return wanted


def _generate(curriculum, wanted, seed: int, workers: int, progress: bool) -> dict[tuple[str, str], Tally]:
    """Blocks of items in parallel, taken in in order, until each task has its quota or has run out of problems."""
    tallies = {key: Tally() for key in wanted}
    bar = tqdm(total=sum(wanted.values()), desc="items", unit="item", disable=not progress)
    with ProcessPoolExecutor(workers, initializer=_ignore_interrupt) as pool:
        try:
            for share in curriculum.shares:
                for split in SPLITS:
                    key = share.task, split
                    tally = tallies[key]
                    blocks = _blocks(pool, share, split, seed, tally, wanted[key], workers)
                    _fill(tally, wanted[key], blocks, bar)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    bar.close()
    return tallies


def _interrupt(*_) -> None:
    raise KeyboardInterrupt


def _ignore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _blocks(pool, share: Share, split: str, seed: int, tally: Tally, wanted: int, workers: int) -> Iterator:
    """Results of consecutive blocks, a few of them in flight, no more than are likely to be needed."""
    size = min(BLOCK, max(8, wanted))
    starts = iter(range(0, (PATIENCE * wanted // size + 2) * size, size))
    ahead: list = []
    while True:
        missing = -(-(wanted - len(tally.kept)) // size)
        for start in islice(starts, max(0, min(missing, 2 * workers) - len(ahead))):
            indices = range(start, start + size)
            ahead.append(pool.submit(_block, share.task, split, seed, indices, share.difficulty))
        if not ahead:
            return
        yield ahead.pop(0).result()


def _block(task: str, split: str, seed: int, indices: range, difficulty: tuple[int, int]) -> tuple[list, float]:
    clock = time.perf_counter()
    items = make_items(task, split, seed, indices, difficulty)
    return [item and item.row() for item in items], time.perf_counter() - clock


def _fill(tally: Tally, wanted: int, blocks: Iterator, bar) -> None:
    """Takes items until there are enough. In train another wording of a known problem is kept, elsewhere it is not."""
    for rows, seconds in blocks:
        tally.seconds += seconds
        tally.generated += len(rows)
        for row in rows:
            if row is None:
                tally.rejected += 1
                continue
            key = row["question"] if row["split"] == "train" else row["canonical_hash"]
            if key in tally.seen:
                tally.duplicates += 1
            elif len(tally.kept) < wanted:
                tally.seen.add(key)
                tally.problems.add(row["canonical_hash"])
                tally.kept.append(row)
                bar.update()
        if len(tally.kept) >= wanted:
            return


def _write_parquet(folder: Path, split: str, rows: list[dict]) -> None:
    schema = pa.schema([(name, kind) for name, kind in SCHEMA.items()])
    parts = range(0, max(1, len(rows)), ROWS_PER_FILE)
    for part, start in enumerate(parts):
        table = pa.Table.from_pylist(rows[start : start + ROWS_PER_FILE], schema=schema)
        pq.write_table(table, folder / "data" / f"{split}-{part:05d}-of-{len(parts):05d}.parquet", compression="zstd")


def _report(curriculum: Curriculum, tallies, wanted, tokenizer, against) -> list[dict]:
    """One row a task: speed, unique rate, reject rate, tokens, overlap."""
    foreign = {gram for path in against or [] for text in read_texts(path) for gram in ngrams(text)}
    rows = []
    for share in curriculum.shares:
        mine = [tallies[share.task, split] for split in SPLITS]
        train = mine[0]
        sample = [chat(row["question"], response(row)) for row in train.kept[:1000]]
        tokens = [len(ids) for ids in tokenizer(sample)["input_ids"]]
        generated = sum(tally.generated for tally in mine)
        rows.append(
            {
                "task": share.task,
                "train": len(train.kept),
                "wanted": wanted[share.task, "train"],
                "validation": len(mine[1].kept),
                "test": len(mine[2].kept),
                "items_per_second": train.generated / max(train.seconds, 1e-9),
                "unique_rate": 1 - train.duplicates / max(1, train.generated - train.rejected),
                "problems": len(train.problems),
                "reject_rate": sum(tally.rejected for tally in mine) / max(1, generated),
                "mean_tokens": sum(tokens) / len(tokens),
                "overlap": sum(not foreign.isdisjoint(ngrams(row["question"])) for tally in mine for row in tally.kept)
                if against
                else None,
            }
        )
    return rows
