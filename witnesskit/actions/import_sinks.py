"""Where the members of a bundle go while they are verified: capsules to disk, the chain to memory."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from witnesskit.errors.actions import ChainRefused
from witnesskit.formats.bundle_members import Member
from witnesskit.limits import LOG_MAX
from witnesskit.vault import durable
from witnesskit.vault.items import place_open
from witnesskit.vault.layout import Vault

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class CapsuleSink:
    """One capsule into the store: it gets its name only when its bytes were the ones signed for."""

    def __init__(self, vault: Vault, capsule: str) -> None:
        self._target = vault.capsule_path(capsule)
        self._part: Path = vault.work / f".part-{secrets.token_hex(8)}"
        with durable.faults():
            self._descriptor = os.open(self._part, _NEW, 0o600)

    def write(self, data: memoryview, /) -> None:
        """Take unverified bytes under a name that nobody reads."""
        with durable.faults():
            while data:
                data = data[os.write(self._descriptor, data) :]

    def keep(self) -> None:
        """Flush, then give it its place."""
        place_open(self._descriptor, self._part, self._target)

    def drop(self) -> None:
        """Leave nothing of it."""
        with durable.faults():
            os.close(self._descriptor)
        durable.remove(self._part)


class MemorySink:
    """A member of the chain, kept in memory until the chain was judged."""

    def __init__(self, kept: list[tuple[Member, bytes]], member: Member) -> None:
        if member.size > LOG_MAX:
            raise ChainRefused("a log too large to read")
        self._kept = kept
        self._member = member
        self._data = bytearray()

    def write(self, data: memoryview, /) -> None:
        """Take unverified bytes."""
        self._data += data

    def keep(self) -> None:
        """They are the ones signed for."""
        self._kept.append((self._member, bytes(self._data)))

    def drop(self) -> None:
        """Forget them."""
        self._data.clear()
