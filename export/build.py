"""Builds what the web app serves, in the layout of transformers.js: graphs, tokenizer, configs and manifest."""

import hashlib
import json
import os
import shutil
import signal
import sys
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from training.checkpoint import (
    CheckpointError,
    check_config,
    check_weights,
    hash_files,
    load_model,
    load_tokenizer,
    weights_sha256,
)
from training.manifest import MANIFEST_FORMAT, RUNTIME, file_entry, read_manifest, write_manifest

from .card import CARD, card
from .errors import ExportError
from .precisions import PRECISIONS


TASK = "text-generation-with-past"
MODEL_CARD = "README.md"
# The modules that what is exported depends on.
CODE = (
    *(
        "alignment",
        "build",
        "card",
        "convolution",
        "graph",
        "half",
        "lean",
        "linear_attention",
        "onnx_config",
        "precisions",
        "prompts",
    ),
    *("quantize", "rounding", "weight_only", "wire"),
)
TOOLS = ("torch", "transformers", "optimum-onnx", "onnx", "onnxruntime")


def build(model: Path, out: Path, dtypes: tuple[str, ...] = tuple(PRECISIONS), force: bool = False) -> bool:
    """Exports the model folder `model` to `out`, unless `out` already is that export, whole and up to date.

    Everything is made in a folder beside `out` that takes its place in one rename, so `out` is never half-written.

    Args:
        dtypes: the files to make, of PRECISIONS.
        force: export even when nothing has changed.

    Returns:
        Whether anything was written.

    Raises:
        ExportError: the model cannot be exported, `out` is a folder that is no export, or the disk is full.
    """
    unknown = [dtype for dtype in dtypes if dtype not in PRECISIONS]
    if unknown or not dtypes:
        raise ExportError(f"unknown precision {unknown}: choose from {', '.join(PRECISIONS)}")
    out = out.resolve()
    check_config(model)
    check_weights(model)
    source = source_hash(model, dtypes)
    if not force and is_current(out, source):
        return False
    if out.exists() and not (out.is_dir() and (is_export(out) or not any(out.iterdir()))):
        raise ExportError(
            f"'{out}' exists and is not an export: choose a new or empty folder, so that nothing is lost"
        )
    try:
        with replacing(out) as folder:
            _export(model, folder, dtypes)
            write_manifest(folder, {"model": model.resolve().name} | origin(model, source, dtypes))
    except OSError as error:
        raise ExportError(
            f"'{out}' could not be written: {error.strerror or error}. What was there before is still there"
        ) from error
    return True


def _export(model_folder: Path, folder: Path, dtypes: tuple[str, ...]) -> None:
    from .comparisons import logit_errors
    from .prompts import calibration_texts, random_prompts
    from .rounding import input_products
    from .runner import OnnxRunner

    model = load_model(model_folder)
    tokenizer = load_tokenizer(model_folder, model.config.vocab_size)
    print("tracing the float32 graph", file=sys.stderr)
    traced = trace_fp32(model, folder)
    # Optimum also copies what has no use beside a graph: the model's code, and the chat template a second time.
    for path in [*folder.glob("*.py"), *folder.glob("*.jinja")]:
        path.unlink()
    tokenizer.save_pretrained(folder, save_jinja_files=False)  # transformers.js reads the template from the JSON
    about = card(model_folder, model.num_parameters(), read_manifest(model_folder))
    (folder / CARD).write_text(json.dumps(about, indent=2) + "\n")
    if (model_folder / MODEL_CARD).is_file():
        shutil.copy(model_folder / MODEL_CARD, folder)
    fp32 = folder / PRECISIONS["fp32"].file
    fp32.parent.mkdir()
    traced.rename(fp32)
    error = logit_errors(OnnxRunner(fp32), model, random_prompts(8, model.config.vocab_size)).max()
    if not error <= PRECISIONS["fp32"].limits.logits:
        raise ExportError(f"the exported graph is not the model: logits differ by {error:.1e}. Nothing was written.")
    products = None
    if any(PRECISIONS[dtype].calibrated for dtype in dtypes):
        products = input_products(fp32, calibration_texts(tokenizer))
    for dtype in tqdm([dtype for dtype in dtypes if dtype != "fp32"], desc="other precisions", disable=None):
        PRECISIONS[dtype].write(fp32, folder / PRECISIONS[dtype].file, products)
    if "fp32" not in dtypes:
        fp32.unlink()


