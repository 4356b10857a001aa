"""Models from a caller's own bytes, without a worker, and under a policy that forbids workers, in every engine."""

import pytest

from tests.space.bare import open_bare
from tests.space.browsers import PageError
from tests.space.references import QUESTION, reference


FORBIDS_WORKERS = (
    "<!doctype html><meta http-equiv='Content-Security-Policy' content=\"worker-src 'none'\"><title>loading</title>"
    "<script type=module>window.odin = await import('./odin-llm/index.js'); document.title = 'ready';</script>"
)
OWN = """
const bytes = async (path) => new Uint8Array(await (await fetch(`models/toy/${path}`)).arrayBuffer());
const config = JSON.parse(new TextDecoder().decode(await bytes("config.json")));
const tokenizerConfig = JSON.parse(new TextDecoder().decode(await bytes("tokenizer_config.json")));
tokenizerConfig.chat_template ??= new TextDecoder().decode(await bytes("chat_template.jinja"));
const tokenizer = { tokenizer: await bytes("tokenizer.json"), config: tokenizerConfig };
const weights = await bytes("onnx/model.onnx");
const hash = () => [weights, tokenizer.tokenizer].map((value) => odin.sha256Hex(value)).join();
const before = hash() + JSON.stringify([config, tokenizerConfig]);
// In a buffer with something before and behind it, as a reader of a larger file would have it.
const within = new Uint8Array(weights.length + 20);
within.set(weights, 10);
const cuts = [0, 1, 5000, 5000, weights.length];
const pieces = cuts.slice(1).map((end, i) => weights.slice(cuts[i], end));
const forms = {
  blob: new Blob([weights]),
  view: within.subarray(10, 10 + weights.length),
  buffer: weights.buffer,
  pieces,
};
"""


@pytest.mark.parametrize(
    ("form", "worker"),
    [("blob", True), ("pieces", True), ("view", True), ("buffer", False), ("pieces", False)],
    ids=lambda value: {True: "worker", False: "page"}.get(value, value),
)
def test_a_model_of_own_bytes_is_the_model_that_is_loaded(lab, toy_folder, form, worker):
    body = """
const own = { ...options, dtype: "fp32", tokenizer, threads: 1, worker: arguments[2] };
const llm = await odin.OdinLLM.createModel(config, forms[arguments[0]], own);
const answer = await collect(llm.generate(arguments[1], { maxTokens: 24 }));
llm.dispose();
const kept = pieces.reduce((sum, piece) => sum + piece.length, 0) === weights.length;
const intact = kept && before === hash() + JSON.stringify([config, tokenizerConfig]);
return { answer, intact, hashes: llm.info.hashes };"""
    found = lab.eval(OWN + body, form, QUESTION, worker)
    assert found["intact"], "a caller's bytes are the caller's"
    prompt, expected = reference(toy_folder, QUESTION, 24)
    assert found["answer"]["promptTokens"] == prompt
    assert found["answer"]["tokens"] == expected
    assert found["hashes"]["weights"] == lab.info("toy", "fp32")["hashes"]["weights"]
    assert found["hashes"]["tokenizer"] == lab.info("toy", "fp32")["hashes"]["tokenizer"]


def test_a_model_without_a_tokenizer_takes_token_ids(lab, toy_folder):
    body = """
const llm = await odin.OdinLLM.createModel(config, weights, { ...options, dtype: "fp32" });
const asked = await collect(llm.generate("x")).catch(({ code }) => code);
const answer = await collect(llm.generate({ tokens: arguments[0] }, { maxTokens: 24 }));
const again = await collect(llm.replay(JSON.stringify(answer.record)));
llm.dispose();
return [asked, answer, again];"""
    prompt, expected = reference(toy_folder, QUESTION, 24)
    asked, answer, again = lab.eval(OWN + body, prompt)
    assert asked == "bad-option"
    assert answer["tokens"] == again["tokens"] == expected
    assert answer["text"] == ""


