"""A typed description of a dataset, as JSON, and the reading of JSON, JSONL, CSV and Parquet by it.

Everything here is meant to be done the same way by a program in another language, a browser's above all:

* A descriptor is written as canonical JSON: UTF-8, no spaces, no line break at the end, the keys of an object sorted,
  strings escaped only where JSON demands it (`JSON.stringify` does the same), and no numbers but integers within
  2^53 - 1, so that no two languages format one differently. This is RFC 8785 without fractions.
* The id of a dataset is the sha256, in hex, of these bytes: `sha256sum` of the file gives it.
* Ratios of splits are integers, in parts of 10,000, for the same reason.
* `split_of` and `shuffled` take nothing but sha256 of UTF-8 text, which `crypto.subtle.digest` has too.
* Numbers in JSON are read as JavaScript reads them: `1.0` is the integer 1, and an int64 beyond 2^53 - 1 has to be
  written as a string of digits. In CSV, numbers, `true` and `false` are written as in JSON, a list as a JSON array,
  and an empty cell is an empty string in a string's column and a missing value in another.

`data/descriptor.schema.json` is the JSON Schema of a descriptor.
"""

import csv
import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_chef.corpus import data_version, describe, read_rows, split_files, write_whole
from data_chef.registry import unknown


TYPES = ("string", "int32", "int64", "float64", "bool", "list<string>")
MODALITIES = ("text", "tabular")
WHOLE = 10_000
# The largest integer that JavaScript holds exactly.
SAFE = 2**53 - 1
CHUNK = 1 << 16
# Of one row of a JSON array, or one cell of CSV, in characters.
LONGEST = 1 << 26
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")

COLUMNS = {
    "question": "what the user asks",
    "answer": "the final answer; for code the bare program",
    "solution": "the worked steps, one a line; for code one fenced block; empty when the answer says all",
    "task": "the kind of problem",
    "family": "the family of the task",
    "difficulty": "from 1, easy, upwards",
    "split": "decided by a hash of the problem; for functions of one operation, of the question",
    "canonical_hash": "of the problem, whatever its wording",
    "graph": "word problems: the operation graph; else empty",
    "entry_point": "code: the name of the function; else empty",
    "test": "code: assert statements, one a line; else empty",
}
OPTIONAL = ("graph", "entry_point", "test")


@dataclass(frozen=True)
class Field:
    """One column: its name, one of TYPES, and whether every row has a value of it."""

    name: str
    type: str
    required: bool
    description: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise ValueError(f"name of a field must be letters, digits and _ . -, not {found(self.name)}")
        where = f"field {self.name!r}"
        if self.type not in TYPES:
            unknown(f"type of {where}", self.type, TYPES)
        if not isinstance(self.required, bool):
            raise ValueError(f"required of {where} must be true or false, not {found(self.required)}")
        _text(self.description, f"description of {where}")


