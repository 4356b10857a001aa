"""A web server for pages under test: HTTP/1.1 in a process of its own, which can misbehave and can be killed.

It has to be a process: a server in a thread of the tests would go on answering over the connections that browsers keep
open. Only the standard library is needed, so it starts in a tenth of a second.
"""

import base64
import dataclasses
import hashlib
import http.server
import itertools
import json
import mimetypes
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit


GOOD_CONNECTION = 50_000_000 / 8  # bytes per second
BLOCK = 1 << 14


@dataclass(frozen=True)
class Fault:
    """How the server misbehaves for one path. Offsets are those of the file, whatever part of it was asked for."""

    status: int | None = None
    """Answer with this status and no content."""
    replace: bytes | None = None
    """Answer as if these were the file's bytes."""
    cut: int | None = None
    """Close the connection before the byte at this offset."""
    reset: bool = False
    """Cut with a reset of the connection instead of an orderly end of it."""
    damage: tuple[int, int] | None = None
    """Invert the bytes from the first offset up to the second."""
    latency: float = 0
    """Seconds before the answer."""
    ranges: bool = True
    """False: whatever range is asked for, the whole file is sent, with status 200."""
    times: int | None = None
    """After so many answers that it changed, the fault is gone; None for never."""

    def described(self) -> dict:
        """As JSON can have it."""
        replace = self.replace if self.replace is None else base64.b64encode(self.replace).decode()
        return {**asdict(self), "replace": replace}

    @classmethod
    def of(cls, described: dict) -> "Fault":
        replace = described["replace"]
        return cls(**{**described, "replace": replace if replace is None else base64.b64decode(replace)})


@dataclass
class Request:
    """A line of the server's log."""

    method: str
    path: str
    range: tuple[int, int] | None
    """First byte sent and the one after the last, None when the whole file was asked for."""
    status: int
    sent: int | None = None
    """Bytes of content handed to the network, None while the answer is under way."""


class Site:
    """A server over `folders`, from URL prefix to folder: `Site({"": page, "models/": models})`.

    A longer prefix goes first. Faults and options may change at any time; they hold for the requests after that.
    No two sites of a session have one port: a browser may keep the service worker of the one before.
    """

    _used: ClassVar[set[int]] = set()

    def __init__(self, folders: Mapping[str, Path] | Path, isolated: bool = True):
        self._folders = {"": folders} if isinstance(folders, Path) else dict(folders)
        self._faults: dict[str, Fault] = {}
        self._options = {
            "isolated": isolated,
            "shared": False,
            "bytes_per_second": None,
            "latency": 0.0,
            "cache": "no-store",
        }
        self._log: dict[int, Request] = {}
        self._process: subprocess.Popen | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Starts the server, again on the same port after :meth:`kill`."""
        assert self._process is None, "the server is running"
        first = self.port == 0
        self._launch()
        while first and self.port in self._used:
            self.kill()
            self.port = 0
            self._launch()
        self._used.add(self.port)
        self._say(options=self._options)
        for path, fault in self._faults.items():
            self._say(fault=path, how=fault.described())

    def _launch(self) -> None:
        self._answers = threading.Semaphore(0)
        self._process = subprocess.Popen(
            [sys.executable, "-S", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._first_id = max(self._log, default=-1) + 1
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        self._say(folders={prefix: str(folder) for prefix, folder in self._folders.items()}, port=self.port)

    def kill(self) -> None:
        """Ends the server at once, with all its connections. Does nothing when it is not running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_) -> None:
        self.kill()

    def fail(self, path: str, **fault) -> None:
        """Misbehaves for `path`, without a leading slash, as `Fault(**fault)` says; replaces what was said before."""
        self._faults[path] = Fault(**fault)
        self._say(fault=path, how=self._faults[path].described())

    def heal(self, path: str | None = None) -> None:
        """Ends the fault of `path`, or all faults."""
        for healed in [path] if path is not None else list(self._faults):
            self._faults.pop(healed, None)
            self._say(fault=healed, how=None)

    def serve(self, **options) -> None:
        """Sets options of the whole server: `isolated` (bool), `shared` (whether pages of other origins may read it),
        `bytes_per_second` of all connections together (number or None), `latency` (seconds before every answer) and
        `cache` (the header Cache-Control)."""
        assert options.keys() <= self._options.keys(), f"options are {list(self._options)}"
        self._options.update(options)
        self._say(options=self._options)

    @property
    def log(self) -> list[Request]:
        """Requests so far, in the order in which they came. An answer that a browser dropped has `sent` too little."""
        self._say(options=self._options)  # what was logged before this answer has been read
        end = time.monotonic() + 0.3
        while any(entry.sent is None for entry in list(self._log.values())) and time.monotonic() < end:
            time.sleep(0.01)  # a browser may have all bytes before the server has noted that it sent them
        return [self._log[number] for number in sorted(self._log)]

    def requests(self, path: str) -> list[Request]:
        return [request for request in self.log if request.path == path]

    def forget(self) -> None:
        """Empties the log."""
        self._log.clear()

    def _say(self, **message) -> None:
        if self._process is not None:
            self._process.stdin.write(json.dumps(message) + "\n")
            assert self._answers.acquire(timeout=20), "the test server does not answer"

    def _listen(self, stream) -> None:
        first = self._first_id
        with stream:
            for line in stream:
                message = json.loads(line)
                if "port" in message:
                    self.port = message["port"]
                if "spent" in message:
                    self._faults.pop(message["spent"], None)
                elif "done" in message:
                    self._answers.release()
                elif "begin" in message:
                    message["range"] = message["range"] and tuple(message["range"])
                    number = first + message.pop("begin")
                    self._log[number] = Request(**message)
                elif (request := self._log.get(first + message["end"])) is not None:
                    request.sent = message["sent"]


