"""Fixed test sets: word problems, functions to write, syllogisms. Hashed, and kept out of training; see README.md."""

import json

from training.benchmark.frozen.rows import FOLDER, FOREIGN, SETS, VERSION, read, sha256


__all__ = ["FOREIGN", "SETS", "VERSION", "load"]


def load(name: str) -> list[dict]:
    """The rows of a set.

    Raises ValueError for an unknown name, or when the file is not the one that was frozen.
    """
    if name not in SETS + FOREIGN:
        raise ValueError(f"no frozen set {name!r}; there are {', '.join(SETS + FOREIGN)}")
    path = FOLDER / f"{name}.jsonl"
    wanted = json.loads((FOLDER / "MANIFEST.json").read_text())["sets"][name]["sha256"]
    if sha256(path.read_bytes()) != wanted:
        raise ValueError(f"{path} was changed: its sha256 is not that of MANIFEST.json")
    return read(path)