@dataclass(frozen=True)
class Dataset:
    """What a dataset is.

    Attributes:
        modality: one of MODALITIES.
        splits: the share of each split, in parts of 10,000.
        seed: it was made with, and `split_of` and `shuffled` use.
        license: SPDX identifier.
        content_sha256: in hex, of its rows.
        files: the files of each split, in order, relative to the descriptor; None when they are named elsewhere.
    """

    name: str
    version: str
    modality: str
    fields: tuple[Field, ...]
    splits: dict[str, int]
    seed: int
    license: str
    content_sha256: str
    files: dict[str, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        for key in ("name", "version", "license"):
            _text(getattr(self, key), key, empty=False)
        if self.modality not in MODALITIES:
            unknown("modality", self.modality, MODALITIES)
        names = [field.name for field in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise ValueError(f"field {twice[0]!r} is described twice" if twice else "fields must not be empty")
        _check_splits(self.splits)
        if not _whole(self.seed) or not 0 <= self.seed <= SAFE:
            raise ValueError(f"seed must be an integer from 0 to 2^53 - 1, not {found(self.seed)}")
        if not isinstance(self.content_sha256, str) or not re.fullmatch("[0-9a-f]{64}", self.content_sha256):
            raise ValueError(f"content_sha256 must be 64 digits of lower-case hex, not {found(self.content_sha256)}")
        for split, paths in (self.files or {}).items():
            if split not in self.splits:
                unknown("split in files", split, self.splits)
            for path in paths:
                _text(path, f"path in files of {split}", empty=False)
                if path.startswith("/") or "\\" in path or ".." in path.split("/"):
                    raise ValueError(f"path in files of {split} must lead from the descriptor downwards, not {path!r}")

    def value(self) -> dict:
        """As JSON has it; `files` is left out when there is none."""
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None}

    def id(self) -> str:
        """The sha256 of the canonical JSON, in hex."""
        return hashlib.sha256(canonical_json(self.value())).hexdigest()


def _check_splits(splits: Any) -> None:
    if not isinstance(splits, dict) or not splits:
        raise ValueError(f"splits must be an object such as {{'train': 9000, 'test': 1000}}, not {found(splits)}")
    for name, ratio in splits.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise ValueError(f"name of a split must be letters, digits and _ . -, not {found(name)}")
        if not _whole(ratio) or not 0 <= ratio <= WHOLE:
            raise ValueError(f"ratio of split {name!r} must be an integer from 0 to {WHOLE}, not {found(ratio)}")
    if sum(splits.values()) != WHOLE:
        raise ValueError(f"ratios of the splits must add up to {WHOLE}, not {sum(splits.values())}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Any, what: str, empty: bool = True) -> None:
    if not _is_text(value) or not (value or empty):
        raise ValueError(f"{what} must be a {'string' if empty else 'string that is not empty'}, not {found(value)}")


def _is_text(value: Any) -> bool:
    """Whether it is a string that UTF-8 can hold: half a surrogate pair cannot be written."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def found(value: Any) -> str:
    """A value, and what it is, in the words of an error message."""
    names = {bool: "bool", int: "integer", float: "number", str: "string", list: "list", dict: "object"}
    if value is None:
        return "null"
    shown = json.dumps(value, default=str)
    return f"{names.get(type(value), type(value).__name__)} {shown if len(shown) <= 60 else shown[:57] + '...'}"


def canonical_json(value: Any) -> bytes:
    """The one way to write a value; see the top of this file. Raises ValueError for a number that has several."""
    _check_canonical(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _check_canonical(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            # Beyond ASCII, languages differ in how they sort.
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"canonical JSON has keys of ASCII, not {found(key)}")
            _check_canonical(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_canonical(inner)
    elif not (value is None or _is_text(value) or (isinstance(value, int) and abs(value) <= SAFE)):
        raise ValueError(f"canonical JSON has integers within 2^53 - 1 and strings of UTF-8, not {found(value)}")


def parse(text: str | bytes) -> Dataset:
    """A descriptor from JSON. Raises ValueError, naming the key, when it is not one."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    given = _object(value, Dataset, "a descriptor")
    for key, kind in (("fields", list), ("files", dict)):
        if key in given and not isinstance(given[key], kind):
            raise ValueError(f"{key} must be {'a list' if kind is list else 'an object'}, not {found(given[key])}")
    given["fields"] = tuple(Field(**_object(field, Field, "a field")) for field in given["fields"])
    for split, paths in given.get("files", {}).items():
        if not isinstance(paths, list):
            raise ValueError(f"files of {split} must be a list, not {found(paths)}")
    if "files" in given:
        given["files"] = {split: tuple(paths) for split, paths in given["files"].items()}
    return Dataset(**given)


def _object(value: Any, kind: type, where: str) -> dict:
    """The members of an object that has the keys of the dataclass."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object, not {found(value)}")
    known = {field.name: field.default is dataclasses.MISSING for field in dataclasses.fields(kind)}
    for key in value:
        if key not in known:
            unknown(f"key of {where}", key, known)
    missing = [key for key, required in known.items() if required and key not in value]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    return dict(value)


def read(path: str | Path) -> Dataset:
    """A descriptor from a file. Raises ValueError, naming file and key, or FileNotFoundError."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"no descriptor at {path}; write one with `python -m data_chef descriptor CORPUS`")
    try:
        return parse(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def write(dataset: Dataset, path: str | Path) -> None:
    write_whole(Path(path), canonical_json(dataset.value()))


def descriptor_of(corpus: str | Path) -> Dataset:
    """The descriptor of a corpus folder. Raises what `corpus.describe` raises."""
    described = describe(corpus)
    counts = {split: sum(tasks.values()) for split, tasks in described["counts"].items()}
    return Dataset(
        name=described["curriculum"]["name"],
        version=data_version(described),
        modality="text",
        fields=tuple(
            Field(name, kind, name not in OPTIONAL, COLUMNS.get(name, ""))
            for name, kind in described["schema"].items()
        ),
        splits=ratios_of(counts),
        seed=described["seed"],
        license="Apache-2.0",
        content_sha256=described["content_sha256"],
        files={split: tuple(split_files(described["files"], split)) for split in counts},
    )


def ratios_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Shares in parts of 10,000 that add up to it: rounded down, then one more for the largest remainders."""
    total = sum(counts.values())
    if total <= 0:
        raise ValueError("a dataset without rows has no splits")
    ratios = {name: count * WHOLE // total for name, count in counts.items()}
    by_remainder = sorted(counts, key=lambda name: (-(counts[name] * WHOLE % total), name))
    for name in by_remainder[: WHOLE - sum(ratios.values())]:
        ratios[name] += 1
    return ratios


def split_of(row_key: str, seed: int, ratios: Mapping[str, int]) -> str:
    """The split of a row, a function of its key alone.

    The first four bytes of sha256 of the UTF-8 text `seed|key`, as a big-endian integer n, say where the row falls:
    `floor(n * 10000 / 2^32)`, counted through the splits in the order of their names.
    """
    _check_splits(dict(ratios))
    place = int.from_bytes(hashlib.sha256(f"{seed}|{row_key}".encode()).digest()[:4], "big") * WHOLE >> 32
    for name in sorted(ratios):
        place -= ratios[name]
        if place < 0:
            return name
    raise AssertionError("the ratios add up to 10,000")


def shuffled(n: int, seed: int) -> list[int]:
    """A permutation of 0 to n - 1: the indices sorted by the bytes of sha256 of the text `seed|index`."""
    return sorted(range(n), key=lambda index: hashlib.sha256(f"{seed}|{index}".encode()).digest())


def ingest(path: str | Path, descriptor: Dataset, refuse_extra: bool = False) -> Iterator[dict]:
    """The rows of a `.json` (one array), `.jsonl`, `.csv` or `.parquet` file, one at a time, checked and converted.

    A row has the descriptor's fields, in its order; a missing value of a field that is not required is None.

    Args:
        refuse_extra: whether other columns are an error; else they are dropped.

    Raises:
        ValueError: names the file, the row (from 1; blank lines and the header of CSV do not count), the field, and
            what was expected and found.
        FileNotFoundError: there is no such file.
    """
    path = Path(path)
    if path.suffix.lower() not in READERS:
        unknown(f"kind of file of {path.name}", path.suffix, READERS)
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}")
    types = {field.name: field.type for field in descriptor.fields}
    rows = READERS[path.suffix.lower()](path, types)
    number = 0
    while True:
        number += 1
        try:
            value = next(rows)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not UTF-8: {error.reason}") from error
        except (ValueError, RecursionError, csv.Error) as error:
            raise ValueError(f"{path}, row {number}: {error}") from error
        yield _row(value, descriptor, types if refuse_extra else None, f"{path}, row {number}")


def _row(value: Any, descriptor: Dataset, allowed: Mapping[str, str] | None, where: str) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected an object, found {found(value)}")
    for key in value if allowed else ():
        if allowed and key not in allowed:
            unknown(f"column in {where}:", key, allowed)
    row = {}
    for field in descriptor.fields:
        given = value.get(field.name)
        row[field.name] = None if given is None else convert(given, field.type)
        if row[field.name] is None and (field.required or given is not None):
            what = found(given) if field.name in value else "nothing"
            raise ValueError(f"{where}, field {field.name!r}: expected {field.type}, found {what}")
    return row


def convert(value: Any, kind: str) -> Any:
    """The value as this type, or None when it is of another."""
    if kind == "string":
        return value if _is_text(value) else None
    if kind == "list<string>":
        return value if isinstance(value, list) and all(map(_is_text, value)) else None
    if kind == "bool" or isinstance(value, bool):
        return value if kind == "bool" and isinstance(value, bool) else None
    if kind == "int64" and isinstance(value, str) and INTEGER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if kind == "float64":
        return float(value)
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > SAFE:
            return None
        value = int(value)
    limit = 1 << (31 if kind == "int32" else 63)
    return value if -limit <= value < limit else None


def _integer(digits: str) -> int | float:
    """As JavaScript has it: beyond 2^53 - 1 it is not exact, and -0 is not 0."""
    value = float(digits)
    return int(digits) if abs(value) <= SAFE and digits != "-0" else value


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=_constant)
_SPACE = " \t\r\n"


def _json(path: Path, types) -> Iterator:
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from _array(file)


def _array(file) -> Iterator:
    """The values of a JSON array, read in chunks."""

    def solid(text: str) -> str:
        """The text from its first character that is no space, read on if need be."""
        text = text.lstrip(_SPACE)
        while not text:
            text = file.read(CHUNK)
            if not text:
                raise ValueError("the file ends before its array does")
            text = text.lstrip(_SPACE)
        return text

    text = solid("")
    if text[0] != "[":
        raise ValueError("a .json file of rows is one array")
    text = solid(text[1:])
    more = text[0] != "]"
    while more:
        value, text = _first_value(text, file)
        yield value
        text = solid(text)
        more = text[0] == ","
        if more:
            text = solid(text[1:])
        elif text[0] != "]":
            raise ValueError(f"expected , or ] before this row, found {text[0]!r}")
    text = text[1:] or file.read(CHUNK)
    while text:
        if text.strip(_SPACE):
            raise ValueError("the file goes on after its array")
        text = file.read(CHUNK)


def _first_value(text: str, file) -> tuple[Any, str]:
    """The value that the text begins with, and the text after it; reads on while it is not whole."""
    while True:
        try:
            value, end = _DECODER.raw_decode(text)
            return value, text[end:]
        except json.JSONDecodeError as error:
            chunk = file.read(max(CHUNK, len(text))) if len(text) < LONGEST else ""
            if not chunk:
                raise ValueError(f"broken JSON: {error.msg}") from error
            text += chunk


def _jsonl(path: Path, types) -> Iterator:
    with open(path, encoding="utf-8-sig", newline="\n") as file:
        for line in file:
            if line.strip(_SPACE):
                yield _DECODER.decode(line)


def _csv(path: Path, types: Mapping[str, str]) -> Iterator[dict]:
    csv.field_size_limit(LONGEST)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = filter(None, csv.reader(file, strict=True))
        header = _header(next(rows, []))
        for cells in rows:
            if len(cells) != len(header):
                raise ValueError(f"expected {len(header)} cells, as in the header, found {len(cells)}")
            pairs = zip(header, cells, strict=True)
            yield {name: _cell(cell, types.get(name, "string")) for name, cell in pairs}


def _header(names: list[str]) -> list[str]:
    twice = [name for name in names if names.count(name) > 1]
    if not names or twice:
        raise ValueError(f"column {twice[0]!r} occurs twice" if twice else "the file is empty")
    return names


def _cell(text: str, kind: str) -> Any:
    """The value that a cell stands for; text that stands for none stays as it is."""
    if kind == "string":
        return text
    if kind.startswith("int"):
        return int(text) if INTEGER.fullmatch(text) else text or None
    if kind == "float64":
        return float(text) if NUMBER.fullmatch(text) else text or None
    if kind == "bool":
        return {"true": True, "false": False, "": None}.get(text, text)
    try:
        return _DECODER.decode(text) if text else None
    except ValueError:
        return text


def _parquet(path: Path, types) -> Iterator[dict]:
    import pyarrow.parquet as pq

    _header(pq.read_schema(path).names)
    for rows in read_rows(path):
        yield from rows


READERS = {".json": _json, ".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}


def add_arguments(parser) -> None:
    parser.add_argument("corpus", help="folder of a corpus")
    parser.add_argument("--out", metavar="FILE.json", help="default: the screen")


def run(options) -> None:
    dataset = descriptor_of(options.corpus)
    if options.out:
        write(dataset, options.out)
        print(f"{options.out}: id {dataset.id()}")
    else:
        print(canonical_json(dataset.value()).decode())


def add_ingest_arguments(parser) -> None:
    parser.add_argument("file", help="; ".join(READERS))
    parser.add_argument("--descriptor", metavar="FILE.json", required=True)
    parser.add_argument("--refuse-extra", action="store_true", help="columns that are not described are an error")


def run_ingest(options) -> None:
    """Counts the rows, by split where the file says it."""
    descriptor = read(options.descriptor)
    rows = 0
    splits: dict[str, int] = {}
    for row in ingest(options.file, descriptor, options.refuse_extra):
        rows += 1
        if isinstance(row.get("split"), str):
            splits[row["split"]] = splits.get(row["split"], 0) + 1
    print(f"{options.file}: {rows:,} rows as described")
    for split, count in sorted(splits.items()):
        print(f"{split}: {count:,}")
