"""Pages that come with the program and go into a bundle for a court: the specification, and the second verifier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

VERIFIER: Final = "verify_standalone.py"
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "_docs", _PACKAGE.parent / "docs")  # installed; editable
_PARTS: Final = ("spec", "verifier")
_ENDINGS: Final = (".md", ".py")


def shipped_pages() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every page, the specification first; nothing where the program was installed without them."""
    for part in _PARTS:
        folder = next((one / part for one in _FOLDERS if (one / part).is_dir()), None)
        for path in sorted(folder.iterdir()) if folder else ():
            if path.suffix in _ENDINGS and path.is_file():
                yield path.name, path.read_bytes()
