"""A room for a program of others (Linux): namespaces of its own, no network, no file that it can write but in memory.

Every file system is read-only, folders where people keep things are empty, and what must be written lies in memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from pathlib import Path
from typing import Final

MEMORY: Final = "/tmp"  # noqa: S108 - a file system in memory is mounted over it
ENVIRONMENT: Final = {
    **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), MEMORY),
    "TMPDIR": MEMORY, "PATH": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC",
}  # fmt: skip
_NEW_USER, _NEW_NET, _NEW_MOUNT, _NEW_IPC = 0x10000000, 0x40000000, 0x00020000, 0x08000000
_PDEATHSIG, _NO_NEW_PRIVS = 1, 38
_MOUNT_SETATTR: Final = 442  # its number is the same on every architecture
_RECURSIVE, _READ_ONLY = 0x8000, 1
_NOSUID, _NODEV, _REC, _PRIVATE = 2, 4, 16384, 1 << 18
_EMPTY: Final = ("/home", "/root", "/media", "/mnt", "/srv", "/var/tmp", "/dev/shm", "/run/user")  # noqa: S108
_SIZE: Final = b"size=512m,mode=0700"


def enter(parent: int) -> None:
    """Make the room and go in, for good; dies with ``parent``. Raises OSError where this system gives none."""
    libc = ctypes.CDLL(None, use_errno=True)
    end_with(parent)
    _separate(libc)
    _empty_files(libc)
    end_with(parent)  # a change of credentials cleared it
    _demand(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    os.chdir(MEMORY)


def end_with(parent: int) -> None:
    """No life after the parent."""
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _separate(libc: ctypes.CDLL) -> None:
    """Namespaces of its own, under the same user; raises OSError where this system gives none."""
    user, group = os.geteuid(), os.getegid()
    _demand(libc.unshare(_NEW_USER | _NEW_NET | _NEW_MOUNT | _NEW_IPC))
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def _empty_files(libc: ctypes.CDLL) -> None:
    """Everything read-only, then memory where a browser writes, and emptiness where people keep things."""
    _demand(libc.mount(None, b"/", None, _REC | _PRIVATE, None))
    attributes = struct.pack("QQQQ", _READ_ONLY, 0, 0, 0)
    _demand(libc.syscall(_MOUNT_SETATTR, -100, b"/", _RECURSIVE, attributes, len(attributes)))
    for folder in (MEMORY, *_EMPTY):
        if Path(folder).is_dir() and not Path(folder).is_symlink():
            _demand(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", _NOSUID | _NODEV, _SIZE))


def _demand(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "this system does not allow it")
