"""Tables of docs/corpus.md from the JSON files of `data_chef build`, `stats` and `bench`.

python docs/studies/corpus.py [--corpus FOLDER]      # FOLDER/corpus.json -> docs/measurements/corpus-build.json
"""

import argparse
import json
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from tqdm import tqdm  # noqa: E402

from data_chef.curriculum import load_curriculum  # noqa: E402
from data_chef.registry import FAMILIES, make_items, tasks  # noqa: E402
from data_chef.stats import compare, side_by_side  # noqa: E402
from data_chef.stream import BLOCK, make_block  # noqa: E402
from data_chef.text import chat, response  # noqa: E402
from data_chef.tokenizer import train_tokenizer  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


MEASUREMENTS = HERE.parent / "measurements"
PAGE = HERE.parent / "corpus.md"


def read(name: str) -> dict | None:
    path = MEASUREMENTS / name
    return json.loads(path.read_text()) if path.is_file() else None


def sample(count: int) -> dict:
    """The first items of the standard stream: per family the tasks, items, tokens and what failed verification; and
    how `word_problem_mixed` compares with the files of `against`."""
    curriculum = load_curriculum("standard")
    family_of = {name: task.family for name, task in tasks().items()}
    rows: list[dict] = []
    made: Counter = Counter()
    for number in tqdm(range(-(-count // BLOCK)), desc="blocks"):
        block = make_block(curriculum, "train", 0, number)
        made.update(family_of[task] for task in block.tasks)
        rows += [row for row in block.rows if row]
    texts = [chat(row["question"], response(row)) for row in rows]
    tokenizer = train_tokenizer(texts, curriculum.vocab_size)
    lengths = tokenizer(texts, return_length=True)["length"]
    tokens: Counter = Counter()
    kept: Counter = Counter()
    for row, length in zip(rows, lengths, strict=True):
        tokens[row["family"]] += length
        kept[row["family"]] += 1
    return {
        "items": len(rows),
        "vocab_size": len(tokenizer),
        "families": {
            family: {
                "tasks": sum(task == family for task in family_of.values()),
                "items": kept[family],
                "tokens": tokens[family],
                "rejected": made[family] - kept[family],
            }
            for family in FAMILIES
        },
    }


def families(measured: dict) -> str:
    rows = measured["families"]
    items, tokens = measured["items"], sum(row["tokens"] for row in rows.values())
    lines = ["| family | tasks | items % | tokens % | tokens each | rejected |", "| --- |" + " ---: |" * 5]
    for family, row in rows.items():
        lines.append(
            f"| {family} | {row['tasks']} | {100 * row['items'] / items:.1f} | {100 * row['tokens'] / tokens:.1f} "
            f"| {row['tokens'] / row['items']:.0f} | {row['rejected'] / (row['items'] + row['rejected']):.2%} |"
        )
    lines.append(
        f"| all | {sum(row['tasks'] for row in rows.values())} | 100 | 100 | {tokens / items:.0f} "
        f"| {sum(row['rejected'] for row in rows.values()) / items:.2%} |"
    )
    return (
        "\n".join(lines)
        + f"\n\nFrom the first {items:,} items of the standard mixture, {measured['vocab_size']:,} tokens."
    )


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
    parser.add_argument("--sample", type=int, help="items of the standard mixture to measure")
    parser.add_argument("--against", nargs="+", default=[], help="files of real questions")
    options = parser.parse_args()
    if options.sample:
        write_json(MEASUREMENTS / "corpus-families.json", sample(options.sample))
        mixed = next(share for share in load_curriculum("standard").shares if share.task == "word_problem_mixed")
        ours = make_items(mixed.task, "train", 0, range(options.sample), mixed.difficulty)
        if options.against:
            rows = [item.row() for item in ours if item]
            write_json(MEASUREMENTS / "corpus-shape.json", compare(rows, options.against))
    if measured := read("corpus-families.json"):
        replace_block(PAGE, "families-of-tasks", families(measured))
    if shape := read("corpus-shape.json"):
        replace_block(PAGE, "shape", side_by_side(shape["shape"], markdown=True))
        replace_block(PAGE, "coverage", coverage(shape))
    if bench := read("corpus-speed.json"):
        replace_block(PAGE, "speed", speed(bench))


if __name__ == "__main__":
    main()
