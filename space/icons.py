"""Draws the app's PNG icons from `public/icon.svg`: `python space/icons.py`. Needs Chromium with its driver."""

import base64
import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service


PUBLIC = Path(__file__).parent / "public"
ROUND, FULL = 'rx="7"', 'rx="0"'
# Name to size in pixels and corners: what a system cuts to its own shape has to fill its square.
ICONS = {
    "icon-192": (192, ROUND),
    "icon-512": (512, ROUND),
    "maskable-512": (512, FULL),
    "apple-touch-icon": (180, FULL),
}


def main() -> None:
    drawing = (PUBLIC / "icon.svg").read_text()
    assert ROUND in drawing, f"icon.svg has no corners {ROUND}"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        transparent = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}
        driver.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", transparent)
        for name, (size, corners) in ICONS.items():
            metrics = {"width": size, "height": size, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            page = f"<style>*{{margin:0}}svg{{display:block}}</style>{drawing.replace(ROUND, corners)}"
            driver.get("data:text/html;base64," + base64.b64encode(page.encode()).decode())
            (PUBLIC / "icons" / f"{name}.png").write_bytes(driver.get_screenshot_as_png())
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
