"""A release of a toy, made by what makes real ones of a finished run, and the command that publishes it."""

import json
import shutil
from pathlib import Path

from data_chef.build import build as build_corpus
from data_chef.curriculum import load_curriculum
from modeling_odin import OdinForCausalLM
from training import evaluate
from training.card import card_of
from training.config import TrainConfig
from training.flops import flops_per_token
from training.io import write_json
from training.manifest import read_manifest, write_manifest
from training.release import release
from training.run import describe_run


STEPS = 80
ROOT = Path(__file__).parents[2]
REPO, DATASET, SPACE = "user/toy", "user/corpus", "user/odin"
VERSION = "0.1.0"
TAG = f"v{VERSION}"
CURRICULUM = """
num_examples: 60
validation: 3
test: 3
extrapolation: 3
vocab_size: 300
tasks:
  addition: {weight: 1}
  subtraction: {weight: 1}
"""


def make_corpus(folder: Path, seed: int = 0) -> dict:
    """Builds a corpus of 60 items at `folder`; returns what its corpus.json says."""
    config = folder.with_suffix(".yaml")
    config.write_text(CURRICULUM)
    return build_corpus(load_curriculum(None, config), folder, seed=seed, workers=1, progress=False)


def make_release(model: Path, questions: dict[str, str], corpus: dict, run: Path, out: Path, version: str) -> Path:
    """A release of the model folder: as of a run on the corpus, evaluated on the questions that it knows.

    Args:
        run: folder to write, as training/train.py leaves one behind.
    """
    shutil.copytree(model, run / "model")
    tokenizer = run / "model/tokenizer_config.json"
    # As ODIN's own tokenizer says it: the model has no token types.
    inputs = {"model_input_names": ["input_ids", "attention_mask"]}
    tokenizer.write_text(json.dumps(json.loads(tokenizer.read_text()) | inputs))
    parameters = OdinForCausalLM.from_pretrained(model)
    config = TrainConfig(model="odin-nano", max_steps=STEPS, max_minutes=1.0, mixed_precision="no")
    dataset = {"content_sha256": corpus["content_sha256"], "curriculum": corpus["curriculum"]["name"]}
    write_json(run / "odin.json", describe_run(config, parameters.config, dataset, model))
    summary = {
        "steps": STEPS, "tokens": 12_000, "minutes": 0.1, "tokens_per_second": 2000.0, "loss": 0.05,
        "flops_per_token": flops_per_token(parameters.config, 128).training, "device": "CPU", "threads": 1,
        "processes": 1, "parameters": parameters.num_parameters(),
    }  # fmt: skip
    write_json(run / "summary.json", summary)
    shutil.copy(ROOT / "odin-nano/curves.png", run)
    problems = run / "questions.jsonl"
    problems.write_text("".join(json.dumps({"question": q, "answer": a}) + "\n" for q, a in questions.items()))
    asked = ["--model", str(run / "model"), "--data", str(problems), "--kind", "math", "--out", str(run / "benchmark")]
    evaluate.benchmark(evaluate.arguments().parse_args([*asked, "--tools", "none", "--max-new-tokens", "32"]))
    release(run, out, run / "benchmark/report.json", version=version)
    return out


def make_page(folder: Path, models: str) -> Path:
    """A folder like the one that the build of the app writes, for a model at the address `models`."""
    files = {
        "index.html": "<script src=assets/app.js></script>",
        "assets/app.js": f'const deployment = {{"models":"{models}","model":""}}',
        "sw.js": "",
        "manifest.webmanifest": (ROOT / "space/public/manifest.webmanifest").read_text(),
        "README.md": (ROOT / "space/README.md").read_text(),
        "models/toy/model.onnx": "a copy that is not wanted",
        "models/reference-toy/onnx/model.onnx": "weights",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    write_manifest(folder / "models/reference-toy", {"model": "reference-toy", "version": None})
    return folder


def new_version(parts, version):
    """A release whose evaluation was told anew, and its export; the weights are as they were."""
    path = parts.release / "evaluation.json"
    evaluation = json.loads(path.read_text())
    evaluation["training"]["minutes"] += 1
    path.write_text(json.dumps(evaluation))
    (parts.release / "README.md").write_text(card_of(parts.release, version=version))
    write_manifest(parts.release, about(parts.release, version))
    path = parts.export / "card.json"
    card = json.loads(path.read_text()) | {"version": version}
    card["training"]["minutes"] += 1
    path.write_text(json.dumps(card))
    write_manifest(parts.export, about(parts.export, version))


def about(folder, version):
    manifest = read_manifest(folder)
    return {**{key: value for key, value in manifest.items() if key not in ("format", "files")}, "version": version}


def command(parts, *more):
    options = ["--model", str(parts.release), "--export", str(parts.export), "--repo", REPO]
    return [*options, *map(str, more)]


def whole(parts, hub, folder):
    """The options that publish corpus and page as well."""
    dist = make_page(folder / "dist", f"{hub.endpoint}/{REPO}/resolve/{TAG}/")
    return command(parts, "--dataset", DATASET, "--corpus", parts.corpus, "--space", SPACE, "--dist", dist)


def sent(hub):
    """The hashes of the large files that arrived whole."""
    return [request.path for request in hub.requests("^PUT ") if request.status == 200]


def of_ours(hub, repo, type="model"):
    """The commits after the Hub's own first."""
    return hub.commits(repo, type)[1:]
