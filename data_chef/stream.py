"""The endless stream of items that a corpus is the beginning of: blocks that anyone can make alone.

Block number b of a split is a pure function of (curriculum, split, seed, b), so processes and machines share the work
by number, without a word to each other. Nothing here needs `datasets`.
"""

import math
import time
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from random import Random
from typing import Any

import numpy as np

from data_chef.curriculum import Curriculum, Share, load_curriculum
from data_chef.encoder import Encoder
from data_chef.item import Item
from data_chef.registry import NoProblemError, get_task, make_items, unknown
from data_chef.splits import SPLITS


BLOCK = 2000


@dataclass
class Block:
    """One block, in its order.

    Attributes:
        rows: corpus rows; None stands for an item that failed its verification.
        tasks: the task of each slot.
        seconds: what the items of each task took.
        errors: the first exception of each task that raised some.
    """

    rows: list[dict | None]
    tasks: list[str]
    seconds: dict[str, float] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def shares_of(curriculum: Curriculum, split: str) -> tuple[Share, ...]:
    """The shares of a split: extrapolation is a level above training's, for tasks that have one.

    Raises ValueError for an unknown split, or when no share is left.
    """
    if split not in SPLITS:
        unknown("split", split, SPLITS)
    shares = curriculum.shares
    if split == "extrapolation":
        harder = [replace(share, difficulty=(share.difficulty[1] + 1,) * 2) for share in shares]
        shares = tuple(share for share in harder if get_task(share.task).extrapolates)
    if not shares:
        raise ValueError(f"no task of curriculum {curriculum.name} has a harder form, so there is no {split} split")
    return shares


def slots(shares: tuple[Share, ...], split: str, seed: int, number: int) -> list[tuple[int, int]]:
    """What a block is made of, in order: (share, item index within the task).

    Each share has its part of the block: the whole slots, and the slots left over go round by a keyed turn, so that
    over many blocks the parts are exact. The order is random, but even: any piece of a block is in proportion.
    """
    rng = Random(blake2b(f"block|{split}|{seed}|{number}".encode(), digest_size=16).digest())
    total = sum(share.weight for share in shares)
    parts = [BLOCK * share.weight / total for share in shares]
    counts = [int(part) for part in parts]
    turn = rng.random()
    for i, part in enumerate(parts):
        before, turn = turn, turn + part % 1
        counts[i] += int(turn) - int(before)
    # Rounding may have lost a slot, or won one.
    counts[counts.index(max(counts))] += BLOCK - sum(counts)
    places = [((k + rng.random()) / n, i, number * BLOCK + k) for i, n in enumerate(counts) for k in range(n)]
    return [place[1:] for place in sorted(places)]


def make_block(curriculum: Curriculum, split: str, seed: int, number: int) -> Block:
    """Makes and verifies a block, task by task, because some verify faster in numbers.

    Raises ValueError when a task cannot be made at all.
    """
    shares = shares_of(curriculum, split)
    order = slots(shares, split, seed, number)
    block = Block([], [shares[i].task for i, _ in order])
    counts = Counter(i for i, _ in order)
    first = number * BLOCK
    made = {i: make_rows(shares[i], split, seed, range(first, first + n), block) for i, n in counts.items()}
    block.rows = [made[i][index - first] for i, index in order]
    return block


def make_rows(share: Share, split: str, seed: int, indices: range, block: Block) -> list[dict | None]:
    """The corpus rows of these items; notes in `block` how long they took and what went wrong.

    An item that raises an exception counts as failed. Raises ValueError when all do, or when there are none to make.
    """
    clock = time.perf_counter()
    try:
        items = make_items(share.task, split, seed, indices, share.difficulty)
    except NoProblemError:
        raise
    except Exception as error:
        items = _one_by_one(share, split, seed, indices)
        block.errors[share.task] = f"{type(error).__name__}: {error}"
        if len(indices) > 1 and not any(items):
            raise ValueError(f"{share.task} cannot be made: {block.errors[share.task]}") from error
    family = get_task(share.task).family
    rows = [{**vars(item), "family": family} if item else None for item in items]
    block.seconds[share.task] = time.perf_counter() - clock
    return rows


def _one_by_one(share: Share, split: str, seed: int, indices: range) -> list[Item | None]:
    items: list[Item | None] = []
    for i in indices:
        try:
            items += make_items(share.task, split, seed, range(i, i + 1), share.difficulty)
        except Exception:
            items.append(None)
        # Enough to tell a rare accident from a task that does not work.
        if len(items) >= 3 and not any(items):
            return [None] * len(indices)
    return items


def as_curriculum(curriculum: Curriculum | str | None) -> Curriculum:
    """The curriculum, or the preset of this name, or that of a `.yaml` file."""
    if isinstance(curriculum, Curriculum):
        return curriculum
    path = curriculum if curriculum and curriculum.endswith((".yaml", ".yml")) else None
    return load_curriculum(None if path else curriculum, path)


