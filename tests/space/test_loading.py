"""Loading through `OdinLLM.load`, end to end: what a bad network, a full disk or a wrong address comes to.

`test_download.py` has the download by itself, with the ways in which connections break.
"""

import json
import shutil
import time
from pathlib import Path

import pytest

from tests.space.bare import generate, open_bare
from tests.space.browsers import Page, PageError
from tests.space.references import QUESTION, reference
from tests.space.server import Site
from training import manifest as manifests


MODEL = "models/toy/"
WEIGHTS = f"{MODEL}onnx/model.onnx"
CHUNK = 1 << 14
FP32 = {"dtype": "fp32", "device": "wasm"}
TOKENS = 16
# By u = 0.82 and 0.32 in the experiment below, whose two variants weigh the same (docs/versions.md).
VISITORS = {"a": "new", "b": "old"}
PLACES = {"old": MODEL, "new": "models/other/"}
LOAD = """
const [url, options, signal] = arguments;
window.llm?.dispose();
const progress = [];
window.events = [];
window.llm = await odin.OdinLLM.load(url, {
  ...options,
  ...(signal === null ? {} : { signal: AbortSignal.timeout(signal) }),
  onProgress: (report) => progress.push(report),
  onTelemetry: (event) => events.push(event),
});
const storage = events.filter(({ type }) => type === "storage").map(({ event }) => event.type);
return { info: llm.info, progress, storage };
"""


@pytest.fixture(scope="module")
def chunked(tmp_path_factory, toy_export) -> Path:
    """The toy's export with a manifest of chunks so small that there are many."""
    folder = tmp_path_factory.mktemp("chunked") / "toy"
    shutil.copytree(toy_export, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifests, "CHUNK_BYTES", CHUNK)
        manifests.write_manifest(folder, manifests.read_manifest(folder))
    return folder


@pytest.fixture(scope="module")
def experiment(tmp_path_factory) -> Path:
    """A manifest that lists the toy twice, in two places."""
    folder = tmp_path_factory.mktemp("experiment")
    variants = [{"name": name, "weight": 1, "path": f"../{place}"} for name, place in PLACES.items()]
    manifest = {"format": 1, "model": "toy", "experiment": "two-toys", "variants": variants}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert manifests.read_manifest(folder) == manifest
    return folder


@pytest.fixture
def site(bare, chunked, experiment):
    """Every test has an origin of its own (a port), so that nothing is stored yet."""
    with Site({"": bare, **dict.fromkeys(PLACES.values(), chunked), "ab/": experiment}) as site:
        yield site


@pytest.fixture
def page(engine_page, browsers, engine, site) -> Page:
    open_bare(engine_page, site)
    if engine == "webkit":
        # Under automation, WebKitGTK empties a cache as soon as no page has it open.
        browsers(engine).page.goto(site.url).eval('window.kept = await caches.open("odin-llm");')
    return engine_page


@pytest.fixture
def expected(toy_folder) -> list[int]:
    return reference(toy_folder, QUESTION, TOKENS)[1]


def start(page: Page, url: str = MODEL, abort_after: int | None = None, timeout: float = 90, **options) -> dict:
    """Loads `url`: `info`, the reports of `progress`, and kinds of events of the `storage`."""
    return page.eval(LOAD, url, FP32 | options, abort_after, timeout=timeout)


def answer(page: Page) -> list[int]:
    return generate(page, QUESTION, maxTokens=TOKENS)["tokens"]


def size(folder: Path, path: str) -> int:
    return (folder / path.removeprefix(MODEL)).stat().st_size


