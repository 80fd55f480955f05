"""Parts of one file that several attempts brought, put together as one more item: sealed, examined, logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered, finish
from witnesskit.actions.full_disk import room_for_the_end
from witnesskit.actions.item_files import ItemFiles, OpenedFile
from witnesskit.actions.lookout import look_out
from witnesskit.actions.saving import SavedItem, Saving
from witnesskit.actions.sealing_file import seal_stub
from witnesskit.actions.session import Session
from witnesskit.actions.untrusted import objects
from witnesskit.errors import WitnesskitError
from witnesskit.errors.retry import PartChanged
from witnesskit.formats.media_record import MediaFact
from witnesskit.limits import READ_BLOCK
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Json, Outcome, Role
from witnesskit.sealing.capsule import StreamWriter

_CHAIN_MAX: Final = 1000  # attempts at one file


@dataclass(frozen=True)
class Part:
    """One stream of one item: bytes of the whole from ``start`` on."""

    files: ItemFiles
    facts: Mapping[str, Json]

    @property
    def start(self) -> int:
        """Place of its first byte in the whole."""
        return int(self.facts.get("start", 0))

    @property
    def file(self) -> OpenedFile | None:
        """Its bytes; None where no key opens them."""
        named = f"media/{self.facts['stream']}"
        return next((file for file in self.files.streams("media") if file.prefix == named), None)


@dataclass(frozen=True)
class Chain:
    """Parts in order, each beginning where the one before ends."""

    parts: tuple[Part, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The items that hold them."""
        return tuple(part.files.item for part in self.parts)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing: several parts, from the first byte to the last."""
        return len(self.parts) > 1 and self.parts[0].start == 0 and bool(self.parts[-1].facts.get("complete"))


def part_chain(last: ItemFiles, read: Callable[[str], ItemFiles]) -> Chain | None:
    """The parts that end with a stream of ``last``, followed back from attempt to attempt; None without any."""
    found = _stream(last, lambda facts: bool(facts.get("start")))
    if found is None:
        return None
    parts, seen = [found], {last.item}
    while parts[0].start and len(parts) < _CHAIN_MAX:
        before = parts[0].files.record.get("source", {}).get("retry_of")
        if not isinstance(before, str) or before in seen:
            return None
        seen.add(before)
        wanted, form = parts[0].start, parts[0].facts.get("format_id")
        earlier = _stream(read(before), lambda facts: _ends_at(facts, wanted) and facts.get("format_id") == form)  # noqa: B023 - called at once
        if earlier is None:
            return None
        parts.insert(0, earlier)
    return Chain(tuple(parts))


def assemble(session: Session, chain: Chain) -> SavedItem:
    """Seal the whole as an item of its own that names its parts; raises PartChanged, NoRoom, DiskFull."""
    if not all(_as_recorded(part) for part in chain.parts):
        raise PartChanged
    saving = Saving(session)
    try:
        with room_for_the_end(saving):
            return _assembled(saving, chain)
    finally:
        saving.end_lookouts()


def _assembled(saving: Saving, chain: Chain) -> SavedItem:
    last = chain.parts[-1]
    known = last.files.record["source"]
    source = {name: known[name] for name in ("url", "title") if name in known}
    gathered = Gathered("url", now(), Outcome.SAVED, place=_place(chain))
    gathered.source = {"kind": "url", **source, "assembled_of": list(chain.items)}
    ways = {str(part.files.record["collection"].get("egress", "unknown")) for part in chain.parts}
    gathered.collection["egress"] = ways.pop() if len(ways) == 1 else "unknown"
    gathered.observed |= {"url": source.get("url", ""), "rule": "assembled"}
    gathered.capture |= {"rule": "assembled", "parts": [_told(part) for part in chain.parts]}
    gathered.completeness |= {"url": "ok", "media": "ok", "context": "never: it is with the parts"}
    gathered.completeness |= {"html": "never: it is with the parts", "screenshot": "never: it is with the parts"}
    seal_stub(saving, gathered)
    original = saving.capsule(Role.ORIGINAL)
    stream = original.stream("media/1")
    head = b""
    for part in chain.parts:
        head += _copy(part, stream, HEAD_SIZE - len(head))
    stream.close()
    form = str(last.facts.get("format_id", ""))
    gathered.media.append(MediaFact(1, stream.sha256, stream.size, media_type(head), complete=True, format_id=form))
    saving.lookouts[1] = look_out(original, 1, saving.spare)
    return finish(saving, gathered, original)


def _place(chain: Chain) -> str:
    """What was said of the newest part of which anything was said."""
    return next((found for part in reversed(chain.parts) if (found := part.files.locality)), "")


def _as_recorded(part: Part) -> bool:
    """Whether its bytes can be opened and are those that its record names."""
    facts = {"sha256": part.facts["sha256"], "size": part.facts["bytes"]}
    try:
        return part.file is not None and part.file.has(facts)
    except WitnesskitError:  # its capsule is damaged
        return False


def _copy(part: Part, stream: StreamWriter, wanted: int) -> bytes:
    """Every byte of one part; returns its first ``wanted`` ones."""
    head = b""
    with cast(OpenedFile, part.file).open() as source:
        while data := source.read(READ_BLOCK):
            head += data[: max(0, wanted - len(head))]
            stream.write(data)
    return head


def _told(part: Part) -> dict[str, Json]:
    named = {name: part.facts[name] for name in ("stream", "sha256", "bytes")}
    return {"item": part.files.item, "start": part.start, **named}


def _stream(files: ItemFiles, fits: Callable[[Mapping[str, Json]], bool]) -> Part | None:
    for facts in objects(files.media):
        numbers = (facts.get("stream"), facts.get("bytes"), facts.get("start", 0))
        counted = all(type(one) is int and one >= 0 for one in numbers)
        if counted and facts.get("role", "original") == "original" and fits(facts):
            return Part(files, facts)
    return None


def _ends_at(facts: Mapping[str, Json], place: int) -> bool:
    return int(facts.get("start", 0)) + int(facts["bytes"]) == place
