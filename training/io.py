"""Files that are whole or not there."""

import json
from pathlib import Path


def write_json(path: Path, value) -> None:
    """Writes JSON beside `path`, then renames it, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    beside.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")
    beside.rename(path)


def replace_block(path: Path, name: str, text: str) -> None:
    """Puts `text` between `<!-- name -->` and `<!-- /name -->` in a Markdown file.

    Raises:
        ValueError: the file has no such marks.
    """
    document = path.read_text()
    before, opening, rest = document.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    if not (opening and closing):
        raise ValueError(f"{path} has no block '<!-- {name} -->' ... '<!-- /{name} -->'")
    beside = path.with_name(path.name + ".partial")
    beside.write_text(before + opening + text.rstrip() + "\n" + closing + after)
    beside.rename(path)
