"""A full-page picture of a page with Chromium at a desk, through the vault's one way out, nothing on a disk."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from witnesskit.capture import frames, pipes
from witnesskit.capture.cdp import BrowserGone
from witnesskit.capture.egress import Egress, check_url
from witnesskit.capture.shooting import png_size
from witnesskit.errors import WitnesskitError
from witnesskit.formats import strict_json
from witnesskit.limits import BROWSER_PICTURE_MAX, BROWSER_SECONDS
from witnesskit.model import Json

PROGRAMS: Final = (  # never looked for on PATH, which anybody may set; programs, not the scripts that start them
    "/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser", "/usr/lib/chromium/chrome",
    "/usr/lib64/chromium-browser/chromium-browser", "/opt/google/chrome/chrome",
)  # fmt: skip
_GRACE: Final = 45.0  # seconds that starting and taking the picture may last beyond the time for the page
_ENVIRONMENT: Final = {"HOME": "/dev/null/none", "PATH": "/dev/null/none", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Shot:
    """``png`` empty: there is none, and ``reason`` says why; with a picture: why it is not the whole page."""

    png: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0
    reason: str = ""
    status: int = 0  # of the page as the browser got it
    final_url: str = field(default="", repr=False)
    browser: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict, repr=False)  # all that was told


def find() -> str:
    """The browser's program; empty where there is none, or no room for it (other systems than Linux)."""
    if sys.platform != "linux":
        return ""
    return next((path for path in PROGRAMS if os.access(path, os.X_OK)), "")


def shoot(
    url: str, egress: Egress, user_agent: str, *, allow_local: bool = False, seconds: float = BROWSER_SECONDS
) -> Shot:
    """The picture of one page; never raises for what network, page or browser do. Raises BadUrl."""
    program = find()
    if not program:
        return Shot(reason="no-browser")
    job = {
        "url": check_url(url, allow_local=allow_local), "egress": str(egress), "allow_local": allow_local,
        "browser": program, "user_agent": user_agent, "seconds": int(seconds),
    }  # fmt: skip
    command = [sys.executable, "-I", "-B", "-m", "witnesskit.capture.browser_child", str(os.getpid())]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
        env=_ENVIRONMENT, start_new_session=True,
    )  # fmt: skip
    try:
        payload = strict_json.canonical(job)
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - pipes were asked for
        process.stdin.write(frames.head(frames.JOB, 0, len(payload)) + payload)
        return _answer(process.stdout.fileno(), time.monotonic() + seconds + _GRACE)
    except (OSError, WitnesskitError, BrowserGone):
        return Shot(reason="crashed")
    finally:
        pipes.end(process)


def _answer(descriptor: int, until: float) -> Shot:
    """Facts, then the picture; raises WorkerGarbage, BadJson, BrowserGone for what is none."""
    facts: dict[str, Json] = {}
    png = bytearray()
    while frame := frames.read(lambda length: _read(descriptor, length, until)):
        if frame.kind == frames.MESSAGE:
            facts = strict_json.loads(frame.payload)
        png += frame.payload if frame.kind == frames.PAGE else b""
        if len(png) > BROWSER_PICTURE_MAX:
            return Shot(reason="too-large")
    if not facts:
        return Shot(reason="no-answer")
    texts = {name: str(facts.get(name, ""))[:4000] for name in ("reason", "final_url", "browser")}
    status = facts.get("status")
    width, height = png_size(bytes(png)) if png else (0, 0)
    return Shot(bytes(png), width, height, status=status if type(status) is int else 0, facts=facts, **texts)


def _read(descriptor: int, length: int, until: float) -> bytes:
    data = b""
    while len(data) < length:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        piece = os.read(descriptor, length - len(data))
        if not piece:
            break
        data += piece
    return data
