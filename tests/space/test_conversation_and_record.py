"""Follow-up turns and run records in every engine: what is read again, and what is generated again."""

import copy
import json

import pytest
from transformers import AutoTokenizer

from tests.space.conftest import REPOSITORY
from tests.space.references import QUESTION, passes, torch_continuation


NANO = REPOSITORY / "odin-nano"
FOLLOW_UP = "What is 12 + 30?"
SAMPLING = {"temperature": 0.8, "topP": 0.9, "topK": 20, "minP": 0.01, "repetitionPenalty": 1.1, "seed": 7}


def rendered(messages) -> list[int]:
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True)


def turns(*contents: str) -> list[dict]:
    return [{"role": ("user", "assistant")[i % 2], "content": content} for i, content in enumerate(contents)]


def greedy(prompt: list[int], tokens: int) -> list[int]:
    """Of odin-nano in PyTorch, which reads all of the prompt."""
    return torch_continuation(NANO, tuple(prompt), tokens)


def test_of_a_follow_up_only_the_new_turn_is_read(lab, nano):
    first = lab.answer(turns(QUESTION), "odin-nano", maxTokens=200)
    assert first["finish"] == "eos"
    messages = turns(QUESTION, first["text"], FOLLOW_UP)
    second = lab.answer(messages, "odin-nano", maxTokens=40)
    assert second["promptTokens"] == rendered(messages)
    read_before = len(first["promptTokens"]) + len(first["tokens"]) - 1  # all but the token that ended the answer
    assert second["readTokens"] == len(second["promptTokens"]) - read_before < 40
    assert second["tokens"] == greedy(second["promptTokens"], 40)
    third = lab.answer([*messages, *turns("", second["text"], "And 5 more?")[1:]], "odin-nano", maxTokens=40)
    assert third["readTokens"] < 40
    assert third["tokens"] == greedy(third["promptTokens"], 40)


def test_a_conversation_that_was_changed_is_read_anew(lab, nano):
    first = lab.answer(turns(QUESTION), "odin-nano", maxTokens=200)
    for messages in (
        turns(QUESTION + " ", first["text"], FOLLOW_UP),
        turns(QUESTION, first["text"] + "!", FOLLOW_UP),
        turns(FOLLOW_UP),
        [{"role": "system", "content": "Be brief."}, *turns(QUESTION, first["text"], FOLLOW_UP)],
    ):
        answer = lab.answer(messages, "odin-nano", maxTokens=12)
        assert answer["promptTokens"] == rendered(messages)
        assert answer["readTokens"] == len(answer["promptTokens"])
        assert answer["tokens"] == greedy(answer["promptTokens"], 12)


def test_a_follow_up_on_an_answer_that_was_cut(lab, nano):
    first = lab.answer(turns(QUESTION), "odin-nano", maxTokens=9)
    assert first["finish"] == "length"
    messages = turns(QUESTION, first["text"], FOLLOW_UP)
    second = lab.answer(messages, "odin-nano", maxTokens=40)
    assert second["promptTokens"] == rendered(messages)
    assert second["readTokens"] == len(second["promptTokens"]) - len(first["promptTokens"]) - 8
    assert second["tokens"] == greedy(second["promptTokens"], 40)


def test_a_follow_up_on_half_a_character_reads_what_the_caller_was_given(lab, says_cycle, toy_folder):
    first = lab.answer(turns("x"), "cycle", maxTokens=5)  # a character of four bytes, one of another
    assert first["text"] == "💚"
    messages = turns("x", first["text"], "y")
    second = lab.answer(messages, "cycle", maxTokens=3)
    tokenizer = AutoTokenizer.from_pretrained(toy_folder)
    assert second["promptTokens"] == tokenizer.apply_chat_template(messages, add_generation_prompt=True)


def test_token_ids_that_go_on_are_read_from_there(lab, toy_folder):
    ids = list(range(10, 80))
    first = lab.answer({"tokens": ids}, maxTokens=7)
    longer = [*ids, *first["tokens"], 33, 34, 35]
    second = lab.answer({"tokens": longer}, maxTokens=7)
    assert second["readTokens"] == 4
    assert second["tokens"] == torch_continuation(toy_folder, tuple(longer), 7)
    other = [11, *longer[1:]]
    third = lab.answer({"tokens": other}, maxTokens=7)
    assert third["readTokens"] == len(other)
    assert third["tokens"] == torch_continuation(toy_folder, tuple(other), 7)


RECORDED = """
const llm = await model("toy", arguments[0]);
const [prompt, options] = [arguments[1], arguments[2]];
const results = [];
const keep = async (answer, onChunk) => results.push(await collect(answer, onChunk)) && results.at(-1);
const first = await keep(llm.generate(prompt, { ...options, maxTokens: 20 }));
const cut = new AbortController();
const stop = (count) => { if (count === 4) cut.abort(); };
await keep(llm.continue({ maxTokens: 4000, signal: cut.signal }), stop);
const last = await keep(llm.continue({ maxTokens: 10 }));
const content = results.map(({ text }) => text).join("");
const messages = [{ role: "user", content: prompt }, { role: "assistant", content }];
await keep(llm.generate([...messages, { role: "user", content: "x" }], { ...options, maxTokens: 15 }));
await keep(llm.generate({ tokens: [...results.at(-1).promptTokens, 5] }, { ...options, maxTokens: 15 }));
const replays = [];
for (const { record } of results.toReversed?.() ?? [...results].reverse()) {
  const copy = odin.parseRecord(JSON.stringify(record));
  replays.unshift(await collect(llm.replay(JSON.stringify(copy))));
}
return { results, replays };"""


