"""A tab on the bare page in which models stay loaded from test to test."""

from dataclasses import dataclass
from typing import Any

from tests.space.bare import open_bare
from tests.space.browsers import Page
from tests.space.server import Site


# `model(folder, dtype)` loads once; `collect(answer, onChunk)` gives an answer's Stats, with its chunks and when they
# came. `onChunk(count)` may return "break".
_SCRIPT = """
const loaded = new Map();
window.options = arguments[0];
window.model = (folder, dtype) => {
  const name = `models/${folder}/`;
  const key = name + dtype;
  if (!loaded.has(key)) loaded.set(key, odin.OdinLLM.load(name, { ...window.options, dtype }));
  return loaded.get(key);
};
window.collect = async (answer, onChunk = () => {}) => {
  const chunks = [], times = [];
  const result = (stats) => ({ ...stats, chunks, times, text: chunks.map(({ text }) => text).join("") });
  for (;;) {
    const { done, value } = await answer.next();
    if (done) return result(value);
    times.push(performance.now());
    chunks.push(value);
    if (onChunk(chunks.length) === "break") return result(await answer.return());
  }
};
"""


@dataclass
class Lab:
    """A tab of one engine, cross-origin isolated or not. Isolated models run in two threads."""

    page: Page
    site: Site
    isolated: bool

    def __post_init__(self) -> None:
        # Whether a graph keeps the promise of its dtype is looked at in every load.
        options = {"device": "wasm", "threads": 2 if self.isolated else 1, "store": False, "debug": True}
        open_bare(self.page, self.site)
        self.eval(_SCRIPT, options)

    @property
    def engine(self) -> str:
        return self.page.browser.engine

    def eval(self, body: str, *args: Any, timeout: float = 120) -> Any:
        return self.page.eval(body, *args, timeout=timeout)

    def info(self, folder: str, dtype: str) -> dict:
        return self.eval("return (await model(...arguments)).info;", folder, dtype)

    def answer(self, prompt: Any, folder: str = "toy", dtype: str = "fp32", **options: Any) -> dict:
        """The whole answer: its Stats, `text`, `chunks` and the `times` at which they came."""
        body = "return collect((await model(arguments[0], arguments[1])).generate(arguments[2], arguments[3]));"
        return self.eval(body, folder, dtype, prompt, options)
