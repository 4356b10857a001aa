"""The built package on a bare page, in every engine, with threads and without: the tokens are those of Python."""

from tests.space.bare import generate, load, open_bare
from tests.space.references import QUESTION, reference


def test_greedy_fp32_tokens_equal_pytorch(engine_page, bare_site, isolated, toy_folder):
    bare_site.serve(isolated=isolated)
    open_bare(engine_page, bare_site)
    assert engine_page.eval("return crossOriginIsolated") is isolated
    info = load(engine_page, dtype="fp32", device="wasm", threads=2 if isolated else 1)
    assert info["threads"] == (2 if isolated else 1)
    answer = generate(engine_page, QUESTION, maxTokens=128)
    prompt, expected = reference(toy_folder, QUESTION, 128)
    assert answer["promptTokens"] == prompt
    assert len(set(expected)) > 20, "the toy should not repeat itself"
    assert answer["tokens"] == expected
    assert [token for chunk in answer["chunks"] for token in chunk["tokens"]] == expected
    assert {entry.path.split("/")[0] for entry in bare_site.log} <= {"", "odin-llm", "models"}
