"""The app with the server gone, after an update, and after everything was deleted; what makes it installable."""

import hashlib
import itertools
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from tests.space.browsers import Page
from tests.space.server import Site


QUESTION = "How many apples does Tom have?"
ORT, ORT_SCRIPT = "ort/ort-wasm-simd-threaded.wasm", "ort/ort-wasm-simd-threaded.mjs"
VISITS = itertools.count()
MOST_SHELL_BYTES = 1_000_000
ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "cross-origin",
}
# Only about this machine: Chromium says it of pages in headless or private windows.
NOT_OURS = {"in-incognito"}


class Visitor:
    """A tab of the app, used as a visitor uses it."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.keeper = None if page.browser.keeps_profile else page.new_tab().goto(f"{url}icon.svg")
        self.hold()

    def hold(self) -> None:
        """WebKitGTK under automation keeps a cache in memory, and only as long as something has it open."""
        if self.keeper is not None:
            self.keeper.eval(
                """const names = new Set([...(await caches.keys()), "odin-llm"]);
                window.held = await Promise.all([...names].map((name) => caches.open(name)));"""
            )

    def open(self, mode: str = "chat", query: str = "") -> "Visitor":
        # Of an address that is open already, browsers would change the fragment alone.
        visit = next(VISITS)
        self.page.goto(f"{self.url}?model=models/toy/&device=wasm&dtype=q8&visit={visit}&{query}#/{mode}")
        # Firefox may still show the page before; some engines show an empty page where they should fail.
        self.wait(f"location.search.includes('visit={visit}&') && document.body?.dataset.state", "shell")
        return self

    def again(self) -> "Visitor":
        """The app in a new tab, the one before closed: a visitor who comes back."""
        tab = self.page.new_tab()
        self.page.close()
        self.page = tab
        return self.open()

    def js(self, body: str, *args):
        return self.page.eval(body, *args)

    def wait(self, expression: str, what: str, seconds: float = 30):
        """Waits until an expression is true in the page, which may be replaced by another meanwhile."""
        end = time.monotonic() + seconds
        while not (value := self.now(expression)):
            assert time.monotonic() < end, f"no {what} in {seconds} s: {self.now('document.body.innerText')}"
            time.sleep(0.05)
        return value

    def now(self, expression: str):
        body = f"const value = {expression}; return value instanceof Node ? true : value;"
        try:
            return self.page.eval(body, timeout=5)
        except WebDriverException:
            return None

    def click(self, selector: str) -> None:
        self.wait(f"document.querySelector('{selector}:enabled')", selector)
        self.js("document.querySelector(arguments[0]).click();", selector)

    def kept(self) -> "Visitor":
        """Waits until the service worker is there."""
        self.wait("navigator.serviceWorker.controller?.state === 'activated'", "service worker")
        self.hold()
        return self

    def load(self) -> "Visitor":
        self.click("#load")
        state = self.wait("(document.querySelector('#error') || document.body.dataset.state === 'ready') && "
                          "(document.querySelector('#error')?.textContent ?? 'ready')", "model")  # fmt: skip
        assert state == "ready"
        return self

    def ask(self) -> list[int]:
        """The tokens of a short answer, as the app keeps them."""
        self.js(
            """const box = document.querySelector("#prompt");
            box.value = arguments[0];
            box.dispatchEvent(new Event("input", { bubbles: true }));
            box.form.requestSubmit();""",
            QUESTION,
        )
        return self.js(
            """for (;;) {
              const db = await new Promise((resolve, reject) => {
                const request = indexedDB.open("odin-app");
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
              });
              const all = await new Promise((resolve, reject) => {
                const request = db.transaction("conversations").objectStore("conversations").getAll();
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
              });
              db.close();
              const [newest] = all.sort((a, b) => b.updated - a.updated);
              const tokens = newest?.turns.at(-1)?.stats?.tokens;
              if (tokens && document.body.dataset.state === "ready") return tokens;
              const failed = document.querySelector("[role=alert]")?.textContent;
              if (failed) throw new Error(failed);
              await new Promise((resolve) => setTimeout(resolve, 50));
            }"""
        )

    def caches(self) -> dict[str, list[str]]:
        """Addresses in each cache."""
        return self.js(
            """const names = await caches.keys();
            const keys = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url);
            return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await keys(name)])));"""
        )

    def shell_bytes(self) -> int:
        """What the service worker keeps from the start, in bytes."""
        return self.js(
            """const [name] = (await caches.keys()).filter((name) => name.startsWith("odin-shell-"));
            const cache = await caches.open(name);
            const sizes = (await cache.keys()).map(async (key) => (await (await cache.match(key)).blob()).size);
            return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);"""
        )

    def files(self) -> list[str]:
        """Names of the files that the service worker has kept since they were used."""
        found = [urls for name, urls in self.caches().items() if name.startswith("odin-files-")]
        return [url.removeprefix(self.url).split("?")[0] for urls in found for url in urls]


@pytest.fixture
def visitor(engine_page, site) -> Visitor:
    """A visitor who wants short answers."""
    engine_page.goto(site.url + "icon.svg")
    visitor = Visitor(engine_page, site.url)
    visitor.js("localStorage.setItem('odin.maxTokens', '24');")
    return visitor.open()


def eventually(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        time.sleep(0.1)


def test_works_with_the_server_gone(visitor, site):
    visitor.kept()
    assert 50_000 < visitor.shell_bytes() < MOST_SHELL_BYTES
    early = [request.path for request in site.log]
    assert not [path for path in early if path.startswith(("ort/", "pyodide/", "models/"))], "before anyone asked"
    visitor.load()
    online = visitor.ask()
    assert len(set(online)) > 5
    eventually(lambda: set(visitor.files()) >= {ORT, ORT_SCRIPT}, "onnxruntime is kept")
    site.forget()
    visitor.again().load()
    again = {request.path for request in site.log}
    assert again <= {"sw.js", "models/toy/manifest.json", "favicon.ico"}, "all else comes from the device"
    site.kill()
    visitor.again().load()
    assert visitor.ask() == online
    browser = visitor.page.browser
    if browser.keeps_profile:
        browser.restart()
        visitor.page = browser.page
        assert visitor.open().load().ask() == online
    for mode in ("maths", "code", "dashboard", "benchmark", "about"):
        visitor.open(mode)
        visitor.wait(f"document.querySelector('#main[data-mode={mode}]')", mode)
        visitor.wait("!document.querySelector('.waiting')", f"{mode} itself")
        assert not visitor.js("return document.querySelector('#main [role=alert]')?.textContent")


def test_opens_without_a_network_and_says_what_is_missing(visitor, site):
    visitor.kept()
    site.kill()
    visitor.again()
    visitor.click("#load")
    error = visitor.wait("document.querySelector('#error')?.textContent", "error")
    assert "Check the connection" in error
    assert visitor.js("return document.querySelector('#error').dataset.code") == "network"
    site.start()
    visitor.load()
    assert visitor.ask()


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_model_that_was_loaded_before_the_worker_is_kept_too(engine_page, site):
    site.fail("manifest.webmanifest", latency=8)  # a part of the shell
    visitor = Visitor(engine_page, site.url).open()
    visitor.load()
    assert not visitor.js("return navigator.serviceWorker.controller"), "the page waits for a while only"
    visitor.kept()
    eventually(lambda: set(visitor.files()) >= {ORT, ORT_SCRIPT}, "onnxruntime is kept")
    site.kill()
    visitor.again().load()


def test_threads_on_a_host_without_headers(engine_page, site, engine):
    site.serve(isolated=False)
    visitor = Visitor(engine_page, site.url).open()
    assert not visitor.js("return crossOriginIsolated")
    visitor.kept()
    visitor.again()
    assert visitor.js("return crossOriginIsolated")
    shared = visitor.js(
        """const answers = await Promise.all([fetch("."), fetch("index.html"), fetch("icon.svg")]);
        return answers.map(({ headers }) => Object.fromEntries(headers));"""
    )
    for headers in shared:
        assert headers.items() >= ISOLATION.items()
    visitor.js("localStorage.setItem('odin.maxTokens', '8');")
    visitor.open(query="threads=2").load()
    assert "2 threads" in visitor.js("return document.querySelector('#status').textContent")
    assert len(visitor.ask()) == 8


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Deployment:
    """A copy of the built app, of which a new version can be made without a build."""

    def __init__(self, app: Path, folder: Path):
        self.folder = folder
        shutil.copytree(app, folder)

    def change(self, name: str, content: bytes) -> None:
        """Makes `content` that of a file, in the worker's list too."""
        file, worker = self.folder / name, self.folder / "sw.js"
        before, script = sha256(file.read_bytes()), worker.read_text()
        assert script.count(before) == 1, f"sw.js does not name the hash of {name}"
        file.write_bytes(content)
        worker.write_text(script.replace(before, sha256(content)))

    def renew(self) -> set[str]:
        """A new version of the page, marked, with another script for the code mode; returns which files are others."""
        assets = {file: file.read_bytes() for file in (self.folder / "assets").iterdir()}
        hashed = {file: file.stem[-8:].encode() for file in assets}
        others = {file for file in assets if file.name.startswith("Code-") and file.suffix == ".js"}
        assert len(others) == 1
        # What names a file whose name changes changes itself.
        while more := {file for file in assets if any(hashed[other] in assets[file] for other in others)} - others:
            others |= more
        names = {hashed[file]: b"new-" + hashed[file][4:] for file in others}
        page = self.folder / "index.html"
        named = re.compile(b"|".join(map(re.escape, names)))

        def renamed(text: bytes) -> bytes:
            return named.sub(lambda match: names[match[0]], text)

        for file in {*others, page}:
            mark = b"<meta name=mark content=new>" if file == page else b""
            self.change(str(file.relative_to(self.folder)), renamed(file.read_bytes()) + mark)
        for file in others:
            file.rename(file.with_name(renamed(file.name.encode()).decode()))
        worker = self.folder / "sw.js"
        worker.write_bytes(renamed(worker.read_bytes()))
        return {"index.html", *(f"assets/{renamed(file.name.encode()).decode()}" for file in others)}


