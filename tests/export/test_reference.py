"""The reference transformer has the dimensions of its ODIN, computes, and is quantised as ODIN's own file is."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest

from configuration_odin import PRESETS, OdinConfig
from export.alignment import aligned
from export.build import hash_files
from export.errors import ExportError
from export.peers import check_quantized
from export.reference import TOLERANCE, build_reference, main, parameters, reference_config
from modeling_odin import OdinForCausalLM


@pytest.fixture(scope="module")
def reference(toy, tmp_path_factory):
    """The reference of the toy."""
    folder = tmp_path_factory.mktemp("reference") / "reference-toy"
    assert build_reference(toy, folder)
    return folder


@pytest.mark.parametrize("preset", PRESETS)
def test_dimensions_agree(preset):
    config = OdinConfig.from_preset(preset)
    llama = reference_config(config)
    assert abs(parameters(llama) / parameters(config) - 1) <= TOLERANCE
    for key in ("hidden_size", "num_hidden_layers", "vocab_size", "head_dim", "tie_word_embeddings"):
        assert getattr(llama, key) == getattr(config, key)
    assert llama.num_attention_heads == 3 * llama.num_key_value_heads
    assert llama.intermediate_size % 8 == 0


def test_parameters_are_those_of_the_model(toy, reference):
    config = OdinConfig.from_pretrained(toy)
    assert parameters(config) == sum(p.numel() for p in OdinForCausalLM(config).parameters())
    manifest = json.loads((reference / "manifest.json").read_text())
    assert manifest["parameters_of_model"] == parameters(config)
    assert manifest["parameters"] == parameters(reference_config(config))


def test_no_width_fits():
    # It has hardly more than its attention, which leaves no room for a Llama's channel mixing.
    ranks = {"intermediate_size": 1, "decay_rank": 1, "gate_rank": 1}
    with pytest.raises(ExportError, match="no Llama of this width"):
        reference_config(OdinConfig(vocab_size=16, hidden_size=16, head_dim=8, num_hidden_layers=2, **ranks))


def test_files_are_those_of_the_manifest(reference):
    manifest = json.loads((reference / "manifest.json").read_text())
    files = {p.relative_to(reference).as_posix() for p in reference.rglob("*") if p.is_file()} - {"manifest.json"}
    assert (
        files
        == set(manifest["files"])
        == {
            "config.json",
            "generation_config.json",
            "onnx/model_quantized.onnx",
        }
    )
    for name, entry in manifest["files"].items():
        assert hash_files([reference / name]) == entry["sha256"]


def test_products_are_int8_and_aligned(reference):
    path = reference / "onnx" / "model_quantized.onnx"
    check_quantized(path)
    graph = onnx.load(path).graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = [weights[n.input[1]] for n in graph.node if n.op_type == "MatMulInteger" and n.input[1] in weights]
    layers = json.loads((reference / "config.json").read_text())["num_hidden_layers"]
    assert len(products) == 7 * layers + 1  # q, k, v, o, gate, up, down, and the head
    for tensor in products:
        assert tensor.data_type == onnx.TensorProto.UINT8
        assert tensor.dims[-1] == aligned(tensor.dims[-1])
    largest = max(
        (t for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT), key=lambda t: len(t.raw_data)
    )
    assert len(largest.raw_data) < 4 * len(products[-1].raw_data)  # the table is read from the head's bytes


def test_it_reads_in_pieces_what_it_reads_at_once(reference):
    session = onnxruntime.InferenceSession(reference / "onnx" / "model_quantized.onnx")
    config = json.loads((reference / "config.json").read_text())
    ids = np.arange(3, 13)[None]
    empty = {
        f"past_key_values.{i}.{kind}": np.zeros((1, config["num_key_value_heads"], 0, config["head_dim"]), np.float32)
        for i in range(config["num_hidden_layers"])
        for kind in ("key", "value")
    }
    names = [output.name for output in session.get_outputs()]

    def read(tokens, past, seen):
        feeds = {"input_ids": tokens, "attention_mask": np.ones((1, seen + tokens.shape[1]), np.int64), **past}
        feeds["position_ids"] = np.arange(seen, seen + tokens.shape[1])[None]
        found = dict(zip(names, session.run(None, feeds), strict=True))
        return found.pop("logits"), {
            name.replace("present", "past_key_values"): value for name, value in found.items()
        }

    logits, cache = read(ids, empty, 0)
    assert logits.shape == (1, 1, config["vocab_size"])
    # int8 has one scale for all tokens that are read at once, so readings differ by rounding.
    for size in (1, 4):
        past = empty
        for seen in range(0, ids.shape[1], size):
            piecewise, past = read(ids[:, seen : seen + size], past, seen)
        assert cache["past_key_values.0.key"].shape == past["past_key_values.0.key"].shape
        assert np.abs(logits - piecewise).mean() < 0.2 * logits.std()


def test_again_does_nothing_and_damage_is_mended(toy, reference, capsys):
    assert not build_reference(toy, reference)
    (reference / "config.json").write_text("{}")
    assert main(["--model", str(toy), "--out", str(reference)]) == 0
    assert "exported" in capsys.readouterr().out
    assert json.loads((reference / "config.json").read_text())["model_type"] == "llama"


def test_other_folders_are_left_alone(toy, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--model", str(toy), "--out", str(tmp_path)]) == 1
    assert "is not an export" in capsys.readouterr().err
    assert main(["--model", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