def fetched(site: Site, folder: Path, path: str = WEIGHTS) -> list[int]:
    """How often each chunk of a file was sent whole, once no answer is under way any more."""
    end = time.monotonic() + 5
    while any(request.sent is None for request in site.requests(path)) and time.monotonic() < end:
        time.sleep(0.05)
    total = size(folder, path)
    counts = [0] * -(-total // CHUNK)
    for request in site.requests(path):
        begin, last = request.range or (0, total)
        last = min(last, begin + (request.sent or 0))
        for i in range(len(counts)):
            counts[i] += begin <= i * CHUNK and last >= min(total, (i + 1) * CHUNK)
    return counts


def model_files(site: Site) -> set[str]:
    return {request.path.removeprefix(MODEL) for request in site.log if request.path.startswith(MODEL)}


def test_cold_then_warm_then_without_the_server(page, engine, site, chunked, expected):
    site.serve(cache="max-age=3600")
    open_bare(page, site)
    cold = start(page)
    assert answer(page) == expected
    assert set(fetched(site, chunked)) == {1}
    assert cold["info"]["stored"] and cold["storage"] == []
    needed = {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"}
    assert model_files(site) == {"manifest.json", *needed}
    total = sum(size(chunked, name) for name in needed)
    assert cold["info"]["bytes"] == total + size(chunked, "manifest.json")
    check_progress(cold["progress"], total)

    site.forget()
    warm = start(page)
    check_progress(warm["progress"], total)
    assert model_files(site) == {"manifest.json"}
    assert warm["info"]["bytes"] == size(chunked, "manifest.json")
    assert answer(page) == expected

    # The server's permission to keep its scripts for an hour is what lets the rest of the package outlive it.
    site.kill()
    if engine == "webkit":
        # WebKitGTK keeps no file as large as onnxruntime's WebAssembly: for that a page needs a service worker.
        with pytest.raises(PageError, match="odin-llm/ort/.* could not be reached") as failure:
            start(page)
        assert failure.value.code == "network"
        return
    offline = start(page)
    assert offline["storage"] == ["offline"] and offline["info"]["bytes"] == 0
    assert answer(page) == expected


def check_progress(reports: list[dict], total: int) -> None:
    loaded = [report["loaded"] for report in reports]
    assert loaded == sorted(loaded)
    assert {report["total"] for report in reports} == {total}
    assert loaded[-1] == total


def test_a_tab_closed_in_the_middle(page, site, chunked, expected):
    site.fail(WEIGHTS, latency=0.4)
    tab = open_bare(page.new_tab(), site)
    tab.start("load", LOAD, MODEL, FP32, None)
    end = time.monotonic() + 30
    while sum(fetched(site, chunked)) < 5 and time.monotonic() < end:
        time.sleep(0.05)
    tab.close()
    site.heal()
    # The store is looked at once nothing more comes.
    stored = page.eval(
        """
let before = -1;
for (;;) {
  const bytes = (await odin.storedModels())[0].bytes;
  if (bytes === before) return bytes;
  before = bytes;
  await new Promise((resolve) => setTimeout(resolve, 300));
}"""
    )
    assert 3 * CHUNK < stored < size(chunked, WEIGHTS)
    site.forget()
    resumed = start(page)
    assert max(fetched(site, chunked)) == 1
    total = resumed["progress"][-1]["total"]
    assert resumed["info"]["bytes"] == total - stored + size(chunked, "manifest.json")
    assert answer(page) == expected


def test_damage_and_a_wrong_hash(page, site, chunked, expected):
    site.fail(WEIGHTS, damage=(3 * CHUNK + 5, 3 * CHUNK + 6), times=1)
    assert start(page)["storage"] == ["damaged"]
    assert fetched(site, chunked) == [1, 1, 1, 2, *[1] * (len(fetched(site, chunked)) - 4)]
    assert answer(page) == expected

    manifest = json.loads((chunked / "manifest.json").read_text())
    manifest["files"]["onnx/model.onnx"]["chunks"][2] = "0" * 64
    site.fail(f"{MODEL}manifest.json", replace=json.dumps(manifest).encode())
    with pytest.raises(
        PageError, match=r"onnx/model\.onnx is not the file that .* SHA-256 .* exported again"
    ) as failure:
        start(page)
    assert failure.value.code == "corrupt"
    site.heal()
    site.forget()
    start(page)
    assert model_files(site) == {"manifest.json"}, "the right chunks are still stored"
    assert answer(page) == expected


def test_without_storage(page, site, bare, chunked, expected):
    """As on an insecure origin, where neither the Cache API nor locks nor Web Cryptography are."""
    lacking = """
for (const name of ["caches", "isSecureContext"]) Object.defineProperty(globalThis, name, { value: undefined });
Object.defineProperty(navigator, "locks", { value: undefined });
Object.defineProperty(crypto, "subtle", { value: undefined });
"""
    site.fail("odin-llm/worker.js", replace=((bare / "odin-llm" / "worker.js").read_text() + lacking).encode())
    info = start(page)["info"]
    assert not info["stored"]
    assert not info["capabilities"]["cacheStorage"] and not info["capabilities"]["locks"]
    assert set(fetched(site, chunked)) == {1}
    assert answer(page) == expected


def test_files_that_are_not_there(page, site, bare, expected):
    for name in ("onnx/model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json", "manifest.json"):
        site.fail(MODEL + name, status=403 if name == "manifest.json" else 404)
        with pytest.raises(PageError, match=f"{site.url}{MODEL}{name} .*Check the model's address") as failure:
            start(page, store=False)
        assert failure.value.code == "not-found", name
        site.heal()
    for name in ("ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"):
        site.fail(f"odin-llm/ort/{name}", status=404)
        with pytest.raises(PageError, match=f"{site.url}odin-llm/ort/{name} is not there .404.*`ortUrl`") as failure:
            start(page)
        assert failure.value.code == "not-found", name
        site.heal()
    site.fail("odin-llm/worker.js", status=404)
    assert start(page)["info"]["capabilities"]["platform"] == "page", "it works without a worker"
    assert answer(page) == expected
    open_bare(page, site)
    for script in (bare / "odin-llm").glob("host-*.js"):
        site.fail(f"odin-llm/{script.name}", status=404)
    with pytest.raises(PageError, match="script of the runtime could not be fetched .*reload the page") as failure:
        start(page)
    assert failure.value.code == "network"


def test_two_tabs_at_once(page, site, chunked, expected):
    site.fail(WEIGHTS, latency=0.1)
    other = open_bare(page.new_tab(), site)
    other.start("load", LOAD, MODEL, FP32, None)
    start(page)
    other.finish("load")
    assert [answer(page), answer(other)] == [expected, expected]
    assert set(fetched(site, chunked)) == {1}
    other.close()


def test_addresses(page, site, bare, chunked, expected, tmp_path, toy_export):
    """A `.onnx` file in `onnx/`, or beside the rest; a folder without a manifest; a model of another kind."""
    info = start(page, f"{MODEL}onnx/model.onnx", dtype="auto")["info"]
    assert (info["dtype"], info["model"]) == ("fp32", "toy")
    assert answer(page) == expected

    flat = tmp_path / "flat"
    shutil.copytree(toy_export, flat, ignore=shutil.ignore_patterns("onnx", "manifest.json"))
    shutil.copy(toy_export / "onnx" / "model_quantized.onnx", flat)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "config.json").write_text('{"model_type": "gpt2"}')
    unlisted = tmp_path / "unlisted"
    shutil.copytree(toy_export, unlisted, ignore=shutil.ignore_patterns("manifest.json"))
    with Site({"": bare, "flat/": flat, "gpt2/": foreign, "unlisted/": unlisted}) as other:
        open_bare(page, other)
        info = start(page, f"{other.url}flat/model_quantized.onnx?download=true", dtype="auto")["info"]
        assert (info["dtype"], info["stored"]) == ("q8", False)
        assert info["hashes"]["weights"] == manifests.file_entry(flat / "model_quantized.onnx")["sha256"]
        assert len(answer(page)) == TOKENS

        cold = start(page, "unlisted")
        assert not cold["info"]["stored"] and "model" not in cold["info"]
        loaded = [report["loaded"] for report in cold["progress"]]
        assert loaded == sorted(loaded) and cold["progress"][-1]["total"] == loaded[-1]
        assert answer(page) == expected

        with pytest.raises(PageError, match="holds a model of type 'gpt2', not an ODIN model") as failure:
            start(page, "gpt2/")
        assert failure.value.code == "foreign-model"


def test_a_visitor_gets_the_same_variant_again_without_the_network_too(page, site, expected):
    drawn = {visitor: start(page, "ab/", visitor=visitor)["info"]["variant"] for visitor in VISITORS}
    assert drawn == {visitor: {"experiment": "two-toys", "name": name} for visitor, name in VISITORS.items()}
    assert answer(page) == expected
    assert start(page, "ab/", visitor="b", variant="new")["info"]["variant"]["name"] == "new"
    with pytest.raises(PageError, match=r"has no variant 'nwe'. It has 'old', 'new'") as failure:
        start(page, "ab/", variant="nwe")
    assert failure.value.code == "bad-option"
    for folder in ("ab/", *PLACES.values()):
        site.fail(f"{folder}manifest.json", status=503)
    for visitor, variant in drawn.items():
        gone = start(page, "ab/", visitor=visitor)
        assert gone["info"]["variant"] == variant and gone["storage"] == ["offline", "offline"]
    stored = page.eval("return (await odin.storedModels()).map(({ base }) => base);")
    assert sorted(stored) == sorted(site.url + place for place in PLACES.values())
    assert page.eval("await odin.clearCache('ab/'); return odin.storedModels();") == []


def test_a_model_that_needs_a_newer_runtime(page, site, chunked, expected):
    manifest = json.loads((chunked / "manifest.json").read_text())
    newer = json.dumps(manifest | {"runtime": "99.0.0"}).encode()
    site.fail(f"{MODEL}manifest.json", replace=newer)
    with pytest.raises(
        PageError, match="toy needs odin-llm 99.0.0 or newer, and this is odin-llm .*Reload"
    ) as failure:
        start(page)
    assert failure.value.code == "incompatible"
    assert model_files(site) == {"manifest.json"}
    site.heal()
    start(page)
    site.fail(f"{MODEL}manifest.json", replace=newer)
    site.forget()
    assert start(page)["storage"] == ["incompatible"], "what is stored goes on"
    assert answer(page) == expected
    assert model_files(site) == {"manifest.json"}


def test_a_signal(page, site, chunked, expected):
    site.fail(WEIGHTS, latency=0.5)
    for worker in (True, False):
        begun = time.monotonic()
        with pytest.raises(PageError, match="was stopped.* is kept") as failure:
            start(page, abort_after=400, worker=worker, store=False)
        assert failure.value.code == "aborted"
        assert time.monotonic() - begun < 3
        sent = len(site.requests(WEIGHTS))
        assert sent < len(fetched(site, chunked))
        time.sleep(1)
        assert len(site.requests(WEIGHTS)) <= sent + 4, "no more than what was under way is still fetched"
    with pytest.raises(PageError) as failure:
        start(page, abort_after=0)
    assert failure.value.code == "aborted"
    site.heal()
    start(page)
    assert answer(page) == expected


def test_what_is_chosen_and_told(page, engine):
    """Without a GPU: int8 in WebAssembly. The telemetry hook hears of everything, and costs nothing without one."""
    info = start(page, device="auto", dtype="auto")["info"]
    assert (info["device"], info["dtype"]) == ("wasm", "q8")
    (attempt,) = info["attempts"]
    assert attempt["reason"].startswith("q8 on WebAssembly") and "no WebGPU: " in attempt["reason"]
    capabilities = info["capabilities"]
    assert capabilities["platform"] == "worker" and capabilities["simd"] and capabilities["cacheStorage"]
    assert capabilities["isolated"] and capabilities["threads"] and not capabilities["webGpu"]["usable"]
    assert info["loadMs"] > info["downloadMs"] > 0 and info["sessionMs"] > 0
    answer(page)
    events = page.eval("return events;")
    assert {event["type"] for event in events} == {"download", "attempt", "prefill", "token", "memory"}
    assert min(event["ms"] for event in events if "ms" in event) >= 0
    assert all(event["ms"] > 0 for event in events if event["type"] in ("download", "attempt", "prefill"))
    assert [event["position"] for event in events if event["type"] == "token"] == list(range(1, TOKENS))
    # onnxruntime begins with 16 MiB.
    assert all(2**24 <= event["bytes"] < 2**28 for event in events if event["type"] == "memory")

    told = page.eval(
        """
const { Worker } = window;
const types = new Set();
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => types.add(data.type));
  }
};
llm.dispose();
const quiet = await odin.OdinLLM.load(arguments[0], {});
for await (const _ of quiet.generate("Hello", { maxTokens: 2 }));
quiet.dispose();
return [...types];""",
        MODEL,
    )
    assert "chunk" in told and "telemetry" not in told
