"""A filter of system calls: what no computation needs, and what reaches other processes, fails with EPERM.

Numbers: Linux `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`.
"""

import ctypes
import errno
import os
import struct

from . import kernel


# name: (x86_64, aarch64); None where the architecture has no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # network; `socketpair` stays, event loops use it
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "tkill": (200, 130),
    "setpriority": (141, 140),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # other programs
    "execve": (59, 221),
    "execveat": (322, 281),
    "vfork": (58, None),
    # namespaces and file systems
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "mount_setattr": (442, 442),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # memory and messages that outlive the process or escape its limits
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vhangup": (153, 58),
    "seccomp": (317, 277),
}
CLONE, CLONE3 = (56, 220), (435, 435)
KILL, TGKILL, PRLIMIT = (62, 129), (234, 131), (302, 261)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWCGROUP
)

LOAD, EQUAL, ABOVE, SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
REFUSE, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def program(pid: int) -> bytes:
    """The filter of the process `pid`, as classic BPF: it may signal and limit itself only.

    Raises:
        KeyError: an architecture without a table here.
    """
    column, audit = ARCHITECTURES[kernel.MACHINE]
    refuse, allow = instruction(RETURN, REFUSE), instruction(RETURN, ALLOW)
    code = [
        instruction(LOAD, ARCHITECTURE),
        instruction(EQUAL, audit, 1, 0),
        instruction(RETURN, KILL_PROCESS),
        instruction(LOAD, NUMBER),
    ]
    if kernel.MACHINE == "x86_64":  # the x32 twins of all calls
        code += [instruction(ABOVE, 0x40000000, 0, 1), refuse]
    # glibc falls back to clone, whose flags can be looked at.
    code += [instruction(EQUAL, CLONE3[column], 0, 1), instruction(RETURN, ABSENT)]
    for numbers in DENIED.values():
        if numbers[column] is not None:
            code += [instruction(EQUAL, numbers[column] or 0, 0, 1), refuse]
    code += [instruction(EQUAL, CLONE[column], 0, 4), instruction(LOAD, FIRST_ARGUMENT)]
    code += [instruction(SET, NAMESPACES, 0, 1), refuse, allow]
    for numbers, allowed in ((KILL, (pid,)), (TGKILL, (pid,)), (PRLIMIT, (0, pid))):
        tests = [instruction(EQUAL, value, len(allowed) - i, 0) for i, value in enumerate(allowed)]
        code += [instruction(EQUAL, numbers[column], 0, len(tests) + 3), instruction(LOAD, FIRST_ARGUMENT)]
        code += [*tests, refuse, allow]
    return b"".join([*code, allow])


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def install() -> None:
    """Filters the calls of this process and of all that it will start.

    Raises:
        OSError: the kernel refuses; KeyError: an unknown architecture; NotImplementedError: not Linux.
    """
    code = program(os.getpid())
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    structure = _Filter(len(code) // 8, code)
    kernel.prctl(kernel.PR_SET_SECCOMP, kernel.SECCOMP_MODE_FILTER, ctypes.addressof(structure))
