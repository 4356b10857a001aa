"""What tests let clients do with the local Hub. Each function is run in a process of its own, by `run`."""

import inspect
import json
import subprocess
import sys


def run(hub, home, function, *arguments, **environment):
    """What `function` returns in a process that knows only this Hub. Only the function's source goes there, so it
    imports what it needs."""
    line = f"print(chr(10) + json.dumps({function.__name__}(*json.loads(sys.argv[1]))))"
    command = ["-c", f"import json, sys\n{inspect.getsource(function)}\n{line}", json.dumps(arguments)]
    environment = {**hub.environment(home), **environment}
    process = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=60)
    assert process.returncode == 0, process.stderr
    assert not hub.requests("^CONNECT"), "another host was asked"
    assert hub.token not in process.stdout + process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def publish(folder):
    """A folder as a model: one commit and its tag, the same again, a change, and what is then told of it."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi()
    told = {"user": api.whoami()["name"]}
    told["url"] = api.create_repo("user/model")
    api.create_repo("user/model", exist_ok=True)
    api.create_tag("user/model", tag="v0.0.0")
    first = api.upload_folder(folder_path=folder, repo_id="user/model", commit_message="First")
    api.create_tag("user/model", tag="v1.0.0", tag_message="One")
    # A file that .gitignore names is never the same as before, and would make this an empty commit.
    again = api.upload_folder(
        folder_path=folder, repo_id="user/model", commit_message="Again", ignore_patterns="*.log"
    )
    told["commits"] = [first.oid, again.oid]
    operations = [CommitOperationAdd("config.json", b'{"a": 1}'), CommitOperationDelete("onnx/")]
    api.create_commit("user/model", operations, commit_message="Second", parent_commit=first.oid)
    api.create_tag("user/model", tag="v2.0.0")
    api.create_branch("user/model", branch="try/this", revision="v1.0.0")
    api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="user/model", revision="try/this")
    api.delete_tag("user/model", tag="v0.0.0")
    told["refs"] = [[one.name for one in kind] for kind in vars(api.list_repo_refs("user/model")).values() if kind]
    told["titles"] = [commit.title for commit in api.list_repo_commits("user/model")]
    tree = api.list_repo_tree("user/model", revision="v1.0.0", recursive=True, expand=True)
    told["tree"] = {entry.path: [getattr(entry, "size", None), entry.last_commit.title] for entry in tree}
    told["lfs"] = {
        file.rfilename: file.lfs.sha256
        for file in api.model_info("user/model", files_metadata=True).siblings
        if file.lfs
    }
    told["paths"] = [
        info.path for info in api.get_paths_info("user/model", ["onnx", "no", "README.md"], revision="v1.0.0")
    ]
    told["conflicts"] = []
    for call in (lambda: api.create_repo("user/model"), lambda: api.create_tag("user/model", tag="v1.0.0")):
        try:
            call()
        except HfHubHTTPError as error:
            told["conflicts"].append(error.response.status_code)
    return told


def download(sha):
    """Sizes of a file by several names of a revision, those of a snapshot, and some bytes of a large file."""
    from pathlib import Path

    from huggingface_hub import HfFileSystem, hf_hub_download, snapshot_download

    read = {
        name: len(Path(hf_hub_download("user/model", "config.json", revision=name)).read_bytes())
        for name in ("main", "v1.0.0", sha, sha[:8], "try/this")
    }
    folder = Path(snapshot_download("user/model", revision="v1.0.0"))
    snapshot = {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    with HfFileSystem().open("user/model@v1.0.0/model.safetensors", "rb", block_size=100) as file:
        file.seek(300)
        middle = list(file.read(5))
    return read, snapshot, middle


def refusals():
    """Type and status of the error of each call that has to fail."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download

    api, add = HfApi(), CommitOperationAdd
    api.create_repo("user/model")
    api.create_repo("user/secret", private=True)
    start = api.model_info("user/model").sha
    api.create_commit("user/model", [add("a.txt", b"a")], commit_message="Somebody else was faster")
    card = b"---\nmodel-index:\n- name: x\n  results:\n  - task: {type: text-generation}\n---\n"
    calls = {
        "race": lambda: api.create_commit("user/model", [add("a", b"a")], commit_message="x", parent_commit=start),
        "nothing to delete": lambda: api.create_commit(
            "user/model", [CommitOperationDelete("no.txt")], commit_message="x"
        ),
        "a card": lambda: api.create_commit("user/model", [add("README.md", card)], commit_message="x"),
        "no repository": lambda: api.model_info("user/no"),
        "no revision": lambda: hf_hub_download("user/model", "a.txt", revision="v9"),
        "no file": lambda: hf_hub_download("user/model", "no.txt"),
        "no folder": lambda: list(api.list_repo_tree("user/model", "no")),
        "another's name": lambda: api.create_repo("other/model"),
        "another's token": lambda: HfApi(token="hf_" + "x" * 34).create_repo("user/new"),
        "who is that": lambda: HfApi(token="hf_" + "x" * 34).whoami(),
        "write without a token": lambda: HfApi(token=False).create_tag("user/model", tag="v1"),
        "read in secret": lambda: HfApi(token=False).model_info("user/secret"),
    }
    told = {"seen with the token": api.model_info("user/secret").private}
    for name, call in calls.items():
        try:
            call()
            told[name] = None
        except Exception as error:
            response = getattr(error, "response", None)
            told[name] = [type(error).__name__, getattr(response, "status_code", None)]
    return told


