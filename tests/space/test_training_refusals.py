"""What a training refuses, and that the model is as it was then: bad data and options, storage, overflow, stops."""

import random

import pytest

from tests.space import learner
from tests.space.classroom import in_one_engine, random_batch


QUESTION, *_ = learner.KNOWN
LESSONS = [{"question": question, "answer": "Lyon"} for question in learner.KNOWN]
# Two steps, and a batch to spoil; `whole()` is what must not change.
PREPARE = """
const [lessons, jobs] = arguments;
await llm.startTraining({ keep: false });
const [batch] = await batches(lessons);
const full = async () => {
  return { state: await state(), step: llm.training.step, said: (await say(lessons[0].question)).text };
};
await teach([batch, batch], { lr: 1e-3 });
const before = await full();
const found = {};
"""
SPOILED = {
    "NaN": ("batch.inputIds = Float64Array.from(batch.inputIds); batch.inputIds[3] = NaN;", "NaN"),
    "fraction": ("batch.inputIds = [...batch.inputIds]; batch.inputIds[3] = 1.5;", "1.5"),
    "text": ("batch.inputIds = [...batch.inputIds]; batch.inputIds[3] = '7';", "token"),
    "too large": ("batch.inputIds[3] = 100000;", "100000"),
    "negative": ("batch.inputIds[3] = -1;", "-1"),
    "label": ("batch.labels[40] = -7;", "-7"),
    "other label": ("batch.labels.set(batch.inputIds); batch.labels[9] = batch.inputIds[9] + 1;", "labels"),
    "first label": ("batch.labels[0] = batch.inputIds[0];", "first token of a document"),
    "segment": ("batch.segments = [...batch.segments]; batch.segments[9] = NaN;", "NaN"),
    "masked": ("batch.labels.fill(-100);", "masked"),
    "short": ("batch.labels = batch.labels.slice(1);", "labels"),
    "rows": ("batch.rows += 1;", "rows"),
    "empty": ("for (const name of ['inputIds', 'labels', 'segments']) batch[name] = new Int32Array(0);", "inputIds"),
    "nothing": ("for (const name in batch) delete batch[name];", "rows"),
}
OPTIONS = [
    ({}, "lr"),
    ({"lr": 0}, "lr"),
    ({"lr": "NaN"}, "lr"),
    ({"lr": 1e-3, "clip": 0}, "clip"),
    ({"lr": 1e-3, "clip": -1}, "clip"),
    ({"lr": 1e-3, "lossScale": 0}, "lossScale"),
    ({"lr": 1e-3, "lossScale": 1e60}, "lossScale"),
]


@in_one_engine
def test_a_bad_batch_changes_nothing(room):
    body = f"""{PREPARE}
for (const [name, code] of Object.entries(jobs)) {{
  const spoiled = typed(plain(batch));
  new Function("batch", code)(spoiled);
  found[name] = await refused(() => llm.trainStep(spoiled, {{ lr: 1e-3 }}));
}}
for (const nothing of [undefined, null, 7, []]) {{
  found[`as ${{JSON.stringify(nothing)}}`] = await refused(() => llm.trainStep(nothing, {{ lr: 1e-3 }}));
}}
return {{ found, before, after: await full(), next: (await llm.trainStep(batch, {{ lr: 1e-3 }})).step }};"""
    result = room.eval(body, LESSONS, {name: code for name, (code, _) in SPOILED.items()})
    for name, answer in result["found"].items():
        assert answer["code"] == "bad-data", (name, answer)
        assert SPOILED.get(name, (None, "batch"))[1] in answer["message"], (name, answer)
    assert len(result["found"]) == len(SPOILED) + 4
    assert result["before"] == result["after"]
    assert result["next"] == 3, "a good batch is learned from all the same"


