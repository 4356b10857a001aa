"""The app in a browser, used as a visitor uses it."""

import json
import time
from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webelement import WebElement

from tests.space.browsers import Page


MODES = ("chat", "maths", "code", "teach", "dashboard", "benchmark", "about")
TOY = "model=models/toy/&dtype=fp32&device=wasm"

# From now on: how far anything is moved, but for half a second after a visitor's action. Chromium alone tells.
WATCH_SHIFTS = """
window.shifts = [];
if (PerformanceObserver.supportedEntryTypes.includes("layout-shift")) {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
  }).observe({ type: "layout-shift" });
}
"""


class Visitor:
    """A tab on the app at `url`, in a mode; `query` chooses the model."""

    def __init__(self, page: Page, url: str, mode: str = "chat", query: str = TOY):
        self.page = page
        page.goto(f"{url}?{query}#/{mode}")
        self.wait(lambda: self.mode == mode)

    @property
    def driver(self):
        return self.page.driver

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements("css selector", selector)

    def text(self, selector: str) -> str:
        return self.find(selector).get_property("textContent")

    def click(self, selector: str) -> None:
        """Scrolls there, as a visitor does, and presses; what covers it for a moment is waited for."""
        for attempt in range(5):
            element = self.find(selector)
            self.driver.execute_script("arguments[0].scrollIntoView({ block: 'center' })", element)
            try:
                return element.click()
            except (
                ElementClickInterceptedException,
                ElementNotInteractableException,
                StaleElementReferenceException,
            ):
                if attempt == 4:
                    raise
                time.sleep(0.2)

    @property
    def state(self) -> str:
        """`idle`, `loading`, `ready` or `answering`."""
        return self.driver.execute_script("return document.body.dataset.state")

    @property
    def mode(self) -> str:
        return self.driver.execute_script("return document.body.dataset.mode")

    @property
    def error(self) -> str:
        """The words of the first error on the page, empty when there is none."""
        return self.driver.execute_script("return document.querySelector('[role=alert]')?.textContent ?? ''")

    def wait(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """The first value of `condition()` that is true."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s, state {self.state}: {self.error or 'no error shown'}")
            time.sleep(0.03)
        return value

    def go(self, mode: str) -> None:
        """Presses the mode's name in the navigation and waits for its page."""
        self.click(f'nav a[href="#/{mode}"]')
        self.wait(lambda: self.mode == mode and not self.all("main .waiting"))

    def paste(self, selector: str, text: str) -> None:
        """Sets a field at once, as pasting does: typing 100,000 characters by key strokes would take minutes."""
        self.page.eval(
            """
const [selector, text] = arguments;
const field = document.querySelector(selector);
field.focus();
field.value = text;
field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));""",
            selector,
            text,
        )

    def copied(self) -> str:
        """The text on the clipboard, which Chromium alone lets a test read."""
        permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": permissions})
        return self.page.eval("return await navigator.clipboard.readText();")

    def load(self) -> None:
        self.click("#load")
        self.wait(lambda: self.state == "ready" or self.error)

    # Chat

    def ask(self, question: str) -> dict:
        """Asks in the chat and waits for the end of the answer; returns its record."""
        before = len(self.answers())
        self.paste("#prompt", question)
        self.click("#send")
        return self.answered(before)

    def answers(self) -> list[WebElement]:
        return self.all("#turns [data-role=assistant]")

    def answered(self, before: int) -> dict:
        """Waits until there are more than `before` answers; returns the last one's record."""
        self.wait(lambda: len(self.answers()) > before)
        assert not self.error, self.error
        return self.record("#turns > li:last-child")

    def record(self, within: str) -> dict:
        """The record below an answer, read where a visitor reads it."""
        details = f"{within} details.record"
        if not self.find(details).get_property("open"):
            self.click(f"{details} > summary")
        return json.loads(self.wait(lambda: self.all(f"{details} pre") and self.text(f"{details} pre")))
