"""Entries of the leaderboard: `python docs/studies/web_leaderboard.py --name "two-core cloud server"`.

Opens the built app (`npm run build` in space/) in each browser, has its benchmark page make the full choice with the
model that the app comes with, and saves the result that the page gives as space/leaderboard/NAME-ENGINE.json. Nothing
is changed in it. Not covered: whether the machine was at rest.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path


REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.space.browsers import ENGINES, Page, launch  # noqa: E402
from tests.space.server import Site  # noqa: E402


LONGEST = 900  # seconds
_START = """
const [name] = arguments;
const field = () => document.querySelector("#device-name");
while (!document.querySelector("#start-benchmark")) await new Promise((resolve) => setTimeout(resolve, 50));
document.querySelector("[name=choice][value=full]").click();
document.querySelector("#start-benchmark").click();
while (!field()) await new Promise((resolve) => setTimeout(resolve, 50));
field().value = name;
field().dispatchEvent(new InputEvent("input", { bubbles: true }));
"""
_LOOK = """
const text = (selector) => document.querySelector(selector).textContent;
return [document.querySelector("#start-benchmark") !== null, text("#benchmark-status"), text("#result-json")];
"""


def measure(page: Page, url: str, name: str) -> str:
    """The page's own result as JSON text."""
    page.goto(f"{url}#/benchmark").eval(_START, name)
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        done, status, result = page.eval(_LOOK)
        if done and not result:
            raise SystemExit(f"{page.browser.engine}: {status}")
        if done:
            return result
        time.sleep(1)  # seldom, so as not to disturb
    raise SystemExit(f"{page.browser.engine}: not done after {LONGEST} s: {status}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--name", required=True, help="what the device is")
    parser.add_argument("--site", type=Path, default=REPOSITORY / "space/dist", help="the built app")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "space/leaderboard")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    options = parser.parse_args(arguments)
    for engine in options.engines:
        with Site(options.site) as site, launch(engine) as browser:
            result = measure(browser.page, site.url, options.name)
        slug = re.sub(r"\W+", "-", options.name.lower()).strip("-")
        (options.out / f"{slug}-{engine}.json").write_text(result)
        medians = json.loads(result)["medians"]
        print(engine, f"{1e6 / medians['tokenMicros']:.0f} tokens/s,", f"start {medians['loadMicros'] / 1000:.0f} ms")


if __name__ == "__main__":
    main()
