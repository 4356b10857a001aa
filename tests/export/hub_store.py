"""Repositories of the Hub under test: commits over content-addressed files, branches and tags.

Only what HTTP clients can see is like git: ids of files are those of git blobs (of the pointer, for an LFS file), ids
of commits and trees are as long and as unique as git's but are not computed from git objects.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import yaml
from pathspec import GitIgnoreSpec


# What the Hub writes into a new repository; each pattern is stored with LFS, whatever the size of the file.
LFS_PATTERNS = (
    "*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack *.npy *.npz *.onnx "
    "*.ot *.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors saved_model/**/* *.tar.* *.tar *.tflite *.tgz "
    "*.wasm *.xz *.zip *.zst *tfevents*"
).split()
LFS_ATTRIBUTES = " filter=lfs diff=lfs merge=lfs -text"


class Refusal(Exception):
    """An answer that is an error: its status, its message and the Hub's `X-Error-Code`."""

    def __init__(self, status: int, message: str, code: str | None = None, **headers: str):
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


def git_id(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()


def front_matter(card: bytes | None) -> dict:
    """The YAML at the top of a README.md, empty without; raises `yaml.YAMLError`."""
    if card is None or not card.startswith(b"---\n") or b"\n---" not in card[3:]:
        return {}
    return yaml.safe_load(card[4 : card.index(b"\n---", 3) + 1]) or {}


class Blobs:
    """Contents by their sha256, each a file below `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path(sha256).exists():
            beside = self.folder / f"{sha256}.{id(content)}"
            beside.write_bytes(content)
            beside.rename(self.path(sha256))
        return sha256

    def path(self, sha256: str) -> Path:
        return self.folder / sha256

    def get(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()


@dataclass(frozen=True)
class File:
    """A file of a commit. `oid` is the id of its git blob: of the content, or of the pointer to it with LFS."""

    sha256: str
    size: int
    oid: str
    lfs: bool

    @classmethod
    def regular(cls, content: bytes) -> "File":
        return cls(hashlib.sha256(content).hexdigest(), len(content), git_id("blob", content), False)

    @classmethod
    def pointed(cls, sha256: str, size: int) -> "File":
        return cls(sha256, size, git_id("blob", pointer(sha256, size)), True)

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.oid

    @property
    def pointer_size(self) -> int:
        return len(pointer(self.sha256, self.size))


def pointer(sha256: str, size: int) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


@dataclass(frozen=True)
class Commit:
    """A commit; `added` holds the paths that are new or changed in it."""

    id: str
    title: str
    message: str
    parent: str | None
    date: datetime
    added: tuple[str, ...]
    deleted: tuple[str, ...]
    files: Mapping[str, File] = field(repr=False)

    @cached_property
    def folders(self) -> dict[str, str]:
        """Tree id of each folder but the root."""
        below: dict[str, list] = {}
        for path, file in self.files.items():
            for parent in list(Path(path).parents)[:-1]:
                below.setdefault(parent.as_posix(), []).append((path, file.oid))
        return {folder: git_id("tree", json.dumps(sorted(files)).encode()) for folder, files in below.items()}


class Repository:
    """One model, dataset or Space. Not for several threads at once: the server holds a lock over each request."""

    def __init__(self, blobs: Blobs, type: str, id: str, private: bool = False, sdk: str | None = None):
        self.blobs, self.type, self.id, self.private, self.sdk = blobs, type, id, private, sdk
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.uploaded: dict[str, int] = {}
        """Size of each LFS object that was uploaded to this repository, by its sha256."""
        self.parts: dict[tuple[str, int], str] = {}
        """sha256 of each uploaded part of an LFS object, by the object's sha256 and the number of the part."""
        first = {".gitattributes": "".join(f"{pattern}{LFS_ATTRIBUTES}\n" for pattern in LFS_PATTERNS)}
        if type == "space":
            first["README.md"] = f"---\ntitle: {id.split('/')[1]}\nsdk: {sdk}\n---\n"
        if sdk == "static":
            first |= {"index.html": "<!doctype html>\n<p>Welcome to your static Space!</p>\n", "style.css": "p {}\n"}
        self._add("main", "initial commit", "", {path: self.regular(text.encode()) for path, text in first.items()})

    def regular(self, content: bytes) -> File:
        self.blobs.put(content)
        return File.regular(content)

    def commit_at(self, revision: str) -> Commit:
        """By branch, tag or id, which may be shortened to seven digits."""
        for references in (self.branches, self.tags):
            for name in (revision, revision.removeprefix("refs/heads/"), revision.removeprefix("refs/tags/")):
                if name in references:
                    return self.commits[references[name]]
        found = [commit for id, commit in self.commits.items() if id.startswith(revision) and len(revision) >= 7]
        if len(found) != 1:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found[0]

    def file_at(self, revision: str, path: str) -> tuple[Commit, File]:
        commit = self.commit_at(revision)
        if path not in commit.files:
            raise Refusal(404, "Entry not found", "EntryNotFound", **{"X-Repo-Commit": commit.id})
        return commit, commit.files[path]

    def content(self, commit: Commit, path: str) -> bytes | None:
        return self.blobs.get(commit.files[path].sha256) if path in commit.files else None

    def history(self, revision: str) -> list[Commit]:
        """Newest last."""
        commits = [self.commit_at(revision)]
        while (parent := commits[-1].parent) is not None:
            commits.append(self.commits[parent])
        return commits[::-1]

    def commit(
        self, branch: str, title: str, message: str, parent: str | None, add: Mapping[str, File], delete: Iterable[str]
    ) -> Commit:
        """`delete` names files, and folders by a slash at the end. Nothing is changed when it raises `Refusal`."""
        if branch not in self.branches:
            raise Refusal(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        if not title:
            raise Refusal(400, "The summary of a commit must not be empty")
        head = self.commits[self.branches[branch]]
        if parent is not None and not head.id.startswith(parent):
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        files = dict(head.files)
        for path in delete:
            gone = [name for name in files if name == path or path.endswith("/") and name.startswith(path)]
            if not gone:
                raise Refusal(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
            for name in gone:
                del files[name]
        files |= add
        for path, file in add.items():
            if file.lfs and file.sha256 not in self.uploaded:
                raise Refusal(400, f"The LFS file {path} ({file.sha256}) was never uploaded")
        return self._add(branch, title, message, self._with_attributes(files))

    def _with_attributes(self, files: dict[str, File]) -> dict[str, File]:
        """As the Hub does it, names each LFS file in .gitattributes that no pattern there covers."""
        text = self.blobs.get(files[".gitattributes"].sha256).decode() if ".gitattributes" in files else ""
        covered = lfs_by_attributes(text)
        missing = [path for path, file in files.items() if file.lfs and not covered(path)]
        if not missing:
            return files
        text = text if text.endswith("\n") or not text else text + "\n"
        text += "".join(f"{path.replace(' ', '[[:space:]]')}{LFS_ATTRIBUTES}\n" for path in missing)
        return {**files, ".gitattributes": self.regular(text.encode())}

    def _add(self, branch: str, title: str, message: str, files: dict[str, File]) -> Commit:
        parent = self.branches.get(branch)
        before = self.commits[parent].files if parent else {}
        listing = [parent, len(self.commits), title, sorted((path, file.oid) for path, file in files.items())]
        commit = Commit(
            id=git_id("commit", json.dumps([self.type, self.id, *listing]).encode()),
            title=title,
            message=message,
            parent=parent,
            date=datetime.now(UTC),
            added=tuple(sorted(path for path, file in files.items() if before.get(path) != file)),
            deleted=tuple(sorted(before.keys() - files.keys())),
            files=dict(sorted(files.items())),
        )
        self.commits[commit.id] = commit
        self.branches[branch] = commit.id
        return commit


def lfs_by_attributes(text: str):
    """A function that tells whether a path is stored with LFS according to the text of a .gitattributes."""
    rules = []
    for line in text.splitlines():
        pattern, *attributes = line.split() or [""]
        if pattern and not pattern.startswith("#"):
            spec = GitIgnoreSpec.from_lines([pattern.replace("[[:space:]]", "?")])
            for attribute in attributes:
                if attribute.lstrip("-!").startswith("filter"):
                    rules.append((spec, attribute == "filter=lfs"))

    def lfs(path: str) -> bool:
        return next((stored for spec, stored in reversed(rules) if spec.match_file(path)), False)

    return lfs
