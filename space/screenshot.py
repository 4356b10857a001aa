"""A picture of the page answering a question: `python space/screenshot.py --out docs/images/space.png`.

Needs Chromium with its driver, and the page served (`npm run serve` in space/).
"""

import argparse
import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait


QUESTION = "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?"
DONE = "return document.querySelector('#stats').dataset.finish || document.querySelector('#error').textContent"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:7860/", help="address of the page, with its query if any")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    parser.add_argument("--question", default=QUESTION, help="'' for the page as it opens")
    parser.add_argument("--width", type=int, default=1000, help="in CSS pixels")
    parser.add_argument("--height", type=int, default=1180, help="in CSS pixels")
    parser.add_argument("--dark", action="store_true", help="with the dark colours")
    args = parser.parse_args()

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        metrics = {"width": args.width, "height": args.height, "deviceScaleFactor": 2, "mobile": args.width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if args.dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, motion]})
        driver.get(args.url)
        if args.question:
            prompt = driver.find_element("id", "prompt")
            prompt.send_keys(args.question, "\n")
            WebDriverWait(driver, 120).until(lambda d: d.execute_script(DONE))
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_bytes(driver.get_screenshot_as_png())
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
