"""The room that a browser runs in (Linux): no network but one listener, no file that it can write, nothing on a disk.

Started by the shooter as a program of its own; it makes the room, hands the listener out of it, and becomes the
browser. The listener lives in this network namespace and is served from outside: it is the only way out. Every file
system is read-only; what a browser must write lies in memory, and the folders where people keep things are empty.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

_NEW_USER, _NEW_NET, _NEW_MOUNT, _NEW_IPC = 0x10000000, 0x40000000, 0x00020000, 0x08000000
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVS = 1, 4, 38
_MOUNT_SETATTR: Final = 442  # its number is the same on every architecture
_RECURSIVE, _READ_ONLY = 0x8000, 1
_NOSUID, _NODEV, _REC, _PRIVATE = 2, 4, 16384, 1 << 18
_SET_FLAGS, _UP = 0x8914, 0x41  # SIOCSIFFLAGS; up and running
_MEMORY: Final = "/tmp"  # noqa: S108 - a file system in memory is mounted over it
_EMPTY: Final = ("/home", "/root", "/media", "/mnt", "/srv", "/var/tmp", "/dev/shm", "/run/user")  # noqa: S108
_SIZE: Final = b"size=512m,mode=0700"
ENVIRONMENT: Final = {
    **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), _MEMORY),
    "TMPDIR": _MEMORY, "PATH": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC",
}  # fmt: skip
FLAGS: Final = (
    "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={_MEMORY}/profile", "--no-first-run",
    "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-domain-reliability", "--mute-audio", "--incognito",
    "--disable-client-side-phishing-detection", "--disable-breakpad", "--disable-crash-reporter", "--disable-quic",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,DialMediaRouteProvider",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--dns-prefetch-disable", "--no-pings",
    "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--password-store=basic", "--use-mock-keychain",
    "--metrics-recording-only", "--proxy-bypass-list=<-loopback>", "--lang=en-US",
)  # fmt: skip


def main(arguments: Sequence[str]) -> NoReturn:
    """PARENT WAY READ WRITE BROWSER: process number, three descriptors and the browser's own program."""
    parent, way, reading, writing = map(int, arguments[:4])
    browser = arguments[4]
    _end_with(parent)
    for kind in (resource.RLIMIT_CORE,):
        resource.setrlimit(kind, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    _separate(libc)
    _empty_files(libc)
    port = _listen(way)
    _end_with(parent)  # a change of credentials cleared it
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.dup2(reading, 3)
    os.dup2(writing, 4)
    os.closerange(5, 1 << 16)
    os.chdir(_MEMORY)
    alone = () if os.geteuid() else ("--no-sandbox",)  # it refuses to be root with its own sandbox
    proxy = f"--proxy-server=http://127.0.0.1:{port}"
    os.execve(browser, (browser, *FLAGS, *alone, proxy, "about:blank"), ENVIRONMENT)  # noqa: S606 - a fixed list


def _end_with(parent: int) -> None:
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
    for folder in (_MEMORY, *_EMPTY):
        if Path(folder).is_dir() and not Path(folder).is_symlink():
            _demand(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", _NOSUID | _NODEV, _SIZE))


def _listen(way: int) -> int:
    """A listener on this namespace's own loopback address, handed out; returns its port."""
    with socket.socket(fileno=way) as out, socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        socket.send_fds(out, [b"."], [listener.fileno()])
        port = int(listener.getsockname()[1])
        listener.close()
    return port


def _demand(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "this system does not allow it")


if __name__ == "__main__":
    main(sys.argv[1:])
