"""13-gram overlap with evaluation sets."""

import json
import re
from pathlib import Path


N = 13


def read_texts(path: str) -> list[str]:
    """The documents of a file: every string in each line of a `.jsonl`, or each line of anything else.

    Raises FileNotFoundError when there is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {path} to decontaminate against")
    lines = Path(path).read_text().splitlines()
    if not path.endswith(".jsonl"):
        return lines
    texts: list[str] = []
    for line in filter(None, lines):
        _strings(json.loads(line), texts)
    return texts


def _strings(value, into: list[str]) -> None:
    if isinstance(value, str):
        into.append(value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _strings(inner, into)


def ngrams(text: str) -> set[tuple[str, ...]]:
    """All runs of N words, lower case, punctuation dropped."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + N]) for i in range(len(words) - N + 1)}
