"""A network namespace whose only way out is one SOCKS listener: made inside, where the programs are, served outside."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.simulators import socks as proxies
from tests.simulators.socks import Socks

PORT = 9050  # Tor's
_INSIDE = f"""
import fcntl, os, socket, struct, sys
way = socket.socket(fileno=int(sys.argv[1]))
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
listener = socket.create_server(("127.0.0.1", {PORT}), backlog=128)
socket.send_fds(way, [b"."], [listener.fileno()])
way.close()
listener.close()
os.execv(sys.argv[2], sys.argv[2:])
"""


def namespaces() -> list[str] | None:
    """Words that start a program in a network namespace of its own; None where this computer makes none."""
    program = shutil.which("unshare")
    for words in (["-n"], ["-n", "-U", "-r"]) if program else ():
        if subprocess.run([str(program), *words, "true"], capture_output=True, check=False).returncode == 0:
            return [str(program), *words]
    return None


def run_inside(
    words: Sequence[str], target_url: str, trace: Path, given: str = ""
) -> tuple[subprocess.CompletedProcess[str], Socks]:
    """Run ``words`` inside, where nothing but the proxy can be reached; every connection is traced into ``trace``."""
    ours, theirs = socket.socketpair()
    strace = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    inside = [sys.executable, "-c", _INSIDE, str(theirs.fileno())]
    started = subprocess.Popen(
        [*(namespaces() or []), *inside, str(shutil.which("strace")), *strace[1:], *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[theirs.fileno()],
    )  # fmt: skip
    theirs.close()
    _data, descriptors, _flags, _address = socket.recv_fds(ours, 1, 1)
    with ours, proxies.serve(target_url, socket.socket(fileno=descriptors[0])) as socks:
        killer = threading.Timer(300, started.kill)
        killer.start()
        out, told = started.communicate(given)
        killer.cancel()
    return subprocess.CompletedProcess(words, started.returncode, out, told), socks


def elsewhere(trace: Path) -> list[str]:
    """Traced calls that name an internet address which is not the proxy's; none, if all is well."""
    proxy = f'sin_port=htons({PORT}), sin_addr=inet_addr("127.0.0.1")'
    return [line for line in trace.read_text().splitlines() if "AF_INET" in line and proxy not in line]
