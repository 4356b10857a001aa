"""A training whose tab is killed, or whose storage is damaged: at most the last step is lost, and it says so."""

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from tests.space import learner
from tests.space.browsers import launch, missing
from tests.space.classroom import CACHE, Classroom, in_one_engine, new_classroom, random_batch, site_of
from tests.space.conftest import browser_missing


CHECKPOINT = 3
LR = 3e-3
# Steps without an end, each of which is told to the server once it is over; the next waits until it has been heard.
GO_ON = """
const [given, lr, checkpointEvery] = arguments;
await llm.stopTraining();
await llm.startTraining({ checkpointEvery });
for (;;) {
  await llm.trainStep(typed(given[llm.training.step % given.length]), { lr });
  await fetch(`step-${llm.training.step}`).catch(() => {});
}"""
TAKE_UP = """
const { step, resumed, record } = await llm.startTraining();
const losses = record.steps.map(({ loss }) => loss);
return { step, resumed, losses, state: await state(), warnings };"""
UNINTERRUPTED = """
const [given, lr, count] = arguments;
await llm.stopTraining();
await llm.startTraining({ keep: false });
const results = [];
for (let step = 0; step < count; step++) results.push(await llm.trainStep(typed(given[step % given.length]), { lr }));
return { losses: results.map(({ loss }) => loss), state: await state() };"""


@pytest.fixture(scope="module")
def given() -> list[dict]:
    rng = random.Random(5)
    return [random_batch(rng, learner.BATCH, learner.SEQ, 300) for _ in range(7)]


@pytest.fixture
def doomed(engine, bare, learners) -> Iterator[Classroom]:
    """A classroom in a browser of its own."""
    if reason := missing(engine):
        browser_missing(reason)
    with launch(engine) as browser, site_of(bare, {"learner": learners["full"]}) as site:
        yield new_classroom(browser, site)


def told_steps(room: Classroom) -> int:
    """The last step that the page knew to be over."""
    steps = [int(request.path.removeprefix("step-")) for request in room.site.log if request.path.startswith("step-")]
    return max(steps, default=0)


def kill(room: Classroom) -> Classroom:
    """Kills the browser with all its processes, and starts it again.

    WebKitGTK's storage under automation ends with the browser, and the session with a page that crashes; there the tab
    is closed, which ends its threads in the middle of what they do.
    """
    browser = room.page.browser
    if not browser.keeps_profile:
        room.page.close()
        return Classroom(browser.new_tab(), room.site)
    for pid in browser.pids():
        os.kill(pid, signal.SIGKILL)
    return Classroom(browser.restart(), room.site)


def test_a_killed_tab_loses_at_most_the_last_step(doomed, given):
    room, told = doomed.enter(), 0
    for more in (4, 7):
        room.page.start("steps", GO_ON, given, LR, CHECKPOINT)
        end = time.monotonic() + 60
        while (now := told_steps(room)) < told + more:
            assert time.monotonic() < end, f"no more than {now} steps in a minute"
        room = kill(room).enter()
        found = room.eval(TAKE_UP)
        told = told_steps(room)
        assert found["resumed"] and told <= found["step"] <= told + 1
        assert found["warnings"] == []
        expected = room.eval(UNINTERRUPTED, given, LR, found["step"])
        assert found["losses"] == expected["losses"]
        assert found["state"] == expected["state"]


EIGHT_STEPS = """
const [given, lr, checkpointEvery] = arguments;
await llm.stopTraining();
await llm.startTraining({ resume: false, checkpointEvery });
for (let step = 0; step < 8; step++) await llm.trainStep(typed(given[step % given.length]), { lr });
await llm.stopTraining();"""
# What is damaged, at which byte, and the step from which it then goes on.
DAMAGE = [
    ("step/8", -1, 7),
    ("step/7", 200, 6),
    ("checkpoint/6", 3, 8),
]


@in_one_engine
def test_what_is_damaged_is_left_out_and_told(room, given):
    whole = room.eval(UNINTERRUPTED, given, LR, 8)
    for name, byte, step in DAMAGE:
        room.eval(EIGHT_STEPS, given, LR, CHECKPOINT)
        (key,) = (key for key in room.stored() if key.endswith(name))
        room.damage(key, byte)
        found = room.eval(f"warnings.length = 0; {TAKE_UP}")
        assert (found["step"], found["resumed"]) == (step, True), name
        assert any("damaged" in warning for warning in found["warnings"]), found["warnings"]
        assert found["losses"] == whole["losses"][:step]
        rest = room.eval(
            "return await teach(arguments[0].map(typed), { lr: arguments[1] });",
            [given[at % len(given)] for at in range(step, 8)],
            LR,
        )
        assert [result["loss"] for result in rest] == whole["losses"][step:]
        assert room.eval("return state();") == whole["state"]


@in_one_engine
def test_a_step_that_does_not_fit_its_result_is_not_believed(room, given):
    """A journal that is whole but of another computation, as after an update of the browser."""
    room.eval(EIGHT_STEPS, given, LR, 100)
    (key,) = (key for key in room.stored() if key.endswith("step/5"))
    room.eval(
        """
const [name, url] = arguments;
const cache = await caches.open(name);
const bytes = new Uint8Array(await (await cache.match(url)).arrayBuffer());
const size = new DataView(bytes.buffer).getUint32(64, true);
const entry = JSON.parse(new TextDecoder().decode(bytes.subarray(68, 68 + size)));
entry.step.loss += 0.1;
const json = new TextEncoder().encode(JSON.stringify(entry));
const content = new Uint8Array(4 + json.length);
new DataView(content.buffer).setUint32(0, json.length, true);
content.set(json, 4);
await cache.put(url, new Response(new Blob([odin.sha256Hex(content), content])));""",
        CACHE,
        key,
    )
    found = room.eval(TAKE_UP)
    assert found["step"] == 4
    assert any("step 5" in warning for warning in found["warnings"]), found["warnings"]


@in_one_engine
def test_other_examples_do_not_go_on_where_these_ended(room, given):
    room.eval(EIGHT_STEPS, given, LR, CHECKPOINT)
    data = {"sha256": "0" * 64, "examples": 3}
    found = room.eval("return refused(() => llm.startTraining({ data: arguments[0] }));", data)
    assert found["code"] == "bad-option" and "resume: false" in found["message"]
    assert room.eval(TAKE_UP)["step"] == 8, "it is still there"


def test_two_tabs_do_not_train_at_once(room, given):
    room.eval("await llm.startTraining();")
    other = Classroom(room.page.new_tab(), room.site).enter()
    found = other.eval("return refused(() => llm.startTraining());")
    assert found["code"] == "storage" and "tab" in found["message"]
    assert other.eval("return (await llm.startTraining({ keep: false })).kept;") is False
    other.page.close()


@in_one_engine
def test_what_is_forgotten_is_deleted(room, given):
    room.eval(EIGHT_STEPS, given, LR, CHECKPOINT)
    assert room.stored()
    room.eval("await llm.forgetTraining();")
    assert room.stored() == []
    found = room.eval("return await llm.startTraining();")
    assert (found["step"], found["resumed"]) == (0, False)
