"""manifests.json: what the schema accepts and refuses, here as in the runtime (space/test/versions.test.ts)."""

import json
from pathlib import Path

import pytest

from training.errors import CheckpointError
from training.manifest import read_manifest


MANIFESTS = json.loads((Path(__file__).parent / "manifests.json").read_text())
REFUSALS = {"corrupt": "manifest.json' is damaged: ", "incompatible": "manifest.json' is of format 2, "}


def put(folder: Path, manifest: dict) -> Path:
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("name", MANIFESTS["accepted"])
def test_accepted(tmp_path, name):
    manifest = MANIFESTS["accepted"][name]
    assert read_manifest(put(tmp_path, manifest)) == manifest


@pytest.mark.parametrize(("code", "name"), [(code, name) for code in REFUSALS for name in MANIFESTS[code]])
def test_refused(tmp_path, code, name):
    with pytest.raises(CheckpointError, match=REFUSALS[code]):
        read_manifest(put(tmp_path, MANIFESTS[code][name]))
