"""What loading 100 million parameters costs: the limits of `docs/runtime.md`."""

import pytest

from tests.space.browsers import launch, missing
from tests.space.conftest import browser_missing
from tests.space.loading import measure
from tests.space.memory import MB


@pytest.mark.parametrize("engine_name", ["chromium", "firefox"])
def test_memory_and_time(engine_name, bare, odin_100m):
    if reason := missing(engine_name):
        browser_missing(reason)
    with launch(engine_name) as browser:
        found = measure(browser, bare, odin_100m)
    assert (found["device"], found["dtype"]) == ("wasm", "q8")
    assert found["cold_bytes"] <= 250 * MB
    assert found["warm_bytes"] <= 250 * MB
    assert found["content_bytes"] < 500 * MB
    assert found["good_connection_ms"] < 30_000
    assert min(found["warm_ms"]) < 3_000  # the best: a busy machine makes any of them slow
