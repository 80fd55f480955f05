"""One sealed file of the catalogue: a line of JSON, the content, one byte 0x80, and zeros up to a size class."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from witnesskit.errors.catalogue import CatalogueUnreadable
from witnesskit.formats import strict_json
from witnesskit.formats.ustar import padded_size
from witnesskit.limits import CATALOGUE_HEAD_MAX, READ_BLOCK
from witnesskit.model import Json
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import SealedReader, open_sealed
from witnesskit.sealing.seal import SealedWriter
from witnesskit.vault import durable

_END: Final = b"\x80"


def write(path: Path, head: Mapping[str, Json], content: bytes, identity: Identity) -> int:
    """Replace ``path`` in one step; returns its size. Raises NoRoom, DiskFull, NotWritten, StorageFault."""
    told = strict_json.canonical({**head, "size": len(content)}) + b"\n"
    part = path.with_name(f".part-{secrets.token_hex(8)}")
    with durable.faults():
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        writer = SealedWriter(descriptor, [identity.recipient], digest=False)
        for piece in (told, content, _END):
            writer.write(piece)
        left = padded_size(writer.size) - writer.size
        zeros = bytes(min(left, READ_BLOCK))
        while left:
            left -= writer.write(zeros[:left])
        writer.close()
        with durable.faults():
            os.fsync(descriptor)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    durable.fix_time(part)
    durable.move(part, path)
    return writer.sealed_size


@dataclass(frozen=True)
class Opened:
    """``head``: the first line; ``content``: a view of memory; ``size``: of the sealed file, in bytes."""

    head: Mapping[str, Json]
    content: memoryview
    size: int


def read(path: Path, identity: Identity) -> Opened | None:
    """None if there is none. Raises CatalogueUnreadable, StorageFault, and what opening a sealed file raises."""
    with durable.faults():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        stream = os.fdopen(descriptor, "rb", buffering=0)
    with stream:
        return _opened(open_sealed(stream, [identity]), os.fstat(stream.fileno()).st_size)


def _opened(reader: SealedReader, size: int) -> Opened:
    plain = memoryview(bytearray(reader.size))
    place = 0
    while place < len(plain):
        place += reader.readinto(plain[place:])
    line, end, _rest = bytes(plain[:CATALOGUE_HEAD_MAX]).partition(b"\n")
    head = strict_json.loads(line)
    length = head.get("size") if end and isinstance(head, dict) else None
    if not isinstance(head, dict) or type(length) is not int or not 0 <= length < len(plain) - len(line) - 1:
        raise CatalogueUnreadable("another form")
    return Opened(head, plain[len(line) + 1 : len(line) + 1 + length], size)
