"""Two releases on the same held-out items: `python docs/studies/releases.py --before REPORT --evaluation JSON`.

REPORT is of the older model on today's items, by `training.evaluate --suite corpus_test --tools none`, JSON the older
release's `evaluation.json`, for the sets that do not change. The newer one is `odin-nano/`. Writes
docs/measurements/releases.json and the tables of docs/log.md.
"""

import argparse
import json
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]

from training.card import suites_shown  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RELEASE = HERE.parents[1] / "odin-nano"
RESULTS = HERE.parent / "measurements/releases.json"
LOG = HERE.parent / "log.md"


def rows(before: dict, after: dict) -> list[dict]:
    """One row for each name in both: `name`, and `problems` and `score` before and after."""
    return [
        {"name": name, "before": before[name], "after": after[name]} for name in sorted(before.keys() & after.keys())
    ]


def of_tasks(suite: dict) -> dict[str, dict]:
    """Problems and share right of each task of a suite's report."""
    return {
        task: {"problems": part["problems"], "score": part["none"]["score"]}
        for task, part in suite["by"]["task"].items()
    }


def of_suites(benchmark: dict) -> dict[str, dict]:
    """Problems and share right of each suite, without tools."""
    return {
        name: {"problems": part["problems"], "score": part["results"]["none"]["score"]}
        for name, part in suites_shown(benchmark).items()
    }


def table(found: list[dict]) -> str:
    """Markdown: the rows, in per cent."""
    lines = ["| | problems | before | problems | after |", "| --- | ---: | ---: | ---: | ---: |"]
    for row in found:
        cells = [f"{row[when]['problems']} | {row[when]['score']:.1%}" for when in ("before", "after")]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--before", type=Path, required=True, help="report.json of the older model on today's items")
    parser.add_argument("--evaluation", type=Path, required=True, help="evaluation.json of the older release")
    options = parser.parse_args(arguments)
    after = json.loads((RELEASE / "evaluation.json").read_text())["benchmark"]
    asked = json.loads(options.before.read_text())["suites"]["corpus_test"]
    results = {
        "tasks": rows(of_tasks(asked), of_tasks(after["corpus_test"])),
        "suites": rows(of_suites(json.loads(options.evaluation.read_text())["benchmark"]), of_suites(after)),
    }
    write_json(RESULTS, results)
    for name, found in results.items():
        replace_block(LOG, f"releases {name}", table(found))


if __name__ == "__main__":
    main()
