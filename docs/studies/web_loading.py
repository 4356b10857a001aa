"""What loading costs in browsers: `python docs/studies/web_loading.py [--cache DIR]`.

Each engine loads a model of odin-100m's dimensions, in int8 with random weights, from a server of its own: memory over
the idle browser, and times. The limits are in `tests/space/test_loading_cost.py`, which measures in the same way.
Writes docs/measurements/web-loading.json, and a table of docs/runtime.md. Not covered: graphics hardware, phones.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from export.timing import machine  # noqa: E402
from tests.space.browsers import ENGINES, launch, missing  # noqa: E402
from tests.space.loading import measure, random_release  # noqa: E402
from tests.space.memory import MB  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = ROOT / "docs" / "runtime.md"
RESULTS = ROOT / "docs" / "measurements" / "web-loading.json"


def table(report: dict) -> str:
    """Markdown: a row an engine."""
    lines = [
        "| engine | idle browser, MB | cold start, MB more | warm start, MB more | pages' processes in all, MB "
        "| cold at 50 Mbit/s, s | first warm, s | best warm, s | threads |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for found in report["engines"].values():
        sizes = [found[name] / MB for name in ("idle_bytes", "cold_bytes", "warm_bytes", "content_bytes")]
        seconds = [ms / 1e3 for ms in (found["good_connection_ms"], found["warm_ms"][0], min(found["warm_ms"]))]
        numbers = [*(f"{size:.0f}" for size in sizes), *(f"{time:.1f}" for time in seconds), str(found["threads"])]
        lines.append(f"| {found['version']} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cache", type=Path, default=Path("benchmark-models"), help="folder for the graph it makes")
    options = parser.parse_args(arguments)
    report: dict = {"machine": machine(), "engines": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "space" / "test" / "bare", folder / "bare")
        build = ["npm", "run", "build:runtime", "--", "--outDir", folder / "bare" / "odin-llm", "--emptyOutDir"]
        subprocess.run(build, cwd=ROOT / "space", check=True)
        model = random_release(options.cache, folder / "model")
        report["model_bytes"] = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
        for engine in ENGINES:
            if lacking := missing(engine):
                sys.exit(f"error: {lacking}; `make browsers` installs what is needed")
            with launch(engine) as browser:
                capabilities = browser.driver.capabilities
                version = f"{capabilities['browserName']} {capabilities.get('browserVersion', '')}".strip()
                report["engines"][engine] = {"version": version} | measure(browser, folder / "bare", model)
    write_json(RESULTS, report)
    if DOCUMENT.is_file():
        replace_block(DOCUMENT, "loading", table(report))
    print(table(report))


if __name__ == "__main__":
    main()
