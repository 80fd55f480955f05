"""What ran: name and version, and the installed packages that touched the bytes."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Final

from witnesskit import __version__
from witnesskit.model import Json

TOOL: Final = f"witnesskit {__version__}"
_WATCHED: Final = ("cryptography", "yt-dlp", "requests", "urllib3", "exifread")


def tool_facts() -> Json:
    """For the sealed record; nothing here names the machine or the person."""
    return {
        "name": "witnesskit",
        "version": __version__,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _WATCHED},
    }
