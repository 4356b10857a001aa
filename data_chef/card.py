"""The dataset card, and the report on the tasks that it prints.

    python -m data_chef.card CORPUS

writes the card of a corpus again, from its `corpus.json` and `report.json`; the data stay as they are.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from data_chef.corpus import data_version, describe, write_whole
from data_chef.curriculum import load_curriculum, presets
from data_chef.descriptor import COLUMNS
from data_chef.registry import get_task
from data_chef.splits import SPLITS
from data_chef.text import chat, response


# What differs from one build of the same corpus to the next: speed, errors, the commit. It stays out of corpus.json.
REPORT = "report.json"
TIMED = ("items_per_second",)
MEASURED = 300
SIZES = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"))
TAGS = ["synthetic", "verified", "reasoning", "mathematics", "code", "logic", "curriculum"]
ROOT = Path(__file__).parents[1]
SPLIT_IS = {
    "train": "what is trained on",
    "validation": "other problems, of structures that training has",
    "test": "other problems, among them structures that training never has",
    "extrapolation": "each task a level harder than training's hardest",
}
TEMPLATE = """---
{front}
---

# {name}: synthetic, machine-verified reasoning

{train:,} training items of {tasks} tasks, made by programs: questions with worked steps and answers. Version
{version}, content sha256 `{content}`.

{sections}
"""
LOADING = """## How to load it

```python
from datasets import load_dataset

corpus = load_dataset("{place}"{pinned})
```

The folder `tokenizer` is a byte-level BPE for `AutoTokenizer.from_pretrained`, sha256 of its `tokenizer.json`
`{tokenizer}`."""
COLUMNS_TABLE = """## Columns

| column | type | what it is |
| --- | --- | --- |
{rows}"""
SPLITS_TABLE = """## Splits

| split | items | |
| --- | ---: | --- |
{rows}

The split of an item is decided by a hash of its problem, whatever the wording, so no two splits share a problem. Of
functions of a single operation, all of which training has, they share no question. Word problems of several steps are
split by their computation graph as well, and the test split holds graphs never trained on."""
MADE = """## How it was made and verified

A generator draws a problem from a keyed hash of task, split, seed and index, and tells it in words, with steps and
answer. The answer is then computed a second time by other means, from the question or from the problem's canonical
form; every written result is checked; each program is run against its tests. Items that fail are counted and dropped.
No question occurs twice, in whatever splits; nor does one that is the same but for its names when it asks for the same
computation. Nothing was sampled from a language model.

Of other people there are lists of single words and names (`data_chef/data/SOURCES.md`): frequent English words from
wordfreq 3.1.1 by Robyn Speer (CC BY-SA 4.0), first names and surnames from Faker 40.54 (MIT)."""
DECONTAMINATED = """Decontaminated against {against}: {dropped:,} items that shared 13 words in a row with them were
dropped; in a second pass over the files {left} were found."""
NOT_DECONTAMINATED = """It was compared with no evaluation set when it was built.
`python -m data_chef check DIR --against FILES` does it for runs of 13 words."""
TASKS_TABLE = """## Tasks

{table}

`train` may hold a problem in several wordings (`problems` counts them once); the other splits do not. `unique` is the
share of verified items that were neither duplicates nor near-duplicates, `rejected` the share that failed
verification, `tokens` the mean length of a conversation."""
LIMITS = (
    "English only, in the voices of its generators: it has far fewer forms of sentence than people do "
    "(`docs/corpus.md` compares). A model that reads nothing else fails first at language that no generator speaks.",
    "It holds no facts about the world beyond what its exercises need (units, calendars, definitions). People, things "
    "and stories are drawn by chance; names and nouns are partly invented.",
    "Numbers, steps and programs are no larger than the difficulties of its curriculum.",
    "Verified means that two computations agree on what the canonical form says. That the words tell the same is "
    "tested for each task, not proved for each item.",
)
REPRODUCE = """## How to reproduce it

```sh
{commands}
```
{curriculum}
The same command at the same source gives the same bytes, whatever the number of processes: the content sha256 must be
the one above. sha256 of the generators' source: `{source}`."""
CITATION = """## Citation

```bibtex
@misc{{odin-corpus,
  author  = {{{{The ODIN maintainers}}}},
  title   = {{{{ODIN corpus {name}: synthetic, machine-verified reasoning}}}},
  version = {{{version}}},
  note    = {{content sha256 {content}}},
}}
```"""
LICENCE = """## Licence

Generators and items: Apache-2.0. The lists from which the generators take words and names stay under their own
licences, CC BY-SA 4.0 (wordfreq) and MIT (Faker); single words of them appear in items."""


