"""docs/tutorial.md: its commands run, one after another from an empty folder, and print what the page says."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.export.hub import Hub


ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()
FENCE = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"\d[\d,.]*(?:e[-+]?\d+)?")
# What a step may take on a slow machine that has other work.
LONGEST = 600


@dataclass
class Step:
    """A block of code, and what the page says that it prints.

    Attributes:
        kind: `install` is what the machine of the tests has behind it, `serve` runs until it is stopped.
        measured: of what it prints, the numbers differ from machine to machine.
    """

    language: str
    kind: str | None
    code: str
    line: int
    printed: list[str]
    measured: bool


def steps() -> list[Step]:
    found: list[Step] = []
    for fence in FENCE.finditer(PAGE):
        language, kind, text = fence.groups()
        if language == "text":
            assert found and not found[-1].printed, "a text follows the block that prints it"
            found[-1].printed, found[-1].measured = text.splitlines(), kind == "measured"
        else:
            found.append(Step(language, kind, text, PAGE[: fence.start()].count("\n") + 2, [], False))
    return found


STEPS = steps()
RUN = [step for step in STEPS if step.kind is None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tutorial")


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Iterator[dict[str, str]]:
    """What `make install` and the first step leave behind, with caches of the test's own.

    The Hub is a local one, and its visitor has no token: a dry run sends nothing.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    home = tmp_path_factory.mktemp("home")
    with Hub(home / "hub") as hub:
        caches = {"XDG_CACHE_HOME": str(home / "cache")}
        found = {**os.environ, **hub.environment(home), **caches, "PATH": path, "ODIN": str(ROOT)}
        yield {name: value for name, value in found.items() if name != "HF_TOKEN"}


@pytest.fixture(scope="module")
def failed() -> list[Step]:
    """The step that failed, if one has: what follows needs what it should have made."""
    return []


def name(step: Step) -> str:
    return f"line {step.line}"


def test_every_block_is_known():
    assert {step.language for step in STEPS} == {"sh", "python"}
    assert [step.kind for step in STEPS if step.kind] == ["install", "serve"]
    assert len(RUN) >= 9 and sum(bool(step.printed) for step in RUN) >= 5


@pytest.mark.parametrize("step", RUN, ids=name)
def test_a_step(step, folder, environment, failed):
    if failed:
        pytest.skip(f"the step of line {failed[0].line} failed")
    failed.append(step)
    program = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}[step.language]
    done = subprocess.run(
        [*program, step.code], cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = iter([shape(line, step.measured) for line in done.stdout.splitlines()])
    for line in step.printed:
        assert shape(line, step.measured) in lines, f"'{line}' is not in what it printed, or not there:\n{done.stdout}"
    failed.clear()


def shape(line: str, measured: bool) -> str:
    """A line without what differs from machine to machine."""
    return " ".join(NUMBER.sub("N", line).split()) if measured else line.rstrip()


def test_it_learns_what_the_page_says(folder, failed):
    """The page's own promise: at least so many per cent of the held-out sums, and hardly any that are longer."""
    if failed:
        pytest.skip(f"the step of line {failed[0].line} failed")
    promised = int(re.search(r"at least (\d+)%", PAGE)[1])
    evaluation = json.loads((folder / "my-odin/evaluation.json").read_text())["benchmark"]
    assert 100 * evaluation["corpus_test"]["results"]["none"]["score"] >= promised > 50
    assert evaluation["corpus_extrapolation"]["results"]["none"]["score"] < 0.5


def test_the_page_is_served_with_the_model(folder, environment, failed):
    if failed:
        pytest.skip(f"the step of line {failed[0].line} failed")
    (step,) = (step for step in STEPS if step.kind == "serve")
    address = re.search(r"<(http://localhost:\d+/)\?model=(models/[\w-]+/)>", PAGE)
    server = subprocess.Popen(
        ["bash", "-c", step.code], cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                page = urllib.request.urlopen(address[1]).read()
                break
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline and server.poll() is None, "the server does not answer"
                time.sleep(0.2)
        assert b"<title>" in page
        model = address[1] + address[2]
        files = json.loads(urllib.request.urlopen(f"{model}manifest.json").read())["files"]
        assert {"onnx/model.onnx", "onnx/model_quantized.onnx", "tokenizer.json"} <= files.keys()
        for file, expected in files.items():
            body = urllib.request.urlopen(model + file).read()
            assert hashlib.sha256(body).hexdigest() == expected["sha256"], file
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
