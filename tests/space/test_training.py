"""Training of the built package on a bare page, in every engine: steps against PyTorch, batches, records, reloads."""

import hashlib
import random

import pytest
from safetensors.torch import load, load_file
from transformers import AutoTokenizer

from data_chef.descriptor import canonical_json
from tests.space import learner
from tests.space.classroom import in_one_engine, open_classroom, random_batch, read_json
from tests.space.conftest import REPOSITORY
from tests.space.training_reference import train_full, train_lora
from training.checkpoint import load_model


QUESTION = "Capital of France?"
LESSONS = [{"question": question, "answer": answer} for question, answer in learner.TAUGHT.items()]
FIELDS = ("loss", "gradientNorm")


def batches_of(seed: int, count: int) -> list[dict]:
    rng = random.Random(seed)
    return [random_batch(rng, learner.BATCH, learner.SEQ, 300) for _ in range(count)]


def test_losses_of_odin_nano_equal_pytorch(browsers, engine, bare, trainable_nano):
    body = """
const [examples, options] = arguments;
const told = [];
await llm.startTraining({ keep: false, onProgress: (progress) => told.push(progress) });
const { batch, seq, kind } = llm.training;
const given = await batches(examples, { seed: 3, epochs: 9 }, options.length);
return { batch, seq, kind, given: given.map(plain), results: await teach(given, options), told: told.length };"""
    options = learner.warm_up(20, 1e-3)
    with open_classroom(browsers(engine), bare, {"odin-nano": trainable_nano}) as room:
        found = room.enter("odin-nano").eval(body, learner.operator_examples(100), options)
    assert (found["kind"], found["batch"], found["seq"]) == ("full", 4, 128)
    assert len(found["given"]) == 20 and found["told"] > 0
    expected = train_full(REPOSITORY / "odin-nano", found["given"], options)
    results = found["results"]
    assert [result["loss"] for result in results] == pytest.approx(expected.losses, abs=1e-3)
    assert [result["gradientNorm"] for result in results] == pytest.approx(expected.norms, rel=1e-2)
    assert expected.losses[-1] < 0.5 * expected.losses[0], "these examples can be learned"
    assert [result["step"] for result in results] == list(range(1, 21))
    for result in results:
        times = result["timings"]
        assert 0 < times["computeMs"] <= times["totalMs"] and times["storeMs"] < times["totalMs"]
        assert result["memory"]["bytes"] > 20e6


