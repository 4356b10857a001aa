"""Front pages show what the JSON says: the card, its copy, the README's tables, the citation."""

import json
import re
import shutil
from pathlib import Path

import decontamination
import export_sizes
import pytest
import yaml

from training.card import card_of
from training.checkpoint import weight_files
from training.front_page import CARD, blocks, card_beside, write_front_page
from training.release import sha256


ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "odin-nano"
README = ROOT / "README.md"
AGAIN = "run `python -m training.release --card odin-nano --readme README.md`"


def measurement(name: str) -> dict:
    return json.loads((ROOT / "docs/measurements" / f"{name}.json").read_text())


def test_the_card_is_made_of_the_json():
    assert (RELEASE / "README.md").read_text() == card_of(RELEASE), AGAIN


def test_the_card_beside_the_readme_is_the_same():
    assert (ROOT / CARD).read_text() == card_beside(README, RELEASE), AGAIN


def test_the_readme_has_every_table():
    text, expected = README.read_text(), blocks(RELEASE)
    assert set(expected) == {"families", "benchmark", "sizes", "browsers", "native"}
    for name, block in expected.items():
        assert f"<!-- {name} -->\n{block}\n<!-- /{name} -->" in text, AGAIN


def test_what_was_measured_is_this_release():
    weights = [sha256(path) for path in weight_files(RELEASE)]
    assert [measurement("export-sizes")["weights_sha256"]] == weights
    precisions, suites = measurement("export-precisions"), json.loads((RELEASE / "evaluation.json").read_text())
    for name, found in precisions["precisions"]["fp32"]["suites"].items():
        assert found["score"] == suites["benchmark"][name]["results"]["none"]["score"]
    config, tokenizer = (sha256(RELEASE / name) for name in ("config.json", "tokenizer.json"))
    for path in (ROOT / "space/leaderboard").glob("*.json"):
        model = json.loads(path.read_text())["model"]
        if model["name"] == "odin-nano":
            assert (model["hashes"]["config"], model["hashes"]["tokenizer"]) == (config, tokenizer)


def test_a_readme_without_a_block_is_left_as_it_was(tmp_path):
    shutil.copytree(RELEASE, tmp_path / "odin-nano")
    readme = tmp_path / "README.md"
    text = README.read_text().replace("<!-- /native -->", "").replace("| gsm8k 1 |", "| gone |")
    readme.write_text(text)
    with pytest.raises(ValueError, match="no block '<!-- native -->'"):
        write_front_page(readme, tmp_path / "odin-nano")
    assert readme.read_text() == text and sorted(p.name for p in tmp_path.iterdir()) == ["README.md", "odin-nano"]
    readme.write_text(README.read_text().replace("| gsm8k 1 |", "| gone |"))
    write_front_page(readme, tmp_path / "odin-nano")
    assert readme.read_text() == README.read_text()
    assert (tmp_path / CARD).read_text() == (ROOT / CARD).read_text()


def test_the_citation_is_valid_and_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(citation) and citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software" and citation["license"] == "Apache-2.0"
    assert all("name" in author or {"family-names", "given-names"} <= set(author) for author in citation["authors"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", citation["date-released"])
    assert citation["version"] == json.loads((RELEASE / "manifest.json").read_text())["version"]


def test_sizes_are_those_of_the_graphs():
    manifest = {
        "model": "m",
        "weights_sha256": "ab",
        "made_with": {"onnx": "1"},
        "dtypes": {"int8": "onnx/q.onnx"},
        "files": {"onnx/q.onnx": {"bytes": 7, "sha256": "cd"}, "config.json": {"bytes": 1, "sha256": "ef"}},
    }
    assert export_sizes.sizes(manifest)["sizes"] == {"int8": 7}
    with pytest.raises(SystemExit, match="no folder of"):
        export_sizes.main([str(ROOT / "docs")])


def test_what_a_run_read_is_compared_to_its_last_block(tmp_path, monkeypatch):
    said = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    numbers = []

    class Blocks:
        def __init__(self, curriculum, seed):
            assert (curriculum, seed) == ("nano", 0)

        def block(self, number):
            numbers.append(number)
            rows = [{"question": f"Question {number}?", "task": "plain"}, {"question": f"{said}?", "task": "copied"}]
            return [row | {"solution": "", "answer": "1", "entry_point": ""} for row in rows]

    monkeypatch.setattr(decontamination, "StreamBlocks", Blocks)
    for name, text in (("held.jsonl", said.upper()), ("other.jsonl", "nothing like it")):
        (tmp_path / name).write_text(json.dumps({"question": text}) + "\n")
    found = decontamination.compare(RELEASE, sorted(tmp_path.iterdir()), tokens=1)
    lanes = json.loads((RELEASE / "odin.json").read_text())["recipe"]["lanes"]
    assert numbers == list(range(lanes)) and found["items"] == 2 * lanes and found["tokens"] > 20 * lanes
    assert found["overlaps"] == {"held.jsonl": {"copied": lanes}, "other.jsonl": {}}
    assert set(found["against"]) == {"held.jsonl", "other.jsonl"}
