"""How the Hub under test finds the answer to a request: its routes, what it knows, and how it refuses."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote

from tests.export.hub_store import Blobs, Refusal, Repository


PREFIX = {"model": "", "dataset": "datasets/", "space": "spaces/"}
IN_REPOSITORY = r"/api/(?P<kind>model|dataset|space)s/(?P<id>[^/]+/[^/]+)"
USER = "user"


@dataclass(frozen=True)
class Question:
    """A request that was read whole. Names in `headers` are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    token: str | None

    def json(self) -> dict:
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, f"The body must be JSON: {error}") from error

    def form(self) -> dict[str, list]:
        """A form, or JSON of the same names."""
        if "json" not in self.headers.get("content-type", ""):
            return parse_qs(self.body.decode())
        return {name: value if isinstance(value, list) else [str(value)] for name, value in self.json().items()}

    def value(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def is_true(self, name: str) -> bool:
        return self.value(name).lower() in ("1", "true")


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes | Path = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, status: int = 200, headers: Mapping[str, str] = {}) -> "Answer":
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})


@dataclass
class State:
    """All that the Hub knows. Whoever reads or changes repositories holds `lock`."""

    blobs: Blobs
    token: str
    lfs_over: int
    multipart_over: int
    part_bytes: int
    page: int
    endpoint: str = ""
    storage: str = ""
    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def find(self, kind: str, id: str, question: Question | None = None, write: bool = False) -> Repository:
        """Refuses as the Hub does: who may not see a repository is told the same as if it did not exist. There, the
        client tells a missing repository by status 401 at an https address; here, only by the code."""
        signed_in = question is None or question.token is not None
        repository = self.repositories.get((kind, id))
        if not signed_in and (write or repository is None or repository.private):
            raise Refusal(401, "Invalid username or password.", "RepoNotFound")
        if repository is None:
            raise Refusal(404, "Repository not found", "RepoNotFound")
        if write and id.split("/")[0] != USER:
            raise Refusal(403, f"You don't have the rights to write to {id}")
        return repository


Respond = Callable[..., Answer]
ROUTES: list[tuple[str, re.Pattern, Respond]] = []


def route(method: str, pattern: str) -> Callable[[Respond], Respond]:
    """Registers `respond(state, question, **groups)`; the groups of the pattern come unquoted."""

    def register(respond: Respond) -> Respond:
        ROUTES.append((method, re.compile(pattern), respond))
        return respond

    return register


def respond(routes: list[tuple[str, re.Pattern, Respond]], state: State, question: Question) -> Answer:
    """The answer of the first route that fits; a `Refusal` becomes an answer as the Hub words it."""
    try:
        if question.token not in (None, state.token):
            raise Refusal(401, "Invalid credentials in Authorization header")
        for method, pattern, respond_to in routes:
            found = pattern.fullmatch(question.path) if method == question.method else None
            if found is not None:
                with state.lock:
                    return respond_to(state, question, **{k: unquote(v or "") for k, v in found.groupdict().items()})
        raise Refusal(404, "Sorry, we can't find the page you are looking for.")
    except Refusal as refusal:
        line = " ".join(refusal.message.split()).encode("ascii", "replace").decode()
        headers = {"X-Error-Message": line, **refusal.headers}
        if refusal.code is not None:
            headers["X-Error-Code"] = refusal.code
        return Answer.json({"error": refusal.message}, refusal.status, headers)
