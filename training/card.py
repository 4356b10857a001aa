"""The model card of a release: every number with its command and interval, from JSON alone.

`card_of` makes it of a release folder and of the measurements in this repository; `card` of what it is given.
"""

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_chef.card import read_citation
from data_chef.registry import FAMILIES, tasks
from training.benchmark.heldout import table
from training.benchmark.report import groups_table, percent, samples_table, summary
from training.benchmark.suites import Suite, load_suites
from training.card_data import PARTS, front_matter
from training.card_sections import (
    cite,
    compute,
    curriculum_of,
    data,
    reproduce,
    size_and_speed,
    stages_of,
    tasks_of,
    use,
)
from training.checkpoint import weights_sha256
from training.description import read_description
from training.energy import estimate
from training.figures import read_figures
from training.manifest import read_manifest


# Below it a task is called weak.
WEAK = 0.5
# More tasks than these are told by their families.
NAMED = 8
# What is known of the releases alone: what each is for, and what it cannot do.
RELEASED = "mathematics, Python and logic"
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
# Of any other model.
OTHER_LIMITS = (
    "It knows no facts beyond the words of its exercises. Outside their kinds it writes confident nonsense.",
    "The tables above are all that it was tested on; how it does on anything else is not known.",
)
# What only some tasks hold out besides the problems, by the beginning of their names.
HIDDEN = {
    "word_problem": "some computation graphs and sentence frames of word problems",
    "python": "pairs of operations in programs",
    "syllogism": "figures of syllogisms",
}
OPERATIONS = (
    "Functions of a single operation (`gcd`, the words of a string) are the exception: all are in training, and what "
    "is held out is the question. Every function counts once."
)
# What a suite is, for one and for several.
KINDS = {
    "part": ("is a public set (its development part)", "are public sets (their development parts)"),
    "public": ("is a public set", "are public sets"),
    "hand": ("was written by hand for this project", "were written by hand for this project"),
    "generated": (
        "is generated, in structures that training never had",
        "are generated, in structures that training never had",
    ),
    "extrapolation": ("has each task a level harder than training's hardest",) * 2,
    "own": ("is none of ODIN-Bench's own", "are none of ODIN-Bench's own"),
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
    "trained only on synthetic, machine-verified {subjects}. Every token costs the same, and the "
    "state has the same size after a million tokens as after one. {about}{version}"
)
INTENDED = """## Intended use, and misuse

For research on small models and on recurrences; for teaching how a language model comes about, from corpus to browser;
for demonstrations that run on the visitor's own device; as a base to train further on verified problems of one's own,
in PyTorch or, with a few hundred examples, in a browser tab.

Not for advice, marking or any decision about people; not for answers that nobody checks; not as a source of facts.
Programs that it writes belong in a sandbox. It was trained on exercises alone and was not tested for bias, for harmful
answers or against attacks by prompt."""
LICENCE = """## Licence

Weights, code and card: Apache-2.0."""
HELD_OUT = """## Scores: held-out items of the corpus

{explained}

{families}

### test

{test}

### validation

{validation}

These are the suites `corpus_test` and `corpus_validation` of {command}."""
BENCHMARK = """## Scores: ODIN-Bench

```sh
{command}
```

{explained}

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
    dtypes: Sequence[str] | None = None,
) -> str:
    """The card of a release folder, with what this repository measured of the model of that name.

    Args:
        repo: where it is published, "USER/odin-nano"; None for the folder itself.
        dataset, space: repositories of its corpus and of its page.
        version: of the model; that of the folder's manifest when None.
        dtypes: precisions that are published with it; all that were measured when None.

    Raises:
        OSError, ValueError: `evaluation.json`, `odin.json` or a measurement is missing or damaged.
        CheckpointError: the manifest is damaged.
    """
    description, manifest = read_description(folder / "odin.json"), read_manifest(folder)
    evaluation = json.loads((folder / "evaluation.json").read_text())
    # A folder on its way to its place has no manifest yet, and another name than it will have.
    name = manifest.get("model") or folder.resolve().name.removesuffix(".partial")
    figures = read_figures(
        name,
        weights_sha256(folder),
        version or manifest.get("version"),
        description["dataset"].get("content_sha256"),
    )
    if dtypes is not None and "sizes" in figures:
        figures["sizes"] = {dtype: size for dtype, size in figures["sizes"].items() if dtype in dtypes}
    return card(
        name,
        evaluation["training"]["parameters"],
        evaluation,
        repo,
        version=version or manifest.get("version"),
        description=description,
        dataset=dataset,
        space=space,
        figures=figures,
        citation=read_citation(),
    )


def card(
    name: str,
    parameters: int,
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
    sections = [use(name, version, repo, space), *scores(evaluation), size_and_speed(figures or {}, name)]
    sections += [limits(name, evaluation), INTENDED, compute(training, energy)]
    if description is not None:
        overlap = (figures or {}).get("overlap")
        sections += [data(description, dataset, overlap), reproduce(name, description, training, citation or {})]
    if citation:
        sections.append(cite(citation, version))
    about = INTRODUCTION.format(
        parameters=parameters,
        subjects=RELEASED if name in ABOUT else "exercises",
        about=ABOUT.get(name) or trained_on(evaluation, description),
        version=f" This is version {version}." if version else "",
    )
    return TEMPLATE.format(
        front=front_matter(name, evaluation, repo, revision, dataset, energy),
        name=name,
        about=wrapped(" ".join(about.split())),
        sections="\n\n".join(filter(None, [*sections, LICENCE])),
    )


def trained_on(evaluation: Mapping[str, Any], description: Mapping[str, Any] | None) -> str:
    """The tasks of its exercises, as the description of the run or else its evaluation names them."""
    names = tasks_of(description) if description else []
    names = names or sorted(evaluation["splits"].get("test", {}))
    if not names:
        drawn = [curriculum_of(source) for source in stages_of(description)] if description else []
        return f"Its exercises were drawn from the curriculum {listed(quoted(drawn))}." if drawn else ""
    if len(names) <= NAMED:
        return f"Its exercises were of {'the task' if len(names) == 1 else 'the tasks'} {listed(quoted(names))}."
    known = tasks()
    families = {known[name].family for name in names if name in known}
    of = f" in {listed([family for family in FAMILIES if family in families])}" if families else ""
    return f"Its exercises were of {len(names)} tasks{of}."


def quoted(names: Sequence[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def wrapped(text: str) -> str:
    return textwrap.fill(text, 119, break_on_hyphens=False)


def held_out_text(names: Sequence[str]) -> str:
    """What no training item has, of the tasks with these names."""
    text = (
        "Greedy decoding, no tools. No problem of these splits is in the training data, whatever its wording; the "
        "split is decided by a hash of the problem."
    )
    hidden = [what for start, what in HIDDEN.items() if any(name.startswith(start) for name in names)]
    if hidden:
        text += f" The test split also has what training never told in any wording: {listed(hidden)}."
    if any(name.startswith("python") for name in names):
        text += f" {OPERATIONS}"
    return wrapped(text)


def suites_text(shown: Mapping[str, Mapping[str, Any]]) -> str:
    """What the suites are that are shown, and no others."""
    suites = load_suites()
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name, part in shown.items():
        kinds[kind_of(suites.get(name), part["source"])].append(name)
    said = [f"{listed(quoted(names))} {KINDS[kind][len(names) > 1]}" for kind, names in kinds.items() if names]
    end = "Intervals are 95% (Wilson). The scores are reported as they are, however low."
    return wrapped(f"Greedy. {'; '.join(said)}. {end}")


def kind_of(suite: Suite | None, source: str) -> str:
    """A key of KINDS: what a suite is whose problems came from `source`; None for one that is not ours."""
    if suite is None:
        return "own"
    if suite.split:
        return "extrapolation"
    if suite.frozen:
        return "hand" if suite.name.startswith("foreign") else "generated"
    if source in PARTS:
        return "part"
    return "public" if source in (*suite.files, suite.hub.get("path", "").rpartition("/")[2]) else "own"


def scores(evaluation: Mapping[str, Any]) -> list[str]:
    """The sections with the tables of `evaluation.json`."""
    sections, benchmark = [], evaluation["benchmark"]
    shown = suites_shown(benchmark)
    splits = evaluation["splits"]
    if splits:
        tables = {split: table(found) for split, found in splits.items()}
        explained = held_out_text([*splits["test"]])
        command = "the command below" if shown else f"\n`{evaluation['command']}`"
        families = families_table(evaluation["families"])
        sections.append(HELD_OUT.format(explained=explained, families=families, command=command, **tables))
    if shown:
        suites, explained = summary(shown), suites_text(shown)
        sections.append(BENCHMARK.format(command=evaluation["command"], explained=explained, suites=suites))
    by_steps = {suite: groups_table(part, "steps") for suite, part in shown.items() if part["by"].get("steps")}
    if by_steps:
        sections.append(BY_STEPS.format(tables=headed(by_steps)))
    if evaluation["voted"]:
        votes = {suite: samples_table(part) for suite, part in evaluation["voted"].items()}
        sections.append(VOTED.format(command=evaluation["voted_command"], tables=headed(votes)))
    return sections


def limits(name: str, evaluation: Mapping[str, Any]) -> str:
    """What it cannot do: by its numbers, and in words."""
    lines = [*weaknesses(evaluation), *LIMITS.get(name, OTHER_LIMITS), ENGLISH, STEPS]
    return "\n".join(["## Limits", "", *(f"- {line}" for line in lines)])


def weaknesses(evaluation: Mapping[str, Any]) -> list[str]:
    """The tasks and suites of which less than WEAK is right, the weakest first."""
    tasks = {task: found["exact_match"] for task, found in evaluation["splits"].get("test", {}).items()}
    suites = {name: part["results"]["none"]["score"] for name, part in suites_shown(evaluation["benchmark"]).items()}
    lines = []
    trained, asked = "that it was trained on (held-out items)", "of ODIN-Bench"
    for one, which, found in (("task", trained, tasks), ("suite", asked, suites)):
        weak = sorted((score, name) for name, score in found.items() if score < WEAK)
        if weak:
            shown = ", ".join(f"`{name}` {percent(score)}" for score, name in weak)
            number = f"all {len(found)}" if len(weak) == len(found) else f"{len(weak)} of the {len(found)}"
            what = f"the one {one} {which}" if len(found) == 1 else f"{number} {one}s {which}"
            lines.append(f"Less than {WEAK:.0%} right in {what}: {shown}.")
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
