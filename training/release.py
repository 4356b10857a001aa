"""Makes a release folder of a finished run: `python -m training.release --run RUN --data CORPUS --out odin-nano`.

`python -m training.release --refresh odin-nano` brings the code files of a release to this repository's, after a
change of the code that leaves its weights and answers as they are.

The folder is complete in itself: weights, configuration, code, tokenizer, the run's description, the scores on
held-out items, a model card made from these, and a manifest with the hash of every file. It is written beside and
renamed, after it has been loaded by a process that cannot see this repository.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from data_chef.corpus import sha256_of as sha256
from modeling_odin import OdinForCausalLM
from training.benchmark.report import FORMAT
from training.benchmark.report import summary as suites_table
from training.checkpoint import CheckpointError, load_model, load_tokenizer
from training.evaluate import evaluate, first_per_task, read_items, table
from training.io import replace_block, write_json
from training.validation import by_family, family_of


VERSION = "0.2.0"
# Validation has the structures of training with other numbers; test also has structures that training never told.
SPLITS = ("validation", "test")
LOAD_ALONE = """
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], trust_remote_code=True)
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ids = tokenizer.apply_chat_template([{"role": "user", "content": "1+1=?"}], add_generation_prompt=True,
                                    return_tensors="pt", return_dict=True)
model.generate(**ids, max_new_tokens=4, do_sample=False)
"""
CARD = """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
tags: [odin, recurrent, linear-attention, gated-delta-rule, reasoning, custom_code]
---

# {name}

