"""The room that a browser runs in (Linux): no network but one listener, no file that it can write, nothing on a disk.

Started by the shooter as a program of its own; it makes the room, hands the listener out of it, and becomes the
browser. The listener lives in this network namespace and is served from outside: it is the only way out. The browser
is the first process of the room's own process namespace: it sees no other, and none of its children outlives it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from witnesskit.capture import room
from witnesskit.capture.room import ENVIRONMENT, MEMORY

OWN_SANDBOX, ROOM_ONLY = b"s", b"r"  # what comes with the listener: whether the browser's own sandbox stands inside
_SET_FLAGS, _UP = 0x8914, 0x41  # SIOCSIFFLAGS; up and running
FLAGS: Final = (
    "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={MEMORY}/profile", "--no-first-run",
    "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-domain-reliability", "--mute-audio", "--incognito",
    "--disable-client-side-phishing-detection", "--disable-breakpad", "--disable-crash-reporter", "--disable-quic",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,DialMediaRouteProvider",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--dns-prefetch-disable", "--no-pings",
    "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--password-store=basic", "--use-mock-keychain",
    "--metrics-recording-only", "--proxy-bypass-list=<-loopback>", "--lang=en-US",
)  # fmt: skip


def main(arguments: Sequence[str]) -> NoReturn:
    """PARENT WAY READ WRITE BROWSER NAME: process number, three descriptors, the program, what it calls itself."""
    parent, way, reading, writing = map(int, arguments[:4])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = room.enter(parent, (way, reading, writing))
    try:
        _become(libc, (way, reading, writing), arguments[4], arguments[5])
    finally:
        os._exit(1)


def _become(libc: ctypes.CDLL, inherited: tuple[int, int, int], browser: str, name: str) -> NoReturn:
    """The first process of the room becomes the browser. Raises OSError where it cannot be started."""
    alone = room.sandbox_works(libc)
    way, *pipe = inherited
    port = _listen(way, OWN_SANDBOX if alone else ROOM_ONLY)
    reading, writing = (fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in pipe)
    os.dup2(reading, 3)
    os.dup2(writing, 4)
    os.closerange(5, 1 << 16)
    words = [*FLAGS, f"--user-agent={name}", f"--proxy-server=http://127.0.0.1:{port}"]
    words += [] if alone else ["--no-sandbox"]
    os.execve(browser, (browser, *words, "about:blank"), ENVIRONMENT)  # noqa: S606 - a fixed list


def _listen(way: int, told: bytes) -> int:
    """A listener on this namespace's own loopback address, handed out; returns its port."""
    with socket.socket(fileno=way) as out, socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        socket.send_fds(out, [told], [listener.fileno()])
        port = int(listener.getsockname()[1])
        listener.close()
    return port


if __name__ == "__main__":
    main(sys.argv[1:])
