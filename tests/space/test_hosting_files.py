"""The ready files of hosting/ for other hosts: what they say, and what their scripts do without the hosts."""

import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading
import tomllib
from pathlib import Path

import pytest
import yaml

from hosting import check
from tests.space.conftest import REPOSITORY, browser_missing
from tests.space.hosted import AGAIN, FILES, PAGE, SHA256, make_site
from tests.space.nginx import need_nginx
from tests.space.server import Site
from tests.space.typescript import compile_script


HOSTING = REPOSITORY / "hosting"
CLOUDFLARE = HOSTING / "cloudflare"
JOINED = "ort/ort-wasm-simd-threaded.asyncify.wasm"
SCRIPTS = sorted(HOSTING.rglob("*.sh"))
# What Pages takes in a file.
PAGES_BYTES = 25 << 20


def run(script: str, *arguments, **environment) -> subprocess.CompletedProcess:
    """A script of hosting/; `PATH` among the keywords goes before the usual one."""
    path = f"{environment.pop('PATH', '')}:/usr/bin:/bin"
    env = {**os.environ, **environment, "PATH": path}
    command = [HOSTING / script, *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def site(tmp_path) -> Path:
    return make_site(tmp_path / "site")


@pytest.fixture
def fake(tmp_path):
    """`fake(name)` puts a program of that name into a folder for PATH; it writes its arguments down, one a line."""

    def make(name: str, prints: str = "") -> tuple[str, Path]:
        folder, log = tmp_path / "bin", tmp_path / f"{name}.log"
        folder.mkdir(exist_ok=True)
        program = f"#!/bin/sh\n(printf '%s\\n' \"$@\"; echo) >>'{log}'\necho '{prints}'\n"
        (folder / name).write_text(program)
        (folder / name).chmod(0o755)
        return str(folder), log

    return make


# Cloudflare Pages


def headers_of_pages(rules: str, path: str) -> dict[str, str]:
    """What a `_headers` file says of an address: https://developers.cloudflare.com/pages/configuration/headers/"""
    headers: dict[str, str] = {}
    applies = False
    for line in rules.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace():
            parts = re.split(r"(\*|:[A-Za-z]\w*)", line.strip())
            assert parts.count("*") <= 1, "a rule may have one splat"
            wild = {"*": ".*"}
            pattern = "".join(wild.get(p, "[^/]+" if p.startswith(":") else re.escape(p)) for p in parts)
            applies = re.fullmatch(pattern, f"/{path}") is not None
        elif applies and line.strip().startswith("!"):
            headers.pop(line.strip().removeprefix("!").strip(), None)
        elif applies:
            name, value = map(str.strip, line.split(":", 1))
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@pytest.mark.parametrize(("path", "headers"), [(path, headers) for path, _, headers in FILES])
def test_pages_says_what_nginx_says(path, headers):
    assert headers_of_pages((CLOUDFLARE / "_headers").read_text(), path) == headers


def test_the_rules_are_within_the_limits_of_pages():
    lines = (CLOUDFLARE / "_headers").read_text().splitlines()
    assert sum(line.startswith("/") for line in lines) <= 100
    assert max(map(len, lines)) <= 2000
    assert headers_of_pages("/*\n  A: 1\n/b/*\n  A: 2\n/c/:d\n  ! A\n", "b/c") == {"A": "1, 2"}
    assert headers_of_pages("/*\n  A: 1\n/b/*\n  A: 2\n/c/:d\n  ! A\n", "c/x") == {}


def test_pages_gets_no_file_that_it_refuses(site, tmp_path):
    wasm = os.urandom(PAGES_BYTES + 1000)
    (site / JOINED).write_bytes(wasm)
    (site / f"{JOINED}.br").write_bytes(b"x")
    out = tmp_path / "out"
    done = run("cloudflare/pages.sh", site, out)
    assert (done.returncode, done.stderr) == (0, "")
    parts = sorted((out / "site").glob(f"{JOINED}.part*"))
    assert b"".join(part.read_bytes() for part in parts) == wasm
    assert all(path.stat().st_size <= PAGES_BYTES for path in out.rglob("*") if path.is_file())
    assert not (out / "site" / JOINED).exists() and not list(out.rglob("*.br"))
    assert tomllib.loads((out / "wrangler.toml").read_text())["pages_build_output_dir"] == "site"
    routes = json.loads((out / "site" / "_routes.json").read_text())
    assert routes["include"] == [f"/{JOINED}"]
    # The address of a function is that of its file.
    assert (out / "functions" / f"{JOINED}.js").is_file()
    # Without it, Pages answers every address with the page.
    assert (out / "site" / "404.html").is_file()
    assert {path for path, _, _ in FILES if path != JOINED} <= {
        path.relative_to(out / "site").as_posix() if path.name != "index.html" else ""
        for path in (out / "site").rglob("*")
    }


def test_pages_needs_no_function_where_all_files_are_small(site, tmp_path):
    assert run("cloudflare/pages.sh", site, tmp_path / "out").returncode == 0
    assert not (tmp_path / "out" / "functions").exists()
    assert not (tmp_path / "out" / "site" / "_routes.json").exists()


def test_pages_refuses_a_large_model_and_what_is_no_site(site, tmp_path):
    with open(site / "models" / "toy" / "onnx" / "model.onnx", "wb") as file:
        file.truncate(PAGES_BYTES + 1)
    (tmp_path / "there").mkdir()
    for arguments, words in [
        ((site, tmp_path / "out"), "onnx/model.onnx. Put models into chunks"),
        ((tmp_path, tmp_path / "out"), "has no index.html"),
        ((site, tmp_path / "there"), "exists"),
        ((site,), "usage"),
    ]:
        done = run("cloudflare/pages.sh", *arguments)
        assert done.returncode == 1 and words in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"site", "there"}


