"""The model card: what it is made of, and that the Hub's own reader finds the measured numbers in it."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard

from configuration_odin import OdinConfig
from data_chef.build import build
from data_chef.corpus import sha256_of
from data_chef.curriculum import parse
from training.card import card, card_of, suites_shown, suites_text, weaknesses
from training.card_data import front_matter, results
from training.card_sections import bibtex, data, reproduce, source_text, use
from training.config import TrainConfig, load_config
from training.energy import GRID, estimate
from training.figures import browsers_table, native_table, read_figures, sizes_table
from training.prices import read_prices
from training.run import describe_run


ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "odin-nano"
EVALUATION = json.loads((RELEASE / "evaluation.json").read_text())
DESCRIPTION = json.loads((RELEASE / "odin.json").read_text())
REPO = "USER/odin-nano"


def loaded(text: str, tmp_path: Path) -> ModelCard:
    (tmp_path / "README.md").write_text(text)
    return ModelCard.load(tmp_path / "README.md")


@pytest.fixture
def published(tmp_path):
    text = card_of(RELEASE, REPO, dataset="USER/odin-corpus", space="USER/odin", version="1.2.3")
    return loaded(text, tmp_path)


def test_the_hub_reads_every_score_of_the_evaluation(published):
    data = published.data
    assert (data.license, data.language, data.library_name) == ("apache-2.0", "en", "transformers")
    assert data.pipeline_tag == "text-generation" and data.get("base_model") is None
    assert data.datasets == ["USER/odin-corpus"] and {"custom_code", "onnx", "transformers.js"} <= set(data.tags)
    benchmark = EVALUATION["benchmark"]
    assert len(data.eval_results) == len(benchmark) > 10
    for (name, part), result in zip(benchmark.items(), data.eval_results, strict=True):
        scores = part["results"]["none"]
        # Where extraction is lenient, the score is another than exact match.
        measure = "score" if result.metric_type == "pass@1" else "exact_match"
        assert result.metric_value == scores[measure]
        assert result.metric_args["confidence_interval_95"] == scores[f"{measure}_interval"]
        assert result.metric_args["problems"] == part["problems"]
        assert result.metric_type == (
            "pass@1" if name in ("foreign_code", "humaneval_style", "mbpp") else "exact_match"
        )
        assert result.source_name == f"ODIN-Bench, suite {name} {part['version']}"
        assert result.source_url == f"https://huggingface.co/{REPO}/blob/v1.2.3/evaluation.json"


def test_a_part_for_development_does_not_pass_for_the_set():
    found = {
        name: result for name, result in zip(EVALUATION["benchmark"], results(EVALUATION["benchmark"]), strict=True)
    }
    for name in ("gsm8k", "asdiv", "mbpp", "aqua", "proofwriter"):
        assert "a part for development" in found[name].dataset_name and "/" not in found[name].dataset_type
        assert found[name].dataset_split != "test"
    assert found["gsm8k"].dataset_split == "train" and "500 problems" in found["gsm8k"].dataset_name
    assert found["gsm8k_style"].dataset_type == "odin-bench-gsm8k_style"
    assert found["corpus_extrapolation"].dataset_split == "extrapolation"


def test_a_test_split_has_the_id_that_the_hub_knows():
    part = copy.deepcopy(EVALUATION["benchmark"]["gsm8k"])
    for source in ("gsm8k_test.jsonl", "gsm8k"):
        (result,) = results({"gsm8k": part | {"source": source}})
        assert (result.dataset_type, result.dataset_config, result.dataset_split) == ("openai/gsm8k", "main", "test")
    (result,) = results({"gsm8k": part | {"source": "mine.jsonl"}})
    assert result.dataset_type == "mine" and result.dataset_split is None
    (result,) = results({"a_suite_of_mine": part | {"source": "mine.jsonl"}})
    assert result.dataset_type == "mine" and "mine.jsonl" in result.dataset_name


def test_without_a_repository_nothing_points_to_one():
    data = yaml.safe_load(front_matter("odin-nano", EVALUATION))
    assert "datasets" not in data and "onnx" not in data["tags"]
    assert all("source" not in result for result in data["model-index"][0]["results"])
    text = card_of(RELEASE)
    assert "huggingface.co" not in text and 'from_pretrained("odin-nano")' in text


def test_published_examples_are_pinned(published):
    text = published.text
    assert text.count(f'from_pretrained("{REPO}", revision="v1.2.3"') == 2
    assert f'OdinLLM.load(hubUrl("{REPO}", "v1.2.3"))' in text and "import { OdinLLM, hubUrl }" in text
    assert "huggingface.co/datasets/USER/odin-corpus" in text and "huggingface.co/spaces/USER/odin)" in text
    assert "This is version 1.2.3." in " ".join(text.split()) and "version = {1.2.3}" in text
    assert 'from_pretrained("USER/x", revision="main")' in use("x", None, "USER/x", None)


def test_weak_tasks_are_named_and_strong_ones_are_not():
    tasks, suites = weaknesses(EVALUATION)
    for task, found in EVALUATION["splits"]["test"].items():
        assert (f"`{task}`" in tasks) == (found["exact_match"] < 0.5)
    for name, part in suites_shown(EVALUATION["benchmark"]).items():
        assert (f"`{name}`" in suites) == (part["results"]["none"]["score"] < 0.5)
    better = copy.deepcopy(EVALUATION)
    for found in better["splits"]["test"].values():
        found["exact_match"] = 0.75
    assert len(weaknesses(better)) == 1
    assert "`deduction`" not in card("odin-nano", 1, better).split("## Limits")[1].split("##")[0]


def test_the_card_follows_the_evaluation(tmp_path):
    changed = copy.deepcopy(EVALUATION)
    changed["benchmark"]["gsm8k"]["results"]["none"]["exact_match"] = 0.125
    read = loaded(card("odin-nano", 3_170_340, changed), tmp_path)
    values = [result.metric_value for result in read.data.eval_results]
    assert 0.125 in values and "12.5% (" in read.text


def test_energy_is_the_stated_product():
    prices = read_prices()
    pue = prices["owned"]["pue"]
    core = next(machine for machine in prices["machines"] if machine.name == "1 CPU core")
    cpu = estimate({"minutes": 90, "device": "AVX2 CPU", "threads": 4, "processes": 2}, prices)
    assert cpu.devices == 8 and cpu.kwh == pytest.approx(1.5 * 8 * core.total_watts * pue / 1000)
    gpu = estimate({"minutes": 30, "device": "NVIDIA H200", "threads": 8, "processes": 2}, prices)
    assert gpu.kwh == pytest.approx(0.5 * (2 * 700 + gpu.host_watts) * pue / 1000) and gpu.host_watts > 0
    assert gpu.grams == pytest.approx(gpu.kwh * GRID)
    assert estimate({"minutes": 30, "device": "an abacus", "threads": 1, "processes": 1}, prices) is None


def test_energy_is_called_an_estimate(published):
    section = published.text.split("## Training: compute and energy")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith(("| energy", "| CO2"))]
    assert len(rows) == 2 and all("estimated, not measured" in row for row in rows)
    assert "not measured" in published.data.co2_eq_emissions["source"]
    unknown = EVALUATION | {"training": EVALUATION["training"] | {"device": "an abacus", "peak_flops": None}}
    text = card("odin-nano", 1, unknown)
    assert "kWh" not in text and "co2_eq_emissions" not in text and "share of the device's peak" not in text


def test_training_data_is_named_by_hash_however_it_came():
    streamed = source_text({"curriculum": "nano", "content_sha256": "ab"}, 0)
    assert "`nano`" in streamed and "`ab`" in streamed and "not filtered" in streamed
    built = {"curriculum": {"name": "mine"}, "content_sha256": "cd", "seed": 7, "counts": {"train": {"a": 3, "b": 4}}}
    text = source_text(built | {"decontaminated": {"gsm8k.jsonl": "ef"}}, 0)
    assert "7 training items, seed 7" in text and "`gsm8k.jsonl`" in text and "`cd`" in text
    assert "against no file" in source_text(built, 0)


def test_overlap_with_evaluation_files_is_told_for_the_data_of_the_run_alone():
    overlap = {"items": 2000, "tokens": 1_200_000, "overlaps": {"b.jsonl": {"x": 1, "y": 1200}, "a.jsonl": {}}}
    same = overlap | {"content_sha256": DESCRIPTION["dataset"]["content_sha256"]}
    text = data(DESCRIPTION, None, same)
    assert "2,000 with 1.2M tokens" in text and text.index("| `a.jsonl` | 0 |") < text.index("| `b.jsonl` | 1,201 |")
    assert "a.jsonl" not in data(DESCRIPTION, None, overlap | {"content_sha256": "0"})


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    """The description of a run with a preset's name and a curriculum of its own, as in docs/tutorial.md."""
    folder = tmp_path_factory.mktemp("sums") / "corpus"
    curriculum = "num_examples: 40\nvalidation: 2\ntest: 2\nvocab_size: 300\ntasks: {addition: {}, subtraction: {}}"
    described = build(parse(curriculum, "sums"), folder, seed=5, workers=1, progress=False)
    overrides = {"hidden_size": 64, "num_hidden_layers": 3}
    config = TrainConfig(data=str(folder), model_overrides=overrides, max_steps=7, learning_rate=0.012, seed=3)
    model = OdinConfig.from_preset("odin-nano", **overrides)
    return config, described, describe_run(config, model, described, folder / "tokenizer")


