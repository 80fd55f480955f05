"""``pip install .`` into a fresh environment: how much it adds, and how long it takes (once: it uses the network)."""

from __future__ import annotations

import subprocess
import sys
import time
import venv
from pathlib import Path

import inputs
from measure import HERE, Row, tell

BAR = 225  # MB, of 10^6 bytes


def size(folder: Path) -> float:
    """MB of all files; what has two names counts once."""
    found = {(at.st_dev, at.st_ino): at.st_size for at in (path.lstat() for path in folder.rglob("*"))}
    return sum(found.values()) / 1e6


def main() -> None:
    with inputs.folder(1000 * inputs.MIB) as folder:
        place = folder / "environment"
        venv.create(place, with_pip=True)
        before = size(place)
        begin = time.perf_counter()
        command = [
            place / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            HERE.parent,
        ]
        subprocess.run(command, check=True, stdout=sys.stderr)
        wall = time.perf_counter() - begin
        added = size(place) - before
        subprocess.run([place / "bin" / "witnesskit", "--version"], check=True, stdout=sys.stderr)
    tell(
        [
            Row("pip install ., size", f"{added:.0f} MB", f"{BAR} MB", added / BAR, 1.0),
            Row("pip install ., wall", f"{wall:.0f} s", "", None, None),
        ]
    )


if __name__ == "__main__":
    main()
