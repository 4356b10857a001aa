"""Rows of JSON, JSONL and CSV in the browser runtime: the same as data_chef's, and the same refusals."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.space.data_runtime import DATASET, ROWS, Runtime, place, python_rows, same, write_rows


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    with Runtime(tmp_path_factory.mktemp("driver")) as runtime:
        yield runtime


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_the_same_rows_from_every_format(runtime, tmp_path, suffix):
    rows = ROWS * 40
    chunks = (None,) if suffix == ".parquet" else (None, 1, 2, 3, 1000)
    result = same(runtime, write_rows(tmp_path / f"rows{suffix}", rows), chunks)
    assert len(result["rows"]) == 160
    texts = [row[0] for row in result["rows"]]
    assert texts == [row["text"] for row in rows]


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_errors_name_the_same_row_and_field(runtime, tmp_path, suffix):
    chunks = (None,) if suffix == ".parquet" else (None, 1)
    for field, value in [("small", 2**31), ("text", None)]:
        rows = [*ROWS, {**ROWS[0], field: value}, ROWS[0]]
        path = write_rows(tmp_path / f"rows{suffix}", rows)
        result = same(runtime, path, chunks)
        expected = None if suffix == ".csv" and field == "text" else ("5", field)
        assert place(result) == expected
        if expected:
            theirs = runtime.ingest(path)
            assert (
                theirs["code"] == "bad-data"
                and theirs["error"].split(", row ")[1] == result["error"].split(", row ")[1]
            )
    renamed = path.read_bytes().replace(b"tags", b"togs")
    path.write_bytes(renamed)
    assert len(same(runtime, path, chunks)["rows"]) == (6 if suffix == ".csv" else 4)
    assert place(same(runtime, path, chunks, refuse_extra=True)) == ("1", None)


LITERALS = """0 -0 0.0 -0.0 1 1.0 1.5 1e2 1E+2 -1 01 +1 .5 1. 0x1 1_0 2147483647 2147483648 -2147483648 -2147483649
9007199254740991 9007199254740992 9007199254740993 -9007199254740992 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 9007199254740993.0 123456789012345678901234567890 1e308 1e309 -1e999 5e-324
1e-400 NaN Infinity -Infinity nan null true false True TRUE "" "a" "1" "-0" "01" "9223372036854775807"
"9223372036854775808" "-9223372036854775809" " 1" "1 " "true" "\\ud800" "\\ud83d\\ude00" "\\udc00\\ud800" "\\u00e9"
"\\u0000" "\\x41" "\\/" [] [""] ["a","b"] ["a",1] ["a",null] ["\\ud800"] [[]] [1] {} {"a":1} [ [""
""".split()


@pytest.mark.parametrize("field", [field.name for field in DATASET.fields[:-1]])
def test_values_of_json_and_csv(runtime, tmp_path, field):
    accepted = 0
    for literal in [*LITERALS, "١", "1\u00a0", "\x1f"]:
        path = tmp_path / "rows.jsonl"
        first = '"text": "x", ' if field != "text" else ""
        path.write_text(f'{{{first}"{field}": {literal}}}', encoding="utf-8")
        accepted += "error" not in same(runtime, path, (None,))
        path = tmp_path / "rows.csv"
        cell = '"' + literal.replace('"', '""') + '"'
        path.write_text(f"{field}\n{cell}\n" if field == "text" else f"text,{field}\nx,{cell}\n", encoding="utf-8")
        accepted += "error" not in same(runtime, path, (None,))
    assert accepted > 4


GOOD = '{"text": "a"}'
DEEP = 100_000
BROKEN = [
    ("json", ""),
    ("json", " "),
    ("json", "\ufeff"),
    ("json", "[]"),
    ("json", "[ ]\n \t"),
    ("json", "{}"),
    ("json", "["),
    ("json", "[]]"),
    ("json", "[] []"),
    ("json", f"[{GOOD}"),
    ("json", f"[{GOOD},"),
    ("json", f"[{GOOD},]"),
    ("json", f"[,{GOOD}]"),
    ("json", f"[{GOOD}{GOOD}]"),
    ("json", f"[{GOOD} {GOOD}]"),
    ("json", f"[{GOOD}}}"),
    ("json", f"[{GOOD}:"),
    ("json", f"[{GOOD}] x"),
    ("json", f"[{GOOD}, 1]"),
    ("json", f"[{GOOD}, null]"),
    ("json", f"[{GOOD}, []]"),
    ("json", f"[{GOOD}, 'a']"),
    ("json", f"[{GOOD}, {GOOD[:-1]}"),
    ("json", f"[{GOOD}, {GOOD[:-1]}]]"),
    ("json", '[{"text": "a\\'),
    ("json", '[{"text": "a\\"'),
    ("json", '[{"text": "a\nb"}]'),
    ("json", '[{"text": "]}{[\\"\\\\"}, {"text": "\\\\"}]'),
    ("json", '[{"text": "a",}]'),
    ("json", '[{"text": "a"} // no\n]'),
    ("json", '[{"text": "a", "x": [}]'),
    ("json", '[{"text": "a", "x": NaN}]'),
    ("json", '[{"text": "a", "text": "b"}, {"text": 1, "text": "c"}]'),
    ("json", f"[{GOOD}, \ufeff{GOOD}]"),
    ("json", f"[{GOOD}, \xa0{GOOD}]"),
    ("json", "[" * DEEP),
    ("json", '[{"text": "a", "x": ' + "[" * DEEP + "]" * DEEP + "}]"),
    ("json", '[{"text": "a", "x": ' + "[" * 800 + "]" * 800 + "}]"),
    ("json", "[" + GOOD + "]" + " " * 70_000),
    ("json", "[" + GOOD + "]" + " " * 140_000 + "x"),
    ("json", "[]" + "\n" * 140_000 + "[]"),
    ("json", '[{"text": "' + "x" * 200_000 + '"}, 5]'),
    ("jsonl", ""),
    ("jsonl", "\n\r\n \n"),
    ("jsonl", f"\n{GOOD}\n\n{GOOD[:-1]}\n"),
    ("jsonl", f"{GOOD}\n{GOOD}{GOOD}"),
    ("jsonl", f"{GOOD}\n{GOOD},"),
    ("jsonl", f"{GOOD}\r{GOOD}"),
    ("jsonl", f"{GOOD}\n[{GOOD}]"),
    ("jsonl", f"{GOOD}\n1\n"),
    ("jsonl", f"{GOOD}\n\x0b\n"),
    ("jsonl", f"{GOOD}\n\x0c{GOOD}\n"),
    ("jsonl", f"{GOOD}\n\u2028\n"),
    ("jsonl", f"{GOOD}\n\ufeff{GOOD}\n"),
    ("jsonl", '{"text": "a\u2028b\x85c"}\n' + GOOD),
    ("jsonl", '{"text": "a", "x": Infinity}'),
    ("jsonl", '{"text": "a", "x": "\\ud800"}'),
    ("jsonl", '{"text": "a", "x": ' + "[" * DEEP + "]" * DEEP + "}"),
    ("jsonl", '{"text": "a", "x": ' + "[" * 800 + "]" * 800 + "}"),
    ("jsonl", '{"text": "a", "__proto__": "b"}\n{"text": "a", "__proto__": {}}'),
    ("jsonl", '{"__proto__": {"text": "a"}}'),
    ("jsonl", '{"text": "a", "toString": 1}'),
    ("csv", ""),
    ("csv", "\n\r\n\r"),
    ("csv", "\ufeff"),
    ("csv", "text"),
    ("csv", '""\n'),
    ("csv", "text,\na,b\n"),
    ("csv", "text,text\na,b\n"),
    ("csv", "text,small\na,1\n\nb\n"),
    ("csv", "text,small\na,1\nb,2,3\n"),
    ("csv", "text,small\ra,1\r\r\nb,2\n\rc,3"),
    ("csv", 'text\n"a\r\nb"\r\n"c\rd"\n'),
    ("csv", 'text,small\n"a,1\n'),
    ("csv", 'text,small\n"a"b,1\n'),
    ("csv", 'text,small\n"a" ,1\n'),
    ("csv", 'text,small\na"b"c,1\n ""x,2\n'),
    ("csv", 'text,small\n"a""b""",1\n'),
    ("csv", 'text,small\n"a""'),
    ("csv", 'text,small\n"a"'),
    ("csv", 'text,small\n"a",'),
    ("csv", 'text,small\n"a","'),
    ("csv", 'text\n""\n\n"\n"\n'),
    ("csv", '"te""xt","text"\na,b'),
    ("csv", "text,x\na,\x00\n\x00b,\n"),
    ("csv", "text,small\na, 1\n"),
    ("csv", "text,small\na,1\x0b\n"),
    ("csv", "text;small\na;1\n"),
    ("csv", "text,__proto__,toString\na,b,c\n"),
    ("csv", "text,small\n" + "a,1\n" * 5000 + "b,x\n"),
]


@pytest.mark.parametrize(("suffix", "content"), BROKEN, ids=range(len(BROKEN)))
def test_broken_and_odd_files(runtime, tmp_path, suffix, content):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content.encode())
    same(runtime, path, (None, 1, 5) if len(content) < 5000 else (None, 4099))


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98"])
def test_what_is_not_utf8(runtime, tmp_path, bad):
    for name, content in {"a.json": b'[{"text": "%s"}]', "a.jsonl": b'{"text": "%s"}', "a.csv": b"text\n%s"}.items():
        path = tmp_path / name
        path.write_bytes(content % bad)
        assert place(same(runtime, path)) == ("not UTF-8",)
        path.write_bytes(content % b"" + bad)
        same(runtime, path, (None,))


