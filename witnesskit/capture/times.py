"""The clock of this computer, as it is written down."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from witnesskit.limits import RETRY_AFTER_MAX


def utc_now() -> str:
    """RFC 3339 UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def seconds_until(untrusted_retry_after: str) -> int:
    """Seconds of a ``Retry-After`` header, a number or a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    text = untrusted_retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        return min(int(text), RETRY_AFTER_MAX)
    try:
        wait = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0
    return max(0, min(int(wait), RETRY_AFTER_MAX))