@pytest.mark.parametrize(
    ("dtype", "options"), [("q8", {}), ("fp32", SAMPLING), ("q8", SAMPLING)], ids=["q8", "sampled", "q8 sampled"]
)
def test_every_answer_can_be_replayed_from_its_record(lab, dtype, options):
    question = " ".join(f"{i}+{i}" for i in range(40))
    found = lab.eval(RECORDED, dtype, question, options)
    results = found["results"]
    assert [result["record"]["finish"] for result in results[:3]] == ["length", "stopped", "length"]
    assert results[1]["readTokens"] == 1, "it went on and was not read again"
    for result, replay in zip(results, found["replays"], strict=True):
        assert replay["tokens"] == result["tokens"]
        assert replay["text"] == result["text"]
        read = sum(size * count for size, count in result["record"]["reads"])
        assert read == len(result["promptTokens"])
        assert result["record"]["tokens"] == result["tokens"]
        assert result["record"]["firstDraw"] == len(result["promptTokens"]) - first_of(results, result)


def first_of(results, result) -> int:
    """Tokens of the prompt, to which a call that goes on adds the answer so far."""
    return len(results[0]["promptTokens"]) if result in results[1:3] else len(result["promptTokens"])


def test_a_record_says_all_that_an_answer_depended_on(lab, toy_export):
    record = lab.answer(QUESTION, dtype="q8", maxTokens=8, **SAMPLING)["record"]
    manifest = json.loads((toy_export / "manifest.json").read_text())
    prompt = AutoTokenizer.from_pretrained(toy_export).apply_chat_template(turns(QUESTION), add_generation_prompt=True)
    seed = SAMPLING["seed"]
    parameters = {name: value for name, value in SAMPLING.items() if name != "seed"} | {"maxTokens": 8}
    files = manifest["files"]
    tokens, runtime, precision = record.pop("tokens"), record.pop("runtime"), record.pop("precision")
    assert record == {
        "format": 2,
        "model": {"name": manifest["model"], "version": manifest["version"]},
        "variant": None,
        "hashes": {
            "config": files["config.json"]["sha256"],
            "weights": files["onnx/model_quantized.onnx"]["sha256"],
            "tokenizer": files["tokenizer.json"]["sha256"],
        },
        "device": "wasm",
        "dtype": "q8",
        "threads": 2 if lab.isolated else 1,
        "seed": seed,
        "parameters": parameters,
        "prompt": {"messages": turns(QUESTION)},
        "reads": [list(entry) for entry in passes(len(prompt))],
        "firstDraw": 0,
        "finish": "length",
    }
    assert len(tokens) == 8
    assert runtime == lab.eval("return odin.VERSION;")
    assert precision["projections"] == "int8" and precision["recurrence"] == "float32"


def changed(record: dict, path: str, value) -> dict:
    record = copy.deepcopy(record)
    *parents, leaf = path.split(".")
    target = record
    for name in parents:
        target = target[name]
    target[leaf] = value
    return record


def test_a_record_that_does_not_fit_is_refused(lab):
    record = lab.answer(QUESTION, dtype="q8", maxTokens=12)["record"]
    tokens = record["tokens"]
    refused = {
        "other weights": changed(record, "hashes.weights", "0" * 64),
        "other tokenizer": changed(record, "hashes.tokenizer", "0" * 64),
        "other config": changed(record, "hashes.config", "0" * 64),
        "other dtype": changed(record, "dtype", "fp32"),
        "changed token": changed(record, "tokens", [*tokens[:-1], (tokens[-1] + 1) % 290]),
        "one token more": changed(record, "tokens", [*tokens, 5]),
        "other question": changed(record, "prompt.messages", turns("Something else?")),
        "other passes": changed(record, "reads", [[1, 5]]),
        "other seed": changed(record, "sead", 1),
        "no tokens": changed(record, "tokens", []),
        "no JSON": "{",
    }
    body = """
const llm = await model("toy", "q8");
const found = {};
for (const [name, record] of Object.entries(arguments[0]))
  found[name] = await collect(llm.replay(record)).then(() => "replayed", ({ code }) => code);
return found;"""
    assert lab.eval(body, refused) == dict.fromkeys(refused, "bad-record")
    other = "return collect((await model('toy', 'fp32')).replay(arguments[0])).catch(({ message }) => message);"
    assert "weights" in lab.eval(other, record)
    again = lab.eval("return collect((await model('toy', 'q8')).replay(arguments[0]));", record)
    assert again["tokens"] == tokens, "and one that fits is not"


def test_a_record_is_the_same_on_every_engine(lab, records):
    """But for the number of threads, which is part of the device."""
    found = [
        lab.answer(QUESTION, dtype=dtype, maxTokens=64, **options)["record"]
        for dtype in ("fp32", "q8")
        for options in ({}, SAMPLING)
    ]
    assert [record.pop("threads") for record in found] == [2 if lab.isolated else 1] * 4
    records.setdefault("first", found)
    assert found == records["first"]


@pytest.fixture(scope="session")
def records() -> dict:
    """What the first engine gave."""
    return {}
