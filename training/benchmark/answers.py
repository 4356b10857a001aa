"""The answers of a run on disk: a line each, safe when it is written, so that a stopped run goes on."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.io import write_json


# What a description may say differently of the same model: where it lies, what it runs on, with which libraries.
_NOT_IDENTITY = ("name", "path", "folder", "device", "threads", "versions")


def digest(value) -> str:
    """A short hash of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:24]


def identity(description: Mapping) -> str:
    """The hash of what makes a model answer as it does."""
    return digest({key: value for key, value in description.items() if key not in _NOT_IDENTITY})


class OtherModelError(ValueError):
    """The folder holds another model's answers."""


class AnswerLog:
    """`OUT/answers.jsonl`, by key, and `OUT/model.json`, whose answers they are.

    Raises:
        OtherModelError: they are another model's.
    """

    def __init__(self, folder: Path, description: Mapping):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "answers.jsonl"
        owner = folder / "model.json"
        own = {"identity": identity(description), "model": dict(description)}
        if owner.is_file():
            theirs = json.loads(owner.read_text())
            if theirs["identity"] != own["identity"]:
                raise OtherModelError(
                    f"{folder} holds answers of another model ({theirs['model'].get('name', 'unnamed')}, "
                    f"{theirs['identity']}); choose another --out, or remove it"
                )
        elif self.path.is_file() and self.path.stat().st_size:
            raise OtherModelError(
                f"{folder} holds answers, but not whose they are (no model.json); choose another --out"
            )
        else:
            write_json(owner, own)
        self.identity = own["identity"]
        self.records: dict[str, dict] = {}
        self._read()

    def _read(self) -> None:
        """Takes in all whole lines; a last one that was cut off, or is damaged, is taken off the file."""
        if not self.path.is_file():
            return
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        for line in content[:whole].split(b"\n"):
            try:
                record = json.loads(line)
                self.records[record["key"]] = record
            except (ValueError, KeyError, TypeError):
                # What a crash of the machine leaves: the answer is asked for again.
                continue
        if whole < len(content):
            with open(self.path, "r+b") as file:
                file.truncate(whole)

    def append(self, records: Iterable[dict]) -> None:
        """Adds records with their `key`, and returns when they are on the disk."""
        records = list(records)
        with open(self.path, "ab") as file:
            file.write("".join(json.dumps(record, ensure_ascii=True) + "\n" for record in records).encode())
            file.flush()
            os.fsync(file.fileno())
        self.records |= {record["key"]: record for record in records}
