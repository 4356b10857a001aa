"""Datasets of the browser runtime against data_chef: the same descriptors, ids, splits and orders."""

import copy
import dataclasses
import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import data_chef
from data_chef.build import build
from data_chef.curriculum import load_curriculum
from data_chef.descriptor import canonical_json, descriptor_of, parse, shuffled, split_of
from tests.space.data_runtime import DATASET, Runtime, python_rows


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    with Runtime(tmp_path_factory.mktemp("driver")) as runtime:
        yield runtime


HOSTILE = [
    "",
    "a|b",
    "|",
    "é",
    "e\u0301",
    "\u2028",
    "😀",
    "\ufeff",
    "\x00",
    "x" * 200,
    "__proto__",
    "𝔘\u200d",
    '"\\',
    "\uffff",
]


def test_shuffled_and_uniform(runtime):
    for seed in [0, 1, 7, 42, 2**31, 2**32, 2**53 - 1]:
        for n in (0, 1, 2, 97):
            assert runtime("shuffled", n=n, seed=seed) == shuffled(n, seed)
        digests = (hashlib.sha256(f"{seed}|{index}".encode()).digest() for index in range(50))
        assert runtime("uniform", seed=seed, n=50) == [
            (int.from_bytes(digest[:8], "big") >> 11) / 2**53 for digest in digests
        ]
    # Its hashes of 1985 and 2706 have the same first four bytes.
    assert runtime("shuffled", n=3000, seed=2548) == shuffled(3000, 2548)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    st.integers(0, 2**53 - 1),
    st.dictionaries(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,6}", fullmatch=True), st.integers(0, 10_000), max_size=4
    ),
)
def test_splits(runtime, keys, seed, weights):
    rest = 10_000
    ratios = {}
    for name, weight in weights.items():
        ratios[name] = min(weight, rest)
        rest -= ratios[name]
    ratios["__proto__"] = ratios.get("__proto__", 0) + rest
    keys = keys + HOSTILE
    assert runtime("splits", keys=keys, seed=seed, ratios=ratios) == [split_of(key, seed, ratios) for key in keys]


def test_what_has_no_split_is_refused_in_both(runtime):
    for key, seed, ratios in [
        ("\ud800", 1, {"a": 10_000}),
        ("a", 1, {"a": 9_999}),
        ("a", 1, {"a": 5_000.5, "b": 4_999.5}),
        ("a", 1, {"1": 10_000}),
        ("a", 1, {"é": 10_000}),
        ("a", 1, {}),
        ("a", 1, {"a": 10_001, "b": -1}),
    ]:
        with pytest.raises(ValueError):
            split_of(key, seed, ratios)
        assert runtime.answer("splits", keys=[key], seed=seed, ratios=ratios)["kind"] == "OdinError"
    assert runtime.answer("shuffled", n=3, seed=2**53)["code"] == "bad-option"


def test_a_pipeline_shuffles_and_splits_like_python(runtime):
    keys = [f"row {index} é" for index in range(200)]
    ratios = {"train": 8_000, "validation": 1_500, "test": 500}
    result = runtime("pipeline", keys=keys, seed=11, ratios=ratios)
    assert result["order"] == [keys[index] for index in shuffled(len(keys), 11)]
    assert result["parts"] == {name: [key for key in keys if split_of(key, 11, ratios) == name] for name in ratios}


def test_canonical_json(runtime):
    value = {
        "10": 1,
        "9": [True, None, {}],
        "a": '\x00\x1f\x7f\u2028é😀"\\/',
        "B": -(2**53 - 1),
        "__proto__": [],
        "": "",
    }
    text = canonical_json(value).decode()
    assert runtime("canonical", value=value)[0] == text
    assert len(runtime("canonical", value=value)[1]) == 64
    for bad in (0.5, 2**53, -(2**53), "\ud800", {"é": 1}, {"a": ["\udc00"]}):
        with pytest.raises(ValueError, match="canonical JSON"):
            canonical_json(bad)
        assert "canonical JSON" in runtime.answer("canonical", value=bad)["error"]


def test_ids(runtime):
    for change in (
        {},
        {"files": {"train": ("a/b.jsonl", "é.csv"), "test": ()}},
        {"seed": 0},
        {"name": "\u2028😀\x7f"},
    ):
        dataset = dataclasses.replace(DATASET, **change)
        text = canonical_json(dataset.value()).decode()
        assert runtime("id", text=text) == dataset.id()
        loose = json.dumps(dict(reversed(dataset.value().items())), indent=2)
        assert runtime("id", text=loose) == parse(loose).id() == dataset.id()


