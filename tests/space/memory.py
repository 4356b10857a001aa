"""How much memory a browser takes: the proportional set size (PSS) of all its processes.

A page of memory that n processes share counts as 1/n in each of them, so that the sum over a browser's processes
counts nothing twice. Of files that other programs map too, a second browser above all, their share is left out: where
another Firefox starts or ends, all that is measured of this one jumps by 60 MB.
"""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path


MB = 1_000_000


def pss(pids: Iterable[int]) -> int:
    """Bytes that the processes `pids` take together; those that have ended count nothing."""
    return sum(_pss(pid) for pid in pids)


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended
    return 0


def settled(pids: Callable[[], list[int]], seconds: float = 2.0, timeout: float = 40.0) -> int:
    """Memory of an idle browser in bytes: waits until it has changed by less than 1% in `seconds`."""
    samples: list[tuple[float, int]] = []
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        now = time.monotonic()
        samples = [(at, size) for at, size in samples if at > now - seconds] + [(now, pss(pids()))]
        sizes = [size for _, size in samples]
        if now - samples[0][0] > 0.8 * seconds and max(sizes) - min(sizes) < 0.01 * max(sizes):
            return sorted(sizes)[len(sizes) // 2]
        time.sleep(0.1)
    raise TimeoutError(f"the browser's memory has not come to rest in {timeout:.0f} s")


class MemorySampler:
    """Watches a browser while the `with` block runs.

    `idle` is what it took before, `peak` the most it took, in bytes. Between two samples lie `interval` seconds and
    the time that reading takes, 10 to 50 ms; a peak shorter than that can be missed.
    """

    def __init__(self, pids: Callable[[], list[int]], interval: float = 0.05):
        self._pids, self._interval = pids, interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.idle = self.peak = self.samples = 0

    def __enter__(self) -> "MemorySampler":
        self.idle = self.peak = settled(self._pids)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    @property
    def over_idle(self) -> int:
        return self.peak - self.idle

    def _watch(self) -> None:
        while not self._over.is_set():
            if self.samples % 8 == 0:  # listing the processes takes as long as measuring them
                pids = self._pids()
            self.peak = max(self.peak, pss(pids))
            self.samples += 1
            self._over.wait(self._interval)
