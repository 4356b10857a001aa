"""Makes a release folder of a finished run and the report of its benchmark.

    python -m training.evaluate --model RUN/model --suite corpus,real,frozen --corpus CORPUS --items 400 \\
        --data-dir DIR --out RUN/benchmark
    python -m training.release --run RUN --report RUN/benchmark/report.json --out odin-nano
    python -m training.release --refresh odin-nano [--version 0.3.1]
    python -m training.release --card odin-nano --readme README.md

The third command brings the code files of a release to this repository's, after a change of the code that leaves its
weights and answers as they are. The last one writes the card again, from the release's scores and what was measured
since; with `--readme` also the tables of that file, and a copy of the card, `model_card.md`, beside it.

The folder is complete in itself: weights, configuration, code, tokenizer, the run's description, its scores and
curves, a model card made from these, and a manifest with the hash of every file. It is written beside and renamed,
after it has been loaded by a process that cannot see this repository. `training/produce.py` does all of it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from data_chef.corpus import sha256_of as sha256
from modeling_odin import OdinForCausalLM
from training.benchmark.report import FORMAT
from training.card import card_of
from training.checkpoint import CheckpointError, load_model, weight_dtypes, weight_files
from training.description import read_description
from training.front_page import write_front_page
from training.io import write_json
from training.manifest import check_version, read_manifest, write_manifest


# Of a release that is given no other; docs/versions.md has the rule.
VERSION = "0.3.0"
# Validation has the structures of training with other numbers; test also has structures that training never told.
SPLITS = ("validation", "test")
# Options whose value is a place on the machine where a report was made.
PLACE = re.compile(r"(--(?:model|data-dir|corpus|out))[ =]\S+")
# This repository may be installed where a release is tried; one that imports it has to fail all the same.
LOAD_ALONE = """
import sys
for name in ("configuration_odin", "modeling_odin", "data_chef", "training", "export"):
    sys.modules[name] = None
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], trust_remote_code=True)
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ids = tokenizer.apply_chat_template([{"role": "user", "content": "1+1=?"}], add_generation_prompt=True,
                                    return_tensors="pt", return_dict=True)
