"""``inspect FILE``: what a plain file gives away, seen in the jail."""

from __future__ import annotations

import os
from pathlib import Path

from witnesskit.actions.examine import inspect_source
from witnesskit.errors.cli import FileUnreadable
from witnesskit.jail.run import Given
from witnesskit.model import Inspection


def inspect_file(path: Path) -> Inspection:
    """Inspect one file; raises FileUnreadable."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0)) from None
    try:
        return inspect_source(Given(descriptor))[0]
    finally:
        os.close(descriptor)
