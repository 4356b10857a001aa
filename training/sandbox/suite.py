"""Many jobs on several workers, behind the strongest layers that the machine grants."""

import functools
import os
import queue
import threading
from collections.abc import Sequence

from .verdict import Limits, Verdict
from .worker import SandboxError, Worker


CONTAINERS = ("bubblewrap", "namespaces", "none")


def containers(wish: str | None = None) -> tuple[str, ...]:
    """Those to try, strongest first: the one wished for, that of `ODIN_SANDBOX`, or all.

    Raises:
        ValueError: no such container.
    """
    wish = wish or os.environ.get("ODIN_SANDBOX") or "auto"
    if wish != "auto" and wish not in CONTAINERS:
        raise ValueError(f"no container {wish!r}: auto, {', '.join(CONTAINERS)}")
    return CONTAINERS if wish == "auto" else (wish,)


@functools.lru_cache
def isolation(container: str | None = None, seccomp: bool = True, landlock: bool = True) -> dict:
    """What really keeps a program in, found by starting one and letting it try.

    Returns:
        `container`: "bubblewrap", "namespaces" or "none"; `own_user`: whether it runs as a user of its own;
        `pid_namespace`, `seccomp`: bool; `landlock`: version, 0 without; `network`, `writes_outside`, `reads_outside`,
        `signals`: what a confined process was still able to do (all False at best); `unavailable`: what was tried in
        vain, and why.

    Raises:
        SandboxError: no server starts at all.
    """
    failed: dict[str, str] = {}
    for name in containers(container):
        try:
            with Worker(name, Limits(), seccomp, landlock) as worker:
                hello = worker.hello
        except SandboxError as problem:
            failed[name] = str(problem)
            continue
        found = {
            name: hello[name] for name in ("network", "writes_outside", "reads_outside", "signals", "pid_namespace")
        }
        return found | {
            "container": name,
            "own_user": worker.plan.uids is not None,
            "seccomp": seccomp and hello["linux"] and "seccomp" not in hello["failed"],
            "landlock": 0 if "landlock" in hello["failed"] else hello["landlock"],
            "unavailable": failed | hello["failed"],
        }
    raise SandboxError("; ".join(failed.values()))


def run_untrusted(
    jobs: Sequence[tuple[str, str]],
    limits: Limits = Limits(),
    workers: int | None = None,
    progress: bool = False,
    container: str | None = None,
    seccomp: bool = True,
    landlock: bool = True,
) -> list[Verdict]:
    """Runs each program and then its test against it; the verdicts in the order of the jobs.

    Args:
        jobs: `(program, test)`: Python sources. The test is trusted, the program is not. The test uses the program's
            names as if it stood below it.
        limits: of each job.
        workers: jobs at one time; the number of processors available by default.
        progress: shows a bar.
        container: "bubblewrap", "namespaces" or "none" instead of the strongest (or of `ODIN_SANDBOX`).
        seccomp, landlock: False leaves these layers out; for tests.

    Raises:
        SandboxError: the sandbox cannot be set up, or does not stay up.
    """
    jobs = list(jobs)
    if not jobs:
        return []
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    chosen = isolation(container or os.environ.get("ODIN_SANDBOX"), seccomp, landlock)["container"]
    verdicts: list[Verdict | None] = [None] * len(jobs)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(jobs)):
        waiting.put(number)
    finished: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    stopping = threading.Event()

    def work() -> None:
        try:
            with Worker(chosen, limits, seccomp, landlock) as worker:
                while not stopping.is_set():
                    try:
                        number = waiting.get_nowait()
                    except queue.Empty:
                        break
                    verdicts[number] = worker.run(*jobs[number])
                    finished.put(None)
        except BaseException as problem:
            finished.put(problem)

    count = min(workers or processors(), len(jobs))
    threads = [threading.Thread(target=work, name=f"sandbox-{i}", daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    try:
        for _ in counted(len(jobs), progress):
            problem = finished.get()
            if problem is not None:
                raise problem
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    return [verdict for verdict in verdicts if verdict is not None]


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def counted(total: int, progress: bool):
    """`range(total)`, with a bar if asked for."""
    if not progress:
        return range(total)
    from tqdm import tqdm

    return tqdm(range(total), desc="programs", unit="program")
