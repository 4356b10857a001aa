"""The sandbox for generated Python in real browsers, under the Content-Security-Policy of the app.

Each engine runs all programs in a cross-origin isolated page. What depends on isolation runs in an open page too.
"""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.space.browsers import Page, PageError
from tests.space.conftest import SPACE, browser_missing
from tests.space.server import Site


START = 190  # seconds; Python takes a few to start, and many times that where all cores are busy

# What a worker could use to reach something, each an expression that a promise or an exception answers.
WAYS_OUT = """
const fails = (target, event = "onerror") => new Promise((yes, no) => {
  target.onopen = target.onload = target.onmessage = target.onsuccess = yes;
  target[event] = () => no(new Error("refused"));
});
const ways = {
  fetch: (url) => fetch(url),
  fetchWithoutCors: (url) => fetch(url, { mode: "no-cors" }),
  request: (url) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    const end = fails(request);
    request.send();
    return end;
  },
  synchronousRequest: (url) => { const r = new XMLHttpRequest(); r.open("GET", url, false); r.send(); },
  socket: (url) => fails(new WebSocket(url.replace("http", "ws"))),
  events: (url) => fails(new EventSource(url)),
  module: (url) => import(url),
  dataModule: () => import("data:text/javascript,1"),
  script: (url) => importScripts(url),
  dataScript: () => importScripts("data:text/javascript,"),
  worker: (url) => fails(new Worker(url)),
  workerWithin: (url) => new Promise((yes, no) => {
    const worker = new Worker(`data:text/javascript,fetch("${url}").then(() => postMessage(1), () => postMessage(0))`);
    worker.onmessage = ({ data }) => (data ? yes() : no(new Error("refused")));
    worker.onerror = no;
  }),
  eval: () => (0, eval)("1"),
  function: () => Function("return 1")(),
  database: () => fails(indexedDB.open("leak")),
};
onmessage = async ({ ports: [port] }) => {
  const open = [];
  for (const [name, way] of Object.entries(ways)) {
    const late = new Promise((_, no) => setTimeout(() => no(new Error("no answer")), 3000));
    try {
      await Promise.race([way(URL_OUTSIDE + name), late]);
      open.push(name);
    } catch {}
  }
  port.postMessage({ open, origin: self.origin, tried: Object.keys(ways).length });
};
"""

# The same from Python. Each ends in an exception; `reached` holds those that do not.
PYTHON_WAYS_OUT = """
reached, tried = [], []

def attempt(name):
    def call(function):
        tried.append(name)
        try:
            function()
        except BaseException:
            return
        reached.append(name)
    return call

@attempt("urllib")
def _():
    import urllib.request
    urllib.request.urlopen("URL_OUTSIDEurllib", timeout=1)

@attempt("http.client")
def _():
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=1)
    connection.request("GET", "/leak")
    connection.getresponse()

@attempt("socket")
def _():
    import socket
    with socket.create_connection(("127.0.0.1", PORT), timeout=1) as connection:
        connection.sendall(b"GET /leak HTTP/1.0\\r\\n\\r\\n")
        assert connection.recv(1)

@attempt("pyodide.http.open_url")
def _():
    from pyodide.http import open_url
    open_url("URL_OUTSIDEopen_url")

@attempt("pyodide.http.pyfetch")
def _():
    import asyncio
    from pyodide.http import pyfetch
    asyncio.run(pyfetch("URL_OUTSIDEpyfetch"))

@attempt("run_js")
def _():
    from pyodide.code import run_js
    run_js("fetch('URL_OUTSIDErun_js')")

@attempt("js")
def _():
    import js
    assert not dir(js.globalThis) is None

@attempt("js.fetch")
def _():
    from js import fetch
    fetch("URL_OUTSIDEjs")

@attempt("js constructor")
def _():
    import js
    js.constructor.constructor("return fetch('URL_OUTSIDEconstructor')")()

@attempt("pyodide_js")
def _():
    import pyodide_js
    pyodide_js.loadPackage("numpy")

@attempt("subprocess")
def _():
    import subprocess
    subprocess.run(["curl", "URL_OUTSIDEcurl"])

@attempt("webbrowser")
def _():
    import webbrowser
    assert webbrowser.open("URL_OUTSIDEwebbrowser")
"""


