"""Packed lanes: whole documents, labels on answers only, one order for any number of processes, workers and stops."""

import json
import multiprocessing
import os
import signal
from itertools import islice

import pytest
import torch
from transformers import AutoTokenizer

import data_chef
from data_chef.text import chat, response
from training.data import IGNORE, PREFETCH, CorpusBlocks, PackedLanes, Stage, StreamBlocks, batches, lanes_of_process


LANES = 4


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return AutoTokenizer.from_pretrained(data_chef.tokenizer_dir(corpus))


@pytest.fixture(scope="module")
def source(corpus):
    return CorpusBlocks(corpus, seed=0, lanes=LANES)


def lanes(source, tokenizer, **settings):
    settings = {"seq_len": 512, "rows_per_lane": 2, "lanes": range(LANES), "total_lanes": LANES, **settings}
    stages = settings.pop("stages", [Stage(source, 1000)])
    return PackedLanes(stages, tokenizer, **settings)


def steps(dataset, count, workers=0):
    return [batch for batch, _ in islice(batches(dataset, workers), count)]


def texts(row, tokenizer):
    """The documents of a packed row, as text."""
    ids, documents = row["input_ids"], row["seq_idx"]
    pieces = [ids[documents == i] for i in range(int(documents.max()) + 1)]
    return [text for text in (tokenizer.decode(p[p != tokenizer.pad_token_id]) for p in pieces) if text]


def rows(batch):
    return [{name: x[i] for name, x in batch.items()} for i in range(len(batch["input_ids"]))]


def same(left, right):
    return all(torch.equal(a[name], b[name]) for a, b in zip(left, right, strict=True) for name in a)


def test_an_epoch_holds_every_document_once(corpus, tokenizer):
    """Block by block, with a size that does not divide the corpus; and the next epoch has another order."""
    source = CorpusBlocks(corpus, seed=0, lanes=7)
    blocks = [[chat(row["question"], response(row)) for row in source.block(b)] for b in range(2 * source.per_epoch)]
    epochs = [sum(blocks[: source.per_epoch], []), sum(blocks[source.per_epoch :], [])]
    expected = sorted(chat(row["question"], response(row)) for row in data_chef.load(corpus, "train"))
    assert sorted(epochs[0]) == sorted(epochs[1]) == expected and epochs[0] != epochs[1]


def test_a_lane_gives_whole_documents(source, tokenizer):
    known = {chat(row["question"], response(row)) for row in source.table.to_pylist()}
    found = [t for batch in steps(lanes(source, tokenizer), 6) for row in rows(batch) for t in texts(row, tokenizer)]
    assert len(found) > 100 and set(found) <= known


def test_labels_are_the_answers(source, tokenizer):
    for row in rows(steps(lanes(source, tokenizer), 1)[0]):
        labels = row["labels"]
        assert torch.equal(labels[labels != IGNORE], row["input_ids"][labels != IGNORE])
        answers = tokenizer.decode(labels[labels != IGNORE])
        assert "<|im_start|>" not in answers and answers.count("<|im_end|>") == len(texts(row, tokenizer))


def test_prompts_can_be_labels_too_but_not_the_first_token(source, tokenizer):
    row = rows(steps(lanes(source, tokenizer, train_on_prompts=True), 1)[0])[0]
    starts = torch.cat([torch.tensor([True]), row["seq_idx"][1:] != row["seq_idx"][:-1]])
    real = row["input_ids"] != tokenizer.pad_token_id
    assert torch.equal(row["labels"] != IGNORE, real & ~starts)


def test_rows_are_full(source, tokenizer):
    found = steps(lanes(source, tokenizer), 5)
    padding = sum(int((batch["input_ids"] == tokenizer.pad_token_id).sum()) for batch in found)
    assert padding < 0.1 * sum(batch["input_ids"].numel() for batch in found)