def test_every_number_that_was_trained_equals_pytorch(room, learner_folder):
    given = batches_of(1, 8)
    # Gradients that are clipped and others that are not, and a loss that is scaled.
    options = [{"lr": 1e-2, "clip": (0.05, 100)[index % 2], "lossScale": (1, 512)[index // 4]} for index in range(8)]
    body = """
const [given, options] = arguments;
const results = await teach(given.map(typed), options);
return { results, adapter: Array.from((await llm.exportAdapter())["adapter_model.safetensors"]) };"""
    found = room.eval(body, given, options)
    expected = train_full(learner_folder, given, options)
    for field, values in zip(FIELDS, (expected.losses, expected.norms), strict=True):
        assert [result[field] for result in found["results"]] == pytest.approx(values, rel=1e-3)
    norms = [result["gradientNorm"] for result in found["results"]]
    assert min(norms[0::2]) > 0.05 and max(norms[1::2]) < 100, "half of them are clipped"
    learned = load(bytes(found["adapter"]))
    before = dict(load_model(learner_folder).named_parameters())
    for name, values in expected.parameters.items():
        moved, differs = ((other - values).abs() for other in (before[name], learned[f"base_model.model.{name}"]))
        assert moved.max() > 1e-3, f"{name} should have been trained"
        # The mean: where a gradient is nearly zero, AdamW makes a whole step of the sign of its rounding.
        assert differs.mean() < 1e-3 * moved.mean(), name


def test_a_low_rank_adapter_trains_as_in_peft(lora_room, learner_folder, learners):
    given, options = batches_of(2, 10), learner.warm_up(10, 1e-2)
    body = """
const [given, options] = arguments;
const results = await teach(given.map(typed), options);
const adapter = Array.from((await llm.exportAdapter())["adapter_model.safetensors"]);
return { results, kind: llm.training.kind, adapter };"""
    found = lora_room.eval(body, given, options)
    assert found["kind"] == "lora"
    settings = read_json(learners["lora"] / "onnx" / "train.json")["lora"]
    assert settings["rank"] == learner.RANK
    expected = train_lora(learner_folder, learners["lora"], settings, given, options)
    assert [result["loss"] for result in found["results"]] == pytest.approx(expected.losses, abs=1e-3)
    assert [result["gradientNorm"] for result in found["results"]] == pytest.approx(expected.norms, rel=1e-2)
    learned = load(bytes(found["adapter"]))
    assert set(learned) == set(expected.parameters)
    first = load_file(learners["lora"] / "onnx" / "train.safetensors")
    for name, values in expected.parameters.items():
        moved, differs = ((other - values).abs() for other in (first[name], learned[name]))
        assert differs.mean() < 1e-2 * moved.mean(), name


@in_one_engine
def test_batches_hold_every_example_once_an_epoch(room, learner_folder):
    examples = [{"question": f"{n} times {n}?", "answer": str(n * n)} for n in range(17)]
    found = room.eval(
        """
const [examples] = arguments;
await llm.startTraining({ keep: false });
const run = async (options) => (await batches(examples, options)).map(plain);
return [await run({ seed: 5, epochs: 2 }), await run({ seed: 5, epochs: 2 }), await run({ seed: 6 })];""",
        examples,
    )
    assert found[0] == found[1] and found[2] != found[0][: len(found[2])]
    tokenizer = AutoTokenizer.from_pretrained(learner_folder)
    documents = {example["question"]: tokenized(tokenizer, example) for example in examples}
    half = len(found[0]) // 2
    orders = []
    for epoch in (found[0][:half], found[0][half:], found[2]):
        seen = [document for batch in epoch for document in documents_of(batch, tokenizer)]
        assert sorted(seen) == sorted(documents.values())
        assert sum(batch["examples"] for batch in epoch) == len(examples)
        orders.append(seen)
    assert orders[0] != orders[1]
    assert len(found[2]) < len(examples) / learner.BATCH, "rows should hold several examples"


def tokenized(tokenizer, example: dict) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Tokens and labels of an example, by the tokenizer's own chat template."""
    question = [{"role": "user", "content": example["question"]}]
    answer = [{"role": "assistant", "content": example["answer"]}]
    prompt = tokenizer.apply_chat_template(question, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(question + answer)
    assert whole[: len(prompt)] == prompt
    return tuple(whole), (-100,) * len(prompt) + tuple(whole[len(prompt) :])


def documents_of(batch: dict, tokenizer) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Tokens and labels of each document of a batch; what is padding has a segment of its own, and no labels."""
    found = []
    for row in range(batch["rows"]):
        begin, end = row * batch["length"], (row + 1) * batch["length"]
        parts = list(zip(*(batch[name][begin:end] for name in ("inputIds", "labels", "segments")), strict=True))
        for segment in dict.fromkeys(part[2] for part in parts):
            ids, labels = zip(*(part[:2] for part in parts if part[2] == segment), strict=True)
            if set(ids) == {tokenizer.pad_token_id}:
                assert set(labels) == {-100}
            else:
                found.append((ids, labels))
    return found


# `run()` begins anew, takes a step with each of `options`, and tells all that came of it.
RUN = """
const [examples, options] = arguments;
const run = async () => {
  await llm.startTraining({ keep: false, seed: 4, data: odin.dataOf(examples) });
  const results = await teach(await batches(examples, { seed: 4, epochs: options.length }, options.length), options);
  const told = { losses: results.map(({ loss }) => loss), record: llm.training.record, state: await state() };
  await llm.forgetTraining();
  return told;
};"""
REPLAY = """
const again = async (record, given) => {
  const steps = [];
  const onStep = (...told) => steps.push(told);
  const error = await refused(() => llm.replayTraining(record, odin.Dataset.from(given), { onStep }));
  return { ...error, steps: steps.length };
};"""


def test_a_run_again_gives_the_same_numbers(room):
    first, second = room.eval(f"{RUN}return [await run(), await run()];", LESSONS, learner.warm_up(10, 1e-2))
    assert len(set(first["losses"])) == 10
    assert first == second


@in_one_engine
def test_a_record_is_replayed_or_refused(room):
    body = f"""{RUN}{REPLAY}
const {{ record, losses }} = await run();
const changed = (change) => {{ const copy = structuredClone(record); change(copy); return copy; }};
const other = [...examples].reverse();
const said = (await say(arguments[2])).text;
return {{
  losses,
  record,
  same: await again(record, examples),
  text: await again(JSON.stringify(record), examples),
  loss: await again(changed(({{ steps }}) => (steps[4].loss += 0.01)), examples),
  lr: await again(changed(({{ steps }}) => (steps[2].lr *= 2)), examples),
  order: await again(record, other),
  data: await again(changed((copy) => (copy.data = null)), other),
  weights: await again(changed(({{ hashes }}) => (hashes.weights = "0".repeat(64))), examples),
  graph: await again(changed(({{ hashes }}) => (hashes.graph = "0".repeat(64))), examples),
  damaged: await again(changed((copy) => delete copy.seed), examples),
  unchanged: (await say(arguments[2])).text === said,
}};"""
    found = room.eval(body, LESSONS, learner.warm_up(10, 1e-2), QUESTION)
    record = found["record"]
    assert [step["loss"] for step in record["steps"]] == found["losses"]
    digest = hashlib.sha256(canonical_json(LESSONS)).hexdigest()
    assert record["seed"] == 4 and record["data"] == {"sha256": digest, "examples": len(LESSONS)}
    for name in ("same", "text"):
        assert (found[name]["code"], found[name]["steps"]) == (None, 10), found[name]
    words = {
        "loss": "loss",
        "lr": "loss",
        "order": "examples",
        "data": "batch",
        "weights": "weights",
        "graph": "training graph",
        "damaged": "seed",
    }
    for name, word in words.items():
        assert found[name]["code"] == "bad-record", (name, found[name])
        assert word in found[name]["message"], (name, found[name])
    assert found["unchanged"]


BEGIN = """
const [given, options, keep, question] = arguments;
await llm.startTraining({ checkpointEvery: 3, keep, resume: false });
const results = await teach(given.map(typed), options);
const told = { losses: results.map(({ loss }) => loss), record: llm.training.record, state: await state() };
const said = (await say(question)).text;
await llm.stopTraining();
return { ...told, said };"""
GO_ON = """
const [given, options, question] = arguments;
const replayed = [];
const { resumed, step, kept } = await llm.startTraining({ onReplay: (...told) => replayed.push(told) });
const before = { state: await state(), said: (await say(question)).text };
const results = await teach(given.map(typed), options);
const told = { resumed, step, kept, replayed, before, record: llm.training.record };
return { ...told, losses: results.map(({ loss }) => loss), state: await state() };"""


def test_state_survives_a_reload(room):
    given, options = batches_of(3, 10), learner.warm_up(10, 1e-2)
    whole = room.eval(BEGIN, given, options, False, QUESTION)
    assert room.stored() == []
    first = room.eval(BEGIN, given[:5], options[:5], True, QUESTION)
    assert room.stored() != []
    rest = room.enter().eval(GO_ON, given[5:], options[5:], QUESTION)
    assert (rest["resumed"], rest["step"], rest["kept"]) == (True, 5, True)
    assert rest["replayed"][-1] == [2, 2], "two steps since the last checkpoint"
    assert rest["before"] == {"state": first["state"], "said": first["said"]}
    assert first["losses"] + rest["losses"] == whole["losses"], "bit for bit, on one engine"
    assert rest["state"] == whole["state"] != first["state"]
    assert rest["record"] == whole["record"]
