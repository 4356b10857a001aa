"""`manifest.json` of a model folder, whether a release, an export or a published repository.

It says which version of which model the folder holds, and the size and SHA-256 of every file. The keys are in
docs/versions.md; space/runtime/download/manifest.ts reads the same in TypeScript. Not here: the keys that a release or
an export adds for itself (training/release.py, export/build.py).
"""

import hashlib
import json
import math
import re
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from training.errors import CheckpointError
from training.io import write_json


MANIFEST = "manifest.json"
# The newest that is read. A manifest without the number is of format 0, in which a release had plain hashes.
MANIFEST_FORMAT = 1
# Least version of odin-llm that runs the files of an export: 0.1.0 knew no chunks and no 4-bit or float16 files.
RUNTIME = "0.2.0"
# The same for what only a manifest of format 1 has: chunks that are files (`chunks_at`), and variants.
RUNTIME_OF_FORMAT_1 = "0.3.0"
# Browsers fetch, verify and keep a file in pieces of this size: small enough that a few in memory at once and one lost
# to a broken connection cost little, large enough that 100 MB are some 25 requests.
CHUNK_BYTES = 4 << 20

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}")
FOLDER = re.compile(r"([\w-][\w.-]*/)+", re.ASCII)
# Below the manifest's folder or beside it: further up a server may have what others put there, as the Hub has.
VARIANT_PATH = re.compile(r"(\.\./)?[\w-][\w.-]*(/[\w-][\w.-]*)*/?", re.ASCII)
# What an experiment and its variants may be called: the names stand in addresses.
NAME = re.compile(r"[A-Za-z0-9_.-]+")


def check_version(version: object) -> tuple[int, int, int]:
    """The three numbers of a version, which compare as versions do.

    Raises:
        ValueError: it is not `MAJOR.MINOR.PATCH`; pre-releases and leading zeros are refused.
    """
    found = VERSION.fullmatch(version) if isinstance(version, str) else None
    if not found:
        raise ValueError(f"{version!r} is no version: expected MAJOR.MINOR.PATCH, as '1.2.3'")
    major, minor, patch = found.groups()
    return int(major), int(minor), int(patch)


def read_manifest(folder: Path) -> dict:
    """What the manifest of a release or of an export says; empty when there is none.

    In format 0 a release had the hash alone for each file; they are given as `{"sha256": hash}`.

    Raises:
        CheckpointError: it is damaged, or of a newer format.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"'{path}' cannot be read: {error}. Save, export or download '{folder}' again"
        ) from error
    if not isinstance(manifest, dict):
        raise CheckpointError(f"'{path}' is not a manifest: save, export or download '{folder}' again")
    try:
        check_manifest(manifest)
    except ValueError as error:
        raise CheckpointError(f"'{path}' is damaged: {error}. Save, export or download '{folder}' again") from error
    except CheckpointError as error:
        raise CheckpointError(f"'{path}' {error}") from error
    files = manifest.get("files")
    if isinstance(files, dict):
        plain = {name: {"sha256": entry} for name, entry in files.items() if isinstance(entry, str)}
        manifest["files"] = files | plain
    return manifest


def write_manifest(folder: Path, about: dict[str, Any]) -> dict:
    """Writes the manifest of a folder: `about`, the format, and size and hashes of every file in it and below
    that is not hidden.

    Args:
        about: `model`, `version` (None for a model that was never released) and what else is to be known. It may be
            another folder's manifest, or the union of two: of them format and files are not taken over.

    Returns:
        The manifest as written.

    Raises:
        ValueError: a value of `about` is not as the schema has it; nothing is written.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    entries = {name: file_entry(path) for name, path in paths.items() if name != MANIFEST and not is_hidden(name)}
    manifest = about | {"format": MANIFEST_FORMAT, "chunk_bytes": CHUNK_BYTES, "files": entries}
    check_manifest(manifest)
    write_json(folder / MANIFEST, manifest)
    return manifest


def file_entry(path: Path) -> dict:
    """Size and SHA-256 of a file, and of its chunks when it has more than one, so that each can be checked alone."""
    whole, chunks = hashlib.sha256(), []
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            whole.update(chunk)
            chunks.append(hashlib.sha256(chunk).hexdigest())
    entry = {"bytes": path.stat().st_size, "sha256": whole.hexdigest()}
    return entry | {"chunks": chunks} if len(chunks) > 1 else entry


