"""The chunk layout, and compressed copies, on an export that is large enough to have chunks."""

import gzip
import hashlib
import json
import random

import brotli
import pytest

from export import chunks, compress
from export.chunks import chunk, main
from export.errors import ExportError
from training.errors import CheckpointError


CHUNK = 1 << 12
TEXT = b'{"model_type": "odin"}\n' * 30
WEIGHTS = {"fp32": "onnx/model.onnx", "int8": "onnx/model_quantized.onnx"}


@pytest.fixture
def export(tmp_path, monkeypatch):
    """A folder with the manifest of an export: weights of several chunks, two of which are equal, and small files."""
    monkeypatch.setattr(chunks, "LARGEST_WHOLE", 1000)
    draw = random.Random(0)
    repeated = draw.randbytes(CHUNK)
    folder = tmp_path / "export"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_bytes(TEXT)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "tokenizer.json").write_bytes(TEXT * 3)
    (folder / WEIGHTS["fp32"]).write_bytes(repeated + draw.randbytes(CHUNK + 7))
    (folder / WEIGHTS["int8"]).write_bytes(repeated * 2 + draw.randbytes(100))
    publish(folder)
    return folder


def publish(folder, **keys):
    (folder / "manifest.json").unlink(missing_ok=True)
    files = {p.relative_to(folder).as_posix(): entry(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    manifest = {"model": "toy", "version": "1.0.0", "source_sha256": "x", "dtypes": WEIGHTS, "chunk_bytes": CHUNK}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files} | keys))


def entry(path):
    content = path.read_bytes()
    parts = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)]
    made = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return made | {"chunks": [hashlib.sha256(part).hexdigest() for part in parts]} if len(parts) > 1 else made


def state(folder):
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_every_file_can_be_put_together_from_what_is_there(export, tmp_path):
    out = tmp_path / "out"
    assert chunk(export, out)
    manifest = json.loads((out / "manifest.json").read_text())
    for name, file in manifest["files"].items():
        parts = [out / "chunks" / sha256 for sha256 in file["chunks"]] if "chunks" in file else [out / name]
        assert b"".join(part.read_bytes() for part in parts) == (export / name).read_bytes(), name
        assert "chunks" not in file or not (out / name).exists()
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith("chunks/")} == {"config.json", "empty.txt", "manifest.json"}
    # Two files of three chunks, two of which are one, and the tokenizer.
    assert len(names) == 3 + 4 + 1
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in (out / "chunks").iterdir())
    assert (manifest["chunks_at"], manifest["format"], manifest["runtime"]) == ("chunks/", 1, "0.3.0")
    assert len(manifest["files"]["tokenizer.json"]["chunks"]) == 1


def test_a_second_run_writes_nothing_and_damage_is_repaired(export, tmp_path):
    out = tmp_path / "out"
    assert chunk(export, out, encodings=("br", "gz"))
    before = state(tmp_path)
    assert not chunk(export, out, encodings=("br", "gz"))
    assert state(tmp_path) == before
    (out / "config.json.br").unlink()
    (out / "manifest.json.gz").unlink()
    before = state(out)
    assert chunk(export, out, encodings=("br", "gz"))
    made = {path.name for path, when in state(out).items() if before.get(path) != when}
    assert made == {"config.json.br", "manifest.json.gz"}, "the rest stays as it was"
    assert not chunk(export, out, encodings=("br", "gz"))
    piece = next(path for path in (out / "chunks").iterdir() if len(path.name) == 64)
    for path, content in [
        (piece, b"damaged"),
        (out / "config.json", b"{}"),
        (out / "config.json.br", brotli.compress(b"{}")),
        (out / "config.json.gz", b"damaged"),
        (out / "left over", b""),
        (out / "manifest.json", b"{}"),
    ]:
        if path.name == "manifest.json":
            path.unlink()
            with pytest.raises(ExportError, match="no export in chunk layout"):
                chunk(export, out, encodings=("br", "gz"))
            continue
        path.write_bytes(content)
        assert chunk(export, out, encodings=("br", "gz")), path
        assert not chunk(export, out, encodings=("br", "gz"))


def test_options_make_another_folder(export, tmp_path):
    out = tmp_path / "out"
    assert chunk(export, out)
    assert chunk(export, out, ("int8",))
    assert not chunk(export, out, ("int8",))
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["dtypes"] == {"int8": WEIGHTS["int8"]}
    assert WEIGHTS["fp32"] not in manifest["files"]
    assert chunk(export, out, ("int8",), ("br",))
    assert not list(out.rglob("*.gz")) and (out / "manifest.json.br").is_file()
    assert chunk(export, out, ("int8",))
    assert not list(out.rglob("*.br"))
    for form, runtime in ((1, "1.2.0"), (0, "0.1.0")):
        publish(export, runtime=runtime, format=form)
        assert chunk(export, out)
        manifest = json.loads((out / "manifest.json").read_text())
        assert (manifest["format"], manifest["runtime"]) == (1, max(runtime, "0.3.0"))


