"""The jail's table with a writer that dies, hangs or lies at files which say so; run with -m by the jail."""

from __future__ import annotations

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
        request.output.write(request.sources[0].source.read_at(0, 1 << 20))
        return {"removed": [], "kept": [], "sha256": "0" * 64, "media_type": "jpeg"}
    return jailed.strip(request)


if __name__ == "__main__":
    again = jailed.inspect_again
    table = {"inspect": jailed.inspect, "strip": strip, "inspect_again": again}
    serve({**table, "strip jpeg": strip, "inspect_again jpeg": again}, jailed.NEEDS)
