"""Models that answer: one protocol, whatever stands behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data_chef.corpus import sha256_of
from training.checkpoint import load_model, load_tokenizer, weight_files
from training.generation import generate_greedy


@dataclass(frozen=True)
class Decoding:
    """How to decode."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    samples: int = 1
    seed: int = 0
    calculator: bool = False
    stop: tuple[str, ...] = ()
    batch_size: int = 128


class Answerer(Protocol):
    """A model that can be asked."""

    name: str

    def describe(self) -> dict: ...

    def answer(
        self, conversations: Sequence[list[dict]], decoding: Decoding, progress: bool = False
    ) -> list[list[str]]: ...


class FolderModel:
    """A saved ODIN model, greedy only."""

    def __init__(self, folder: Path):
        self.name, self.folder = folder.name, folder
        self.model = load_model(folder)
        self.tokenizer = load_tokenizer(folder, self.model.config.vocab_size)

    def describe(self) -> dict:
        files = {path.name: sha256_of(path) for path in weight_files(self.folder)}
        return {"name": self.name, "kind": "folder", "parameters": self.model.num_parameters(), "files": files}

    def answer(
        self, conversations: Sequence[list[dict]], decoding: Decoding, progress: bool = False
    ) -> list[list[str]]:
        if decoding.temperature or decoding.samples != 1 or decoding.calculator:
            raise ValueError("this model answers greedily and without a calculator only")
        prompts = [
            self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            for turns in conversations
        ]
        answers = generate_greedy(
            self.model, self.tokenizer, prompts, decoding.max_new_tokens, decoding.batch_size, progress
        )
        return [[answer] for answer in answers]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self.tokenizer(text)["input_ids"]) for text in texts]


def load_answerer(model: str, device: str | None = None, dtype: str | None = None) -> Answerer:
    """The model of a folder. Raises CheckpointError in words."""
    return FolderModel(Path(model))