def report_of(wanted: Mapping[str, int], tallies: Mapping, sample: Sequence[Mapping], tokenizer: Any) -> list[dict]:
    """One row a task: counts, speed, unique rate, reject rate, tokens, overlap.

    Args:
        wanted: task and its share of the train split.
        tallies: split, task and what became of its items.
        sample: rows of the train split, of which up to 300 a task are tokenised.
    """
    texts: dict[str, list[str]] = {task: [] for task in wanted}
    for row in sample:
        if len(texts[row["task"]]) < MEASURED:
            texts[row["task"]].append(chat(row["question"], response(row)))
    report = []
    for task, asked in wanted.items():
        mine = {split: tallies.get(split, {}).get(task, Counter()) for split in SPLITS}
        train, generated = mine["train"], sum(tally["generated"] for tally in mine.values())
        lengths = [len(ids) for ids in tokenizer(texts[task])["input_ids"]] if texts[task] else [0]
        verified = max(1, train["generated"] - train["rejected"])
        report.append(
            {
                "task": task,
                "family": get_task(task).family,
                "wanted": asked,
                **{split: tally["kept"] for split, tally in mine.items()},
                "problems": train["problems"],
                "items_per_second": train["generated"] / max(train["seconds"], 1e-9),
                "unique_rate": round(1 - (train["duplicates"] + train["near_duplicates"]) / verified, 4),
                "reject_rate": round(sum(tally["rejected"] for tally in mine.values()) / max(1, generated), 4),
                "mean_tokens": round(sum(lengths) / len(lengths), 1),
                "overlap_dropped": sum(tally["overlap"] for tally in mine.values()),
            }
        )
    return report


def card_of(corpus: str | Path, repo: str | None = None) -> str:
    """The card of a corpus folder, with the front matter that lets `load_dataset` find the splits.

    Args:
        repo: where it is published, "USER/odin-corpus"; the example then loads it from there, at its version's tag.

    Raises:
        FileNotFoundError, ValueError: see `corpus.describe`; or its report is damaged.
    """
    described = describe(corpus)
    path = Path(corpus) / REPORT
    try:
        built = json.loads(path.read_text()) if path.is_file() else {}
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}); remove it, the card then goes without it") from error
    version, name = data_version(described), described["curriculum"]["name"]
    counts = {split: sum(tasks.values()) for split, tasks in described["counts"].items()}
    sections = [
        LOADING.format(
            place=repo or "DIR",
            pinned=f', revision="v{version}"' if repo else "",
            tokenizer=described["tokenizer_sha256"],
        ),
        COLUMNS_TABLE.format(
            rows="\n".join(
                f"| `{key}` | {kind} | {COLUMNS.get(key, '')} |" for key, kind in described["schema"].items()
            )
        ),
        SPLITS_TABLE.format(
            rows="\n".join(f"| {split} | {count:,} | {SPLIT_IS.get(split, '')} |" for split, count in counts.items())
        ),
        MADE,
        "## Decontamination\n\n" + decontamination(described),
        TASKS_TABLE.format(table=tasks_table(described, built.get("items_per_second", {}))),
        limits(described, built.get("errors", {})),
        reproduction(described, built.get("commit"), read_citation()),
        CITATION.format(name=name, version=version, content=described["content_sha256"]),
        LICENCE,
    ]
    return TEMPLATE.format(
        front=front_matter(name, version, counts),
        name=name,
        train=counts["train"],
        tasks=len(described["tasks"]),
        version=version,
        content=described["content_sha256"],
        sections="\n\n".join(sections),
    )


def front_matter(name: str, version: str, counts: Mapping[str, int]) -> str:
    """The YAML that the Hub and `load_dataset` read, without the lines of dashes."""
    from huggingface_hub import DatasetCardData

    total = sum(counts.values())
    data = DatasetCardData(
        pretty_name=f"ODIN corpus: {name}",
        language="en",
        license="apache-2.0",
        annotations_creators="machine-generated",
        language_creators="machine-generated",
        source_datasets=["original"],
        size_categories=next((label for limit, label in SIZES if total < limit), "10M<n<100M"),
        task_categories=["text-generation", "question-answering"],
        tags=TAGS,
        version=version,
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"data/{split}-*.parquet"} for split in counts],
            }
        ],
    )
    return data.to_yaml()


def decontamination(described: Mapping[str, Any]) -> str:
    """Against which files, what it dropped, and what was left."""
    if not described["decontaminated"]:
        return NOT_DECONTAMINATED
    against = ", ".join(f"`{name}`" for name in sorted(described["decontaminated"]))
    dropped = sum(row["overlap_dropped"] for row in described["tasks"].values())
    return DECONTAMINATED.format(against=against, dropped=dropped, left=described["overlap"])


