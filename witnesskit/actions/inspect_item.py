"""``inspect --item ID`` at a desk: what was taken out of an item's copies, and the exposure sheet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.exposure import Sheet, check_answers, derived_here, record_sheet, sheet_of
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.part_file import extension_of
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.formats.short_id import short_id
from witnesskit.limits import READ_BLOCK
from witnesskit.model import Json, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class InspectedItem:
    """What a desk sees of one item; ``derived``: digests of the copies that were coded anew here."""

    item: str
    copies: tuple[Mapping[str, Json], ...]
    derived: frozenset[str]
    sheet: Sheet

    @property
    def short(self) -> str:
        """The id for people."""
        return short_id(self.item)

    def answers_for(self, sha256: str) -> Mapping[str, str]:
        """Answers that hold for one copy: those of a sheet whose writer looked at it."""
        return self.sheet.answers if sha256 in self.sheet.copies else {}


@dataclass(frozen=True)
class InspectWish:
    """One item by its short id; answers to record; a new folder for readable copies to look at, if wanted."""

    item: str
    answers: Mapping[str, str] = field(default_factory=dict)
    copies: Path | None = None


def inspect_item(vault: Vault, passphrase: str, wish: InspectWish) -> InspectedItem:
    """Show one item, and first record answers if there are any.

    Raises WrongVaultKind, the leaves of short ids, AnswerUnknown, NothingToAnswerFor, OutputExists, NoFolder and
    DiskFull.
    """
    answers = wish.answers
    layout.demand(vault, VaultKind.DESK)
    check_answers(answers)
    with open_for_saving(vault, passphrase) as session:
        (item,) = chosen(session.state, [wish.item])
        files: ItemFiles = read_item(
            session.vault, session.state, item, desk_identities(session.keyring) if session.keyring else ()
        )
        sheet = record_sheet(session, files, answers) if answers else sheet_of(session, files)
        if wish.copies is not None:
            _write(files, wish.copies)
        return InspectedItem(item, files.copies, derived_here(session, files), sheet)


def _write(files: ItemFiles, folder: Path) -> None:
    """Readable copies for the person's own eyes, in a new folder that only its owner reads."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise OutputExists from None
    except OSError as error:
        raise NoFolder(os.strerror(error.errno or 0)) from None
    try:
        for facts in files.copies:
            name = folder / f"{str(facts['sha256'])[:16]}{extension_of(str(facts['media_type']))}"
            file = files.file_of(facts)
            if file is not None and not name.exists():  # a derivative made twice is the same file
                with file.open() as stream, open(name, "xb", opener=_own) as out:
                    shutil.copyfileobj(stream, out, READ_BLOCK)
    except BaseException as reason:
        shutil.rmtree(folder, ignore_errors=True)  # nothing readable stays that nobody is told of
        if isinstance(reason, OSError):
            raise DiskFull(os.strerror(reason.errno or 0)) from None
        raise


def _own(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
