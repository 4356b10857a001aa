"""The built package in Node: `node dist/cli.js`, and as a library. The answers are those of Python."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tests.space.conftest import SPACE
from tests.space.references import QUESTION, onnx_continuation, passes, reference
from tests.space.server import Site
from tests.space.test_generation import drawn
from training.manifest import read_manifest, write_manifest


# Several passes of 64 tokens, of which int8 has one scale each.
LONG = " ".join(f"{i}+{i * i}" for i in range(30))
SAMPLING = {"temperature": 0.8, "topP": 0.9, "topK": 20, "minP": 0.01, "repetitionPenalty": 1.1, "seed": 7}
FLAGS = {
    "temperature": "--temperature",
    "topP": "--top-p",
    "topK": "--top-k",
    "minP": "--min-p",
    "repetitionPenalty": "--repetition-penalty",
    "seed": "--seed",
}


@pytest.fixture(scope="module")
def cli(tmp_path_factory, package):
    """`cli("question", "--option")` in an empty folder, with a cache and a folder for temporary files of its own."""
    return Cli(shutil.which("node"), package / "dist" / "cli.js", tmp_path_factory.mktemp("node"))


class Cli:
    def __init__(self, node: str, script: Path, folder: Path):
        self.command = [node, str(script)]
        self.folder, self.cache, self.temporary = folder, folder / "cache", folder / "temporary"
        self.temporary.mkdir()
        self.env = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.temporary)}
        self.env.pop("ODIN_MODEL", None)

    def start(self, *arguments, **options) -> subprocess.Popen:
        return subprocess.Popen(
            [*self.command, *map(str, arguments)],
            **{"cwd": self.folder, "env": self.env, "text": True} | options,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(self, *arguments, stdin: str = "", **options) -> subprocess.CompletedProcess:
        with self.start(*arguments, stdin=subprocess.PIPE, **options) as process:
            out, err = process.communicate(stdin, timeout=60)
        assert self.left == [], "the weights are a temporary file only while the model starts"
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @property
    def left(self) -> list[str]:
        return [path.name for path in self.temporary.iterdir() if path.name.startswith("odin-llm")]

    def record(self, *arguments, **options) -> dict:
        """The run record of an answer, and the answer's `text`."""
        path = self.folder / f"{uuid.uuid4()}.json"
        done = self(*arguments, "--record", path, **options)
        assert (done.returncode, done.stderr) == (0, "")
        return {**json.loads(path.read_text()), "text": done.stdout, "path": path}


def text_of(folder: Path, tokens: list[int]) -> str:
    """What is shown of an answer: of a character that it was cut in the middle of, nothing."""
    return AutoTokenizer.from_pretrained(folder).decode(tokens, skip_special_tokens=True).rstrip("\ufffd")


def shown(text: str) -> str:
    assert text.endswith("\n")
    return text.removesuffix("\n").rstrip("\ufffd")


def prompt_of(folder: Path, question: str) -> list[int]:
    return reference(folder, question, 1)[0]


@pytest.mark.parametrize("question", [QUESTION, LONG], ids=["short", "long"])
def test_fp32_answers_equal_pytorch(cli, toy_folder, toy_export, question):
    record = cli.record(question, "--model", toy_export, "--dtype", "fp32", "--max-tokens", 96)
    prompt, expected = reference(toy_folder, question, 96)
    assert len(set(expected)) > 20, "the toy should not repeat itself"
    assert record["tokens"] == expected
    assert shown(record["text"]) == text_of(toy_folder, expected)
    assert (record["dtype"], record["device"], record["finish"]) == ("fp32", "cpu", "length")
    assert record["reads"] == [list(read) for read in passes(len(prompt))]


@pytest.mark.parametrize("question", [QUESTION, LONG], ids=["short", "long"])
def test_int8_answers_equal_onnxruntime_in_the_same_passes(cli, toy_folder, toy_export, question):
    record = cli.record(question, "--model", toy_export, "--max-tokens", 96)
    prompt = prompt_of(toy_folder, question)
    graph = toy_export / "onnx/model_quantized.onnx"
    expected, _ = onnx_continuation(graph, tuple(prompt), 96, passes(len(prompt)))
    assert record["dtype"] == "q8", "auto takes int8"
    assert record["tokens"] == expected


