# ruff: noqa: E501 -- programs are easier to read whole
"""Programs that try to harm the machine, or to pass without being right. Every loop that starts something is bounded.

`{outside}` becomes a folder that must not change, `{port}` the port of a server that must not be reached, `{token}` a
word that is in file names nobody may leave behind. The right answer to every default test is 4.
"""

from dataclasses import dataclass


WRONG = "\ndef solve(x):\n    return 3\n"
RIGHT = "\ndef solve(x):\n    return 4\n"
TEST = "assert solve(2) == 4"
EQUAL_TO_ALL = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __contains__ = __lt__
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __sub__
    def __abs__(self): return 0
    def __float__(self): return 4.0
    def __hash__(self): return hash(4)
    def __enter__(self): return 4.5
    def __exit__(self, *problem): return True
    def startswith(self, other): return True
    def __getattr__(self, name): return lambda *a: True
def solve(x):
    return Yes()
"""


@dataclass(frozen=True)
class Attack:
    """A program, the reasons with which it may end, and the test that it is given.

    `stopped_by`: layers of which one is enough; "" where process limits alone are.
    """

    program: str
    reasons: str
    test: str = TEST
    stopped_by: str = ""


HARM = {
    "forks": Attack(
        """
import os, time
for _ in range(300):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
"""
        + RIGHT,
        "refused",
    ),
    "forks counted": Attack(
        """
import os, time
def solve(x):
    made = 0
    for _ in range(300):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            made += 1
        except OSError:
            pass
    return made
""",
        "passed",
        "made = solve(0)\nassert made < 40, made",
    ),
    "threads": Attack(
        """
import threading, time
for _ in range(300):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""
        + RIGHT,
        "refused",
    ),
    "memory at once": Attack("x = bytearray(10**11)" + RIGHT, "memory"),
    "memory by and by": Attack(
        "x = []\nfor _ in range(100_000):\n    x.append(bytearray(10**6))" + RIGHT, "memory killed exited"
    ),
    "answer too large": Attack("def solve(x):\n    return 'a' * 10**7", "output"),
    "endless answer": Attack("import itertools\ndef solve(x):\n    return itertools.count()", "failed"),
    "endless output": Attack("while True:\n    print('x' * 1000)", "output"),
    "endless errors": Attack("import sys\nwhile True:\n    sys.stderr.write('x' * 1000)", "output"),
    "huge file": Attack(
        "with open('big', 'wb') as file:\n    for _ in range(1000):\n        file.write(bytes(10**6))" + RIGHT,
        "refused",
    ),
    "deletes a file": Attack(
        "import os\nos.remove('{outside}/canary')" + RIGHT, "refused failed", stopped_by="own_user container landlock"
    ),
    "deletes a tree": Attack(
        "import shutil\nshutil.rmtree('{outside}', ignore_errors=True)" + RIGHT,
        "passed",
        stopped_by="own_user container landlock",
    ),
    "overwrites a file": Attack(
        "open('{outside}/canary', 'w').write('gone')" + RIGHT,
        "refused failed",
        stopped_by="own_user container landlock",
    ),
    "overwrites through a link": Attack(
        "import os\nos.symlink('{outside}', 'way')\nopen('way/canary', 'a').write('gone')" + RIGHT,
        "refused failed",
        stopped_by="own_user container landlock",
    ),
    "leaves links": Attack(
        "import os\nos.symlink('{outside}', 'way')\nos.symlink('{outside}/canary', 'file')" + RIGHT, "passed"
    ),
    "leaves files in shared folders": Attack(
        """
import os
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock"):
    try:
        open(folder + "/{token}", "w").close()
    except OSError:
        pass
"""
        + RIGHT,
        "passed",
        stopped_by="container landlock",
    ),
    "leaves a deep tree": Attack(
        """
import os
for _ in range(300):
    os.mkdir("d" * 20)
    os.chdir("d" * 20)
    open("file", "w").close()
"""
        + RIGHT,
        "passed",
    ),
    "leaves a closed tree": Attack(
        "import os\nos.makedirs('a/b')\nopen('a/b/c', 'w').close()\nos.chmod('a/b', 0)\nos.chmod('a', 0)\nos.chmod('.', 0)"
        + RIGHT,
        "passed",
    ),
    "connects": Attack(
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2).close()" + RIGHT,
        "refused failed",
        stopped_by="container seccomp landlock",
    ),
    "starts a shell": Attack(
        "import subprocess\nsubprocess.run(['/bin/sh', '-c', 'true'], check=True)" + RIGHT,
        "refused failed",
        stopped_by="seccomp landlock",
    ),
    "kills its parent": Attack(
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)" + WRONG,
        "refused failed",
        stopped_by="own_user container seccomp landlock",
    ),
    "kills everyone": Attack(
        "import os, signal\nos.kill(-1, signal.SIGKILL)" + WRONG,
        "refused failed killed",
        stopped_by="own_user container seccomp landlock",
    ),
    "kills its group": Attack("import os, signal\nos.killpg(0, signal.SIGKILL)" + WRONG, "refused killed"),
    "a daemon stays": Attack(
        """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
"""
        + RIGHT,
        "passed",
    ),
    "a daemon that forks on": Attack(
        """
import os, time
if os.fork() == 0:
    os.setsid()
    for _ in range(300):
        if os.fork():
            os._exit(0)
        time.sleep(0.001)
    time.sleep(60)
"""
        + RIGHT,
        "passed",
    ),
    "crashes": Attack("import ctypes\nctypes.string_at(0)" + RIGHT, "killed"),
    "recursion": Attack("def solve(x):\n    return solve(x)", "failed"),
    "recursion without bound": Attack(
        "import sys\nsys.setrecursionlimit(10**9)\nx, y = [], []\nfor _ in range(200_000):\n    x, y = [x], [y]\nx == y"
        + RIGHT,
        "killed failed memory timeout",
    ),
    "raises its limits": Attack(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))" + RIGHT, "refused failed"
    ),
    "limits others": Attack(
        "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))" + RIGHT,
        "refused failed",
        stopped_by="own_user seccomp",
    ),
    "reads secrets": Attack(
        """
import os
def solve(x):
    found = [name for name in os.environ if "SECRET" in name]
    for path in ("/etc/shadow", "{outside}/canary", "/proc/1/environ", f"/proc/{os.getppid()}/environ"):
        try:
            found.append(open(path).read())
        except OSError:
            pass
    return found
""".replace("{os.", "{{os.").replace("()}/", "()}}/"),
        "passed",
        "assert solve(0) == []",
        "own_user container landlock",
    ),
}