# Scripts that are kept from their first use on, and that these visits do not use.
UNUSED = tuple(f"assets/{name}-" for name in ("host", "tokenizer", "thread", "files", "adapted", "transformer"))
MARK = "document.querySelector('[name=mark]')?.content"


@pytest.fixture
def deployment(app, tmp_path) -> Deployment:
    return Deployment(app, tmp_path / "dist")


def test_a_new_version_waits_until_the_visitor_takes_it(engine_page, deployment):
    with Site(deployment.folder) as site:
        visitor = Visitor(engine_page, site.url).open().kept()
        visitor.load()
        eventually(lambda: set(visitor.files()) >= {ORT, ORT_SCRIPT}, "onnxruntime is kept")
        site.kill()  # nobody may see a half of the new version
        renewed = deployment.renew() | {ORT_SCRIPT}
        deployment.change(ORT_SCRIPT, b"/* new */" + (deployment.folder / ORT_SCRIPT).read_bytes())
        site.start()
        site.forget()
        visitor.again()
        visitor.wait("document.querySelector('#update-later')", "offer of the new version")
        assert visitor.js("return document.querySelector('#update').getAttribute('role')") == "status"
        # Only what changed is fetched, of the large files the one that was in use.
        # Chromium may also ask for the page while it starts a service worker, and then takes what the worker answers.
        fetched = {request.path for request in site.log if request.status == 200} - {"favicon.ico", ""}
        assert fetched == {"sw.js", *(path for path in renewed if not path.startswith(UNUSED))}
        visitor.click("#update-later")
        visitor.wait("!document.querySelector('#update-now')", "end of the offer")
        old = Visitor(visitor.page.new_tab(), site.url).open()
        for tab in (visitor, old):
            assert not tab.js(f"return {MARK}"), "the old version until the visitor says so"
        visitor.open()
        visitor.click("#update-now")
        assert visitor.wait(MARK, "new version") == "new"
        # The other tab is told, is not reloaded, and still has what its version had not loaded yet.
        old.wait("document.querySelector('#update-now')", "word of the new version")
        old.js("location.hash = '#/code';")
        old.wait("document.querySelector('#main[data-mode=code] button')", "a part of the old version")
        assert not old.js(f"return {MARK} || document.querySelector('#main [role=alert]')?.textContent")
        old.load()
        old.click("#update-now")
        assert old.wait(MARK, "new version") == "new"
        site.kill()
        old.open().load()


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_page_of_another_version_than_its_worker_is_not_kept(engine_page, deployment):
    page = deployment.folder / "index.html"
    today = page.read_bytes()
    with Site(deployment.folder) as site:
        # A cache on the way still has yesterday's page, with scripts that are gone tomorrow.
        script = next((deployment.folder / "assets").glob("index-*.js"))
        shutil.copy(script, script.with_name("index-yesterda.js"))
        page.write_bytes(today.replace(script.name.encode(), b"index-yesterda.js"))
        visitor = Visitor(engine_page, site.url).open()
        eventually(lambda: len(site.requests("index.html")) > 0, "the worker was installed")
        time.sleep(1)
        assert not visitor.js("return (await navigator.serviceWorker.getRegistration())?.active?.state ?? null")
        page.write_bytes(today)
        visitor.again().kept()


