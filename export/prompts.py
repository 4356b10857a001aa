"""Texts for an export: questions of a corpus in the chat template or random tokens to check it, texts to round by."""

import json
import math
from functools import cache
from pathlib import Path

import numpy as np

from data_chef.text import chat, response

from .errors import ExportError


def random_prompts(count: int, vocab_size: int, seed: int = 0, longest: int = 64) -> list[list[int]]:
    """`count` lists of 1 to `longest` tokens. Ids below 3 are left out: they are the tokenizer's special tokens."""
    random = np.random.default_rng(seed)
    return [random.integers(3, vocab_size, length).tolist() for length in random.integers(1, longest + 1, count)]


def read_questions(
    data: Path, per_task: int | None = None, count: int | None = None, split: str = "test"
) -> list[dict]:
    """Items of a corpus folder or a JSONL file with `question` and `answer`, spread evenly over the tasks.

    Args:
        per_task: at most so many of each task.
        count: at most so many in all.

    Raises:
        ExportError: nothing there, or not such a file.
    """
    from training.evaluate import first_per_task, read_items

    if not data.exists():
        raise ExportError(f"there is no '{data}': give a corpus folder, or a JSONL file with 'question' and 'answer'")
    try:
        items = read_items(str(data), split)
    except (OSError, ValueError, json.JSONDecodeError) as error:
        raise ExportError(f"'{data}' cannot be read as questions: {error}") from error
    if not items:
        raise ExportError(f"'{data}' has no questions")
    if count is not None:
        per_task = math.ceil(count / len({item["task"] for item in items}))
    chosen = items if per_task is None else first_per_task(items, per_task)
    return chosen[:count]


def chat_prompt(tokenizer, question: str) -> str:
    """The question as the user's turn, up to where the assistant's begins."""
    messages = [{"role": "user", "content": question}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


@cache
def _calibration_rows() -> list[dict]:
    from training.benchmark.sources import generate

    return generate("standard", "validation", 1)


def calibration_texts(tokenizer) -> list[list[int]]:
    """Whole conversations, one of each task of the corpus, from the split that is neither trained nor tested on."""
    return [tokenizer(chat(row["question"], response(row)))["input_ids"] for row in _calibration_rows()]
