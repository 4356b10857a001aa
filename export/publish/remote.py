"""What the Hub has: the state of a repository, what differs from the wanted one, and what forbids to change it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status, validate_repo_id

from training.manifest import VERSION, check_version

from .problems import Problems, PublishError
from .repository import PREFIX, Content, Repository


SECONDS = 20
# The Hub puts these into a new repository, some of them into a Space alone.
FIRST = {".gitattributes", "README.md", "index.html", "style.css"}
KEPT = ".gitattributes"
# A file of the name of a marker that is larger is none of ours.
LARGEST_MARKER = 10_000_000
# Tags by which versions are known: of the repository, or of a page and of the model that it takes.
TAG = re.compile(
    rf"v(?P<own>{VERSION.pattern})|page-(?P<page>{VERSION.pattern})-(?P<model>.+)-(?P<of>{VERSION.pattern})"
)
OF_MODEL = "the model "
# Where a version is raised.
RAISING = {
    "model": "`python -m training.release --refresh MODEL --version X.Y.Z`, then export again",
    "dataset": "VERSION in data_chef/corpus.py, then build again; or publish under another name",
    "space": "`version` in space/package.json and its lock",
}

Tree = Mapping[str, RepoFile]


@dataclass
class State:
    """A repository as it is on the Hub.

    Attributes:
        head: commit of main; None when there is no repository.
        tree: files of main.
        tags: all of them.
        tagged: files of the wanted tag; None when there is no such tag.
        foreign: what it holds that is somebody else's, or another model's, in words; empty when nothing.
    """

    head: str | None = None
    private: bool = False
    tree: Tree = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    tagged: Tree | None = None
    foreign: str = ""


def reach(api: HfApi) -> None:
    """Raises what `requests` raises, soon, when there is no Hub; the calls of `HfApi` would wait for minutes."""
    get_session().head(str(api.endpoint), timeout=SECONDS)


def look(api: HfApi, wanted: Repository) -> State:
    """Asks the Hub for the state of a repository. Raises what `HfApi` raises, except that there is none."""
    try:
        info = api.repo_info(wanted.name, repo_type=wanted.kind, timeout=SECONDS)
    except RepositoryNotFoundError:
        return State()
    except HfHubHTTPError as error:
        # To those who are not signed in, the Hub does not tell a private repository from none.
        if not api.token and error.response is not None and error.response.status_code == 401:
            return State()
        raise
    tags = tuple(tag.name for tag in api.list_repo_refs(wanted.name, repo_type=wanted.kind).tags)
    tagged = files_at(api, wanted, wanted.tag) if wanted.tag in tags else None
    tree = files_at(api, wanted, info.sha)
    return State(info.sha, bool(info.private), tree, tags, tagged, foreign_in(api, wanted, tree, info.sha))


def files_at(api: HfApi, wanted: Repository, revision: str | None) -> Tree:
    listed = api.list_repo_tree(wanted.name, recursive=True, revision=revision, repo_type=wanted.kind)
    return {entry.path: entry for entry in listed if isinstance(entry, RepoFile)}


def foreign_in(api: HfApi, wanted: Repository, tree: Tree, head: str | None) -> str:
    """What a repository holds that no version of the wanted one was; a publication would delete it."""
    if not all(marker in tree for marker in wanted.markers):
        if set(tree) <= FIRST and len(api.list_repo_commits(wanted.name, repo_type=wanted.kind)) == 1:
            return ""
        return some([path for path in sorted(tree) if path != KEPT])
    marker = wanted.markers[0]
    theirs = None
    if tree[marker].size <= LARGEST_MARKER:
        address = f"{api.endpoint}/{PREFIX[wanted.kind]}{wanted.name}/resolve/{head}/{marker}"
        answer = get_session().get(address, headers=build_hf_headers(token=api.token), timeout=SECONDS)
        hf_raise_for_status(answer)
        theirs = name_in(wanted, answer.content)
    mine = name_in(wanted, wanted.files[marker].path.read_bytes())
    return "" if theirs and theirs == mine else theirs or f"a {marker} of something else"


def name_in(wanted: Repository, marker: bytes) -> str | None:
    """What this content of the first marker names; None when it is none of ours."""
    try:
        found = json.loads(marker)
    except ValueError:
        return None
    return wanted.named(found) if isinstance(found, dict) else None


def some(names: Sequence[str]) -> str:
    """The first of them, for a message."""
    return ", ".join([*names[:4], *(["..."] if len(names) > 4 else [])])


@dataclass(frozen=True)
class Changes:
    """What a commit has to do: paths of the repository."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted)

    @property
    def sent(self) -> tuple[str, ...]:
        return tuple(sorted(self.added + self.changed))

    def operations(self, files: Mapping[str, Content]) -> list[CommitOperationAdd | CommitOperationDelete]:
        deletions = [CommitOperationDelete(path, is_folder=False) for path in self.deleted]
        return [*(CommitOperationAdd(path, files[path].path) for path in self.sent), *deletions]


