"""``import`` of many files and folders: several bundles at once, and folders that are looked at again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from witnesskit.actions.handover import missing_before
from witnesskit.actions.import_bundle import Desk, ImportWish, import_bundle
from witnesskit.actions.imported import ImportDone
from witnesskit.actions.repair import import_repaired
from witnesskit.bundle.spare import SUFFIX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.sealing import NotReadable
from witnesskit.limits import IMPORT_FILES_MAX
from witnesskit.vault import arriving

BUNDLE: Final = ".age"
_AT_ONCE: Final = min(8, os.cpu_count() or 1)

Tell = Callable[[Path, "ImportDone | WitnesskitError"], object]


def found_in(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Files as they were named, and what lies in folders by its suffix; links in folders are passed over.

    Raises NotReadable for a folder that cannot be read, or holds too many files.
    """
    found: list[Path] = []
    for path in paths:
        most = IMPORT_FILES_MAX - len(found)
        found += sorted(islice(_in_folder(path), most + 1)) if path.is_dir() else [path]
        if len(found) > IMPORT_FILES_MAX:
            raise NotReadable(f"at most {IMPORT_FILES_MAX} files are taken at once")
    return tuple(dict.fromkeys(found))


def import_many(desk: Desk, paths: Sequence[Path], wish: ImportWish, tell: Tell, *, repair: bool) -> None:
    """Take in every file, as many at once as there are cores; ``tell`` is called in this thread, for each.

    A file that is refused never stops the others. Ctrl-C lets those finish that are under way.
    """
    one = import_repaired if repair else import_bundle
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = {pool.submit(one, desk, path, wish, _silent): path for path in paths}
        try:
            for job in as_completed(jobs):
                tell(jobs[job], _outcome(job))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def gaps(desk: Desk, taken: Iterable[ImportDone]) -> Iterator[str]:
    """A sentence for each bundle before which others of its device are not here, now that all were taken in."""
    abouts = {one.about.counter: one.about for one in taken if one.about and one.about.gap}
    for number, about in sorted(abouts.items()):
        lacking = missing_before(desk.session.state, about.senders, number)
        if lacking:
            yield f"before bundle {number} of its device these have not arrived: {', '.join(map(str, lacking))}"


def is_incomplete(desk: Desk) -> bool:
    """Whether anything of a bundle is missing here, so that spare volumes may help."""
    return any(True for _one in arriving.every(desk.session.vault))


@dataclass
class Inbox:
    """Folders that are looked at again and again; a file counts when two looks found it alike."""

    folders: tuple[Path, ...]
    _before: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _taken: set[tuple[Path, int, int]] = field(default_factory=set)

    def new(self) -> tuple[Path, ...]:
        """What came since the last look and does not grow any more; raises NotReadable."""
        now = {path: _state(path) for path in found_in(self.folders)}
        ripe = [(path, *one) for path, one in now.items() if self._before.get(path) == one]
        fresh = [one for one in ripe if one not in self._taken]
        self._before = now
        self._taken.update(fresh)
        return tuple(path for path, _size, _time in fresh)

    def rounds(self, every: float, sleep: Callable[[float], object] = time.sleep) -> Iterator[tuple[Path, ...]]:
        """The new files of each look, ``every`` seconds apart, without end."""
        while True:
            yield self.new()
            sleep(every)


def _in_folder(folder: Path) -> Iterator[Path]:
    """What lies in a folder at any depth; not by ``os.walk``, which a deep folder makes run out of stack."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                        waiting.append(Path(entry.path))
                    elif Path(entry.name).suffix in (BUNDLE, SUFFIX) and entry.is_file(follow_symlinks=False):
                        yield Path(entry.path)
        except OSError as error:
            if not isinstance(error, FileNotFoundError) or place == folder:  # else it was moved away meanwhile
                raise NotReadable(error.strerror or "") from None


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, 0
    return found.st_size, found.st_mtime_ns


def _outcome(job: Future[ImportDone]) -> ImportDone | WitnesskitError:
    try:
        return job.result()
    except WitnesskitError as error:
        return error


def _silent(_done: int, _whole: int | None) -> None:
    """Several bundles at once have no one line of progress."""
