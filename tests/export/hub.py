"""A local Hugging Face Hub for tests: its HTTP API as `HfApi`, transformers, datasets and browsers use it.

    with Hub(folder) as hub:
        subprocess.run([...], env=hub.environment(home))
        hub.commits("user/model"), hub.tags("user/model"), hub.files("user/model", "v1.0.0")

What differs from the real Hub:

- Large objects are on a second origin, `hub.storage`, as they are on the Hub's `*.hf.co` hosts; a page that reads LFS
  files has to be allowed to connect to both. It refuses preflights, as those hosts were seen to do.
- The page of a static Space is at `/static/USER/SPACE/`; on the real Hub it is `https://USER-SPACE.static.hf.space`.
  `hub.page("user/space")` gives its address on a third port, so that it is of another origin here too.
- Xet is never offered: the LFS batch answers "basic" or "multipart" and downloads carry no X-Xet-Hash, which is all
  that huggingface_hub 0.36 looks at, so it takes plain LFS although hf_xet is installed.
- Whether a file goes as LFS is decided by .gitattributes and by its size, never by its first bytes.
- No pull requests, discussions or settings, no limits of rate, and the YAML of cards is checked for its form only.

Repositories are in hub_store.py; what is answered is in hub_repositories.py, hub_commits.py and hub_files.py, among
whose routes hub_api.py finds the one for a request.

The server runs in threads of this process, over files below `folder`; it ends, with all its connections, on exit.
"""

import http.server
import os
import re
import secrets
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.export import hub_commits, hub_files, hub_repositories  # noqa: F401 their routes
from tests.export.hub_api import ROUTES, Answer, Question, State, respond
from tests.export.hub_store import Blobs, Commit


@dataclass
class Request:
    """A line of the log. `path` is without the query and unquoted; of a request that the Hub was asked to pass on to
    another host, it is that host or URL."""

    method: str
    path: str
    status: int | None = None
    """None when the connection was cut before an answer."""
    token: bool = False
    range: str | None = None
    received: int = 0
    sent: int = 0
    """Bytes of content, without headers, as are those received."""
    storage: bool = False
    """Whether it was for the origin of large objects."""


@dataclass
class Fault:
    match: re.Pattern
    status: int | None
    cut: int | None
    times: int
    after: int
    done: bool


