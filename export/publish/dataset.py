"""The repository of a corpus: the folder as `python -m data_chef build` wrote it, with a card for the Hub."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data_chef.card import REPORT, card_of
from data_chef.corpus import content_sha256, data_version, describe, split_files

from .listing import check_card, version_in
from .model import README
from .problems import Problems, PublishError
from .repository import Content, Repository


CORPUS = "corpus.json"
# How every format of a corpus begins.
FAMILY = "data_chef corpus "


def dataset_repository(folder: Path, name: str, scratch: Path, problems: Problems) -> Repository | None:
    """What the repository `name` shall hold; None when that cannot be said, with the reasons among `problems`.

    Args:
        scratch: an empty folder, for the card.
    """
    rebuild = f"build it again with `python -m data_chef build --out {folder}`"
    known = len(problems)
    with problems.noting():
        described = describe(folder, verify=True)
        if not all(isinstance(entry, dict) for entry in described["files"].values()):
            raise PublishError(f"'{folder}/{CORPUS}' is of an old format, without the hashes of its files: {rebuild}")
        version = version_in({"version": data_version(described)}, folder / CORPUS)
        check_counts(folder, described, rebuild)
        if content_sha256(folder, described) != described["content_sha256"]:
            raise PublishError(f"the rows in '{folder}' are not those of content_sha256 in its {CORPUS}: {rebuild}")
        if card_of(folder) != (folder / README).read_text():
            raise PublishError(
                f"'{folder}/{README}' is not the card of its {CORPUS}: write it again with "
                f"`python -m data_chef.card {folder}`"
            )
        (scratch / README).write_text(card_of(folder, name))
        check_card(scratch / README, ("license", "configs", "task_categories"))
    if len(problems) > known:
        return None
    stated = [name for name in (CORPUS, REPORT) if (folder / name).is_file()]
    files = {name: Content(folder / name) for name in [*described["files"], *stated]}
    files[README] = Content(scratch / README)
    about = f"{described['curriculum']['name']} {version}"
    return Repository("dataset", name, version, f"v{version}", about, files, (CORPUS,), named)


def named(described: dict[str, Any]) -> str | None:
    """What a published corpus.json says that the repository holds."""
    curriculum = described.get("curriculum")
    if not str(described.get("format")).startswith(FAMILY) or not isinstance(curriculum, dict):
        return None
    return f"the corpus {curriculum.get('name')}"


def check_counts(folder: Path, described: dict, remedy: str) -> None:
    """Raises PublishError unless each split has as many rows as `corpus.json` counts."""
    for split, tasks in described["counts"].items():
        rows = sum(pq.read_metadata(folder / name).num_rows for name in split_files(described["files"], split))
        if rows != sum(tasks.values()):
            raise PublishError(
                f"'{folder}' has {rows:,} rows in {split}, {CORPUS} counts {sum(tasks.values()):,}: {remedy}"
            )
