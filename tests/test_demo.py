"""`make demo` as a newcomer runs it: its server delivers the page, the runtime and the released model."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def address():
    """The address that `make demo` printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["make", "demo", f"PORT={port}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if found := re.search(r"Serving the Space on (http://localhost:\d+)", line):
                break
        else:
            pytest.fail(f"make demo printed no address:\n{printed}")
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(found[1]).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline and process.poll() is None, "the server does not answer"
                time.sleep(0.2)
        yield found[1]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def get(url):
    with urllib.request.urlopen(url) as response:
        return response.read(), response.headers


def test_page_comes_with_the_headers_that_allow_threads(address):
    page, headers = get(address)
    assert b"<title>" in page and b"ODIN" in page
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for script in re.findall(rb'src="\./([^"]+\.js)"', page):
        get(f"{address}/{script.decode()}")


def test_model_files_are_those_of_the_manifest(address):
    folder = f"{address}/models/odin-nano"
    files = json.loads(get(f"{folder}/manifest.json")[0])["files"]
    assert {"config.json", "onnx/model.onnx", "onnx/model_quantized.onnx", "tokenizer.json"} <= files.keys()
    for name, expected in files.items():
        body, _ = get(f"{folder}/{name}")
        assert len(body) == expected["bytes"] and hashlib.sha256(body).hexdigest() == expected["sha256"], name


def test_a_missing_file_is_404_and_not_the_page(address):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{address}/models/no-such-model/config.json")
