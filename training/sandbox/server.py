"""The fork server: a clean interpreter in the jail that forks two processes a job, the program and its judge.

Started by `worker.py` as a process of its own. It reads requests from a socket (JSON and two open files, program and
test, which it never reads itself, so that no program can find a test in memory that it inherited) and writes replies.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time

from . import jail, judge, kernel, landlock, program
from .processes import MOST_FILES, children, end, guarded_exit, keep, probes, read_all, settle
from .verdict import Limits


# Imported once here, so that a job does not pay for them and a jail that cannot read them does not matter.
PRELOADED = (
    "abc argparse array ast asyncio base64 bisect builtins calendar cmath codecs collections collections.abc "
    "concurrent.futures contextlib copy csv dataclasses datetime decimal difflib enum errno fractions functools "
    "gc hashlib heapq html inspect io itertools json keyword linecache locale logging math numbers operator os "
    "os.path pathlib pickle platform pprint queue random re secrets select shutil signal socket statistics string "
    "struct subprocess sys tempfile textwrap threading time timeit traceback types typing unicodedata unittest "
    "unittest.mock uuid warnings weakref zlib zoneinfo "
).split()
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Server:
    """Runs one job after the other.

    Args:
        control: socket to the worker.
        plan: the layers.
    """

    def __init__(self, control: socket.socket, plan: jail.Plan):
        self.control = control
        self.plan = plan
        self.null = os.open("/dev/null", os.O_RDWR)
        self.first = os.getpid() == 1
        self.folder = os.path.join(jail.SCRATCH if plan.container != "none" else plan.folder, "job")

    def hello(self) -> dict:
        """What a process gave up that went through it all: each layer is tried, not believed."""
        read, write = os.pipe()
        os.mkdir(self.folder, 0o700)
        self.give_folder()
        child = os.fork()
        if not child:
            with guarded_exit():
                failed = self.confine_program(Limits())
                os.write(write, json.dumps({"failed": failed, "uid": os.getuid()} | probes()).encode())
        os.close(write)
        with open(read, "rb") as pipe:
            found = json.loads(pipe.read() or b"{}")
        os.waitpid(child, 0)
        self.clear_folder()
        if not found:
            raise OSError("a confined process does not even start")
        return found | {
            "linux": kernel.LINUX,
            "pid_namespace": self.first,
            "landlock": landlock.version() if self.plan.landlock else 0,
        }

    def serve(self) -> None:
        """Answers until the worker hangs up."""
        while True:
            data, files, _, _ = socket.recv_fds(self.control, 4096, 2)
            if not data:
                return
            reply = self.job(Limits(**json.loads(data)), *files)
            self.control.sendall(json.dumps(reply).encode() + b"\n")

    def job(self, limits: Limits, program_file: int, test_file: int) -> list:
        """`[reason, message]` of one job; all that it started is gone afterwards, and so are its files."""
        deadline = time.monotonic() + limits.seconds
        os.mkdir(self.folder, 0o700)
        self.give_folder()
        ours, theirs = socket.socketpair()
        output, printed = os.pipe()
        verdict, result = os.pipe()
        judge_pid = os.fork()
        if not judge_pid:
            with guarded_exit():
                self.be_judge(limits, program_file, test_file, ours.fileno(), result)
        program_pid = os.fork()
        if not program_pid:
            with guarded_exit():
                self.be_program(limits, program_file, theirs.fileno(), printed)
        for descriptor in (program_file, test_file, printed, result):
            os.close(descriptor)
        ours.close()
        theirs.close()
        try:
            reply = self.watch(deadline, limits, output, verdict)
            return self.explain(reply, program_pid) if reply[0] == "gone" else reply
        finally:
            self.kill_all(judge_pid, program_pid)
            os.close(output)
            os.close(verdict)
            self.clear_folder()

    def watch(self, deadline: float, limits: Limits, output: int, verdict: int) -> list:
        """Waits for the judge's verdict; ends early when time or patience for output runs out."""
        printed, said = 0, b""
        waiting = select.poll()
        for descriptor in (output, verdict, self.control.fileno()):
            waiting.register(descriptor, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            for descriptor, _ in waiting.poll(max(1, left * 1000)):
                if descriptor == self.control.fileno():
                    raise SystemExit("the worker hung up")
                piece = os.read(descriptor, 65536)
                if descriptor == output:
                    printed += len(piece)
                    if printed > limits.output_bytes:
                        return ["output", f"more than {limits.output_bytes} bytes printed"]
                    if not piece:
                        waiting.unregister(output)
                elif piece:
                    said += piece
                else:
                    return json.loads(said) if said else ["killed", "the judge of the test was ended"]
        return ["timeout", f"more than {limits.seconds:g} s"]

    def explain(self, reply: list, program_pid: int) -> list:
        """Why a program is gone whose judge lost the connection."""
        for _ in range(100):
            done, status = os.waitpid(program_pid, os.WNOHANG)
            if done:
                break
            time.sleep(0.001)
        else:
            return ["exited", "the program closed its connection to the test"]
        code = os.waitstatus_to_exitcode(status)
        if code == program.OUT_OF_MEMORY:
            return ["memory", "MemoryError"]
        if code == -signal.SIGXCPU:
            return ["timeout", "out of processor time"]
        if code < 0:
            return [
                "killed",
                f"signal {signal.Signals(-code).name}" if -code in signal.valid_signals() else f"signal {-code}",
            ]
        return ["exited", f"the program ended its process with status {code}"]

    def be_judge(self, limits: Limits, program_file: int, test_file: int, connection: int, result: int) -> None:
        """This process becomes the judge; no return."""
        os.setsid()
        program_file, test_file, connection, result = keep(
            self.null, self.null, self.null, program_file, test_file, connection, result
        )
        texts = [read_all(program_file), read_all(test_file)]
        jail.set_limits(limits, None)
        jail.confine(self.plan, None, self.plan.uids[1] if self.plan.uids else None)
        settle()
        judge.run(texts[0], texts[1], socket.socket(fileno=connection), result, frame_bytes(limits))

    def be_program(self, limits: Limits, program_file: int, connection: int, printed: int) -> None:
        """This process becomes the program; no return."""
        os.setsid()
        program_file, connection = keep(self.null, printed, printed, program_file, connection)
        text = read_all(program_file)
        os.close(program_file)
        self.confine_program(limits)
        settle()
        program.run(text, socket.socket(fileno=connection), frame_bytes(limits))

    def confine_program(self, limits: Limits) -> dict:
        os.chdir(self.folder)
        os.umask(0o077)
        uid = self.plan.uids[0] if self.plan.uids else None
        jail.set_limits(limits, self.threads(limits) if uid is None else limits.processes)
        return jail.confine(self.plan, self.folder, uid)

    def threads(self, limits: Limits) -> int | None:
        """RLIMIT_NPROC for a program that shares its user with others: theirs, and what it may have itself."""
        if self.first:
            return limits.processes + 2  # this server and the judge; what runs outside is counted elsewhere
        try:
            mine = [
                entry for entry in os.scandir("/proc") if entry.name.isdigit() and entry.stat().st_uid == os.getuid()
            ]
            return limits.processes + sum(len(os.listdir(f"{entry.path}/task")) for entry in mine)
        except OSError:
            return None

    def give_folder(self) -> None:
        if self.plan.uids:
            os.chown(self.folder, self.plan.uids[0], self.plan.uids[0])

    def clear_folder(self) -> None:
        jail.empty(self.folder)
        os.rmdir(self.folder)

    def kill_all(self, judge_pid: int, program_pid: int) -> None:
        """Ends the job's processes and waits for them, also those that left their group."""
        while True:
            self.kill_once(judge_pid, program_pid)
            try:
                while os.waitpid(-1, os.WNOHANG if not self.first else 0)[0]:
                    pass
                time.sleep(0.001)
            except ChildProcessError:
                return

    def kill_once(self, judge_pid: int, program_pid: int) -> None:
        if self.first:
            end(os.kill, -1)
            return
        for group in (judge_pid, program_pid):
            end(os.killpg, group)
        for pid in children():
            end(os.kill, pid)
        if self.plan.uids:
            helper = os.fork()
            if not helper:
                with guarded_exit():
                    # It may signal both users' processes, and none of them may signal it.
                    mine, others = self.plan.uids
                    os.setgroups([])
                    os.setresgid(others, others, others)
                    os.setresuid(others, mine, others)
                    os.kill(-1, signal.SIGKILL)
            os.waitpid(helper, 0)


def frame_bytes(limits: Limits) -> int:
    """The longest message: JSON of a value is longer than its text."""
    return 4 * limits.output_bytes


def main() -> None:
    """`server.py DESCRIPTOR PLAN`: a socket to the worker and the layers as JSON."""
    control = socket.socket(fileno=int(sys.argv[1]))
    plan = jail.Plan(**json.loads(sys.argv[2]))
    sys.argv[:] = [""]
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    jail.set_limit(resource.RLIMIT_NOFILE, MOST_FILES)
    try:
        if (server := prepared(control, plan)) is not None:
            server.serve()
    finally:  # here and not only in the worker, which may have been killed
        if plan.folder:
            with contextlib.suppress(OSError):
                jail.empty(plan.folder)
                os.rmdir(plan.folder)


def prepared(control: socket.socket, plan: jail.Plan) -> Server | None:
    """A server in its jail that has said so to its worker, or None after it has said why not."""
    try:
        if plan.container == "namespaces":
            jail.own_namespaces(plan)
        if kernel.LINUX:
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 gets no signal that it does not handle
        server = Server(control, plan)
        os.environ["TMPDIR"] = os.environ["HOME"] = server.folder
        reply = server.hello()
    except OSError as problem:
        control.sendall(json.dumps({"error": str(problem)}).encode() + b"\n")
        return None
    control.sendall(json.dumps(reply).encode() + b"\n")
    gc.collect()
    gc.freeze()
    return server