def changes(files: Mapping[str, Content], tree: Tree) -> Changes:
    """What makes the repository's `tree` hold `files` and nothing else."""
    return Changes(
        added=tuple(path for path in files if path not in tree),
        changed=tuple(path for path in files if path in tree and not files[path].equals(tree[path])),
        deleted=tuple(path for path in tree if path not in files and path != KEPT),
    )


def check_name(name: str) -> None:
    """Raises PublishError unless it is `USER/NAME` as the Hub allows."""
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise PublishError(f"'{name}' is no name of a repository: {error}") from error
    if name.count("/") != 1:
        raise PublishError(f"'{name}' is no name of a repository: expected USER/NAME")


def check_state(wanted: Repository, state: State, private: bool, problems: Problems) -> None:
    """Notes what forbids to bring a repository from this state to the wanted one."""
    if state.head is None:
        return
    if private and not state.private:
        problems.append(f"{wanted} is public: omit --private, or make it private in its settings first")
    if state.foreign:
        problems.append(
            f"{wanted} holds something else, which a publication would delete ({state.foreign}): choose another name"
        )
    if state.tagged is not None and (differing := changes(wanted.files, state.tagged)):
        problems.append(
            f"{wanted} has a {wanted.tag} with another content ({some([*differing.sent, *differing.deleted])}), and a "
            f"version never changes: raise it, now {wanted.version} ({RAISING[wanted.kind]})"
        )
    for what, version in versions_in(wanted.tag).items():
        published = [found for tag in state.tags if (found := versions_in(tag).get(what))]
        newest = max(published, key=check_version, default=version)
        if check_version(newest) > check_version(version):
            problems.append(
                f"{wanted} has {what}{newest} already, newer than {version}: raise the version "
                f"({RAISING['model' if what.startswith(OF_MODEL) else wanted.kind]}), or publish under another name"
            )


def versions_in(tag: str) -> dict[str, str]:
    """The versions that a tag names, by what they are of, in words; none when the tag is not of ours.

    A page and its model each go on without the other, and models take turns: only the same model's are compared.
    """
    if not (found := TAG.fullmatch(tag)):
        return {}
    if found["own"]:
        return {"": found["own"]}
    return {"the page ": found["page"], f"{OF_MODEL}{found['model']} ": found["of"]}


def check_permission(who: Mapping[str, Any], wanted: Repository) -> None:
    """Raises PublishError when what `whoami` says about the token rules out that it may write.

    What the Hub does not tell is left for it to refuse.
    """
    namespace = wanted.name.partition("/")[0]
    organisations = {found.get("name"): found for found in who.get("orgs", ())}
    if namespace not in (who.get("name"), *organisations):
        mine = ", ".join(sorted(map(str, [who.get("name"), *organisations])))
        raise PublishError(f"{wanted}: the token is of '{who.get('name')}', who can publish under {mine} only")
    if organisations.get(namespace, {}).get("roleInOrg") == "read":
        raise PublishError(f"{wanted}: '{who.get('name')}' can only read in '{namespace}': ask for the role 'write'")
    token = (who.get("auth") or {}).get("accessToken") or {}
    if token.get("role") == "read":
        raise PublishError(f"{wanted}: the token can only read: make one that can write")
    scopes = (token.get("fineGrained") or {}).get("scoped")
    if token.get("role") == "fineGrained" and scopes is not None:
        entities = (namespace, wanted.name, f"{wanted.kind}s/{wanted.name}")
        granted = [scope for scope in scopes if (scope.get("entity") or {}).get("name") in entities]
        if not any("repo.write" in scope.get("permissions", ()) for scope in granted):
            raise PublishError(f"{wanted}: the token has no permission to write there: add it to the token's scopes")


def check_front_matter(api: HfApi, wanted: Repository) -> None:
    """Asks the Hub whether it accepts the front matter of README.md. Raises PublishError when it does not."""
    answer = get_session().post(
        f"{api.endpoint}/api/validate-yaml",
        json={"content": wanted.files["README.md"].path.read_text(), "repoType": wanted.kind},
        timeout=SECONDS,
    )
    if answer.status_code == 400:
        try:
            said = "; ".join(str(error.get("message")) for error in json.loads(answer.text).get("errors", ()))
        except (ValueError, AttributeError):  # not as documented
            said = answer.text[:200]
        raise PublishError(f"{wanted}: the Hub refuses the front matter of README.md: {said}")
    hf_raise_for_status(answer)
