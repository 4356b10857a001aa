"""The manifest: what is written can be read, what cannot be is refused with the reason, and format 0 still goes."""

import copy
import hashlib
import json
import re
from pathlib import Path

import pytest

from training import manifest
from training.errors import CheckpointError
from training.manifest import check_version, file_entry, read_manifest, write_manifest


ROOT = Path(__file__).parents[2]
ABOUT = {"model": "toy", "version": "1.2.3", "runtime": "0.2.0"}
VARIANTS = {
    "format": 1,
    "model": "toy",
    "experiment": "two-weights",
    "variants": [
        {"name": "old", "weight": 3, "path": "../toy-1.2.3/"},
        {"name": "new", "weight": 0.5, "path": "new/"},
    ],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "CHUNK_BYTES", 4)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "config.json").write_bytes(b"{}")
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"aaaabbbbc")
    return tmp_path


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(folder: Path, content) -> Path:
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


def test_what_is_written_is_read(folder):
    (folder / "manifest.json").write_text("that of before")
    written = write_manifest(folder, ABOUT | {"format": 0, "files": {"gone": "0"}})
    (folder / ".DS_Store").write_bytes(b"hidden")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "file").write_bytes(b"hidden")
    assert write_manifest(folder, ABOUT) == read_manifest(folder) == written
    assert written == ABOUT | {
        "format": 1,
        "chunk_bytes": 4,
        "files": {
            "config.json": {"bytes": 2, "sha256": sha256(b"{}")},
            "onnx/model.onnx": {
                "bytes": 9,
                "sha256": sha256(b"aaaabbbbc"),
                "chunks": [sha256(b"aaaa"), sha256(b"bbbb"), sha256(b"c")],
            },
        },
    }


@pytest.mark.parametrize(("size", "chunks"), [(0, 0), (3, 0), (4, 0), (5, 2), (8, 2), (9, 3)])
def test_a_file_larger_than_a_chunk_lists_the_hashes_of_its_chunks(folder, size, chunks):
    content = bytes(range(size))
    (folder / "file").write_bytes(content)
    entry = file_entry(folder / "file")
    assert entry.pop("chunks", []) == [sha256(content[4 * i : 4 * i + 4]) for i in range(chunks)]
    assert entry == {"bytes": size, "sha256": sha256(content)}


def test_nothing_is_written_of_what_could_not_be_read(folder):
    with pytest.raises(ValueError, match=r"'1.2' is no version: expected MAJOR.MINOR.PATCH"):
        write_manifest(folder, ABOUT | {"version": "1.2"})
    assert read_manifest(folder) == {}


def test_format_0(tmp_path):
    """A release had plain hashes, an export entries, and anything else was free."""
    entry = {"bytes": 2, "sha256": "1" * 64}
    found = read_manifest(put(tmp_path, {"version": "1.0", "files": {"a": "0" * 64, "b": entry}}))
    assert found == {"version": "1.0", "files": {"a": {"sha256": "0" * 64}, "b": entry}}


@pytest.mark.parametrize(("text", "words"), [("[", "cannot be read"), ("[]", "is not a manifest")])
def test_no_manifest_at_all(tmp_path, text, words):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(CheckpointError, match=words):
        read_manifest(tmp_path)


def test_a_newer_format_is_refused(tmp_path):
    with pytest.raises(
        CheckpointError, match=r"manifest.json' is of format 2, this code reads up to 1: use newer code"
    ):
        read_manifest(put(tmp_path, {"format": 2}))


