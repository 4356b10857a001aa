"""Statistics and error reports: nothing leaves the page before the press, and then exactly what was shown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.space.axe import violations
from tests.space.deployed import deployed
from tests.space.endpoint import Endpoint
from tests.space.server import Site
from tests.space.visitor import MODES, TOY, Visitor


SECRET = "Annabelle Quartermain 7391"
ENGINES = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)
DESKTOP, PHONE = (1200, 1000), (390, 844)
WEIGHTS = "models/toy/onnx/model.onnx"
# Errors that nobody catches, with the visitor's words in them; in a file of the site, since browsers tell a page
# nothing of errors in scripts of others, such as a test's.
UNCAUGHT = """
const { words } = document.body.dataset;
setTimeout(() => { throw Object.assign(new RangeError(`cannot read "${words}"`), { words }); });
setTimeout(() => { throw words; });
Promise.reject(new TypeError(encodeURIComponent(words)));
"""
RUN_UNCAUGHT = """
document.body.dataset.words = arguments[0];
document.body.append(Object.assign(document.createElement("script"), { src: "test/uncaught.js" }));
await new Promise((resolve) => setTimeout(resolve, 500));
"""


@pytest.fixture(scope="module")
def analytics_app(tmp_path_factory) -> Iterator[tuple[Path, Endpoint]]:
    """The app of a site that has an endpoint, and the endpoint."""
    endpoint = Endpoint()
    folder = tmp_path_factory.mktemp("analytics")
    yield deployed(folder, analytics={"endpoint": endpoint.url, "domain": "odin.example"}), endpoint
    endpoint.close()


@pytest.fixture
def analytics_site(analytics_app, toy_export, tmp_path) -> Iterator[Site]:
    (tmp_path / "uncaught.js").write_text(UNCAUGHT)
    with Site({"": analytics_app[0], "models/toy/": toy_export, "test/": tmp_path}) as site:
        yield site


@pytest.fixture
def endpoint(analytics_app) -> Endpoint:
    endpoint = analytics_app[1]
    endpoint.posts.clear()
    endpoint.others.clear()
    endpoint.status = 202
    return endpoint


def bodies(visitor: Visitor) -> list[str]:
    """What the page shows as waiting."""
    visitor.go("about")
    return visitor.page.eval("return [...document.querySelectorAll('#share pre')].map((pre) => pre.textContent);")


def events(shown: list[str]) -> list[dict]:
    return [json.loads(body) for body in shown]


def switch_on(visitor: Visitor) -> None:
    visitor.go("about")
    visitor.click("#share-on")
    visitor.wait(lambda: visitor.all("#share-send"))


def use_everything(visitor: Visitor, site: Site) -> None:
    """Every mode, an answer in three of them, a model that fails, and errors that nobody catches."""
    site.fail(WEIGHTS, status=404)
    visitor.page.eval("await caches.delete('odin-llm');")
    visitor.load()
    assert "404" in visitor.error
    site.heal()
    for mode in MODES:
        visitor.go(mode)
        if mode == "chat":
            visitor.ask(SECRET)
        if mode == "maths":
            visitor.paste("#prompt", SECRET)
            visitor.click("#solve")
            visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"), 120)
        if mode == "code":
            visitor.click("#examples button")
            visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"), 120)
    visitor.page.eval(RUN_UNCAUGHT, SECRET)


def test_a_site_without_an_endpoint_says_so(tab, site):
    visitor = Visitor(tab, site.url, "about")
    assert "nowhere to send anything" in visitor.text("#share")
    assert not visitor.all("#share input")
    assert "nothing is sent." in visitor.text("footer")


@ENGINES
def test_nothing_is_sent_before_the_press(engine_page, analytics_site, endpoint):
    visitor = Visitor(engine_page, analytics_site.url)
    # A cookie knows no port, so the endpoint would be sent it.
    visitor.page.eval("document.cookie = 'who=annabelle';")
    use_everything(visitor, analytics_site)
    assert not visitor.find("#share-on").get_property("checked"), "off until it is switched on"
    assert bodies(visitor) == []
    assert visitor.page.eval("return localStorage.getItem('odin.share');") is None
    assert "nothing is sent." in visitor.text("footer")

    visitor = Visitor(engine_page, analytics_site.url, query=f"{TOY}&again")
    switch_on(visitor)
    assert "but the statistics that you send yourself" in visitor.text("footer")
    assert [event["name"] for event in events(bodies(visitor))] == ["pageview"]
    use_everything(visitor, analytics_site)
    assert (endpoint.posts, endpoint.others) == ([], []), "nothing is sent before the press"

    shown = bodies(visitor)
    told = events(shown)
    assert {event["url"].split("#/")[1] for event in told if event["name"] == "pageview"} == set(MODES)
    assert [event["props"]["mode"] for event in told if event["name"] == "Answer"] == ["chat", "maths", "code"]
    loaded = [event["props"] for event in told if event["name"] == "Model loaded"]
    assert [(one["model"], one["device"], one["dtype"], one["variant"]) for one in loaded] == [
        ("toy", "wasm", "fp32", "none")
    ]
    errors = [event["props"] for event in told if event["name"] == "Error"]
    assert len(errors) == 4
    missing = "A file of the model is not there: onnx/model.onnx, status 404. [redacted]"
    assert (errors[0]["code"], errors[0]["message"]) == ("not-found", missing)
    assert {error["message"] for error in errors[1:]} == {
        "RangeError: [redacted]",
        "TypeError: [redacted]",
        "no error object: [redacted]",
    }
    for event in told:
        assert event.keys() == {"name", "url", "domain", "hashMode", "props"}
        assert event["domain"] == "odin.example" and event["url"].startswith("https://odin.example/#/")
    everything = "".join(shown).lower()
    for word in (*SECRET.lower().split(), "127.0.0.1", "models/toy", "2026"):
        assert word not in everything, word

    visitor.click("#share-send")
    visitor.wait(lambda: "Thank you" in visitor.text("#share-said"))
    assert [post.body.decode() for post in endpoint.posts] == shown
    assert bodies(visitor) == [] and endpoint.others == []
    for post in endpoint.posts:
        assert post.path == "/api/event"
        assert post.headers["content-type"] == "text/plain"
        assert not {"cookie", "referer", "authorization"} & post.headers.keys()
    assert {request.method for request in analytics_site.log} == {"GET"}


def test_a_failed_sending_keeps_the_list(tab, analytics_site, endpoint):
    visitor = Visitor(tab, analytics_site.url, "about")
    switch_on(visitor)
    shown = bodies(visitor)
    endpoint.status = 500
    visitor.click("#share-send")
    visitor.wait(lambda: "answered 500" in visitor.text("#share-said"))
    assert bodies(visitor) == shown
    endpoint.status = 202
    endpoint.posts.clear()
    visitor.click("#share-send")
    visitor.wait(lambda: "1 event sent" in visitor.text("#share-said"))
    assert [post.body.decode() for post in endpoint.posts] == shown


def test_it_is_forgotten(tab, analytics_site, endpoint):
    """Thrown away, switched off, with the visit, and with everything else."""
    visitor = Visitor(tab, analytics_site.url, "about")
    switch_on(visitor)
    visitor.go("maths")
    assert len(bodies(visitor)) == 3
    visitor.click("#share-clear")
    assert bodies(visitor) == []
    assert "Nothing was sent" in visitor.text("#share-said")

    visitor.go("maths")
    visitor.driver.refresh()
    visitor.wait(lambda: visitor.mode == "maths")
    told = events(bodies(visitor))
    assert [event["url"].split("#/")[1] for event in told] == ["maths", "about"], "of this visit, and still on"

    visitor.click("#share-on")
    visitor.wait(lambda: not visitor.all("#share-send"))
    visitor.go("maths")
    switch_on(visitor)
    assert len(bodies(visitor)) == 1, "what was before is gone"

    visitor.wait(lambda: visitor.all("#storage[data-state=ready]"))
    visitor.click("#delete-all")
    visitor.click("#delete-confirm")
    visitor.wait(lambda: visitor.all("#start-again"))
    assert visitor.text("#storage-said") == "Everything was deleted."
    assert not visitor.find("#share-on").get_property("checked")
    assert visitor.page.eval("return Object.keys(localStorage);") == []
    assert endpoint.posts == []


def test_by_keyboard_and_without_barriers(tab, analytics_site, endpoint):
    """From the switch to the sending with keys alone; axe finds nothing on the way, in any scheme and width."""
    visitor = Visitor(tab, analytics_site.url, "about")
    found = []
    try:
        visitor.find("#share-on").send_keys(" ")
        visitor.wait(lambda: visitor.all("#share-send"))
        for size in (DESKTOP, PHONE):
            visitor.driver.set_window_size(*size)
            for scheme in ("light", "dark"):
                visitor.page.eval("document.documentElement.dataset.scheme = arguments[0];", scheme)
                found += violations(visitor.page)
            assert visitor.page.eval("return document.documentElement.scrollWidth <= innerWidth;")
        visitor.find("#share-send").send_keys("\n")
        visitor.wait(lambda: "Thank you" in visitor.text("#share-said"))
        assert visitor.page.eval("return document.activeElement.id;") == "share-send", "the focus stays"
        found += violations(visitor.page)
    finally:
        visitor.driver.set_window_size(*DESKTOP)
    assert found == []
    assert len(endpoint.posts) == 1


def test_the_policy_lets_only_the_endpoint_in(tab, analytics_site, endpoint, app):
    host = endpoint.host.encode()
    assert host not in (app / "index.html").read_bytes()
    visitor = Visitor(tab, analytics_site.url, "about")
    attempt = "return await fetch(arguments[0], { mode: 'no-cors' }).then(() => 'sent', () => 'refused');"
    other = Endpoint()
    assert visitor.page.eval(attempt, other.url) == "refused"
    other.close()
    assert (other.posts, other.others) == ([], [])
    assert visitor.page.eval(attempt.replace("no-cors", "cors"), endpoint.url) == "sent"
