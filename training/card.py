"""The model card of a release: every number with its command and interval, from JSON alone.

`card_of` makes it of a release folder and of the measurements in this repository; `card` of what it is given.
"""

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from training.benchmark.heldout import table
from training.benchmark.report import groups_table, percent, samples_table, summary
from training.card_data import front_matter
from training.card_sections import cite, compute, data, reproduce, size_and_speed, use
from training.description import read_description
from training.energy import estimate
from training.figures import ROOT, read_figures
from training.manifest import read_manifest


# Below it a task is called weak.
WEAK = 0.5
# What differs between the sizes: what it is for, and what it cannot do.
ABOUT = {
    "odin-nano": (
        "It is a small demonstration: it answers questions of the kinds in the tables below and little else, and it "
        "writes down its steps before its answer. The 100M-parameter model of the same design is still to be trained."
    ),
    "odin-100m": "It writes down its steps before its answer, and programs as one fenced block.",
}
LIMITS = {
    "odin-nano": (
        "It knows no facts and cannot chat. Outside the kinds of questions above it writes confident nonsense.",
        "Numbers larger than those in its tasks are out of its reach, and so are word problems told in other ways "
        "than its grammar has.",
        "It writes functions of one operation; requests that combine several are beyond it.",
    ),
    "odin-100m": (
        "It knows no facts beyond the words of its exercises, and it cannot chat.",
        "Everything that it read was generated: language that no generator speaks is where it fails first, as the "
        "difference between the generated and the public sets above shows.",
        "Its programs are short functions; run them only where a mistake does no harm.",
    ),
}
STEPS = "Its steps are usually the way it got to the answer, but nothing guarantees it: check them."
ENGLISH = "It reads and writes English only."
TEMPLATE = """---
{front}
---

# {name}

{about}

{sections}
"""
INTRODUCTION = (
    "A {parameters:,}-parameter recurrent language model without attention (gated delta rule with per-channel decay), "
    "trained only on synthetic, machine-verified mathematics, Python and logic. Every token costs the same, and the "
    "state has the same size after a million tokens as after one. {about}{version}"
)
INTENDED = """## Intended use, and misuse

For research on small models and on recurrences; for teaching how a language model comes about, from corpus to browser;
for demonstrations that run on the visitor's own device; as a base to train further on verified problems of one's own.

Not for advice, marking or any decision about people; not for answers that nobody checks; not as a source of facts.
Programs that it writes belong in a sandbox. It was trained on exercises alone and was not tested for bias, for harmful
answers or against attacks by prompt."""
LICENCE = """## Licence

Weights, code and card: Apache-2.0."""
HELD_OUT = """## Scores: held-out items of the corpus

Greedy decoding, no tools. No problem of these splits is in the training data, whatever its wording; the split is
decided by a hash of the problem. The test split also has what training never told in any wording: some computation
graphs and sentence frames of word problems, pairs of operations in programs, and figures of syllogisms. Functions of
a single operation (`gcd`, the words of a string) are the exception: all are in training, and what is held out is the
question. Every function counts once.

{families}

### test

{test}

### validation

{validation}

These are the suites `corpus_test` and `corpus_validation` of the command below."""
BENCHMARK = """## Scores: ODIN-Bench

```sh
{command}
```

Greedy. `aqua`, `asdiv`, `gsm8k`, `mbpp` and `proofwriter` are public sets (their development parts); the `foreign`
ones were written by hand for this project; `gsm8k_style`, `humaneval_style` and `syllogisms` are generated, in
structures that training never had; `corpus_extrapolation` has each task a level harder than training's hardest.
Intervals are 95% (Wilson). The scores are reported as they are, however low.

{suites}"""
BY_STEPS = """### By the number of steps

How far what was learnt carries: the same sets, by the steps that the reference solution takes.

{tables}"""
VOTED = """### Several answers, and their vote

```sh
{command}
```

{tables}"""


def card_of(
    folder: Path,
    repo: str | None = None,
    *,
    dataset: str | None = None,
    space: str | None = None,
    version: str | None = None,
) -> str:
    """The card of a release folder, with what this repository measured of the model of that name.

    Args:
        repo: where it is published, "USER/odin-nano"; None for the folder itself.
        dataset, space: repositories of its corpus and of its page.
        version: of the model; that of the folder's manifest when None.

    Raises:
        OSError, ValueError: `evaluation.json`, `odin.json` or a measurement is missing or damaged.
        CheckpointError: the manifest is damaged.
    """
    description, manifest = read_description(folder / "odin.json"), read_manifest(folder)
    evaluation = json.loads((folder / "evaluation.json").read_text())
    # A folder on its way to its place has no manifest yet, and another name than it will have.
    name = manifest.get("model") or folder.resolve().name.removesuffix(".partial")
    citation = ROOT / "CITATION.cff"
    return card(
        name,
        evaluation["training"]["parameters"],
        description["recipe"]["model"],
        evaluation,
        repo,
        version=version or manifest.get("version"),
        description=description,
        dataset=dataset,
        space=space,
        figures=read_figures(name),
        citation=yaml.safe_load(citation.read_text()) if citation.is_file() else None,
    )