A {parameters:,}-parameter recurrent language model without attention (gated delta rule with per-channel decay),
trained only on synthetic, machine-verified mathematics, Python and logic. It is a small demonstration: it answers
questions of the kinds in the tables below and little else, and it writes down its steps before its answer.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")
model = AutoModelForCausalLM.from_pretrained("{name}", trust_remote_code=True)
messages = [{{"role": "user", "content": "What is 4827 + 1956?"}}]
inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=200, do_sample=False)[0]))
```

## Held-out exact match

Greedy decoding, no tools. No problem of these splits is in the training data, whatever its wording; the split is
decided by a hash of the problem. The test split also has what training never told in any wording: some computation
graphs and sentence frames of word problems, pairs of operations in programs, and figures of syllogisms. Python is the
exception: functions of a single operation (`gcd`, the words of a string), which is what this model was taught, are
all in training, and what is held out is the question. Every function counts once.

| family | items (test) | exact match (test) | exact match (validation) |
| --- | ---: | ---: | ---: |
{families}

### test

{test}

### validation

{validation}

`python -m training.evaluate --model {name} --data CORPUS --split test` (or `validation`) measures them again, on the
corpus that `python -m data_chef build --preset nano --num-examples 40000 --out CORPUS` writes.

## ODIN-Bench

`python -m training.evaluate --model {name} --suite real,frozen --data-dir DIR`, greedy. `aqua`, `asdiv`, `gsm8k`,
`mbpp` and `proofwriter` are public sets (their development parts); the `foreign` ones were written by hand for this
project; `gsm8k_style`, `humaneval_style` and `syllogisms` are generated, in structures that training never had. Most
of them are far beyond a model of this size; the scores are reported as they are.

{benchmark}

## Training

{training}

## Limits

- It knows no facts and cannot chat. Outside the kinds of questions above it writes confident nonsense.
- Numbers larger than those in its tasks are out of its reach, and so are word problems told in other ways than its
  grammar has.
- Its steps are usually the way it got to the answer, but nothing guarantees it: check them.
"""


def release(run: Path, data: str, out: Path, items: int, report: Path | None = None) -> None:
    """Evaluates the run's model and writes the release folder.

    Args:
        report: of `python -m training.evaluate --suite ...` for this very model, whose scores go into the card.

    Raises:
        FileNotFoundError: the run has no finished model.
        ValueError: the report is of another model.
        RuntimeError: the folder does not load by itself.
    """
    if not (run / "model").is_dir():
        raise FileNotFoundError(f"{run} has no finished model; let training/train.py reach its last step first")
    description = json.loads((run / "odin.json").read_text())
    summary = json.loads((run / "summary.json").read_text())
    benchmark = read_report(report, run / "model") if report else {}
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    model = load_model(run / "model")
    tokenizer = load_tokenizer(run / "model", model.config.vocab_size)
    scores = {}
    for split in SPLITS:
        sample = first_per_task(read_items(data, split), items)
        scores[split], _, _ = evaluate(model, tokenizer, sample, max_new_tokens=256, progress=True)
    model.save_pretrained(beside)
    tokenizer.save_pretrained(beside)
    write_json(beside / "odin.json", description)
    families = {split: by_family(of_split) for split, of_split in scores.items()}
    evaluation = {"splits": scores, "families": families, "decoding": "greedy", "training": summary}
    write_json(beside / "evaluation.json", evaluation | {"benchmark": benchmark})
    card = CARD.format(
        name=out.name,
        parameters=model.num_parameters(),
        training=training_text(summary),
        families=families_table(scores),
        benchmark=suites_table(benchmark) if benchmark else "Not measured for this release.",
        **{split: table(scores[split]) for split in SPLITS},
    )
    (beside / "README.md").write_text(card)
    put_in_place(beside, out, description, VERSION)


def read_report(path: Path, model: Path) -> dict:
    """The suites of a benchmark report, without the marks of single problems.

    Raises:
        ValueError: it is no report, or not of the weights in `model`.
    """
    found = json.loads(path.read_text())
    if found.get("format") != FORMAT:
        raise ValueError(f"{path} is no {FORMAT}")
    weights = sha256(model / "model.safetensors")
    if weights not in json.dumps(found["model"]):
        raise ValueError(f"{path} is the report of another model than {model}: evaluate this one")
    kept = ("version", "title", "problems", "problems_sha256", "source", "results", "decoding", "tools")
    return {name: {key: part[key] for key in kept} for name, part in found["suites"].items()}


def families_table(scores: dict[str, dict]) -> str:
    """Rows of the card: exact match by family."""
    counts: dict[str, int] = {}
    for task, score in scores["test"].items():
        family = family_of({"task": task})
        counts[family] = counts.get(family, 0) + score["items"]
    shares = {split: by_family(of_split) for split, of_split in scores.items()}
    return "\n".join(
        f"| {family} | {counts[family]} | {shares['test'][family]:.1%} | {shares['validation'][family]:.1%} |"
        for family in sorted(counts)
    )


def refresh(out: Path) -> None:
    """Replaces the code files of the release `out` by the repository's; weights, scores and card stay.

    Raises:
        CheckpointError: `out` is no release.
        RuntimeError: the folder does not load by itself with the new code.
    """
    load_model(out)
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(out, beside, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    OdinForCausalLM.copy_code(beside)
    version = json.loads((out / "manifest.json").read_text())["version"]
    put_in_place(beside, out, json.loads((out / "odin.json").read_text()), version)


def put_in_place(beside: Path, out: Path, description: dict, version: str) -> None:
    """Writes the manifest of the folder `beside`, tries it alone, and gives it its final name."""
    write_json(beside / "manifest.json", manifest(beside, description, version))
    loads = subprocess.run(
        [sys.executable, "-I", "-c", LOAD_ALONE, beside.resolve()], cwd="/", capture_output=True, text=True
    )
    if loads.returncode:
        raise RuntimeError(f"the release does not load by itself:\n{loads.stderr}")
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)


def manifest(folder: Path, description: dict, version: str) -> dict:
    """Version, run and the sha256 of every file of the folder."""
    listed = (path for path in sorted(folder.iterdir()) if path.is_file() and path.name != "manifest.json")
    files = {path.name: sha256(path) for path in listed}
    return {
        "version": version,
        "run": description["id"],
        "seed": description["seed"],
        "precision": description["precision"],
        "corpus_sha256": corpus_hashes(description["dataset"]),
        "commit": description["commit"],
        "files": files,
    }


def corpus_hashes(dataset: dict) -> str | list[str]:
    """The hash of the data's content, or of each stage's."""
    stages = dataset.get("stages")
    return [stage["content_sha256"] for stage in stages] if stages else dataset["content_sha256"]


def training_text(summary: dict) -> str:
    """One paragraph on how the model came about, from the run's own summary."""
    return (
        f"{summary['steps']:,} steps, {summary['tokens'] / 1e6:.1f}M tokens (prompts and padding included), "
        f"{summary['minutes']:.1f} minutes on {summary['device']} with {summary['threads']} threads "
        f"({summary['tokens_per_second']:,.0f} tokens/s), final loss {summary['loss']:.4f}. "
        "`odin.json` describes the run whole."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--run", type=Path, help="output folder of training/train.py")
    parser.add_argument("--data", help="corpus folder with validation and test splits")
    parser.add_argument("--out", type=Path, help="release folder, replaced when it exists")
    parser.add_argument("--refresh", type=Path, metavar="RELEASE", help="only bring its code files up to date")
    parser.add_argument("--items", type=int, default=400, help="held-out items per task and split")
    parser.add_argument("--report", type=Path, help="report.json of training.evaluate for the run's model")
    parser.add_argument("--readme", type=Path, help="Markdown file whose 'held-out' and 'benchmark' blocks get tables")
    options = parser.parse_args()
    if options.refresh is None and None in (options.run, options.data, options.out):
        parser.error("give --run, --data and --out, or --refresh")
    try:
        if options.refresh:
            refresh(options.refresh)
            return
        release(options.run, options.data, options.out, options.items, options.report)
        if options.readme:
            evaluation = json.loads((options.out / "evaluation.json").read_text())
            replace_block(options.readme, "held-out", table(evaluation["splits"]["test"]))
            if evaluation["benchmark"]:
                replace_block(options.readme, "benchmark", suites_table(evaluation["benchmark"]))
    except (ValueError, OSError, RuntimeError, CheckpointError) as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
