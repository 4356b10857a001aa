"""The stream: blocks anyone can make alone, shared out without gaps or repeats, packed without losing a token."""

import importlib
import json
import subprocess
import sys
from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

import data_chef
from data_chef.__main__ import main
from data_chef.curriculum import load_curriculum, parse
from data_chef.encoder import Encoder
from data_chef.registry import NoProblemError
from data_chef.stream import Block, Items, items, make_block, make_rows, packed, shares_of, slots, stream
from data_chef.text import chat, response


# The function of this name hides the module.
module = importlib.import_module("data_chef.stream")
MIX = "tasks: {addition: {weight: 3}, syllogism: {weight: 0.4}, python_list_function: {difficulty: 1}, gcd: {}}"


@pytest.fixture
def mixture(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 40)
    return parse(MIX, "mine")


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return AutoTokenizer.from_pretrained(data_chef.tokenizer_dir(corpus))


def rows_of(curriculum, *numbers):
    return [row for number in numbers for row in make_block(curriculum, "train", 0, number).rows if row]


def test_a_block_depends_on_its_number_alone(mixture):
    assert rows_of(mixture, 3, 1) == rows_of(mixture, 3) + rows_of(mixture, 1)
    code = (
        "import importlib, json, sys; s = importlib.import_module('data_chef.stream'); s.BLOCK = 40;"
        f"from data_chef.curriculum import parse; c = parse({MIX!r}, 'mine');"
        "print(json.dumps(s.make_block(c, 'train', 0, 3).rows))"
    )
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert [row for row in json.loads(alone) if row] == rows_of(mixture, 3)
    assert len({row["question"] for row in rows_of(mixture, *range(5))}) > 180


