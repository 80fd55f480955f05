"""Which TIFF files are camera raws: their picture needs the maker notes to be shown, so no copy is made."""

from __future__ import annotations

from typing import Final

from witnesskit.formats.dng import RAW_COLOURS, VERSION
from witnesskit.formats.tiff import Directory, Tiff
from witnesskit.formats.tiff_layout import one

_CODINGS: Final = frozenset({32767, 32769, 32770, 32867, 34713, 65000, 65535, 262, 32803, 34316})  # of camera makers
_TAGS: Final = {
    33421: "colour filters", 33422: "colour filters", 33424: "Kodak raw", 34310: "Leaf raw", 46275: "Hasselblad raw",
    50656: "Canon raw", 50740: "Sony raw", 50752: "Canon raw",
}  # fmt: skip
_HEADS: Final = {b"CR": "CR2", b"IIII": "IIQ", b"MMMM": "IIQ", b"\xba\xb0\xac\xbb": "CR"}


def raw_kind(tiff: Tiff, directories: tuple[Directory, ...]) -> str:
    """Why this is a raw file of a camera, empty if it is none; ``directories`` hold those below the first too."""
    head = tiff.reader.read_at(8, 4)
    for sign, name in _HEADS.items():
        if head.startswith(sign) and not tiff.big:
            return name
    for directory in directories:
        if one(tiff, directory, 259, 1) in _CODINGS:
            return "coding of a camera maker"
        if one(tiff, directory, 262, 0) in RAW_COLOURS:
            return "picture of a sensor"
        for tag, name in _TAGS.items():
            if tag in directory.entries:
                return name
    return ""


def is_dng(first: Directory) -> bool:
    """True if the first directory says so."""
    return VERSION in first.entries
