"""The sections of a model card that are not scores: use, size and speed, compute, data, reproduction, citation."""

import dataclasses
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

from configuration_odin import PRESETS
from data_chef.card import build_command, checkout
from training.config import TrainConfig
from training.energy import GRID, GRID_SOURCE, Energy
from training.figures import browsers_table, native_table, sizes_table
from training.flops import mfu


# How the tokenizer of a release is made before its training, by name; its configuration has that name too.
PREPARE = {
    "odin-nano": "python -m data_chef build --preset nano --num-examples 40000 --out corpus/nano",
    "odin-100m": "python -m training.autotune --config training/configs/odin-100m.yaml --prepare",
}
# Where the corpus of another run is built.
CORPUS = "corpus"
PYTHON = """## How to use it

In Python, with torch and transformers (4.57 or 5); the code comes with the weights, hence `trust_remote_code`:

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{place}"{pinned})
model = AutoModelForCausalLM.from_pretrained("{place}"{pinned}, trust_remote_code=True)
messages = [{{"role": "user", "content": "What is 4827 + 1956?"}}]
inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=200, do_sample=False)[0]))
```

In a browser tab or in Node, with the package `odin-llm`, on transformers.js and onnxruntime:

```ts
import {{ {imports} }} from "odin-llm";

const model = await OdinLLM.load({url});
for await (const {{ text }} of model.generate("What is 4827 + 1956?", {{ maxTokens: 200 }})) {{
  process.stdout.write(text);
}}
```"""
PINNED = """`{revision}` is the tag of this version: weights, code and graphs of a tag never change. Omit `revision`
for the newest."""
LOCAL = """`{name}` stands for the path of the release's folder; the second example wants one written by
`python -m export --model {name}`. From the Hub, name the repository and pin a version: `revision="v{version}"` in
Python, `hubUrl(REPO, "v{version}")` in TypeScript."""
SPACE = "[Try it in the browser](https://huggingface.co/spaces/{space}), without installing anything."
SIZES = """What a visitor downloads in each precision, and what the precision costs: perplexity of the right answers of
held-out items, how often the likeliest token there is that of PyTorch, and scores without tools.

{table}"""
BROWSERS = """In browsers, by the benchmark page of the app, medians: tokens a second over all its prompts; the time to
the first token of the second answer to a question of one line; loading, from stored files to a model that answers.

{table}"""
NATIVE = """On one thread of a processor ({machine}), weights of this shape drawn at random, onnxruntime:

{table}"""
COMPUTE = """## Training: compute and energy

![loss and held-out scores during training](curves.png)

{training}

| what | value | how it is known |
| --- | ---: | --- |
{rows}

That is this one run: experiments, runs that failed, the making of the corpus and the evaluation are not in it."""
DATA = """## Training data

Synthetic conversations and nothing else: nothing from the web, no books, no people's conversations. Of others there
are lists of words and names (`data_chef/data/SOURCES.md`). Generators (`data_chef/`, commit
`{commit}`, seed {seed}) draw each problem, compute its answer, compute it again by other
means and drop what disagrees; each program is run against its tests. The split is decided by a hash of the problem, so
that no two share one.

{sources}

Tokenizer sha256 `{tokenizer}`."""
STREAMED = (
    "- curriculum `{name}`, made while the model trained; sha256 of the mixture\n  `{content}`.\n"
    "  A stream is not filtered against evaluation files: what keeps them apart is that no generator holds text of\n"
    "  theirs, and that the structures of ODIN-Bench's own sets are left out of training."
)
OVERLAP = """All items that the run can have read, {items:,} with {tokens:.1f}M tokens, compared afterwards with
evaluation files: how many share a run of 13 words with one. The generated sets of ODIN-Bench are told by the same
generators as the corpus, in problems that training never has, so phrases recur there.

| file | items |
| --- | ---: |
{rows}"""
BUILT = (
    "- corpus `{name}`, {items:,} training items, seed {seed}, content sha256\n"
    "  `{content}`; decontaminated by runs of 13 words against {against}."
)
REPRODUCE = """## How to reproduce it

```sh
{commands}
```

{explained}

`odin.json` describes the run whole: model, precision, data, every setting. Its `id`,

    {id}

is the hash of what it says, so a repetition with the same id is the same run.
{clock}"""
PRODUCE = """The last line trains, evaluates and writes the release's folder; `DIR` has the files of the public sets
(`python -m training.evaluate --list`)."""
TRAIN = """The last line trains; `python -m training.evaluate` measures what it made, and `python -m training.release`
writes the release's folder.{files}"""
TOKENIZER = """ `TOKENIZER` is a folder with the tokenizer of the sha256 above, such as the release's own."""
CONTINUED = """ It went on from other weights: `{key}` names where they were."""
CLOCK = """This one was ended by the clock, and its schedule followed it: another machine gets through another number
of steps in {minutes:.0f} minutes, so scores will be near these and weights will not be equal."""
STEPS = "On the same machine and versions the weights are equal bit for bit."
CITATION = """## Citation

```bibtex
{entry}
```"""


