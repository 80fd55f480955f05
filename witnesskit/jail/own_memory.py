"""This process's own memory, which holds keys: no core dump, and no other program of the same user may read it."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4


def keep_own_memory() -> None:
    """No core, for children neither; on Linux undumpable too, so that no handler of cores and no debugger gets it.

    A program that is started from here is dumpable again; its limit of cores stays at nothing.
    """
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            _prctl(_PR_SET_DUMPABLE)


def is_kept() -> bool:
    """Whether that holds now."""
    import resource

    try:
        undumpable = sys.platform != "linux" or _prctl(_PR_GET_DUMPABLE) == 0
    except (OSError, AttributeError):
        return False
    return undumpable and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def _prctl(what: int) -> int:
    import ctypes

    return int(ctypes.CDLL(None, use_errno=True).prctl(what, 0, 0, 0, 0))
