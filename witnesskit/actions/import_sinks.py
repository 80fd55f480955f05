"""Where the members of a bundle go while they are verified: the chain to memory, then capsules to disk."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from witnesskit.bundle.result import MemberSink
from witnesskit.custody_limits import LOG_MAX
from witnesskit.digest import sha256_stream
from witnesskit.errors.actions import ChainRefused
from witnesskit.formats.bundle_members import CHAIN_KINDS, ROSTER_KIND, Member
from witnesskit.limits import BUNDLE_CHAINS_MAX
from witnesskit.vault import arriving, durable, store
from witnesskit.vault.items import place_open
from witnesskit.vault.layout import Vault

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

CHAIN_MAX: Final = 2 * LOG_MAX  # bytes of all logs and evidence of one bundle, which are held in memory
PARTS_MAX: Final = 2 * BUNDLE_CHAINS_MAX  # a checkpoint beside each log
ChainPart = tuple[Member, bytes]  # a log or a checkpoint, as it came


class FileSink:
    """One file into its place in the vault: it gets its name only when its bytes were the ones signed for."""

    def __init__(self, vault: Vault, target: Path) -> None:
        self._target = target
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


class Stores:
    """Says where each member goes. The chain comes first and is judged, once, before any capsule is stored.

    ``bundle``: id of the bundle or of its set, under which segments wait.
    """

    def __init__(self, vault: Vault, bundle: str, judge: Callable[[Sequence[ChainPart]], None]) -> None:
        self.chain: list[ChainPart] = []
        self.roster: list[ChainPart] = []
        self._vault = vault
        self._bundle = bundle
        self._judge = judge
        self._judged = False

    def __call__(self, member: Member) -> MemberSink | None:
        """None for what is here already with the same bytes; raises what ``judge`` raises."""
        if member.kind in CHAIN_KINDS:
            return MemorySink(self.chain, member)
        self.judge()
        if member.kind == ROSTER_KIND:
            return MemorySink(self.roster, member)
        if store.has(self._vault, member.capsule):
            store.check(self._vault, member.capsule, member.whole_sha256 or member.sha256)
            return None
        if not member.is_segment:
            return FileSink(self._vault, self._vault.capsule_path(member.capsule))
        waiting = arriving.segment(self._vault, self._bundle, member.sha256)
        return None if _is_there(waiting, member) else FileSink(self._vault, waiting)

    def judge(self) -> None:
        """Judge the chain, unless that was done; to be called at the end too, where no capsule followed."""
        if not self._judged:
            self._judge(self.chain)
            self._judged = True


class MemorySink:
    """A member of the chain, kept in memory until the chain was judged."""

    def __init__(self, kept: list[ChainPart], member: Member) -> None:
        if len(kept) == PARTS_MAX or member.size > LOG_MAX:
            raise ChainRefused("a log too large to read, or too many")
        if sum(len(data) for _member, data in kept) + member.size > CHAIN_MAX:
            raise ChainRefused("logs too large to read, or too many")
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


def _is_there(path: Path, member: Member) -> bool:
    """Whether the very segment waits here; one that rotted is taken again."""
    with durable.faults():
        if path.is_symlink() or not path.is_file():
            return False
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0) as stream:
            return sha256_stream(stream) == (member.sha256, member.size)
