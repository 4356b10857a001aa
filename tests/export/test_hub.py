"""The local Hub, driven by the clients that it is made for, each in a process of its own."""

import hashlib
import json

import pytest
import requests

from tests.export.hub import Hub
from tests.export.hub_clients import download, download_twice, interrupted, load, publish, refusals, run


BIG = bytes(range(256)) * 40
CARD = b"---\nlicense: apache-2.0\n---\nA card.\n"
WEIGHTS = hashlib.sha256(BIG).hexdigest()


# A folder to upload: small text, text that is too large without LFS, names that go as LFS, and an ignored one.
FILES = {
    "README.md": CARD,
    "config.json": b"{}",
    "tokenizer.json": b"[" + b"1, " * 1000 + b"1]",
    "model.safetensors": BIG,
    "onnx/model.onnx": b"graph",
    "empty.bin": b"",
    ".gitignore": b"*.log\n",
}
IGNORED = {"training.log": b"loss"}


def small_hub(folder):
    return Hub(folder, lfs_over=2000, multipart_over=5000, part_bytes=3000, page=3)


@pytest.fixture
def hub(tmp_path):
    with small_hub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upload")
    for path, content in {**FILES, **IGNORED}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    return str(folder)


@pytest.fixture(scope="module")
def published(folder, tmp_path_factory):
    """A Hub after `publish`, what that told, and what it asked."""
    home = tmp_path_factory.mktemp("published")
    with small_hub(home / "hub") as hub:
        told = run(hub, home, publish, folder)
        yield hub, told, hub.log


def post(hub, path, body, **headers):
    return requests.post(hub.endpoint + path, body, headers={"Authorization": f"Bearer {hub.token}", **headers})


def create(hub, type="model", **more):
    assert post(hub, "/api/repos/create", json.dumps({"type": type, "name": "model", **more})).status_code == 200


def commit(hub, files, type="model", **lfs):
    """Commits text without a client; LFS files by their sha256."""
    lines = [{"key": "header", "value": {"summary": "Made by hand"}}]
    lines += [{"key": "file", "value": {"path": path, "content": text}} for path, text in files.items()]
    lines += [{"key": "lfsFile", "value": {"path": path, "oid": oid, "algo": "sha256"}} for path, oid in lfs.items()]
    body = "\n".join(json.dumps(line) for line in lines)
    return post(hub, f"/api/{type}s/user/model/commit/main", body)


def test_a_folder_is_published_in_one_commit_and_changed_in_another(published):
    hub, told, _ = published
    assert told["user"] == "user"
    assert told["url"] == f"{hub.endpoint}/user/model"
    first, second = hub.commits("user/model")[1:]
    assert told["commits"] == [first.id, first.id]  # what has not changed is no commit
    assert (second.title, second.parent) == ("Second", first.id)
    assert (second.added, second.deleted) == (("config.json",), ("onnx/model.onnx",))
    stored = hub.files("user/model", "v1.0.0")
    attributes = stored.pop(".gitattributes").decode().splitlines()
    assert attributes[-1] == "tokenizer.json filter=lfs diff=lfs merge=lfs -text"  # large, and covered by no pattern
    assert stored == FILES
    assert hub.files("user/model")["config.json"] == b'{"a": 1}'
    assert hub.tags("user/model") == {"v1.0.0": first.id, "v2.0.0": second.id}
    assert told["refs"] == [["main", "try/this"], ["v1.0.0", "v2.0.0"]]
    assert told["titles"] == ["Second", "First", "initial commit"]
    sizes = {path: [len(content), "First"] for path, content in FILES.items()} | {"onnx": [None, "First"]}
    assert {path: entry for path, entry in told["tree"].items() if path != ".gitattributes"} == sizes
    large = ("model.safetensors", "tokenizer.json")
    assert told["lfs"] == {name: hashlib.sha256(FILES[name]).hexdigest() for name in large}
    assert told["paths"] == ["onnx", "README.md"]
    assert told["conflicts"] == [409, 409]


def test_large_objects_go_to_the_storage_host_in_parts_and_without_the_token(published):
    hub, _, log = published
    puts = [request for request in log if request.method == "PUT"]
    parts = [put for put in puts if WEIGHTS in put.path]
    assert [put.received for put in sorted(parts, key=lambda put: put.path)] == [3000, 3000, 3000, 1240]
    assert len(puts) == len(parts) + 2
    assert all(put.storage and not put.token for put in puts)
    refused = requests.put(f"{hub.storage}/user/model/{WEIGHTS}", data=BIG)
    assert refused.status_code == 403


def test_files_are_read_by_branch_tag_and_commit(published, tmp_path):
    hub, _, _ = published
    hub.forget()
    read, snapshot, middle = run(hub, tmp_path, download, hub.commits("user/model")[1].id)
    assert list(read.values()) == [8, 2, 2, 2, 2]
    assert {path: size for path, size in snapshot.items() if path != ".gitattributes"} == {
        path: len(content) for path, content in FILES.items()
    }
    assert middle == list(BIG[300:305])
    assert not any(request.token for request in hub.log if request.storage)
    assert any(request.range for request in hub.log if request.storage and request.status == 206)


