"""hosting/nginx, with Debian's nginx: what it says of each file, and a browser that loads from it."""

import gzip
import hashlib
import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import brotli
import pytest

from export import chunks, compress
from hosting import check
from tests.space.browsers import ENGINES, PageError
from tests.space.hosted import AGAIN, EVERYWHERE, FILES, LASTING, PAGE, SHARED, make_site
from tests.space.nginx import SERVE, Nginx
from tests.space.test_download import CHUNK, CHUNKS, LOAD, WEIGHTS, page_folder, publish, visit  # noqa: F401
from tests.space.visitor import Visitor
from training import manifest


# Where a site lies on an IPFS gateway.
BELOW = "ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/"
# No two chunks are equal; the second half can be compressed.
HALF = CHUNKS // 2 * CHUNK
WEIGHTS_BYTES = random.Random(0).randbytes(HALF) + b"".join(b"%07d\n" % i for i in range(HALF // 8))[:-1000]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = make_site(tmp_path_factory.mktemp("site") / "site")
    versioned = folder / "models" / "toy" / "v1.2.3"
    (versioned / "onnx").mkdir(parents=True)
    (versioned / "manifest.json").write_text("{}")
    (versioned / "onnx" / "model.onnx").write_bytes(b"x" * 100)
    compress.compress(folder / path for path in ("index.html", "ort/ort-wasm-simd-threaded.wasm"))
    return folder


@pytest.fixture(scope="module")
def nginx(site):
    with Nginx(site) as nginx:
        yield nginx


@pytest.mark.parametrize(("path", "type", "headers"), FILES, ids=[path or "page" for path, _, _ in FILES])
def test_type_and_headers_of_each_kind_of_file(nginx, path, type, headers):
    answer = nginx.ask(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == type
    assert {name: answer.headers[name] for name in headers} == headers
    assert (answer.headers["Access-Control-Allow-Origin"] is None) == (not path.startswith("models/"))
    assert all(len(answer.headers.get_all(name)) == 1 for name in headers)
    same = nginx.ask(path, If_None_Match=answer.headers["ETag"])
    assert (same.status, same.body, same.headers["Cache-Control"]) == (304, b"", headers["Cache-Control"])


def test_a_version_in_the_address_makes_it_lasting_but_for_the_manifest(nginx):
    assert nginx.ask("models/toy/v1.2.3/onnx/model.onnx").headers["Cache-Control"] == LASTING["Cache-Control"]
    assert nginx.ask("models/toy/v1.2.3/manifest.json").headers["Cache-Control"] == AGAIN["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["nothing", "models/nothing/manifest.json", f"models/toy/chunks/{'0' * 64}", "assets/"]
)
def test_what_is_not_there_is_an_error_with_all_headers_and_is_not_kept(nginx, path):
    answer = nginx.ask(path)
    assert answer.status in (403, 404)
    assert PAGE.encode() not in answer.body
    expected = EVERYWHERE | (SHARED if path.startswith("models/") else {})
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.headers["Cache-Control"] is None


def test_ranges(nginx, site):
    path = "models/toy/onnx/model.onnx"
    content = (site / path).read_bytes()
    whole = nginx.ask(path)
    assert (whole.headers["Accept-Ranges"], whole.body) == ("bytes", content)
    part = nginx.ask(path, Range="bytes=100-199")
    assert (part.status, part.body) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert nginx.ask(path, Range=f"bytes={len(content) - 5}-").body == content[-5:]
    beyond = nginx.ask(path, Range=f"bytes={len(content)}-")
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(content)}")
    assert beyond.headers["Access-Control-Allow-Origin"] == "*"
    assert nginx.ask(path, Range="bytes=0-9", If_Range=whole.headers["ETag"]).status == 206
    assert nginx.ask(path, Range="bytes=0-9", If_Range='"another"').status == 200


def test_compressed_copies_are_sent_to_whom_wants_them(nginx, site):
    path = "ort/ort-wasm-simd-threaded.wasm"
    content = (site / path).read_bytes()
    plain = nginx.ask(path)
    assert (plain.body, plain.headers["Content-Encoding"]) == (content, None)
    for accepted, encoding, suffix in [("br, gzip", "br", ".br"), ("gzip", "gzip", ".gz")]:
        answer = nginx.ask(path, Accept_Encoding=accepted)
        assert answer.headers["Content-Encoding"] == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] == "application/wasm"
        assert answer.headers["ETag"] != plain.headers["ETag"]
        assert answer.body == (site / f"{path}{suffix}").read_bytes()
        assert int(answer.headers["Content-Length"]) == len(answer.body) < len(content)
    assert nginx.ask("sw.js", Accept_Encoding="br, gzip").headers["Content-Encoding"] is None


@pytest.mark.parametrize(("encoding", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_no_part_of_a_compressed_copy_is_sent(nginx, site, encoding, decode):
    """HTTP allows it, and who takes such a part for the file's has rubbish. Browsers ask for parts uncompressed."""
    path = "ort/ort-wasm-simd-threaded.wasm"
    content = (site / path).read_bytes()
    whole = nginx.ask(path, Range="bytes=5-9", Accept_Encoding=encoding)
    assert (whole.status, whole.headers["Content-Encoding"], decode(whole.body)) == (200, encoding, content)
    part = nginx.ask(path, Range="bytes=5-9", Accept_Encoding="identity")
    assert (part.status, part.headers["Content-Encoding"], part.body) == (206, None, content[5:10])


def test_preflight_of_another_origin(nginx):
    asked = {"Origin": "https://a.test", "Access_Control_Request_Method": "GET"}
    answer = nginx.ask("models/toy/onnx/model.onnx", "OPTIONS", **asked, Access_Control_Request_Headers="range")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Range" in answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert nginx.ask("models/toy/manifest.json").headers["Access-Control-Allow-Methods"] is None
    assert nginx.ask("sw.js", "OPTIONS", **asked).status == 405


def test_a_location_with_a_header_of_its_own_loses_the_others(site):
    """The trap that docs/hosting.md warns of, and why odin.conf has no location."""
    with Nginx(site, "location /ort/ { add_header X-Mine yes; }") as nginx:
        inside, outside = (nginx.ask(path).headers for path in ("ort/ort-wasm-simd-threaded.wasm", "sw.js"))
        assert inside["X-Mine"] == "yes"
        assert not EVERYWHERE.keys() & set(inside.keys())
        assert EVERYWHERE.keys() <= set(outside.keys())


def test_serve_ends_cleanly_and_refuses_what_it_cannot_serve(site, tmp_path):
    nginx = Nginx(site)
    assert nginx.ask("").status == 200
    assert nginx.stop() == 0
    assert nginx.left == []
    for arguments, words in [
        ([], "usage"),
        ([tmp_path / "nothing"], "is no folder"),
        ([site, "x"], "is no port"),
        ([site, "7861", "no_such_directive;"], "unknown directive"),
    ]:
        environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)}
        run = subprocess.run([SERVE, *arguments], capture_output=True, text=True, timeout=20, env=environment)
        assert run.returncode == 1
        assert words in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def export(tmp_path, monkeypatch):
    """A model folder of some chunks, as `python -m export` lays it out."""
    monkeypatch.setattr(manifest, "CHUNK_BYTES", CHUNK)
    folder = tmp_path / "toy"
    (folder / "onnx").mkdir(parents=True)
    publish(folder, WEIGHTS_BYTES, "1.0.0")
    path = folder / "manifest.json"
    dtypes = {"fp32": "onnx/model.onnx"}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"source_sha256": "x", "dtypes": dtypes}))
    return folder


