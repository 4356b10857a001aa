"""The dataset card."""

from pathlib import Path


def write_card(path: Path, described: dict, report: list[dict]) -> None:
    """Writes the card with the front matter that lets `load_dataset(DIR)` find the splits."""
    counts = {split: sum(tasks.values()) for split, tasks in described["counts"].items()}
    overlap = any(row["overlap"] is not None for row in report)
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
        f"{counts['train']:,} training items, {counts['validation']:,} for validation, {counts['test']:,} for test, "
        f"made with seed {described['seed']} by `python -m data_chef build`. Each answer was computed a second time "
        "by other means, each program was run against its tests; items that failed were dropped. The split of an item "
        "is decided by a hash of its problem, whatever the wording, so no two splits share a problem; two- and "
        "three-step word problems are split by their computation graph, and the test split holds "
        "only graphs never trained on.",
        "",
        f"Content sha256 `{described['content_sha256']}`, tokenizer sha256 `{described['tokenizer_sha256']}`.",
        "",
        "| task | train | problems | validation | test | items/s/core | unique | rejected | tokens |"
        + (" 13-gram overlap |" if overlap else ""),
        "| --- |" + " ---: |" * (9 if overlap else 8),
    ]
    for row in report:
        lines.append(
            f"| {row['task']} | {row['train']:,} | {row['problems']:,} | {row['validation']} | {row['test']} "
            f"| {row['items_per_second']:,.0f} | {row['unique_rate']:.1%} | {row['reject_rate']:.2%} "
            f"| {row['mean_tokens']:.0f} |" + (f" {row['overlap']} |" if overlap else "")
        )
    lines += [
        "",
        "`train` may hold a problem in several wordings (`problems` counts them once); `validation` and `test` do "
        "not. `unique` is the share of generated items that were no duplicates, `tokens` the mean length of a "
        "conversation.",
        "",
    ]
    path.write_text("\n".join(lines))
