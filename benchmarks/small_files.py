"""10,000 files of 20 KB as one bundle: export and import, against hashing the ciphertext they become.

Once as they are, as a desk hands opened files on: the ciphertext is the volume, each file is checked and written. Once
as capsules (20 KB sealed are at least 64 KiB), as a field device holds them: the ciphertext is 10,000 files, and each is
flushed into a desk's store.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import inputs
from measure import Row, compared, tell
from sealing import against_hash

SIZE = 20_000
CAPSULE = 65_536 + 500  # bytes: the smallest size class, with header and tags
BARS = {"export": 2.5, "import": 4.0}


def rows(count: int, size: int, folder: Path) -> list[Row]:
    what = "capsules of 20 KB" if size == CAPSULE else "files of 20 KB"
    source, volume = folder / "source", folder / "volume"
    for number in range(count):
        path = source / f"{number % 256:02x}" / f"{number:05}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    ciphertext = source if size == CAPSULE else volume
    export = against_hash("export", source, volume, ciphertext)
    taken = against_hash("import" if size == CAPSULE else "open", volume, folder / "desk", ciphertext)
    return [
        compared(f"export {count} {what}, processor", export.job, export.hashing, BARS["export"]),
        compared(f"import {count} {what}, processor", taken.job, taken.hashing, BARS["import"]),
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for size in (SIZE, CAPSULE):
        with inputs.folder(4 * count * size) as folder:
            tell(rows(count, size, folder))


if __name__ == "__main__":
    main()
