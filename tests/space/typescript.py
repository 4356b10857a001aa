"""Calls functions of the browser runtime, written in TypeScript, in Node."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


SPACE = Path(__file__).parents[2] / "space"
# JSON has no NaN and no infinities; -Infinity, for a token that must not come, is null.
MAIN = """
import {{ readFileSync, writeFileSync }} from "node:fs";
import {{ OdinError }} from {errors};
{script}
const results = JSON.parse(readFileSync(process.argv[2], "utf8")).map((job) => {{
  try {{
    return {{ value: answer(job) }};
  }} catch (error) {{
    if (!(error instanceof OdinError)) throw error;
    return {{ code: error.code, message: error.message }};
  }}
}});
writeFileSync(process.argv[3], JSON.stringify(results));
"""


def compile_script(script: str, folder: Path) -> Callable[[list], list[Any]]:
    """A function that gives `answer(job)` for each job of a list, or its OdinError as `{"code", "message"}`.

    Args:
        script: TypeScript that defines `answer`, with imports from `RUNTIME/`.
        folder: for the bundle and the jobs.
    """
    bundler = SPACE / "node_modules" / ".bin" / "rolldown"
    if shutil.which("node") is None or not bundler.exists():
        reason = "the Space's packages are not installed (`npm ci` in space/)"
        pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)
    runtime = str(SPACE / "runtime")
    source, bundle = folder / "source.ts", folder / "bundle.mjs"
    source.write_text(MAIN.format(errors=json.dumps(f"{runtime}/errors"), script=script.replace("RUNTIME", runtime)))
    options = ["--format", "esm", "--platform", "node", "--file", bundle]
    subprocess.run([bundler, source, *options], check=True, timeout=60, capture_output=True)
    asked, answered = folder / "asked.json", folder / "answered.json"

    def call(jobs: list) -> list[Any]:
        asked.write_text(json.dumps(jobs, allow_nan=False))
        subprocess.run(["node", bundle, asked, answered], check=True, timeout=60)
        results = json.loads(answered.read_text())
        return [result.get("value", result) for result in results]

    return call
