"""What wrong answers were wrong about: `python docs/studies/errors.py` writes the table of docs/log.md.

`docs/measurements/errors.json` holds a verdict for each answer that was read, by the id of its problem: the first
wrong answers of a set in an order shuffled with seed 0, read one by one, one primary cause each. Sets are those of
ODIN-Bench, and tasks of the corpus' validation split (`arithmetic_tasks` and `python` are several together).
"""

import json
import sys
from collections import Counter
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from training.io import replace_block  # noqa: E402


CAUSES = {
    "wrong_operation": "wrong operation", "unread_number": "number misread", "unknown_word": "unknown word",
    "arithmetic": "arithmetic", "stopped_early": "steps missing", "kind_confusion": "wrong kind",
    "wrong_rule": "wrong inference", "wrong_function": "wrong function", "partial_function": "part of it",
    "syntax": "does not run", "out_of_scope": "out of scope",
}  # fmt: skip


def table(measured: dict) -> str:
    """Rows of sets, columns of causes; rare causes together."""
    lines = ["| set | wrong | read | " + " | ".join(CAUSES.values()) + " | other |"]
    lines.append("| --- |" + " ---: |" * (len(CAUSES) + 3))
    for name, found in measured["sets"].items():
        counts = Counter(found["items"].values())
        other = sum(count for cause, count in counts.items() if cause not in CAUSES)
        cells = [f"{found['wrong']} of {found['total']}", len(found["items"]), *(counts[cause] for cause in CAUSES)]
        lines.append(f"| {name} | " + " | ".join(str(cell or "") for cell in [*cells, other]) + " |")
    return "\n".join(lines)


def main() -> None:
    measured = json.loads((ROOT / "docs" / "measurements" / "errors.json").read_text())
    replace_block(ROOT / "docs" / "log.md", "errors", table(measured))


if __name__ == "__main__":
    main()
