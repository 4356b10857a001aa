"""The command for a machine that one has for a while: measures, chooses the fastest, trains in the time left."""

import json
import subprocess
import sys

import pytest
import yaml

from configuration_odin import OdinConfig
from training.autotune import autotune, candidates, chosen_config, packages
from training.config import TrainConfig, load_config
from training.sources import open_sources


SHAPE = {"hidden_size": 32, "num_hidden_layers": 1, "head_dim": 16, "intermediate_size": 64, "decay_rank": 8}


def test_measures_chooses_and_trains(tmp_path):
    """From nothing but a curriculum: the tokenizer is trained as well."""
    config = tmp_path / "toy.yaml"
    settings = {"batch_size": 8, "seq_len": 128, "eval_items": 0, "eval_rows": 1, "tracker": "none", "lanes": 2}
    shape = {**SHAPE, "vocab_size": 512}
    config.write_text(yaml.safe_dump({"curriculum": "nano", "tokenizer": "t", "model_overrides": shape, **settings}))
    command = [
        sys.executable,
        "-m",
        "training.autotune",
        "--config",
        config,
        "--minutes",
        "3",
        "--measure-seconds",
        "1",
    ]
    limit = ["max_steps=3", "output=out"]
    result = subprocess.run(
        [*command, "--only-measure", *limit, "--sample", "500"], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "tokens/s" in result.stdout and "minutes left" in result.stdout and not (tmp_path / "out/model").exists()
    report = json.loads((tmp_path / "out/autotune.json").read_text())
    assert report["packages"]["torch"] and report["choice"] in report["measured"]
    chosen = load_config(tmp_path / "out/config.yaml", ["max_steps=3"])
    assert chosen.micro_batch_size == report["choice"]["micro_batch_size"] and 0 < chosen.max_minutes < 3
    # The file that it leaves is one that the trainer takes.
    script = "from training.train import main; main()"
    train = [sys.executable, "-c", script, "--config", "out/config.yaml", "max_steps=3", "compile=false"]
    result = subprocess.run(train, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / "out/summary.json").read_text())["steps"] == 3


def test_the_fastest_that_runs_is_chosen(corpus, monkeypatch):
    rates = iter([{"error": "out of memory"}, {"tokens_per_second": 10.0}, {"tokens_per_second": 30.0}])
    last = {"tokens_per_second": 20.0}
    monkeypatch.setattr("training.autotune.measure", lambda config, setting, *_: {**setting, **next(rates, last)})
    config = TrainConfig(data=str(corpus), model_overrides=SHAPE, batch_size=16)
    report = autotune(config, seconds=60, processes=2)
    assert report["choice"]["tokens_per_second"] == 30.0 and report["tokens_per_second"] == 60.0
    assert {result["micro_batch_size"] for result in report["measured"]} == {8, 4, 2, 1}
    chosen = chosen_config(config, report, minutes=10)
    assert chosen.max_steps == round(60.0 * 600 / (16 * config.seq_len))
    report["choice"]["recurrence"] = "fused"
    assert chosen_config(config, report, minutes=10).model_overrides["recurrence"] == "auto"


def test_nothing_that_runs_is_an_error(corpus, monkeypatch):
    monkeypatch.setattr("training.autotune.measure", lambda config, setting, *_: {**setting, "error": "out of memory"})
    with pytest.raises(ValueError, match="out of memory; lower batch_size"):
        autotune(TrainConfig(data=str(corpus), model_overrides=SHAPE), seconds=60)


def test_kernels_and_recomputation_are_tried_on_a_gpu(monkeypatch):
    monkeypatch.setattr("training.autotune.fla_kernel", lambda: object())
    tried = list(candidates(TrainConfig(), rows=4, cuda=True))
    assert tried[0] == {"micro_batch_size": 4, "recurrence": "fused", "compile": False}
    assert {setting["recurrence"] for setting in tried} == {"fused", "chunked"}
    assert tried[-1]["gradient_checkpointing"]


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr("training.autotune.NEEDED", ("torch", "nothing-of-this-name"))
    with pytest.raises(ValueError, match="nothing-of-this-name"):
        packages()


def test_what_needs_no_gpu_is_made_before(tmp_path):
    """The tokenizer is of the model's size: a smaller one would leave it with fewer parameters than its name says."""
    config = tmp_path / "toy.yaml"
    config.write_text(yaml.safe_dump({"model": "odin-nano", "curriculum": "nano", "tokenizer": "t", "output": "run"}))
    command = [sys.executable, "-m", "training.autotune", "--config", config]
    prepare = [*command, "--prepare", "--sample", "300"]
    result = subprocess.run(prepare, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0 and "ready: t and run" in result.stdout, result.stderr
    vocabulary = json.loads((tmp_path / "t/tokenizer.json").read_text())["model"]["vocab"]
    assert len(vocabulary) == OdinConfig.from_preset("odin-nano").vocab_size
    (path,) = (tmp_path / "run").glob("validation-*.json")
    held_out = json.loads(path.read_text())
    assert {row["split"] for row in held_out} == {"validation"} and len(
        {row["canonical_hash"] for row in held_out}
    ) > 1000
    # They are what is read then, and not made again.
    path.write_text(json.dumps(held_out[:7]))
    sources = open_sources(load_config(config, [f"output={tmp_path / 'run'}", f"tokenizer={tmp_path / 't'}"]))
    assert sources.validation == held_out[:7]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode == 2 and "--minutes" in refused.stderr