def tasks_table(described: Mapping[str, Any], speeds: Mapping[str, float]) -> str:
    """Markdown: a row for each task; the speed of a core where the build's report has it."""
    against = bool(described["decontaminated"])
    head = ["task", "train", "problems", "validation", "test", "extrapolation", "items/s/core", "unique", "rejected"]
    head += ["tokens", *(["overlap dropped"] if against else [])]
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * (len(head) - 1)]
    for task, row in described["tasks"].items():
        cells = [
            task,
            f"{row['train']:,}",
            f"{row['problems']:,}",
            row["validation"],
            row["test"],
            row["extrapolation"],
        ]
        cells += [
            f"{speeds[task]:,}" if task in speeds else "",
            f"{row['unique_rate']:.1%}",
            f"{row['reject_rate']:.2%}",
        ]
        cells += [f"{row['mean_tokens']:.0f}", *([row["overlap_dropped"]] if against else [])]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def limits(described: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    """What is known to be weak: of all corpora, and of this one."""
    lines = ["## Limits and known weaknesses", "", *(f"- {line}" for line in LIMITS)]
    dry = {task: row for task, row in described["tasks"].items() if row["train"] < 0.95 * row["wanted"]}
    if dry:
        shown = ", ".join(f"{task} ({row['train']:,} of {row['wanted']:,})" for task, row in dry.items())
        lines.append(
            f"- Tasks whose duplicates, or whose want of problems, left a part of their share to the others: {shown}."
        )
    if errors:
        lines.append("- Items that raised an exception were dropped; the last one of each task:")
        lines += [f"  - {task}: `{error}`" for task, error in errors.items()]
    return "\n".join(lines)


def read_citation() -> dict[str, Any]:
    """What the repository's CITATION.cff holds; nothing where the package stands without the repository."""
    path = ROOT / "CITATION.cff"
    return yaml.safe_load(path.read_text()) if path.is_file() else {}


def checkout(commit: str | None, citation: Mapping[str, Any]) -> list[str]:
    """The lines of shell that lead to the code, as it was at the commit.

    Args:
        citation: what CITATION.cff holds; its `repository-code` is where the code is.
    """
    url = citation.get("repository-code")
    start = f"git clone {url} odin && cd odin" if url else "# in the repository of ODIN"
    return [start, *([f"git checkout {commit}"] if commit else [])]


def reproduction(described: Mapping[str, Any], commit: str | None, citation: Mapping[str, Any]) -> str:
    """The commands, with the curriculum as YAML where it is not one of the package's own."""
    command, curriculum = build_command(described, "DIR")
    text = (
        f"\nwith this as `{described['curriculum']['name']}.yaml`:\n\n```yaml\n{curriculum}```\n" if curriculum else ""
    )
    return REPRODUCE.format(
        commands="\n".join([*checkout(commit, citation), command]),
        curriculum=text,
        source=described.get("source_sha256", "not recorded"),
    )


def build_command(described: Mapping[str, Any], out: str) -> tuple[str, str]:
    """The command that builds a corpus, and its curriculum as YAML: "" where it is one of the package's own.

    Args:
        described: what `corpus.json` holds.
        out: folder of the corpus.
    """
    curriculum = described["curriculum"]
    name, shipped = curriculum["name"], False
    if name in presets():
        now = json.loads(json.dumps(asdict(load_curriculum(name))))
        shipped = now | {"num_examples": curriculum["num_examples"]} == curriculum
    parts = [
        "python -m data_chef build",
        f"--preset {name}" if shipped else f"--config {name}.yaml",
        f"--num-examples {curriculum['num_examples']} --seed {described['seed']} --out {out}",
    ]
    if described.get("decontaminated"):
        parts.append(f"--decontaminate {' '.join(sorted(described['decontaminated']))}")
    if described.get("tokenizer_given"):
        parts.append("--tokenizer tokenizer")
    return " ".join(parts), "" if shipped else as_yaml(curriculum)


def as_yaml(curriculum: Mapping[str, Any]) -> str:
    """A curriculum as `--config` reads it."""
    tasks = {share["task"]: {"weight": share["weight"], "difficulty": list(share["difficulty"])}
             for share in curriculum["shares"]}  # fmt: skip
    sizes = {"num_examples": curriculum["num_examples"], **curriculum["heldout_items"]}
    whole = {**sizes, "vocab_size": curriculum["vocab_size"], "tasks": tasks}
    return yaml.safe_dump(whole, sort_keys=False, default_flow_style=None)


def write_card(corpus: str | Path) -> None:
    """Writes `README.md` of a corpus folder. Raises what `card_of` raises."""
    write_whole(Path(corpus) / "README.md", card_of(corpus).encode())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m data_chef.card", description="Writes the card of a corpus again.")
    parser.add_argument("corpus", help="folder of a corpus")
    options = parser.parse_args(arguments)
    try:
        write_card(options.corpus)
    except (ValueError, OSError) as error:
        sys.exit(f"data_chef.card: {error}")


if __name__ == "__main__":
    main()
