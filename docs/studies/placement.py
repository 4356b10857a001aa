"""Where onnxruntime-web puts the nodes of a graph in Chromium: its own log says which kernels run, which do not exist.

WebGPU runs on SwiftShader, Chromium's graphics on CPU, so that no graphics card is needed; the kernels are the same.
"""

import http.server
import re
import shutil
import threading
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

from export.profiling import PROVIDER, feeds


HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parents[1] / "space/node_modules/onnxruntime-web/dist"
PACKAGE = HERE.parents[1] / "space/runtime/dist"
DEVICES = ("wasm", "webgpu")
FLAGS = (
    "headless=new",
    "no-sandbox",
    "disable-dev-shm-usage",
    "disable-background-networking",
    "enable-unsafe-webgpu",
    "use-webgpu-adapter=swiftshader",
)
ALL_ON_ONE = re.compile(r"All nodes placed on \[(\w+)\]\. Number of nodes: (\d+)")
SOME_ON_ONE = re.compile(r"Node\(s\) placed on \[(\w+)\]\. Number of nodes: (\d+)")
NODE = re.compile(r"VerifyEachNodeIsAssignedToAnEp\]\s+(\w+) \(.*\)\s*$")
NO_KERNEL = re.compile(r"kernel not found in registries for Op type: (\w+) node name: (.*\S)")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the HTML of this folder, onnxruntime-web under /ort/, the built odin-llm, and the graph looked at."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def __init__(self, *args, graph: list[Path]):
        self.graph = graph
        super().__init__(*args, directory=str(RUNTIME))

    def translate_path(self, path):
        if path.endswith(".html"):
            return str(HERE / path.removeprefix("/"))
        if path == "/graph.onnx":
            return str(self.graph[0])
        if path.startswith("/odin-llm/"):
            return str(PACKAGE / path.removeprefix("/odin-llm/"))
        return super().translate_path(path.removeprefix("/ort"))

    def end_headers(self):
        # All graphs have one address: a browser may take a file that is minutes old from its cache without asking.
        self.send_header("Cache-Control", "no-store")
        # Threads need a page that nothing foreign can look into.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def chromium():
    """A headless Chromium before a server of this folder: its driver, a list with the graph to serve, the address.

    Raises:
        RuntimeError: the browser, its driver or onnxruntime-web are not installed.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    programs = [shutil.which("chromium"), shutil.which("chromedriver")]
    if not all(programs) or not RUNTIME.is_dir():
        raise RuntimeError("needs chromium, chromedriver and onnxruntime-web: `make browsers` and `npm ci` in space/")
    graph: list[Path] = [RUNTIME]
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for flag in FLAGS:
        options.add_argument(f"--{flag}")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, graph=graph)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        driver = webdriver.Chrome(options=options, service=Service(programs[1]))
        driver.set_script_timeout(600)
        try:
            yield driver, graph, f"http://127.0.0.1:{server.server_port}"
        finally:
            driver.quit()
            server.shutdown()


@contextmanager
def browser():
    """Chromium as a function `(graph, device, fuse) -> placement`; raises as `chromium`."""
    with chromium() as (driver, graph, address):

        def place(path: Path, device: str, fuse: bool) -> dict:
            graph[0] = path
            driver.get(f"{address}/placement.html")  # anew, with nothing of the last session
            return run(driver, path, device, fuse)

        yield place


def described(inputs: dict[str, np.ndarray]) -> list[dict]:
    """Inputs in words for a page: all values of a tensor are its first one's."""
    return [
        {
            "name": name,
            "type": "int64" if value.dtype == np.int64 else "float32",
            "dims": list(value.shape),
            "fill": float(value.flat[0]) if value.size else 0.0,
        }
        for name, value in inputs.items()
    ]


def ask(driver, call: str, *arguments):
    """What an asynchronous function of the page returns, or `{"error": why}`."""
    script = (
        f"const done = arguments[arguments.length - 1]; {call}(...[...arguments].slice(0, -1))"
        ".then(done, (error) => done({ error: String(error) }))"
    )
    return driver.execute_async_script(script, *arguments)


def run(driver, path: Path, device: str, fuse: bool) -> dict:
    """Loads the graph in the page, feeds one token, and compares the logits with those of the installed onnxruntime.

    Returns:
        `nodes` by provider and operator, `without_kernel` by operator, `logit_error`, and the `build` and `version` of
        onnxruntime-web; or `error` alone, if it does not run there.
    """
    session = onnxruntime.InferenceSession(path, providers=[PROVIDER])
    inputs = feeds(session, 1, 1)
    result = ask(driver, "place", device, fuse, described(inputs))
    if "error" in result:
        return {"error": result["error"]}
    expected = session.run(["logits"], inputs)[0]
    return {
        **parse(result["log"]),
        "logit_error": float(np.abs(np.array(result["logits"], np.float32).reshape(expected.shape) - expected).max()),
        "build": result["build"],
        "version": result["version"],
        "browser": f"{driver.capabilities['browserName']} {driver.capabilities['browserVersion']}",
    }


def parse(log: list[str]) -> dict:
    """`nodes` by provider and operator, and `without_kernel` by operator, from a verbose log of loading.

    Where one provider has all nodes, the log does not say which they are; they are counted under "all".

    Raises:
        ValueError: the log has no placements, or fewer nodes than it says.
    """
    nodes: dict[str, Counter] = {}
    stated: dict[str, int] = {}
    without: set[tuple[str, str]] = set()
    provider = None
    for line in log:
        if match := ALL_ON_ONE.search(line):
            nodes[match[1]] = Counter({"all": int(match[2])})
            stated[match[1]] = int(match[2])
        elif match := SOME_ON_ONE.search(line):
            provider = match[1]
            nodes[provider], stated[provider] = Counter(), int(match[2])
        elif provider and (match := NODE.search(line)):
            nodes[provider][match[1]] += 1
        elif match := NO_KERNEL.search(line):
            without.add((match[1], match[2]))
    if not nodes or {name: count.total() for name, count in nodes.items()} != stated:
        raise ValueError(f"the log of onnxruntime-web does not list the nodes that it counts: {stated}")
    return {
        "nodes": {name: dict(sorted(count.items())) for name, count in nodes.items()},
        "without_kernel": dict(sorted(Counter(operator for operator, _ in without).items())),
    }
