"""One command from a configuration to a release, and what the release says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from safetensors import safe_open
from transformers import GenerationConfig

from training.checkpoint import load_model
from training.release import read_report


SHAPE = {"hidden_size": 32, "num_hidden_layers": 1, "head_dim": 16, "intermediate_size": 64, "decay_rank": 8}


@pytest.fixture(scope="module")
def produced(corpus, tmp_path_factory):
    """The folder in which a toy was produced, and the command that did it."""
    folder = tmp_path_factory.mktemp("produced")
    settings = {
        "data": str(corpus), "model_overrides": SHAPE, "output": "run", "batch_size": 4, "max_steps": 6,
        "eval_every": 3, "eval_items": 1, "eval_rows": 1, "eval_max_new_tokens": 8, "checkpoint_every": 3,
        "seq_len": 128, "tracker": "none", "save_dtype": "bfloat16",
    }  # fmt: skip
    (folder / "toy.yaml").write_text(yaml.safe_dump(settings))
    command = [sys.executable, "-m", "training.produce", "--config", "toy.yaml", "--out", "odin-toy"]
    command += ["--items", "1", "--limit", "2"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, command


def test_the_release_is_whole(produced):
    release = produced[0] / "odin-toy"
    names = {path.name for path in release.iterdir()}
    assert names >= {"README.md", "curves.png", "evaluation.json", "manifest.json", "odin.json", "tokenizer.json"}
    manifest = json.loads((release / "manifest.json").read_text())
    assert set(manifest["files"]) == names - {"manifest.json"}
    assert manifest["precision"]["parameters"] == "bfloat16"
    with safe_open(release / "model.safetensors", "pt") as tensors:
        assert {tensors.get_tensor(name).dtype for name in tensors.keys()} == {torch.bfloat16}
        assert "lm_head.weight" not in tensors.keys()
    assert load_model(release).dtype == torch.float32
    assert GenerationConfig.from_pretrained(release).do_sample is False


def test_the_card_shows_what_was_measured(produced):
    release = produced[0] / "odin-toy"
    card, evaluation = (release / "README.md").read_text(), json.loads((release / "evaluation.json").read_text())
    assert evaluation["benchmark"]["gsm8k_style"]["problems"] == 2
    assert "| gsm8k_style 1 | 2 |" in card and "maj@3" in card and "curves.png" in card
    for task in evaluation["splits"]["test"]:
        assert f"| {task} |" in card
    assert str(produced[0]) not in card and "/" not in evaluation["benchmark"]["corpus_test"]["source"]
    assert "--model MODEL" in card and "--out OUT" in card


def test_what_is_done_is_not_done_again(produced):
    folder, command = produced
    weights = (folder / "run/model/model.safetensors").stat().st_mtime_ns
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for title in ("train", "evaluate", "vote"):
        assert f"{title}: done before" in result.stdout
    assert (folder / "run/model/model.safetensors").stat().st_mtime_ns == weights
    assert not Path(folder / "odin-toy.partial").exists()


def test_a_report_of_another_model_is_refused(produced, tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"others")
    with pytest.raises(ValueError, match="another model"):
        read_report(produced[0] / "run/benchmark/report.json", model)
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(ValueError, match="is no odin-bench report"):
        read_report(tmp_path / "no.json", model)


def test_a_measured_machine_trains_by_its_own_configuration(produced):
    folder, command = produced
    shown = subprocess.run(
        [*command, "--minutes", "5", "--dry-run"], cwd=folder, capture_output=True, text=True
    ).stdout
    assert "training.autotune --config toy.yaml --minutes 5.0" in shown
    (folder / "run/config.yaml").write_text("")
    shown = subprocess.run(
        [*command, "--minutes", "5", "--dry-run"], cwd=folder, capture_output=True, text=True
    ).stdout
    (folder / "run/config.yaml").unlink()
    assert "train.py --config run/config.yaml" in shown and "autotune" not in shown


def test_mistakes_are_named(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "training.produce", "--out", "x", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    (tmp_path / "toy.yaml").write_text("data: nowhere\n")
    assert "nothere.yaml" in run("--config", "nothere.yaml").stderr
    assert "there is no folder missing" in run("--config", "toy.yaml", "--data-dir", "missing").stderr
    stopped = run("--config", "toy.yaml")
    assert stopped.returncode == 1 and "'train' ended with status 1" in stopped.stderr