DAMAGE = {
    "format": ("1", "format is '1', not a whole number"),
    "model": ("", "there is no name of the model"),
    "version": ("1.2.3-rc.1", "'1.2.3-rc.1' is no version"),
    "runtime": (3, "3 is no version"),
    "chunk_bytes": (2, "there should be 5 SHA-256 of the chunks of onnx/model.onnx"),
    "chunks_at": ("/chunks/", "chunks_at is '/chunks/', not a folder below it"),
    "chunks_at.": (None, "chunks_at is None, not a folder below it"),
    "files": ([], "there is no list of the files"),
    "files.config.json": ("0" * 64, "there is no size of config.json"),
    "files.config.json.bytes": (-1, "there is no size of config.json"),
    "files.config.json.sha256": ("0", "there is no SHA-256 of config.json"),
    "files.../secret": ({"bytes": 0, "sha256": "0" * 64}, "'../secret' is no file of the folder"),
    "files../config.json": ({"bytes": 0, "sha256": "0" * 64}, "'./config.json' is no file of the folder"),
    "files.onnx//a": ({"bytes": 0, "sha256": "0" * 64}, "'onnx//a' is no file of the folder"),
    "files.c:a": ({"bytes": 0, "sha256": "0" * 64}, "'c:a' is no file of the folder"),
    "files./etc/a": ({"bytes": 0, "sha256": "0" * 64}, "'/etc/a' is no file of the folder"),
    "files.manifest.json": ({"bytes": 0, "sha256": "0" * 64}, "'manifest.json' is no file of the folder"),
}


@pytest.mark.parametrize("place", DAMAGE)
def test_damage_is_named(folder, place):
    content = write_manifest(folder, ABOUT)
    value, words = DAMAGE[place]
    key, _, name = place.partition(".")
    if not name:
        content[key] = value
    elif name in ("config.json.bytes", "config.json.sha256"):
        content[key]["config.json"][name.rpartition(".")[2]] = value
    else:
        content[key][name] = value
    with pytest.raises(CheckpointError, match=rf"manifest.json' is damaged: {re.escape(words)}.* again"):
        read_manifest(put(folder, content))


def test_variants_are_read(tmp_path):
    assert read_manifest(put(tmp_path, VARIANTS)) == VARIANTS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"experiment": None}, "experiment is no name"),
        ({"experiment": "a b"}, "experiment is no name"),
        ({"variants": []}, "variants is no list of models"),
        ({"variants": {}}, "variants is no list of models"),
        ({"files": {"config.json": {}}}, "it has variants, and files of its own"),
        ({"name": "a|b"}, "variant 1 has no name"),
        ({"name": "old"}, "two variants are called old"),
        ({"weight": 0}, "the weight of new is no number above 0"),
        ({"weight": float("inf")}, "the weight of new is no number above 0"),
        ({"weight": 10**400}, "the weight of new is no number above 0"),
        ({"weight": True}, "the weight of new is no number above 0"),
        ({"path": "https://elsewhere.example/"}, "the path of new leads to no other folder"),
        ({"path": "//elsewhere.example/new/"}, "the path of new leads to no other folder"),
        ({"path": "\\\\elsewhere.example/new/"}, "the path of new leads to no other folder"),
        ({"path": "x/%2e%2e/"}, "the path of new leads to no other folder"),
        ({"path": "."}, "the path of new leads to no other folder"),
        ({"path": None}, "the path of new leads to no other folder"),
    ],
)
def test_variants_that_contradict_themselves_are_refused(tmp_path, change, words):
    content = copy.deepcopy(VARIANTS)
    own = content if set(change) & {"experiment", "variants", "files"} else content["variants"][1]
    own.update(change)
    with pytest.raises(CheckpointError, match=words):
        read_manifest(put(tmp_path, content))


def test_versions_compare_as_numbers():
    assert check_version("0.10.0") > check_version("0.9.9") > check_version("0.9.0") > check_version("0.0.10")


@pytest.mark.parametrize(
    "text", ["1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-rc.1", "1.2.3+5", "1.2.３", " 1.2.3", "", 1, None]
)
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match="is no version"):
        check_version(text)


def test_nothing_asks_for_a_runtime_that_there_is_not():
    text = (ROOT / "space/runtime/version.ts").read_text()
    own = check_version(re.search(r'VERSION = "(.*)"', text)[1])
    assert check_version(manifest.RUNTIME) <= check_version(manifest.RUNTIME_OF_FORMAT_1) <= own
    formats = (ROOT / "space/runtime/download/manifest.ts").read_text()
    assert f"MANIFEST_FORMAT = {manifest.MANIFEST_FORMAT};" in formats
