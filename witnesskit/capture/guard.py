"""What the worker cannot do, whatever an extractor asks for: connect elsewhere, start a program, write a file.

An audit hook of the interpreter; it cannot be taken off again. It holds against mistakes and odd extractors, not
against machine code. Only the worker installs it.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import uuid
from typing import Any, Final

from witnesskit.capture.egress import DIRECT, SOCKS, Egress, is_local_address, is_local_host, is_onion
from witnesskit.capture.js_runtime import admits

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEVER: Final = frozenset(
    {
        "subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system",
        "pty.spawn", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate",
        "os.chmod", "os.chown", "os.utime", "os.setxattr", "shutil.copyfile", "shutil.move", "sqlite3.connect",
        "tempfile.mkstemp", "tempfile.mkdtemp", "socket.sendto", "socket.sendmsg", "ftplib.connect",
        "smtplib.connect", "webbrowser.open", "mmap.__new__", "socket.gethostbyname", "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)  # fmt: skip


class Refused(PermissionError):
    """The worker tried what it must not."""


class LocalAddress(Refused):
    """A connection to this computer or its private network, which nobody allowed."""


class ElsewhereRefused(Refused):
    """A connection or a look-up that would not go through the proxy."""


class Guard:
    """The hook; ``admit_proxy`` must be called before the first connection through a proxy."""

    def __init__(self, egress: Egress, *, allow_local: bool, js_runtime: str = "") -> None:
        """``js_runtime``: the one program that may be started, in its room."""
        self._egress = egress
        self._js_runtime = js_runtime
        self._allow_local = allow_local
        self._proxy: frozenset[str] = frozenset()

    def install(self) -> None:
        """From here on, for the life of the process."""
        sys.addaudithook(self._hook)

    def admit_proxy(self) -> None:
        """Look the proxy's name up once; when it cannot be found, no connection is possible at all."""
        if self._egress.kind == DIRECT:
            return
        try:
            found = socket.getaddrinfo(self._egress.host, self._egress.port, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        self._proxy = frozenset(str(entry[4][0]) for entry in found)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            self._connect(arguments[1])
        elif event == "socket.getaddrinfo":
            self._look_up(arguments[0])
        elif event == "open":
            _open(arguments)
        elif event == "subprocess.Popen" and admits(self._js_runtime, arguments):
            return
        elif event in _NEVER:
            raise Refused(event)

    def _connect(self, address: Any) -> None:
        if not isinstance(address, tuple) or len(address) < 2:
            raise ElsewhereRefused("not an internet address")
        host, port = str(address[0]), address[1]
        if self._egress.kind != DIRECT:
            if host not in self._proxy or port != self._egress.port:
                raise ElsewhereRefused("not the proxy")
        elif not self._allow_local and is_local_address(host):
            raise LocalAddress("local address")

    def demand(self, host: str) -> None:
        """Refuse a host as links and redirects write it, before it is asked for: LocalAddress, ElsewhereRefused.

        Through a proxy no address is seen at the connection, and the proxy may stand in a private network.
        """
        if not self._allow_local and is_local_host(host):
            raise LocalAddress("local address")
        if is_onion(host) and self._egress.kind != SOCKS:
            raise ElsewhereRefused("only Tor knows this name")

    def _look_up(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and is_onion(name):
            raise ElsewhereRefused("only Tor knows this name")
        if self._egress.kind != DIRECT and name != self._egress.host and name not in self._proxy:
            raise ElsewhereRefused("names are looked up by the proxy only")


def hide_machine_number() -> None:
    """Time-based identifiers, which some extractors send, carry a random number in place of the network card's.

    It also keeps the system's library from its clock file. To be called before the extractors load.
    """
    module: Any = uuid
    module._generate_time_safe = module._UuidCreate = None
    module._node = secrets.randbits(48) | 1 << 40  # RFC 9562, section 6.10: the multicast bit marks it


def _open(arguments: tuple[Any, ...]) -> None:
    path, _mode, flags = arguments
    if isinstance(flags, int) and flags & _WRITING and not isinstance(path, int) and path != os.devnull:
        raise Refused("no file is written")
