"""A release on a local Hub: what is put there, that it loads from there, and what the next run does."""

import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
import yaml
from transformers import AutoTokenizer

from export.ort_model import OdinORTModel
from export.publish import __main__ as publishing
from export.publish import space
from tests.export.hub import Hub
from tests.export.toy_release import (
    DATASET,
    REPO,
    ROOT,
    SPACE,
    TAG,
    VERSION,
    about,
    command,
    make_corpus,
    new_version,
    of_ours,
    sent,
    whole,
)
from training.card import card_of
from training.checkpoint import load_model
from training.manifest import read_manifest, write_manifest


KINDS = {REPO: "model", DATASET: "dataset", SPACE: "space"}
DATA_TAG = "v2.1.0"
HEADERS = {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"}


@pytest.fixture(scope="module")
def published(made, tmp_path_factory):
    """A Hub to which the command, in a process of its own, has published everything; the command; what it said."""
    folder = tmp_path_factory.mktemp("published")
    with Hub(folder / "hub", lfs_over=20_000) as hub:
        options = whole(made, hub, folder)
        done = subprocess.run(
            [sys.executable, "-m", "export.publish", *options],
            cwd=ROOT,
            env=hub.environment(folder / "home") | {"HF_DEBUG": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        yield SimpleNamespace(hub=hub, options=options, out=done.stdout, errors=done.stderr, home=folder / "home")


def test_everything_is_published_once(published, made):
    hub = published.hub
    for repo, kind, tag in ((REPO, "model", TAG), (DATASET, "dataset", DATA_TAG), (SPACE, "space", None)):
        (commit,) = of_ours(hub, repo, kind)
        ((name, tagged),) = hub.tags(repo, kind).items()
        assert tagged == commit.id and (tag is None or name == tag)
        assert commit.title.startswith("Publish ") and hub.token not in commit.title
    assert f"model {REPO}: published as {TAG}" in published.out
    # With HF_DEBUG every request is told as a curl command.
    assert "curl" in published.errors and hub.token not in published.out + published.errors


def test_the_model_repository_is_release_and_export_under_one_manifest(published, made, tmp_path):
    files = published.hub.files(REPO, TAG)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / ".gitattributes").unlink()
    release, export, merged = (read_manifest(folder) for folder in (made.release, made.export, tmp_path))
    assert merged == write_manifest(tmp_path, {key: value for key, value in merged.items() if key != "files"})
    assert set(merged["files"]) == set(release["files"]) | {"card.json", *export["dtypes"].values()}
    same = [name for name in release["files"] if name not in ("README.md", "tokenizer_config.json")]
    assert all(merged["files"][name] == release["files"][name] for name in same)
    for key, whose in {"run": release, "seed": release, "weights_sha256": export, "runtime": export}.items():
        assert merged[key] == whose[key]
    assert merged["model"] == "toy" and merged["version"] == "0.1.0"
    card = files["README.md"].decode()
    assert (
        card == card_of(made.release, REPO, dataset=DATASET, space=SPACE) != (made.release / "README.md").read_text()
    )
    assert f'from_pretrained("{REPO}"' in card
    assert "chat_template" in json.loads(files["tokenizer_config.json"])


def test_the_space_names_its_model_and_carries_none(published):
    files = published.hub.files(SPACE, type="space")
    front = yaml.safe_load(files["README.md"].decode().split("---")[1])
    assert front["models"] == [REPO] and front["datasets"] == [DATASET]
    assert front["sdk"] == "static" and HEADERS.items() <= front["custom_headers"].items()
    assert {name for name in files if name.startswith("models/")} == {
        "models/reference-toy/manifest.json",
        "models/reference-toy/onnx/model.onnx",
    }
    assert {"index.html", "sw.js", "assets/app.js"} <= set(files) and "style.css" not in files


READ_BACK = """
import json, sys
import torch
from datasets import load_dataset
from huggingface_hub import snapshot_download
from transformers import AutoModelForCausalLM, AutoTokenizer

repo, dataset, tag, data_tag, question = sys.argv[1:]
pinned = {"revision": tag, "trust_remote_code": True}
model = AutoModelForCausalLM.from_pretrained(repo, **pinned)
tokenizer = AutoTokenizer.from_pretrained(repo, **pinned)
ids = tokenizer.apply_chat_template([{"role": "user", "content": question}], add_generation_prompt=True)
with torch.no_grad():
    logits = model(torch.tensor([ids])).logits[0, -1]
rows = {split: len(part) for split, part in load_dataset(dataset, revision=data_tag).items()}
print(json.dumps([logits.tolist(), rows, snapshot_download(repo, revision=tag, allow_patterns=["*.json", "onnx/*"])]))
"""


def test_what_is_there_loads_in_a_process_that_knows_only_the_hub(published, made, questions, tmp_path):
    """The model through transformers, the corpus through datasets, the graph through onnxruntime."""
    question = next(iter(questions))
    environment = published.hub.environment(tmp_path / "home")
    del environment["HF_TOKEN"]  # anybody can read it
    arguments = [REPO, DATASET, TAG, DATA_TAG, question]
    read = subprocess.run(
        [sys.executable, "-I", "-c", READ_BACK, *arguments], cwd="/", env=environment, capture_output=True, text=True
    )
    assert read.returncode == 0, read.stderr
    logits, rows, snapshot = json.loads(read.stdout.splitlines()[-1])
    tokenizer = AutoTokenizer.from_pretrained(made.release)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
    )
    with torch.no_grad():
        expected = load_model(made.release)(ids).logits[0, -1]
    assert torch.equal(torch.tensor(logits), expected)
    counts = json.loads((made.corpus / "corpus.json").read_text())["counts"]
    assert rows == {split: sum(tasks.values()) for split, tasks in counts.items()} and rows["train"] == 60
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
    )
    graph = OdinORTModel.from_pretrained(snapshot)
    assert torch.allclose(graph(ids).logits[0, -1], expected, atol=1e-4)