def test_seeded_answers_are_those_of_the_definition_as_in_browsers(cli, toy_folder, toy_export):
    flags = [word for name, value in SAMPLING.items() for word in (FLAGS[name], value)]
    record = cli.record("x", "--model", toy_export, "--dtype", "fp32", "--max-tokens", 48, *flags)
    prompt = tuple(prompt_of(toy_folder, "x"))
    assert record["tokens"] == drawn(toy_folder, prompt, 48, tuple(SAMPLING.items()))
    other = cli.record("x", "--model", toy_export, "--dtype", "fp32", "--max-tokens", 48, *flags[:-1], 8)
    assert other["tokens"] != record["tokens"]


def test_the_model_by_path_address_file_and_environment(cli, toy_folder, toy_export):
    expected = text_of(toy_folder, reference(toy_folder, QUESTION, 8)[1])
    weights = toy_export / "onnx" / "model.onnx"
    for model, where in [
        (os.path.relpath(toy_export, cli.folder), cli.folder),
        (".", toy_export),
        ("onnx/model.onnx", toy_export),
        (weights.as_uri(), cli.folder),
    ]:
        dtype = [] if model.endswith(".onnx") else ["--dtype", "fp32"]
        done = cli(QUESTION, "--model", model, *dtype, "--max-tokens", 8, cwd=where)
        assert (done.returncode, shown(done.stdout), done.stderr) == (0, expected, ""), model
    env = {**cli.env, "ODIN_MODEL": str(weights)}
    assert shown(cli("-", "--max-tokens", 8, stdin=f"{QUESTION}\n", env=env).stdout) == expected
    assert not cli.cache.exists(), "what is on the disk is not kept a second time"


def test_an_address_is_downloaded_once(cli, toy_folder, toy_export):
    expected = text_of(toy_folder, reference(toy_folder, QUESTION, 8)[1])
    ask = (QUESTION, "--dtype", "fp32", "--max-tokens", 8, "--model")
    with Site({"models/toy/": toy_export}) as site:
        address = f"{site.url}models/toy/"
        assert shown(cli(*ask, address).stdout) == expected
        assert {"models/toy/onnx/model.onnx", "models/toy/tokenizer.json"} <= {entry.path for entry in site.log}
        site.forget()
        assert shown(cli(*ask, address).stdout) == expected
        assert [entry.path for entry in site.log] == ["models/toy/manifest.json"]
        site.kill()
        assert shown(cli(*ask, address).stdout) == expected, "without the server the stored files are used"
        site.start()
        site.forget()
        assert shown(cli(*ask, address, "--no-store").stdout) == expected
        assert len(site.requests("models/toy/onnx/model.onnx")) > 0


def test_a_record_is_replayed(cli, toy_export):
    flags = ["--temperature", 0.9, "--seed", 3, "--max-tokens", 40]
    record = cli.record(QUESTION, "--model", toy_export, *flags)
    again = cli("--replay", record["path"], "--model", toy_export)
    assert (again.returncode, again.stdout, again.stderr) == (0, record["text"], "")
    other = cli("--replay", record["path"], "--model", toy_export, "--dtype", "fp32")
    assert other.returncode == 1 and "The record is of another computation: other weights" in other.stderr
    changed = json.loads(record["path"].read_text())
    changed["tokens"][5] ^= 1
    record["path"].write_text(json.dumps(changed))
    refused = cli("--replay", record["path"], "--model", toy_export)
    assert refused.returncode == 1 and "does not give its tokens again" in refused.stderr


@pytest.fixture
def experiment(tmp_path, toy_export) -> Path:
    """Two models side by side, of which the second is told from the first by its name and version."""
    shutil.copytree(toy_export, tmp_path / "old")
    shutil.copytree(toy_export, tmp_path / "new")
    write_manifest(tmp_path / "new", read_manifest(toy_export) | {"model": "toy-two", "version": "2.0.0"})
    variants = [{"name": name, "weight": 1, "path": f"{name}/"} for name in ("old", "new")]
    manifest = {"format": 1, "model": "toy", "experiment": "two-toys", "variants": variants}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert read_manifest(tmp_path) == manifest
    return tmp_path


def test_a_variant_by_name_stands_in_the_record_which_any_of_its_addresses_replays(cli, experiment):
    record = cli.record(QUESTION, "--model", experiment, "--variant", "new", "--max-tokens", 8)
    assert record["variant"] == {"experiment": "two-toys", "name": "new"}
    assert record["model"] == {"name": "toy-two", "version": "2.0.0"}
    again = cli("--replay", record["path"], "--model", experiment / "new", "--stats")
    assert again.stdout == record["text"] and " toy-two q8 on cpu" in again.stderr
    unknown = cli(QUESTION, "--model", experiment, "--variant", "nwe")
    assert unknown.returncode == 1
    assert "The experiment 'two-toys' has no variant 'nwe'. It has 'old', 'new'." in unknown.stderr


