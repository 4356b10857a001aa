"""WebGPU on software adapters, with toys: the same tokens, a refusal where it does not pay, and a device that is lost.

What follows the loss of a device that was chosen automatically is in `space/test/llm.test.ts`: software adapters are
never chosen so.
"""

import time

import psutil
import pytest

from tests.space.bare import generate, load, open_bare
from tests.space.browsers import PageError, launch, missing
from tests.space.conftest import browser_missing
from tests.space.references import QUESTION, onnx_runner, reference, regrets
from tests.space.server import Site


TOKENS = 12
FLOAT16 = ("fp16", "q4f16")


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request):
    if reason := missing(request.param):
        browser_missing(reason)
    with launch(request.param, webgpu=True) as browser:
        yield browser


@pytest.fixture(scope="module")
def site(browser, bare):
    """One for all tests, so that the files are stored after the first."""
    with Site(bare) as site:
        yield site


@pytest.fixture
def page(browser, site):
    return open_bare(browser.page, site)


@pytest.mark.parametrize("dtype", ["fp32", "q4", *FLOAT16])
def test_tokens(browser, page, dtype, toy_folder, toy_export):
    if browser.engine == "chromium" and dtype in FLOAT16:
        with pytest.raises(PageError, match=f"{dtype} needs a WebGPU adapter with shader-f16") as failure:
            load(page, device="webgpu", dtype=dtype)
        assert failure.value.code == "bad-option"
        return
    info = load(page, device="webgpu", dtype=dtype, timeout=180)
    assert (info["device"], info["dtype"]) == ("webgpu", dtype)
    assert [attempt["device"] for attempt in info["attempts"]] == ["webgpu"]
    answer = generate(page, QUESTION, maxTokens=TOKENS, timeout=180)
    prompt, expected = reference(toy_folder, QUESTION, TOKENS)
    assert answer["promptTokens"] == prompt
    if dtype == "fp32":
        assert answer["tokens"] == expected
    else:
        # Of two tokens that are nearly as likely, rounding may choose the other one.
        file = "model_q4.onnx" if dtype.startswith("q4") else "model.onnx"
        assert max(regrets(onnx_runner(toy_export / "onnx" / file), prompt, answer["tokens"])) < 0.05


def test_software_is_not_chosen(page):
    info = load(page)
    assert info["capabilities"]["webGpu"]["usable"] and info["capabilities"]["webGpu"]["fallbackAdapter"]
    (attempt,) = info["attempts"]
    assert (attempt["device"], attempt["dtype"]) == ("wasm", "q8")
    assert "no WebGPU on graphics hardware" in attempt["reason"] and "slow" in attempt["reason"]


def test_a_device_lost_in_mid_generation(browser, page, site, toy_folder):
    if browser.engine == "firefox":
        pytest.skip("Firefox without a screen computes WebGPU in its main process, which cannot be ended alone")
    load(page, device="webgpu", dtype="fp32", timeout=180)
    page.start(
        "answer",
        """
window.tokens = [];
for await (const chunk of llm.generate(arguments[0], { maxTokens: 2000 })) tokens.push(...chunk.tokens);""",
        QUESTION,
    )
    end = time.monotonic() + 120
    while page.eval("return tokens.length") < 3 and time.monotonic() < end:
        time.sleep(0.1)
    for pid in browser.pids():
        if "--type=gpu-process" in psutil.Process(pid).cmdline():
            psutil.Process(pid).kill()
    with pytest.raises(PageError, match="graphics device went away in the middle of the answer") as failure:
        page.finish("answer", timeout=60)
    assert failure.value.code == "device-lost"
    _, expected = reference(toy_folder, QUESTION, TOKENS)
    begun = page.eval("return tokens")
    assert len(begun) >= 3 and begun[:TOKENS] == expected[: len(begun)]

    site.forget()
    assert generate(page, QUESTION, maxTokens=TOKENS, timeout=180)["tokens"] == expected
    assert page.eval("return llm.info.device") == "webgpu", "as was asked for"
    paths = [request.path for request in site.log if request.path.startswith("models/")]
    assert paths == ["models/toy/manifest.json"], "the weights come from the store"
