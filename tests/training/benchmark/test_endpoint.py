"""Hosted models, against a server of our own that also fails, dawdles and talks nonsense."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from training.benchmark.decoding import Decoding
from training.benchmark.endpoint import KEY, Endpoint, EndpointError, Patience, retry_after
from training.benchmark.models import load_answerer


IMPATIENT = Patience(attempts=3, timeout=0.5, first_wait=0.01, longest_wait=0.05)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        known = self.server.openai and self.path == "/v1/models"
        self.reply(200 if known else 404, {"data": []} if known else {"error": "no"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        with server.lock:
            server.requests.append((self.path, body, self.headers.get("Authorization")))
            server.inside += 1
            server.most = max(server.most, server.inside)
            trouble = server.troubles.pop(0) if server.troubles else None
        try:
            if trouble == "slow":
                time.sleep(1.0)
            elif trouble == "cut":
                self.close_connection = True
                self.connection.close()
                return
            elif trouble is not None:
                self.reply(*trouble)
                return
            time.sleep(server.delay)
            self.reply(200, server.answer(self.path, body))
        except (BrokenPipeError, ConnectionResetError):
            pass  # nobody waits for a slow reply any more
        finally:
            with server.lock:
                server.inside -= 1


def echo(path, body):
    """Says what it was asked, in the form of the interface."""
    if "messages" in body:
        return {"choices": [{"message": {"content": f"echo {body['messages'][-1]['content']}"}}]}
    if "prompt" in body:
        return {"choices": [{"text": f" echo {body['prompt']}"}]}
    return {"generated_text": f" echo {body['inputs']}"}


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.lock, server.requests, server.troubles = threading.Lock(), [], []
    server.inside = server.most = 0
    server.openai, server.answer, server.delay = True, echo, 0.0
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def server():
    with serving() as running:
        yield running


def asked(*questions):
    return [[{"role": "user", "content": question}] for question in questions]


def test_chat(server):
    model = load_answerer(f"{server.url}/v1#tiny")
    decoding = Decoding(max_new_tokens=7, stop=("hello",), batch_size=2)
    assert model.answer(asked("a", "b", "say hello"), decoding) == [["echo a"], ["echo b"], ["echo say "]]
    # Asked two at a time, so in any order.
    path, body, key = next(request for request in server.requests if request[1]["messages"][0]["content"] == "a")
    assert path == "/v1/chat/completions" and key is None
    assert body == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "a"}],
        "max_tokens": 7,
        "temperature": 0.0,
        "stop": ["hello"],
    }
    assert model.name == "tiny" and model.describe()["calculator"] is False


@pytest.mark.parametrize(
    "path, interface", [("", "chat"), ("/v1/chat/completions", "chat"), ("/v1/completions", "plain")]
)
def test_addresses_of_openai(server, path, interface):
    model = load_answerer(f"{server.url}{path}#tiny")
    expected = "echo a" if interface == "chat" else "echo Question: a\nAnswer:"
    assert model.answer(asked("a"), Decoding()) == [[expected]]


@pytest.mark.parametrize("as_list", [False, True])
def test_text_generation_inference(server, as_list):
    server.openai = False
    if as_list:  # Inference Endpoints send a list with one element
        server.answer = lambda path, body: [echo(path, body)]
    model = load_answerer(server.url if as_list else f"{server.url}/generate")
    assert model.answer(asked("a"), Decoding(temperature=0.5, max_new_tokens=5)) == [["echo Question: a\nAnswer:"]]
    parameters = server.requests[0][1]["parameters"]
    assert parameters["max_new_tokens"] == 5 and parameters["do_sample"] and parameters["temperature"] == 0.5
    assert "top_p" not in parameters and parameters["stop"] == ["\nQuestion:"]


def test_samples_have_seeds_of_their_own(server):
    model = Endpoint(f"{server.url}/v1")
    server.answer = lambda path, body: {"choices": [{"message": {"content": str(body["seed"])}}]}
    drawn = model.answer(asked("a", "a"), Decoding(temperature=1.0, samples=3, batch_size=1))
    assert len({text for texts in drawn for text in texts}) == 6
    assert model.answer(asked("a", "a"), Decoding(temperature=1.0, samples=3, batch_size=6)) == drawn
    assert model.answer(asked("a", "a"), Decoding(temperature=1.0, samples=3, seed=1)) != drawn


def test_greedy_samples_are_asked_for_once(server):
    assert Endpoint(f"{server.url}/v1").answer(asked("a"), Decoding(samples=3)) == [["echo a"] * 3]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        (429, {"error": "slow down"}, [("Retry-After", "0.01")]),
        (503, b"loading"),
        (200, b'{"choices": ['),
        (200, {"choices": []}),
        (200, b"\xff\xfe"),
        "slow",
        "cut",
    ],
    ids=str,
)
def test_what_passes_is_tried_again(server, trouble):
    model = Endpoint(f"{server.url}/v1", patience=IMPATIENT)
    server.troubles = [trouble, trouble]
    assert model.answer(asked("a"), Decoding()) == [["echo a"]]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "trouble, words",
    [
        ((500, b"out of memory"), "failed 3 times, at last: status 500, out of memory"),
        ((200, {"answer": 4}), "not an answer of the interface 'chat'"),
        ("slow", "no answer within 0.5 seconds"),
    ],
    ids=str,
)
def test_what_does_not_pass_ends_in_words(server, trouble, words):
    model = Endpoint(f"{server.url}/v1", patience=IMPATIENT)
    server.troubles = [trouble] * 100
    with pytest.raises(EndpointError, match=words):
        model.answer(asked("a"), Decoding())


def test_a_refusal_is_not_tried_again(server, monkeypatch):
    model = Endpoint(f"{server.url}/v1", patience=IMPATIENT)
    server.troubles = [(401, {"error": "who are you"})]
    with pytest.raises(EndpointError, match=f"status 401 .set {KEY}.*who are you"):
        model.answer(asked("a"), Decoding())
    assert len(server.requests) == 1


def test_newer_name_of_the_length(server):
    def picky(path, body):
        assert "max_tokens" not in body
        return echo(path, body)

    server.answer = picky
    server.troubles = [(400, {"error": "use max_completion_tokens instead"})]
    assert Endpoint(f"{server.url}/v1").answer(asked("a", "b"), Decoding(batch_size=1)) == [["echo a"], ["echo b"]]
    assert [sorted({"max_tokens", "max_completion_tokens"} & body.keys()) for _, body, _ in server.requests] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        ["max_completion_tokens"],
    ]


def test_requests_at_a_time_are_bounded(server):
    server.delay = 0.05
    Endpoint(f"{server.url}/v1", concurrency=3).answer(asked(*"abcdefghi"), Decoding())
    assert server.most == 3
    server.most = 0
    Endpoint(f"{server.url}/v1", concurrency=3).answer(asked(*"abc"), Decoding(batch_size=1))
    assert server.most == 1


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(server, monkeypatch):
    monkeypatch.setenv(KEY, "sesame")
    model = Endpoint(f"{server.url}/v1?user=me#tiny")
    model.answer(asked("a"), Decoding())
    assert server.requests[0][2] == "Bearer sesame"
    assert "sesame" not in json.dumps(model.describe()) and "user=me" not in json.dumps(model.describe())
    with pytest.raises(EndpointError, match="must not hold a password"):
        Endpoint("http://me:sesame@127.0.0.1/v1")


def test_nobody_there():
    with serving() as server:
        url = server.url
    with pytest.raises(EndpointError, match="nobody answers at"):
        load_answerer(f"{url}/v1#tiny")


def test_no_calculator_and_no_dtype(server):
    with pytest.raises(ValueError, match="calculator works for local models only"):
        Endpoint(f"{server.url}/v1").answer(asked("a"), Decoding(calculator=True))
    with pytest.raises(ValueError, match="chooses its own device and dtype"):
        load_answerer(f"{server.url}/v1", dtype="int8")


def test_how_long_to_wait():
    assert retry_after("2") == 2.0 and retry_after(None) is None and retry_after("soon") is None
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
