"""Hostile programs: none passes that should not, none harms the machine, and the next program is none the worse."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from pathlib import Path

import pytest

from tests.training.sandbox_attacks import FORGERY, HANGS, HARM, RIGHT, TEST, WRONG
from training.sandbox import Limits, SandboxError, isolation, run_untrusted
from training.sandbox.worker import Worker


# container, seccomp, landlock
LAYERS = {
    "bubblewrap": ("bubblewrap", True, True),
    "namespaces": ("namespaces", True, True),
    "namespaces only": ("namespaces", False, False),
    "no container": ("none", True, True),
    "no container, seccomp only": ("none", True, False),
    "no container, landlock only": ("none", False, True),
    "process limits only": ("none", False, False),
}
LIMITS = Limits(seconds=30, memory_bytes=256 << 20, file_bytes=8 << 20)
HANG_TEST = "for answer in solve(2):\n    assert answer == 3"


class Bench:
    """A worker behind some layers, and what on this machine must not change."""

    def __init__(self, layers: tuple[str, bool, bool], folder: Path):
        self.found = isolation(*layers)
        self.token = f"odin-escape-{uuid.uuid4().hex}"
        self.outside = folder / "outside"
        self.outside.mkdir()
        (self.outside / "canary").write_text("alive: SECRET")
        self.bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.listen, daemon=True).start()
        self.worker = Worker(layers[0], LIMITS, layers[1], layers[2])
        self.worker.start()
        self.processes = self.alive()

    def listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.listener.accept()[0].close()
                self.connections += 1

    def close(self) -> None:
        self.worker.stop()
        self.bystander.kill()
        self.bystander.wait()
        self.listener.close()

    def stops(self, layers: str) -> bool:
        """Whether one of the layers that stop an attack is there."""
        have = {name for name in ("own_user", "seccomp", "landlock", "pid_namespace") if self.found[name]}
        have |= {"container"} if self.found["container"] != "none" else set()
        return not layers or bool(have & set(layers.split()))

    def fill(self, program: str) -> str:
        for name, value in (
            ("outside", self.outside),
            ("port", self.listener.getsockname()[1]),
            ("token", self.token),
        ):
            program = program.replace("{" + name + "}", str(value))
        return program

    def alive(self) -> set[int]:
        """Processes of the server: its arguments, which forks keep, hold its mark."""
        found = set()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.worker.mark.encode() in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
        return found

    def check(self) -> None:
        """Nothing outside changed, nothing is left over, and the next program runs as if nothing had been."""
        assert self.bystander.poll() is None
        assert os.listdir(self.outside) == ["canary"]
        assert (self.outside / "canary").read_text() == "alive: SECRET"
        assert self.connections == 0
        assert self.alive() == self.processes
        for folder in {"/tmp", "/var/tmp", "/dev/shm", "/run/lock", tempfile.gettempdir()}:
            assert not os.path.lexists(f"{folder}/{self.token}")
        clean = "import os\ndef solve(x):\n    return os.listdir('.') or 4"
        assert self.worker.run(clean, TEST).passed


@pytest.fixture(scope="module")
def bench(request, tmp_path_factory):
    os.environ["ODIN_TEST_SECRET"] = "SECRET"
    try:
        made = Bench(LAYERS[request.param], tmp_path_factory.mktemp("bench"))
    except SandboxError as problem:
        pytest.skip(f"this machine has no such layer: {problem}")
    finally:
        del os.environ["ODIN_TEST_SECRET"]
    yield made
    made.close()
    assert made.alive() == set()
    assert not made.worker.plan.folder or not os.path.exists(made.worker.plan.folder)


@pytest.mark.parametrize("bench", LAYERS, indirect=True)
@pytest.mark.parametrize("name", HARM)
def test_does_no_harm(bench, name):
    attack = HARM[name]
    if not bench.stops(attack.stopped_by):
        pytest.skip(f"stopped only by one of: {attack.stopped_by}")
    verdict = bench.worker.run(bench.fill(attack.program), attack.test)
    assert verdict.reason in attack.reasons.split(), verdict
    bench.check()


# What a program can claim does not depend on what keeps it in: the strongest and the weakest layers will do.
@pytest.mark.parametrize("bench", ["bubblewrap", "namespaces", "process limits only"], indirect=True)
@pytest.mark.parametrize("name", FORGERY)
def test_cannot_claim_to_pass(bench, name):
    attack = FORGERY[name]
    verdict = bench.worker.run(bench.fill(attack.program), attack.test)
    assert verdict.reason in attack.reasons.split(), verdict
    bench.check()


@pytest.mark.parametrize("name", ["bubblewrap", "namespaces", "no container", "process limits only"])
def test_ends_what_does_not_end(name):
    """All at once, each followed by a program that must not suffer, and the verdicts in order."""
    jobs = [
        job
        for program in HANGS.values()
        for job in ((program + WRONG * ("def solve" not in program), HANG_TEST), (RIGHT, TEST))
    ]
    try:
        isolation(*LAYERS[name])
    except SandboxError as problem:
        pytest.skip(f"this machine has no such layer: {problem}")
    container, seccomp, landlock = LAYERS[name]
    limits = Limits(seconds=3)
    verdicts = run_untrusted(jobs, limits, len(HANGS), container=container, seccomp=seccomp, landlock=landlock)
    assert [verdict.reason for verdict in verdicts] == ["timeout", "passed"] * len(HANGS), verdicts