class Items:
    """Iterates over the verified rows of a shard: blocks number `shard`, `shard + num_shards` and so on, for ever.

    With one shard these are the items that a build takes, in its order, before it drops duplicates.

    Attributes:
        position: where the next row will be looked for. Handed on as `start`, it continues there.
    """

    def __init__(
        self,
        curriculum: Curriculum | str | None = None,
        split: str = "train",
        seed: int = 0,
        shard: int = 0,
        num_shards: int = 1,
        start: int = 0,
        num_blocks: int | None = None,
    ):
        if not 0 <= shard < num_shards:
            raise ValueError(f"shard must be 0 to {num_shards - 1}, not {shard}")
        self.curriculum, self.split, self.seed = as_curriculum(curriculum), split, seed
        self.shard, self.num_shards, self.num_blocks = shard, num_shards, num_blocks
        self.position = start

    def __iter__(self) -> Iterator[dict]:
        while True:
            ordinal, slot = divmod(self.position, BLOCK)
            number = self.shard + ordinal * self.num_shards
            if self.num_blocks is not None and number >= self.num_blocks:
                return
            rows = make_block(self.curriculum, self.split, self.seed, number).rows
            for row in rows[slot:]:
                self.position += 1
                if row is not None:
                    yield row


def items(
    curriculum: Curriculum | str | None = None,
    split: str = "train",
    seed: int = 0,
    shard: int = 0,
    num_shards: int = 1,
    start: int = 0,
) -> Items:
    """The endless rows of one of `num_shards` readers, verified, made as they are read; see `Items`.

    Args:
        curriculum: a `Curriculum`, the name of a preset, or a YAML file; `standard` by default.
        start: the `position` of an earlier reader, to continue there.
    """
    return Items(curriculum, split, seed, shard, num_shards, start)


def stream(
    curriculum: Curriculum | str | None = None,
    split: str = "train",
    seed: int = 0,
    shards: int = 64,
    num_examples: int | None = None,
) -> Any:
    """The rows as a `datasets.IterableDataset`, made as they are read; nothing touches the disk.

    `split_dataset_by_node` and the workers of a `DataLoader` share the shards out, so up to `shards` readers see
    different items; `shuffle(seed, buffer_size)` and `map` work as ever. A reader comes to its second shard when its
    first ends, that is, never, unless `num_examples` ends them.

    Args:
        num_examples: end after so many, rounded up to whole blocks, before failed ones are left out; default: never.
    """
    from datasets import Features, IterableDataset, Value

    from data_chef.corpus import SCHEMA

    blocks = None if num_examples is None else -(-num_examples // BLOCK)
    return IterableDataset.from_generator(
        _shards,
        features=Features({name: Value(kind) for name, kind in SCHEMA.items()}),
        gen_kwargs={
            "curriculum": as_curriculum(curriculum),
            "split": split,
            "seed": seed,
            "shards": list(range(shards)),
            "num_shards": shards,
            "num_blocks": blocks,
        },
    )


def _shards(curriculum, split, seed, shards, num_shards, num_blocks) -> Iterator[dict]:
    for shard in shards:
        yield from Items(curriculum, split, seed, shard, num_shards, num_blocks=num_blocks)


WINDOW = 256


def packed(
    rows: Iterable[Mapping], tokenizer: Any, length: int, train_on_prompts: bool = False
) -> Iterator[dict[str, np.ndarray]]:
    """Rows as token arrays of `length + 1`, so that inputs are all but the last token and labels all but the first.

    Whole documents only: the oldest of a small window of waiting ones, then the longest that fits, and so on;
    documents that are longer than an array are left out. Each array comes as a dict of

    - `tokens`: uint16, or int32 for a vocabulary above 65,536; the padding at the end is the pad token;
    - `mask`: bool, true where a token is to be learnt: the answers, or everything but each first token;
    - `documents`: int32, the number of the document within the array; padding has a number of its own.

    Args:
        tokenizer: or an `Encoder` of it, which remembers the words that it has seen from call to call.

    Raises:
        ValueError: none of the first 1,000 documents fits.
    """
    encoder = tokenizer if isinstance(tokenizer, Encoder) else Encoder(tokenizer)
    kind = np.uint16 if encoder.vocab_size <= 1 << 16 else np.int32
    waiting: dict[int, tuple[list[int], int]] = {}
    by_length: list[tuple[int, int]] = []
    serial, fitted = 0, False
    for document, question in map(encoder.conversation, rows):
        serial += 1
        if len(document) <= length + 1:
            fitted = True
            waiting[serial] = document, question
            insort(by_length, (len(document), serial))
        elif not fitted and serial >= 1000:
            raise ValueError(f"no document fits into length={length} tokens; raise it")
        while len(waiting) >= WINDOW:
            yield _pack(waiting, by_length, length + 1, kind, encoder.pad_token_id, train_on_prompts)
    while waiting:
        yield _pack(waiting, by_length, length + 1, kind, encoder.pad_token_id, train_on_prompts)


def _pack(waiting, by_length, size: int, kind, padding: int, train_on_prompts: bool) -> dict[str, np.ndarray]:
    """Takes documents out of `waiting` for one array."""
    tokens, mask = np.full(size, padding, kind), np.zeros(size, bool)
    documents = np.zeros(size, np.int32)
    used = count = 0
    serial = next(iter(waiting))
    at = bisect_right(by_length, (len(waiting[serial][0]), serial)) - 1
    while at >= 0:
        _, serial = by_length.pop(at)
        ids, question = waiting.pop(serial)
        end = used + len(ids)
        tokens[used:end] = ids
        mask[used + (1 if train_on_prompts else question) : end] = True
        documents[end:] = count = count + 1
        used = end
        at = bisect_right(by_length, (size - used, math.inf)) - 1
    return {"tokens": tokens, "mask": mask, "documents": documents}