def test_a_cut_file_never_passes_for_a_whole_one(runtime, tmp_path):
    """Of CSV and JSONL, a part that ends with a row is a file of fewer rows."""
    for suffix in ("json", "jsonl", "csv", "parquet"):
        whole = write_rows(tmp_path / f"whole.{suffix}", ROWS[:2]).read_bytes()
        path = tmp_path / f"cut.{suffix}"
        # From 3 on: Python takes the first bytes of a byte order mark for one.
        for end in range(3, len(whole) - 1, 1 if suffix != "parquet" else 37):
            path.write_bytes(whole[:end])
            if suffix == "parquet":
                assert "error" in runtime.ingest(path) and "error" in python_rows(path)
            else:
                result = same(runtime, path, (None,))
                assert suffix != "json" or "error" in result


LETTERS = st.characters(exclude_categories=["Cs"])
FUZZ = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@FUZZ
@given(st.text('",\r\n\ufeff aé😀0', max_size=40), st.integers(1, 4))
def test_any_csv_is_read_alike(runtime, tmp_path, text, chunk):
    path = tmp_path / "rows.csv"
    path.write_bytes(("text,small\r\n" + text).encode())
    same(runtime, path, (None, chunk))
    path.write_bytes(text.encode())
    same(runtime, path, (chunk,))


VALUES = st.fixed_dictionaries(
    {"text": st.text(LETTERS, max_size=8)},
    optional={
        "small": st.integers(-(2**31) - 2, 2**31 + 2) | st.none(),
        "large": st.integers(-(2**53), 2**53) | st.integers(-(2**63) - 1, 2**63).map(str),
        "real": st.floats() | st.integers(),
        "flag": st.booleans(),
        "tags": st.lists(st.text(LETTERS, max_size=3), max_size=3),
        "extra": st.recursive(
            st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        ),
    },
)


@FUZZ
@given(st.lists(VALUES, max_size=4), st.booleans(), st.sampled_from([None, 1]), st.integers(1, 9), st.data())
def test_any_json_is_read_alike(runtime, tmp_path, rows, ascii_only, indent, chunk, data):
    array = json.dumps(rows, ensure_ascii=ascii_only, indent=indent)
    lines = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)
    for name, text in (("rows.json", array), ("rows.jsonl", lines)):
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        same(runtime, path, (None, chunk))
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 2))
        text = text[:start] + data.draw(st.text('{}[]",:\\ \n0-eé', max_size=2)) + text[end:]
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        same(runtime, path, (None, chunk))
