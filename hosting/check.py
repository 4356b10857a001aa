"""`python hosting/check.py URL [--model URL]`: does a deployment send what the page and the runtime need?

Needs Python 3.11 and nothing else. Each line is `ok`, `advice` (it works, but slower or with more downloads) or
`wrong` (it does not work, or will not after the next update); the command fails when something is wrong.
"""

import argparse
import email.message
import gzip
import hashlib
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit


ISOLATION = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
SCRIPT = ("text/javascript", "application/javascript")
# What keeps its address may be kept by browsers and by hosts for this long without asking again.
LONGEST_STALE = 3600
LEAST_IMMUTABLE = 30 * 24 * 3600
TIMEOUT = 60


@dataclass(frozen=True)
class Finding:
    level: str
    """`ok`, `advice` or `wrong`."""
    what: str
    words: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: email.message.Message
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get_content_type() if "Content-Type" in self.headers else ""

    @property
    def max_age(self) -> int | None:
        """Seconds for which it may be used without asking; None when nothing is said."""
        control = self.headers.get("Cache-Control", "").lower()
        if "no-cache" in control or "no-store" in control:
            return 0
        found = re.search(r"max-age=(\d+)", control)
        return int(found[1]) if found else None


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """The answer, redirects followed, nothing decoded. Raises OSError when there is none."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity", **named}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def check_page(page: str) -> Iterator[Finding]:
    """The page, its scripts and what it needs beside them."""
    answer = ask(page)
    if answer.status != 200 or answer.type != "text/html":
        yield Finding("wrong", "page", f"{page} answers {answer.status} {answer.type}: is this the page's address?")
        return
    lacking = [name for name, value in ISOLATION.items() if answer.headers.get(name) != value]
    if lacking:
        how = "one thread on the first visit; the service worker adds them for the next"
        yield Finding("advice", "isolation", f"no {' and no '.join(lacking)}: {how}")
    else:
        yield Finding("ok", "isolation")
    yield fresh("page", answer)
    yield script(urljoin(page, "sw.js"))
    yield fresh("sw.js", ask(urljoin(page, "sw.js")))
    assets = sorted(set(re.findall(r"""["'](?:\./)?(assets/[\w.-]+\.(?:js|css))["']""", answer.body.decode())))
    if not assets:
        yield Finding("wrong", "scripts", "the page names none: it is not the built app")
    for asset in assets:
        yield script(urljoin(page, asset))
        yield lasting(asset, ask(urljoin(page, asset)))
    for build in ("ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"):
        yield script(urljoin(page, f"ort/{build}.mjs"))
        yield webassembly(urljoin(page, f"ort/{build}.wasm"))
    missing = ask(urljoin(page, "models/there-is-no-such-model/manifest.json"))
    if missing.status in (404, 410):
        yield Finding("ok", "what is not there answers 404")
    else:
        yield Finding("wrong", "what is not there", f"answers {missing.status} {missing.type}, not 404")


def fresh(name: str, answer: Answer) -> Finding:
    age = answer.max_age
    if age is None:
        return Finding("advice", f"{name} is asked for again", "no Cache-Control: each cache decides for itself")
    if age > LONGEST_STALE:
        return Finding("wrong", f"{name} is asked for again", f"kept for {age} s: an update is not seen until then")
    return Finding("ok", f"{name} is asked for again")


def lasting(name: str, answer: Answer) -> Finding:
    age = answer.max_age
    if age is not None and age >= LEAST_IMMUTABLE:
        return Finding("ok", f"{name} is kept")
    return Finding("advice", f"{name} is kept", "its address never changes its content: Cache-Control could say so")


def script(url: str) -> Finding:
    answer, name = ask(url), urlsplit(url).path.rsplit("/", 1)[1]
    wanted = ("text/css",) if name.endswith(".css") else SCRIPT
    if answer.status == 200 and answer.type in wanted:
        return Finding("ok", name)
    return Finding("wrong", name, f"{url} answers {answer.status} {answer.type}, not 200 {wanted[0]}")


def webassembly(url: str) -> Finding:
    answer, name = ask(url, Accept_Encoding="br, gzip"), urlsplit(url).path.rsplit("/", 1)[1]
    if answer.status in (404, 410) and "asyncify" in name:
        return Finding("advice", name, f"{answer.status}: no WebGPU; the page falls back to WebAssembly")
    if answer.status != 200 or answer.type != "application/wasm":
        return Finding("wrong", name, f"{url} answers {answer.status} {answer.type}, not 200 application/wasm")
    if "Content-Encoding" not in answer.headers:
        return Finding("advice", name, f"{len(answer.body) / 1e6:.1f} MB uncompressed: `python -m export.compress`")
    return Finding("ok", f"{name}, {len(answer.body) / 1e6:.1f} MB {answer.headers['Content-Encoding']}")


def check_model(model: str, page: str) -> Iterator[Finding]:
    """A model folder, as a page at `page` would load it."""
    split = urlsplit(page)
    origin = f"{split.scheme}://{split.netloc}"
    foreign = urlsplit(model)[:2] != split[:2]
    answer = ask(urljoin(model, "manifest.json"), Origin=origin)
    try:
        manifest = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        yield Finding("wrong", "model", f"{model}manifest.json answers {answer.status} {answer.type}, no manifest")
        return
    if "variants" in manifest:
        names = ", ".join(variant["path"] for variant in manifest["variants"])
        yield Finding("advice", "model", f"an experiment: check each of its models ({names})")
        return
    yield fresh("manifest.json", answer)
    if foreign:
        yield shared(answer, origin)
        yield preflight(urljoin(model, "manifest.json"), origin)
    large = max(manifest["files"], key=lambda name: manifest["files"][name]["bytes"])
    entry = manifest["files"][large]
    chunked = "chunks_at" in manifest and "chunks" in entry
    yield from check_chunks(model, manifest, entry) if chunked else check_ranges(model + large, manifest, entry)


def shared(answer: Answer, origin: str) -> Finding:
    if answer.headers.get("Access-Control-Allow-Origin") not in ("*", origin):
        return Finding(
            "wrong", "CORS", f"no Access-Control-Allow-Origin for {origin}: its pages cannot load the model"
        )
    exposed = answer.headers.get("Access-Control-Expose-Headers", "").lower()
    lacking = [name for name in ("Content-Range", "Content-Encoding", "ETag") if name.lower() not in exposed]
    if exposed != "*" and lacking:
        return Finding("advice", "CORS", f"Access-Control-Expose-Headers could name {', '.join(lacking)}")
    return Finding("ok", "CORS")


def preflight(url: str, origin: str) -> Finding:
    asked = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "range"}
    answer = ask(url, "OPTIONS", Origin=origin, **asked)
    allowed = answer.headers.get("Access-Control-Allow-Headers", "").lower()
    if answer.status in (200, 204) and ("range" in allowed or "*" in allowed):
        return Finding("ok", "CORS preflight")
    return Finding(
        "advice", "CORS preflight", f"{answer.status}, Range not allowed: older browsers ask before they send it"
    )


