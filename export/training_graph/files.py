"""The files of a training graph in an export folder: their names, and how they get there, all of them or none.

docs/training-in-the-browser.md says what is in them.
"""

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import torch

from training.checkpoint import hash_files, weights_sha256
from training.manifest import MANIFEST, read_manifest, write_manifest

from ..build import TOOLS, is_export, replacing
from ..build import is_current as is_current_export
from ..errors import ExportError
from ..selection import DESCRIPTION, SOURCE


GRAPH, ADAPTED, PARAMETERS = "onnx/train.onnx", "onnx/adapted.onnx", "onnx/train.safetensors"
FILES = (GRAPH, ADAPTED, PARAMETERS, DESCRIPTION)
# Where the data of a safetensors file begin: at a multiple of this, so that a graph may read them in place.
ALIGNMENT = 64
# The modules that training files depend on, besides those of the export and of this package.
CODE = ("adapted", "external", "frozen")


def source_hash(out: Path, *settings) -> str:
    """Hash of what the training files of an export depend on: its weights, the settings, this code, the tools."""
    about = read_manifest(out)
    digest = hashlib.sha256(f"{about['weights_sha256']} {sorted(about['dtypes'])} {settings}".encode())
    for package in (*TOOLS, "onnxscript"):
        digest.update(f"{package} {version(package)}".encode())
    own = Path(__file__).parent
    code = [*own.glob("*.py"), *(own.parent / f"{name}.py" for name in CODE)]
    digest.update(f"{about['source_sha256']} {hash_files(sorted(code))}".encode())
    return digest.hexdigest()


def is_current(out: Path, source: str) -> bool:
    """Whether an export is whole and has the training files of `source`."""
    about = read_manifest(out)
    whole = is_current_export(out, about["source_sha256"]) and set(FILES) <= set(about["files"])
    return whole and about.get(SOURCE) == source


def check_folder(out: Path, model_folder: Path) -> None:
    """Raises ExportError unless training files of the model may be written to `out`: an export of these weights, the
    model folder itself, or a new or empty folder."""
    if not out.exists() or out.resolve() == model_folder.resolve():
        return
    if is_export(out):
        if read_manifest(out).get("weights_sha256") != weights_sha256(model_folder):
            raise ExportError(
                f"'{out}' was exported from other weights than those of '{model_folder}': "
                f"run `python -m export --model {model_folder} --out {out}` first"
            )
    elif not out.is_dir() or any(out.iterdir()):
        raise ExportError(f"'{out}' is no export: choose one, or a new or empty folder, so that nothing is lost")


@contextmanager
def extending(out: Path, source: str | None) -> Iterator[Path]:
    """A folder with all of `out` but the training files, which takes its place when the block ends well.

    The manifest of an export then lists what was added, and `source`. That of a release stays: it says what was
    released.
    """
    out = out.resolve()
    with replacing(out) as folder:
        if out.exists():
            shutil.copytree(out, folder, symlinks=True, dirs_exist_ok=True, copy_function=link)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        (folder / GRAPH).parent.mkdir(exist_ok=True)
        yield folder
        if is_export(folder):
            about = read_manifest(folder)
            (folder / MANIFEST).unlink()  # it may be the very file that is in `out`
            write_manifest(folder, about | {SOURCE: source})


def link(source: str, target: str) -> None:
    """The same file under a second name, which takes no room; a copy where the disk cannot do that."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def write_parameters(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Writes float32 tensors as safetensors, in this order.

    The library of that name sorts them, and pads the header to 8 bytes only.
    """
    header: dict[str, dict] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        size = 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes())
