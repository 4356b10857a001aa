"""Packing: whole documents, nothing lost, labels on answers only, the same order every time."""

from itertools import islice

import pytest
import torch
from transformers import AutoTokenizer

import data_chef
from data_chef.text import chat, response
from training.data import IGNORE, PackedDataset


@pytest.fixture(scope="module")
def items(corpus):
    return data_chef.load(corpus, "train")


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return AutoTokenizer.from_pretrained(data_chef.tokenizer_dir(corpus))


def documents(row, tokenizer):
    """The texts of a packed row."""
    count = int(row["seq_idx"].max()) + 1
    pieces = [row["input_ids"][row["seq_idx"] == i] for i in range(count)]
    return [text for text in (tokenizer.decode(p[p != tokenizer.pad_token_id]) for p in pieces) if text]


def test_an_epoch_holds_every_document_once(items, tokenizer):
    dataset = PackedDataset(items, tokenizer, seq_len=512, seed=0)
    expected = sorted(chat(item["question"], response(item)) for item in items)
    found: list[str] = []
    for row in dataset:
        found += documents(row, tokenizer)
        if len(found) >= 2 * len(expected):
            break
    # The window of waiting documents mixes the end of one epoch with the start of the next.
    missing = set(expected) - set(found)
    assert not missing
    assert set(found) == set(expected)


def test_labels_are_the_answers(items, tokenizer):
    for row in islice(PackedDataset(items, tokenizer, seq_len=512, seed=0), 20):
        labels = row["labels"]
        assert torch.equal(labels[labels != IGNORE], row["input_ids"][labels != IGNORE])
        answers = tokenizer.decode(labels[labels != IGNORE])
        assert "<|im_start|>" not in answers and answers.count("<|im_end|>") == len(documents(row, tokenizer))


def test_prompts_can_be_labels_too_but_not_the_first_token(items, tokenizer):
    row = next(iter(PackedDataset(items, tokenizer, seq_len=512, seed=0, train_on_prompts=True)))
    starts = torch.cat([torch.tensor([True]), row["seq_idx"][1:] != row["seq_idx"][:-1]])
    real = row["input_ids"] != tokenizer.pad_token_id
    assert torch.equal(row["labels"] != IGNORE, real & ~starts)


def test_rows_are_full(items, tokenizer):
    rows = list(islice(PackedDataset(items, tokenizer, seq_len=512, seed=0), 40))
    padding = sum(int((row["input_ids"] == tokenizer.pad_token_id).sum()) for row in rows)
    assert padding < 0.1 * 40 * 512


def test_order_depends_on_the_seed_alone(items, tokenizer):
    def first(seed):
        rows = islice(PackedDataset(items, tokenizer, seq_len=256, seed=seed), 10)
        return torch.stack([row["input_ids"] for row in rows])

    assert torch.equal(first(3), first(3))
    assert not torch.equal(first(3), first(4))


def test_documents_that_never_fit_are_an_error(items, tokenizer):
    with pytest.raises(ValueError, match="seq_len=8"):
        next(iter(PackedDataset(items, tokenizer, seq_len=8, seed=0)))
