"""A commit is named only where it holds the code as it is."""

import subprocess

import pytest

from data_chef.provenance import commit_of


SETTINGS = ("user.name=a", "user.email=a@b.c", "commit.gpgsign=false", "core.hooksPath=/dev/null")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder of code in a new repository, which holds it not yet."""
    # Set where a hook of git runs the tests.
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "code.py").write_text("1")
    git(folder, "init", "--quiet", "..")
    return folder


def git(folder, *words: str) -> str:
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    done = subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_code_that_is_committed_as_it_is(package):
    assert commit_of(package) is None, "not added"
    git(package, "add", ".")
    assert commit_of(package) is None, "never committed"
    git(package, "commit", "--quiet", "-m", "first")
    assert commit_of(package) == git(package, "rev-parse", "HEAD")
    (package / "code.py").write_text("2")
    assert commit_of(package) is None, "changed"
    git(package, "commit", "--quiet", "-am", "second")
    assert commit_of(package) == git(package, "rev-parse", "HEAD")
    (package.parent / "elsewhere.txt").write_text("of no matter")
    assert commit_of(package) is not None


def test_a_package_installed_inside_somebody_elses_repository(package):
    (package.parent / ".gitignore").write_text("package/")
    git(package.parent, "add", ".gitignore")
    git(package.parent, "commit", "--quiet", "-m", "theirs")
    assert commit_of(package) is None


def test_no_repository(tmp_path):
    assert commit_of(tmp_path) is None
