"""Contents on the Hub under test: uploads and downloads of LFS objects, `resolve`, and the pages of static Spaces."""

import hashlib
import hmac
import mimetypes
import re
from urllib.parse import quote

import yaml

from tests.export.hub_api import PREFIX, Answer, Question, Respond, State, route
from tests.export.hub_store import Commit, File, Refusal, Repository, front_matter


PAGE = r"/(?P<prefix>datasets/|spaces/|)(?P<id>[^/]+/[^/]+)"
LFS = rf"{PAGE}\.git/info/lfs"
KIND = {prefix: kind for kind, prefix in PREFIX.items()}
# The headers that the Hub lets a page of another origin read.
EXPOSED = (
    "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,"
    "X-Linked-Size,X-Linked-ETag,X-Xet-Hash"
)
# Of `custom_headers` a Space may only set these.
CUSTOM_HEADERS = {"cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"}

STORAGE_ROUTES: list[tuple[str, re.Pattern, Respond]] = []


def storage_route(method: str, pattern: str):
    """Like `route`, for the host that keeps large objects."""

    def register(respond: Respond) -> Respond:
        STORAGE_ROUTES.append((method, re.compile(pattern), respond))
        return respond

    return register


def signed(state: State, path: str) -> str:
    """A URL that lets its holder write to `path` on the storage host, without a token."""
    return f"{state.storage}{path}?signature={signature(state, path)}"


def signature(state: State, path: str) -> str:
    return hmac.new(state.token.encode(), path.encode(), "sha256").hexdigest()


