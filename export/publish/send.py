"""Brings one repository of the Hub to the wanted state: one commit, one tag."""

from collections.abc import Callable

from huggingface_hub import CommitOperationAdd, HfApi

from .problems import PublishError
from .remote import State, changes, files_at, look
from .repository import Repository


# The Hub stores every file above this size with LFS. They go one by one before the commit, so that it can be said how
# far they are, Ctrl-C takes effect at once, and the next run finds those that arrived.
LARGE = 10_000_000


def send(api: HfApi, wanted: Repository, state: State, private: bool, say: Callable[[str], None]) -> None:
    """Creates the repository, commits what differs and tags it, as far as each is still to be done.

    Raises:
        PublishError: the Hub has something else than was sent.
        Exception: whatever `HfApi` raises; `wanted.stage` says how far it came.
    """
    name, kind = wanted.name, wanted.kind
    if state.head is None:
        api.create_repo(name, repo_type=kind, private=private, space_sdk="static" if kind == "space" else None)
        wanted.stage = "created, nothing sent"
        state = look(api, wanted)
    head, differing = state.head, changes(wanted.files, state.tree)
    if differing:
        operations = differing.operations(wanted.files)
        large = [o for o in operations if isinstance(o, CommitOperationAdd) and o.upload_info.size > LARGE]
        for number, operation in enumerate(large):
            wanted.stage = f"{number} of {len(large)} large files sent, nothing committed"
            say(f"  {operation.path_in_repo} ({number + 1} of {len(large)} large files)")
            api.preupload_lfs_files(name, [operation], repo_type=kind, free_memory=False)
        if large:
            wanted.stage = f"{len(large)} large files sent, nothing committed"
        wanted.stage = "commit sent, not confirmed"
        commit = api.create_commit(name, operations, commit_message=wanted.title, repo_type=kind, parent_commit=head)
        head = commit.oid
        wanted.stage = f"committed as {head[:8]}, not tagged"
        if other := changes(wanted.files, files_at(api, wanted, head)):
            names = ", ".join([*other.sent, *other.deleted][:4])
            raise PublishError(f"{wanted}: commit {head[:8]} does not have what was sent ({names}): look at it there")
    if state.tagged is None:
        wanted.stage = f"committed as {str(head)[:8]}, tag sent, not confirmed"
        api.create_tag(name, tag=wanted.tag, revision=head, repo_type=kind)
    done = "published" if differing or state.tagged is None else "already published"
    wanted.stage = f"{done} as {wanted.tag}"
