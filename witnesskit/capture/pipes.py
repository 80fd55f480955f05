"""The processes that capture starts, and the pipes that it speaks with them on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from witnesskit.limits import CAPTURE_FRAME_MAX


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a group, with all of the group; nothing that it holds is lost."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    process.wait()


def read_exactly(descriptor: int, length: int) -> bytes:
    """``length`` bytes, or fewer where the other side ends; raises OSError."""
    pieces = []
    while length and (piece := os.read(descriptor, min(length, CAPTURE_FRAME_MAX))):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def write_all(descriptor: int, head: bytes, data: bytes) -> None:
    """Both, whatever a pipe takes at once; raises OSError."""
    sent = os.writev(descriptor, (head, data))
    rest = memoryview(head + data)[sent:] if sent < len(head) + len(data) else memoryview(b"")
    while rest:
        rest = rest[os.write(descriptor, rest) :]
