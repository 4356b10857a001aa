"""docs/studies/pruning.py removes what it says, measures what is left, and docs/export.md says what it measured."""

import json

import pruning
import pytest
import torch
from compression import CODECS
from torch import nn

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import load_tokenizer


TASKS = ["addition", "syllogism"]
CURRICULUM = """
num_examples: 10
validation: 1
test: 1
vocab_size: 2048
tasks:
  addition: {weight: 1, difficulty: [1, 1]}
  syllogism: {weight: 1, difficulty: [1, 1]}
  subtraction: {weight: 1, difficulty: [1, 1]}
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A model folder of random weights with the tokenizer of the release."""
    folder = tmp_path_factory.mktemp("pruning") / "toy"
    tokenizer = load_tokenizer(pruning.RELEASE, 10**9)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "head_dim": 16, "intermediate_size": 64}
    torch.manual_seed(0)
    config = OdinConfig(vocab_size=len(tokenizer), decay_rank=4, gate_rank=4, **sizes)
    OdinForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder.parent / "few.yaml").write_text(CURRICULUM)
    return folder


def test_smallest_by_magnitude():
    weight = torch.tensor([[1.0, -9.0, 3.0, -2.0], [8.0, 7.0, -6.0, 5.0]])
    assert pruning.smallest(weight, "30%").nonzero().tolist() == [[0, 0], [0, 3]]
    assert pruning.smallest(weight, "50%").nonzero().tolist() == [[0, 0], [0, 2], [0, 3], [1, 3]]
    assert pruning.smallest(weight, "2:4").nonzero().tolist() == [[0, 0], [0, 3], [1, 2], [1, 3]]
    assert not pruning.smallest(weight, "0%").any()
    with pytest.raises(ValueError, match=r"multiple of 4 weights, got the shape \[2, 3\]"):
        pruning.smallest(weight[:, :3], "2:4")


def test_matrices_alone_are_pruned_and_a_tied_one_once(toy_model):
    before = {name: p.clone() for name, p in toy_model.named_parameters()}
    assert pruning.prune(toy_model, "30%") == pytest.approx(0.3, abs=1e-3)
    matrices = {
        f"{name}.weight" for name, m in toy_model.named_modules() if isinstance(m, (nn.Linear, nn.Embedding))
    } & before.keys()
    assert {"model.embed_tokens.weight", "model.layers.0.time_mixing.decay_proj.weight"} <= matrices
    for name, parameter in toy_model.named_parameters():
        if name in matrices:
            kept = parameter != 0
            assert kept.float().mean() == pytest.approx(0.7, abs=0.01)
            assert torch.equal(parameter[kept], before[name][kept])
            assert before[name][~kept].abs().max() <= before[name][kept].abs().min()
        else:
            assert torch.equal(parameter, before[name])
    assert toy_model.lm_head.weight is toy_model.get_input_embeddings().weight


def test_levels_are_measured_once(toy, tmp_path, monkeypatch, capsys):
    document = tmp_path / "export.md"
    document.write_text("a\n<!-- pruning -->\n<!-- /pruning -->\nb\n")
    options = ["--model", str(toy), "--curriculum", str(toy.parent / "few.yaml"), "--tasks", *TASKS, "--items", "1"]
    options += [
        "--rows",
        "1",
        "--max-new-tokens",
        "4",
        "--out",
        str(tmp_path / "pruning.json"),
        "--document",
        str(document),
        "--levels",
    ]
    pruning.main([*options, "70%"])
    measured, whole = [], pruning.measure
    monkeypatch.setattr(pruning, "measure", lambda *a: measured.append(a[1]) or whole(*a))
    pruning.main([*options, "0%", "70%"])
    assert measured == ["0%"]
    found = json.loads((tmp_path / "pruning.json").read_text())
    dense, sparse = found["levels"]["0%"], found["levels"]["70%"]
    assert (dense["zeros"], sparse["zeros"]) == (0.0, pytest.approx(0.7, abs=1e-3))
    assert dense["all"]["items"] == 2 and list(dense["tasks"]) == TASKS
    # A fresh model knows nothing: as good as one of so many tokens, drawn evenly.
    assert dense["perplexity"] == pytest.approx(load_tokenizer(toy, 10**9).vocab_size, rel=0.2)
    assert dense["perplexity"] != sparse["perplexity"]
    assert dense["int8_bytes"]["raw"] == pytest.approx(sparse["int8_bytes"]["raw"], rel=0.01)
    assert all(sparse["int8_bytes"][codec] < dense["int8_bytes"][codec] for codec in CODECS)
    assert pruning.table(found) in document.read_text() and pruning.table(found) in capsys.readouterr().out
    pruning.main([*options, "0%", "--max-new-tokens", "5"])  # other settings: nothing may be kept
    assert list(json.loads((tmp_path / "pruning.json").read_text())["levels"]) == ["0%"]


def test_what_cannot_be_measured_is_said(toy, tmp_path):
    few = str(toy.parent / "few.yaml")
    for arguments, message in (
        (["--model", str(tmp_path / "none")], "there is no model folder"),
        (["--model", str(toy), "--curriculum", few, "--tasks", "gcd"], "no items of the tasks"),
        (["--model", str(toy), "--curriculum", str(tmp_path / "none.yaml")], "no curriculum at"),
    ):
        with pytest.raises(SystemExit, match=message):
            pruning.main(arguments)


def test_document_is_that_of_the_measurements():
    recorded = json.loads(pruning.RESULTS.read_text()) if pruning.RESULTS.is_file() else {}
    assert f"<!-- pruning -->\n{pruning.table(recorded)}\n<!-- /pruning -->" in pruning.DOCUMENT.read_text()
