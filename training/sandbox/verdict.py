"""What a run may cost, and how it ended."""

import math
from dataclasses import dataclass


MEBIBYTE = 1 << 20

# Why a job ended as it did. Only the first means that the test passed.
REASONS = {
    "passed": "the test ran to its end and nothing in it failed",
    "failed": "an assertion failed, or the program or the test raised an exception",
    "syntax error": "the program is no Python",
    "timeout": "wall clock or processor time ran out",
    "memory": "the program asked for more memory than allowed",
    "output": "the program printed, or handed to the test, more than allowed",
    "exited": "the program ended its own process",
    "killed": "a signal ended the program's process (a crash, or the kernel)",
    "refused": "the program failed over something the sandbox forbids",
    "invalid test": "the test is no Python, or hands over what cannot leave its process",
}


@dataclass(frozen=True)
class Limits:
    """What one job may use.

    Attributes:
        seconds: wall-clock time of a job, and processor time of each of its processes.
        memory_bytes: address space of each process.
        output_bytes: what the program may print, and what it may hand to the test in one message.
        processes: processes and threads of the program at one time, its own included.
        file_bytes: the largest file; with a mount namespace also all that the temporary folder holds.

    Raises:
        ValueError: a limit that is not positive, or so small that no program could start.
    """

    seconds: float = 5.0
    memory_bytes: int = 512 * MEBIBYTE
    output_bytes: int = MEBIBYTE
    processes: int = 8
    file_bytes: int = 16 * MEBIBYTE

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"seconds must be positive and finite, not {self.seconds}")
        for name, least in (("memory_bytes", 64 * MEBIBYTE), ("output_bytes", 1024), ("processes", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if self.file_bytes < 4096:
            raise ValueError(f"file_bytes must be at least 4096, not {self.file_bytes}")


@dataclass(frozen=True)
class Verdict:
    """How a job ended.

    Attributes:
        passed: whether the test passed.
        reason: one of `REASONS`; "passed" exactly if `passed`.
        message: one line for people: the exception, the failing line of the test, the signal.
    """

    passed: bool
    reason: str
    message: str = ""

    def __post_init__(self) -> None:
        if self.reason not in REASONS or self.passed != (self.reason == "passed"):
            raise ValueError(f"not a verdict: passed={self.passed}, reason={self.reason!r}")

    @classmethod
    def of(cls, reason: str, message: str = "") -> "Verdict":
        """The verdict of that reason; the message is cut to one line of at most 300 characters."""
        return cls(reason == "passed", reason, " ".join(message.split())[:300])
