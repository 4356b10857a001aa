"""Builds a corpus: takes blocks of the stream in order, drops what is double or foreign, writes shards and the card.

The folder grows beside its final place, shard by shard; a build that was stopped, by whatever, goes on from there.
"""

import errno
import hashlib
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from tqdm import tqdm

from data_chef.card import REPORT, TIMED, report_of, write_card
from data_chef.corpus import (
    FORMAT,
    SCHEMA,
    VERSION,
    describe,
    read_rows,
    sha256_of,
    split_files,
    table_of,
    tokenizer_folder,
    write_whole,
)
from data_chef.curriculum import Curriculum
from data_chef.decontaminate import Evaluation
from data_chef.dedup import KeySet, keys
from data_chef.partial import Partial, beside
from data_chef.provenance import commit_of
from data_chef.splits import SPLITS
from data_chef.stream import BLOCK, shares_of
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer
from data_chef.workers import Made, heldout_rows, in_order, overlaps_in_file, start_worker, train_block


ROWS_PER_FILE = 50_000
TOKENIZER_SAMPLE = 60_000
# A task whose problems run out has so many rounds to fill a held-out split.
PATIENCE = 3
GO_ON = "run the same command again to go on"


def build(
    curriculum: Curriculum,
    out: str | Path,
    num_examples: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    decontaminate: Sequence[str | Path] | None = None,
    progress: bool = True,
    tokenizer: str | Path | None = None,
    restart: bool = False,
) -> dict:
    """Writes the corpus folder `out` and returns what its `corpus.json` says.

    The same arguments give the same bytes, whatever the number of workers and however often the build was stopped in
    between. It grows in `out` + ".partial" and is renamed when it is whole. A whole corpus of the same arguments
    is left as it is.

    Args:
        num_examples: rows of the train split; fewer when the tasks have no more problems.
        decontaminate: evaluation files; an item that shares 13 words in a row with them is dropped.
        tokenizer: folder of a tokenizer to use instead of training one.
        restart: begin anew, even if a build was stopped before its end.

    Raises:
        FileExistsError: `out` holds something that is not a corpus.
        ValueError: an argument out of range, a task that cannot be made, or a stopped build of other arguments.
        OSError: the disk is full, or another process is building the same folder.
    """
    out = Path(out)
    total = curriculum.num_examples if num_examples is None else num_examples
    if total < len(curriculum.shares):
        raise ValueError(f"num_examples={total} is less than one for each of {len(curriculum.shares)} tasks")
    if out.exists() and any(out.iterdir()) and not (out / "corpus.json").is_file():
        raise FileExistsError(f"{out} exists and is not a corpus; remove it or choose another --out")
    evaluation = Evaluation.read(decontaminate) if decontaminate else None
    identity = {
        "curriculum": {**asdict(curriculum), "num_examples": total},
        "seed": seed,
        "decontaminated": evaluation.sources if evaluation else {},
        "tokenizer": sha256_of(tokenizer_folder(tokenizer) / "tokenizer.json") if tokenizer else None,
        "source": _source_sha256(),
    }
    identity = json.loads(json.dumps(identity))
    if not restart and (done := _finished(out, identity)):
        return done
    with _stopping_in_words(out), Partial.opened(out, identity, restart) as partial:
        _Build(curriculum, total, seed, partial, evaluation, tokenizer, progress).run(workers or cores())
        partial.finish(out)
    return describe(out)