CHANGES = {
    "unknown key of a descriptor 'licence'; did you mean 'license'?": lambda d: d.update(licence=d.pop("license")),
    "a descriptor lacks seed": lambda d: d.pop("seed"),
    "ratios of the splits must add up to 10000, not 9999": lambda d: d["splits"].update(train=8999),
    "ratio of split 'train' must be an integer from 0 to 10000, not number 0.9": lambda d: d["splits"].update(
        train=0.9
    ),
    "ratio of split 'train' must be an integer from 0 to 10000, not bool true": lambda d: d["splits"].update(
        train=True
    ),
    "name of a split must be letters, digits and _ . -, not string": lambda d: d.update(splits={"a b": 10_000}),
    "splits must be an object": lambda d: d.update(splits={}),
    "type of field 'text' 'strng'; did you mean 'string'?": lambda d: d["fields"][0].update(type="strng"),
    "type of field 'text'": lambda d: d["fields"][0].update(type=["string"]),
    "unknown key of a field 'requried'; did you mean 'required'?": lambda d: d["fields"][0].update(requried=True),
    "required of field 'text' must be true or false, not integer 1": lambda d: d["fields"][0].update(required=1),
    "name of a field must be": lambda d: d["fields"][0].update(name="1st"),
    "description of field 'text' must be a string": lambda d: d["fields"][0].update(description="\ud800"),
    "field 'text' is described twice": lambda d: d["fields"].append(d["fields"][0]),
    "fields must not be empty": lambda d: d.update(fields=[]),
    "fields must be a list, not object": lambda d: d.update(fields={}),
    "a field must be an object, not list []": lambda d: d.update(fields=[[]]),
    "unknown modality 'txt'; did you mean 'text'?": lambda d: d.update(modality="txt"),
    "seed must be an integer from 0": lambda d: d.update(seed=-1),
    "seed must be an integer": lambda d: d.update(seed=2**53),
    "seed must be": lambda d: d.update(seed=7.0),
    "seed must": lambda d: d.update(seed=True),
    "name must be a string that is not empty": lambda d: d.update(name=""),
    "version must be a string that is not empty, not null": lambda d: d.update(version=None),
    "content_sha256 must be 64 digits": lambda d: d.update(content_sha256="0" * 64 + "\n"),
    "unknown split in files 'tset'; did you mean 'test'?": lambda d: d.update(files={"tset": []}),
    "files must be an object, not null": lambda d: d.update(files=None),
    "files of test must be a list": lambda d: d.update(files={"test": "a"}),
    "path in files of test must lead from the descriptor downwards": lambda d: d.update(files={"test": ["a/../b"]}),
    "path in files of test must be a string": lambda d: d.update(files={"test": [""]}),
}


@pytest.mark.parametrize("message", CHANGES)
def test_descriptors_are_checked_alike(runtime, message):
    value = copy.deepcopy(json.loads(canonical_json(DATASET.value())))
    CHANGES[message](value)
    text = json.dumps(value)
    with pytest.raises(ValueError) as error:
        parse(text)
    answer = runtime.answer("id", text=text)
    assert message in str(error.value) and message in answer.get("error", "") and answer["code"] == "bad-data"


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\ufeff{}"])
def test_what_is_no_descriptor(runtime, text):
    with pytest.raises(ValueError):
        parse(text)
    assert runtime.answer("id", text=text)["code"] == "bad-data"


def test_a_corpus_of_data_chef(runtime, tmp_path):
    out = tmp_path / "corpus"
    build(load_curriculum("nano"), out, num_examples=60, seed=3, workers=1, progress=False)
    dataset = descriptor_of(out)
    assert runtime("id", text=canonical_json(dataset.value()).decode()) == dataset.id()
    rows = 0
    for paths in dataset.files.values():
        for path in paths:
            result = runtime.ingest(out / path, dataset, refuseExtra=True)
            assert result == python_rows(out / path, dataset, refuse_extra=True) and "error" not in result
            rows += len(result["rows"])
    assert rows == sum(sum(tasks.values()) for tasks in data_chef.describe(out)["counts"].values())
