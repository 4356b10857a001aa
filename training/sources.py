"""What `data`, `curriculum` and `stages` of a `TrainConfig` stand for: stages of documents, tokenizer, validation."""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tqdm import tqdm

import data_chef
from data_chef.corpus import tokenizer_folder
from data_chef.stream import BLOCK, as_curriculum
from training.config import TrainConfig
from training.data import Blocks, CorpusBlocks, Stage, StreamBlocks
from training.io import write_json


@dataclass
class Sources:
    """All that a run reads.

    Attributes:
        tokenizer: its folder.
        validation: corpus rows of the validation split of the last stage.
        description: JSON for the run's identity.
    """

    stages: list[Stage]
    tokenizer: Path
    validation: list[dict]
    description: dict


def open_sources(config: TrainConfig) -> Sources:
    """Opens corpora and curricula.

    Raises:
        FileNotFoundError, ValueError: a corpus, curriculum or tokenizer is missing or damaged.
    """
    described = config.stages or [{"until": 1, "data": config.data, "curriculum": config.curriculum}]
    stages, descriptions = [], []
    for stage in described:
        source: Blocks
        if stage.get("data") is not None:
            source = CorpusBlocks(stage["data"], config.seed, config.lanes)
            description = data_chef.describe(stage["data"])
        else:
            source = StreamBlocks(stage["curriculum"], config.seed)
            shares = repr(source.curriculum.shares).encode()
            description = {"curriculum": stage["curriculum"], "content_sha256": hashlib.sha256(shares).hexdigest()}
        stages.append(Stage(source, round(stage["until"] * config.max_steps)))
        descriptions.append({"until": stage["until"], **description} if config.stages else description)
    corpora = [stage["data"] for stage in described if stage.get("data") is not None]
    last = described[-1]
    if last.get("data") is not None:
        validation = data_chef.table(last["data"], "validation").to_pylist()
    else:
        validation = held_out(last["curriculum"], config.seed, Path(config.output))
    return Sources(
        stages,
        tokenizer_folder(config.tokenizer or corpora[0]),
        validation,
        {"stages": descriptions} if config.stages else descriptions[0],
    )


def held_out(name: str, seed: int, folder: Path) -> list[dict]:
    """The first validation items of a curriculum, from a file in `folder`, which is written when there is none.

    A draw seldom falls into a held-out split, so that they take most of a minute, in which a GPU would have to wait.
    """
    curriculum = as_curriculum(name)
    key = hashlib.sha256(repr((curriculum.shares, seed, BLOCK)).encode()).hexdigest()
    path = folder / f"validation-{key[:16]}.json"
    if not path.is_file():
        items = islice(data_chef.items(curriculum, "validation", seed), BLOCK)
        write_json(path, list(tqdm(items, total=BLOCK, desc="held-out items", mininterval=2)))
    return json.loads(path.read_text())