def test_order_depends_on_the_seed_alone(corpus, source, tokenizer):
    other = CorpusBlocks(corpus, seed=1, lanes=LANES)
    first = steps(lanes(source, tokenizer), 3)
    assert same(first, steps(lanes(source, tokenizer), 3))
    assert not same(first, steps(lanes(other, tokenizer), 3))


@pytest.mark.parametrize("processes, workers", [(1, 2), (1, 4), (1, 3), (2, 0), (2, 2), (4, 1)])
def test_order_is_the_same_for_any_processes_and_workers(source, tokenizer, processes, workers):
    """Process after process, the batches are those of one process without workers."""
    expected = steps(lanes(source, tokenizer), 4)
    shares = [
        steps(lanes(source, tokenizer, lanes=lanes_of_process(LANES, rank, processes)), 4, workers)
        for rank in range(processes)
    ]
    joined = [{name: torch.cat([share[i][name] for share in shares]) for name in shares[0][i]} for i in range(4)]
    assert same(joined, expected)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_go_on_after_a_signal_for_the_whole_group(source, tokenizer, number):
    """More steps than may lie ready: the trainer still needs them for the step that it finishes."""
    stream = batches(lanes(source, tokenizer), 2)
    first = next(stream)[0]
    for worker in multiprocessing.active_children():
        os.kill(worker.pid, number)
    after = [batch for batch, _ in islice(stream, 3 * PREFETCH)]
    assert same([first, *after], steps(lanes(source, tokenizer), 3 * PREFETCH + 1))


def test_goes_on_from_its_places(source, tokenizer):
    """From after each step of more than an epoch, so also from the very end of a block."""
    whole = list(islice(batches(lanes(source, tokenizer)), 40))
    for done in range(1, 38):
        places = whole[done - 1][1].tolist()
        later = steps(lanes(source, tokenizer, first_step=done + 1, places=places), 2)
        assert same(later, [batch for batch, _ in whole[done : done + 2]]), done
    assert max(ordinal for ordinal, _ in places) > 1


class Numbered:
    """A source whose documents name the block that they come from."""

    def __init__(self, name, size=40):
        self.name, self.size = name, size

    def block(self, number):
        return [
            {"question": f"{self.name} {number}", "solution": "", "answer": "7", "entry_point": ""}
            for _ in range(self.size)
        ]


def test_stages_follow_one_another_and_no_block_comes_twice(tokenizer):
    stages = [Stage(Numbered("easy"), 2), Stage(Numbered("hard"), 5)]
    settings = {"stages": stages, "seq_len": 64, "rows_per_lane": 1}
    found = list(islice(batches(lanes(None, tokenizer, **settings)), 6))
    seen = [{" ".join(t.split()[1:3]) for row in rows(batch) for t in texts(row, tokenizer)} for batch, _ in found]
    names = [{question.split()[0].removeprefix("user\n") for question in questions} for questions in seen]
    assert [name for group in names for name in group] == ["easy", "easy", "hard", "hard", "hard", "hard"]
    numbers = [{int(question.split()[1].partition("<")[0]) for question in questions} for questions in seen]
    assert not (numbers[0] | numbers[1]) & (numbers[2] | numbers[3])
    resumed = steps(lanes(None, tokenizer, **settings, first_step=3, places=found[1][1].tolist()), 4)
    assert same(resumed, [batch for batch, _ in found[2:]])


def test_a_stream_makes_what_a_build_takes(tokenizer):
    rows = StreamBlocks("nano", seed=0).block(1)
    expected = islice(data_chef.items("nano", start=2000), len(rows))
    assert [json.dumps(row) for row in rows] == [json.dumps(row) for row in expected]


def test_documents_that_never_fit_are_an_error(source, tokenizer):
    with pytest.raises(ValueError, match="seq_len=8"):
        next(iter(lanes(source, tokenizer, seq_len=8)))


def test_lanes_that_cannot_be_shared_are_an_error():
    assert list(lanes_of_process(6, 1, 3)) == [2, 3]
    with pytest.raises(ValueError, match="multiple of 4"):
        lanes_of_process(6, 0, 4)
