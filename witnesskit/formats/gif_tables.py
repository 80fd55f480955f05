"""Colour tables of a GIF without entries that no pixel uses, and what decides how its pictures are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.formats.gif import Gif, Image
from witnesskit.formats.strict_json import canonical

SQUARE = 49  # the aspect byte that says 1:1, as zero does (clause 18)


@dataclass(frozen=True)
class Coded:
    """Codes of one picture without what stands behind them, and the colour indexes they use."""

    codes: bytes
    used: frozenset[int]


@dataclass(frozen=True)
class Tables:
    """The global colours and those of every picture, unused entries zero, and what was in these."""

    screen: bytes
    images: tuple[bytes, ...]
    lost: bytes


def neutral_tables(gif: Gif, coded: Sequence[Coded]) -> Tables:
    """Zero what neither a pixel nor the background nor a transparent colour names."""
    of_screen = {gif.screen.background}
    images, lost = [], []
    for image, codes in zip(gif.images, coded, strict=True):
        named = codes.used | ({image.transparent} if image.transparent >= 0 else set())
        if not image.colours:
            of_screen |= named
        table, gone = _blank(image.colours, named)
        images.append(table)
        lost.append(gone)
    screen, gone = _blank(gif.screen.colours, of_screen)
    return Tables(screen, tuple(images), b"".join((gone, *lost)))


def _blank(colours: bytes, named: set[int] | frozenset[int]) -> tuple[bytes, bytes]:
    entries = [colours[at : at + 3] for at in range(0, len(colours), 3)]
    kept = [entry if index in named else bytes(3) for index, entry in enumerate(entries)]
    return b"".join(kept), b"".join(entry for entry, one in zip(entries, kept, strict=True) if entry != one)


def presentation_sha256(gif: Gif, tables: Tables, loops: int, icc: str) -> str:
    """SHA-256 of the canonical JSON form of the presentation (docs/spec/essence-raster.md)."""
    frames = b"".join(_shown(image, table) for image, table in zip(gif.images, tables.images, strict=True))
    document = {
        "definition": "gif-presentation",
        "screen": [gif.screen.width, gif.screen.height],
        "aspect": aspect(gif.screen.aspect),
        "background": gif.screen.background,
        "colours": tables.screen.hex(),
        "frames": sha256_hex(frames),
        "loops": loops,
        "icc": icc,
    }
    return sha256_hex(canonical(document))


def _shown(image: Image, colours: bytes) -> bytes:
    own = len(colours).to_bytes(2, "big") + colours
    return image.place + bytes([image.interlaced, len(image.control)]) + image.control + own


def aspect(byte: int) -> int:
    """The aspect byte, 0 where it says square pixels."""
    return 0 if byte == SQUARE else byte
