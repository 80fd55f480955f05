"""Blocks of metadata that many formats carry: Exif, XMP, IPTC, ICC, content credentials, and what they give away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.exif import read_exif
from witnesskit.media.groups import group_of, shown
from witnesskit.media.texts import photoshop_values, xmp_values
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_jumbf import jumbf_values
from witnesskit.media.walk_tiff import walk_tiff
from witnesskit.media_model import Revelation

_ORIENTATION_ONLY: Final = re.compile(
    rb"Exif\0\0MM\0\*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0[\x01-\x08]\0\0\0\0\0\0", re.DOTALL
)
CREDENTIALS: Final = "content credentials (C2PA)"
_DEVICE_TEXTS: Final = ("dmnd", "dmdd", "mmod", "desc", "mluc")

Revelations = Iterator[Revelation]


def of_exif(place: str, body: bytes, failures: list[str]) -> Revelations:
    """An Exif block behind its head ``Exif 00 00``; nothing for the form our copies carry (Orientation alone)."""
    if _ORIENTATION_ONLY.fullmatch(body):
        return
    block = body[6:]
    exif = read_exif(block)
    if exif.failure:
        failures.append(exif.failure)
    yield Revelation("other", place, "block", f"{len(body)} bytes")
    for tag in exif.tags:
        otherwise = "device" if tag.directory == "MakerNote" else "other"
        yield Revelation(group_of(tag.name, otherwise), f"{place}/{tag.directory}", tag.name, tag.value)
    if any(entry.directory == "IFD1" for entry in walk_tiff(block)):
        yield Revelation("inside", f"{place}/IFD1", "thumbnail", "a small picture with its own metadata")


def of_xmp(place: str, body: bytes) -> Revelations:
    """An XMP packet."""
    yield Revelation("other", place, "block", f"{len(body)} bytes")
    for tag, value in xmp_values(body):
        yield Revelation(group_of(tag.partition(":")[2]), place, tag, value)


def of_photoshop(place: str, block: bytes) -> Revelations:
    """Image resources of Photoshop (``8BIM``), IPTC among them."""
    yield Revelation("other", place, "block", f"{len(block)} bytes")
    for tag, value in photoshop_values(block):
        yield Revelation(group_of(tag), place, tag, value)


def of_credentials(place: str, body: bytes) -> Revelations:
    """JUMBF boxes, whole: that they are there, and every text in them."""
    label = CREDENTIALS if b"c2pa" in body else "embedded boxes"
    yield Revelation("inside", place, label, f"{len(body)} bytes")
    for name, value in jumbf_values(body):
        yield Revelation(group_of(name), place, f"{CREDENTIALS}: {name}" if b"c2pa" in body else name, shown(value))


def of_profile(place: str, data: bytes) -> Revelations:
    """An ICC profile; nothing for one in the form our copies carry."""
    facts = walk_icc(data)
    for tag, text in facts.texts:
        yield Revelation("device" if tag in _DEVICE_TEXTS else "other", place, f"profile {tag}", shown(text))
    for strange in facts.strange:
        yield Revelation("other", place, "colour profile", strange)
