"""`optimum-cli` exports an ODIN folder once this project is installed, from any directory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from export.verify import main as verify
from training.checkpoint import load_model


def optimum_cli(toy, task, out, *options):
    command = [Path(sys.executable).with_name("optimum-cli"), "export", "onnx", "--model", toy, "--trust-remote-code"]
    return subprocess.run([*command, "--task", task, *options, out], cwd=out.parent, capture_output=True, text=True)


def test_with_past(toy, tmp_path):
    result = optimum_cli(toy, "text-generation-with-past", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "not within the set tolerance" not in result.stderr + result.stdout
    assert "LinearAttention" in {node.op_type for node in onnx.load(tmp_path / "out/model.onnx").graph.node}
    assert verify(["--model", str(toy), "--onnx", str(tmp_path / "out"), "--prompts", "5"]) == 0


def test_without_past(toy, tmp_path):
    result = optimum_cli(toy, "text-generation", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    session = onnxruntime.InferenceSession(tmp_path / "out/model.onnx")
    assert [value.name for value in session.get_inputs()] == ["input_ids", "attention_mask"]
    assert [value.name for value in session.get_outputs()] == ["logits"]
    ids = np.random.default_rng(0).integers(3, 200, (3, 21))
    with torch.no_grad():
        expected = load_model(toy)(torch.from_numpy(ids)).logits.numpy()
    logits = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    np.testing.assert_allclose(logits, expected, atol=2e-4)


@pytest.mark.parametrize("task", ["text-classification", "no-such-task"])
def test_an_unsupported_task_is_refused(toy, tmp_path, task):
    result = optimum_cli(toy, task, tmp_path / "out")
    assert result.returncode != 0
    assert "text-generation" in result.stderr
    assert not list(tmp_path.rglob("*.onnx"))


@pytest.mark.parametrize(("opset", "message"), [("12", "opset 12 is too old for ODIN: ask for 13"), ("99", "99")])
def test_an_unsupported_opset_is_refused(toy, tmp_path, opset, message):
    result = optimum_cli(toy, "text-generation-with-past", tmp_path / "out", "--opset", opset)
    assert result.returncode != 0
    assert message in result.stderr.splitlines()[-1]
    assert not list(tmp_path.rglob("*.onnx"))


def test_the_oldest_opset_that_is_taken(toy, tmp_path):
    result = optimum_cli(toy, "text-generation-with-past", tmp_path / "out", "--opset", "13")
    assert result.returncode == 0, result.stderr
    assert verify(["--model", str(toy), "--onnx", str(tmp_path / "out"), "--prompts", "5"]) == 0
