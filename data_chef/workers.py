"""What the worker processes of a build do: make blocks, hash their rows, look for overlap."""

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_chef.corpus import SCHEMA, read_rows, row_digest
from data_chef.curriculum import Curriculum
from data_chef.decontaminate import Evaluation, corpus_documents
from data_chef.dedup import keys
from data_chef.registry import NoProblemError
from data_chef.stream import Block, make_block, make_rows, shares_of


class Made(NamedTuple):
    """Verified rows on their way from a worker.

    Attributes:
        columns: of the corpus, a list each.
        keys: see `dedup.keys`.
        digests: 16 bytes a row, a hash of its content.
        foreign: whether the row overlaps with an evaluation text.
        generated, seconds, errors: by task, of all items, rows or not.
    """

    columns: dict[str, list]
    keys: np.ndarray
    digests: bytes
    foreign: np.ndarray
    generated: Counter
    seconds: dict[str, float]
    errors: dict[str, str]


# What a worker process works on.
_curriculum: Curriculum
_seed: int
_evaluation: Evaluation | None


def start_worker(curriculum: Curriculum, seed: int, evaluation: Evaluation | None) -> None:
    global _curriculum, _seed, _evaluation
    _curriculum, _seed, _evaluation = curriculum, seed, evaluation
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A parent that is killed tells nobody.
    threading.Thread(target=lambda: (parent_process().join(), os._exit(1)), daemon=True).start()  # type: ignore


def _made(block: Block) -> Made:
    rows = [row for row in block.rows if row is not None]
    fields = [tuple(row[name] for name in SCHEMA) for row in rows]
    columns = [list(column) for column in zip(*fields, strict=True)] if rows else [[] for _ in SCHEMA]
    return Made(
        dict(zip(SCHEMA, columns, strict=True)),
        keys(rows),
        b"".join(map(row_digest, fields)),
        _evaluation.overlaps([*map(corpus_documents, rows)]) if _evaluation else np.zeros(len(rows), bool),
        Counter(block.tasks),
        block.seconds,
        block.errors,
    )


def train_block(number: int) -> Made:
    return _made(make_block(_curriculum, "train", _seed, number))


def heldout_rows(split: str, share_index: int, indices: range) -> Made:
    """Items of one task; none when it has so few problems that none falls into the split."""
    share = shares_of(_curriculum, split)[share_index]
    block = Block([], [share.task] * len(indices))
    try:
        block.rows = make_rows(share, split, _seed, indices, block)
    except NoProblemError:
        block.tasks = []
    return _made(block)


def overlaps_in_file(path: Path) -> int:
    """Rows of a shard that overlap with the evaluation texts."""
    assert _evaluation
    return sum(int(_evaluation.overlaps([*map(corpus_documents, rows)]).sum()) for rows in read_rows(path))


def in_order(pool, function: Callable, jobs: Iterable[tuple], window: int | Callable[[], int]) -> Iterator:
    """Results in the order of the jobs, never more than `window` of them ahead."""
    waiting = iter(jobs)
    ahead: deque = deque()
    while True:
        while len(ahead) < max(1, window() if callable(window) else window):
            job = next(waiting, None)
            if job is None:
                break
            ahead.append(pool.submit(function, *job))
        if not ahead:
            return
        yield ahead.popleft().result()
