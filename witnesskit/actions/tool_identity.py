"""What ran: which witnesskit, the installed packages that touch bytes, interpreter and cryptography.

Nothing here names the machine or the person: no path, no host, no user.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from importlib import metadata
from typing import Final

from witnesskit import __version__
from witnesskit.digest import sha256_hex
from witnesskit.model import Json

TOOL: Final = f"witnesskit {__version__}"
WATCHED: Final = (
    "av", "brotli", "certifi", "cryptography", "exifread", "pillow", "pycryptodomex", "requests", "urllib3", "yt-dlp",
    "yt-dlp-ejs",
)  # fmt: skip


@cache
def tool_facts() -> Json:
    """For the sealed record. What cannot be had is ``missing: REASON``."""
    return {
        "name": "witnesskit",
        "version": __version__,
        "files_sha256": files_digest(),
        "python": platform.python_version(),
        "openssl": _openssl(),
        "packages": {name: _version(name) for name in WATCHED},
    }


def files_digest() -> str:
    """SHA-256 over the lines that the installed RECORD holds of our own files, sorted, each with a line feed.

    The rest of RECORD is about this installation (scripts, where it came from): left out, so that one wheel gives
    one digest everywhere, and ``unzip -p WHEEL '*/RECORD'`` gives it too.
    """
    try:
        found = metadata.distribution("witnesskit")
        if is_editable(found):
            return "missing: an editable install, its files are not recorded"
        lines = own_lines(found)
    except (metadata.PackageNotFoundError, OSError, ValueError) as error:
        return f"missing: {type(error).__name__}"
    return sha256_hex("".join(f"{line}\n" for line in lines).encode()) if lines else "missing: nothing is recorded"


def own_lines(found: metadata.Distribution) -> list[str]:
    """``PATH,sha256=DIGEST,SIZE`` of each file of ours that RECORD has a digest of, sorted."""
    record = found.read_text("RECORD") or ""
    return sorted(line for line in record.splitlines() if line.startswith("witnesskit/") and ",sha256=" in line)


def is_editable(found: metadata.Distribution) -> bool:
    """Whether the files that run are a folder somebody works in (PEP 610)."""
    told = json.loads(found.read_text("direct_url.json") or "{}")
    folder = told.get("dir_info") if isinstance(told, dict) else None
    return isinstance(folder, dict) and bool(folder.get("editable"))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return "missing: not installed"


def _openssl() -> str:
    """The library that seals and signs; that of the connections is in ``collection.libraries``."""
    try:
        from cryptography.hazmat.backends.openssl import backend

        return str(backend.openssl_version_text())
    except (ImportError, AttributeError) as error:
        return f"missing: {type(error).__name__}"