def test_compressed_copies_are_of_their_files_and_only_where_they_gain(export, tmp_path):
    out = tmp_path / "out"
    chunk(export, out, encodings=("br", "gz"))
    copies = [path for path in out.rglob("*") if path.suffix in (".br", ".gz")]
    decode = {".br": brotli.decompress, ".gz": gzip.decompress}
    for copy in copies:
        content = copy.with_suffix("").read_bytes()
        assert decode[copy.suffix](copy.read_bytes()) == content
        assert copy.stat().st_size <= 0.95 * len(content)
    tokenizer = hashlib.sha256((export / "tokenizer.json").read_bytes()).hexdigest()
    names = {path.name for path in copies}
    assert names == {f"{name}.{e}" for name in ("config.json", "manifest.json", tokenizer) for e in ("br", "gz")}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: (e / "config.json").write_bytes(TEXT[:-1] + b"x"), "config.json' is not the file"),
        (lambda e: (e / "empty.txt").write_bytes(b"x"), "empty.txt' is not the file"),
        (lambda e: (e / WEIGHTS["int8"]).write_bytes((e / WEIGHTS["int8"]).read_bytes() + b"x"), "is not the file"),
        (lambda e: (e / WEIGHTS["int8"]).write_bytes((e / WEIGHTS["int8"]).read_bytes()[:CHUNK]), "is not the file"),
        (lambda e: (e / WEIGHTS["fp32"]).unlink(), "is not there, though the manifest names it"),
        (lambda e: (e / "manifest.json").unlink(), "is not an export"),
        (lambda e: (e / "manifest.json").write_text("{"), "cannot be read"),
        (lambda e: publish(e, chunks_at="chunks/"), "in chunk layout already"),
        (lambda e: publish(e, chunk_bytes=7), "is damaged: there should be"),
    ],
)
def test_a_wrong_export_is_refused_and_leaves_what_was_there(export, tmp_path, change, words):
    out = tmp_path / "out"
    chunk(export, out)
    publish(export, version="1.0.1")
    change(export)
    before = state(out)
    with pytest.raises(CheckpointError, match=words):
        chunk(export, out)
    assert state(out) == before
    assert {path.name for path in tmp_path.iterdir()} == {"export", "out"}


def test_a_folder_of_something_else_is_left_alone(export, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    for out in (tmp_path / "mine", export, export / "chunked", tmp_path):
        assert main([str(export), "--out", str(out)]) == 1
        assert capsys.readouterr().err.startswith("error: '")
    assert main([str(export), "--out", str(tmp_path / "out"), "--dtypes", "int9"]) == 1
    assert "has no int9: choose from fp32, int8" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    (tmp_path / "empty").mkdir()
    assert main([str(export), "--out", str(tmp_path / "empty"), "--dtypes", "int8", "--brotli"]) == 0
    assert "written" in capsys.readouterr().out
    assert main([str(export), "--out", str(tmp_path / "empty"), "--dtypes", "int8", "--brotli"]) == 0
    assert "up to date" in capsys.readouterr().out


TRAINING = ("onnx/train.onnx", "onnx/adapted.onnx", "onnx/train.safetensors", "onnx/train.json")


def add_training(export, frozen):
    """As `python -m export.training_graph` does, with weights of this file; None for none."""
    graph, adapted, parameters, description = TRAINING
    for name in (graph, adapted, parameters):
        (export / name).write_bytes(random.Random(name).randbytes(CHUNK + 1))
    about = {"graph": graph, "adapted": adapted, "parameters": parameters, "frozen": frozen}
    (export / description).write_text(json.dumps(about))
    publish(export)


@pytest.mark.parametrize("frozen", [None, WEIGHTS["int8"]])
def test_a_training_graph_goes_along_with_the_weights_that_it_needs(export, tmp_path, frozen):
    add_training(export, frozen)
    source = {"training_source_sha256": "of the training graph"}
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | source))
    names = json.loads((export / "manifest.json").read_text())["files"].keys()
    for dtypes in (None, ("fp32",), ("int8",)):
        out = tmp_path / f"out-{dtypes}"
        assert chunk(export, out, dtypes)
        left = {WEIGHTS["fp32"]} if dtypes == ("int8",) else {WEIGHTS["int8"]} if dtypes else set()
        left |= set(TRAINING) if frozen in left else set()
        written = json.loads((out / "manifest.json").read_text())
        assert written["files"].keys() == names - left
        assert source.items() <= written.items() if TRAINING[-1] not in left else not source.keys() & written.keys()
        assert not chunk(export, out, dtypes)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", '{"graph": "onnx/train.onnx"}'),
        '{"graph": "../other", "adapted": "config.json", "parameters": "config.json", "frozen": null}',
    ],
)
def test_a_damaged_description_of_a_training_graph_is_told(export, tmp_path, text):
    (export / TRAINING[-1]).write_text(text)
    publish(export)
    with pytest.raises(ExportError, match=r"train\.json' cannot be used .*export\.training_graph"):
        chunk(export, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_site_is_compressed_once_and_models_in_ranges_are_left_alone(tmp_path, capsys):
    site = tmp_path / "site"
    (site / "ort").mkdir(parents=True)
    for name in ("index.html", "ort/x.wasm", "picture.png", "model.onnx", "train.safetensors"):
        (site / name).write_bytes(TEXT)
    (site / "archive.gz").write_bytes(gzip.compress(random.Random(0).randbytes(100)))
    assert compress.main([str(site)]) == 0
    copies = {f"{name}.{e}" for name in ("index.html", "ort/x.wasm") for e in ("br", "gz")}
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    alone = {"picture.png", "model.onnx", "train.safetensors", "archive.gz"}
    assert there == {"index.html", "ort/x.wasm"} | alone | copies
    before = state(site)
    assert compress.main([str(site)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert state(site) == before
    (site / "index.html").write_bytes(b"no text any more")
    assert compress.main([str(site)]) == 0
    assert not list(site.glob("index.html.*"))
    assert compress.main([str(tmp_path / "nothing")]) == 1
    assert compress.main([str(site), "--encodings", "zip"]) == 1
    assert "choose from br, gz" in capsys.readouterr().err