def test_everything_can_be_deleted(visitor, site):
    visitor.load()
    visitor.ask()
    visitor.kept()
    eventually(lambda: ORT in visitor.files(), "onnxruntime is kept")
    visitor.js("location.hash = '#/about';")
    visitor.wait("document.querySelector('#storage[data-state=ready]')", "list of what is stored")
    shown = visitor.js(
        """return ["shell", "files", "conversations", "settings"].map((id) =>
          document.querySelector(`#storage-${id}`).textContent)"""
    )
    assert "MB" in shown[1] and shown[2] == "1" and int(shown[3]) > 0, shown
    assert visitor.js("return document.querySelectorAll('[data-delete-model]').length") == 1
    visitor.click("[data-delete-model]")
    visitor.wait("!document.querySelector('[data-delete-model]')", "end of the model")
    assert visitor.caches()["odin-llm"] == []
    # The dialog: the focus is in it, and Cancel leaves everything.
    visitor.click("#delete-all")
    assert visitor.js("return document.querySelector('dialog#confirm-delete').matches(':modal')")
    assert visitor.js("return document.activeElement.id") == "delete-cancel"
    visitor.click("#delete-cancel")
    assert not visitor.js("return document.querySelector('dialog#confirm-delete').open")
    assert visitor.caches()
    visitor.click("#delete-all")
    visitor.click("#delete-confirm")
    visitor.wait("document.querySelector('#start-again')", "end of the deletion")
    assert visitor.js("return document.querySelector('#storage-said').textContent") == "Everything was deleted."
    left = visitor.js(
        """return {
          caches: await caches.keys(),
          databases: await indexedDB.databases(),
          settings: Object.keys(localStorage).concat(Object.keys(sessionStorage)),
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        };"""
    )
    assert left == {"caches": [], "databases": [], "settings": [], "workers": 0}
    visitor.click("#start-again")
    visitor.wait("document.body?.dataset.state === 'idle'", "new start")
    visitor.js("localStorage.setItem('odin.maxTokens', '24');")
    visitor.open().load()
    assert len(visitor.ask()) == 24
    visitor.kept()


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_chromium_can_install_it(visitor, app):
    visitor.kept()
    driver = visitor.page.driver
    errors = driver.execute_cdp_cmd("Page.getInstallabilityErrors", {})["installabilityErrors"]
    assert [error for error in errors if error["errorId"] not in NOT_OURS] == []
    manifest = driver.execute_cdp_cmd("Page.getAppManifest", {})
    assert manifest["errors"] == []
    assert manifest["url"] == f"{visitor.url}manifest.webmanifest"
    visitor.open("about")
    visitor.wait("document.querySelector('#install')", "Chromium's own offer to install it")
    visitor.js(
        """const offer = new Event("beforeinstallprompt", { cancelable: true });
        offer.prompt = async () => (window.asked = true, { outcome: "dismissed" });
        window.left = dispatchEvent(offer);"""
    )
    visitor.click("#install")
    assert visitor.js("return [window.asked, window.left]") == [True, False]
    visitor.wait("!document.querySelector('#install')", "end of an offer that can be used once")
