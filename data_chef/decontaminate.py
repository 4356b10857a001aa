"""13-gram overlap with evaluation sets: which documents share a run of 13 words with any of them."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np


N = 13
_WORD = re.compile(r"\w+")
# Of an evaluation item with tests only these are compared: any two programs that sort a list share many words.
_PROMPTS = ("prompt", "question", "text")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def documents(item) -> list[str]:
    """The texts of a JSON value: every string in it, but of a code item (it has tests) the prompt alone."""
    if isinstance(item, str):
        return [item]
    if isinstance(item, list):
        return [text for value in item for text in documents(value)]
    if not isinstance(item, dict):
        return []
    if item.get("test") or item.get("test_list") or item.get("entry_point"):
        return [item[key] for key in _PROMPTS if isinstance(item.get(key), str)]
    return [text for value in item.values() for text in documents(value)]


def read_items(path: str | Path) -> Iterator:
    """The items of a file: each line of a `.jsonl`, parsed, or each line of anything else.

    Raises FileNotFoundError when there is no such file, ValueError for a line that is not JSON.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {path} to decontaminate against")
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    yield json.loads(line) if str(path).endswith(".jsonl") else line
            except ValueError as error:
                raise ValueError(f"{path}, line {number} is not JSON: {error}") from error


def corpus_documents(row: Mapping) -> list[str]:
    """The texts of a corpus row that are compared: the question, and the solution unless it is a program."""
    return [row["question"]] if row["entry_point"] else [row["question"], row["solution"]]


class Evaluation:
    """All runs of N words of some texts, as sorted 64-bit hashes. Words are lower case, punctuation does not count.

    Attributes:
        sources: name and sha256 of the files.
    """

    def __init__(self, texts: Iterable[str], sources: dict[str, str] | None = None):
        self.sources = sources or {}
        split = [_WORD.findall(text.lower()) for text in texts]
        self._ids = {word: number for number, word in enumerate(sorted({w for words in split for w in words}), 1)}
        hashed = (hashlib.blake2b(word.encode(), digest_size=8).digest() for word in ("", *self._ids))
        self._codes = np.frombuffer(b"".join(hashed), dtype="<u8")
        hashes, whole, _ = self._grams(split)
        self._hashes = np.unique(hashes[whole])
        # Most runs of words are told apart by 24 bits, in a table that fits into the cache of a processor.
        self._maybe = np.zeros(1 << 24, bool)
        self._maybe[self._hashes >> np.uint64(40)] = True

    @classmethod
    def read(cls, paths: Sequence[str | Path]) -> "Evaluation":
        """From files. Raises what `read_items` raises."""
        texts = (text for path in paths for item in read_items(path) for text in documents(item))
        evaluation = cls(texts)
        evaluation.sources = {Path(p).name: hashlib.sha256(Path(p).read_bytes()).hexdigest() for p in paths}
        return evaluation

    def __len__(self) -> int:
        return len(self._hashes)

    def overlaps(self, items: Sequence[Sequence[str]]) -> np.ndarray:
        """Whether each item, given as its documents, shares a run of N words with the evaluation texts."""
        split = [_WORD.findall(text.lower()) for item in items for text in item]
        hashes, whole, document = self._grams(split)
        at = np.flatnonzero(whole)
        at = at[self._maybe[hashes[at] >> np.uint64(40)]]
        at = at[self._hashes[np.minimum(np.searchsorted(self._hashes, hashes[at]), len(self) - 1)] == hashes[at]]
        item_of = np.repeat(np.arange(len(items)), [len(item) for item in items])
        found = np.zeros(len(items), bool)
        found[item_of[document[at]]] = True
        return found

    def _grams(self, split: list[list[str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each run of N in the chain of all words: its hash, whether it is one (no unknown word, no border), and
        the document that it begins in."""
        known = self._ids.get
        # A border is the unknown word 0.
        ids = np.array([number for words in split for number in (0, *[known(word, 0) for word in words])] + [0] * N)
        size = len(ids) - N + 1
        codes = self._codes[ids]
        hashes = np.zeros(size, np.uint64)
        for place in range(N):
            hashes = hashes * _FACTOR + codes[place : place + size]
        unknown = np.concatenate([[0], np.cumsum(ids == 0)])
        document = np.repeat(np.arange(len(split)), [len(words) + 1 for words in split])
        whole = unknown[N : N + size] == unknown[:size]
        return hashes, whole, np.concatenate([document, np.zeros(max(0, size - len(document)), int)])


def overlaps_by_kind(data: str | Path, evaluation: Evaluation) -> tuple[int, Counter]:
    """How many items a corpus folder or a JSONL file has, and how many overlap, by task and split, or by file."""
    from data_chef.corpus import describe, read_rows

    items, found = 0, Counter[str]()
    if Path(data).is_dir():
        for name in filter(lambda name: name.startswith("data/"), describe(data)["files"]):
            for rows in read_rows(Path(data) / name):
                items += len(rows)
                overlaps = evaluation.overlaps([*map(corpus_documents, rows)])
                found.update(f"{rows[i]['task']}, {rows[i]['split']}" for i in np.flatnonzero(overlaps))
        return items, found
    lines = read_items(data)
    while batch := [documents(item) for item in islice(lines, 5000)]:
        items += len(batch)
        found.update([str(data)] * int(evaluation.overlaps(batch).sum()))
    return items, found
