"""The clock of this computer, as it is written down."""

from __future__ import annotations

import time


def utc_now() -> str:
    """RFC 3339 UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
