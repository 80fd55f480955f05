"""Recipients that nobody is: their private halves were thrown away, so that a header does not count its readers."""

from __future__ import annotations

from witnesskit.formats.age_keys import is_hybrid
from witnesskit.sealing.identity import Identity


def decoys(count: int, like: str) -> list[str]:
    """``count`` recipients of the kind of ``like`` whose identities exist nowhere."""
    return [Identity.generate(hybrid=is_hybrid(like)).recipient for _ in range(count)]