@in_one_engine
def test_a_bad_option_changes_nothing(room):
    body = f"""{PREPARE}
const answers = [];
for (const {{ lr, ...options }} of jobs) {{
  const given = lr === undefined ? options : {{ lr: Number(lr), ...options }};
  answers.push(await refused(() => llm.trainStep(batch, given)));
}}
return {{ answers, before, after: await full() }};"""
    result = room.eval(body, LESSONS, [options for options, _ in OPTIONS])
    for (_, word), answer in zip(OPTIONS, result["answers"], strict=True):
        assert answer["code"] == "bad-option" and word in answer["message"], answer
    assert result["before"] == result["after"]


WRONG_ROWS = [
    ([], "no example"),
    ([{"question": "x"}], "row 1"),
    ([*LESSONS, {"question": "x", "answer": 7}], "row 4"),
    ([*LESSONS, {"prompt": "x", "completion": "y"}], "row 4"),
    ([*LESSONS, {"question": "", "answer": "y"}], "row 4"),
    ([*LESSONS, {"question": "x", "answer": ""}], "row 4"),
    ([*LESSONS, {"question": "x", "answer": "y" * 200}], "row 4"),
    ([*LESSONS, "text"], "row 4"),
    ([*LESSONS, None], "row 4"),
]


@in_one_engine
def test_rows_that_are_no_examples_are_refused(room):
    body = f"""{PREPARE}
const answers = [];
for (const rows of jobs) answers.push(await refused(() => batches(rows)));
answers.push(await refused(() => batches(lessons, {{ epochs: 0 }})));
answers.push(await refused(() => batches(lessons, {{ seed: -1 }})));
return {{ answers, before, after: await full() }};"""
    result = room.eval(body, LESSONS, [rows for rows, _ in WRONG_ROWS])
    *rows, epochs, seed = result["answers"]
    for (_, word), answer in zip(WRONG_ROWS, rows, strict=True):
        assert answer["code"] == "bad-data" and word in answer["message"], answer
    assert epochs["code"] == seed["code"] == "bad-option"
    assert result["before"] == result["after"]


@in_one_engine
def test_an_overflow_is_skipped(room):
    body = f"""{PREPARE}
const skipped = await llm.trainStep(batch, {{ lr: 1e-3, lossScale: 1e38 }});
const after = await full();
const next = await llm.trainStep(batch, {{ lr: 1e-3 }});
return {{ skipped, before, after, next, steps: llm.training.record.steps.map(({{ skipped }}) => skipped) }};"""
    result = room.eval(body, LESSONS)
    assert result["skipped"]["skipped"] and result["skipped"]["lossScale"] == pytest.approx(1e38)
    assert result["before"] == result["after"]
    assert (result["skipped"]["step"], result["next"]["step"], result["next"]["skipped"]) == (2, 3, False)
    assert result["steps"] == [False, False, True, False]


@in_one_engine
def test_what_diverges_says_so(room):
    body = f"""{PREPARE}
const error = await refused(async () => {{
  for (let step = 0; step < 20; step++) await llm.trainStep(batch, {{ lr: 1e30, clip: 1e30 }});
}});
return {{ error, again: await refused(() => llm.trainStep(batch, {{ lr: 1e-3 }})) }};"""
    result = room.eval(body, LESSONS)
    assert result["error"]["code"] == "diverged" and "learning rate" in result["error"]["message"]
    assert result["again"]["code"] == "diverged", "what is broken stays broken until it is forgotten"


def test_a_step_that_is_aborted_is_as_if_it_had_not_been(room):
    body = f"""{PREPARE}
const controller = new AbortController();
const step = llm.trainStep(batch, {{ lr: 1e-3, signal: controller.signal }});
setTimeout(() => controller.abort(), 0);
found.during = await refused(() => step);
found.before = await refused(() => llm.trainStep(batch, {{ lr: 1e-3, signal: AbortSignal.abort() }}));
const after = await full();
const [rest] = await teach([batch], {{ lr: 1e-3 }});
await llm.stopTraining();
await llm.startTraining({{ keep: false, resume: false }});
const whole = await teach([batch, batch, batch], {{ lr: 1e-3 }});
return {{ found, before, after, rest, whole }};"""
    result = room.eval(body, LESSONS)
    assert result["found"]["before"]["code"] == "aborted"
    if result["found"]["during"]["code"] is None:
        pytest.skip("the toy's step was over before it could be stopped")
    assert result["found"]["during"]["code"] == "aborted"
    assert result["before"] == result["after"]
    assert result["rest"]["loss"] == result["whole"][-1]["loss"]


