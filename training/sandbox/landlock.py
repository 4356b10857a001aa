"""Landlock: a process gives up the file system but for a few folders, without needing any privilege (Linux 5.13).

From version 4 of its interface on it gives up TCP too, from version 6 signals to, and abstract sockets of, others.
Numbers: Linux `include/uapi/linux/landlock.h`.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from . import kernel


CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
# Rights that came with version 2 (rename across folders), 3 (truncate) and 5 (ioctl on devices) of the interface.
REFER, TRUNCATE, IOCTL = 1 << 13, 1 << 14, 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL


def version() -> int:
    """Version of the kernel's Landlock, 0 without."""
    try:
        return kernel.syscall(CREATE_RULESET, ctypes.c_void_p(None), 0, 1) if kernel.LINUX else 0
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Leaves this process, and all that it will start, those files and folders, none to execute.

    Returns the version in force. Paths that do not exist are skipped. Sets `no_new_privs`.

    Raises:
        OSError: the kernel has no Landlock or refuses.
    """
    level = version()
    if not level:
        raise OSError("this kernel has no Landlock")
    rights = (1 << 13) - 1
    rights |= (REFER if level >= 2 else 0) | (TRUNCATE if level >= 3 else 0) | (IOCTL if level >= 5 else 0)
    network, scope = (3 if level >= 4 else 0), (3 if level >= 6 else 0)
    attributes = struct.pack("QQQ", rights, network, scope)[: 8 * (1 + (level >= 4) + (level >= 6))]
    ruleset = kernel.syscall(CREATE_RULESET, ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for paths, allowed in ((readable, READ_FILE | READ_DIR), (writable, rights & ~EXECUTE)):
            for path in paths:
                allow(ruleset, path, allowed)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return level


def allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, descriptor)
        kernel.syscall(ADD_RULE, ruleset, RULE_PATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)
