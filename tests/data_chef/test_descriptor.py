"""Descriptors, and files read by them: the same rows from every format, errors that say where."""

import dataclasses
import hashlib
import json
import shutil
import subprocess
from importlib.resources import files

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data_chef
from data_chef.__main__ import main
from data_chef.descriptor import (
    SAFE,
    TYPES,
    Dataset,
    Field,
    canonical_json,
    descriptor_of,
    ingest,
    parse,
    ratios_of,
    read,
    shuffled,
    split_of,
    write,
)


SCHEMA = json.loads((files("data_chef") / "data" / "descriptor.schema.json").read_text())
DATASET = Dataset(
    name="sums",
    version="1",
    modality="text",
    fields=(
        Field("question", "string", True, "what is asked"),
        Field("level", "int32", True, ""),
        Field("number", "int64", False, ""),
        Field("weight", "float64", False, ""),
        Field("hard", "bool", False, ""),
        Field("tags", "list<string>", False, "é"),
    ),
    splits={"train": 9000, "test": 1000},
    seed=7,
    license="Apache-2.0",
    content_sha256="0" * 64,
)
ID = "a34c4799d0644634d4e5556719d6653856b4b4e69f42be441797ccd913c55bf8"
ROWS = [
    {"question": 'Say "1,\n2".', "level": 1, "number": SAFE, "weight": 0.5, "hard": True, "tags": ["a", "b,c"]},
    {"question": "½ of 4?", "level": -2, "number": None, "weight": None, "hard": None, "tags": None},
    {"question": "", "level": 3, "number": -5, "weight": 2.0, "hard": False, "tags": []},
]


def write_rows(path, rows=ROWS):
    """The rows in the format of the suffix."""
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1))
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows) + "\n")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        import csv

        def cell(value):
            return "" if value is None else value if isinstance(value, str) else json.dumps(value)

        with open(path, "w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(rows[0])
            writer.writerows([cell(value) for value in row.values()] for row in rows)
    return path


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_the_same_rows_from_every_format(tmp_path, suffix):
    assert list(ingest(write_rows(tmp_path / f"rows{suffix}"), DATASET)) == ROWS
    more = [{"note": "x", **row} for row in ROWS]
    path = write_rows(tmp_path / f"more{suffix}", more)
    assert list(ingest(path, DATASET)) == ROWS
    with pytest.raises(ValueError, match=r"more.*, row 1: 'note'"):
        list(ingest(path, DATASET, refuse_extra=True))


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_errors_name_file_row_field_expected_and_found(tmp_path, suffix):
    wrong = [ROWS[0], {**ROWS[1], "level": 2**31}]
    path = write_rows(tmp_path / f"rows{suffix}", wrong)
    with pytest.raises(ValueError) as error:
        list(ingest(path, DATASET))
    assert str(error.value) == f"{path}, row 2, field 'level': expected int32, found integer 2147483648"
    path = write_rows(tmp_path / f"rows{suffix}", [{k: v for k, v in ROWS[0].items() if k != "level"}])
    with pytest.raises(ValueError, match="row 1, field 'level': expected int32, found nothing"):
        list(ingest(path, DATASET))


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("level", 1.0, 1),
        ("level", 1.5, None),
        ("level", True, None),
        ("level", "1", None),
        ("number", "9223372036854775807", 2**63 - 1),
        ("number", "9223372036854775808", None),
        ("number", "01", None),
        ("number", 2**53, None),
        ("weight", 3, 3.0),
        ("weight", "3", None),
        ("hard", 1, None),
        ("hard", "true", None),
        ("tags", ["a", 1], None),
        ("tags", "a", None),
        ("question", 5, None),
        ("question", "\ud800", None),
    ],
)
def test_values_of_json(tmp_path, field, value, good):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({**ROWS[0], field: value}))
    if good is None:
        with pytest.raises(ValueError, match=f"row 1, field '{field}': expected"):
            list(ingest(path, DATASET))
    else:
        (row,) = ingest(path, DATASET)
        assert row[field] == good and type(row[field]) is type(good)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "", "ends before its array"),
        ("a.json", "{}", "is one array"),
        ("a.json", "[1]", "row 1: expected an object, found integer 1"),
        ("a.json", '[{"question": ', "row 1: broken JSON"),
        ("a.json", '[{"question": NaN}]', "NaN is not JSON"),
        ("a.json", '[{"question": "", "level": 1},]', "row 2: broken JSON"),
        ("a.json", '[{"question": "", "level": 1} {}]', "expected , or ]"),
        ("a.json", "[] []", "goes on after"),
        ("a.json", "[" * 100_000, "row 1: "),
        ("a.jsonl", '\n{"question": "", "level": 1}\n\n{"level": \n', "row 2: Expecting value"),
        ("a.csv", "", "the file is empty"),
        ("a.csv", "level,level\n1,2\n", "column 'level' occurs twice"),
        ("a.csv", "question,level\na,1\n\nb\n", "row 2: expected 2 cells, as in the header, found 1"),
        ("a.csv", 'question,level\n"a,1\n', "row 1: unexpected end of data"),
        ("a.csv", "question,level\na, 1\n", "row 1, field 'level': expected int32, found string \" 1\""),
        ("a.csv", "question,level,hard\na,1,True\n", "expected bool, found string"),
        ("a.csv", "question,level,tags\na,1,[b]\n", "expected list<string>, found string"),
        ("a.csv", "question,level,weight\na,1,1e999\n", "expected float64, found number Infinity"),
        ("a.csv", b"question,level\n\xff,1\n", "is not UTF-8"),
        ("a.parquet", "PAR1", "row 1: "),
        ("a.jsonlines", "", "did you mean '.jsonl'"),
    ],
)
def test_broken_files(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError) as error:
        list(ingest(tmp_path / name, DATASET))
    assert message in str(error.value) and name in str(error.value)


