"""A corpus on its way: shards that are finished, and a state file that says how far it is."""

import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from data_chef.corpus import split_files, write_shard, write_whole


SAVED = ("next_block", "files", "tallies", "errors", "complete")


def beside(out: Path) -> Path:
    """Where a corpus grows before it is whole."""
    return out.with_name(out.name + ".partial")


@dataclass
class Partial:
    """A corpus on its way: its folder, and a state file that is replaced after each shard.

    Attributes:
        next_block: of the train stream, the first that is not in a shard.
        files: the finished shards, name to rows, size and hashes.
        tallies: split, task and what became of its items.
        errors: task and the last exception that one of its items raised.
        complete: there will be no more rows.
    """

    folder: Path
    identity: dict
    next_block: int = 0
    files: dict[str, dict] = field(default_factory=dict)
    tallies: dict[str, dict[str, Counter]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    complete: bool = False

    @classmethod
    @contextmanager
    def opened(cls, out: Path, identity: dict, restart: bool) -> Iterator["Partial"]:
        """A new one, or the one that an earlier process of the same identity left, cleared of half-written files.

        Left without a finished shard, it is removed.

        Raises:
            ValueError: the one that is there is of another identity.
            OSError: another process is at work on it.
        """
        folder = beside(out)
        (folder / "data").mkdir(parents=True, exist_ok=True)
        partial = cls(folder, identity)
        with open(folder / "lock", "w") as lock:
            try:
                # A lock of this process alone, which workers do not inherit.
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise OSError(f"another process is building {out}; wait for it or choose another --out") from None
            try:
                if not restart:
                    partial._resume()
                partial._clear()
                yield partial
            finally:
                if folder.is_dir() and not partial.files and not (folder / "state.json").is_file():
                    shutil.rmtree(folder)

    def _resume(self) -> None:
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return
        changed = [key for key in self.identity if state["identity"].get(key) != self.identity[key]]
        if changed:
            raise ValueError(
                f"{self.folder} is a stopped build with another {', '.join(changed)}; run the command that began it "
                "to go on, or add --restart to begin anew"
            )
        for name in SAVED:
            setattr(self, name, state[name])
        self.tallies = {
            split: {task: Counter(tally) for task, tally in tasks.items()} for split, tasks in self.tallies.items()
        }
        for name, expected in self.files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != expected["bytes"]:
                raise ValueError(f"{path} of a stopped build is damaged; add --restart to begin anew")

    def _clear(self) -> None:
        known = {*self.files, *(("state.json",) if self.files else ()), "lock"}
        for path in self.folder.rglob("*"):
            if path.is_file() and str(path.relative_to(self.folder)) not in known:
                path.unlink()

    def tally(self, split: str, task: str) -> Counter:
        return self.tallies.setdefault(split, {}).setdefault(task, Counter())

    def add_shard(self, split: str, tables: list, content: bytes) -> None:
        """Writes a shard; `save` makes it count."""
        name = f"data/{split}-{len(split_files(self.files, split)):05d}.parquet"
        written = write_shard(self.folder / name, tables)
        self.files[name] = {**written, "content_sha256": hashlib.sha256(content).hexdigest()}

    def save(self) -> None:
        state = {"identity": self.identity, **{name: getattr(self, name) for name in SAVED}}
        write_whole(self.folder / "state.json", json.dumps(state).encode())

    def finish(self, out: Path) -> None:
        """Puts the folder in its place; an older corpus there makes way for it."""
        old = out.with_name(f".{out.name}.{os.getpid()}.old")
        for name in ("state.json", "lock"):
            (self.folder / name).unlink()
        if out.exists():
            out.rename(old)
        self.folder.rename(out)
        shutil.rmtree(old, ignore_errors=True)
