"""``derive --item ID`` at a desk: a derivative of an item's copy, sealed beside it and tied to it by a derive event.

The source is the item's clean copy, which the desk ring opens; the derivative gets a record capsule of its own, with
its facts and openings inside, so that nothing that was sealed before is written again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from witnesskit.actions.derive_source import DerivedCopy, derive_source
from witnesskit.actions.item_files import DERIVED, ItemFiles, OpenedFile, chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings import OPENINGS
from witnesskit.actions.record_copies import SealedCopyPlace
from witnesskit.actions.saving import Saving
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.digest import sha256_hex
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import NothingToDerive
from witnesskit.errors.jail import NoJail
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.vault import NoRoom, StorageFault
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.jail.run import Given, Keyed
from witnesskit.model import Json, Role, VaultKind
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.strip.derivation import Derivation
from witnesskit.vault import layout, store
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class DerivedItem:
    """What was sealed for one item, or why nothing was."""

    item: str
    copies: tuple[DerivedCopy, ...] = ()
    refusal: WitnesskitError | None = None

    @property
    def short(self) -> str:
        """The item's id for people."""
        return short_id(self.item)


def derive_items(
    vault: Vault, passphrase: str, shorts: Sequence[str], derivation: Derivation
) -> Iterator[DerivedItem]:
    """Make, seal and log derivatives of the copies of items named by short ids: one each, or one for each still.

    Yields the outcome of each item when it is done: NothingToDerive, and what ``derive_source`` raises, is its own.
    Raises WrongVaultKind, the leaves of short ids, DiskFull, NoRoom, StorageFault, NoJail; what was done stays.
    """
    layout.demand(vault, VaultKind.DESK)
    derivation.check()
    with open_for_saving(vault, passphrase) as session:
        for item in chosen(session.state, shorts):
            yield _outcome(session, item, derivation)


def _outcome(session: Session, item: str, derivation: Derivation) -> DerivedItem:
    every = (replace(derivation, still=number) for number in range(max(1, derivation.stills)))
    made: list[DerivedCopy] = []
    try:
        made.extend(_one(session, item, each) for each in every)  # those before a refusal are kept
    except (DiskFull, NoRoom, StorageFault, NoJail):
        raise
    except WitnesskitError as refusal:
        return DerivedItem(item, tuple(made), refusal)
    return DerivedItem(item, tuple(made))


def _one(session: Session, item: str, derivation: Derivation) -> DerivedCopy:
    files = read_item(session.vault, session.state, item, desk_identities(session.keyring) if session.keyring else ())
    stream, source = _source(files)
    number = 1 + max([1000, *(int(facts["stream"]) for facts in files.copies)])  # behind every stream that was saved
    part = max(capsule.part for capsule in files.capsules if capsule.role is Role.RECORD)
    saving = Saving(session, item, parts={Role.RECORD: part})
    place = SealedCopyPlace(saving, f"copy/{number}", saving.capsule(Role.RECORD))
    try:
        with _given(session, source) as given:
            copy = derive_source(given, derivation, place)
    except BaseException:
        place.destroy()
        raise
    _seal(saving, place, _facts(copy, item, number, stream))
    return copy


def _source(files: ItemFiles) -> tuple[int, OpenedFile]:
    """The copy to start from: pictures before sound, and never one that was derived and lost something already."""
    found = []
    for facts in files.record.get("copies", ()):
        if "sha256" in facts and (file := files.file_of(facts)):
            sound = str(facts["media_type"]).startswith("audio/")
            found.append((sound, int(facts["stream"]), file))
    if not found:
        raise NothingToDerive
    return min(found, key=lambda one: one[:2])[1:]


@contextmanager
def _given(session: Session, file: OpenedFile) -> Iterator[Given]:
    """The sealed copy as a source of the jail: ciphertext by descriptor, the capsule's own key over the pipe."""
    identities = desk_identities(session.keyring) if session.keyring else ()
    with store.open_capsule(session.vault, file.capsule) as stream:
        key = CapsuleReader(stream, identities).file_key
    descriptor = os.open(session.vault.capsule_path(file.capsule), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        yield Given(descriptor, Keyed(key, file.prefix))
    finally:
        os.close(descriptor)


def _facts(copy: DerivedCopy, item: str, number: int, source: int) -> dict[str, Json]:
    done = copy.json()
    return {
        **done,
        "stream": number,
        "item": secrets.token_hex(16),
        "of": item,
        "of_stream": source,
        "relation": "derived",
        "removed": [],
        "kept": list(copy.remarks),
    }


def _seal(saving: Saving, place: SealedCopyPlace, facts: Mapping[str, Json]) -> None:
    """Facts and openings into the copy's own capsule, then the event."""
    event, writer = _event(saving, facts), place.writer
    writer.add(DERIVED, strict_json.canonical(dict(facts)))
    writer.add(OPENINGS, strict_json.canonical(event.opening_line()) + b"\n")
    saving.log([event], place.seal())


def _event(saving: Saving, facts: Mapping[str, Json]) -> Prepared:
    committed = {
        "day": utc_day(),
        "policy": saving.session.policy.id,
        "parent": saving.item,
        "tool": TOOL,
        "parameters": {name: facts[name] for name in ("parameters", "recipe", "engine")},
        "parent_sha256": facts["parent_sha256"],
        "removed": 0,
        "removals_sha256": sha256_hex(strict_json.canonical([])),
        **{name: facts[name] for name in ("sha256", "size", "media_type", "essence", "presentation_sha256")},
        **{name: facts[name] for name in ("finding", "jail")},
    }
    return prepare("derive", committed, deferred=("record_sha256",), item=str(facts["item"]))