def test_a_replay_takes_the_variant_of_the_record(cli, experiment, toy_export):
    """Both have the weights of one toy, in other files: a draw would be noticed in half of the cases."""
    record = cli.record(QUESTION, "--model", experiment, "--variant", "new", "--max-tokens", 8)
    for _ in range(6):
        again = cli("--replay", record["path"], "--model", experiment, "--stats")
        assert again.stdout == record["text"] and " toy-two (variant 'new' of 'two-toys')" in again.stderr
    other = cli("--replay", record["path"], "--model", experiment, "--variant", "old", "--stats")
    assert " toy (variant 'old' of 'two-toys')" in other.stderr
    plain = json.loads(cli.record(QUESTION, "--model", toy_export, "--max-tokens", 8)["path"].read_text())
    record["path"].write_text(json.dumps(plain | {"format": 3}))
    refused = cli("--replay", record["path"], "--model", "nowhere")
    assert refused.returncode == 1 and "format" in refused.stderr, "before anything is loaded"


def test_without_a_name_a_variant_is_drawn(cli, experiment):
    done = cli(QUESTION, "--model", experiment, "--max-tokens", 1, "--stats")
    assert re.search(r" (toy \(variant 'old'|toy-two \(variant 'new') of 'two-toys'\) q8 on cpu", done.stderr)


def test_a_model_that_needs_a_newer_package_is_refused(cli, tmp_path, toy_export):
    model = shutil.copytree(toy_export, tmp_path / "toy")
    write_manifest(model, read_manifest(toy_export) | {"runtime": "99.0.0"})
    done = cli("x", "--model", model)
    assert done.returncode == 1 and done.stdout == ""
    assert "toy needs odin-llm 99.0.0 or newer, and this is odin-llm " in done.stderr


