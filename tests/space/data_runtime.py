"""The dataset functions of the browser runtime in a process of Node, and Python's results in the same form."""

import csv
import json
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_chef.descriptor import Dataset, Field, canonical_json, ingest


BUNDLER = Path(__file__).parents[2] / "space" / "node_modules" / ".bin" / "rolldown"

DATASET = Dataset(
    name="sums",
    version="1",
    modality="tabular",
    fields=(
        Field("text", "string", True, "é"),
        Field("small", "int32", False, ""),
        Field("large", "int64", False, ""),
        Field("real", "float64", False, ""),
        Field("flag", "bool", False, ""),
        Field("tags", "list<string>", False, ""),
        Field("__proto__", "string", False, "a name that JavaScript could take for something else"),
    ),
    splits={"train": 9000, "test": 1000},
    seed=7,
    license="Apache-2.0",
    content_sha256="0" * 64,
)
ROWS = [
    {"text": 'Say "1,\n2".', "small": 1, "large": 2**53 - 1, "real": 0.1, "flag": True, "tags": ["a", "b,c", "😀"]},
    {"text": "½ of 4?\r\n\u2028", "small": -(2**31), "large": None, "real": None, "flag": None, "tags": None},
    {"text": "", "small": 2**31 - 1, "large": -5, "real": -2.5e-300, "flag": False, "tags": []},
    {"text": "\ufeffa\x00 ", "small": 0, "large": 0, "real": 5e-324, "flag": None, "tags": [""], "__proto__": "p"},
]


def write_rows(path: Path, rows: list[dict], **options) -> Path:
    rows = [{name: row.get(name) for name in (field.name for field in DATASET.fields)} for row in rows]
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1, **options), encoding="utf-8")
    elif path.suffix == ".jsonl":
        lines = (json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows)
        path.write_bytes(("\ufeff" + "".join(lines) + "\n \t\n").encode())
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, **options)
    else:

        def cell(value):
            return "" if value is None else value if isinstance(value, str) else json.dumps(value)

        with open(path, "w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(rows[0])
            writer.writerows([cell(value) for value in row.values()] for row in rows)
    return path


class Runtime:
    """The runtime's functions in a process of Node."""

    def __init__(self, folder: Path):
        if shutil.which("node") is None or not BUNDLER.exists():
            reason = "the Space's packages are not installed (`npm ci` in space/)"
            pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)
        driver = Path(__file__).with_name("data_driver.ts")
        out = ["--format", "esm", "--platform", "node", "--dir", folder, "--entryFileNames", "driver.mjs"]
        subprocess.run([BUNDLER, driver, *out], check=True, capture_output=True, timeout=60)
        pipe = subprocess.PIPE
        command = ["node", str(folder / "driver.mjs")]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        assert self.process.stdin and self.process.stdout
        self.jobs, self.answers = self.process.stdin, self.process.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.jobs.close()
        assert self.process.wait(20) == 0

    def answer(self, op: str, **job) -> dict:
        self.jobs.write(json.dumps({"op": op, **job}) + "\n")
        self.jobs.flush()
        return json.loads(self.answers.readline())

    def __call__(self, op: str, **job):
        answer = self.answer(op, **job)
        assert "value" in answer, answer
        return answer["value"]

    def ingest(self, source, dataset: Dataset = DATASET, **options) -> dict:
        descriptor = canonical_json(dataset.value()).decode()
        format = None if "://" in str(source) else Path(source).suffix[1:]
        options = {"format": format, "refuseExtra": False, **options}
        return self("ingest", source=str(source), descriptor=descriptor, **options)


def tagged(value, kind: str):
    """As the driver writes it: integers by digits, floats by bits."""
    if value is None or not kind.startswith(("int", "float")):
        return value
    return f"i{value}" if kind != "float64" else f"f{int.from_bytes(struct.pack('>d', value)):x}"


def python_rows(path, dataset: Dataset = DATASET, refuse_extra: bool = False) -> dict:
    rows: list[list] = []
    try:
        for row in ingest(path, dataset, refuse_extra):
            rows.append([tagged(row[field.name], field.type) for field in dataset.fields])
    except ValueError as error:
        return {"rows": rows, "error": str(error)}
    return {"rows": rows}


def place(result: dict) -> tuple | None:
    """The row and the field that an error names."""
    if "error" not in result:
        return None
    # Python says no row for that.
    if "not UTF-8" in result["error"]:
        return ("not UTF-8",)
    match = re.search(r", row (\d+)(?:, field '([^']+)')?: ", result["error"])
    return match.groups() if match else (result["error"],)


def same(runtime, path: Path, chunks=(None, 1, 7), refuse_extra: bool = False) -> dict:
    """Asserts that both languages read the file alike, whatever the pieces it comes in; Python's result."""
    expected = python_rows(path, refuse_extra=refuse_extra)
    for chunk in chunks:
        result = runtime.ingest(path, chunk=chunk, refuseExtra=refuse_extra)
        assert place(result) == place(expected), (result, expected)
        if place(expected) != ("not UTF-8",):
            assert result["rows"] == expected["rows"]
    return expected