# From here on: the process.


class Pace:
    """Lets bytes of all connections through at a common rate."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, size: int) -> None:
        if self.rate is None:
            return
        with self._lock:
            self._free = max(time.monotonic(), self._free) + size / self.rate
            due = self._free
        time.sleep(max(0, due - time.monotonic()))


@dataclass
class State:
    folders: dict[str, str]
    isolated: bool = True
    shared: bool = False
    latency: float = 0
    cache: str = "no-store"
    faults: dict[str, Fault] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: itertools.count = field(default_factory=itertools.count)

    def locate(self, path: str) -> Path | None:
        for prefix in sorted(self.folders, key=len, reverse=True):
            if path.startswith(prefix):
                folder = Path(self.folders[prefix])
                file = folder / path[len(prefix) :]
                file = file / "index.html" if path == prefix or path.endswith("/") else file
                return file if file.is_file() and file.resolve().is_relative_to(folder.resolve()) else None
        return None

    def fault(self, path: str, start: int, end: int) -> Fault:
        """The fault that hits the bytes [start, end) of `path`, counted."""
        with self.lock:
            fault = self.faults.get(path, Fault())
            if fault.cut is not None and not start <= fault.cut < end:
                return Fault()
            if fault.damage is not None and (fault.damage[1] <= start or fault.damage[0] >= end):
                return Fault()
            if fault.times == 1:
                del self.faults[path]
                say(spent=path)
            elif fault.times is not None:
                self.faults[path] = dataclasses.replace(fault, times=fault.times - 1)
            return fault


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    state: State

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def refuse(self) -> None:
        """Whoever sends something finds it in the log."""
        self.close_connection = True  # what was sent has not been read
        self.empty(unquote(urlsplit(self.path).path).lstrip("/"), 405)

    do_POST = do_PUT = do_PATCH = do_DELETE = refuse

    def do_OPTIONS(self) -> None:
        """What browsers ask before a request to another origin that is not a plain one."""
        if not self.state.shared:
            return self.refuse()
        allowed = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "Range"}
        self.empty(unquote(urlsplit(self.path).path).lstrip("/"), 200, allowed)

    def answer(self) -> None:
        state = self.state
        path = unquote(urlsplit(self.path).path).lstrip("/")
        file = state.locate(path)
        with state.lock:
            planned = state.faults.get(path, Fault())
        if file is None and planned.replace is None and planned.status is None:
            time.sleep(state.latency)
            return self.empty(path, 404)
        size = len(planned.replace) if planned.replace is not None else file.stat().st_size if file else 0
        wanted = self.wanted(size) if planned.ranges else None
        tag = hashlib.sha256(f"{size} {file and file.stat().st_mtime_ns}".encode()).hexdigest()[:16]
        if self.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
            wanted = None
        start, end = wanted or (0, size)
        fault = state.fault(path, start, end)
        time.sleep(state.latency + fault.latency)
        if fault.status is not None:
            return self.empty(path, fault.status)
        if wanted is not None and start >= min(end, size):
            return self.empty(path, 416, {"Content-Range": f"bytes */{size}"})
        number = self.begin(path, 200 if wanted is None else 206, wanted)
        self.send_response(200 if wanted is None else 206)
        self.send_header("Content-Type", content_type(path if "." in path else "index.html"))
        self.send_header("Content-Length", str(end - start))
        self.send_header("ETag", f'"{tag}"')
        if planned.ranges:
            self.send_header("Accept-Ranges", "bytes")
        if wanted is not None:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.end_headers()
        sent = 0
        try:
            if self.command == "GET":
                for block in blocks(planned.replace or file, start, end, fault):
                    state.pace.wait(len(block))
                    self.wfile.write(block)
                    sent += len(block)
                if fault.cut is not None:
                    self.cut(fault.reset)
        except OSError:
            self.close_connection = True  # the browser has gone
        finally:
            say(end=number, sent=sent)

    def wanted(self, size: int) -> tuple[int, int] | None:
        """The byte range [start, end) that the request asks for, None for the whole file."""
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if match is None or match.groups() == ("", ""):
            return None
        first, last = match.groups()
        if first == "":
            return max(0, size - int(last)), size
        return int(first), min(size, int(last) + 1) if last else size

    def begin(self, path: str, status: int, wanted: tuple[int, int] | None) -> int:
        number = next(self.state.numbers)
        say(begin=number, method=self.command, path=path, range=wanted, status=status)
        return number

    def empty(self, path: str, status: int, headers: Mapping[str, str] | None = None) -> None:
        number = self.begin(path, status, None)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        say(end=number, sent=0)

    def cut(self, reset: bool) -> None:
        self.close_connection = True
        self.wfile.flush()
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            time.sleep(0.05)  # what was sent has to be read first: a reset throws it away
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def end_headers(self) -> None:
        if self.state.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        if self.state.shared:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", self.state.cache)
        super().end_headers()

    def log_message(self, *_) -> None:
        pass


def blocks(source: bytes | Path, start: int, end: int, fault: Fault):
    """The bytes [start, end) of `source`, damaged and cut as `fault` says."""
    stop = end if fault.cut is None else fault.cut
    content = open(source, "rb") if isinstance(source, Path) else None
    try:
        for position in range(start, stop, BLOCK):
            size = min(BLOCK, stop - position)
            if content is None:
                block = source[position : position + size]
            else:
                content.seek(position)
                block = content.read(size)
            if fault.damage is not None:
                low, high = (min(max(edge - position, 0), size) for edge in fault.damage)
                block = block[:low] + bytes(byte ^ 0xFF for byte in block[low:high]) + block[high:]
            yield block
    finally:
        if content is not None:
            content.close()


def content_type(path: str) -> str:
    own = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
    return own.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


_mouth = threading.Lock()


def say(**message) -> None:
    with _mouth:
        print(json.dumps(message), flush=True)


def main() -> None:
    """Reads settings, a JSON object a line; ends with its input, so that it outlives nobody."""
    state: State | None = None
    for line in sys.stdin:
        message = json.loads(line)
        if state is None:
            state = Handler.state = State(message["folders"])
            http.server.ThreadingHTTPServer.request_queue_size = 64
            server = http.server.ThreadingHTTPServer(("127.0.0.1", message["port"]), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            say(done=True, port=server.server_port)
            continue
        with state.lock:
            if "fault" in message:
                state.faults.pop(message["fault"], None)
                if message["how"] is not None:
                    state.faults[message["fault"]] = Fault.of(message["how"])
            else:
                options = message["options"]
                state.isolated, state.shared = options["isolated"], options["shared"]
                state.latency, state.cache = options["latency"], options["cache"]
                state.pace.rate = options["bytes_per_second"]
        say(done=True)


if __name__ == "__main__":
    main()
