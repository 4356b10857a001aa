"""The dashboard shows what was measured, and compares with a transformer that really runs, in real browsers."""

import re

import pytest

from configuration_odin import OdinConfig
from export.reference import build_reference
from tests.space.axe import violations
from tests.space.server import Site
from tests.space.visitor import WATCH_SHIFTS, Visitor


QUESTION = "Tom has 12 apples and buys 3 bags of 7."
CELLS = "return [...document.querySelectorAll('#versus-table td')].map((cell) => Number(cell.dataset.ms));"


@pytest.fixture(scope="module")
def with_reference(app, toy_folder, tmp_path_factory):
    """The folders of a site that has the toy's reference as well."""
    folder = tmp_path_factory.mktemp("reference") / "reference-toy"
    build_reference(toy_folder, folder)
    return {"": app, "models/reference-toy/": folder}


@pytest.fixture
def reference_site(with_reference):
    with Site(with_reference) as site:
        yield site


@pytest.fixture
def visitor(engine_page, reference_site) -> Visitor:
    return Visitor(engine_page, reference_site.url, "dashboard")


def number(words: str) -> float:
    """The first number in a text."""
    return float(re.search(r"[\d,]+(\.\d+)?", words)[0].replace(",", ""))


def milliseconds(words: str) -> float:
    return number(words) * (1000 if re.search(r"\d s\b", words) else 1)


def state(visitor: Visitor) -> str:
    return visitor.find("#versus").get_attribute("data-state")


def start_comparison(visitor: Visitor, length: str) -> None:
    visitor.click(f"#length option[value={length}]")
    visitor.click("#measure")


def test_numbers_are_those_of_the_answer(visitor, toy_folder):
    visitor.wait(lambda: visitor.all("#answers"))
    assert "No answer yet" in visitor.text("#answers .state-line")
    empty = [visitor.text(f"#{tile}") for tile in ("rate", "median-rate", "first-token", "memory-bytes", "load-ms")]
    assert empty == ["none yet"] * 5
    visitor.wait(lambda: "WebAssembly (SIMD" in visitor.text("#capabilities"))

    visitor.go("chat")
    rates = []
    for question in (QUESTION, "And then?"):
        visitor.ask(question)
        stats = visitor.text("#turns > li:last-child .stats")
        rates.append(number(re.search(r"[\d,]+ tokens/s", stats)[0]))
    first_token = milliseconds(re.search(r"first token after (.*)", stats)[1])
    written = number(stats)
    visitor.go("dashboard")
    assert "2 so far" in visitor.text("#answers .state-line")
    assert number(visitor.text("#rate")) == pytest.approx(rates[1], abs=0.5)
    assert number(visitor.text("#median-rate")) == pytest.approx(sum(rates) / 2, abs=1)
    assert milliseconds(visitor.text("#first-token")) == pytest.approx(first_token, abs=1, rel=0.06)
    assert visitor.text("#lengths").endswith(f"+ {written:.0f}")

    # The chart's numbers are times of tokens, which add up to what the rate was computed from.
    visitor.click("#answer-chart summary")
    cells = visitor.wait(lambda: [cell.text for cell in visitor.all("#answer-chart td")])
    mean = sum(map(milliseconds, cells)) / len(cells)
    assert len(cells) > 10
    if len(cells) == written - 1:  # else they are medians
        assert 1000 / mean == pytest.approx(rates[1], rel=0.05)

    config = OdinConfig.from_pretrained(toy_folder)
    tokens, channels = config.conv_state_shape
    heads, rows, columns = config.recurrent_state_shape
    bytes_of_state = 4 * config.num_hidden_layers * (tokens * channels + heads * rows * columns)
    assert number(visitor.text("#state-bytes")) == pytest.approx(bytes_of_state / 1000, abs=0.1)
    assert visitor.text("#dtype") == "fp32" and visitor.text("#device") == "WebAssembly"
    assert visitor.text("#threads") == "1" and visitor.text("#isolated") == "yes"
    assert "fp32 on WebAssembly" in visitor.text("#attempts") and "This is what runs" in visitor.text("#attempts")
    assert number(visitor.text("#memory-bytes")) > 5  # MB; onnxruntime alone is as large
    assert milliseconds(visitor.text("#load-ms")) >= milliseconds(visitor.text("#download-ms"))


def test_standard_question_loads_the_model_and_nothing_moves(browsers, reference_site):
    visitor = Visitor(browsers("chromium").new_tab(), reference_site.url, "dashboard")
    visitor.wait(lambda: visitor.all("#ask-standard"))
    visitor.wait(lambda: "WebAssembly (SIMD" in visitor.text("#capabilities"))
    visitor.page.eval(WATCH_SHIFTS)
    visitor.click("#ask-standard")
    visitor.wait(lambda: "1 so far" in visitor.text("#answers .state-line"))
    assert visitor.text(".said-here")
    assert number(visitor.text("#rate")) > 0
    start_comparison(visitor, "quick")
    visitor.wait(lambda: state(visitor) == "measured", 120)
    assert sum(visitor.page.eval("return window.shifts;")) < 0.02


