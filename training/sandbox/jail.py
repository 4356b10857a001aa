"""What a process gives up before it runs code that it does not trust."""

import os
import resource
import signal
from dataclasses import asdict, dataclass, field

from . import kernel, landlock, seccomp
from .verdict import MEBIBYTE, Limits


# Where a container has its writable folder: not below /tmp, where Python or this package may be installed.
SCRATCH = "/scratch"


@dataclass
class Plan:
    """Which layers a worker uses. `server.hello` says which of them the machine really grants.

    Attributes:
        container: "bubblewrap" (the server runs in it), "namespaces" (the server makes its own) or "none".
        uids: users of the program and of the judge, if the server is root; the program's exists for this worker only.
        seccomp: filter system calls.
        landlock: restrict the file system.
        folder: the server's own folder on the host, empty; only without a container.
        readable: files and folders that Python needs.
        file_bytes: size of the temporary file system.
    """

    container: str = "none"
    uids: tuple[int, int] | None = None
    seccomp: bool = True
    landlock: bool = True
    folder: str = ""
    readable: list[str] = field(default_factory=list)
    file_bytes: int = 16 * MEBIBYTE

    as_dict = asdict


ALL_NAMESPACES = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
)


def own_namespaces(plan: Plan) -> None:
    """Moves this process into namespaces of its own, as process 1; the process that was asked waits for it outside.

    Within: no network, not even a loopback, no other process, `plan.readable` without write access, a few devices and
    an empty `SCRATCH`.

    Raises:
        OSError: not permitted.
    """
    uid, gid = os.getuid(), os.getgid()
    if uid != 0:
        kernel.unshare(kernel.CLONE_NEWUSER)
        for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
    kernel.unshare(ALL_NAMESPACES)
    child = os.fork()
    if child:
        outside(child)
    # The one outside is killed if the server's owner is; then this one goes, and with it all that it started.
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    own_root(plan)


def outside(child: int) -> None:
    """Waits for process 1 and ends as it did."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.closerange(0, 256)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def own_root(plan: Plan) -> None:
    """A root folder in memory that shows `plan.readable` of the host. Raises OSError."""
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    root = "/proc"  # a folder that every machine has, and that Python needs no longer
    kernel.mount("tmpfs", root, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=755")
    os.chdir(root)
    for path in plan.readable:
        show(path, root)
    for name in ("null", "zero", "random", "urandom"):
        show(f"/dev/{name}", root, device=True)
    os.mkdir(root + SCRATCH)
    # Every file and folder costs the kernel memory too: as many as pages of 4 kB, and some.
    space = f"size={plan.file_bytes},nr_inodes={plan.file_bytes // 4096 + 64},mode=755"
    kernel.mount("tmpfs", root + SCRATCH, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, space)
    kernel.mount("none", root, flags=kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV)
    kernel.pivot_root(root)


def show(path: str, root: str, device: bool = False) -> None:
    """Shows a file or folder of the host below `root`, for reading."""
    target = root + path
    if not os.path.lexists(path) or os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT, 0o644))
    kernel.mount(path, target, flags=kernel.MS_BIND | kernel.MS_REC)
    # Flags of the mount below may not be taken away in a user namespace: repeat them.
    kept = os.statvfs(target).f_flag & (os.ST_NOSUID | getattr(os, "ST_NODEV", 4) | getattr(os, "ST_NOEXEC", 8))
    flags = kernel.MS_BIND | kernel.MS_REMOUNT | kernel.MS_NOSUID | kept
    kernel.mount("none", target, flags=flags | (0 if device else kernel.MS_RDONLY | kernel.MS_NODEV))


def set_limit(kind: int, soft: int, hard: int | None = None) -> None:
    """Lowers a limit; one that is already lower stays."""
    _, ceiling = resource.getrlimit(kind)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    try:
        resource.setrlimit(kind, (soft, hard))
    except ValueError:  # macOS has RLIMIT_AS, but takes no value
        pass


def set_limits(limits: Limits, threads: int | None) -> None:
    """The limits of a process; `threads` is what the kernel counts to: all threads of the user."""
    seconds = max(1, int(-(-limits.seconds // 1)))
    set_limit(resource.RLIMIT_CPU, seconds, seconds + 1)
    set_limit(resource.RLIMIT_AS, limits.memory_bytes)
    set_limit(resource.RLIMIT_DATA, limits.memory_bytes)
    set_limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    set_limit(resource.RLIMIT_STACK, 8 * MEBIBYTE)
    set_limit(resource.RLIMIT_CORE, 0)
    set_limit(resource.RLIMIT_NOFILE, 64)
    for name, value in (("RLIMIT_MEMLOCK", 0), ("RLIMIT_MSGQUEUE", 0), ("RLIMIT_SIGPENDING", 64)):
        if hasattr(resource, name):
            set_limit(getattr(resource, name), value)
    if threads is not None:
        set_limit(resource.RLIMIT_NPROC, threads)


def become(uid: int) -> None:
    """An unprivileged user, for good. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def confine(plan: Plan, folder: str | None, uid: int | None) -> dict[str, str | int]:
    """Gives up privileges, capabilities, files and system calls; returns what did not work, by layer.

    A process without `folder` may not write anything, and keeps its system calls: the judge.
    """
    failed: dict[str, str | int] = {}
    if uid is not None:
        become(uid)
    if not kernel.LINUX:
        return failed
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if plan.landlock:
        try:
            devices = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]
            landlock.restrict([*plan.readable, *devices], [folder] if folder else [])
        except OSError as problem:
            failed["landlock"] = str(problem)
    if plan.seccomp and folder:
        try:
            seccomp.install()
        except (OSError, KeyError) as problem:
            failed["seccomp"] = str(problem)
    return failed


def empty(folder: str) -> None:
    """Removes all that a folder holds, however deep and whatever its modes; links are not followed.

    It walks from folder to folder, so that no path grows long and no stack deep.

    Raises:
        OSError: something cannot be removed.
    """
    os.chmod(folder, 0o700)
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    way: list[tuple[str, list[str]]] = []  # name of each folder on the way down, and its siblings that are left
    left = clear(here)
    try:
        while left or way:
            if left:
                way.append((left.pop(), left))
                there = os.open(way[-1][0], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here, left = there, clear(there)
            else:
                above = os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
                os.close(here)
                here, (name, left) = above, way.pop()
                os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


def clear(folder: int) -> list[str]:
    """Removes the files of an open folder; returns the names of the folders in it, which it opens up."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.name, 0o700, dir_fd=folder)
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders
