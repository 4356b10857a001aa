"""The checks of an export must pass for a good one and name the place where a bad one differs."""

import json
import shutil

import onnx
import pytest
import torch
from onnx import numpy_helper

from export.comparisons import differing, ended, logits_of_graph, logits_of_model, teacher_forced
from export.precisions import PRECISIONS
from export.runner import OnnxRunner
from export.score import ask_suites
from export.score import main as score
from export.verify import main as verify
from training.benchmark.suites import choose
from training.checkpoint import load_model


QUICK = ["--prompts", "5", "--max-new-tokens", "8", "--state-tokens", "40"]
CHECKS = 6


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


def changed(exported, folder, change):
    """A copy of the export, without a manifest, whose float32 graph `change` has edited."""
    shutil.copytree(exported, folder)
    (folder / "manifest.json").unlink()
    model = onnx.load(folder / "onnx/model.onnx")
    change(model.graph)
    onnx.save(model, folder / "onnx/model.onnx")
    return folder


def change_a_weight(part):
    """Changes one value of the matrix that the product of a part of the model reads."""

    def change(graph):
        node = next(node for node in graph.node if part in node.name and node.op_type == "MatMul")
        tensor = next(tensor for tensor in graph.initializer if tensor.name == node.input[1])
        values = numpy_helper.to_array(tensor).copy()
        values[3, 5] += 5.0
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))

    return change


def lose_a_state(graph):
    """Layer 1 begins anew at every call, which no single call shows."""
    node = [node for node in graph.node if node.op_type == "LinearAttention"][1]
    assert node.input[3] == "past_recurrent.1"
    graph.node.insert(0, onnx.helper.make_node("Sub", [node.input[3], node.input[3]], ["forgotten"], name="forget"))
    node.input[3] = "forgotten"


def run(capsys, *options):
    """Exit status, and the lines of the report by check: (passed, detail)."""
    status = verify(list(map(str, options)))
    lines = capsys.readouterr().out.splitlines()
    return status, {line[6:32].strip(): (line.startswith("ok"), line[32:]) for line in lines}


def test_a_good_export_passes(toy, exported, data, tmp_path, capsys):
    out = tmp_path / "report.json"
    options = ["--model", toy, "--onnx", exported, "--out", out]
    status, lines = run(capsys, *options, "--prompts", 20, "--max-new-tokens", 24, "--state-tokens", 1100)
    assert status == 0 and len(lines) == CHECKS and all(passed for passed, _ in lines.values())
    report = json.loads(out.read_text())
    manifest = json.loads((exported / "manifest.json").read_text())
    assert report["passed"] and report["sha256"] == manifest["files"]["onnx/model.onnx"]["sha256"]
    measures = {check["check"]: check["measures"] for check in report["checks"]}
    assert 0 < measures["logits"]["mean"] < measures["logits"]["max"] < 1e-3
    assert measures["states"]["tokens"] == 1100
    assert set(measures["states"]["relative_error"]) == {
        f"past_{kind}.{i}" for kind in ("conv", "recurrent") for i in range(2)
    }
    assert measures["greedy tokens"]["token_agreement"] > 0.99
    assert verify(["--model", str(toy), "--onnx", str(exported), "--prompts", str(data), *QUICK[2:]]) == 0


def test_int8_is_near_and_says_how_near(toy, exported, data, tmp_path, capsys):
    options = ["--model", toy, "--onnx", exported, "--dtype", "int8", "--out", tmp_path / "report.json"]
    status, lines = run(capsys, *options, *QUICK[2:], "--prompts", data)
    assert status == 0, lines
    measures = {c["check"]: c["measures"] for c in json.loads((tmp_path / "report.json").read_text())["checks"]}
    assert 0 < measures["logits"]["mean_in_standard_deviations"]
    assert 0 < measures["greedy tokens"]["token_agreement"] <= 1


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("layers.0/time_mixing/out_proj", "layer 0, time mixing"),
        ("layers.0/channel_mixing/up_proj", "layer 0, channel mixing"),
        ("layers.1/time_mixing/in_proj", "layer 1, time mixing"),
        ("layers.1/channel_mixing/down_proj", "layer 1, channel mixing"),
    ],
)
def test_one_weight_changed_in_one_layer(toy, exported, tmp_path, capsys, part, place):
    folder = changed(exported, tmp_path / "changed", change_a_weight(part))
    status, lines = run(capsys, "--model", toy, "--onnx", folder, *QUICK)
    assert status == 1
    passed, detail = lines["logits"]
    assert not passed and f"it begins in: {place}" in detail and "prompt 0, token" in detail
    # The graph is still a model, only another one.
    assert lines["prefill = decode"][0] and lines["batch = one by one"][0]