model.generate(**ids, max_new_tokens=4, do_sample=False)
"""


def release(run: Path, out: Path, report: Path, voted: Path | None = None, version: str = VERSION) -> None:
    """Writes the release folder of the run's model.

    Args:
        report: of `python -m training.evaluate` for this very model; its scores go into the card.
        voted: another one, with several sampled answers to each problem.

    Raises:
        FileNotFoundError: the run has no finished model, or no description.
        ValueError: a report is of another model, the run's description is damaged, or the version is none.
        RuntimeError: the folder does not load by itself.
    """
    check_version(version)
    model = run / "model"
    if not model.is_dir():
        raise FileNotFoundError(f"{run} has no finished model; let training/train.py reach its last step first")
    description = read_description(run / "odin.json")
    command, benchmark = read_report(report, model)
    missing = [f"corpus_{split}" for split in SPLITS if f"corpus_{split}" not in benchmark]
    if len(missing) == 1:
        raise ValueError(f"{report} lacks {missing[0]}, and the card shows both splits: evaluate with --suite corpus")
    voted_command, of_votes = read_report(voted, model) if voted else (None, {})
    evaluation = {
        "splits": {split: scores_by(benchmark[f"corpus_{split}"], "task") for split in SPLITS
                   if f"corpus_{split}" in benchmark},
        "families": {split: scores_by(benchmark[f"corpus_{split}"], "family") for split in SPLITS
                     if f"corpus_{split}" in benchmark},
        "decoding": "greedy",
        "training": json.loads((run / "summary.json").read_text()),
        "command": command,
        "benchmark": benchmark,
        "voted_command": voted_command,
        "voted": of_votes,
    }  # fmt: skip
    load_model(model)
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(model, beside, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    OdinForCausalLM.copy_code(beside)
    shutil.copy(run / "curves.png", beside)
    write_json(beside / "odin.json", description)
    write_json(beside / "evaluation.json", evaluation)
    (beside / "README.md").write_text(card_of(beside, version=version))
    put_in_place(beside, out, description, version)


def read_report(path: Path, model: Path) -> tuple[str, dict]:
    """The command of a benchmark report without its paths, and its suites without the marks of single problems.

    Raises:
        ValueError: it is no report, or not of the weights in `model`.
    """
    found = json.loads(path.read_text())
    if found.get("format") != FORMAT:
        raise ValueError(f"{path} is no {FORMAT}")
    described = json.dumps(found["model"])
    if not all(sha256(weights) in described for weights in weight_files(model)):
        raise ValueError(f"{path} is the report of another model than {model}: evaluate this one")
    kept = ("version", "title", "problems", "problems_sha256", "results", "decoding", "tools", "by")
    suites = {}
    for name, part in found["suites"].items():
        # Where a file lay on this machine is nobody's business.
        suites[name] = {key: part[key] for key in kept} | {"source": part["source"].rpartition("/")[2]}
    return PLACE.sub(lambda match: f"{match[1]} {match[1].strip('-').upper()}", found["command"]), suites


def scores_by(part: dict, key: str) -> dict[str, dict]:
    """Items, exact match without tools and its interval, by task or family."""
    return {
        value: {
            "items": entry["problems"],
            "exact_match": entry["none"]["score"],
            "interval": entry["none"]["interval"],
        }
        for value, entry in sorted(part["by"].get(key, {}).items())
    }


def refresh(out: Path, version: str | None = None) -> None:
    """Replaces the code files of the release `out` by the repository's; weights, scores and card stay.

    Args:
        version: a newer one, which what was published before needs; the card then names it, too.

    Raises:
        CheckpointError: `out` is no release.
        FileNotFoundError, ValueError: its odin.json is not there, or damaged; the version is not newer.
        RuntimeError: the folder does not load by itself with the new code.
    """
    load_model(out)
    description = read_description(out / "odin.json")
    before = version_of(out)
    if version is not None and check_version(version) <= check_version(before):
        raise ValueError(f"'{out}' has version {before}: give a newer one, not {version}")
    text = card_of(out, version=version) if version is not None else None
    beside = copied(out, "*.py", "__pycache__")
    OdinForCausalLM.copy_code(beside)
    if text is not None:
        (beside / "README.md").write_text(text)
    put_in_place(beside, out, description, version or before)


def recard(out: Path) -> None:
    """Writes the card of the release `out` again; all else stays, but for the manifest's hash of the card.

    Raises:
        OSError, ValueError: `out` is no release, or a file of it or a measurement is damaged.
        RuntimeError: the folder does not load by itself.
    """
    description = read_description(out / "odin.json")
    text = card_of(out)
    beside = copied(out, "__pycache__")
    (beside / "README.md").write_text(text)
    put_in_place(beside, out, description, version_of(out))


def version_of(out: Path) -> str:
    """What the manifest of a release says; raises CheckpointError when it says none."""
    version = read_manifest(out).get("version")
    if version is None:
        raise CheckpointError(f"'{out}' has no manifest with a version: make the release again with --run")
    return version


def copied(out: Path, *but: str) -> Path:
    """A copy of the folder beside it, without files of these patterns."""
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    return Path(shutil.copytree(out, beside, ignore=shutil.ignore_patterns(*but)))


def put_in_place(beside: Path, out: Path, description: dict, version: str) -> None:
    """Writes the manifest of the folder `beside`, tries it alone, and gives it its final name."""
    write_manifest(beside, {"model": out.resolve().name, "version": version} | origin(beside, description))
    load_alone(beside)
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)


def load_alone(folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Raises RuntimeError unless the folder loads and generates in a process without this repository and a network."""
    with tempfile.TemporaryDirectory() as home:  # of its own, so that no code of an earlier release is found
        loads = subprocess.run(
            [sys.executable, "-I", "-c", LOAD_ALONE, folder.resolve()],
            cwd="/",
            env={**environment, "HF_HUB_OFFLINE": "1", "HF_HOME": home},
            capture_output=True,
            text=True,
        )
    if loads.returncode:
        last = "\n".join(loads.stderr.strip().splitlines()[-8:])
        raise RuntimeError(f"the release does not load by itself:\n{last}")


def origin(folder: Path, description: dict) -> dict:
    """What the manifest tells of the run that made the weights in the folder."""
    return {
        "run": description["id"],
        "seed": description["seed"],
        # Of the files, which may be of less precision than what was trained.
        "precision": description["precision"] | {"parameters": ", ".join(sorted(weight_dtypes(folder)))},
        "corpus_sha256": corpus_hashes(description["dataset"]),
        "commit": description["commit"],
    }


def corpus_hashes(dataset: dict) -> str | list[str]:
    """The hash of the data's content, or of each stage's."""
    stages = dataset.get("stages")
    return [stage["content_sha256"] for stage in stages] if stages else dataset["content_sha256"]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, help="output folder of training/train.py")
    parser.add_argument("--report", type=Path, help="report.json of training.evaluate for the run's model")
    parser.add_argument("--voted", type=Path, metavar="REPORT", help="another, with --samples, for the card")
    parser.add_argument("--out", type=Path, help="release folder, replaced when it exists")
    parser.add_argument("--refresh", type=Path, metavar="RELEASE", help="only bring its code files up to date")
    parser.add_argument("--card", type=Path, metavar="RELEASE", help="only write its card again")
    parser.add_argument("--version", help=f"of the release; default {VERSION}, with --refresh what it was")
    parser.add_argument("--readme", type=Path, help="Markdown file whose tables are brought up to date with the card")
    options = parser.parse_args()
    if options.refresh is None and options.card is None and None in (options.run, options.report, options.out):
        parser.error("give --run, --report and --out, or --refresh, or --card")
    if options.card and options.version:
        parser.error("a card alone needs no other version: give --version with --refresh")
    try:
        if options.refresh:
            refresh(options.refresh, options.version)
        elif options.card:
            recard(options.card)
        else:
            release(options.run, options.out, options.report, options.voted, options.version or VERSION)
        if options.readme:
            write_front_page(options.readme, options.refresh or options.card or options.out)
    except (ValueError, OSError, RuntimeError, CheckpointError) as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
