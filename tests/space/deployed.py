"""The app built for another deployment than the committed one."""

import json
from pathlib import Path

import pytest

from tests.space.conftest import npm_run


def deployed(folder: Path, **deployment) -> Path:
    """A production build in `folder`, for a site of which `deployment.json` says `deployment`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "deployment.json"
    file.write_text(json.dumps(deployment))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ODIN_DEPLOYMENT", str(file))
        return npm_run("build", folder / "dist")
