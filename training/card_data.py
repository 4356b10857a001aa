"""The front matter of a model card: what the Hub reads of it, with the scores as its `model-index`."""

from collections.abc import Mapping
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from training.benchmark.suites import Suite, load_suites
from training.energy import GRID_SOURCE, Energy


LICENSE = "apache-2.0"
TAGS = ("odin", "recurrent", "linear-attention", "gated-delta-rule", "reasoning", "custom_code")
# Of a published model, which has the exported graphs beside its weights.
PUBLISHED_TAGS = ("onnx", "transformers.js")
HUB = "https://huggingface.co"
# Files that hold a part for development of a public set: the split that it was taken from, and what it is. Such a part
# is never called by the name of the set alone, whose results are those of its test split.
PARTS = {
    "gsm8k_train_dev500.jsonl": ("train", "500 problems of the training split"),
    "asdiv_open_clean.jsonl": (None, "a selection of its problems"),
    "mbpp_open.jsonl": ("train", "the prompt, validation and training parts"),
    "aqua_dev.jsonl": ("validation", "the development split"),
    "proofwriter_dev.jsonl": ("validation", "600 problems of the development split"),
}


def front_matter(
    name: str,
    evaluation: Mapping[str, Any],
    repo: str | None = None,
    revision: str = "main",
    dataset: str | None = None,
    energy: Energy | None = None,
) -> str:
    """The YAML of a model card, without the lines of dashes.

    Args:
        name: of the model.
        evaluation: what `evaluation.json` holds.
        repo: where it is published; then each score links to its evidence at `revision`.
        dataset: repository of the corpus.
        energy: of its training, for `co2_eq_emissions`.
    """
    source = f"{HUB}/{repo}/blob/{revision}/evaluation.json" if repo else None
    data = ModelCardData(
        license=LICENSE,
        language="en",
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=[*TAGS, *(PUBLISHED_TAGS if repo else ())],
        datasets=[dataset] if dataset else None,
        co2_eq_emissions=emissions(energy) if energy else None,
        model_name=name,
        eval_results=results(evaluation["benchmark"], source) or None,
    )
    return data.to_yaml()


def results(benchmark: Mapping[str, Mapping], source: str | None = None) -> list[EvalResult]:
    """One result a suite, greedy and without tools, as a share from 0 to 1 with its 95% interval beside it.

    Args:
        source: address of `evaluation.json`.
    """
    suites = load_suites()
    found = []
    for name, part in benchmark.items():
        suite, scores = suites.get(name), part["results"]["none"]
        code = suite is not None and suite.kind == "code"
        found.append(
            EvalResult(
                task_type="text-generation",
                task_name="Text generation",
                **data_set(name, part, suite),
                metric_type="pass@1" if code else "exact_match",
                metric_name=f"{'pass@1' if code else 'exact match'}, greedy, without tools",
                metric_value=scores["score" if code else "exact_match"],
                metric_args={
                    "confidence_interval_95": list(scores["score_interval" if code else "exact_match_interval"]),
                    "problems": part["problems"],
                    "problems_sha256": part["problems_sha256"],
                },
                source_name=f"ODIN-Bench, suite {name} {part['version']}" if source else None,
                source_url=source,
            )
        )
    return found


def data_set(name: str, part: Mapping[str, Any], suite: Suite | None) -> dict[str, Any]:
    """`dataset_name`, `dataset_type`, `dataset_config` and `dataset_split` of what a suite asked.

    A set of our own and a part for development go by a name of their own; only problems of the split that a public
    set is scored on go by its id on the Hub.
    """
    source, title = part["source"], part["title"]
    if suite is not None and suite.split:
        return _set(f"{title} (generated for ODIN)", f"odin-bench-{name}", suite.split)
    if suite is not None and suite.frozen:
        return _set(f"{title} (of ODIN-Bench)", f"odin-bench-{name}", "test")
    if source in PARTS:
        split, what = PARTS[source]
        return _set(f"{title}: a part for development, {what}", source.partition(".")[0], split)
    if suite is not None and suite.hub and (source in suite.files or source == suite.hub["path"].rpartition("/")[2]):
        return _set(title, suite.hub["path"], suite.hub["split"], suite.hub.get("name"))
    return _set(f"{title} (a file of its own, {source})", source.partition(".")[0], None)


def _set(name: str, type_: str, split: str | None, config: str | None = None) -> dict[str, Any]:
    return {"dataset_name": name, "dataset_type": type_, "dataset_split": split, "dataset_config": config}


def emissions(energy: Energy) -> dict[str, Any]:
    """For `co2_eq_emissions`, which is in grams."""
    return {
        "emissions": round(energy.grams, 1),
        "source": f"estimated, not measured, from time and assumed power, at the {GRID_SOURCE}",
        "training_type": "pre-training",
        "hardware_used": f"{energy.devices} x {energy.device}",
    }
