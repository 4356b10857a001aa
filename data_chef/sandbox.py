"""Runs generated programs against their tests, many in one limited process.

The limits guard against programs that hang, eat memory or print; they are no defence against hostile code.
"""

import json
import subprocess
import sys
from collections.abc import Sequence


SECONDS_EACH = 1.0
MEMORY_BYTES = 512 * 2**20
# Reads [[[program, test], ...], seconds, bytes] from stdin and writes a line a program: 1 passed, 0 failed. Limits
# that a platform lacks (RLIMIT_AS on macOS) are left out.
RUNNER = """
import json, os, resource, signal, sys
jobs, seconds, memory = json.load(sys.stdin)
report = os.fdopen(os.dup(1), "w", buffering=1)
quiet = os.open(os.devnull, os.O_WRONLY)
os.dup2(quiet, 1); os.dup2(quiet, 2)
limits = {"RLIMIT_AS": memory, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_CPU": int(len(jobs) * seconds) + 2}
def out_of_time(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, out_of_time)
for name, value in limits.items():
    try:
        resource.setrlimit(getattr(resource, name), (value, value))
    except (ValueError, OSError):
        pass
for program, test in jobs:
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        space = {"__name__": "program"}
        exec(compile(program, "program", "exec"), space)
        exec(compile(test, "test", "exec"), space)
        passed = 1
    except BaseException:
        passed = 0
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(passed, file=report)
"""


def run_programs(jobs: Sequence[tuple[str, str]], seconds_each: float = SECONDS_EACH) -> list[bool]:
    """Whether each (program, test) runs to its end: no exception, no failed assert, within time and memory.

    A program that ends the process fails, and the programs after it are run in a new one.
    """
    passed: list[bool] = []
    while len(passed) < len(jobs):
        left = list(jobs[len(passed) :])
        process = subprocess.run(
            [sys.executable, "-I", "-S", "-c", RUNNER],
            input=json.dumps([left, seconds_each, MEMORY_BYTES]),
            capture_output=True,
            text=True,
            check=False,
        )
        lines = process.stdout.split()[: len(left)]
        passed += [line == "1" for line in lines]
        if len(lines) < len(left):
            passed.append(False)
    return passed
