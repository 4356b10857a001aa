"""The Content-Security-Policy: the whole app works under it, and nothing else does."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.space.server import Site
from tests.space.visitor import MODES, Visitor


POLICY = re.compile(rb"<meta\s+http-equiv=\"Content-Security-Policy\"[^>]*>", re.DOTALL)
WATCH = Path(__file__).with_name("watch.js")
# Python is a large download for a loaded machine.
PATIENCE = 240
# What loads from the other site, by the last part of its address.
OUTWARD = {"fetch", "beacon", "image.svg", "script.js", "style.css", "frame.html", "form"}


@pytest.fixture
def watched_site(app, tmp_path, request) -> Iterator[Site]:
    """The app, with a script that notes what goes wrong before any other script of the page."""
    shutil.copy(WATCH, tmp_path / "watch.js")
    page = (app / "index.html").read_bytes()
    with Site({"": app, "test/": tmp_path}) as site:
        site.fail("", replace=watched(page))
        yield site


@pytest.fixture
def other_site(tmp_path) -> Iterator[Site]:
    """Another site, that is another port, with something at every address that the page tries."""
    folder = tmp_path / "stolen"
    folder.mkdir()
    for name in OUTWARD:
        (folder / name).write_text('<svg xmlns="http://www.w3.org/2000/svg"/>' if name.endswith("svg") else "")
    with Site(tmp_path, isolated=False) as site:
        yield site


def watched(page: bytes) -> bytes:
    before, policy, after = page.partition(POLICY.search(page).group())
    assert policy, "the page should have a policy"
    return before + policy + b'<script src="./test/watch.js"></script>' + after


def complaints(visitor: Visitor) -> dict[str, list[str]]:
    return visitor.page.eval("return window.watched;")


def test_a_visit_breaks_no_rule(engine_page, watched_site):
    """Every mode, with answers, tests run by Python, measurements begun; all of it from the page's own address."""
    driver = engine_page.driver
    chromium = engine_page.browser.engine == "chromium"
    if chromium:
        driver.get_log("browser")
    visitor = Visitor(engine_page, watched_site.url)
    visitor.load()
    for mode in MODES:
        visitor.go(mode)
        if mode in ("chat", "maths", "code"):
            visitor.click("#examples button")
            visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"), PATIENCE)
        if mode == "code":
            visitor.click("#run")
            visitor.wait(lambda: visitor.all("#results") or visitor.error, PATIENCE)
            assert not visitor.error
        if mode == "benchmark":
            visitor.click("#start-benchmark")
            visitor.wait(lambda: visitor.all("#benchmark-progress"))
            visitor.click("#cancel-benchmark")
        assert complaints(visitor) == {"violations": [], "errors": []}, mode
    fetched = visitor.page.eval("return performance.getEntriesByType('resource').map(({ name }) => name);")
    assert len(fetched) > 10
    own = (watched_site.url, f"blob:{watched_site.url}", "data:")
    assert [url for url in fetched if not url.startswith(own)] == []
    assert {request.method for request in watched_site.log} == {"GET"}, "nothing is sent"
    assert [request.path for request in watched_site.log if request.status >= 400] == []
    if chromium:
        assert [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_nothing_else_works(engine_page, watched_site, other_site):
    """Neither what hostile text would try, nor a way to another site. Without isolation, which would refuse some of it
    by itself."""
    watched_site.serve(isolated=False)
    visitor = Visitor(engine_page, watched_site.url, mode="about")
    worked = visitor.page.eval("return await window.attempt(arguments[0]);", other_site.url)
    assert [name for name, did in worked.items() if did] == []
    assert other_site.log == [], "no word reaches another site"
    assert visitor.mode == "about", "the page is where it was"
    directives = {violation.split(":")[0] for violation in complaints(visitor)["violations"]}
    assert {"connect-src", "img-src", "frame-src"} <= directives


def test_without_the_policy_it_would(browsers, watched_site, other_site, app):
    """So that the refusals above are the policy's."""
    watched_site.serve(isolated=False)
    page = watched((app / "index.html").read_bytes())
    watched_site.fail("", replace=POLICY.sub(b"", page))
    visitor = Visitor(browsers("chromium").new_tab(), watched_site.url, mode="about")
    worked = visitor.page.eval("return await window.attempt(arguments[0]);", other_site.url)
    assert [name for name, did in worked.items() if did is False] == []
    assert {request.path.removeprefix("stolen/") for request in other_site.log} == OUTWARD
    assert {request.method for request in other_site.log} == {"GET", "POST"}