def test_stats_are_on_standard_error(cli, toy_export, toy_folder):
    done = cli(QUESTION, "--model", toy_export, "--max-tokens", 8, "--stats")
    prompt = prompt_of(toy_folder, QUESTION)
    assert done.stderr.startswith(f"{len(prompt)} tokens read in ")
    assert ", 8 written, " in done.stderr and " toy q8 on cpu" in done.stderr
    assert "tokens read" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], 'odin-llm [options] "What is 47 * 86?"'),
        (["What", "is"], "in quotes"),
        ([" "], "There is no question"),
        (["x", "--modle", "y"], "Unknown option '--modle'"),
        (["x", "--max-tokens", "many"], "maxTokens must be a whole number from 1 to 8192; it was NaN"),
        (["x", "--seed", "1.5"], "seed must be a whole number"),
        (["x", "--temperature", ""], "temperature must be a number from 0 to 10; it was NaN"),
        (["x", "--threads", "0"], "threads must be a whole number from 1"),
        (["x", "--dtype", "int3"], "no weights of type 'int3'"),
        (["x", "--model", "nowhere"], "nowhere/config.json is not there"),
        (["x", "--replay", "r.json"], "r.json"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said(cli, toy_export, arguments, words):
    model = [] if "--model" in arguments else ["--model", toy_export]
    done = cli(*arguments, *model)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "    at " not in done.stderr, "no stack trace"


def test_a_foreign_folder_is_refused(cli, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    done = cli("x", "--model", tmp_path)
    assert done.returncode == 1 and "of type 'llama', not an ODIN model" in done.stderr


def test_whoever_reads_may_stop(cli, toy_export):
    with cli.start(QUESTION, "--model", toy_export, "--max-tokens", 8192) as process:
        process.stdout.read(20)
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""
    assert cli.left == []


def test_ctrl_c_ends_an_answer_and_keeps_what_there_is(cli, toy_folder, toy_export):
    record = cli.folder / "stopped.json"
    ask = (QUESTION, "--model", toy_export, "--dtype", "fp32", "--max-tokens", 8192, "--record", record)
    with cli.start(*ask) as process:
        seen = process.stdout.read(20)
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    stopped = json.loads(record.read_text())
    assert stopped["finish"] == "stopped" and 0 < len(stopped["tokens"]) < 8192
    assert shown(seen + rest) == text_of(toy_folder, stopped["tokens"])
    expected = reference(toy_folder, QUESTION, 128)[1]
    assert stopped["tokens"][:128] == expected[: len(stopped["tokens"])]
    assert cli("--replay", record, "--model", toy_export, "--dtype", "fp32").stdout == seen + rest


def test_ctrl_c_ends_a_download(cli, toy_export):
    with Site({"models/toy/": toy_export}) as site:
        site.fail("models/toy/tokenizer.json", latency=60)
        with cli.start("x", "--model", f"{site.url}models/toy/", "--no-store") as process:
            while not site.requests("models/toy/config.json"):
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "was stopped" in err


def test_leftovers_of_killed_programs_are_removed(cli, toy_export):
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    killed = cli.temporary / f"odin-llm-{ended.pid}-{uuid.uuid4()}.onnx"
    others = [cli.temporary / name for name in (f"odin-llm-{os.getpid()}-{uuid.uuid4()}.onnx", "odin-llm-notes.onnx")]
    for path in (killed, *others):
        path.write_bytes(b"weights")
    with cli.start("x", "--model", toy_export, "--max-tokens", 1) as process:
        assert process.wait(timeout=60) == 0
    assert not killed.exists()
    assert all(path.exists() for path in others), "a program that runs, and someone else's file"
    for path in others:
        path.unlink()


LIBRARY = """
import { env } from "@huggingface/transformers";
import { OdinLLM, VERSION } from "odin-llm";

const [folder, question] = process.argv.slice(2);
const before = JSON.stringify(env);
const options = { maxTokens: 24 };
// Two at once: whatever they share must not mix them up.
const models = await Promise.all(["fp32", "q8"].map((dtype) => OdinLLM.load(folder, { dtype })));
const answers = await Promise.all(models.map((model) => collect(model.generate(question, options))));
models.forEach((model) => model.dispose());
const refused = await collect(models[0].generate(question)).catch(({ code }) => code);
const same = JSON.stringify(env) === before;
const stopped = [];
for (const ms of [0, 0, 1, 2, 5, 10, 20, 50]) {
  const controller = new AbortController();
  const loading = OdinLLM.load(folder, { signal: controller.signal });
  if (ms === 0) controller.abort();
  setTimeout(() => controller.abort(), ms);
  stopped.push(await loading.then((model) => (model.dispose(), "loaded"), ({ code }) => code));
}
console.log(JSON.stringify({ VERSION, answers, refused, same, stopped, entry: import.meta.resolve("odin-llm") }));

async function collect(answer) {
  for (;;) {
    const { done, value } = await answer.next();
    if (done) return value.tokens;
  }
}
"""


def test_the_package_as_a_library(cli, package, toy_folder, toy_export, tmp_path):
    modules = tmp_path / "node_modules"
    (modules / "@huggingface").mkdir(parents=True)
    (modules / "odin-llm").symlink_to(package)
    (modules / "@huggingface/transformers").symlink_to(SPACE / "node_modules/@huggingface/transformers")
    (tmp_path / "main.mjs").write_text(LIBRARY)
    command = [cli.command[0], "main.mjs", toy_export, QUESTION]
    done = subprocess.run(command, cwd=tmp_path, env=cli.env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    prompt, fp32 = reference(toy_folder, QUESTION, 24)
    q8, _ = onnx_continuation(toy_export / "onnx/model_quantized.onnx", tuple(prompt), 24, passes(len(prompt)))
    assert found["answers"] == [fp32, q8]
    assert found["refused"] == "engine"
    assert found["same"], "settings of transformers.js are as they were"
    assert found["stopped"][0] == "aborted" and set(found["stopped"]) <= {"aborted", "loaded"}
    assert found["entry"].endswith("/dist/node.js")
    assert found["VERSION"] == json.loads((package / "package.json").read_text())["version"]
    assert cli.left == []


def test_the_model_that_comes_along(cli, package):
    folder = package / "dist" / "model"
    if not folder.is_dir():
        pytest.skip("no export of odin-nano was there when the package was built (`make export`)")
    record = cli.record("What is 2 + 3?")
    prompt = tuple(prompt_of(SPACE.parent / "odin-nano", "What is 2 + 3?"))
    eos = AutoTokenizer.from_pretrained(folder).eos_token_id
    expected, _ = onnx_continuation(folder / "onnx/model_quantized.onnx", prompt, 512, passes(len(prompt)), eos)
    assert record["tokens"] == expected
    assert record["finish"] == "eos"
    refused = cli("x", "--dtype", "fp32")
    assert refused.returncode == 1 and "It has: q8." in refused.stderr


def test_one_version(package):
    runtime = json.loads((SPACE / "runtime/package.json").read_text())
    space = json.loads((SPACE / "package.json").read_text())
    assert space["version"] == runtime["version"] == space["dependencies"]["odin-llm"]
    assert f'"{runtime["version"]}"' in (SPACE / "runtime/version.ts").read_text()
