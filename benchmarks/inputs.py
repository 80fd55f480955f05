"""Inputs are made here, in memory-backed storage where there is some, and are gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1024 * 1024
_MEMORY = Path("/dev/shm")


@contextmanager
def folder(needed: int) -> Iterator[Path]:
    """An empty folder with room for ``needed`` bytes; BENCH_FOLDER chooses where. Raises SystemExit: no room."""
    chosen = os.environ.get("BENCH_FOLDER")
    places = [Path(chosen)] if chosen else [_MEMORY, Path(tempfile.gettempdir())]
    for place in places:
        if place.is_dir() and shutil.disk_usage(place).free > needed * 5 // 4:
            with tempfile.TemporaryDirectory(dir=place, prefix="bench-") as name:
                yield Path(name)
            return
    raise SystemExit(f"no room for {needed // MIB} MiB")


def noise(path: Path, size: int, head: bytes = b"") -> Path:
    """A file of random bytes behind ``head``."""
    with path.open("wb") as out:
        out.write(head)
        left = size - len(head)
        while left:
            left -= out.write(os.urandom(min(MIB, left)))
    return path


def mp4(path: Path, size: int) -> Path | None:
    """A 1080p H.264 + AAC file of about ``size`` bytes with a title and a place; None without ffmpeg."""
    if not shutil.which("ffmpeg"):
        return None
    short = path.with_name("short.mp4")
    made = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30", "-f", "lavfi", "-i", "sine=440:r=48000", "-t", "8"]
    coded = ["-vf", "noise=alls=20:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-c:a", "aac"]
    _ffmpeg(*made, *coded, "-pix_fmt", "yuv420p", short)
    times = max(0, round(size / short.stat().st_size) - 1)
    tags = ["-metadata", "title=A title", "-metadata", "location=+43.2380+076.8829/"]
    _ffmpeg("-stream_loop", str(times), "-i", short, "-c", "copy", *tags, path)
    short.unlink()
    return path


def _ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)
