"""One fork server seen from outside: it is started in its jail, given jobs, and replaced when it does not answer."""

import contextlib
import json
import os
import random
import secrets
import select
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from . import jail
from .verdict import Limits, Verdict


# Beyond a job's own time: forks, cleaning up, a busy machine.
GRACE_SECONDS = 20.0
START_SECONDS = 120.0
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from sandbox.server import main; del sys.path[0]; main()"
PACKAGE = Path(__file__).resolve().parent


class SandboxError(RuntimeError):
    """The sandbox cannot be set up or kept up."""


class Worker:
    """A fork server behind `layers`; use it as a context manager, from one thread.

    Args:
        container: "bubblewrap", "namespaces" or "none".
        seccomp, landlock: whether to use those layers where the kernel has them.
        limits: of each job.

    Raises:
        SandboxError: the server cannot start like that.
    """

    def __init__(self, container: str, limits: Limits, seccomp: bool = True, landlock: bool = True):
        self.limits = limits
        self.plan = jail.Plan(container, None, seccomp, landlock, "", readable_paths(), limits.file_bytes)
        self.hello: dict = {}
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def start(self) -> None:
        self.mark = f"odin-sandbox-{secrets.token_hex(8)}"
        if self.plan.container == "none":
            self.plan.folder = tempfile.mkdtemp(prefix="odin-sandbox-")
            os.chmod(self.plan.folder, 0o711)
        self.plan.uids = free_users() if os.geteuid() == 0 else None
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        command = [*bubblewrap(self.plan), sys.executable, "-s", "-S", "-c", START, str(PACKAGE.parent)]
        command += [str(theirs.fileno()), json.dumps(self.plan.as_dict()), self.mark]
        quiet = subprocess.DEVNULL
        with theirs:
            try:
                self.process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=quiet,
                    stdout=quiet,
                    stderr=subprocess.PIPE,
                    env={"PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as problem:
                self.stop()
                raise SandboxError(f"sandbox: {command[0]} does not start: {problem}") from problem
        self.hello = self.receive(time.monotonic() + START_SECONDS) or {}
        if "error" in self.hello or not self.hello:
            said = self.hello.get("error") or self.last_words()
            self.stop()
            raise SandboxError(f"sandbox: no server with container {self.plan.container!r}: {said}")

    def last_words(self) -> str:
        """What the server, or bubblewrap, said on standard error before it ended."""
        assert self.process is not None and self.process.stderr is not None
        self.process.kill()
        return self.process.stderr.read().decode(errors="replace").strip()[-300:] or "it ended without a word"

    def stop(self) -> None:
        """Ends the server and all that runs in it, and removes its folder."""
        self.control.close()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)  # it ends by itself when its worker hangs up
            self.process.kill()
            self.process.wait()
            if self.process.stderr is not None:
                self.process.stderr.close()
        self.process = None
        if self.plan.folder:
            with contextlib.suppress(FileNotFoundError):  # the server removes it too
                jail.empty(self.plan.folder)
                os.rmdir(self.plan.folder)

    def run(self, program: str, test: str) -> Verdict:
        """The verdict of one job; a server that does not give one is replaced."""
        if self.process is None or self.process.poll() is not None:
            self.restart()
        for _ in range(2):
            try:
                with text_file(program) as first, text_file(test) as second:
                    request = json.dumps(asdict(self.limits)).encode()
                    socket.send_fds(self.control, [request], [first.fileno(), second.fileno()])
                break
            except OSError:  # the server went away after the job before
                self.restart()
        reply = self.receive(time.monotonic() + self.limits.seconds + GRACE_SECONDS)
        if reply is None:
            self.restart()
            return Verdict.of("killed", "the sandbox had to be replaced")
        return Verdict.of(*reply)

    def restart(self) -> None:
        self.stop()
        self.start()

    def receive(self, deadline: float):
        """The server's next line as JSON; None when there is none."""
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.control], [], [], left)[0]:
                return None
            try:
                piece = self.control.recv(65536)
            except OSError:
                return None
            if not piece:
                return None
            line += piece
        return json.loads(line)


@contextlib.contextmanager
def text_file(text: str):
    """An open file without a name that holds the text."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.flush()
        yield file


def readable_paths() -> list[str]:
    """What Python needs to read: itself, its libraries, the system's; parents before their contents."""
    paths = {"/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", str(PACKAGE)}
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths |= {os.path.realpath(sysconfig.get_path(name)) for name in names}
    base = os.path.realpath(sys.base_prefix)
    paths |= {base} if base not in ("/", "/usr") else set()
    paths |= {os.path.dirname(sys.executable), os.path.dirname(os.path.realpath(sys.executable))}
    paths |= {os.path.join(sys.prefix, "pyvenv.cfg")}
    return sorted(path for path in paths if os.path.exists(path))


def bubblewrap(plan: jail.Plan) -> list[str]:
    """The command to which the server's own is appended; empty without bubblewrap."""
    if plan.container != "bubblewrap":
        return []
    command = ["bwrap", "--die-with-parent", "--as-pid-1", "--new-session", "--cap-drop", "ALL"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if plan.uids is None:
        command += ["--unshare-user"]
    else:  # the server changes users, hands folders over, ends processes and clears up after them
        for name in ("SETUID", "SETGID", "CHOWN", "FOWNER", "DAC_OVERRIDE", "KILL"):
            command += ["--cap-add", f"CAP_{name}"]
    for path in plan.readable:
        link = os.path.islink(path) and os.path.dirname(path) == "/"
        command += ["--symlink", os.readlink(path), path] if link else ["--ro-bind", path, path]
    command += ["--dev", "/dev", "--perms", "0755", "--size", str(plan.file_bytes), "--tmpfs", jail.SCRATCH]
    return [*command, "--remount-ro", "/", "--chdir", jail.SCRATCH, "--"]


def free_users() -> tuple[int, int]:
    """Two users that exist nowhere else, so that their processes can be counted and ended."""
    with open("/proc/self/uid_map") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    if any(start <= 1_000_000_000 and start + count >= 2_000_000_000 for start, _, count in ranges):
        uid = random.SystemRandom().randrange(1_000_000_000, 2_000_000_000 - 1)
        return uid, uid + 1
    used = {entry.stat().st_uid for entry in os.scandir("/proc") if entry.name.isdigit()}
    mapped = [uid for uid in range(60_000, 65_000) if any(start <= uid < start + count for start, _, count in ranges)]
    free = [uid for uid in mapped if uid not in used]
    if len(free) < 2:
        raise SandboxError("sandbox: root, but there is no other user to become; run it as an ordinary user")
    first, second = random.SystemRandom().sample(free, 2)
    return first, second
