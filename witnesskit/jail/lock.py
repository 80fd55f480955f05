"""What the child gives up before it reads a hostile byte, and what it then finds itself unable to do."""

from __future__ import annotations

import _socket
import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from typing import Final

from witnesskit.jail import landlock, seccomp

FULL: Final = "full"  # neither a file nor the network can be reached
LIMITS_ONLY: Final = "limits-only"

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000


@dataclass(frozen=True)
class Lock:
    """The level reached, and the layers that were put on."""

    level: str
    layers: tuple[str, ...]


def limit(memory: int, cpu_seconds: int) -> None:
    """Set the resource limits (bytes, seconds); no file can grow, no core is written, no process started."""
    import resource

    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_CPU, cpu_seconds, spare=1)  # so that the end has its own signal, SIGXCPU
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NPROC, 0)


def lock(parent: int, *, wrapped: bool = False) -> Lock:
    """Give up files, network and new descriptors; dies when ``parent`` (process number) is gone already.

    ``wrapped``: bubblewrap stands around this process. It gave it namespaces, hides the parent's number and ends it.
    """
    layers = ["bubblewrap", "rlimits"] if wrapped else ["rlimits"]
    if sys.platform == "linux":
        layers += _linux_layers(0 if wrapped else parent)
    _close_descriptors()
    if sys.platform == "linux" and seccomp.deny_the_rest(_libc()):
        layers.append("seccomp")
    return Lock(_level(layers), tuple(layers))


def _linux_layers(parent: int) -> list[str]:
    libc = _libc()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent and os.getppid() != parent:
        os._exit(1)
    layers = []
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        layers.append("no-new-privs")
    if libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC) == 0:
        layers.append("namespaces")
    if landlock.deny_everything(libc):
        layers.append("landlock")
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
        layers.append("undumpable")
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of credentials clears it
    return layers


def _close_descriptors() -> None:
    """From here on no descriptor can be made: no file opened, no socket, no pipe."""
    import resource

    _lower(resource.RLIMIT_NOFILE, 0)


def _level(layers: list[str]) -> str:
    """Full only when a layer stands before each and a trial shows it: claims are not enough."""
    files_closed = ("landlock" in layers or "seccomp" in layers) and not _can_open()
    network_closed = {"bubblewrap", "namespaces", "seccomp"}.intersection(layers) and not _can_connect()
    return FULL if files_closed and network_closed else LIMITS_ONLY


def _can_open() -> bool:
    try:
        os.close(os.open("/", os.O_RDONLY))
    except OSError:
        return False
    return True


def _can_connect() -> bool:
    for family in (_socket.AF_INET, _socket.AF_INET6, _socket.AF_UNIX):
        try:
            _socket.socket(family, _socket.SOCK_DGRAM).close()
        except OSError:
            continue
        return True
    return False


def _lower(kind: int, value: int, spare: int = 0) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    bound = value + spare if hard == resource.RLIM_INFINITY else min(value + spare, hard)
    resource.setrlimit(kind, (min(value, bound), bound))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
