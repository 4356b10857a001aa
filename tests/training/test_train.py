"""A toy trained in seconds by the command itself: the loss falls; stopped, killed and branched runs go on exactly."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from accelerate.state import AcceleratorState, GradientState
from safetensors.torch import load_file

from training.config import load_config
from training.plot import read_metrics
from training.train import main


ROOT = Path(__file__).parents[2]
TOY = {
    "model_overrides": {
        "hidden_size": 64, "num_hidden_layers": 2, "head_dim": 32, "intermediate_size": 128, "decay_rank": 8,
    },
    "batch_size": 8, "seq_len": 192, "max_steps": 40, "warmup_steps": 4, "log_every": 1, "checkpoint_every": 10,
    "eval_every": 40, "eval_items": 1, "eval_max_new_tokens": 8, "eval_rows": 2,
}  # fmt: skip
ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", "1", "--cpu"]
PLAIN = [sys.executable]  # without Accelerate's launcher, which adds a traceback of its own to any failure


@pytest.fixture(scope="module")
def config(tmp_path_factory, corpus):
    path = tmp_path_factory.mktemp("config") / "toy.yaml"
    path.write_text(yaml.safe_dump({**TOY, "data": str(corpus)}))
    return path


def command(launcher, config, output, *overrides):
    return [*launcher, ROOT / "training/train.py", "--config", config, f"output={output}", *overrides]


def run(config, output, *overrides, launcher=PLAIN):
    # From elsewhere: nothing may depend on the working directory.
    return subprocess.run(
        command(launcher, config, output, *overrides), capture_output=True, text=True, cwd=output.parent
    )


def finish(config, output, *overrides, launcher=PLAIN):
    result = run(config, output, *overrides, launcher=launcher)
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture
def here(config, monkeypatch, tmp_path):
    """Trains in this process, which saves the start of another: settings to None, or to the message of a failure."""
    monkeypatch.chdir(tmp_path)

    def train(output, *overrides):
        AcceleratorState._reset_state(reset_partial_state=True)
        GradientState._reset_state()
        try:
            main(["--config", str(config), f"output={output}", *map(str, overrides)])
        except SystemExit as exit:
            return exit.code
        return None

    yield train
    AcceleratorState._reset_state(reset_partial_state=True)


def losses(output):
    return read_metrics(output)["loss"]


def weights(output):
    return load_file(output / "model/model.safetensors")


def same_weights(left, right):
    ours, theirs = weights(left), weights(right)
    return all((ours[name] == theirs[name]).all() for name in theirs)


@pytest.fixture(scope="module")
def finished(config, tmp_path_factory):
    """Output folder of an uninterrupted run."""
    output = tmp_path_factory.mktemp("runs") / "whole"
    finish(config, output, launcher=ACCELERATE)
    return output


@pytest.fixture
def unfinished(config, finished, tmp_path):
    """A copy of the finished run as it was after step 30."""
    output = tmp_path / "unfinished"
    shutil.copytree(finished, output)
    shutil.rmtree(output / "model")
    shutil.rmtree(output / "checkpoint-0000040")
    lines = (output / "metrics.jsonl").read_text().splitlines(keepends=True)
    (output / "metrics.jsonl").write_text("".join(line for line in lines if json.loads(line)["step"] <= 30))
    return output


def test_loss_falls(finished):
    curve = losses(finished)
    assert list(curve) == list(range(1, 41))
    assert sum(list(curve.values())[-5:]) / 5 < 0.7 * curve[1]


def test_leaves_a_model_a_description_logs_and_curves(finished):
    assert {"model.safetensors", "config.json", "tokenizer.json", "modeling_odin.py"} <= {
        path.name for path in (finished / "model").iterdir()
    }
    description = json.loads((finished / "odin.json").read_text())
    assert len(description["id"]) == 64 and description["precision"]["recurrent_state"] == "float32"
    assert list((finished / "logs").rglob("events.out.tfevents.*"))
    assert sorted(path.name for path in finished.glob("checkpoint-*")) == ["checkpoint-0000030", "checkpoint-0000040"]
    assert (finished / "curves.png").read_bytes().startswith(b"\x89PNG")
    logged = read_metrics(finished)
    assert {"tokens_per_second", "mfu", "memory_gib", "validation_loss/mathematics", "exact_match/addition"} <= set(
        logged
    )
    groups = {"matrices", "embedding", "decay", "vectors"}
    assert groups == {name.partition("/")[2] for name in logged if name.startswith("grad_norm/")}
    for step, norm in logged["grad_norm"].items():
        parts = sum(logged[f"grad_norm/{group}"][step] ** 2 for group in groups)
        assert norm == pytest.approx(parts**0.5, rel=1e-3)
    summary = json.loads((finished / "summary.json").read_text())
    assert summary["tokens"] == 40 * 8 * 192 and summary["finished"] == "all steps done"


def test_a_finished_run_is_left_alone(here, finished, capsys):
    before = (finished / "model/model.safetensors").stat().st_mtime_ns
    assert here(finished) is None
    assert "is finished" in "".join(capsys.readouterr())
    assert (finished / "model/model.safetensors").stat().st_mtime_ns == before


def test_a_run_killed_before_its_model_was_saved_only_saves_it(here, finished, tmp_path):
    output = tmp_path / "late"
    shutil.copytree(finished, output)
    shutil.rmtree(output / "model")
    assert here(output) is None
    assert same_weights(output, finished)
    assert (output / "metrics.jsonl").read_text() == (finished / "metrics.jsonl").read_text()


def wait_for(path, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline and process.poll() is None, process.stdout.read()
        time.sleep(0.001)


def start(config, output, *overrides, launcher=PLAIN):
    return subprocess.Popen(
        command(launcher, config, output, *overrides),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=output.parent,
        start_new_session=True,
    )


def test_a_killed_run_goes_on_exactly(config, finished, tmp_path):
    """SIGKILL in the middle of writing the third checkpoint; losses and weights are those of the whole run."""
    output = tmp_path / "killed"
    process = start(config, output, launcher=ACCELERATE)
    wait_for(output / "checkpoint-0000020", process)
    wait_for(output / "checkpoint.partial", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (output / "checkpoint.partial").exists() and not (output / "model").exists()
    assert not (output / "checkpoint-0000030").exists()

    before = len((output / "metrics.jsonl").read_text().splitlines())
    finish(config, output)
    assert len((output / "metrics.jsonl").read_text().splitlines()) - before >= 20
    assert losses(output) == losses(finished)
    assert same_weights(output, finished)
    assert not (output / "checkpoint.partial").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_writes_a_checkpoint_and_goes_on_exactly(config, unfinished, finished, number):
    """Between two checkpoints of the schedule; the workers that make the data get the signal as well."""
    checkpoints = ["checkpoint_every=1000", "log_every=1", "data_workers=2"]
    process = start(config, unfinished, *checkpoints)
    lines = len((unfinished / "metrics.jsonl").read_text().splitlines())
    while len((unfinished / "metrics.jsonl").read_text().splitlines()) < lines + 2:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    os.killpg(process.pid, number)
    text, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number and f"stopped by {number.name}" in text and "Traceback" not in text
    newest = sorted(unfinished.glob("checkpoint-*"))[-1].name
    assert "checkpoint-0000030" < newest < "checkpoint-0000040"
    finish(config, unfinished, *checkpoints)
    assert losses(unfinished) == losses(finished) and same_weights(unfinished, finished)


def test_time_limit_ends_with_a_decayed_evaluated_model(here, tmp_path):
    output, rare = tmp_path / "timed", ["checkpoint_every=100000", "eval_every=100000"]
    assert here(output, "--max_minutes", "0.2", "max_steps=100000", *rare) is None
    summary = json.loads((output / "summary.json").read_text())
    assert summary["finished"] == "max_minutes=0.2" and 0.2 <= summary["minutes"] < 1
    curves = read_metrics(output)
    assert list(curves["exact_match/addition"]) == [summary["steps"]]
    rates = list(curves["learning_rate/matrices"].values())
    assert rates[-1] < 0.1 * max(rates)
    assert (output / "model/model.safetensors").is_file()


def test_decay_can_begin_at_any_checkpoint(here, finished, tmp_path):
    output = tmp_path / "branch"
    branch = f"branch_from={finished / 'checkpoint-0000030'}"
    assert here(output, branch, "max_steps=36", "decay_share=0") is None
    rates = read_metrics(output)["learning_rate/embedding"]
    assert list(rates) == list(range(31, 37))
    assert [rate / 3e-3 for rate in rates.values()] == pytest.approx([(36 - step) / 6 for step in range(30, 36)])
    assert not same_weights(output, finished)
    assert "must be beyond it" in here(tmp_path / "late", branch, "max_steps=30")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_two_processes_learn_what_one_does(config, tmp_path, monkeypatch):
    """The batch is that of all processes: half of it each, or in micro-batches, the curve is the same."""
    short = ["max_steps=12", "eval_every=12"]
    curves = {}
    launch = ROOT / "training/configs/accelerate/cpu-2-processes.yaml"
    two = [*ACCELERATE[:3], "--config_file", launch, "--main_process_port", str(free_port())]
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    for name, launcher, overrides in (
        ("one", PLAIN, []),
        ("two", two, ["data_workers=1"]),
        ("micro", PLAIN, ["micro_batch_size=2"]),
    ):
        output = tmp_path / name
        finish(config, output, *short, *overrides, launcher=launcher)
        curves[name] = list(losses(output).values())
    assert json.loads((tmp_path / "two/summary.json").read_text())["processes"] == 2
    assert len(set(curves["one"])) == 12
    for other in ("two", "micro"):
        assert curves[other] == pytest.approx(curves["one"], rel=1e-3)


def test_a_stream_averaged_and_scaled(here, corpus, tmp_path):
    """Items made while training, a curriculum in two stages, averaged weights, a scaled loss, checked for overflow."""
    output = tmp_path / "stream"
    stages = "[{until: 0.5, curriculum: nano}, {until: 1, data: " + str(corpus) + "}]"
    settings = [
        "mixed_precision=bf16", "loss_scaling=true", "ema_decay=0.9", "debug=true", "lanes=2", "batch_size=4",
        "max_steps=8", "eval_every=8", "gradient_checkpointing=true", "tracker=none",
    ]  # fmt: skip
    assert here(output, f"stages={stages}", f"tokenizer={corpus / 'tokenizer'}", *settings) is None
    described = json.loads((output / "odin.json").read_text())
    assert described["precision"]["loss_scaling"] and described["precision"]["projections"] == "bfloat16"
    assert [stage["until"] for stage in described["dataset"]["stages"]] == [0.5, 1]
    assert read_metrics(output)["loss_scale"][8] == 65536
    latest = load_file(output / "checkpoint-0000008/model.safetensors")
    assert any((weights(output)[name] != latest[name]).any() for name in latest)


def test_a_plateau_ends_a_run(here, tmp_path):
    output = tmp_path / "flat"
    still = ["learning_rate=1.0e-12", "muon_learning_rate=null", "weight_decay=0", "eval_every=2", "patience=3"]
    assert here(output, *still) is None
    summary = json.loads((output / "summary.json").read_text())
    assert summary["steps"] == 8 and "has not fallen for 3 evaluations" in summary["finished"]


def test_a_loss_that_explodes_ends_the_run(here, tmp_path):
    message = here(tmp_path / "hot", "learning_rate=1.0e+30", "muon_learning_rate=null", "max_grad_norm=1.0e+30")
    assert "lower the learning rate" in message or "NaN" in message
    assert not (tmp_path / "hot/model").exists()


@pytest.mark.parametrize(
    "overrides, message",
    [
        (["model=odin-nona"], "did you mean 'odin-nano'"),
        (["learning_rat=1"], "did you mean 'learning_rate'"),
        (["data=nowhere"], "nowhere"),
        (["max_steps"], "key=value"),
        (["max_steps=soon"], "max_steps must be int"),
        (["model=./foreign"], "model of type 'gpt2'"),
        (["model=./cut"], "is damaged"),
        (["lanes=3"], "must divide batch_size"),
        (["curriculum=nano"], "needs a tokenizer"),
        (["curriculum=nanno", "tokenizer=."], "nanno"),
        (["stages=[{until: 0.5, curriculum: nano}]"], "the last stage must have 'until: 1'"),
        (["branch_from=./cut"], "not a checkpoint"),
        (["tracker=mlfow"], "tracker must be one of"),
        (["mixed_precision=fp16"], "needs a CUDA device"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(here, tmp_path, toy_model, overrides, message):
    output = tmp_path / "out"
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign/config.json").write_text('{"model_type": "gpt2"}')
    toy_model.save_pretrained(tmp_path / "cut")
    weight_file = tmp_path / "cut/model.safetensors"
    weight_file.write_bytes(weight_file.read_bytes()[:500])
    assert message in here(output, *overrides)
    assert not list(output.rglob("*.safetensors"))


def test_another_run_in_the_same_folder_is_refused(config, finished):
    """By the command: in words, and without a traceback."""
    result = run(config, finished, "seed=1")
    assert result.returncode == 1 and result.stderr.strip().split("\n")[-1].startswith("train: ")
    assert "choose another output" in result.stderr and "Traceback" not in result.stderr


def test_a_preset_is_a_preset_even_beside_a_folder_of_its_name(here, tmp_path):
    """From the root of this repository, `odin-nano` is also the folder of the released model."""
    (tmp_path / "odin-nano").mkdir()
    assert here(tmp_path / "out", "max_steps=1", "eval_items=0") is None


def test_shipped_configs_are_valid():
    configs = list((ROOT / "training/configs").glob("odin-*.yaml"))
    assert len(configs) >= 2
    for path in configs:
        load_config(path)
