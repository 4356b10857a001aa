"""The dataset card, and the report on the tasks that it prints."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_chef.registry import get_task
from data_chef.splits import SPLITS
from data_chef.text import chat, response


# What differs from one build to the next; it stands in the card alone.
TIMED = ("items_per_second",)
MEASURED = 300


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


def write_card(path: Path, described: dict, report: list[dict], errors: Mapping[str, str]) -> None:
    """Writes the card with the front matter that lets `load_dataset(DIR)` find the splits."""
    counts = {split: sum(tasks.values()) for split, tasks in described["counts"].items()}
    against = described["decontaminated"]
    lines = [
        "---",
        "language: en",
        "license: apache-2.0",
        "task_categories: [text-generation]",
        "configs:",
        "- config_name: default",
        "  data_files:",
        *(line for split in counts for line in (f"  - split: {split}", f"    path: data/{split}-*.parquet")),
        "---",
        "",
        f"# {described['curriculum']['name']}: synthetic, machine-verified reasoning",
        "",
        f"{counts['train']:,} training items, {counts['validation']:,} for validation, {counts['test']:,} for test "
        f"and {counts['extrapolation']:,} a level harder than training, "
        f"made with seed {described['seed']} by `python -m data_chef build`. Each answer was computed a second time "
        "by other means, each program was run against its tests; items that failed were dropped. The split of an item "
        "is decided by a hash of its problem, whatever the wording, so no two splits share a problem (of functions of "
        "a single operation, all of which training has, they share no question); two- and "
        "three-step word problems are split by their computation graph, and the test split holds "
        "only graphs never trained on.",
        "",
        "No question occurs twice, in whatever splits. Nor does one that is the same but for its names when it asks "
        "for the same computation.",
        "",
        f"Content sha256 `{described['content_sha256']}`, tokenizer sha256 `{described['tokenizer_sha256']}`.",
        "",
    ]
    if against:
        dropped = sum(row["overlap_dropped"] for row in report)
        lines += [
            f"Decontaminated against {', '.join(f'`{name}`' for name in sorted(against))}: {dropped:,} items that "
            f"shared 13 words in a row with them were dropped; in a second pass over the files {described['overlap']} "
            "were found.",
            "",
        ]
    lines += [
        "| task | train | problems | validation | test | extrapolation | items/s/core | unique | rejected | tokens |"
        + (" overlap dropped |" if against else ""),
        "| --- |" + " ---: |" * (10 if against else 9),
    ]
    for row in report:
        lines.append(
            f"| {row['task']} | {row['train']:,} | {row['problems']:,} | {row['validation']} | {row['test']} "
            f"| {row['extrapolation']} | {row['items_per_second']:,.0f} | {row['unique_rate']:.1%} "
            f"| {row['reject_rate']:.2%} | {row['mean_tokens']:.0f} |"
            + (f" {row['overlap_dropped']} |" if against else "")
        )
    lines += [
        "",
        "`train` may hold a problem in several wordings (`problems` counts them once); the other splits do "
        "not. `unique` is the share of verified items that were neither duplicates nor near-duplicates, `tokens` the "
        "mean length of a conversation.",
        "",
    ]
    if dry := [row for row in report if row["train"] < 0.95 * row["wanted"]]:
        lines += [
            "Tasks whose duplicates, or whose want of problems, left a part of their share to the others: "
            + ", ".join(f"{row['task']} ({row['train']:,} of {row['wanted']:,})" for row in dry)
            + ".",
            "",
        ]
    if errors:
        lines += ["Items that raised an exception were dropped; the last one of each task:", ""]
        lines += [f"- {task}: `{error}`" for task, error in sorted(errors.items())] + [""]
    path.write_text("\n".join(lines))