FORGERY = {
    "exits": Attack("import os\nos._exit(0)", "exited"),
    "exits when asked": Attack("import os\ndef solve(x):\n    os._exit(0)", "exited"),
    "leaves": Attack("import sys\nsys.exit(0)", "exited"),
    "leaves when asked": Attack("def solve(x):\n    raise SystemExit(0)", "exited"),
    "leaves, and the test looks away": Attack(
        "def solve(x):\n    raise SystemExit(0)", "exited", "try:\n    solve(2)\nexcept BaseException:\n    pass"
    ),
    "ends by a library function": Attack("from sys import exit as solve", "exited failed", "solve(0)\nassert False"),
    "at exit": Attack(
        "import atexit, os\natexit.register(os._exit, 0)\ndef solve(x):\n    return os._exit(0)", "exited"
    ),
    "equal to all": Attack(EQUAL_TO_ALL, "failed"),
    "equal to all, the other way": Attack(EQUAL_TO_ALL, "failed", "assert not solve(2) != 4"),
    "close to all": Attack(EQUAL_TO_ALL, "failed", "assert abs(solve(2) - 4) < 1e-6"),
    "close to all, by math": Attack(EQUAL_TO_ALL, "failed", "import math\nassert math.isclose(solve(2), 4)"),
    "holds all": Attack(EQUAL_TO_ALL, "failed", "assert 4 in solve(2)"),
    "within all": Attack(EQUAL_TO_ALL, "failed", "assert solve(2) in [4]"),
    "starts with all": Attack(EQUAL_TO_ALL, "failed", "assert solve(2).startswith('4')"),
    "hides a failure": Attack(EQUAL_TO_ALL, "failed", "with solve(2) as answer:\n    assert answer == 4"),
    "equal inside a list": Attack(
        EQUAL_TO_ALL + "\nold = solve\ndef solve(x): return [old(x)]", "failed", "assert solve(2) == [4]"
    ),
    "an int that is all ints": Attack(
        "class I(int):\n    def __eq__(self, other): return True\ndef solve(x):\n    return I(3)", "failed"
    ),
    "a float like all floats": Attack(
        "class F(float):\n    def __sub__(self, other): return 0.0\ndef solve(x):\n    return F(3)",
        "failed",
        "assert abs(solve(2) - 4) < 1e-6",
    ),
    "anything of mock": Attack("from unittest.mock import ANY\ndef solve(x):\n    return ANY", "failed"),
    "anything of mock as itself": Attack("from unittest.mock import MagicMock as solve", "failed"),
    "built-ins": Attack(
        """
import builtins, unittest
builtins.AssertionError = builtins.Exception = type("Quiet", (BaseException,), {})
builtins.abs = builtins.len = builtins.isinstance = lambda *a: True
builtins.all = builtins.any = lambda *a: True
unittest.TestCase.assertEqual = lambda *a: None
"""
        + WRONG,
        "failed exited",
        "import unittest\nunittest.TestCase().assertEqual(solve(2), 4)",
    ),
    "shadows a built-in": Attack("def all(values):\n    return True" + WRONG, "failed", "assert all([solve(2) == 4])"),
    "changes the modules": Attack(
        "import math, sys, types\nmath.isclose = lambda *a, **k: True\nsys.modules['math'] = types.SimpleNamespace(isclose=math.isclose)"
        + WRONG,
        "failed",
        "assert math.isclose(solve(2), 4)",
    ),
    "traces": Attack(
        """
import sys, threading
def trace(frame, event, arg):
    for name in list(frame.f_locals):
        frame.f_locals[name] = 4
    return trace
sys.settrace(trace)
threading.settrace(trace)
"""
        + WRONG,
        "failed exited",
    ),
    "looks for the expected value": Attack(
        """
import gc, os
def found(thing):
    return isinstance(thing, (str, bytes)) and bytes([69, 88, 80, 69, 67, 84, 69, 68, 45]) in (thing.encode() if isinstance(thing, str) else thing)
def solve(x):
    for thing in gc.get_objects():
        try:
            parts = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple)) else [thing]
            for part in list(parts):
                if found(part):
                    return part
        except Exception:
            pass
    for descriptor in range(3, 256):
        try:
            if found(data := os.pread(descriptor, 10**6, 0)):
                return data
        except OSError:
            pass
    return None
""",
        "passed",
        "answer = solve(2)\nassert answer is None, answer\nexpected = 'EXPECTED-7391'",
    ),
    "writes to all files": Attack(
        """
import os
for descriptor in range(256):
    try:
        os.write(descriptor, b'["passed",""]')
    except OSError:
        pass
"""
        + WRONG,
        "failed output exited",
    ),
    "closes all files": Attack("import os\nos.closerange(0, 256)" + RIGHT, "exited"),
}

