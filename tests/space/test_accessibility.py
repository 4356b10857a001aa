"""axe-core over the app in every engine: modes, errors and answers, light and dark, wide and narrow."""

import pytest

from tests.space.axe import violations
from tests.space.visitor import MODES, Visitor


# Firefox makes no window narrower than 500 pixels, WebKitGTK none below 447; the layout for phones begins at 800.
DESKTOP, PHONE = (1200, 1000), (390, 844)
NANO = "model=models/odin-nano/&device=wasm"
WEIGHTS = "models/toy/onnx/model.onnx"
# Twice, as the click before may have begun to scroll elsewhere.
TO_THE_END = """
for (let i = 0; i < 2; i++) {
  scrollTo(0, document.documentElement.scrollHeight);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


@pytest.fixture
def query(app) -> str:
    """The released model where it is exported: it answers in words, with calculations, in programs."""
    return NANO if (app / "models" / "odin-nano").is_dir() else "model=models/toy/&device=wasm"


@pytest.fixture
def chromium_visitor(browsers, site, query):
    """In Chromium, whose window is put right afterwards."""
    browser = browsers("chromium")
    page = browser.new_tab()
    yield Visitor(page, site.url, query=query)
    page.driver.set_window_size(*DESKTOP)
    browser.close_tabs()


def choose_scheme(visitor: Visitor, scheme: str) -> None:
    for _ in range(3):
        if visitor.find("html").get_attribute("data-scheme") == scheme:
            return
        visitor.click("#scheme")
    raise AssertionError(f"the button never came to {scheme}")


def widen(visitor: Visitor, size: tuple[int, int]) -> None:
    visitor.driver.set_window_size(*size)
    visitor.wait(lambda: abs(visitor.page.eval("return innerWidth;") - size[0]) < 130)


def show_answer(visitor: Visitor, mode: str) -> None:
    """Has the first example of a mode answered."""
    visitor.go(mode)
    visitor.click("#examples button")
    visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"), seconds=120)


class Examination:
    """Violations of all that was looked at, each with where it was."""

    def __init__(self, visitor: Visitor):
        self.visitor = visitor
        self.found: list[str] = []
        self.places = 0

    def look(self, what: str) -> None:
        self.places += 1
        if self.visitor.mode == "chat":  # where answers end; further up, the message box lies over some of the text
            self.visitor.page.eval(TO_THE_END)
        self.found += [f"{what}: {violation}" for violation in violations(self.visitor.page)]

    def look_in_both_schemes(self, what: str) -> None:
        for scheme in ("light", "dark"):
            choose_scheme(self.visitor, scheme)
            self.look(f"{what}, {scheme}")


def test_axe_finds_nothing(engine_page, site, query):
    """Every mode as it opens and with an answer, and what errors look like; light and dark, wide and narrow."""
    visitor = Visitor(engine_page, site.url, query=query)
    seen = Examination(visitor)
    for size in (DESKTOP, PHONE):
        widen(visitor, size)
        for mode in MODES:
            visitor.go(mode)
            seen.look_in_both_schemes(f"{mode} as it opens, {size[0]} wide")
    for mode in ("chat", "maths", "code"):
        show_answer(visitor, mode)
    for size in (DESKTOP, PHONE):
        widen(visitor, size)
        for mode in ("chat", "maths", "code", "dashboard", "about"):
            visitor.go(mode)
            visitor.page.eval("for (const part of document.querySelectorAll('main details')) part.open = true;")
            seen.look_in_both_schemes(f"{mode} after answers, {size[0]} wide")
    widen(visitor, DESKTOP)
    assert seen.places == 48
    assert not seen.found, "\n".join(dict.fromkeys(seen.found))


def test_axe_finds_nothing_in_errors(engine_page, site):
    site.fail(WEIGHTS, status=404)
    visitor = Visitor(engine_page, site.url, query="model=models/toy/&device=wasm&dtype=fp32")
    visitor.page.eval("await caches.delete('odin-llm');")
    seen = Examination(visitor)
    visitor.click("#load")
    visitor.wait(lambda: visitor.error)
    seen.look_in_both_schemes("a model that is missing")
    for mode in ("chat", "maths", "code"):
        visitor.go(mode)
        visitor.click("#examples button")
        visitor.wait(lambda: visitor.all("main [role=alert]"))
        seen.look_in_both_schemes(f"{mode} with an error")
    assert not seen.found, "\n".join(dict.fromkeys(seen.found))


def test_axe_would_find_something(chromium_visitor):
    """So that the silence above means something: a nameless button, and grey words on grey."""
    chromium_visitor.page.eval(
        """
const main = document.querySelector("main");
const button = main.appendChild(document.createElement("button"));
const words = main.appendChild(document.createElement("p"));
words.textContent = "Hardly to be read";
words.style.color = "#999";
words.style.background = "#aaa";"""
    )
    found = violations(chromium_visitor.page)
    assert {line.split(":")[0] for line in found} == {"button-name", "color-contrast"}
