"""Where the logs of others lie: found by their name without reading those of everybody else.

``custody/seen/AB/ORIGIN-LOG.jsonl`` (``peers/AB/...`` for other desks' bundles), AB the first digits of ORIGIN; both
parts are keyed digests, so that a name tells nothing. Written before there were folders: ``custody/seen/LOG.jsonl``.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator
from pathlib import Path

from witnesskit.actions import log_keys
from witnesskit.vault import durable
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault

_ENDING = ".jsonl"


def folders(vault: Vault, *, peers: bool = True) -> tuple[Path, ...]:
    """Of devices, and of other desks."""
    seen = vault.custody / "seen"
    return (seen, seen / "peers") if peers else (seen,)


def place_of(folder: Path, keyring: Keyring, log: str, lines: bytes) -> Path:
    """Where a log of this id (64 hex digits) with these lines lies or will lie; its folders are made."""
    origin = _digest(keyring, f"origin/{origin_of(lines)}")
    for place in (folder.parent, folder, folder / origin[:2]):
        durable.make_folder(place)
    return folder / origin[:2] / f"{origin}-{_digest(keyring, log)}{_ENDING}"


def every(folder: Path) -> list[Path]:
    """All of a folder."""
    return sorted([*folder.glob(f"*{_ENDING}"), *folder.glob(f"[0-9a-f][0-9a-f]/*{_ENDING}")])


def under(folder: Path, keyring: Keyring, origins: Collection[str]) -> Iterator[Path]:
    """Those of logs with one of these names; and all that were written before there were folders."""
    yield from sorted(folder.glob(f"*{_ENDING}"))
    for origin in sorted({_digest(keyring, f"origin/{origin}") for origin in origins}):
        yield from sorted((folder / origin[:2]).glob(f"{origin}-*{_ENDING}"))


def origin_of(lines: bytes) -> str:
    """The name that a log's first line gives it; empty where that cannot be read."""
    genesis = log_keys.genesis(lines)
    return str(genesis.x.get("origin", "")) if genesis else ""


def _digest(keyring: Keyring, name: str) -> str:
    return hmac.digest(keyring.desk_seed, b"seen/" + name.encode(), "sha256").hex()[:32]
