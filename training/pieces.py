"""A folder in pieces: `python -m training.pieces split FOLDER --out PIECES`, and `join PIECES --out FOLDER`.

For bringing weights or checkpoints home from a machine that hands out only small files, a few at a time: the pieces
may come in any order and in several goes, and each is known by its hash. `join` says which are missing or damaged.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tarfile
from io import RawIOBase
from pathlib import Path
from typing import Any

from data_chef.corpus import sha256_of
from training.io import write_json


INDEX = "pieces.json"
FORMAT = "odin pieces 1"
MIB = 2**20


class PiecesError(Exception):
    """Pieces that cannot be put together; the message says which, and what to do."""


class _Writer(RawIOBase):
    """A stream cut into files of `size` bytes, which are hashed while they are written."""

    def __init__(self, folder: Path, size: int):
        self.folder, self.size = folder, size
        self.hashes: list = []
        self.file: Any = None

    def writable(self) -> bool:
        return True

    def write(self, content) -> int:
        left = memoryview(content).cast("B")
        length = len(left)
        while left:
            if self.file is None or self.file.tell() == self.size:
                self._next()
            part = left[: self.size - self.file.tell()]
            self.file.write(part)
            self.hashes[-1].update(part)
            left = left[len(part) :]
        return length

    def _next(self):
        if self.file:
            self.file.close()
        self.file = open(self.folder / name_of(len(self.hashes)), "wb")
        self.hashes.append(hashlib.sha256())

    def close(self):
        if self.file:
            self.file.close()
        super().close()


class _Reader(RawIOBase):
    """The pieces one after another."""

    def __init__(self, paths: list[Path]):
        self.paths = iter(paths)
        self.file: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while True:
            if self.file is None:
                path = next(self.paths, None)
                if path is None:
                    return 0
                self.file = open(path, "rb")
            if count := self.file.readinto(buffer):
                return count
            self.file.close()
            self.file = None

    def close(self):
        if self.file:
            self.file.close()
        super().close()


def name_of(number: int) -> str:
    return f"piece-{number:04d}"


def split(folder: Path, out: Path, size: int) -> list[str]:
    """Writes the files of `folder` as pieces of at most `size` bytes and an index; returns the names of the pieces.

    The index comes last, so that a stopped `split` leaves nothing that looks whole.

    Raises:
        FileNotFoundError: there is no such folder.
        FileExistsError: `out` holds something else than pieces.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    if out.is_dir() and any(path.name != INDEX and not path.name.startswith("piece-") for path in out.iterdir()):
        raise FileExistsError(f"{out} holds other files; name a new folder for the pieces")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with _Writer(out, size) as writer, tarfile.open(fileobj=writer, mode="w|") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    hashes = {name_of(number): found.hexdigest() for number, found in enumerate(writer.hashes)}
    write_json(out / INDEX, {"format": FORMAT, "folder": folder.resolve().name, "sha256": hashes})
    return list(hashes)


def missing(pieces: Path) -> dict[str, str]:
    """The pieces that are not here or not whole, and what is the matter with each.

    Raises:
        PiecesError: there is no index.
    """
    path = pieces / INDEX
    try:
        index = json.loads(path.read_text())
        if index["format"] != FORMAT:
            raise KeyError(index["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PiecesError(f"{path} is no index of pieces: bring it along with them") from error
    wrong = {}
    for name, expected in index["sha256"].items():
        if not (pieces / name).is_file():
            wrong[name] = "not here"
        elif sha256_of(pieces / name) != expected:
            wrong[name] = "damaged"
    return wrong


def join(pieces: Path, out: Path) -> None:
    """Puts the pieces together to the folder that they came from, under a name that nothing has yet.

    Raises:
        PiecesError: pieces are missing or damaged.
        FileExistsError: `out` is there already.
    """
    if out.exists():
        raise FileExistsError(f"{out} is there already; name a new folder")
    wrong = missing(pieces)
    if wrong:
        told = ", ".join(f"{name} ({why})" for name, why in wrong.items())
        raise PiecesError(f"{len(wrong)} pieces have to be brought again: {told}")
    names = json.loads((pieces / INDEX).read_text())["sha256"]
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    with _Reader([pieces / name for name in names]) as reader, tarfile.open(fileobj=reader, mode="r|") as archive:
        archive.extractall(beside, filter="data")
    beside.rename(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for command, help_ in (("split", "cut a folder into pieces"), ("join", "put pieces together to a folder")):
        one = commands.add_parser(command, help=help_)
        one.add_argument("source", type=Path, metavar="FOLDER" if command == "split" else "PIECES")
        one.add_argument("--out", type=Path, required=True)
        if command == "split":
            one.add_argument("--mib", type=float, default=15, help="size of a piece")
    options = parser.parse_args()
    try:
        if options.command == "split":
            size = int(options.mib * MIB)
            if size < 1:
                raise ValueError("--mib must be above 0")
            names = split(options.source, options.out, size)
            print(f"{len(names)} pieces and {INDEX} in {options.out}")
        else:
            join(options.source, options.out)
            print(f"whole: {options.out}")
    except (OSError, ValueError, PiecesError) as error:
        sys.exit(f"pieces: {error}")


if __name__ == "__main__":
    main()
