"""Fifty small links in one run, each sealed and signed, against fifty runs of bare yt-dlp; and the memory of the run.

All links are of one loopback site, so the pace between links is set to nothing, by the option that anybody has.
Memory is the largest sum over the command and its worker at one moment; with the children of the jail it is shown.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import inputs
import site_process
import vaults
from measure import Row, Run, child, compared, paired, ratio, tell

LINKS = 50
PAIRS = 3  # fifty processes of the peer take a minute
SIZE = 30_000
BAR = 0.2  # five times as fast
MEMORY = 200  # MiB
_EVERY = 0.02  # seconds between two looks at the memory
_WEBM = bytes.fromhex(
    "1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878102428581021853806701ffffffffffffff"
)


def _command(folder: Path) -> list[str | Path]:
    return [
        *vaults.PROGRAM, "archive", "--file", folder / "links.txt", "--allow-local", "--pace", "0", "--quiet",
        "--vault", folder / "field",
    ]  # fmt: skip


def _ours(folder: Path) -> Run:
    _fresh(folder)
    run = child(_command(folder))
    _check(folder)
    return run


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder / "field", ignore_errors=True)
    shutil.copytree(folder / "template", folder / "field")


def _check(folder: Path) -> None:
    originals = [path for path in (folder / "field" / "capsules").rglob("*") if path.is_file()]
    if len(originals) < 3 * LINKS:
        raise SystemExit("not every link was saved")


def _peer(folder: Path, urls: list[str]) -> Run:
    out = folder / "peer"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    runs = [
        child(
            [
                sys.executable,
                "-m",
                "yt_dlp",
                "--ignore-config",
                "--quiet",
                "--no-warnings",
                "-o",
                out / f"{n}.%(ext)s",
                url,
            ]
        )
        for n, url in enumerate(urls)
    ]
    if len(list(out.iterdir())) < LINKS:
        raise SystemExit("the peer did not save every link")
    return Run(sum(run.wall for run in runs), sum(run.cpu for run in runs), max(run.peak for run in runs), "")


def _memory(folder: Path) -> tuple[float, float]:
    """MiB of the command and its worker, and of all its children too, each at most, in one run."""
    _fresh(folder)
    process = subprocess.Popen([str(word) for word in _command(folder)], stderr=subprocess.DEVNULL)
    most = [0.0, 0.0]
    watcher = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watcher.start()
    if process.wait() not in (0, 3):
        raise SystemExit("the run failed")
    watcher.join()
    return most[0], most[1]


def _watch(process: subprocess.Popen, most: list[float]) -> None:
    while process.poll() is None:
        found = {pid: _resident(pid) / 1024 for pid in _tree(process.pid)}
        both = sum(size for pid, size in found.items() if pid == process.pid or _is_worker(pid))
        most[:] = max(most[0], both), max(most[1], sum(found.values()))
        time.sleep(_EVERY)


def _is_worker(pid: int) -> bool:
    try:
        return b"witnesskit.capture.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _tree(root: int) -> set[int]:
    found = {root}
    for pid in list(found):
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        for below in map(int, children):
            found |= _tree(below)
    return found


def _resident(pid: int) -> int:
    """kB that only this process holds, and its share of what is shared."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> None:
    with inputs.folder(16 * LINKS * SIZE) as folder:
        _, field = vaults.make(folder)
        shutil.copytree(field, folder / "template")
        served = folder / "served"
        served.mkdir()
        for number in range(LINKS):
            inputs.noise(served / f"{number}.webm", SIZE, _WEBM)
        with site_process.serve(served) as site:
            urls = [f"{site}/{number}.webm.html" for number in range(LINKS)]
            (folder / "links.txt").write_text("\n".join(urls))
            ours, peer = paired(lambda: _ours(folder), lambda: _peer(folder, urls), pairs=PAIRS)
            walls = [run.wall for run in ours], [run.wall for run in peer]
            tell([compared(f"{LINKS} small links, wall", *walls, BAR)])
            tell([Row("as fast as so many times the peer", f"{1 / ratio(*walls):.1f} x", "1 x")])
            tell([compared("processor", [run.cpu for run in ours], [run.cpu for run in peer], None)])
            both, every = zip(*(_memory(folder) for _ in range(PAIRS)), strict=True)
            least = statistics.median(both)
            tell([Row("memory of command and worker", f"{least:.0f} MiB", f"{MEMORY} MiB", least / MEMORY, 1.0)])
            tell([Row("memory with the jail's children", f"{statistics.median(every):.0f} MiB", "")])


if __name__ == "__main__":
    main()
