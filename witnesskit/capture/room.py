"""A room for a program of others (Linux): no network, programs and fonts, and nothing that people keep.

A list of what is shown, for a list of what is hidden would miss the folder that somebody keeps a vault in, and the
sockets below ``/run`` through which other programs would go out on its behalf. What must be written lies in memory.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

MEMORY: Final = "/tmp"  # noqa: S108 - a file system in memory is mounted over it
ENVIRONMENT: Final = {
    **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), MEMORY),
    "TMPDIR": MEMORY, "PATH": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC",
}  # fmt: skip
_PDEATHSIG, _NO_NEW_PRIVS = 1, 38
NEW_USER, NEW_NET, NEW_MOUNT, NEW_IPC, NEW_PID = 0x10000000, 0x40000000, 0x00020000, 0x08000000, 0x20000000
_SHARED: Final = "/dev/shm"  # noqa: S108 - the same
INSIDE: Final = (
    1000  # user number in the room; not root's, so that the browser keeps its own sandbox and no capability
)
_SHOWN: Final = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt/google/chrome", "/etc/ld.so.cache",
    "/etc/alternatives", "/etc/fonts", "/var/cache/fontconfig",
)  # fmt: skip
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_STAGE: Final = "/tmp"  # noqa: S108 - where the new root is put together; a folder that every system has
_NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_MOUNT_SETATTR: Final = 442  # its number is the same on every architecture
_RECURSIVE, _READ_ONLY, _NO_SUID, _DETACH = 0x8000, 1, 2, 2


def enter(parent: int, ends: Sequence[int] = ()) -> ctypes.CDLL:
    """Go into a room of one's own, for good, as its first process; returns the system's library.

    The process that calls it stays outside, waits for the one inside and ends as it ends; before that it closes
    ``ends``, whose other sides are to see when the one inside is gone. Dies with ``parent``. Raises OSError outside
    where there is no such room, and in it where it cannot be built.
    """
    end_with(parent)
    libc = ctypes.CDLL(None, use_errno=True)
    separate(libc)
    end_with(parent)  # a change of credentials cleared it
    held, hold = os.pipe()  # the write end ends with this process: its number cannot be seen from inside
    child = os.fork()
    if child:
        for descriptor in (*ends, held):
            os.close(descriptor)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    os.close(hold)
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if select.select([held], [], [], 0)[0]:
        os._exit(1)
    os.setsid()  # a signal to its group reaches nobody outside
    build(libc)
    demand(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    return libc


def end_with(parent: int) -> None:
    """No life after the parent."""
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def separate(libc: ctypes.CDLL) -> None:
    """Namespaces of its own; processes only for what is forked from now on. Raises OSError where there are none."""
    user, group = os.geteuid(), os.getegid()
    demand(libc.unshare(NEW_USER | NEW_NET | NEW_MOUNT | NEW_IPC | NEW_PID))
    _map(user, group)


def build(libc: ctypes.CDLL) -> None:
    """Make the room's own root and stay in its memory; called by the first process inside. Raises OSError."""
    demand(libc.mount(None, b"/", None, _REC | _PRIVATE, None))
    _memory(libc, _STAGE, b"size=1m,mode=0755")
    for path in (*_SHOWN, *_DEVICES):
        _show(libc, path)
    for folder in ("/proc", _SHARED, MEMORY):
        Path(_STAGE + folder).mkdir(parents=True, exist_ok=True)
    attributes = struct.pack("QQQQ", _READ_ONLY | _NO_SUID, 0, 0, 0)
    demand(libc.syscall(_MOUNT_SETATTR, -100, _STAGE.encode(), _RECURSIVE, attributes, len(attributes)))
    # processes of the room alone and no switch of the system, which who is root outside could otherwise turn
    proc = f"{_STAGE}/proc".encode()
    demand(libc.mount(b"proc", proc, b"proc", _NOSUID | _NODEV | _NOEXEC, b"subset=pid"))
    _memory(libc, _STAGE + _SHARED, b"size=256m,mode=0700")
    _memory(libc, _STAGE + MEMORY, b"size=512m,mode=0700")
    os.chdir(_STAGE)
    demand(libc.pivot_root(b".", b"."))
    demand(libc.umount2(b".", _DETACH))
    os.chdir(MEMORY)


def sandbox_works(libc: ctypes.CDLL) -> bool:
    """Whether a browser can make namespaces inside of this one, which its own sandbox needs; tried, not supposed."""
    child = os.fork()
    if not child:
        try:
            user, group = os.geteuid(), os.getegid()
            demand(libc.unshare(NEW_USER | NEW_PID | NEW_NET))
            _map(user, group)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def demand(result: int) -> None:
    """Raises OSError for the answer of a call that did not succeed."""
    if result:
        raise OSError(ctypes.get_errno(), "this system does not allow it")


def _map(user: int, group: int) -> None:
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {group} 1", encoding="ascii")


def _show(libc: ctypes.CDLL, path: str) -> None:
    """The same file, folder or link in the new root; what is not there is not shown."""
    source, target = Path(path), Path(_STAGE + path)
    if not os.path.lexists(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    demand(libc.mount(path.encode(), str(target).encode(), None, _BIND | _REC, None))


def _memory(libc: ctypes.CDLL, folder: str, size: bytes) -> None:
    demand(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", _NOSUID | _NODEV, size))
