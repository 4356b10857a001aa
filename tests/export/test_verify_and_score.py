"""The checks of an export must pass for a good one and name the place where a bad one differs."""

import json
import shutil

import onnx
import pytest
from onnx import numpy_helper

from export.score import main as score
from export.verify import first_difference
from export.verify import main as verify


@pytest.fixture
def data(questions, tmp_path):
    """The learned questions as a JSONL file, and one with a wrong answer."""
    path = tmp_path / "questions.jsonl"
    items = [{"question": question, "answer": answer} for question, answer in questions.items()]
    items.append({"question": "Double 21.", "answer": "41"})
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


@pytest.fixture
def tampered(exported, tmp_path):
    """An export folder whose embedding table is in the wrong order, as by a bug, and so without a manifest."""
    folder = tmp_path / "tampered"
    shutil.copytree(exported, folder)
    (folder / "manifest.json").unlink()
    model = onnx.load(folder / "onnx/model.onnx")
    tensor = next(t for t in model.graph.initializer if t.name == "model.embed_tokens.weight")
    values = numpy_helper.to_array(tensor).copy()
    values[10:] = values[:9:-1]
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, folder / "onnx/model.onnx")
    return folder


def test_a_good_export_passes(toy, exported, data, capsys):
    assert verify(["--model", str(toy), "--onnx", str(exported), "--prompts", "20", "--max-new-tokens", "24"]) == 0
    assert verify(["--model", str(toy), "--onnx", str(exported), "--prompts", str(data)]) == 0
    output = capsys.readouterr().out
    assert [line[:4] for line in output.splitlines()] == ["ok  "] * 8


def test_a_bad_export_fails_and_says_where(toy, tampered, capsys):
    assert verify(["--model", str(toy), "--onnx", str(tampered), "--prompts", "5", "--max-new-tokens", "24"]) == 1
    failures = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert "logits" in failures[0]
    assert "greedy tokens" in failures[1] and "new token" in failures[1]


def test_first_difference():
    assert first_difference([[1, 2], [3]], [[1, 2], [3]]) is None
    assert first_difference([[1, 2], [3, 4]], [[1, 2], [3, 5]]) == "prompt 1, new token 1: expected 4, got 5"
    assert first_difference([[1, 2]], [[1]]) == "prompt 0: 2 tokens expected, 1 generated"


def test_scores(toy, exported, data, tmp_path, capsys):
    out = tmp_path / "scores.json"
    options = ["--model", str(toy), "--onnx", str(exported), "--data", str(data), "--out", str(out)]
    assert score([*options, "--max-new-tokens", "40"]) == 0
    scores = json.loads(out.read_text())["scores"]
    for runner in ("pytorch", "fp32", "int8"):
        assert scores[runner]["all"]["items"] == 4
        assert scores[runner]["all"]["exact_match"] == 0.75
    assert "| questions | 4 | 75.0% | 75.0% | 75.0% |" in capsys.readouterr().out


def test_a_graph_that_answers_worse_fails(toy, tampered, data):
    options = ["--model", str(toy), "--onnx", str(tampered), "--data", str(data), "--dtypes", "fp32"]
    assert score([*options, "--max-new-tokens", "40"]) == 1


def without_weights(folder):
    shutil.rmtree(folder / "onnx")


def damaged(folder):
    (folder / "onnx/model.onnx").write_bytes((folder / "onnx/model.onnx").read_bytes()[:1000])


def damaged_without_manifest(folder):
    (folder / "manifest.json").unlink()
    damaged(folder)


def of_other_weights(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"weights_sha256": "0" * 64}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_weights, "has no weights for fp32"),
        (damaged, "not the file of the manifest"),
        (damaged_without_manifest, "not a model that onnxruntime can load"),
        (of_other_weights, "exported from other weights"),
        (shutil.rmtree, "no export folder"),
    ],
)
def test_bad_exports_are_refused_in_words(toy, exported, data, tmp_path, capsys, damage, message):
    folder = tmp_path / "export"
    shutil.copytree(exported, folder)
    damage(folder)
    assert verify(["--model", str(toy), "--onnx", str(folder), "--prompts", "1"]) == 1
    assert message in capsys.readouterr().err
    assert score(["--model", str(toy), "--onnx", str(folder), "--data", str(data), "--dtypes", "fp32"]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "", "not json\n", '{"question": "What?"}\n'])
def test_bad_questions_are_refused_in_words(toy, exported, tmp_path, capsys, content):
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_text(content)
    assert score(["--model", str(toy), "--onnx", str(exported), "--data", str(path)]) == 1
    assert "questions.jsonl" in capsys.readouterr().err
