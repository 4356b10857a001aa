"""The released folder is whole, is what the documents say it is, and answers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from training.manifest import check_version, read_manifest
from training.release import refresh, sha256


ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "odin-nano"
REQUIRED = ["addition", "subtraction", "product_2x2", "word_problem_2step", "linear_equation", "syllogism"]
NOT_YET = ["word_problem_2step", "linear_equation"]


@pytest.fixture(scope="module")
def evaluation():
    return json.loads((RELEASE / "evaluation.json").read_text())


def test_manifest_names_every_file_with_its_hash():
    manifest = json.loads((RELEASE / "manifest.json").read_text())
    assert manifest["format"] == 1 and manifest["model"] == RELEASE.name
    listed = {name: (entry["bytes"], entry["sha256"]) for name, entry in manifest["files"].items()}
    there = [path for path in RELEASE.iterdir() if path.is_file() and path.name != "manifest.json"]
    assert listed == {path.name: (path.stat().st_size, sha256(path)) for path in there}


def test_a_refreshed_release_takes_a_newer_version_only(tmp_path):
    out = shutil.copytree(RELEASE, tmp_path / "odin-nano")
    before = read_manifest(out)
    major, minor, patch = check_version(before["version"])
    newer = f"{major}.{minor}.{patch + 1}"
    for version in (before["version"], "0.0.1", f"{major + 1}.0", f"{newer}-rc.1"):
        with pytest.raises(ValueError, match="give a newer one|is no version"):
            refresh(out, version)
    assert read_manifest(out) == before
    refresh(out, newer)
    after = read_manifest(out)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed == {"version", "files"} and after["version"] == newer
    assert {name for name in after["files"] if after["files"][name] != before["files"][name]} == {"README.md"}
    assert newer in (out / "README.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["odin-nano"]


def test_code_is_that_of_the_repository():
    for source in [ROOT / "configuration_odin/configuration_odin.py", *(ROOT / "modeling_odin").glob("*.py")]:
        if source.name != "__init__.py":
            assert (RELEASE / source.name).read_bytes() == source.read_bytes(), f"release again: {source.name} changed"


# strict: the mark has to go as soon as a release reaches the goal.
MISSED = pytest.mark.xfail(strict=True, reason="0.3.0 reaches 79.5% and 88.2%; see docs/log.md")


def test_small_and_described_as_it_was_trained(evaluation):
    training = evaluation["training"]
    assert training["parameters"] <= 5_000_000
    text = " ".join((ROOT / "README.md").read_text().split())
    millions = f"{training['parameters'] / 1e6:.1f} million parameters"
    assert f"`odin-nano` has {millions} and was trained for {training['minutes']:.0f} minutes" in text


def test_scores_of_all_families_and_real_sets_are_told(evaluation):
    assert set(evaluation["families"]["test"]) >= {"mathematics", "logic", "python", "word problems"}
    assert set(evaluation["benchmark"]) >= {"gsm8k", "asdiv", "mbpp", "gsm8k_style", "humaneval_style", "foreign_math"}


@pytest.mark.parametrize("task", [pytest.param(t, marks=MISSED if t in NOT_YET else ()) for t in REQUIRED])
def test_required_skill(evaluation, task):
    assert evaluation["splits"]["test"][task]["exact_match"] >= 0.9


ASK = """
import sys
from transformers import pipeline
odin = pipeline("text-generation", model=sys.argv[1], trust_remote_code=True)
for question in sys.argv[2:]:
    answer = odin([{"role": "user", "content": question}], max_new_tokens=200, do_sample=False)
    print(answer[0]["generated_text"][-1]["content"].split("####")[-1].strip())
"""


def test_pipeline_answers_from_another_directory(tmp_path):
    questions = {
        "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?": "33",
        "What is 4827 + 3965?": "8792",
        "Solve for x: 7x + 12 = 61": "7",
    }
    result = subprocess.run(
        [sys.executable, "-I", "-c", ASK, RELEASE, *questions], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == list(questions.values())
