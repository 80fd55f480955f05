"""The jail's table with a writer that dies, hangs or lies at files which say so; run with -m by the jail."""

from __future__ import annotations

import hashlib
import os
import time

from witnesskit.actions import jailed
from witnesskit.jail.child import Request, serve
from witnesskit.model import Json


def strip(request: Request) -> Json:
    """What the file says is what happens."""
    tail = request.sources[0].source.read_at(max(0, request.sources[0].source.size - 8), 8)
    if tail == b"die!die!":
        os._exit(9)
    if tail == b"hanghang":
        time.sleep(600)
    if tail == b"notclean":
        return _facts(request, request.sources[0].source.read_at(0, 1 << 20))
    if tail == b"lies-of!":
        return _facts(request, b"another copy") | {"sha256": "0" * 64}
    if tail == b"escape!!":
        return _facts(request, b"a copy") | {"sha256": "../../../elsewhere/of-the-folder/xx"}
    if tail == b"shape!!!":
        return _facts(request, b"a copy") | {"kept": 5}
    return jailed.strip(request)


def _facts(request: Request, copy: bytes) -> dict[str, Json]:
    request.output.write(copy)
    digest = hashlib.sha256(copy).hexdigest()
    return {
        "media_type": "image/jpeg", "size": len(copy), "sha256": digest, "removed": [], "kept": [], "essence": [],
        "presentation_sha256": "",
    }  # fmt: skip


if __name__ == "__main__":
    again = jailed.inspect_again
    table = {"inspect": jailed.inspect, "strip": strip, "inspect_again": again}
    serve({**table, "strip jpeg": strip, "inspect_again jpeg": again}, jailed.NEEDS)