def use(name: str, version: str | None, repo: str | None, space: str | None) -> str:
    """How to load it in Python and in a page; pinned to the version's tag where there is a repository."""
    revision = f"v{version}" if version else "main"
    if repo is None:
        text = PYTHON.format(place=name, pinned="", imports="OdinLLM", url=f'"models/{name}/"')
        return text + (f"\n\n{LOCAL.format(name=name, version=version)}" if version else "")
    url = f'hubUrl("{repo}", "{revision}")'
    pinned = f', revision="{revision}"'
    parts = [PYTHON.format(place=repo, pinned=pinned, imports="OdinLLM, hubUrl", url=url)]
    if version:
        parts.append(PINNED.format(revision=revision))
    if space:
        parts.append(SPACE.format(space=space))
    return "\n\n".join(parts)


def size_and_speed(figures: Mapping[str, Any], model: str) -> str:
    """The section of what `read_figures` found, "" when it found nothing."""
    parts = []
    if "sizes" in figures:
        parts.append(SIZES.format(table=sizes_table(figures["sizes"], figures.get("precisions", {}))))
    if "browsers" in figures:
        parts.append(BROWSERS.format(table=browsers_table(figures["browsers"])))
    if "native" in figures:
        machine = figures["native"]["settings"]["machine"]
        shown = f"{machine['processor']}, {machine['cores']} cores"
        parts.append(NATIVE.format(machine=shown, table=native_table(figures["native"], model)))
    return "\n\n".join(["## Size and speed", *parts]) if parts else ""


def compute(training: Mapping[str, Any], energy: Energy | None) -> str:
    """What the run took; `training` is its `summary.json`."""
    total = training["tokens"] * training["flops_per_token"]
    share = mfu(training["tokens_per_second"], training["flops_per_token"], training.get("peak_flops"))
    rows = [
        ("tokens", f"{training['tokens'] / 1e6:.1f}M", "counted, prompts and padding included"),
        ("time", f"{training['minutes'] / 60:.2f} h", "measured"),
        ("operations a token", f"{training['flops_per_token'] / 1e6:.1f} MFLOP", "counted (`training/flops.py`)"),
        ("operations in all", f"{total:.2e} FLOP", "tokens x operations a token"),
    ]
    if share is not None:
        peak = f"rate x operations a token / peak of the device, {training['peak_flops'] / 1e12:.3g} TFLOP/s"
        rows.append(("share of the device's peak", f"{share:.1%}", peak))
    if energy is not None:
        host = f" + {energy.host_watts:g} W for the host" if energy.host_watts else ""
        power = f"{energy.devices} x {energy.watts:g} W a {energy.device}{host}"
        formula = f"{energy.hours:.2f} h x ({power}) x PUE {energy.pue}"
        rows.append(("energy", f"{energy.kwh:.2g} kWh", f"**estimated, not measured**: {formula}; {energy.source}"))
        carbon = f"**estimated, not measured**: that energy at {GRID} g/kWh, the {GRID_SOURCE}"
        rows.append(("CO2 equivalent", amount_of_grams(energy.grams), carbon))
    return COMPUTE.format(training=training_text(training), rows="\n".join(f"| {' | '.join(row)} |" for row in rows))


def amount_of_grams(grams: float) -> str:
    return f"{grams:.2g} g" if grams < 1000 else f"{grams / 1000:.2g} kg"


def training_text(summary: Mapping[str, Any]) -> str:
    """One paragraph on how the model came about, from the run's own summary."""
    return (
        f"{summary['steps']:,} steps, {summary['tokens'] / 1e6:.1f}M tokens (prompts and padding included), "
        f"{summary['minutes']:.1f} minutes on {summary['device']} with {summary['threads']} threads "
        f"({summary['tokens_per_second']:,.0f} tokens/s), final loss {summary['loss']:.4f}."
    )


def data(description: Mapping[str, Any], dataset: str | None, overlap: Mapping[str, Any] | None = None) -> str:
    """What it was trained on.

    Args:
        description: `odin.json`.
        dataset: the corpus's repository.
        overlap: what `docs/studies/decontamination.py` found; of other data than the run's it is left out.
    """
    sources = [source_text(stage, description["seed"]) for stage in stages_of(description)]
    if overlap and overlap["content_sha256"] == description["dataset"].get("content_sha256"):
        sources.append("\n" + overlap_text(overlap))
    if dataset:
        sources.append(f"\nThe corpus: [{dataset}](https://huggingface.co/datasets/{dataset}).")
    return DATA.format(
        commit=description["commit"] or "unknown",
        seed=description["seed"],
        sources="\n".join(sources),
        tokenizer=description["tokenizer_sha256"],
    )


def overlap_text(overlap: Mapping[str, Any]) -> str:
    """A row for each evaluation file: the training items that share 13 words in a row with it."""
    rows = [f"| `{name}` | {sum(tasks.values()):,} |" for name, tasks in sorted(overlap["overlaps"].items())]
    return OVERLAP.format(items=overlap["items"], tokens=overlap["tokens"] / 1e6, rows="\n".join(rows))


