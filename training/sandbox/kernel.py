"""System calls that Python's `os` does not have (Linux), through the C library already in the process."""

import ctypes
import os
import sys


LINUX = sys.platform == "linux"
MACHINE = os.uname().machine

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP = 0x10000000, 0x20000000, 0x40000000, 0x02000000
CLONE_NEWTIME = 0x00000080

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 1, 4, 24, 38, 36
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Raises OSError when a call of the C library failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, *values: int) -> None:
    """See prctl(2). Raises OSError; NotImplementedError outside Linux."""
    if not LINUX:
        raise NotImplementedError("prctl is Linux's")
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    checked(_libc.prctl(ctypes.c_int(option), *arguments), f"prctl {option}")


def syscall(number: int, *values: object) -> int:
    """A raw system call; integers are passed as longs. Raises OSError."""
    arguments = [ctypes.c_long(value) if isinstance(value, int) else value for value in values]
    return checked(_libc.syscall(ctypes.c_long(number), *arguments), f"syscall {number}")


def unshare(flags: int) -> None:
    """New namespaces for this process (`CLONE_NEWPID`: for its children). Raises OSError."""
    checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """See mount(2). Raises OSError."""
    texts = [text.encode() or None for text in (source, target, kind)]
    checked(_libc.mount(*texts, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def pivot_root(folder: str) -> None:
    """Makes a mounted folder the root and lets go of the old one. Raises OSError."""
    os.chdir(folder)
    syscall({"x86_64": 155, "aarch64": 41}[MACHINE], ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    checked(_libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def drop_capabilities() -> None:
    """No capability, and none to be had back. Raises OSError."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one, or none to drop
    header = _Header(0x20080522, 0)
    checked(_libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()), "capset")
