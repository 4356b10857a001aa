"""A server that notes what is posted to it, as one for statistics."""

import http.server
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Post:
    path: str
    headers: dict[str, str]
    """By lower-case names."""
    body: bytes


class Endpoint:
    """Answers every request with `status`, which any origin may read; `posts` and `others` are what came."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.others: list[str] = []
        self.status = 202
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                endpoint.posts.append(Post(self.path, headers, body))
                self.answer()

            def other(self) -> None:
                endpoint.others.append(f"{self.command} {self.path}")
                self.answer()

            do_GET = do_HEAD = do_PUT = do_OPTIONS = other

            def answer(self) -> None:
                self.send_response(endpoint.status)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/api/event"

    def close(self) -> None:
        """Nobody answers at its address from now on."""
        self._server.shutdown()
        self._server.server_close()
