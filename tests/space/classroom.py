"""A tab on the bare page in which models are taught, with a site that has the toys of `learner`."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.space.bare import open_bare
from tests.space.browsers import Browser, Page
from tests.space.server import Site


CACHE = "odin-llm-training"
# Of tests of what no engine has a part in.
in_one_engine = pytest.mark.parametrize("engine", ["chromium"], indirect=True)
# `load(folder)` starts `llm`, whose warnings go to `warnings`; `batches(examples, options, most)` packs;
# `teach(batches, options)` takes a step with each, all with the same options or each with its own; `state()` is the
# hash of all that was learned; `say(question)` is the greedy answer; `refused(call)` gives code and words of what a
# call throws.
_SCRIPT = """
window.warnings = [];
window.load = async (folder) => {
  const onTelemetry = ({ type, message }) => type === "warning" && warnings.push(message);
  const options = { device: "wasm", threads: 1, store: false, onTelemetry };
  window.llm = await odin.OdinLLM.load(`models/${folder}/`, options);
  return llm.info;
};
window.plain = (batch) => ({
  ...batch, inputIds: [...batch.inputIds], labels: [...batch.labels], segments: [...batch.segments],
});
window.typed = (batch) => ({
  ...batch,
  inputIds: Int32Array.from(batch.inputIds),
  labels: Int32Array.from(batch.labels),
  segments: Int32Array.from(batch.segments),
});
window.batches = async (examples, options, most = Infinity) => {
  const found = [];
  if (most > 0) for await (const batch of llm.batches(odin.Dataset.from(examples), options)) {
    if (found.push(batch) >= most) break;
  }
  return found;
};
window.teach = async (given, options) => {
  const results = [];
  for (const [index, batch] of given.entries()) {
    results.push(await llm.trainStep(batch, Array.isArray(options) ? options[index] : options));
  }
  return results;
};
window.state = async () => odin.sha256Hex((await llm.exportAdapter())["adapter_model.safetensors"]);
window.say = async (question, maxTokens = 16) => {
  const answer = llm.generate(question, { maxTokens });
  let text = "";
  for (;;) {
    const { done, value } = await answer.next();
    if (done) return { text, tokens: value.tokens, promptTokens: value.promptTokens, record: value.record };
    text += value.text;
  }
};
window.refused = async (call) => {
  try {
    await call();
  } catch (error) {
    return { code: error.code ?? error.name, message: error.message };
  }
  return { code: null, message: "it was done" };
};
"""


@dataclass
class Classroom:
    """A tab of one engine, of which each `enter` makes the page anew."""

    page: Page
    site: Site

    def enter(self, folder: str = "learner", clear: bool = False) -> "Classroom":
        """Loads the page, and the model in `models/FOLDER/` as `llm`.

        Args:
            clear: whether what is stored of trainings is deleted before.
        """
        open_bare(self.page, self.site)
        if clear:
            for key in self.stored():
                self.eval("await (await caches.open(arguments[0])).delete(arguments[1]);", CACHE, key)
        self.page.eval(f"{_SCRIPT}\nawait load(arguments[0]);", folder)
        return self

    def eval(self, body: str, *args: Any, timeout: float = 120) -> Any:
        return self.page.eval(body, *args, timeout=timeout)

    def stored(self) -> list[str]:
        """The keys of what is stored of trainings."""
        body = "return (await (await caches.open(arguments[0])).keys()).map(({ url }) => url);"
        return self.eval(body, CACHE)

    def damage(self, key: str, at: int) -> None:
        """Inverts a byte of something that is stored; `at` counts from its end where it is negative."""
        body = """
const [cache, url, at] = [await caches.open(arguments[0]), arguments[1], arguments[2]];
const bytes = new Uint8Array(await (await cache.match(url)).arrayBuffer());
bytes[at < 0 ? bytes.length + at : at] ^= 0xff;
await cache.put(url, new Response(bytes));"""
        self.eval(body, CACHE, key, at)


def site_of(bare: Path, models: dict[str, Path]) -> Site:
    """A server of the bare page, with `models` by the names of their folders."""
    return Site({"": bare} | {f"models/{name}/": folder for name, folder in models.items()})


def new_classroom(browser: Browser, site: Site) -> Classroom:
    """A tab of its own, and where it is needed one that does nothing."""
    if not browser.keeps_profile:
        # Under automation, WebKitGTK empties a cache as soon as no page has it open.
        keeper = open_bare(browser.new_tab(), site)
        keeper.eval("window.kept = await caches.open(arguments[0]);", CACHE)
    return Classroom(browser.new_tab(), site)


@contextmanager
def open_classroom(browser: Browser, bare: Path, models: dict[str, Path]) -> Iterator[Classroom]:
    """A tab on a site of its own in a browser that is used for other things as well."""
    with site_of(bare, models) as site:
        yield new_classroom(browser, site)
        browser.close_tabs()


def random_batch(rng: random.Random, rows: int, length: int, vocabulary: int, masked: float = 0.3) -> dict:
    """A batch of random tokens in documents of random lengths, some of them without a label, as JSON has it."""
    ids = [rng.randrange(3, vocabulary) for _ in range(rows * length)]
    labels = [token if rng.random() > masked else -100 for token in ids]
    segments: list[int] = []
    for row in range(rows):
        segment = 0
        for place in range(length):
            begins = place > 0 and rng.random() < 0.1
            segment += begins
            segments.append(segment)
            if place == 0 or begins:
                labels[row * length + place] = -100
    return {"rows": rows, "length": length, "inputIds": ids, "labels": labels, "segments": segments, "examples": 1}


def read_json(path: Path) -> dict:
    return json.loads(path.read_text())
