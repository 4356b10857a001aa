"""Runs generated programs against their tests, many of them in one limited process that lives as long as its owner.

Ordinary programs run in that process itself, each in a namespace of its own. A program that could leave traces (it
imports more than a few harmless modules, or touches the interpreter's insides) gets a forked copy to itself.

The limits guard against programs that hang, eat memory, print or write files; they are no defence against hostile
code. Time is processor time, so that a busy machine changes no verdict.
"""

import atexit
import marshal
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence


SECONDS_EACH = 1.0
MEMORY_BYTES = 512 * 2**20
JOBS_AT_ONCE = 4096
# A job is given up by the clock when it sees no end in this many times its processor time, and a second, twice.
PATIENCE = 3

# Reads from stdin, again and again, a length (8 bytes) and a marshalled (jobs, seconds). For each job it sets a byte
# of the shared file: 1 failed, 2 passed; when all are done it writes a byte to stdout. Limits that a platform lacks
# (RLIMIT_AS on macOS) are left out.
RUNNER = r"""
import builtins, marshal, mmap, os, re, resource, signal, sys

memory, shared = int(sys.argv[1]), int(sys.argv[2])
verdicts = mmap.mmap(shared, 0)
os.close(shared)
jobs_from, done_to = open(os.dup(0), "rb"), os.dup(1)
quiet = os.open(os.devnull, os.O_RDWR)
for descriptor in range(3):
    os.dup2(quiet, descriptor)
# Looking up a user's name or a time zone may read a file, but nothing may be changed or started.
REFUSED = {
    "os.chmod", "os.chown", "os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.link", "os.mkdir",
    "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "os.spawn", "os.symlink", "os.system", "os.truncate",
    "os.utime", "pty.spawn", "resource.setrlimit", "shutil.rmtree", "socket.__new__", "subprocess.Popen",
}
HARMLESS = "math|cmath|re|itertools|functools|collections|string|heapq|bisect|operator|typing|fractions|copy"
METHODS = "init|str|repr|len|eq|ne|lt|le|gt|ge|add|sub|mul|iter|next|contains|getitem|setitem|call|hash|bool|name|main"
RISKY = re.compile(
    rf"^\s*import\s+(?!(?:{HARMLESS})\s*$)|^\s*from\s+(?!(?:{HARMLESS})\s)|[;:]\s*(?:import|from)\b"
    rf"|__(?!(?:{METHODS})__)(?<!\w__)|\b(?:{HARMLESS})\s*\.\s*\w+\s*[-+*/%|&^]*=(?!=)"
    r"|\b(?:eval|exec|globals|vars|setattr|delattr)\s*\(",
    re.MULTILINE,
)
running = False

def guard(event, arguments):
    if running and (
        event in REFUSED
        or event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    ):
        raise PermissionError(f"{event} is not for generated programs")

def out_of_time(*_):
    if running:
        raise TimeoutError

def limit(name, soft, hard=None):
    try:
        resource.setrlimit(getattr(resource, name), (soft, soft if hard is None else hard))
    except (AttributeError, ValueError, OSError):
        pass

sys.addaudithook(guard)
signal.signal(signal.SIGPROF, out_of_time)
limit("RLIMIT_AS", memory)
limit("RLIMIT_FSIZE", 0)
limit("RLIMIT_CORE", 0)
plain = dict(vars(builtins))

def run(program, test, seconds):
    global running
    space = {"__name__": "program", "__builtins__": plain.copy()}
    verdict = 1
    try:
        # It rings again and again, for programs that catch what it raises.
        signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
        running = True
        exec(compile(program, "program", "exec"), space)
        exec(compile(test, "test", "exec"), space)
        running = False
        verdict = 2
    except BaseException:
        pass
    running = False
    signal.setitimer(signal.ITIMER_PROF, 0)
    space.clear()
    return verdict

def run_apart(program, test, seconds, index):
    child = os.fork()
    if not child:
        limit("RLIMIT_CPU", int(seconds) + 2)
        verdicts[index] = run(program, test, seconds)
        os._exit(0)
    os.waitpid(child, 0)
    return verdicts[index] or 1

while True:
    length = int.from_bytes(jobs_from.read(8), "little")
    if not length:
        os._exit(0)
    jobs, seconds = marshal.loads(jobs_from.read(length))
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit("RLIMIT_CPU", int(used.ru_utime + used.ru_stime + len(jobs) * seconds) + 5, resource.RLIM_INFINITY)
    for index, (program, test) in enumerate(jobs):
        if RISKY.search(program) or RISKY.search(test):
            verdicts[index] = run_apart(program, test, seconds, index)
        else:
            verdicts[index] = run(program, test, seconds)
    os.write(done_to, b"+")
"""


class _Worker:
    """The limited process, with a pipe for the jobs and a shared file for the verdicts."""

    def __init__(self):
        with tempfile.TemporaryFile() as file:
            file.truncate(JOBS_AT_ONCE)
            self.verdicts = mmap.mmap(file.fileno(), JOBS_AT_ONCE)
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", RUNNER, str(MEMORY_BYTES), str(file.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[file.fileno()],
                # Ctrl-C is for the owner, and a group of its own can be ended whole.
                start_new_session=True,
                bufsize=0,
            )

    def run(self, jobs: Sequence[tuple[str, str]], seconds: float) -> list[bool]:
        """The verdicts up to the first job that ended or hung the process, which is then gone; that job failed."""
        self.verdicts[: len(jobs)] = bytes(len(jobs))
        content = marshal.dumps((list(jobs), seconds))
        assert self.process.stdin and self.process.stdout
        done = -1
        try:
            message = memoryview(len(content).to_bytes(8, "little") + content)
            while message:
                message = message[self.process.stdin.write(message) :]
            while not select.select([self.process.stdout], [], [], PATIENCE * seconds + 1)[0]:
                before, done = done, self._done(len(jobs))
                if done == before:
                    break
            else:
                if self.process.stdout.read(1):
                    done = len(jobs)
        except BrokenPipeError:
            pass
        if done < len(jobs):
            self.kill()
            done = self._done(len(jobs))
        passed = [verdict == 2 for verdict in self.verdicts[:done]]
        return passed if done == len(jobs) else [*passed, False]

    def _done(self, count: int) -> int:
        position = self.verdicts.find(b"\0", 0, count)
        return count if position < 0 else position

    def abandon(self) -> None:
        """Lets go of the pipes; a process without an owner ends."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()

    def kill(self) -> None:
        self.abandon()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


_worker: _Worker | None = None
_lock = threading.Lock()


def run_programs(jobs: Sequence[tuple[str, str]], seconds_each: float = SECONDS_EACH) -> list[bool]:
    """Whether each (program, test) runs to its end: no exception, no failed assert, within time and memory.

    A program that ends the process fails, and the programs after it are run in a new one.
    """
    global _worker
    passed: list[bool] = []
    with _lock:
        while len(passed) < len(jobs):
            if _worker is None or _worker.process.poll() is not None:
                _worker = _Worker()
            try:
                passed += _worker.run(jobs[len(passed) : len(passed) + JOBS_AT_ONCE], seconds_each)
            except BaseException:
                _worker.kill()
                raise
            finally:
                if _worker.process.returncode is not None:
                    _worker = None
    return passed


def _close() -> None:
    if _worker:
        _worker.kill()


def _forget() -> None:
    """In a forked process: the worker belongs to the parent."""
    global _worker, _lock
    _lock = threading.Lock()
    if _worker:
        _worker.abandon()
        _worker.process.returncode = 0
        _worker = None


atexit.register(_close)
os.register_at_fork(after_in_child=_forget)
