"""Writes the problems that the tasks ask by themselves: `python -m training.harness --kind math --out FILE.jsonl`.

With the file, our own suite can be asked the same: `python -m training.evaluate --model DIR --data FILE.jsonl`.
"""

import argparse
import json
from pathlib import Path

from training.harness.dataset import FIELDS, OWN_ITEMS, own_problems


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.harness", description=__doc__.split("\n\n")[0])
    parser.add_argument("--kind", choices=sorted(FIELDS), default="math")
    parser.add_argument("--items", type=int, default=OWN_ITEMS, help="of each task")
    parser.add_argument("--out", required=True, type=Path, help="JSONL file to write")
    options = parser.parse_args()
    lines = [json.dumps(row, ensure_ascii=False) for row in own_problems(options.kind, options.items)]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    beside = options.out.with_name(options.out.name + ".partial")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.rename(options.out)
    print(f"{options.out}: {len(lines)} problems")


if __name__ == "__main__":
    main()
