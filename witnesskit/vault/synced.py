"""Folders that a synchronising program copies to another computer: by name, and by the marks it leaves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from witnesskit.errors.vault import CloudFolder
from witnesskit.limits import SYNC_MARKERS_MAX

_NAMES = {
    "Dropbox": r"dropbox( \(.*\))?",
    "OneDrive": r"onedrive( - .*)?|skydrive",
    "Google Drive": r"google ?drive|googledrive-.*|my drive",
    "iCloud": r"icloud ?drive|mobile documents|com~apple~clouddocs",
    "Nextcloud": r"nextcloud[0-9]*|owncloud[0-9]*",
    "Syncthing": r"syncthing",
    "MEGA": r"mega|megasync( downloads| uploads)?",
    "cloud storage": r"cloudstorage|pclouddrive|yandex\.disk|box sync",
}
_MARKS = {
    "Dropbox": r"\.dropbox\.cache",
    "OneDrive": r"\.849c9593-d756-4e56-8d6e-42412f2a707b|\.onedrive.*",
    "Google Drive": r"\.tmp\.drive(download|upload)",
    "iCloud": r"\..*\.icloud|\.icloud",
    "Nextcloud": r"\._?sync_[0-9a-f]+\.db|\.csync_journal\.db|\.(nextcloud|owncloud)sync\.log",
    "Syncthing": r"\.stfolder|\.stignore|\.stversions",
    "MEGA": r"\.megaignore|\.debris|\.megasync.*",
}
_BY_NAME = [(service, re.compile(rule, re.IGNORECASE)) for service, rule in _NAMES.items()]
_BY_MARK = [(service, re.compile(rule, re.IGNORECASE)) for service, rule in _MARKS.items()]


def refuse_synced(folder: Path) -> None:
    """Raise CloudFolder (naming the service) if ``folder`` or one above it is synchronised."""
    for path in {folder.absolute(), Path(os.path.realpath(folder))}:
        for place in (path, *path.parents):
            service = _matching(_BY_NAME, [place.name]) or _matching(_BY_MARK, _entries(place)) or _dropbox(place)
            if service:
                raise CloudFolder(service)


def _matching(rules: list[tuple[str, re.Pattern[str]]], names: Iterable[str]) -> str:
    for name in names:
        for service, rule in rules:
            if rule.fullmatch(name):
                return service
    return ""


def _entries(place: Path) -> list[str]:
    """Hidden names in a folder: every mark begins with a dot."""
    try:
        with os.scandir(place) as found:
            return [entry.name for entry in islice(found, SYNC_MARKERS_MAX) if entry.name.startswith(".")]
    except OSError:
        return []


def _dropbox(place: Path) -> str:
    """A file of this name marks the synchronised folder; a folder of this name only holds settings."""
    return "Dropbox" if os.path.isfile(place / ".dropbox") else ""  # noqa: PTH113 - unreadable is not there