def trace_fp32(model, folder: Path) -> Path:
    """Writes the float32 graph of a model that was loaded from a folder, with its configuration; returns its file.

    Nothing is compared with the model.
    """
    from optimum.exporters.onnx import onnx_export_from_model
    from optimum.utils import logging

    from . import onnx_config  # noqa: F401  registers ODIN with Optimum

    logging.set_verbosity_error()
    model.config.use_cache = True
    onnx_export_from_model(model, folder, task=TASK, do_validation=False)  # which would only warn
    return folder / "model.onnx"


def origin(model: Path, source: str, dtypes: tuple[str, ...]) -> dict:
    """What the manifest tells of the export beside its files: from what it was made, with what, and what runs it."""
    return {
        "version": read_manifest(model).get("version"),
        "runtime": RUNTIME,
        "source_sha256": source,
        "weights_sha256": weights_sha256(model),
        "dtypes": {dtype: PRECISIONS[dtype].file for dtype in dtypes},
        "task": TASK,
        "made_with": {package: version(package) for package in TOOLS},
    }


def is_export(folder: Path) -> bool:
    """Whether its manifest is that of an export; a released model has another."""
    try:
        return "source_sha256" in read_manifest(folder)
    except CheckpointError:
        return False


def is_current(out: Path, source: str) -> bool:
    """Whether `out` was made from `source` and all its files are as its manifest says."""
    try:
        manifest = read_manifest(out)
        return manifest["source_sha256"] == source and all(
            file_entry(out / name) == entry for name, entry in manifest["files"].items()
        )
    except (CheckpointError, OSError, KeyError, TypeError):
        return False


def source_hash(model: Path, dtypes: tuple[str, ...]) -> str:
    """Hash of what an export depends on: the model folder, this code, the tools, the precisions.

    The code of the corpus is left out, though 4-bit weights are rounded by its texts: other texts do as well.
    """
    digest = hashlib.sha256(" ".join(sorted(dtypes)).encode())
    digest.update(f"manifest {MANIFEST_FORMAT} {RUNTIME}".encode())
    for package in TOOLS:
        digest.update(f"{package} {version(package)}".encode())
    own = [Path(__file__).parent / f"{name}.py" for name in CODE]
    parts = [path for path in model.iterdir() if path.suffix in (".json", ".jinja", ".md", ".py", ".safetensors")]
    digest.update(hash_files(sorted(parts) + own).encode())
    return digest.hexdigest()


@contextmanager
def replacing(target: Path):
    """A folder beside `target` that takes its place when the block ends well and vanishes otherwise, SIGTERM included.

    What a process killed outright left behind is removed by the next one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in sorted(target.parent.glob(f".{target.name}.*.partial")):
        pid = stale.name.split(".")[-2]
        if not pid.isdecimal() or (int(pid) != os.getpid() and _is_running(int(pid))):
            continue
        if stale.name == f".{target.name}.old.{pid}.partial" and not target.exists():
            stale.rename(target)  # killed between the two renames below
        else:
            shutil.rmtree(stale)
    folder, old = (target.parent / f".{target.name}.{kind}{os.getpid()}.partial" for kind in ("", "old."))
    received = []

    def terminate(number, frame):
        received.append(128 + number)
        sys.exit(received[-1])  # an exception, so that what is half-written is cleaned up

    previous = signal.signal(signal.SIGTERM, terminate)
    try:
        folder.mkdir()
        yield folder
        if received:  # code that ignores exceptions (a destructor, a bare `except`) ran when the signal came
            sys.exit(received[-1])
        if target.exists():
            target.rename(old)
        folder.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
