"""docs/versions.md: its numbers are those of the code, its manifest is one, its formula is that of the runtime."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from data_chef import corpus
from export.build import origin
from export.selection import SOURCE
from training.benchmark import frozen
from training.manifest import MANIFEST_FORMAT, RUNTIME_OF_FORMAT_1, check_manifest, check_version


ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/versions.md").read_text()
MANIFEST = json.loads((ROOT / "odin-nano/manifest.json").read_text())


def row(name: str) -> str:
    """What the first table has as the number of today."""
    return re.search(rf"^\| {re.escape(name)} \| ([^|]*) \|", PAGE, re.M)[1]


def constant(path: str, name: str) -> str:
    return re.search(rf'{name} = "?([\d.]+)"?;', (ROOT / "space/runtime" / path).read_text())[1]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("model: odin-nano", MANIFEST["version"]),
        ("runtime: odin-llm", constant("version.ts", "VERSION")),
        ("data: corpora", corpus.VERSION),
        ("manifest", str(MANIFEST_FORMAT)),
        ("run record", constant("record.ts", "RECORD_FORMAT")),
        ("frozen sets", frozen.VERSION),
    ],
)
def test_the_numbers_are_those_of_the_code(name, number):
    assert row(name) == number


def test_a_corpus_of_this_code_has_the_major_version_of_its_format():
    assert check_version(corpus.VERSION)[0] == int(corpus.FORMAT.split()[-1])


def test_every_key_of_a_manifest_is_in_the_table():
    table = PAGE.split("## The manifest")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.M))))
    exported = {"chunks_at", "experiment", "variants", "model", SOURCE, *origin(ROOT / "odin-nano", "", ())}
    assert {*MANIFEST, *exported} == named


def test_the_experiment_is_a_manifest():
    (text,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)
    experiment = json.loads(text)
    check_manifest(experiment)
    assert experiment["runtime"] == RUNTIME_OF_FORMAT_1
    weights = [variant["weight"] for variant in experiment["variants"]]
    assert weights == [3, 1] and "three of four visitors" in PAGE and "a quarter of all visitors" in PAGE


def test_the_formula_gives_the_number_of_the_runtime():
    formula = re.search(r"^ +u = (.*)$", PAGE, re.M)[1]
    given = {"hashlib": hashlib, "experiment": "two-weights", "visitor": "ada"}
    golden = re.search(r"toEqual\(\[\s+([\d.]+),", (ROOT / "space/test/variants.test.ts").read_text())[1]
    assert eval(formula, given) == float(golden)
