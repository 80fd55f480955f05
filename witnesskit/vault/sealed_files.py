"""Small files that only the passphrase opens: the queue, what is watched, tables of risk (docs/spec/vault.md).

Each is replaced whole, in one step. A field vault without a passphrase has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from witnesskit.errors.vault import BadSealedFile
from witnesskit.formats.ustar import padded_size
from witnesskit.limits import SEALED_FILE_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

FOLDER: Final = "sealed"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_END: Final = b"\x80"  # after the content; zeros fill the rest (ISO/IEC 7816-4)


@dataclass(frozen=True)
class SealedFiles:
    """The sealed files of one opened vault."""

    folder: Path
    recipients: tuple[str, ...]
    identity: Identity = field(repr=False)

    def read(self, name: str) -> bytes | None:
        """The content; None if there is none. Raises BadSealedFile, StorageFault."""
        data = durable.read(self._path(name), SEALED_FILE_MAX)
        if data is None:
            return None
        plain = open_bytes(data, [self.identity]).rstrip(b"\0")
        if not plain.endswith(_END):
            raise BadSealedFile(name)
        return plain[:-1]

    def write(self, name: str, content: bytes) -> None:
        """Replace it; raises NoRoom, StorageFault, BadSealedFile for more than SEALED_FILE_MAX bytes."""
        size = padded_size(len(content) + 1)
        if size > SEALED_FILE_MAX:
            raise BadSealedFile(f"{name} is too large")
        durable.make_folder(self.folder)
        durable.replace(self._path(name), seal_bytes((content + _END).ljust(size, b"\0"), self.recipients))

    def remove(self, name: str) -> None:
        """Unlink it, if it is there; raises StorageFault."""
        if self.folder.is_dir():
            durable.remove(self._path(name))

    def names(self) -> tuple[str, ...]:
        """Of the files there are, in order."""
        found = (path.name for path in self.folder.iterdir()) if self.folder.is_dir() else ()
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadSealedFile("not a name")
        return self.folder / name


def sealed_files(vault: Vault, recipients: tuple[str, ...], identity: Identity) -> SealedFiles:
    """Of a vault; ``identity`` is one of those that ``recipients`` name."""
    return SealedFiles(vault.path / FOLDER, recipients, identity)
