"""Time to the answer of ``witnesskit --help`` against ``python -c "import click"``, which it cannot be faster than."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import child, compared, paired, tell

PAIRS = 21
BAR = 2.0


def main() -> None:
    script = Path(sys.executable).with_name("witnesskit")
    program = [script] if script.exists() else [sys.executable, "-m", "witnesskit"]
    peer = [sys.executable, "-c", "import click"]
    ours, theirs = paired(lambda: child([*program, "--help"]).wall, lambda: child(peer).wall, pairs=PAIRS)
    tell([compared("witnesskit --help, wall", ours, theirs, BAR)])


if __name__ == "__main__":
    main()
