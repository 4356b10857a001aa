"""What a freshly forked process does before it becomes somebody, and how processes are ended."""

import contextlib
import fcntl
import functools
import os
import random
import signal
import socket
import tempfile
from collections.abc import Callable


# No process of the server has more open files; what is above is closed without a look.
MOST_FILES = 256


@contextlib.contextmanager
def guarded_exit():
    """A forked process never returns into the server's code, whatever happens in it."""
    try:
        yield
        os._exit(0)
    finally:
        os._exit(1)


def keep(*descriptors: int) -> list[int]:
    """Makes these files 0, 1, 2, ... of this process and closes all others; returns the numbers from 3 on."""
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100) for descriptor in descriptors]
    for number, descriptor in enumerate(high):
        os.dup2(descriptor, number)
    os.closerange(len(high), MOST_FILES)
    return list(range(3, len(high)))


def read_all(descriptor: int) -> bytes:
    """A file's content; the position, which program and judge share, is left alone."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def settle() -> None:
    """The same start for every job."""
    random.seed(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def end(kill: Callable[[int, int], None], target: int) -> None:
    """Kills with `os.kill` or `os.killpg` what may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill(target, signal.SIGKILL)


def children() -> list[int]:
    """This process's children; orphans among its descendants become its children on Linux."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def probes() -> dict[str, bool]:
    """What this process may still do that it should not."""

    def possible(attempt: Callable[[], object]) -> bool:
        try:
            attempt()
        except OSError:
            return False
        return True

    def connect() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.connect(("198.51.100.1", 9))  # a documentation address; a datagram socket sends nothing here

    def write(folder: str) -> None:
        with tempfile.TemporaryFile(dir=folder):
            pass

    shared = ("/tmp", "/var/tmp", "/dev/shm")
    return {
        "network": possible(connect),
        "writes_outside": any([possible(functools.partial(write, folder)) for folder in shared]),
        "reads_outside": possible(lambda: os.listdir("/")) and possible(lambda: open("/etc/passwd").close()),
        "signals": possible(lambda: os.kill(os.getppid(), 0)),
    }
