"""Folders cut into pieces and put together again."""

import json
import subprocess
import sys

import pytest

from training.pieces import PiecesError, join, missing, split


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "model"
    (source / "inner").mkdir(parents=True)
    (source / "weights.bin").write_bytes(bytes(range(256)) * 4096)  # 1 MiB
    (source / "inner" / "config.json").write_text('{"a": 1}')
    (source / "empty").write_bytes(b"")
    return source


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_split_is_joined(folder, tmp_path):
    names = split(folder, tmp_path / "pieces", 100_000)
    sizes = [(tmp_path / "pieces" / name).stat().st_size for name in names]
    assert len(names) == 11 and max(sizes) == 100_000 and set(sizes[:-1]) == {100_000}
    join(tmp_path / "pieces", tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_pieces_come_in_several_goes(folder, tmp_path):
    names = split(folder, tmp_path / "pieces", 400_000)
    home = tmp_path / "home"
    home.mkdir()
    (home / "pieces.json").write_bytes((tmp_path / "pieces" / "pieces.json").read_bytes())
    (home / names[1]).write_bytes((tmp_path / "pieces" / names[1]).read_bytes())
    (home / names[0]).write_bytes(b"cut off")
    assert missing(home) == {names[0]: "damaged", names[2]: "not here"}
    with pytest.raises(PiecesError, match=rf"2 pieces .*{names[0]} \(damaged\), {names[2]} \(not here\)"):
        join(home, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    for name in names:
        (home / name).write_bytes((tmp_path / "pieces" / name).read_bytes())
    join(home, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_nothing_is_overwritten(folder, tmp_path):
    with pytest.raises(FileExistsError, match="other files"):
        split(folder, folder, 1000)
    split(folder, tmp_path / "pieces", 500_000)
    with pytest.raises(FileExistsError, match="there already"):
        join(tmp_path / "pieces", folder)
    assert contents(folder)["weights.bin"]


def test_an_index_is_needed(tmp_path):
    (tmp_path / "pieces.json").write_text(json.dumps({"format": "something else"}))
    with pytest.raises(PiecesError, match="no index of pieces"):
        missing(tmp_path)


def test_command_line(folder, tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "training.pieces", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    assert run("split", folder, "--out", tmp_path / "pieces", "--mib", 0.5).stdout.startswith("3 pieces")
    assert run("join", tmp_path / "pieces", "--out", tmp_path / "again").returncode == 0
    assert contents(tmp_path / "again") == contents(folder)
    refused = run("split", tmp_path / "nothing", "--out", tmp_path / "p2")
    assert refused.returncode == 1 and "there is no folder" in refused.stderr and "Traceback" not in refused.stderr
    assert "above 0" in run("split", folder, "--out", tmp_path / "p2", "--mib", 0).stderr
