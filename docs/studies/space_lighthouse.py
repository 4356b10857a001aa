"""Lighthouse's scores of the app as it opens: `python docs/studies/space_lighthouse.py [--runs N]`.

Builds the app, serves it as the browser tests do (without compression, which real servers have), and measures first
visits as a telephone and as a desktop. Writes docs/measurements/space-lighthouse.json, and a table of docs/app.md. Not
covered: the model, which is not loaded then, and real telephones: Lighthouse calculates what a slow one would need.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from export.timing import machine  # noqa: E402
from tests.space.browsers import missing  # noqa: E402
from tests.space.lighthouse import CATEGORIES, lighthouse  # noqa: E402
from tests.space.server import Site  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = ROOT / "docs" / "app.md"
RESULTS = ROOT / "docs" / "measurements" / "space-lighthouse.json"
FORM_FACTORS = ("mobile", "desktop")


def best(runs: list[dict]) -> dict:
    """Lighthouse takes time on the wall for the page's: other processes make a score worse, never better."""
    return max(runs, key=lambda run: run["scores"]["performance"])


def table(report: dict) -> str:
    """Markdown: a row a form factor, of its best run."""
    lines = [
        "| first visit | performance | accessibility | best practices | first paint, s | largest paint, s "
        "| blocked, ms | layout shift | received, kB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in FORM_FACTORS:
        run = best(report["runs"][name])
        scores = [str(run["scores"][category]) for category in CATEGORIES]
        metrics = run["metrics"]
        times = [f"{metrics[f'{name}_contentful_paint_ms'] / 1e3:.1f}" for name in ("first", "largest")]
        kilobytes = f"{run['bytes'] / 1e3:.0f}"
        rest = [f"{metrics['total_blocking_time_ms']:.0f}", f"{metrics['cumulative_layout_shift']:.2f}"]
        lines.append(f"| {name} | {' | '.join([*scores, *times, *rest, kilobytes])} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="of each form factor")
    options = parser.parse_args(arguments)
    if lacking := missing("chromium"):
        sys.exit(f"error: {lacking}; `make browsers` installs what is needed")
    report: dict = {"machine": machine(), "runs": {}}
    with tempfile.TemporaryDirectory() as folder:
        build = ["npm", "run", "build", "--", "--outDir", folder, "--emptyOutDir"]
        subprocess.run(build, cwd=ROOT / "space", check=True, stdout=subprocess.DEVNULL)
        with Site(Path(folder)) as site:
            for name in FORM_FACTORS:
                report["runs"][name] = [lighthouse(site.url, name) for _ in range(options.runs)]
    write_json(RESULTS, report)
    if DOCUMENT.is_file():
        replace_block(DOCUMENT, "lighthouse", table(report))
    print(table(report))


if __name__ == "__main__":
    main()
