"""The test server itself: tests that build on its faults are worth no more than it is."""

import http.client
import time
import urllib.error
import urllib.request

import pytest

from tests.space.server import Site


CONTENT = bytes(range(256)) * 400


@pytest.fixture
def site(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("<title>page</title>")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.bin").write_bytes(CONTENT)
    (tmp_path / "secret").write_text("x")
    with Site({"": tmp_path / "page", "models/": tmp_path / "models"}) as site:
        yield site


def get(site, path="models/weights.bin", **headers):
    request = urllib.request.Request(site.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_files_and_headers(site):
    status, headers, body = get(site)
    assert (status, body, headers["Cache-Control"]) == (200, CONTENT, "no-store")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    site.serve(isolated=False)
    assert get(site)[1]["Cross-Origin-Opener-Policy"] is None
    assert b"page" in get(site, "")[2]
    for path in ("nowhere", "models/", "models/../secret", "models/%2e%2e/secret"):
        assert get(site, path)[0] == 404


def test_other_origins_may_read_it_when_they_are_told_so(site):
    question = urllib.request.Request(site.url + "models/weights.bin", method="OPTIONS")
    assert get(site)[1]["Access-Control-Allow-Origin"] is None
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(question, timeout=10)
    site.serve(shared=True)
    assert get(site)[1]["Access-Control-Allow-Origin"] == "*"
    with urllib.request.urlopen(question, timeout=10) as response:
        assert response.headers["Access-Control-Allow-Headers"] == "Range"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=100-199", 100, 200), ("bytes=102000-", 102_000, 102_400), ("bytes=-5", -5, None)],
)
def test_ranges(site, asked, start, end):
    status, headers, body = get(site, Range=asked)
    assert (status, body) == (206, CONTENT[start:end])
    first = start % len(CONTENT)
    assert headers["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(CONTENT)}"
    log = site.requests("models/weights.bin")
    assert [(entry.range, entry.status, entry.sent) for entry in log] == [((first, first + len(body)), 206, len(body))]


def test_range_not_satisfiable_and_changed_file(site):
    status, headers, _ = get(site, Range="bytes=102400-")
    assert (status, headers["Content-Range"]) == (416, "bytes */102400")
    tag = get(site)[1]["ETag"]
    assert get(site, Range="bytes=0-9", If_Range=tag)[0] == 206
    assert get(site, Range="bytes=0-9", If_Range='"other"')[0] == 200
    site.fail("models/weights.bin", ranges=False)
    status, headers, body = get(site, Range="bytes=0-9")
    assert (status, body, headers["Accept-Ranges"]) == (200, CONTENT, None)


def test_faults_hit_and_pass(site):
    path = "models/weights.bin"
    site.fail(path, cut=50_000, times=1)
    assert get(site, Range="bytes=0-99")[2] == CONTENT[:100], "an answer without the byte is left alone"
    with pytest.raises(http.client.IncompleteRead) as cut:
        get(site)
    assert cut.value.partial == CONTENT[:50_000]
    site.serve(latency=0)  # a fault that is over stays so
    assert get(site)[2] == CONTENT

    site.fail(path, damage=(16_380, 16_390), times=2)
    for _ in range(2):
        damaged = get(site, Range="bytes=16000-")[2]
        assert [i + 16_000 for i, byte in enumerate(damaged) if byte != CONTENT[i + 16_000]] == list(
            range(16_380, 16_390)
        )
    assert get(site)[2] == CONTENT

    site.fail(path, status=503)
    assert get(site)[0] == 503
    site.fail(path, replace=b"")
    assert get(site)[2] == b""
    site.fail("invented.txt", replace=b"other")
    assert get(site, "invented.txt", Range="bytes=1-2")[2] == b"th"
    site.heal()
    assert get(site)[2] == CONTENT
    assert get(site, "invented.txt")[0] == 404


def test_reset_is_an_error_of_the_connection(site):
    site.fail("models/weights.bin", cut=50_000, reset=True)
    with pytest.raises(ConnectionResetError):
        get(site)


def test_pace_and_latency(site):
    site.serve(bytes_per_second=400_000, latency=0.1)
    started = time.monotonic()
    get(site)
    assert 0.3 < time.monotonic() - started < 1.5


def test_killed_server_is_gone_and_comes_back_at_its_address(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    connection.request("GET", "/")
    connection.getresponse().read()
    site.fail("models/weights.bin", status=500)
    site.kill()
    with pytest.raises(OSError):
        connection.request("GET", "/")  # over the connection that it kept open
        connection.getresponse()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(site.url, timeout=5)
    site.start()
    assert get(site, "")[0] == 200
    assert get(site)[0] == 500
    assert [entry.status for entry in site.log] == [200, 200, 500]
