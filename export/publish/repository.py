"""What one repository of the Hub shall hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.sha import git_hash

from data_chef.corpus import sha256_of
from training.manifest import is_hidden


Kind = Literal["model", "dataset", "space"]
# Of the addresses of their pages.
PREFIX: dict[Kind, str] = {"model": "", "dataset": "datasets/", "space": "spaces/"}


@dataclass(frozen=True)
class Content:
    """A file to publish."""

    path: Path

    @cached_property
    def bytes(self) -> int:
        return self.path.stat().st_size

    @cached_property
    def sha256(self) -> str:
        return sha256_of(self.path)

    def equals(self, remote: RepoFile) -> bool:
        """Whether the Hub has this content: it tells the sha256 of an LFS file, of another the id of git's blob."""
        if self.bytes != remote.size:
            return False
        if remote.lfs:
            return self.sha256 == remote.lfs.sha256
        return git_hash(self.path.read_bytes()) == remote.blob_id


@dataclass
class Repository:
    """The wanted state of a repository.

    Attributes:
        name: `USER/NAME`.
        version: semantic, of what it holds.
        tag: that the commit gets.
        about: what it holds, in words, with the version: the title of the commit.
        files: by their path in the repository.
        markers: files by which a repository of this kind is known; one without them is somebody else's work. The first
            is JSON that says what it is.
        named: what the content of the first marker says that the repository holds, in words; None when it is of
            something else. A repository that is not named as the wanted one is left alone.
        stage: how far its publication is, in words.
    """

    kind: Kind
    name: str
    version: str
    tag: str
    about: str
    files: Mapping[str, Content]
    markers: tuple[str, ...]
    named: Callable[[dict[str, Any]], str | None]
    stage: str = field(default="nothing sent")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def title(self) -> str:
        return f"Publish {self.about}"


def contents(folder: Path, leave_out: tuple[str, ...] = ()) -> dict[str, Content]:
    """The files below `folder` by their path in it, sorted; hidden ones are no part of anything."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: Content(path) for name, path in paths.items() if name not in leave_out and not is_hidden(name)}
