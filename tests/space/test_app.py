"""The app as a visitor meets it: chat, its errors, its keyboard, in real browsers."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from transformers import AutoTokenizer

from export.build import build
from export.runner import OnnxRunner
from tests.space.references import QUESTION, reference, regrets
from tests.space.visitor import Visitor


REPOSITORY = Path(__file__).parents[2]
# Between "12+21" and "21+12" odin-nano 0.3.0 sees 0.007 of 18, less than what a rounding to int8 may tip over.
TIE = 0.05
WEIGHTS = "models/toy/onnx/model.onnx"
MISSING, CUT = {"status": 404}, {"cut": 2000}


def set_option(visitor: Visitor, selector: str, value: str) -> None:
    if not visitor.find(".options").get_property("open"):
        visitor.click(".options > summary")
    field = visitor.find(selector)
    visitor.driver.execute_script("arguments[0].focus(); arguments[0].select()", field)
    field.send_keys(value, Keys.TAB)


@pytest.fixture
def visitor(browsers, engine, engine_page, site) -> Iterator[Visitor]:
    """A first visit in each engine."""
    # WebKitGTK under automation takes every tab but the first for hidden, and draws nothing there.
    page = browsers(engine).page if engine == "webkit" else engine_page
    yield Visitor(page, site.url)
    page.goto("about:blank")


def test_a_visit(visitor, site):
    """Ask, watch, stop, go on, look elsewhere, come back, ask further, reload, find it again."""
    assert visitor.state == "idle"
    assert not any(request.path.startswith(("models/", "ort/")) for request in site.log), "nothing unasked"
    set_option(visitor, "#max-tokens", "8192")
    visitor.find("#prompt").send_keys("Tom has 12 apples", Keys.ENTER)
    growing = "#turns [data-role=draft] .answer-text"
    first = visitor.wait(lambda: visitor.all(growing) and visitor.text(growing))
    visitor.wait(lambda: len(visitor.text(growing)) > len(first))
    assert visitor.state == "answering", "the text has to grow while the model computes"
    visitor.go("about")
    assert visitor.state == "answering", "looking elsewhere stops nothing"
    visitor.go("chat")
    visitor.click("#stop")
    stopped = visitor.answered(0)["tokens"]
    assert 0 < len(stopped) < 8192
    assert visitor.find("#turns > li:last-child").get_attribute("data-finish") == "stopped"

    set_option(visitor, "#max-tokens", "9")
    visitor.click("[data-action=continue]")
    visitor.wait(lambda: visitor.all('#turns > li:last-child[data-finish="length"]'))
    assert len(visitor.record("#turns > li:last-child")["tokens"]) == 9
    visitor.ask("And now?")
    assert len(visitor.all("#turns > li")) == 4

    said = visitor.text("#turns")
    visitor.driver.refresh()
    visitor.wait(lambda: visitor.all("#earlier summary"))
    assert visitor.all("#turns > li") == []
    visitor.click("#earlier summary")
    visitor.click("#earlier .open")
    kept = visitor.wait(lambda: visitor.text("#turns"))
    assert re.sub(r"[\W\d]", "", kept)[:80] == re.sub(r"[\W\d]", "", said)[:80]
    visitor.click("#new")
    visitor.click("#earlier summary")
    visitor.click('#earlier [aria-label^="Delete"]')
    visitor.wait(lambda: not visitor.all("#earlier"))
    assert {request.method for request in site.log} == {"GET"}, "nothing is sent"


@pytest.mark.parametrize("question", [QUESTION, "naïve 💚 \t <b>47 * 86</b>\nline"], ids=["plain", "bytes"])
def test_tokens_equal_pytorch(tab, site, toy_folder, question):
    record = Visitor(tab, site.url).ask(question)
    prompt, expected = reference(toy_folder, question, 512)
    assert record["prompt"] == {"messages": [{"role": "user", "content": question}]}
    assert record["tokens"] == expected


HOSTILE = {
    "html": "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script><h1>big</h1>",
    "template": "{{constructor.constructor('document.title=1')()}} ${document.title} javascript:alert(1)",
    "right-to-left": "\u202eevil\u202c مرحبا 12 + 30 שלום \u2067abc\u2069",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 1️⃣ + 2️⃣ z̷̢̛͉a̸l̶g̵o̷",
    "controls": "a\u0000b\u0007c\ufeffd\u2028e",
}


def test_hostile_text_stays_text(visitor):
    set_option(visitor, "#max-tokens", "40")
    set_option(visitor, "#temperature", "2")
    for kind, text in HOSTILE.items():
        visitor.ask(text)
        assert visitor.text("#turns > li:first-child p") == text, kind
        tags = visitor.driver.execute_script(
            "return [...document.querySelectorAll('#turns *')].map((e) => e.localName)"
        )
        allowed = {
            "li",
            "p",
            "div",
            "span",
            "b",
            "strong",
            "pre",
            "code",
            "button",
            "svg",
            "path",
            "details",
            "summary",
        }
        assert set(tags) <= allowed | {"small"}, kind
        assert visitor.page.title == "Chat · ODIN", kind
        visitor.click("#new")


def test_model_text_stays_text(tab, site):
    visitor = Visitor(tab, site.url)
    set_option(visitor, "#temperature", "2")
    said = ""
    for seed in "12345":  # some of its answers end at once
        set_option(visitor, "#seed", seed)
        visitor.ask("x")
        said += visitor.text("#turns > li:last-child .answer-text")
    assert re.search(r"<b>bold</b>|<img|<script>|<style>", said), "the toy should have said something hostile"
    assert not visitor.all(".answer-text img, .answer-text script, .answer-text style")
    assert visitor.page.title == "Chat · ODIN"


def test_broken_utf16(visitor):
    """Halves of a character, as a cut paste brings them."""
    set_option(visitor, "#max-tokens", "5")
    visitor.page.eval('document.querySelector("#prompt").value = "a\\ud83d b\\udc9a 1+1";')
    visitor.click("#send")
    visitor.answered(0)
    assert visitor.page.eval('return document.querySelector("#turns p").textContent.length') == 9


def test_a_paste_of_100_kB(visitor):
    set_option(visitor, "#max-tokens", "5")
    text = "7 apples and <b>8</b> pears\n" * 3600
    assert len(text) > 100_000
    visitor.paste("#prompt", text)
    visitor.click("#send")
    visitor.wait(lambda: visitor.answers() or visitor.error, seconds=120)
    assert "too long" in visitor.error
    assert "100,800 characters" in visitor.text("#turns > li:first-child button")
    assert len(visitor.text("#turns > li:first-child p")) < 3000
    visitor.click("#turns > li:first-child button")
    visitor.wait(lambda: len(visitor.text("#turns > li:first-child p")) == len(text))
    visitor.click("#new")
    visitor.ask("1+1")


def test_an_empty_question(tab, site):
    visitor = Visitor(tab, site.url)
    visitor.find("#prompt").send_keys("  \n", Keys.ENTER)
    assert "no question yet" in visitor.wait(lambda: visitor.error)
    assert visitor.state == "idle", "nothing is downloaded for an empty question"


@pytest.mark.parametrize(
    ("fault", "path", "words"),
    [
        (MISSING, WEIGHTS, r"onnx/model\.onnx is not there \(404\)"),
        (MISSING, "models/toy/config.json", r"config\.json is not there \(404\)"),
        (CUT, WEIGHTS, r"download of onnx/model\.onnx stopped after .* of .*"),
    ],
)
def test_a_failed_download_says_so_and_can_be_tried_again(tab, site, fault, path, words):
    site.fail(path, **fault)
    visitor = Visitor(tab, site.url)
    visitor.page.eval("await caches.delete('odin-llm');")
    visitor.load()
    assert re.search(words, visitor.error)
    assert visitor.state == "idle"
    assert visitor.text("#load") == "Try again"
    site.heal()
    visitor.load()
    assert visitor.state == "ready"
    assert not visitor.error


def test_a_failed_question_can_be_asked_again(tab, site):
    site.fail(WEIGHTS, **MISSING)
    visitor = Visitor(tab, site.url)
    visitor.page.eval("await caches.delete('odin-llm');")
    visitor.paste("#prompt", QUESTION)
    visitor.click("#send")
    visitor.wait(lambda: visitor.all("[data-action=again]"))
    assert "404" in visitor.text("#turns > li:last-child")
    site.heal()
    visitor.click("[data-action=again]")
    visitor.wait(lambda: visitor.all("#turns > li:last-child details.record"))
    assert len(visitor.all("#turns > li")) == 2


def test_loading_is_cancelled(visitor, site):
    visitor.page.eval("await caches.delete('odin-llm');")
    site.serve(bytes_per_second=100_000)
    visitor.click("#load")
    visitor.wait(lambda: "of" in visitor.text("#status"))
    visitor.click("#cancel")
    visitor.wait(lambda: visitor.state == "idle")
    assert "stopped" in visitor.text("#status")
    assert not visitor.error, "what the visitor wanted is no error"
    site.serve(bytes_per_second=None)
    visitor.load()
    assert visitor.state == "ready"


def test_unusable_addresses(tab, site):
    for query, words in [
        ("model=models/nowhere/", "is not there (404)"),
        ("model=https://example.org/m/", "its own address only"),
        ("model=models/toy/&dtype=int3", "no weights of type 'int3'"),
    ]:
        visitor = Visitor(tab, site.url, query=query)
        visitor.load()
        assert words in visitor.error


def test_one_thread_without_cross_origin_isolation(tab, site):
    site.serve(isolated=False)
    visitor = Visitor(tab, site.url, query="model=models/toy/")
    visitor.load()
    assert visitor.page.eval("return crossOriginIsolated") is False
    assert "1 thread," in visitor.text("#status")
    assert visitor.ask(QUESTION)["tokens"]


def test_another_answer(tab, site):
    visitor = Visitor(tab, site.url)
    set_option(visitor, "#max-tokens", "30")
    first = visitor.ask(QUESTION)
    said = visitor.text("#turns > li:last-child .answer-text")
    visitor.click("[data-action=another]")
    visitor.wait(lambda: visitor.answers() and visitor.text("#turns > li:last-child .answer-text") != said)
    other = visitor.record("#turns > li:last-child")
    assert other["tokens"] != first["tokens"]
    assert other["prompt"] == first["prompt"]
    assert other["parameters"]["temperature"] > 0


def test_options_outlive_the_page_and_refuse_nonsense(tab, site):
    visitor = Visitor(tab, site.url)
    set_option(visitor, "#seed", "77")
    set_option(visitor, "#temperature", "999")
    assert visitor.find("#temperature").get_property("value") == "0"
    visitor.driver.refresh()
    visitor.click(".options > summary")
    assert visitor.find("#seed").get_property("value") == "77"


def test_two_tabs_keep_their_conversations(tab, site):
    one, two = (Visitor(page, site.url) for page in (tab, tab.new_tab()))
    for visitor, question in ((one, "1+1"), (two, "2+2")):
        set_option(visitor, "#max-tokens", "5")
        visitor.ask(question)
    one.click("#new")
    one.wait(lambda: "(2)" in one.text("#earlier summary"))


def test_the_released_model_solves(tab, site, app):
    """The model that visitors get, by the defaults of the page: auto device, auto dtype."""
    folder = REPOSITORY / "odin-nano"
    if not (folder / "config.json").is_file():
        pytest.skip("no released model in odin-nano/")
    if not (exported := app / "models" / "odin-nano").is_dir():
        build(folder, exported)
    visitor = Visitor(tab, site.url, query="")
    record = visitor.ask(QUESTION)
    assert (record["model"]["name"], record["device"], record["dtype"]) == ("odin-nano", "wasm", "q8")
    eos = AutoTokenizer.from_pretrained(folder).eos_token_id
    assert record["tokens"][-1] == eos and eos not in record["tokens"][:-1]
    prompt, _ = reference(folder, QUESTION, 1)
    runner = OnnxRunner(exported / "onnx" / "model_quantized.onnx", threads=1)
    assert max(regrets(runner, prompt, record["tokens"])) < TIE
    assert visitor.text(".answer-text .final strong"), "an answer line is set apart"


@pytest.fixture
def served(app):
    """`npm run serve`, as `make demo` starts it, on a free port."""
    port = free_port()
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_npm_run_serve_delivers_the_page(tab, served):
    with urllib.request.urlopen(served) as response:
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    with urllib.request.urlopen(f"{served}ort/ort-wasm-simd-threaded.wasm") as response:
        assert response.headers["Content-Type"] == "application/wasm"
        assert response.read(4) == b"\0asm"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{served}models/nowhere/config.json")
    visitor = Visitor(tab, served)
    assert visitor.ask(QUESTION)["tokens"]
    assert visitor.page.eval("return crossOriginIsolated") is True
