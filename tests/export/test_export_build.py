"""The export folder: complete, honest about itself, written whole or not at all."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from export.__main__ import main
from export.build import build, hash_files, is_current, replacing
from export.errors import ExportError
from export.precisions import PRECISIONS
from export.runner import OnnxRunner
from training.checkpoint import CheckpointError


ROOT = Path(__file__).parents[2]


def partial_folders(folder):
    return list(folder.glob(".*partial"))


def test_layout_and_manifest(toy, exported):
    manifest = json.loads((exported / "manifest.json").read_text())
    files = {path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()}
    assert files == set(manifest["files"]) | {"manifest.json"}
    assert {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"} <= files
    assert manifest["format"] == 1 and manifest["model"] == toy.name
    assert manifest["dtypes"] == {name: precision.file for name, precision in PRECISIONS.items()}
    assert manifest["weights_sha256"] == hash_files([toy / "model.safetensors"])
    for name, file in manifest["files"].items():
        assert (exported / name).stat().st_size == file["bytes"]
        assert hash_files([exported / name]) == file["sha256"]


def test_the_tokenizer_is_the_same_and_its_template_is_in_the_json(toy, exported):
    old, new = AutoTokenizer.from_pretrained(toy), AutoTokenizer.from_pretrained(exported)
    text = "Tom has 12 apples <|im_end|>"
    assert old(text)["input_ids"] == new(text)["input_ids"]
    assert json.loads((exported / "tokenizer_config.json").read_text())["chat_template"] == old.chat_template


def test_up_to_date_is_left_alone_and_damage_is_repaired(toy, exported, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(exported, out)
    before = (out / "onnx/model.onnx").stat().st_mtime_ns
    assert not build(toy, out)
    assert (out / "onnx/model.onnx").stat().st_mtime_ns == before
    (out / "onnx/model_quantized.onnx").write_bytes(b"half a file")
    assert build(toy, out)
    assert hash_files([out / "onnx/model_quantized.onnx"]) == hash_files([exported / "onnx/model_quantized.onnx"])


def test_other_weights_are_exported_anew(toy, exported, tmp_path):
    out, other = tmp_path / "out", tmp_path / "other"
    shutil.copytree(exported, out)
    shutil.copytree(toy, other)
    data = bytearray((other / "model.safetensors").read_bytes())
    data[-2] ^= 1
    (other / "model.safetensors").write_bytes(data)
    assert build(other, out, ("fp32",))
    assert not (out / "onnx/model_quantized.onnx").exists()
    assert json.loads((out / "manifest.json").read_text())["dtypes"] == {"fp32": "onnx/model.onnx"}


@pytest.mark.parametrize(
    "overrides",
    [
        {"conv_kernel_size": 2, "recurrence": "recurrent"},
        {"tie_word_embeddings": False, "head_dim": 32, "chunk_size": 7},
    ],
)
def test_other_shapes_of_the_model(make_folder, tmp_path, overrides):
    """`build` compares the logits with PyTorch before it writes anything."""
    model = make_folder(tmp_path / "model", **overrides)
    assert build(model, tmp_path / "out")
    ids = np.array([[5, 6, 7, 8]])
    runners = {name: OnnxRunner(tmp_path / "out" / precision.file) for name, precision in PRECISIONS.items()}
    logits = {name: runner.step(ids, runner.empty_states(1))[0] for name, runner in runners.items()}
    exact = logits["fp32"]
    # On average: fresh weights have outputs near zero here and there, which the norms magnify, rounding included.
    errors = {name: float(np.abs(exact - rounded).mean() / exact.std()) for name, rounded in logits.items()}
    assert all(error < (0.1 if name in ("fp32", "fp16", "int8") else 0.5) for name, error in errors.items()), errors


def test_weights_that_are_not_numbers_are_refused(make_folder, tmp_path):
    model = make_folder(tmp_path / "model")
    tensors = load_file(model / "model.safetensors")
    tensors["model.norm.weight"][3] = float("nan")
    save_file(tensors, model / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match="'model.norm.weight' holds NaN"):
        build(model, tmp_path / "out")
    assert not (tmp_path / "out").exists() and not partial_folders(tmp_path)


def test_a_folder_that_is_no_export_is_not_replaced(toy, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match="not an export"):
        build(toy, tmp_path)
    (tmp_path / "manifest.json").write_text('{"version": "1.0", "precision": {}}')  # as a released model has
    with pytest.raises(ExportError, match="not an export"):
        build(toy, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_link_stays_a_link(toy, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for force in (False, True):
        assert build(toy, link, ("fp32",), force)
    assert link.is_symlink() and (tmp_path / "elsewhere/onnx/model.onnx").is_file()
    assert not partial_folders(tmp_path)


def test_what_was_there_comes_back_after_a_kill_between_two_renames(toy, exported, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(exported, tmp_path / f".out.old.{2**22 + 1}.partial")  # more than a process number can be
    with pytest.raises(RuntimeError, match="stopped"), replacing(out):
        raise RuntimeError("stopped")
    assert is_current(out, json.loads((out / "manifest.json").read_text())["source_sha256"])
    assert not partial_folders(tmp_path)


def test_a_signal_that_other_code_swallows_still_ends_the_export(tmp_path):
    with pytest.raises(SystemExit) as stopped, replacing(tmp_path / "out"):
        with contextlib.suppress(BaseException):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)  # the handler runs here at the latest
    assert stopped.value.code == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists() and not partial_folders(tmp_path)


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_killed_half_way(toy, tmp_path, kill):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "export", "--model", str(toy), "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not partial_folders(tmp_path) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(kill)
    errors = process.communicate()[1]
    assert process.returncode != 0, errors.decode()
    assert not out.exists()
    if kill == signal.SIGKILL:  # nobody could clean up, so the next export does
        assert build(toy, out, ("fp32",))
    assert not partial_folders(tmp_path)


@pytest.mark.parametrize("room", [1000, 300_000])
def test_a_full_disk(toy, exported, tmp_path, room):
    """No file may grow over `room` bytes, as when that is what is left: the float32 graph has 396 kB."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    out = shutil.copytree(exported, tmp_path / "out")
    before = hash_files(sorted(out.rglob("*.onnx")))
    command = [sys.executable, "-m", "export", "--model", str(toy), "--out", str(out), "--force"]
    result = subprocess.run(command, cwd=ROOT, preexec_fn=limit, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"'{out}' could not be written: File too large. What was there before is still there" in result.stderr
    assert hash_files(sorted(out.rglob("*.onnx"))) == before
    assert not partial_folders(tmp_path)


def break_weights(folder):
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])


