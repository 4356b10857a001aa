"""The Space, as `python -m export.publish` puts it on the Hub: opened from there, with its model from the Hub."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from export.build import build
from tests.export.hub import Hub
from tests.export.toy_release import make_corpus, make_release
from tests.space.visitor import Visitor


REPOSITORY = Path(__file__).parents[2]
VERSION = "1.2.3"
REPO, SPACE = "user/toy", "user/odin"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def published(hub, toy_folder, tmp_path_factory) -> dict[str, str]:
    """A toy release and a page built for it, published; what the command said, and the release's weights."""
    folder = tmp_path_factory.mktemp("published")
    corpus = make_corpus(folder / "corpus")
    release = make_release(toy_folder, {"1 + 1": "2"}, corpus, folder / "run", folder / "toy", VERSION)
    build(release, folder / "export", dtypes=("fp32", "int8"))
    if not any((REPOSITORY / "space/public/models").glob("reference-*")):
        pytest.skip("the page carries a transformer for comparison: `make export` makes it")
    # The page's policy has to allow where large files are; on the Hub the command itself adds its hosts.
    (folder / "deployment.json").write_text(json.dumps({"connect": [hub.storage]}))
    environment = hub.environment(folder / "home") | {"ODIN_DEPLOYMENT": str(folder / "deployment.json")}
    command = [sys.executable, "-m", "export.publish", "--model", release, "--export", folder / "export"]
    command += ["--repo", REPO, "--space", SPACE]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert hub.token not in done.stdout + done.stderr
    return json.loads((release / "manifest.json").read_text())


def test_the_space_answers_from_the_hub(published, hub, browsers, engine, engine_page):
    """Page, model and the model's large files are on an origin each, as on the real Hub."""
    page = browsers(engine).page if engine == "webkit" else engine_page
    hub.forget()
    visitor = Visitor(page, hub.page(SPACE), query="dtype=fp32&device=wasm")
    assert page.eval("return crossOriginIsolated;"), "the front matter's custom_headers"
    record = visitor.ask("Tom has 12 apples")
    assert record["model"] == {"name": "toy", "version": VERSION} and record["tokens"]
    asked = {request.path for request in hub.log if request.status and request.status < 400}
    model = f"/{REPO}/resolve/v{VERSION}/"
    assert {model + "manifest.json", model + "onnx/model.onnx"} <= asked
    assert any(request.storage and request.status in (200, 206) for request in hub.log), "the weights are LFS"
    assert f"/static/{SPACE}/models/toy/manifest.json" not in asked
    page.goto("about:blank")


def test_another_model_of_the_hub_is_refused(published, hub, tab):
    """Whoever sends a link must not choose what answers: only the deployment's own model is allowed."""
    hub.forget()
    visitor = Visitor(tab, hub.page(SPACE), query=f"model={hub.endpoint}/evil/model/resolve/main/")
    visitor.load()
    assert visitor.error
    assert not any("evil" in request.path for request in hub.log if not request.path.startswith("/static/"))
