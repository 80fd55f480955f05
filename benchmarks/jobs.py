"""The work of one process: ``python benchmarks/jobs.py JOB SOURCE TARGET``; prints the processor seconds of the job, and by the clock.

SOURCE is a file, or a folder of files that become one bundle. Starting Python and loading libraries is not counted,
what the threads of the job do is.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

BLOCK = 1024 * 1024
_SEED = hashlib.sha256(b"benchmark: a desk").digest()


def digest(path: Path) -> str:
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]


def prepare_hash(source: Path, target: Path) -> Callable[[], object]:
    del target
    found = files(source)
    return lambda: [digest(path) for path in found]


def prepare_seal(source: Path, target: Path) -> Callable[[], object]:
    """A capsule as ``archive`` and ``add`` write it: SHA-256 of the stream, the seal, SHA-256 of the ciphertext."""
    from witnesskit.formats.capsule import CapsuleHeader
    from witnesskit.model import Role
    from witnesskit.sealing.capsule import CapsuleWriter

    recipients = _recipients()

    def work() -> None:
        writer = CapsuleWriter(target, CapsuleHeader("0" * 32, "1" * 32, Role.ORIGINAL, 1), recipients)
        stream = writer.stream("media/1")
        with source.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                stream.write(block)
        stream.close()
        writer.close()

    return work


def prepare_encrypt(source: Path, target: Path) -> Callable[[], object]:
    """The age file alone, with one SHA-256, that of the ciphertext."""
    from witnesskit.sealing.seal import SealedWriter

    recipients = _recipients()

    def work() -> None:
        with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as out:
            writer = SealedWriter(out.fileno(), recipients)
            buffer = memoryview(bytearray(BLOCK))
            while count := file.readinto(buffer):
                writer.write(buffer[:count])
            writer.close()
            os.fsync(out.fileno())

    return work


def prepare_export(source: Path, target: Path) -> Callable[[], object]:
    """One volume in the folder ``target``; the digests of its members are known, as the custody log knows them."""
    from witnesskit.bundle.pack import write_volume
    from witnesskit.bundle.plan import BundlePlan, PlannedMember
    from witnesskit.custody.signer import Signer

    signer = Signer.generate("wk1/benchmark0000")
    members = []
    for number, path in enumerate(files(source)):
        identity = f"{number:032x}"
        opened = lambda path=path: path.open("rb", buffering=0)  # noqa: E731 - one for each path
        facts = {"item": identity, "capsule": identity, "role": "original", "part": 1}
        members.append(PlannedMember("capsule", path.stat().st_size, digest(path), opened, **facts))
    plan = BundlePlan(signer.vkey, 1, "", "desk", members)
    target.mkdir(exist_ok=True)
    return lambda: write_volume(target, plan, _recipients(), signer.sign_note)


def prepare_import(source: Path, target: Path) -> Callable[[], object]:
    """Every member of the volume to the store of a desk (folder ``target``), flushed and under its name."""
    from witnesskit.actions.import_sinks import FileSink
    from witnesskit.bundle.unpack import open_volume
    from witnesskit.sealing.identity import Identity

    desk = _Desk(target)

    def work() -> None:
        with files(source)[0].open("rb") as stream:
            opened = open_volume(stream, [Identity(_SEED)])
            done = opened.each(lambda member: FileSink(desk, desk.capsule_path(member.capsule)))
        if done.damage:
            raise SystemExit("the volume is damaged")

    return work


def prepare_open(source: Path, target: Path) -> Callable[[], object]:
    """Every member of the volume to a file of its own, checked, as opened files are handed on."""
    from witnesskit.bundle.unpack import open_volume
    from witnesskit.sealing.identity import Identity

    target.mkdir()
    folder = os.open(target, os.O_RDONLY)

    def work() -> None:
        with files(source)[0].open("rb") as stream:
            done = open_volume(stream, [Identity(_SEED)]).each(lambda member: _Plain(folder, member.ordinal))
        if done.damage:
            raise SystemExit("the volume is damaged")

    return work


class _Plain:
    """A file by its number, as a MemberSink."""

    def __init__(self, folder: int, ordinal: int) -> None:
        self._descriptor = os.open(f"{ordinal:08}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)

    def write(self, data: memoryview, /) -> None:
        os.write(self._descriptor, data)

    def keep(self) -> None:
        os.close(self._descriptor)

    drop = keep


def prepare_strip(source: Path, target: Path) -> Callable[[], object]:
    """The rewriter from file to file."""
    from witnesskit.jail.child import Source
    from witnesskit.strip.registry import strip

    reader = Source(os.open(source, os.O_RDONLY))
    out = target.open("wb", buffering=0)
    return lambda: strip(reader, "video/mp4", out)


class _Desk:
    """As much of a vault as its store needs."""

    def __init__(self, path: Path) -> None:
        self.work, self.capsules = path / "work", path / "capsules"
        for folder in (path, self.work, self.capsules):
            folder.mkdir()

    def capsule_path(self, capsule: str) -> Path:
        return self.capsules / capsule[-2:] / capsule  # random ids spread over the folders; these by their end


def _recipients() -> list[str]:
    from witnesskit.sealing.identity import Identity

    return [Identity(_SEED).recipient, Identity(_SEED[::-1]).recipient]


JOBS = {
    "hash": prepare_hash,
    "seal": prepare_seal,
    "encrypt": prepare_encrypt,
    "export": prepare_export,
    "import": prepare_import,
    "open": prepare_open,
    "strip": prepare_strip,
}


def main() -> None:
    job, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    work = JOBS[job](source, target)
    begin, clock = time.process_time(), time.perf_counter()
    work()
    print(time.process_time() - begin, time.perf_counter() - clock)


if __name__ == "__main__":
    main()
