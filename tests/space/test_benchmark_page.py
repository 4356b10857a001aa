"""The benchmark page: a fresh worker a run, a result that says what was measured, and the leaderboard."""

import hashlib
import json
import statistics
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.space.axe import violations
from tests.space.references import reference, torch_continuation
from tests.space.visitor import WATCH_SHIFTS, Visitor


NEW_TOKENS = 64
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> \u202e💚"
# Counts workers; with `crash` set, the next one that answers ends as one that runs out of memory does.
WATCH_WORKERS = """
window.made = window.ended = 0;
window.Worker = class extends window.Worker {
  constructor(...from) {
    super(...from);
    window.made += 1;
    this.addEventListener("message", ({ data }) => {
      if (data.type !== "chunk" || !window.crash) return;
      window.crash = false;
      this.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    });
  }
  terminate() { window.ended += 1; super.terminate(); }
};
"""


def visit(page, site) -> Visitor:
    visitor = Visitor(page, site.url, "benchmark")
    visitor.wait(lambda: visitor.all("#start-benchmark"))
    visitor.page.eval(WATCH_WORKERS)
    return visitor


@pytest.fixture
def visitor(engine_page, site) -> Visitor:
    return visit(engine_page, site)


def begin(visitor: Visitor, choice: str = "quick") -> None:
    visitor.click(f"[name=choice][value={choice}]")
    visitor.click("#start-benchmark")


def ended(visitor: Visitor) -> str:
    """Waits for the end of the benchmark; returns how it ended."""
    visitor.wait(lambda: visitor.all("#start-benchmark"), 120)
    return visitor.text("#benchmark-status")


def result(visitor: Visitor) -> dict:
    return json.loads(visitor.text("#result-json"))