def test_shares_are_exact_and_evenly_spread():
    shares = load_curriculum("standard").shares
    total = sum(share.weight for share in shares)
    counts, indices = Counter(), set()
    for number in range(40):
        block = slots(shares, "train", 0, number)
        assert len(block) == module.BLOCK
        counts.update(i for i, _ in block)
        indices.update(block)
        quarter = Counter(i for i, _ in block[: module.BLOCK // 4])
        for i, share in enumerate(shares):
            assert abs(quarter[i] - module.BLOCK / 4 * share.weight / total) <= 4
    for i, share in enumerate(shares):
        assert abs(counts[i] - 40 * module.BLOCK * share.weight / total) <= 20
    assert len(indices) == 40 * module.BLOCK


def test_items_continue_from_their_position(mixture):
    reader = items(mixture, shard=1, num_shards=3)
    whole = list(islice(reader, 70))
    assert whole == rows_of(mixture, 1, 4)[:70]
    for stop in (0, 1, 39, 40, 41):
        first = items(mixture, shard=1, num_shards=3)
        begun = list(islice(first, stop))
        rest = items(mixture, shard=1, num_shards=3, start=first.position)
        assert begun + list(islice(rest, 70 - stop)) == whole
    with pytest.raises(ValueError, match="shard must be"):
        items(mixture, shard=3, num_shards=3)
    with pytest.raises(ValueError, match="did you mean 'train'"):
        next(iter(items(mixture, split="trian")))


def test_extrapolation_is_a_level_above():
    shares = shares_of(parse("tasks: {addition: {difficulty: [1, 3]}, gcd: {}}", "mine"), "extrapolation")
    assert [share.difficulty[0] for share in shares][0] == 4


def test_a_rare_exception_costs_an_item_and_a_common_one_stops(mixture, monkeypatch):
    make, share = module.make_items, mixture.shares[0]

    def fragile(name, split, seed, indices, difficulty):
        if 7 in indices:
            raise ZeroDivisionError("seven")
        return make(name, split, seed, indices, difficulty)

    block = Block([], [])
    monkeypatch.setattr(module, "make_items", fragile)
    rows = make_rows(share, "train", 0, range(10), block)
    assert [i for i, row in enumerate(rows) if row is None] == [7]
    assert block.errors == {"addition": "ZeroDivisionError: seven"}
    monkeypatch.setattr(module, "make_items", lambda *_: 1 / 0)
    with pytest.raises(ValueError, match="addition cannot be made: ZeroDivisionError"):
        make_rows(share, "train", 0, range(10), block)
    assert issubclass(NoProblemError, ValueError)


def test_the_shards_of_the_dataset_are_the_blocks(mixture):
    rows = list(stream(mixture, shards=3, num_examples=190))
    assert rows == rows_of(mixture, 0, 3, 1, 4, 2) and len(rows) >= 195
    assert list(stream(mixture, shards=1).take(100)) == rows_of(mixture, 0, 1, 2)[:100]
    assert set(rows[0]) == set(data_chef.corpus.SCHEMA)


def test_nodes_and_workers_share_the_rows_out(mixture):
    from datasets.distributed import split_dataset_by_node
    from torch.utils.data import DataLoader

    expected = Counter(row["question"] for row in rows_of(mixture, *range(8)))
    seen, parts = Counter(), []
    for rank in range(2):
        part = split_dataset_by_node(stream(mixture, shards=8, num_examples=320), rank=rank, world_size=2)
        loader = DataLoader(part, batch_size=None, num_workers=2)
        questions = [row["question"] for row in loader]
        seen.update(questions)
        parts.append(len(questions))
    assert seen == expected and all(part > 150 for part in parts)


def test_shuffle_and_map_are_reproducible(mixture):
    def questions(seed):
        rows = stream(mixture, shards=4).shuffle(seed=seed, buffer_size=60)
        return [row["length"] for row in rows.map(lambda row: {"length": len(row["question"])}).take(50)]

    assert questions(1) == questions(1) != questions(2)


def test_items_need_no_datasets():
    code = (
        "import sys; sys.modules['datasets'] = sys.modules['pyarrow'] = None; import data_chef;"
        "print(next(iter(data_chef.items('nano', 'train', 5)))['question'] != '')"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("train_on_prompts", [False, True])
def test_packing_loses_no_token(mixture, tokenizer, train_on_prompts):
    rows = rows_of(mixture, *range(10))
    texts = Counter(chat(row["question"], response(row)) for row in rows)
    unpacked, filled, size = Counter(), [], 0
    for array in packed(iter(rows), tokenizer, 512, train_on_prompts):
        assert array["tokens"].shape == array["mask"].shape == array["documents"].shape == (513,)
        assert array["tokens"].dtype == np.uint16
        numbers = array["documents"]
        for number in range(numbers[-1] + 1):
            tokens, learnt = array["tokens"][numbers == number], array["mask"][numbers == number]
            if tokens[0] == tokenizer.pad_token_id:
                assert not learnt.any() and number == numbers[-1]
                continue
            text = tokenizer.decode(tokens)
            unpacked[text] += 1
            assert not learnt[0] and learnt[-1]
            expected = text.split("assistant\n", 1)[1]
            assert (
                (learnt.sum() == len(tokens) - 1) if train_on_prompts else tokenizer.decode(tokens[learnt]) == expected
            )
        filled.append((array["tokens"] != tokenizer.pad_token_id).mean())
        size += 1
    assert unpacked == texts and np.mean(filled[:-4]) > 0.9


def test_documents_that_are_too_long_are_left_out_or_refused(mixture, tokenizer):
    rows = rows_of(mixture, 0)
    lengths = [len(tokenizer(chat(row["question"], response(row)))["input_ids"]) for row in rows]
    arrays = list(packed(rows, tokenizer, 60))
    assert sum((array["tokens"] == 1).sum() for array in arrays) == 2 * sum(length <= 61 for length in lengths)
    with pytest.raises(ValueError, match="raise it"):
        list(packed(items(mixture), tokenizer, 5))


HARD = (
    st.text("ab Z'sdrvetm \n\t.5,<|\x1c\x0b\r_-é") | st.text() | st.sampled_from(["<|im_end|>", "a<|im_start|> b", ""])
)


@settings(max_examples=300, deadline=None)
@given(question=HARD, answer=HARD)
def test_the_encoder_is_the_tokenizer(tokenizer, question, answer):
    row = {"question": question, "solution": "", "answer": answer, "entry_point": ""}
    ids, asked = Encoder(tokenizer).conversation(row)
    prompt = tokenizer(chat(question))["input_ids"]
    assert ids[:asked] == prompt
    if answer[:1].isspace():
        # The prompt ends in a line break, which a vocabulary of 4,096 joins to those of such an answer; a model that
        # answers has read the prompt alone.
        assert ids[asked:] == tokenizer(f"{answer}<|im_end|>\n")["input_ids"]
    else:
        assert ids == tokenizer(chat(question, answer))["input_ids"]


def test_no_response_begins_with_white_space(mixture):
    assert not any(response(row)[:1].isspace() for row in rows_of(mixture, 0))


def test_the_encoder_leaves_other_tokenizers_alone():
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    other = Tokenizer(models.WordLevel({"a b": 0, "<": 1}, unk_token="<"))
    other.pre_tokenizer = pre_tokenizers.Split(".", "isolated")
    encoder = Encoder(PreTrainedTokenizerFast(tokenizer_object=other))
    assert not encoder.fast and encoder("a b") == [0]


def test_the_benchmark_reports(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(MIX + "\nvocab_size: 300")
    main(["bench", "--config", str(tmp_path / "mine.yaml"), "--seconds", "0.4", "--out", str(tmp_path / "out.json")])
    printed = capsys.readouterr().out
    result = json.loads(printed.strip().split("\n")[-1])
    assert result == json.loads((tmp_path / "out.json").read_text())
    assert set(result["tasks"]) == {"addition", "syllogism", "python_list_function", "gcd"}
    assert result["mixture"]["items_per_second"] > 50 and "syllogism" in printed


def test_a_finite_reader_ends(mixture):
    assert list(Items(mixture, shard=1, num_shards=2, num_blocks=3)) == rows_of(mixture, 1)
