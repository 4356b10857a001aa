"""What the Hub under test answers about repositories: who may write, their trees, history and references.

The shapes are those that huggingface_hub 0.36 sends and reads (hf_api.py). Fields that no client here looks at are
left out, and so are discussions, pull requests and the settings of a repository.
"""

from urllib.parse import urlencode

import yaml

from tests.export.hub_api import IN_REPOSITORY, PREFIX, USER, Answer, Question, State, route
from tests.export.hub_store import Commit, File, Refusal, Repository, front_matter


@route("GET", "/api/whoami-v2")
def whoami(state: State, question: Question) -> Answer:
    if question.token is None:
        raise Refusal(401, "Invalid username or password.")
    access = {"displayName": "tests", "role": "write"}
    auth = {"type": "access_token", "accessToken": access}
    return Answer.json({"type": "user", "id": "0", "name": USER, "fullname": "User", "orgs": [], "auth": auth})


def named(question: Question) -> tuple[str, str]:
    asked = question.json()
    return asked.get("type") or "model", f"{asked.get('organization') or USER}/{asked['name']}"


@route("POST", "/api/repos/create")
def create(state: State, question: Question) -> Answer:
    kind, id = named(question)
    if question.token is None:
        raise Refusal(401, "Invalid username or password.")
    if id.split("/")[0] != USER:
        raise Refusal(403, f'You don\'t have the rights to create a {kind} under the namespace "{id.split("/")[0]}"')
    url = f"{state.endpoint}/{PREFIX[kind]}{id}"
    if (kind, id) in state.repositories:
        return Answer.json({"error": f"You already created this {kind} repo", "url": url}, 409)
    asked = question.json()
    private = bool(asked.get("private"))
    state.repositories[kind, id] = Repository(state.blobs, kind, id, private, asked.get("sdk"))
    return Answer.json({"url": url, "name": id, "id": id})


@route("DELETE", "/api/repos/delete")
def delete(state: State, question: Question) -> Answer:
    kind, id = named(question)
    state.find(kind, id, question, write=True)
    del state.repositories[kind, id]
    return Answer(200)


