"""What all models on this machine share: conversations become prompts, prompts become tokens, rows become texts."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from jinja2 import TemplateError
from tqdm import tqdm

from data_chef.corpus import sha256_of

from .decoding import Decoding, Row, Writer


# The next question is not the model's to write.
PLAIN_STOP = "\nQuestion:"


class LocalAnswerer:
    """What models on this machine share: prompts become tokens, rows become texts.

    Args:
        end_tokens: ids that end an answer.
    """

    def __init__(self, name: str, tokenizer, end_tokens: Iterable[int]):
        self.name = name
        self.tokenizer = tokenizer
        self.end_tokens = sorted(set(end_tokens))
        # One that was trained without a chat template gets questions and answers as plain text.
        self.plain = tokenizer.chat_template is None

    def answer(
        self, conversations: Sequence[list[dict]], decoding: Decoding, progress: bool = False
    ) -> list[list[str]]:
        """`decoding.samples` texts for each conversation.

        Raises:
            ValueError: a conversation that the chat template refuses, or without tokens.
        """
        prompts = [self.render(messages) for messages in conversations]
        # A template has written the special tokens itself.
        ids = [self.tokenizer(prompt, add_special_tokens=self.plain)["input_ids"] for prompt in prompts]
        if self.plain:
            decoding = replace(decoding, stop=(*decoding.stop, PLAIN_STOP))
        writer = Writer(self.tokenizer, self.end_tokens, decoding, prompts)
        with tqdm(total=len(ids) * decoding.drawn, desc=self.name, unit=" answers", disable=not progress) as bar:
            texts = writer.texts(self.generate(ids, writer, bar))
        return [[text.removeprefix(" ") for text in answers] for answers in texts] if self.plain else texts

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text is."""
        return [len(ids) for ids in self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    def generate(self, prompts: list[list[int]], writer: Writer, bar: tqdm) -> list[Row]:
        raise NotImplementedError

    def render(self, messages: list[dict]) -> str:
        """The text that a conversation is, up to where the answer begins."""
        if self.plain:
            return render_plain(messages)

        def apply(messages):
            return self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)

        try:
            return apply(messages)
        except TemplateError as error:
            try:  # many templates know no system message
                return apply(without_system(messages))
            except TemplateError:
                raise ValueError(f"the chat template of {self.name} refuses the conversation: {error}") from error


def render_plain(messages: Sequence[dict]) -> str:
    """`Question: ...\\nAnswer:` for each turn, with a blank line between turns and after a system message."""
    text = ""
    for message in messages:
        content = message["content"]
        text += {"user": f"Question: {content}\nAnswer:", "assistant": f" {content}\n\n"}.get(
            message["role"], f"{content}\n\n"
        )
    return text


def without_system(messages: Sequence[dict]) -> list[dict]:
    """The same conversation with what the system says put before the user's first words."""
    system = [message["content"] for message in messages if message["role"] == "system"]
    rest = [dict(message) for message in messages if message["role"] != "system"]
    if system and rest:
        rest[0]["content"] = "\n\n".join([*system, rest[0]["content"]])
    return rest


def hash_files(folder: Path, patterns: Iterable[str]) -> dict[str, str]:
    """sha256 of each file of a folder that matches, by name."""
    files = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def versions(*packages: str) -> dict[str, str]:
    """Installed versions, Python's included."""
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}


def first_line(error: Exception) -> str:
    """What an error says, in short."""
    return str(error).strip().split("\n")[0] or type(error).__name__
