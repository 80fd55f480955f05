"""``strip FOLDER... --out FOLDER``: a clean copy of every picture, film and sound, under opaque names.

Every file that was found has one outcome, and the counts add up.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from witnesskit.actions.examine import Copy
from witnesskit.actions.part_file import FIXED_TIME, extension_of, is_leftover, sweep
from witnesskit.actions.strip_group import GROUP_MAX, Order, Stripped, strip_group
from witnesskit.errors.actions import FoldersOverlap
from witnesskit.errors.cli import NoFolder
from witnesskit.errors.vault import FolderNotEmpty
from witnesskit.limits import STRIP_FILES_MAX
from witnesskit.media_model import StripChoices

_OPEN_MAX: Final = 768  # files open at once, an original and its copy twice; many systems allow 1,024
_NAME_DIGITS: Final = 32  # hex digits of the copy's own digest
_COPY_NAME: Final = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What is asked: files and folders to take, where copies go (``None``: a dry run), how many at a time."""

    paths: Sequence[Path]
    out: Path | None
    choices: StripChoices
    workers: int = 0  # 0: one for each core


@dataclass
class Tally:
    """Outcomes so far; ``counts`` add up to ``files``."""

    files: int
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, done: Stripped) -> None:
        """Count one outcome: clean, the same copy again, or the code of its refusal."""
        self.counts["same copy again" if done.again else "clean" if done.copy else _code(done)] += 1

    @property
    def done(self) -> int:
        """Files that have an outcome."""
        return sum(self.counts.values())

    @property
    def clean(self) -> int:
        """Files that have a clean copy."""
        return self.counts["clean"] + self.counts["same copy again"]


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Every plain file named by ``paths`` or lying in a folder of them, sorted; links are not followed.

    Raises NoFolder for a path that is not there or a folder that cannot be read.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in sorted(_below(path)) if path.is_dir() else [path]:
            found[file] = None
            if len(found) > STRIP_FILES_MAX:
                raise NoFolder(f"more than {STRIP_FILES_MAX} files")
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError as error:
            raise NoFolder(os.strerror(error.errno or 0)) from None
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def prepare_out(paths: Sequence[Path], out: Path) -> None:
    """Make the folder of the copies, readable by its owner alone; one that holds copies only is gone on with.

    Raises FoldersOverlap if it lies inside what is stripped or around it, FolderNotEmpty, NoFolder.
    """
    target = out.resolve()
    for path in paths:
        source = path.resolve()
        if source.is_dir() and (target.is_relative_to(source) or source.is_relative_to(target)):
            raise FoldersOverlap
    try:
        out.mkdir(mode=0o700, exist_ok=True)
        if not all(_COPY_NAME.fullmatch(path.name) or is_leftover(path) for path in out.iterdir()):
            raise FolderNotEmpty  # and nothing in it is touched
        sweep(out)
    except OSError as error:
        raise NoFolder(os.strerror(error.errno or 0)) from None


def strip_folder(wanted: Wanted, files: Sequence[Path], wrote: Callable[[int], None]) -> Iterator[Stripped]:
    """Strip ``files``; yields each outcome as it is ready, in no order.

    Raises what concerns every file: DiskFull, NoFolder, NoJail. Finished copies stay, unfinished ones never.
    """
    order = Order(wanted.out, lambda copy: _named(wanted.out or Path(), copy), wanted.choices, wrote, by_digest=True)
    workers = wanted.workers or _cores()
    size = max(1, min(GROUP_MAX, len(files) // (4 * workers), _OPEN_MAX // (3 * workers)))
    run = _Run(order)
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(run.group, files[at : at + size]) for at in range(0, len(files), size)]
        try:
            for _ in files:
                outcome = run.done.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        finally:
            run.stop.set()
            for job in jobs:
                job.cancel()
    if wanted.out is not None:
        os.utime(wanted.out, FIXED_TIME)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class _Run:
    """What the threads share: they wait for children, so more than one is of use."""

    order: Order
    done: SimpleQueue[Stripped | BaseException] = field(default_factory=SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)

    def group(self, paths: Sequence[Path]) -> None:
        try:
            for outcome in strip_group(paths, self.order):
                self.done.put(outcome)
                if self.stop.is_set():
                    return
        except BaseException as reason:  # noqa: BLE001 - raised again where the outcomes are read
            self.done.put(reason)


def _named(folder: Path, copy: Copy) -> Path:
    """The copy's own digest: it tells nothing of the original's name, its day or its place in the folder."""
    return folder / f"{copy.sha256[:_NAME_DIGITS]}{extension_of(str(copy.facts['media_type']))}"


def _code(done: Stripped) -> str:
    return done.refusal.code if done.refusal else "refused"


def by_code(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts in the order a person reads them: what went well first, refusals by their number."""
    return sorted(counts.items(), key=lambda entry: (entry[0].isupper(), -entry[1], entry[0]))
