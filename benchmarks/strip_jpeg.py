"""Strip a JPEG of 5 MB: ours (warm, in process) against exiftool and mat2, in wall time.

Run: python benchmarks/strip_jpeg.py [picture.jpg]. Without a picture, one of 5 MB with 60 KB of metadata is made up.
exiftool runs both as a fresh process and kept open; mat2 as a library in one process, which is its warm form; it codes
the picture anew.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import inputs
from measure import Row, child, compared, paired, tell

from witnesskit.media.residue import inspect_again
from witnesskit.strip.jpeg import strip_jpeg

PAIRS = 7
BAR = 0.1


class Held:
    """A reader over bytes, and a sink."""

    def __init__(self, data=b""):
        self.data, self.parts = data, []

    @property
    def size(self):
        return len(self.data)

    def read_at(self, offset, length, /):
        return self.data[offset : offset + length]

    def write(self, data, /):
        self.parts.append(data)
        return len(data)


def made_up():
    def segment(marker, body):
        return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

    table = segment(0xDB, b"\0" + bytes([8] * 64))
    frame = segment(0xC0, b"\x08\x0f\xa0\x17\x70\x03\x01\x11\0\x02\x11\0\x03\x11\0")
    huffman = segment(
        0xC4, b"\0\0\1\5\1\1\1\1\1\1" + bytes(7) + bytes(range(12)) + b"\x10\0\1\2" + bytes(13) + b"\1\0\xf0"
    )
    scan = segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0") + os.urandom(5_000_000).replace(b"\xff", b"\xff\0")
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<x:xmpmeta>" + b"a" * 60_000)
    return b"\xff\xd8" + xmp + table + frame + huffman + scan + b"\xff\xd9"


def seconds(work, *arguments):
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def ours(path, out):
    """From file to file, as the peers."""
    copy = Held()
    strip_jpeg(Held(path.read_bytes()), copy)
    with out.open("wb") as file:
        file.writelines(copy.parts)


def ours_seen_again(path, out):
    ours(path, out)
    inspect_again(Held(path.read_bytes()), Held(out.read_bytes()))


def fresh(path, out):
    out.unlink(missing_ok=True)
    return child(["exiftool", "-q", "-all=", "-o", out, path]).wall


class KeptOpen:
    """One exiftool for many pictures."""

    def __init__(self):
        command = ["exiftool", "-stay_open", "True", "-@", "-"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def strip(self, path, out):
        out.unlink(missing_ok=True)
        self.process.stdin.write(f"-all=\n-o\n{out}\n{path}\n-execute\n")
        self.process.stdin.flush()
        while "{ready}" not in self.process.stdout.readline():
            pass

    def end(self):
        self.process.stdin.write("-stay_open\nFalse\n")
        self.process.stdin.close()
        self.process.wait()


def by_exiftool(path, out):
    if not shutil.which("exiftool"):
        return [Row("strip a JPEG of 5 MB, exiftool", "needs exiftool", "")]
    kept = KeptOpen()
    opened = paired(lambda: seconds(ours, path, out), lambda: seconds(kept.strip, path, out), pairs=PAIRS)
    kept.end()
    started = paired(lambda: seconds(ours, path, out), lambda: fresh(path, out), pairs=PAIRS)
    again = paired(lambda: seconds(ours_seen_again, path, out), lambda: fresh(path, out), pairs=PAIRS)
    return [
        compared("strip a JPEG of 5 MB, exiftool fresh", *started, BAR),
        compared("strip a JPEG of 5 MB, exiftool kept open", *opened, None),
        compared("strip and look again, exiftool fresh", *again, None),
    ]


class Mat2:
    """mat2 as a library in one process for many pictures, of the interpreter it is installed for."""

    program = """
import sys
from libmat2.parser_factory import get_parser
print("ready", flush=True)
for line in sys.stdin:
    path, out = line.rstrip("\\n").split("\\t")
    parser = get_parser(path)[0]
    parser.output_filename = out
    print("done" if parser.remove_all() else "failed", flush=True)
"""

    def __init__(self):
        pythons = [sys.executable, "/usr/bin/python3"]
        self.process = next((one for one in map(self._started, pythons) if one), None)

    def _started(self, python):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        process = subprocess.Popen([python, "-c", self.program], **pipes) if Path(python).exists() else None
        return process if process and process.stdout.readline() == "ready\n" else None

    def strip(self, path, out):
        out.unlink(missing_ok=True)
        self.process.stdin.write(f"{path}\t{out}\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise SystemExit("mat2 failed")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def by_mat2(path, out):
    """With a picture that it can decode: it codes the picture anew."""
    mat2 = Mat2()
    if mat2.process is None:
        return Row("strip a JPEG of 5 MB, mat2", "needs mat2", "")
    timed = paired(lambda: seconds(ours, path, out), lambda: seconds(mat2.strip, path, out), pairs=PAIRS)
    mat2.end()
    return compared("strip a JPEG of 5 MB, mat2 as a library", *timed, BAR)


def main():
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else made_up()
    with inputs.folder(32 * inputs.MIB) as folder:
        path, out = folder / "in.jpg", folder / "out.jpg"
        path.write_bytes(data)
        tell([*by_exiftool(path, out), by_mat2(path, out)])


if __name__ == "__main__":
    main()
