"""The corpus on disk: reading it, and refusing what is not whole."""

import json
from pathlib import Path
from typing import Any

from data_chef.splits import SPLITS


SCHEMA = {
    "question": "string", "answer": "string", "solution": "string", "task": "string", "difficulty": "int32",
    "split": "string", "canonical_hash": "string", "graph": "string", "entry_point": "string", "test": "string",
}  # fmt: skip
FORMAT = "data_chef corpus 1"


def describe(folder: str | Path) -> dict:
    """What `corpus.json` says about a corpus: schema, counts, seed, mixture and the sha256 of its content.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: the folder is half-written, damaged, or something else than a corpus.
    """
    folder = Path(folder)
    rebuild = "build one with `python -m data_chef build --preset nano --out DIR`"
    if not folder.is_dir():
        raise FileNotFoundError(f"no corpus at {folder}; {rebuild}")
    try:
        described = json.loads((folder / "corpus.json").read_text())
    except FileNotFoundError:
        raise ValueError(f"{folder} is not a whole corpus: it has no corpus.json; {rebuild}") from None
    except ValueError as error:
        raise ValueError(f"{folder}/corpus.json is damaged ({error}); {rebuild}") from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise ValueError(f"{folder}/corpus.json is not that of a {FORMAT!r}; {rebuild}")
    for name, size in described["files"].items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            state = "is missing" if found is None else f"has {found} bytes instead of {size}"
            raise ValueError(f"{folder} is not whole: {name} {state}; {rebuild}")
    return described


def load(folder: str | Path, split: str) -> Any:
    """One split of a corpus as a `datasets.Dataset`.

    Raises:
        FileNotFoundError, ValueError: see `describe`; ValueError also for an unknown split.
    """
    from datasets import Dataset

    described = describe(folder)
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; a corpus has {', '.join(SPLITS)}")
    return Dataset.from_parquet(
        [str(Path(folder) / name) for name in described["files"] if name.startswith(f"data/{split}-")]
    )


def tokenizer_dir(folder: str | Path) -> Path:
    """The folder of the corpus's tokenizer, for `AutoTokenizer.from_pretrained`. Raises what `describe` raises."""
    describe(folder)
    return Path(folder) / "tokenizer"
