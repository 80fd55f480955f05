"""What a person brings, looked through before anything is sealed: files, folders, the messages that brought them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.given_file import given_bytes
from witnesskit.actions.pseudonyms import Pseudonyms
from witnesskit.capture.folder import Found, walk
from witnesskit.errors import WitnesskitError
from witnesskit.formats import chat_export
from witnesskit.formats.chat_export import Message
from witnesskit.limits import CHAT_EXPORT_MAX
from witnesskit.model import Json


@dataclass(frozen=True)
class Exported:
    """The message that brought a file, and the kind of export it stands in."""

    kind: str
    message: Message

    def for_desk(self, pseudonyms: Pseudonyms) -> Json:
        """What the desk may read: no name, no word of the message."""
        said = {"kind": self.kind, "message": self.message.number, "forwarded": self.message.forwarded}
        sender = pseudonyms.of(self.message.sender)
        return said | ({"at": self.message.at} if self.message.at else {}) | ({"sender": sender} if sender else {})

    def for_custodian(self) -> Json:
        """Who sent it and what was said."""
        return {"sender": self.message.sender, "text": self.message.text, "number": self.message.number}


@dataclass(frozen=True)
class Given:
    """One file that is to be sealed; ``name`` and ``exported`` are telling."""

    path: Path = field(repr=False)
    name: str = field(default="", repr=False)  # empty: the file's own
    exported: Exported | None = field(default=None, repr=False)


@dataclass
class Sources:
    """Everything that was brought by one command. ``skipped`` counts what is no file of a person."""

    files: list[Given] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list, repr=False)  # of reports
    batch: str = field(default_factory=lambda: secrets.token_hex(16))
    skipped: dict[str, int] = field(default_factory=dict)
    faults: list[WitnesskitError] = field(default_factory=list)
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)
    place: str = field(default="", repr=False)  # town or district of all of it, as the person says


def look_through(paths: Iterable[Path]) -> Sources:
    """List the files of ``paths``; a folder that cannot be read is a fault of its own and stops no other."""
    sources = Sources()
    for number, path in enumerate(paths, 1):
        if not path.is_dir() or path.is_symlink():
            sources.files.append(Given(path))
            continue
        try:
            _add_folder(sources, path)
        except WitnesskitError as error:
            error.detail = f"folder {number}" + (f": {error.detail}" if error.detail else "")
            sources.faults.append(error)
    return sources


def _add_folder(sources: Sources, folder: Path) -> None:
    found = walk(folder)
    messages = _messages_of(sources, found.files)
    sources.files += [Given(one.path, one.name, messages.get(one.name)) for one in found.files]
    for what in ("links", "special", "system", "unreadable"):
        if count := getattr(found, what):
            sources.skipped[what] = sources.skipped.get(what, 0) + count


def _messages_of(sources: Sources, files: list[Found]) -> Mapping[str, Exported]:
    """By the name of a file: the message of an export in the same folder that brought it."""
    found: dict[str, Exported] = {}
    names = {one.name for one in files}
    for one in files:
        if kind := chat_export.kind_of(one.path.name):
            try:
                data = given_bytes(one.path, CHAT_EXPORT_MAX + 1)
                found.update(exported(kind, data, one.name, names))
            except WitnesskitError as error:
                sources.faults.append(error)
    return found


def exported(kind: str, untrusted_list: bytes, listed: str, names: Iterable[str]) -> Iterator[tuple[str, Exported]]:
    """(name of a file, its message) for an export whose list is the file named ``listed``; raises BadChat."""
    place = listed.rpartition("/")[0]
    prefix = f"{place}/" if place else ""
    inside = {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}
    for message in chat_export.read(kind, untrusted_list, inside):
        for file in message.files:
            if file in inside:
                yield inside[file], Exported(kind, message)
