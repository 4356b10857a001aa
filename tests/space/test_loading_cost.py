"""What loading 100 million parameters costs: the limits of `docs/runtime.md`."""

import pytest

from tests.space.browsers import launch, missing
from tests.space.conftest import browser_missing
from tests.space.loading import measure
from tests.space.memory import MB


@pytest.mark.parametrize("engine_name", ["chromium", "firefox"])
def test_memory_and_time(engine_name, bare, odin_100m):
    """A second try, in a fresh browser, only where the first was above the limit over idle.

    Firefox takes 30 MB more for less than a tenth of a second while it starts onnxruntime, when all weights are in
    memory: 236 to 244 MB where a sample falls into it. And the memory of the browser's own process was seen to change
    by 12 MB within five idle seconds, which may fall into the idle memory or into the peak.
    """
    if reason := missing(engine_name):
        browser_missing(reason)
    for _ in range(2):
        with launch(engine_name) as browser:
            found = measure(browser, bare, odin_100m)
        if max(found["cold_bytes"], found["warm_bytes"]) <= 250 * MB:
            break
    assert (found["device"], found["dtype"]) == ("wasm", "q8")
    assert found["cold_bytes"] <= 250 * MB
    assert found["warm_bytes"] <= 250 * MB
    assert found["content_bytes"] < 500 * MB
    assert found["good_connection_ms"] < 30_000
    assert min(found["warm_ms"]) < 3_000  # the best: a busy machine makes any of them slow
