"""What the frozen sets have in common: their rows, their files, their randomness."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from data_chef.heldout import NAMESPACES, reserved_by, structure_hash
from data_chef.item import canonical_hash


VERSION = "1.0.0"
SEED = 2026
FOLDER = Path(__file__).parent
SETS = ("gsm8k_style", "humaneval_style", "syllogisms")
# Written by hand, without a look at the generators.
FOREIGN = ("foreign_math", "foreign_code")


def rng_of(*key: object) -> Random:
    """A generator keyed by a hash of all that is given."""
    text = "|".join(map(str, key))
    return Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little"))


def hashes_of(namespace: str, canonical: str, structure: str, held_out: Sequence[str] = ()) -> dict:
    """The columns that say which problem a row is, and what of it training never sees.

    Args:
        held_out: kinds of structure that other rules than `data_chef.heldout` keep out of training, such as `graph`.
    """
    known = reserved_by(namespace, structure) if namespace in NAMESPACES else ()
    kinds = ["frame" if "frame" in kind else kind for kind in known]
    return {
        "namespace": namespace,
        "canonical": canonical,
        "canonical_hash": canonical_hash(namespace, canonical),
        "structure": structure,
        "structure_hash": structure_hash(namespace, structure),
        "held_out": list(dict.fromkeys([*held_out, *kinds])),
        "version": VERSION,
    }


def numbered(name: str, rows: Iterable[dict]) -> list[dict]:
    """The rows with their ids in front: `gsm8k_style/0001`."""
    return [{"id": f"{name}/{i:04}", **row} for i, row in enumerate(rows, 1)]


def dumped(rows: Iterable[dict]) -> bytes:
    """The rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def read(path: Path) -> list[dict]:
    """The rows of a file of JSON lines. Raises FileNotFoundError, or ValueError for what is not JSON."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def shares(rows: Iterable[dict], column: str) -> dict[str, int]:
    """How many rows have each value of a column, in the order of the values."""
    return {str(value): n for value, n in sorted(Counter(row[column] for row in rows).items())}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
