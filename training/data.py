"""Packed rows for training, in an order that depends on the seed alone: not on processes, workers or interruptions.

The stream of a run has a fixed number of *lanes*. Lane l reads the blocks l, l + lanes, l + 2 * lanes, ... of the
source, packs the documents of each block into rows by itself, and gives as many rows to every step as the other lanes.
Processes and workers share the lanes out among themselves, and because a block is a pure function of its number, the
place of a lane is two integers (its block, the row within it), which a checkpoint can hold.
"""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import data_chef
from data_chef.curriculum import Curriculum
from data_chef.encoder import Encoder
from data_chef.stream import BLOCK, as_curriculum, make_block


IGNORE = -100
# So many batches wait ready for a slow block of the stream to be made.
PREFETCH = 16


class Blocks(Protocol):
    """A source of documents: an endless sequence of blocks, each a function of its number."""

    def block(self, number: int) -> list[dict]:
        """Corpus rows of one block."""
        ...


class CorpusBlocks:
    """Blocks of a corpus on disk, all of its train split once an epoch and in a new order each.

    Needs `pyarrow` but not `datasets`.

    Args:
        lanes: the blocks are small enough for each lane to have one.
    """

    def __init__(self, folder: str | Path, seed: int, lanes: int):
        self.table = data_chef.table(folder, "train", ("question", "answer", "solution", "entry_point"))
        self.seed = seed
        self.size = max(1, min(BLOCK, len(self.table) // lanes))
        self.per_epoch = -(-len(self.table) // self.size)

    def block(self, number: int) -> list[dict]:
        epoch, place = divmod(number, self.per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.table))
        return self.table.take(order[place * self.size : (place + 1) * self.size]).to_pylist()


class StreamBlocks:
    """Blocks of a curriculum, made when they are asked for; no problem comes twice but by chance."""

    def __init__(self, curriculum: Curriculum | str, seed: int):
        self.curriculum, self.seed = as_curriculum(curriculum), seed

    def block(self, number: int) -> list[dict]:
        rows = make_block(self.curriculum, "train", self.seed, number).rows
        return [row for row in rows if row is not None]


@dataclass(frozen=True)
class Stage:
    """A source and the step after which the next stage begins (the last one has no end)."""

    source: Blocks
    until_step: int


class PackedLanes(IterableDataset):
    """One process's part of every step, as dicts of arrays; endless.

    Each dict has, as int32 `[rows, seq_len]`, `input_ids`, `labels` (the same, -100 on questions unless
    `train_on_prompts`, on the first token of a document and on padding) and `seq_idx` (the number of the document
    within the row); and `places` `[lanes, 2]`, where each of these lanes goes on after this step. A DataLoader worker
    yields its own lanes' rows only; `batches` puts them together.

    Args:
        stages: in order; a lane leaves its block when a stage ends.
        rows_per_lane: rows that a lane gives to each step.
        lanes: numbers of this process's lanes.
        total_lanes: of all processes.
        first_step: steps are counted from 1.
        places: (ordinal of the block within the lane, row within the block) of each of `lanes`.

    Raises:
        ValueError: no document of a block fits into `seq_len` tokens.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        tokenizer: Any,
        seq_len: int,
        rows_per_lane: int,
        lanes: Sequence[int],
        total_lanes: int,
        train_on_prompts: bool = False,
        first_step: int = 1,
        places: Sequence[Sequence[int]] | None = None,
    ):
        self.stages, self.encoder, self.seq_len = stages, Encoder(tokenizer), seq_len
        self.rows_per_lane, self.lanes, self.total_lanes = rows_per_lane, list(lanes), total_lanes
        self.train_on_prompts, self.first_step = train_on_prompts, first_step
        self.places = [(int(block), int(row)) for block, row in places or [(0, 0)] * len(self.lanes)]

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        part = len(self.lanes) // workers
        mine = slice(worker * part, (worker + 1) * part)
        readers = [self._lane(*lane) for lane in zip(self.lanes[mine], self.places[mine], strict=True)]
        while True:
            parts = [next(reader) for reader in readers]
            rows = [row for rows, _ in parts for row in rows]
            batch = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
            labels = np.where(batch["mask"], batch["tokens"].astype(np.int32), IGNORE)
            yield {
                "input_ids": batch["tokens"].astype(np.int32),
                "labels": labels.astype(np.int32),
                "seq_idx": batch["documents"],
                "places": np.array([place for _, place in parts], np.int64),
            }

    def _lane(self, lane: int, place: tuple[int, int]) -> Iterator[tuple[list[dict], tuple[int, int]]]:
        """The rows of one lane for each step, and its place after them."""
        ordinal, row = place
        packed: list[dict] | None = None
        stage = self._stage(self.first_step - 1)
        for step in count(self.first_step):
            if self._stage(step) is not stage:
                stage, packed = self._stage(step), None
                if row:
                    ordinal, row = ordinal + 1, 0
            rows: list[dict] = []
            while len(rows) < self.rows_per_lane:
                if packed is None:
                    packed = self._pack(stage.source.block(lane + ordinal * self.total_lanes))
                if row < len(packed):
                    rows.append(packed[row])
                    row += 1
                else:
                    ordinal, row, packed = ordinal + 1, 0, None
            yield rows, (ordinal, row)

    def _stage(self, step: int) -> Stage:
        return next((stage for stage in self.stages if step <= stage.until_step), self.stages[-1])

    def _pack(self, documents: list[dict]) -> list[dict]:
        rows = list(data_chef.packed(documents, self.encoder, self.seq_len - 1, self.train_on_prompts))
        if not rows:
            raise ValueError(f"no document fits into seq_len={self.seq_len} tokens; raise it")
        return rows


def batches(dataset: PackedLanes, workers: int = 0) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
    """Step after step of a process: its batch (see `PackedLanes`), and the places of its lanes after it.

    Args:
        workers: processes that make and tokenise; as many of them as divide the lanes evenly are used.
    """
    workers = max((n for n in range(1, workers + 1) if len(dataset.lanes) % n == 0), default=0)
    settings: dict = {}
    if workers:
        settings = {
            "prefetch_factor": PREFETCH,
            "pin_memory": torch.cuda.is_available(),
            "worker_init_fn": ignore_signals,
        }
    parts = iter(DataLoader(dataset, batch_size=None, num_workers=workers, **settings))
    while True:
        step = [next(parts) for _ in range(max(1, workers))]
        batch = {name: torch.cat([part[name] for part in step]) for name in step[0]}
        places = batch.pop("places")
        yield batch, places


def ignore_signals(worker: int) -> None:
    """A signal for the whole process group is the trainer's affair: it still needs batches for the step that it
    finishes before the checkpoint, and ends its workers itself."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def lanes_of_process(lanes: int, rank: int, processes: int) -> range:
    """The lanes of one process.

    Raises:
        ValueError: the lanes cannot be shared out evenly.
    """
    if lanes % processes:
        raise ValueError(f"lanes={lanes} cannot be shared by {processes} processes; choose a multiple of {processes}")
    each = lanes // processes
    return range(rank * each, (rank + 1) * each)
