"""The instruments of the browser tests: what they say of a page that is known."""

import http.server
import threading

import pytest

from tests.space.browsers import PageError, launch, missing
from tests.space.conftest import browser_missing
from tests.space.memory import MB, MemorySampler
from tests.space.server import Site


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><title>known</title><p>known")
    with Site(tmp_path) as site:
        yield site


@pytest.fixture
def elsewhere():
    """The address of a server that is not on 127.0.0.1, as another machine is not."""
    with http.server.ThreadingHTTPServer(("127.0.0.2", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.2:{server.server_port}/"
        server.shutdown()


def test_values_and_errors_cross(engine_page, site):
    engine_page.goto(site.url)
    value = [1.5, "é", None, {"a": [True]}]
    assert engine_page.eval("return await Promise.resolve([arguments[0], typeof arguments[1]])", value, 1) == [
        value,
        "number",
    ]
    assert engine_page.eval("") is None
    with pytest.raises(PageError, match="x was wrong") as raised:
        engine_page.eval("throw Object.assign(new TypeError('x was wrong'), { code: 'bad' })")
    assert (raised.value.name, raised.value.code) == ("TypeError", "bad")


def test_isolation(engine_page, site, isolated):
    site.serve(isolated=isolated)
    engine_page.goto(site.url)
    assert engine_page.eval("return crossOriginIsolated") is isolated
    if isolated:
        assert engine_page.eval("return new SharedArrayBuffer(8).byteLength") == 8


def test_two_tabs_work_at_once_and_share_storage(engine_page, site):
    first, second = engine_page.goto(site.url), engine_page.new_tab().goto(site.url)
    # Each waits for the other: one after the other they would wait for ever.
    meet = """
const channel = new BroadcastChannel("meet");
const met = new Promise((resolve) => (channel.onmessage = resolve));
const call = setInterval(() => channel.postMessage("here"), 20);
await met;
channel.postMessage("here");
await (await caches.open("tabs")).put(arguments[0], new Response("kept"));
setTimeout(() => clearInterval(call), 2000);
return arguments[0];
"""
    first.start("meet", meet, "/a")
    second.start("meet", meet, "/b")
    assert (first.finish("meet"), second.finish("meet")) == ("/a", "/b")
    second.close()
    assert first.eval("return (await (await caches.open('tabs')).keys()).length") == 2


def test_another_address_is_out_of_reach(engine_page, site, elsewhere):
    site.serve(isolated=False)
    engine_page.goto(site.url)
    assert engine_page.eval("return (await fetch('/')).status") == 200
    with pytest.raises(PageError, match="TypeError"):
        engine_page.eval("await fetch(arguments[0], { mode: 'no-cors' })", elsewhere)


def test_memory_of_a_known_allocation(engine, site):
    if reason := missing(engine):
        browser_missing(reason)
    size = 150
    # A browser of its own: in one that other tests have used, their service workers may end meanwhile.
    with launch(engine) as browser:
        page = browser.page.goto(site.url)
        with MemorySampler(browser.pids) as sampler:
            page.eval(
                """
window.kept = new Uint8Array(arguments[0] * 1e6);
for (let i = 0; i < window.kept.length; i += 1024) window.kept[i] = i + 1;
await new Promise((resolve) => setTimeout(resolve, 300));
""",
                size,
            )
    # Above it a browser that has just begun may still be making parts of its own.
    assert size - 5 < sampler.over_idle / MB < size + 60
    assert sampler.samples >= 3


def test_restart_keeps_the_profile_where_it_can(browsers, engine, site):
    browser = browsers(engine)
    before = set(browser.pids())
    browser.page.goto(site.url).eval(
        "localStorage.kept = 'yes'; await (await caches.open('c')).put('/x', new Response('kept'));"
    )
    browser.restart(keep_profile=browser.keeps_profile)
    found = browser.page.goto(site.url).eval(
        "return [localStorage.kept ?? null, !!(await (await caches.open('c')).match('/x'))]"
    )
    assert found == (["yes", True] if browser.keeps_profile else [None, False])
    assert not before & set(browser.pids())


@pytest.mark.parametrize(("engine_name", "fp16"), [("chromium", False), ("firefox", True)])
def test_webgpu_on_a_software_adapter(browsers, site, engine_name, fp16):
    browsers(engine_name)  # or skip
    with launch(engine_name, webgpu=True) as browser:
        browser.page.goto(site.url)
        assert (
            browser.page.eval("""
const adapter = await navigator.gpu.requestAdapter();
return [...adapter.features].includes("shader-f16");
""")
            is fp16
        )
