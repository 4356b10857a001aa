"""The files of a training graph in an export folder: their names, and how they get there, all of them or none.

docs/training-in-the-browser.md says what is in them.
"""

import json
import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from training.checkpoint import weights_sha256
from training.manifest import MANIFEST, read_manifest, write_manifest

from .build import is_export, replacing
from .errors import ExportError


GRAPH, ADAPTED, PARAMETERS = "onnx/train.onnx", "onnx/adapted.onnx", "onnx/train.safetensors"
DESCRIPTION = "onnx/train.json"
FILES = (GRAPH, ADAPTED, PARAMETERS, DESCRIPTION)
# Where the data of a safetensors file begin: at a multiple of this, so that a graph may read them in place.
ALIGNMENT = 64


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
def extending(out: Path) -> Iterator[Path]:
    """A folder with all of `out` but the training files, which takes its place when the block ends well.

    The manifest of an export then lists what was added. That of a release stays: it says what was released.
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
            write_manifest(folder, about)


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