@route("POST", rf"{LFS}/objects/batch")
def batch(state: State, question: Question, prefix: str, id: str) -> Answer:
    """How to upload each object: not at all when it is here, in one PUT, or in parts when it is large."""
    repository = state.find(KIND[prefix], id, question, write=True)
    asked = question.json()
    if asked.get("operation") != "upload" or asked.get("hash_algo", "sha256") != "sha256":
        raise Refusal(422, "Only uploads with sha256 are answered here")
    multipart = "multipart" in asked.get("transfers", ["basic"])
    objects, transfer = [], "basic"
    for wanted in asked["objects"]:
        oid, size = wanted["oid"], wanted["size"]
        about: dict = {"oid": oid, "size": size, "authenticated": True}
        if oid not in repository.uploaded:
            path = f"/{PREFIX[repository.type]}{id}/{oid}"
            upload: dict = {"href": signed(state, path)}
            if multipart and size > state.multipart_over:
                transfer = "multipart"
                parts = range(1, -(-size // state.part_bytes) + 1)
                urls = {str(part): signed(state, f"{path}/{part}") for part in parts}
                finish = f"{state.endpoint}/{prefix}{id}.git/info/lfs/complete/{oid}"
                upload = {"href": f"{finish}?signature={signature(state, path)}"}
                upload["header"] = {"chunk_size": str(state.part_bytes), **urls}
            verify = {"href": f"{state.endpoint}/{prefix}{id}.git/info/lfs/verify"}
            about["actions"] = {"upload": upload, "verify": verify}
        objects.append(about)
    return Answer.json({"transfer": transfer, "objects": objects})


@storage_route("PUT", rf"{PAGE}/(?P<oid>[0-9a-f]{{64}})(/(?P<part>\d+))?")
def put(state: State, question: Question, prefix: str, id: str, oid: str, part: str) -> Answer:
    path = f"/{prefix}{id}/{oid}" + (f"/{part}" if part else "")
    if not hmac.compare_digest(question.value("signature"), signature(state, path)):
        raise Refusal(403, "The signature of this URL is not valid")
    sha256 = hashlib.sha256(question.body).hexdigest()
    repository = state.find(KIND[prefix], id)
    if part:
        state.blobs.put(question.body)
        repository.parts[oid, int(part)] = sha256
    else:
        keep(state, repository, oid, question.body)
    return Answer(200, headers={"ETag": f'"{sha256}"'})


def keep(state: State, repository: Repository, oid: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != oid:
        raise Refusal(400, f"The content of {len(content)} bytes does not have the sha256 {oid}")
    state.blobs.put(content)
    repository.uploaded[oid] = len(content)


@route("POST", rf"{LFS}/complete/(?P<oid>[0-9a-f]{{64}})")
def complete(state: State, question: Question, prefix: str, id: str, oid: str) -> Answer:
    """Joins the parts of an object, in the order of their numbers."""
    if not hmac.compare_digest(question.value("signature"), signature(state, f"/{prefix}{id}/{oid}")):
        raise Refusal(403, "The signature of this URL is not valid")
    repository = state.find(KIND[prefix], id)
    content = b""
    for part in sorted(question.json()["parts"], key=lambda part: part["partNumber"]):
        sha256 = repository.parts.get((oid, part["partNumber"]))
        if sha256 is None or part["etag"] != f'"{sha256}"':
            raise Refusal(400, f"Part {part['partNumber']} of {oid} was not uploaded with the ETag {part['etag']}")
        content += state.blobs.get(sha256)
    keep(state, repository, oid, content)
    return Answer.json({"success": True})


@route("POST", rf"{LFS}/verify")
def verify(state: State, question: Question, prefix: str, id: str) -> Answer:
    repository = state.find(KIND[prefix], id, question, write=True)
    asked = question.json()
    if repository.uploaded.get(asked["oid"]) != asked["size"]:
        raise Refusal(404, f"No object {asked['oid']} of {asked['size']} bytes was uploaded")
    return Answer(200)


@storage_route("GET", rf"{PAGE}/(?P<oid>[0-9a-f]{{64}})")
def stored(state: State, question: Question, prefix: str, id: str, oid: str) -> Answer:
    repository = state.find(KIND[prefix], id)
    if oid not in repository.uploaded:
        raise Refusal(404, "No such object")
    kind = question.value("response-content-type", "application/octet-stream")
    headers = {"Content-Type": kind, "ETag": f'"{oid}"', "Access-Control-Allow-Origin": "*"}
    headers |= {"Access-Control-Expose-Headers": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Answer(200, state.blobs.path(oid), headers)


@storage_route("OPTIONS", ".*")
def refuse_preflight(state: State, question: Question) -> Answer:
    """Hosts of large objects were seen to refuse preflights, so pages must ask for ranges that need none:
    https://discuss.huggingface.co/t/cors-support-for-http-range-requests-on-dataset-files/172172."""
    raise Refusal(403, "Preflights are refused")


def content(state: State, repository: Repository, commit: Commit, path: str, kind: str, file: File) -> Answer:
    """A file itself, or for an LFS file the way to the storage host."""
    headers = {"X-Repo-Commit": commit.id, "ETag": f'"{file.etag}"'}
    if not file.lfs:
        return Answer(200, state.blobs.path(file.sha256), {**headers, "Content-Type": kind})
    headers |= {"X-Linked-Size": str(file.size), "X-Linked-ETag": f'"{file.etag}"', "Accept-Ranges": "bytes"}
    location = f"{state.storage}/{PREFIX[repository.type]}{repository.id}/{file.sha256}"
    headers["Location"] = f"{location}?response-content-type={quote(kind, safe='')}"
    return Answer(
        302, f"Found. Redirecting to {headers['Location']}".encode(), {**headers, "Content-Type": "text/plain"}
    )


@route("GET", rf"{PAGE}/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
def resolve(state: State, question: Question, prefix: str, id: str, revision: str, path: str) -> Answer:
    repository = state.find(KIND[prefix], id, question)
    commit, file = repository.file_at(revision, path)
    kind = "application/octet-stream" if file.lfs or not is_text(state, file) else "text/plain; charset=utf-8"
    answer = content(state, repository, commit, path, kind, file)
    name = path.split("/")[-1]
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}; filename=\"{quote(name)}\";"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def is_text(state: State, file: File) -> bool:
    try:
        return "\0" not in state.blobs.get(file.sha256).decode()
    except UnicodeDecodeError:
        return False


def cross_origin(state: State, question: Question) -> dict[str, str]:
    """The Hub's CORS headers: the origin that asks may read the answer and the headers in `EXPOSED`."""
    origin = question.headers.get("origin", state.endpoint)
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Access-Control-Expose-Headers": EXPOSED}


@route("OPTIONS", ".*")
def preflight(state: State, question: Question) -> Answer:
    headers = question.headers.get("access-control-request-headers", "")
    methods = "GET, HEAD, POST, PUT, DELETE"
    return Answer(204, headers={"Access-Control-Allow-Methods": methods, "Access-Control-Allow-Headers": headers})


@route("GET", r"/static/(?P<id>[^/]+/[^/]+)(?P<path>/.*)?")
def static(state: State, question: Question, id: str, path: str) -> Answer:
    """A file of main of a static Space, with the types of a web server and the Space's own headers."""
    repository = state.find("space", id)
    commit = repository.commit_at("main")
    if not path:
        return Answer(302, headers={"Location": f"{question.path}/"})
    name = path[1:] + ("index.html" if path.endswith("/") else "")
    commit, file = repository.file_at("main", name)
    answer = content(state, repository, commit, name, content_type(name), file)
    try:
        custom = front_matter(repository.content(commit, "README.md")).get("custom_headers") or {}
    except yaml.YAMLError:
        custom = {}
    answer.headers.update({name: str(value) for name, value in custom.items() if name.lower() in CUSTOM_HEADERS})
    return answer


def content_type(path: str) -> str:
    own = {"mjs": "text/javascript", "js": "text/javascript", "wasm": "application/wasm", "json": "application/json"}
    suffix = path.rsplit(".", 1)[-1]
    kind = own.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
