"""The golden tokens of odin-nano, by dtype and device: WebAssembly in every engine, and onnxruntime for Node."""

import json
import shutil
import subprocess

import pytest

from tests.space.conftest import browser_missing
from tests.space.golden import FILES, GOLDEN, MOST_TOKENS


EXPECTED = json.loads(GOLDEN.read_text())
NODE = """
const [script, folder, questions, dtypes, maxTokens] = JSON.parse(process.argv[2]);
const { OdinLLM } = await import(script);
const found = {};
for (const dtype of dtypes) {
  const llm = await OdinLLM.load(folder, { dtype, device: "cpu", threads: 1, store: false, debug: true });
  for (const question of questions) {
    const answer = llm.generate(question, { maxTokens });
    let next;
    do next = await answer.next(); while (!next.done);
    (found[question] ??= {})[dtype] = next.value.tokens;
  }
  llm.dispose();
}
console.log(JSON.stringify(found));
"""


def test_there_is_enough_to_compare():
    assert len(EXPECTED) >= 3
    assert all(answer.keys() == FILES.keys() for answer in EXPECTED.values())
    kinds = {tuple(tuple(answer[dtype]) for answer in EXPECTED.values()) for dtype in FILES}
    assert len(kinds) >= 3, "some answers have to depend on the precision"


# The number of threads and isolation are varied with the toy, in test_generation.py.
@pytest.mark.parametrize("lab", [True], ids=["isolated"], indirect=True, scope="module")
@pytest.mark.parametrize("dtype", FILES)
def test_webassembly(lab, nano, dtype):
    body = """
const llm = await odin.OdinLLM.load("models/odin-nano/", { ...options, dtype: arguments[0], threads: 1 });
const found = {};
for (const question of arguments[1]) {
  found[question] = (await collect(llm.generate(question, { maxTokens: arguments[2] }))).tokens;
}
llm.dispose();
return found;"""
    # In debug, so that each file also keeps what its name promises.
    found = lab.eval(body, dtype, list(EXPECTED), MOST_TOKENS)
    assert found == {question: answer[dtype] for question, answer in EXPECTED.items()}


def test_node(package, nano, tmp_path):
    node = shutil.which("node")
    if node is None:
        browser_missing("there is no Node")
    (tmp_path / "main.mjs").write_text(NODE)
    script = (package / "dist" / "node.js").as_uri()
    job = json.dumps([script, f"{nano}/", list(EXPECTED), list(FILES), MOST_TOKENS])
    done = subprocess.run([node, "main.mjs", job], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == EXPECTED
