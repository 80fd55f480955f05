"""Programs that are not ours and judge our results: skipped by name, or required in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def require(program: str) -> str:
    """Path of ``program``; skips by name, or fails where WITNESSKIT_REQUIRE_ORACLES=1."""
    found = shutil.which(program)
    if found:
        return found
    reason = f"the oracle {program!r} is not installed"
    if os.environ.get("WITNESSKIT_REQUIRE_ORACLES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
