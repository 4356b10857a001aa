"""Which part of an export belongs to a choice of its precisions."""

import json
from pathlib import Path

from .errors import ExportError


# Of a training graph: what describes it, and the manifest's key for what it was made of.
DESCRIPTION, SOURCE = "onnx/train.json", "training_source_sha256"


def chosen(manifest: dict, dtypes: list[str] | tuple[str, ...] | None) -> dict[str, str]:
    """The file of each precision of an export's manifest that is in `dtypes`; None for all."""
    return {dtype: file for dtype, file in manifest["dtypes"].items() if dtypes is None or dtype in dtypes}


def training_files(export: Path, manifest: dict) -> set[str]:
    """The files that `python -m export.training_graph` has added to an export; none where it has not.

    Raises:
        ExportError: their description cannot be read, or names a file that the manifest does not.
    """
    return _training(export, manifest)[0]


def selected(export: Path, manifest: dict, dtypes: list[str] | tuple[str, ...] | None) -> dict:
    """The manifest of a part of an export: without the other precisions, and without a training graph whose frozen
    weights are among them.

    Raises:
        ExportError: as `training_files`.
    """
    own = chosen(manifest, dtypes)
    dropped = set(manifest["dtypes"].values()) - set(own.values())
    training, frozen = _training(export, manifest)
    if frozen in dropped:
        dropped |= training
        manifest = {key: value for key, value in manifest.items() if key != SOURCE}
    files = {name: entry for name, entry in manifest["files"].items() if name not in dropped}
    return manifest | {"dtypes": own, "files": files}


def _training(export: Path, manifest: dict) -> tuple[set[str], str | None]:
    """The files of the training graph, and the file of the precision that has its frozen weights."""
    if DESCRIPTION not in manifest["files"]:
        return set(), None
    path = export / DESCRIPTION
    try:
        about = json.loads(path.read_text())
        files, frozen = {DESCRIPTION, *(about[key] for key in ("graph", "adapted", "parameters"))}, about["frozen"]
        if unknown := {*files, frozen} - {None, *manifest["files"]}:
            raise ValueError(f"it names {unknown}, which the manifest does not list")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ExportError(
            f"'{path}' cannot be used ({error}): make it again with `python -m export.training_graph`"
        ) from error
    return files, frozen
