"""Pictures of the app: `python space/screenshots.py --out docs/images/space`, from the repository's root.

Each mode with something in it, answered and measured here by the model of `space/dist`: light and dark, on a desktop
and on a telephone, as WebP; with `--readme` the picture of the README as well. Needs Chromium with its driver, and the
built app.
"""

import argparse
import base64
import io
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402

from tests.space.browsers import launch  # noqa: E402
from tests.space.server import Site  # noqa: E402
from tests.space.visitor import Visitor  # noqa: E402


# Width and height in CSS pixels, and how many pixels each has.
SIZES = {"desktop": (1200, 900, 1), "phone": (390, 844, 2)}
SCHEMES = ("light", "dark")
# Name of a picture, its mode, and what of it has to be in sight.
VIEWS = {
    "chat": ("chat", "#turns"),
    "maths": ("maths", "#result"),
    "code": ("code", "#answer"),
    "code-tests": ("code", "#results"),
    "teach": ("teach", "#lesson"),
    "teach-answers": ("teach", "#results"),
    "dashboard": ("dashboard", "#answers"),
    "dashboard-comparison": ("dashboard", "#versus"),
    "benchmark": ("benchmark", "#own-result"),
    "about": ("about", "h1"),
}
README = (1000, 1180, 2)
PATIENCE = 600


def fill(visitor: Visitor, modes: set[str]) -> None:
    """Has these modes show something: answers, the results of tests, measurements."""
    visitor.load()
    for mode in ("chat", "maths", "code"):
        if mode in modes:
            ask(visitor, mode)
    if "teach" in modes:
        visitor.go("teach")
        visitor.click("[data-lesson=operator]")
        visitor.click("#teach")
        visitor.wait(lambda: visitor.all("#lesson[data-stage=taught]") or visitor.error, PATIENCE)
    if "dashboard" in modes:
        measure(visitor, "dashboard", "#measure", "#cancel-measuring")
    if "benchmark" in modes:
        measure(visitor, "benchmark", "#start-benchmark", "#cancel-benchmark")
        visitor.load()  # it was unloaded
    assert not visitor.error, visitor.error


def ask(visitor: Visitor, mode: str) -> None:
    visitor.go(mode)
    # The first example of code begins with nothing.
    visitor.click("#examples button" if mode != "code" else "#examples button:nth-child(4)")
    visitor.wait(lambda: visitor.state == "ready" and visitor.all("main .stats"), PATIENCE)
    if mode == "code":
        visitor.click("#run")
        visitor.wait(lambda: visitor.all("#results") or visitor.error, PATIENCE)


def measure(visitor: Visitor, mode: str, start: str, cancel: str) -> None:
    visitor.go(mode)
    visitor.click(start)
    visitor.wait(lambda: visitor.all(cancel) or visitor.error)
    visitor.wait(lambda: not visitor.all(cancel) or visitor.error, PATIENCE)


def look(visitor: Visitor, scheme: str, width: int, height: int, ratio: float) -> None:
    """Makes the window one of this size, on a system with these colours and without movement."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": width < 600}
    visitor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in features.items()]
    visitor.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    visitor.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})


# As little as needed; the bar of the modes may cover the end of the window.
SCROLL = """
scrollTo(0, 0);
document.activeElement?.blur();
const { top, bottom } = document.querySelector("main").querySelector(arguments[0]).getBoundingClientRect();
scrollBy(0, Math.max(0, Math.min(bottom - innerHeight + 90, top - 16)));
"""


def picture(visitor: Visitor, mode: str, selector: str) -> Image.Image:
    visitor.go(mode)
    mouse = {"type": "mouseMoved", "x": 1, "y": 1}
    visitor.driver.execute_cdp_cmd("Input.dispatchMouseEvent", mouse)  # it would hover over something
    visitor.page.eval(SCROLL, selector)
    visitor.page.eval("await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));")
    shot = visitor.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


def take(url: str, out: Path, readme: Path | None, quality: int, names: list[str]) -> None:
    views = {name: VIEWS[name] for name in names}
    out.mkdir(parents=True, exist_ok=True)
    with launch("chromium") as browser:
        visitor = Visitor(browser.page, url, query="")
        fill(visitor, {mode for mode, _ in views.values()} | ({"maths"} if readme else set()))
        for size, dimensions in SIZES.items():
            for scheme in SCHEMES:
                look(visitor, scheme, *dimensions)
                for name, view in views.items():
                    picture(visitor, *view).save(out / f"{name}-{size}-{scheme}.webp", quality=quality, method=6)
        if readme is not None:
            look(visitor, "light", *README)
            picture(visitor, *VIEWS["maths"]).save(readme, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--url", help="where the app is served; without it space/dist is served for the time")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--readme", type=Path, help="PNG for the README")
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS), help="only these pictures")
    parser.add_argument("--dist", type=Path, default=ROOT / "space" / "dist", help="the built app")
    parser.add_argument("--quality", type=int, default=80, help="of WebP, to 100")
    args = parser.parse_args()
    if args.url:
        take(args.url, args.out, args.readme, args.quality, args.views)
        return
    if not (args.dist / "models" / "odin-nano").is_dir():
        sys.exit(f"error: no app with odin-nano in {args.dist}; `make export` and `npm run build` in space/ make one")
    with Site(args.dist) as site:
        take(site.url, args.out, args.readme, args.quality, args.views)


if __name__ == "__main__":
    main()
