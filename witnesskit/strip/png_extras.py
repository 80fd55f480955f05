"""The chunks of a PNG beside its coded pictures: which are written anew, which go, and what must be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.exif_orientation import orientation_body
from witnesskit.formats.icc import COMMON, NeutralProfile, neutralise
from witnesskit.formats.orientation_words import tiff_orientation, unhexed_profile, xmp_orientation
from witnesskit.formats.png import INDEXED, Chunk, Header
from witnesskit.formats.png_colour import COMMON_CHROMATICITIES, SIMPLE, aspect, aspect_body
from witnesskit.formats.png_shown import Shown
from witnesskit.formats.png_text import inflated, read_text
from witnesskit.formats.stored_zlib import stored
from witnesskit.strip.remarks import (
    COLOURS_DROPPED,
    CREDENTIALS_DROPPED,
    GAIN_MAP_DROPPED,
    PROFILE_DROPPED,
    PROFILE_RARE,
    TURN_MOVED,
)

_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_RAW_EXIF: Final = frozenset({b"Raw profile type exif", b"Raw profile type APP1"})
_XMP: Final = b"XML:com.adobe.xmp"
_PROFILE_HEAD: Final = b"colour profile\0\0"  # name and method; the same for all
_GONE: Final = {b"caBX": CREDENTIALS_DROPPED, b"gMAP": GAIN_MAP_DROPPED, b"gDAT": GAIN_MAP_DROPPED}
_BEFORE_PICTURE: Final = frozenset({*SIMPLE, b"iCCP", b"pHYs", b"bKGD", b"tRNS", b"PLTE"})


class Extras:
    """First chunk of every kind that decoders look at, where they look for it; broken ones do not count."""

    def __init__(self, chunks: Sequence[Chunk], header: Header) -> None:
        self.header = header
        self.remarks: list[str] = []
        self.first: dict[bytes, bytes] = {}
        self.raw_exif: bytes | None = None
        self.xmp: bytes | None = None
        behind = False
        for chunk in chunks:
            behind = behind or chunk.kind == b"IDAT"
            self.remarks += [_GONE[chunk.kind]] if chunk.kind in _GONE else []
            if chunk.kind == b"PLTE" and (b"PLTE" in self.first or (behind and header.colour == INDEXED)):
                raise BadMedia("order of the palette")
            if chunk.kind == b"IDAT" or not chunk.sound or (behind and chunk.kind in _BEFORE_PICTURE):
                continue
            if chunk.kind in _TEXTS:
                self._note(chunk.kind, bytes(chunk.body))
            else:
                self.first.setdefault(chunk.kind, bytes(chunk.body))
        self.profile = self._profile()
        self.colours = self._colours()

    def _note(self, kind: bytes, body: bytes) -> None:
        """Keep the first texts that may say how the picture is turned; no other is inflated."""
        keyword = body.partition(b"\0")[0]
        if keyword in _RAW_EXIF and self.raw_exif is None:
            self.raw_exif = unhexed_profile(read_text(kind, body)[1])
        elif keyword == _XMP and self.xmp is None:
            self.xmp = read_text(kind, body)[1]

    def palette(self) -> bytes:
        """The palette, no longer than pixels can name; raises ``BadMedia`` where an indexed picture has none."""
        if self.header.colour != INDEXED:
            return b""
        body = self.first.get(b"PLTE", b"")[: 3 * 2**self.header.depth]
        if not body or len(self.first[b"PLTE"]) % 3 or len(self.first[b"PLTE"]) > 768:
            raise BadMedia("palette")
        return body

    def shown(self, palette: bytes, transparency: bytes, background: bytes) -> Shown:
        """How the picture is shown, with what only a look at the pixels could tell."""
        colours = {name.decode(): body.hex() for name, body in self.colours.items()}
        icc = self.profile.colour_sha256 if self.profile else ""
        sides = aspect(self.first.get(b"pHYs", b""))
        return Shown(self._orientation(), sides, colours, icc, palette, transparency, background)

    def before_palette(self) -> list[tuple[bytes, bytes]]:
        """(kind, body) to write in front of the palette, in order."""
        bodies = list(self.colours.items())
        if self.profile:
            bodies.insert(len([name for name in self.colours if name in (b"cICP", b"mDCV", b"cLLI")]), self._iccp())
        return bodies

    def _iccp(self) -> tuple[bytes, bytes]:
        return b"iCCP", _PROFILE_HEAD + stored(self.profile.data if self.profile else b"")

    def _profile(self) -> NeutralProfile | None:
        if b"iCCP" not in self.first:
            return None
        try:
            neutral = neutralise(inflated(self.first[b"iCCP"].partition(b"\0")[2][1:]))
        except BadMedia:
            neutral = None
        if neutral is None:
            self.remarks.append(PROFILE_DROPPED)
        elif neutral.colour_sha256 not in COMMON:
            self.remarks.append(PROFILE_RARE)
        return neutral

    def _colours(self) -> dict[bytes, bytes]:
        kept = {}
        for name, normal in SIMPLE.items():
            body = normal(self.first[name]) if name in self.first else b""
            if name in self.first and not body:
                self.remarks.append(COLOURS_DROPPED)
            if body and not (name == b"sRGB" and self.profile):
                kept[name] = body
        if kept.get(b"cHRM", b"") not in COMMON_CHROMATICITIES | {b""}:
            self.remarks.append(PROFILE_RARE)
        return kept

    def _orientation(self) -> int:
        """Of eXIf; where there is none, of Exif as text, then of XMP (docs/spec/essence-raster.md)."""
        if b"eXIf" in self.first:
            return tiff_orientation(self.first[b"eXIf"])
        found = tiff_orientation(self.raw_exif) if self.raw_exif is not None else xmp_orientation(self.xmp or b"")
        if found != 1:
            self.remarks.append(TURN_MOVED)
        return found


def behind_palette(shown: Shown) -> list[tuple[bytes, bytes]]:
    """(kind, body) to write between the palette and the pictures, in order."""
    bodies = [(b"bKGD", shown.background), (b"tRNS", shown.transparency)]
    bodies.append((b"pHYs", aspect_body(shown.aspect) if shown.aspect != (1, 1) else b""))
    bodies.append((b"eXIf", orientation_body(shown.orientation)[6:] if shown.orientation != 1 else b""))
    return [(kind, body) for kind, body in bodies if body]
