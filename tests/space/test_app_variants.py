"""A model that comes in variants: drawn in the browser, kept there, told to nobody, and shown."""

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.space.references import QUESTION
from tests.space.server import Site
from tests.space.visitor import Visitor


NAMES = {"a", "b"}
QUERY = "model=models/ab/&dtype=fp32&device=wasm"
KEPT = "return localStorage.getItem('odin.visitor');"


@pytest.fixture
def ab_site(app, toy_export, tmp_path) -> Iterator[Site]:
    """A site with an experiment of two variants, both of which are the toy."""
    variants = [{"name": name, "weight": 1, "path": f"../toy-{name}/"} for name in sorted(NAMES)]
    experiment = tmp_path / "ab"
    experiment.mkdir()
    manifest = {"format": 1, "model": "toy-ab", "version": "1.0.0", "experiment": "ab", "variants": variants}
    (experiment / "manifest.json").write_text(json.dumps(manifest))
    folders = {"": app, "models/ab/": experiment}
    for name in NAMES:
        shutil.copytree(toy_export, tmp_path / name)
        folders[f"models/toy-{name}/"] = tmp_path / name
    with Site(folders) as site:
        yield site


def variant(visitor: Visitor) -> str:
    """Which one was loaded, by all that the page says of it."""
    visitor.load()
    record = visitor.ask(QUESTION)
    assert record["variant"]["experiment"] == "ab"
    name = record["variant"]["name"]
    assert f"(variant {name})" in visitor.text("#status")
    return name


def test_a_variant_is_drawn_once(tab, ab_site):
    visitor = Visitor(tab, ab_site.url, query=QUERY)
    assert visitor.page.eval(KEPT) is None, "nothing is kept before there is anything to keep it for"
    first = variant(visitor)
    kept = json.loads(visitor.page.eval(KEPT))
    assert first in NAMES and len(kept) == 32
    for again in range(2):
        visitor = Visitor(tab, ab_site.url, query=f"{QUERY}&again={again}")
        assert variant(visitor) == first
    visitor.go("about")
    assert "sends nowhere" in visitor.text("#variant")
    visitor.go("dashboard")
    visitor.wait(lambda: "B" in visitor.text("#model-bytes"))
    other = next(iter(NAMES - {first}))
    visitor = Visitor(tab, ab_site.url, query=f"{QUERY}&variant={other}")
    assert variant(visitor) == other
    assert json.loads(visitor.page.eval(KEPT)) == kept, "the address chooses for one visit"
    assert variant(Visitor(tab, ab_site.url, query=f"{QUERY}&again=3")) == first
    fetched = visitor.page.eval("return performance.getEntriesByType('resource').map(({ name }) => name);")
    assert not any(kept in address for address in [*fetched, *(request.path for request in ab_site.log)])


def test_visitors_are_shared_out(tab, ab_site):
    """Each of some visitors gets the variant that its string draws, and both variants are drawn."""
    drawn = set()
    for number in range(12):
        visitor = Visitor(tab, ab_site.url, query=f"{QUERY}&visit={number}")
        visitor.page.eval("localStorage.setItem('odin.visitor', JSON.stringify(arguments[0]));", f"{number:032x}")
        visitor = Visitor(tab, ab_site.url, query=f"{QUERY}&visit={number}a")
        visitor.load()
        drawn.add(visitor.text("#status").split("(variant ")[1][0])
        if drawn == NAMES:
            return
    raise AssertionError(f"twelve visitors got {drawn} only")


def test_an_unknown_variant_and_one_where_there_are_none(tab, ab_site):
    visitor = Visitor(tab, ab_site.url, query=f"{QUERY}&variant=c")
    visitor.load()
    assert "'c'" in visitor.error and "'a'" in visitor.error
    visitor = Visitor(tab, ab_site.url, query="model=models/toy/&dtype=fp32&device=wasm&variant=a")
    visitor.load()
    assert "variant" in visitor.error


def test_nothing_is_kept_for_a_model_without_variants(tab, ab_site):
    visitor = Visitor(tab, ab_site.url)
    visitor.load()
    assert "variant" not in visitor.text("#status")
    assert visitor.page.eval(KEPT) is None


def test_it_goes_with_everything_else(tab, ab_site):
    visitor = Visitor(tab, ab_site.url, query=QUERY)
    variant(visitor)
    visitor.go("about")
    visitor.wait(lambda: visitor.all("#storage[data-state=ready]"))
    visitor.click("#delete-all")
    visitor.click("#delete-confirm")
    visitor.wait(lambda: visitor.all("#start-again"))
    assert visitor.text("#storage-said") == "Everything was deleted."
    assert visitor.page.eval("return Object.keys(localStorage);") == []
