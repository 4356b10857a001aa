"""From the corpus on disk to packed batches: tokenise, pack whole documents into rows, keep them apart."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import IterableDataset

from data_chef.text import chat, response


IGNORE = -100


class PackedDataset(IterableDataset):
    """Packed rows of whole documents, endless, in an order that depends on the seed alone.

    Each row is a dict of int64 tensors `[seq_len]`: `input_ids`; `labels`, which are -100 on questions (unless
    `train_on_prompts`) and padding; `seq_idx`, the number of the document in the row.

    Rows are filled from a small window of waiting documents, longest that fits first, so that little is padding.

    Args:
        items: a `datasets.Dataset` with the corpus columns; shuffled anew each epoch, read by slices.
        tokenizer: the corpus's tokenizer.
    """

    WINDOW = 256

    def __init__(self, items, tokenizer, seq_len: int, seed: int, train_on_prompts: bool = False):
        self.items, self.tokenizer = items, tokenizer
        self.seq_len, self.seed, self.train_on_prompts = seq_len, seed, train_on_prompts
        self.too_long = 0

    def documents(self) -> Iterator[tuple[list[int], int]]:
        """(token ids, length of the question's part) of one document after another, for ever."""
        epoch = 0
        while True:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.items))
            for start in range(0, len(order), self.WINDOW):
                rows = self.items[order[start : start + self.WINDOW]]
                rows = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
                prompts = self.tokenizer([chat(row["question"]) for row in rows])["input_ids"]
                answers = self.tokenizer([response(row) + "<|im_end|>\n" for row in rows])["input_ids"]
                for prompt, answer in zip(prompts, answers, strict=True):
                    yield prompt + answer, len(prompt)
            epoch += 1

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        documents = self.documents()
        waiting: list[tuple[list[int], int]] = []
        while True:
            while len(waiting) < self.WINDOW:
                document = next(documents)
                if len(document[0]) > self.seq_len:
                    self.too_long += 1
                    if self.too_long > 1000 and not waiting:
                        raise ValueError(f"no document fits into seq_len={self.seq_len} tokens; raise it")
                    continue
                waiting.append(document)
            yield self._row(waiting)

    def _row(self, waiting: list[tuple[list[int], int]]) -> dict[str, torch.Tensor]:
        """Takes documents out of `waiting` for one row: the oldest first, then whatever fills the rest best."""
        ids = torch.full((self.seq_len,), self.tokenizer.pad_token_id)
        labels = torch.full((self.seq_len,), IGNORE)
        seq_idx = torch.zeros(self.seq_len, dtype=torch.long)
        used, count = 0, 0
        pick: int | None = 0
        while pick is not None:
            document, question = waiting.pop(pick)
            end = used + len(document)
            ids[used:end] = torch.tensor(document)
            first = used if self.train_on_prompts else used + question
            labels[first:end] = ids[first:end]
            # Nothing of an earlier document predicts the first token of this one.
            labels[used] = IGNORE
            used, count = end, count + 1
            seq_idx[used:] = count
            fitting = (i for i, (d, _) in enumerate(waiting) if len(d) <= self.seq_len - used)
            pick = max(fitting, key=lambda i: len(waiting[i][0]), default=None)
        return {"input_ids": ids, "labels": labels, "seq_idx": seq_idx}
