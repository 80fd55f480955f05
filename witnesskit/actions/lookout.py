"""The jail's child for one stream: started while the stream still arrives, so that its start costs no waiting.

It holds a descriptor of ciphertext and no key until the stream is whole and is looked at.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from witnesskit.actions.examine import inspector
from witnesskit.errors import WitnesskitError
from witnesskit.jail.run import Given, Jailed, Keyed
from witnesskit.sealing.capsule import CapsuleWriter


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


def look_at(original: CapsuleWriter, stream: int) -> Lookout:
    """Stream ``stream`` of an open original as a source; the caller ends it."""
    descriptor = os.open(original.path, os.O_RDONLY | os.O_CLOEXEC)
    return Lookout(Given(descriptor, Keyed(original.file_key, f"media/{stream}")))


def look_out(original: CapsuleWriter, stream: int) -> Lookout:
    """The same with its child started; where none can be started, the look itself will say so."""
    found = look_at(original, stream)
    try:
        return Lookout(found.source, inspector(found.source))
    except WitnesskitError:
        return found
