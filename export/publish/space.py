"""The repository of the page: a static Space that takes its model from the model's repository, at the tag."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from huggingface_hub import SpaceCard

from training.card_data import HUB

from .listing import check_card, check_files, version_in
from .model import README
from .problems import Problems, PublishError
from .repository import Content, Repository, contents
from .secret import VARIABLES


SPACE = Path(__file__).resolve().parents[2] / "space"
DEPLOYMENT = "deployment.json"
# Names another deployment, with its statistics and further origins, as for every build of the app.
VARIABLE = "ODIN_DEPLOYMENT"
# By these a page of ours is known, and a folder that is none is refused.
PAGE = ("manifest.webmanifest", "index.html", "sw.js")
# Downloads from the Hub are redirected to these, and a page's security policy applies to redirects.
STORAGE = "https://*.hf.co"


ABOUT = """
# ODIN

A small language model without attention that shows its working. It runs whole inside your browser's tab: there is no
server, and what you type stays on your device.

The model is [{model}]({endpoint}/{model}/tree/{tag}) at {tag}; its card says what it can do, what it cannot, and how
it was made.
"""


def space_repository(
    name: str,
    model: Repository,
    dataset: str | None,
    endpoint: str,
    scratch: Path,
    problems: Problems,
    dist: Path | None = None,
) -> Repository | None:
    """What the Space `name` shall hold; None when that cannot be said, with the reasons among `problems`.

    Args:
        dataset: repository of the corpus that the model was trained on.
        dist: a page that was built for this very tag of the model; without it one is built.
        scratch: an empty folder.
    """
    known = len(problems)
    models = f"{endpoint}/{model.name}/resolve/{model.tag}/"
    with problems.noting():
        version = version_in(json.loads((SPACE / "package.json").read_text()), SPACE / "package.json")
        dist = dist or build_page(models, endpoint, scratch)
        check_page(dist, models, endpoint)
        check_references(dist, problems)
        card = SpaceCard((dist / README).read_text())
        card.data["models"] = [model.name]
        card.data["datasets"] = [dataset] if dataset else None
        card.text = ABOUT.format(model=model.name, tag=model.tag, endpoint=endpoint)
        (scratch / README).write_text(card.content)
        check_card(scratch / README, ("title", "sdk", "models"))
    if len(problems) > known:
        return None
    files = {path: content for path, content in contents(dist).items() if not is_copied_model(path)}
    files[README] = Content(scratch / README)
    about = f"the page {version} with {model.about}"
    # No version, but the name of a pair: each of the two goes on without the other.
    tag = f"page-{version}-{model.about.replace(' ', '-')}"
    return Repository("space", name, version, tag, about, files, PAGE, named)


def named(manifest: dict[str, Any]) -> str | None:
    """What a published manifest.webmanifest says that the page is: a site of another app has one, too."""
    return f"the page '{called}'" if (called := manifest.get("id") or manifest.get("name")) else None


def build_page(models: str, endpoint: str, scratch: Path) -> Path:
    """Builds the app for the model at the address `models`; of the deployment at hand the rest is kept.

    Raises:
        PublishError: with what the build said last.
    """
    if not (SPACE / "node_modules").is_dir():
        raise PublishError(f"the page cannot be built: run `npm ci` in '{SPACE}', or give a built one with --dist")
    given = SPACE / (os.environ.get(VARIABLE) or DEPLOYMENT)
    deployment = json.loads(given.read_text())
    if not isinstance(deployment, dict):
        raise PublishError(f"'{given}' is no deployment: expected a JSON object, see docs/app.md")
    connect = [*deployment.get("connect", []), *([STORAGE] if endpoint == HUB else [])]
    deployment |= {"models": models, "model": "", "connect": connect}
    (scratch / DEPLOYMENT).write_text(json.dumps(deployment, indent=2) + "\n")
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    npm = shutil.which("npm")
    if npm is None:
        raise PublishError("the page cannot be built: npm is not there; install Node, or give a built one with --dist")
    build = subprocess.run(
        [npm, "run", "build", "--", "--outDir", scratch / "dist", "--emptyOutDir"],
        cwd=SPACE,
        # Where `hf auth login` leaves the token, they find nothing.
        env=environment | {VARIABLE: str(scratch / DEPLOYMENT), "HF_HOME": str(scratch / "home")},
        capture_output=True,
        text=True,
    )
    if build.returncode:
        last = "\n".join((build.stdout + build.stderr).strip().splitlines()[-20:])
        raise PublishError(f"the page could not be built:\n{last}")
    return scratch / "dist"


def check_page(dist: Path, models: str, endpoint: str) -> None:
    """Raises PublishError unless `dist` is a built page that takes its model from the address `models`, and may."""
    if missing := [name for name in (*PAGE, README) if not (dist / name).is_file()]:
        raise PublishError(f"'{dist}' is no built page, it lacks {', '.join(missing)}: omit --dist to build one")
    scripts = (path for path in sorted(dist.rglob("*")) if path.suffix in (".html", ".js", ".json"))
    # The deployment in the script, as the bundler writes it: quotes of one kind or another, or none around keys.
    quote = "[\"'`]"
    taken = re.compile(
        rf"models{quote}?:\s*{quote}{re.escape(models)}{quote},\s*{quote}?model{quote}?:\s*{quote}{{2}}"
    )
    if not any(taken.search(path.read_text()) for path in scripts if path.is_file()):
        raise PublishError(f"the page in '{dist}' does not take its model from {models}: omit --dist to build one")
    connect = re.search('connect-src ([^;"]*)', (dist / "index.html").read_text())
    if endpoint == HUB and (connect is None or STORAGE not in connect[1].split()):
        raise PublishError(
            f"the page in '{dist}' may not connect to {STORAGE}, where the Hub keeps large files: omit --dist to "
            f"build one, or build it with that in `connect` of {DEPLOYMENT}"
        )


def check_references(dist: Path, problems: Problems) -> None:
    """Notes what is wrong with the transformers that the page compares the model with, which it carries itself."""
    remedy = "make one with `python -m export.reference` in space/public/models/ and build the page again"
    folders = sorted((dist / "models").glob("reference-*"))
    if not folders:
        problems.append(f"'{dist}/models' has no reference-* for the page's comparison: {remedy}")
    for folder in folders:
        check_files(folder, remedy, problems)


def is_copied_model(path: str) -> bool:
    """Whether it is a file of a model that the page does not carry on the Hub."""
    parts = path.split("/")
    return parts[0] == "models" and not parts[1].startswith("reference-")
