"""docs/studies/compression.py measures the files of an export, once each, and docs/export.md says what it measured."""

import gzip
import json

import brotli
import compression
import pytest

from export.build import hash_files
from training.manifest import MANIFEST


DECOMPRESS = {"gzip 9": gzip.decompress, "brotli 5": brotli.decompress, "brotli 11": brotli.decompress}


@pytest.fixture
def export(tmp_path):
    """A folder with the manifest of an export: one large file, one small."""
    folder = tmp_path / "export"
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx/model.onnx").write_bytes(bytes(range(256)) * 500)
    (folder / "config.json").write_text("{}")
    write_manifest(folder)
    return folder


def write_manifest(folder):
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": hash_files([path])}
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    (folder / MANIFEST).write_text(json.dumps({"model": "toy", "files": files}))


def test_every_codec_gives_back_what_it_was_given():
    data = b"the same words, the same words, and the same words again" * 100
    for name, (compress, decompress) in compression.CODECS.items():
        assert decompress(compress(data)) == DECOMPRESS[name](compress(data)) == data
        assert len(compress(data)) < len(data) / 20


def test_a_codec_that_loses_bytes_is_found_out(export, monkeypatch):
    monkeypatch.setitem(compression.CODECS, "brotli 5", (gzip.compress, lambda data: b"something else"))
    with pytest.raises(RuntimeError, match="brotli 5 did not give back"):
        compression.measure(export / "onnx/model.onnx")


def test_files_are_measured_once_and_again_when_they_change(export, tmp_path, monkeypatch, capsys):
    document, out = tmp_path / "export.md", tmp_path / "compression.json"
    document.write_text("<!-- compression -->\n<!-- /compression -->\n")
    arguments = ["--onnx", str(export), "--out", str(out), "--document", str(document)]
    measured, whole = [], compression.measure
    monkeypatch.setattr(compression, "measure", lambda path: measured.append(path.name) or whole(path))
    compression.main(arguments)
    compression.main(arguments)
    assert measured == ["model.onnx"]  # config.json does not count
    first = json.loads(out.read_text())["toy"]["onnx/model.onnx"]
    assert first["bytes"] == 128_000 and first["codecs"].keys() == compression.CODECS.keys()
    assert first["codecs"]["brotli 11"]["bytes"] < first["codecs"]["gzip 9"]["bytes"] < 2000
    (export / "onnx/model.onnx").write_bytes(bytes(range(256)) * 600)
    write_manifest(export)
    compression.main(arguments)
    assert measured == ["model.onnx"] * 2
    recorded = json.loads(out.read_text())
    assert recorded["toy"]["onnx/model.onnx"]["bytes"] == 153_600
    assert f"<!-- compression -->\n{compression.table(recorded)}\n<!-- /compression -->" in document.read_text()
    assert "| toy/onnx/model.onnx | 0.15 | gzip 9 |" in capsys.readouterr().out


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="has no manifest.json"):
        compression.main(["--onnx", str(tmp_path)])


def test_document_is_that_of_the_measurements():
    results = compression.RESULTS
    recorded = json.loads(results.read_text()) if results.is_file() else {}
    block = f"<!-- compression -->\n{compression.table(recorded)}\n<!-- /compression -->"
    assert block in compression.DOCUMENT.read_text()
