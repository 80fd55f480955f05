"""Pack and take in a bundle, against hashing. CPU (user and system) of this process, medians of paired runs.

Run: python benchmarks/bundle.py [FOLDER] [MEGABYTES]. FOLDER should be in memory (a tmpfs), else the file system is measured.
Large: two files, against hashlib.sha256 of the same bytes, read once. Small: 10,000 files of 20 KB, against hashlib.sha256
of the sealed file. "written" stores every member as a file without flushing it; "checked" stores nothing.
"""

import hashlib
import os
import resource
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

from witnesskit.bundle import pack
from witnesskit.bundle.plan import BundlePlan, PlannedMember, work_out
from witnesskit.bundle.unpack import open_volume
from witnesskit.custody.signer import Signer
from witnesskit.sealing.identity import Identity

RUNS = 5
SENDER = Signer.generate("wk1/benchmark")
DESK = Identity.generate()
RECIPIENTS = (DESK.recipient, Identity.generate().recipient)


class Nothing:
    def write(self, _data):
        return None

    def keep(self):
        return None

    drop = keep


class Plain:
    def __init__(self, folder, member):
        self.name = f"{member.ordinal:08d}"
        self.handle = os.open(self.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)

    def write(self, data):
        os.write(self.handle, data)

    def keep(self):
        os.close(self.handle)

    drop = keep


def sources(folder, count, size):
    made = []
    for number in range(count):
        path = folder / f"source-{number}"
        hasher = hashlib.sha256()
        with path.open("wb") as file:
            for start in range(0, size, 1 << 20):
                block = os.urandom(min(1 << 20, size - start))
                hasher.update(block)
                file.write(block)
        opener = lambda path=path: path.open("rb", buffering=0)  # noqa: E731
        ids = (secrets.token_hex(16), secrets.token_hex(16), "original", 1)
        made.append(PlannedMember("capsule", size, hasher.hexdigest(), opener, *ids))
    return made


def cpu(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def hash_file(path):
    with path.open("rb", buffering=0) as file:
        hashlib.file_digest(file, "sha256")


def take_in(path, store):
    with path.open("rb", buffering=0) as file:
        unpacked = open_volume(file, [DESK]).each(store)
        assert unpacked.error is None


def write_only(folder, plan):
    """The writing pass alone, without reading the file back."""
    parcel = work_out(plan, RECIPIENTS, SENDER.sign_note)
    path = folder / "pass"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        writer = pack.SealedWriter(handle, RECIPIENTS)
        pack._write_plaintext(pack.Plaintext(writer), parcel, None)
        writer.close()
    finally:
        os.close(handle)
        path.unlink()


def hash_sources(members):
    for member in members:
        with member.open() as file:
            hashlib.file_digest(file, "sha256")


def once(folder, members, against_sources):
    plan = BundlePlan(SENDER.vkey, 1, "", "desk", members)
    figures = {"pass": cpu(lambda: write_only(folder, plan))[0]}
    figures["export"], packed = cpu(lambda: pack.write_volume(folder, plan, RECIPIENTS, SENDER.sign_note))
    hashing = cpu(lambda: hash_sources(members) if against_sources else hash_file(packed.path))[0]
    figures["checked"] = cpu(lambda: take_in(packed.path, lambda _: Nothing()))[0]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        handle = os.open(name, os.O_RDONLY)
        figures["written"] = cpu(lambda: take_in(packed.path, lambda member: Plain(handle, member)))[0]
        os.close(handle)
    packed.path.unlink()
    return {name: value / hashing for name, value in figures.items()}


def measure(label, folder, count, size):
    with tempfile.TemporaryDirectory(dir=folder) as name:
        members = sources(Path(name), count, size)
        runs = [once(Path(name), members, count < 10) for _ in range(RUNS + 1)][1:]
    for figure in runs[0]:
        print(f"{label:6} {figure:8} {statistics.median(run[figure] for run in runs):5.2f} x hashing")
    print(f"{label:6} peak     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    place = sys.argv[1] if len(sys.argv) > 1 else "/dev/shm"
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 460
    measure("large", place, 2, megabytes * 500_000)
    measure("small", place, 10_000, 20_000)
