"""Answers of the built package on a bare page, in every engine, with threads and without: tokens, order, errors."""

import random

import onnx
import pytest
import torch
from transformers import AutoTokenizer

from export.probe import exact
from tests.space.browsers import PageError
from tests.space.conftest import CYCLE
from tests.space.references import (
    QUESTION,
    onnx_rows,
    passes,
    reference,
    torch_continuation,
    torch_model,
)
from tests.space.test_sampling import defined_token, uniform
from tests.space.typescript import compile_script


LONG = " ".join(f"{i}+{i * i}" for i in range(70))
QUESTIONS = {"plain": QUESTION, "bytes": "naïve 💚 \t <b>47 * 86</b>\nline", "several passes": LONG}
# The runtime's names, where they are others than those of the files.
FILES = {"q8": "model_quantized.onnx", "q4": "model_q4.onnx", "q4wire": "model_q4wire.onnx"}
PRODUCTS = {"q8": "int8", "q4": "float32", "q4wire": "int8"}
# Where float32 rounds otherwise, an int8 activation may fall to its other neighbour, which decides between tokens that
# are as good as equally likely. Half of the toy's are ahead of the next by 0.07 and more.
TIE = 0.01
SAMPLING = {
    "plain": {"temperature": 0.8, "topP": 0.9, "topK": 20, "minP": 0.01, "repetitionPenalty": 1.1, "seed": 7},
    "all tokens": {"temperature": 1.3, "seed": 4_294_967_295},
    "greedy": {"repetitionPenalty": 1.3},
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_greedy_fp32_tokens_equal_pytorch(lab, toy_folder, question):
    assert lab.eval("return crossOriginIsolated") is lab.isolated
    assert lab.info("toy", "fp32")["threads"] == (2 if lab.isolated else 1)
    prompt, expected = reference(toy_folder, question, 128)
    answer = lab.answer(question, maxTokens=128)
    assert answer["promptTokens"] == prompt
    assert answer["record"]["reads"] == [list(entry) for entry in passes(len(prompt))]
    assert len(set(expected)) > 20, "the toy should not repeat itself"
    assert answer["tokens"] == expected


@pytest.fixture(scope="session")
def graphs(toy_export, tmp_path_factory):
    """The files of the toy's precisions, as Python is to read them.

    Where a 4-bit file allows kernels to round activations to int8, native ones do, and those of browsers do not.
    """
    exact_q4 = tmp_path_factory.mktemp("exact") / FILES["q4"]
    onnx.save(exact(onnx.load(toy_export / "onnx" / FILES["q4"])), exact_q4)
    return {dtype: toy_export / "onnx" / name for dtype, name in FILES.items()} | {"q4": exact_q4}


@pytest.mark.parametrize("dtype", FILES)
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_quantised_tokens_equal_onnxruntime(lab, graphs, dtype, question):
    answer = lab.answer(question, dtype=dtype, maxTokens=128)
    prompt, tokens = tuple(answer["promptTokens"]), tuple(answer["tokens"])
    assert (len(prompt) > 200) is (question == LONG)
    rows = onnx_rows(graphs[dtype], prompt, 128, passes(len(prompt)), follow=tokens)
    # Nothing is likelier than any token, after those before it: these are the greedy tokens.
    limit = TIE if PRODUCTS[dtype] == "int8" and question != QUESTION else 0
    assert max(row.max() - row[token] for row, token in zip(rows, tokens, strict=True)) <= limit


def test_only_the_page_is_asked(lab):
    lab.info("toy", "fp32")
    assert {entry.path.split("/")[0] for entry in lab.site.log} <= {"", "odin-llm", "models"}


def test_chunks_come_in_order_while_the_model_computes(lab, toy_folder):
    answer = lab.answer(QUESTION, maxTokens=512)
    assert [token for chunk in answer["chunks"] for token in chunk["tokens"]] == answer["tokens"]
    tokenizer = AutoTokenizer.from_pretrained(toy_folder)
    assert answer["text"] == tokenizer.decode(answer["tokens"], skip_special_tokens=True)
    times = answer["times"]
    assert times == sorted(times)
    assert times[-1] - times[0] > answer["decodeMs"] / 3, "what is ready has to be told at once"


def test_characters_of_several_tokens_come_whole(lab, says_cycle):
    answer = lab.answer("x", folder="cycle", maxTokens=3 * len(says_cycle))
    assert answer["tokens"] == says_cycle * 3
    assert [chunk["text"] for chunk in answer["chunks"] if chunk["text"]] == [*CYCLE * 3]


def test_an_answer_cut_within_a_character_goes_on(lab, says_cycle):
    body = """
const llm = await model("cycle", "fp32");
const first = await collect(llm.generate("x", { maxTokens: 2 }));
const parts = [first];
for (const maxTokens of [1, 2, 7]) parts.push(await collect(llm.continue({ maxTokens })));
const replayed = [];
for (const { record } of parts) replayed.push(await collect(llm.replay(record)));
return { parts, replayed };"""
    found = lab.eval(body)
    whole = [chunk for part in found["parts"] for chunk in part["chunks"]]
    assert [token for chunk in whole for token in chunk["tokens"]] == (says_cycle * 2)[:12]
    assert [chunk["text"] for chunk in whole if chunk["text"]] == [*CYCLE]
    assert found["parts"][0]["text"] == ""
    assert [part["text"] for part in found["replayed"]] == [part["text"] for part in found["parts"]]
    assert [part["tokens"] for part in found["replayed"]] == [part["tokens"] for part in found["parts"]]


STOP_AND_GO_ON = """
const [options, after, flagOnly] = arguments;
const llm = await model("toy", "fp32");
const post = Worker.prototype.postMessage;
// What then stops the model can only be the memory that page and worker share.
if (flagOnly) Worker.prototype.postMessage = function (message, ...rest) {
  if (message.type !== "stop") post.call(this, message, ...rest);
};
try {
  const parts = [];
  for (const at of after) {
    const controller = new AbortController();
    const call = { maxTokens: 8192, signal: controller.signal };
    const answer = parts.length ? llm.continue(call) : llm.generate(options.prompt, { ...options.sampling, ...call });
    parts.push(await collect(answer, (count) => { if (count === at) controller.abort(); }));
  }
  parts.push(await collect(llm.continue({ maxTokens: 10 })));
  const maxTokens = parts.reduce((sum, part) => sum + part.tokens.length, 0);
  return { parts, whole: await collect(llm.generate(options.prompt, { ...options.sampling, maxTokens })) };
} finally {
  Worker.prototype.postMessage = post;
}"""


@pytest.mark.parametrize("sampling", [{}, SAMPLING["plain"]], ids=["greedy", "sampled"])
def test_an_answer_that_was_stopped_goes_on_as_if_it_had_not_been(lab, sampling):
    found = lab.eval(STOP_AND_GO_ON, {"prompt": QUESTION, "sampling": sampling}, [3, 1, 5], lab.isolated)
    *stopped, last = found["parts"]
    for part, least in zip(stopped, [3, 1, 5], strict=True):
        assert part["finish"] == "stopped"
        assert least <= len(part["tokens"]) < 8192
    assert last["finish"] == "length"
    assert [part["readTokens"] for part in found["parts"][1:]] == [1, 1, 1]
    assert [token for part in found["parts"] for token in part["tokens"]] == found["whole"]["tokens"]
    assert "".join(part["text"] for part in found["parts"]) == found["whole"]["text"]


def test_reading_a_prompt_stops_and_goes_on(lab, toy_folder):
    ids = random.Random(3).choices(range(3, 290), k=12_001)
    body = """
const llm = await model("toy", "fp32");
const controller = new AbortController();
const told = [];
const onPrefill = (done, total) => { told.push([done, total]); controller.abort(); };
const prompt = { tokens: arguments[0] };
const first = await collect(llm.generate(prompt, { maxTokens: 20, signal: controller.signal, onPrefill }));
const count = told.length;
const rest = await collect(llm.continue({ maxTokens: 20, onPrefill }));
return { first, rest, told, count };"""
    found = lab.eval(body, ids)
    first, rest, told = found["first"], found["rest"], found["told"]
    assert first["finish"] == "stopped" and first["tokens"] == []
    assert 64 <= told[found["count"] - 1][0] < len(ids), "it has to end before all was read"
    assert told == [[done, len(ids)] for done in range(64, len(ids), 64)], "no pass is left out or repeated"
    assert rest["readTokens"] == len(ids) - told[found["count"] - 1][0]
    assert rest["tokens"] == torch_continuation(toy_folder, tuple(ids), 20)


def test_a_call_that_is_aborted_before_it_begins_says_nothing(lab):
    body = """
const llm = await model("toy", "fp32");
const signal = AbortSignal.abort();
const stopped = await collect(llm.generate("x", { signal }));
return [stopped, await collect(llm.continue({ maxTokens: 5 })), await collect(llm.generate("x", { maxTokens: 5 }))];"""
    stopped, rest, whole = lab.eval(body)
    assert stopped["finish"] == "stopped" and stopped["tokens"] == []
    assert rest["tokens"] == whole["tokens"]


def test_leaving_the_loop_ends_the_answer_and_the_next_call_waits_for_that(lab):
    body = """
const llm = await model("toy", "fp32");
const left = async () => collect(llm.generate(arguments[0], { maxTokens: 8192 }), (n) => n === 3 ? "break" : "");
await left();
const other = await collect(llm.generate("x", { maxTokens: 20 }));
const first = await left();
const rest = await collect(llm.continue({ maxTokens: 20 }));
return { other, first, rest };"""
    found = lab.eval(body, QUESTION)
    assert found["other"]["tokens"] == lab.answer("x", maxTokens=20)["tokens"]
    rest = found["rest"]
    text = rest["promptTokens"] + rest["tokens"]
    whole = lab.answer(QUESTION, maxTokens=len(text))
    heard = [token for chunk in found["first"]["chunks"] for token in chunk["tokens"]]
    assert len(heard) == 3
    assert text[: len(whole["promptTokens"]) + 3] == whole["promptTokens"] + heard
    assert text == (whole["promptTokens"] + whole["tokens"])[: len(text)]
    assert len(rest["promptTokens"]) < 8192, "it should not have computed on for nobody"


def test_calls_wait_for_one_another(lab):
    body = """
const llm = await model("toy", "fp32");
const ask = (prompt) => collect(llm.generate(prompt, { maxTokens: 30 }));
let during;
const answers = await Promise.all([ask("1"), ask("2"), llm.continue({ maxTokens: 3 }).next(), ask("3")]);
answers.push(await collect(llm.generate("4", { maxTokens: 30 }), (count) => { if (count === 2) during = ask("5"); }));
answers.push(await during);
return answers.filter(({ tokens }) => tokens);"""
    found = lab.eval(body)
    assert [answer["tokens"] for answer in found] == [lab.answer(prompt, maxTokens=30)["tokens"] for prompt in "12345"]


@pytest.mark.parametrize("options", SAMPLING.values(), ids=SAMPLING)
def test_draws_are_those_of_the_definition_on_logits_of_pytorch(lab, toy_folder, options):
    answer = lab.answer(QUESTION, maxTokens=48, **options)
    assert answer["tokens"] == drawn(toy_folder, tuple(answer["promptTokens"]), 48, tuple(options.items()))


def drawn(folder, prompt, count, options):
    """What the definition draws from PyTorch's logits."""
    given = {"temperature": 0, "topK": 0, "topP": 1, "minP": 0, "repetitionPenalty": 1, "seed": 0} | dict(options)
    ids = list(prompt)
    with torch.no_grad():
        output = torch_model(folder)(torch.tensor([ids]), use_cache=True)
        for index in range(count):
            logits = output.logits[0, -1].tolist()
            ids.append(defined_token(logits, given, ids, uniform(given["seed"], index)))
            output = torch_model(folder)(
                torch.tensor([ids[-1:]]), past_key_values=output.past_key_values, use_cache=True
            )
    return ids[len(prompt) :]


PROBABILITIES = """
const found = ({ rows, choices, history }) => rows.flatMap((row) =>
  choices.map((options) => Array.from(nextTokenProbabilities(Float32Array.from(row), options, history))));
"""


@pytest.fixture(scope="module")
def probabilities_in_node(tmp_path_factory):
    imports = 'import { nextTokenProbabilities } from "RUNTIME/sampling";'
    script = f"{imports}{PROBABILITIES}const answer = found;"
    return compile_script(script, tmp_path_factory.mktemp("probabilities"))


def test_probabilities_are_the_same_to_the_last_bit(lab, probabilities_in_node):
    rng = random.Random(11)
    rows = [[rng.gauss(0, spread) for _ in range(1000)] for spread in (0.3, 2, 30)]
    plain = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "repetitionPenalty": 1}
    choices = [plain | {name: v for name, v in o.items() if name != "seed"} for o in SAMPLING.values()]
    job = {"rows": rows, "choices": choices, "history": rng.choices(range(1000), k=50)}
    found = lab.eval(f"const {{ nextTokenProbabilities }} = odin;{PROBABILITIES}return found(arguments[0]);", job)
    (expected,) = probabilities_in_node([job])
    assert found == expected
    assert len(expected) == 9 and all(abs(sum(row) - 1) < 1e-12 for row in expected)


