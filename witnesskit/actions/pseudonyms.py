"""Names for senders that lead to nobody: random, one for each sender within one run, never the same in the next."""

from __future__ import annotations

import secrets

from witnesskit.formats.short_id import short_id


class Pseudonyms:
    """Given out once for each sender; who is who is sealed beside each item, for the custodian ring."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, sender: str) -> str:
        """``S-k7f2-93``; empty for nobody."""
        if not sender:
            return ""
        return self._known.setdefault(sender, f"S-{short_id(secrets.token_hex(16))}")

    def __len__(self) -> int:
        return len(self._known)