def test_refusals_are_those_of_the_hub(hub, tmp_path):
    assert run(hub, tmp_path, refusals) == {
        "seen with the token": True,
        "race": ["HfHubHTTPError", 412],
        "nothing to delete": ["EntryNotFoundError", 404],
        "a card": ["ValueError", None],
        "no repository": ["RepositoryNotFoundError", 404],
        "no revision": ["RevisionNotFoundError", 404],
        "no file": ["EntryNotFoundError", 404],
        "no folder": ["EntryNotFoundError", 404],
        "another's name": ["HfHubHTTPError", 403],
        "another's token": ["HfHubHTTPError", 401],
        "who is that": ["HTTPError", 401],
        "write without a token": ["RepositoryNotFoundError", 401],
        "read in secret": ["RepositoryNotFoundError", 401],
    }
    assert [commit.title for commit in hub.commits("user/model")[1:]] == ["Somebody else was faster"]
    assert hub.tags("user/model") == {}
    with pytest.raises(Exception, match="not found"):
        hub.commits("user/new")


# Of an upload to the repository of this name: what fails, what the client raises, how often it sends a part of the
# weights (without a failure: 4 times).
FAULTS = {
    "retried": ({"match": f"PUT /user/NAME/{WEIGHTS}/2", "status": 500}, None, 5),
    "cut-part": ({"match": f"PUT /user/NAME/{WEIGHTS}/2", "cut": 100}, None, 5),
    "refused-part": ({"match": f"PUT /user/NAME/{WEIGHTS}/3", "status": 403}, "HTTPError", 7),
    "cut-joining": ({"match": "POST /user/NAME.git/.*/complete/", "cut": 10}, "ConnectionError", 8),
    # Objects that arrived are not sent again.
    "verifying": ({"match": "POST /user/NAME.git/.*/verify", "status": 500, "after": 2}, "HTTPError", 4),
    "commit": ({"match": "POST .*/user/NAME/commit/main", "status": 500}, "HTTPError", 4),
    "cut-commit": ({"match": "POST .*/user/NAME/commit/main", "cut": 300}, "ConnectionError", 4),
    # The commit is there although the client was told otherwise.
    "false-alarm": ({"match": "POST .*/user/NAME/commit/main", "status": 500, "done": True}, "HTTPError", 4),
    "no-answer": ({"match": "POST .*/user/NAME/commit/main", "cut": 0, "done": True}, "ConnectionError", 4),
}


def test_an_upload_that_fails_in_the_middle_is_finished_by_repeating_it(hub, folder, tmp_path):
    for name, (fault, _, _) in FAULTS.items():
        hub.fail(**{**fault, "match": fault["match"].replace("NAME", name)})
    told = run(hub, tmp_path, interrupted, folder, list(FAULTS))
    for name, (_, raised, parts) in FAULTS.items():
        assert told[name] == [raised, None, None], name
        assert [commit.title for commit in hub.commits(f"user/{name}")] == ["initial commit", "Weights"], name
        stored = hub.files(f"user/{name}")
        assert {path: content for path, content in stored.items() if path != ".gitattributes"} == FILES, name
        assert len(hub.requests(f"PUT /user/{name}/{WEIGHTS}")) == parts, name


def test_an_interrupted_download_is_resumed(published, tmp_path):
    hub, _, _ = published
    hub.forget()
    hub.fail(f"GET /user/model/{WEIGHTS}", cut=4500)
    first, content = run(hub, tmp_path, download_twice)
    assert first == "ChunkedEncodingError"
    assert bytes.fromhex(content) == BIG
    gets = [(get.range, get.status, get.sent) for get in hub.requests(f"GET /user/model/{WEIGHTS}")]
    assert gets == [(None, 200, 4500), ("bytes=4000-", 206, len(BIG) - 4000)]


def test_datasets_and_transformers_load_what_was_published(hub, tmp_path):
    assert run(hub, tmp_path, load, USE_TORCH="0") == [["one", "two"], ["one", "two"], 12, [1]]
    assert len(hub.commits("user/corpus", "dataset")) == 2
    assert any(request.range and request.storage for request in hub.log)  # Parquet is streamed by ranges


