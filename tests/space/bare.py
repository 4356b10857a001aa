"""The runtime's API on the bare page of space/test/bare, from Python."""

import time
from typing import Any

from tests.space.browsers import Page
from tests.space.server import Site


def open_bare(page: Page, site: Site, path: str = "") -> Page:
    """Loads the bare page and waits until the package has been imported: `odin` holds its exports then."""
    page.goto(site.url + path)
    end = time.monotonic() + 30
    while (title := page.title) == "loading" and time.monotonic() < end:
        time.sleep(0.02)
    assert title == "ready", f"the bare page says: {title}"
    return page


def load(page: Page, url: str = "models/toy/", timeout: float = 60, **options: Any) -> dict:
    """`window.llm = await OdinLLM.load(url, options)`; returns its `info`. An OdinError arrives as PageError."""
    return page.eval(
        "window.llm = await odin.OdinLLM.load(arguments[0], arguments[1]); return window.llm.info;",
        url,
        options,
        timeout=timeout,
    )


def generate(page: Page, prompt: str, timeout: float = 60, **options: Any) -> dict:
    """The whole answer of `window.llm`: its Stats, and `text` and `chunks` as they were streamed."""
    return page.eval(
        """
const answer = window.llm.generate(arguments[0], arguments[1]);
const chunks = [];
for (;;) {
  const { done, value } = await answer.next();
  if (done) return { ...value, chunks, text: chunks.map((chunk) => chunk.text).join("") };
  chunks.push(value);
}""",
        prompt,
        options,
        timeout=timeout,
    )