def id_of(found: dict) -> str:
    measured = {key: value for key, value in found.items() if key not in ("id", "name")}
    canonical = json.dumps(measured, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_of(tokens: list[int]) -> str:
    return hashlib.sha256(json.dumps(tokens, separators=(",", ":")).encode()).hexdigest()


def numbered_tokens(length: int) -> tuple[int, ...]:
    """The token ids of a numbered prompt: Park and Miller's generator, begun with 1."""
    state, tokens = 1, []
    for _ in range(length):
        state = 48271 * state % (2**31 - 1)
        tokens.append(16 + state % 240)
    return tuple(tokens)


def answers(visitor: Visitor, toy_folder: Path) -> list[list[int]]:
    """What the toy answers to the prompts of the quick choice, in PyTorch."""
    _, tokens = reference(toy_folder, visitor.text(".prompts dd"), NEW_TOKENS)
    return [tokens, torch_continuation(toy_folder, numbered_tokens(256), NEW_TOKENS)]


def hashes_of(app: Path) -> dict[str, str]:
    files = {"config": "config.json", "weights": "onnx/model.onnx", "tokenizer": "tokenizer.json"}
    return {key: hashlib.sha256((app / "models/toy" / file).read_bytes()).hexdigest() for key, file in files.items()}


def made_up(app: Path, name: str, hashes: list[str], token_micros: int) -> dict:
    """A quick result of the toy that nobody measured."""
    prompts = list(zip(("question", "tokens-256"), hashes, strict=True))
    times = {"loadMicros": 5, "networkBytes": 0, "coldFirstTokenMicros": 4, "firstTokenMicros": 3, "memoryBytes": None}
    answer = {
        "promptTokens": 9,
        "tokens": 11,
        "decodeMicros": 10 * token_micros,
        "finish": "length",
        "record": "3" * 64,
    }
    runs = [
        {
            "prompt": prompt,
            "repeat": 1,
            **times,
            **answer,
            "memoryBytes": None,
            "tokensSha256": found,
            "record": "3" * 64,
        }
        for prompt, found in prompts
    ]
    median = {"runs": 1, "firstTokenMicros": 3, "tokenMicros": token_micros}
    made = {
        "format": 1,
        "suite": 1,
        "choice": "quick",
        "name": name,
        "time": "2025-01-31T12:00:00.000Z",
        "runtime": "0.2.0",
        "model": {"name": "toy", "version": None, "hashes": hashes_of(app)},
        "device": "wasm",
        "dtype": "fp32",
        "threads": 1,
        "place": {
            "browser": {"name": "None", "version": "0"},
            "platform": "None",
            "cores": 1,
            "isolated": True,
            "webgpu": None,
        },
        "complete": True,
        "hidden": False,
        "medians": {
            "loadMicros": 5,
            "coldFirstTokenMicros": 4,
            "memoryBytes": None,
            "tokenMicros": token_micros,
            "prompts": [{"prompt": prompt, **median, "tokensSha256": found} for prompt, found in prompts],
        },
        "runs": runs,
    }
    return made | {"id": id_of(made)}


def test_a_measurement(visitor, site, app, toy_folder):
    """What the page shows is what the result says, and that is what PyTorch answers."""
    page = visitor.page
    assert not any(request.path.startswith(("models/", "ort/")) for request in site.log), "nothing unasked"
    page.eval(WATCH_SHIFTS)
    begin(visitor)
    assert not visitor.all("#start-benchmark"), "a second click is impossible"
    assert visitor.find(".choices").get_property("disabled")
    assert ended(visitor) == "The benchmark is complete."
    assert not visitor.all("#failed-runs"), visitor.text("#failed-runs")
    assert sum(page.eval("return window.shifts;")) < 0.02

    found = result(visitor)
    assert found["id"] == id_of(found)
    assert found["complete"] and found["choice"] == "quick"
    # A new tab of WebKitGTK under automation says that it is hidden.
    assert found["hidden"] == page.eval("return document.visibilityState === 'hidden';")
    assert [(run["prompt"], run["repeat"]) for run in found["runs"]] == [("question", 1), ("tokens-256", 1)]
    # The files are fetched once before, by one worker, and started by another; so it is in each run.
    assert page.eval("return [window.made, window.ended];") == [6, 6]
    assert visitor.state == "idle"

    assert [run["tokensSha256"] for run in found["runs"]] == [hash_of(one) for one in answers(visitor, toy_folder)]
    assert [run["tokens"] for run in found["runs"]] == [NEW_TOKENS] * 2
    assert found["runs"][1]["promptTokens"] == 256
    assert found["model"]["hashes"] == hashes_of(app)
    assert (found["dtype"], found["device"], found["threads"]) == ("fp32", "wasm", 1)
    agent = page.eval("return navigator.userAgent;")
    assert found["place"]["browser"]["version"] in agent and found["place"]["platform"] == "Linux"
    assert found["place"]["cores"] == page.eval("return navigator.hardwareConcurrency;")

    medians = found["medians"]
    assert medians["loadMicros"] == pytest.approx(statistics.median(run["loadMicros"] for run in found["runs"]), abs=1)
    for run, one in zip(found["runs"], medians["prompts"], strict=True):
        assert one["firstTokenMicros"] == run["firstTokenMicros"]
        assert one["tokenMicros"] == pytest.approx(run["decodeMicros"] / (NEW_TOKENS - 1), abs=1)
    rate = 1e6 / medians["tokenMicros"]
    assert float(visitor.text("[data-fact=rate]")) == pytest.approx(rate, abs=0.5)
    assert f"{rate:.0f}"[:-1] in visitor.text("#bars [data-origin=own] b")
    assert "quick choice" in visitor.text("#hand-in")

    visitor.click("#paste > summary")
    assert violations(page) == []


def test_copy_and_download(tab, site, tmp_path):
    visitor = visit(tab, site)
    begin(visitor)
    assert not visitor.find("[data-action=copy]").is_enabled(), "there is nothing yet"
    assert not visitor.find("#download-result").is_enabled()
    ended(visitor)
    shown = visitor.text("#result-json")
    visitor.click("[data-action=copy]")
    visitor.wait(lambda: "Copied" in visitor.text("[data-action=copy]"))
    assert visitor.copied() == shown
    into = {"behavior": "allow", "downloadPath": str(tmp_path)}
    visitor.driver.execute_cdp_cmd("Browser.setDownloadBehavior", into)
    visitor.click("#download-result")
    name = f"odin-benchmark-{result(visitor)['id'][:12]}.json"
    visitor.wait((tmp_path / name).is_file)
    visitor.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "default"})
    assert (tmp_path / name).read_text() == shown


def test_cancel_keeps_what_was_measured(tab, site):
    visitor = visit(tab, site)
    visitor.page.eval("document.querySelector('[name=choice][value=full]').focus();")
    visitor.find("[name=choice][value=full]").send_keys(Keys.SPACE, Keys.TAB, Keys.ENTER)
    visitor.wait(lambda: "Run 3 of 15" in visitor.text("#benchmark-status"))
    assert visitor.page.eval("return document.activeElement.id;") == "cancel-benchmark"
    visitor.find("#cancel-benchmark").send_keys(Keys.ENTER)
    assert "marked as incomplete" in ended(visitor)
    assert visitor.page.eval("return document.activeElement.id;") == "start-benchmark"
    found = result(visitor)
    assert not found["complete"] and found["id"] == id_of(found)
    assert [run["prompt"] for run in found["runs"]] == ["question", "problem"]
    assert "stopped before its end" in visitor.text("#hand-in")
    made, over = visitor.page.eval("return [window.made, window.ended];")
    assert made == over, "no worker is left"


