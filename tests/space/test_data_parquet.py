"""Rows of Parquet in the browser runtime, from files and by ranges of a URL: the same as data_chef's."""

import datetime
import decimal
import http.server
import threading
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.space.data_runtime import DATASET, ROWS, Runtime, place, python_rows, same, write_rows


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    with Runtime(tmp_path_factory.mktemp("driver")) as runtime:
        yield runtime


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "snappy", "row_group_size": 7},
        {"compression": "zstd", "row_group_size": 50, "use_dictionary": False},
        {"compression": "gzip", "data_page_version": "2.0", "data_page_size": 64},
        {"compression": "brotli", "version": "1.0"},
        {"compression": "lz4", "use_dictionary": False, "use_byte_stream_split": ["real"]},
        {"compression": "none", "use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}},
    ],
    ids=str,
)
def test_parquet_files(runtime, tmp_path, options):
    rows = [{**row, "text": f"{index} {row['text']}", "large": index * 2**40} for index, row in enumerate(ROWS * 30)]
    path = write_rows(tmp_path / "rows.parquet", rows, **options)
    assert len(same(runtime, path, (None,))["rows"]) == 120
    rows[100]["small"] = 2**40
    path = write_rows(path, rows, **options)
    assert place(same(runtime, path, (None,))) == ("101", "small")


def columns_of_parquet() -> dict[str, pa.Array]:
    day = datetime.date(2020, 1, 2)
    return {
        "uint64": pa.array([1, 2**63 - 1, 2**64 - 1], pa.uint64()),
        "int64": pa.array([2**53 - 1, 2**53 + 1, -(2**63)], pa.int64()),
        "uint32": pa.array([1, None, 2**32 - 1], pa.uint32()),
        "int8": pa.array([-128, 127, None], pa.int8()),
        "float64": pa.array([1.0, -0.0, 2.5], pa.float64()),
        "float32": pa.array([3.0, 0.1, None], pa.float32()),
        "float16": pa.array([1.0, 0.5, None], pa.float16()),
        "infinite": pa.array([1.5, float("inf"), 2.0]),
        "not a number": pa.array([None, float("nan"), 2.0]),
        "large number": pa.array([2.0**53, 2.0**60, 1e300]),
        "bool": pa.array([True, False, None]),
        "string": pa.array(["", "\ufeffé", None]),
        "large_string": pa.array(["1", "-0", "9223372036854775807"], pa.large_string()),
        "dictionary": pa.array(["a", "b", "a"]).dictionary_encode(),
        "binary": pa.array([None, b"a", b"\xff"]),
        "not utf8": pa.array([b"a", b"\xff", b"b"]).view(pa.string()),
        "decimal": pa.array([None, decimal.Decimal("1.00"), decimal.Decimal("2")]),
        "date": pa.array([None, day, day]),
        "time": pa.array([None, datetime.time(1), datetime.time(2)]),
        "timestamp": pa.array([None, datetime.datetime(2020, 1, 2), None]),
        "nothing": pa.nulls(3),
        "null strings": pa.nulls(3, pa.string()),
        "list": pa.array([["a", "b"], [], None]),
        "list of null": pa.array([["a"], ["a", None], None]),
        "only nulls": pa.array([None, [None], [None, None]], pa.list_(pa.string())),
        "list of integers": pa.array([None, [1], []]),
        "list of lists": pa.array([None, [["a"]], []]),
        "struct": pa.array([None, {"a": 1}, {"a": None}]),
    }


@pytest.mark.parametrize("name", columns_of_parquet())
def test_types_of_parquet(runtime, tmp_path, name):
    column = columns_of_parquet()[name]
    read = 0
    for field in DATASET.fields[:-1]:
        table = {"text": column} if field.name == "text" else {"text": pa.array(["x"] * 3), field.name: column}
        path = tmp_path / "rows.parquet"
        pq.write_table(pa.table(table), path)
        read += len(same(runtime, path, (None,))["rows"])
    assert read > 0 or name == "not utf8"


def test_odd_parquet_files(runtime, tmp_path):
    path = tmp_path / "rows.parquet"
    empty = pa.table({"text": pa.array([], pa.string())})
    for table, refuse_extra in [
        (empty, False),
        (empty.append_column("x", pa.array([], pa.int8())), True),
        (pa.table({}), False),
        (pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), False),
        (pa.table([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["text", "x", "x"]), False),
        (pa.table({"text": ["a"], "x": [1], "y.z": [{"a": 1}]}), False),
        (pa.table({"text": ["a"], "x": [1]}), True),
        (pa.table({"x": [1, 2]}), False),
        (pa.table({"text": ["a"], "__proto__": ["b"]}), False),
    ]:
        pq.write_table(table, path)
        same(runtime, path, (None,), refuse_extra)


class Ranges(http.server.SimpleHTTPRequestHandler):
    """A file server that knows single ranges, and notes them."""

    asked: list[str | None] = []

    def do_GET(self):
        header = self.headers["Range"]
        self.asked.append(header)
        path = Path(self.translate_path(self.path))
        if not header or not path.is_file():
            return super().do_GET()
        content = path.read_bytes()
        first, last = (int(number or len(content) - 1) for number in header.removeprefix("bytes=").split("-"))
        body = content[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_parquet_from_a_url_comes_by_ranges_and_text_in_one_request(runtime, tmp_path):
    rows = [{"text": f"{index:06}", "blob": f"{index * 7919:0600}"} for index in range(4000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet", compression="none", row_group_size=1000)
    write_rows(tmp_path / "rows.csv", ROWS)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranges, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        Ranges.asked = []
        result = runtime.ingest(f"{address}/rows.parquet?v=1#x")
        assert result == python_rows(tmp_path / "rows.parquet")
        sizes = [
            int(last) - int(first) + 1 for first, last in (r.removeprefix("bytes=").split("-") for r in Ranges.asked)
        ]
        # The footer, and for each of four row groups the one described column.
        assert len(sizes) == 5 and sum(sizes) < 700_000 < (tmp_path / "rows.parquet").stat().st_size / 3
        assert runtime.ingest(f"{address}/rows.csv") == python_rows(tmp_path / "rows.csv")
        assert Ranges.asked[-1] is None
        for name in ("none.parquet", "none.csv"):
            assert runtime.ingest(f"{address}/{name}")["code"] == "not-found"
        server.shutdown()
    for name in ("rows.parquet", "rows.csv"):
        assert runtime.ingest(f"{address}/{name}")["code"] == "network"
