"""Which files a program and its children write, make, rename or unlink, as the system was asked."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_CALLS = "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,chdir"
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FOLDER = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")


def run(
    words: Sequence[str], trace: Path, cwd: Path, env: Mapping[str, str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run ``words`` under strace with the paths of descriptors told."""
    strace = ["strace", "-f", "-qq", "-y", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(trace)]
    return subprocess.run(
        [*strace, *words], cwd=cwd, env=dict(env), input=given, text=True, capture_output=True, check=False
    )


def written(trace: Path, cwd: Path) -> set[str]:
    """Every path that was written or changed by name, and where that succeeded or was begun."""
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        call = line.partition(" ")[2].lstrip()
        if " = -1 " in call or not _changes(call):
            continue
        folder = _FOLDER.search(call)
        for name in _TEXT.findall(call):
            found.add(os.path.normpath(Path(folder[1] if folder else cwd) / name))
    return found


def _changes(call: str) -> bool:
    if call.startswith("open"):
        return any(flag in call for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"))
    return not call.startswith(("chdir", "+++", "---", "<..."))
