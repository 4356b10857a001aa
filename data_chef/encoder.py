"""Tokenises conversations several times as fast as the tokenizer itself, to the same ids.

The words of generated text repeat, so the ids of each are worked out once, by the tokenizer, and looked up after that.
"""

import json
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from data_chef.text import chat, response
from data_chef.tokenizer import SPECIAL_TOKENS


# What the pre-tokenizer of data_chef's tokenizers splits ASCII text into: digits first, one by one, and then what is
# left between them. So white space before a digit is white space at an end.
_PIECE = re.compile(
    r"\d|'(?:[stmd]|re|ve|ll)| ?[A-Za-z]+| ?[^\sA-Za-z\d]+|\s+(?![^\s\d])|\s+",
    re.ASCII,
)
_PRE_TOKENIZERS = [
    {"type": "Digits", "individual_digits": True},
    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
]


class _Pieces(dict):
    """The ids of each piece, asked of the tokenizer once."""

    LARGEST = 500_000

    def __init__(self, tokenizer: Any):
        super().__init__()
        self.tokenizer = tokenizer

    def __missing__(self, piece: str) -> list[int]:
        if len(self) >= self.LARGEST:
            self.clear()
        self[piece] = ids = self.tokenizer.encode(piece, add_special_tokens=False).ids
        return ids


class Encoder:
    """Token ids of texts; any other tokenizer than data_chef's, and any other text than ASCII, takes the usual way."""

    def __init__(self, tokenizer: Any):
        self.tokenizer = tokenizer.backend_tokenizer
        self.vocab_size, self.pad_token_id = len(tokenizer), tokenizer.pad_token_id
        self._pieces = _Pieces(self.tokenizer)
        described = json.loads(self.tokenizer.to_str())
        self.fast = (described["pre_tokenizer"] or {}).get("pretokenizers") == _PRE_TOKENIZERS
        # A special token stands apart, whatever is beside it, so the frame can be laid around the text later.
        frame = chat("\0", "\0").replace("user\n", "").split("\0")
        self._frame = [self.tokenizer.encode(part, add_special_tokens=False).ids for part in frame]

    def __call__(self, text: str) -> list[int]:
        if not (self.fast and text.isascii()) or any(token in text for token in SPECIAL_TOKENS):
            return self.tokenizer.encode(text, add_special_tokens=False).ids
        return list(chain.from_iterable(map(self._pieces.__getitem__, _PIECE.findall(text))))

    def conversation(self, row: Mapping) -> tuple[list[int], int]:
        """The ids of a corpus row as `text.chat` writes it, and how many of them are the question's part."""
        start, between, end = self._frame
        prompt = [*start, *self(f"user\n{row['question']}"), *between]
        return [*prompt, *self(response(row)), *end], len(prompt)
