"""ONNX exports answer as the model in PyTorch; a quantised one answers alike in every company."""

import json
import shutil

import onnx
import pytest
import torch

from export.build import build
from training.benchmark.decoding import Decoding
from training.benchmark.models import load_answerer
from training.checkpoint import CheckpointError


CONVERSATIONS = [
    [{"role": "user", "content": question}] for question in ("2 + 3?", "Tom has 4 apples.", "?", "Double 21.", "12*12")
]
DRAWN = Decoding(max_new_tokens=12, temperature=0.7, top_p=0.9, samples=2)


@pytest.fixture(scope="module")
def exported(odin_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports") / "toy"
    assert build(odin_folder, folder)
    return folder


@pytest.fixture
def copied(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


@pytest.mark.parametrize("decoding", [Decoding(max_new_tokens=20, batch_size=2), DRAWN], ids=["greedy", "drawn"])
def test_float32_answers_as_pytorch(exported, odin_folder, decoding):
    expected = load_answerer(str(odin_folder), device="cpu").answer(CONVERSATIONS, decoding)
    model = load_answerer(str(exported))
    assert model.name == "toy-onnx-fp32"
    assert model.answer(CONVERSATIONS, decoding) == expected


def test_int8_does_not_depend_on_the_batch(exported):
    model = load_answerer(str(exported), dtype="int8")
    together = model.answer(CONVERSATIONS, DRAWN)
    assert together != load_answerer(str(exported)).answer(CONVERSATIONS, DRAWN)
    assert [model.answer(CONVERSATIONS[:1], DRAWN)] == [together[:1]]
    greedy = model.answer(CONVERSATIONS, Decoding(max_new_tokens=8))
    assert [model.answer([messages], Decoding(max_new_tokens=8))[0] for messages in CONVERSATIONS] == greedy


def test_an_error_in_a_thread_is_not_lost(exported):
    model = load_answerer(str(exported), dtype="int8")
    model.render = lambda messages: ""
    with pytest.raises(ValueError, match="has no tokens"):
        model.answer(CONVERSATIONS, Decoding())


def test_the_calculator_forces_tokens(exported, monkeypatch):
    """Every answer of the toy is one call with a wrong result."""
    model = load_answerer(str(exported))
    wrong = model.tokenizer("<<12*3=99>>")["input_ids"] + [2]
    run = model.model._run
    places = iter(range(100))

    def scripted(ids, mask, states):
        logits, states = run(ids, mask, states)
        logits = torch.zeros_like(logits)
        logits[:, wrong[next(places)]] = 9.0
        return logits, states

    monkeypatch.setattr(model.model, "_run", scripted)
    texts = model.answer(CONVERSATIONS, Decoding(calculator=True))
    assert texts == [["<<12*3=36>>"]] * 5


def test_what_an_export_says_of_itself(exported):
    said = load_answerer(str(exported), dtype="int8").describe()
    files = json.loads((exported / "manifest.json").read_text())["files"]
    assert said["files"]["onnx/model_quantized.onnx"] == files["onnx/model_quantized.onnx"]["sha256"]
    assert (said["kind"], said["dtype"], said["one_at_a_time"]) == ("onnx", "int8", True)
    assert said["parameters"] > 10_000 and "onnxruntime" in said["versions"]


def test_a_single_file_and_other_layouts(exported, copied):
    graph = exported / "onnx" / "model_quantized.onnx"
    assert load_answerer(str(graph)).dtype == "int8"
    # optimum-cli puts its one graph beside the tokenizer.
    (copied / "model.onnx").write_bytes((copied / "onnx" / "model.onnx").read_bytes())
    shutil.rmtree(copied / "onnx")
    (copied / "manifest.json").unlink()
    assert load_answerer(str(copied)).dtype == "fp32"
    with pytest.raises(CheckpointError, match="no model_quantized.onnx, only fp32"):
        load_answerer(str(copied), dtype="int8")


def test_only_int8_is_taken_without_asking(copied):
    for graph in (copied / "onnx").glob("*.onnx"):
        if graph.name != "model_quantized.onnx":
            graph.unlink()
    assert load_answerer(str(copied)).dtype == "int8"


def test_wishes_that_cannot_be_had(exported):
    with pytest.raises(ValueError, match="unknown dtype 'bf16' for ONNX: choose from fp32, fp16, int8"):
        load_answerer(str(exported), dtype="bf16")
    with pytest.raises(ValueError, match="run on the CPU here, not on 'cuda'"):
        load_answerer(str(exported), device="cuda")
    with pytest.raises(CheckpointError, match="is int8, not fp32"):
        load_answerer(str(exported / "onnx" / "model_quantized.onnx"), dtype="fp32")
    with pytest.raises(CheckpointError, match="there is no '.*gone.onnx'"):
        load_answerer(str(exported / "gone.onnx"))


def test_damaged_exports(copied):
    graph = copied / "onnx" / "model.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-100])
    with pytest.raises(CheckpointError, match="not the file of the manifest"):
        load_answerer(str(copied))
    (copied / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match="not a model that onnxruntime can load"):
        load_answerer(str(copied))
    graph.write_bytes(whole)
    (copied / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match="tokenizer in '.*' cannot be read"):
        load_answerer(str(copied))


def test_a_graph_of_another_kind(copied):
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "other", [value], [value])
    graph.output[0].name = "y"
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)
    (copied / "manifest.json").unlink()
    onnx.save(model, copied / "onnx" / "model.onnx")
    with pytest.raises(CheckpointError, match="is not an ODIN graph: expected input_ids"):
        load_answerer(str(copied))
