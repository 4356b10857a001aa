"""Files that are whole or not there."""

import json
from pathlib import Path


def write_json(path: Path, value) -> None:
    """Writes JSON beside `path`, then renames it, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    beside.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")
    beside.rename(path)
