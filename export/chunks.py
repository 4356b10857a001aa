"""`python -m export.chunks EXPORT --out DIR`: an export in chunk layout, for hosts of static files.

Every file above 256 KiB becomes `chunks/SHA256` files of at most 4 MiB. Such a chunk never changes, so it may be
cached for ever; a new version adds those that changed. The server need not know ranges, and no host finds a file too
large. The runtime reads both layouts; Python and transformers.js read the export itself.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from training.errors import CheckpointError
from training.manifest import (
    MANIFEST,
    MANIFEST_FORMAT,
    RUNTIME_OF_FORMAT_1,
    check_manifest,
    check_version,
    read_manifest,
)

from .build import is_export, replacing
from .compress import compress, decoded, is_copy, sizes
from .errors import ExportError
from .selection import selected


FOLDER = "chunks/"
# Smaller files change with every version at little cost, and are easier to look at under their names.
LARGEST_WHOLE = 1 << 18


def chunk(export: Path, out: Path, dtypes: tuple[str, ...] | None = None, encodings: tuple[str, ...] = ()) -> bool:
    """Writes the export folder `export` to `out` in chunk layout, unless `out` is that already, whole and undamaged;
    compressed copies that are missing there are added.

    Every byte is checked against the manifest on its way. Everything is made in a folder beside `out` that takes its
    place in one rename.

    Args:
        dtypes: the precisions to take along, of the manifest's `dtypes`; None for all. A training graph whose frozen
            weights are not among them stays behind too.
        encodings: compressed copies to put beside the files, of `br` and `gz`.

    Returns:
        Whether anything was written.

    Raises:
        ExportError: `export` is no export, or damaged; `out` is another folder; the disk is full.
    """
    export, out = export.resolve(), out.resolve()
    manifest = chunked_manifest(export, dtypes)
    current = is_current(out, manifest, encodings)
    if out == export or export in out.parents or out in export.parents:
        raise ExportError(f"'{out}' and '{export}' are inside one another: choose a folder apart from the export")
    if not current and out.exists() and not (out.is_dir() and (_is_chunked(out) or not any(out.iterdir()))):
        raise ExportError(
            f"'{out}' exists and is no export in chunk layout: choose a new or empty folder, so that nothing is lost"
        )
    try:
        if current:
            return bool(compress(_files(out), encodings))
        with replacing(out) as folder:
            (folder / FOLDER).mkdir()
            for name in tqdm(manifest["files"], desc="chunks", disable=None, leave=False):
                _copy(name, manifest, export, folder)
            (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
            compress(_files(folder), encodings)
    except OSError as error:
        raise ExportError(
            f"'{out}' could not be written: {error.strerror or error}. What was there before is still there"
        ) from error
    return True


def chunked_manifest(export: Path, dtypes: tuple[str, ...] | None = None) -> dict:
    """The manifest that `export` has in chunk layout: files in chunks list them, even a single one.

    Raises:
        ExportError: `export` is no export, is in chunk layout already, or has no such precision.
    """
    manifest = read_manifest(export)
    if "chunks_at" in manifest:
        raise ExportError(f"'{export}' is in chunk layout already: give the export that it was made from")
    if not is_export(export) or not manifest.get("files") or "chunk_bytes" not in manifest:
        raise ExportError(
            f"'{export}' is not an export: make one with `python -m export --model MODEL --out {export}`"
        )
    made = manifest["dtypes"]
    if unknown := [dtype for dtype in dtypes or () if dtype not in made]:
        raise ExportError(f"'{export}' has no {', '.join(unknown)}: choose from {', '.join(made)}")
    part = selected(export, manifest, dtypes)
    files = {
        name: entry | {"chunks": [entry["sha256"]]}
        if entry["bytes"] > LARGEST_WHOLE and "chunks" not in entry
        else entry
        for name, entry in part["files"].items()
    }
    runtime = max(manifest.get("runtime", RUNTIME_OF_FORMAT_1), RUNTIME_OF_FORMAT_1, key=check_version)
    chunked = part | {"chunks_at": FOLDER, "files": files, "format": MANIFEST_FORMAT, "runtime": runtime}
    try:
        check_manifest(chunked)
    except ValueError as error:
        raise ExportError(f"the manifest of '{export}' is damaged: {error}. Export the model again") from error
    return chunked


def is_current(out: Path, manifest: dict, encodings: tuple[str, ...]) -> bool:
    """Whether `out` has this manifest, the files that it names and no others; compressed copies may be missing."""
    try:
        if read_manifest(out) != manifest:
            return False
        wanted = {MANIFEST, *(name for name, entry in manifest["files"].items() if "chunks" not in entry)}
        wanted |= {FOLDER + sha256 for entry in manifest["files"].values() for sha256 in entry.get("chunks", ())}
        hashes = {name: entry["sha256"] for name, entry in manifest["files"].items()}
        for path in _files(out):
            name = path.relative_to(out).as_posix()
            if is_copy(path):
                if path.suffix[1:] not in encodings or decoded(path) != path.with_suffix("").read_bytes():
                    return False
            elif name not in wanted:
                return False
            elif name != MANIFEST and _sha256(path) != (hashes.get(name) or path.name):
                return False
            else:
                wanted.remove(name)
        return not wanted
    except (CheckpointError, OSError):
        return False


def _copy(name: str, manifest: dict, export: Path, folder: Path) -> None:
    entry, whole = manifest["files"][name], hashlib.sha256()
    hashes = iter(entry.get("chunks", ()))
    single = "chunks" not in entry
    pieces = []
    for piece in _pieces(export / name, entry["bytes"] if single else manifest["chunk_bytes"]):
        whole.update(piece)
        sha256 = hashlib.sha256(piece).hexdigest()
        if single:
            pieces.append(piece)
        elif sha256 != next(hashes, None):
            break
        else:
            (folder / FOLDER / sha256).write_bytes(piece)
    if whole.hexdigest() != entry["sha256"] or next(hashes, None):
        raise ExportError(
            f"'{export / name}' is not the file that the manifest names (its SHA-256 differs): export the model again"
        )
    if single:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"".join(pieces))


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    if not path.is_file():
        raise ExportError(f"'{path}' is not there, though the manifest names it: export the model again")
    with open(path, "rb") as file:
        while piece := file.read(max(size, 1)):
            yield piece


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _is_chunked(folder: Path) -> bool:
    return is_export(folder) and "chunks_at" in read_manifest(folder)


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(argv: list[str] | None = None) -> int:
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m export.chunks", description=about, epilog=rest)
    parser.add_argument("export", type=Path, metavar="EXPORT", help="folder written by `python -m export`")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write; replaced whole if it is one of these"
    )
    parser.add_argument("--dtypes", help="precisions to take along, separated by commas; all without")
    parser.add_argument("--brotli", action="store_true", help="put a .br beside each file where it saves 5%%")
    parser.add_argument("--gzip", action="store_true", help="put a .gz beside each file where it saves 5%%")
    args = parser.parse_args(argv)
    encodings = tuple(name for name, wanted in (("br", args.brotli), ("gz", args.gzip)) if wanted)
    dtypes = tuple(args.dtypes.split(",")) if args.dtypes else None
    try:
        written = chunk(args.export, args.out, dtypes, encodings)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {'written' if written else 'up to date'}; {sizes(_files(args.out), encodings)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