@route("GET", f"{IN_REPOSITORY}(/revision/(?P<revision>[^/]+))?")
def info(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    repository = state.find(kind, id, question)
    commit = repository.commit_at(revision or "main")
    try:
        card = front_matter(repository.content(commit, "README.md"))
    except yaml.YAMLError:
        card = {}
    first = repository.history("main")[0]
    siblings = [
        {"rfilename": path, **(metadata(file) if question.is_true("blobs") else {})}
        for path, file in commit.files.items()
    ]
    about = {
        "id": id,
        "author": id.split("/")[0],
        "sha": commit.id,
        "lastModified": timestamp(commit),
        "createdAt": timestamp(first),
        "private": repository.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": card.get("tags") or [],
        "cardData": card,
        "siblings": siblings,
    }
    about |= {key: card[key] for key in ("library_name", "pipeline_tag", "model-index") if key in card}
    return Answer.json(about | ({"sdk": card.get("sdk")} if kind == "space" else {}))


def metadata(file: File) -> dict:
    lfs = {"sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}
    return {"size": file.size, "blobId": file.oid, **({"lfs": lfs} if file.lfs else {})}


def timestamp(commit: Commit) -> str:
    return commit.date.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry(repository: Repository, commit: Commit, path: str, expand: bool) -> dict:
    """A file or folder as the tree and paths-info have it; `expand` adds the last commit that changed it."""
    if path in commit.files:
        file = commit.files[path]
        about: dict = {"type": "file", "path": path, "oid": file.oid, "size": file.size}
        if file.lfs:
            about["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": file.pointer_size}
    else:
        about = {"type": "directory", "path": path, "oid": commit.folders[path], "size": 0}
    if expand:
        changes = (
            one
            for one in reversed(repository.history(commit.id))
            if any(change == path or change.startswith(path + "/") for change in one.added + one.deleted)
        )
        last = next(changes)
        about["lastCommit"] = {"id": last.id, "title": last.title, "date": timestamp(last)}
    return about


def paged(state: State, question: Question, size: int, items: list) -> Answer:
    """A page of `items`; the header Link names the next."""
    start = int(question.value("cursor", "0"))
    headers = {}
    if start + size < len(items):
        query = urlencode({**question.query, "cursor": [str(start + size)]}, doseq=True)
        headers["Link"] = f'<{state.endpoint}{question.path}?{query}>; rel="next"'
    return Answer.json(items[start : start + size], headers=headers)


@route("GET", f"{IN_REPOSITORY}/tree/(?P<revision>[^/]+)(/(?P<folder>.+))?")
def tree(state: State, question: Question, kind: str, id: str, revision: str, folder: str) -> Answer:
    repository = state.find(kind, id, question)
    commit = repository.commit_at(revision)
    below = f"{folder.rstrip('/')}/" if folder else ""
    paths = [path for path in sorted({*commit.files, *commit.folders}) if path.startswith(below)]
    if below and not paths:
        raise Refusal(404, f'{folder} does not exist on "{revision}"', "EntryNotFound")
    if not question.is_true("recursive"):
        paths = [path for path in paths if "/" not in path[len(below) :]]
    expand = question.is_true("expand")
    return paged(state, question, state.page, [entry(repository, commit, path, expand) for path in paths])


@route("POST", f"{IN_REPOSITORY}/paths-info/(?P<revision>[^/]+)")
def paths_info(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    repository = state.find(kind, id, question)
    commit = repository.commit_at(revision)
    asked = question.form()
    paths = [path.rstrip("/") for path in asked.get("paths", [])]
    expand = asked.get("expand", ["false"])[0].lower() == "true"
    known = [path for path in paths if path in commit.files or path in commit.folders]
    return Answer.json([entry(repository, commit, path, expand) for path in known])


@route("GET", f"{IN_REPOSITORY}/commits/(?P<revision>[^/]+)")
def commits(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    history = state.find(kind, id, question).history(revision)
    authors = [{"user": USER}]
    return paged(
        state,
        question,
        state.page,
        [
            {"id": one.id, "title": one.title, "message": one.message, "authors": authors, "date": timestamp(one)}
            for one in reversed(history)
        ],
    )


@route("GET", f"{IN_REPOSITORY}/refs")
def references(state: State, question: Question, kind: str, id: str) -> Answer:
    repository = state.find(kind, id, question)
    branches, tags = (
        [{"name": name, "ref": f"refs/{folder}/{name}", "targetCommit": commit} for name, commit in names.items()]
        for folder, names in (("heads", repository.branches), ("tags", repository.tags))
    )
    return Answer.json({"branches": branches, "tags": tags, "converts": [], "pullRequests": []})


@route("POST", f"{IN_REPOSITORY}/tag/(?P<revision>[^/]+)")
def create_tag(state: State, question: Question, kind: str, id: str, revision: str) -> Answer:
    repository = state.find(kind, id, question, write=True)
    commit, tag = repository.commit_at(revision), question.json()["tag"]
    if tag in repository.tags:
        raise Refusal(409, f"Tag reference exists already: refs/tags/{tag}")
    repository.tags[tag] = commit.id
    return Answer(200)


@route("DELETE", f"{IN_REPOSITORY}/tag/(?P<tag>[^/]+)")
def delete_tag(state: State, question: Question, kind: str, id: str, tag: str) -> Answer:
    repository = state.find(kind, id, question, write=True)
    if repository.tags.pop(tag, None) is None:
        raise Refusal(404, f"Invalid rev id: refs/tags/{tag}", "RevisionNotFound")
    return Answer(200)


@route("POST", f"{IN_REPOSITORY}/branch/(?P<branch>[^/]+)")
def create_branch(state: State, question: Question, kind: str, id: str, branch: str) -> Answer:
    repository = state.find(kind, id, question, write=True)
    commit = repository.commit_at(question.json().get("startingPoint", "main"))
    if branch in repository.branches:
        raise Refusal(409, f"Reference already exists: refs/heads/{branch}")
    repository.branches[branch] = commit.id
    return Answer(200)


@route("DELETE", f"{IN_REPOSITORY}/branch/(?P<branch>[^/]+)")
def delete_branch(state: State, question: Question, kind: str, id: str, branch: str) -> Answer:
    repository = state.find(kind, id, question, write=True)
    if branch == "main":
        raise Refusal(403, "The branch main cannot be deleted")
    if repository.branches.pop(branch, None) is None:
        raise Refusal(404, f"Invalid rev id: refs/heads/{branch}", "RevisionNotFound")
    return Answer(200)
