"""The jail's child for one stream: started while the stream still arrives, so that its start costs no waiting.

It holds a descriptor of ciphertext and no key until the stream is whole and is looked at.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.examine import inspector
from witnesskit.errors import WitnesskitError
from witnesskit.jail.run import Given, Jailed, Keyed
from witnesskit.sealing.capsule import CapsuleWriter
from witnesskit.vault import durable


@dataclass(frozen=True)
class Lookout:
    """A stream of an open capsule as the jail's source, and perhaps the child that waits for it."""

    source: Given
    ready: Jailed | None = None

    def end(self) -> None:
        """End the child and close the source; both may be gone already."""
        if self.ready:
            self.ready.end()
        os.close(self.source.descriptor)


@dataclass
class Spare:
    """A child that waits for an original that is not there yet, and the empty file that will be it."""

    path: Path
    descriptor: int
    child: Jailed
    used: bool = False

    @staticmethod
    def source(descriptor: int) -> Given:
        """The file as the child is given it: there is no key yet."""
        return Given(descriptor)

    def move(self, path: Path) -> None:
        """Let the file be the original at ``path``; raises StorageFault."""
        with durable.faults():
            self.path.rename(path)
        self.path, self.used = path, True

    def look_out(self, original: CapsuleWriter, stream: int) -> Lookout:
        """The child, with the key of its stream; the caller ends it."""
        source = Given(self.descriptor, Keyed(original.file_key, f"media/{stream}"))
        self.child.rename_sources([source])
        return Lookout(source, self.child)

    def end(self) -> None:
        """End the child; its file is the caller's."""
        self.child.end()
        os.close(self.descriptor)


def look_at(original: CapsuleWriter, stream: int) -> Lookout:
    """Stream ``stream`` of an open original as a source; the caller ends it."""
    descriptor = os.open(original.path, os.O_RDONLY | os.O_CLOEXEC)
    return Lookout(Given(descriptor, Keyed(original.file_key, f"media/{stream}")))


def look_out(original: CapsuleWriter, stream: int, spare: Spare | None = None) -> Lookout:
    """The same with its child started; where none can be started, the look itself will say so."""
    if spare and spare.path == original.path:
        return spare.look_out(original, stream)
    found = look_at(original, stream)
    try:
        return Lookout(found.source, inspector(found.source))
    except WitnesskitError:
        return found
