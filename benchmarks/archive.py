"""Save, seal, hash and sign a 100 MB video from a loopback site, whole process, against bare yt-dlp writing a file.

One video is of a kind the stripper does not know: that is the save alone, which has the bar. The other is an MP4:
the same with inspection and a stripped copy, shown beside it.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

import inputs
import site_process
import vaults
from measure import Row, Run, child, compared, paired, tell

SIZE = 100_000_000
BAR = 1.1
_WEBM = bytes.fromhex(
    "1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878102428581021853806701ffffffffffffff"
)


def _ours(url: str, field: Path, template: Path) -> Run:
    shutil.rmtree(field)
    shutil.copytree(template, field)
    command = [*vaults.PROGRAM, "archive", "--allow-local", "--quiet", "--vault", field]
    run = child(command, stdin=url + "\n", loud=True)
    kept = sum(path.stat().st_size for path in (field / "capsules").rglob("*") if path.is_file())
    if kept < SIZE * 9 // 10:
        raise SystemExit("the video was not saved")
    return run


def _peer(url: str, folder: Path) -> Run:
    out = folder / "peer"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    command = [
        sys.executable,
        "-m",
        "yt_dlp",
        "--ignore-config",
        "--quiet",
        "--no-warnings",
        "-o",
        out / "%(id)s.%(ext)s",
        url,
    ]
    run = child(command)
    if sum(path.stat().st_size for path in out.iterdir()) < SIZE * 9 // 10:
        raise SystemExit("the peer did not save the video")
    return run


def _rows(what: str, url: str, folder: Path, bar: float | None) -> list[Row]:
    field, template = folder / "field", folder / "template"
    ours, peer = paired(lambda: _ours(url, field, template), lambda: _peer(url, folder))
    peak = [statistics.median(run.peak for run in side) for side in (ours, peer)]
    return [
        compared(f"{what}, wall", [run.wall for run in ours], [run.wall for run in peer], bar),
        compared(f"{what}, processor", [run.cpu for run in ours], [run.cpu for run in peer], None),
        Row(f"{what}, largest process", f"{peak[0]:.0f} MiB", f"{peak[1]:.0f} MiB", peak[0] / peak[1]),
    ]


def main() -> None:
    with inputs.folder(8 * SIZE) as folder:
        _, field = vaults.make(folder)
        shutil.copytree(field, folder / "template")
        served = folder / "served"
        served.mkdir()
        inputs.noise(served / "unknown.webm", SIZE, _WEBM)
        film = inputs.mp4(served / "film.mp4", SIZE)
        with site_process.serve(served) as site:
            tell(_rows("save 100 MB", f"{site}/unknown.webm.html", folder, BAR))
            if film:
                tell(_rows("save, inspect and strip 100 MB", f"{site}/film.mp4.html", folder, None))
            else:
                tell([Row("save, inspect and strip 100 MB", "needs ffmpeg", "")])


if __name__ == "__main__":
    main()