def test_a_second_run_does_nothing(made, hub, publish, tmp_path):
    options = whole(made, hub, tmp_path)
    assert publish(options).status == 0
    state = [(hub.commits(*of), hub.tags(*of)) for of in KINDS.items()]
    hub.forget()
    again = publish(options)
    assert again.status == 0 and again.out.count("already published as ") == 3
    assert state == [(hub.commits(*of), hub.tags(*of)) for of in KINDS.items()]
    assert {request.path for request in hub.log if request.method not in ("GET", "HEAD")} == {"/api/validate-yaml"}


def test_a_new_version_is_one_commit_with_what_changed(parts, hub, publish):
    assert publish(command(parts)).status == 0
    new_version(parts, "0.1.1")
    hub.forget()
    assert publish(command(parts)).status == 0
    changed = of_ours(hub, REPO)[1]
    assert set(changed.added) == {"README.md", "evaluation.json", "card.json", "manifest.json"}
    assert not changed.deleted and not sent(hub)
    assert set(hub.tags(REPO)) == {TAG, "v0.1.1"} and hub.tags(REPO)["v0.1.1"] == changed.id


def test_what_is_no_longer_wanted_is_deleted(parts, hub, publish):
    assert publish(command(parts)).status == 0
    assert "onnx/model.onnx" in hub.files(REPO)
    new_version(parts, "0.1.1")
    assert publish(command(parts, "--dtypes", "int8")).status == 0
    assert of_ours(hub, REPO)[1].deleted == ("onnx/model.onnx",)
    files = hub.files(REPO)
    assert "onnx/model_quantized.onnx" in files and ".gitattributes" in files
    assert json.loads(files["manifest.json"])["dtypes"] == {"int8": "onnx/model_quantized.onnx"}