def _finished(out: Path, identity: dict) -> dict | None:
    try:
        described = describe(out)
    except (ValueError, OSError):
        return None
    return described if described.get("identity") == _digest(identity) else None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _source_sha256() -> str:
    """Of all that decides what the items are: two versions of a task must not meet in one corpus."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and path.parent.name != "curricula":
            digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _stopping_in_words(out: Path) -> Iterator[None]:
    """Turns the ways in which a build is stopped from outside into errors that say how to go on."""

    def interrupt(*_):
        raise KeyboardInterrupt

    in_main_thread = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGTERM, interrupt) if in_main_thread else None
    kept = f"what is finished is kept in {beside(out)}"
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; {kept}; {GO_ON}") from None
    except BrokenProcessPool as error:
        raise OSError(f"a worker process was killed (out of memory?); {kept}; {GO_ON}") from error
    except Exception as error:
        # The last is how the tokenizer, which is written in Rust, puts it.
        number = getattr(error, "errno", None)
        if number not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) and "os error 28" not in str(error):
            raise
        raise OSError(f"no space left for {out}: {kept}; make room, then {GO_ON}") from error
    finally:
        if in_main_thread:
            signal.signal(signal.SIGTERM, previous)


class _Build:
    def __init__(self, curriculum, total: int, seed: int, partial: Partial, evaluation, tokenizer, progress: bool):
        self.curriculum, self.total, self.seed = curriculum, total, seed
        self.partial, self.evaluation, self.tokenizer_from = partial, evaluation, tokenizer
        self.progress = progress
        # Of all splits: a question of train must not stand in test, whatever its task.
        self.known = KeySet()
        self.problems = KeySet()

    def run(self, workers: int) -> None:
        arguments = (self.curriculum, self.seed, self.evaluation)
        with ProcessPoolExecutor(workers, initializer=start_worker, initargs=arguments) as pool:
            try:
                # The workers come to life here, before there are threads that they would inherit half.
                pool.submit(len, ()).result()
                self.remember()
                for split in SPLITS[1:]:
                    if not split_files(self.partial.files, split):
                        self.make_heldout(pool, split)
                if not self.partial.complete:
                    self.make_train(pool, workers)
                self.describe(pool)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def remember(self) -> None:
        """Takes up the keys of the shards that an earlier process finished."""
        for name in self.partial.files:
            for rows in read_rows(self.partial.folder / name, ["question", "canonical_hash"]):
                found = keys(rows)
                self.known.add(found[:, 0])
                if name.startswith("data/train-"):
                    self.known.add(found[:, 1])
                    self.problems.add(found[:, 2])

    def make_heldout(self, pool: ProcessPoolExecutor, split: str) -> None:
        """One wording of each problem, as many of each task as the curriculum wants, or as there are."""
        shares = shares_of_or_none(self.curriculum, split)
        wanted = [self.wanted(share, split) for share in shares]
        kept: list[list[tuple[tuple, bytes]]] = [[] for _ in shares]
        problems = KeySet()
        short = list(range(len(shares)))
        bar = self.bar(split, sum(wanted))
        for attempt in range(PATIENCE):
            sizes = [wanted[i] + wanted[i] // 4 + 4 for i in short]
            jobs = [(split, i, range(attempt * n, attempt * n + n)) for i, n in zip(short, sizes, strict=True)]
            made = in_order(pool, heldout_rows, jobs, window=len(jobs))
            before = [len(pairs) for pairs in kept]
            for i, block in zip(short, made, strict=True):
                take = self.chosen(split, block, wanted[i] - len(kept[i]), problems)
                rows = [*zip(*block.columns.values(), strict=True)]
                kept[i] += [(rows[at], block.digests[16 * at : 16 * at + 16]) for at in take]
                bar.update(len(take))
            short = [i for i in short if before[i] < len(kept[i]) < wanted[i]]
        bar.close()
        chosen = [pair for pairs in kept for pair in pairs]
        Random(f"{self.seed}|{split}").shuffle(chosen)
        columns = {name: [row[at] for row, _ in chosen] for at, name in enumerate(SCHEMA)}
        self.partial.add_shard(split, [table_of(columns)], b"".join(digest for _, digest in chosen))
        self.partial.save()

    def make_train(self, pool: ProcessPoolExecutor, workers: int) -> None:
        """Blocks in order until there are enough rows, or until a whole block brings nothing new."""
        partial = self.partial
        rows = sum(partial.files[name]["rows"] for name in split_files(partial.files, "train"))
        tables: list = []
        content = b""
        bar = self.bar("train", self.total, rows)
        numbers = ((number,) for number in range(partial.next_block, 1 << 62))

        def window() -> int:
            return min(2 * workers, -(-(self.total - rows) // BLOCK))

        for block in in_order(pool, train_block, numbers, window):
            take = self.chosen("train", block, self.total - rows)
            tables.append(table_of({name: [column[at] for at in take] for name, column in block.columns.items()}))
            content += b"".join(block.digests[16 * at : 16 * at + 16] for at in take)
            partial.next_block += 1
            rows += len(take)
            bar.update(len(take))
            partial.complete = rows >= self.total or not take
            if partial.complete or sum(map(len, tables)) >= ROWS_PER_FILE:
                partial.add_shard("train", tables, content)
                partial.save()
                tables, content = [], b""
            if partial.complete:
                break
        bar.close()

    def chosen(self, split: str, block: Made, limit: int, problems: KeySet | None = None) -> list[int]:
        """Which rows of a block are taken: the first `limit` that are new and share nothing with the evaluation.

        Without `problems`, another wording of a known problem is new; with them it is not.
        """
        exact, second = block.keys[:, 0], block.keys[:, 1 if problems is None else 2]
        known, near = self.known.contains(exact), (self.known if problems is None else problems).contains(second)
        here: set[int] = set()
        take: list[int] = []
        tallies = {task: self.partial.tally(split, task) for task in block.generated}
        for task, count in block.generated.items():
            tallies[task]["generated"] += count
            tallies[task]["rejected"] += count
            tallies[task]["seconds"] += block.seconds.get(task, 0)  # type: ignore[assignment]
        self.partial.errors.update(block.errors)
        rows = zip(
            block.columns["task"],
            exact.tolist(),
            second.tolist(),
            known,
            near,
            block.foreign,
            strict=True,
        )
        for at, (task, first, other, old, like, foreign) in enumerate(rows):
            tally = tallies[task]
            tally["rejected"] -= 1
            if foreign:
                tally["overlap"] += 1
            elif old or first in here:
                tally["duplicates"] += 1
            elif like or other in here:
                tally["near_duplicates"] += 1
            elif len(take) < limit:
                take.append(at)
                here |= {first, other}
                tally["kept"] += 1
        self.known.add(exact[take])
        (self.known if problems is None else problems).add(second[take])
        if split == "train":
            self.count_problems(block, take, tallies)
        return take

    def count_problems(self, block: Made, take: list[int], tallies: dict[str, Counter]) -> None:
        found = block.keys[take, 2]
        fresh = ~self.problems.contains(found)
        first = np.zeros(len(take), bool)
        first[np.unique(found, return_index=True)[1]] = True
        for at in np.flatnonzero(fresh & first):
            tallies[block.columns["task"][take[at]]]["problems"] += 1
        self.problems.add(found)

    def wanted(self, share, split: str) -> int:
        """Items of a task in a split; a small corpus has small held-out splits too."""
        train = max(1, round(self.total * share.weight / sum(share.weight for share in self.curriculum.shares)))
        heldout = self.curriculum.heldout_items
        return train if split == "train" else min(train, heldout.get(split, heldout["validation"]))

    def bar(self, split: str, total: int, initial: int = 0):
        return tqdm(desc=split, total=total, initial=initial, unit="item", disable=not self.progress, smoothing=0.05)

    def describe(self, pool: ProcessPoolExecutor) -> None:
        """The rest of the folder: tokenizer, card and corpus.json."""
        partial, folder = self.partial, self.partial.folder
        sample: list[dict] = []
        for name in split_files(partial.files, "train"):
            for rows in read_rows(folder / name):
                sample += rows[: TOKENIZER_SAMPLE - len(sample)]
            if len(sample) >= TOKENIZER_SAMPLE:
                break
        if self.tokenizer_from:
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder(self.tokenizer_from))
        else:
            texts = (chat(row["question"], response(row)) for row in sample)
            tokenizer = train_tokenizer(texts, self.curriculum.vocab_size)
        tokenizer.save_pretrained(folder / "tokenizer")
        left = None
        if self.evaluation:
            left = sum(pool.map(overlaps_in_file, [folder / name for name in partial.files]))
            if left:
                raise ValueError(f"{left} items overlap with the evaluation files though overlaps were dropped")
        contents = [
            partial.files[name]["content_sha256"] for split in SPLITS for name in split_files(partial.files, split)
        ]
        wanted = {share.task: self.wanted(share, "train") for share in self.curriculum.shares}
        report = report_of(wanted, partial.tallies, sample, tokenizer)
        described: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "curriculum": partial.identity["curriculum"],
            "seed": self.seed,
            "schema": SCHEMA,
            "counts": {
                split: {
                    task: n for task, tally in sorted(partial.tallies.get(split, {}).items()) if (n := tally["kept"])
                }
                for split in SPLITS
            },
            "content_sha256": hashlib.sha256("".join(contents).encode()).hexdigest(),
            "tokenizer_sha256": sha256_of(folder / "tokenizer" / "tokenizer.json"),
            "decontaminated": partial.identity["decontaminated"],
            "overlap": left,
            "identity": _digest(partial.identity),
            "source_sha256": partial.identity["source"],
            "tokenizer_given": partial.identity["tokenizer"] is not None,
            "tasks": {row["task"]: {key: row[key] for key in row if key not in TIMED} for row in report},
        }
        described["files"] = {
            str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
            for path in sorted([*(folder / "data").iterdir(), *(folder / "tokenizer").iterdir()])
        }
        of_this_build = {
            "commit": commit_of(Path(__file__).parent),
            "items_per_second": {row["task"]: round(row["items_per_second"]) for row in report},
            "errors": dict(sorted(partial.errors.items())),
        }
        write_whole(folder / REPORT, json.dumps(of_this_build, indent=1).encode() + b"\n")
        write_whole(folder / "corpus.json", json.dumps(described, indent=1).encode() + b"\n")
        write_card(folder)


def shares_of_or_none(curriculum: Curriculum, split: str) -> tuple:
    try:
        return shares_of(curriculum, split)
    except ValueError:
        return ()
