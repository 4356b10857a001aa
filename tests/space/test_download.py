"""Downloads of the browser runtime in real browsers: what is fetched, what is kept, and what survives a bad network.

The same cases run in Node, with many more, in `space/test/download*.test.ts`; here the Cache API, the locks and the
way in which a connection breaks are the browsers' own.
"""

import hashlib
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.space.browsers import ENGINES, PageError, launch, missing
from tests.space.server import Site
from training import manifest


SPACE = Path(__file__).parents[2] / "space"
CHUNK = 1 << 16
CHUNKS = 12
WEIGHTS = "models/toy/onnx/model.onnx"
MANIFEST = "models/toy/manifest.json"
PAGE = """<!doctype html><title>download</title><link rel="icon" href="data:,">
<script type="module">
// What an insecure origin lacks: storage, locks and Web Cryptography.
globalThis.becomeInsecure = () => {
  const refuse = () => { throw new DOMException("no", "SecurityError"); };
  Object.defineProperty(globalThis, "caches", { get: refuse });
  Object.defineProperty(navigator, "locks", { value: undefined });
  Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
  return () => delete crypto.subtle;
};
globalThis.download = await import("./download.js");
</script>"""
LOAD = """
const [options] = arguments;
const { ModelFolder } = globalThis.download;
const events = [];
const folder = await ModelFolder.open("models/toy/", {
  delays: [20, 20, 20, 20], onEvent: (event) => events.push(event), ...options,
});
const pieces = await folder.chunks("onnx/model.onnx");
await folder.finish();
const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(pieces).arrayBuffer()));
return {
  sha256: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  lengths: pieces.map((piece) => piece.buffer.byteLength),
  cached: folder.cached,
  bytes: folder.bytes,
  events: events.map(({ type }) => type),
};
"""


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    bundler = SPACE / "node_modules" / ".bin" / "rolldown"
    if shutil.which("node") is None or not bundler.exists():
        reason = "the Space's packages are not installed (`npm ci` in space/)"
        pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)
    source = SPACE / "runtime" / "download" / "index.ts"
    options = ["--format", "esm", "--platform", "browser", "--file", folder / "download.js"]
    subprocess.run([bundler, source, *options], check=True, timeout=60, capture_output=True)
    (folder / "index.html").write_text(PAGE)
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def browser(request):
    if lacking := missing(request.param):
        reason = f"browser test not run: {lacking}; `make browsers` installs what it needs"
        pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)
    with launch(request.param) as browser:
        yield browser


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """A model folder of some chunks, smaller than an export's, with a manifest such as an export has."""
    monkeypatch.setattr(manifest, "CHUNK_BYTES", CHUNK)
    folder = tmp_path / "toy"
    (folder / "onnx").mkdir(parents=True)
    publish(folder, random.Random(0).randbytes(CHUNKS * CHUNK - 1000), "1.0.0")
    return folder


def publish(folder: Path, weights: bytes, version: str) -> None:
    file = folder / "onnx" / "model.onnx"
    file.write_bytes(weights)
    manifest.write_manifest(folder, {"model": "toy", "version": version})


@pytest.fixture
def site(page_folder, model):
    with Site({"": page_folder, "models/toy/": model}) as site:
        yield site


@pytest.fixture
def page(browser, site):
    """Every test has an origin of its own (a port), so that nothing is stored yet."""
    if browser.engine != "webkit":
        yield visit(browser.page, site)
        return
    # Under automation, WebKitGTK empties a cache as soon as no page has it open.
    keeper = visit(browser.new_tab(), site)
    keeper.eval('globalThis.kept = await caches.open("odin-llm");')
    yield visit(browser.page, site)
    keeper.close()


def visit(page, site):
    page.goto(site.url)
    page.eval("while (!globalThis.download) await new Promise((resolve) => setTimeout(resolve, 10));")
    return page


def load(page, model, **options):
    result = page.eval(LOAD, options)
    assert result["sha256"] == hashlib.sha256((model / "onnx" / "model.onnx").read_bytes()).hexdigest()
    return result


def fetched(site, patience: float = 5) -> list[int]:
    """How often each chunk of the weights was sent completely, once no answer is under way any more."""
    deadline = time.monotonic() + patience
    while any(request.sent is None for request in site.requests(WEIGHTS)) and time.monotonic() < deadline:
        time.sleep(0.05)
    size, counts = CHUNKS * CHUNK - 1000, [0] * CHUNKS
    for request in site.requests(WEIGHTS):
        start, end = request.range or (0, size)
        end = min(end, start + (request.sent or 0))
        for i in range(CHUNKS):
            counts[i] += start <= i * CHUNK and end >= min(size, (i + 1) * CHUNK)
    return counts