JOIN = """
import { readFileSync, writeFileSync } from "node:fs";
const [script, folder, etag] = process.argv.slice(2);
const { onRequest } = await import(script);
const ASSETS = {
  async fetch({ url }) {
    const name = new URL(url).pathname.split("/").at(-1);
    try {
      return new Response(readFileSync(`${folder}/${name}`), { headers: { etag: `"tag ${name}"` } });
    } catch {
      return new Response("no such page", { status: 404 });
    }
  },
};
const answers = [];
for (const [method, headers] of [["GET", {}], ["HEAD", {}], ["POST", {}], ["GET", { "if-none-match": etag }]]) {
  const request = new Request("https://a.test/ort/x.wasm?query", { method, headers });
  const pending = [];
  const response = await onRequest({ request, env: { ASSETS }, waitUntil: (promise) => pending.push(promise) });
  const body = Buffer.from(await response.arrayBuffer());
  await Promise.all(pending);
  answers.push({ status: response.status, headers: Object.fromEntries(response.headers), body: body.toString("hex") });
}
writeFileSync(`${folder}/answers.json`, JSON.stringify(answers));
"""


def test_the_parts_are_joined_again_under_one_address(tmp_path):
    if shutil.which("node") is None:
        browser_missing("there is no Node")
    shutil.copy(CLOUDFLARE / "functions" / f"{JOINED}.js", tmp_path / "function.mjs")
    (tmp_path / "join.mjs").write_text(JOIN)

    def answers(etag: str = "x") -> list[dict]:
        command = ["node", tmp_path / "join.mjs", tmp_path / "function.mjs", tmp_path, etag]
        subprocess.run(command, check=True, timeout=60)
        return json.loads((tmp_path / "answers.json").read_text())

    assert [answer["status"] for answer in answers()] == [404, 404, 405, 404]
    contents = [os.urandom(200_000), os.urandom(100_000), b"end"]
    for number, content in enumerate(contents):
        (tmp_path / f"x.wasm.part{number}").write_bytes(content)
    get, head, post, other = answers()
    assert [answer["status"] for answer in (get, head, post, other)] == [200, 200, 405, 200]
    assert bytes.fromhex(get["body"]) == b"".join(contents)
    assert head["body"] == "" and head["headers"] == get["headers"]
    expected = AGAIN | {"Content-Type": "application/wasm"}
    assert {name: get["headers"][name.lower()] for name in expected} == expected
    unchanged = answers(get["headers"]["etag"])[3]
    assert (unchanged["status"], unchanged["body"]) == (304, "")


# R2, IPFS, GitHub


@pytest.fixture
def model(tmp_path) -> Path:
    """A folder in chunk layout."""
    folder = tmp_path / "model"
    (folder / "chunks").mkdir(parents=True)
    (folder / "chunks" / SHA256).write_bytes(b"x")
    manifest = {"model": "toy", "version": "1.2.3", "chunks_at": "chunks/", "files": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2))
    return folder


def test_the_cors_rules_of_r2_are_those_of_nginx():
    (rule,) = json.loads((CLOUDFLARE / "cors.json").read_text())["rules"]
    assert rule["allowed"] == {"origins": ["*"], "methods": ["GET", "HEAD"], "headers": ["Range", "If-Range"]}
    nginx = (HOSTING / "nginx" / "odin-maps.conf").read_text()
    assert f'"{", ".join(rule["exposeHeaders"])}"' in nginx
    assert f'"{", ".join(rule["allowed"]["headers"])}"' in nginx
    assert f'"{rule["maxAgeSeconds"]}"' in nginx