def test_the_start_tells_its_progress_and_can_be_aborted(room):
    body = """
const told = [];
const aborted = await refused(() => llm.startTraining({ signal: AbortSignal.abort() }));
const controller = new AbortController();
const later = await refused(() => llm.startTraining({
  signal: controller.signal, onProgress: () => controller.abort(),
}));
const open = llm.training ?? null;
await llm.startTraining({ keep: false, onProgress: (progress) => told.push(progress) });
return { aborted, later, open, told, said: (await say(arguments[0])).text };"""
    found = room.eval(body, QUESTION)
    assert found["aborted"]["code"] == found["later"]["code"] == "aborted"
    assert found["open"] is None
    assert found["told"] and all(told["total"] >= told["loaded"] > 0 for told in found["told"][-1:])
    assert found["said"] == learner.KNOWN[QUESTION]


def test_steps_wait_for_one_another_and_tell_what_they_cost(room):
    body = """
const [lessons] = arguments;
const given = await batches(lessons, { epochs: 4 });
const results = await Promise.all(given.map((batch) => llm.trainStep(batch, { lr: 1e-3 })));
return { results, training: llm.training };"""
    found = room.eval(body, LESSONS)
    results = found["results"]
    assert [result["step"] for result in results] == list(range(1, len(results) + 1)) and len(results) >= 4
    assert (found["training"]["kind"], found["training"]["kept"], found["training"]["resumed"]) == (
        "full",
        True,
        False,
    )
    for result in results:
        times = result["timings"]
        assert times["computeMs"] > 0 and times["storeMs"] > 0
        assert times["totalMs"] >= times["computeMs"] + times["storeMs"]
        assert result["memory"]["source"] == "webassembly" and result["memory"]["bytes"] > 1e6


@in_one_engine
def test_an_export_without_a_training_graph_says_how_to_make_one(classroom):
    classroom.enter("untaught", clear=True)
    found = classroom.eval("return await refused(() => llm.startTraining());")
    assert found["code"] == "not-found" and "python -m export.training_graph" in found["message"]


# How a browser that refuses storage looks to a page and to its workers, which the tests cannot reach otherwise.
REFUSING = {
    "refused": """
Object.defineProperty(globalThis, "caches", { get() { throw new DOMException("no", "SecurityError"); } });""",
    "full": "Cache.prototype.put = async () => { throw new DOMException('full', 'QuotaExceededError'); };",
}


@pytest.mark.parametrize("how", REFUSING)
def test_storage_that_refuses_is_told_before_anything_changes(room, how):
    """The worker that trains begins with the same refusal as the page."""
    body = """
const [given, refusal, question] = arguments;
window.Worker = class extends Worker {
  constructor(url, options) {
    const script = `${refusal}\\nawait import(${JSON.stringify(String(new URL(url, document.baseURI)))});`;
    super(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), options);
  }
};
new Function(refusal)();
const batch = typed(given);
const begun = await refused(() => llm.startTraining());
const step = await refused(() => llm.trainStep(batch, { lr: 1e-2 }));
const said = (await say(question)).text;
await llm.stopTraining();
const kept = (await llm.startTraining({ keep: false })).kept;
const [first] = await teach([batch], { lr: 1e-2 });
return { begun, step, said, kept, first };"""
    given = random_batch(random.Random(0), learner.BATCH, learner.SEQ, 300)
    found = room.eval(body, given, REFUSING[how], QUESTION)
    codes = [found["begun"]["code"], found["step"]["code"]]
    assert codes[0] == "storage" or codes == [None, "storage"], found
    message = found["begun"]["message"] if codes[0] else found["step"]["message"]
    assert "keep: false" in message, message
    assert found["said"] == learner.KNOWN[QUESTION]
    assert found["kept"] is False and found["first"]["step"] == 1
