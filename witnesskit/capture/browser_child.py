"""The shooter: a process between the program that holds keys and the browser that runs a page.

It takes one job on stdin, starts the browser in its room, leads it out by the egress, and gives facts and picture on
stdout as frames. It is guarded like the worker: one way out, addresses checked at the connection, no file written.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, NoReturn

from witnesskit.capture import frames, pipes
from witnesskit.capture.browser_room import OWN_SANDBOX
from witnesskit.capture.cdp import BrowserGone, Pipe
from witnesskit.capture.child import harden
from witnesskit.capture.egress import SOCKS, parse_egress
from witnesskit.capture.guard import Guard
from witnesskit.capture.relay import Relay
from witnesskit.capture.room import ENVIRONMENT
from witnesskit.capture.shooting import Page, Picture, take
from witnesskit.formats import strict_json
from witnesskit.limits import BROWSER_TOLD_MAX, CAPTURE_FRAME_MAX
from witnesskit.model import Json

_ROOM_SECONDS: Final = 20.0  # seconds until the room must stand


def main(arguments: Sequence[str]) -> NoReturn:
    """Serve one job; any fault of ours is told by a word only."""
    harden(int(arguments[0]), starts_others=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.dup(1)
    os.dup2(2, 1)
    sys.excepthook = lambda *_: None
    frame = frames.read(lambda length: pipes.read_exactly(0, length))
    if frame is None:
        os._exit(1)
    job = strict_json.loads(frame.payload)
    facts, png = _shoot(job)
    payload = strict_json.canonical(facts)
    with contextlib.suppress(OSError):
        pipes.write_all(out, frames.head(frames.MESSAGE, 0, len(payload)), payload)
        for start in range(0, len(png), CAPTURE_FRAME_MAX):
            piece = png[start : start + CAPTURE_FRAME_MAX]
            pipes.write_all(out, frames.head(frames.PAGE, 0, len(piece)), piece)
    os._exit(0)  # the browser ends with its parent


def _shoot(job: dict[str, Json]) -> tuple[dict[str, Json], bytes]:
    until = time.monotonic() + float(job["seconds"])
    started = _start_room(str(job["browser"]), str(job["user_agent"]))
    if started is None:
        return {"reason": "no-room"}, b""
    listener, pipe, own_sandbox = started
    egress = parse_egress(str(job["egress"]))
    guard = Guard(egress, allow_local=bool(job["allow_local"]))
    guard.install()
    guard.admit_proxy()
    relay = Relay(egress, secrets.token_hex(8) if egress.kind == SOCKS else "", guard.demand)
    page = Page(relay.allow, pipe.tell)
    pipe.on_event = page.event
    threading.Thread(target=relay.serve, args=(listener,), daemon=True).start()
    try:
        picture = take(pipe, page, str(job["url"]), str(job["user_agent"]), until)
    except BrowserGone as error:
        picture = Picture(status=page.status, final_url=page.final_url, reason=str(error.args[0]))
    facts: dict[str, Json] = {name: value for name, value in asdict(picture).items() if name != "png"}
    facts["own_sandbox"] = own_sandbox and bool(picture.browser)
    facts["received"] = relay.received
    facts["asked"] = [asdict(one) for one in relay.asked[:BROWSER_TOLD_MAX]]
    return facts, picture.png


def _start_room(browser: str, name: str) -> tuple[socket.socket, Pipe, bool] | None:
    """The way out of the room, the browser in it, whether its own sandbox stands; None where no room can be made."""
    ours, theirs = socket.socketpair()
    (commands, write), (read, answers) = os.pipe(), os.pipe()
    words = [sys.executable, "-I", "-B", "-m", "witnesskit.capture.browser_room", str(os.getpid())]
    inherited = (theirs.fileno(), commands, answers)
    room = subprocess.Popen(
        [*words, *map(str, inherited), browser, name],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT,
        pass_fds=inherited, preexec_fn=_let_files_grow,  # noqa: PLW1509 - no thread runs yet
    )  # fmt: skip
    for descriptor in (commands, answers):
        os.close(descriptor)
    theirs.close()
    ours.settimeout(_ROOM_SECONDS)
    try:
        told, descriptors, _flags, _address = socket.recv_fds(ours, 1, 1)
    except OSError:
        told, descriptors = b"", []
    if not descriptors:
        room.kill()
        return None
    return socket.socket(fileno=descriptors[0]), Pipe(read, write), told == OWN_SANDBOX


def _let_files_grow() -> None:
    """The browser writes into memory; the limit that this process has on itself would break it."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)


if __name__ == "__main__":
    main(sys.argv[1:])
