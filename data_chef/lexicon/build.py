"""Rewrites `data_chef/data/taken.txt` after a change of the syllables of invented words; needs `pip install wordfreq`.

python -m data_chef.lexicon.build
"""

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

import wordfreq

from data_chef.lexicon import invented, source


WORDS = 400_000
# Words rarer than two in ten million are hardly known to anybody.
LOWEST_ZIPF = 2.3


def _any_of(parts: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(set(parts), key=len, reverse=True))})"


def main() -> None:
    onset, vowel, middle = _any_of(invented.ONSETS), _any_of(invented.VOWELS), _any_of(invented.MIDDLES)
    noun = rf"{onset}{vowel}(?:{middle}[aeiou]){{0,2}}{_any_of(invented.CODAS)}"
    name = rf"{onset}[aeiou]{middle}(?:[aeiou][dlmnrstvz])?{_any_of(invented.NAME_ENDS)}"
    known = set(source.text("english.txt").lower().split())
    taken = {
        word
        for word in wordfreq.top_n_list("en", WORDS, wordlist="large")
        if re.fullmatch(f"{noun}|{name}", word) and wordfreq.zipf_frequency(word, "en") >= LOWEST_ZIPF
    }
    lines = textwrap.wrap(" ".join(sorted(taken - known)), 119)
    (Path(__file__).parents[1] / "data" / "taken.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