REFUSED = [
    (" \n ", {}, "empty-prompt", "no question yet"),
    ([], {}, "empty-prompt", "no question yet"),
    ({"tokens": []}, {}, "empty-prompt", "no tokens"),
    ("7" * 600_000, {}, "prompt-too-long", "600,000 characters"),
    ("7 " * 9000, {}, "prompt-too-long", "at most 16,384 tokens"),
    ({"tokens": [1] * 16_385}, {}, "prompt-too-long", "16,385 tokens"),
    ({"tokens": [100_000]}, {}, "bad-option", "one was 100000"),
    ({"tokens": [5, -1]}, {}, "bad-option", "one was -1"),
    ({"tokens": [1.5]}, {}, "bad-option", "one was 1.5"),
    ("x", {"maxTokens": 0}, "bad-option", "maxTokens must be a whole number from 1 to 8192; it was 0"),
    ("x", {"maxTokens": 8193}, "bad-option", "it was 8193"),
    ("x", {"temperature": "NaN"}, "bad-option", "temperature must be a number from 0 to 10; it was NaN"),
    ("x", {"temperature": -1}, "bad-option", "it was -1"),
    ("x", {"topP": 0}, "bad-option", "topP must be"),
    ("x", {"topK": 1.5}, "bad-option", "topK must be"),
    ("x", {"seed": -1}, "bad-option", "seed must be"),
]


