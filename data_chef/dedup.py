"""Duplicates and near-duplicates: two hashes of a question, and a set of hashes that stays small."""

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import numpy as np


_NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million".split()
)
# They go with the name.
_PRONOUNS = {"he": "they", "she": "they", "him": "them", "his": "their", "her": "their"}
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
# A word that begins a sentence comes with the end of the sentence before it.
_WORD = re.compile(r"[.!?:]\s+\w+|\w+|[^\w\s]")


class _Masks(dict):
    """What each word becomes, worked out once a word."""

    LARGEST = 200_000

    def __missing__(self, found: str) -> str:
        if len(self) >= self.LARGEST:
            self.clear()
        word = found.lstrip(".!?: \t\n")
        lower = word.lower()
        if word == "0" or lower in _NUMBER_WORDS:
            masked = "N"
        elif word != found or word != lower:
            masked = "NAME"
        else:
            masked = _PRONOUNS.get(word, word)
        self[found] = masked if word == found else f". {masked}"
        return self[found]


_masks = _Masks()


def mask(question: str) -> str:
    """The wording alone: numbers and number words become N, names NAME.

    A name is whatever begins with a capital letter, or a sentence: `Tom buys`, but also `Compute`, so that the same
    problem under two verbs counts once.
    """
    return " ".join([_masks[word] for word in _WORD.findall(_DIGITS.sub(" 0 ", f". {question}"))])


def keys(rows: Iterable[Mapping]) -> np.ndarray:
    """64-bit hashes `[rows, 3]` of corpus rows: the question, its wording with its problem, the problem.

    Rows that share the first are duplicates, rows that share the second near-duplicates: the same question, names and
    numbers aside, about the same problem.
    """
    hashes = b"".join(
        blake2b(" ".join(row["question"].lower().split()).encode(), digest_size=8).digest()
        + blake2b(f"{row['canonical_hash']}|{mask(row['question'])}".encode(), digest_size=8).digest()
        + bytes.fromhex(row["canonical_hash"][:16])
        for row in rows
    )
    return np.frombuffer(hashes, dtype="<u8").reshape(-1, 3)


class KeySet:
    """A set of 64-bit keys, 8 bytes each: sorted arrays of growing length, of which small ones are merged.

    Each array is at least `GROWTH` times as long as the next, so there are few to search.
    """

    GROWTH = 4

    def __init__(self) -> None:
        self._sorted: list[np.ndarray] = []

    def __len__(self) -> int:
        return sum(map(len, self._sorted))

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in self._sorted)

    def contains(self, keys: np.ndarray) -> np.ndarray:
        """Which of the keys are in the set, as booleans."""
        order = np.argsort(keys)
        wanted, found = keys[order], np.zeros(len(keys), bool)
        for part in self._sorted:
            found |= part[np.minimum(np.searchsorted(part, wanted), len(part) - 1)] == wanted
        result = np.empty_like(found)
        result[order] = found
        return result

    def add(self, keys: np.ndarray) -> None:
        """Adds keys, known or new."""
        new = np.unique(keys)
        new = new[~self.contains(new)]
        if not len(new):
            return
        while self._sorted and len(self._sorted[-1]) < self.GROWTH * len(new):
            new = np.concatenate([self._sorted.pop(), new])
            new.sort(kind="stable")
        self._sorted.append(new)
