"""The released folder is whole, is what the documents say it is, and answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from training.benchmark.report import summary
from training.card import suites_shown
from training.evaluate import table
from training.release import sha256


ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "odin-nano"
REQUIRED = ["addition", "subtraction", "product_2x2", "word_problem_2step", "linear_equation", "syllogism"]
NOT_YET = ["word_problem_2step", "linear_equation"]


@pytest.fixture(scope="module")
def evaluation():
    return json.loads((RELEASE / "evaluation.json").read_text())


def test_manifest_names_every_file_with_its_hash():
    listed = json.loads((RELEASE / "manifest.json").read_text())["files"]
    assert listed == {p.name: sha256(p) for p in RELEASE.iterdir() if p.is_file() and p.name != "manifest.json"}


def test_code_is_that_of_the_repository():
    for source in [ROOT / "configuration_odin/configuration_odin.py", *(ROOT / "modeling_odin").glob("*.py")]:
        if source.name != "__init__.py":
            assert (RELEASE / source.name).read_bytes() == source.read_bytes(), f"release again: {source.name} changed"


@pytest.mark.parametrize("document", [ROOT / "README.md", RELEASE / "README.md"])
def test_documents_show_the_measured_tables(document, evaluation):
    text = document.read_text()
    assert table(evaluation["splits"]["test"]) in text
    assert summary(suites_shown(evaluation["benchmark"])) in text


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
