"""The page in a real Chromium, with a model that `python -m export` wrote: what a person sees and what it computes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from export.build import build
from export.runner import OnnxRunner
from tests.space.references import QUESTION, reference, regrets


REPOSITORY = Path(__file__).parents[2]
# Between "12+21" and "21+12" odin-nano 0.3.0 sees 0.007 of 18, less than what a rounding to int8 may tip over.
TIE = 0.05
WEIGHTS = "models/toy/onnx/model.onnx"
MISSING, CUT = {"status": 404}, {"cut": 2000}


class Page:
    """The page in a browser, used as a person uses it."""

    def __init__(self, driver, url: str, query: str = "model=models/toy/&dtype=fp32"):
        self.driver = driver
        driver.get(f"{url}?debug&{query}")

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector) -> str:
        return self.find(selector).get_property("textContent")

    @property
    def state(self) -> str:
        return self.driver.execute_script("return document.body.dataset.state")

    @property
    def error(self) -> str:
        """The words of the error in the page, empty when none is shown."""
        return self.find("#error").text

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < end, (
                f"waited {seconds} s in state {self.state}: {self.error or 'no error shown'}"
            )
            time.sleep(0.02)
        return value

    def fill(self, selector, text: str):
        """Sets a field at once: typing 10,000 words by key strokes would take minutes."""
        self.driver.execute_script("arguments[0].value = arguments[1]", self.find(selector), text)

    def start(self, question: str, temperature=0, seed=0):
        self.fill("#prompt", question)
        self.fill("#temperature", str(temperature))
        self.fill("#seed", str(seed))
        self.driver.execute_script("delete document.querySelector('#stats').dataset.finish")
        self.find("#solve").click()

    def finish(self) -> list[int]:
        """Waits for the end of the answer; returns its tokens."""
        self.wait(lambda: self.error or self.find("#stats").get_attribute("data-finish"))
        assert not self.error
        return self.numbers("#tokens")

    def solve(self, question: str, **options) -> list[int]:
        self.start(question, **options)
        return self.finish()

    def numbers(self, selector) -> list[int]:
        return [int(number) for number in self.text(selector).split()]

    def load(self):
        self.find("#load").click()
        self.wait(lambda: self.state == "ready" or self.error)


@pytest.mark.parametrize(
    "question", [QUESTION, "x", "naïve 💚 \t <b>47 * 86</b>\nline"], ids=["plain", "short", "bytes"]
)
def test_fp32_tokens_equal_pytorch(chromium, site, toy_folder, question):
    page = Page(chromium, site.url)
    tokens = page.solve(question)
    prompt, expected = reference(toy_folder, question, 512)
    assert page.numbers("#prompt-tokens") == prompt
    assert len(set(expected)) > 20, "the toy should not repeat itself"
    assert tokens == expected


@pytest.mark.parametrize("threads", [1, 2])
def test_int8_tokens_equal_onnxruntime(chromium, site, app, threads):
    page = Page(chromium, site.url, f"model=models/toy/&dtype=q8&threads={threads}")
    tokens = page.solve(QUESTION)
    assert f"{threads} thread" in page.text("#status")
    runner = OnnxRunner(app / "models/toy/onnx/model_quantized.onnx", threads=1)
    expected = runner.generate([page.numbers("#prompt-tokens")], 512, eos_token_id=2)[0]
    assert tokens == expected


def test_a_prompt_of_several_passes_equals_pytorch(chromium, site, toy_folder):
    question = " ".join(f"{i}+{i * i}" for i in range(150))
    page = Page(chromium, site.url)
    tokens = page.solve(question)
    prompt, expected = reference(toy_folder, question, 64)
    assert len(prompt) > 512
    assert page.numbers("#prompt-tokens") == prompt
    assert tokens[:64] == expected


def test_prompt_of_10000_tokens_works_and_a_longer_one_says_so(chromium, site):
    page = Page(chromium, site.url)
    page.solve("7 " * 5000)
    assert len(page.numbers("#prompt-tokens")) >= 10_000
    page.start("7 " * 9000)
    assert "too long" in page.wait(lambda: page.error)
    assert "16,384 tokens" in page.error
    page.start("7" * 600_000)
    page.wait(lambda: "600,000 characters" in page.error)
    assert page.solve(QUESTION), "the model answers again after a refusal"


def test_released_model_equals_its_references(chromium, site, app):
    folder = REPOSITORY / "odin-nano"
    if not (folder / "config.json").is_file():
        pytest.skip("no released model in odin-nano/")
    build(folder, app / "models" / "odin-nano")
    page = Page(chromium, site.url, "dtype=fp32")
    for question in (QUESTION, "What is 4827 + 3965?"):
        assert page.solve(question) == reference(folder, question, 512)[1]
    assert page.find("#answer .answer .value").text, "an answer line is set apart"
    page = Page(chromium, site.url, "")
    tokens = page.solve(QUESTION)
    eos = AutoTokenizer.from_pretrained(folder).eos_token_id
    runner = OnnxRunner(app / "models/odin-nano/onnx/model_quantized.onnx", threads=1)
    assert tokens[-1] == eos and eos not in tokens[:-1]
    assert max(regrets(runner, page.numbers("#prompt-tokens"), tokens)) < TIE
    tokens = page.solve("What is 4827 + 3965?")
    expected = runner.generate([page.numbers("#prompt-tokens")], 512, eos)[0]
    assert tokens == [*expected, eos]


def test_typed_question_streams_and_stops(chromium, site):
    page = Page(chromium, site.url)
    page.load()
    page.fill("#max-tokens", "8192")
    page.find("#prompt").send_keys("Tom has 12 apples", "\n")
    first = page.wait(lambda: page.state == "answering" and page.text("#answer"))
    later = page.wait(lambda: len(text := page.text("#answer")) > len(first) and text)
    assert page.state == "answering", "the text has to grow while the model computes"
    page.find("#stop").click()
    stopped = page.finish()
    assert later
    assert page.find("#stats").get_attribute("data-finish") == "stopped"
    assert 0 < len(stopped) < 8192
    assert "stopped" in page.text("#stats")
    page.fill("#max-tokens", str(len(stopped) + 1))
    whole = page.solve("Tom has 12 apples")
    assert whole[: len(stopped)] == stopped, "a stopped answer leaves no trace in the next"


def test_same_seed_same_text(chromium, site):
    page = Page(chromium, site.url)
    first = page.solve(QUESTION, temperature=0.9, seed=7), page.text("#answer")
    page.solve(QUESTION, temperature=0.9, seed=8)
    other = page.numbers("#tokens"), page.text("#answer")
    again = page.solve(QUESTION, temperature=0.9, seed=7), page.text("#answer")
    assert first == again
    assert first[0] != other[0]


def test_hostile_text_stays_text(chromium, site):
    hostile = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
    page = Page(chromium, site.url)
    title = chromium.title
    page.solve(hostile, temperature=2, seed=1)
    assert page.text("#question") == hostile
    assert re.search(r"<b>bold</b>|<img|<script>", page.text("#answer")), "the toy should have said something hostile"
    tags = chromium.execute_script("return [...document.querySelectorAll('#answer *')].map(e => e.tagName)")
    assert set(tags) <= {"LI", "P", "SPAN", "B", "STRONG", "PRE", "CODE"}
    assert page.find("body").is_displayed()
    assert chromium.title == title


def test_empty_prompt(chromium, site):
    page = Page(chromium, site.url)
    page.start("  \n ")
    assert "no question yet" in page.error
    assert page.state == "idle", "nothing is downloaded for an empty question"


@pytest.mark.parametrize(
    ("fault", "path", "words"),
    [
        (MISSING, WEIGHTS, r"onnx/model\.onnx is not there \(404\)"),
        (MISSING, "models/toy/config.json", r"config\.json is not there \(404\)"),
        (MISSING, "ort/ort-wasm-simd-threaded.wasm", r"ort-wasm-simd-threaded\.wasm is not there \(404\)"),
        (CUT, WEIGHTS, r"download of onnx/model\.onnx stopped after .* of .*"),
        (CUT, "models/toy/tokenizer.json", r"download of tokenizer\.json stopped after"),
    ],
)
def test_a_failed_download_says_so_and_can_be_tried_again(chromium, site, fault, path, words):
    site.fail(path, **fault)
    page = Page(chromium, site.url)
    page.load()
    assert re.search(words, page.error)
    assert page.state == "idle"
    if path.startswith("models/"):
        site.heal()
        assert page.solve(QUESTION)
        assert not page.error


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("models/toy/config.json", b'{"model_type": "llama"}', "of type 'llama', not an ODIN model"),
        ("models/toy/tokenizer.json", b"<!doctype html><p>Sign in", "It is a web page"),
    ],
)
def test_a_foreign_folder_says_so(chromium, site, path, content, words):
    site.fail("models/toy/manifest.json", **MISSING)
    site.fail(path, replace=content)
    page = Page(chromium, site.url)
    page.load()
    assert words in page.error


def test_weights_that_are_not_what_the_manifest_names(chromium, site, app):
    whole = (app / WEIGHTS).read_bytes()
    site.fail(WEIGHTS, replace=whole[: len(whole) // 2])
    page = Page(chromium, site.url)
    page.load()
    assert "stopped after" in page.error
    site.fail(WEIGHTS, replace=bytes([*whole[:-1], whole[-1] ^ 1]))
    page.load()
    page.wait(lambda: "SHA-256" in page.error)


def test_half_a_file_without_a_manifest(chromium, site, app):
    site.fail("models/toy/manifest.json", **MISSING)
    whole = (app / WEIGHTS).read_bytes()
    site.fail(WEIGHTS, replace=whole[: len(whole) // 2])
    page = Page(chromium, site.url)
    page.load()
    assert "not an ONNX file" in page.error


def test_unusable_addresses(chromium, site):
    for query, words in [
        ("model=models/nowhere/", "is not there (404)"),
        ("model=https://example.org/m/", "its own address only"),
        ("model=models/toy/&dtype=int3", "no weights of type 'int3'"),
    ]:
        page = Page(chromium, site.url, query)
        page.load()
        assert words in page.error


def test_one_thread_without_cross_origin_isolation(chromium, site):
    site.serve(isolated=False)
    page = Page(chromium, site.url)
    page.load()
    assert chromium.execute_script("return crossOriginIsolated") is False
    assert "1 thread," in page.text("#status")
    assert page.solve(QUESTION)


def test_every_control_has_a_name(chromium, site):
    Page(chromium, site.url)
    nameless = chromium.execute_script(
        "return [...document.querySelectorAll('button, input, textarea, progress, a')]"
        ".filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_no_sideways_scrolling_on_a_phone(chromium, site):
    page = Page(chromium, site.url)
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    )
    try:
        page.solve("W" * 400, temperature=1)
        assert chromium.execute_script("return document.documentElement.scrollWidth") <= 360
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def served(app):
    """`npm run serve`, as `make demo` starts it, on a free port."""
    port = _free_port()
    command = [shutil.which("npm"), "run", "serve", "--", "--port", str(port), "--outDir", str(app)]
    process = subprocess.Popen(command, cwd=REPOSITORY / "space", start_new_session=True, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except urllib.error.URLError:
                assert process.poll() is None, "npm run serve ended at once"
                time.sleep(0.1)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_npm_run_serve_delivers_the_page(chromium, served):
    with urllib.request.urlopen(served) as response:
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    with urllib.request.urlopen(f"{served}ort/ort-wasm-simd-threaded.wasm") as response:
        assert response.headers["Content-Type"] == "application/wasm"
        assert response.read(4) == b"\0asm"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{served}models/nowhere/config.json")
    page = Page(chromium, served)
    assert page.solve(QUESTION)
    assert chromium.execute_script("return crossOriginIsolated") is True
