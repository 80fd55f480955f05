"""Make the copies of one item: strip each stream in the jail into a record capsule of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.actions.examine import Copy, Examined, examine
from witnesskit.actions.lookout import look_at
from witnesskit.actions.saving import Saving
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.digest import sha256_hex
from witnesskit.formats import strict_json
from witnesskit.jail.run import Given, Keyed
from witnesskit.media.blocks import CREDENTIALS
from witnesskit.model import Json, Role, SealedCapsule, Sink
from witnesskit.policy import decide
from witnesskit.sealing.capsule import CapsuleWriter


@dataclass
class SealedCopyPlace:
    """A copy inside a record capsule that is still open; destroyed whole if it is not clean."""

    saving: Saving
    prefix: str
    writer: CapsuleWriter
    _readers: list[int] = field(default_factory=list)

    def sink(self) -> Sink:
        """The copy's stream in the capsule."""
        self._stream = self.writer.stream(self.prefix)
        return self._stream

    def source(self) -> Given:
        """The copy read back through the in-memory key."""
        self._stream.close()
        self.writer.settle()
        descriptor = os.open(self.writer.path, os.O_RDONLY | os.O_CLOEXEC)
        self._readers.append(descriptor)
        return Given(descriptor, Keyed(self.writer.file_key, self.prefix))

    def seal(self) -> SealedCapsule:
        """Keep the copy."""
        self._close_readers()
        return self.saving.close(self.writer)

    def destroy(self) -> None:
        """Leave nothing of it."""
        self._close_readers()
        self.writer.discard()

    def _close_readers(self) -> None:
        while self._readers:
            os.close(self._readers.pop())


@dataclass(frozen=True)
class StreamCopy:
    """One stream as examined, with its derive event if there is a clean copy."""

    stream: int
    examined: Examined
    derive: Prepared | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


def copy_stream(saving: Saving, original: CapsuleWriter, stream: int, common: Mapping[str, Json]) -> StreamCopy:
    """Examine stream ``stream`` of the open original capsule; seal a clean copy of it."""
    original.settle()
    places: list[SealedCopyPlace] = []

    def place() -> SealedCopyPlace:
        places.append(SealedCopyPlace(saving, f"copy/{stream}", saving.capsule(Role.RECORD)))
        return places[-1]

    lookout = saving.lookouts.pop(stream, None) or look_at(original, stream)
    try:
        examined = examine(lookout.source, place, lookout.ready, decide.strip_choices(saving.session.policy))
    finally:
        lookout.end()
    if examined.copy is None:
        facts = {"stream": stream, "finding": str(examined.original.finding), "refused": examined.refusal}
        return StreamCopy(stream, examined, None, facts | {"jail": examined.jail})
    return _kept(saving, examined, places[-1].seal(), stream, common)


def credentials_of(copy: Copy) -> list[Json]:
    """What the content credentials of the original say, as far as they could be read."""
    said = (one for one in copy.original.revelations if one.name.startswith(CREDENTIALS))
    return [{"name": one.name.removeprefix(CREDENTIALS).lstrip(": "), "value": one.value} for one in said]


def _kept(
    saving: Saving, examined: Examined, capsule: SealedCapsule, stream: int, common: Mapping[str, Json]
) -> StreamCopy:
    copy = examined.copy
    if copy is None:
        return StreamCopy(stream, examined)
    done, item = copy.facts, secrets.token_hex(16)
    committed = {
        "day": common["day"],
        "policy": common["policy"],
        "parent": saving.item,
        "tool": TOOL,
        "sealed": saving.sealed_json([capsule]),
        "sha256": done["sha256"],
        "size": done["size"],
        "media_type": done["media_type"],
        "removed": len(done["removed"]),
        "removals_sha256": sha256_hex(strict_json.canonical(done["removed"])),
        "essence": done["essence"],
        "presentation_sha256": done["presentation_sha256"],
        "finding": str(copy.finding),
        "jail": copy.jail,
    }
    facts = {**done, "stream": stream, "item": item, "finding": str(copy.finding), "jail": copy.jail}
    facts |= {"capsule": capsule.id, "relation": "redacted", "of": saving.item}
    if decide.strip_choices(saving.session.policy).credentials == "report":
        facts |= {"credentials": credentials_of(copy)}
    return StreamCopy(stream, examined, prepare("derive", committed, item=item), facts)
