"""Scores are what they say."""

import json
import subprocess
import sys

import pytest
import torch

from training.evaluate import by_task, read_items, score_answers, wilson
from training.generation import generate_greedy


def test_wilson_interval_against_known_values():
    assert wilson(0, 10) == pytest.approx([0.0, 0.2775], abs=1e-3)
    assert wilson(81, 263) == pytest.approx([0.2553, 0.3662], abs=1e-3)


def test_marks():
    math = {"task": "m", "answer": "1200", "test": ""}
    code = {"task": "c", "answer": "", "test": "assert double(4) == 8"}
    items = [math, math, math, code, code, code]
    answers = [
        "6*200=1200\n#### 1,200",
        "#### 1200\nno\n#### 12",
        "1200",
        "```python\ndef double(x):\n    return 2 * x\n```",
        "```python\ndef double(x):\n    return x\n```",
        "```python\ndef double(x) return\n```",
    ]
    marks = score_answers(items, answers)
    assert marks == [True, False, False, True, False, False]
    scores = by_task(items, marks)
    assert scores["m"]["exact_match"] == pytest.approx(1 / 3) and scores["c"]["items"] == 3


class Letters:
    """A tokenizer of one letter a token, enough for `generate_greedy`."""

    pad_token_id = 0

    def __call__(self, text):
        return {"input_ids": [ord(c) - 60 for c in text]}

    def pad(self, batch, padding_side, return_tensors):
        from transformers import BatchEncoding

        assert padding_side == "left"
        longest = max(map(len, batch["input_ids"]))
        ids = [[0] * (longest - len(x)) + x for x in batch["input_ids"]]
        mask = [[0] * (longest - len(x)) + [1] * len(x) for x in batch["input_ids"]]
        return BatchEncoding({"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)})

    def decode(self, ids, skip_special_tokens):
        return " ".join(map(str, ids))


def test_batched_greedy_equals_generate(toy_model):
    """In mixed lengths, with rows that end at different times."""
    prompts = ["ABCDEF", "Z", "HELLO", "QRSTUVWXYZABC", "MM"]
    # An end token that the toy often chooses, so that rows do leave the batch.
    toy_model.config.eos_token_id = toy_model.generation_config.eos_token_id = 39
    expected = []
    for prompt in prompts:
        ids = torch.tensor([Letters()(prompt)["input_ids"]])
        out = toy_model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=30, do_sample=False)
        new = out[0, ids.shape[1] :].tolist()
        expected.append(Letters().decode(new[: new.index(39)] if 39 in new else new, True))
    assert generate_greedy(toy_model, Letters(), prompts, max_new_tokens=30, batch_size=3) == expected


def test_empty_prompt_is_refused(toy_model):
    with pytest.raises(ValueError, match="has no tokens"):
        generate_greedy(toy_model, Letters(), [""])


def test_jsonl_lines_are_checked(tmp_path):
    path = tmp_path / "mine.jsonl"
    question = "1\u2028+1=?"
    path.write_text(json.dumps({"question": question, "answer": "2"}, ensure_ascii=False) + "\n")
    assert read_items(str(path), "test") == [{"question": question, "answer": "2", "task": "mine"}]
    path.write_text('{"question": "1+1=?"}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_items(str(path), "test")


def test_command_fails_in_words_without_a_model(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "training.evaluate", "--model", tmp_path / "nothing", "--data", tmp_path],
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0 and result.stderr.startswith("evaluate: ")