def test_a_lost_state_is_found_and_its_layer_named(toy, exported, tmp_path, capsys):
    folder = changed(exported, tmp_path / "changed", lose_a_state)
    status, lines = run(capsys, "--model", toy, "--onnx", folder, *QUICK[:4], "--state-tokens", 600)
    assert status == 1
    assert lines["logits"][0], "no single call shows it"
    assert not lines["states"][0] and "recurrent state of layer 1, by token 600" in lines["states"][1]
    assert not lines["prefill = decode"][0] and "token 1" in lines["prefill = decode"][1]


def test_the_file_of_another_model(toy, exported, tmp_path, make_folder, capsys):
    """Of the same shape, and with nothing that says so."""
    folder = changed(exported, tmp_path / "changed", lambda graph: None)
    other = make_folder(tmp_path / "other")
    status, lines = run(capsys, "--model", other, "--onnx", folder, *QUICK)
    assert status == 1
    assert "it begins in: embedding" in lines["logits"][1]
    assert not lines["greedy tokens"][0] and "new token" in lines["greedy tokens"][1]


def test_where_answers_differ():
    assert differing([[1, 2], [3]], [[1, 2], [3]]) == []
    assert differing([[1, 2], [3, 4]], [[1, 2], [3, 5]]) == [(1, 1)]
    expected, actual = (ended(answers, 3, 0) for answers in ([[1, 2]], [[1]]))
    assert (expected, actual) == ([[1, 2, 0]], [[1, 0]])
    assert differing(expected, actual) == [(0, 1)]


def test_scores(toy, exported, data, tmp_path, capsys):
    out = tmp_path / "scores.json"
    options = ["--model", str(toy), "--onnx", str(exported), "--data", str(data), "--out", str(out)]
    assert score([*options, "--max-new-tokens", "40"]) == 0
    result = json.loads(out.read_text())
    assert set(result["scores"]) == {"pytorch", *PRECISIONS}
    for score_of in result["scores"].values():
        assert score_of["all"]["items"] == 4
        assert score_of["all"]["exact_match"] == 0.75
    printed = capsys.readouterr().out
    assert "| questions | 4 |" + " 75.0% |" * 7 in printed
    precisions = result["precisions"]
    assert precisions["fp32"]["bytes"] == (exported / "onnx/model.onnx").stat().st_size
    assert precisions["fp32"]["token_agreement"] == precisions["pytorch"]["token_agreement"] == 1
    assert precisions["fp32"]["perplexity"] == pytest.approx(precisions["pytorch"]["perplexity"], rel=1e-4)
    assert 0.5 < precisions["q4"]["token_agreement"] <= 1
    assert f"| int8 | {precisions['int8']['bytes'] / 1e6:.2f} |" in printed


def test_perplexity_is_that_of_the_loss(toy, exported):
    model = load_model(toy)
    prompt, answer = [5, 6, 7], [8, 9, 10, 2]
    ids = torch.tensor([prompt + answer])
    with torch.no_grad():
        loss = model(ids, labels=torch.cat([torch.full((1, 3), -100), ids[:, 3:]], 1)).loss
    for logits in (logits_of_model(model), logits_of_graph(OnnxRunner(exported / "onnx/model.onnx"))):
        perplexity, likeliest = teacher_forced(logits, [(prompt, answer)], "toy")
        assert perplexity == pytest.approx(float(loss.exp()), rel=1e-3)
        assert [tokens.shape for tokens in likeliest] == [(4,)]


def test_suites_of_the_benchmark(exported, questions):
    (suite,), _ = choose("gsm8k_style")
    problems = [
        {"id": str(i), "kind": "math", "question": question, "prompt": question, "answer": answer}
        for i, (question, answer) in enumerate([*questions.items(), ("Double 21.", "41")])
    ]
    found = ask_suites(exported / "onnx/model_quantized.onnx", [(suite, problems, "here")])
    assert found["gsm8k_style"]["problems"] == 4 and found["gsm8k_style"]["score"] == 0.75


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
        (without_weights, "has no model.onnx, no graphs that are known"),
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
    assert verify(["--model", str(toy), "--onnx", str(folder), *QUICK]) == 1
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