def stages_of(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The sources of a run's data, in order."""
    return description["dataset"].get("stages") or [description["dataset"]]


def tasks_of(description: Mapping[str, Any]) -> list[str]:
    """The tasks of all corpora of the run; of a stream `odin.json` does not name them."""
    return sorted({task for stage in stages_of(description) for task in stage.get("counts", {}).get("train", {})})


def curriculum_of(source: Mapping[str, Any]) -> str:
    curriculum = source["curriculum"]
    return curriculum if isinstance(curriculum, str) else curriculum["name"]


def source_text(stage: Mapping[str, Any], seed: int) -> str:
    """One source of training items: a corpus on disk, or a curriculum that was drawn from while training."""
    name = curriculum_of(stage)
    if "counts" not in stage:
        return STREAMED.format(name=name, content=stage["content_sha256"])
    against = ", ".join(f"`{file}`" for file in sorted(stage.get("decontaminated") or {})) or "no file"
    items = sum(stage["counts"]["train"].values())
    return BUILT.format(
        name=name, items=items, seed=stage.get("seed", seed), content=stage["content_sha256"], against=against
    )


def reproduce(
    name: str, description: Mapping[str, Any], training: Mapping[str, Any], citation: Mapping[str, Any]
) -> str:
    """The commands, and how far a repetition can be the same."""
    by_clock = (description["recipe"].get("max_minutes") or 0) > 0
    if name in PREPARE:
        produce = f"--config training/configs/{name}.yaml --out {name} --data-dir DIR   # seed {description['seed']}"
        commands = [f"{PREPARE[name]}   # the tokenizer", f"python -m training.produce {produce}"]
        explained = PRODUCE
    else:
        commands, explained = from_description(name, description)
    return REPRODUCE.format(
        commands="\n".join(
            [*checkout(description["commit"], citation), "make install && source .venv/bin/activate", *commands]
        ),
        explained=explained,
        id=description["id"],
        clock=CLOCK.format(minutes=training["minutes"]) if by_clock else STEPS,
    )


def from_description(name: str, description: Mapping[str, Any]) -> tuple[list[str], str]:
    """The commands of a run that no configuration of this repository makes, and its files, from `odin.json` alone."""
    recipe, sources = description["recipe"], stages_of(description)
    stages = recipe.get("stages") or [{}]
    files, commands = {}, []
    for stage, source in zip(stages, sources, strict=True):
        # Of a stream there is the name of its curriculum only, and the configuration has that.
        if isinstance(source["curriculum"], dict) and "shares" in source["curriculum"]:
            command, curriculum = build_command(source, stage.get("data", CORPUS))
            commands.append(command)
            if curriculum:
                files[f"{curriculum_of(source)}.yaml"] = curriculum
    streamed = not any("counts" in source for source in sources)
    files[f"train-{name}.yaml"] = configuration(name, recipe, streamed)
    shown = "".join(f"\n\n`{file}`:\n\n```yaml\n{text}```" for file, text in files.items())
    explained = TRAIN.format(files=(TOKENIZER if streamed else "") + continued(recipe))
    commands.append(f"python -m training.train --config train-{name}.yaml   # seed {description['seed']}")
    return commands, f"{explained} With these files:{shown}"


def configuration(name: str, recipe: Mapping[str, Any], streamed: bool) -> str:
    """The recipe as `--config` reads it: what is not the default, and where the files are."""
    default = dataclasses.asdict(TrainConfig())
    said = {key: value for key, value in recipe.items() if key in default and value != default[key]}
    data = {"tokenizer": "TOKENIZER"} if streamed else {}
    if not recipe.get("stages") and recipe.get("curriculum") is None:
        data["data"] = CORPUS
    whole = {"model": recipe["model"], **data, "output": f"runs/{name}", **said}
    return yaml.safe_dump(whole, sort_keys=False)


def continued(recipe: Mapping[str, Any]) -> str:
    """That the run began with other weights, "" when it did not."""
    key = "branch_from" if recipe.get("branch_from") else "model" if recipe["model"] not in PRESETS else ""
    return CONTINUED.format(key=key) if key else ""


def bibtex(citation: Mapping[str, Any], version: str | None = None) -> str:
    """A BibTeX entry of what CITATION.cff holds.

    Args:
        version: of the model, in place of the file's.
    """
    # A name of an organisation is kept whole by a second pair of braces.
    authors = [
        f"{{{author['name']}}}" if "name" in author else f"{author['family-names']}, {author['given-names']}"
        for author in citation["authors"]
    ]
    fields = {
        "author": " and ".join(authors),
        "title": f"{{{citation['title']}}}",
        "year": str(citation["date-released"])[:4],
        "version": version or str(citation["version"]),
        "license": citation["license"],
    }
    if "url" in citation:
        fields["url"] = citation["url"]
    width = max(map(len, fields))
    lines = [f"{key.ljust(width)} = {{{value}}}," for key, value in fields.items()]
    return "\n".join(["@software{odin,", textwrap.indent("\n".join(lines), "  "), "}"])


def cite(citation: Mapping[str, Any], version: str | None) -> str:
    return CITATION.format(entry=bibtex(citation, version))