def test_a_long_array_comes_a_row_at_a_time(tmp_path):
    rows = [{"question": "q" * (index % 300), "level": index} for index in range(3000)]
    rows[7]["question"] = "x" * 300_000
    path = tmp_path / "rows.json"
    path.write_text(" \n" + json.dumps(rows) + "\n")
    assert [(row["question"], row["level"]) for row in ingest(path, DATASET)] == [
        (row["question"], row["level"]) for row in rows
    ]
    path.write_text(path.read_text()[:-200])
    stream = ingest(path, DATASET)
    assert next(stream)["level"] == 0


def test_descriptors_survive_the_disk(tmp_path):
    write(DATASET, tmp_path / "d.json")
    assert read(tmp_path / "d.json") == DATASET
    content = (tmp_path / "d.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == DATASET.id()
    assert content.startswith(b'{"content_sha256":"0000') and "é".encode() in content
    assert [path.name for path in tmp_path.iterdir()] == ["d.json"]
    with pytest.raises(FileNotFoundError, match="no descriptor at"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d.update(licence=d.pop("license")),
            "unknown key of a descriptor 'licence'; did you mean 'license'",
        ),
        (lambda d: d.pop("seed"), "a descriptor lacks seed"),
        (lambda d: d["splits"].update(train=8999), "add up to 10000, not 9999"),
        (lambda d: d["splits"].update(train=0.9), "integer from 0 to 10000, not number 0.9"),
        (lambda d: d.update(splits={}), "splits must be an object"),
        (lambda d: d["fields"][0].update(type="strng"), "type of field 'question' 'strng'; did you mean 'string'"),
        (lambda d: d["fields"][0].update(type=["string"]), "unknown type of field"),
        (lambda d: d["fields"][0].update(requried=True), "did you mean 'required'"),
        (lambda d: d["fields"][0].update(required=1), "true or false, not integer 1"),
        (lambda d: d["fields"].append(d["fields"][0]), "'question' is described twice"),
        (lambda d: d.update(fields=[]), "must not be empty"),
        (lambda d: d.update(fields={}), "fields must be a list, not object"),
        (lambda d: d.update(modality="txt"), "did you mean 'text'"),
        (lambda d: d.update(seed=-1), "seed must be an integer from 0"),
        (lambda d: d.update(seed=2**53), "seed must be an integer from 0"),
        (lambda d: d.update(name=""), "name must be a string that is not empty"),
        (lambda d: d.update(content_sha256="AB"), "64 digits"),
        (lambda d: d.update(files={"tset": []}), "did you mean 'test'"),
        (lambda d: d.update(files={"test": "a"}), "files of test must be a list"),
        (lambda d: d.update(files={"test": ["../a"]}), "downwards"),
    ],
)
def test_descriptors_are_checked(tmp_path, change, message):
    value = json.loads(canonical_json(DATASET.value()))
    change(value)
    path = tmp_path / "d.json"
    path.write_text(json.dumps(value))
    with pytest.raises(ValueError) as error:
        read(path)
    assert message in str(error.value) and str(path) in str(error.value)
    jsonschema = pytest.importorskip("jsonschema")
    beyond = ("add up", "twice", "tset")
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(value) == any(word in message for word in beyond) or (
        "did you mean 'test'" in message
    )


def test_what_is_no_object_is_no_descriptor():
    for text in ("", "[]", "null", b"\xff"):
        with pytest.raises(ValueError):
            parse(text)


def test_the_schema_has_the_keys_of_the_classes():
    assert list(SCHEMA["properties"]) == [field.name for field in dataclasses.fields(Dataset)]
    field = SCHEMA["properties"]["fields"]["items"]
    assert list(field["properties"]) == field["required"] == [f.name for f in dataclasses.fields(Field)]
    assert field["properties"]["type"]["enum"] == list(TYPES)


