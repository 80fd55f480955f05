"""A group of plain files through two children of the jail: one writes the copies, the other judges them.

What happens to one file is that file's outcome: a child that was killed, ran too long or answered outside the
rules is replaced for the next file (docs/decisions/0008-one-child-for-many-files.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from witnesskit.actions.examine import (
    INSPECT_AGAIN,
    MODULE,
    OTHER_KIND,
    STRIP,
    Copy,
    copy_from,
    likely,
    refusal_of,
    strip_request,
)
from witnesskit.actions.given_file import open_given
from witnesskit.actions.measured import Measured
from witnesskit.actions.part_file import PartFile
from witnesskit.errors import WitnesskitError
from witnesskit.errors.cli import NoFolder
from witnesskit.errors.jail import JailGarbage, JailRefused, NoJail
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.strip import CopyNotClean, UnknownFormat
from witnesskit.jail.run import Cell, Given, Jailed, Reply
from witnesskit.media_model import Finding, Inspection, StripChoices
from witnesskit.model import Json, Sink

CELL: Final = Cell(MODULE)  # the limits of one file
OF_ALL: Final = (DiskFull, NoFolder, NoJail)  # what concerns every file, not one
UNSEEN: Final = Inspection(Finding.UNKNOWN, "", reason="a dry run does not look at the original")
GROUP_MAX: Final = 16  # files of one group; what a child taken over by one of them could lie about


@dataclass(frozen=True)
class Stripped:
    """The outcome of one file: a clean copy, or why there is none."""

    path: Path
    copy: Copy | None = None
    refusal: WitnesskitError | None = None
    out: Path | None = None
    again: bool = False  # the same copy was made of another file already

    @property
    def removed(self) -> int:
        """Number of removed parts."""
        return len(self.copy.facts["removed"]) if self.copy else 0

    @property
    def kept(self) -> tuple[str, ...]:
        """What stays in the copy, or went from it, and must be said."""
        return tuple(self.copy.facts["kept"]) if self.copy else ()

    def facts(self) -> dict[str, Json]:
        """For ``--json``: what was removed is told by place, size and digest, never by its value."""
        if self.copy is None:
            return {"refused": self.refusal.code if self.refusal else ""}
        return {**self.copy.facts, "finding": str(self.copy.finding), "jail": self.copy.jail}


@dataclass(frozen=True)
class Order:
    """What is asked of a group: where copies go and under which name, the policy's choices.

    ``name`` gives the final path of a copy; ``by_digest``: names are digests, so one that is there is the same copy.
    ``None`` in ``folder`` means a dry run, in which no copy is written.
    """

    folder: Path | None
    name: Callable[[Copy], Path]
    choices: StripChoices
    wrote: Callable[[int], None]
    by_digest: bool = False


class _Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)


class _Child:
    """A child of the jail that is started when it is needed, and again after it failed.

    ``only`` stands behind the call: the child can answer it for one kind of file and says so of another, for which
    one that can answer for all is started beside it.
    """

    def __init__(self, call: str, sources: Sequence[Given], only: str = "") -> None:
        self._call, self._sources, self._only = call, sources, only
        self._cell = replace(CELL, cpu_seconds=CELL.cpu_seconds * max(1, len(sources)))  # one budget for all files
        self._jailed: Jailed | None = None
        self._for_others = _Child(call, sources) if only else None

    def start(self) -> Jailed:
        self._jailed = self._jailed or Jailed(self._cell, self._sources, self._call + self._only)
        return self._jailed

    def ask(self, params: Json, which: Sequence[int], sink: Sink | None = None) -> Reply:
        reply = self._answer(params, which, sink)
        return self._for_others.ask(params, which, sink) if self._for_others and reply.value == OTHER_KIND else reply

    def _answer(self, params: Json, which: Sequence[int], sink: Sink | None) -> Reply:
        try:
            return self.start().call(self._call + self._only, params, sink, which)
        except JailRefused as refused:
            raise refusal_of(refused) from None
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        if self._jailed:
            self._jailed.end()
        self._jailed = None
        if self._for_others:
            self._for_others.end()


def strip_group(paths: Sequence[Path], order: Order) -> Iterator[Stripped]:
    """Strip ``paths`` (at most ``GROUP_MAX``) one after another; yields each outcome, in their order.

    Raises what concerns all of them: DiskFull, NoFolder, OutputExists, NoJail. Unfinished copies never stay.
    """
    with ExitStack() as stack:
        opened: list[Given] = []
        readable: list[Path] = []
        for path in paths:
            try:
                stream = stack.enter_context(open_given(path))
            except WitnesskitError as refusal:
                yield Stripped(path, refusal=refusal)
            else:
                readable.append(path)
                opened.append(Given(stream.fileno()))
        yield from _Group(order, opened, stack, likely(readable)).run(readable)


class _Group:
    def __init__(self, order: Order, opened: list[Given], stack: ExitStack, only: str) -> None:
        self._order = order
        self._places: list[PartFile] = []
        if order.folder is not None:
            for _ in opened:
                self._places.append(PartFile(order.folder, order.wrote))
                stack.callback(self._places[-1].close)
                stack.callback(self._places[-1].destroy)
        self._writer = _Child(STRIP, opened, only)
        self._judge = _Child(INSPECT_AGAIN, [*opened, *(place.source() for place in self._places)], only)
        stack.callback(self._writer.end)
        stack.callback(self._judge.end)

    def run(self, paths: Sequence[Path]) -> Iterator[Stripped]:
        if paths and self._places:
            self._judge.start()  # it loads while the first copy is written
        for number, path in enumerate(paths):
            try:
                yield self._one(path, number)
            except WitnesskitError as refusal:
                if isinstance(refusal, OF_ALL):
                    raise
                yield Stripped(path, refusal=refusal)

    def _one(self, path: Path, number: int) -> Stripped:
        sink = Measured(self._places[number].sink() if self._places else _Nowhere())
        reply = self._writer.ask(strip_request(self._order.choices), [number], sink)
        try:
            sink.demand(reply.value)
        except JailGarbage:
            self._writer.end()  # whoever lies writes no more
            raise
        if not self._places:
            return Stripped(path, Copy(reply.value, Finding.UNKNOWN, reply.level, UNSEEN))
        judged = self._judge.ask({}, [number, len(self._places) + number])
        copy = copy_from(reply, judged)
        if copy.original.finding is Finding.UNKNOWN:
            raise UnknownFormat(copy.original.reason)
        if copy.finding is not Finding.CLEAN:
            raise CopyNotClean(str(copy.finding))
        out = self._order.name(copy)
        new = self._places[number].keep(out, or_same=self._order.by_digest)
        return Stripped(path, copy, out=out, again=not new)
