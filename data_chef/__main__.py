"""`python -m data_chef COMMAND`: `--help` lists the commands, and `COMMAND --help` their options."""

import argparse
import sys

from data_chef import descriptor, gallery, stats, tokenizer_metrics
from data_chef.registry import get_task, make_items
from data_chef.splits import SPLITS
from data_chef.text import response


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="data_chef", description="Synthetic, machine-verified reasoning items.")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write a corpus: Parquet, card, tokenizer")
    build.add_argument("--out", required=True, help="folder to write; an older corpus there is replaced")
    build.add_argument("--preset", help="curriculum by name (default: standard)")
    build.add_argument("--config", help="curriculum from a YAML file")
    build.add_argument("--num-examples", type=int, help="training items; default: the curriculum's")
    build.add_argument("--seed", type=int, default=0)
    build.add_argument("--workers", type=int, help="processes; default: one a core")
    build.add_argument("--decontaminate", nargs="+", metavar="FILE", help="drop what overlaps with these evaluations")
    build.add_argument("--tokenizer", metavar="DIR", help="use this tokenizer instead of training one")
    build.add_argument("--restart", action="store_true", help="begin anew instead of going on with a stopped build")
    check = commands.add_parser("check", help="verify a corpus; count its overlap with evaluation files")
    check.add_argument("data", help="corpus folder or JSONL file")
    check.add_argument("--against", nargs="+", metavar="FILE", default=[], help="evaluation files")
    bench = commands.add_parser("bench", help="measure items per second")
    bench.add_argument("--preset", help="curriculum by name (default: standard)")
    bench.add_argument("--config", help="curriculum from a YAML file")
    bench.add_argument("--seconds", type=float, default=30, help="of measurement, about")
    bench.add_argument("--workers", type=int, help="processes; default: one a core")
    bench.add_argument("--tokenizer", metavar="DIR", help="of a corpus or a model; default: one trained on a sample")
    bench.add_argument("--out", metavar="FILE.json", help="write the numbers as JSON")
    stats.add_arguments(
        commands.add_parser("stats", help="what a corpus holds, and how its questions compare with real ones")
    )
    show = commands.add_parser("show", help="print items of a task")
    show.add_argument("task")
    show.add_argument("-n", type=int, default=5)
    show.add_argument("--difficulty", type=int)
    show.add_argument("--split", default="train", help=", ".join(SPLITS))
    show.add_argument("--seed", type=int, default=0)
    commands.add_parser("list", help="print the tasks, by family")
    tokenizer_metrics.add_arguments(commands.add_parser("tokenizer", help="train a tokenizer, or measure one"))
    descriptor.add_arguments(commands.add_parser("descriptor", help="describe a corpus for other programs, as JSON"))
    descriptor.add_ingest_arguments(commands.add_parser("ingest", help="read a file by a descriptor and check it"))
    gallery.add_arguments(commands.add_parser("gallery", help="write a page with examples of every task"))
    options = parser.parse_args(arguments)
    try:
        {
            "build": _build,
            "check": _check,
            "bench": _bench,
            "stats": stats.run,
            "show": _show,
            "list": gallery.run_list,
            "tokenizer": tokenizer_metrics.run,
            "descriptor": descriptor.run,
            "ingest": descriptor.run_ingest,
            "gallery": gallery.run,
        }[options.command](options)
    except (ValueError, OSError) as error:
        sys.exit(f"data_chef: {error}")
    except KeyboardInterrupt as interrupt:
        sys.exit(f"data_chef: {interrupt or 'interrupted'}")


def _build(options) -> None:
    from data_chef.build import build

    described = build(
        _curriculum(options),
        options.out,
        options.num_examples,
        options.seed,
        options.workers,
        options.decontaminate,
        tokenizer=options.tokenizer,
        restart=options.restart,
    )
    for split, counts in described["counts"].items():
        print(f"{split}: {sum(counts.values()):,} items")
    asked, made = described["curriculum"]["num_examples"], sum(described["counts"]["train"].values())
    if made < asked:
        print(f"The tasks have no more problems: {made:,} train items of {asked:,}.")
    for task, row in described["tasks"].items():
        if row["train"] < 0.95 * row["wanted"]:
            print(
                f"{task}: {row['train']:,} train items of {row['wanted']:,}, {row['unique_rate']:.0%} of its items new"
            )
    print(f"{options.out}: content sha256 {described['content_sha256']}")


def _curriculum(options):
    from data_chef.curriculum import load_curriculum

    if options.preset and options.config:
        raise ValueError("give --preset or --config, not both")
    return load_curriculum(options.preset, options.config)


def _check(options) -> None:
    from pathlib import Path

    from data_chef.corpus import describe
    from data_chef.decontaminate import Evaluation, overlaps_by_kind

    if Path(options.data).is_dir():
        describe(options.data, verify=True)
        print(f"{options.data}: whole, every sha256 as it was written")
    if not options.against:
        return
    items, found = overlaps_by_kind(options.data, Evaluation.read(options.against))
    for kind, count in sorted(found.items()):
        print(f"{kind}: {count:,}")
    print(f"{sum(found.values()):,} of {items:,} items share 13 words in a row with the evaluation files")
    if found:
        sys.exit(1)


def _bench(options) -> None:
    from data_chef.bench import bench

    bench(_curriculum(options), options.seconds, options.workers, options.tokenizer, options.out)


def _show(options) -> None:
    task = get_task(options.task)
    levels = (options.difficulty,) * 2 if options.difficulty is not None else task.levels(options.split)
    for item in make_items(options.task, options.split, options.seed, range(options.n), levels):
        if item is not None:
            print(f"{item.question}\n\n{response(item.row())}\n{'-' * 40}")


if __name__ == "__main__":
    main()
