"""The model card of a release: every number with its command and interval, from the release's own JSON."""

from collections.abc import Mapping
from typing import Any

from training.benchmark.heldout import table
from training.benchmark.report import groups_table, percent, samples_table, summary


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
TEMPLATE = """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
tags: [odin, recurrent, linear-attention, gated-delta-rule, reasoning, custom_code]
---

# {name}

A {parameters:,}-parameter recurrent language model without attention (gated delta rule with per-channel decay),
trained only on synthetic, machine-verified mathematics, Python and logic. {about}

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")
model = AutoModelForCausalLM.from_pretrained("{name}", trust_remote_code=True)
messages = [{{"role": "user", "content": "What is 4827 + 1956?"}}]
inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=200, do_sample=False)[0]))
```

{sections}

## Limits

{limits}
"""
HELD_OUT = """## Held-out exact match

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
BENCHMARK = """## ODIN-Bench

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
TRAINING = """## Training

![loss and held-out scores during training](curves.png)

{training} `odin.json` describes the run whole."""


def card(name: str, parameters: int, model: str, evaluation: Mapping[str, Any]) -> str:
    """The card as Markdown.

    Args:
        name: of the release folder.
        model: preset of the run.
        evaluation: what `evaluation.json` holds.
    """
    sections, benchmark = [], evaluation["benchmark"]
    splits = evaluation["splits"]
    if splits:
        tables = {split: table(scores) for split, scores in splits.items()}
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
    sections.append(TRAINING.format(training=training_text(evaluation["training"])))
    limits = "\n".join(f"- {line}" for line in (*LIMITS.get(model, ()), STEPS))
    return TEMPLATE.format(
        name=name,
        parameters=parameters,
        about=ABOUT.get(model, ABOUT["odin-100m"]),
        sections="\n\n".join(sections),
        limits=limits,
    )


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


def training_text(summary: Mapping[str, Any]) -> str:
    """One paragraph on how the model came about, from the run's own summary."""
    return (
        f"{summary['steps']:,} steps, {summary['tokens'] / 1e6:.1f}M tokens (prompts and padding included), "
        f"{summary['minutes']:.1f} minutes on {summary['device']} with {summary['threads']} threads "
        f"({summary['tokens_per_second']:,.0f} tokens/s), final loss {summary['loss']:.4f}."
    )
