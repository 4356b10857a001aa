"""The corpus on disk: reading it, refusing what is not whole, and the shards that it is written in."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_chef.splits import SPLITS


SCHEMA = {
    "question": "string", "answer": "string", "solution": "string", "task": "string", "family": "string",
    "difficulty": "int32", "split": "string", "canonical_hash": "string", "graph": "string", "entry_point": "string",
    "test": "string",
}  # fmt: skip
FORMAT = "data_chef corpus 2"
# Without the family column and the files' hashes, but good to train on.
READABLE = (FORMAT, "data_chef corpus 1")
# Semantic version of what is built: MAJOR is that of FORMAT (columns, layout of the folder); MINOR goes up when the
# same curriculum and seed give other items; PATCH when only the card, or what else is told of them, changes.
VERSION = "2.1.0"


def describe(folder: str | Path, verify: bool = False) -> dict:
    """What `corpus.json` says about a corpus: schema, counts, seed, mixture and the sha256 of its content.

    Args:
        verify: compare the sha256 of every file as well, not only its size.

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
    if not isinstance(described, dict) or described.get("format") not in READABLE:
        raise ValueError(f"{folder}/corpus.json is not that of a {FORMAT!r}; {rebuild}")
    for name, expected in described["files"].items():
        path = folder / name
        size, digest = (expected["bytes"], expected["sha256"]) if isinstance(expected, dict) else (expected, None)
        found = path.stat().st_size if path.is_file() else None
        state = None
        if found != size:
            state = "is missing" if found is None else f"has {found} bytes instead of {size}"
        elif verify and digest and sha256_of(path) != digest:
            state = f"has another sha256 than {digest}: its content was changed"
        if state:
            raise ValueError(f"{folder} is not whole: {name} {state}; {rebuild}")
    return described


def row_digest(values: tuple) -> bytes:
    """16 bytes for a row, of its values in the order of the schema; `content_sha256` is made of these."""
    return hashlib.blake2b(repr(values).encode(), digest_size=16).digest()


def content_sha256(folder: str | Path, described: dict) -> str:
    """What `content_sha256` in `corpus.json` should be: build.py takes it from the rows, this from the shards."""
    shards = []
    for name in (name for split in SPLITS for name in split_files(described["files"], split)):
        shard = hashlib.sha256()
        for rows in read_rows(Path(folder) / name, list(described["schema"])):
            for row in rows:
                shard.update(row_digest(tuple(row[column] for column in described["schema"])))
        shards.append(shard.hexdigest())
    return hashlib.sha256("".join(shards).encode()).hexdigest()


def data_version(described: dict) -> str:
    """The semantic version of a corpus, from its `corpus.json`; MAJOR.0.0 for one from before there were versions."""
    return described.get("version") or f"{described['format'].split()[-1]}.0.0"


def load(folder: str | Path, split: str) -> Any:
    """One split of a corpus as a `datasets.Dataset`.

    Raises:
        FileNotFoundError, ValueError: see `describe`; ValueError also for an unknown split.
    """
    from datasets import Dataset

    return Dataset.from_parquet(_paths(folder, split))


def table(folder: str | Path, split: str, columns: Sequence[str] | None = None) -> Any:
    """One split of a corpus as a `pyarrow.Table`, for machines without `datasets`. Raises what `load` raises."""
    import pyarrow.parquet as pq

    return pq.read_table(_paths(folder, split), columns=list(columns) if columns else None)


def _paths(folder: str | Path, split: str) -> list[str]:
    described = describe(folder)
    if split not in SPLITS or split not in described["counts"]:
        raise ValueError(f"unknown split {split!r}; this corpus has {', '.join(described['counts'])}")
    return [str(Path(folder) / name) for name in split_files(described["files"], split)]


def split_files(files, split: str) -> list[str]:
    """The names of a split's shards among those of all files, in order."""
    return sorted(name for name in files if name.startswith(f"data/{split}-"))


def tokenizer_dir(folder: str | Path) -> Path:
    """The folder of the corpus's tokenizer, for `AutoTokenizer.from_pretrained`. Raises what `describe` raises."""
    describe(folder)
    return Path(folder) / "tokenizer"


def tokenizer_folder(folder: str | Path) -> Path:
    """Of a tokenizer, a corpus or a model. Raises FileNotFoundError when there is none."""
    for path in (Path(folder), Path(folder) / "tokenizer"):
        if (path / "tokenizer.json").is_file():
            return path
    raise FileNotFoundError(f"no tokenizer.json in {folder}")


def sha256_of(path: str | Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Writes a file under another name and renames it when it is safe on the disk."""
    beside = path.with_name(path.name + ".partial")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def table_of(rows: dict[str, list]) -> Any:
    """Columns as a `pyarrow.Table` of the schema."""
    import pyarrow as pa

    return pa.table(rows, schema=pa.schema(list(SCHEMA.items())))


def write_shard(path: Path, tables: list) -> dict:
    """Writes tables as one Parquet file; returns its rows, size and sha256."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    table = pa.concat_tables(tables).combine_chunks()
    pq.write_table(table, buffer, compression="zstd")
    content = memoryview(buffer.getvalue())
    write_whole(path, content)
    return {"rows": len(table), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_rows(path: str | Path, columns: list[str] | None = None) -> Iterator[list[dict]]:
    """The rows of a Parquet file in batches of some thousands."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(5000, columns=columns):
            yield batch.to_pylist()