def test_a_crash_leaves_the_other_runs(tab, site):
    visitor = visit(tab, site)
    visitor.page.eval("window.crash = true;")
    begin(visitor)
    assert ended(visitor) == "The benchmark is complete, but 1 of 2 runs failed."
    assert "out of memory" in visitor.text("#failed-runs")
    crashed, good = result(visitor)["runs"]
    assert crashed["error"]["code"] == "engine" and "out of memory" in crashed["error"]["message"]
    assert good["prompt"] == "tokens-256" and good["tokens"] == NEW_TOKENS
    assert "1 failed" in visitor.text("[data-prompt=question]")


def test_without_a_model(tab, site):
    site.fail("models/toy/onnx/model.onnx", status=404)
    visitor = visit(tab, site)
    begin(visitor)
    assert ended(visitor) == "The benchmark has ended. No run worked."
    assert "2 runs failed" in visitor.text("#failed-runs")
    assert not visitor.find("[data-action=copy]").is_enabled()


def test_other_devices(tab, site, app, toy_folder):
    """The leaderboard is missing, then there; names are text; whose tokens agree is said."""
    site.fail("leaderboard.json", status=404)
    visitor = visit(tab, site)
    visitor.wait(lambda: visitor.all("#no-leaderboard"))
    assert "404" in visitor.text("#no-leaderboard")
    begin(visitor)
    ended(visitor)
    assert "leaderboard is not there" in visitor.text("#agreement")
    visitor.find("#device-name").send_keys("<b>mine</b>")
    own = result(visitor)
    assert own["name"] == "<b>mine</b>" and own["id"] == id_of(own)

    hashes = [hash_of(tokens) for tokens in answers(visitor, toy_folder)]
    entries = [
        made_up(app, HOSTILE, hashes, token_micros=1000),
        made_up(app, "else\u202e where", [hashes[0], "1" * 64], token_micros=2000),
        own,
    ]
    board = {"entries": [{key: entry[key] for key in entry if key != "runs"} for entry in entries]}
    site.fail("leaderboard.json", replace=json.dumps(board).encode())
    visitor.click("#no-leaderboard button")
    visitor.wait(lambda: len(visitor.all("#leaderboard tbody tr")) == 3)
    names = [visitor.page.eval("return arguments[0].textContent;", cell) for cell in visitor.all("#leaderboard bdi")]
    assert names == ["<b>mine</b> (this device)", HOSTILE, "else\u202e where"], "its own is not there twice"
    assert visitor.text("#bars [data-origin=board] b") == "1000 tokens/s"
    assert visitor.text("#agreement").startswith("Same tokens as 1 of 2 entries")
    assert visitor.text("#agreement").endswith("where (256 tokens).")
    assert visitor.page.title == "Benchmark · ODIN" and not visitor.all("main img")


def test_a_pasted_result(tab, site, app):
    visitor = visit(tab, site)
    good = made_up(app, HOSTILE, ["1" * 64, "2" * 64], token_micros=1000)
    changed = json.loads(json.dumps(good))
    changed["runs"][0]["decodeMicros"] = 1
    visitor.click("#paste > summary")
    for bad, words in [
        ("<script>alert(1)</script>", "not JSON"),
        (json.dumps(good | {"suite": 9}), "suite must be 1"),
        (json.dumps(good | {"threads": 2}), "id must be"),
        (json.dumps(changed), "medians must be"),
        ("[" * 100_000, "not JSON"),
    ]:
        visitor.paste("#pasted", bad)
        visitor.click("#compare")
        assert words in visitor.text("#paste-error")
    visitor.paste("#pasted", json.dumps(good))
    visitor.click("#compare")
    assert HOSTILE in visitor.text("#paste-said") and not visitor.all("#paste-error")
    assert visitor.text("#leaderboard [data-origin=pasted] bdi") == f"{HOSTILE} (pasted)"
    assert visitor.text("#bars [data-origin=pasted] bdi") == f"{HOSTILE} (pasted)"
    assert visitor.page.title == "Benchmark · ODIN" and not visitor.all("main img")
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    visitor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert visitor.page.eval("return document.documentElement.scrollWidth;") <= 360


def test_other_modes_and_the_benchmark_stay_out_of_each_others_way(tab, site):
    visitor = visit(tab, site)
    visitor.load()
    begin(visitor)
    assert visitor.state == "idle", "the page's model is unloaded first"
    visitor.wait(lambda: "Run 2 of 2" in visitor.text("#benchmark-status"))
    visitor.load()
    assert "loaded for another mode" in ended(visitor)
    assert [run["prompt"] for run in result(visitor)["runs"]] == ["question"]