def check_manifest(manifest: dict) -> None:
    """Checks what the schema fixes of the keys; of format 0 nothing is fixed, and other keys are free.

    Raises:
        ValueError: a value is not as the schema has it.
        CheckpointError: the format is a newer one.
    """
    form = manifest.get("format", 0)
    if type(form) is not int or form < 0:
        raise ValueError(f"format is {form!r}, not a whole number")
    if form > MANIFEST_FORMAT:
        raise CheckpointError(
            f"is of format {form}, this code reads up to {MANIFEST_FORMAT}: use newer code, or an older revision of "
            "the model"
        )
    if form == 0:
        return
    if not isinstance(manifest.get("model"), str) or not manifest["model"]:
        raise ValueError("there is no name of the model")
    if manifest.get("version") is not None:
        check_version(manifest["version"])
    if "runtime" in manifest:
        check_version(manifest["runtime"])
    if "variants" in manifest:
        check_variants(manifest)
    else:
        check_files(manifest)


def check_files(manifest: dict) -> None:
    """Raises ValueError unless names, sizes and hashes of the files agree with one another."""
    size, chunks_at = manifest.get("chunk_bytes"), manifest.get("chunks_at")
    if "chunks_at" in manifest and not (isinstance(chunks_at, str) and FOLDER.fullmatch(chunks_at)):
        raise ValueError(f"chunks_at is {chunks_at!r}, not a folder below it such as 'chunks/'")
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise ValueError("there is no list of the files")
    for name, entry in files.items():
        if not is_inside(name) or name == MANIFEST:
            raise ValueError(f"{name!r} is no file of the folder")
        if not isinstance(entry, dict) or type(entry.get("bytes")) is not int or entry["bytes"] < 0:
            raise ValueError(f"there is no size of {name}")
        if not is_sha256(entry.get("sha256")):
            raise ValueError(f"there is no SHA-256 of {name}")
        if "chunks" not in entry:
            continue
        if type(size) is not int or size < 1:
            raise ValueError(f"there is no chunk_bytes for the chunks of {name}")
        expected, chunks = math.ceil(entry["bytes"] / size), entry["chunks"]
        if not isinstance(chunks, list) or len(chunks) != expected or not all(map(is_sha256, chunks)):
            raise ValueError(f"there should be {expected} SHA-256 of the chunks of {name}")


def check_variants(manifest: dict) -> None:
    """Raises ValueError unless the experiment and its variants have names, shares and folders of their own."""
    if manifest.get("files"):
        raise ValueError("it has variants, and files of its own")
    if not is_name(manifest.get("experiment")):
        raise ValueError("experiment is no name of letters, digits and _ . -")
    variants = manifest["variants"]
    if not isinstance(variants, list) or not variants:
        raise ValueError("variants is no list of models")
    names = set()
    for place, variant in enumerate(variants):
        name = variant.get("name") if isinstance(variant, dict) else None
        if not is_name(name):
            raise ValueError(f"variant {place} has no name of letters, digits and _ . -")
        if name in names:
            raise ValueError(f"two variants are called {name}")
        names.add(name)
        weight, path = variant.get("weight"), variant.get("path")
        if type(weight) not in (int, float) or not 0 < weight <= sys.float_info.max:
            raise ValueError(f"the weight of {name} is no number above 0")
        if not leads_elsewhere(path):
            raise ValueError(f"the path of {name} leads to no other folder below or beside it")


def leads_elsewhere(path: object) -> bool:
    """Whether it is the address of a folder below that of the manifest, or beside it, and no further up."""
    return isinstance(path, str) and bool(VARIANT_PATH.fullmatch(path))


def is_inside(name: str) -> bool:
    """Whether it is the plain name of a file in a folder or below it, with `/` between the parts."""
    path = PurePosixPath(name)
    plain = str(path) == name and not any(character in name for character in "\\:")
    return plain and bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def is_hidden(name: str) -> bool:
    """Whether a file, by its path in a folder, is hidden or below a hidden folder; it is no part of a model then."""
    return any(part.startswith(".") for part in name.split("/"))


def is_name(value: object) -> bool:
    return isinstance(value, str) and bool(NAME.fullmatch(value))


def is_sha256(value: object) -> bool:
    return isinstance(value, str) and bool(SHA256.fullmatch(value))