def toy_evaluation() -> dict:
    scores = {task: EVALUATION["splits"]["test"][task] for task in ("addition", "subtraction")}
    families = {"mathematics": EVALUATION["families"]["test"]["mathematics"]}
    part = EVALUATION["benchmark"]["corpus_extrapolation"]
    return EVALUATION | {
        "splits": {"test": scores, "validation": scores},
        "families": {"test": families, "validation": families},
        "benchmark": {"corpus_extrapolation": part},
        "voted": {},
    }


def test_another_model_makes_no_claim_of_a_release(sums):
    _, _, description = sums
    text = card("my-odin", 165_222, toy_evaluation(), description=description, version="0.1.0")
    flat = " ".join(text.split())
    assert "machine-verified exercises." in flat and "were of the tasks `addition` and `subtraction`." in flat
    claims = ("100M", "odin-100m", "demonstration: it answers", "writes functions", "programs as one fenced")
    others = ("configs/odin", "--preset", "Python and logic", "word problems", "`gcd`", "syllogisms", "gsm8k", "1 of")
    for claim in claims + others:
        assert claim not in flat, claim
    assert "Greedy. `corpus_extrapolation` has each task a level harder than training's hardest. Intervals" in flat
    assert "Less than 50% right in the one suite of ODIN-Bench: `corpus_extrapolation`" in flat
    of_release = " ".join(card("odin-nano", 1, EVALUATION, description=DESCRIPTION).split())
    assert "100M-parameter model" in of_release and "figures of syllogisms. Functions" in of_release
    assert "--config training/configs/odin-nano.yaml" in of_release and "mathematics, Python and logic" in of_release


