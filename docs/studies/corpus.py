"""Tables of docs/corpus.md from the JSON files of `data_chef build`, `stats` and `bench`.

python docs/studies/corpus.py [--corpus FOLDER]      # FOLDER/corpus.json -> docs/measurements/corpus-build.json
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from data_chef.registry import FAMILIES, tasks  # noqa: E402
from data_chef.stats import side_by_side  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


MEASUREMENTS = HERE.parent / "measurements"
PAGE = HERE.parent / "corpus.md"


def read(name: str) -> dict | None:
    path = MEASUREMENTS / name
    return json.loads(path.read_text()) if path.is_file() else None


def summary(corpus: Path) -> dict:
    """What is worth keeping of a corpus's description: totals, and the report of every task."""
    described = json.loads((corpus / "corpus.json").read_text())
    keep = ("train", "problems", "validation", "test", "extrapolation", "unique_rate", "reject_rate", "mean_tokens")
    return {
        "curriculum": described["curriculum"]["name"],
        "seed": described["seed"],
        "content_sha256": described["content_sha256"],
        "items": {split: sum(counts.values()) for split, counts in described["counts"].items()},
        "tasks": {
            name: {key: row[key] for key in (*keep, "rejected", "dropped", "overlap") if key in row}
            for name, row in described["tasks"].items()
        },
    }


def families(build: dict) -> str:
    """A row a family: tasks, items, tokens, what was rejected."""
    family_of = {name: task.family for name, task in tasks().items()}
    groups: dict[str, list[dict]] = defaultdict(list)
    for name, row in build["tasks"].items():
        groups[family_of[name]].append(row)
    tokens = {family: sum(row["train"] * row["mean_tokens"] for row in rows) for family, rows in groups.items()}
    lines = [
        "| family | tasks | items | items % | tokens % | tokens each | rejected |",
        "| --- |" + " ---: |" * 6,
    ]
    total = sum(row["train"] for row in build["tasks"].values())
    for family in FAMILIES:
        rows = groups[family]
        items = sum(row["train"] for row in rows)
        rejected = sum(row["reject_rate"] * row["train"] for row in rows) / max(1, items)
        lines.append(
            f"| {family} | {len(rows)} | {items:,} | {100 * items / total:.1f} "
            f"| {100 * tokens[family] / sum(tokens.values()):.1f} | {tokens[family] / max(1, items):.0f} "
            f"| {rejected:.2%} |"
        )
    lines.append(f"| all | {len(build['tasks'])} | {total:,} | 100 | 100 | {sum(tokens.values()) / total:.0f} | |")
    return "\n".join(lines)


def coverage(shape: dict) -> str:
    lines = ["| set | running words % | word types % | questions whole % |", "| --- | ---: | ---: | ---: |"]
    for name, row in shape["coverage"].items():
        lines.append(f"| {name} | {row['running words %']} | {row['word types %']} | {row['questions whole %']} |")
    return "\n".join(lines)


def speed(bench: dict) -> str:
    groups: dict[str, list[float]] = defaultdict(list)
    for row in bench["tasks"].values():
        groups[row["family"]].append(row["items_per_second"])
    mixture = bench["mixture"]
    lines = ["| family | median task, items/s on a core | slowest task |", "| --- | ---: | ---: |"]
    lines += [
        f"| {family} | {statistics.median(rates):,.0f} | {min(rates):,.0f} |" for family, rates in groups.items()
    ]
    lines += [
        "",
        f"The mixture, verified, tokenised and packed by {bench['workers']} processes: "
        f"{mixture['items_per_second']:,.0f} items/s, {mixture['tokens_per_second']:,.0f} tokens/s "
        f"({mixture['make_us']:.0f} us of a core to make and verify an item, {mixture['pack_us']:.0f} us to tokenise "
        "and pack it).",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    if options.corpus:
        write_json(MEASUREMENTS / "corpus-build.json", summary(options.corpus))
    if build := read("corpus-build.json"):
        replace_block(PAGE, "families-of-tasks", families(build))
    if shape := read("corpus-shape.json"):
        replace_block(PAGE, "shape", side_by_side(shape["shape"], markdown=True))
        replace_block(PAGE, "coverage", coverage(shape))
    if bench := read("corpus-speed.json"):
        replace_block(PAGE, "speed", speed(bench))


if __name__ == "__main__":
    main()
