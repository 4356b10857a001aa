"""What loading costs in a browser, with a model of odin-100m's dimensions: memory and time."""

import shutil
import time
from pathlib import Path

import psutil

from export.benchmark import odin_file
from tests.space.bare import load, open_bare
from tests.space.browsers import Browser
from tests.space.memory import MemorySampler
from tests.space.server import GOOD_CONNECTION, Site
from training.manifest import write_manifest


URL = "models/odin-100m/"
PROMPT_TOKENS, ANSWER_TOKENS = 250, 16
WARM_STARTS = 3
AWAKE_S = 8  # a browser starts and ends processes of its own some seconds after its first page
NANO = Path(__file__).parents[2] / "odin-nano"
# How the processes of pages are told from the others of a browser, by their command lines.
CONTENT = {"chromium": "--type=renderer", "firefox": "-contentproc", "webkit": "WebKitWebProcess"}
ANSWER = """
const [prompt, answer] = arguments;
const tokens = Array.from({ length: prompt }, (_, i) => 100 + (i * 37) % 3000);
const chunks = llm.generate({ tokens }, { maxTokens: answer });
for (;;) {
  const { done, value } = await chunks.next();
  if (done) return { prompt: value.promptTokens.length, answer: value.tokens.length };
}"""


def random_release(cache: Path, folder: Path) -> Path:
    """What `python -m export` makes of odin-100m, in int8 only: random weights, with odin-nano's tokenizer.

    Making the graph takes a minute; `cache` keeps it.
    """
    graph = odin_file(cache, "odin-100m", "int8")
    (folder / "onnx").mkdir(parents=True)
    shutil.copy(graph, folder / "onnx" / "model_quantized.onnx")
    for name in ("config.json", "generation_config.json"):
        shutil.copy(graph.with_name(name), folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(NANO / name, folder)
    write_manifest(folder, {"model": "odin-100m", "version": None})
    return folder


def measure(browser: Browser, bare: Path, model: Path) -> dict:
    """Bytes and milliseconds of a cold and of a warm start in a fresh browser, with the options' defaults.

    `idle_bytes` is the browser with the page open; `cold_bytes` and `warm_bytes` are the most that it takes above that
    while a model is loaded, with all its processes, `content_bytes` the most that the processes of pages take in all,
    up to the end of an answer. `good_connection_ms` is a cold start at 50 Mbit/s, onnxruntime included. `warm_ms` has
    several starts.
    """
    with Site({"": bare, URL: model}) as site:
        site.serve(cache="max-age=3600")  # as hosts do; browsers keep compiled WebAssembly of what they may cache
        page = open_bare(browser.page, site)
        page.eval('window.kept = await caches.open("odin-llm");')  # see test_loading.py
        time.sleep(AWAKE_S)
        with MemorySampler(browser.pids) as whole, MemorySampler(lambda: content_pids(browser)) as content:
            info = load(page, URL, timeout=180)
            cold = whole.over_idle
            answer = page.eval(ANSWER, PROMPT_TOKENS, ANSWER_TOKENS, timeout=180)
        assert answer == {"prompt": PROMPT_TOKENS, "answer": ANSWER_TOKENS}
        results = {"idle_bytes": whole.idle, "cold_bytes": cold, "content_bytes": content.peak}
        results |= {name: info[name] for name in ("device", "dtype", "threads")}

        if browser.keeps_profile:
            # A browser of today that loaded the model yesterday: what it has freed is not in its idle memory.
            page, idle = open_bare(browser.restart(), site), None
        else:
            page.new_tab().goto(site.url).eval('window.kept = await caches.open("odin-llm");')
            page, idle = open_bare(page, site), whole.idle
        time.sleep(AWAKE_S)
        with MemorySampler(browser.pids) as whole:
            warm = [load(page, URL, timeout=180)]
        results["warm_bytes"] = whole.peak - (idle or whole.idle)
        for _ in range(WARM_STARTS - 1):
            warm.append(load(open_bare(page, site), URL, timeout=180))
        manifest = (model / "manifest.json").stat().st_size
        assert {info["bytes"] for info in warm} == {manifest}, "the model should come from the store"
        results["warm_ms"] = [info["loadMs"] for info in warm]

        open_bare(page, site).eval("await odin.clearCache();")
        site.serve(bytes_per_second=GOOD_CONNECTION)
        return results | {"good_connection_ms": load(page, URL, timeout=180)["loadMs"]}


def content_pids(browser: Browser) -> list[int]:
    found = []
    for pid in browser.pids():
        try:
            if CONTENT[browser.engine] in " ".join(psutil.Process(pid).cmdline()):
                found.append(pid)
        except psutil.NoSuchProcess:
            pass
    return found