def card(
    name: str,
    parameters: int,
    model: str,
    evaluation: Mapping[str, Any],
    repo: str | None = None,
    *,
    version: str | None = None,
    description: Mapping[str, Any] | None = None,
    dataset: str | None = None,
    space: str | None = None,
    figures: Mapping[str, Any] | None = None,
    citation: Mapping[str, Any] | None = None,
) -> str:
    """The card as Markdown. What is not given is left out.

    Args:
        name: of the release folder.
        model: preset of the run.
        evaluation: what `evaluation.json` holds.
        repo: repository on the Hub; with it examples and links name it at the tag of `version`.
        description: what `odin.json` holds.
        dataset, space: repositories of the corpus and of the page.
        figures: of `read_figures`.
        citation: what CITATION.cff holds.
    """
    training = evaluation["training"]
    energy = estimate(training)
    revision = f"v{version}" if version else "main"
    sections = [use(name, version, repo, space), *scores(evaluation), size_and_speed(figures or {}, model)]
    sections += [limits(model, evaluation), INTENDED, compute(training, energy)]
    if description is not None:
        overlap = (figures or {}).get("overlap")
        sections += [data(description, dataset, overlap), reproduce(name, model, description, training)]
    if citation is not None:
        sections.append(cite(citation, version))
    about = INTRODUCTION.format(
        parameters=parameters,
        about=ABOUT.get(model, ABOUT["odin-100m"]),
        version=f" This is version {version}." if version else "",
    )
    return TEMPLATE.format(
        front=front_matter(name, evaluation, repo, revision, dataset, energy),
        name=name,
        about=textwrap.fill(about, 119, break_on_hyphens=False),
        sections="\n\n".join(filter(None, [*sections, LICENCE])),
    )


def scores(evaluation: Mapping[str, Any]) -> list[str]:
    """The sections with the tables of `evaluation.json`."""
    sections, benchmark = [], evaluation["benchmark"]
    splits = evaluation["splits"]
    if splits:
        tables = {split: table(found) for split, found in splits.items()}
        sections.append(HELD_OUT.format(families=families_table(evaluation["families"]), **tables))
    shown = suites_shown(benchmark)
    if shown:
        sections.append(BENCHMARK.format(command=evaluation["command"], suites=summary(shown)))
    by_steps = {suite: groups_table(part, "steps") for suite, part in shown.items() if part["by"].get("steps")}
    if by_steps:
        sections.append(BY_STEPS.format(tables=headed(by_steps)))
    if evaluation["voted"]:
        votes = {suite: samples_table(part) for suite, part in evaluation["voted"].items()}
        sections.append(VOTED.format(command=evaluation["voted_command"], tables=headed(votes)))
    return sections


def limits(model: str, evaluation: Mapping[str, Any]) -> str:
    """What it cannot do: by its numbers, and in words."""
    lines = [*weaknesses(evaluation), *LIMITS.get(model, ()), ENGLISH, STEPS]
    return "\n".join(["## Limits", "", *(f"- {line}" for line in lines)])


def weaknesses(evaluation: Mapping[str, Any]) -> list[str]:
    """The tasks and suites of which less than WEAK is right, the weakest first."""
    tasks = {task: found["exact_match"] for task, found in evaluation["splits"].get("test", {}).items()}
    suites = {name: part["results"]["none"]["score"] for name, part in suites_shown(evaluation["benchmark"]).items()}
    lines = []
    for what, found in (("tasks that it was trained on (held-out items)", tasks), ("suites of ODIN-Bench", suites)):
        weak = sorted((score, name) for name, score in found.items() if score < WEAK)
        if weak:
            shown = ", ".join(f"`{name}` {percent(score)}" for score, name in weak)
            lines.append(f"Less than {WEAK:.0%} right in {len(weak)} of the {len(found)} {what}: {shown}.")
    return lines


def suites_shown(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    """The suites of ODIN-Bench without those that have tables of their own, by task."""
    return {suite: part for suite, part in benchmark.items() if suite not in ("corpus_test", "corpus_validation")}


def headed(tables: Mapping[str, str]) -> str:
    """Tables below the names of their suites."""
    return "\n\n".join(f"`{suite}`:\n\n{table}" for suite, table in tables.items())


def families_table(families: Mapping[str, Mapping[str, Mapping]]) -> str:
    """Exact match by family on both splits."""
    rows = ["| family | items (test) | exact match (test) | exact match (validation) |"]
    rows.append("| --- | ---: | ---: | ---: |")
    for family, score in families["test"].items():
        validation = families["validation"].get(family)
        shown = percent(validation["exact_match"]) if validation else "none"
        rows.append(f"| {family} | {score['items']} | {percent(score['exact_match'])} | {shown} |")
    return "\n".join(rows)
