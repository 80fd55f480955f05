"""Strip a 773 MB MP4 (1080p H.264 and AAC), whole process, against ``ffmpeg -c copy -map_metadata -1``.

ffmpeg copies only. ``witnesskit strip`` also inspects the original, hashes the copy and its essence, and inspects the
copy again with other code; the row "rewrite alone" is our stripper as a process without those looks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import inputs
from measure import HERE, Row, Run, child, compared, paired, tell

SIZE = 773_000_000
BAR = 1.0


def fresh(out: Path, *command: str | Path) -> Run:
    out.unlink(missing_ok=True)
    run = child(command, stdin="")
    if out.stat().st_size < SIZE * 9 // 10:
        raise SystemExit("the copy is not whole")
    return run


def rows(what: str, ours: Callable[[], Run], peer: Callable[[], Run], bar: float | None) -> list[Row]:
    mine, other = paired(ours, peer)
    peaks = [[run.peak for run in side] for side in (mine, other)]
    return [
        compared(f"{what}, wall", [run.wall for run in mine], [run.wall for run in other], bar),
        compared(f"{what}, processor", [run.cpu for run in mine], [run.cpu for run in other], None),
        compared(f"{what}, largest process", peaks[0], peaks[1], bar, "MiB"),
    ]


def main() -> None:
    with inputs.folder(3 * SIZE) as folder:
        film = inputs.mp4(folder / "film.mp4", SIZE)
        if film is None:
            tell([Row("strip a 773 MB MP4", "needs ffmpeg", "")])
            return
        copy, out = folder / "ffmpeg.mp4", folder / "copy.mp4"
        ffmpeg = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", film, "-map", "0", "-c", "copy"]
        peer = lambda: fresh(copy, *ffmpeg, "-map_metadata", "-1", copy)  # noqa: E731
        alone = [sys.executable, HERE / "jobs.py", "strip", film, out]
        tell(rows("strip a 773 MB MP4, rewrite alone", lambda: fresh(out, *alone), peer, BAR))
        whole = [sys.executable, "-m", "witnesskit", "strip", film, "--out", out]
        # what runs inside bubblewrap is not counted as its parent's, so the wall is all that can be compared
        tell(rows("strip a 773 MB MP4, with both looks", lambda: fresh(out, *whole), peer, None)[:1])


if __name__ == "__main__":
    main()