def test_tasks_of_another_model_are_told_by_what_is_known(sums):
    flat = " ".join(card("mine", 1, EVALUATION, description=DESCRIPTION).split())
    assert "of 34 tasks in word problems, mathematics, python, logic and chat." in flat
    nothing = EVALUATION | {"splits": {}, "families": {}, "benchmark": {}, "voted": {}}
    assert "drawn from the curriculum `nano`." in " ".join(card("mine", 1, nothing, description=DESCRIPTION).split())
    assert "as after one.\n" in card("mine", 1, nothing)


def test_only_suites_that_are_shown_are_explained():
    shown = {name: EVALUATION["benchmark"][name] for name in ("gsm8k", "foreign_math", "foreign_code")}
    shown["gsm8k"] = shown["gsm8k"] | {"source": "gsm8k_test.jsonl"}
    text = " ".join(suites_text(shown | {"mine": {"source": "mine.jsonl"}}).split())
    assert "Greedy. `gsm8k` is a public set; `foreign_math` and `foreign_code` were written by hand" in text
    assert "; `mine` is none of ODIN-Bench's own. Intervals" in text
    assert "`gsm8k` is a public set (its development part)" in suites_text({"gsm8k": EVALUATION["benchmark"]["gsm8k"]})


def test_the_files_of_a_card_make_the_same_run(sums, tmp_path):
    config, described, description = sums
    text = reproduce("my-odin", description, EVALUATION["training"], {})
    assert "data_chef build --config sums.yaml --num-examples 40 --seed 5 --out corpus\n" in text
    assert "training.train --config train-my-odin.yaml   # seed 3\n" in text
    files = {part.split("`")[-2]: part for part in text.split(":\n\n```yaml\n")[:-1]}
    assert [*files] == ["sums.yaml", "train-my-odin.yaml"]
    curriculum, recipe = (part.split("```")[0] for part in text.split("```yaml\n")[1:])
    again = build(parse(curriculum, "sums"), tmp_path / "corpus", seed=5, workers=1, progress=False)
    assert again["content_sha256"] == described["content_sha256"]
    (tmp_path / "my-odin.yaml").write_text(recipe)
    read = load_config(tmp_path / "my-odin.yaml")
    model = OdinConfig.from_preset(read.model, **read.model_overrides)
    repeated = describe_run(read, model, again, tmp_path / "corpus/tokenizer")
    assert repeated["recipe"] == description["recipe"] and repeated["model"] == description["model"]
    assert read.data == "corpus" and read.output == "runs/my-odin"


