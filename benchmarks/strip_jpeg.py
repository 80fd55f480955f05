"""Strip a JPEG of 5 MB: ours (warm, in process) against exiftool, fresh and kept open. Medians of paired runs.

Run: python benchmarks/strip_jpeg.py [picture.jpg]. Without a picture, one of 5 MB with 60 KB of metadata is made up.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from witnesskit.media.residue import inspect_again
from witnesskit.strip.jpeg import strip_jpeg

PAIRS = 7


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


def ours(data):
    start = time.perf_counter()
    strip_jpeg(Held(data), Held())
    return time.perf_counter() - start


def fresh(path, out):
    out.unlink(missing_ok=True)
    start = time.perf_counter()
    subprocess.run(["exiftool", "-q", "-all=", "-o", out, path], check=True)
    return time.perf_counter() - start


def kept_open(process, path, out):
    out.unlink(missing_ok=True)
    start = time.perf_counter()
    process.stdin.write(f"-all=\n-o\n{out}\n{path}\n-execute\n")
    process.stdin.flush()
    while "{ready}" not in process.stdout.readline():
        pass
    return time.perf_counter() - start


def main():
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else made_up()
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "in.jpg"), Path(folder, "out.jpg")
        path.write_bytes(data)
        command = ["exiftool", "-stay_open", "True", "-@", "-"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ours(data)
        kept_open(process, path, out)
        rows = [(ours(data), fresh(path, out), kept_open(process, path, out)) for _ in range(PAIRS)]
        process.stdin.write("-stay_open\nFalse\n")
        process.stdin.close()
        process.wait()
    names = ("ours", "exiftool, fresh", "exiftool, kept open")
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    for name, seconds in zip(names, medians, strict=True):
        print(f"{name:22} {seconds * 1000:8.1f} ms   {seconds / medians[0]:6.1f} x ours")
    copy = Held()
    strip_jpeg(Held(data), copy)
    start = time.perf_counter()
    inspect_again(Held(data), Held(b"".join(copy.parts)))
    print(f"{'second look':22} {(time.perf_counter() - start) * 1000:8.1f} ms")


if __name__ == "__main__":
    main()
