"""Strip a folder of camera photographs, whole process, against mat2 over copies of the same files, on the same cores.

Run: python benchmarks/strip_folder.py [number of photographs [picture.jpg]]; a thousand are the folder of the bar, 200
are run if no number is given. They are of 12 megapixels and 1 to 4 MB, with Exif, a maker note and a thumbnail; with a
picture given, its Exif block is the one they carry. Every photograph is a different one. mat2 codes each picture anew
and does not look at its copies again; ours copies the coded picture, inspects original and copy, and searches.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import inputs
from measure import Row, Run, child, compared, paired, tell

COUNT = 200
BAR = 0.2
SIZE = (4000, 3000)
QUALITIES = (60, 75, 85, 90)  # 1 to 4 MB
_MIB = 1024 * 1024


def photographs(folder: Path, count: int, like: Path | None) -> Path:
    """``count`` JPEG files in ``folder``: few pictures, in each file with one coefficient scaled another way."""
    folder.mkdir()
    exif = _exif_of(like) if like else _made_up_exif()
    pictures = [_picture(quality) for quality in QUALITIES]
    for number in range(count):
        data = bytearray(pictures[number % len(pictures)])
        table = data.index(b"\xff\xdb") + 5
        data[table + 63], data[table + 62] = 1 + number % 255, 1 + number // 255
        (folder / f"DSC{number:05}.JPG").write_bytes(data[:2] + exif + data[2:])
    return folder


def _picture(quality: int) -> bytes:
    """Soft shapes under the noise of a sensor, coded as cameras do."""
    from PIL import Image

    noise = Image.effect_noise(SIZE, 8 + quality / 8)
    shapes = [Image.effect_noise((40, 30), 90).resize(SIZE, Image.Resampling.BICUBIC) for _ in range(3)]
    grain = Image.merge("RGB", [noise] * 3)
    out = io.BytesIO()
    Image.blend(Image.merge("RGB", shapes), grain, 0.3).save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def _made_up_exif() -> bytes:
    """As cameras write it: texts, times, a place, a maker note of 30 KB and a thumbnail of some KB."""
    from PIL import Image

    exif = Image.Exif()
    exif.update({0x010F: "NORDSTERN", 0x0110: "NS-7 II", 0x0131: "NS-7 II v3.10", 0x0132: "2026:05:14 09:31:22"})
    inner = exif.get_ifd(0x8769)
    inner.update(
        {0x9003: "2026:05:14 09:31:22", 0x9004: "2026:05:14 09:31:22", 0xA431: "4711002317", 0xA434: "50 mm"}
    )
    inner.update({0x829A: (1, 250), 0x829D: (28, 10), 0x8827: 200, 0x920A: (50, 1), 0xA433: "NORDSTERN"})
    inner[0x927C] = b"NORDSTERN\0" + bytes((at * 7919 >> 3) & 0xFF for at in range(30_000))
    exif.get_ifd(0x8825).update({1: "N", 2: (43.0, 14.0, 16.8), 3: "E", 4: (76.0, 53.0, 16.4), 29: "2026:05:14"})
    block = exif.tobytes()
    return b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block


def _exif_of(picture: Path) -> bytes:
    data = picture.read_bytes()
    start = data.index(b"\xff\xe1")
    return data[start : start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]


def ours(folder: Path, out: Path) -> Run:
    """Wall time alone is compared: what runs inside bubblewrap is not counted as processor time of its parent."""
    shutil.rmtree(out, ignore_errors=True)
    run = child([sys.executable, "-m", "witnesskit", "strip", folder, "--out", out], loud=False)
    _all_there(folder, out)
    return run


def by_mat2(folder: Path, copies: Path) -> Run:
    """Its copies replace the files they are of; the making of those is not counted."""
    shutil.rmtree(copies, ignore_errors=True)
    shutil.copytree(folder, copies)
    run = child(["mat2", "--inplace", *sorted(copies.iterdir())])
    _all_there(folder, copies)
    return run


def _all_there(folder: Path, out: Path) -> None:
    if len(list(out.iterdir())) != len(list(folder.iterdir())):
        raise SystemExit("not every photograph was stripped")


def rows(count: int, mine: Callable[[], Run], peer: Callable[[], Run]) -> list[Row]:
    what = f"strip {count} photographs"
    ours_took, mat2_took = paired(mine, peer)
    return [
        compared(f"{what}, wall", [run.wall for run in ours_took], [run.wall for run in mat2_took], BAR),
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    like = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if missing := "mat2" if not shutil.which("mat2") else "" if find_spec("PIL") else "Pillow":
        tell([Row(f"strip {count} photographs", f"needs {missing}", "")])
        return
    with inputs.folder(12 * count * _MIB) as folder:
        shots = photographs(folder / "DCIM", count, like)
        tell(rows(count, lambda: ours(shots, folder / "out"), lambda: by_mat2(shots, folder / "copies")))


if __name__ == "__main__":
    main()