def lose_a_tensor(folder):
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.layers.1.time_mixing.out_proj.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def edit_config(folder, **values):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | values))


DAMAGE = {
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "lacks its weights"),
    "weights cut off": (break_weights, "damaged"),
    "a tensor is missing": (lose_a_tensor, "out_proj"),
    "wrong size": (lambda f: edit_config(f, intermediate_size=96), "do not fit|cannot be loaded"),
    "foreign architecture": (lambda f: edit_config(f, model_type="gpt2"), "type 'gpt2', expected 'odin'"),
    "no config": (lambda f: (f / "config.json").unlink(), "no config.json"),
    "config is not JSON": (lambda f: (f / "config.json").write_text("{"), "not a JSON object"),
    "manifest is not JSON": (lambda f: (f / "manifest.json").write_text("{"), "manifest.json' cannot be read"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "no tokenizer.json"),
    "tokenizer cut off": (lambda f: (f / "tokenizer.json").write_text('{"version"'), "cannot be read"),
    "no code": (lambda f: (f / "recurrence.py").unlink(), "cannot be loaded"),
    "no folder": (shutil.rmtree, "no model folder"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_bad_models_are_refused_in_words(toy, tmp_path, case, capsys):
    damage, message = DAMAGE[case]
    model = tmp_path / "model"
    shutil.copytree(toy, model)
    damage(model)
    assert main(["--model", str(model), "--out", str(tmp_path / "out")]) == 1
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "out").exists() and not partial_folders(tmp_path)


def test_unknown_precision(toy, tmp_path, capsys):
    assert main(["--model", str(toy), "--out", str(tmp_path / "out"), "--dtypes", "fp32,int3"]) == 1
    assert "int3" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
