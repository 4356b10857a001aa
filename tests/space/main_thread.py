"""How long the main thread of a page is busy at a time."""

import json
import urllib.request
from dataclasses import dataclass

import websocket

from tests.space.browsers import Page


@dataclass
class Task:
    """A task of the main thread of a page, in milliseconds."""

    at: float
    wall: float
    cpu: float
    """Without the time in which the operating system ran something else."""


class Trace:
    """Chromium's own record of all tasks, between the beginning and the end of a `with` block.

    The Long Tasks API tells the time on the wall. On a machine where other processes want the same processors, that is
    mostly the time in which the page was not running at all; a trace has both.
    """

    def __init__(self, page: Page):
        address = page.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{address}/json/version") as answer:
            url = json.load(answer)["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(url, suppress_origin=True, timeout=60)
        # The thread that runs this very page: other tabs may have processes of their own.
        self._mark = f"trace {id(self)}"
        self._page = page
        self.tasks: list[Task] = []

    def __enter__(self) -> "Trace":
        categories = {"includedCategories": ["toplevel", "blink.user_timing"], "excludedCategories": ["*"]}
        self._send("Tracing.start", transferMode="ReportEvents", traceConfig=categories)
        while json.loads(self._socket.recv()).get("id") != 1:
            pass
        self._page.eval("performance.mark(arguments[0]);", self._mark)
        return self

    def __exit__(self, *_) -> None:
        self._send("Tracing.end")
        events: list[dict] = []
        while (message := json.loads(self._socket.recv())).get("method") != "Tracing.tracingComplete":
            events += message["params"]["value"] if message.get("method") == "Tracing.dataCollected" else []
        self._socket.close()
        thread = next((event["pid"], event["tid"]) for event in events if event["name"] == self._mark)
        own = [event for event in events if (event["pid"], event["tid"]) == thread]
        self.tasks = [
            Task(event["ts"] / 1e3, event["dur"] / 1e3, event["tdur"] / 1e3)
            for event in own
            if event["ph"] == "X" and event["name"].endswith("RunTask") and "tdur" in event
        ]

    @property
    def longest(self) -> Task:
        """By the time on the processor."""
        return max(self.tasks, key=lambda task: task.cpu)

    def _send(self, method: str, **params) -> None:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": params}))