def test_cold_warm_and_offline(page, site, model):
    cold = load(page, model)
    assert cold["cached"] and cold["events"] == []
    assert cold["lengths"] == [CHUNK] * (CHUNKS - 1) + [CHUNK - 1000]
    assert fetched(site) == [1] * CHUNKS
    assert cold["bytes"] == sum((model / name).stat().st_size for name in ("onnx/model.onnx", "manifest.json"))
    site.forget()
    assert load(visit(page, site), model)["bytes"] == (model / "manifest.json").stat().st_size
    assert [request.path for request in site.log if request.path.startswith("models/")] == [MANIFEST]
    site.kill()
    offline = load(page, model)
    assert offline["events"] == ["offline"] and offline["bytes"] == 0
    assert page.eval("return (await download.storedModels()).map(({ version, bytes }) => [version, bytes]);") == [
        ["1.0.0", CHUNKS * CHUNK - 1000]
    ]
    page.eval("await download.clearCache();")
    with pytest.raises(PageError) as failure:
        load(page, model, delays=[])
    assert failure.value.code == "network"


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_connection_that_breaks_in_the_middle_of_a_chunk(page, site, model, reset, ranges):
    site.fail(WEIGHTS, cut=5 * CHUNK + 30_000, reset=reset, ranges=ranges, times=1)
    result = load(page, model)
    assert "retry" in result["events"]
    if ranges:
        assert max(fetched(site)) == 1
        # What the browser had not read when the connection broke is lost, and no more than that.
        assert result["bytes"] == sum((model / name).stat().st_size for name in ("onnx/model.onnx", "manifest.json"))
    site.heal()
    site.forget()
    load(page, model)
    assert site.requests(WEIGHTS) == []


def test_a_closed_tab(page, site, model):
    site.serve(bytes_per_second=8 * CHUNK)
    tab = visit(page.new_tab(), site)
    tab.start("load", LOAD, {"connections": 2})
    deadline = time.monotonic() + 20
    while sum(fetched(site, patience=0)) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    tab.close()
    site.serve(bytes_per_second=None)
    stored = page.eval("return (await (await download.browserStore()).hashes()).length;")
    assert 2 <= stored < CHUNKS
    site.forget()
    load(page, model)
    assert sum(fetched(site)) == CHUNKS - stored


def test_damage_on_the_way_and_in_the_store(page, site, model):
    site.fail(WEIGHTS, damage=(3 * CHUNK + 5, 3 * CHUNK + 6), times=1)
    assert load(page, model)["events"] == ["damaged"]
    assert fetched(site) == [1, 1, 1, 2] + [1] * (CHUNKS - 4)
    chunk = hashlib.sha256((model / "onnx" / "model.onnx").read_bytes()[:CHUNK]).hexdigest()
    page.eval("await (await download.browserStore()).put(arguments[0], new Uint8Array(100));", chunk)
    site.forget()
    assert load(page, model)["events"] == ["damaged"]
    assert fetched(site) == [1] + [0] * (CHUNKS - 1)
    page.eval("await download.clearCache();")
    site.fail(WEIGHTS, damage=(3 * CHUNK + 5, 3 * CHUNK + 6))
    with pytest.raises(PageError) as failure:
        load(page, model)
    assert failure.value.code == "corrupt"


def test_two_tabs_at_once(page, site, model):
    site.serve(bytes_per_second=16 * CHUNK)
    other = visit(page.new_tab(), site)
    other.start("load", LOAD, {})
    result = load(page, model)
    both = [result["sha256"], other.finish("load")["sha256"]]
    other.close()
    assert both[0] == both[1]
    assert fetched(site) == [1] * CHUNKS


def test_a_new_version_fetches_what_changed(page, site, model):
    load(page, model)
    weights = bytearray((model / "onnx" / "model.onnx").read_bytes())
    weights[7 * CHUNK] ^= 1
    publish(model, bytes(weights), "2.0.0")
    site.forget()
    load(page, model)
    assert fetched(site) == [0] * 7 + [1] + [0] * (CHUNKS - 8)
    assert page.eval("return (await (await download.browserStore()).hashes()).length;") == CHUNKS


def test_a_signal(page, site):
    site.serve(bytes_per_second=4 * CHUNK)
    stop = "const signal = AbortSignal.timeout(300);\n" + LOAD.replace("...options", "signal")
    started = time.monotonic()
    with pytest.raises(PageError) as failure:
        page.eval(stop, {})
    assert failure.value.code == "aborted"
    assert time.monotonic() - started < 2


def test_without_a_secure_origin(page, site, model):
    script = LOAD.replace("const digest", "giveBack();\nconst digest")
    result = page.eval("const giveBack = globalThis.becomeInsecure();\n" + script, {})
    assert result["sha256"] == hashlib.sha256((model / "onnx" / "model.onnx").read_bytes()).hexdigest()
    assert not result["cached"]
    assert fetched(site) == [1] * CHUNKS
