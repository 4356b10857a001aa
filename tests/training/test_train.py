"""A toy trained in seconds by the command itself: the loss falls, a killed run goes on to the same losses."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from training.config import load_config


ROOT = Path(__file__).parents[2]
TOY = [
    "model_overrides={hidden_size: 64, num_hidden_layers: 2, head_dim: 32, intermediate_size: 128, decay_rank: 8}",
    "compile=false",
    "mixed_precision=no",
    "batch_size=8",
    "seq_len=192",
    "max_steps=40",
    "warmup_steps=4",
    "log_every=1",
    "checkpoint_every=10",
    "eval_every=40",
    "eval_items=1",
    "eval_max_new_tokens=8",
]


ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", "1", "--cpu"]


def command(launcher, corpus, output, *overrides):
    script = [*launcher, ROOT / "training/train.py", "--config", ROOT / "training/configs/odin-nano.yaml"]
    return [*script, f"data={corpus}", f"output={output}", *TOY, *overrides]


def run(corpus, output, *overrides, launcher=ACCELERATE):
    # From elsewhere: nothing may depend on the working directory.
    return subprocess.run(
        command(launcher, corpus, output, *overrides), capture_output=True, text=True, cwd=output.parent
    )


def losses(output: str) -> dict[int, float]:
    return {int(step): float(loss) for step, loss in re.findall(r"step (\d+) loss (\S+)", output)}


@pytest.fixture(scope="module")
def finished(corpus, tmp_path_factory):
    """Output folder and printed losses of an uninterrupted run."""
    output = tmp_path_factory.mktemp("runs") / "whole"
    result = run(corpus, output)
    assert result.returncode == 0, result.stderr
    return output, losses(result.stdout + result.stderr)


def test_loss_falls(finished):
    _, curve = finished
    assert list(curve) == list(range(1, 41))
    assert sum(list(curve.values())[-5:]) / 5 < 0.7 * curve[1]


def test_leaves_a_model_a_description_and_logs(finished):
    output, _ = finished
    assert {"model.safetensors", "config.json", "tokenizer.json", "modeling_odin.py"} <= {
        path.name for path in (output / "model").iterdir()
    }
    assert len(json.loads((output / "odin.json").read_text())["id"]) == 64
    assert list((output / "logs").rglob("events.out.tfevents.*"))
    assert len(list(output.glob("checkpoint-*"))) == 2


def test_a_killed_run_goes_on_exactly(corpus, finished, tmp_path):
    """SIGKILL somewhere after the second checkpoint; the resumed losses and weights are those of the whole run."""
    whole, curve = finished
    output = tmp_path / "killed"
    process = subprocess.Popen(
        command(ACCELERATE, corpus, output),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not (output / "checkpoint-0000020").exists():
        assert time.monotonic() < deadline and process.poll() is None, process.stdout.read()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (output / "model").exists()

    result = run(corpus, output)
    assert result.returncode == 0, result.stderr
    resumed = losses(result.stdout + result.stderr)
    assert 1 not in resumed and 40 in resumed
    assert resumed == {step: curve[step] for step in resumed}
    ours, theirs = (load_file(folder / "model/model.safetensors") for folder in (output, whole))
    assert all((ours[name] == theirs[name]).all() for name in theirs)


@pytest.mark.parametrize(
    "overrides, message",
    [
        (["model=odin-nona"], "did you mean 'odin-nano'"),
        (["learning_rat=1"], "did you mean 'learning_rate'"),
        (["data=nowhere"], "nowhere"),
        (["max_steps"], "key=value"),
        (["model=foreign"], "model of type 'gpt2'"),
        (["model=cut"], "is damaged"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(corpus, tmp_path, toy_model, overrides, message):
    output = tmp_path / "out"
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign/config.json").write_text('{"model_type": "gpt2"}')
    toy_model.save_pretrained(tmp_path / "cut")
    weights = tmp_path / "cut/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    # Without accelerate's launcher, which adds a traceback of its own to any failure.
    result = run(corpus, output, *overrides, launcher=[sys.executable])
    assert result.returncode != 0 and message in result.stderr and "Traceback" not in result.stderr
    assert not list(output.rglob("*.safetensors"))


def test_another_run_in_the_same_folder_is_refused(corpus, finished):
    output, _ = finished
    result = run(corpus, output, "seed=1", launcher=[sys.executable])
    assert result.returncode != 0 and "choose another output" in result.stderr


def test_shipped_configs_are_valid():
    configs = list((ROOT / "training/configs").glob("*.yaml"))
    assert configs
    for path in configs:
        load_config(path)
