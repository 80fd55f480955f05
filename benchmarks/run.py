"""Run every bar, or those named, each in a process of its own, and print one table.

``python benchmarks/run.py [NAME ...]``; names are the files beside this one. Ratios are medians of at least five
paired runs (ours, peer, ours, peer ...) on this machine; a bar is the highest ratio allowed. BENCH_FOLDER chooses
where the inputs are made. Exit status 1 if a bar was missed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from measure import HERE, Row

BARS = (
    "archive", "many_links", "sealing", "small_files", "import_scale", "strip_mp4", "strip_jpeg", "strip_folder", "append", "verify_events", "audit", "catalogue", "start", "install"
)  # fmt: skip
_COLUMNS = (58, 12, 12, 7, 6, 8)


def main() -> None:
    names = sys.argv[1:] or BARS
    if unknown := set(names) - set(BARS):
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BARS)}")
    print(machine())
    _print("what", "ours", "peer", "ratio", "bar", "")
    missed = sum(_run(name) for name in names)
    raise SystemExit(1 if missed else 0)


def machine() -> str:
    """Processor, system and interpreter in one line."""
    model = platform.processor() or platform.machine()
    if (listed := Path("/proc/cpuinfo")).exists():
        names = [line for line in listed.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}, load {load}"


def _run(name: str) -> int:
    """Print the rows of one bar; returns how many were missed. A bar that breaks counts as missed."""
    missed = 0
    with subprocess.Popen([sys.executable, str(HERE / f"{name}.py")], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            row = Row(**json.loads(line))
            ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
            _print(row.what, row.ours, row.peer, ratio, "" if row.bar is None else f"{row.bar:g}", row.verdict)
            missed += row.verdict == "MISSED"
    if process.returncode:
        _print(name, "", "", "", "", "BROKEN")
    return missed + bool(process.returncode)


def _print(*cells: str) -> None:
    print("  ".join(cell.ljust(width) for cell, width in zip(cells, _COLUMNS, strict=True)).rstrip(), flush=True)


if __name__ == "__main__":
    main()