def test_a_run_from_a_stream_or_from_other_weights_says_so(tmp_path):
    text = reproduce("mine", DESCRIPTION, EVALUATION["training"], {})
    assert "`TOKENIZER` is a folder" in text and "data_chef build" not in text and "other weights" not in text
    (tmp_path / "mine.yaml").write_text(text.split("```yaml\n")[1].split("```")[0])
    read = load_config(tmp_path / "mine.yaml")
    assert (read.curriculum, read.data, read.tokenizer) == ("nano", None, "TOKENIZER")
    recipe = DESCRIPTION["recipe"] | {"model": "runs/old/model"}
    assert "other weights: `model`" in reproduce("mine", DESCRIPTION | {"recipe": recipe}, EVALUATION["training"], {})


def test_the_code_is_where_the_citation_says():
    lines = [f"git checkout {DESCRIPTION['commit']}", "make install && source .venv/bin/activate"]
    for citation, first in (({"repository-code": "https://x/y"}, "git clone https://x/y odin && cd odin"),
                            ({}, "# in the repository of ODIN")):  # fmt: skip
        for name in ("odin-nano", "mine"):
            assert "\n".join([first, *lines]) in reproduce(name, DESCRIPTION, EVALUATION["training"], citation)


def test_figures_are_those_of_the_model_alone(tmp_path):
    measured = sha256_of(RELEASE / "model.safetensors"), "0.3.7", DESCRIPTION["dataset"]["content_sha256"]
    assert set(read_figures("odin-nano", *measured)) == {"sizes", "precisions", "browsers", "overlap"}
    assert read_figures("odin-nano", "0" * 64, "0.4.0", "0" * 64) == {}, "another training"
    assert set(read_figures("odin-100m")) == {"native"}
    assert read_figures("another", *measured) == {}
    assert read_figures("odin-nano", *measured, root=tmp_path) == {}


def test_tables_of_figures():
    cost = {"perplexity": 1.5, "token_agreement": 0.5, "suites": {"asdiv": {"score": 0.25}}}
    table = sizes_table({"small": 1_000_000, "large": 20_500_000}, {"large": cost})
    assert table.splitlines()[2:] == ["| large | 20.50 | 1.5000 | 50.00% | 25.0% |", "| small | 1.00 |  |  |  |"]
    result = {
        "name": "a phone", "place": {"browser": {"name": "Firefox", "version": "153"}}, "device": "wasm",
        "dtype": "q8", "threads": 2,
        "medians": {"tokenMicros": 2000, "loadMicros": 1_500_000,
                    "prompts": [{"prompt": "question", "firstTokenMicros": 4400}]},
    }  # fmt: skip
    assert browsers_table([result]).endswith("| a phone | Firefox 153 | wasm | int8 | 2 | 500 | 4.4 | 1,500 |")
    records = [
        {"model": model, "dtype": "int8", "place": place, "ms": ms}
        for model, place, ms in (("gpt2", "decode 128", 3.0), ("odin-100m (random)", "decode 128", 2.0),
                                 ("gpt2", "prefill 256", 9.0))
    ]  # fmt: skip
    rows = native_table({"records": records}, "odin-100m").splitlines()
    assert rows[0] == "| ms a token, int8, after | 128 tokens |"
    assert rows[2:] == ["| odin-100m (random) | 2.0 |", "| gpt2 | 3.0 |"]


def test_citation_as_bibtex():
    people = [{"family-names": "Ada", "given-names": "B."}, {"name": "A house"}]
    about = {"authors": people, "title": "T", "date-released": "2026-01-02", "version": "1.0.0", "license": "MIT"}
    entry = bibtex(about | {"url": "https://x"}, "2.0.0")
    assert "{Ada, B. and {A house}}" in entry and "{2026}" in entry and "{2.0.0}" in entry and "{https://x}" in entry
    assert entry.count("{") == entry.count("}") and "{1.0.0}" in bibtex(about)


def test_a_card_is_written_again_without_touching_the_weights(tmp_path):
    folder = shutil.copytree(RELEASE, tmp_path / "odin-nano")
    evaluation = copy.deepcopy(EVALUATION)
    evaluation["families"]["test"]["logic"]["exact_match"] = 0.25
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    before = {name: (folder / name).read_bytes() for name in ("model.safetensors", "odin.json", "modeling_odin.py")}
    command = [sys.executable, "-m", "training.release", "--card", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "| logic | 1600 | 25.0% |" in (folder / "README.md").read_text()
    assert before == {name: (folder / name).read_bytes() for name in before}
    assert card_of(folder) == (folder / "README.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["odin-nano"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == json.loads((RELEASE / "manifest.json").read_text())["version"]
    (folder / "evaluation.json").write_text("{")
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1 and result.stderr.startswith("release: ")
    assert "| logic | 1600 | 25.0% |" in (folder / "README.md").read_text()