def test_answers_are_those_that_a_browser_needs(published):
    hub, _, _ = published
    page = {"Origin": "http://page.example"}
    at = f"{hub.endpoint}/user/model/resolve/v1.0.0"
    small = requests.get(f"{at}/config.json", headers=page)
    assert small.content == b"{}"
    assert small.headers["ETag"] == f'"{hashlib.sha1(b"blob 2" + bytes(1) + b"{}").hexdigest()}"'
    assert small.headers["X-Repo-Commit"] == hub.tags("user/model")["v1.0.0"]
    assert small.headers["Access-Control-Allow-Origin"] == "http://page.example"
    assert "X-Linked-Size" in small.headers["Access-Control-Expose-Headers"]
    assert requests.get(f"{at}/config.json", headers={"Range": "bytes=1-"}).content == b"}"

    large = requests.head(f"{at}/model.safetensors", headers=page)
    assert large.status_code == 302
    assert large.headers["X-Linked-ETag"] == f'"{WEIGHTS}"'
    assert large.headers["X-Linked-Size"] == str(len(BIG))
    storage = large.headers["Location"]
    assert storage.startswith(hub.storage) and hub.storage != hub.endpoint
    for range, content in {"bytes=10-19": BIG[10:20], "bytes=-7": BIG[-7:], "bytes=10200-99999": BIG[10200:]}.items():
        part = requests.get(storage, headers={**page, "Range": range})
        assert (part.status_code, part.content) == (206, content)
        assert part.headers["Content-Range"].endswith(f"/{len(BIG)}")
        assert part.headers["Access-Control-Allow-Origin"] == "*"
    assert requests.get(storage, headers={"Range": "bytes=1-2", "If-Range": '"other"'}).content == BIG
    beyond = requests.get(storage, headers={"Range": "bytes=10240-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10240")
    asked = {**page, "Access-Control-Request-Headers": "authorization"}
    assert (
        requests.options(f"{at}/config.json", headers=asked).headers["Access-Control-Allow-Headers"] == "authorization"
    )
    assert requests.options(storage, headers=asked).status_code == 403

    missing = requests.get(f"{at}/no.json", headers=page)
    assert (missing.status_code, missing.headers["X-Error-Code"]) == (404, "EntryNotFound")
    assert missing.headers["Access-Control-Allow-Origin"] == "http://page.example"


def test_a_static_space_is_a_site(hub):
    create(hub, "space", sdk="static")
    assert {"index.html", "README.md"} < hub.files("user/model", type="space").keys()
    card = "---\nsdk: static\ncustom_headers:\n  cross-origin-opener-policy: same-origin\n  x-other: 1\n---\n"
    files = {"README.md": card, "index.html": "<p>Hello", "assets/app.mjs": "export {}", "assets/in/index.html": "<p>"}
    assert commit(hub, files, "space").status_code == 200
    site = f"{hub.endpoint}/static/user/model"
    index = requests.get(site)
    assert (index.url, index.text) == (f"{site}/", "<p>Hello")
    assert index.headers["Content-Type"] == "text/html; charset=utf-8"
    assert index.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "X-Other" not in index.headers
    assert requests.get(f"{site}/assets/app.mjs").headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert requests.get(f"{site}/assets/in/").text == "<p>"
    assert requests.get(f"{site}/no").status_code == 404
    assert requests.get(hub.page("user/model")).text == "<p>Hello"


def test_a_card_is_checked_for_its_form(hub):
    def complaints(card, type="model"):
        answer = post(hub, "/api/validate-yaml", json.dumps({"content": card, "repoType": type}))
        return answer.status_code, [one["message"].split(":")[0] for kind in answer.json().values() for one in kind]

    entry = {"task": {"type": "text-generation"}, "dataset": {"name": "x", "type": "x"}}
    metrics = [{"type": "exact_match", "value": 0.0}, {"type": "exact_match"}]
    index = json.dumps([{"name": "m", "results": [{**entry, "metrics": metrics}, {"metrics": []}]}])
    assert complaints(CARD.decode()) == (200, [])
    assert complaints("# No YAML") == (200, ["empty or missing yaml metadata in repo card"])
    assert complaints("---\na: [\n---\n") == (400, ["Invalid YAML"])
    assert complaints(f"---\nmodel-index: {index}\n---\n") == (
        400,
        [
            f'"model-index[0].results{lacking}" is required'
            for lacking in ("[0].metrics[1].value", "[1].task", "[1].dataset", "[1].metrics")
        ],
    )
    assert complaints("---\nsdk: static\n---\n", "space") == (200, [])
    assert complaints("---\nsdk: html\n---\n", "space")[0] == 400


def test_a_commit_names_only_what_was_uploaded(hub):
    create(hub)
    unknown = commit(hub, {"a": "a"}, **{"model.bin": WEIGHTS})
    assert unknown.status_code == 400
    assert "never uploaded" in unknown.json()["error"]
    assert commit(hub, {"long.txt": "x" * 3000}).status_code == 413
    assert len(hub.commits("user/model")) == 1
    assert commit(hub, {}).status_code == 200
    assert hub.commits("user/model")[-1].added == ()  # an empty commit is one


def test_faults_are_counted_and_heal_and_all_ends_with_the_hub(tmp_path):
    with Hub(tmp_path) as hub:
        session = requests.Session()
        ask = f"{hub.endpoint}/api/models/user/no"
        hub.fail("GET /api/models", status=503, times=2, after=1)
        assert [session.get(ask).status_code for _ in range(4)] == [401, 503, 503, 401]
        hub.fail("GET ", cut=5)
        with pytest.raises(requests.RequestException):
            session.get(ask)
        hub.fail("GET ", status=500, times=100)
        hub.heal()
        assert session.get(ask).status_code == 401
        assert hub.requests("^GET")[-1].path == "/api/models/user/no"
    with pytest.raises(requests.ConnectionError):
        session.get(ask)