# Speaks the protocol itself: `say(*replies)` answers one request after the other.
SPEAKS = """
import json, os, socket, stat
for descriptor in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            break
    except OSError:
        pass
def say(*replies):
    with socket.socket(fileno=os.dup(descriptor)) as line:
        for reply in replies:
            data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            line.sendall(len(data).to_bytes(4, "big") + data)
    import time
    time.sleep(60)
"""
START = '{"value": {"dict": ["solve", {"mine": [0, []]}]}}, '
for _name, _reply, _reasons in (
    ("true", '{"value": True}', "failed"),
    ("an exit", '{"raised": ["SystemExit", "BaseException"], "args": [0]}', "exited"),
    ("a base exception", '{"raised": ["BaseException"], "args": []}', "exited"),
    ("no exception", '{"raised": ["Quiet"], "args": []}', "exited"),
    ("an exception of nothing", '{"raised": [], "args": []}', "exited"),
    ("a broken value", '{"value": {"Fraction": [1, 0]}}', "failed"),
    ("a form that does not exist", '{"value": {"import": ["os", "_exit"]}}', "failed"),
    ("a call of nothing", '{"do": "call", "args": [{"yours": [7]}]}', "failed"),
    ("an operation", '{"do": "getattr", "args": [{"yours": [0]}, "__globals__"]}', "failed"),
    ("a change", '{"value": 3, "changed": {"0": [4]}}', "failed"),
    ("no JSON", 'b"passed"', "failed"),
    ("a number", 'b"1" * 5000', "failed"),
    ("depth", 'b"[" * 100_000', "failed"),
    ("a list", "[]", "failed"),
    ("a name", '{"value": {"namedtuple": ["x; import os", ["a"], 4]}}', "failed"),
):
    FORGERY[f"answers {_name}"] = Attack(f"{SPEAKS}\nsay({START}{_reply})", _reasons)
FORGERY["answers a huge message"] = Attack(
    SPEAKS + "\nos.write(descriptor, b'\\xff' * 8)\nimport time\ntime.sleep(60)", "output"
)

HANGS = {
    "loops": "while True:\n    pass",
    "sleeps": "import time\ntime.sleep(3600)",
    "sleeps when asked": "import time\ndef solve(x):\n    time.sleep(3600)",
    "ignores signals": """
import signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    time.sleep(1)
""",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "waits in threads": """
import threading, time
for _ in range(3):
    threading.Thread(target=time.sleep, args=(3600,)).start()
def solve(x):
    threading.Event().wait()
""",
    "yields for ever": "import itertools\ndef solve(x):\n    return itertools.repeat(3)",
}