class Hub:
    """Sizes are in bytes: `lfs_over` is what a file may have without LFS (the Hub: 10 MB), `multipart_over` what an
    object may have without being sent in parts of `part_bytes`. `page` is the length of a page of a listing."""

    def __init__(
        self,
        folder: Path,
        lfs_over: int = 10_000_000,
        multipart_over: int = 5_000_000_000,
        part_bytes: int = 1_000_000,
        page: int = 1000,
    ):
        self.token = f"hf_{secrets.token_hex(17)}"
        self._state = State(Blobs(folder / "blobs"), self.token, lfs_over, multipart_over, part_bytes, page)
        self._log: list[Request] = []
        self._faults: list[Fault] = []
        self._servers = [Server(self, storage) for storage in (False, True, False)]
        addresses = (f"http://127.0.0.1:{server.server_port}" for server in self._servers)
        self.endpoint, self.storage, self._pages = addresses
        self._state.endpoint, self._state.storage = self.endpoint, self.storage

    def __enter__(self) -> "Hub":
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        for server in self._servers:
            server.shutdown()
            server.end()

    def environment(self, home: Path) -> dict[str, str]:
        """The environment for a process that shall know this Hub, with its token, and no other host.

        Requests to other hosts go to the Hub as their proxy, which refuses them; they are in the log."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HF_", "HUGGING")) and not name.lower().endswith("_proxy")
        }
        proxies = {name: self.endpoint for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
        # A network, for the dataset viewer's host, `datasets-server.127.0.0.1`, would pass as part of an address.
        direct = {name: "127.0.0.1/32,localhost" for name in ("no_proxy", "NO_PROXY")}
        own = {"HF_ENDPOINT": self.endpoint, "HF_TOKEN": self.token, "HF_HOME": str(home)}
        silent = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_UPDATE_DOWNLOAD_COUNTS": "0"}
        return {**kept, **proxies, **direct, **own, **silent}

    def page(self, space: str) -> str:
        """The address of a static Space, of another origin than `endpoint` and `storage`."""
        return f"{self._pages}/static/{space}/"

    def fail(
        self,
        match: str,
        status: int | None = None,
        cut: int | None = None,
        times: int = 1,
        after: int = 0,
        done: bool = False,
    ) -> None:
        """The `times` requests after the first `after` whose "METHOD path" matches the regular expression fail: with
        `status`, or cut off after so many bytes of the content that they send, or else that they ask for. Cut at 0,
        nothing is answered.

        With `done` the request is carried out all the same, and the failure is only in its answer."""
        assert (status is None) != (cut is None), "give either a status or where to cut"
        with self._state.lock:
            self._faults.append(Fault(re.compile(match), status, cut, times, after, done))

    def heal(self) -> None:
        """No request fails any more."""
        with self._state.lock:
            self._faults.clear()

    def fault(self, request: Request) -> Fault | None:
        """The fault that meets this request, counted."""
        with self._state.lock:
            for fault in self._faults:
                if fault.times > 0 and fault.match.search(f"{request.method} {request.path}"):
                    fault.after -= 1
                    if fault.after < 0:
                        fault.times -= 1
                        return fault
        return None

    @property
    def log(self) -> list[Request]:
        """The requests so far, in the order in which they came."""
        return list(self._log)

    def requests(self, match: str) -> list[Request]:
        """Those of the log whose "METHOD path" matches."""
        return [request for request in self._log if re.search(match, f"{request.method} {request.path}")]

    def forget(self) -> None:
        """Empties the log."""
        self._log.clear()

    def commits(self, repo: str, type: str = "model") -> list[Commit]:
        """The history of main, newest last."""
        with self._state.lock:
            return self._state.find(type, repo).history("main")

    def tags(self, repo: str, type: str = "model") -> dict[str, str]:
        """Commit id of each tag."""
        with self._state.lock:
            return dict(self._state.find(type, repo).tags)

    def files(self, repo: str, revision: str = "main", type: str = "model") -> dict[str, bytes]:
        """Content of each file."""
        with self._state.lock:
            files = self._state.find(type, repo).commit_at(revision).files
            return {path: self._state.blobs.get(file.sha256) for path, file in files.items()}

    def answer(self, request: Request, question: Question) -> Answer:
        if request.storage:
            return respond(hub_files.STORAGE_ROUTES, self._state, question)
        answer = respond(ROUTES, self._state, question)
        answer.headers.update(hub_files.cross_origin(self._state, question))
        return answer


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def __init__(self, hub: Hub, storage: bool):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hub, self.storage = hub, storage
        self.connections: set[socket.socket] = set()

    def handle_error(self, request, client_address) -> None:
        """Says what went wrong, unless it is a client that left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Closes everything: clients keep connections open, and a thread would go on answering over them."""
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed by the client


class Cut(Exception):
    """The connection is to be cut now."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def handle_request(self) -> None:
        address = urlsplit(self.path)
        hub = self.server.hub
        foreign = self.command == "CONNECT" or address.netloc not in ("", urlsplit(hub.endpoint).netloc)
        request = Request(
            method=self.command,
            path=self.path if foreign else unquote(address.path),
            token="Authorization" in self.headers,
            range=self.headers.get("Range"),
            storage=self.server.storage,
        )
        hub._log.append(request)
        try:
            if foreign:
                return self.send(request, Answer.json({"error": "No other host is asked in tests"}, 403), None)
            fault = hub.fault(request)
            body = self.read(request, None if fault is None or fault.done else fault.cut)
            token = re.fullmatch(r"Bearer (.+)", self.headers.get("Authorization", ""))
            question = Question(
                method="GET" if self.command == "HEAD" else self.command,
                path=address.path,
                query=parse_qs(address.query),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                token=token[1] if token else None,
            )
            if fault is None or fault.status is None or fault.done:
                answer = hub.answer(request, question)
            if fault is not None and fault.status is not None:
                answer = Answer.json({"error": f"Made to fail with {fault.status}"}, fault.status)
            self.send(request, answer, fault.cut if fault is not None else None)
        except (Cut, OSError):
            self.cut()

    do_HEAD = do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_CONNECT = handle_request

    def read(self, request: Request, cut: int | None) -> bytes:
        """The content of the request; `Cut` after so many bytes of it."""
        wanted = int(self.headers.get("Content-Length", 0))
        if cut is None or wanted == 0:
            content = self.rfile.read(wanted)
            request.received = len(content)
            return content
        request.received = len(self.rfile.read(min(cut, wanted)))
        raise Cut

    def send(self, request: Request, answer: Answer, cut: int | None) -> None:
        """The answer, or the part of its content that a Range asks for; `Cut` after so many bytes of it, at 0 before
        the first header."""
        if cut == 0:
            raise Cut
        size = len(answer.content) if isinstance(answer.content, bytes) else answer.content.stat().st_size
        start, end, status = 0, size, answer.status
        headers = {"Content-Type": "application/json", **answer.headers}
        if isinstance(answer.content, Path) and status == 200:
            headers["Accept-Ranges"] = "bytes"
            wanted = byte_range(self.headers.get("Range"), self.headers.get("If-Range"), size, headers.get("ETag"))
            if wanted is not None:
                start, end = wanted
                status = 206 if start < end else 416
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}" if status == 206 else f"bytes */{size}"
                start, end = (start, end) if status == 206 else (0, 0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(end - start))
        if self.close_connection:
            self.send_header("Connection", "close")
        request.status = status
        self.end_headers()
        content = answer.content if isinstance(answer.content, bytes) else answer.content.read_bytes()
        content = content[start : end if cut is None else min(end, start + cut)]
        if self.command != "HEAD":
            self.wfile.write(content)
            request.sent = len(content)
        if cut is not None:
            raise Cut

    def cut(self) -> None:
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was first

    def log_message(self, *_) -> None:
        pass


def byte_range(asked: str | None, unless: str | None, size: int, etag: str | None) -> tuple[int, int] | None:
    """First byte and the one after the last that a Range of one part asks for; None for the whole content, as it is
    when If-Range names another ETag."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", (asked or "").strip())
    if found is None or found.groups() == ("", "") or unless not in (None, etag):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
