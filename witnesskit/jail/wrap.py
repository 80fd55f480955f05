"""Bubblewrap, where it is installed: the child sees the interpreter and its libraries, no other file, no network.

It is the outermost layer; the child puts its own on inside, whether this one is there or not.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import witnesskit

PROGRAMS: Final = ("/usr/bin/bwrap", "/usr/local/bin/bwrap")  # never looked for on PATH, which anybody may set
_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_ALONE: Final = ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--chdir", "/")
_TRIAL_SECONDS: Final = 10


@functools.cache
def prefix(folder: str = "", writable: str = "") -> tuple[str, ...]:
    """What stands before the interpreter's command line; empty where bubblewrap is missing or does not work here.

    ``folder`` is shown to the child too, if given; in ``writable`` it may write. The answer is tried once in a
    process, with the real command.
    """
    program = next((path for path in PROGRAMS if os.access(path, os.X_OK)), "")
    if not program or sys.platform != "linux":
        return ()
    binds = [part for path in _shown(folder) for part in ("--ro-bind-try", path, path)]
    binds += ["--bind", writable, writable] if writable else []
    command = (program, *binds, *_ALONE, "--")
    return command if _works((*command, sys.executable, "-I", "-S", "-c", "")) else ()


def _shown(folder: str) -> list[str]:
    """Folders of the interpreter, its libraries and this package; a folder inside another one is named once."""
    package = Path(witnesskit.__file__).resolve().parents[1]
    wanted = [*_LIBRARIES, sys.prefix, sys.base_prefix, str(package), *([folder] if folder else [])]
    return list(dict.fromkeys(os.path.normpath(path) for path in wanted))


def _works(command: tuple[str, ...]) -> bool:
    try:
        done = subprocess.run(
            command, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TRIAL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