def test_what_cannot_be_answered_is_refused(lab):
    body = """
const llm = await model("toy", "fp32");
const found = [];
for (const [prompt, { temperature, ...options }] of arguments[0]) {
  if (temperature !== undefined) options.temperature = Number(temperature); // JSON has no NaN
  await collect(llm.generate(prompt, { maxTokens: 1, ...options })).then(
    () => found.push(["answered", ""]),
    ({ code, message }) => found.push([code, message]),
  );
}
return found;"""
    found = lab.eval(body, [(prompt, options) for prompt, options, _, _ in REFUSED])
    for (_, _, code, words), (found_code, message) in zip(REFUSED, found, strict=True):
        assert found_code == code, message
        assert words in message
    assert lab.answer("x", maxTokens=3)["tokens"], "a refusal leaves the model as it was"


def test_a_refused_call_leaves_the_last_answer_to_go_on_with(lab):
    body = """
const llm = await model("toy", "fp32");
const first = await collect(llm.generate("x", { maxTokens: 5 }));
const refused = [llm.generate(""), llm.generate("x", { maxTokens: 0 }), llm.continue({ maxTokens: 0 })];
for (const call of refused) await collect(call).then(() => { throw new Error("answered"); }, () => {});
return [first, await collect(llm.continue({ maxTokens: 5 })), await collect(llm.generate("x", { maxTokens: 10 }))];"""
    first, rest, whole = lab.eval(body)
    assert first["tokens"] + rest["tokens"] == whole["tokens"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dtype": "int3"}, "no weights of type 'int3'"),
        ({"device": "gpu"}, "no device 'gpu'"),
        ({"device": "cpu"}, "a browser has wasm"),
        ({"threads": 0}, "threads must be a whole number"),
    ],
)
def test_options_of_loading_that_cannot_be(lab, options, words):
    with pytest.raises(PageError, match=words) as raised:
        lab.eval('await odin.OdinLLM.load("models/toy/", arguments[0]);', {"store": False, **options})
    assert raised.value.code == "bad-option"


def test_a_model_that_was_disposed_of_says_so(lab):
    body = """
const llm = await odin.OdinLLM.load("models/toy/", { ...options, dtype: "fp32" });
const failure = (answer) => collect(answer).then(() => undefined, ({ code, message }) => [code, message]);
const during = failure(llm.generate("x", { maxTokens: 8192 }));
const waiting = failure(llm.generate("x", { maxTokens: 1 }));
await new Promise((resolve) => setTimeout(resolve, 50));
llm.dispose();
llm.dispose();
return [await during, await waiting, await failure(llm.generate("x")), await failure(llm.continue())];"""
    for code, message in lab.eval(body):
        assert code == "engine"
        assert "unloaded" in message
