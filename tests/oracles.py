"""Programs that are not ours and judge our results: skipped by name, or required in CI."""

from __future__ import annotations

import os
import shutil
import subprocess

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


def typage(script: str, *arguments: str, given: bytes = b"") -> bytes:
    """What a script of the package ``age-encryption`` for node prints; its folder is named by WITNESSKIT_TYPAGE.

    Skips by name where the variable is not set: the package comes with another package manager than the rest.
    """
    folder = os.environ.get("WITNESSKIT_TYPAGE")
    if not folder:
        pytest.skip("the oracle 'age-encryption' for node is not named by WITNESSKIT_TYPAGE")
    command = [require("node"), "--input-type=module", "-e", script, "--", *arguments]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, check=True).stdout
