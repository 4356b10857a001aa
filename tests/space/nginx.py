"""Debian's nginx with the configuration of hosting/nginx, on a free port and without root."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.space.conftest import REPOSITORY


SERVE = REPOSITORY / "hosting" / "nginx" / "serve.sh"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")


def need_nginx() -> None:
    """Skips the test where nginx or its brotli module is missing, or fails it where everything is required."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found and BROTLI.exists():
        return
    reason = "nginx or its brotli module is not installed; `make nginx` installs them"
    pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Nginx:
    """A server over `site`. `directives` are more of nginx's, such as `limit_rate 100k;`."""

    def __init__(self, site: Path, directives: str = ""):
        need_nginx()
        self.site, self.directives = site, directives
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._temporary = tempfile.TemporaryDirectory()
        self._process: subprocess.Popen | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Starts the server, again on the same port after :meth:`kill`. The log begins anew."""
        assert self._process is None, "the server is running"
        self._process = subprocess.Popen(
            [SERVE, self.site, str(self.port), self.directives],
            env={**os.environ, "TMPDIR": self._temporary.name},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 20
        while True:
            try:
                self.ask("favicon.ico")  # a connection is not enough: `nginx -t` listens for a moment, too
                return
            except (OSError, http.client.HTTPException):
                assert self._process.poll() is None and time.monotonic() < end, "nginx did not start"
                time.sleep(0.02)

    def kill(self) -> None:
        """Ends the server at once, with all its connections."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        for prefix in Path(self._temporary.name).iterdir():
            shutil.rmtree(prefix)

    def stop(self) -> int:
        """Ends the server as Ctrl-C does; returns the status of `serve.sh`."""
        self._process.terminate()
        status = self._process.wait(timeout=20)
        self._process = None
        return status

    def __enter__(self) -> "Nginx":
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        self._temporary.cleanup()

    @property
    def left(self) -> list[Path]:
        """What `serve.sh` has not removed."""
        return list(Path(self._temporary.name).iterdir())

    @property
    def log(self) -> list[dict]:
        """The requests that have been answered: `path`, `status`, `range` and the bytes `sent`."""
        (prefix,) = self.left
        requests = [json.loads(line) for line in (prefix / "requests.log").read_text().splitlines()]
        return [request for request in requests if request["path"] != "/favicon.ico"]

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer as it comes, neither decoded nor redirected."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/{path}", headers=named)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer
