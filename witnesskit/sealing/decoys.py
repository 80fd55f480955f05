"""Recipients that nobody is: their private halves were thrown away, so that a header does not count its readers."""

from __future__ import annotations

from witnesskit.sealing.identity import Identity


def decoys(count: int) -> list[str]:
    """``count`` recipients whose identities exist nowhere."""
    return [Identity.generate().recipient for _ in range(count)]
