"""What keeps a publication from beginning, all of it told at once; and the dry run, which stops there."""

import json
import re
import shutil
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from data_chef.card import write_card
from export.build import build
from export.publish import space
from export.publish.problems import PublishError
from export.publish.remote import check_permission, versions_in
from export.publish.repository import Repository
from export.publish.space import check_page
from tests.export.toy_release import (
    DATASET,
    REPO,
    SPACE,
    TAG,
    about,
    command,
    make_page,
    new_version,
    of_ours,
    whole,
)
from training.card import card_of
from training.manifest import write_manifest
from training.release import load_alone


def edit(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def rewrite(folder, **values):
    """The manifest with other values, its files as they are now."""
    path = folder / "manifest.json"
    version = values.pop("version", json.loads(path.read_text())["version"])
    write_manifest(folder, about(folder, version) | values)


def other_card(parts):
    path = parts.release / "README.md"
    path.write_text(path.read_text().replace("| 3 |", "| 4 |"))
    rewrite(parts.release)


def other_evaluation(parts):
    path = parts.release / "evaluation.json"
    path.write_text(path.read_text().replace('"score": 1.0', '"score": 0.5'))
    rewrite(parts.release)


def other_weights(parts):
    from safetensors.torch import load_file, save_file

    path = parts.release / "model.safetensors"
    tensors = load_file(path)
    tensors["model.norm.weight"] += 1
    save_file(tensors, path, metadata={"format": "pt"})
    rewrite(parts.release)


def other_tokenizer(parts):
    edit(parts.export / "tokenizer.json", version="9.9")
    rewrite(parts.export)


def other_rows(parts):
    """Fewer rows than corpus.json counts, though it has the new hash."""
    import pyarrow.parquet as pq

    from data_chef.corpus import sha256_of

    (path,) = (parts.corpus / "data").glob("train-*")
    pq.write_table(pq.read_table(path).slice(1), path)
    described = json.loads((parts.corpus / "corpus.json").read_text())
    described["files"][f"data/{path.name}"] |= {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    edit(parts.corpus / "corpus.json", files=described["files"])


def other_content(parts):
    """Another hash of the content than that of the rows; the card has it, too."""
    edit(parts.corpus / "corpus.json", content_sha256="0" * 64)
    write_card(parts.corpus)


def other_dtypes(parts):
    """A graph that is none of the export's files, though it is there."""
    shutil.copy(parts.export / "onnx/model.onnx", parts.export.parent / "mine.onnx")
    edit(parts.export / "manifest.json", dtypes={"fp32": "../mine.onnx"})


def other_colour(page):
    path = page / "README.md"
    path.write_text(re.sub("^colorFrom: .*", "colorFrom: mauve", path.read_text(), flags=re.M))


def other_model(page):
    """The page knows the address, but as that of a folder of models."""
    path = page / "assets/app.js"
    path.write_text(path.read_text().replace('"model":""', '"model":"x"'))


def append(path, text="\n"):
    path.write_text(path.read_text() + text)


# What is wrong with which folder (release, export, corpus, page), and what is said about it.
DAMAGE = {
    "no release": (lambda p, d: shutil.rmtree(p.release), "there is no model folder"),
    "no manifest": (lambda p, d: (p.release / "manifest.json").unlink(), "has no manifest.json"),
    "manifest of the future": (lambda p, d: edit(p.release / "manifest.json", format=2), "is of format 2"),
    "version": (lambda p, d: edit(p.release / "manifest.json", version="1.0"), "'1.0' is no version"),
    "no version": (lambda p, d: edit(p.release / "manifest.json", version=None), "None is no version"),
    "a file of the release": (lambda p, d: append(p.release / "recurrence.py"), "recurrence.py' is not the file of"),
    "a file is missing": (lambda p, d: (p.release / "odin.json").unlink(), "odin.json' is listed in"),
    "a file too much": (lambda p, d: (p.release / "notes").write_text("x"), "notes' is not listed in manifest.json"),
    "weights cut off": (lambda p, d: (p.release / "model.safetensors").write_bytes(b"x"), "is damaged"),
    "a number of the card": (lambda p, d: other_card(p), "README.md' is not the card of its evaluation.json"),
    "a number of the evaluation": (lambda p, d: other_evaluation(p), "README.md' is not the card of its evaluation"),
    "no export": (lambda p, d: shutil.rmtree(p.export), "there is no export at"),
    "a file of the export": (lambda p, d: append(p.export / "config.json"), "config.json' is not the file of"),
    "export of other weights": (lambda p, d: other_weights(p), "was not made from the weights of"),
    "release of another name": (lambda p, d: rewrite(p.release, model="odin"), "is of the model odin, its folder is"),
    "export of another name": (lambda p, d: rewrite(p.export, model="odin"), "has model odin, the release toy"),
    "dtypes outside": (lambda p, d: other_dtypes(p), "has dtypes that are none of its files (../mine.onnx)"),
    "export of another version": (lambda p, d: rewrite(p.export, version="0.0.9"), "has version 0.0.9, the release"),
    "export with another tokenizer": (lambda p, d: other_tokenizer(p), "tokenizer.json' is not that of"),
    "export with another card": (
        lambda p, d: (edit(p.export / "card.json", parameters=1), rewrite(p.export)), "card.json' is not the card of"
    ),
    "export in chunks": (lambda p, d: rewrite(p.export, chunks_at="chunks/"), "is in the chunk layout"),
    "a release for an export": (
        lambda p, d: (shutil.rmtree(p.export), shutil.copytree(p.release, p.export)), "is no export"
    ),
    "a row of the corpus": (lambda p, d: append(p.corpus / "tokenizer/tokenizer.json"), "is not whole"),
    "rows of the corpus": (lambda p, d: other_rows(p), "has 59 rows in train, corpus.json counts 60"),
    "content of the corpus": (lambda p, d: other_content(p), "are not those of content_sha256 in its corpus.json"),
    "report of the corpus": (lambda p, d: (p.corpus / "report.json").write_text("[]"), "another form than it should"),
    "version of the corpus": (lambda p, d: edit(p.corpus / "corpus.json", version="2"), "'2' is no version"),
    "a number of the corpus's card": (
        lambda p, d: append(p.corpus / "README.md"), "README.md' is not the card of its corpus.json"
    ),
    "no corpus": (lambda p, d: shutil.rmtree(p.corpus), "no corpus at"),
    "no page": (lambda p, d: (d / "index.html").unlink(), "is no built page, it lacks index.html"),
    "page of another model": (
        lambda p, d: make_page(d, "https://example.org/"), "does not take its model from"
    ),
    "page that mentions the model": (lambda p, d: other_model(d), "does not take its model from"),
    "page without comparison": (lambda p, d: shutil.rmtree(d / "models/reference-toy"), "has no reference-*"),
    "comparison damaged": (
        lambda p, d: append(d / "models/reference-toy/onnx/model.onnx"), "model.onnx' is not the file of"
    ),
    "front matter of the page": (lambda p, d: (d / "README.md").write_text("# ODIN"), "lacks title, sdk"),
    "front matter by the Hub": (
        lambda p, d: other_colour(d), "the Hub refuses the front matter of README.md: \"colorFrom\" must be one of"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_what_is_not_whole_is_refused(parts, hub, publish, tmp_path, case):
    damage, message = DAMAGE[case]
    options = whole(parts, hub, tmp_path)
    damage(parts, tmp_path / "dist")
    refused = publish(options)
    assert refused.status == 1 and message in refused.errors and "Traceback" not in refused.errors, refused.errors
    assert "nothing was sent" in refused.errors and not hub.requests("POST /api/repos/create")


def test_all_problems_are_told_at_once(parts, hub, publish, monkeypatch):
    append(parts.release / "recurrence.py")
    append(parts.export / "config.json")
    shutil.rmtree(parts.corpus)
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", "/nonexistent")
    refused = publish([*command(parts), "--dataset", DATASET, "--corpus", str(parts.corpus), "--dtypes", "int3"])
    told = [line for line in refused.errors.splitlines() if line.startswith("- ")]
    assert "5 problems" in refused.errors and len(told) == 5
    for word in ("recurrence.py", "config.json", "no corpus", "int3", "there is no token"):
        assert sum(word in line for line in told) == 1, word


def test_a_release_that_needs_this_repository_is_refused(made, tmp_path):
    """It is installed where these tests run, so its modules could be found."""
    folder = shutil.copytree(made.release, tmp_path / "toy")
    append(folder / "configuration_odin.py", "\nfrom configuration_odin import OdinConfig as Another\n")
    with pytest.raises(RuntimeError, match="does not load by itself(.|\n)*configuration_odin"):
        load_alone(folder)


def test_what_would_be_published_is_loaded_alone(parts, hub, publish, monkeypatch):
    monkeypatch.setattr("export.publish.model.load_alone", load_alone)
    append(parts.release / "configuration_odin.py", "\nfrom configuration_odin import OdinConfig as Another\n")
    rewrite(parts.release)
    refused = publish(command(parts))
    assert refused.status == 1 and "the release does not load by itself" in refused.errors
    assert "nothing was sent" in refused.errors


def test_a_page_for_the_hub_may_connect_to_its_storage(tmp_path):
    models = f"https://huggingface.co/{REPO}/resolve/{TAG}/"
    page = make_page(tmp_path, models)
    check_page(page, models, "http://127.0.0.1:1")
    for policy in ("", "connect-src 'self' https://huggingface.co; img-src https://*.hf.co"):
        (page / "index.html").write_text(f'<meta http-equiv="Content-Security-Policy" content="{policy}" />')
        with pytest.raises(PublishError, match=r"may not connect to https://\*\.hf\.co"):
            check_page(page, models, "https://huggingface.co")
    policy = "connect-src 'self' https://huggingface.co https://*.hf.co; img-src 'self'"
    (page / "index.html").write_text(f'<meta http-equiv="Content-Security-Policy" content="{policy}" />')
    check_page(page, models, "https://huggingface.co")
    # As esbuild writes a deployment.
    (page / "assets/app.js").write_text(f"var a={{models:`{models}`,model:``,connect:[]}};")
    check_page(page, models, "https://huggingface.co")


def test_hidden_files_and_files_in_folders(parts, hub, publish):
    (parts.release / ".DS_Store").write_text("x")
    (parts.release / "notes/more").mkdir(parents=True)
    (parts.release / "notes/more/one.txt").write_text("x")
    rewrite(parts.release)
    (parts.export / ".DS_Store").write_text("x")
    assert publish(command(parts)).status == 0
    files = hub.files(REPO)
    assert files["notes/more/one.txt"] == b"x" and ".DS_Store" not in files
    assert set(json.loads(files["manifest.json"])["files"]) == set(files) - {"manifest.json", ".gitattributes"}


@pytest.mark.parametrize("name", ["toy", "user/toy/onnx", "user/-toy", "user/to y", "https://huggingface.co/user/toy"])
def test_names_of_repositories(made, hub, publish, name):
    refused = publish([*command(made)[:-1], name])
    assert refused.status == 1 and f"'{name}' is no name of a repository" in refused.errors


def test_another_content_needs_another_version(parts, hub, publish):
    assert publish(command(parts)).status == 0
    new_version(parts, TAG[1:])
    refused = publish(command(parts))
    assert refused.status == 1 and f"has a {TAG} with another content" in refused.errors
    assert "raise it, now 0.1.0" in refused.errors and len(of_ours(hub, REPO)) == 1


def test_an_older_version_does_not_replace_a_newer(parts, made, hub, publish):
    new_version(parts, "0.10.0")
    assert publish(command(parts)).status == 0
    refused = publish(command(made))
    assert refused.status == 1 and "has 0.10.0 already, newer than 0.1.0" in refused.errors
    assert set(hub.tags(REPO)) == {"v0.10.0"}


def test_an_older_page_does_not_replace_a_newer(made, hub, publish, tmp_path, monkeypatch):
    """The older one's tag is there, with this very content."""
    options = whole(made, hub, tmp_path)
    monkeypatch.setattr(space, "SPACE", tmp_path)
    for version in ("0.3.0", "0.4.0"):
        (tmp_path / "package.json").write_text(json.dumps({"version": version}))
        (tmp_path / "dist/sw.js").write_text(version)
        assert publish(options).status == 0
    before = hub.commits(SPACE, "space")
    for name, content in {"package.json": '{"version": "0.3.0"}', "dist/sw.js": "0.3.0"}.items():
        (tmp_path / name).write_text(content)
    refused = publish(options)
    assert refused.status == 1 and f"space {SPACE} has the page 0.4.0 already, newer than 0.3.0" in refused.errors
    assert hub.commits(SPACE, "space") == before


def test_versions_in_tags():
    assert versions_in("v0.3.0") == {"": "0.3.0"}
    assert versions_in("page-0.3.0-odin-nano-1.10.0") == {"the page ": "0.3.0", "the model odin-nano ": "1.10.0"}
    assert versions_in("page-0.3.0") == versions_in("v1") == versions_in("page-0.3-odin-0.3.0") == {}


FOREIGN = {
    "another page": ("space", {"index.html": "mine", "sw.js": "", "manifest.webmanifest": '{"name": "Tetris"}'}),
    "a page without name": ("space", {"index.html": "mine", "sw.js": "", "manifest.webmanifest": "{}"}),
    "another corpus": (
        "dataset", {"corpus.json": '{"format": "data_chef corpus 2", "curriculum": {"name": "mine"}}'}
    ),
    "somebody's corpus": ("dataset", {"corpus.json": '{"format": "texts", "curriculum": {"name": "toy"}}'}),
    "a corpus that is a list": ("dataset", {"corpus.json": "[]"}),
    "a manifest that is a list": ("model", {"manifest.json": "[]"}),
    "a manifest that is a page": ("model", {"manifest.json": "<html>"}),
}  # fmt: skip


@pytest.mark.parametrize("case", FOREIGN)
def test_names_of_files_do_not_make_a_repository_ours(made, hub, publish, tmp_path, case):
    kind, files = FOREIGN[case]
    name = {"space": SPACE, "dataset": DATASET, "model": REPO}[kind]
    api = HfApi(token=hub.token)
    api.create_repo(name, repo_type=kind, space_sdk="static" if kind == "space" else None)
    for path, content in files.items():
        api.upload_file(path_or_fileobj=content.encode(), path_in_repo=path, repo_id=name, repo_type=kind)
    before = hub.files(name, type=kind)
    refused = publish(whole(made, hub, tmp_path))
    assert refused.status == 1 and "Traceback" not in refused.errors
    assert f"{kind} {name} holds something else, which a publication would delete" in refused.errors
    assert hub.files(name, type=kind) == before


def test_work_of_somebody_else_is_not_deleted(made, hub, publish):
    api = HfApi(token=hub.token)
    api.create_repo(REPO)
    api.upload_file(path_or_fileobj=b"mine", path_in_repo="thesis.tex", repo_id=REPO)
    refused = publish(command(made))
    assert refused.status == 1 and "holds something else, which a publication would delete" in refused.errors
    assert hub.files(REPO)["thesis.tex"] == b"mine"


def test_a_page_of_ones_own_is_not_deleted(made, hub, publish, tmp_path):
    """It has the names of the Hub's own first files."""
    api = HfApi(token=hub.token)
    api.create_repo(SPACE, repo_type="space", space_sdk="static")
    api.upload_file(path_or_fileobj=b"mine", path_in_repo="index.html", repo_id=SPACE, repo_type="space")
    refused = publish(whole(made, hub, tmp_path))
    assert refused.status == 1 and f"space {SPACE} holds something else" in refused.errors


def test_another_model_is_not_replaced(made, hub, publish, tmp_path):
    assert publish(command(made)).status == 0
    other = shutil.copytree(made.release, tmp_path / "odin-100m")
    export = shutil.copytree(made.export, tmp_path / "export")
    rewrite(other, model="odin-100m", version="0.2.0")
    (other / "README.md").write_text(card_of(other))
    rewrite(other)
    edit(export / "card.json", name="odin-100m", version="0.2.0")
    rewrite(export, version="0.2.0", model="odin-100m")
    refused = publish(["--model", str(other), "--export", str(export), "--repo", REPO])
    assert refused.status == 1 and "would delete (the model toy): choose another name" in refused.errors


def test_private_and_public(made, hub, publish, tmp_path):
    assert publish(command(made, "--private")).status == 0
    assert HfApi(token=hub.token).repo_info(REPO).private
    dist = make_page(tmp_path / "dist", f"{hub.endpoint}/{REPO}/resolve/{TAG}/")
    refused = publish(command(made, "--space", SPACE, "--dist", dist))
    assert refused.status == 1 and "is private, and space user/odin could not read it" in refused.errors
    HfApi(token=hub.token).create_repo("user/other")
    refused = publish([*command(made, "--private"), "--repo", "user/other"])
    assert refused.status == 1 and "model user/other is public" in refused.errors


def test_the_token_must_not_be_published(parts, hub, publish):
    (parts.release / "notes.txt").write_text(f"token = {hub.token}")
    rewrite(parts.release)
    refused = publish(command(parts))
    assert refused.status == 1 and "the token stands in notes.txt" in refused.errors


def test_a_wrong_token(made, hub, publish, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    refused = publish(command(made))
    assert refused.status == 1 and "the token: the Hub answered 401" in refused.errors
    assert "hf_wrong" not in refused.out + refused.errors


def wants(name):
    return Repository("model", name, "1.0.0", "v1.0.0", "toy 1.0.0", {}, (), lambda _: None)


def who(role, orgs=(), scoped=None):
    """What the Hub tells about a token."""
    token = {"role": role} | ({"fineGrained": {"scoped": scoped}} if scoped is not None else {})
    return {"name": "user", "orgs": list(orgs), "auth": {"accessToken": token}}


def scope(name, *permissions):
    return {"entity": {"name": name, "type": "user"}, "permissions": list(permissions)}


ALLOWED = {
    "write": (who("write"), "user/toy"),
    "role not told": ({"name": "user"}, "user/toy"),
    "organisation": (who("write", [{"name": "lab", "roleInOrg": "write"}]), "lab/toy"),
    "scope of the user": (who("fineGrained", scoped=[scope("user", "repo.write")]), "user/toy"),
    "scope of the repository": (who("fineGrained", scoped=[scope("models/user/toy", "repo.write")]), "user/toy"),
}
FORBIDDEN = {
    "read": (who("read"), "user/toy", "the token can only read"),
    "somebody else": (who("write"), "lab/toy", "can publish under user only"),
    "reader there": (who("write", [{"name": "lab", "roleInOrg": "read"}]), "lab/toy", "can only read in 'lab'"),
    "scope of another": (
        who("fineGrained", scoped=[scope("lab", "repo.write")]),
        "user/toy",
        "no permission to write",
    ),
    "scope to read": (who("fineGrained", scoped=[scope("user", "repo.read")]), "user/toy", "no permission"),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_tokens_that_may_write(case):
    about_token, name = ALLOWED[case]
    check_permission(about_token, wants(name))


@pytest.mark.parametrize("case", FORBIDDEN)
def test_tokens_that_may_not_write(case):
    about_token, name, message = FORBIDDEN[case]
    with pytest.raises(PublishError, match=message):
        check_permission(about_token, wants(name))


def everything_in(folder: Path):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def test_a_dry_run_sends_nothing(made, hub, publish, tmp_path):
    options = whole(made, hub, tmp_path)
    before = everything_in(tmp_path / "dist"), everything_in(made.release.parent)
    shown = publish([*options, "--dry-run"])
    assert shown.status == 0
    for line in (f"model {REPO} (new): 24 of 24 files to send", "  commit: Publish toy 0.1.0", f"  tag: {TAG}"):
        assert line in shown.out
    assert "  + onnx/model_quantized.onnx  0.1 MB" in shown.out and f"dataset {DATASET} (new)" in shown.out
    assert {request.path for request in hub.log if request.method not in ("GET", "HEAD")} == {"/api/validate-yaml"}
    assert before == (everything_in(tmp_path / "dist"), everything_in(made.release.parent))


def test_a_dry_run_shows_what_differs(parts, hub, publish):
    assert publish(command(parts)).status == 0
    new_version(parts, "0.1.1")
    shown = publish(command(parts, "--dtypes", "int8", "--dry-run"))
    assert shown.status == 0 and f"model {REPO}: 4 of 23 files to send" in shown.out
    for line in ("  ~ evaluation.json", "  = model.safetensors", "  - onnx/model.onnx"):
        assert line in shown.out
    assert len(of_ours(hub, REPO)) == 1


def test_a_dry_run_needs_neither_token_nor_network(made, hub, publish, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", "/nonexistent")
    assert f"model {REPO} (new)" in publish(command(made, "--dry-run")).out
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    hub.forget()
    shown = publish(command(made, "--dry-run"))
    assert shown.status == 0 and not hub.log
    assert "http://127.0.0.1:9 cannot be reached" in shown.out and "Everything counts as new" in shown.out
    assert f"model {REPO} (new): 24 of 24 files to send" in shown.out
    refused = publish(command(made))
    assert refused.status == 1 and "cannot be reached" in refused.errors and "nothing was sent" in refused.errors


def test_a_dry_run_goes_on_without_a_hub_that_went_away(made, hub, publish):
    hub.fail(f"/api/models/{REPO}", cut=0, times=99)
    shown = publish(command(made, "--dry-run"))
    assert shown.status == 0 and "Everything counts as new" in shown.out and f"model {REPO} (new)" in shown.out
    refused = publish(command(made))
    assert refused.status == 1 and "cannot be reached" in refused.errors and "nothing was sent" in refused.errors


def test_a_dry_run_tells_problems_too(parts, hub, publish):
    append(parts.release / "recurrence.py")
    refused = publish(command(parts, "--dry-run"))
    assert refused.status == 1 and "recurrence.py" in refused.errors


def test_precisions_are_those_of_the_export(parts, hub, publish):
    assert build(parts.release, parts.export, ("int8",))
    refused = publish(command(parts, "--dtypes", "int8,fp32"))
    assert refused.status == 1 and "has no fp32, only int8" in refused.errors
    assert publish(command(parts)).status == 0
