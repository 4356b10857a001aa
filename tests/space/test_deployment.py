"""The app on one site with its model on another: it loads and answers, and a third site stays out of reach."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from export.reference import build_reference
from tests.space.conftest import SPACE
from tests.space.deployed import deployed
from tests.space.references import QUESTION, reference
from tests.space.server import Site
from tests.space.visitor import Visitor


POLICY = re.compile(r"http-equiv=\"Content-Security-Policy\"\s+content=\"([^\"]*)\"")
QUERY = "dtype=fp32&device=wasm"
ORT = {"ort/ort-wasm-simd-threaded.wasm", "ort/ort-wasm-simd-threaded.mjs"}
ENGINES = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)


def policy(page: Path) -> str:
    return POLICY.search(page.read_text())[1]


@pytest.fixture(scope="module")
def models_of_site(toy_export, tmp_path_factory) -> Iterator[Site]:
    """Another site, with the toy in `store/toy/` and once more outside of the folder that the app may load from."""
    folder = tmp_path_factory.mktemp("models")
    for place in ("store/toy", "outside/toy"):
        shutil.copytree(toy_export, folder / place)
    with Site(folder, isolated=False) as site:
        yield site


@pytest.fixture
def models(models_of_site) -> Site:
    models_of_site.heal()
    models_of_site.serve(shared=True)
    models_of_site.forget()
    return models_of_site


@pytest.fixture(scope="module")
def remote_app(models_of_site, toy_folder, tmp_path_factory) -> dict[str, Path]:
    """The folders of a site that has no model of its own but the reference transformer."""
    folder = tmp_path_factory.mktemp("remote")
    page = deployed(folder, models=f"{models_of_site.url}store/", model="toy")
    build_reference(toy_folder, folder / "reference")
    return {"": page, "models/reference-toy/": folder / "reference"}


@pytest.fixture
def remote_site(remote_app) -> Iterator[Site]:
    with Site(remote_app) as site:
        yield site


@ENGINES
def test_a_model_of_another_site(engine_page, remote_site, models, toy_folder):
    visitor = Visitor(engine_page, remote_site.url, query=QUERY)
    host = models.url.split("/")[2]
    assert f"comes from {host}" in visitor.text("#status")
    assert models.log == [], "nothing is fetched unasked"
    visitor.load()
    assert visitor.state == "ready", visitor.error
    assert visitor.page.eval("return crossOriginIsolated;") is True
    assert visitor.text("#status").startswith("toy is ready")
    record = visitor.ask(QUESTION)
    prompt, expected = reference(toy_folder, QUESTION, 512)
    assert record["tokens"] == expected
    assert {request.path.split("/")[0] for request in models.log} == {"store"}
    assert not any(request.path.startswith("models/") for request in remote_site.log)

    visitor.go("about")
    assert host in visitor.text("#this-device")
    visitor.wait(lambda: visitor.all("#storage[data-state=ready] [data-delete-model]"))
    card = visitor.wait(lambda: visitor.all("#card a"))[0]
    assert card.get_attribute("href") == f"{models.url}store/toy/README.md"
    visitor.click("[data-delete-model]")
    visitor.wait(lambda: not visitor.all("[data-delete-model]"))
    assert visitor.page.eval("return (await (await caches.open('odin-llm')).keys()).length;") == 0


def test_it_works_with_both_sites_gone(tab, remote_site, models):
    visitor = Visitor(tab, remote_site.url, query=QUERY)
    visitor.load()
    first = visitor.ask(QUESTION)
    visitor.wait(lambda: visitor.page.eval("return navigator.serviceWorker.controller?.state === 'activated';"))
    kept = """
const names = (await caches.keys()).filter((name) => name.startsWith("odin-files-"));
const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
return keys.flat().map(({ url }) => new URL(url).pathname.slice(1));"""
    visitor.wait(lambda: set(visitor.page.eval(kept)) >= ORT)
    remote_site.kill()
    models.kill()
    try:
        again = Visitor(tab.new_tab(), remote_site.url, query=f"{QUERY}&again=1")
        again.load()
        assert again.state == "ready", again.error
        assert again.ask(QUESTION)["tokens"] == first["tokens"]
    finally:
        models.start()


def test_benchmark_and_comparison(tab, remote_site, models):
    """What measures loads the model from the other site, and the transformer from the page's own."""
    visitor = Visitor(tab, remote_site.url, "benchmark", query=QUERY)
    visitor.wait(lambda: visitor.all("#start-benchmark"))
    visitor.click("[name=choice][value=quick]")
    visitor.click("#start-benchmark")
    visitor.wait(lambda: visitor.all("#benchmark-progress"))
    visitor.wait(lambda: visitor.all("#start-benchmark"), 120)
    assert "complete" in visitor.text("main") and not visitor.all("#failed-runs")
    visitor.go("dashboard")
    visitor.click("#length option[value=quick]")
    visitor.click("#measure")
    visitor.wait(lambda: visitor.find("#versus").get_attribute("data-state") in ("measured", "failed"), 180)
    assert visitor.find("#versus").get_attribute("data-state") == "measured", visitor.text("#verdict")
    references = {request.path for request in remote_site.log if "reference" in request.path}
    assert "models/reference-toy/onnx/model_quantized.onnx" in references
    assert not any("reference" in request.path for request in models.log)


@ENGINES
def test_other_sites_are_refused(engine_page, remote_site, models):
    """By the page, which says so before anything is pressed, and by the policy, for what is no model."""
    visitor = None
    for address in (f"{models.url}outside/toy/", f"{models.url}store/../outside/toy/", "https://example.org/m/"):
        visitor = Visitor(engine_page, remote_site.url, query=f"{QUERY}&model={address}")
        refused(visitor, f"from its own address and from {models.url}store/ only, not from {address}")
    assert models.log == []

    attempt = "return await fetch(arguments[0]).then(({ status }) => status, () => 'refused');"
    with Site(models._folders[""], isolated=False) as third:
        third.serve(shared=True)
        assert visitor.page.eval(attempt, f"{third.url}store/toy/config.json") == "refused"
        assert third.log == []
    assert visitor.page.eval(attempt, f"{models.url}store/toy/config.json") == 200


def refused(visitor: Visitor, words: str) -> None:
    assert words in visitor.error
    visitor.click("#load")
    visitor.wait(lambda: visitor.state == "idle" and words in visitor.error)
    visitor.go("about")
    assert "has no card" in visitor.wait(lambda: visitor.all(".measured h2") and visitor.text(".measured"))


def test_a_site_that_lets_no_other_read_it(tab, remote_site, models):
    models.serve(shared=False)
    visitor = Visitor(tab, remote_site.url, query=QUERY)
    visitor.page.eval("await caches.delete('odin-llm');")
    visitor.load()
    assert "could not be reached" in visitor.error
    models.serve(shared=True)
    visitor.load()
    assert visitor.state == "ready"


def test_the_policy_names_the_other_sites_and_nothing_more(app, remote_app, models):
    committed = policy(SPACE / "index.html")
    assert policy(app / "index.html") == committed
    origin = models.url.rstrip("/")
    assert policy(remote_app[""] / "index.html") == committed.replace(
        "connect-src 'self'", f"connect-src 'self' {origin}"
    )


def test_a_bad_deployment_stops_the_build(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        deployed(tmp_path, modles="models/")
    assert not (tmp_path / "dist").exists()