def check_chunks(model: str, manifest: dict, entry: dict) -> Iterator[Finding]:
    """The chunk layout: whole files under their hashes."""
    sha256 = entry["chunks"][-1]
    answer = ask(urljoin(model, manifest["chunks_at"] + sha256), Accept_Encoding="gzip")
    body = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body
    if answer.status != 200 or hashlib.sha256(body).hexdigest() != sha256:
        yield Finding(
            "wrong", "chunks", f"{manifest['chunks_at']}{sha256} answers {answer.status}, not the bytes of that hash"
        )
        return
    yield Finding("ok", "chunks")
    yield lasting("a chunk", answer)


def check_ranges(url: str, manifest: dict, entry: dict) -> Iterator[Finding]:
    """A file of which parts are asked for."""
    size = entry["bytes"]
    start = min(manifest.get("chunk_bytes", size), size) if "chunks" in entry else 0
    end = min(start + manifest.get("chunk_bytes", size), size)
    answer = ask(url, Range=f"bytes={start}-{end - 1}")
    if answer.status == 200:
        yield Finding("advice", "ranges", "not sent: a download that breaks starts again; the chunk layout needs none")
        return
    right = answer.headers.get("Content-Range") == f"bytes {start}-{end - 1}/{size}"
    sha256 = entry["chunks"][1] if "chunks" in entry else entry["sha256"]
    if answer.status != 206 or not right or hashlib.sha256(answer.body).hexdigest() != sha256:
        yield Finding(
            "wrong", "ranges", f"{url} answers {answer.status}, not the bytes {start} to {end - 1} of {size}"
        )
        return
    yield Finding("ok", "ranges")
    beyond = ask(url, Range=f"bytes={size}-").status
    yield Finding(
        "ok" if beyond == 416 else "advice", "a range beyond the end", "" if beyond == 416 else f"{beyond}, not 416"
    )
    changed = ask(url, Range="bytes=0-9", If_Range='"another version"').status
    if changed == 200:
        yield Finding("ok", "If-Range")
    else:
        yield Finding("advice", "If-Range", f"{changed} for another version's part, not 200")
    encoded = ask(url, Range="bytes=0-9", Accept_Encoding="br, gzip").headers.get("Content-Encoding", "identity")
    if encoded == "identity":
        yield Finding("ok", "parts are not compressed")
    else:
        yield Finding(
            "advice", "parts are not compressed", f"{encoded}: such a part is of no use, the file is sent whole"
        )


def main(argv: list[str] | None = None) -> int:
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(prog="python hosting/check.py", description=about, epilog=rest)
    parser.add_argument("url", help="of the page, or of a folder that has it as index.html")
    parser.add_argument("--model", default="models/odin-nano/", help="model folder, also relative to the page")
    args = parser.parse_args(argv)
    page = args.url if args.url.endswith((".html", "/")) else f"{args.url}/"
    model = urljoin(page, args.model if args.model.endswith("/") else f"{args.model}/")
    findings = []
    try:
        for finding in (*check_page(page), *check_model(model, page)):
            findings.append(finding)
            print(f"{finding.level:<8}{finding.what}{': ' if finding.words else ''}{finding.words}")
    except (OSError, ValueError) as error:
        print(f"error: {page} or {model} cannot be reached: {error}", file=sys.stderr)
        return 1
    wrong = sum(finding.level == "wrong" for finding in findings)
    print(f"{wrong} wrong of {len(findings)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