def test_own_weights_that_are_none(lab):
    for weights in ("new Uint8Array(0)", "new Uint8Array([1, 2, 3])", "weights.subarray(0, weights.length >> 1)"):
        with pytest.raises(PageError) as raised:
            lab.eval(f"{OWN}await odin.OdinLLM.createModel(config, {weights}, {{ ...options, dtype: 'fp32' }});")
        assert raised.value.code in ("corrupt", "engine"), weights


def test_without_a_worker_the_tokens_are_the_same(lab, toy_folder):
    body = """
const llm = await odin.OdinLLM.load("models/toy/", { ...options, dtype: "fp32", worker: false });
const first = await collect(llm.generate(arguments[0], { maxTokens: 40 }));
const controller = new AbortController();
setTimeout(() => controller.abort(), 30); // comes in between two tokens, since each lets the page do its own
const stopped = await collect(llm.generate(arguments[0], { maxTokens: 8192, signal: controller.signal }));
const last = await collect(llm.continue({ maxTokens: 5 }));
const q8 = await odin.OdinLLM.load("models/toy/", { ...options, dtype: "q8", worker: false });
const both = await Promise.all([q8, llm].map((model) => collect(model.generate("x", { maxTokens: 20 }))));
llm.dispose();
return { first, stopped, last, both, platform: llm.info.capabilities.platform };"""
    found = lab.eval(body, QUESTION)
    _, expected = reference(toy_folder, QUESTION, 40)
    assert found["platform"] == "page"
    assert found["first"]["tokens"] == expected
    stopped, last = found["stopped"], found["last"]
    assert stopped["finish"] == "stopped" and len(stopped["tokens"]) < 8192
    whole = lab.answer(QUESTION, maxTokens=len(stopped["tokens"]) + 5)
    assert stopped["tokens"] + last["tokens"] == whole["tokens"]
    assert [answer["tokens"] for answer in found["both"]] == [
        lab.answer("x", dtype=dtype, maxTokens=20)["tokens"] for dtype in ("q8", "fp32")
    ]


def test_a_page_that_forbids_workers_does_without(lab, toy_folder):
    lab.site.fail("odin-llm/no-workers.html", replace=FORBIDS_WORKERS.replace("./odin-llm/", "./").encode())
    page = lab.page.new_tab()
    try:
        open_bare(page, lab.site, "odin-llm/no-workers.html")
        body = """
const refused = await new Promise((resolve) => {
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective));
  try { new Worker("worker.js", { type: "module" }); } catch { resolve("thrown"); }
});
const llm = await odin.OdinLLM.load("../models/toy/", { dtype: "fp32", device: "wasm", store: false });
const answer = llm.generate(arguments[0], { maxTokens: 24 });
for (;;) {
  const { done, value } = await answer.next();
  if (done) return [refused, llm.info.capabilities.platform, value.tokens];
}"""
        refused, platform, tokens = page.eval(body, QUESTION, timeout=120)
        assert refused in ("worker-src", "thrown"), "this page can start workers: it proves nothing"
        assert platform == "page"
        assert tokens == reference(toy_folder, QUESTION, 24)[1]
    finally:
        page.close()


def test_a_file_under_the_name_of_another_precision_is_refused_in_debug(lab, toy_export):
    int8 = (toy_export / "onnx" / "model_quantized.onnx").read_bytes()
    lab.site.fail("models/toy/manifest.json", status=404)
    lab.site.fail("models/toy/onnx/model_q4.onnx", replace=int8)
    try:
        load = "await odin.OdinLLM.load('models/toy/', { ...options, dtype: 'q4', debug: arguments[0] });"
        with pytest.raises(PageError, match="projection_weights .* promised int4, found int8") as raised:
            lab.eval(load, True)
        assert raised.value.code == "precision"
        lab.eval(load.replace("await", "const llm = await") + "llm.dispose();", False)
    finally:
        lab.site.heal()
