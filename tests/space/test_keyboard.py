"""The app without a mouse, enlarged, and without movement."""

from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.space.visitor import MODES, Visitor


DESKTOP = (1200, 1000)
REDUCED_MOTION = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
MOST_TABS = 150
NAMED_ROLES = {"button", "link", "textbox", "spinbutton", "checkbox", "radio", "combobox", "listbox", "slider", "tab",
               "switch", "progressbar", "meter", "img", "region", "DisclosureTriangle"}  # fmt: skip

KEYBOARD = Path(__file__).with_name("keyboard.js").read_text()


@pytest.fixture
def visitor(browsers, site):
    """In Chromium, without movement."""
    browser = browsers("chromium")
    page = browser.new_tab()
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", REDUCED_MOTION)
    page.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})  # one tab of several
    yield Visitor(page, site.url)
    page.driver.set_window_size(*DESKTOP)
    browser.close_tabs()


def press(visitor: Visitor, *keys: str) -> None:
    ActionChains(visitor.driver, duration=0).send_keys(*keys).perform()


def focused(visitor: Visitor):
    return visitor.page.eval("return await window.keyboard.focused();")


def walk(visitor: Visitor) -> list[dict]:
    """Presses Tab from the top of the page until the focus has left it at its end; what had the focus, in order."""
    visitor.page.eval("document.activeElement?.blur(); scrollTo(0, 0); getSelection().removeAllRanges();")
    # The page's first element is where the keyboard begins after the address bar.
    visitor.page.eval("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex');")
    stops: list[dict] = []
    for _ in range(MOST_TABS):
        press(visitor, Keys.TAB)
        here = focused(visitor)
        if here is None or (stops and here["number"] == stops[0]["number"]):
            return stops
        stops.append(here)
    raise AssertionError(f"Tab does not leave the page; the last of {len(stops)} stops: {stops[-4:]}")


def open_all(visitor: Visitor) -> None:
    visitor.page.eval("for (const part of document.querySelectorAll('main details')) part.open = true;")


@pytest.mark.parametrize("mode", MODES)
def test_tab_reaches_everything(visitor, mode):
    """In an order that reads like the page, the focus in sight and to be seen, and out of the page at its end."""
    visitor.page.eval(KEYBOARD)
    visitor.load()
    visitor.go(mode)
    open_all(visitor)
    stops = walk(visitor)
    reached = {stop["number"] for stop in stops}
    wanted = visitor.page.eval("return window.keyboard.reachable();")
    assert [control["name"] for control in wanted if control["number"] not in reached] == []
    assert [stop["name"] for stop in stops if not stop["visible"]] == [], "the focus cannot be seen"
    assert [stop["name"] for stop in stops if not stop["inView"] or stop["covered"]] == [], "out of sight, or covered"
    assert stops[0]["name"].startswith('a "Skip to the content"')


@pytest.mark.parametrize("mode", MODES)
def test_everything_has_a_name(visitor, mode):
    """In the tree that screen readers are given."""
    visitor.load()
    visitor.go(mode)
    open_all(visitor)
    nodes = visitor.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    shown = [node for node in nodes if not node.get("ignored") and node.get("role", {}).get("value") in NAMED_ROLES]
    assert len(shown) > 10
    assert [node for node in shown if not node.get("name", {}).get("value", "").strip()] == []


def test_a_visit_by_keyboard(visitor):
    """Skip, ask, stop, open the record, change the mode: all by keys."""
    visitor.page.eval(KEYBOARD)
    press(visitor, Keys.TAB)
    assert focused(visitor)["name"] == 'a "Skip to the content"'
    press(visitor, Keys.ENTER)
    assert visitor.page.eval("return document.activeElement.id;") == "main"
    press(visitor, Keys.TAB)
    assert focused(visitor)["name"].startswith("button"), "it goes on in the content"

    visitor.find("#prompt").send_keys("Tom has 12 apples", Keys.SHIFT + Keys.ENTER)
    visitor.find("#prompt").send_keys("and 3 pears", Keys.ENTER)
    visitor.wait(lambda: visitor.state == "answering")
    assert visitor.text("#turns > li:first-child p") == "Tom has 12 apples\nand 3 pears"
    assert visitor.text("#announce") == "ODIN is answering."
    press(visitor, Keys.TAB)
    assert visitor.page.eval("return document.activeElement.id;") == "stop"
    press(visitor, Keys.SPACE)
    visitor.answered(0)
    assert visitor.text("#announce") == "The answer has stopped."

    visitor.find("#prompt").send_keys(Keys.ESCAPE)
    press(visitor, Keys.TAB)
    assert focused(visitor)["name"].startswith("button#send")

    visitor.find('nav a[href="#/about"]').send_keys(Keys.ENTER)
    visitor.wait(lambda: visitor.mode == "about")
    assert visitor.page.eval("return document.activeElement.id;") == "main", "the focus goes on in the new mode"


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_sticks_out(visitor, width):
    """At 320 pixels (1280 enlarged four times), and with text of twice the size; also with an answer."""
    visitor.driver.set_window_size(width, 800)
    if width > 320:
        visitor.driver.execute_cdp_cmd("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        assert visitor.page.eval("return getComputedStyle(document.body).fontSize;") == "32px"
    visitor.click("#examples button")
    visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"))
    for mode in MODES:
        visitor.go(mode)
        open_all(visitor)
        page, room = visitor.page.eval("return [document.documentElement.scrollWidth, innerWidth];")
        assert page <= room, (mode, visitor.page.eval(WIDER))


WIDER = """
return [...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > innerWidth)
  .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
"""
MOVING = "return document.getAnimations().filter((a) => a.playState === 'running').map((a) => a.animationName);"


def test_nothing_moves_for_who_wants_that(visitor):
    """The cursor of a growing answer blinks, and stands for those who asked their system for less movement."""
    visitor.find("#prompt").send_keys("Tom has 12 apples", Keys.ENTER)
    visitor.wait(lambda: visitor.all(".growing"))
    assert visitor.page.eval(MOVING) == []
    visitor.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert visitor.wait(lambda: visitor.page.eval(MOVING))