def test_a_training_graph_is_published_beside_the_weights_that_it_needs(parts, hub, publish):
    files = {"graph": "onnx/train.onnx", "adapted": "onnx/adapted.onnx", "parameters": "onnx/train.safetensors"}
    for name in files.values():
        (parts.export / name).write_text(f"of {name}")
    description = json.dumps(files | {"frozen": "onnx/model_quantized.onnx"})
    (parts.export / "onnx/train.json").write_text(description)
    write_manifest(parts.export, about(parts.export, VERSION) | {"training_source_sha256": "of the graph"})
    assert publish(command(parts)).status == 0
    published = hub.files(REPO)
    names = {"onnx/train.json", *files.values()}
    assert {name: published[name] for name in names} == {name: (parts.export / name).read_bytes() for name in names}
    assert json.loads(published["manifest.json"])["training_source_sha256"] == "of the graph"
    listed = json.loads(published["manifest.json"])["files"]
    assert all(listed[name] == read_manifest(parts.export)["files"][name] for name in names)
    new_version(parts, "0.1.1")
    assert publish(command(parts, "--dtypes", "fp32")).status == 0
    assert not (names | {"onnx/model_quantized.onnx"}) & hub.files(REPO).keys()
    assert "training_source_sha256" not in json.loads(hub.files(REPO)["manifest.json"])


def test_the_card_names_no_corpus_that_the_model_was_not_trained_on(parts, hub, publish, tmp_path):
    make_corpus(tmp_path / "another", seed=1)
    done = publish(command(parts, "--dataset", DATASET, "--corpus", tmp_path / "another"))
    assert done.status == 0 and "toy was trained on another corpus" in done.out
    assert DATASET not in hub.files(REPO)["README.md"].decode() and of_ours(hub, DATASET, "dataset")


def test_the_corpus_is_that_of_the_curriculum_by_default(made, hub, publish, monkeypatch, tmp_path):
    curriculum = json.loads((made.release / "odin.json").read_text())["dataset"]["curriculum"]
    (tmp_path / "corpora").mkdir()
    monkeypatch.setattr(publishing, "CORPORA", tmp_path / "corpora")
    refused = publish(command(made, "--dataset", DATASET))
    assert refused.status == 1 and f"no corpus at {tmp_path / 'corpora' / curriculum}" in refused.errors
    (tmp_path / "corpora" / curriculum).symlink_to(made.corpus)
    assert publish(command(made, "--dataset", DATASET)).status == 0
    assert set(hub.tags(DATASET, "dataset")) == {DATA_TAG}


@pytest.mark.parametrize(
    "options",
    [("--corpus", "."), ("--dist", "."), ("--space", SPACE, "--private"), ("--tag", "v1")],
)
def test_options_that_do_not_go_together(made, publish, options):
    with pytest.raises(SystemExit) as stopped:
        publish(command(made, *options))
    assert stopped.value.code == 2


def test_the_page_is_built_for_the_tag(tmp_path, monkeypatch):
    """With an npm that writes what it was told; the real build is tested in tests/space."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "npm").write_text(
        '#!/bin/sh\nmkdir -p "$5"\ncp "$ODIN_DEPLOYMENT" "$5"\necho "$@" $HF_TOKEN $HF_TOKEN_PATH > "$5/call"\n'
        'ls "$HF_HOME" >> "$5/call" 2> /dev/null || true\n'
    )
    (tools / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv(space.VARIABLE, raising=False)
    (tmp_path / "space").mkdir()
    shutil.copy(ROOT / "space/deployment.json", tmp_path / "space")
    (tmp_path / "space/node_modules").mkdir()
    monkeypatch.setattr(space, "SPACE", tmp_path / "space")
    models = f"https://huggingface.co/{REPO}/resolve/{TAG}/"
    dist = space.build_page(models, "https://huggingface.co", tmp_path)
    assert json.loads((dist / "deployment.json").read_text()) == {
        "models": models, "model": "", "connect": ["https://*.hf.co"], "analytics": None,
    }  # fmt: skip
    assert (dist / "call").read_text().split() == ["run", "build", "--", "--outDir", str(dist), "--emptyOutDir"]
    space.build_page(models, "http://127.0.0.1:1", tmp_path)
    assert json.loads((dist / "deployment.json").read_text())["connect"] == []
    (tmp_path / "space/deployment.json").write_text("[]")
    with pytest.raises(space.PublishError, match="deployment.json' is no deployment: expected a JSON object"):
        space.build_page(models, "https://huggingface.co", tmp_path)
    shutil.copy(ROOT / "space/deployment.json", tmp_path / "space")
    (tools / "npm").write_text("#!/bin/sh\necho it is broken\nexit 1\n")
    with pytest.raises(space.PublishError, match="it is broken"):
        space.build_page(models, "https://huggingface.co", tmp_path)