@dataclass
class Sandbox:
    """A tab with a sandbox in which the tests of an engine run their programs."""

    page: Page
    site: Site

    def run(self, program: str, *tests: str, **options) -> dict:
        """The RunResult, with `wall`, the milliseconds in which it came."""
        body = """
          const began = performance.now();
          const result = await sandbox.run(...arguments);
          return { ...result, wall: performance.now() - began };
        """
        return self.page.eval(body, program, list(tests), options, timeout=START)

    def wait_for_spare(self) -> None:
        """Until the next interpreter is there, so that a time after it is a program's alone."""
        self.run("pass")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The page with nothing but the sandbox."""
    npx = shutil.which("npx")
    if npx is None or not (SPACE / "node_modules").is_dir():
        browser_missing("the Space's packages are not installed (`npm ci` in space/)")
    folder = tmp_path_factory.mktemp("python") / "dist"
    command = [npx, "vite", "build", "--config", "test/python/vite.config.ts", "--outDir", folder, "--emptyOutDir"]
    subprocess.run(command, cwd=SPACE, check=True, timeout=120)
    return folder


@contextlib.contextmanager
def opened(browsers, engine: str, built: Path, isolated: bool) -> Iterator[Sandbox]:
    with Site(built, isolated=isolated) as site:
        page = browsers(engine).new_tab().goto(site.url)
        yield Sandbox(page, site)
        page.close()


def load(sandbox: Sandbox) -> list[dict]:
    """Loads the sandbox as `window.sandbox`; returns the progress that it reported."""
    body = """
      const steps = [];
      window.sandbox = await PythonSandbox.load({ onProgress: (step) => steps.push(step) });
      return steps;
    """
    return sandbox.page.eval(body, timeout=START)


@pytest.fixture(scope="module")
def sandbox(browsers, engine, built) -> Iterator[Sandbox]:
    with opened(browsers, engine, built, isolated=True) as sandbox:
        load(sandbox)
        yield sandbox


PROGRAM = "def double(x):\n    print('doubling', x)\n    return 2 * x\n"


def test_right_and_wrong_programs(sandbox):
    result = sandbox.run(PROGRAM, "assert double(2) == 4", "assert double(3) == 7, 'not seven'", "assert double(None)")
    assert result["tests"] == [
        {"test": "assert double(2) == 4", "outcome": "passed"},
        {"test": "assert double(3) == 7, 'not seven'", "outcome": "failed", "actual": "6", "message": "not seven"},
        {
            "test": "assert double(None)",
            "outcome": "error",
            "message": "TypeError: unsupported operand type(s) for *: 'int' and 'NoneType' (line 3)",
        },
    ]
    assert result["stdout"] == "doubling 2\ndoubling 3\ndoubling None\n"
    assert "error" not in result and not result["timedOut"] and not result["stopped"]
    assert 0 < result["ms"] <= result["wall"]


def test_errors_have_their_line(sandbox):
    syntax = sandbox.run("x = 1\ndef f(:\n    pass\n", "assert True")
    assert (syntax["error"]["type"], syntax["error"]["line"]) == ("SyntaxError", 2)
    assert syntax["tests"] == [{"test": "assert True", "outcome": "not-run"}]
    # Input is at its end, and a program that cannot go deeper is told so.
    program = (
        "def deep(n):\n    return deep(n + 1) + 1\n"
        "try:\n    deep(0)\nexcept RecursionError:\n    print('too deep')\n"
        "try:\n    input()\nexcept EOFError:\n    print('no input')\n"
        "import os\nos.write(2, 'é'.encode())\n"
        "[][0]\n"
    )
    runtime = sandbox.run(program)
    assert runtime["stdout"] == "too deep\nno input\né"
    assert (runtime["error"]["type"], runtime["error"]["line"]) == ("IndexError", 13)
    assert "program.py" in runtime["error"]["traceback"]


def test_an_endless_program_is_killed(sandbox):
    sandbox.wait_for_spare()
    program = "print('begun')\nwhile True:\n    pass\n"
    result = sandbox.run(program, "assert True", timeoutMs=1000)
    assert result["timedOut"] and result["stdout"] == "begun\n" and 1000 <= result["ms"] < 3000
    assert result["tests"] == [{"test": "assert True", "outcome": "not-run"}]
    # A test may be what does not end; the page stays alive, and a visitor's stop ends it, too.
    body = """
      const [program, tests] = arguments, stop = new AbortController();
      setTimeout(() => stop.abort(), 1000);
      return sandbox.run(program, tests, { timeoutMs: 60_000, signal: stop.signal });
    """
    sandbox.wait_for_spare()
    program = "def f(n):\n    while n:\n        pass\n    return 1\n"
    tests = ["assert f(0) == 1", "assert f(1) == 1", "assert f(2)"]
    stopped = sandbox.page.eval(body, program, tests, timeout=START)
    assert stopped["stopped"] and not stopped["timedOut"]
    assert stopped["ms"] < 20_000
    assert all(test["outcome"] in ("passed", "not-run") for test in stopped["tests"])
    assert sandbox.run(PROGRAM, "assert double(2) == 4")["tests"][0]["outcome"] == "passed"
    assert quiet_within(sandbox.page, seconds=40), "a killed program goes on computing"


def quiet_within(page: Page, seconds: float) -> bool:
    """Whether there is a second, soon, in which no process of the browser computes a tenth of the time."""
    processes = [psutil.Process(pid) for pid in page.browser.pids() if psutil.pid_exists(pid)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.cpu_percent()
        time.sleep(1)
        used = []
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                used.append(process.cpu_percent())
        if max(used, default=0) < 10:
            return True
    return False


def test_a_flood_of_output_is_cut(sandbox):
    body = """
      let longest = 0, last = performance.now();
      const clock = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      });
      const result = await sandbox.run("while True:\\n    print('flood' * 10)", [], { timeoutMs: 1500 });
      clearInterval(clock);
      return { ...result, longest };
    """
    sandbox.wait_for_spare()
    result = sandbox.page.eval(body, timeout=START)
    assert result["timedOut"]
    assert result["stdout"].startswith("flood" * 10 + "\n")
    assert result["stdout"].endswith("[The output was cut after 64 kB.]\n")
    assert len(result["stdout"]) < 66_000
    assert result["longest"] < 3000


def test_damage_stays_in_its_run(sandbox):
    program = (
        "import builtins, sys, json, ast\n"
        "json.dumps = ast.parse = None\n"
        "open('left.txt', 'w').write('mine')\n"
        "leaked = 1\n"
        "builtins.len = builtins.repr = builtins.isinstance = None\n"
        "sys.modules.clear()\n"
    )
    assert "error" in sandbox.run(program, "assert leaked")  # it broke the runner too, but only its own
    after = sandbox.run(
        "import json, os\nassert len(json.dumps([1])) == 3\nfound = os.path.exists('left.txt')",
        "assert not found",
        "assert 'leaked' not in globals()",
    )
    assert "error" not in after
    assert [test["outcome"] for test in after["tests"]] == ["passed", "passed"]


def test_bombs_end_in_an_error(sandbox):
    program = (
        "hoard = []\n"
        "try:\n    while True:\n        hoard.append(bytearray(20_000_000))\n"
        "except MemoryError:\n    kept = len(hoard)\n    hoard.clear()\n"
        "try:\n    with open('big', 'wb') as file:\n        while True:\n            file.write(bytes(5_000_000))\n"
        "except OSError as error:\n    reason = str(error)\n"
    )
    result = sandbox.run(program, "assert 5 < kept < 30", "assert 'No space left' in reason", timeoutMs=20_000)
    assert [test["outcome"] for test in result["tests"]] == ["passed", "passed"], result
    # What cannot be caught ends the interpreter, in words, and not the page.
    dead = sandbox.run("import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return [f(x)]\nf(1)", timeoutMs=20_000)
    assert "error" in dead or dead["timedOut"]
    gone = sandbox.run("import os\nos._exit(3)", "assert True")
    assert "error" in gone and gone["tests"][0]["outcome"] == "not-run"
    assert sandbox.run(PROGRAM, "assert double(2) == 4")["tests"][0]["outcome"] == "passed"


def test_python_reaches_no_network(sandbox):
    sandbox.site.forget()
    program = PYTHON_WAYS_OUT.replace("URL_OUTSIDE", f"{sandbox.site.url}leak/").replace(
        "PORT", str(sandbox.site.port)
    )
    result = sandbox.run(program, "assert reached == []", "assert len(tried) == 12", timeoutMs=60_000)
    assert "error" not in result, result["error"]
    assert [(test["outcome"], test.get("actual")) for test in result["tests"]] == [("passed", None)] * 2
    sandbox.run("pass")  # whatever was put off has had its time
    assert [request.path for request in sandbox.site.log] == []


def test_the_browser_itself_refuses(browsers, engine, built, isolated):
    """The worker without Python, with nothing taken away from it: its policy alone has to hold."""
    body = """
      const [script] = arguments;
      const worker = await IsolatedWorker.start(new TextEncoder().encode(script).buffer);
      const answer = await new Promise((resolve, reject) => {
        worker.port.onmessage = ({ data }) => resolve(data);
        worker.onfailure = (message) => reject(new Error(message));
      });
      worker.kill();
      return { ...answer, isolated: crossOriginIsolated };
    """
    with opened(browsers, engine, built, isolated) as sandbox:
        sandbox.page.eval("await fetch('favicon.ico');")  # the page itself can
        sandbox.site.forget()
        script = WAYS_OUT.replace("URL_OUTSIDE", f"'{sandbox.site.url}leak/'")
        found = sandbox.page.eval(body, script)
        assert found == {"open": [], "origin": "null", "tried": 15, "isolated": isolated}
        assert [request.path for request in sandbox.site.log] == []


def test_without_its_files_and_without_its_server(browsers, engine, built):
    """In an open page: a failed download is told and can be tried again; later runs need no server."""
    (stdlib,) = (built / "pyodide").glob("stdlib*")
    with opened(browsers, engine, built, isolated=False) as sandbox:
        sandbox.site.fail(f"pyodide/{stdlib.name}", status=404)
        with pytest.raises(PageError, match="Python is not available here.*404") as failure:
            load(sandbox)
        assert (failure.value.name, failure.value.code) == ("PythonError", "download")
        sandbox.site.heal()
        steps = load(sandbox)
        total = sum(file.stat().st_size for file in (built / "pyodide").iterdir())
        assert steps[-1] == {"loaded": total, "total": total} and len(steps) > 3
        sandbox.site.kill()
        for _ in range(2):
            result = sandbox.run(PROGRAM, "assert double(2) == 4")
            assert [test["outcome"] for test in result["tests"]] == ["passed"]
        sandbox.page.eval("sandbox.dispose();")
        with pytest.raises(PageError, match="disposed"):
            sandbox.run("pass")
        sandbox.page.eval(
            "while (document.querySelector('iframe')) await new Promise((next) => setTimeout(next, 50));"
        )


def test_a_policy_that_forbids_it(browsers, engine, built, tmp_path):
    """A page whose policy allows no such worker: `load` says so, soon."""
    forbidding = tmp_path / "dist"
    shutil.copytree(built, forbidding)
    page = forbidding / "index.html"
    html = page.read_text()
    assert "worker-src 'self' data:" in html
    page.write_text(html.replace("worker-src 'self' data:", "worker-src 'self'"))
    with opened(browsers, engine, forbidding, isolated=False) as sandbox:
        with pytest.raises(PageError) as failure:
            load(sandbox)
        assert (failure.value.name, failure.value.code) == ("PythonError", "start")
        assert sandbox.page.eval("return document.querySelectorAll('iframe').length;") == 0
