"""How commits reach the Hub under test: the check of a card, what goes as LFS, and the commit itself.

The shapes are those of huggingface_hub 0.36 (_commit_api.py).
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import yaml
from pathspec import GitIgnoreSpec

from tests.export.hub_api import IN_REPOSITORY, PREFIX, Answer, Question, State, route
from tests.export.hub_store import File, Refusal, front_matter, lfs_by_attributes


COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
# https://huggingface.co/docs/hub/spaces-config-reference
SPACE_CHOICES = {"sdk": ("gradio", "docker", "static"), "colorFrom": COLOURS, "colorTo": COLOURS}
# What each result of a model-index needs.
RESULT = {
    "task": {"type": None},
    "dataset": {"name": None, "type": None},
    "metrics": {"type": None, "value": None},
}


@route("POST", "/api/validate-yaml")
def validate_yaml(state: State, question: Question) -> Answer:
    asked = question.json()
    errors = list(complaints(asked["content"].encode(), asked.get("repoType", "model")))
    warnings = []
    if not errors and not front_matter(asked["content"].encode()):
        warnings = [{"message": "empty or missing yaml metadata in repo card"}]
    return Answer.json({"errors": errors, "warnings": warnings}, 400 if errors else 200)


def complaints(card: bytes, kind: str) -> Iterator[dict]:
    """What the Hub would not accept in the YAML of a card. Its lists of licences, languages and tasks are not here."""
    try:
        about = front_matter(card)
    except yaml.YAMLError as error:
        yield {"message": f"Invalid YAML: {error}"}
        return
    if not isinstance(about, dict):
        yield {"message": "YAML metadata must be an object"}
        return
    for name in ("tags", "datasets", "language"):
        values = about.get(name, [])
        if not all(isinstance(value, str) for value in (values if isinstance(values, list) else [values])):
            yield {"message": f'"{name}" must be a string or a list of strings'}
    if kind == "space":
        for name, choices in SPACE_CHOICES.items():
            if about.get(name, choices[0] if name != "sdk" else None) not in choices:
                yield {"message": f'"{name}" must be one of [{", ".join(choices)}]'}
    if len(about.get("short_description", "")) > 60:
        yield {"message": '"short_description" length must be less than or equal to 60 characters long'}
    for number, model in enumerate(about.get("model-index") or []):
        for path in missing(model, {"name": None, "results": RESULT}):
            yield {"message": f'"model-index[{number}]{path}" is required'}


def missing(value: Any, form: dict | None, path: str = "") -> Iterator[str]:
    """The paths that `form` asks for and `value` lacks, below `path`. A list is asked for like what it holds."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from missing(one, form, f"{path}[{number}]")
    elif form is not None and not isinstance(value, dict):
        yield path
    else:
        for name, below in (form or {}).items():
            if value.get(name) in (None, "", []):
                yield f"{path}.{name}"
            else:
                yield from missing(value[name], below, f"{path}.{name}")


@route("POST", f"{IN_REPOSITORY}/preupload/(?P<revision>[^/]+)")
def preupload(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    """Which files go as LFS objects, and which are ignored; the id that a file has now lets clients skip it."""
    repository = state.find(kind, id, question, write=True)
    commit = repository.commit_at(revision)
    asked = question.json()
    ignore = asked.get("gitIgnore") or (repository.content(commit, ".gitignore") or b"").decode()
    ignored = GitIgnoreSpec.from_lines(ignore.splitlines())
    by_attributes = lfs_by_attributes((repository.content(commit, ".gitattributes") or b"").decode())
    files = []
    for file in asked["files"]:
        path, size = file["path"], file["size"]
        about = {
            "path": path,
            "uploadMode": "lfs" if by_attributes(path) or size > state.lfs_over else "regular",
            "shouldIgnore": ignored.match_file(path),
        }
        if path in commit.files:
            about["oid"] = commit.files[path].etag
        files.append(about)
    return Answer.json({"files": files, "commitOid": commit.id})


@route("POST", f"{IN_REPOSITORY}/commit/(?P<revision>[^/]+)")
def commit(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    """A commit from lines of JSON: a header, then files with their content, LFS files by sha256, and deletions."""
    repository = state.find(kind, id, question, write=True)
    header: dict = {}
    add: dict[str, File] = {}
    delete: list[str] = []
    for line in question.body.splitlines():
        item = json.loads(line)
        key, value = item["key"], item["value"]
        if key == "header":
            header = value
        elif key == "file":
            encoded = value.get("encoding") == "base64"
            content = base64.b64decode(value["content"]) if encoded else value["content"].encode()
            if len(content) > state.lfs_over:
                raise Refusal(413, f"{value['path']} has to be uploaded with LFS: it has {len(content)} bytes")
            add[value["path"]] = repository.regular(content)
        elif key == "lfsFile":
            size = value.get("size", repository.uploaded.get(value["oid"], 0))
            add[value["path"]] = File.pointed(value["oid"], size)
        elif key in ("deletedFile", "deletedFolder"):
            delete.append(value["path"].rstrip("/") + "/" * (key == "deletedFolder"))
        else:
            raise Refusal(400, f"Unknown operation in a commit: {key}")
    if "README.md" in add:
        for complaint in complaints(state.blobs.get(add["README.md"].sha256), kind):
            raise Refusal(400, f"Invalid metadata in README.md: {complaint['message']}")
    parent = header.get("parentCommit")
    made = repository.commit(revision, header.get("summary", ""), header.get("description", ""), parent, add, delete)
    url = f"{state.endpoint}/{PREFIX[kind]}{id}/commit/{made.id}"
    return Answer.json({"success": True, "commitOid": made.id, "commitUrl": url, "hookOutput": ""})