def test_the_example_of_a_deployment_is_one(tmp_path):
    script = """import { originsOf, readDeployment } from "RUNTIME/../packaging/readdeployment";
    const answer = (path) => originsOf(readDeployment(path));"""
    (origins,) = compile_script(script, tmp_path)([str(CLOUDFLARE / "deployment.json")])
    assert origins == ["https://models.example.org"]


def test_the_upload_sends_chunks_first_and_the_manifest_last(model, fake, tmp_path):
    path, log = fake("rclone")
    done = run("cloudflare/upload.sh", model, "r2:models/toy/", PATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    calls = [call.splitlines() for call in log.read_text().strip().split("\n\n")]
    assert [call[:3] for call in calls] == [
        ["copy", f"{model}/chunks", "r2:models/toy/chunks"],
        ["copy", str(model), "r2:models/toy"],
        ["copyto", f"{model}/manifest.json", "r2:models/toy/manifest.json"],
    ]
    kept = [call[call.index("--header-upload") + 1] for call in calls]
    assert kept == [f"Cache-Control: {c}" for c in ("public, max-age=31536000, immutable", "no-cache", "no-cache")]
    manifest = model / "manifest.json"
    manifest.write_text(manifest.read_text().replace("chunks_at", "x"))
    for arguments, words in [
        ((model, "r2:models/toy"), "is not in chunk layout"),
        ((tmp_path, "r2:models/toy"), "has no manifest.json"),
        ((model,), "usage"),
    ]:
        done = run("cloudflare/upload.sh", *arguments, PATH=path)
        assert done.returncode == 1 and words in done.stderr
    manifest.write_text(manifest.read_text().replace('"x"', '"chunks_at"'))
    for target in ("models/toy", "r2:", "r2:models"):
        done = run("cloudflare/upload.sh", model, target, PATH=path)
        assert done.returncode == 1 and "is no place in a bucket" in done.stderr
    assert len(log.read_text().strip().split("\n\n")) == 3, "what was refused has uploaded nothing"


def test_ipfs_add_prints_the_cid(site, fake, tmp_path):
    path, log = fake("ipfs", prints="bafytest")
    done = run("ipfs/add.sh", site, PATH=path)
    assert (done.returncode, done.stdout) == (0, "bafytest\n")
    assert "https://bafytest.ipfs.dweb.link/" in done.stderr
    call = log.read_text().split()
    assert call[0] == "add" and call[-1] == str(site)
    assert {"--cid-version=1", "--raw-leaves", "--recursive", "--pin"} <= set(call)
    assert run("ipfs/add.sh", site, "service", PATH=path).returncode == 0
    assert log.read_text().split()[-6:] == ["pin", "remote", "add", "--service=service", "--name=site", "bafytest"]
    done = run("ipfs/add.sh", tmp_path / "nothing", PATH=path)
    assert done.returncode == 1 and "has neither index.html nor manifest.json" in done.stderr
    if shutil.which("ipfs", path="/usr/bin:/bin") is None:
        done = run("ipfs/add.sh", site)
        assert done.returncode == 1 and "ipfs is not installed" in done.stderr


def test_the_files_of_a_release_are_the_same_for_the_same_content(site, model, tmp_path):
    package = tmp_path / "odin-llm-0.3.0.tgz"
    package.write_bytes(b"package")
    for out in ("one", "two"):
        done = run("github/pack.sh", model, model, site, package, tmp_path / out)
        assert (done.returncode, done.stderr) == (0, "")
        for path in (*site.rglob("*"), *model.rglob("*")):
            os.utime(path, (1, 1))
            path.chmod(0o700 if path.is_dir() else 0o600)
    names = ["model-1.2.3.tar.gz", "model-1.2.3-onnx.tar.gz", "model-1.2.3-site.tar.gz", package.name]
    sums = dict(line.split()[::-1] for line in (tmp_path / "one" / "SHA256SUMS").read_text().splitlines())
    assert sorted(sums) == sorted(names)
    for name, sha256 in sums.items():
        assert hashlib.sha256((tmp_path / "one" / name).read_bytes()).hexdigest() == sha256
    assert (tmp_path / "one" / "SHA256SUMS").read_bytes() == (tmp_path / "two" / "SHA256SUMS").read_bytes()
    with tarfile.open(tmp_path / "one" / "model-1.2.3.tar.gz") as archive:
        assert "model-1.2.3/manifest.json" in archive.getnames()
        assert archive.extractfile(f"model-1.2.3/chunks/{SHA256}").read() == b"x"
    for arguments, words in [
        ((model, model, site, package, tmp_path / "one"), "exists"),
        ((site, model, site, package, tmp_path / "x"), "has no manifest.json"),
        ((model, model, model, package, tmp_path / "x"), "has no index.html"),
        ((model, model, site, tmp_path / "no.tgz", tmp_path / "x"), "is not there"),
        ((model,), "usage"),
    ]:
        done = run("github/pack.sh", *arguments)
        assert done.returncode == 1 and words in done.stderr
    assert not (tmp_path / "x").exists()


def test_the_workflow_runs_what_there_is():
    workflow = yaml.safe_load((HOSTING / "github" / "release.yml").read_text())
    assert workflow[True] == {"push": {"tags": ["v*.*.*"]}}  # YAML reads the key `on` as true
    assert workflow["jobs"]["pages"]["permissions"] == {"pages": "write", "id-token": "write"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all("uses" in step or "run" in step for step in steps)
    commands = "".join(step.get("run", "") for step in steps)
    subprocess.run(["bash", "-n"], input=commands, text=True, check=True)
    assert (REPOSITORY / "hosting/github/pack.sh").stat().st_mode & 0o111
    makefile = (REPOSITORY / "Makefile").read_text()
    for target in re.findall(r"make (\S+)", commands):
        assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target
    scripts = json.loads((REPOSITORY / "space" / "package.json").read_text())["scripts"]
    assert {name for name in re.findall(r"npm run (\S+)", commands)} <= set(scripts)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(HOSTING).as_posix())
def test_scripts_are_sound_shell(script):
    assert script.stat().st_mode & 0o111
    if shutil.which("shellcheck") is None:
        need_nginx()  # installed together
        pytest.fail("shellcheck is not installed; `make nginx` installs it")
    done = subprocess.run(["shellcheck", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


# check.py, where something is wrong


def test_check_names_what_a_plain_server_lacks(site, capsys):
    content = (site / "models/toy/onnx/model.onnx").read_bytes()
    entry = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (site / "models/toy/manifest.json").write_text(json.dumps({"files": {"onnx/model.onnx": entry}}))
    with Site(site, isolated=False) as server:
        server.fail("models/toy/onnx/model.onnx", ranges=False)
        server.serve(cache="max-age=86400")
        other = f"http://localhost:{server.port}/models/toy/"
        assert check.main([server.url, "--model", other]) == 1
        lines = capsys.readouterr().out.splitlines()
        levels = {line[8:].split(":")[0]: line[:8].strip() for line in lines}
        assert levels["isolation"] == "advice"
        assert levels["page is asked for again"] == levels["sw.js is asked for again"] == "wrong"
        assert levels["assets/index-BWuo1FgP.js is kept"] == "advice"
        assert levels["CORS"] == "wrong" and levels["CORS preflight"] == "advice"
        assert levels["ranges"] == "advice"
        server.heal()
        server.fail("models/toy/onnx/model.onnx", damage=(5, 6))
        server.fail("ort/ort-wasm-simd-threaded.asyncify.wasm", status=404)
        assert check.main([server.url, "--model", "models/toy"]) == 1
        out = capsys.readouterr().out
        assert "wrong   ranges" in out and "no WebGPU" in out
        assert check.main([server.url, "--model", "models/nothing/"]) == 1
        assert "no manifest" in capsys.readouterr().out
    assert check.main([server.url]) == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_check_sees_a_host_that_answers_everything_with_the_page(tmp_path, capsys):
    (tmp_path / "index.html").write_text(PAGE)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return str(tmp_path / "index.html")

        def log_message(self, *_) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert check.main([f"http://127.0.0.1:{server.server_port}"]) == 1
        server.shutdown()
    out = capsys.readouterr().out
    assert "wrong   what is not there: answers 200 text/html, not 404" in out
    assert "wrong   sw.js" in out and "wrong   index-BWuo1FgP.js" in out and "no manifest" in out


def test_check_sees_chunks_that_are_not_what_they_are_called(site, capsys):
    content = b"chunk"
    files = {"x": {"bytes": 5, "sha256": "0" * 64, "chunks": [hashlib.sha256(content).hexdigest()]}}
    manifest = {"chunks_at": "chunks/", "chunk_bytes": 5, "files": files}
    (site / "models/toy/manifest.json").write_text(json.dumps(manifest))
    chunk = site / "models/toy/chunks" / files["x"]["chunks"][0]
    with Site(site) as server:
        for wrong, level in [(None, "wrong"), (b"other", "wrong"), (content, "ok")]:
            if wrong is not None:
                chunk.write_bytes(wrong)
            check.main([server.url, "--model", "models/toy/"])
            assert re.search(rf"^{level} +chunks", capsys.readouterr().out, re.MULTILINE)
        (site / "models/toy/manifest.json").write_text('{"variants": [{"path": "../toy-2/"}], "experiment": "x"}')
        check.main([server.url, "--model", "models/toy/"])
        assert "check each of its models (../toy-2/)" in capsys.readouterr().out