@pytest.fixture(params=["ranges", "chunks", "compressed chunks"])
def layout(request, export, page_folder, tmp_path) -> Path:  # noqa: F811
    """A page with the loader, and the model below it in a layout."""
    site = tmp_path / "site"
    shutil.copytree(page_folder, site)
    if request.param == "ranges":
        shutil.copytree(export, site / "models" / "toy")
    else:
        chunks.chunk(export, site / "models" / "toy", encodings=("br", "gz") if "compressed" in request.param else ())
    return site


def test_check_finds_nothing_wrong(layout, site, capsys, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(site, whole)
    shutil.rmtree(whole / "models")
    shutil.copytree(layout / "models", whole / "models")
    with Nginx(whole) as nginx:
        assert check.main([nginx.url, "--model", "models/toy/"]) == 0
        out = capsys.readouterr().out
        assert "0 wrong" in out and "wrong " not in out.replace("0 wrong of", "")
        # The same model for a page of another origin.
        assert check.main([nginx.url, "--model", f"http://localhost:{nginx.port}/models/toy"]) == 0
        assert "ok      CORS preflight" in capsys.readouterr().out
    advice = [line for line in out.splitlines() if line.startswith("advice")]
    assert all("uncompressed" in line for line in advice), advice


@pytest.mark.parametrize("engine", ENGINES)
def test_a_download_goes_on_after_the_server_was_killed(browsers, engine, layout):
    browser = browsers(engine)
    with Nginx(layout, "limit_rate 48k;") as nginx:
        keeper = visit(browser.new_tab(), nginx)
        keeper.eval('globalThis.kept = await caches.open("odin-llm");')
        page = visit(browser.new_tab(), nginx)
        page.start("load", LOAD, {"delays": []})
        hashes = "return await (await download.browserStore()).hashes();"
        end = time.monotonic() + 30
        while len(there := keeper.eval(hashes)) < 3:
            assert time.monotonic() < end, "nothing is stored"
            time.sleep(0.05)
        nginx.kill()
        with pytest.raises(PageError) as failure:
            page.finish("load")
        assert failure.value.code == "truncated"
        there = keeper.eval(hashes)
        assert 3 <= len(there) < CHUNKS
        nginx.directives = ""
        nginx.start()
        result = page.eval(LOAD, {})
        assert result["sha256"] == hashlib.sha256(WEIGHTS_BYTES).hexdigest()
        pieces = [hashlib.sha256(WEIGHTS_BYTES[at : at + CHUNK]).hexdigest() for at in range(0, CHUNKS * CHUNK, CHUNK)]
        missing = [i for i in range(CHUNKS) if pieces[i] not in there]
        asked = [request for request in nginx.log if request["path"] != "/models/toy/manifest.json"]
        if (layout / WEIGHTS).exists():
            assert sorted(int(r["range"].removeprefix("bytes=").split("-")[0]) // CHUNK for r in asked) == missing
            assert {request["status"] for request in asked} == {206}
        else:
            assert sorted(r["path"].rsplit("/", 1)[1] for r in asked) == sorted(pieces[i] for i in missing)
            assert {(request["status"], request["range"]) for request in asked} == {(200, "")}
        keeper.close()
        page.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_of_another_origin_loads_the_model(browsers, engine, layout):
    with Nginx(layout) as elsewhere, Nginx(layout) as nginx:
        page = visit(browsers(engine).new_tab(), elsewhere)
        result = page.eval(LOAD.replace("models/toy/", f"{nginx.url}models/toy/"), {})
        assert result["sha256"] == hashlib.sha256(WEIGHTS_BYTES).hexdigest()
        assert result["events"] == []
        sent = sum(request["sent"] for request in nginx.log if request["path"].startswith("/models/"))
        assert (sent < 0.9 * len(WEIGHTS_BYTES)) == bool(list(layout.rglob("chunks/*.br")))
        page.close()


@pytest.mark.parametrize(("engine", "below"), [("chromium", ""), *((engine, BELOW) for engine in ENGINES)])
def test_the_app_answers_isolated_and_from_chunks(browsers, engine, below, app, toy_export, monkeypatch, tmp_path):
    monkeypatch.setattr(chunks, "LARGEST_WHOLE", 1000)
    root = tmp_path / "root"
    shutil.copytree(app, root / below, ignore=shutil.ignore_patterns("models"))
    chunks.chunk(toy_export, root / below / "models" / "toy", ("fp32",), ("br", "gz"))
    compress.compress(sorted((root / below / "ort").glob("*threaded.wasm")), ["gz"])
    with Nginx(root) as nginx:
        page = browsers(engine).new_tab()
        visitor = Visitor(page, nginx.url + below)
        assert page.eval("return crossOriginIsolated;") is True
        assert page.eval("return (await navigator.serviceWorker.ready).scope;") == nginx.url + below
        visitor.load()
        record = visitor.ask("How many apples does Tom have?")
        assert record["tokens"]
        paths = [request["path"] for request in nginx.log]
        assert any("/models/toy/chunks/" in path for path in paths)
        assert not any(path.endswith(".onnx") for path in paths)
        assert {request["status"] for request in nginx.log} <= {200, 304}
        page.close()
