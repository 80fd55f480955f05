"""Which files of folders were brought before: known by their SHA-256, kept under the vault's passphrase only."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Final

from witnesskit.actions.saving import SavedItem
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.actions.session import Session
from witnesskit.capture.localfile import LocalFile
from witnesskit.errors.formats import BadJson
from witnesskit.errors.vault import BadSealedFile, NotWithoutPassphrase
from witnesskit.formats import strict_json
from witnesskit.limits import SEALED_FILE_MAX
from witnesskit.model import Outcome
from witnesskit.vault.sealed_files import SealedFiles

NAME: Final = "brought"
_EVERY: Final = 50  # files between two writings: so many may be sealed twice after a crash


class Before:
    """The list, written now and then and at the end; a field vault without a passphrase has none."""

    def __init__(self, session: Session) -> None:
        """Raises BadSealedFile."""
        self._store: SealedFiles | None = None
        with suppress(NotWithoutPassphrase):
            self._store = sealed_store(session)
        self._known: dict[str, str] = {}
        self._fresh = 0
        self._digest = ""
        data = self._store.read(NAME) if self._store else None
        if data is not None:
            try:
                self._known = strict_json.loads(data, max_size=SEALED_FILE_MAX)
            except BadJson:
                raise BadSealedFile(NAME) from None

    def holds(self, source: LocalFile) -> bool:
        """Whether these bytes are here already; reads the file once, only where there is a list."""
        if self._store is None:
            return False
        hasher = hashlib.sha256()
        for block in source.blocks():
            hasher.update(block)
        self._digest = hasher.hexdigest()
        return self._digest in self._known

    def note(self, source: LocalFile, saved: SavedItem) -> None:
        """One more is sealed whole."""
        if not self._digest or saved.outcome is not Outcome.SAVED or not source.unchanged(source.size):
            self._digest = ""
            return
        self._known[self._digest] = saved.item
        self._digest = ""
        self._fresh += 1
        if self._fresh >= _EVERY:
            self.keep()

    def keep(self) -> None:
        """Write the list, if it grew."""
        if self._store is not None and self._fresh:
            self._store.write(NAME, strict_json.canonical(self._known))
            self._fresh = 0
