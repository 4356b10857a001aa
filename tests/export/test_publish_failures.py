"""After a failure at any place the same command ends the work; what is said about it, and what never is."""

import logging
import re

import pytest
from huggingface_hub import HfApi

from export.publish import send
from export.publish.secret import hidden
from export.publish.words import advice_on
from tests.export.toy_release import (
    DATASET,
    REPO,
    SPACE,
    TAG,
    command,
    new_version,
    of_ours,
    sent,
    whole,
)


# Where a request fails, whether the Hub has carried it out all the same, and how far it then came, as it is told.
FAILURES = {
    "creating": ("POST /api/repos/create", 500, False, "nothing sent"),
    "created, the answer lost": ("POST /api/repos/create", 500, True, "nothing sent"),
    "what is LFS": ("POST .*/preupload/", 500, False, "0 of 2 large files sent, nothing committed"),
    "where to send": ("POST .*/objects/batch", 500, False, "0 of 2 large files sent, nothing committed"),
    "the first large file": ("PUT ", 403, False, "0 of 2 large files sent, nothing committed"),
    "verifying a large file": ("POST .*/verify", 500, False, "0 of 2 large files sent, nothing committed"),
    "committing": ("POST .*/commit/main", 500, False, "commit sent, not confirmed"),
    "committed, the answer lost": ("POST .*/commit/main", 500, True, "commit sent, not confirmed"),
    "looking at the commit": ("GET .*/tree/(?!main)", 500, False, "committed as [0-9a-f]{8}, not tagged"),
    "tagging": ("POST .*/tag/", 500, False, "committed as [0-9a-f]{8}, tag sent, not confirmed"),
    "tagged, the answer lost": ("POST .*/tag/", 500, True, "committed as [0-9a-f]{8}, tag sent, not confirmed"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_the_same_command_ends_what_failed(made, hub, publish, monkeypatch, case):
    monkeypatch.setattr(send, "LARGE", 300_000)  # the weights and one graph go before the commit, the other with it
    match, status, done, stage = FAILURES[case]
    # The tree of the new repository is looked at before that of the commit.
    hub.fail(match, status=status, done=done, after=1 if case == "looking at the commit" else 0)
    failed = publish(command(made))
    assert failed.status == 1 and f"answered {status}" in failed.errors and "Traceback" not in failed.errors
    assert re.search(rf"^model {REPO}: {stage}$", failed.errors, re.M), "how far it came"
    hub.heal()
    assert publish(command(made)).status == 0
    (commit,) = of_ours(hub, REPO)
    assert hub.tags(REPO) == {TAG: commit.id}
    assert len(sent(hub)) == len(set(sent(hub))) == 3, "what had arrived is not sent again"


def test_a_commit_that_is_not_what_was_sent_gets_no_tag(made, hub, publish, monkeypatch):
    with monkeypatch.context() as patch:
        look = send.files_at

        def less(*arguments):
            return {path: file for path, file in look(*arguments).items() if path != "odin.json"}

        patch.setattr(send, "files_at", less)
        failed = publish(command(made))
    (commit,) = of_ours(hub, REPO)
    assert failed.status == 1 and not hub.tags(REPO)
    assert f"commit {commit.id[:8]} does not have what was sent (odin.json): look at it there" in failed.errors
    assert f"model {REPO}: committed as {commit.id[:8]}, not tagged\n" in failed.errors
    assert publish(command(made)).status == 0 and hub.tags(REPO) == {TAG: commit.id}


def test_after_a_failure_in_the_second_repository(made, hub, publish, tmp_path):
    options = whole(made, hub, tmp_path)
    hub.fail("POST /api/datasets/.*/commit", status=500)
    failed = publish(options)
    assert failed.status == 1
    assert f"model {REPO}: published as {TAG}\n" in failed.errors
    assert f"dataset {DATASET}: commit sent, not confirmed\n" in failed.errors
    assert f"space {SPACE}: nothing sent" in failed.errors
    assert publish(options).status == 0
    assert len(of_ours(hub, REPO)) == len(of_ours(hub, DATASET, "dataset")) == len(of_ours(hub, SPACE, "space")) == 1


def test_a_commit_of_somebody_else_in_between_is_refused(parts, hub, publish, monkeypatch):
    assert publish(command(parts)).status == 0
    new_version(parts, "0.1.1")
    commit = HfApi.create_commit

    def later(api, *arguments, **options):
        monkeypatch.setattr(HfApi, "create_commit", commit)
        api.upload_file(path_or_fileobj=b"mine", path_in_repo="notes.txt", repo_id=REPO)
        return commit(api, *arguments, **options)

    monkeypatch.setattr(HfApi, "create_commit", later)
    refused = publish(command(parts))
    assert refused.status == 1 and "somebody committed in between" in refused.errors
    assert "notes.txt" in hub.files(REPO) and set(hub.tags(REPO)) == {TAG}
    assert publish(command(parts)).status == 0
    assert "notes.txt" not in hub.files(REPO) and set(hub.tags(REPO)) == {TAG, "v0.1.1"}


def test_ctrl_c_says_what_is_done(made, hub, publish, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(send, "LARGE", 300_000)
    with monkeypatch.context() as patch:
        patch.setattr(HfApi, "create_commit", interrupt)
        stopped = publish(command(made))
    assert stopped.status == 130 and "stopped" in stopped.errors and "Traceback" not in stopped.errors
    assert f"model {REPO}: commit sent, not confirmed\n" in stopped.errors
    with monkeypatch.context() as patch:
        patch.setattr(HfApi, "create_tag", interrupt)
        stopped = publish(command(made))
    assert stopped.status == 130 and not hub.tags(REPO)
    assert f"model {REPO}: committed as {of_ours(hub, REPO)[0].id[:8]}, tag sent, not confirmed\n" in stopped.errors
    assert publish(command(made)).status == 0 and len(sent(hub)) == len(set(sent(hub)))


def test_a_broken_connection_is_tried_again(made, hub, publish):
    hub.fail("PUT ", cut=1000)
    assert publish(command(made)).status == 0
    assert [request.status for request in hub.requests("PUT ")].count(None) == 1 and len(sent(hub)) == 3


WORDS = {
    401: "the token is not valid",
    402: "the account has no room left",
    403: "the token may not write there",
    404: "it is not there, or the token may not see it",
    409: "the name is taken",
    413: "the account has no room left",
    429: "too many requests",
    503: "that is a fault of the Hub",
}


@pytest.mark.parametrize("status", WORDS)
def test_what_the_hub_answers_is_told_in_words(made, hub, publish, status):
    hub.fail("POST /api/repos/create", status=status)
    failed = publish(command(made))
    assert failed.status == 1 and "Traceback" not in failed.errors
    assert f"model {REPO}: the Hub answered {status}, 'Made to fail with {status}': {WORDS[status]}" in failed.errors
    assert f"model {REPO}: nothing sent" in failed.errors


def test_a_full_account_is_told_apart_from_a_missing_permission(made, hub, publish, monkeypatch):
    """The Hub answers 403 to both; of one large object it tells in the answer of the LFS batch."""
    assert "may not write" in advice_on(403, "Forbidden: pass a token with write access", hub.endpoint)
    assert "no room left" in advice_on(403, "Private repository storage limit reached", hub.endpoint)

    def full(*_, **__):
        raise ValueError("LFS batch API returned errors: storage limit reached")

    monkeypatch.setattr(HfApi, "create_commit", full)
    assert "the account has no room left" in publish(command(made)).errors


@pytest.mark.parametrize("error", [KeyError, RuntimeError])
def test_an_error_that_quotes_the_token_does_not_print_it(made, hub, publish, monkeypatch, error):
    """The fixture looks for the token in everything that was printed."""

    def fail(*_, **__):
        raise error(f"Authorization: Bearer {hub.token}") from ValueError(hub.token)

    monkeypatch.setattr(HfApi, "create_commit", fail)
    failed = publish(command(made))
    assert failed.status == 1 and "<token>" in failed.errors
    # An error that nobody foresaw is a fault of the program: its traceback is wanted.
    assert ("Traceback" in failed.errors) == (error is KeyError)


def test_no_log_record_has_the_token(capfd):
    logger = logging.getLogger("some.library")
    handler = logging.StreamHandler()
    logger.addHandler(handler)
    try:
        with hidden("hf_secret") as hide:
            logger.error("sent %s", {"authorization": "Bearer hf_secret"})
            try:
                raise ValueError("hf_secret")
            except ValueError:
                logger.exception("failed")
            logger.warning("%d of hf_secret", "hf_secret")  # a wrong call, which logging itself would not raise
            logger.error("here", stack_info=True)  # tells this line, with its hf_secret
        assert hide("hf_secret!") == "<token>!"
    finally:
        logger.removeHandler(handler)
    said = capfd.readouterr().err
    assert "hf_secret" not in said and "Bearer <token>" in said and "ValueError: <token>" in said
    assert "%d of <token>" in said and "tells this line, with its <token>" in said
    with hidden(None) as hide:
        assert hide("hf_secret") == "hf_secret"
