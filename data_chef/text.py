"""How an item reads as text: the one format for training, evaluation and chat."""

import re
from collections.abc import Mapping


def find(pattern: str, text: str) -> re.Match[str]:
    """The first match. Raises ValueError when there is none: the text is not of the kind it is taken for."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"{pattern!r} does not occur in {text!r}")
    return match


def response(item: Mapping) -> str:
    """What the assistant says for a corpus row: the steps and `#### answer`; for code the fenced block alone.

    An answer that has no steps, such as a greeting, stands alone.
    """
    if item["entry_point"]:
        return item["solution"]
    return f"{item['solution']}\n#### {item['answer']}" if item["solution"] else item["answer"]


def chat(question: str, response: str | None = None) -> str:
    """A conversation of one turn in ChatML; without `response` it ends where the assistant begins to speak.

    The tokenizer's chat template renders the same text.
    """
    prompt = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    return prompt if response is None else f"{prompt}{response}<|im_end|>\n"


def extract_answer(text: str) -> str | None:
    """The normalised answer after the last `####` of a response, or None when there is no such mark."""
    _, mark, tail = text.rpartition("####")
    return normalize_answer(tail.strip().split("\n")[0]) if mark else None


def normalize_answer(answer: str) -> str:
    """The same string for the same answer: no spaces around, no thousands commas, no closing dot, lower case."""
    answer = re.sub(r"(?<=\d),(?=\d{3}\b)", "", answer.strip().lower()).rstrip(".").rstrip()
    return re.sub(r"\s+", " ", answer)