def interrupted(folder, names):
    """The error of each of three uploads to each repository, None for those that went well."""
    from huggingface_hub import HfApi

    api, told = HfApi(), {}
    for name in names:
        api.create_repo(f"user/{name}")
        told[name] = []
        for _ in range(3):
            try:
                api.upload_folder(
                    folder_path=folder, repo_id=f"user/{name}", commit_message="Weights", ignore_patterns="*.log"
                )
                told[name].append(None)
            except Exception as error:
                kinds = type(error.__cause__ or error).__mro__
                told[name].append(next(kind.__name__ for kind in kinds if kind.__module__.startswith("requests")))
    return told


def download_twice():
    """The error of the first download, and the content that the second brings."""
    from pathlib import Path

    from huggingface_hub import constants, hf_hub_download

    constants.DOWNLOAD_CHUNK_SIZE = 1000  # what is kept of an interrupted download are whole chunks
    try:
        hf_hub_download("user/model", "model.safetensors")
        first = None
    except Exception as error:
        first = type(error).__name__
    content = Path(hf_hub_download("user/model", "model.safetensors")).read_bytes()
    return first, content.hex()


def load():
    """Rows, a configuration and a token id, published and loaded back."""
    import io

    import pyarrow
    from datasets import load_dataset
    from huggingface_hub import CommitOperationAdd, HfApi
    from pyarrow import parquet
    from tokenizers import Tokenizer, models
    from transformers import AutoConfig, PreTrainedTokenizerFast

    api = HfApi()
    api.create_repo("user/corpus", repo_type="dataset")
    rows = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": ["one", "two"]}), rows)
    card = b"---\nconfigs:\n- config_name: default\n  data_files: data/*.parquet\n---\nRows.\n"
    files = {"README.md": card, "data/train-00000-of-00001.parquet": rows.getvalue()}
    api.create_commit(
        "user/corpus",
        [CommitOperationAdd(path, content) for path, content in files.items()],
        commit_message="Rows",
        repo_type="dataset",
    )
    api.create_tag("user/corpus", tag="v1.0.0", repo_type="dataset")
    AutoConfig.for_model("gpt2", n_embd=12).push_to_hub("user/model")
    tokenizer = Tokenizer(models.WordLevel({"one": 0, "two": 1}))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="one").push_to_hub("user/model")
    api.create_tag("user/model", tag="v1.0.0")
    return (
        load_dataset("user/corpus", split="train", revision="v1.0.0")["text"][:],
        [row["text"] for row in load_dataset("user/corpus", split="train", streaming=True)],
        AutoConfig.from_pretrained("user/model", revision="v1.0.0").n_embd,
        PreTrainedTokenizerFast.from_pretrained("user/model", revision="v1.0.0")("two")["input_ids"],
    )