def test_comparison_on_this_device(visitor, reference_site):
    visitor.wait(lambda: visitor.all("#measure"))
    visitor.load()
    assert not any("reference" in request.path for request in reference_site.log), "nothing is fetched unasked"
    assert "Not measured" in visitor.text("#verdict")
    start_comparison(visitor, "quick")
    visitor.wait(lambda: state(visitor) == "measuring")
    visitor.go("chat")  # it goes on meanwhile
    visitor.go("dashboard")
    visitor.wait(lambda: state(visitor) == "measured", 180)

    times = visitor.page.eval(CELLS)
    assert len(times) == 8 and all(time > 0 for time in times)
    rows = [row.get_attribute("data-context") for row in visitor.all("#versus-table tbody tr")]
    assert rows == ["128", "1024"]
    # Reading eight times as much takes longer, whatever else the machine does.
    assert times[6] > times[2] and times[7] > times[3]
    verdict = visitor.text("#verdict")
    for context, odin, transformer in ((128, *times[:2]), (1024, *times[4:6])):
        part = re.search(rf"after {context:,} tokens of text (.*?) \(", verdict)[1]
        ratio = transformer / odin
        if max(ratio, 1 / ratio) < 1.1:
            assert part == "both write about as fast"
        else:
            assert part.startswith("ODIN" if ratio > 1 else "the transformer")
            assert number(part) == pytest.approx(max(ratio, 1 / ratio), abs=0.06, rel=0.06)
    how = visitor.text("#how-measured")
    assert "1 thread, isolated" in how and "24 tokens written" in how
    assert len(visitor.all("#token-chart .series-1 path")) == 2 + 1  # two points, and the key
    assert violations(visitor.page) == []

    asked = {request.path for request in reference_site.log if "reference" in request.path}
    assert "models/reference-toy/onnx/model_quantized.onnx" in asked
    assert visitor.state == "ready", "the page's own model is where it was"
    visitor.go("chat")
    assert visitor.ask(QUESTION)["dtype"] == "fp32"


def test_comparison_is_cancelled_and_begun_again(visitor):
    visitor.wait(lambda: visitor.all("#measure"))
    start_comparison(visitor, "full")
    visitor.wait(lambda: " of 50" in visitor.text(".working"), 120)
    visitor.click("#cancel-measuring")
    visitor.wait(lambda: state(visitor) == "failed", 5)
    assert visitor.text("#verdict").startswith("The measurement was cancelled.")
    assert visitor.state == "idle", "the page's own model was not needed"
    start_comparison(visitor, "quick")
    visitor.wait(lambda: " of 20" in visitor.text(".working"), 120)
    visitor.click("#cancel-measuring")
    visitor.wait(lambda: state(visitor) == "failed", 5)


def test_what_is_missing_is_said(browsers, reference_site):
    visitor = Visitor(browsers("chromium").new_tab(), reference_site.url, "dashboard")
    visitor.wait(lambda: visitor.all("#measure"))
    reference_site.fail("models/reference-toy/manifest.json", status=404)
    start_comparison(visitor, "quick")
    visitor.wait(lambda: state(visitor) == "failed")
    assert "no reference transformer for this model (404" in visitor.text("#verdict")
    reference_site.heal("models/reference-toy/manifest.json")
    reference_site.fail("models/reference-toy/onnx/model_quantized.onnx", replace=b"not a model")
    start_comparison(visitor, "quick")
    visitor.wait(lambda: state(visitor) == "measuring")
    visitor.wait(lambda: state(visitor) == "failed")
    assert "The reference transformer failed" in visitor.text("#verdict")
    reference_site.heal("models/reference-toy/onnx/model_quantized.onnx")
    start_comparison(visitor, "quick")
    visitor.wait(lambda: state(visitor) == "measured", 120)


def test_memory_of_the_whole_page(browsers, reference_site):
    visitor = Visitor(browsers("chromium").new_tab(), reference_site.url, "dashboard")
    visitor.wait(lambda: visitor.all("#measure-memory"))
    visitor.load()
    visitor.click("#measure-memory")
    visitor.wait(lambda: re.search(r"\d", visitor.text("#page-bytes")) or "time" in visitor.text("#page-bytes"), 45)


def test_fits_a_phone(browsers, reference_site):
    visitor = Visitor(browsers("chromium").new_tab(), reference_site.url, "dashboard")
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    visitor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        visitor.wait(lambda: visitor.all("#measure"))
        assert visitor.driver.execute_script("return document.documentElement.scrollWidth") <= 360
    finally:
        visitor.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