def test_canonical_json():
    value = {"b": [1, -2, True, None], "a": {"é".encode().hex(): 'é"\\\n\u0001\u2028/\x7f'}}
    expected = '{"a":{"c3a9":"é\\"\\\\\\n\\u0001\u2028/\x7f"},"b":[1,-2,true,null]}'
    assert canonical_json(value) == expected.encode()
    for bad in (0.5, 1.0, 2**53, "\ud800", {"é": 1}, {1: 1}):
        with pytest.raises(ValueError, match="canonical JSON"):
            canonical_json([bad])


def test_ratios():
    assert ratios_of({"a": 1, "b": 1, "c": 1}) == {"a": 3334, "b": 3333, "c": 3333}
    assert ratios_of({"train": 600, "test": 0}) == {"train": 10000, "test": 0}
    with pytest.raises(ValueError, match="without rows"):
        ratios_of({"train": 0})


# Any other implementation must find these.
GOLDEN_SPLITS = "rraerarrrerrarrrerrrrrrarrarrerrerarrrrr"
GOLDEN_ORDER = [2, 8, 4, 3, 0, 1, 7, 11, 9, 5, 6, 10]
RATIOS = {"validation": 1500, "train": 7000, "test": 1500}


def test_golden_values():
    assert DATASET.id() == ID
    assert "".join(split_of(f"row {i} é", 42, RATIOS)[1] for i in range(40)) == GOLDEN_SPLITS
    assert shuffled(12, 42) == GOLDEN_ORDER


def test_splits_and_permutations():
    counts = {name: 0 for name in RATIOS}
    for index in range(20_000):
        counts[split_of(str(index), 1, RATIOS)] += 1
    assert all(abs(counts[name] / 2 - RATIOS[name]) < 100 for name in RATIOS)
    assert split_of("a", 1, {"only": 10_000, "none": 0}) == "only"
    assert sorted(shuffled(100, 3)) == list(range(100)) != shuffled(100, 3) != shuffled(100, 4)
    with pytest.raises(ValueError, match="add up"):
        split_of("a", 1, {"train": 1})


JAVASCRIPT = """
import { createHash } from "node:crypto";
const sha = (text) => createHash("sha256").update(text, "utf8").digest();
const ratios = %s;
let splits = "";
for (let i = 0; i < 40; i++) {
  let place = Math.floor((sha(`42|row ${i} é`).readUInt32BE(0) * 10000) / 2 ** 32);
  for (const name of Object.keys(ratios).sort()) if ((place -= ratios[name]) < 0) { splits += name[1]; break; }
}
const order = [...Array(12).keys()].sort((a, b) => Buffer.compare(sha(`42|${a}`), sha(`42|${b}`)));
const sorted = (v) => Array.isArray(v) ? v.map(sorted) : v && typeof v === "object"
  ? Object.fromEntries(Object.keys(v).sort().map((key) => [key, sorted(v[key])])) : v;
console.log(JSON.stringify([splits, order, sha(JSON.stringify(sorted(%s))).toString("hex")]));
"""


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_javascript_finds_the_golden_values():
    program = JAVASCRIPT % (json.dumps(RATIOS), json.dumps(DATASET.value()))
    out = subprocess.run(["node", "--input-type=module", "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == [GOLDEN_SPLITS, GOLDEN_ORDER, ID]


def test_the_descriptor_of_a_corpus_reads_its_files(corpus, tmp_path, capsys):
    dataset = descriptor_of(corpus)
    described = data_chef.describe(corpus)
    assert dataset.content_sha256 == described["content_sha256"] and sum(dataset.splits.values()) == 10_000
    assert [field.name for field in dataset.fields] == list(described["schema"])
    assert all(field.description for field in dataset.fields)
    path = corpus / dataset.files["validation"][0]
    assert list(ingest(path, dataset, refuse_extra=True)) == list(data_chef.load(corpus, "validation"))
    pytest.importorskip("jsonschema").validate(json.loads(canonical_json(dataset.value())), SCHEMA)

    out = tmp_path / "d.json"
    main(["descriptor", str(corpus), "--out", str(out)])
    assert dataset.id() in capsys.readouterr().out and read(out) == dataset
    main(["descriptor", str(corpus)])
    assert parse(capsys.readouterr().out.rstrip("\n")) == dataset
    main(["ingest", str(path), "--descriptor", str(out), "--refuse-extra"])
    count = sum(described["counts"]["validation"].values())
    assert capsys.readouterr().out == f"{path}: {count:,} rows as described\nvalidation: {count:,}\n"
    (tmp_path / "bad.jsonl").write_text('{"question": 1}\n')
    with pytest.raises(SystemExit) as failure:
        main(["ingest", str(tmp_path / "bad.jsonl"), "--descriptor", str(out)])
    assert "row 1, field 'question': expected string, found integer 1" in str(failure.value)
