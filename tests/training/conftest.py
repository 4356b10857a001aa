"""A corpus of a few hundred items, built once by the command that users type."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Folder of a small corpus, vocabulary included."""
    folder = tmp_path_factory.mktemp("data") / "corpus"
    command = [sys.executable, "-m", "data_chef", "build", "--preset", "nano", "--num-examples", "600"]
    result = subprocess.run([*command, "--workers", "1", "--out", folder], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder
